/* SPDX-License-Identifier: MIT
 *
 * What is the same for every dialect: places, breakpoints, directives, bytes that are not text.
 */
#include "tests/unit/lex_helper.h"

#include "core/lex/split.h"

#define BREAK "--> statement-breakpoint"
#define BLANKS "                                                                " /* 64 */

TEST(places_are_lines_and_byte_columns_from_one)
{
    PLACES(SQLITE, "select 1;\n\n  select\n2; select 3;\r\n-- x\r\n\tselect '\n\n';select 4",
           "1:1 select 1", "3:3 select\n2", "4:4 select 3", "6:2 select '\n\n'", "8:3 select 4");
    PLACES(SQLITE, "/* \xC3\xA9\n\xC3\xA9 */ select 1;", "2:7 select 1");
}

TEST(a_byte_order_mark_is_skipped_and_counts_in_the_offset_only)
{
    PLACES(SQLITE, "\xEF\xBB\xBFselect 1;\nselect 2", "1:1 select 1", "2:1 select 2");
    SPLITS(SQLITE, "\xEF\xBB\xBF");
    SPLITS(SQLITE, "\xEF\xBB\xBFselect 'a text of more than 26 bytes'; select 2",
           "select 'a text of more than 26 bytes'", "select 2");
    PLACES(SQLITE, "\xEF\xBB\xBF-- dunlin: down\n", "1:12 @down");
    SPLITS(SQLITE, "\xEF\xBB\xBF.mode x",
           "!t.sql:1:1: '.mode' is a command for a client program, not for the server");
    SPLITS(SQLITE, "\xEF\xBB", "\xEF\xBB");
    SPLITS(SQLITE, "select 1;\xEF\xBB\xBFselect 2", "select 1", "\xEF\xBB\xBFselect 2");
}

TEST(windows_line_ends_stay_inside_statements_only)
{
    SPLITS(SQLITE, "create table t (\r\n  a int\r\n);\r\nselect 1\r\n;\r\n-- c;\r\nselect 2;\r\n",
           "create table t (\r\n  a int\r\n)", "select 1", "select 2");
}

TEST(the_last_line_needs_no_newline)
{
    SPLITS(SQLITE, "select 1; -- comment;", "select 1");
    SPLITS(SQLITE, "select 1 -- comment;", "select 1");
    SPLITS(POSTGRES, "select 1 -- comment;", "select 1");
    SPLITS(MYSQL, "select 1 # comment;", "select 1");
    SPLITS(SQLITE, "select 1 -", "select 1 -");
    SPLITS(SQLITE, "select 1 /", "select 1 /");
}

TEST(a_breakpoint_ends_a_statement_wherever_it_stands)
{
    PLACES(SQLITE,
           "create table t (a int);" BREAK "\ncreate index i on t (a);\n" BREAK "\nselect 1\n" BREAK
           "\nselect 2",
           "1:1 create table t (a int)", "2:1 create index i on t (a)", "4:1 select 1",
           "6:1 select 2");
    SPLITS(MYSQL, "select 1 " BREAK " select 2;" BREAK BREAK "\n" BREAK, "select 1", "select 2");
    PLACES(SQLITE, "select 1 -- c " BREAK "select 2 /* x */" BREAK, "1:1 select 1",
           "1:39 select 2");
    SPLITS(SQLITE, "-" BREAK " select 1", "-", "select 1");
    SPLITS(SQLITE, BREAK);
}

TEST(a_text_that_only_begins_like_a_breakpoint_is_none)
{
    SPLITS(SQLITE, "select 1 --> statement-break\n + 1; --> statement-breakpoin",
           "select 1 --> statement-break\n + 1");
    SPLITS(SQLITE, "select 1\n--> Statement-breakpoint\n+ 1",
           "select 1\n--> Statement-breakpoint\n+ 1");
}

