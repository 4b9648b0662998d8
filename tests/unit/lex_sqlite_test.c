/* SPDX-License-Identifier: MIT */
#include "tests/unit/lex_helper.h"

TEST(semicolons_separate_statements_and_are_not_part_of_them)
{
    SPLITS(SQLITE, "select 1;select 2 ; \n select 3", "select 1", "select 2", "select 3");
}

TEST(empty_statements_and_comments_alone_do_not_appear)
{
    SPLITS(SQLITE, "");
    SPLITS(SQLITE, ";;; ; -- nothing\n /* ; */ ;");
    SPLITS(SQLITE, "  \n\t ");
    SPLITS(SQLITE, ";;select 1;;", "select 1");
}

TEST(comments_around_a_statement_are_left_out_and_those_inside_stay)
{
    SPLITS(SQLITE, "-- a\n/* b */ select /* c; */ 1 -- d;\n + 2 /* e */ -- f\n;",
           "select /* c; */ 1 -- d;\n + 2");
}

TEST(single_quotes_hide_separators_and_know_doubling_but_no_backslash)
{
    SPLITS(SQLITE, "select 'a;b'';c'; select 2", "select 'a;b'';c'", "select 2");
    SPLITS(SQLITE, "select 'it\\'; select 2", "select 'it\\'", "select 2");
    SPLITS(SQLITE, "select 'a'\n'b;'; select 2", "select 'a'\n'b;'", "select 2");
    SPLITS(SQLITE, "select X'3b;'; select 2", "select X'3b;'", "select 2");
    SPLITS(SQLITE, "select e'\\'; select 2", "select e'\\'", "select 2");
}

TEST(all_three_kinds_of_quoted_names_hide_separators)
{
    SPLITS(SQLITE, "select `a;b`, \"c;\"\"d\", [e;f'] -- x;\n; select 2",
           "select `a;b`, \"c;\"\"d\", [e;f']", "select 2");
}

TEST(a_double_dash_always_begins_a_comment)
{
    SPLITS(SQLITE, "select 1--1;\n;select 2", "select 1", "select 2");
}

TEST(comments_do_not_nest)
{
    SPLITS(SQLITE, "select /* a /* ; */ b ; */ 1", "select /* a /* ; */ b", "*/ 1");
    SPLITS(SQLITE, "/*/ ; */ select 1", "select 1");
}

TEST(executable_comments_and_dollars_mean_nothing)
{
    SPLITS(SQLITE, "/*! select 1; */ select $x; select $$;$$", "select $x", "select $$", "$$");
}

TEST(a_trigger_ends_at_an_end_that_is_a_statement_of_its_own)
{
    SPLITS(SQLITE,
           "create trigger t after insert on x begin select case when 1 then 2 end; end;select 1",
           "create trigger t after insert on x begin select case when 1 then 2 end; end",
           "select 1");
    SPLITS(SQLITE,
           "CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN\n"
           "  SELECT 'end;'; -- end;\n"
           "  UPDATE x SET a = 1 /* ; end; */ ;;\n"
           "END ; SELECT 1;",
           "CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN\n"
           "  SELECT 'end;'; -- end;\n"
           "  UPDATE x SET a = 1 /* ; end; */ ;;\n"
           "END",
           "SELECT 1");
    SPLITS(SQLITE,
           "create temporary /* x */ trigger t begin select 1; /* y */ end -- z\n; select 2",
           "create temporary /* x */ trigger t begin select 1; /* y */ end", "select 2");
    SPLITS(SQLITE, "explain create trigger t begin select 1; end; select 2",
           "explain create trigger t begin select 1; end", "select 2");
    SPLITS(SQLITE, "explain query plan create trigger t begin select 1; end; select 2",
           "explain query plan create trigger t begin select 1; end", "select 2");
}

TEST(an_end_before_the_first_separator_does_not_end_a_trigger)
{
    SPLITS(SQLITE, "create trigger end; end; select 1", "create trigger end; end", "select 1");
}

