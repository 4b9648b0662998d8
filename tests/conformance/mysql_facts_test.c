/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver tells what a DDL statement touches, and whether it looks as before: what the
 * statement ledger decides by after an interrupted run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conformance/mysql_server.h"

enum { KEYS = 8, NAMES = 64 };

/* What classify() told of the last statement. */
static struct {
    dunlin_fact facts[KEYS];
    const dunlin_fact *list[KEYS];
    dunlin_string paths[KEYS][3];
    char names[KEYS][4][NAMES];
    int count;
    int known;
} keys;

/* What introspect() told of its keys: ours to free. */
static char *told;
static size_t told_size;
static FILE *telling;

static dunlin_string
keep(char *place, dunlin_string name)
{
    assert_true(name.length < NAMES);
    if (name.length > 0)
        memcpy(place, name.data, name.length);
    return (dunlin_string){place, name.length};
}

static int32_t
take_touched(const dunlin_call *call, const dunlin_fact *key)
{
    int at = keys.count++;

    (void)call;
    assert_true(at < KEYS);
    assert_in_range(key->path_count, 1, 3);
    keys.facts[at] = *key;
    keys.facts[at].kind = keep(keys.names[at][3], key->kind);
    keys.facts[at].path = keys.paths[at];
    for (uint64_t i = 0; i < key->path_count; i++)
        keys.paths[at][i] = keep(keys.names[at][i], key->path[i]);
    keys.list[at] = &keys.facts[at];
    return DUNLIN_OK;
}

static int32_t
take_class(const dunlin_call *call, const dunlin_class *result)
{
    (void)call;
    keys.known = result->touches_known;
    return DUNLIN_OK;
}

static void
print_key(const char *lead, const dunlin_fact *key)
{
    fprintf(telling, "%s%.*s", lead, (int)key->kind.length, key->kind.data);
    for (uint64_t i = 0; i < key->path_count; i++)
        fprintf(telling, " %.*s", (int)key->path[i].length, key->path[i].data);
    fprintf(telling, "\n");
}

static int32_t
take_fact(const dunlin_call *call, const dunlin_fact *fact)
{
    (void)call;
    print_key("", fact);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        const dunlin_property *member = &fact->properties[i];

        fprintf(telling, " %.*s=%.*s%lld", (int)member->name.length, member->name.data,
                (int)member->text.length, member->text.data, (long long)member->integer);
    }
    return DUNLIN_OK;
}

static int32_t
take_gone(const dunlin_call *call, const dunlin_fact *key)
{
    (void)call;
    print_key("gone ", key);
    return DUNLIN_OK;
}

static int32_t
take_unreadable(const dunlin_call *call, const dunlin_fact *key, dunlin_string reason)
{
    (void)call;
    print_key("unreadable ", key);
    assert_true(reason.length > 0);
    return DUNLIN_OK;
}

static int
set_up(void **state)
{
    if (mysql_set_up(state) != 0)
        return -1;
    host.services.touched = take_touched;
    host.services.classified = take_class;
    host.services.fact = take_fact;
    host.services.gone = take_gone;
    host.services.unreadable = take_unreadable;
    return 0;
}

static int
tear_down(void **state)
{
    free(told);
    told = NULL;
    return mysql_tear_down(state);
}

static void
touch(dunlin_connection *connection, const char *sql)
{
    keys.count = 0;
    keys.known = -1;
    assert_done(&host, driver->classify(fake_call(&host), NULL, connection, fake_string(sql)));
}

/* What the server says of all that the statement touches. */
static const char *
look(const char *sql)
{
    dunlin_scope scope = {.size = sizeof(scope), .depth = DUNLIN_SCOPE_TEXT, .keys = keys.list};

    touch(db, sql);
    assert_int_equal(keys.known, 1);
    assert_true(keys.count > 0);
    scope.key_count = (uint64_t)keys.count;
    free(told);
    told = NULL;
    telling = open_memstream(&told, &told_size);
    assert_non_null(telling);
    assert_done(&host, driver->introspect(fake_call(&host), db, &scope));
    fclose(telling);
    return told;
}

