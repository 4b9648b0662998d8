/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver without a server: addresses, lexer rules, quoting, classes, rendering.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

#define COUNT(list) (int)(sizeof(list) / sizeof((list)[0]))

static const dunlin_driver *driver;
static fake_host host;

static int
set_up(void **state)
{
    (void)state;
    fake_begin(&host, driver);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    fake_end(&host);
    return 0;
}

static void
the_table_names_driver_and_library(void **state)
{
    (void)state;
    assert_string_equal(driver->name, "mysql");
    assert_string_equal(driver->schemes, "mariadb");
    assert_string_equal(driver->dialect, "mysql");
    assert_int_equal(driver->abi, DUNLIN_DRIVER_ABI);
    assert_int_equal(driver->revision, DUNLIN_DRIVER_REVISION);
    assert_true(strncmp(driver->library(), "MariaDB Connector/C 3.", 22) == 0 ||
                strncmp(driver->library(), "libmysqlclient ", 15) == 0);
}

static void
an_assumed_version_becomes_a_profile(void **state)
{
    (void)state;
    assert_done(&host, driver->assume(fake_call(&host), fake_string("mariadb 10.11")));
    assert_string_equal(host.lines, "mariadb 10.11.0\n");
    assert_done(&host, driver->assume(fake_call(&host), fake_string("mysql")));
    assert_string_equal(host.lines, "mysql 8.0.0\n");
    assert_fails(&host, driver->assume(fake_call(&host), fake_string("sqlite 3.40")), DUNLIN_USAGE,
                 "'sqlite 3.40' is not a version of MySQL or MariaDB ('mysql 8.0', "
                 "'mariadb 10.11')");
}

/* --- URLs --- */
static void
a_url_shows_everything_but_the_password(void **state)
{
    static const struct {
        const char *url;
        const char *lines;
    } cases[] = {
        {"mysql://me:s3cr3t@Db1:3307/app",
         "secret password\nmysql://me:***@Db1:3307/app -> mysql:Db1:3307/app\n"},
        {"mariadb://me@db1/app", "mariadb://me@db1/app -> mysql:db1:3306/app\n"},
        {"MySQL:///app", "MySQL:///app -> mysql:localhost:3306/app\n"},
        /* an '@' and a '/' that nobody escaped */
        {"mysql://me:a@b/c@db1/app", "secret password\nmysql://me:***@db1/app -> "
                                     "mysql:db1:3306/app\n"},
        {"mysql://me:@db1/app", "secret password\nmysql://me:***@db1/app -> mysql:db1:3306/app\n"},
        {"mysql://me:p%40%3A%2F@[::1]:13306/a%2Db",
         "secret password\nmysql://me:***@[::1]:13306/a%2Db -> mysql:::1:13306/a-b\n"},
        {"mysql://me@%2Frun%2Fmy.sock/app",
         "mysql://me@%2Frun%2Fmy.sock/app -> mysql:/run/my.sock/app\n"},
        {"mysql://me@localhost/app?socket=/run/my.sock&ssl_mode=DISABLED&connect-timeout=5",
         "mysql://me@localhost/app?socket=/run/my.sock&ssl_mode=DISABLED&connect-timeout=5 -> "
         "mysql:/run/my.sock/app\n"},
        {"mysql://h/app?charset=UTF8MB4&ssl-ca=/ca.pem&ssl-mode=verify_ca",
         "mysql://h/app?charset=UTF8MB4&ssl-ca=/ca.pem&ssl-mode=verify_ca -> mysql:h:3306/app\n"},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        assert_done(&host, driver->url(fake_call(&host), fake_string(cases[i].url)));
        assert_string_equal(host.lines, cases[i].lines);
    }
}

