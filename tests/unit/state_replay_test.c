/* SPDX-License-Identifier: MIT
 *
 * Replaying histories in memory: effects, statements, what cannot be replayed, and files of effects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/state/replay_internal.h"
#include "tests/unit/replay_fixture.h"

static int
set_up(void **state)
{
    if (set_up_folder(state) < 0)
        return -1;
    begin_with("sqlite", "sqlite::memory:");
    return 0;
}

static void
run_in_target(const char *sql)
{
    if (dn_connection_execute(at.target, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &at.error) < 0)
        fail_msg("%s", at.error.message);
}

/* --- effects -------------------------------------------------------------------------------------- */
static void
each_migration_has_the_effects_of_its_statements(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER NOT NULL, y TEXT);",
            "CREATE INDEX a_y ON a (y); ALTER TABLE a ADD COLUMN z TEXT DEFAULT 'n';",
            "INSERT INTO a (x) VALUES (1); UPDATE a SET y = 'q';",
            "ALTER TABLE a RENAME COLUMN y TO w;", "DROP INDEX a_y;");
    replay_all();
    assert_string_equal(told(&at.effects[0].effects), "+table/a +column/a/x +column/a/y");
    assert_string_equal(told(&at.effects[1].effects), "+column/a/z +index/a/a_y");
    assert_string_equal(told(&at.effects[2].effects), "");
    assert_string_equal(told(&at.effects[3].effects), "+column/a/w -column/a/y ~index/a/a_y");
    assert_string_equal(told(&at.effects[4].effects), "-index/a/a_y");
    for (int i = 0; i < 5; i++)
        assert_true(at.effects[i].known);
    assert_int_equal(at.effects[1].statements, 2);
    assert_int_equal(at.effects[1].data, 0);
    assert_int_equal(at.effects[2].statements, 2);
    assert_int_equal(at.effects[2].data, 2);
    assert_int_equal(dn_replay_runs(at.replay), 5);
}

static void
what_a_migration_takes_away_again_is_no_effect(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER); DROP TABLE a;",
            "CREATE TABLE c (x INTEGER);", "DROP TABLE c;", "ALTER TABLE b RENAME TO d;");
    replay_all();
    assert_string_equal(told(&at.effects[0].effects), "+table/b +column/b/x");
    assert_string_equal(told(&at.effects[1].effects), "+table/c +column/c/x");
    assert_string_equal(told(&at.effects[2].effects), "-table/c -column/c/x");
    assert_string_equal(told(&at.effects[3].effects), "-table/b -column/b/x +table/d +column/d/x");
}

/* A foreign key without columns means its parent's primary key; views know what they stand on. */
static void
what_hangs_on_another_object_changes_with_it(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE child (p INTEGER REFERENCES parent);",
            "CREATE TABLE parent (id INTEGER PRIMARY KEY);",
            "CREATE VIEW v AS SELECT id FROM parent;", "ALTER TABLE parent RENAME TO elder;");
    replay_all();
    assert_string_equal(told(&at.effects[1].effects),
                        "-fk/child/(p)->parent() +fk/child/(p)->parent(id) +table/parent "
                        "+column/parent/id +pk/parent/(id)");
}

/* The effects with what each fact was and is. */
static const char *
spelled(const dn_differences *effects)
{
    dn_text text = DN_TEXT_INIT;
    const char *copy;

    for (size_t i = 0; i < effects->count; i++) {
        const dunlin_fact *sides[] = {effects->items[i].before, effects->items[i].after};

        for (int side = 0; side < 2; side++) {
            dn_text_add_string(&text, side ? " > " : "\n");
            if (sides[side])
                assert_int_equal(dn_fact_write(&text, sides[side], &at.error), 0);
        }
    }
    copy = dn_arena_text(&at.arena, text.data ? text.data : "");
    dn_text_free(&text);
    return copy;
}

