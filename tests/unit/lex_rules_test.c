/* SPDX-License-Identifier: MIT */
#include "tests/unit/lex_helper.h"

/* The message with which a rule is refused; "" when it is taken. */
static void
check_rule(dunlin_lexer_rule rule, const char *expected)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = dn_lex_rules_new(&arena);

    assert_non_null(rules);
    if (*expected) {
        assert_int_equal(dn_lex_rules_add(rules, &rule, &error), -1);
        assert_string_equal(error.id, "lex.bad-rule");
        assert_int_equal(error.status, DUNLIN_INTERNAL);
    } else
        assert_int_equal(dn_lex_rules_add(rules, &rule, &error), 0);
    assert_string_equal(error.message, expected);
    dn_arena_free(&arena);
}

#define GOOD(...) check_rule((dunlin_lexer_rule)__VA_ARGS__, "")
#define BAD(why, ...) check_rule((dunlin_lexer_rule)__VA_ARGS__, "lexer rule 1 of the driver (" why)

TEST(quotes_have_one_byte_on_each_side)
{
    BAD("quote '') is not valid: open and close must be one byte each", QUOTE(0, "''", "'", ""));
    BAD("quote ') is not valid: open and close must be one byte each", QUOTE(0, "'", "", ""));
    BAD("quote q) is not valid: it must not open with a letter, digit, '_' or '$'",
        QUOTE(0, "q", "q", ""));
    BAD("quote $) is not valid: it must not open with a letter, digit, '_' or '$'",
        QUOTE(0, "$", "$", ""));
}

TEST(prefixes_and_their_flag_go_together)
{
    BAD("quote ') is not valid: PREFIXED and a head go together", QUOTE(0, "'", "'", "E"));
    BAD("quote ') is not valid: PREFIXED and a head go together",
        QUOTE(DUNLIN_LEX_PREFIXED, "'", "'", ""));
    BAD("quote ') is not valid: a prefix must begin with a letter",
        QUOTE(DUNLIN_LEX_PREFIXED, "'", "'", "E||N"));
    BAD("quote ') is not valid: a prefix must begin with a letter",
        QUOTE(DUNLIN_LEX_PREFIXED, "'", "'", "&"));
    GOOD(QUOTE(DUNLIN_LEX_PREFIXED, "'", "'", "e|U&"));
}

TEST(comments_need_what_their_flags_ask_for)
{
    BAD("comment) is not valid: open is missing", COMMENT(0, "", "*/"));
    BAD("comment rem) is not valid: it must not open with a letter, digit, '_' or '$'",
        COMMENT(0, "rem", ""));
    BAD("comment --) is not valid: NESTS and CODE need a close",
        COMMENT(DUNLIN_LEX_NESTS, "--", ""));
    BAD("comment /*!) is not valid: NESTS and CODE need a close",
        COMMENT(DUNLIN_LEX_CODE, "/*!", ""));
    BAD("comment /*) is not valid: CR_ENDS is for comments without close",
        COMMENT(DUNLIN_LEX_CR_ENDS, "/*", "*/"));
}

TEST(bodies_have_openers_and_closers_or_end_with_a_statement)
{
    BAD("body A) is not valid: it needs either END_STATEMENT or openers and closers",
        BODY(0, "A", "", ""));
    BAD("body A) is not valid: it needs either END_STATEMENT or openers and closers",
        BODY(0, "A", "B", ""));
    BAD("body A) is not valid: it needs either END_STATEMENT or openers and closers",
        BODY(DUNLIN_LEX_END_STATEMENT, "A", "B", "C"));
    BAD("body) is not valid: head is missing", BODY(0, "", "A", "B"));
    BAD("body A) is not valid: an opener or closer is empty", BODY(0, "A", "B||C", "D"));
    BAD("body A) is not valid: an opener or closer is empty", BODY(0, "A", "+", "D"));
    BAD("body A) is not valid: '+' is for openers", BODY(0, "A", "B", "+C"));
    BAD("body A) is not valid: an opener or closer has too many words",
        BODY(0, "A", "B C D E", "F"));
    BAD("body A) is not valid: the words of an opener or closer have one blank between them",
        BODY(0, "A", "B  C", "F"));
    GOOD(BODY(0, "A", "+B C D!(|(", ")|E"));
}

