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
#include "core/tracker/lease.h"

/* One wish for the lock. */
typedef struct lock_wish {
    dn_connection *connection;
    const char *table;
    dn_text key; /* of the session's lock */
    int64_t timeout_ms;
    bool cancel;
    bool ending; /* and said so */
    const dn_log *log;
    dn_lease_look look; /* somebody's lease, as last seen */
} lock_wish;

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

/* --- two kinds of locks ------------------------------------------------------------------------------ */

static bool
is_pooled(const dn_connection *connection)
{
    return dn_connection_server(connection)->pooled != 0;
}

static bool
may_meet_lease(const dn_connection *connection)
{
    return (dn_connection_capabilities(connection)->flags & DUNLIN_CAN_LEASE) != 0;
}

/* Both kinds of runs first take their own lock and then look for the other one, so that of two at
 * most one goes on. */
static int
try_session(lock_wish *wish, bool *acquired, dn_error *error)
{
    dn_connection *connection = wish->connection;
    dn_error ignored;
    bool gone = true;

    if (dn_connection_try_lock(connection, wish->key.data, acquired, error) < 0)
        return -1;
    if (!*acquired || !may_meet_lease(connection))
        return 0;
    if (dn_lease_see(connection, wish->table, &wish->look, error) < 0)
        return -1;
    if (wish->look.held)
        gone = false;
    else if (wish->look.expired &&
             dn_lease_remove(connection, wish->table, &wish->look, false, &gone, error) < 0)
        return -1;
    if (gone)
        return 0;
    *acquired = false;
    dn_connection_unlock(connection, wish->key.data, &ignored);
    return 0;
}

static int
try_lease(lock_wish *wish, bool *acquired, dn_error *error)
{
    dn_connection *connection = wish->connection;
    dn_auto(dn_text) holder = DN_TEXT_INIT;

    if (dn_lease_take(connection, wish->table, acquired, error) < 0)
        return -1;
    if (!*acquired)
        return dn_lease_see(connection, wish->table, &wish->look, error);
    if (dn_connection_lock_holder(connection, wish->key.data, &holder, error) == 0 &&
        !holder.length)
        return 0;
    *acquired = false;
    return dn_lease_give_back(connection, error);
}

/* --- whoever is in the way ----------------------------------------------------------------------------- */

static int
read_holder(const lock_wish *wish, dn_text *holder, dn_error *error)
{
    dn_text_clear(holder);
    if (dn_connection_lock_holder(wish->connection, wish->key.data, holder, error) < 0)
        return -1;
    if (!holder->length && wish->look.holder.length)
        dn_text_add(holder, wish->look.holder.data, wish->look.holder.length);
    return holder->failed ? dn_no_memory(error) : 0;
}

static int
give_up(const lock_wish *wish, dn_error *error)
{
    dn_auto(dn_text) holder = DN_TEXT_INIT;
    dn_error ignored;

    if (read_holder(wish, &holder, &ignored) < 0 || !holder.length)
        return dn_fail(error, DUNLIN_LOCKED, "run.locked",
                       "another run holds the lock of this database, and still does after %lld ms",
                       (long long)wish->timeout_ms);
    return dn_fail(error, DUNLIN_LOCKED, "run.locked",
                   "another run holds the lock of this database (%s), and still does after %lld ms",
                   holder.data, (long long)wish->timeout_ms);
}

/* The session that has the lock is asked to end, whoever it is, and the lock is free once it is
 * gone. A lease is removed: its holder commits nothing any more. In a transaction nobody can take
 * it away, so that is tried again. */
static int
end_holder(lock_wish *wish, dn_error *error)
{
    dn_auto(dn_text) backend = DN_TEXT_INIT;
    dn_auto(dn_text) holder = DN_TEXT_INIT;
    const dunlin_string any = {"", 0};
    int32_t answer;
    bool gone;

    if (dn_connection_lock_session(wish->connection, wish->key.data, &backend, error) < 0 ||
        read_holder(wish, &holder, error) < 0)
        return -1;
    if (!holder.length)
        return 0;
    if (!wish->ending)
        dn_log_warning(wish->log, "ending the run that holds the lock of this database (%s)",
                       holder.data);
    wish->ending = true;
    if (!backend.length)
        return dn_lease_remove(wish->connection, wish->table, &wish->look, true, &gone, error);
    wish->cancel = false;
    return dn_connection_session_end(wish->connection, dn_span(backend.data, backend.length), any,
                                     &answer, error);
}

/* --- waiting --------------------------------------------------------------------------------------------- */

static int
poll_lock(lock_wish *wish, dn_error *error)
{
    int64_t start = dn_clock_monotonic_ns();
    unsigned seed = (unsigned)start;
    int64_t wait = FIRST_WAIT_MS;
    bool told = false;

    for (;;) {
        bool acquired = false;
        int64_t waited = (dn_clock_monotonic_ns() - start) / 1000000;

        if ((is_pooled(wish->connection) ? try_lease(wish, &acquired, error)
                                         : try_session(wish, &acquired, error)) < 0)
            return dn_while(error, "taking the run lock");
        if (acquired)
            return 0;
        if (wish->cancel && end_holder(wish, error) < 0)
            return dn_while(error, "ending the run that holds the lock");
        if (waited >= wish->timeout_ms)
            return give_up(wish, error);
        if (dn_log_cancelled(wish->log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (waited >= NOTICE_AFTER_MS && !told) {
            dn_log_warning(wish->log, "waiting for another run to finish");
            told = true;
        }
        /* Jitter keeps a crowd of runners from asking in step. */
        wait = wait * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait * 2;
        dn_clock_sleep_ms(wait / 2 + rand_r(&seed) % (wait / 2 + 1));
    }
}

int
dn_run_lock_over(dn_connection *connection, const char *tracker_table, int64_t timeout_ms,
                 bool cancel, const dn_log *log, dn_error *error)
{
    lock_wish wish = {.connection = connection,
                      .table = tracker_table,
                      .key = DN_TEXT_INIT,
                      .timeout_ms = timeout_ms,
                      .cancel = cancel,
                      .log = log,
                      .look = {.holder = DN_TEXT_INIT}};
    int answer = lock_key(connection, tracker_table, &wish.key, error);

    if (answer == 0)
        answer = poll_lock(&wish, error);
    dn_text_free(&wish.key);
    dn_text_free(&wish.look.holder);
    return answer;
}

int
dn_run_lock(dn_connection *connection, const char *tracker_table, int64_t timeout_ms,
            const dn_log *log, dn_error *error)
{
    return dn_run_lock_over(connection, tracker_table, timeout_ms, false, log, error);
}

void
dn_run_unlock(dn_connection *connection, const char *tracker_table)
{
    dn_auto(dn_text) key = DN_TEXT_INIT;
    dn_error ignored;

    if (is_pooled(connection)) {
        dn_lease_give_back(connection, &ignored);
        return;
    }
    if (lock_key(connection, tracker_table, &key, &ignored) == 0)
        dn_connection_unlock(connection, key.data, &ignored);
}