/* Old rows of the catalogue stay as they are, change, go, and come back in the same place. */
static void
reading_what_changed_tells_what_reading_everything_tells(void **state)
{
    const char *halves[MOST_FILES];

    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT UNIQUE); CREATE TABLE b (x INTEGER);",
            "CREATE INDEX b_x ON b (x);", "CREATE VIEW v AS SELECT x FROM later;",
            "CREATE TABLE child (p INTEGER REFERENCES later);", "INSERT INTO b VALUES (1);",
            "CREATE TABLE later (id INTEGER PRIMARY KEY AUTOINCREMENT, x INTEGER);",
            "CREATE TRIGGER v_new INSTEAD OF INSERT ON v BEGIN DELETE FROM b; END;",
            "CREATE TRIGGER a_new AFTER INSERT ON a BEGIN DELETE FROM b; END;", "DROP TABLE later;",
            "CREATE TABLE other (x INTEGER);", "DROP TABLE other; CREATE TABLE Other (x TEXT);",
            "CREATE TABLE later (id TEXT PRIMARY KEY, x INTEGER);", "ALTER TABLE a RENAME TO z;",
            "CREATE INDEX z_y ON z (y);", "DROP INDEX z_y; CREATE INDEX z_y ON z (x, y);",
            "DROP TRIGGER a_new;", "CREATE VIRTUAL TABLE words USING fts5(body);",
            "CREATE TABLE behind (x INTEGER);", "DROP TABLE words;",
            "ALTER TABLE b ADD COLUMN y TEXT;", "DROP VIEW v;",
            "ANALYZE; CREATE TABLE w (x INTEGER REFERENCES z);");
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++) {
        if (!at.effects[i].known)
            fail_msg("%zu: %s", i, at.effects[i].why);
        assert_true(at.effects[i].effects.count > 0 || i == 4);
        halves[i] = spelled(&at.effects[i].effects);
    }
    at.options.thorough = true;
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++)
        assert_string_equal(halves[i], spelled(&at.effects[i].effects));
}

static void
effects_lead_to_the_schema_that_drizzle_makes(void **state)
{
    (void)state;
    read_history(fixture_folder("sqlite"));
    assert_int_equal(at.journal.count, 13);
    replay_all();
    for (size_t i = 0; i < at.journal.count; i++) {
        dn_auto(dn_text) text = DN_TEXT_INIT;

        assert_true(at.effects[i].known);
        assert_int_equal(dn_file_read(at.files[i]->path, &text, &at.error), 0);
        run_in_target("PRAGMA foreign_keys=OFF");
        for (char *one = text.data, *next; one; one = next) {
            next = strstr(one, "--> statement-breakpoint");
            if (next) {
                *next = '\0';
                next += strlen("--> statement-breakpoint");
            }
            run_in_target(one);
        }
    }
    expect_to_lead_to(dn_fact_map_new(&at.arena, DN_FACT_FOLDS_OBJECTS | DN_FACT_FOLDS_MEMBERS),
                      at.target);
}

/* Reading everything each time is the same, only slower. */
static void
drizzles_step_with_custom_sql_is_told_by_statement(void **state)
{
    (void)state;
    read_history(fixture_folder("sqlite"));
    replay_all();
    assert_int_equal(dn_replay_steps(at.replay, 6, &at.effects[6], &at.error), 0);
    assert_true(at.effects[6].step_count > 2);
    for (size_t i = 0; i < at.effects[6].step_count; i++) {
        const dn_statement_effects *step = &at.effects[6].steps[i];

        assert_int_equal(step->ordinal, i + 1);
        assert_int_equal(step->data, strncmp(step->sql, "UPDATE", 6) == 0);
        assert_int_equal(step->effects.count,
                         strncmp(step->sql, "CREATE TRIGGER", 14) == 0 ? 1 : 0);
    }
}

/* --- statements ------------------------------------------------------------------------------------ */
static void
statements_are_told_apart(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER);",
            "CREATE TABLE b (x INTEGER);\nALTER TABLE a ADD COLUMN y TEXT;\n"
            "--> statement-breakpoint\nINSERT INTO a (x) VALUES (1);\n"
            "--> statement-breakpoint\nDROP TABLE b;");
    replay_all();
    assert_string_equal(told(&at.effects[1].effects), "+column/a/y");
    at.effects[1].probe = DN_PROBE_TRUE;
    assert_int_equal(dn_replay_steps(at.replay, 1, &at.effects[1], &at.error), 0);
    assert_int_equal(at.effects[1].probe, DN_PROBE_TRUE);
    assert_int_equal(at.effects[1].step_count, 4);
    assert_string_equal(told(&at.effects[1].steps[0].effects), "+table/b +column/b/x");
    assert_string_equal(told(&at.effects[1].steps[1].effects), "+column/a/y");
    assert_string_equal(told(&at.effects[1].steps[2].effects), "");
    assert_string_equal(told(&at.effects[1].steps[3].effects), "-table/b -column/b/x");
    assert_string_equal(told(&at.effects[1].effects), "+column/a/y");
    assert_false(at.effects[1].steps[0].chained);
    assert_true(at.effects[1].steps[1].chained);
    assert_false(at.effects[1].steps[2].chained);
    assert_true(at.effects[1].steps[2].data);
    assert_string_equal(at.effects[1].steps[1].sql, "ALTER TABLE a ADD COLUMN y TEXT");
}

