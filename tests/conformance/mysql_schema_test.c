/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver reads a schema as facts: what was written and what the server prints of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_store.h"

static fact_store facts;

static int
set_up(void **state)
{
    if (mysql_set_up(state) != 0)
        return -1;
    store_serve(&host);
    return 0;
}

static int
tear_down(void **state)
{
    store_clear(&facts);
    return mysql_tear_down(state);
}

static void
make_one_of_each(void)
{
    execute("CREATE TABLE t (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, "
            "a int(5) DEFAULT 7 COMMENT 'it''s', "
            "b varchar(20) COLLATE utf8mb4_bin NOT NULL DEFAULT 'x''y', j json, "
            "e enum('a','it''s') DEFAULT 'a', f tinyint(1) NOT NULL DEFAULT 0, "
            "ts timestamp(3) NULL DEFAULT now(3) ON UPDATE now(3), g int AS (a+1) STORED, "
            "h int AS (a + 2) VIRTUAL INVISIBLE, d decimal(5,2) DEFAULT 1, tx longtext, "
            "UNIQUE KEY ab (a, b), KEY pre (b(5), a DESC), UNIQUE hh (tx), "
            "CONSTRAINT pos CHECK (a > 0), FULLTEXT KEY ft (tx)) COMMENT 'tab' "
            "ROW_FORMAT=DYNAMIC");
    execute("CREATE TABLE c (id int, t_id bigint unsigned CHECK (t_id > 0), CONSTRAINT c_fk "
            "FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE ON UPDATE NO ACTION)");
    execute("CREATE VIEW v AS SELECT id, 'driver_test' AS x FROM t WHERE a IN (1,2)");
    execute("CREATE SEQUENCE s START WITH 5 INCREMENT 2");
    execute("CREATE TRIGGER tr BEFORE INSERT ON c FOR EACH ROW SET NEW.id = 1");
    execute("CREATE PROCEDURE p(IN a int, OUT b varchar(5)) SELECT 1 INTO b");
    execute("CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x + 1");
    execute("CREATE TABLE pt (a int, b int) PARTITION BY RANGE (a) SUBPARTITION BY HASH (b) "
            "SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (5), "
            "PARTITION p1 VALUES LESS THAN MAXVALUE)");
}

static void
one_of_each_reads_as_facts(void **state)
{
    (void)state;
    make_one_of_each();
    store_read(&facts, db);
    assert_string_equal(
        store_print(&facts, 1),
        "check c/t_id expr:`t_id` > 0,level:column\n"
        "check t/pos expr:`a` > 0\n"
        "column c/id type:int\n"
        "column c/t_id type:bigint unsigned\n"
        "column pt/a type:int\n"
        "column pt/b type:int\n"
        "column t/a type:int,default:7,comment:it's\n"
        "column t/b type:varchar(20),not_null:1,default:'x''y',collation:utf8mb4_bin\n"
        "column t/d type:decimal(5,2),default:1.00\n"
        "column t/e type:enum,values:[a,it's],default:'a'\n"
        "column t/f type:tinyint(1),not_null:1,default:0\n"
        "column t/g type:int,generated:`a` + 1,generated_kind:stored\n"
        "column t/h type:int,generated:`a` + 2,generated_kind:virtual,invisible:1\n"
        "column t/id type:bigint unsigned,not_null:1,auto:increment\n"
        "column t/j type:json\n"
        "column t/ts type:TIMESTAMP(3),default:current_timestamp(3),on_update:current_timestamp(3)\n"
        "column t/tx type:longtext\n"
        "fk c/c_fk columns:[t_id],ref:[t],ref_columns:[id],on_delete:cascade\n"
        "function f/ definition:CREATE FUNCTION `f`(`x` int(11)) RETURNS int(11) DETERMINISTIC\n"
        "RETURN x + 1\n"
        "index t/ft keys:[[column:tx]],method:fulltext\n"
        "index t/pre keys:[[column:b,length:5],[column:a,desc:1]]\n"
        "pk t/PRIMARY columns:[id]\n"
        "procedure p/ definition:CREATE PROCEDURE `p`(IN `a` int(11), OUT `b` varchar(5))\n"
        "SELECT 1 INTO b\n"
        "sequence s start:5,increment:2\n"
        "table c collation:utf8mb4_general_ci,order:[id,t_id]\n"
        "table pt collation:utf8mb4_general_ci,partition_by:RANGE (`a`) SUBPARTITION BY HASH (`b`) SUBPARTITIONS 2 (PARTITION `p0` VALUES LESS THAN (5), PARTITION `p1` VALUES LESS THAN MAXVALUE),order:[a,b]\n"
        "table t collation:utf8mb4_general_ci,options:row_format=DYNAMIC,comment:tab,order:[id,a,b,j,e,f,ts,g,h,d,tx]\n"
        "trigger c/tr definition:CREATE TRIGGER `tr` BEFORE INSERT ON `c` FOR EACH ROW SET NEW.id = 1\n"
        "unique t/ab columns:[a,b]\n"
        "unique t/hh columns:[tx]\n"
        "view v definition:select `t`.`id` AS `id`,'driver_test' AS `x` from `t` where `t`.`a` in (1,2),depends:[t]\n");
}