TEST(heads_are_checked)
{
    BAD("body A [B) is not valid: a bracket is not closed in its head", BODY(0, "A [B", "C", "D"));
    BAD("body A {B]) is not valid: a bracket is not closed in its head",
        BODY(0, "A {B]", "C", "D"));
    BAD("body A]) is not valid: a bracket too many is closed in its head", BODY(0, "A]", "C", "D"));
    BAD("body A {B,}) is not valid: a word is missing in its head", BODY(0, "A {B,}", "C", "D"));
    BAD("body A|) is not valid: a word is missing in its head", BODY(0, "A|", "C", "D"));
    BAD("body [A] [*]) is not valid: its head would match anything", BODY(0, "[A] [*]", "C", "D"));
    BAD("body [[[[[[[[[A]]]]]]]]] B) is not valid: its head nests too deeply",
        BODY(0, "[[[[[[[[[A]]]]]]]]] B", "C", "D"));
    BAD("data section A|*) is not valid: its head would match anything",
        RULE(DUNLIN_LEX_DATA_SECTION, 0, "", ".", "A|*", "", ""));
    GOOD(BODY(0, "[A [B C]] {D E,F} * G|H", "C", "D"));
}

TEST(a_head_has_at_most_64_words)
{
    dn_text head = DN_TEXT_INIT;
    dunlin_lexer_rule rule = BODY(0, "", "C", "D");

    for (int i = 0; i < 64; i++)
        dn_text_add(&head, "A ", 2);
    rule.head = dn_span(head.data, head.length - 1);
    check_rule(rule, "");
    dn_text_add_char(&head, 'A');
    rule.head = dn_span(head.data, head.length);
    check_rule(rule,
               "lexer rule 1 of the driver (body A A A A A A A A A A A A A A A A A A A A A A A A "
               "A A A A A A A A A A A A A A A A ) is not valid: its head has too many words");
    dn_text_free(&head);
}

TEST(commands_and_data_sections_need_their_words)
{
    BAD("client command) is not valid: open is missing", CLIENT(0, ""));
    BAD("client command GO) is not valid: with ANYWHERE it must not open with a letter, digit, "
        "'_' or '$'",
        CLIENT(DUNLIN_LEX_ANYWHERE, "GO"));
    BAD("delimiter command) is not valid: open is missing",
        RULE(DUNLIN_LEX_DELIMITER_COMMAND, 0, "", "", "", "", ""));
    BAD("data section COPY) is not valid: close is missing",
        RULE(DUNLIN_LEX_DATA_SECTION, 0, "", "", "COPY", "", ""));
    BAD("data section) is not valid: head is missing",
        RULE(DUNLIN_LEX_DATA_SECTION, 0, "", ".", "", "", ""));
}

TEST(unknown_kinds_flags_and_short_structs_are_refused)
{
    dunlin_lexer_rule rule = COMMENT(0, "--", "");

    BAD("unknown kind --) is not valid: its kind is unknown", RULE(0, 0, "--", "", "", "", ""));
    BAD("unknown kind --) is not valid: its kind is unknown", RULE(99, 0, "--", "", "", "", ""));
    BAD("comment --) is not valid: it has a flag that does not belong to its kind",
        COMMENT(DUNLIN_LEX_DOUBLED, "--", ""));
    BAD("dollar quote) is not valid: it has a flag that does not belong to its kind",
        RULE(DUNLIN_LEX_DOLLAR_QUOTE, 1 << 30, "", "", "", "", ""));
    rule.size = 16;
    check_rule(rule,
               "lexer rule 1 of the driver (unknown kind) is not valid: its size is too small");
}

TEST(the_number_of_the_bad_rule_is_named)
{
    static const dunlin_lexer_rule list[] = {
        QUOTE(0, "'", "'", ""),
        COMMENT(0, "--", ""),
        COMMENT(0, "", ""),
    };
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};

    assert_null(compile_rules(&arena, list, COUNT(list), &error));
    assert_string_equal(error.message,
                        "lexer rule 3 of the driver (comment) is not valid: open is missing");
    assert_string_equal(error.hint, "report this to the author of the driver");
    dn_arena_free(&arena);
}

