/* SPDX-License-Identifier: MIT */
#include "tests/unit/lex_helper.h"

#include <stdio.h>

TEST(dollar_quotes_hide_everything_up_to_their_own_tag)
{
    SPLITS(POSTGRES, "select $x$ $$;$$ $x$; select 2", "select $x$ $$;$$ $x$", "select 2");
    SPLITS(POSTGRES, "select $$ '; $x$; /* $$; select 2", "select $$ '; $x$; /* $$", "select 2");
    SPLITS(POSTGRES, "select $\xC3\xA9$;$\xC3\xA9$; select 2", "select $\xC3\xA9$;$\xC3\xA9$",
           "select 2");
    SPLITS(POSTGRES, "select $a$ $ $a $ $a;$ $$a$; select 2", "select $a$ $ $a $ $a;$ $$a$",
           "select 2");
    SPLITS(POSTGRES, "select $A$;$a$;$A$", "select $A$;$a$;$A$");
}

TEST(a_dollar_behind_a_name_or_before_a_digit_opens_nothing)
{
    SPLITS(POSTGRES, "select a$$ from (select 1 as a$$) z; select 2",
           "select a$$ from (select 1 as a$$) z", "select 2");
    SPLITS(POSTGRES, "select $1$;$1$", "select $1$", "$1$");
    SPLITS(POSTGRES, "select \xC3\xA9$$;$$", "select \xC3\xA9$$",
           "!t.sql:1:13: the dollar quote that begins here is not closed");
}

TEST(a_dollar_behind_a_number_or_a_parameter_opens_a_quote)
{
    SPLITS(POSTGRES, "select 1$$;$$; select 2", "select 1$$;$$", "select 2");
    SPLITS(POSTGRES, "select $1$$;$$; select 2", "select $1$$;$$", "select 2");
}

TEST(a_tag_of_more_than_256_bytes_is_no_tag)
{
    char text[700];
    char statement[700];
    char tag[400];

    memset(tag, 'a', sizeof tag);
    snprintf(text, sizeof text, "select $%.254s$;$%.254s$", tag, tag);
    SPLITS(POSTGRES, text, text);
    snprintf(text, sizeof text, "select $%.255s$;", tag);
    snprintf(statement, sizeof statement, "select $%.255s$", tag);
    SPLITS(POSTGRES, text, statement);
}

TEST(comments_nest)
{
    SPLITS(POSTGRES, "select /* a /* ; */ b ; */ 1; select 2", "select /* a /* ; */ b ; */ 1",
           "select 2");
    SPLITS(POSTGRES, "/* /*/*;*/;*/; **/ select 1", "select 1");
    SPLITS(POSTGRES, "/*! select 1; */ select 2", "select 2");
    SPLITS(POSTGRES, "/* /* */ select 1;",
           "!t.sql:1:1: the comment that begins here is not closed");
}

TEST(a_comment_to_the_end_of_the_line_ends_at_a_lone_carriage_return_too)
{
    SPLITS(POSTGRES, "-- a;\rselect 1; select 1--1;\r+1", "select 1", "select 1--1;\r+1");
}

TEST(backslashes_escape_in_e_strings_only)
{
    SPLITS(POSTGRES, "select E'it\\'s;'; select e'\\\\'; select 3", "select E'it\\'s;'",
           "select e'\\\\'", "select 3");
    SPLITS(POSTGRES, "select 'it\\'; select 2", "select 'it\\'", "select 2");
    SPLITS(POSTGRES, "select E'a''\\';'", "select E'a''\\';'");
    SPLITS(POSTGRES, "select nameE'\\'; select 2", "select nameE'\\'", "select 2");
    SPLITS(POSTGRES, "select E '\\'; select 2", "select E '\\'", "select 2");
    SPLITS(POSTGRES, "select U&'\\'; select U&\"\\;\"; select N'\\;'", "select U&'\\'",
           "select U&\"\\;\"", "select N'\\;'");
    SPLITS(POSTGRES, "E'\\';'", "E'\\';'");
}

TEST(brackets_are_subscripts_and_backticks_are_operators)
{
    SPLITS(POSTGRES, "select a[1;2]; select `a;", "select a[1", "2]", "select `a");
}

