/* SPDX-License-Identifier: MIT
 *
 * Waiting for the server. The user's wish to stop is passed on to it, and its answer is then
 * waited for: only that tells what took effect.
 */
#include "drivers/postgres/pg_driver.h"

#include <errno.h>
#include <poll.h>

/* How long a server may take to react to the wish to stop, and how often we look for that wish
 * where no descriptor tells. */
enum { GIVE_UP_MS = 10000, LOOK_EVERY_MS = 100 };

const dunlin_call *
dn_pg_enter(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = connection->call;

    connection->call = call;
    if (outer == NULL) {
        connection->cancel_asked = false;
        connection->uncancellable = false;
        connection->give_up_ns = 0;
        __atomic_store_n(&connection->control->cancelled, 0, __ATOMIC_RELAXED);
    }
    return outer;
}

void
dn_pg_leave(dunlin_connection *connection, const dunlin_call *outer)
{
    if (outer == NULL)
        dn_pg_cancel_finish(connection);
    connection->call = outer;
}

static void
look_for_stop(dunlin_connection *connection)
{
    if (!dn_kit_should_stop(connection->call))
        return;
    if (connection->give_up_ns == 0)
        connection->give_up_ns = dn_kit_now_ns() + (int64_t)GIVE_UP_MS * 1000000;
    if (connection->uncancellable || connection->cancel_asked)
        return;
    connection->cancel_asked = true;
    dn_pg_cancel_start(connection);
}

static void
sooner(int64_t *limit_ms, int64_t end_ns)
{
    int64_t left = (end_ns - dn_kit_now_ns()) / 1000000 + 1;

    if (left < 0)
        left = 0;
    if (*limit_ms < 0 || left < *limit_ms)
        *limit_ms = left;
}

/* How long poll may sleep, -1: until something happens. */
static int64_t
sleep_limit(const dunlin_connection *connection, int64_t slice_ms)
{
    const dunlin_call *call = connection->call;
    int64_t limit = slice_ms;

    if (connection->give_up_ns != 0)
        sooner(&limit, connection->give_up_ns);
    else if (call->deadline_ns != 0)
        sooner(&limit, call->deadline_ns);
    if (call->wake_fd < 0 && call->host->cancelled != NULL && connection->give_up_ns == 0 &&
        (limit < 0 || limit > LOOK_EVERY_MS))
        limit = LOOK_EVERY_MS;
    return limit;
}

dn_pg_readiness
dn_pg_wait(dunlin_connection *connection, int events, int64_t slice_ms)
{
    int64_t end_ns = slice_ms >= 0 ? dn_kit_now_ns() + slice_ms * 1000000 : 0;

    for (;;) {
        struct pollfd files[2] = {
            {.fd = PQsocket(connection->pg),
             .events = (short)((events & DN_PG_READABLE ? POLLIN : 0) |
                               (events & DN_PG_WRITABLE ? POLLOUT : 0))},
            /* It stays readable, so it is of use once. */
            {.fd = connection->give_up_ns == 0 ? connection->call->wake_fd : -1, .events = POLLIN},
        };
        int ready;

        if (files[0].fd < 0)
            return DN_PG_HOPELESS;
        ready = poll(files, 2, (int)sleep_limit(connection, slice_ms));
        if (ready < 0 && errno != EINTR)
            return DN_PG_HOPELESS;
        if (ready > 0 && files[0].revents != 0)
            return DN_PG_READY;
        look_for_stop(connection);
        if (connection->give_up_ns != 0 && dn_kit_now_ns() >= connection->give_up_ns)
            return DN_PG_HOPELESS;
        if (end_ns != 0 && dn_kit_now_ns() >= end_ns)
            return DN_PG_NOT_YET;
    }
}

bool
dn_pg_exchange(dunlin_connection *connection)
{
    int left = PQflush(connection->pg);

    if (left < 0)
        return false;
    if (dn_pg_wait(connection, left > 0 ? DN_PG_READABLE | DN_PG_WRITABLE : DN_PG_READABLE, -1) !=
        DN_PG_READY)
        return false;
    return PQconsumeInput(connection->pg) == 1;
}

bool
dn_pg_next_result(dunlin_connection *connection, PGresult **result)
{
    *result = NULL;
    while (PQisBusy(connection->pg))
        if (!dn_pg_exchange(connection)) {
            /* The server's last words may have come with the end of the connection. */
            if (!PQisBusy(connection->pg))
                break;
            return false;
        }
    *result = PQgetResult(connection->pg);
    return true;
}

bool
dn_pg_drop_copy(dunlin_connection *connection)
{
    for (;;) {
        char *line = NULL;
        int length = PQgetCopyData(connection->pg, &line, 1);

        PQfreemem(line);
        if (length < 0)
            return true;
        if (length == 0 && !dn_pg_exchange(connection))
            return false;
    }
}

void
dn_pg_drop_results(dunlin_connection *connection)
{
    PGresult *result = NULL;

    do {
        bool lost;

        PQclear(result);
        lost = !dn_pg_next_result(connection, &result);
        if (result != NULL && PQresultStatus(result) == PGRES_COPY_IN)
            PQputCopyEnd(connection->pg, "no data are expected here");
        if (result != NULL && PQresultStatus(result) == PGRES_COPY_OUT)
            lost = !dn_pg_drop_copy(connection);
        if (lost) {
            connection->dead = true;
            PQclear(result);
            return;
        }
    } while (result != NULL);
}
