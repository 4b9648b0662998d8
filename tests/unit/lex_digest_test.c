/* SPDX-License-Identifier: MIT
 *
 * Expected digests are those of the very bytes that lex.h says are hashed.
 */
#include "tests/unit/lex_helper.h"

typedef struct digests {
    dn_digest text;
    dn_digest tokens;
} digests;

static digests
take(int dialect, const char *bytes, size_t length, size_t chunk)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = dialect_rules(&arena, dialect, &error);
    source from = {bytes, length, 0, chunk};
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", read_source, &from, &error);
    dn_lex_item item = {.kind = DN_LEX_STATEMENT};
    digests out;

    assert_non_null(splitter);
    dn_lex_take_digests(splitter);
    while (item.kind != DN_LEX_END)
        assert_int_equal(dn_lex_next(splitter, &item, &error), 0);
    dn_lex_digests(splitter, &out.text, &out.tokens);
    dn_lex_digests(splitter, &out.text, &out.tokens); /* may be asked twice */
    dn_lex_close(splitter);
    dn_arena_free(&arena);
    return out;
}

static void
check_digest(const dn_digest *got, const char *bytes, size_t length)
{
    dn_digest expected = dn_hash_of(bytes, length);
    char got_hex[DN_DIGEST_HEX];
    char expected_hex[DN_DIGEST_HEX];

    dn_digest_hex(got, got_hex);
    dn_digest_hex(&expected, expected_hex);
    assert_string_equal(got_hex, expected_hex);
}

#define TEXT_IS(input, bytes)                                                                      \
    check(SQLITE, input, sizeof(input) - 1, bytes, sizeof(bytes) - 1, true)
#define TOKENS_ARE(dialect, input, bytes)                                                          \
    check(dialect, input, sizeof(input) - 1, bytes, sizeof(bytes) - 1, false)

static void
check(int dialect, const char *input, size_t length, const char *bytes, size_t bytes_length,
      bool text)
{
    static const size_t chunks[] = {1, 2, 7, 65536};

    for (size_t i = 0; i < COUNT(chunks); i++) {
        digests got = take(dialect, input, length, chunks[i]);

        check_digest(text ? &got.text : &got.tokens, bytes, bytes_length);
    }
}

TEST(the_text_digest_ignores_a_byte_order_mark_and_kinds_of_line_ends)
{
    TEXT_IS("\xEF\xBB\xBFselect 1;\r\n\rselect 2;\n\r\r\n\r", "select 1;\n\nselect 2;\n\n\n\n");
    TEXT_IS("select 1", "select 1");
    TEXT_IS("", "");
    TEXT_IS("\r", "\n");
    TEXT_IS("\xEF\xBB\xBF", "");
}

TEST(the_text_digest_covers_comments_and_breakpoints)
{
    TEXT_IS("-- a\r\n--> statement-breakpoint\n;", "-- a\n--> statement-breakpoint\n;");
}

TEST(the_token_digest_covers_tokens_alone)
{
    TOKENS_ARE(SQLITE, "-- a\n select  1 /* b */ + 'x y'; ;\n--> statement-breakpoint\nselect\r\n2",
               "select\0"
               "1\0"
               "+\0"
               "'x y'\0"
               "\0"
               "select\0"
               "2\0"
               "\0");
    TOKENS_ARE(SQLITE, " -- nothing", "");
    TOKENS_ARE(SQLITE, "create trigger t begin select 1; end;",
               "create\0trigger\0t\0begin\0select\0"
               "1\0;\0end\0\0");
}

TEST(the_token_digest_knows_directives)
{
    TOKENS_ARE(SQLITE, "--  Dunlin:  only sqlite \nend;\n-- dunlin: end",
               "-- dunlin: only sqlite\0\0"
               "end\0\0"
               "-- dunlin: end\0\0");
}

TEST(the_token_digest_covers_data_as_one_token_whatever_their_chunks)
{
    TOKENS_ARE(POSTGRES, "copy t from stdin;\n1\n2\n\\.\n",
               "copy\0t\0from\0stdin\0\0"
               "1\n2\n\0\0");
}

TEST(two_spellings_of_the_same_statements_have_the_same_token_digest)
{
    static const char one[] = "create table t(a int);create index i on t(a)";
    static const char two[] = "-- table\r\ncreate table t (\r\n  a int -- key\r\n);\r\n"
                              "--> statement-breakpoint\r\ncreate index i on t (a);\r\n";
    digests a = take(SQLITE, one, sizeof one - 1, 64);
    digests b = take(SQLITE, two, sizeof two - 1, 64);

    assert_true(dn_digest_equal(&a.tokens, &b.tokens));
    assert_false(dn_digest_equal(&a.text, &b.text));
}

TEST(moving_a_separator_changes_the_token_digest)
{
    digests a = take(SQLITE, "a b; c", 6, 64);
    digests b = take(SQLITE, "a; b c", 6, 64);

    assert_false(dn_digest_equal(&a.tokens, &b.tokens));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_digest_ignores_a_byte_order_mark_and_kinds_of_line_ends),
        cmocka_unit_test(the_text_digest_covers_comments_and_breakpoints),
        cmocka_unit_test(the_token_digest_covers_tokens_alone),
        cmocka_unit_test(the_token_digest_knows_directives),
        cmocka_unit_test(the_token_digest_covers_data_as_one_token_whatever_their_chunks),
        cmocka_unit_test(two_spellings_of_the_same_statements_have_the_same_token_digest),
        cmocka_unit_test(moving_a_separator_changes_the_token_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