/* --- what cannot be replayed ------------------------------------------------------------------------ */
static void
a_statement_that_fails_leaves_the_others(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER);",
            "CREATE TABLE b (x INTEGER); ALTER TABLE nosuch ADD COLUMN y TEXT; "
            "CREATE TABLE c (x INTEGER);",
            "ALTER TABLE c ADD COLUMN y TEXT;");
    replay_all();
    assert_true(at.effects[0].known);
    assert_false(at.effects[1].known);
    assert_non_null(strstr(at.effects[1].why, "0001_m.sql:1: no such table: nosuch"));
    assert_string_equal(told(&at.effects[1].effects), "+table/b +column/b/x +table/c +column/c/x");
    assert_true(at.effects[2].known);
    assert_string_equal(told(&at.effects[2].effects), "+column/c/y");

    assert_int_equal(dn_replay_steps(at.replay, 1, &at.effects[1], &at.error), 0);
    assert_int_equal(at.effects[1].step_count, 3);
    assert_string_equal(told(&at.effects[1].steps[0].effects), "+table/b +column/b/x");
    assert_string_equal(told(&at.effects[1].steps[1].effects), "");
    assert_string_equal(told(&at.effects[1].steps[2].effects), "+table/c +column/c/x");
}

static void
rows_that_are_not_there_do_not_matter(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER NOT NULL);",
            "-- dunlin: assert SELECT count(*) FROM a = 3\n"
            "INSERT INTO a SELECT NULL; ALTER TABLE a ADD COLUMN y TEXT;");
    replay_all();
    assert_true(at.effects[1].known);
    assert_string_equal(told(&at.effects[1].effects), "+column/a/y");
}

static void
what_reaches_outside_is_not_sent(void **state)
{
    const char *other = dn_path_join(&at.arena, at.folder, "other.db");

    (void)state;
    HISTORY(dn_arena_printf(&at.arena,
                            "ATTACH '%s' AS other; CREATE TABLE other.a (x INTEGER); "
                            "CREATE TABLE b (x INTEGER);",
                            other),
            "CREATE TABLE c (x INTEGER);", dn_arena_printf(&at.arena, "VACUUM INTO '%s';", other));
    replay_all();
    assert_false(dn_file_exists(other));
    assert_false(at.effects[0].known);
    assert_non_null(strstr(at.effects[0].why, "it reaches outside the database"));
    assert_string_equal(told(&at.effects[0].effects), "+table/b +column/b/x");
    assert_true(at.effects[1].known);
    assert_false(at.effects[2].known);
}

static void
files_that_are_missing_or_broken_are_not_known(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER);", "CREATE TABLE 'open", "CREATE TABLE b (x INTEGER);");
    at.files[0] = NULL;
    replay_all();
    assert_false(at.effects[0].known);
    assert_string_equal(at.effects[0].why, "its file is missing");
    assert_false(at.effects[1].known);
    assert_non_null(strstr(at.effects[1].why, "0001_m.sql:1:14: "));
    assert_string_equal(told(&at.effects[2].effects), "+table/b +column/b/x");
}

static void
nothing_is_sent_to_the_target(void **state)
{
    (void)state;
    HISTORY("CREATE TABLE a (x INTEGER);", "DROP TABLE kept;");
    run_in_target("CREATE TABLE kept (x INTEGER)");
    replay_all();
    assert_string_equal(schema_of(at.target), "\"column/kept/x\":{\"type\":\"INTEGER\"}\n"
                                              "\"table/kept\":{\"order\":[\"x\"]}\n");
}

