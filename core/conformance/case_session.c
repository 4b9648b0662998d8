/* SPDX-License-Identifier: MIT
 *
 * Settings of the session, and how long it waits.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/conformance/raw.h"

enum { SHORT_MS = 300, PATIENCE_MS = 15000, LONG_WORK_ROWS = 200 };

/* --- RESET ----------------------------------------------------------------------------------- */

/* A setting of each way of writing settings; the first that the server takes is used. */
static const struct {
    const char *change;
    const char *read;
} settings[] = {
    {"PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"},
    {"SET standard_conforming_strings = off", "SHOW standard_conforming_strings"},
    {"SET sql_mode = ''", "SELECT @@sql_mode"},
};

/* *effective: the statement was taken, and another value is read now. */
static int
change(dn_check *check, size_t which, const char **read, const char **before, bool *effective)
{
    const char *sql = dn_check_sql(check, "change", settings[which].change);
    dn_connection *connection = dn_check_first(check);
    const char *now;
    dn_error error;

    *effective = false;
    *read = dn_check_sql(check, "read", settings[which].read);
    if (!connection)
        return -1;
    if (dn_check_cell(check, connection, *read, before) < 0 ||
        dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &error) < 0)
        return 0;
    if (dn_check_cell(check, connection, *read, &now) < 0)
        return -1;
    *effective = strcmp(*before, now) != 0;
    return 0;
}

static int
find_setting(dn_check *check, const char **read, const char **before, bool *found)
{
    *found = false;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0] && !*found; i++)
        if (change(check, i, read, before, found) < 0)
            return -1;
    return 0;
}

static int
no_setting(dn_check *check)
{
    return dn_check_skip(check, "no setting is known for this server: give 'change' and 'read' in "
                                "the quirks file");
}

static int
expect_reset(dn_check *check, const char *read, const char *before)
{
    const char *now;

    if (dn_check_execute(check, DUNLIN_ITEM_RESET, NULL) < 0 ||
        dn_check_cell(check, dn_check_first(check), read, &now) < 0)
        return -1;
    return strcmp(now, before) == 0
               ? 0
               : dn_check_fail(check, "after RESET '%s' gives '%s' and not '%s'", read, now,
                               before);
}

static int
reset(dn_check *check)
{
    const char *read;
    const char *before;
    bool found;

    if (find_setting(check, &read, &before, &found) < 0)
        return -1;
    return found ? expect_reset(check, read, before) : no_setting(check);
}

/* The setting was changed on the way to a failure. */
static int
reset_after_failure(dn_check *check)
{
    const char *read;
    const char *before;
    bool found;

    if (find_setting(check, &read, &before, &found) < 0)
        return -1;
    if (!found)
        return no_setting(check);
    if (dn_check_refused(check, dn_check_first(check), "SELECT 1 FROM dunlin_check_missing",
                         DUNLIN_MISSING) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
        return -1;
    return expect_reset(check, read, before);
}

static int
reset_inside(dn_check *check)
{
    const char *read;
    const char *before;
    bool found;

    if (find_setting(check, &read, &before, &found) < 0)
        return -1;
    if (!found)
        return no_setting(check);
    if (dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        expect_reset(check, read, before) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_COMMIT, NULL) < 0)
        return -1;
    return expect_reset(check, read, before);
}

/* --- waiting --------------------------------------------------------------------------------- */

#define TOUCH "UPDATE " DN_CHECK_ITEMS " SET name = 'touched' WHERE id = 1"

static int
took(dn_check *check, int64_t begin, const char *what)
{
    int64_t elapsed_ms = (dn_clock_monotonic_ns() - begin) / 1000000;

    if (elapsed_ms <= PATIENCE_MS)
        return 0;
    return dn_check_fail(check, "%s took %lld ms", what, (long long)elapsed_ms);
}

/* Somebody else holds the row: whichever of the items needs it gives up in time. */
static int
lock_timeout(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_BEGIN, .lock_timeout_ms = SHORT_MS},
        {.kind = DUNLIN_ITEM_STATEMENT, .sql = TOUCH, .lock_timeout_ms = SHORT_MS},
        {.kind = DUNLIN_ITEM_COMMIT, .lock_timeout_ms = SHORT_MS},
    };
    dn_raw_run run = DN_RAW_RUN(items);
    int64_t begin;

    if (dn_check_filled(check, 1) < 0 || !dn_check_second(check) ||
        dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT, TOUCH) < 0)
        return -1;
    begin = dn_clock_monotonic_ns();
    if (dn_raw_run_items(check, dn_check_second(check), &run) < 0)
        return -1;
    if (!run.failures)
        return dn_check_fail(check, "two transactions changed one row at once");
    if (run.status != DUNLIN_LOCKED)
        return dn_check_fail(check,
                             "waiting for a row failed with the class '%s' and not "
                             "'locked': %s",
                             dn_check_class(run.status), run.failure.message.data);
    if (took(check, begin, "waiting for a row for 300 ms") < 0)
        return -1;
    return dn_check_execute(check, DUNLIN_ITEM_COMMIT, NULL);
}

/* 200^4 rows are more than any server counts in the time. */
static int
statement_timeout(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "SELECT count(*) FROM " DN_CHECK_ITEMS " a CROSS JOIN " DN_CHECK_ITEMS
                " b CROSS JOIN " DN_CHECK_ITEMS " c CROSS JOIN " DN_CHECK_ITEMS " d",
         .statement_timeout_ms = SHORT_MS}};
    dn_raw_run run = DN_RAW_RUN(items);
    int64_t begin;

    if (dn_check_filled(check, LONG_WORK_ROWS) < 0)
        return -1;
    begin = dn_clock_monotonic_ns();
    if (dn_raw_run_items(check, dn_check_first(check), &run) < 0)
        return -1;
    if (!run.failures)
        return dn_check_fail(check, "a statement that was to take 300 ms at most was not stopped");
    /* Nobody wished it, so some drivers call it a failure like any other. */
    if (run.status != DUNLIN_CANCELLED && run.status != DUNLIN_FAILED)
        return dn_check_fail(check, "the class is '%s' and not 'cancelled' or 'failed': %s",
                             dn_check_class(run.status), run.failure.message.data);
    if (took(check, begin, "stopping a statement after 300 ms") < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, LONG_WORK_ROWS);
}

static const dn_case cases[] = {
    {"session.reset", "RESET puts a setting of the session back", reset, NULL, 0},
    {"session.reset-after-failure", "RESET does so after a failure, too", reset_after_failure, NULL,
     0},
    {"session.reset-inside", "RESET does so inside a transaction, too", reset_inside, NULL,
     DUNLIN_CAN_RESET_INSIDE},
    {"session.lock-timeout", "a lock that is not free in the item's time fails as locked",
     lock_timeout, NULL, 0},
    {"session.statement-timeout",
     "a statement that takes longer than it may is stopped, as cancelled or failed",
     statement_timeout, NULL, 0},
};

const dn_area dn_area_session = DN_AREA(cases);