TEST(separators_split_between_breakpoints_too)
{
    SPLITS(SQLITE, "select 1; select 2;\n" BREAK "\nselect 3; select 4", "select 1", "select 2",
           "select 3", "select 4");
}

TEST(a_breakpoint_inside_a_quote_splits_there_and_leaves_it_unclosed)
{
    dn_error error;

    SPLITS(SQLITE, "select 1;\nselect 'a\n" BREAK "\n';", "select 1",
           "!t.sql:2:8: the quote that begins here is not closed");
    error = error_of(SQLITE, "select 1;\nselect 'a\n " BREAK "\n';");
    assert_string_equal(error.id, "lex.unterminated");
    assert_string_equal(error.hint,
                        "the '--> statement-breakpoint' at 3:2 stands inside it; it ends "
                        "a statement wherever it stands");
    SPLITS(POSTGRES, "do $x$ begin\n" BREAK "\n end $x$",
           "!t.sql:1:4: the dollar quote that begins here is not closed");
    SPLITS(SQLITE, "select 1; /* " BREAK " */", "select 1",
           "!t.sql:1:11: the comment that begins here is not closed");
    SPLITS(SQLITE, "create trigger t begin select 1;" BREAK "end;",
           "!t.sql:1:1: the body of the statement that begins here is not closed");
    SPLITS(POSTGRES, "copy t from stdin;\n1\n" BREAK "\n\\.", "copy t from stdin",
           "!t.sql:2:1: the data section that begins here is not closed");
}

TEST(a_breakpoint_closes_what_is_complete)
{
    SPLITS(SQLITE, "create trigger t begin select 1; end " BREAK " select 1",
           "create trigger t begin select 1; end", "select 1");
    SPLITS(POSTGRES, "copy t from stdin;\n1\n\\." BREAK "\nselect 1", "copy t from stdin", "=1\n|",
           "select 1");
    SPLITS(MYSQL, "delimiter //" BREAK "select 1; // select 2", "select 1;", "select 2");
}

TEST(directives_are_comment_lines_of_their_own)
{
    PLACES(SQLITE,
           "-- dunlin: only sqlite\nselect 1;\n  --\tdunlin:  end  \r\n"
           "--dunlin:no-transaction\n/* x */\n-- DUNLIN: rename a.b -> c\n" BREAK
           "\n-- dunlin:\nselect 2; -- dunlin: no\n/**/ -- dunlin: no\nselect 3;\n-- dunlin: down",
           "1:12 @only sqlite", "2:1 select 1", "3:15 @end", "4:10 @no-transaction",
           "6:12 @rename a.b -> c", "8:11 @", "9:1 select 2", "11:1 select 3", "12:12 @down");
    SPLITS(MYSQL, "-- dunlin: only mysql\nselect 1; # dunlin: x\n#dunlin: y\n", "@only mysql",
           "select 1");
    SPLITS(POSTGRES, "-- dunlin: assert select ';' = 0; -- x\nselect 1",
           "@assert select ';' = 0; -- x", "select 1");
    SPLITS(SQLITE, "-- dunlin:ok" BREAK "-- dunlin: no\n-- dunlin is a tool\n-- dunlin", "@ok");
    SPLITS(SQLITE, "--" BLANKS "dunlin: a\n--" BLANKS " dunlin: b\n--" BLANKS BLANKS, "@a");
    SPLITS(SQLITE, "select 1; --\n -- dun\n -- dunlin: a\n -- dunli", "select 1", "@a");
}

TEST(a_directive_inside_a_statement_is_refused)
{
    dn_error error;

    SPLITS(SQLITE, "select 0; create table t (\n  -- dunlin: only sqlite\n a int);", "select 0",
           "!t.sql:2:3: a 'dunlin:' directive stands inside a statement");
    SPLITS(SQLITE, "select 1\n-- dunlin: end\n",
           "!t.sql:2:1: a 'dunlin:' directive stands inside a statement");
    error = error_of(SQLITE, "select 1\n-- dunlin: end\n");
    assert_string_equal(error.id, "lex.directive-inside");
    assert_string_equal(error.hint, "put it before or after the statement, and end the statement "
                                    "before it with its separator");
}

