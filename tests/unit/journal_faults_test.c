/* SPDX-License-Identifier: MIT
 *
 * Every allocation of the project and journal modules fails once: the call must then fail, leak
 * nothing and leave the files as they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/alloc.h"
#include "core/journal/journal.h"
#include "core/project/project.h"
#include "tests/unit/tree_fixture.h"

enum { MOST_ALLOCATIONS = 100000 };

static dn_error error;

static int
setup(void **state)
{
    cJSON_Hooks hooks = {.malloc_fn = dn_malloc, .free_fn = free};

    cJSON_InitHooks(&hooks);
    return tree_make(state);
}

static int
teardown(void **state)
{
    cJSON_InitHooks(NULL);
    dn_alloc_fail_at(0, false);
    return tree_remove(state);
}

/* Runs `work` with its first allocation failing, then its second, until none of them does. It
 * must fail every time but the last. */
static void
fail_each(int (*work)(dn_arena *arena))
{
    for (long nth = 1; nth < MOST_ALLOCATIONS; nth++) {
        dn_arena arena = DN_ARENA_INIT;
        bool all_done;
        int result;

        dn_error_clear(&error);
        dn_alloc_fail_at(nth, false);
        result = work(&arena);
        all_done = dn_alloc_calls() < nth;
        dn_alloc_fail_at(0, false);
        dn_arena_free(&arena);
        if (all_done) {
            assert_int_equal(result, 0);
            assert_true(nth > 1);
            return;
        }
        if (result == 0)
            fail_msg("allocation %ld failed and nothing was said", nth);
        assert_int_equal(result, -1);
        assert_string_equal(error.id, "memory");
    }
    fail_msg("there is no end to the allocations");
}

static int
load_project(dn_arena *arena)
{
    dunlin_options options = DUNLIN_OPTIONS_DEFAULTS;
    const dn_target *target;
    dn_project project;
    const char *url;

    options.directory = at("");
    if (dn_project_load(&options, arena, &project, &error) < 0)
        return -1;
    return dn_project_target(&project, &options, arena, &target, &url, &error);
}

static void
loading_a_project_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    put(".env", "A=1\n");
    put("secret", "x:db\n");
    put("dunlin.json", "{\"dialect\": \"toy\", \"default\": \"a\", \"targets\": {"
                       "\"a\": {\"url\": \"file:secret\", \"tracker\": \"t\"},"
                       "\"b\": {\"url\": \"x://u:p@h/d?a=b\"}}}");
    fail_each(load_project);
}

static int
read_journal(dn_arena *arena)
{
    dn_journal_options options = {.folder = at("m"), .driver = "toy", .dialect = "toy"};
    dn_journal journal;

    return dn_journal_read(&options, arena, &journal, &error);
}

static void
reading_a_journal_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    copy_fixture("drizzle-sqlite/drizzle", "m");
    replace("m/meta/_journal.json", "0009_glamorous_boom_boom", "0009_sleepy_dreaming_celestial");
    replace("m/meta/_journal.json", "0011_retire_legacy_import", "0003_audit_trail");
    put("m/0001_wise_teams_assemble.toy.sql", "");
    put("m/0001_wise_teams_assemble.down.sql", "");
    put("m/bad name.sql", "");
    fail_each(read_journal);
}

static void
reading_folders_and_files_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    copy_fixture("drizzle-v1-postgresql/drizzle", "m");
    fail_each(read_journal);
    tree_remove(state);
    tree_make(state);
    put("m/1_a.sql", "");
    put("m/10_b.sql", "");
    put("m/2_c.x.sql", "");
    fail_each(read_journal);
}

static int
add_migration(dn_arena *arena)
{
    dn_journal_options options = {.folder = at("m")};
    const dn_journal_texts texts = {.up = "-- b\n", .blank = true};
    dn_migration made;
    dn_journal journal;
    bool failing = true;
    int result;

    put("m/meta/_journal.json", "{\"version\":1,\"layout\":\"dunlin\",\"entries\":["
                                "{\"idx\":0,\"tag\":\"0001_a\",\"when\":1}]}");
    if (dn_journal_read(&options, arena, &journal, &error) < 0)
        return -1;
    result = dn_journal_new(&journal, "b", true, 5, &texts, arena, &made, &error);
    failing = result < 0;
    /* Either both the file and its entry or neither. */
    assert_int_equal(dn_file_exists(at("m/0002_b.sql")), !failing);
    if (!failing)
        unlink(at("m/0002_b.sql"));
    return result;
}

static void
a_new_migration_is_made_whole_or_not_at_all(void **state)
{
    (void)state;
    put("m/0001_a.sql", "");
    fail_each(add_migration);
}

static const char *journal_text; /* as it is before each rebuild */

static int
rebuild_journal(dn_arena *arena)
{
    dn_journal_options options = {.folder = at("m")};
    dn_findings changes = {0};
    int result;

    put("m/meta/_journal.json", journal_text);
    result = dn_journal_rebuild(&options, true, arena, &changes, &error);
    if (result < 0) {
        FILE *file = fopen(at("m/meta/_journal.json"), "rb");
        char text[4096];
        size_t length;

        assert_non_null(file);
        length = fread(text, 1, sizeof text - 1, file);
        fclose(file);
        text[length] = '\0';
        assert_string_equal(text, journal_text);
    }
    return result;
}

static void
a_rebuild_that_fails_leaves_the_journal_as_it_was(void **state)
{
    (void)state;
    put("m/0000_a.sql", "");
    put("m/0001_b.sql", "");
    put("m/meta/0000_snapshot.json", "{\"version\": \"6\", \"dialect\": \"toy\"}");
    journal_text = "{\"version\": \"7\", \"entries\": [\n{\"idx\": 0, \"tag\": \"0000_a\", "
                   "\"when\": 1}, {\"tag\": \"0000_a\"}, {\"tag\": \"gone\"},\n";
    fail_each(rebuild_journal);
    journal_text = "{\"version\": \"7\", \"dialect\": \"toy\", \"entries\": [\n{\"idx\": 3, "
                   "\"tag\": \"0000_a\", \"when\": 1, \"x\": [1]}, {\"tag\": \"gone\"}]}";
    fail_each(rebuild_journal);
}

static int
merge_journals(dn_arena *arena)
{
    (void)arena;
    return dn_journal_merge(at("base"), at("ours"), at("theirs"), &error);
}

static void
merging_survives_any_allocation_that_fails(void **state)
{
    (void)state;
    put("base", "{\"layout\":\"dunlin\",\"entries\":[{\"tag\":\"a\"}]}");
    put("ours", "{\"layout\":\"dunlin\",\"entries\":[{\"tag\":\"a\"},{\"tag\":\"b\"}]}");
    put("theirs", "{\"layout\":\"dunlin\",\"x\":1,\"entries\":[{\"tag\":\"a\"},{\"tag\":\"c\"}]}");
    fail_each(merge_journals);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loading_a_project_survives_any_allocation_that_fails),
        TEST(reading_a_journal_survives_any_allocation_that_fails),
        TEST(reading_folders_and_files_survives_any_allocation_that_fails),
        TEST(a_new_migration_is_made_whole_or_not_at_all),
        TEST(a_rebuild_that_fails_leaves_the_journal_as_it_was),
        TEST(merging_survives_any_allocation_that_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
