/* SPDX-License-Identifier: MIT
 *
 * What a lease is made of, where no session can hold the run lock: rows that are read FOR UPDATE,
 * and the server's clock.
 */
#include "core/base/clock.h"
#include "core/conformance/raw.h"

enum { SHORT_MS = 300, PATIENCE_MS = 15000 };

#define TAKE "SELECT name FROM " DN_CHECK_ITEMS " WHERE id = 1 FOR UPDATE"

/* Another connection's transaction that wants the row: fails as locked, and soon. */
static int
expect_locked(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_BEGIN},
        {.kind = DUNLIN_ITEM_CHECK, .sql = TAKE, .expected = "item 1", .lock_timeout_ms = SHORT_MS},
        {.kind = DUNLIN_ITEM_COMMIT},
    };
    dn_raw_run run = DN_RAW_RUN(items);
    int64_t begin = dn_clock_monotonic_ns();
    int64_t elapsed_ms;

    if (dn_raw_run_items(check, dn_check_second(check), &run) < 0)
        return -1;
    elapsed_ms = (dn_clock_monotonic_ns() - begin) / 1000000;
    if (!run.failures)
        return dn_check_fail(check, "two transactions had one row for update at once");
    if (run.status != DUNLIN_LOCKED)
        return dn_check_fail(check, "the class is '%s' and not 'locked': %s",
                             dn_check_class(run.status), run.failure.message.data);
    if (elapsed_ms > PATIENCE_MS)
        return dn_check_fail(check, "waiting for a row for 300 ms took %lld ms",
                             (long long)elapsed_ms);
    return 0;
}

static int
take_second(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_ROLLBACK},
        {.kind = DUNLIN_ITEM_BEGIN},
        {.kind = DUNLIN_ITEM_CHECK, .sql = TAKE, .expected = "item 1"},
        {.kind = DUNLIN_ITEM_COMMIT},
    };
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_raw_run_items(check, dn_check_second(check), &run) < 0)
        return -1;
    return run.failures
               ? dn_check_fail(check, "a row that nobody has any more is not to be had: %s",
                               run.failure.message.data)
               : 0;
}

/* The row is had, by a check, and kept to the end of the transaction, whichever that is. */
static int
row(dn_check *check)
{
    static const int32_t ends[] = {DUNLIN_ITEM_COMMIT, DUNLIN_ITEM_ROLLBACK};

    if (dn_check_filled(check, 2) < 0 || !dn_check_second(check))
        return -1;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
            dn_connection_check(dn_check_first(check), TAKE, "item 1", &check->error) < 0 ||
            dn_check_execute(check, DUNLIN_ITEM_STATEMENT, "SELECT 1") < 0 ||
            expect_locked(check) < 0 || dn_check_execute(check, ends[i], NULL) < 0 ||
            take_second(check) < 0)
            return -1;
    return 0;
}

static const dn_check_column times[] = {
    {"id", DUNLIN_TYPE_BIGINT, true}, {"at", DUNLIN_TYPE_TIMESTAMP, false}, {NULL, NULL, false}};

static int
clock_compares(dn_check *check)
{
    static const dn_check_table table = {
        .name = DN_CHECK_PREFIX "times", .columns = times, .key = "id"};

    if (dn_check_own(check, "TABLE", table.name) < 0 || dn_check_create(check, &table) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO dunlin_check_times (id, at) VALUES"
                         " (1, '2001-01-01 00:00:00.000001'), (2, '2200-01-01 00:00:00')") < 0)
        return -1;
    return dn_connection_check(dn_check_first(check),
                               "SELECT id FROM dunlin_check_times WHERE at < CURRENT_TIMESTAMP",
                               "1", &check->error);
}

static int
pooled(dn_check *check)
{
    dn_connection *first = dn_check_first(check);
    bool acquired;

    if (!first)
        return -1;
    if (!dn_connection_server(first)->pooled)
        return dn_check_skip(check, "this URL leads to no transaction pooler");
    if (dn_connection_try_lock(first, "dunlin_check_lock", &acquired, &check->error) == 0)
        return dn_check_fail(check, "behind a pooler a lock of the session was promised");
    return check->error.status == DUNLIN_UNSUPPORTED
               ? 0
               : dn_check_fail(check, "the class is '%s' and not 'unsupported': %s",
                               dn_check_class(check->error.status), check->error.message);
}

static const dn_case cases[] = {
    {"lease.row", "a row that is read FOR UPDATE is kept to the end of the transaction", row, NULL,
     DUNLIN_CAN_LEASE},
    {"lease.clock", "a timestamp compares with the server's clock", clock_compares, NULL,
     DUNLIN_CAN_LEASE},
    {"lease.pooled", "behind a transaction pooler no lock of a session is promised", pooled, NULL,
     DUNLIN_CAN_LEASE},
};

const dn_area dn_area_lease = DN_AREA(cases);