TEST(a_directive_inside_a_token_or_behind_text_is_none)
{
    SPLITS(SQLITE, "select '\n-- dunlin: x\n' -- dunlin: y\n /* \n-- dunlin: z\n*/; select 2",
           "select '\n-- dunlin: x\n'", "select 2");
    SPLITS(POSTGRES, "do $$\n-- dunlin: x\n$$", "do $$\n-- dunlin: x\n$$");
    SPLITS(POSTGRES, "copy t from stdin;\n-- dunlin: x\n\\.\n", "copy t from stdin",
           "=-- dunlin: x\n|");
}

TEST(a_nul_byte_is_refused_where_it_stands)
{
    SPLITS_BYTES(SQLITE, "select 1;\nselect\0 2;", "select 1",
                 "!t.sql:2:7: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "select 1;\0", "select 1", "!t.sql:1:10: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "\0", "!t.sql:1:1: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "select 'a\0'", "!t.sql:1:10: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "-- a\n/* \0 */", "!t.sql:2:4: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "-- dunlin: a\0", "!t.sql:1:13: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "create trigger t begin select 1; end\0",
                 "!t.sql:1:37: a NUL byte stands here");
    SPLITS_BYTES(POSTGRES, "copy t from stdin;\n1\n\\.\0\n", "copy t from stdin",
                 "!t.sql:3:3: a NUL byte stands here");
    SPLITS_BYTES(SQLITE, "\xFF\xFEs\0e\0", "!t.sql:1:4: a NUL byte stands here");
}

/* --- reading --------------------------------------------------------------------------------------- */
typedef struct generator {
    const char *line;
    uint64_t lines; /* left */
    size_t at;      /* in the line */
    bool fails;     /* at the end */
    int dialect;
} generator;

static int64_t
generate(void *context, void *buffer, size_t bytes, dn_error *error)
{
    generator *g = context;
    size_t length = strlen(g->line);
    size_t filled = 0;

    while (filled < bytes && g->lines) {
        size_t count = length - g->at < bytes - filled ? length - g->at : bytes - filled;

        memcpy((char *)buffer + filled, g->line + g->at, count);
        filled += count;
        g->at += count;
        if (g->at == length) {
            g->at = 0;
            g->lines--;
        }
    }
    if (!filled && g->fails)
        return dn_fail(error, DUNLIN_FAILED, "file.unreadable", "the disk is on fire");
    return (int64_t)filled;
}

typedef struct outcome {
    unsigned statements;
    unsigned line; /* of the last one */
    size_t capacity;
    dn_error error;
} outcome;

static outcome
run(generator from, size_t longest)
{
    dn_arena arena = DN_ARENA_INIT;
    outcome out = {0};
    dn_lex_rules *rules = dialect_rules(&arena, from.dialect, &out.error);
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", generate, &from, &out.error);
    dn_lex_item item;

    assert_non_null(splitter);
    if (longest)
        splitter->longest = longest;
    while (dn_lex_next(splitter, &item, &out.error) == 0 && item.kind != DN_LEX_END) {
        out.statements++;
        out.line = item.line;
    }
    out.capacity = splitter->capacity;
    dn_lex_close(splitter);
    dn_arena_free(&arena);
    return out;
}

TEST(many_small_statements_take_a_small_constant_buffer)
{
    outcome few = run((generator){.line = "insert into t values (1, 'a;b');\n", .lines = 10000}, 0);
    outcome many =
        run((generator){.line = "insert into t values (1, 'a;b');\n", .lines = 1000000}, 0);

    assert_int_equal(few.statements, 10000);
    assert_int_equal(many.statements, 1000000);
    assert_int_equal(many.line, 1000000);
    assert_int_equal(few.capacity, many.capacity);
    assert_true(many.capacity <= 128 * 1024);
}