static const struct {
    const char *sql;
    const char *touched; /* NULL: nothing is known */
} touching_cases[] = {
    {"CREATE TABLE t (a int)", "table t\n"},
    {"CREATE TABLE IF NOT EXISTS `a``b`.`x y` LIKE u", "table a`b x y\n"},
    {"create or replace table t select * from u, v", "table t\n"},
    {"CREATE /*M! OR REPLACE */ TABLE \"q\"\"t\" (a int)", "table q\"t\n"},
    {"ALTER TABLE t ADD COLUMN x int, ADD KEY (x)", "table t\n"},
    {"ALTER ONLINE TABLE IF EXISTS d.t WAIT 5 ADD rename int", "table d t\n"},
    {"ALTER TABLE t ADD import int, ADD CHECK (a IN (1, 2))", "table t\n"},
    {"ALTER TABLE t RENAME u", "table t\ntable u\n"},
    {"ALTER TABLE t NOWAIT ADD x decimal(5,2) DEFAULT 1, RENAME TO d.u", "table t\ntable d u\n"},
    {"ALTER TABLE t RENAME AS u", "table t\ntable u\n"},
    {"ALTER TABLE t RENAME = u", "table t\ntable u\n"},
    {"ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j, RENAME KEY k TO l", "table t\n"},
    {"ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", NULL},
    {"ALTER TABLE t ADD x int, DISCARD TABLESPACE", NULL},
    {"ALTER TABLE t TRUNCATE PARTITION p", NULL},
    {"DROP TABLE IF EXISTS t", "table t\n"},
    {"DROP TABLES a, d.b CASCADE", "table d b\n"},
    {"RENAME TABLE t TO u", "table t\ntable u\n"},
    {"RENAME TABLES IF EXISTS t WAIT 3 TO u", NULL},
    {"RENAME TABLE t TO t_old, t_new TO d.t", "table t_new\ntable d t\n"},
    {"RENAME TABLE a TO x, b TO a, x TO b", NULL},
    {"CREATE UNIQUE INDEX IF NOT EXISTS `on` USING BTREE ON t (a)", "index t on\n"},
    {"DROP INDEX i ON d.t", "index d t i\n"},
    {"CREATE ALGORITHM = MERGE DEFINER = `view`@'h' SQL SECURITY DEFINER VIEW v AS SELECT 1",
     "view v\n"},
    {"CREATE OR REPLACE DEFINER=CURRENT_USER() VIEW v AS SELECT 1", "view v\n"},
    {"ALTER VIEW v AS SELECT 2", "view v\n"},
    {"DROP VIEW IF EXISTS v, w RESTRICT", "view w\n"},
    {"CREATE DEFINER=CURRENT_USER TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
     "trigger  tr\n"},
    {"DROP TRIGGER IF EXISTS d.tr", "trigger d  tr\n"},
    {"CREATE PROCEDURE p(a int) SELECT a", "procedure p \n"},
    {"ALTER PROCEDURE p COMMENT 'x'", "procedure p \n"},
    {"DROP PROCEDURE p", "procedure p \n"},
    {"CREATE AGGREGATE FUNCTION f(x int) RETURNS int RETURN 1", "function f \n"},
    {"CREATE FUNCTION f RETURNS INTEGER SONAME 'f.so'", NULL},
    {"DROP FUNCTION f", "function f \n"},
    {"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO RENAME TABLE a TO b", "event e\n"},
    {"ALTER EVENT e DISABLE RENAME TO d.f DO SELECT 1", "event e\nevent d f\n"},
    {"DROP EVENT e", "event e\n"},
    {"CREATE SEQUENCE IF NOT EXISTS s START WITH 5", "sequence s\n"},
    {"DROP SEQUENCE s, t", "sequence t\n"},
    {"-- first\n;CREATE TABLE t (a int)", "table t\n"},
    {"SET STATEMENT sql_mode = '', a = 1 FOR CREATE TABLE t (a int)", "table t\n"},
    {"BEGIN NOT ATOMIC DECLARE dunlin_view LONGTEXT; SELECT 'x' INTO dunlin_view FROM "
     "information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'v' AND 1; "
     "EXECUTE IMMEDIATE dunlin_view; END",
     "view v\n"},
    {"BEGIN NOT ATOMIC DECLARE x LONGTEXT; DROP VIEW v; END", NULL},
    {"CREATE TEMPORARY TABLE t (a int)", NULL},
    {"CREATE DATABASE d", NULL},
    {"CREATE USER u", NULL},
    {"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (TABLE 't')", NULL},
    {"ALTER DATABASE d CHARACTER SET utf8mb4", NULL},
    {"TRUNCATE TABLE t", NULL},
    {"GRANT SELECT ON t TO u", NULL},
    {"INSERT INTO t VALUES (1)", NULL},
    {"CREATE TABLE", NULL},
    {"DROP", NULL},
    {"", NULL},
};