static void
a_url_that_cannot_be_meant_is_refused(void **state)
{
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {"mysql:app", "the URL has no '//' behind its scheme"},
        {"mysql://db1", "the URL names no database"},
        {"mysql://db1/", "the URL names no database"},
        {"mysql://db1:port/app", "the URL's port is not a number from 1 to 65535"},
        {"mysql://db1:65536/app", "the URL's port is not a number from 1 to 65535"},
        {"mysql://[::1/app", "the URL's host has a '[' without its ']'"},
        {"mysql://a,b/app", "the URL names several hosts: give one of them"},
        {"mysql://h/app%zz", "the URL has a broken percent escape"},
        {"mysql://h/app?sslaccept=s3cr3t",
         "the parameter 'sslaccept' of the URL is unknown (MySQL's are charset, connect-timeout, "
         "defaults-file, socket, ssl-ca, ssl-capath, ssl-cert, ssl-cipher, ssl-key, ssl-mode)"},
        {"mysql://h/app?charset=latin1",
         "the parameter 'charset' is 'latin1': it takes utf8mb4 alone, which migration files are "
         "read as"},
        {"mysql://h/app?connect-timeout=0",
         "the parameter 'connect-timeout' is '0': it takes seconds, 1 to 3600"},
        {"mysql://h/app?ssl-mode=on",
         "the parameter 'ssl-mode' is 'on': it takes disabled, preferred, required, verify_ca or "
         "verify_identity"},
        {"mysql://h/app?ssl-mode=verify_ca",
         "the parameter 'ssl-mode=verify_ca' needs 'ssl-ca' or 'ssl-capath'"},
        {"postgres://h/app", "'postgres:' is not a URL of a MySQL or MariaDB server"},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++)
        assert_fails(&host, driver->url(fake_call(&host), fake_string(cases[i].url)), DUNLIN_USAGE,
                     cases[i].message);
}

/* --- text --- */
static dunlin_string modes[] = {{"sql_mode", 8}, {"", 0}};
static dunlin_profile profile = {
    .size = sizeof(profile), .flavour = {"mariadb", 7}, .settings = modes, .setting_count = 2};

/* kind, flags, open, close, head of the first four */
static const char *
quote_rules(const char *sql_mode)
{
    char *end = host.lines;

    modes[1] = fake_string(sql_mode);
    assert_done(&host, driver->lexer_rules(fake_call(&host), &profile));
    for (int line = 0; line < 4; line++)
        end = strchr(end, '\n') + 1;
    *end = '\0';
    return host.lines;
}

static void
quotes_are_read_as_the_sql_mode_says(void **state)
{
    (void)state;
    assert_string_equal(quote_rules("STRICT_TRANS_TABLES"), "1 3 ['] ['] []\n"
                                                            "1 11 ['] ['] [B|N|X]\n"
                                                            "1 3 [\"] [\"] []\n"
                                                            "1 5 [`] [`] []\n");
    assert_string_equal(quote_rules("ANSI_QUOTES,STRICT_TRANS_TABLES"), "1 3 ['] ['] []\n"
                                                                        "1 11 ['] ['] [B|N|X]\n"
                                                                        "1 5 [\"] [\"] []\n"
                                                                        "1 5 [`] [`] []\n");
    assert_string_equal(quote_rules("ANSI,NO_BACKSLASH_ESCAPES"), "1 1 ['] ['] []\n"
                                                                  "1 9 ['] ['] [B|N|X]\n"
                                                                  "1 1 [\"] [\"] []\n"
                                                                  "1 5 [`] [`] []\n");
}

static void
comments_and_bodies_are_those_of_mysql(void **state)
{
    (void)state;
    assert_done(&host, driver->lexer_rules(fake_call(&host), NULL));
    assert_string_equal(strstr(host.lines, "3 0 [#]"),
                        "3 0 [#] [] []\n"
                        "3 32 [--] [] []\n"
                        "3 0 [/*] [*/] []\n"
                        "3 64 [/*!] [*/] []\n"
                        "3 64 [/*M!] [*/] []\n"
                        "5 0 [DELIMITER] [] []\n"
                        "4 0 [] [] [CREATE [OR REPLACE] [DEFINER = *] [AGGREGATE] "
                        "{PROCEDURE,FUNCTION,TRIGGER,EVENT}|ALTER [DEFINER = *] EVENT]\n"
                        "4 0 [] [] [BEGIN]\n"
                        "7 0 [SOURCE] [] []\n"
                        "7 0 [\\] [] []\n"
                        "7 512 [\\G] [] []\n"
                        /* MySQL's guards, and those that only MariaDB knows */
                        "8 0 [] [] [CREATE [TEMPORARY] TABLE|CREATE {DATABASE,SCHEMA,EVENT,USER}"
                        "|DROP [TEMPORARY] TABLE"
                        "|DROP {VIEW,DATABASE,SCHEMA,EVENT,USER,TRIGGER,FUNCTION,PROCEDURE}]\n"
                        "8 0 [] [] [CREATE {VIEW,SEQUENCE,TRIGGER,FUNCTION,PROCEDURE,ROLE}"
                        "|CREATE [{UNIQUE,FULLTEXT,SPATIAL}] INDEX|DROP {INDEX,SEQUENCE,ROLE}"
                        "|ALTER TABLE]\n"
                        "8 0 [] [] [ALTER TABLE * ADD [COLUMN]"
                        "|ALTER TABLE * ADD [{UNIQUE,FULLTEXT,SPATIAL}] {INDEX,KEY}"
                        "|ALTER TABLE * ADD [CONSTRAINT *] FOREIGN KEY"
                        "|ALTER TABLE * DROP [COLUMN]"
                        "|ALTER TABLE * DROP {INDEX,KEY,FOREIGN KEY,CONSTRAINT}"
                        "|ALTER TABLE * {MODIFY,CHANGE} [COLUMN]"
                        "|ALTER TABLE * RENAME {COLUMN,INDEX,KEY}]\n");
}

