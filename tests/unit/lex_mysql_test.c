/* SPDX-License-Identifier: MIT */
#include "tests/unit/lex_helper.h"

TEST(both_kinds_of_strings_know_backslashes_and_doubling)
{
    SPLITS(MYSQL, "select 'it\\'s;', \"a\\\";\"\";\", 'b\\\\'; select 2",
           "select 'it\\'s;', \"a\\\";\"\";\", 'b\\\\'", "select 2");
    SPLITS(MYSQL, "select 'it\\'; select 2",
           "!t.sql:1:8: the quote that begins here is not closed");
    SPLITS(MYSQL, "select 'a\\\\\\';''\\\\'; select 2", "select 'a\\\\\\';''\\\\'", "select 2");
    SPLITS(MYSQL, "select 'a' 'b;', N'\\';', _utf8'\\';'; select 2",
           "select 'a' 'b;', N'\\';', _utf8'\\';'", "select 2");
}

TEST(backticks_are_names_without_backslashes)
{
    SPLITS(MYSQL, "select `a;b`, \"c;d\" -- x;\n; select `a\\`; select `b``;`",
           "select `a;b`, \"c;d\"", "select `a\\`", "select `b``;`");
}

TEST(brackets_and_dollars_quote_nothing)
{
    SPLITS(MYSQL, "select [a;$$b;c$$", "select [a", "$$b", "c$$");
}

TEST(a_double_dash_needs_a_blank_behind_it)
{
    SPLITS(MYSQL, "select 1--1; select 2", "select 1--1", "select 2");
    SPLITS(MYSQL, "select 1 -- 1;\n; select 1 --\t2;\n; select 3 --\n;", "select 1", "select 1",
           "select 3");
    SPLITS(MYSQL, "select 1 --", "select 1");
    SPLITS(MYSQL, "select 1 --\x7F;\n; select 2 --\x01;\n", "select 1", "select 2");
    SPLITS(MYSQL, "--x;\n select 2", "--x", "select 2");
}

TEST(a_hash_begins_a_comment)
{
    SPLITS(MYSQL, "select 1 # a;\n + 2;#\n#b;", "select 1 # a;\n + 2");
}

TEST(comments_do_not_nest)
{
    SPLITS(MYSQL, "select /* a /* ; */ b ; */ 1", "select /* a /* ; */ b", "*/ 1");
}

TEST(executable_comments_are_code_up_to_their_end)
{
    SPLITS(MYSQL, "/*!40101 SET NAMES utf8 */; /*!40000 select 1; select 2 */;",
           "/*!40101 SET NAMES utf8 */", "/*!40000 select 1; select 2 */");
    SPLITS(MYSQL, "/*M! select 1; */; /* M! 2; */ /*M!100100 select 3 */", "/*M! select 1; */",
           "/*M!100100 select 3 */");
    SPLITS(MYSQL, "select 1 /*! + 2; */ ; select 3", "select 1 /*! + 2; */", "select 3");
    SPLITS(MYSQL,
           "DELIMITER ;;\n/*!50003 create trigger t before insert on x for each row begin "
           "set @a=1; end */;;\nDELIMITER ;\nselect 1;",
           "/*!50003 create trigger t before insert on x for each row begin set @a=1; end */",
           "select 1");
    SPLITS(MYSQL, "select 1; /*!40101 a;", "select 1",
           "!t.sql:1:11: the comment that begins here is not closed");
}

TEST(the_delimiter_command_changes_the_separator)
{
    SPLITS(MYSQL, "delimiter //\nselect 1; select 2//\n  DELIMITER ;\nselect 3; select 4",
           "select 1; select 2", "select 3", "select 4");
    SPLITS(MYSQL, "Delimiter $$ -- comment;\nselect 1;\n$$select 2$$\r\ndelimiter ;\r\nselect 3;",
           "select 1;", "select 2", "select 3");
    SPLITS(MYSQL, "DELIMITER go\nselect category\ngo\nselect 1 /* go */ 'go' GO\ngo", "select cate",
           "ry", "select 1 /* go */ 'go' GO");
    SPLITS(MYSQL,
           "delimiter |\ncreate trigger t before insert on x for each row begin set @a=1; "
           "end|\ndelimiter ;",
           "create trigger t before insert on x for each row begin set @a=1; end");
    SPLITS(MYSQL, "delimiter //\ncreate procedure p() begin select 1 // select 2",
           "create procedure p() begin select 1", "select 2");
    SPLITS(MYSQL, "delimiter #\nselect 1#select 2", "select 1", "select 2");
}

