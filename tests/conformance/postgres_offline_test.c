/* SPDX-License-Identifier: MIT
 *
 * The PostgreSQL driver without a server: URLs, classes of statements, rules, rendering.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

#define COUNT(list) (int)(sizeof(list) / sizeof((list)[0]))
#define NAMED(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static const dunlin_driver *driver;
static fake_host host;

static int
set_up(void **state)
{
    static const char *const variables[] = {"PGHOST", "PGHOSTADDR", "PGPORT",   "PGDATABASE",
                                            "PGUSER", "PGSERVICE",  "PGOPTIONS"};

    (void)state;
    for (int i = 0; i < COUNT(variables); i++)
        unsetenv(variables[i]);
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
    assert_string_equal(driver->name, "postgres");
    assert_string_equal(driver->schemes, "postgresql");
    assert_string_equal(driver->dialect, "postgresql");
    assert_int_equal(driver->abi, DUNLIN_DRIVER_ABI);
    assert_int_equal(driver->revision, DUNLIN_DRIVER_REVISION);
    assert_memory_equal(driver->library(), "libpq ", 6);
}

static void
an_assumed_version_becomes_a_profile(void **state)
{
    (void)state;
    assert_done(&host, driver->assume(fake_call(&host), fake_string("postgres 15.2")));
    assert_string_equal(host.lines, "postgresql 15.2.0\n");
    assert_done(&host, driver->assume(fake_call(&host), fake_string("postgresql 18")));
    assert_string_equal(host.lines, "postgresql 18.0.0\n");
    assert_fails(&host, driver->assume(fake_call(&host), fake_string("postgres 11")), DUNLIN_USAGE,
                 "'postgres 11' is not a version of PostgreSQL from 12 on ('postgres 15')");
    assert_fails(&host, driver->assume(fake_call(&host), fake_string("mariadb 10.11")),
                 DUNLIN_USAGE,
                 "'mariadb 10.11' is not a version of PostgreSQL from 12 on ('postgres 15')");
}

/* --- URLs --- */
static void
urls_are_shown_without_passwords_and_name_their_database(void **state)
{
    static const struct {
        const char *url;
        const char *told;
    } cases[] = {
        {"postgres://ann@db1/app", "postgres://ann@db1/app -> postgres:db1:5432/app\n"},
        {"postgresql://ann:s3cret@DB1:6000/app?sslmode=require",
         "secret password\n"
         "postgresql://ann:***@DB1:6000/app?sslmode=require -> postgres:db1:6000/app\n"},
        {"postgres://ann:p%40ss%3Aw@db1/app",
         "secret password\n"
         "postgres://ann:***@db1/app -> postgres:db1:5432/app\n"},
        {"postgres://ann@a:1,b:2/app?password=x&target_session_attrs=read-write",
         "secret password\n"
         "postgres://ann@a:1,b:2/app?password=***&target_session_attrs=read-write -> "
         "postgres:a:1,b:2/app\n"},
        {"postgres://ann@db1/app?p%61ssword=x&sslpassword=y",
         "secret password\nsecret sslpassword\n"
         "postgres://ann@db1/app?p%61ssword=***&sslpassword=*** -> postgres:db1:5432/app\n"},
        {"postgres:///app?host=/run/Pg&user=ann",
         "postgres:///app?host=/run/Pg&user=ann -> postgres:/run/Pg:5432/app\n"},
        {"postgres://ann@%2Frun%2Fpg/app", "postgres://ann@%2Frun%2Fpg/app -> "
                                           "postgres:/run/pg:5432/app\n"},
        {"postgres://ann@[::1]:5433", "postgres://ann@[::1]:5433 -> postgres:::1:5433/ann\n"},
        {"postgres://ann@/app", "postgres://ann@/app -> postgres:local:5432/app\n"},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        assert_done(&host, driver->url(fake_call(&host), fake_string(cases[i].url)));
        assert_string_equal(host.lines, cases[i].told);
    }
}

static void
what_a_url_leaves_out_comes_from_the_environment_of_libpq(void **state)
{
    (void)state;
    setenv("PGHOST", "db7", 1);
    setenv("PGPORT", "7000", 1);
    setenv("PGDATABASE", "shop", 1);
    assert_done(&host, driver->url(fake_call(&host), fake_string("postgres://ann@")));
    assert_string_equal(host.lines, "postgres://ann@ -> postgres:db7:7000/shop\n");
}