static void
mysql_has_no_guards_of_mariadb(void **state)
{
    dunlin_profile mysql = {.size = sizeof(mysql), .flavour = {"mysql", 5}, .major = 8};

    (void)state;
    assert_done(&host, driver->lexer_rules(fake_call(&host), &mysql));
    assert_string_equal(strstr(host.lines, "8 0"),
                        "8 0 [] [] [CREATE [TEMPORARY] TABLE|CREATE {DATABASE,SCHEMA,EVENT,USER}"
                        "|DROP [TEMPORARY] TABLE"
                        "|DROP {VIEW,DATABASE,SCHEMA,EVENT,USER,TRIGGER,FUNCTION,PROCEDURE}]\n");
}

static void
names_and_texts_are_quoted(void **state)
{
    (void)state;
    modes[1] = fake_string("");
    assert_done(&host, driver->quote_identifier(fake_call(&host), NULL, fake_string("a`b")));
    assert_string_equal(host.lines, "`a``b`\n");
    assert_done(&host, driver->quote_literal(fake_call(&host), &profile, fake_string("it's \\")));
    assert_string_equal(host.lines, "'it''s \\\\'\n");
    assert_done(&host, driver->quote_literal(fake_call(&host), NULL, (dunlin_string){"a\0b", 3}));
    assert_string_equal(host.lines, "'a\\0b'\n");
    modes[1] = fake_string("NO_BACKSLASH_ESCAPES");
    assert_done(&host, driver->quote_literal(fake_call(&host), &profile, fake_string("it's \\")));
    assert_string_equal(host.lines, "'it''s \\'\n");
    assert_fails(&host,
                 driver->quote_literal(fake_call(&host), &profile, (dunlin_string){"a\0b", 3}),
                 DUNLIN_USAGE, "a text with a NUL byte cannot be written in SQL");
}

/* --- classes --- */
enum {
    DDL = DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMITS,
    WHOLE = DDL | DUNLIN_CLASS_WHOLE,
    OUTSIDE = DUNLIN_CLASS_REACHES_OUTSIDE,
    COMMITS = DUNLIN_CLASS_COMMITS,
    UPKEEP = DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_REPEATABLE,
    ANYTHING = DDL | DUNLIN_CLASS_DATA
};

typedef struct class_case {
    const char *sql;
    uint64_t flags;
} class_case;

static void
assert_classes(const class_case *cases, int count)
{
    for (int i = 0; i < count; i++) {
        assert_done(&host,
                    driver->classify(fake_call(&host), NULL, NULL, fake_string(cases[i].sql)));
        if (host.class_flags != cases[i].flags)
            print_error("'%s': %#llx\n", cases[i].sql, (unsigned long long)host.class_flags);
        assert_int_equal(host.class_flags, cases[i].flags);
    }
}

