/* SPDX-License-Identifier: MIT
 *
 * The statement ledger where every change of the schema commits by itself: rows of recorded
 * migrations are removed for some migrations at once. The database is SQLite, which is made to
 * look like one of that kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/execution_fixture.h"

/* With the record of the migration before. */
#define ALONG(before) "begin\nrecord\nbook\ncommit\napplied " before "\nreset\nstatement: VACUUM\n"
#define CLEARED "book\nstatement: VACUUM\nbegin\nrecord\nclear\ncommit\n"

static void
commit_ddl(void)
{
    dunlin_capabilities *found =
        (dunlin_capabilities *)(uintptr_t)dn_connection_capabilities(connection);

    found->flags &= ~(uint64_t)DUNLIN_CAN_TRANSACTIONAL_DDL;
}

static const char *
ledger(void)
{
    return cells("SELECT group_concat(tag) FROM dunlin_statements");
}

static void
the_last_migration_takes_the_rows_of_all_with_it(void **state)
{
    (void)state;
    commit_ddl();
    expect_executed(TEXTS("VACUUM", "VACUUM", "VACUUM", "CREATE TABLE a (x)"));
    assert_string_equal(
        sent.data,
        "ledger\nbook\nstatement: VACUUM\n" ALONG("m1") ALONG(
            "m2") "begin\nrecord\nclear\ncommit\napplied m3\nreset\n"
                  "begin\nstatement: CREATE TABLE a (x)\nrecord\ncommit\napplied m4\nreset\n");
    assert_string_equal(ledger(), "null\n");
    assert_string_equal(tags(), "m1,m2,m3,m4\n");
}

static void
rows_do_not_pile_up(void **state)
{
    (void)state;
    commit_ddl();
    prepare(TEXTS("VACUUM", "VACUUM"));
    execution.left_over = 20;
    assert_int_equal(execute_prepared(), 0);
    assert_string_equal(sent.data,
                        "ledger\n" CLEARED "applied m1\nreset\n" CLEARED "applied m2\nreset\n");
}

static void
an_open_transaction_takes_the_record_along(void **state)
{
    (void)state;
    commit_ddl();
    expect_executed(TEXTS("VACUUM; CREATE TABLE a (x)", "VACUUM"));
    assert_string_equal(sent.data,
                        "ledger\nbook\nstatement: VACUUM\nbegin\nstatement: CREATE TABLE a (x)\n"
                        "record\nbook\ncommit\napplied m1\nreset\nstatement: VACUUM\n"
                        "begin\nrecord\nclear\ncommit\napplied m2\nreset\n");
    assert_string_equal(ledger(), "null\n");
}

static void
a_record_waits_for_nothing_but_an_announcement(void **state)
{
    static const char *const seconds[] = {
        "CREATE TABLE b (x); VACUUM", "SELECT nothing FROM nowhere; VACUUM",
        "BEGIN; COMMIT; VACUUM",      "-- dunlin: assert SELECT 1 = 1\nVACUUM",
        "-- dunlin: no-transaction",
    };

    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        commit_ddl();
        execute(TEXTS("VACUUM", seconds[i]));
        if (!strstr(sent.data, "statement: VACUUM\nbegin\nrecord\ncommit\napplied m1\nreset\n"))
            fail_msg("behind '%s': %s", seconds[i], sent.data);
        connect_again();
    }
}

static void
a_record_that_fails_is_blamed_on_its_own_migration(void **state)
{
    (void)state;
    commit_ddl();
    prepare(TEXTS("VACUUM; CREATE TABLE a (x)", "VACUUM"));
    run_sql("CREATE TRIGGER no BEFORE INSERT ON dunlin_migrations BEGIN"
            " SELECT raise(ABORT, 'no room'); END");
    assert_int_equal(dn_execute(&execution, &error), -1);
    assert_non_null(strstr(error.message, "no room"));
    assert_string_equal(execution.stop.migration->tag, "m1");
    assert_int_equal(error.exit_code, DUNLIN_EXIT_PARTIAL);
    assert_string_equal(ledger(), "m1\n");
    assert_string_equal(cells("SELECT count(*) FROM sqlite_master WHERE name = 'a'"), "0\n");
    run_sql("DROP TRIGGER no");
    assert_int_equal(execute_prepared(), 0);
    assert_string_equal(tags(), "m1,m2\n");
    assert_string_equal(cells("SELECT count(*) FROM a"), "0\n");
}