TEST(adjacent_strings_and_casts_are_ordinary_text)
{
    SPLITS(POSTGRES, "select 'a'\n'b;' , x::int, a[1:2]; select 2",
           "select 'a'\n'b;' , x::int, a[1:2]", "select 2");
}

TEST(bodies_of_begin_atomic_are_not_split)
{
    SPLITS(POSTGRES,
           "create function f(a int) returns int begin atomic\n"
           " SELECT case when a>0 then a else 0 end; end; select 2",
           "create function f(a int) returns int begin atomic\n"
           " SELECT case when a>0 then a else 0 end; end",
           "select 2");
    SPLITS(POSTGRES,
           "CREATE OR REPLACE PROCEDURE p() BEGIN /* x */ ATOMIC insert into t values (1); "
           "insert into t values (case when true then case 1 when 1 then 2 end end); END; select 2",
           "CREATE OR REPLACE PROCEDURE p() BEGIN /* x */ ATOMIC insert into t values (1); "
           "insert into t values (case when true then case 1 when 1 then 2 end end); END",
           "select 2");
    SPLITS(POSTGRES, "create function f() begin atomic select x.end, 'end', \"end\"; end; select 2",
           "create function f() begin atomic select x.end, 'end', \"end\"; end", "select 2");
}

TEST(only_routines_have_such_bodies)
{
    SPLITS(POSTGRES, "begin; select 1; end; begin atomic; select 2", "begin", "select 1", "end",
           "begin atomic", "select 2");
    SPLITS(POSTGRES, "create view v as select case when a then b end; select 2",
           "create view v as select case when a then b end", "select 2");
    SPLITS(POSTGRES, "create table function(begin int, atomic int); select 2",
           "create table function(begin int, atomic int)", "select 2");
    SPLITS(POSTGRES, "create function f() returns int return case when true then 1 end; select 2",
           "create function f() returns int return case when true then 1 end", "select 2");
    SPLITS(POSTGRES, "create function f() returns int as $$ begin; $$ language sql; select 2",
           "create function f() returns int as $$ begin; $$ language sql", "select 2");
}

TEST(the_list_of_actions_of_a_rule_is_not_split)
{
    SPLITS(POSTGRES, "create rule r as on insert to t do also (select 1; select (2)); select 3",
           "create rule r as on insert to t do also (select 1; select (2))", "select 3");
    SPLITS(POSTGRES, "create or replace rule r as on insert to t do also (select ';)'; select 2);",
           "create or replace rule r as on insert to t do also (select ';)'; select 2)");
    SPLITS(POSTGRES, "create table t (a int; b int)", "create table t (a int", "b int)");
}

TEST(data_of_copy_are_not_sql)
{
    SPLITS(POSTGRES, "COPY public.t (a, b) FROM stdin;\n1\t;'\n-- x\n\n\\N\t$$\n\\.\nselect 1;",
           "COPY public.t (a, b) FROM stdin", "=1\t;'\n-- x\n\n\\N\t$$\n|", "select 1");
    SPLITS(POSTGRES, "copy t from stdin with (format csv); -- x\r\n1\r\n\\.\r\nselect 1;",
           "copy t from stdin with (format csv)", "=1\r\n|", "select 1");
    SPLITS(POSTGRES, "copy t from stdin; /* \n */ \n\\.", "copy t from stdin", "=|");
    SPLITS(POSTGRES,
           "copy t from stdin; /* a comment of more than 23 bytes; */ -- and another of this kind\n"
           "1\n\\.\nselect 1;",
           "copy t from stdin", "=1\n|", "select 1");
    SPLITS(POSTGRES, "copy t to stdout; copy t from '/x'; select 'copy t from stdin';",
           "copy t to stdout", "copy t from '/x'", "select 'copy t from stdin'");
}

TEST(data_without_their_last_line_are_refused)
{
    SPLITS(POSTGRES, "copy t from stdin;\n1\n2\n", "copy t from stdin",
           "!t.sql:2:1: the data section that begins here is not closed");
    SPLITS(POSTGRES, "copy t from stdin;\n1\n\\. ", "copy t from stdin",
           "!t.sql:2:1: the data section that begins here is not closed");
    SPLITS(POSTGRES, "copy t from stdin; /* 1\n\\.\n", "copy t from stdin",
           "!t.sql:1:20: the comment that begins here is not closed");
    SPLITS(POSTGRES, "copy t from stdin", "copy t from stdin",
           "!t.sql:1:18: the data section that begins here is not closed");
}

