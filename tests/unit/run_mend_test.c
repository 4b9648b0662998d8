/* SPDX-License-Identifier: MIT
 *
 * What a repair does to a database: records, statements, and its rows in the log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sqlite_fixture.h"

#include "core/run/mend.h"
#include "core/tracker/event.h"

static dn_tracker tracker;
static dn_migration migration;
static dn_match match;
static dn_verdict verdict;
static const dn_verdict *chosen[1] = {&verdict};

static dn_mend
mend(void)
{
    return (dn_mend){
        .connection = connection,
        .tracker = &tracker,
        .run_id = "run-7",
        .arena = &arena,
        .by = "repair",
        .state = "baselined",
    };
}

static dn_repair_step
step_of(dn_repair_action action, const char *why)
{
    return (dn_repair_step){.action = action, .verdicts = chosen, .count = 1, .why = why};
}

/* A migration and an empty tracker. */
static void
given(const char *sql)
{
    migration = migration_of("001_a", sql);
    match = (dn_match){.row = NULL};
    verdict = (dn_verdict){.migration = &migration, .match = &match, .confidence = "proved"};
    if (dn_tracker_read(connection, DN_LAYOUT_NATIVE, NULL, DN_TRACKER_MATCH, &arena, &tracker,
                        &error) < 0)
        fail_msg("%s", error.message);
}

static void
must(int answer)
{
    if (answer < 0)
        fail_msg("%s", error.message);
}

static const char *
logged(void)
{
    return cells("SELECT run_id, action, detail FROM dunlin_log ORDER BY rowid");
}

static void
a_record_says_why_and_so_does_the_log(void **state)
{
    dn_mend work = mend();
    const dn_repair_step step = step_of(DN_REPAIR_RECORD, "the schema holds \"it\"");
    const dn_proof proof = {.effects = 3, .present = 2};
    dn_event *events;
    size_t count;

    (void)state;
    given("CREATE TABLE a (x int);\n");
    verdict.proof = &proof;
    must(dn_mend_record(&work, &step, &error));
    assert_string_equal(
        cells("SELECT tag, state, run_id, evidence FROM dunlin_migrations"),
        "001_a|baselined|run-7|{\"by\": \"repair\", \"why\": \"the schema holds "
        "\\\"it\\\"\", \"confidence\": \"proved\", \"effects\": 3, \"present\": 2}\n");
    assert_string_equal(logged(), "run-7|repair|{\"step\": \"record\", \"tags\": [\"001_a\"], "
                                  "\"why\": \"the schema holds \\\"it\\\"\"}\n");
    must(dn_event_read(connection, &arena, &events, &count, &error));
    assert_int_equal(count, 1);
    assert_string_equal(events[0].step, "record");
    assert_string_equal(events[0].why, "the schema holds \"it\"");
    assert_int_equal(events[0].tag_count, 1);
    assert_string_equal(events[0].tags[0], "001_a");
    assert_int_equal(strlen(events[0].at), strlen("2026-11-23T12:12:14.683223Z"));
    assert_int_equal(events[0].at[10], 'T');
}

static void
what_is_asserted_has_no_proof(void **state)
{
    dn_mend work = mend();
    const dn_repair_step step = step_of(DN_REPAIR_RECORD, "ticket 7");

    (void)state;
    given("CREATE TABLE a (x int);\n");
    work.by = "mark";
    work.state = "asserted";
    must(dn_mend_record(&work, &step, &error));
    assert_string_equal(cells("SELECT state, evidence FROM dunlin_migrations"),
                        "asserted|{\"by\": \"mark\", \"why\": \"ticket 7\"}\n");
}

static void
a_record_that_is_taken_back_stays_as_reverted(void **state)
{
    dn_mend work = mend();
    const dn_repair_step record = step_of(DN_REPAIR_RECORD, "it is there");
    const dn_repair_step unrecord = step_of(DN_REPAIR_UNRECORD, "it is not");
    const dn_tracker_row row = {.seq = 1, .tag = "001_a"};

    (void)state;
    given("CREATE TABLE a (x int);\n");
    must(dn_mend_record(&work, &record, &error));
    match.row = &row;
    must(dn_mend_unrecord(&work, &unrecord, &error));
    assert_string_equal(cells("SELECT tag, state FROM dunlin_migrations"), "001_a|reverted\n");
    assert_string_equal(cells("SELECT json_extract(detail, '$.step') FROM dunlin_log"),
                        "record\nunrecord\n");
    /* Once more it changes nothing; a new record stands beside it. */
    must(dn_mend_unrecord(&work, &unrecord, &error));
    must(dn_mend_record(&work, &record, &error));
    assert_string_equal(cells("SELECT tag, state FROM dunlin_migrations ORDER BY seq"),
                        "001_a|reverted\n001_a|baselined\n");
}