static void
classify_names_what_a_statement_touches(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(touching_cases); i++) {
        char *text = NULL;
        size_t size;

        touch(NULL, touching_cases[i].sql);
        telling = open_memstream(&text, &size);
        assert_non_null(telling);
        for (int k = 0; k < keys.count && keys.known == 1; k++)
            print_key("", keys.list[k]);
        fclose(telling);
        if (strcmp(text, touching_cases[i].touched != NULL ? touching_cases[i].touched : "") != 0)
            print_error("'%s'\n", touching_cases[i].sql);
        assert_string_equal(text,
                            touching_cases[i].touched != NULL ? touching_cases[i].touched : "");
        assert_int_equal(keys.known, touching_cases[i].touched != NULL);
        free(text);
    }
}

/* Each statement changes what it touches; then there is a statement that fails and leaves it. */
static const char *const statements_that_run[] = {
    "CREATE TABLE t (a int PRIMARY KEY, b int)",
    "ALTER TABLE t ADD COLUMN c text",
    "ALTER TABLE t MODIFY b bigint NOT NULL DEFAULT 5",
    "ALTER TABLE t COMMENT = 'a comment'",
    "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 2",
    "ALTER TABLE t REMOVE PARTITIONING",
    "CREATE INDEX i ON t (b)",
    "CREATE UNIQUE INDEX `j` ON driver_test.t (a, b)",
    "DROP INDEX i ON t",
    "ALTER TABLE t RENAME COLUMN b TO bb, RENAME TO u",
    "RENAME TABLE u TO t",
    "ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)",
    "CREATE TABLE child (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a))",
    "ALTER TABLE child DROP FOREIGN KEY fk",
    "CREATE TABLE other LIKE t",
    "DROP TABLE child, other",
    "CREATE VIEW v AS SELECT a FROM t",
    "ALTER VIEW v AS SELECT a + 1 FROM t",
    "CREATE OR REPLACE VIEW v AS SELECT 1",
    "DROP VIEW v",
    "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.c = 'x'",
    "DROP TRIGGER tr",
    "CREATE PROCEDURE p() SELECT 1",
    "ALTER PROCEDURE p COMMENT 'x'",
    "DROP PROCEDURE p",
    "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
    "ALTER FUNCTION f COMMENT 'x'",
    "DROP FUNCTION f",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    "ALTER EVENT e RENAME TO ee",
    "ALTER EVENT ee ON SCHEDULE EVERY 2 DAY",
    "DROP EVENT ee",
    "CREATE SEQUENCE s START WITH 5",
    "ALTER SEQUENCE s INCREMENT BY 2",
    "DROP SEQUENCE s",
    "CREATE OR REPLACE TABLE t (z int)",
    "DROP TABLE IF EXISTS t",
};

static void
a_statement_that_ran_looks_different_and_one_that_failed_does_not(void **state)
{
    static const char *const failing[] = {
        "CREATE TABLE kept (a int)",
        "ALTER TABLE kept ADD COLUMN b int, ADD COLUMN b int",
        "ALTER TABLE kept RENAME TO kept_too",
        "RENAME TABLE kept TO x, nothing TO y",
        "CREATE INDEX i ON kept (nothing)",
        "DROP INDEX nothing ON kept",
        "CREATE VIEW kept_view AS SELECT 1",
        "CREATE TRIGGER tr BEFORE INSERT ON nothing FOR EACH ROW SET @a = 1",
        "CREATE PROCEDURE kept_procedure() SELECT 2",
        "DROP FUNCTION nothing",
        "DROP TABLE nothing",
        "CREATE TABLE child (a int, FOREIGN KEY (a) REFERENCES nothing (a))",
    };
    char *before;

    (void)state;
    for (int i = 0; i < COUNT(statements_that_run); i++) {
        if (strstr(statements_that_run[i], "SEQUENCE") != NULL &&
            strstr(rows("SELECT version()"), "Maria") == NULL)
            continue;
        before = strdup(look(statements_that_run[i]));
        execute(statements_that_run[i]);
        if (strcmp(before, look(statements_that_run[i])) == 0)
            print_error("'%s': %s\n", statements_that_run[i], before);
        assert_string_not_equal(before, told);
        free(before);
    }
    execute("CREATE TABLE kept (id int)");
    execute("CREATE TABLE kept_too (id int)");
    execute("CREATE VIEW kept_view AS SELECT 2");
    execute("CREATE PROCEDURE kept_procedure() SELECT 1");
    for (int i = 0; i < COUNT(failing); i++) {
        before = strdup(look(failing[i]));
        assert_int_not_equal(fake_execute(&host, db, failing[i]), DUNLIN_OK);
        assert_string_equal(before, look(failing[i]));
        free(before);
    }
}

