/* SPDX-License-Identifier: MIT
 *
 * Databases that were given to serve as shadows: they must be empty, alike and not the target, are
 * marked while they are used, and are left as they were.
 */
#include "drivers/postgres/pg_shadow.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_KEY "dunlin shadow"

/* Of two databases: which they are, and what decides how schemas are printed and compared. */
static const char identity[] =
    "SELECT pg_catalog.pg_postmaster_start_time()::text || '/' || d.oid,"
    " pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,"
    " coalesce(pg_catalog.to_jsonb(d)->>'datlocale', pg_catalog.to_jsonb(d)->>'daticulocale', ''),"
    " pg_catalog.current_database(), pg_catalog.current_schema()"
    " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()";
enum { WHICH, ENCODING, COLLATE, CTYPE, LOCALE, NAME, HOME };
static const char *const alike[] = {"", "encoding", "collation", "character type", "locale"};

/* Objects from 16384 on (FirstNormalObjectId in transam.h) are somebody's; a schema "public" that was
 * made anew is not. */
static const char contents[] =
    "SELECT coalesce((SELECT 'the schema ' || n.nspname FROM pg_catalog.pg_namespace n"
    " WHERE n.oid >= 16384 AND n.nspname <> 'public' AND n.nspname !~ '^pg_t' LIMIT 1),"
    " (SELECT c.relname FROM pg_catalog.pg_class c WHERE c.oid >= 16384"
    " AND c.relkind NOT IN ('t', 'i', 'I') AND c.relpersistence <> 't' LIMIT 1),"
    " (SELECT p.proname FROM pg_catalog.pg_proc p WHERE p.oid >= 16384 LIMIT 1),"
    " (SELECT t.typname FROM pg_catalog.pg_type t WHERE t.oid >= 16384 LIMIT 1),"
    " (SELECT 'the extension ' || e.extname FROM pg_catalog.pg_extension e WHERE e.oid >= 16384"
    " LIMIT 1)),"
    " pg_catalog.shobj_description((SELECT oid FROM pg_catalog.pg_database"
    " WHERE datname = pg_catalog.current_database()), 'pg_database')";

static int32_t
read_contents(dunlin_connection *connection, bool *empty, bool *marked)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *name = connection->shadow->name;
    int32_t status = dn_pg_execute(connection, contents, NULL, 0, &result);
    const char *mark;

    if (status != DUNLIN_OK)
        return status;
    mark = PQgetisnull(result, 0, 1) ? NULL : PQgetvalue(result, 0, 1);
    *empty = PQgetisnull(result, 0, 0) != 0;
    *marked = mark != NULL && strncmp(mark, DN_PG_SHADOW_MARK, strlen(DN_PG_SHADOW_MARK)) == 0;
    if (mark != NULL && !*marked)
        return dn_kit_fail_hint(connection->call, DUNLIN_USAGE,
                                "give a database that is there for nothing else",
                                "the database '%s' does not serve as a shadow: it has a comment of "
                                "its own",
                                name);
    if (!*empty && !*marked)
        return dn_kit_fail_hint(connection->call, DUNLIN_USAGE, "give an empty database",
                                "the database '%s' does not serve as a shadow: it is not empty, it "
                                "holds %s",
                                name, PQgetvalue(result, 0, 0));
    return DUNLIN_OK;
}

static int32_t
compare(const dunlin_call *call, const PGresult *target, const PGresult *given)
{
    if (strcmp(PQgetvalue(target, 0, WHICH), PQgetvalue(given, 0, WHICH)) == 0)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "the database '%s' does not serve as a shadow: it is the target",
                           PQgetvalue(given, 0, NAME));
    for (int i = ENCODING; i <= LOCALE; i++)
        if (strcmp(PQgetvalue(target, 0, i), PQgetvalue(given, 0, i)) != 0)
            return dn_kit_fail(call, DUNLIN_USAGE,
                               "the database '%s' does not serve as a shadow: its %s is '%s', and "
                               "the target's is '%s'",
                               PQgetvalue(given, 0, NAME), alike[i], PQgetvalue(given, 0, i),
                               PQgetvalue(target, 0, i));
    return DUNLIN_OK;
}

static int32_t
ask(const dunlin_call *call, dunlin_connection *connection, PGresult **result)
{
    int32_t status;

    dn_pg_enter(call, connection);
    status = dn_pg_execute(connection, identity, NULL, 0, result);
    dn_pg_leave(connection, NULL);
    return status;
}

static int32_t
check(const dunlin_call *call, const dunlin_shadow *shadow, const dunlin_open_options *options,
      dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_pg_closep) dunlin_connection *target = NULL;
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *of_target = NULL;
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *of_given = NULL;
    int32_t status = DUNLIN_OK;

    if (shadow->url.length)
        status = dn_pg_open(call, shadow->url, options, &target);
    if (status == DUNLIN_OK && target)
        status = ask(call, target, &of_target);
    if (status == DUNLIN_OK)
        status = ask(call, connection, &of_given);
    if (status == DUNLIN_OK && target)
        status = compare(call, of_target, of_given);
    if (status == DUNLIN_OK &&
        dn_pg_shadow_attach(connection, dn_kit_string(PQgetvalue(of_given, 0, NAME)), NULL) !=
            DUNLIN_OK)
        status = dn_kit_no_memory(call);
    if (status == DUNLIN_OK && target) {
        connection->shadow->home = strdup(PQgetvalue(of_target, 0, HOME));
        status = connection->shadow->home != NULL ? DUNLIN_OK : dn_kit_no_memory(call);
    }
    return status;
}