/* --- portable histories ----------------------------------------------------------------------------- */
static void
portable_migrations_are_translated_as_in_a_run(void **state)
{
    (void)state;
    at.options.translate.dialect = "portable";
    HISTORY(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE a (id BIGINT PRIMARY KEY, m mood, "
        "b BOOLEAN NOT NULL DEFAULT false);",
        "ALTER TABLE a ADD COLUMN m2 mood;", "ALTER TABLE a ALTER COLUMN b DROP NOT NULL;",
        "CREATE TABLE IF NOT EXISTS a (id BIGINT PRIMARY KEY); CREATE SEQUENCE s;",
        "ALTER TABLE a DROP COLUMN m2;");
    replay_all();
    assert_true(at.effects[0].known);
    assert_true(at.effects[1].known);
    assert_string_equal(told(&at.effects[2].effects), "~column/a/b");
    assert_false(at.effects[3].known);
    assert_true(at.effects[4].known);
    assert_non_null(strstr(told(&at.effects[1].effects), "+column/a/m2"));
    assert_non_null(strstr(told(&at.effects[4].effects), "-column/a/m2"));
}

/* --- files of effects -------------------------------------------------------------------------------- */
static void
keep_files(void)
{
    at.options.folder = dn_path_join(&at.arena, at.folder, "meta/_dunlin/sqlite");
    at.options.keep = true;
}

#define THREE                                                                                      \
    "CREATE TABLE a (x INTEGER);", "INSERT INTO a VALUES (1);", "ALTER TABLE a ADD COLUMN y TEXT;"

static void
what_was_found_out_is_not_replayed_again(void **state)
{
    (void)state;
    keep_files();
    HISTORY(THREE);
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 3);
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 0);
    assert_string_equal(told(&at.effects[0].effects), "+table/a +column/a/x");
    assert_string_equal(told(&at.effects[2].effects), "+column/a/y");
    assert_int_equal(at.effects[1].data, 1);
    assert_int_equal(at.effects[1].statements, 1);
    assert_true(at.effects[1].known);

    at.options.shadow = DN_SHADOW_NONE;
    replay_all();
    assert_string_equal(told(&at.effects[2].effects), "+column/a/y");
    assert_int_equal(dn_replay_steps(at.replay, 2, &at.effects[2], &at.error), -1);
    assert_string_equal(at.error.id, "replay.no-shadow");
}

static void
an_edited_migration_is_replayed_with_all_behind_it(void **state)
{
    (void)state;
    keep_files();
    HISTORY(THREE);
    replay_all();
    HISTORY("CREATE TABLE a (x INTEGER);", "INSERT INTO a VALUES (2);",
            "ALTER TABLE a ADD COLUMN y TEXT;");
    at.options.shadow = DN_SHADOW_NONE;
    replay_all();
    assert_true(at.effects[0].known);
    assert_false(at.effects[1].known);
    assert_string_equal(at.effects[1].why, "it was not replayed");
    assert_false(at.effects[2].known);
    at.options.shadow = DN_SHADOW_MEMORY;
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 3);
    assert_string_equal(told(&at.effects[2].effects), "+column/a/y");
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 0);
}

static void
other_settings_are_another_history(void **state)
{
    (void)state;
    keep_files();
    HISTORY(THREE);
    replay_all();
    dn_connection_close(at.target);
    at.target = NULL;
    begin_with("sqlite", "sqlite::memory:?foreign_keys=off");
    keep_files();
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 3);
}

static void
spoil(const char *name, const char *from, const char *to)
{
    const char *path = dn_path_join(&at.arena, at.options.folder, name);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    char *place;

    assert_int_equal(dn_file_read(path, &text, &at.error), 0);
    place = strstr(text.data, from);
    assert_non_null(place);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(place, to, strlen(to));
    assert_int_equal(dn_file_write(path, text.data, text.length, &at.error), 0);
}

static void
a_file_of_effects_that_was_edited_counts_for_nothing(void **state)
{
    static const struct {
        const char *from, *to;
    } edits[] = {
        {"column/a/y", "column/a/z"},
        {"\"TEXT\"", "\"BLOB\""},
        {"\"statements\":1", "\"statements\":2"},
        {"\"data\":0", "\"data\":1"},
        {"null,", "{},  "},
        {"}}\n", "}}}"},
        {"\"effects\":{\n", "\"effects\":{ "},
    };

    (void)state;
    keep_files();
    HISTORY(THREE);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        replay_all();
        spoil("0002_m.effects.json", edits[i].from, edits[i].to);
        replay_all();
        assert_int_equal(dn_replay_runs(at.replay), 3);
        assert_string_equal(told(&at.effects[2].effects), "+column/a/y");
        replay_all();
        assert_int_equal(dn_replay_runs(at.replay), 0);
    }
    assert_non_null(strstr(at.warnings, "0002_m.effects.json' was edited by hand or merged"));
}