static void
ddl_commits_by_itself(void **state)
{
    static const class_case cases[] = {
        {"CREATE TABLE t (a int)", WHOLE},
        {"/* x */ -- y\n alter table t add b int", WHOLE},
        {"#1\n;; DROP TABLE IF EXISTS t", WHOLE},
        {"CREATE OR REPLACE VIEW v AS SELECT 1", DDL},
        {"CREATE UNIQUE INDEX i ON t (a)", WHOLE},
        {"CREATE DEFINER=`a`@`%` TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", WHOLE},
        {"/*!50003 CREATE*/ /*!50017 DEFINER=a@b*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH "
         "ROW SET @a=1 */",
         WHOLE},
        {"RENAME TABLE a TO b", WHOLE},
        {"ALTER DATABASE CHARACTER SET utf8mb4", DDL},
        {"TRUNCATE t", DUNLIN_CLASS_DATA | COMMITS},
        {"CREATE TEMPORARY TABLE t (a int)", 0},
        {"CREATE OR REPLACE TEMPORARY TABLE t (a int)", 0},
        {"DROP TEMPORARY TABLE t", 0},
        {"DROP PREPARE s", 0},
        {"BEGIN NOT ATOMIC SELECT 1; END", ANYTHING},
        {"EXECUTE s", ANYTHING},
        {"EXECUTE IMMEDIATE 'DROP TABLE t'", ANYTHING},
        {"SET STATEMENT max_statement_time = 1 FOR ALTER TABLE t ADD b int", WHOLE},
    };

    (void)state;
    assert_classes(cases, COUNT(cases));
}

static void
what_is_certainly_whole_is_told(void **state)
{
    static const class_case cases[] = {
        {"CREATE TABLE t (a int) WITH SYSTEM VERSIONING", DDL},
        {"CREATE TABLE t AS SELECT 1", DDL},
        {"CREATE TABLE t (a int DEFAULT 1 CHECK (a IN (1, 2)))", WHOLE},
        {"CREATE OR REPLACE TABLE t (a int)", DDL},
        {"CREATE SQL SECURITY INVOKER VIEW v AS SELECT 1, 2", WHOLE},
        {"DROP TABLE a, b", DDL},
        {"DROP VIEW IF EXISTS a, b", DDL},
        {"DROP TABLE `a,b`", WHOLE},
        {"DROP SEQUENCE s, t", DDL},
        {"DROP INDEX i ON t", WHOLE},
        {"RENAME TABLE a TO c, b TO d", DDL},
        {"ALTER TABLE d.t ADD COLUMN a int CHECK (a IN (1, 2)), DROP b, RENAME COLUMN c TO e",
         WHOLE},
        {"ALTER TABLE t ADD a int, RENAME TO u", DDL},
        {"ALTER TABLE t DROP PARTITION p", DDL},
        {"ALTER TABLE t ADD a int, ENGINE = Aria", DDL},
        {"ALTER VIEW v AS SELECT 1", DDL},
        {"BEGIN NOT ATOMIC DROP TABLE a; END", ANYTHING},
    };

    (void)state;
    assert_classes(cases, COUNT(cases));
}

static void
what_is_not_this_database_reaches_outside(void **state)
{
    static const class_case cases[] = {
        {"CREATE DATABASE x", DDL | OUTSIDE},
        {"DROP SCHEMA IF EXISTS x", DDL | OUTSIDE},
        {"CREATE USER a", DDL | OUTSIDE},
        {"create or replace role r", DDL | OUTSIDE},
        {"RENAME USER a TO b", DDL | OUTSIDE},
        {"ALTER INSTANCE ROTATE INNODB MASTER KEY", DDL | OUTSIDE},
        {"GRANT SELECT ON x.* TO a", DDL | OUTSIDE},
        {"REVOKE ALL ON x.* FROM a", DDL | OUTSIDE},
        {"USE x", OUTSIDE | DUNLIN_CLASS_SESSION},
        {"SET PASSWORD = 'x'", COMMITS | OUTSIDE},
        {"SET GLOBAL max_connections = 5", OUTSIDE},
        {"SET @@GLOBAL.max_connections = 5", OUTSIDE},
        {"LOAD DATA INFILE 'f' INTO TABLE t", DUNLIN_CLASS_DATA | OUTSIDE},
        {"SELECT 1 INTO OUTFILE 'f'", DUNLIN_CLASS_QUERY | OUTSIDE},
        {"RESET MASTER", COMMITS | OUTSIDE},
        {"START REPLICA", COMMITS | OUTSIDE},
    };

    (void)state;
    assert_classes(cases, COUNT(cases));
}

