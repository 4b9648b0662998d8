/* SPDX-License-Identifier: MIT */
#include "tests/unit/lex_helper.h"

static int
collect(const dunlin_token *token, void *context)
{
    static const char kinds[] = "?wnsd.c"; /* word name string digits symbol code */
    dn_text *out = context;

    assert_int_equal(token->size, sizeof *token);
    if (out->length)
        dn_text_add_char(out, ' ');
    dn_text_printf(out, "%c<%.*s>", kinds[token->kind], (int)token->text.length, token->text.data);
    return 0;
}

/* "w<select> d<1>": every token as its kind and its text. */
static void
check_tokens(int dialect, const char *text, const char *expected)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = dialect_rules(&arena, dialect, &error);
    dn_text got = DN_TEXT_INIT;

    assert_non_null(rules);
    dn_text_add(&got, "", 0);
    assert_int_equal(dn_lex_tokens(rules, dn_string(text), collect, &got), 0);
    assert_string_equal(got.length ? got.data : "", expected);
    dn_text_free(&got);
    dn_arena_free(&arena);
}

TEST(words_names_strings_numbers_and_symbols_are_told_apart)
{
    check_tokens(SQLITE, "SELECT a_1, \"b c\", `d`, [e f], 'g''h', 12 FROM t;",
                 "w<SELECT> w<a_1> .<,> n<\"b c\"> .<,> n<`d`> .<,> n<[e f]> .<,> s<'g''h'> .<,> "
                 "d<12> w<FROM> w<t> .<;>");
    check_tokens(SQLITE, "", "");
    check_tokens(SQLITE, " \t\r\n\f\v ", "");
    check_tokens(SQLITE, "na\xC3\xAFve(\xC3\xA9)", "w<na\xC3\xAFve> .<(> w<\xC3\xA9> .<)>");
}

TEST(comments_and_blanks_are_left_out)
{
    check_tokens(SQLITE, "a/* b */c--d\ne -- f", "w<a> w<c> w<e>");
    check_tokens(POSTGRES, "a /* /* b */ c */ d --e\rf", "w<a> w<d> w<f>");
    check_tokens(MYSQL, "a # b\nc --d\n -- e\n/* f */ /*!40101 g */ --",
                 "w<a> w<c> .<-> .<-> w<d> "
                 "c</*!40101 g */>");
}

TEST(prefixes_belong_to_their_strings)
{
    check_tokens(SQLITE, "x'00' y'00'", "s<x'00'> w<y> s<'00'>");
    check_tokens(POSTGRES, "E'a\\'b' u&'c' U&\"d\" n'e' b'1' te'f' e 'g'",
                 "s<E'a\\'b'> s<u&'c'> n<U&\"d\"> s<n'e'> s<b'1'> w<te> s<'f'> w<e> s<'g'>");
    check_tokens(MYSQL, "N'a\\'' _utf8'b' \"c\\\"\" `d`",
                 "s<N'a\\''> w<_utf8> s<'b'> s<\"c\\\"\"> "
                 "n<`d`>");
}

TEST(dollar_quotes_are_strings_and_dollars_in_names_are_not)
{
    check_tokens(POSTGRES, "$$a;$$ $x$ $$ $x$ a$b$c $1 $2$$y$$ 3$$z$$",
                 "s<$$a;$$> s<$x$ $$ $x$> w<a$b$c> w<$1> w<$2> s<$$y$$> d<3> s<$$z$$>");
    check_tokens(POSTGRES, "$ $a b", ".<$> .<$> w<a> w<b>");
    check_tokens(POSTGRES, "$E'a\\'c'", ".<$> w<E> s<'a\\'> w<c> s<'>");
    check_tokens(MYSQL, "$a $$ a$", "w<$a> w<$$> w<a$>");
}

TEST(numbers_have_fractions_exponents_and_other_bases)
{
    check_tokens(POSTGRES, "1 1.5 .5 1. 1e5 1.5e-3 2E+10 0x1F 1_000 1..10 1.2.3",
                 "d<1> d<1.5> d<.5> d<1.> d<1e5> d<1.5e-3> d<2E+10> d<0x1F> d<1_000> d<1> .<.> "
                 ".<.> d<10> d<1.2> d<.3>");
    check_tokens(POSTGRES, "1-2 1e-x 0xE-1 a1-2",
                 "d<1> .<-> d<2> d<1e> .<-> w<x> d<0xE> .<-> d<1> "
                 "w<a1> .<-> d<2>");
    check_tokens(MYSQL, "2fa.x t.1a", "w<2fa> .<.> w<x> w<t> d<.1a>");
}

TEST(operators_of_several_bytes_are_one_symbol)
{
    check_tokens(
        POSTGRES, "a<>b<=c>=d!=e||f::g:=h->i->>j=>k<<l>>m",
        "w<a> .<<>> w<b> .<<=> w<c> .<>=> w<d> .<!=> w<e> .<||> w<f> .<::> w<g> .<:=> w<h> "
        ".<->> w<i> .<->>> w<j> .<=>> w<k> .<<<> w<l> .<>>> w<m>");
    check_tokens(MYSQL, "a<=>b==c&&d", "w<a> .<<=>> w<b> .<==> w<c> .<&&> w<d>");
    check_tokens(SQLITE, "a<-1 b=-1 (@c)",
                 "w<a> .<<> .<-> d<1> w<b> .<=> .<-> d<1> .<(> .<@> w<c> "
                 ".<)>");
}

TEST(what_is_not_closed_is_one_token_to_the_end)
{
    check_tokens(SQLITE, "a 'b; c", "w<a> s<'b; c>");
    check_tokens(SQLITE, "a [b; c", "w<a> n<[b; c>");
    check_tokens(POSTGRES, "a $x$b; c", "w<a> s<$x$b; c>");
    check_tokens(SQLITE, "a /* b", "w<a>");
    check_tokens(MYSQL, "a /*! b", "w<a> c</*! b>");
}

TEST(bytes_that_mean_nothing_are_symbols)
{
    check_tokens(SQLITE, "a\\b\001", "w<a> .<\\> w<b> .<\001>");
}

static int
stop_at_second(const dunlin_token *token, void *context)
{
    unsigned *count = context;

    if (++*count == 1)
        return 0;
    assert_int_equal(token->offset, 9);
    assert_int_equal(token->text.length, 3);
    return 42;
}

TEST(a_visitor_that_answers_non_zero_stops_the_walk)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    unsigned count = 0;

    assert_int_equal(dn_lex_tokens(dialect_rules(&arena, SQLITE, &error),
                                   dn_string("select   abc from t"), stop_at_second, &count),
                     42);
    assert_int_equal(count, 2);
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_names_strings_numbers_and_symbols_are_told_apart),
        cmocka_unit_test(comments_and_blanks_are_left_out),
        cmocka_unit_test(prefixes_belong_to_their_strings),
        cmocka_unit_test(dollar_quotes_are_strings_and_dollars_in_names_are_not),
        cmocka_unit_test(numbers_have_fractions_exponents_and_other_bases),
        cmocka_unit_test(operators_of_several_bytes_are_one_symbol),
        cmocka_unit_test(what_is_not_closed_is_one_token_to_the_end),
        cmocka_unit_test(bytes_that_mean_nothing_are_symbols),
        cmocka_unit_test(a_visitor_that_answers_non_zero_stops_the_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