TEST(the_word_delimiter_elsewhere_is_a_name)
{
    SPLITS(MYSQL, "create table t (\ndelimiter int,\ndelimiters int); select delimiter\n",
           "create table t (\ndelimiter int,\ndelimiters int)", "select delimiter");
    SPLITS(MYSQL, "select 1; delimiter //\n; select 2", "select 1", "delimiter //", "select 2");
    SPLITS(MYSQL, "delimiters\n;select 1", "delimiters", "select 1");
}

TEST(the_delimiter_command_needs_a_delimiter)
{
    SPLITS(MYSQL, "select 1;\nDELIMITER  \nselect 2", "select 1",
           "!t.sql:2:12: DELIMITER needs a delimiter of 1 to 63 bytes here");
    SPLITS(MYSQL, "DELIMITER", "!t.sql:1:10: DELIMITER needs a delimiter of 1 to 63 bytes here");
    SPLITS(MYSQL, "DELIMITER aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
           "!t.sql:1:11: DELIMITER needs a delimiter of 1 to 63 bytes here");
}

/* A routine alone and with a statement behind it. */
#define ROUTINE(text) SPLITS(MYSQL, text "; select 2", text, "select 2")

TEST(bodies_of_routines_are_not_split)
{
    ROUTINE("create procedure p() begin select 1; begin select 2; end; end");
    ROUTINE("CREATE DEFINER=`root`@`localhost` TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN "
            "SET NEW.a = 1; END");
    ROUTINE("create or replace definer = current_user() function f() returns int begin return 1; "
            "end");
    ROUTINE("create event e on schedule every 1 day do begin delete from x; end");
    ROUTINE("create definer=a@b event if not exists e on schedule every 1 day do begin select 1; "
            "end");
    ROUTINE("alter definer=a@b event e do begin select 1; select 2; end");
    ROUTINE("CREATE /*!50017 DEFINER=`a`@`b` */ TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN "
            "SET @a=1; END");
    ROUTINE("create aggregate function f(x int) returns int begin fetch group next row; end");
}

TEST(blocks_inside_bodies_nest)
{
    ROUTINE("create procedure p() begin if a then select 1; elseif b then select 2; else if c then "
            "select 3; end if; end if; end");
    ROUTINE("create procedure p() begin while a do select 1; end while; select 2; end");
    ROUTINE("create procedure p() begin l: loop leave l; end loop l; end");
    ROUTINE("create procedure p() begin repeat set a = 1; until b end repeat; end");
    ROUTINE("create procedure p() begin case a when 1 then select 1; when 2 then begin end; else "
            "select case when 1 then 2 else 3 end; end case; select 4; end");
    ROUTINE("create procedure p() l1: begin declare exit handler for 1062 begin end; select 1; "
            "end l1");
    ROUTINE("create procedure p() begin for i in 1..3 do select i; end for; select 1; end");
}

TEST(functions_and_conditions_that_look_like_blocks_do_not_count)
{
    ROUTINE("create procedure p() begin select if(a, 1, 2), repeat('x;', 3); if (a) then select 1; "
            "end if; drop table if exists t; create table if not exists t (a int); end");
    ROUTINE("create procedure p() begin if if(a, b, c) then select 1; end if; end");
    ROUTINE("create procedure if not exists p() begin select 1; end");
    ROUTINE("create trigger t before insert on x for each row set new.a = if(new.b, 1, 2)");
    ROUTINE("create procedure p() begin set new.end = 1, @begin = 2, @end = @begin; end");
    ROUTINE("create procedure p() begin select `end`, 'end', \"end\" /* end */ -- end\n; end");
}

TEST(a_body_may_be_one_compound_statement_without_begin)
{
    ROUTINE("create trigger t before insert on x for each row if (new.a is null) then set new.a = "
            "1; if new.b then set new.b = 2; end if; else set new.c = 3; end if");
    ROUTINE("create procedure p() if a then select 1; elseif b then select 2; end if");
    ROUTINE("create procedure p() case a when 1 then select 1; else select 2; end case");
    ROUTINE("create procedure p() while a do select 1; end while");
    ROUTINE("create procedure p() repeat select 1; until a end repeat");
    ROUTINE("create procedure p() loop select 1; end loop");
    ROUTINE("create function f() returns int return case when a then 1 else 2 end");
}