static void
a_url_that_cannot_be_read_is_refused_without_its_password(void **state)
{
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {"postgres:app", "the URL of a PostgreSQL database begins with 'postgres://'"},
        {"postgres://db1/app?sslmod=require",
         "the URL cannot be read: invalid URI query parameter: \"sslmod\""},
        {"postgres://ann:p@ss@db1/app", "the URL has a second '@' before its host"},
        {"postgres://ann:s3c/ret@db1:x/app", NULL},
        {"postgres://ann@db1/app?password=a%zz",
         "the URL cannot be read: invalid percent-encoded token: \"***\""},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        int32_t status = driver->url(fake_call(&host), fake_string(cases[i].url));

        if (cases[i].message == NULL) {
            /* How far libpq gets depends on its version; what it shows does not. */
            assert_null(strstr(host.message, "s3c"));
            assert_null(strstr(host.message, "ret@"));
        } else {
            assert_fails(&host, status, DUNLIN_USAGE, cases[i].message);
        }
    }
    assert_fails(&host, driver->url(fake_call(&host), (dunlin_string){"postgres://a\0b", 14}),
                 DUNLIN_USAGE, "the URL contains a NUL byte");
}

/* --- statements --- */
static const struct {
    const char *sql;
    uint64_t flags;
} statements[] = {
    {"CREATE TABLE t (a int)", DUNLIN_CLASS_DDL},
    {"/* x /* y */ */ -- z\n alter table t add b int", DUNLIN_CLASS_DDL},
    {";; DROP TABLE t", DUNLIN_CLASS_DDL},
    {"insert into t values (1)", DUNLIN_CLASS_DATA},
    {"WITH a AS (SELECT 1) SELECT * FROM a", DUNLIN_CLASS_QUERY},
    {"WITH a AS (DELETE FROM x RETURNING *) SELECT * FROM a", DUNLIN_CLASS_DATA},
    {"SELECT count(*), max(a) FROM t WHERE a IN (1, 2)", DUNLIN_CLASS_QUERY},
    {"SELECT setval('s', 3)", DUNLIN_CLASS_DATA},
    {"SELECT a INTO u FROM t", DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA},
    {"SELECT dblink_exec('x', 'y')", DUNLIN_CLASS_DATA | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"(SELECT 1)", DUNLIN_CLASS_QUERY},
    {"CREATE INDEX i ON t (a)", DUNLIN_CLASS_DDL},
    {"CREATE INDEX CONCURRENTLY i ON t (a)", DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION},
    {"create unique index concurrently on t (a)", DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION},
    {"CREATE INDEX concurrently_not ON t (a)", DUNLIN_CLASS_DDL},
    {"CREATE INDEX \"concurrently\" ON t (a)", DUNLIN_CLASS_DDL},
    {"DROP INDEX CONCURRENTLY i", DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION},
    {"REINDEX TABLE t", DUNLIN_CLASS_REPEATABLE},
    {"REINDEX TABLE CONCURRENTLY t", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
     DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"REINDEX (VERBOSE) DATABASE d", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"VACUUM (FULL) t", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"ANALYZE t", DUNLIN_CLASS_REPEATABLE},
    {"CLUSTER", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"CLUSTER VERBOSE;", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE},
    {"CLUSTER t USING i", DUNLIN_CLASS_REPEATABLE},
    {"CREATE DATABASE d",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"ALTER SYSTEM SET work_mem = '1MB'",
     DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE | DUNLIN_CLASS_REPEATABLE},
    {"ALTER DATABASE d SET TABLESPACE s",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"ALTER DATABASE d SET search_path = x", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"COMMENT ON DATABASE d IS 'x'", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"COMMENT ON TABLE d IS 'x'", DUNLIN_CLASS_DDL},
    {"GRANT SELECT ON t TO r", DUNLIN_CLASS_DDL},
    {"GRANT CONNECT ON DATABASE d TO r", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"REVOKE r FROM s", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"DROP OWNED BY r", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"ALTER TABLE p DETACH PARTITION q CONCURRENTLY",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_NO_TRANSACTION},
    {"ALTER TABLE p DETACH PARTITION q", DUNLIN_CLASS_DDL},
    {"ALTER TYPE s.\"Mood\" ADD VALUE IF NOT EXISTS 'x'",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_COMMIT_BEFORE_USE},
    {"ALTER TYPE mood RENAME VALUE 'a' TO 'b'", DUNLIN_CLASS_DDL},
    {"CREATE ROLE r", DUNLIN_CLASS_DDL | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"COPY t (a, b) FROM STDIN WITH CSV", DUNLIN_CLASS_DATA | DUNLIN_CLASS_COPY_IN},
    {"COPY s.t FROM stdin", DUNLIN_CLASS_DATA | DUNLIN_CLASS_COPY_IN},
    {"COPY t FROM '/tmp/x'", DUNLIN_CLASS_DATA | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"COPY t FROM PROGRAM 'cat'", DUNLIN_CLASS_DATA | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"COPY (SELECT 1 FROM t) TO STDOUT", DUNLIN_CLASS_QUERY},
    {"COPY t TO PROGRAM 'cat'", DUNLIN_CLASS_QUERY | DUNLIN_CLASS_REACHES_OUTSIDE},
    {"BEGIN ISOLATION LEVEL SERIALIZABLE", DUNLIN_CLASS_BEGIN},
    {"START TRANSACTION", DUNLIN_CLASS_BEGIN},
    {"COMMIT", DUNLIN_CLASS_COMMIT},
    {"END WORK", DUNLIN_CLASS_COMMIT},
    {"ROLLBACK", DUNLIN_CLASS_ROLLBACK},
    {"ABORT", DUNLIN_CLASS_ROLLBACK},
    {"ROLLBACK TO SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
    {"ROLLBACK TRANSACTION TO a", DUNLIN_CLASS_SAVEPOINT},
    {"SAVEPOINT a", DUNLIN_CLASS_SAVEPOINT},
    {"RELEASE a", DUNLIN_CLASS_SAVEPOINT},
    {"SET search_path TO x", DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"SET LOCAL search_path TO x", DUNLIN_CLASS_CHANGES_NAMES},
    {"SET SESSION SCHEMA 'x'", DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"RESET ALL", DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"SET lock_timeout = 1", DUNLIN_CLASS_SESSION},
    {"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = x AS ''", DUNLIN_CLASS_DDL},
    {"DO $$ BEGIN SET Search_Path = x; END $$",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA | DUNLIN_CLASS_CHANGES_NAMES},
    {"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", 0},
    {"SET CONSTRAINTS ALL DEFERRED", 0},
    {"RESET search_path", DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"DISCARD ALL", DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_REPEATABLE | DUNLIN_CLASS_SESSION |
                        DUNLIN_CLASS_CHANGES_NAMES},
    {"SELECT pg_catalog.set_config('search_path', '', false)",
     DUNLIN_CLASS_DATA | DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"select set_config('search_path', 'x', false);",
     DUNLIN_CLASS_DATA | DUNLIN_CLASS_SESSION | DUNLIN_CLASS_CHANGES_NAMES},
    {"SELECT set_config('a.b', 'x', false), act()", DUNLIN_CLASS_DATA},
    {"SELECT set_config('a.b', 'x', false) FROM t", DUNLIN_CLASS_DATA},
    {"SET standard_conforming_strings = on", DUNLIN_CLASS_SESSION},
    {"SET SESSION standard_conforming_strings = off",
     DUNLIN_CLASS_CHANGES_LEXING | DUNLIN_CLASS_SESSION},
    {"SET LOCAL standard_conforming_strings TO off", DUNLIN_CLASS_CHANGES_LEXING},
    {"DO $$ BEGIN VACUUM; END $$", DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA},
    {"DO $$ BEGIN RAISE NOTICE 'commit;'; commit_it(); END $$",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA},
    {"DO LANGUAGE plpgsql $x$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $x$",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
    {"DO 'BEGIN ROLLBACK AND CHAIN; END'",
     DUNLIN_CLASS_DDL | DUNLIN_CLASS_DATA | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA},
    {"EXPLAIN SELECT 1", DUNLIN_CLASS_QUERY},
    {"EXPLAIN (ANALYZE) DELETE FROM t", DUNLIN_CLASS_DATA},
    {"\\connect x", DUNLIN_CLASS_CLIENT_COMMAND},
    {"-- only a comment", 0},
    {"", 0},
};

static void
statements_are_classified_by_their_first_words(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(statements); i++) {
        assert_done(&host,
                    driver->classify(fake_call(&host), NULL, NULL, fake_string(statements[i].sql)));
        if (host.class_flags != statements[i].flags)
            print_error("%s\n", statements[i].sql);
        assert_int_equal(host.class_flags, statements[i].flags);
    }
}

static int32_t
take_touched(const dunlin_call *call, const dunlin_fact *key)
{
    fake_host *own = call->context;

    for (uint64_t i = 0; i < key->path_count; i++)
        snprintf(own->lines + strlen(own->lines), 100, "/%.*s", (int)key->path[i].length,
                 key->path[i].data);
    return DUNLIN_OK;
}

static void
an_index_made_concurrently_is_named_with_its_table(void **state)
{
    (void)state;
    host.services.touched = take_touched;
    assert_done(&host, driver->classify(
                           fake_call(&host), NULL, NULL,
                           fake_string("CREATE INDEX CONCURRENTLY IF NOT EXISTS Users_Email ON "
                                       "ONLY App.\"Us\"\"ers\" (lower(email))")));
    assert_string_equal(host.lines, "/app/Us\"ers/users_email");
    assert_done(&host, driver->classify(fake_call(&host), NULL, NULL,
                                        fake_string("CREATE INDEX CONCURRENTLY i ON t (a)")));
    assert_string_equal(host.lines, "/t/i");
    assert_done(&host, driver->classify(fake_call(&host), NULL, NULL,
                                        fake_string("CREATE INDEX CONCURRENTLY ON t (a)")));
    assert_string_equal(host.lines, "");
}

static void
lexer_rules_are_those_of_postgresql(void **state)
{
    (void)state;
    assert_done(&host, driver->lexer_rules(fake_call(&host), NULL));
    /* kind, flags, open, close, head */
    assert_string_equal(host.lines, "1 1 ['] ['] []\n"
                                    "1 11 ['] ['] [E]\n"
                                    "1 9 ['] ['] [B|N|X|U&]\n"
                                    "1 5 [\"] [\"] []\n"
                                    "1 13 [\"] [\"] [U&]\n"
                                    "2 0 [] [] []\n"
                                    "3 256 [--] [] []\n"
                                    "3 16 [/*] [*/] []\n"
                                    "4 0 [] [] [CREATE [OR REPLACE] {FUNCTION,PROCEDURE}]\n"
                                    "4 0 [] [] [CREATE [OR REPLACE] RULE]\n"
                                    "6 0 [] [\\.] [COPY * FROM STDIN]\n"
                                    "7 512 [\\] [] []\n"
                                    "8 0 [] [] [CREATE [{TEMP,TEMPORARY,UNLOGGED}] {TABLE,SEQUENCE}"
                                    "|CREATE MATERIALIZED VIEW"
                                    "|CREATE {SCHEMA,EXTENSION,STATISTICS,COLLATION}"
                                    "|CREATE [UNIQUE] INDEX [CONCURRENTLY]]\n"
                                    "8 0 [] [] [ALTER {TABLE,INDEX,VIEW,MATERIALIZED VIEW,SEQUENCE}"
                                    "|ALTER TABLE * ADD [COLUMN]"
                                    "|ALTER TABLE * DROP [{COLUMN,CONSTRAINT}]"
                                    "|ALTER TABLE * DROP {IDENTITY,EXPRESSION}"
                                    "|ALTER TYPE * ADD VALUE|ALTER TYPE * {ADD,DROP} ATTRIBUTE"
                                    "|ALTER DOMAIN * DROP CONSTRAINT]\n"
                                    "8 0 [] [] [DROP {TABLE,VIEW,MATERIALIZED VIEW,SEQUENCE,SCHEMA"
                                    ",TYPE,DOMAIN,EXTENSION,STATISTICS,COLLATION}"
                                    "|DROP INDEX [CONCURRENTLY]"
                                    "|DROP {FUNCTION,PROCEDURE,ROUTINE,AGGREGATE,TRIGGER,RULE"
                                    ",POLICY}]\n");
}

static void
quotes_inside_names_and_texts_are_doubled(void **state)
{
    (void)state;
    assert_done(&host, driver->quote_identifier(fake_call(&host), NULL, fake_string("a\"b")));
    assert_string_equal(host.lines, "\"a\"\"b\"\n");
    assert_done(&host, driver->quote_literal(fake_call(&host), NULL, fake_string("it's \\")));
    assert_string_equal(host.lines, "'it''s \\'\n");
    assert_fails(&host, driver->quote_literal(fake_call(&host), NULL, (dunlin_string){"a\0b", 3}),
                 DUNLIN_USAGE, "a text with a NUL byte cannot be written in SQL");
}

/* --- rendering --- */
static const dunlin_string table_path[] = {NAMED("s"), NAMED("t")};
static const dunlin_string id_path[] = {NAMED("s"), NAMED("t"), NAMED("id")};
static const dunlin_string at_path[] = {NAMED("s"), NAMED("t"), NAMED("a\"t")};
static const dunlin_string key_path[] = {NAMED("s"), NAMED("t"), NAMED("t_pkey")};
static const dunlin_property id_set[] = {
    {.name = NAMED("type"), .type = DUNLIN_PROPERTY_TEXT, .text = NAMED("bigint")},
    {.name = NAMED("not_null"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
    {.name = NAMED("auto"), .type = DUNLIN_PROPERTY_TEXT, .text = NAMED("identity")},
};
static const dunlin_property at_set[] = {
    {.name = NAMED("type"), .type = DUNLIN_PROPERTY_TEXT, .text = NAMED("timestamp(6)")},
    {.name = NAMED("default"), .type = DUNLIN_PROPERTY_EXPRESSION, .text = NAMED("now()")},
};
static const dunlin_property key_set[] = {
    {.name = NAMED("columns"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
    {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("id")},
    {.type = DUNLIN_PROPERTY_END},
};

#define CREATE(kind_, path_, set_, set_count_)                                                     \
    {                                                                                              \
        .size = sizeof(dunlin_operation), .verb = DUNLIN_VERB_CREATE, .kind = NAMED(kind_),        \
        .path = path_, .path_count = sizeof(path_) / sizeof(path_[0]), .set = set_,                \
        .set_count = set_count_                                                                    \
    }

static void
tables_columns_and_indexes_are_rendered(void **state)
{
    static const dunlin_operation operations[] = {
        CREATE("table", table_path, NULL, 0), CREATE("column", id_path, id_set, 3),
        CREATE("column", at_path, at_set, 2), CREATE("pk", key_path, key_set, 3),
        CREATE("index", key_path, key_set, 3)};
    static const dunlin_operation column = CREATE("column", at_path, at_set, 2);
    const dunlin_operation *list[] = {&operations[0], &operations[1], &operations[2],
                                      &operations[3], &operations[4], &column};

    (void)state;
    assert_done(&host, driver->render(fake_call(&host), NULL, DUNLIN_RENDER_RUN, list, 6));
    assert_string_equal(
        host.lines,
        "[0+4] CREATE TABLE \"s\".\"t\" (\n"
        "    \"id\" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,\n"
        "    \"a\"\"t\" timestamp(6) DEFAULT (now()),\n"
        "    CONSTRAINT \"t_pkey\" PRIMARY KEY (\"id\")\n"
        ")\n"
        "[4+1] CREATE INDEX \"t_pkey\" ON \"s\".\"t\" (\"id\")\n"
        "[5+1] ALTER TABLE \"s\".\"t\" ADD COLUMN \"a\"\"t\" timestamp(6) DEFAULT (now())\n");
}

/* What came with 18; the server's own words are tried by tests/schema on the versions of tests/matrix. */
static void
keys_in_time_are_rendered_from_18_on(void **state)
{
    static const dunlin_property overlaps_set[] = {
        {.name = NAMED("columns"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("id")},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("at")},
        {.type = DUNLIN_PROPERTY_END},
        {.name = NAMED("without_overlaps"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
    };
    static const dunlin_property period_set[] = {
        {.name = NAMED("columns"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("id")},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("at")},
        {.type = DUNLIN_PROPERTY_END},
        {.name = NAMED("period"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
        {.name = NAMED("ref"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("p")},
        {.type = DUNLIN_PROPERTY_END},
        {.name = NAMED("ref_columns"), .type = DUNLIN_PROPERTY_LIST_BEGIN},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("a")},
        {.type = DUNLIN_PROPERTY_IDENTIFIER, .text = NAMED("b")},
        {.type = DUNLIN_PROPERTY_END},
    };
    static const dunlin_property alone_set[] = {
        {.name = NAMED("type"), .type = DUNLIN_PROPERTY_TEXT, .text = NAMED("bigint")},
        {.name = NAMED("not_null"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
        {.name = NAMED("not_null_no_inherit"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
    };
    static const dunlin_operation overlaps = CREATE("pk", key_path, overlaps_set, 5);
    static const dunlin_operation period = CREATE("fk", key_path, period_set, 12);
    static const dunlin_operation alone = CREATE("column", id_path, alone_set, 3);
    const dunlin_operation *list[] = {&overlaps, &period, &alone};
    dunlin_profile profile = {.size = sizeof profile, .major = 18};

    (void)state;
    assert_done(&host, driver->render(fake_call(&host), &profile, DUNLIN_RENDER_RUN, list, 3));
    assert_string_equal(
        host.lines,
        "[0+1] ALTER TABLE \"s\".\"t\" ADD CONSTRAINT \"t_pkey\" PRIMARY KEY (\"id\", \"at\" "
        "WITHOUT OVERLAPS)\n"
        "[1+1] ALTER TABLE \"s\".\"t\" ADD CONSTRAINT \"t_pkey\" FOREIGN KEY (\"id\", PERIOD "
        "\"at\") REFERENCES \"p\" (\"a\", PERIOD \"b\")\n"
        "[2+1] ALTER TABLE \"s\".\"t\" ADD COLUMN \"id\" bigint NOT NULL NO INHERIT\n");
    profile.major = 17;
    assert_fails(&host, driver->render(fake_call(&host), &profile, DUNLIN_RENDER_RUN, list, 1),
                 DUNLIN_UNSUPPORTED,
                 "WITHOUT OVERLAPS is known to PostgreSQL from 18 on; this is 17");
    assert_fails(&host, driver->render(fake_call(&host), &profile, DUNLIN_RENDER_RUN, list + 1, 1),
                 DUNLIN_UNSUPPORTED, "PERIOD is known to PostgreSQL from 18 on; this is 17");
    assert_fails(&host, driver->render(fake_call(&host), &profile, DUNLIN_RENDER_RUN, list + 2, 1),
                 DUNLIN_UNSUPPORTED,
                 "NO INHERIT of NOT NULL is known to PostgreSQL from 18 on; this is 17");
}

static void
what_cannot_be_rendered_is_refused(void **state)
{
    static const dunlin_operation unknown = CREATE("thing", table_path, NULL, 0);
    static const dunlin_property strange_set[] = {
        {.name = NAMED("type"), .type = DUNLIN_PROPERTY_TEXT, .text = NAMED("bigint")},
        {.name = NAMED("zerofill"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
    };
    static const dunlin_operation strange = CREATE("column", id_path, strange_set, 2);
    const dunlin_operation *list[] = {&unknown, &strange};

    (void)state;
    assert_fails(&host, driver->render(fake_call(&host), NULL, DUNLIN_RENDER_RUN, list, 1),
                 DUNLIN_UNSUPPORTED, "the PostgreSQL driver knows no 'thing'");
    assert_string_equal(host.lines, "note 2 on 0: the PostgreSQL driver knows no 'thing'\n");
    assert_fails(&host, driver->render(fake_call(&host), NULL, DUNLIN_RENDER_RUN, list + 1, 1),
                 DUNLIN_UNSUPPORTED, "PostgreSQL has no property 'zerofill' for 'column'");
}

#define OFFLINE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        OFFLINE(the_table_names_driver_and_library),
        OFFLINE(an_assumed_version_becomes_a_profile),
        OFFLINE(urls_are_shown_without_passwords_and_name_their_database),
        OFFLINE(what_a_url_leaves_out_comes_from_the_environment_of_libpq),
        OFFLINE(a_url_that_cannot_be_read_is_refused_without_its_password),
        OFFLINE(statements_are_classified_by_their_first_words),
        OFFLINE(an_index_made_concurrently_is_named_with_its_table),
        OFFLINE(lexer_rules_are_those_of_postgresql),
        OFFLINE(quotes_inside_names_and_texts_are_doubled),
        OFFLINE(tables_columns_and_indexes_are_rendered),
        OFFLINE(keys_in_time_are_rendered_from_18_on),
        OFFLINE(what_cannot_be_rendered_is_refused),
    };

    driver = fake_load("postgres");
    if (driver == NULL)
        return 1;
    return cmocka_run_group_tests_name("postgres offline", tests, NULL, NULL);
}
