/* SPDX-License-Identifier: MIT
 *
 * Plans: what is applied, what is held back, what comes before it, and what stops it all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/plan.h"
#include "tests/unit/sqlite_fixture.h"

enum { MOST = 4 };

static dn_migration migrations[MOST];
static dn_verdict verdicts[MOST];
static dn_reconciliation found;
static dn_journal journal;
static dn_observation observation;
static dn_plan_options options;
static dn_plan plan;

/* m1, m2 ... with verdicts: '+' applied, '-' pending, '!' applied and stopping the run. */
static void
judge(const char *marks)
{
    memset(&found, 0, sizeof found);
    memset(&observation, 0, sizeof observation);
    memset(&journal, 0, sizeof journal);
    memset(verdicts, 0, sizeof verdicts);
    memset(&options, 0, sizeof options);
    options.inspect = true;
    options.backup = true;
    found.verdicts = verdicts;
    observation.tracker.present = observation.tracker.ours_present = true;
    observation.journal = &journal;
    journal.migrations = migrations;
    for (; marks[found.count]; found.count++) {
        dn_verdict *verdict = &verdicts[found.count];
        const char *tag = dn_arena_printf(&arena, "m%zu", found.count + 1);

        migrations[found.count] = migration_of(tag, "SELECT 1;");
        verdict->migration = &migrations[found.count];
        verdict->pending = marks[found.count] == '-';
        verdict->recorded = !verdict->pending;
        verdict->verdict = verdict->pending ? DN_VERDICT_PENDING : DN_VERDICT_APPLIED;
        verdict->stops = marks[found.count] == '!';
        found.pending += verdict->pending;
        if (verdict->stops)
            dn_findings_add(&found.findings, &arena, DN_ERROR_FINDING, "file.edited", tag, &error,
                            "%s: it is odd", tag);
    }
    journal.count = found.count;
}

static int
build(void)
{
    return dn_plan_build(connection, NULL, &observation, &found, &options, &arena, &plan, &error);
}

/* "action tag why; ... | held ..." */
static const char *
steps(void)
{
    const char *text = "";

    if (build() < 0)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < plan.count; i++) {
        const dn_plan_step *step = &plan.steps[i];

        text = dn_arena_printf(&arena, "%s%s%s%s: %s\n", text, dn_plan_action_name(step->action),
                               step->job ? " " : "", step->job ? step->job->migration->tag : "",
                               step->why);
    }
    for (size_t i = 0; i < plan.held_count; i++)
        text = dn_arena_printf(&arena, "%s| %s\n", text, plan.held[i]->tag);
    return text;
}

static void
pending_migrations_are_applied_up_to_the_last_that_is_wanted(void **state)
{
    static const struct {
        const char *verdicts;
        const char *to;
        const char *steps;
    } cases[] = {
        {"", NULL, ""},
        {"++", NULL, ""},
        {"+-", NULL, "apply m2: pending\n"},
        {"---", "m2", "apply m1: pending\napply m2: pending\n| m3\n"},
        {"---", "m3", "apply m1: pending\napply m2: pending\napply m3: pending\n"},
        {"+--", "m1", "| m2\n| m3\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge(cases[i].verdicts);
        options.to = cases[i].to;
        assert_string_equal(steps(), cases[i].steps);
    }
}

static void
backup_and_tracker_come_first_and_only_where_they_are_needed(void **state)
{
    static const struct {
        bool filled;
        bool backup;
        bool present;
        bool ours;
        const char *verdicts;
        const char *steps;
    } cases[] = {
        {false, true, true, true, "-", "apply m1: pending\n"}, /* an empty database */
        {false, true, false, false, "-",
         "create-tracker: the tracker does not exist yet\napply m1: pending\n"},
        {true, true, true, true, "-", "backup: before the first change\napply m1: pending\n"},
        {true, false, true, true, "-", "apply m1: pending\n"},
        {true, true, true, false, "-",
         "backup: before the first change\ncreate-tracker: the tracker does not exist yet\n"
         "apply m1: pending\n"},
        {true, true, false, true, "-",
         "backup: before the first change\ncreate-tracker: the tracker does not exist yet\n"
         "apply m1: pending\n"},
        {true, true, false, false, "+", ""}, /* nothing to do is nothing to do */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].filled) {
            run_sql("CREATE TABLE IF NOT EXISTS a (x)");
            connect_again();
        }
        judge(cases[i].verdicts);
        options.backup = cases[i].backup;
        observation.tracker.present = cases[i].present;
        observation.tracker.ours_present = cases[i].ours;
        assert_string_equal(steps(), cases[i].steps);
    }
}