TEST(begin_opens_a_body_in_routines_only)
{
    SPLITS(MYSQL, "begin; select 1; end; start transaction; commit", "begin", "select 1", "end",
           "start transaction", "commit");
    SPLITS(MYSQL, "create table `procedure` (begin int); select 1",
           "create table `procedure` (begin int)", "select 1");
    SPLITS(MYSQL, "create view v as select case when 1 then 2 end; select 1",
           "create view v as select case when 1 then 2 end", "select 1");
    SPLITS(MYSQL, "create procedure p() select 1; select 2", "create procedure p() select 1",
           "select 2");
}

TEST(an_anonymous_block_of_mariadb_is_one_statement)
{
    ROUTINE("begin not atomic if a then select 1; end if; begin select 2; end; end");
    ROUTINE(
        "begin not atomic if a then alter table t add e timestamp(6) generated always as row end, add f int; "
        "end if; end");
}

TEST(a_body_that_is_not_closed_is_refused)
{
    SPLITS(MYSQL, "select 1;\ncreate procedure p() begin if a then select 1; end;\nselect 2;",
           "select 1", "!t.sql:2:1: the body of the statement that begins here is not closed");
}

TEST(commands_of_the_client_are_refused)
{
    SPLITS(MYSQL, "source x.sql\n",
           "!t.sql:1:1: 'source' is a command for a client program, not for the server");
    SPLITS(MYSQL, "select 1;\n\\. x.sql\n", "select 1",
           "!t.sql:2:1: '\\.' is a command for a client program, not for the server");
    SPLITS(MYSQL, "select 1\\G\n",
           "!t.sql:1:9: '\\G' is a command for a client program, not for the server");
    SPLITS(MYSQL, "select 1\\g",
           "!t.sql:1:9: '\\g' is a command for a client program, not for the server");
    SPLITS(MYSQL, "select \\N; select source\n; sources", "select \\N", "select source", "sources");
}

TEST(a_dump_with_a_trigger_falls_into_its_statements)
{
    SPLITS(MYSQL,
           "/*M!999999\\- enable the sandbox mode */ \n-- dump\n"
           "/*!40101 SET @OLD=@@X */;\n"
           "DROP TABLE IF EXISTS `t`;\n"
           "INSERT INTO `t` VALUES (1,'a;b'),(2,'it\\'s');\n"
           "DELIMITER ;;\n"
           "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER x BEFORE INSERT ON t\n"
           "FOR EACH ROW BEGIN SET @a=1; END */;;\n"
           "DELIMITER ;\n",
           "/*M!999999\\- enable the sandbox mode */ \n-- dump\n/*!40101 SET @OLD=@@X */",
           "DROP TABLE IF EXISTS `t`", "INSERT INTO `t` VALUES (1,'a;b'),(2,'it\\'s')",
           "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER x BEFORE INSERT ON t\n"
           "FOR EACH ROW BEGIN SET @a=1; END */");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_strings_know_backslashes_and_doubling),
        cmocka_unit_test(backticks_are_names_without_backslashes),
        cmocka_unit_test(brackets_and_dollars_quote_nothing),
        cmocka_unit_test(a_double_dash_needs_a_blank_behind_it),
        cmocka_unit_test(a_hash_begins_a_comment),
        cmocka_unit_test(comments_do_not_nest),
        cmocka_unit_test(executable_comments_are_code_up_to_their_end),
        cmocka_unit_test(the_delimiter_command_changes_the_separator),
        cmocka_unit_test(the_word_delimiter_elsewhere_is_a_name),
        cmocka_unit_test(the_delimiter_command_needs_a_delimiter),
        cmocka_unit_test(bodies_of_routines_are_not_split),
        cmocka_unit_test(blocks_inside_bodies_nest),
        cmocka_unit_test(functions_and_conditions_that_look_like_blocks_do_not_count),
        cmocka_unit_test(a_body_may_be_one_compound_statement_without_begin),
        cmocka_unit_test(begin_opens_a_body_in_routines_only),
        cmocka_unit_test(an_anonymous_block_of_mariadb_is_one_statement),
        cmocka_unit_test(a_body_that_is_not_closed_is_refused),
        cmocka_unit_test(commands_of_the_client_are_refused),
        cmocka_unit_test(a_dump_with_a_trigger_falls_into_its_statements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
