/* SPDX-License-Identifier: MIT
 *
 * Cosmetic or changed: files that are no longer what was recorded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/state/state_internal.h"
#include "tests/unit/sqlite_fixture.h"

#define APPLIED "CREATE TABLE a (x int); -- first\nINSERT INTO a VALUES ('it''s');\n"

typedef enum kept_parts { KEEP_NOTHING, KEEP_TOKENS, KEEP_TEXT } kept_parts;

/* What `file` is found to be when `recorded` was applied as m1 and this much of it was kept. */
static dn_edit
edit_of(const char *recorded, const char *file, kept_parts kept)
{
    dn_migration applied = migration_of("m1", recorded);
    dn_migration migration;
    dn_tracker tracker;
    dn_script_info info;
    dn_tracker_row row = {.has_digest = true, .digest = applied.raw, .tag = "m1"};
    dn_match match = {.row = &row, .how = DN_MATCH_TAG, .edit = DN_EDIT_CHANGED};
    dunlin_value values[3] = {{0}};
    size_t budget = 0;

    if (dn_tracker_read(connection, DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH, &arena, &tracker,
                        &error) < 0 ||
        dn_tracker_create(connection, &tracker, &error) < 0 ||
        dn_script_inspect(connection, NULL, &applied, &arena, &budget, &info, &error) < 0)
        fail_msg("%s", error.message);
    run_sql("DELETE FROM dunlin_migrations");
    values[0] = (dunlin_value){.type = DUNLIN_VALUE_TEXT, .text = dn_string(hex_of(&applied.raw))};
    if (kept == KEEP_TOKENS)
        values[1] =
            (dunlin_value){.type = DUNLIN_VALUE_TEXT, .text = dn_string(hex_of(&info.tokens))};
    if (kept == KEEP_TEXT)
        values[2] = (dunlin_value){.type = DUNLIN_VALUE_BLOB, .text = dn_string(recorded)};
    assert_int_equal(
        dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT,
                              "INSERT INTO dunlin_migrations (seq, tag, state, digest_raw,"
                              " digest_tokens, sql_up, algorithm, applied_at)"
                              " VALUES (1, 'm1', 'applied', $1, $2, $3, 'sha256/1', '2026')",
                              values, 3, &error),
        0);
    migration = migration_of("m1", file);
    if (dn_state_explain_edit(connection, &tracker, &migration, &match, &error) < 0)
        fail_msg("%s", error.message);
    return match.edit;
}