/* Sealed anew, which takes some doing, it is still not what the migrations do. */
static void
files_that_tell_another_schema_are_found_out(void **state)
{
    dn_effects_file lie = {.tag = "0001_m", .effects = {.known = true, .statements = 1}};
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *chain;

    (void)state;
    keep_files();
    HISTORY("CREATE TABLE a (x INTEGER);", "ALTER TABLE a ADD COLUMN y TEXT;");
    replay_all();
    assert_int_equal(dn_file_read(dn_path_join(&at.arena, at.options.folder, "0001_m.effects.json"),
                                  &text, &at.error),
                     0);
    chain = strstr(text.data, "\"chain\":\"") + strlen("\"chain\":\"");
    assert_true(dn_digest_parse(chain, 64, &lie.chain));
    dn_effects_write(at.options.folder, &lie, &at.options.log);
    assert_string_equal(at.warnings, "");
    HISTORY("CREATE TABLE a (x INTEGER);", "ALTER TABLE a ADD COLUMN y TEXT;",
            "ALTER TABLE a ADD COLUMN z TEXT;");
    replay_all();
    assert_non_null(strstr(at.warnings, "is not what the migrations do"));
    assert_string_equal(told(&at.effects[1].effects), "+column/a/y");
    assert_string_equal(told(&at.effects[2].effects), "+column/a/z");
}

static void
a_folder_that_cannot_be_written_does_not_matter(void **state)
{
    (void)state;
    HISTORY(THREE);
    at.options.keep = true;
    at.options.folder = "/proc/dunlin";
    replay_all();
    assert_string_equal(told(&at.effects[2].effects), "+column/a/y");
    assert_string_equal(at.warnings, "");
}

static void
what_failed_here_is_not_kept(void **state)
{
    (void)state;
    keep_files();
    HISTORY("CREATE TABLE a (x INTEGER);", "DROP TABLE nosuch;", "CREATE TABLE b (x INTEGER);");
    replay_all();
    replay_all();
    assert_int_equal(dn_replay_runs(at.replay), 3);
    assert_true(dn_file_exists(dn_path_join(&at.arena, at.options.folder, "0000_m.effects.json")));
    assert_false(dn_file_exists(dn_path_join(&at.arena, at.options.folder, "0002_m.effects.json")));
}

/* --- where ------------------------------------------------------------------------------------------- */
static void
in_memory_it_is_always_allowed(void **state)
{
    const dn_target target = {.name = "t"};

    (void)state;
    assert_int_equal(dn_shadow_choose(at.target, &target, false, NULL).kind, DN_SHADOW_MEMORY);
    at.options.shadow = DN_SHADOW_GIVEN;
    at.options.given = "sqlite:other.db";
    HISTORY(THREE);
    assert_int_equal(try_replay(), -1);
    assert_non_null(strstr(at.error.message, "SQLite replays migrations in memory"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_migration_has_the_effects_of_its_statements),
        TEST(what_a_migration_takes_away_again_is_no_effect),
        TEST(what_hangs_on_another_object_changes_with_it),
        TEST(reading_what_changed_tells_what_reading_everything_tells),
        TEST(effects_lead_to_the_schema_that_drizzle_makes),
        TEST(drizzles_step_with_custom_sql_is_told_by_statement),
        TEST(statements_are_told_apart),
        TEST(a_statement_that_fails_leaves_the_others),
        TEST(rows_that_are_not_there_do_not_matter),
        TEST(what_reaches_outside_is_not_sent),
        TEST(files_that_are_missing_or_broken_are_not_known),
        TEST(nothing_is_sent_to_the_target),
        TEST(portable_migrations_are_translated_as_in_a_run),
        TEST(what_was_found_out_is_not_replayed_again),
        TEST(an_edited_migration_is_replayed_with_all_behind_it),
        TEST(other_settings_are_another_history),
        TEST(a_file_of_effects_that_was_edited_counts_for_nothing),
        TEST(files_that_tell_another_schema_are_found_out),
        TEST(a_folder_that_cannot_be_written_does_not_matter),
        TEST(what_failed_here_is_not_kept),
        TEST(in_memory_it_is_always_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
