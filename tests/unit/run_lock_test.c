/* SPDX-License-Identifier: MIT
 *
 * Waiting for the run lock, against a driver that says when it is free.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/run/run.h"
#include "tests/unit/driver_fixture.h"

#define TRY "try_lock dunlin::t\n"
#define BUSY TRY " acquired 0\n"
#define FREE TRY " acquired 1\n"

static const dn_log no_log = {.line = NULL};
static int wants_to_stop;
static int lines;

static int32_t
is_cancelled(void *context)
{
    (void)context;
    return wants_to_stop;
}

static void
count_line(int32_t level, const char *line, void *context)
{
    (void)context;
    lines +=
        level == DUNLIN_LOG_LINE_WARNING && strcmp(line, "waiting for another run to finish") == 0;
}

static const dn_log log_of_run = {.line = count_line, .cancelled = is_cancelled, .level = 2};

static int
lock(driver_fixture *fixture, const char *script, int64_t timeout_ms)
{
    dn_connection *connection = open_scripted(fixture, script, no_log);
    int answer = dn_run_lock(connection, "t", timeout_ms, &log_of_run, &fixture->error);

    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
    return answer;
}

static void
a_free_lock_is_taken_at_once_and_a_busy_one_is_asked_for_again(void **state)
{
    driver_fixture *fixture = *state;

    assert_int_equal(lock(fixture, FREE, 0), 0);
    assert_int_equal(lock(fixture, BUSY BUSY BUSY FREE, 60000), 0);
}

static void
the_key_names_database_and_tracker(void **state)
{
    driver_fixture *fixture = *state;
    dn_connection *connection = open_scripted(
        fixture, "try_lock dunlin::my log\n acquired 1\nunlock dunlin::my log\n", no_log);

    assert_int_equal(dn_run_lock(connection, "my log", 0, &no_log, &fixture->error), 0);
    dn_run_unlock(connection, "my log");
    dn_connection_close(connection);
    assert_string_equal(complaints(fixture), "");
}

static void
who_waited_long_enough_hears_who_holds_it(void **state)
{
    static const struct {
        const char *script;
        const char *message;
    } cases[] = {
        {BUSY "lock_holder dunlin::t\n holder 123|app1|dunlin|2026-11-23T10:00:00Z\n",
         "another run holds the lock of this database (process 123 on app1 (dunlin), since "
         "2026-11-23T10:00:00Z), and still does after 0 ms"},
        {BUSY "lock_holder dunlin::t\n",
         "another run holds the lock of this database, and still does after 0 ms"},
        {BUSY "lock_holder dunlin::t\n fail PERMISSION no\n return PERMISSION\n",
         "another run holds the lock of this database, and still does after 0 ms"},
    };
    driver_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(lock(fixture, cases[i].script, 0), -1);
        assert_string_equal(fixture->error.id, "run.locked");
        assert_string_equal(fixture->error.message, cases[i].message);
        assert_int_equal(fixture->error.exit_code, DUNLIN_EXIT_LOCKED);
    }
}

static void
waiting_lasts_as_long_as_it_may_and_is_mentioned_once(void **state)
{
    driver_fixture *fixture = *state;
    const char *script = "";
    int64_t begin = dn_clock_monotonic_ns();
    int64_t waited_ms;

    /* More tries than can be made: the script's rest is complained of, and that is expected. */
    for (int i = 0; i < 120; i++)
        script = dn_arena_printf(&fixture->arena, "%s" BUSY, script);
    lines = 0;
    {
        dn_connection *connection = open_scripted(fixture, script, no_log);

        assert_int_equal(dn_run_lock(connection, "t", 1300, &log_of_run, &fixture->error), -1);
        dn_connection_close(connection);
    }
    waited_ms = (dn_clock_monotonic_ns() - begin) / 1000000;
    assert_non_null(strstr(fixture->error.message, "and still does after 1300 ms"));
    assert_true(waited_ms >= 1300 && waited_ms < 10000);
    assert_int_equal(lines, 1);
}

static void
a_user_who_stops_waits_no_longer(void **state)
{
    driver_fixture *fixture = *state;

    wants_to_stop = 1;
    assert_int_equal(lock(fixture, FREE, 60000), 0);
    assert_int_equal(lock(fixture, BUSY, 60000), -1);
    wants_to_stop = 0;
    assert_string_equal(fixture->error.id, "run.cancelled");
}

static void
a_lock_that_cannot_be_asked_for_is_an_error(void **state)
{
    driver_fixture *fixture = *state;

    assert_int_equal(lock(fixture, BUSY TRY " fail READ_ONLY no\n return READ_ONLY\n", 60000), -1);
    assert_string_equal(fixture->error.id, "database.read-only");
    assert_string_equal(fixture->error.context, "while taking the run lock");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_fixture, teardown_fixture)
    const struct CMUnitTest tests[] = {
        TEST(a_free_lock_is_taken_at_once_and_a_busy_one_is_asked_for_again),
        TEST(the_key_names_database_and_tracker),
        TEST(who_waited_long_enough_hears_who_holds_it),
        TEST(waiting_lasts_as_long_as_it_may_and_is_mentioned_once),
        TEST(a_user_who_stops_waits_no_longer),
        TEST(a_lock_that_cannot_be_asked_for_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
