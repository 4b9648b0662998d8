/* SPDX-License-Identifier: MIT
 *
 * The run lock: a session-level advisory lock, which dies with the session and belongs to the
 * database. Its number is the FNV-1a hash (64 bits) of the key, made here: the server's own hash
 * functions may change from version to version.
 */
#include "drivers/postgres/pg_driver.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t
hash_key(dunlin_string key)
{
    uint64_t hash = dn_kit_hash(DN_KIT_HASH_BASIS, key);
    int64_t number;

    memcpy(&number, &hash, sizeof(number));
    return number;
}

/* The first cell of a statement about the lock of this number. */
static int32_t
ask(dunlin_connection *connection, const char *sql, int64_t number, bool *answer)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    char text[24];
    const char *values[1] = {text};
    int32_t status;

    snprintf(text, sizeof(text), "%" PRId64, number);
    status = dn_pg_execute(connection, sql, values, 1, &result);
    if (status == DUNLIN_OK)
        *answer = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    return status;
}

int32_t
dn_pg_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
               int32_t *acquired)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int64_t number = hash_key(key);
    bool got = false;
    int32_t status = DUNLIN_OK;

    if (connection->pooled)
        status = dn_kit_fail_hint(call, DUNLIN_UNSUPPORTED, "give the URL of the server itself",
                                  "behind a transaction pooler no lock holds for a whole run");
    /* It would give the lock, of its own, and refuse the first change. */
    else if (connection->standby)
        status = dn_kit_fail_hint(call, DUNLIN_READ_ONLY, "use the URL of the primary server",
                                  "the server is a standby, which takes no changes");
    /* The server would count: two locks, two unlocks. */
    else if (connection->locked && connection->locked_key == number)
        got = true;
    else
        status =
            ask(connection, "SELECT pg_catalog.pg_try_advisory_lock($1::bigint)", number, &got);
    if (status == DUNLIN_OK && got) {
        connection->locked = true;
        connection->locked_key = number;
    }
    *acquired = got ? 1 : 0;
    dn_pg_leave(connection, outer);
    return status;
}

int32_t
dn_pg_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int64_t number = hash_key(key);
    bool ignored;
    int32_t status = DUNLIN_OK;

    if (connection->locked && connection->locked_key == number) {
        connection->locked = false;
        /* It died with the session, if that is dead. */
        if (!connection->dead) {
            connection->uncancellable = true;
            status = ask(connection, "SELECT pg_catalog.pg_advisory_unlock($1::bigint)", number,
                         &ignored);
        }
    }
    dn_pg_leave(connection, outer);
    return status;
}

int32_t
dn_pg_lock_holder(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    static const char sql[] =
        "SELECT l.pid,"
        " coalesce(nullif(a.client_hostname, ''), pg_catalog.host(a.client_addr), ''),"
        " coalesce(a.application_name, ''),"
        " coalesce(pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC',"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"
        " FROM pg_catalog.pg_locks l"
        " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid"
        " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
        " AND l.database = (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = pg_catalog.current_database())"
        " AND l.classid = (($1::bigint >> 32) & 4294967295)::oid"
        " AND l.objid = ($1::bigint & 4294967295)::oid";
    const dunlin_call *outer = dn_pg_enter(call, connection);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    dunlin_holder holder = {.size = sizeof(holder)};
    char text[24];
    const char *values[1] = {text};
    int32_t status;

    snprintf(text, sizeof(text), "%" PRId64, hash_key(key));
    status = dn_pg_execute(connection, sql, values, 1, &result);
    if (status == DUNLIN_OK && PQntuples(result) > 0) {
        holder.backend = dn_kit_string(PQgetvalue(result, 0, 0));
        holder.host = dn_kit_string(PQgetvalue(result, 0, 1));
        holder.application = dn_kit_string(PQgetvalue(result, 0, 2));
        holder.since = dn_kit_string(PQgetvalue(result, 0, 3));
        status = call->host->holder(call, &holder);
    }
    dn_pg_leave(connection, outer);
    return status;
}