TEST(data_begin_on_the_line_behind_their_statement)
{
    SPLITS(POSTGRES, "copy t from stdin; select 1;\n\\.", "copy t from stdin",
           "!t.sql:1:20: the data of the statement before should begin on the next line");
}

/* 1000 lines of 100 bytes: the first 656 of them reach 64 KiB. */
TEST(long_data_come_in_chunks_of_whole_lines)
{
    enum { LINES = 1000, WIDTH = 100, FIRST = 656 };
    static const char head[] = "copy t from stdin;\n";
    dn_text text = DN_TEXT_INIT;
    dn_text first = DN_TEXT_INIT;
    dn_text second = DN_TEXT_INIT;

    dn_text_add_string(&text, head);
    dn_text_add_char(&first, '=');
    dn_text_add_char(&second, '=');
    for (int i = 0; i < LINES; i++) {
        dn_text_printf(&text, "%0*d\n", WIDTH - 1, i);
        dn_text_printf(i < FIRST ? &first : &second, "%0*d\n", WIDTH - 1, i);
    }
    dn_text_add_string(&text, "\\.\n");
    dn_text_add_char(&second, '|');
    SPLITS(POSTGRES, text.data, "copy t from stdin", first.data, second.data);
    dn_text_free(&text);
    dn_text_free(&first);
    dn_text_free(&second);
}

TEST(commands_of_psql_are_refused_wherever_they_stand)
{
    SPLITS(POSTGRES, "select 1;\n\\set x 1\n", "select 1",
           "!t.sql:2:1: '\\set' is a command for a client program, not for the server");
    SPLITS(POSTGRES, "select 'select 1' \\gexec",
           "!t.sql:1:19: '\\gexec' is a command for a client program, not for the server");
    SPLITS(POSTGRES, "select 1 \\; select 2;",
           "!t.sql:1:10: '\\;' is a command for a client program, not for the server");
    SPLITS(POSTGRES, "select '\\a', \"\\b\", $$\\.$$ -- \\c\n/* \\d */",
           "select '\\a', \"\\b\", $$\\.$$");
    SPLITS(POSTGRES, "\\restrict abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n",
           "!t.sql:1:1: '\\restrict' is a command for a client program, not for the server");
}

TEST(blocks_of_do_are_dollar_quotes)
{
    SPLITS(POSTGRES, "do $$ begin perform 1; end $$; select 2", "do $$ begin perform 1; end $$",
           "select 2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dollar_quotes_hide_everything_up_to_their_own_tag),
        cmocka_unit_test(a_dollar_behind_a_name_or_before_a_digit_opens_nothing),
        cmocka_unit_test(a_dollar_behind_a_number_or_a_parameter_opens_a_quote),
        cmocka_unit_test(a_tag_of_more_than_256_bytes_is_no_tag),
        cmocka_unit_test(comments_nest),
        cmocka_unit_test(a_comment_to_the_end_of_the_line_ends_at_a_lone_carriage_return_too),
        cmocka_unit_test(backslashes_escape_in_e_strings_only),
        cmocka_unit_test(brackets_are_subscripts_and_backticks_are_operators),
        cmocka_unit_test(adjacent_strings_and_casts_are_ordinary_text),
        cmocka_unit_test(bodies_of_begin_atomic_are_not_split),
        cmocka_unit_test(only_routines_have_such_bodies),
        cmocka_unit_test(the_list_of_actions_of_a_rule_is_not_split),
        cmocka_unit_test(data_of_copy_are_not_sql),
        cmocka_unit_test(data_without_their_last_line_are_refused),
        cmocka_unit_test(data_begin_on_the_line_behind_their_statement),
        cmocka_unit_test(long_data_come_in_chunks_of_whole_lines),
        cmocka_unit_test(commands_of_psql_are_refused_wherever_they_stand),
        cmocka_unit_test(blocks_of_do_are_dollar_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
