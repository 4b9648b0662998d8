/* SPDX-License-Identifier: MIT
 *
 * IF [NOT] EXISTS put into statements: where it goes, and where it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ddl/ddl.h"

/* `expected` NULL: nothing is added, and `reason` (NULL: none) says why. */
typedef struct example {
    const char *sql;
    const char *expected;
    dn_ddl_guarding guarding;
    const char *reason;
} example;

#define REPEATABLE "it says what is to be so, and may be repeated as it stands"

static const example examples[] = {
    {"CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0), UNIQUE (a))",
     "CREATE TABLE IF NOT EXISTS t (a int, CONSTRAINT c CHECK (a > 0), UNIQUE (a))", 0, NULL},
    {"create table \"t\"(a int)", "create table if not exists \"t\"(a int)", 0, NULL},
    {"CREATE TABLE\"t\"(a int)", "CREATE TABLE IF NOT EXISTS \"t\"(a int)", 0, NULL},
    {"CREATE TABLE -- people\r\n  t (a int)", "CREATE TABLE IF NOT EXISTS -- people\r\n  t (a int)",
     0, NULL},
    {"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)",
     "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)", 0, NULL},
    {"CREATE VIEW v AS SELECT 1", "CREATE VIEW IF NOT EXISTS v AS SELECT 1", 0, NULL},
    {"CREATE TYPE m AS ENUM ('a')", "CREATE TYPE IF NOT EXISTS m AS ENUM ('a')", 0, NULL},
    {"CREATE SEQUENCE s", "CREATE SEQUENCE IF NOT EXISTS s", 0, NULL},
    {"ALTER TABLE t ADD COLUMN a int, ADD b int REFERENCES r (id),\n  DROP c,\tDROP COLUMN d",
     "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, ADD IF NOT EXISTS b int REFERENCES r (id),\n"
     "  DROP IF EXISTS c,\tDROP COLUMN IF EXISTS d",
     0, NULL},
    {"ALTER TABLE t ADD CONSTRAINT c UNIQUE (a), ADD CHECK (a > 0), ADD PRIMARY KEY (a)",
     "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS c UNIQUE (a), ADD CHECK IF NOT EXISTS (a > 0), "
     "ADD PRIMARY KEY IF NOT EXISTS (a)",
     0, NULL},
    {"ALTER TABLE t DROP CONSTRAINT c CASCADE", "ALTER TABLE t DROP CONSTRAINT IF EXISTS c CASCADE",
     0, NULL},
    {"ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME COLUMN IF EXISTS a TO b", 0, NULL},
    {"ALTER TABLE t RENAME TO u", "ALTER TABLE IF EXISTS t RENAME TO u", 0, NULL},
    {"ALTER TABLE t ALTER a TYPE bigint USING (a::numeric(5, 2))::bigint",
     "ALTER TABLE t ALTER IF EXISTS a TYPE bigint USING (a::numeric(5, 2))::bigint", 0, NULL},
    {"ALTER TABLE `t` CHANGE a b int", "ALTER TABLE `t` CHANGE IF EXISTS a b int", 0, NULL},
    {"ALTER TYPE m ADD VALUE 'b' AFTER 'a'", "ALTER TYPE m ADD VALUE IF NOT EXISTS 'b' AFTER 'a'",
     0, NULL},
    {"ALTER TYPE m RENAME VALUE 'a' TO 'c'", "ALTER TYPE m RENAME VALUE IF EXISTS 'a' TO 'c'", 0,
     NULL},
    {"ALTER TYPE m RENAME TO n", "ALTER TYPE IF EXISTS m RENAME TO n", 0, NULL},
    {"ALTER INDEX i RENAME TO j", "ALTER INDEX IF EXISTS i RENAME TO j", 0, NULL},
    {"DROP TABLE a, b CASCADE", "DROP TABLE IF EXISTS a, b CASCADE", 0, NULL},
    {"DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY IF EXISTS i", 0, NULL},
    {"DROP VIEW v", "DROP VIEW IF EXISTS v", 0, NULL},
    {"RENAME TABLE a TO b", "RENAME TABLE IF EXISTS a TO b", 0, NULL},
    /* Half of it is guarded. */
    {"ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP b",
     "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP IF EXISTS b", 0, NULL},
    {"ALTER TABLE t DROP a, VALIDATE CONSTRAINT c",
     "ALTER TABLE t DROP IF EXISTS a, VALIDATE CONSTRAINT c", 0, REPEATABLE},
    /* Nothing to add. */
    {"CREATE TABLE IF NOT EXISTS t (a int UNIQUE)", NULL, DN_DDL_GUARDED, NULL},
    {"DROP TABLE IF EXISTS t", NULL, DN_DDL_GUARDED, NULL},
    {"INSERT INTO t VALUES (1)", NULL, DN_DDL_BARE_ROWS,
     "run again, it fails at a key, or adds its rows twice: ON CONFLICT (key) DO NOTHING behind it "
     "passes over those that are there"},
    {"DELETE FROM t WHERE a", NULL, DN_DDL_BARE_ROWS,
     "run again, it changes what its WHERE finds then: where that must not be changed twice, WHERE "
     "has to leave it out"},
    {"ALTER TABLE t ALTER a TYPE bigint USING a * 2", NULL, DN_DDL_BARE_ROWS,
     "USING computes with what is there: run again, it does so twice"},
    {"CREATE OR REPLACE VIEW v AS SELECT 1", NULL, DN_DDL_GUARDLESS, "it replaces what is there"},
    {"CREATE TEMP TABLE t (a int)", NULL, DN_DDL_GUARDLESS,
     "it is temporary, and gone with its session"},
    {"ALTER TABLE t VALIDATE CONSTRAINT c", NULL, DN_DDL_GUARDLESS, REPEATABLE},
    {"COMMENT ON TABLE t IS 'x'", NULL, DN_DDL_GUARDLESS, REPEATABLE},
    {"CREATE TABLE t PARTITION OF p DEFAULT", NULL, DN_DDL_UNKNOWN, "partitions are not portable"},
    {"CREATE TABEL t (a int)", NULL, DN_DDL_UNKNOWN, "CREATE TABEL has no portable form"},
};