/* Quotes around names follow the session's sql_mode wherever the server prints them. */
static void
names_read_alike_whatever_quotes_the_session_takes(void **state)
{
    char *before;

    (void)state;
    make_one_of_each();
    store_read(&facts, db);
    before = strdup(store_print(&facts, 1));
    assert_non_null(before);
    execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
    store_read(&facts, db);
    assert_string_equal(store_print(&facts, 1), before);
    free(before);
}

/* Each table prints itself, all of them in one text. */
static void
a_table_more_is_a_question_more(void **state)
{
    int64_t before;
    int64_t few;

    (void)state;
    execute("CREATE TABLE t (id int PRIMARY KEY)");
    before = questions();
    store_read(&facts, db);
    few = questions() - before;
    for (int i = 0; i < 20; i++) {
        char sql[100];

        snprintf(sql, sizeof(sql), "CREATE TABLE t%d (id int PRIMARY KEY, t int, KEY (t))", i);
        execute(sql);
    }
    before = questions();
    store_read(&facts, db);
    assert_int_equal(questions() - before, few + 20);
    assert_int_equal(few, 8 + 3);
}

static void
keys_bring_what_they_name(void **state)
{
    static const dunlin_string paths[][2] = {
        {NAMED("c"), NAMED("")},  {NAMED("t"), NAMED("A")},   {NAMED("t"), NAMED("ab")},
        {NAMED(""), NAMED("tr")}, {NAMED(""), NAMED("none")}, {NAMED("f"), NAMED("")},
        {NAMED("t"), NAMED("x")}, {NAMED("none"), NAMED("")}, {NAMED("s"), NAMED("")},
    };
    static const char *const kinds[] = {"table",    "column", "index", "trigger", "index",
                                        "function", "pk",     "view",  "table"};
    dunlin_fact list[COUNT(kinds)];
    const dunlin_fact *keys[COUNT(kinds)];

    (void)state;
    make_one_of_each();
    for (int i = 0; i < COUNT(kinds); i++) {
        list[i] = (dunlin_fact){.size = sizeof(dunlin_fact),
                                .kind = fake_string(kinds[i]),
                                .path = paths[i],
                                .path_count = paths[i][1].length > 0 || i == 5 ? 2 : 1};
        keys[i] = &list[i];
    }
    store_read_keys(&facts, db, keys, COUNT(kinds));
    assert_string_equal(
        store_print(&facts, 0),
        "check c/t_id expr:`t_id` > 0,level:column\n"
        "column c/id type:int\n"
        "column c/t_id type:bigint unsigned\n"
        "column t/a type:int,default:7,comment:it's\n"
        "fk c/c_fk columns:[t_id],ref:[t],ref_columns:[id],on_delete:cascade\n"
        "function f/ definition:CREATE FUNCTION `f`(`x` int(11)) RETURNS int(11) DETERMINISTIC\n"
        "RETURN x + 1\n"
        "gone index /none\n"
        "gone view none\n"
        "index c/c_fk keys:[[column:t_id]],implied:1\n"
        "pk t/PRIMARY columns:[id]\n"
        "sequence s start:5,increment:2\n"
        "table c collation:utf8mb4_general_ci\n"
        "trigger c/tr definition:CREATE TRIGGER `tr` BEFORE INSERT ON `c` FOR EACH ROW SET NEW.id = 1\n"
        "unique t/ab columns:[a,b]\n");
}

