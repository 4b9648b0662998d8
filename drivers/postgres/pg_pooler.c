/* SPDX-License-Identifier: MIT
 *
 * Is there a transaction pooler between us and the server? Then one connection of ours is served
 * by one server process after the other, and no lock or setting of a session holds.
 *
 * A pooler of any kind makes up the process number that a client is told while connecting, so
 * without one the answer costs nothing. A session pooler is harmless; to tell it apart a second
 * connection opens a transaction, which with transaction pooling takes the very process that we
 * used last, and ours is then served by another one, or has to wait.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>

enum { TRIES = 3, PATIENCE_MS = 1000 };

#define BACKEND_QUERY "SELECT pg_catalog.pg_backend_pid()"

static int32_t
ask_backend(dunlin_connection *connection, int64_t *backend)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = dn_pg_execute(connection, BACKEND_QUERY, NULL, 0, &result);

    if (status == DUNLIN_OK && PQntuples(result) == 1)
        *backend = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    return status;
}

/* Whether an answer comes in time; when not, the pool is exhausted by the other connection. */
static bool
answers_soon(dunlin_connection *connection)
{
    int64_t end_ns = dn_kit_now_ns() + (int64_t)PATIENCE_MS * 1000000;

    while (PQisBusy(connection->pg)) {
        int64_t left_ms = (end_ns - dn_kit_now_ns()) / 1000000;

        if (left_ms <= 0)
            return false;
        PQflush(connection->pg);
        if (dn_pg_wait(connection, DN_PG_READABLE, left_ms) != DN_PG_READY)
            return false;
        if (PQconsumeInput(connection->pg) == 0)
            return true;
    }
    return true;
}

/* With `other` holding a transaction: who serves us now? */
static int32_t
ask_beside(dunlin_connection *connection, dunlin_connection *other, int64_t *backend)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *begun = NULL;
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *ended = NULL;
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = dn_pg_execute(other, "BEGIN", NULL, 0, &begun);
    bool soon;

    if (status != DUNLIN_OK)
        return status;
    if (PQsendQueryParams(connection->pg, BACKEND_QUERY, 0, NULL, NULL, NULL, NULL, 0) == 0)
        return dn_pg_fail_lost(connection);
    soon = answers_soon(connection);
    status = dn_pg_execute(other, "ROLLBACK", NULL, 0, &ended);
    if (status != DUNLIN_OK)
        return status;
    if (!dn_pg_next_result(connection, &result))
        return dn_pg_fail_lost(connection);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return dn_pg_fail(connection, result, NULL);
    *backend = soon ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    dn_pg_drop_results(connection);
    return DUNLIN_OK;
}

int32_t
dn_pg_pooler_probe(dunlin_connection *connection, int64_t backend)
{
    DN_KIT_CLEANUP(dn_pg_closep) dunlin_connection *other = NULL;
    dunlin_open_options options = {.size = sizeof(options), .read_only = connection->read_only};
    int32_t status;

    if (backend == PQbackendPID(connection->pg))
        return DUNLIN_OK;
    status =
        dn_pg_open(connection->call, dn_kit_string(connection->address.text), &options, &other);
    if (status != DUNLIN_OK)
        return status;
    dn_pg_enter(connection->call, other);
    for (int i = 0; i < TRIES && status == DUNLIN_OK && !connection->pooled; i++) {
        int64_t now = backend;

        status = ask_beside(connection, other, &now);
        connection->pooled = now != backend;
        if (status == DUNLIN_OK && !connection->pooled)
            status = ask_backend(connection, &now);
        connection->pooled = connection->pooled || now != backend;
    }
    dn_pg_leave(other, NULL);
    return status;
}