TEST(a_condition_stands_at_the_end_of_a_beginning)
{
    static const dunlin_lexer_rule list[] = {
        QUOTE(DUNLIN_LEX_IDENTIFIER, "\"", "\"", ""),
        COMMENT(0, "--", ""),
        RULE(DUNLIN_LEX_CONDITION, 0, "", "", "CREATE [TEMP] TABLE", "", ""),
        RULE(DUNLIN_LEX_CONDITION, 0, "", "", "ALTER TABLE * {ADD,DROP} [COLUMN]", "", ""),
    };
    static const struct {
        const char *beginning;
        bool takes;
    } examples[] = {
        {"create -- a\n table", true},
        {"CREATE TEMP TABLE", true},
        {"CREATE TABLE t", false},
        {"CREATE", false},
        {"ALTER TABLE", false},
        {"ALTER TABLE s.t ADD COLUMN", true},
        {"ALTER TABLE t ADD COLUMN a int, DROP", true},
        {"ALTER TABLE t ADD COLUMN a int, ADD CONSTRAINT", false},
        {"ALTER TABLE t ADD COLUMN a int, RENAME COLUMN", false},
        {"ALTER TABLE \"ADD\"", false},
        {"", false},
    };
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    const dn_lex_rules *rules = compile_rules(&arena, list, COUNT(list), &error);

    BAD("condition) is not valid: head is missing",
        RULE(DUNLIN_LEX_CONDITION, 0, "", "", "", "", ""));
    assert_non_null(rules);
    for (size_t i = 0; i < COUNT(examples); i++)
        if (dn_lex_takes_condition(rules, dn_string(examples[i].beginning)) != examples[i].takes)
            fail_msg("%s", examples[i].beginning);
    dn_arena_free(&arena);
}

TEST(rules_are_copied_and_matched_without_regard_to_case)
{
    char open[] = ".";
    char head[] = "create [temp] thing";
    char words[] = "start";
    char close[] = "stop";
    dunlin_lexer_rule list[] = {
        {sizeof list[0],
         DUNLIN_LEX_CLIENT_COMMAND,
         0,
         {open, 1},
         TEXT(""),
         TEXT(""),
         TEXT(""),
         TEXT("")},
        {sizeof list[0],
         DUNLIN_LEX_BODY,
         0,
         TEXT(""),
         TEXT(""),
         {head, sizeof head - 1},
         {words, sizeof words - 1},
         {close, sizeof close - 1}},
    };
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = compile_rules(&arena, list, COUNT(list), &error);

    memset(open, '?', sizeof open);
    memset(head, '?', sizeof head);
    memset(words, '?', sizeof words);
    memset(close, '?', sizeof close);
    assert_non_null(rules);
    check_chunked(rules, (source){"Create THING x Start a; sTOP; create b start; .x", 48, 0, 7},
                  false, LIST("Create THING x Start a; sTOP", "create b start", ".x"));
    check_chunked(rules, (source){"a;\n.x", 5, 0, 7}, false,
                  LIST("a", "!t.sql:2:1: '.x' is a command for a client program, not for the "
                            "server"));
    dn_arena_free(&arena);
}

TEST(a_star_in_a_head_stands_for_any_run_of_tokens)
{
    static const dunlin_lexer_rule list[] = {
        BODY(0, "A * B [C]", "(", ")"),
        QUOTE(0, "'", "'", ""),
    };
    static const dunlin_lexer_rule first = BODY(0, "* B", "(", ")");
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = compile_rules(&arena, list, COUNT(list), &error);
    static const char text[] = "A B (1;2); a x 'y' z B C (3;4); a x 'B' (5;6)";

    check_chunked(rules, (source){text, sizeof text - 1, 0, 64}, false,
                  LIST("A B (1;2)", "a x 'y' z B C (3;4)", "a x 'B' (5", "6)"));
    rules = compile_rules(&arena, &first, 1, &error);
    check_chunked(rules, (source){"x y B (1;2); x y C (3;4)", 24, 0, 64}, false,
                  LIST("x y B (1;2)", "x y C (3", "4)"));
    dn_arena_free(&arena);
}

TEST(without_rules_only_separators_count)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    dn_lex_rules *rules = compile_rules(&arena, NULL, 0, &error);

    check_chunked(rules, (source){"a 'b; c' -- d;", 14, 0, 64}, false, LIST("a 'b", "c' -- d"));
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_have_one_byte_on_each_side),
        cmocka_unit_test(prefixes_and_their_flag_go_together),
        cmocka_unit_test(comments_need_what_their_flags_ask_for),
        cmocka_unit_test(bodies_have_openers_and_closers_or_end_with_a_statement),
        cmocka_unit_test(heads_are_checked),
        cmocka_unit_test(a_head_has_at_most_64_words),
        cmocka_unit_test(commands_and_data_sections_need_their_words),
        cmocka_unit_test(unknown_kinds_flags_and_short_structs_are_refused),
        cmocka_unit_test(the_number_of_the_bad_rule_is_named),
        cmocka_unit_test(a_condition_stands_at_the_end_of_a_beginning),
        cmocka_unit_test(rules_are_copied_and_matched_without_regard_to_case),
        cmocka_unit_test(a_star_in_a_head_stands_for_any_run_of_tokens),
        cmocka_unit_test(without_rules_only_separators_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