static void
excluded_tables_are_left_out(void **state)
{
    static const dunlin_string exclusions[] = {NAMED("t")};
    dunlin_scope scope = {.size = sizeof(scope),
                          .depth = DUNLIN_SCOPE_FACTS,
                          .exclusions = exclusions,
                          .exclusion_count = 1};

    (void)state;
    execute("CREATE TABLE t (id int PRIMARY KEY)");
    execute("CREATE TABLE u (id int)");
    store_to = &facts;
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    assert_string_equal(store_print(&facts, 0),
                        "column u/id type:int\ntable u collation:utf8mb4_general_ci\n");
}

/* What is written, and how it is printed. */
static const struct {
    const char *column;
    const char *fact;
} spellings[] = {
    {"integer", "type:int"},
    {"int(5)", "type:int"},
    {"int(5) zerofill", "type:int(5) unsigned zerofill"},
    {"bigint unsigned", "type:bigint unsigned"},
    {"tinyint", "type:tinyint"},
    {"bool DEFAULT true", "type:tinyint(1),default:1"},
    {"numeric(5)", "type:decimal(5,0)"},
    {"decimal", "type:decimal(10,0)"},
    {"real", "type:double"},
    {"float(10)", "type:float"},
    {"text(100)", "type:TEXT"},
    {"blob(10)", "type:tinyblob"},
    {"long varchar", "type:mediumtext"},
    {"year(4)", "type:year"},
    {"datetime DEFAULT CURRENT_TIMESTAMP", "type:datetime,default:current_timestamp()"},
    {"varchar(9) DEFAULT NULL", "type:varchar(9)"},
    {"varchar(9) DEFAULT 'NULL'", "type:varchar(9),default:'NULL'"},
    {"varchar(9) NOT NULL DEFAULT ''", "type:varchar(9),not_null:1,default:''"},
    {"varchar(9) DEFAULT 'a\\\\b'", "type:varchar(9),default:'a\\\\b'"},
    {"int DEFAULT (1+1)", "type:int,default:(1 + 1)"},
    {"varchar(36) DEFAULT (uuid())", "type:varchar(36),default:uuid()"},
    {"set('b','a')", "type:set('b','a')"},
    {"enum('b','a,c')", "type:enum,values:[b,a,c]"},
    {"enum('a\\\\b','''')", "type:enum,values:[a\\b,']"},
};

static void
spellings_of_one_thing_read_alike(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(spellings); i++) {
        char sql[300];
        const kept_fact *column;

        snprintf(sql, sizeof(sql), "CREATE OR REPLACE TABLE t (x %s)", spellings[i].column);
        execute(sql);
        store_read(&facts, db);
        store_print(&facts, 0);
        column = store_find(&facts, "column", "t/x");
        assert_non_null(column);
        assert_string_equal(column->line + strlen("column t/x "), spellings[i].fact);
    }
}

#define FACTS_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        FACTS_TEST(one_of_each_reads_as_facts),
        FACTS_TEST(a_table_more_is_a_question_more),
        FACTS_TEST(keys_bring_what_they_name),
        FACTS_TEST(excluded_tables_are_left_out),
        FACTS_TEST(spellings_of_one_thing_read_alike),
        FACTS_TEST(names_read_alike_whatever_quotes_the_session_takes),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