TEST(comments_between_statements_are_not_kept)
{
    outcome lines = run((generator){.line = "-- nothing to see\n", .lines = 100000}, 0);
    outcome block = run((generator){.line = "/* nothing\n to see", .lines = 100000}, 0);

    assert_string_equal(lines.error.message, "");
    assert_true(lines.capacity <= 128 * 1024);
    assert_string_equal(block.error.message,
                        "t.sql:1:1: the comment that begins here is not closed");
    assert_true(block.capacity <= 128 * 1024);
}

TEST(a_long_statement_takes_at_most_twice_its_size)
{
    outcome out = run((generator){.line = "select 1 + \n", .lines = 1000000}, 0);

    assert_int_equal(out.statements, 1);
    assert_true(out.capacity >= 12000000 && out.capacity <= 24000000 + 128 * 1024);
}

/* The statement begins in the second half of a full buffer, so its bytes are moved while its quote
 * is open. */
TEST(an_open_quote_survives_that_the_buffer_moves)
{
    enum { BEFORE = 100000, LENGTH = 300000 };
    dn_text text = DN_TEXT_INIT;
    const char *statement;

    dn_text_add_string(&text, "--");
    while (text.length < BEFORE)
        dn_text_add_string(&text, " nothing");
    dn_text_add_string(&text, "\n");
    statement = dn_text_reserve(&text, LENGTH + 1000) + 1; /* stays where it is from here on */
    dn_text_add_string(&text, " select $tag$ $$; $ta$ ");
    while (text.length < LENGTH)
        dn_text_add_string(&text, "';$$ ");
    dn_text_add_string(&text, "$tag$");
    SPLITS(POSTGRES, text.data, statement);
    dn_text_free(&text);
}

TEST(a_statement_above_the_limit_is_refused_where_it_begins)
{
    /* In ordinary text, in a quote, and with the separator behind it in sight. */
    outcome out = run((generator){.line = ";\nselect + 1.......", .lines = 1}, 10);

    assert_string_equal(out.error.message,
                        "t.sql:2:1: the statement that begins here is longer than 10 bytes");
    assert_string_equal(out.error.id, "lex.too-long");
    out = run((generator){.line = ";\n'1234567890", .lines = 1}, 10);
    assert_string_equal(out.error.message,
                        "t.sql:2:1: the statement that begins here is longer than 10 bytes");
    out = run((generator){.line = ";\n12345678901;", .lines = 1}, 10);
    assert_string_equal(out.error.message,
                        "t.sql:2:1: the statement that begins here is longer than 10 bytes");
    out = run((generator){.line = ";\n1234567890;", .lines = 1}, 10);
    assert_int_equal(out.statements, 1);
    assert_string_equal(out.error.message, "");
}

TEST(a_directive_or_a_line_of_data_above_the_limit_is_refused)
{
    outcome out = run((generator){.line = ";\n-- dunlin: 345678901", .lines = 1}, 20);

    assert_int_equal(out.statements, 1);
    out = run((generator){.line = ";\n-- dunlin: 3456789012", .lines = 1}, 20);
    assert_string_equal(out.error.message,
                        "t.sql:2:1: the line that begins here is longer than 20 bytes");
    out = run((generator){.line = "-- 3456789012345678901234567890", .lines = 1}, 20);
    assert_string_equal(out.error.message, "");
    out = run((generator){.line = "copy t from stdin;\n1\n12345678901234567890\n\\.\n",
                          .lines = 1,
                          .dialect = POSTGRES},
              20);
    assert_string_equal(out.error.message, "");
    out = run((generator){.line = "copy t from stdin;\n1\n123456789012345678901\n\\.\n",
                          .lines = 1,
                          .dialect = POSTGRES},
              20);
    assert_string_equal(out.error.message,
                        "t.sql:3:1: the line that begins here is longer than 20 bytes");
}

