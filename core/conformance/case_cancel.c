/* SPDX-License-Identifier: MIT
 *
 * Stopping what takes long: by a handle from another thread, by the user's wish, by a deadline.
 */
#include <pthread.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/raw.h"

enum { ROWS = 200, DELAY_MS = 300, PATIENCE_MS = 15000 };

/* 200^4 rows are more than any server counts in the time. */
static const char endless[] = "SELECT count(*) FROM " DN_CHECK_ITEMS " a CROSS JOIN " DN_CHECK_ITEMS
                              " b CROSS JOIN " DN_CHECK_ITEMS " c CROSS JOIN " DN_CHECK_ITEMS " d";

typedef struct canceller {
    const dn_driver *driver;
    dunlin_cancel *handle;
    dn_error error;
    int answer;
} canceller;

static int
handle_of(dn_check *check, canceller *by)
{
    dn_connection *connection = dn_check_first(check);
    dn_call call;

    *by = (canceller){.driver = check->driver};
    if (!connection)
        return -1;
    dn_check_begin(check, connection, &call, "cancel_handle", NULL, NULL);
    if (dn_call_end(&call, check->driver->table.cancel_handle(&call.driver_view, connection->handle,
                                                              &by->handle)) < 0)
        return -1;
    return by->handle ? 0 : dn_check_fail(check, "cancel_handle() gave no handle");
}

static void
cancel_now(canceller *by)
{
    dn_call call;

    dn_call_begin(&call, by->driver, "cancel", NULL, NULL, &by->error);
    by->answer = dn_call_end(&call, by->driver->table.cancel(&call.driver_view, by->handle));
}

static void *
cancel_later(void *context)
{
    dn_clock_sleep_ms(DELAY_MS);
    cancel_now(context);
    return NULL;
}

/* Runs the endless query, which must end soon as cancelled, and something else after it. */
static int
expect_stopped(dn_check *check, dn_raw_query *query, int64_t begin)
{
    int64_t elapsed_ms;

    query->sql = endless;
    if (dn_raw_query_run(check, dn_check_first(check), query) < 0)
        return -1;
    elapsed_ms = (dn_clock_monotonic_ns() - begin) / 1000000;
    if (!query->failures)
        return dn_check_fail(check, "the query was not stopped and came to its end after %lld ms",
                             (long long)elapsed_ms);
    if (query->status != DUNLIN_CANCELLED)
        return dn_check_fail(check, "the class is '%s' and not 'cancelled': %s",
                             dn_check_class(query->status), query->failure.message.data);
    if (elapsed_ms > PATIENCE_MS)
        return dn_check_fail(check, "the query ended after %lld ms, and was to after %d",
                             (long long)elapsed_ms, DELAY_MS);
    if (dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, ROWS) < 0)
        return dn_while(&check->error, "asking again after a query that was stopped");
    return 0;
}

static int
other_thread(dn_check *check)
{
    dn_raw_query query = {.sql = endless};
    canceller by;
    pthread_t thread;
    int answer;

    if (dn_check_filled(check, ROWS) < 0 || handle_of(check, &by) < 0)
        return -1;
    if (pthread_create(&thread, NULL, cancel_later, &by) != 0) {
        check->driver->table.cancel_free(by.handle);
        return dn_check_fail(check, "no thread can be had for the case");
    }
    answer = expect_stopped(check, &query, dn_clock_monotonic_ns());
    pthread_join(thread, NULL);
    check->driver->table.cancel_free(by.handle);
    if (answer == 0 && by.answer < 0) {
        check->error = by.error;
        return -1;
    }
    return answer;
}

/* Nothing is under way: what comes next must not suffer. */
static int
idle(dn_check *check)
{
    canceller by;
    int answer = 0;

    if (dn_check_filled(check, ROWS) < 0 || handle_of(check, &by) < 0)
        return -1;
    cancel_now(&by);
    if (by.answer < 0) {
        check->error = by.error;
        answer = -1;
    }
    for (int i = 0; i < 3 && answer == 0; i++)
        answer = dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, ROWS);
    check->driver->table.cancel_free(by.handle);
    return answer;
}

static int
too_late(dn_check *check)
{
    canceller by;

    if (handle_of(check, &by) < 0)
        return -1;
    dn_check_close(check, 0);
    /* It may succeed or fail, but must not touch what is gone. */
    cancel_now(&by);
    check->driver->table.cancel_free(by.handle);
    return dn_check_first(check) ? 0 : -1;
}

static bool
is_time(void *context)
{
    return dn_clock_monotonic_ns() > *(const int64_t *)context;
}

static int
wish(dn_check *check)
{
    int64_t begin;
    int64_t when;
    dn_raw_query query = {.cancelled = is_time, .context = &when};

    if (dn_check_filled(check, ROWS) < 0)
        return -1;
    begin = dn_clock_monotonic_ns();
    when = begin + DELAY_MS * INT64_C(1000000);
    return expect_stopped(check, &query, begin);
}

static int
deadline(dn_check *check)
{
    dn_raw_query query = {.sql = endless};
    int64_t begin;

    if (dn_check_filled(check, ROWS) < 0)
        return -1;
    begin = dn_clock_monotonic_ns();
    query.deadline_ns = begin + DELAY_MS * INT64_C(1000000);
    return expect_stopped(check, &query, begin);
}

static const dn_case cases[] = {
    {"cancel.other-thread", "a query is stopped by its handle from another thread", other_thread,
     NULL, DUNLIN_CAN_CANCEL},
    {"cancel.idle", "stopping where nothing is under way harms nothing", idle, NULL,
     DUNLIN_CAN_CANCEL},
    {"cancel.too-late", "a handle outlives its connection", too_late, NULL, DUNLIN_CAN_CANCEL},
    {"cancel.wish", "a query is stopped when the host says that the user wants to", wish, NULL,
     DUNLIN_CAN_CANCEL},
    {"cancel.deadline", "a query is stopped at the deadline of the call", deadline, NULL,
     DUNLIN_CAN_CANCEL},
};

const dn_area dn_area_cancel = DN_AREA(cases);
