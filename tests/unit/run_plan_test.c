/* SPDX-License-Identifier: MIT
 *
 * Carrying out a plan: backup, tracker, execution, and reading back what was done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/run/run.h"
#include "tests/unit/sqlite_fixture.h"

enum { MOST = 4 };

static dn_migration migrations[MOST];
static dn_job jobs[MOST];
static dn_plan_step steps[MOST + 2];
static dn_plan plan;
static dn_tracker tracker;
static dn_run run;
static const dn_target target = {.backups_kept = 5};
static dn_backup_wish wish;

/* Plans m1 .. of these texts (up to a NULL), with all that may come before them. */
static int
carry_out(const char *first, const char *second)
{
    const char *texts[] = {first, second, NULL};
    size_t budget = 4096;

    memset(&run, 0, sizeof run);
    memset(jobs, 0, sizeof jobs);
    plan = (dn_plan){.steps = steps, .jobs = jobs};
    if (dn_tracker_read(connection, DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH, &arena, &tracker,
                        &error) < 0)
        fail_msg("%s", error.message);
    steps[plan.count++] = (dn_plan_step){.action = DN_PLAN_BACKUP};
    steps[plan.count++] = (dn_plan_step){.action = DN_PLAN_CREATE_TRACKER};
    for (; texts[plan.job_count]; plan.job_count++) {
        size_t i = plan.job_count;

        migrations[i] = migration_of(dn_arena_printf(&arena, "m%zu", i + 1), texts[i]);
        jobs[i].migration = &migrations[i];
        if (dn_script_inspect(connection, NULL, &migrations[i], &arena, &budget, &jobs[i].info,
                              &error) < 0)
            fail_msg("%s", error.message);
        steps[plan.count++] = (dn_plan_step){.action = DN_PLAN_APPLY, .job = &jobs[i]};
    }
    run.connection = connection;
    wish = (dn_backup_wish){.url = dn_arena_printf(&arena, "sqlite:%s/app.db", tree),
                            .target = &target,
                            .mode = DN_BACKUP_FULL,
                            .folder = at("app.db-dunlin-backups"),
                            .keep = target.backups_kept};
    run.backup_wish = &wish;
    run.target = &target;
    run.arena = &arena;
    run.tracker = &tracker;
    run.plan = &plan;
    return dn_run_plan(&run, &error);
}

static size_t
backups(void)
{
    dn_backup *list;
    size_t count;

    assert_int_equal(dn_backup_list(at("app.db-dunlin-backups"), &arena, &list, &count, &error), 0);
    return count;
}

static int
database_with_a_table(void **state)
{
    if (database_make(state) < 0)
        return -1;
    run_sql("CREATE TABLE old (x)");
    return 0;
}

static void
a_plan_is_carried_out_and_read_back(void **state)
{
    (void)state;
    if (carry_out("CREATE TABLE a (x)", "CREATE TABLE b (x)") < 0)
        fail_msg("%s", error.message);
    assert_int_equal(strlen(run.run_id), 32);
    assert_string_equal(cells("SELECT seq, tag, run_id FROM dunlin_migrations ORDER BY seq"),
                        dn_arena_printf(&arena, "1|m1|%s\n2|m2|%s\n", run.run_id, run.run_id));
    assert_true(run.backed_up);
    assert_int_equal(backups(), 1);
    /* The copy was taken before anything of ours was there. */
    run_sql(dn_arena_printf(&arena, "ATTACH '%s' AS copy", run.backup.path));
    assert_string_equal(cells("SELECT name FROM copy.sqlite_schema"), "old\n");
}

static void
a_run_whose_records_vanish_is_not_settled(void **state)
{
    (void)state;
    assert_int_equal(carry_out("CREATE TRIGGER thief AFTER INSERT ON dunlin_migrations BEGIN DELETE"
                               " FROM dunlin_migrations WHERE tag = 'm2'; END",
                               "CREATE TABLE b (x)"),
                     -1);
    expect_error("run.unsettled", "this run applied 2 migrations, but the tracker holds 1 of them");
    assert_int_equal(error.exit_code, DUNLIN_EXIT_DISAGREEMENT);
    assert_true(run.backed_up);
}

static void
a_backup_of_a_run_that_changed_nothing_is_taken_away(void **state)
{
    (void)state;
    assert_int_equal(carry_out("nonsense", "CREATE TABLE b (x)"), -1);
    assert_false(run.backed_up);
    assert_int_equal(backups(), 0);
    assert_string_equal(run.stop.migration->tag, "m1");
    assert_int_equal(carry_out("CREATE TABLE b (x)", "nonsense"), -1);
    assert_true(run.backed_up);
    assert_int_equal(backups(), 1);
    assert_string_equal(run.stop.migration->tag, "m2");
    assert_int_equal(carry_out("-- dunlin: no-transaction\nCREATE TABLE c (x); nonsense", NULL),
                     -1);
    assert_int_equal(error.status, DUNLIN_PARTIAL);
    assert_int_equal(backups(), 2);
}

static void
without_its_backup_nothing_is_run(void **state)
{
    (void)state;
    put("app.db-dunlin-backups", "a file in the place of the folder");
    assert_int_equal(carry_out("CREATE TABLE a (x)", NULL), -1);
    assert_string_equal(error.context, "while taking a backup");
    assert_string_equal(cells("SELECT name FROM sqlite_schema"), "old\n");
    assert_false(jobs[0].applied);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, database_with_a_table, database_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_plan_is_carried_out_and_read_back),
        TEST(a_run_whose_records_vanish_is_not_settled),
        TEST(a_backup_of_a_run_that_changed_nothing_is_taken_away),
        TEST(without_its_backup_nothing_is_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
