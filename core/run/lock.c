/* SPDX-License-Identifier: MIT
 *
 * The run lock is polled: a session that sits in the server waiting for a lock can itself block
 * what the holder is doing (PostgreSQL's CREATE INDEX CONCURRENTLY waits for it).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/run/run.h"

enum { FIRST_WAIT_MS = 5, LONGEST_WAIT_MS = 250, NOTICE_AFTER_MS = 1000 };

static int
lock_key(dn_connection *connection, const char *table, dn_text *key, dn_error *error)
{
    dunlin_string identity = dn_connection_server(connection)->identity;

    dn_text_add_string(key, "dunlin:");
    dn_text_add(key, identity.data, (size_t)identity.length);
    dn_text_printf(key, ":%s", table);
    return key->failed ? dn_no_memory(error) : 0;
}

static int
give_up(dn_connection *connection, const char *key, int64_t timeout_ms, dn_error *error)
{
    dn_auto(dn_text) holder = DN_TEXT_INIT;
    dn_error ignored;

    if (dn_connection_lock_holder(connection, key, &holder, &ignored) < 0 || !holder.length)
        return dn_fail(error, DUNLIN_LOCKED, "run.locked",
                       "another run holds the lock of this database, and still does after %lld ms",
                       (long long)timeout_ms);
    return dn_fail(error, DUNLIN_LOCKED, "run.locked",
                   "another run holds the lock of this database (%s), and still does after %lld ms",
                   holder.data, (long long)timeout_ms);
}

int
dn_run_lock(dn_connection *connection, const char *tracker_table, int64_t timeout_ms,
            const dn_log *log, dn_error *error)
{
    dn_auto(dn_text) key = DN_TEXT_INIT;
    int64_t start = dn_clock_monotonic_ns();
    unsigned seed = (unsigned)start;
    int64_t wait = FIRST_WAIT_MS;
    bool told = false;

    if (lock_key(connection, tracker_table, &key, error) < 0)
        return -1;
    for (;;) {
        bool acquired = false;
        int64_t waited = (dn_clock_monotonic_ns() - start) / 1000000;

        if (dn_connection_try_lock(connection, key.data, &acquired, error) < 0)
            return dn_while(error, "taking the run lock");
        if (acquired)
            return 0;
        if (waited >= timeout_ms)
            return give_up(connection, key.data, timeout_ms, error);
        if (dn_log_cancelled(log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (waited >= NOTICE_AFTER_MS && !told) {
            dn_log_warning(log, "waiting for another run to finish");
            told = true;
        }
        /* Jitter keeps a crowd of runners from asking in step. */
        wait = wait * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait * 2;
        dn_clock_sleep_ms(wait / 2 + rand_r(&seed) % (wait / 2 + 1));
    }
}

void
dn_run_unlock(dn_connection *connection, const char *tracker_table)
{
    dn_auto(dn_text) key = DN_TEXT_INIT;
    dn_error ignored;

    if (lock_key(connection, tracker_table, &key, &ignored) == 0)
        dn_connection_unlock(connection, key.data, &ignored);
}