static void
check(const example *one, const dn_lex_rules *rules)
{
    dn_arena arena = DN_ARENA_INIT;
    const dn_ddl_options options = {.rules = rules};
    const char *expected = one->expected ? one->expected : one->sql;
    dn_ddl_guarded guarded;
    dn_error error;

    assert_int_equal(
        dn_ddl_guard(dn_string(one->sql), &options, NULL, NULL, &arena, &guarded, &error), 0);
    if (guarded.text.length != strlen(expected) ||
        memcmp(guarded.text.data, expected, strlen(expected)) != 0)
        fail_msg("%s: %.*s", one->sql, (int)guarded.text.length, guarded.text.data);
    if (guarded.guarding != one->guarding ||
        strcmp(guarded.reason ? guarded.reason : "", one->reason ? one->reason : "") != 0)
        fail_msg("%s: %d, %s", one->sql, (int)guarded.guarding,
                 guarded.reason ? guarded.reason : "no reason");
    dn_arena_free(&arena);
}

static void
guards_are_put_where_they_belong(void **state)
{
    dn_arena arena = DN_ARENA_INIT;
    const dn_lex_rules *rules;
    dn_error error;

    (void)state;
    assert_int_equal(dn_ddl_portable_rules(&arena, &rules, &error), 0);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(&examples[i], rules);
    dn_arena_free(&arena);
}

static const char *
refuse(dunlin_string before, size_t at, dunlin_string after, void *context)
{
    size_t *asked = context;

    assert_int_equal(at, strlen("DROP TABLE"));
    assert_true(after.length > before.length);
    ++*asked;
    return "it is not wanted";
}

static void
who_sends_the_text_has_the_last_word(void **state)
{
    dn_arena arena = DN_ARENA_INIT;
    dn_ddl_options options = {.own = true};
    dn_ddl_guarded guarded;
    dn_error error;
    size_t asked = 0;

    (void)state;
    assert_int_equal(dn_ddl_portable_rules(&arena, &options.rules, &error), 0);
    assert_int_equal(
        dn_ddl_guard(dn_string("DROP TABLE t"), &options, refuse, &asked, &arena, &guarded, &error),
        0);
    assert_int_equal(asked, 1);
    assert_int_equal(guarded.guards, 0);
    assert_int_equal(guarded.guarding, DN_DDL_GUARDLESS);
    assert_string_equal(guarded.reason, "it is not wanted");
    dn_arena_free(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guards_are_put_where_they_belong),
        cmocka_unit_test(who_sends_the_text_has_the_last_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
