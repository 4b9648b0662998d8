/* SPDX-License-Identifier: MIT
 *
 * A schema kept as texts: what is made of them, and what of damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/fact/canonical.h"
#include "core/state/snapshot.h"
#include "core/state/state.h"
#include "core/state/texts.h"
#include "tests/unit/sqlite_fixture.h"

static void
make_schema(void)
{
    run_sql("CREATE TABLE dunlin_migrations (seq integer PRIMARY KEY, tag text)");
    run_sql(
        "CREATE TABLE parent (a integer, b text COLLATE NOCASE, PRIMARY KEY (a, b)) WITHOUT ROWID");
    run_sql(
        "CREATE TABLE \"odd \"\"name\" (id integer PRIMARY KEY, a int, b text DEFAULT 'x\ny', "
        "c int GENERATED ALWAYS AS (a + 1), CHECK (a > 0), FOREIGN KEY (a, b) REFERENCES parent)");
    run_sql("CREATE UNIQUE INDEX odd_expr ON \"odd \"\"name\" (lower(b)) WHERE a > 1");
    run_sql("CREATE VIEW seen AS SELECT tag, a FROM dunlin_migrations, parent");
    run_sql("CREATE TRIGGER tick AFTER INSERT ON parent BEGIN DELETE FROM parent WHERE a = 1; END");
}

static void
expect_same(const dn_fact_map *left, const dn_fact_map *right)
{
    dn_digest digests[2];

    assert_int_equal(dn_fact_map_count(left), dn_fact_map_count(right));
    assert_int_equal(dn_fact_map_digest(left, &digests[0], &error), 0);
    assert_int_equal(dn_fact_map_digest(right, &digests[1], &error), 0);
    assert_true(dn_digest_equal(&digests[0], &digests[1]));
}

static void
facts_are_made_of_texts(void **state)
{
    dn_auto(dn_text) texts = DN_TEXT_INIT;
    dn_fact_map *made;
    dn_fact_map *found;
    bool can;

    (void)state;
    make_schema();
    assert_int_equal(dn_observe_schema(connection, NULL, &arena, &found, &error), 0);
    assert_true(dn_fact_map_count(found) > 10);
    assert_int_equal(dn_texts_read(connection, &texts, &can, &error), 0);
    assert_true(can);
    assert_true(dn_texts_are(texts.data, texts.length));
    run_sql("DROP VIEW seen");
    run_sql("DROP TABLE parent");
    assert_int_equal(
        dn_texts_facts(connection, NULL, texts.data, texts.length, &arena, &made, &error), 0);
    assert_non_null(made);
    expect_same(found, made);
}

static void
no_texts_are_no_facts(void **state)
{
    dn_auto(dn_text) texts = DN_TEXT_INIT;
    dn_fact_map *made;
    bool can;

    (void)state;
    assert_int_equal(dn_texts_read(connection, &texts, &can, &error), 0);
    run_sql("CREATE TABLE t (a int)");
    assert_int_equal(
        dn_texts_facts(connection, NULL, texts.data, texts.length, &arena, &made, &error), 0);
    assert_int_equal(dn_fact_map_count(made), 0);
}

static void
a_virtual_table_is_in_no_text(void **state)
{
    dn_auto(dn_text) texts = DN_TEXT_INIT;
    bool can;

    (void)state;
    run_sql("CREATE VIRTUAL TABLE words USING fts5 (word)");
    assert_int_equal(dn_texts_read(connection, &texts, &can, &error), 0);
    assert_false(can);
}

/* Cut off anywhere, or with another byte anywhere: never more than other facts or none. */
static void
damaged_texts_are_survived(void **state)
{
    dn_auto(dn_text) texts = DN_TEXT_INIT;
    size_t refused = 0;
    bool can;

    (void)state;
    make_schema();
    assert_int_equal(dn_texts_read(connection, &texts, &can, &error), 0);
    for (size_t at = 8; at < texts.length; at++) {
        dn_auto(dn_arena) scratch = DN_ARENA_INIT;
        char *copy = dn_arena_copy(&scratch, texts.data, texts.length);
        dn_fact_map *made;

        dn_error_clear(&error);
        refused += dn_texts_facts(connection, NULL, copy, at, &scratch, &made, &error) < 0 || !made;
        for (const char *bytes = "9\n \x80"; *bytes; bytes++) {
            copy[at] = *bytes;
            dn_error_clear(&error);
            refused +=
                dn_texts_facts(connection, NULL, copy, texts.length, &scratch, &made, &error) < 0 ||
                !made;
        }
    }
    assert_true(refused > texts.length / 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(facts_are_made_of_texts),
        DATABASE_TEST(no_texts_are_no_facts),
        DATABASE_TEST(a_virtual_table_is_in_no_text),
        DATABASE_TEST(damaged_texts_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