TEST(an_error_of_the_reader_is_handed_on_and_stays)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    generator from = {.line = "select 1;\n", .lines = 1, .fails = true};
    dn_lex_rules *rules = dialect_rules(&arena, SQLITE, &error);
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", generate, &from, &error);
    dn_lex_item item;

    for (int i = 0; i < 2; i++) {
        dn_error_clear(&error);
        assert_int_equal(dn_lex_next(splitter, &item, &error), -1);
        assert_string_equal(error.message, "the disk is on fire");
        assert_string_equal(error.id, "file.unreadable");
    }
    dn_lex_close(splitter);
    dn_lex_close(NULL);
    dn_arena_free(&arena);
}

TEST(the_end_is_reported_as_often_as_one_asks)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_error error = {0};
    generator from = {.line = "select 1;\n", .lines = 1};
    dn_lex_rules *rules = dialect_rules(&arena, SQLITE, &error);
    dn_lex_splitter *splitter = dn_lex_open(rules, "t.sql", generate, &from, &error);
    dn_lex_item item;

    assert_int_equal(dn_lex_next(splitter, &item, &error), 0);
    assert_int_equal(item.kind, DN_LEX_STATEMENT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(dn_lex_next(splitter, &item, &error), 0);
        assert_int_equal(item.kind, DN_LEX_END);
    }
    dn_lex_close(splitter);
    dn_arena_free(&arena);
}

TEST(a_byte_of_a_statement_is_found_as_line_and_column)
{
    static const char text[] = "select\n  a\n\nfrom t";
    unsigned line = 10;
    unsigned column = 5;

    dn_lex_place(dn_string(text), 3, &line, &column);
    assert_int_equal(line, 10);
    assert_int_equal(column, 8);
    line = 10, column = 5;
    dn_lex_place(dn_string(text), 9, &line, &column);
    assert_int_equal(line, 11);
    assert_int_equal(column, 3);
    line = 10, column = 5;
    dn_lex_place(dn_string(text), 12, &line, &column);
    assert_int_equal(line, 13);
    assert_int_equal(column, 1);
    line = 1, column = 1;
    dn_lex_place(dn_string(text), 999, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_lines_and_byte_columns_from_one),
        cmocka_unit_test(a_byte_order_mark_is_skipped_and_counts_in_the_offset_only),
        cmocka_unit_test(windows_line_ends_stay_inside_statements_only),
        cmocka_unit_test(the_last_line_needs_no_newline),
        cmocka_unit_test(a_breakpoint_ends_a_statement_wherever_it_stands),
        cmocka_unit_test(a_text_that_only_begins_like_a_breakpoint_is_none),
        cmocka_unit_test(separators_split_between_breakpoints_too),
        cmocka_unit_test(a_breakpoint_inside_a_quote_splits_there_and_leaves_it_unclosed),
        cmocka_unit_test(a_breakpoint_closes_what_is_complete),
        cmocka_unit_test(directives_are_comment_lines_of_their_own),
        cmocka_unit_test(a_directive_inside_a_statement_is_refused),
        cmocka_unit_test(a_directive_inside_a_token_or_behind_text_is_none),
        cmocka_unit_test(a_nul_byte_is_refused_where_it_stands),
        cmocka_unit_test(many_small_statements_take_a_small_constant_buffer),
        cmocka_unit_test(comments_between_statements_are_not_kept),
        cmocka_unit_test(a_long_statement_takes_at_most_twice_its_size),
        cmocka_unit_test(an_open_quote_survives_that_the_buffer_moves),
        cmocka_unit_test(a_statement_above_the_limit_is_refused_where_it_begins),
        cmocka_unit_test(a_directive_or_a_line_of_data_above_the_limit_is_refused),
        cmocka_unit_test(an_error_of_the_reader_is_handed_on_and_stays),
        cmocka_unit_test(the_end_is_reported_as_often_as_one_asks),
        cmocka_unit_test(a_byte_of_a_statement_is_found_as_line_and_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