static void
what_is_written_with_another_database_is_told_in_the_words_of_the_server(void **state)
{
    (void)state;
    execute("CREATE DATABASE IF NOT EXISTS driver_other");
    execute("CREATE OR REPLACE TABLE driver_other.t (a int) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
    look("DROP TABLE driver_other.t");
    assert_memory_equal(
        told, "table driver_other t\n text=CREATE TABLE `t` (\n  `a` int(11) DEFAULT NULL\n) ", 74);
    assert_string_equal(look("DROP TABLE no_such_database.t"), "gone table no_such_database t\n");
    execute("DROP DATABASE driver_other");
}

static void
another_object_of_the_name_is_told_and_none_is_gone(void **state)
{
    (void)state;
    assert_string_equal(look("DROP TABLE t"), "gone table t\n");
    assert_string_equal(look("DROP TABLE driver_test.t"), "gone table driver_test t\n");
    execute("CREATE TABLE t (a int)");
    assert_string_equal(look("CREATE VIEW t AS SELECT 1"), "gone view t\n");
    assert_memory_equal(look("DROP TABLE driver_test.t"), "table driver_test t\n", 20);
    execute("CREATE VIEW v AS SELECT 1");
    assert_string_equal(look("DROP TABLE v, nothing"), "gone table nothing\n");
    assert_memory_equal(look("DROP VIEW v"), "view v\n text=CREATE ", 20);
}

static void
rows_do_not_change_how_a_table_looks(void **state)
{
    char *before;

    (void)state;
    execute("CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY COMMENT ' AUTO_INCREMENT=7', b int) "
            "COMMENT 'AUTO_INCREMENT=8'");
    before = strdup(look("DROP TABLE t"));
    execute("INSERT INTO t (b) VALUES (1), (2), (3)");
    assert_string_equal(look("DROP TABLE t"), before);
    assert_non_null(strstr(before, "COMMENT ' AUTO_INCREMENT=7'"));
    assert_non_null(strstr(before, "COMMENT='AUTO_INCREMENT=8'"));
    free(before);
}

static void
settings_of_a_migration_do_not_change_how_things_look(void **state)
{
    char *before;

    (void)state;
    execute("CREATE TABLE `\xc3\xa4` (a timestamp NOT NULL DEFAULT '2026-01-01 00:00:00')");
    before = strdup(look("DROP TABLE `\xc3\xa4`"));
    execute("SET sql_mode = 'ANSI', time_zone = '+05:00'");
    execute("SET NAMES utf8mb4");
    execute("SET character_set_results = latin1");
    assert_string_equal(look("DROP TABLE `\xc3\xa4`"), before);
    assert_string_equal(
        rows("SELECT @@time_zone, @@character_set_results, @@sql_mode LIKE '%ANSI%'"),
        "'+05:00'|'latin1'|1\n");
    free(before);
}

static void
a_look_is_one_round_trip_and_one_more_for_what_is_missing(void **state)
{
    int64_t before;

    (void)state;
    execute("CREATE TABLE t (a int)");
    before = questions();
    /* Once: which tables there are, and whether all of them may be seen. */
    look("ALTER TABLE t RENAME TO u");
    assert_int_equal(questions() - before, 3 + 1);
    before = questions();
    look("ALTER TABLE t RENAME TO u");
    assert_int_equal(questions() - before, 1 + 1);
    before = questions();
    look("DROP TABLE t");
    assert_int_equal(questions() - before, 1 + 1);
}

static void
what_may_not_be_seen_is_unreadable(void **state)
{
    const char *account = "'blind'@'127.0.0.1'";
    char sql[200];
    char authority[100];
    dunlin_connection *own = db;

    (void)state;
    execute("CREATE TABLE t (a int)");
    execute("CREATE PROCEDURE p() SELECT 1");
    execute("DROP USER IF EXISTS 'blind'@'127.0.0.1'");
    snprintf(sql, sizeof(sql), "CREATE USER %s", account);
    execute(sql);
    snprintf(sql, sizeof(sql), "GRANT EXECUTE ON driver_test.* TO %s", account);
    execute(sql);
    snprintf(authority, sizeof(authority), "blind@%s", mysql_host());
    db = fake_open(&host, mysql_url_as(authority, "driver_test"));
    if (db != NULL) {
        assert_string_equal(look("DROP TABLE t"), "unreadable table t\n");
        assert_string_equal(look("DROP PROCEDURE p"), "unreadable procedure p \n");
        driver->close(db);
    }
    assert_non_null(db);
    db = own;
    snprintf(sql, sizeof(sql), "DROP USER %s", account);
    execute(sql);
}

#define FACTS_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* The line of the definition that is the index's own. */
static void
an_index_is_a_line_of_its_table(void **state)
{
    (void)state;
    execute(
        "CREATE TABLE t (a int, b int COMMENT 'x KEY `i` (`a`)', KEY `a``b` (a), UNIQUE KEY I2 (b))");
    execute("ALTER TABLE t COMMENT = 'not fresh any more'");
    assert_string_equal(look("DROP INDEX i ON t"), "gone index t i\n");
    assert_string_equal(look("DROP INDEX `a``b` ON t"), "index t a`b\n text=  KEY `a``b` (`a`)0");
    assert_string_equal(look("DROP INDEX i2 ON driver_test.t"),
                        "index driver_test t i2\n text=  UNIQUE KEY `I2` (`b`)0");
    assert_string_equal(look("DROP INDEX i ON nothing"), "gone index nothing i\n");
}

static int64_t
trips_of(const char *sql, const char *expected)
{
    int64_t before = questions();

    assert_string_equal(look(sql), expected);
    return questions() - before - 1;
}

static void
which_indexes_a_new_table_lacks_takes_no_question(void **state)
{
    (void)state;
    execute("CREATE TABLE t (a int, name varchar(10), KEY (name), KEY (name, a))");
    assert_int_equal(trips_of("CREATE INDEX t_i ON t (a)", "gone index t t_i\n"), 0);
    execute("CREATE INDEX t_i ON t (a)");
    assert_int_equal(trips_of("CREATE INDEX T_I ON t (a)", "index t T_I\n text=  KEY `t_i` (`a`)0"),
                     1);
    assert_int_equal(trips_of("CREATE INDEX name_2 ON t (a)",
                              "index t name_2\n text=  KEY `name_2` (`name`,`a`)0"),
                     1);
    assert_int_equal(trips_of("CREATE INDEX j ON t (a)", "gone index t j\n"), 0);
    execute("INSERT INTO t VALUES (1, 'x')");
    assert_int_equal(trips_of("CREATE INDEX j ON t (a)", "gone index t j\n"), 0);
    execute("ALTER TABLE t ADD INDEX j (a)");
    assert_int_equal(trips_of("CREATE INDEX j ON t (a)", "index t j\n text=  KEY `j` (`a`)0"), 1);
    execute("CREATE TABLE IF NOT EXISTS t (a int)");
    execute("CREATE TABLE other LIKE t");
    assert_int_equal(trips_of("CREATE INDEX k ON t (a)", "gone index t k\n"), 1);
    assert_int_equal(trips_of("CREATE INDEX k ON other (a)", "gone index other k\n"), 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        FACTS_TEST(classify_names_what_a_statement_touches),
        FACTS_TEST(a_statement_that_ran_looks_different_and_one_that_failed_does_not),
        FACTS_TEST(what_is_written_with_another_database_is_told_in_the_words_of_the_server),
        FACTS_TEST(another_object_of_the_name_is_told_and_none_is_gone),
        FACTS_TEST(rows_do_not_change_how_a_table_looks),
        FACTS_TEST(settings_of_a_migration_do_not_change_how_things_look),
        FACTS_TEST(a_look_is_one_round_trip_and_one_more_for_what_is_missing),
        FACTS_TEST(what_may_not_be_seen_is_unreadable),
        FACTS_TEST(an_index_is_a_line_of_its_table),
        FACTS_TEST(which_indexes_a_new_table_lacks_takes_no_question),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