static void
a_run_that_is_stopped_records_what_is_done_first(void **state)
{
    (void)state;
    commit_ddl();
    prepare(TEXTS("VACUUM", "VACUUM"));
    migrations[1].path = "/nosuch/m2.sql";
    jobs[1].info.kept.data = NULL;
    assert_int_equal(execute_prepared(), -1);
    assert_string_equal(applied(), "+-");
    assert_string_equal(tags(), "m1\n");
    assert_string_equal(execution.stop.migration->tag, "m2");
}

static void
two_records_of_one_migration_share_a_transaction(void **state)
{
    (void)state;
    layout = DN_LAYOUT_DRIZZLE;
    commit_ddl();
    expect_executed(TEXTS("VACUUM", "VACUUM"));
    layout = DN_LAYOUT_NATIVE;
    assert_string_equal(sent.data,
                        "ledger\nbook\nstatement: VACUUM\nbegin\nrecord\nrecord drizzle\nbook\n"
                        "commit\napplied m1\nreset\nstatement: VACUUM\nbegin\nrecord\n"
                        "record drizzle\nclear\ncommit\napplied m2\nreset\n");
}

static void
the_next_run_forgets_what_is_recorded_and_goes_on_with_the_rest(void **state)
{
    (void)state;
    commit_ddl();
    assert_int_equal(execute(TEXTS("VACUUM", "VACUUM; nonsense", "VACUUM")), -1);
    assert_string_equal(applied(), "+--");
    assert_string_equal(ledger(), "m1,m2\n");
    connect_again();
    commit_ddl();
    prepare(TEXTS("VACUUM", "VACUUM; CREATE TABLE a (x)", "VACUUM"));
    jobs[0].applied = true;
    assert_int_equal(execute_prepared(), 0);
    assert_string_equal(sent.data, "ledger\nclear\nmark\nstatement: VACUUM\nbegin\n"
                                   "statement: CREATE TABLE a (x)\nrecord\nclear\n"
                                   "commit\napplied m2\nreset\n" CLEARED "applied m3\nreset\n");
    assert_string_equal(ledger(), "null\n");
    assert_string_equal(tags(), "m1,m2,m3\n");
}

static void
a_migration_that_is_tried_again_keeps_its_rows_until_it_is_recorded(void **state)
{
    (void)state;
    commit_ddl();
    prepare(TEXTS("VACUUM", "VACUUM; INSERT INTO a VALUES (1)", "VACUUM"));
    assert_int_equal(dn_execute(&execution, &error), -1);
    assert_string_equal(ledger(), "m1,m2\n");
    run_sql("CREATE TABLE a (x)");
    assert_int_equal(execute_prepared(), 0);
    assert_string_equal(ledger(), "null\n");
    assert_string_equal(tags(), "m1,m2,m3\n");
    assert_string_equal(cells("SELECT x FROM a"), "1\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(the_last_migration_takes_the_rows_of_all_with_it),
        DATABASE_TEST(rows_do_not_pile_up),
        DATABASE_TEST(an_open_transaction_takes_the_record_along),
        DATABASE_TEST(a_record_waits_for_nothing_but_an_announcement),
        DATABASE_TEST(a_record_that_fails_is_blamed_on_its_own_migration),
        DATABASE_TEST(a_run_that_is_stopped_records_what_is_done_first),
        DATABASE_TEST(two_records_of_one_migration_share_a_transaction),
        DATABASE_TEST(the_next_run_forgets_what_is_recorded_and_goes_on_with_the_rest),
        DATABASE_TEST(a_migration_that_is_tried_again_keeps_its_rows_until_it_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