TEST(the_last_end_of_a_trigger_needs_no_separator)
{
    SPLITS(SQLITE, "create trigger t after insert on x begin select 1; end",
           "create trigger t after insert on x begin select 1; end");
}

TEST(begin_and_end_outside_triggers_are_ordinary_statements)
{
    SPLITS(SQLITE, "begin; create table trigger_log(a); end; select 1", "begin",
           "create table trigger_log(a)", "end", "select 1");
    SPLITS(SQLITE, "create table trigger1(a); end;", "create table trigger1(a)", "end");
    SPLITS(SQLITE, "drop trigger t; end", "drop trigger t", "end");
    SPLITS(SQLITE, "\"create\" trigger t; end", "\"create\" trigger t", "end");
}

TEST(a_trigger_without_end_is_refused_where_it_begins)
{
    SPLITS(SQLITE, "select 1;\n  create trigger t after insert on x begin select 1;\n", "select 1",
           "!t.sql:2:3: the body of the statement that begins here is not closed");
}

TEST(dot_commands_are_refused_at_the_start_of_a_line_only)
{
    SPLITS(SQLITE, "select 1;\n.mode box\nselect 2;", "select 1",
           "!t.sql:2:1: '.mode' is a command for a client program, not for the server");
    SPLITS(SQLITE, "  .read x",
           "!t.sql:1:3: '.read' is a command for a client program, not for the server");
    SPLITS(SQLITE, "select 1\n.5; select a\n.b from a", "select 1\n.5", "select a\n.b from a");
    SPLITS(SQLITE, "select 1; .x", "select 1", ".x");
    SPLITS(SQLITE, "/* .x\n.y */ -- .z\nselect 1", "select 1");
}

TEST(quotes_and_comments_that_are_not_closed_are_refused_where_they_begin)
{
    SPLITS(SQLITE, "select 1;\nselect 'a;", "select 1",
           "!t.sql:2:8: the quote that begins here is not closed");
    SPLITS(SQLITE, "select \"a;''", "!t.sql:1:8: the quote that begins here is not closed");
    SPLITS(SQLITE, "select [a", "!t.sql:1:8: the quote that begins here is not closed");
    SPLITS(SQLITE, "select 1\n /* a;", "!t.sql:2:2: the comment that begins here is not closed");
    SPLITS(SQLITE, "select 1;\n/* a\n\n/*", "select 1",
           "!t.sql:2:1: the comment that begins here is not closed");
}

TEST(the_hint_of_an_unclosed_quote_says_what_to_do)
{
    dn_error error = error_of(SQLITE, "select 'a");

    assert_string_equal(error.id, "lex.unterminated");
    assert_int_equal(error.status, DUNLIN_SYNTAX);
    assert_string_equal(error.hint, "close it where it should end");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(semicolons_separate_statements_and_are_not_part_of_them),
        cmocka_unit_test(empty_statements_and_comments_alone_do_not_appear),
        cmocka_unit_test(comments_around_a_statement_are_left_out_and_those_inside_stay),
        cmocka_unit_test(single_quotes_hide_separators_and_know_doubling_but_no_backslash),
        cmocka_unit_test(all_three_kinds_of_quoted_names_hide_separators),
        cmocka_unit_test(a_double_dash_always_begins_a_comment),
        cmocka_unit_test(comments_do_not_nest),
        cmocka_unit_test(executable_comments_and_dollars_mean_nothing),
        cmocka_unit_test(a_trigger_ends_at_an_end_that_is_a_statement_of_its_own),
        cmocka_unit_test(an_end_before_the_first_separator_does_not_end_a_trigger),
        cmocka_unit_test(the_last_end_of_a_trigger_needs_no_separator),
        cmocka_unit_test(begin_and_end_outside_triggers_are_ordinary_statements),
        cmocka_unit_test(a_trigger_without_end_is_refused_where_it_begins),
        cmocka_unit_test(dot_commands_are_refused_at_the_start_of_a_line_only),
        cmocka_unit_test(quotes_and_comments_that_are_not_closed_are_refused_where_they_begin),
        cmocka_unit_test(the_hint_of_an_unclosed_quote_says_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