static void
of_another_tools_tracker_the_row_goes(void **state)
{
    dn_tracker_row row = {.tag = "001_a", .has_digest = true, .when_ms = 10};

    (void)state;
    given("CREATE TABLE a (x int);\n");
    must(dn_tracker_read(connection, DN_LAYOUT_DRIZZLE, NULL, DN_TRACKER_MATCH, &arena, &tracker,
                         &error));
    must(dn_tracker_create(connection, &tracker, &error));
    row.digest = dn_hash_of("a", 1);
    run_sql("INSERT INTO __drizzle_migrations (hash, created_at) VALUES "
            "('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 10), "
            "('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 20), ('b', 10)");
    must(dn_tracker_unrecord(connection, &tracker, &row, "001_a", &error));
    assert_string_equal(
        cells("SELECT substr(hash, 1, 4), created_at FROM __drizzle_migrations ORDER BY 1"),
        "b|10\nca97|20\n");
}

static void
a_record_gets_another_tag(void **state)
{
    dn_mend work = mend();
    const dn_repair_step record = step_of(DN_REPAIR_RECORD, "it is there");
    dn_repair_step relink = step_of(DN_REPAIR_RELINK, "the same content");
    const dn_tracker_row row = {.seq = 1, .tag = "001_a"};

    (void)state;
    given("CREATE TABLE a (x int);\n");
    must(dn_mend_record(&work, &record, &error));
    match.row = &row;
    relink.tag = "001_a";
    relink.new_tag = "001_b";
    must(dn_mend_relink(&work, &relink, &error));
    assert_string_equal(cells("SELECT tag, state FROM dunlin_migrations"), "001_b|baselined\n");
}

static void
only_the_statements_of_a_step_are_run(void **state)
{
    static const unsigned ordinals[] = {1, 3};
    dn_mend work = mend();
    dn_repair_step step = step_of(DN_REPAIR_APPLY_STATEMENTS, "the others were run");

    (void)state;
    given("CREATE TABLE a (x int);\nCREATE TABLE b (x int);\nCREATE TABLE c (x int);\n");
    step.statements = ordinals;
    step.statement_count = 2;
    must(dn_mend_statements(&work, &step, &error));
    assert_string_equal(
        cells("SELECT name FROM sqlite_master WHERE name NOT LIKE 'dunlin%' ORDER BY 1"), "a\nc\n");
    assert_string_equal(cells("SELECT json_extract(detail, '$.statements') FROM dunlin_log"),
                        "[1,3]\n");
}

static void
statements_that_fail_leave_nothing_and_are_not_logged(void **state)
{
    static const unsigned ordinals[] = {1, 2};
    dn_mend work = mend();
    dn_repair_step step = step_of(DN_REPAIR_APPLY_STATEMENTS, "the others were run");

    (void)state;
    given("CREATE TABLE a (x int);\nCREATE TABLE a (x int);\n");
    step.statements = ordinals;
    step.statement_count = 2;
    assert_int_equal(dn_mend_statements(&work, &step, &error), -1);
    assert_string_equal(error.message, "table a already exists");
    assert_non_null(strstr(error.context, "running statement 2 of '001_a' (line 2)"));
    assert_string_equal(cells("SELECT name FROM sqlite_master WHERE name = 'a'"), "");
    assert_string_equal(logged(), "");
}

static void
one_statement_is_run_as_it_is(void **state)
{
    dn_mend work = mend();
    const dn_repair_step step = {.action = DN_REPAIR_SQL,
                                 .tag = "001_a",
                                 .sql = "CREATE TABLE left_out (x int)",
                                 .why = "it was left out"};

    (void)state;
    given("SELECT 1;\n");
    must(dn_mend_sql(&work, &step, &error));
    assert_string_equal(cells("SELECT name FROM sqlite_master WHERE name = 'left_out'"),
                        "left_out\n");
    assert_string_equal(logged(), "run-7|repair|{\"step\": \"sql\", \"tags\": [\"001_a\"], "
                                  "\"why\": \"it was left out\"}\n");
}

static void
a_log_that_is_not_there_is_empty_and_a_damaged_row_is_told(void **state)
{
    dn_event *events;
    size_t count = 9;

    (void)state;
    must(dn_event_read(connection, &arena, &events, &count, &error));
    assert_int_equal(count, 0);
    must(dn_event_prepare(connection, &error));
    run_sql("INSERT INTO dunlin_log (at, action, who, detail) VALUES "
            "('2026-11-23 12:12:14.683223', 'mark', 'a@b', '{broken')");
    must(dn_event_read(connection, &arena, &events, &count, &error));
    assert_int_equal(count, 1);
    assert_string_equal(events[0].at, "2026-11-23T12:12:14.683223Z");
    assert_string_equal(events[0].step, "");
    assert_null(events[0].why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_record_says_why_and_so_does_the_log),
        DATABASE_TEST(what_is_asserted_has_no_proof),
        DATABASE_TEST(a_record_that_is_taken_back_stays_as_reverted),
        DATABASE_TEST(of_another_tools_tracker_the_row_goes),
        DATABASE_TEST(a_record_gets_another_tag),
        DATABASE_TEST(only_the_statements_of_a_step_are_run),
        DATABASE_TEST(statements_that_fail_leave_nothing_and_are_not_logged),
        DATABASE_TEST(one_statement_is_run_as_it_is),
        DATABASE_TEST(a_log_that_is_not_there_is_empty_and_a_damaged_row_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
