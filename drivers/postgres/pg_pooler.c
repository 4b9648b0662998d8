/* SPDX-License-Identifier: MIT
 *
 * Is there a transaction pooler between us and the server? Then one connection of ours is served
 * by one server process after the other, and no lock or setting of a session holds.
 *
 * A pooler of any kind makes up the process number that a client is told while connecting, so
 * without one the answer costs nothing. A session pooler is harmless; to tell it apart a second
 * connection opens a transaction, which with transaction pooling takes the very process that we
 * used last, and ours is then served by another one, or has to wait.
 *
 * What others left with a session is there for us: pg_dump through a pooler, for one, leaves it
 * without a search_path. So the path is found once, and set by every transaction.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>

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

/* --- what is found in the sessions of others ------------------------------------------------------- */

/* "-c search_path=app,public -c .." -> "app,public"; NULL: the options set none. The last one
 * counts, and a backslash stands before what is not the end of the value (postgres.c,
 * pg_split_opts). */
static char *
path_of_options(const char *options)
{
    static const char name[] = "search_path=";
    const char *from = NULL;
    char *path;
    size_t length = 0;

    for (const char *at = options; at != NULL && (at = strstr(at, name)) != NULL;)
        from = at += sizeof(name) - 1;
    path = from != NULL ? malloc(strlen(from) + 1) : NULL;
    if (path == NULL)
        return NULL;
    for (; *from != '\0' && strchr(" \t\n\r\f\v", *from) == NULL; from++) {
        if (*from == '\\' && from[1] != '\0')
            from++;
        path[length++] = *from;
    }
    path[length] = '\0';
    return path;
}

/* A setting that somebody made in the session is not what the session goes back to. */
static int32_t
find_path(dunlin_connection *connection)
{
    static const char sql[] =
        "SELECT pg_catalog.set_config('search_path', coalesce($1, (SELECT s.reset_val"
        " FROM pg_catalog.pg_settings s WHERE s.name = 'search_path'), ''), true)";
    DN_KIT_CLEANUP(dn_kit_free)
    char *options = dn_pg_address_default(&connection->address, "options");
    DN_KIT_CLEANUP(dn_kit_free) char *given = path_of_options(options);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[] = {given};
    int32_t status = dn_pg_execute(connection, sql, values, 1, &result);

    if (status != DUNLIN_OK)
        return status;
    free(connection->path);
    connection->path = strdup(PQgetvalue(result, 0, 0));
    return connection->path != NULL ? DUNLIN_OK : dn_kit_no_memory(connection->call);
}

static int32_t
find_home(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status =
        dn_pg_execute(connection, "SELECT pg_catalog.current_schema()", NULL, 0, &result);

    if (status != DUNLIN_OK)
        return status;
    free(connection->home);
    connection->home = strdup(PQgetvalue(result, 0, 0));
    return connection->home != NULL ? DUNLIN_OK : dn_kit_no_memory(connection->call);
}

static int32_t
execute(dunlin_connection *connection, const char *sql)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

    return dn_pg_execute(connection, sql, NULL, 0, &result);
}

int32_t
dn_pg_pooler_home(dunlin_connection *connection)
{
    int32_t status = execute(connection, "BEGIN");

    if (status != DUNLIN_OK)
        return status;
    status = find_path(connection);
    if (status == DUNLIN_OK)
        status = find_home(connection);
    return dn_pg_pooler_leave(connection, true, status);
}

int32_t
dn_pg_pooler_enter(dunlin_connection *connection, bool *entered)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};
    int32_t status;

    *entered = false;
    if (!connection->pooled || PQtransactionStatus(connection->pg) != PQTRANS_IDLE)
        return DUNLIN_OK;
    dn_pg_pins_statement(&pins, connection, true);
    if (pins.failed)
        return dn_kit_no_memory(connection->call);
    status = execute(connection, "BEGIN");
    if (status != DUNLIN_OK)
        return status;
    *entered = true;
    status = execute(connection, pins.data);
    return status == DUNLIN_OK ? DUNLIN_OK : dn_pg_pooler_leave(connection, true, status);
}

/* The way back, whatever became of the queries; their failure is what counts. */
int32_t
dn_pg_pooler_leave(dunlin_connection *connection, bool entered, int32_t status)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

    if (!entered || connection->dead)
        return status;
    if (status == DUNLIN_OK)
        return execute(connection, "COMMIT");
    connection->uncancellable = true;
    if (PQsendQuery(connection->pg, "ROLLBACK") == 1 && dn_pg_next_result(connection, &result))
        dn_pg_drop_results(connection);
    connection->uncancellable = false;
    return status;
}