static void
transactions_and_settings_are_told_apart(void **state)
{
    static const class_case cases[] = {
        {"BEGIN", DUNLIN_CLASS_BEGIN},
        {"BEGIN WORK", DUNLIN_CLASS_BEGIN},
        {"START TRANSACTION READ ONLY", DUNLIN_CLASS_BEGIN},
        {"COMMIT AND CHAIN", DUNLIN_CLASS_COMMIT},
        {"ROLLBACK", DUNLIN_CLASS_ROLLBACK},
        {"ROLLBACK WORK TO SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
        {"SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
        {"RELEASE SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
        {"XA START 'x'", DUNLIN_CLASS_NO_TRANSACTION | COMMITS},
        {"SET foreign_key_checks = 0", DUNLIN_CLASS_SESSION},
        {"SET sql_mode = ''", DUNLIN_CLASS_CHANGES_LEXING | DUNLIN_CLASS_SESSION},
        {"/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
         DUNLIN_CLASS_CHANGES_LEXING | DUNLIN_CLASS_SESSION},
        {"SET @sql_mode = @@sql_mode", DUNLIN_CLASS_SESSION},
        {"SET @x = CONCAT('a', sql_mode)", DUNLIN_CLASS_SESSION},
        {"SET SESSION sql_mode = DEFAULT", DUNLIN_CLASS_CHANGES_LEXING | DUNLIN_CLASS_SESSION},
        {"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", DUNLIN_CLASS_NO_TRANSACTION},
        {"SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", DUNLIN_CLASS_SESSION},
        {"LOCK TABLES t WRITE", COMMITS},
        {"UNLOCK TABLES", COMMITS},
    };

    (void)state;
    assert_classes(cases, COUNT(cases));
}

static void
rows_questions_and_upkeep_are_told_apart(void **state)
{
    static const class_case cases[] = {
        {"insert into t values (1)", DUNLIN_CLASS_DATA},
        {"REPLACE t VALUES (1)", DUNLIN_CLASS_DATA},
        {"UPDATE t SET a = 1", DUNLIN_CLASS_DATA},
        {"DELETE FROM t", DUNLIN_CLASS_DATA},
        {"CALL p()", DUNLIN_CLASS_DATA},
        {"WITH a AS (SELECT 1) DELETE FROM t", DUNLIN_CLASS_DATA},
        {"WITH a AS (SELECT 1) SELECT * FROM a", DUNLIN_CLASS_QUERY},
        {"SELECT 1", DUNLIN_CLASS_QUERY},
        {"(SELECT 1) UNION (SELECT 2)", DUNLIN_CLASS_QUERY},
        {"SHOW TABLES", DUNLIN_CLASS_QUERY},
        {"EXPLAIN DELETE FROM t", DUNLIN_CLASS_QUERY},
        {"ANALYZE TABLE t", UPKEEP},
        {"ANALYZE DELETE FROM t", DUNLIN_CLASS_DATA},
        {"OPTIMIZE LOCAL TABLE t", UPKEEP},
        {"REPAIR TABLE t", UPKEEP},
        {"CHECK TABLE t", UPKEEP},
        {"FLUSH PRIVILEGES", UPKEEP | OUTSIDE},
        {"LOAD INDEX INTO CACHE t", UPKEEP},
        {"source dump.sql", DUNLIN_CLASS_CLIENT_COMMAND},
        {"\\. dump.sql", DUNLIN_CLASS_CLIENT_COMMAND},
        {"DELIMITER ;;", DUNLIN_CLASS_CLIENT_COMMAND},
        {"-- only a comment", 0},
        {"`create` table t (a int)", 0},
        {"", 0},
    };

    (void)state;
    assert_classes(cases, COUNT(cases));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(the_table_names_driver_and_library),
        TEST(an_assumed_version_becomes_a_profile),
        TEST(a_url_shows_everything_but_the_password),
        TEST(a_url_that_cannot_be_meant_is_refused),
        TEST(quotes_are_read_as_the_sql_mode_says),
        TEST(comments_and_bodies_are_those_of_mysql),
        TEST(mysql_has_no_guards_of_mariadb),
        TEST(names_and_texts_are_quoted),
        TEST(ddl_commits_by_itself),
        TEST(what_is_certainly_whole_is_told),
        TEST(what_is_not_this_database_reaches_outside),
        TEST(transactions_and_settings_are_told_apart),
        TEST(rows_questions_and_upkeep_are_told_apart),
    };

    driver = fake_load("mysql");
    if (driver == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