static void
only_what_the_database_reads_makes_a_change(void **state)
{
    static const struct {
        const char *file;
        dn_edit edit;
    } cases[] = {
        {"CREATE TABLE a (x int); INSERT INTO a VALUES ('it''s')", DN_EDIT_COSMETIC},
        {"/* new */ CREATE\n\tTABLE a ( x int );;\n\n--> statement-breakpoint\nINSERT INTO a VALUES"
         " ('it''s') -- end",
         DN_EDIT_COSMETIC},
        {"CREATE TABLE a (x int);", DN_EDIT_CHANGED},
        {"CREATE TABLE a (x text); INSERT INTO a VALUES ('it''s')", DN_EDIT_CHANGED},
        {"CREATE TABLE a (x int); INSERT INTO a VALUES ('it''S')", DN_EDIT_CHANGED},
        {"CREATE TABLE a (x int); INSERT INTO a VALUES ('it'' s')", DN_EDIT_CHANGED},
        {"CREATE TABLE a (x int) INSERT INTO a VALUES ('it''s')", DN_EDIT_CHANGED},
        {"-- dunlin: no-transaction\nCREATE TABLE a (x int); INSERT INTO a VALUES ('it''s')",
         DN_EDIT_CHANGED},
        {"CREATE TABLE a (x int); INSERT INTO a VALUES ('it''s'", DN_EDIT_CHANGED},
        {"CREATE TABLE a (x int); INSERT INTO a VALUES ('it''s') 'unterminated", DN_EDIT_CHANGED},
        {"", DN_EDIT_CHANGED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(edit_of(APPLIED, cases[i].file, KEEP_TOKENS), cases[i].edit);
        assert_int_equal(edit_of(APPLIED, cases[i].file, KEEP_TEXT), cases[i].edit);
        /* With nothing kept, nothing is proved. */
        assert_int_equal(edit_of(APPLIED, cases[i].file, KEEP_NOTHING), DN_EDIT_CHANGED);
    }
}

static void
line_ends_and_the_mark_at_the_start_need_nothing_kept(void **state)
{
    static const char *const spellings[] = {
        "SELECT 1;\nSELECT 2;\n",
        "SELECT 1;\r\nSELECT 2;\r\n",
        "\xEF\xBB\xBFSELECT 1;\nSELECT 2;\n",
        "\xEF\xBB\xBFSELECT 1;\r\nSELECT 2;\r\n",
    };
    /* Files with both kinds of line ends are turned into either, and not made of them. */
    static const char mixed[] = "SELECT 1;\r\nSELECT 2;\n";

    (void)state;
    for (int recorded = 0; recorded < 4; recorded++) {
        for (int file = 0; file < 4; file++)
            assert_int_equal(edit_of(spellings[recorded], spellings[file], KEEP_NOTHING),
                             DN_EDIT_COSMETIC);
        assert_int_equal(edit_of(spellings[recorded], mixed, KEEP_NOTHING), DN_EDIT_COSMETIC);
        assert_int_equal(edit_of(mixed, spellings[recorded], KEEP_NOTHING), DN_EDIT_CHANGED);
        assert_int_equal(edit_of(spellings[recorded], "SELECT 1;\nSELECT 2;", KEEP_NOTHING),
                         DN_EDIT_CHANGED);
    }
}

/* --- as a whole ------------------------------------------------------------------------------- */
static dn_observation
observe(dn_layout layout, dn_migration *migration, dn_tracker_depth depth)
{
    dn_journal *journal = dn_arena_alloc(&arena, sizeof *journal);
    dn_observation observation;

    journal->layout = layout;
    journal->migrations = migration;
    journal->count = migration ? 1 : 0;
    if (dn_observe(connection, journal, NULL, depth, &arena, &observation, &error) < 0)
        fail_msg("%s", error.message);
    return observation;
}

/* Node hashes the text "M\xfcll" as read from UTF-8; the bytes have another digest. */
static void
a_file_that_is_no_utf_8_is_what_drizzle_recorded(void **state)
{
    dn_migration migration = migration_of("0000_a", "M\xfcll");
    dn_observation observation;

    (void)state;
    migration.when_ms = 5;
    run_sql("CREATE TABLE __drizzle_migrations (id, hash text, created_at numeric)");
    run_sql("INSERT INTO __drizzle_migrations (hash, created_at) VALUES"
            " ('3f2545fc5f4ef21c7dd4a1b006a5e0d3c792852a26b998a43dc96d7ed84cf65f', 5)");
    observation = observe(DN_LAYOUT_DRIZZLE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.matches[0].how, DN_MATCH_WHEN);
    assert_int_equal(observation.matches[0].edit, DN_EDIT_NONE);
    put("0000_a.sql", "M\xfcl");
    observation = observe(DN_LAYOUT_DRIZZLE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.matches[0].edit, DN_EDIT_CHANGED);
}

static void
other_objects_are_looked_for_where_nothing_is_recorded(void **state)
{
    dn_migration migration = migration_of("m1", "SELECT 1");
    dn_observation observation;

    (void)state;
    run_sql("CREATE TABLE one (x)");
    run_sql("CREATE VIEW two AS SELECT x FROM one");
    run_sql("CREATE TABLE dunlin_meta (x)");
    observation = observe(DN_LAYOUT_NATIVE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.object_count, 2);
    /* nor is another tool's tracker anybody's schema */
    run_sql("CREATE TABLE __drizzle_migrations (id, hash text, created_at numeric)");
    observation = observe(DN_LAYOUT_DRIZZLE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.object_count, 2);
    assert_int_equal(observation.matches[0].row == NULL, 1);
    /* without a journal there is nothing to run into them */
    observation = observe(DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH);
    assert_int_equal(observation.object_count, 0);
    run_sql("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('other', 5)");
    observation = observe(DN_LAYOUT_DRIZZLE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.object_count, 0);
}

static void
what_an_unfinished_first_run_left_is_its_own(void **state)
{
    dn_migration migration = migration_of("m1", "SELECT 1");
    dn_observation observation;

    (void)state;
    run_sql("CREATE TABLE one (x)");
    assert_int_equal(dn_tracker_create_statements(connection, &error), 0);
    run_sql("INSERT INTO dunlin_statements (run_id, tag, ordinal, digest, phase, at)"
            " VALUES ('r', 'm1', 1, 'd', 'done', 'now')");
    observation = observe(DN_LAYOUT_NATIVE, &migration, DN_TRACKER_MATCH);
    assert_int_equal(observation.object_count, 0);
    assert_int_equal(observation.unfinished_count, 1);
    assert_string_equal(observation.unfinished[0], "m1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(only_what_the_database_reads_makes_a_change),
        DATABASE_TEST(line_ends_and_the_mark_at_the_start_need_nothing_kept),
        DATABASE_TEST(a_file_that_is_no_utf_8_is_what_drizzle_recorded),
        DATABASE_TEST(other_objects_are_looked_for_where_nothing_is_recorded),
        DATABASE_TEST(what_an_unfinished_first_run_left_is_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