static void
what_stops_is_told_unless_it_is_allowed(void **state)
{
    static const struct {
        const char *verdicts;
        const char *allow[4];
        const char *stop_id; /* of a finding of no tag */
        bool allow_nonempty;
        const char *message; /* NULL: nothing stops */
    } cases[] = {
        {"!-", {NULL}, NULL, false, "m1: it is odd"},
        {"!+", {NULL}, NULL, false, "m1: it is odd"}, /* with nothing pending as well */
        {"!-!!", {NULL}, NULL, false, "m1: it is odd (and 2 more)"},
        {"!-!!", {"m1", "m4"}, NULL, false, "m3: it is odd"},
        {"!-!!", {"m1", "m4", "m3", "m2"}, NULL, false, NULL},
        {"-", {NULL}, "tracker.not-empty", false, "of no tag"},
        {"-", {NULL}, "tracker.not-empty", true, NULL},
        {"-", {"m1"}, "tracker.not-empty", false, "of no tag"},
        {"-", {NULL}, "tracker.unknown-row", true, "of no tag"},
        {"!", {NULL}, "tracker.unknown-row", true, "of no tag (and 1 more)"},
        {"!", {NULL}, "tracker.not-empty", true, "m1: it is odd"},
        {"+", {NULL}, "journal.bad-file-name", true, "of no tag"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge(cases[i].verdicts);
        options.allow = cases[i].allow;
        while (options.allow_count < 4 && cases[i].allow[options.allow_count])
            options.allow_count++;
        options.allow_nonempty = cases[i].allow_nonempty;
        found.stops = cases[i].stop_id != NULL;
        found.stop_id = cases[i].stop_id;
        if (cases[i].stop_id) {
            dn_findings_add(&found.findings, &arena, DN_WARNING, cases[i].stop_id, NULL, &error,
                            "only a warning");
            dn_findings_add(&found.findings, &arena, DN_ERROR_FINDING, cases[i].stop_id, NULL,
                            &error, "of no tag");
        }
        if (!cases[i].message) {
            assert_int_equal(build(), 0);
            continue;
        }
        assert_int_equal(build(), -1);
        assert_string_equal(error.message, cases[i].message);
        assert_int_equal(error.status, DUNLIN_DISAGREEMENT);
        assert_int_equal(error.exit_code, DUNLIN_EXIT_DISAGREEMENT);
        assert_string_equal(error.id,
                            strstr(cases[i].message, "odd") ? "file.edited" : cases[i].stop_id);
    }
}

static void
what_came_late_needs_consent_where_order_may_matter(void **state)
{
    static const struct {
        const char *late;
        const char *applied;
        const char *message; /* NULL: it is applied */
    } cases[] = {
        {"CREATE TABLE b (x int);", "CREATE TABLE c (x int);", NULL},
        {"ALTER TABLE c ADD COLUMN y int;", "ALTER TABLE c ADD COLUMN z int;", NULL},
        {"ALTER TABLE c ADD COLUMN y int;", "CREATE TABLE c (x int);",
         "'m1' arrived late: it touches 'c', and so does 'm2', which is applied already"},
        {"UPDATE c SET x = 1;", "ALTER TABLE d ADD COLUMN z int;",
         "'m1' arrived late, and nothing tells whether it does the same behind 'm2', which is "
         "applied already: it changes rows, or is not understood"},
    };
    const char *allow[] = {"m1"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        judge("-+-");
        migrations[0] = migration_of("m1", cases[i].late);
        migrations[1] = migration_of("m2", cases[i].applied);
        if (cases[i].message) {
            assert_int_equal(build(), -1);
            expect_error("plan.late-conflict", cases[i].message);
            options.allow = allow;
            options.allow_count = 1;
        }
        assert_string_equal(steps(), "apply m1: pending\napply m3: pending\n");
    }
}

static void
a_tag_that_does_not_exist_is_refused(void **state)
{
    const char *allow[] = {"m1", "m9"};

    (void)state;
    judge("+");
    options.to = "m2";
    assert_int_equal(build(), -1);
    expect_error("plan.unknown-tag", "--to names 'm2', and there is no such migration");
    options.to = NULL;
    options.allow = allow;
    options.allow_count = 2;
    assert_int_equal(build(), -1);
    expect_error("plan.unknown-tag", "--allow names 'm9', and there is no such migration");
    assert_int_equal(error.exit_code, DUNLIN_EXIT_USAGE);
}

static void
pending_files_are_looked_into_when_it_is_wanted(void **state)
{
    (void)state;
    judge("---");
    migrations[0] = migration_of("m1", "SELECT 1; SELECT 2;");
    migrations[1] = migration_of("m2", "-- to be written");
    assert_string_equal(steps(), "apply m1: pending\napply m2: pending; it holds no statement\n"
                                 "apply m3: pending\n");
    assert_int_equal(plan.jobs[0].info.statements, 2);
    assert_true(plan.jobs[0].info.transactional);
    assert_int_equal(plan.text_budget, 4 * 1024 * 1024 - 19 - 16 - 9);
    assert_int_equal(unlink("m3.sql"), 0);
    assert_int_equal(build(), -1);
    expect_error("file.missing", "cannot open 'm3.sql': No such file or directory");
    options.inspect = false;
    assert_int_equal(build(), 0);
    assert_int_equal(plan.job_count, 3);
}

static void
a_single_transaction_holds_only_what_fits_one(void **state)
{
    (void)state;
    judge("--");
    migrations[1] = migration_of("m2", "SELECT 1;\nVACUUM;");
    options.single_transaction = true;
    assert_int_equal(build(), -1);
    expect_error("plan.not-transactional",
                 "m2.sql:2: --single-transaction cannot hold this migration: it has a statement "
                 "that cannot run inside a transaction");
    options.to = "m1"; /* what is held back does not matter */
    assert_string_equal(steps(), "apply m1: pending\n| m2\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(pending_migrations_are_applied_up_to_the_last_that_is_wanted),
        DATABASE_TEST(backup_and_tracker_come_first_and_only_where_they_are_needed),
        DATABASE_TEST(what_stops_is_told_unless_it_is_allowed),
        DATABASE_TEST(what_came_late_needs_consent_where_order_may_matter),
        DATABASE_TEST(a_tag_that_does_not_exist_is_refused),
        DATABASE_TEST(pending_files_are_looked_into_when_it_is_wanted),
        DATABASE_TEST(a_single_transaction_holds_only_what_fits_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