static int32_t
occupy(dunlin_connection *connection)
{
    bool empty;
    bool marked;
    int64_t number;
    int32_t status = dn_pg_shadow_lock(connection, dn_kit_string(LOCK_KEY), &number);

    if (status == DUNLIN_OK)
        status = read_contents(connection, &empty, &marked);
    if (status == DUNLIN_OK)
        status = dn_pg_shadow_mark(connection, connection->shadow->name, number);
    if (status == DUNLIN_OK && !empty)
        status = dn_pg_shadow_empty(connection);
    return status == DUNLIN_OK ? dn_pg_shadow_make_home(connection) : status;
}

int32_t
dn_pg_shadow_take(const dunlin_call *call, const dunlin_shadow *shadow,
                  const dunlin_open_options *options, dunlin_connection **opened)
{
    dunlin_connection *connection;
    int32_t status = dn_pg_open(call, shadow->given, options, &connection);

    if (status != DUNLIN_OK)
        return status;
    status = check(call, shadow, options, connection);
    if (status == DUNLIN_OK) {
        dn_pg_enter(call, connection);
        status = occupy(connection);
        dn_pg_leave(connection, NULL);
    }
    if (status == DUNLIN_OK)
        *opened = connection;
    else
        dn_pg_close(connection);
    return status;
}

/* --- emptying ----------------------------------------------------------------------------------- */
/* What is in no schema, each as the statement that drops it. Then tables, not many at once: each takes
 * locks, with its indexes, and the server has room for max_locks_per_transaction * max_connections of
 * them. Then the schemas, and what else they hold. */
static const char leftovers[] =
    "SELECT 'ROLLBACK' UNION ALL SELECT 'RESET ALL'"
    " UNION ALL SELECT pg_catalog.format('DROP EVENT TRIGGER IF EXISTS %I', evtname)"
    " FROM pg_catalog.pg_event_trigger"
    " UNION ALL SELECT pg_catalog.format('DROP PUBLICATION IF EXISTS %I', pubname)"
    " FROM pg_catalog.pg_publication"
    " UNION ALL SELECT pg_catalog.format('DROP EXTENSION IF EXISTS %I CASCADE', extname)"
    " FROM pg_catalog.pg_extension WHERE oid >= 16384"
    " UNION ALL SELECT pg_catalog.format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)"
    " FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= 16384"
    " UNION ALL SELECT pg_catalog.format('SELECT pg_catalog.lo_unlink(%s)', oid)"
    " FROM pg_catalog.pg_largeobject_metadata"
    " UNION ALL SELECT 'DROP TABLE IF EXISTS ' || pg_catalog.string_agg(name, ', ') || ' CASCADE'"
    " FROM (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,"
    " pg_catalog.row_number() OVER (ORDER BY c.oid DESC) / 50 AS batch"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND n.nspname !~ '^pg_') AS t GROUP BY batch"
    " UNION ALL SELECT pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', nspname)"
    " FROM pg_catalog.pg_namespace"
    " WHERE (oid >= 16384 OR nspname = 'public') AND nspname !~ '^pg_'"
    " UNION ALL SELECT 'CREATE SCHEMA public'"
    " UNION ALL SELECT 'GRANT USAGE ON SCHEMA public TO PUBLIC'"
    " UNION ALL SELECT 'GRANT CREATE ON SCHEMA public TO PUBLIC'"
    " WHERE pg_catalog.current_setting('server_version_num')::int < 150000"
    " UNION ALL SELECT 'COMMENT ON SCHEMA public IS ''standard public schema'''";

int32_t
dn_pg_shadow_empty(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *list = NULL;
    bool empty = true;
    bool marked;
    int32_t status = dn_pg_execute(connection, leftovers, NULL, 0, &list);

    for (int row = 0; status == DUNLIN_OK && row < PQntuples(list); row++) {
        DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

        status = dn_pg_execute(connection, PQgetvalue(list, row, 0), NULL, 0, &result);
    }
    if (status == DUNLIN_OK)
        status = read_contents(connection, &empty, &marked);
    if (status == DUNLIN_OK && !empty)
        status =
            dn_kit_fail(connection->call, DUNLIN_FAILED,
                        "the database '%s' could not be emptied again", connection->shadow->name);
    return status;
}

int32_t
dn_pg_shadow_give_back(dunlin_connection *connection)
{
    int32_t status;

    if (connection->dead)
        return dn_kit_fail(connection->call, DUNLIN_CONNECT,
                           "the connection to '%s' is lost; the next replay in it empties it",
                           connection->shadow->name);
    status = dn_pg_shadow_empty(connection);
    if (status == DUNLIN_OK)
        status = dn_pg_shadow_send(connection, "COMMENT ON DATABASE @ IS NULL",
                                   connection->shadow->name);
    return status;
}
