/* SPDX-License-Identifier: MIT
 *
 * What is at the other end: one query, however much there is to say. Whether anything is there a
 * connection that only reads asks when it is called again, as the core does where that matters.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The system identifier tells clusters apart, whatever name they are reached by. Administrators
 * may have closed the function, so it is left out at the second try. */
#define SYSTEM_IDENTIFIER "(SELECT system_identifier FROM pg_catalog.pg_control_system())"

/* For rows of the ledger: who only reads writes none. */
#define STARTED                                                                                    \
    "(SELECT pg_catalog.to_char(backend_start AT TIME ZONE 'UTC',"                                 \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"                                                        \
    " FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()))"

/* From 16384 on (FirstNormalObjectId in transam.h) an object is somebody's; namespaces would say the
 * same, but a session that has just begun would have to read up on them. */
#define NOTHING_THERE                                                                              \
    "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE oid >= 16384"                             \
    " AND relkind NOT IN ('t', 'i', 'I') AND relpersistence <> 't')"

enum {
    BACKEND,
    BACKEND_START,
    IN_RECOVERY,
    READ_ONLY,
    DATABASE,
    NAMESPACE,
    FURTHER,
    EMPTY,
    SYSTEM
};

enum { SETTINGS = 2 };

/* "15.20 (Debian 15.20-0+deb12u1)", "18beta1" */
static void
fill_version(dunlin_profile *profile, const char *version)
{
    int major = 0;
    int minor = 0;

    sscanf(version, "%d.%d", &major, &minor);
    profile->size = sizeof(*profile);
    profile->flavour = dn_kit_string("postgresql");
    profile->version = (dunlin_string){version, strcspn(version, " ")};
    profile->major = major;
    profile->minor = minor;
    profile->patch = 0;
}

static void
fill_settings(dunlin_profile *profile, dunlin_string settings[2 * SETTINGS], const char *name_space)
{
    settings[0] = dn_kit_string("standard_conforming_strings");
    settings[1] = dn_kit_string("on");
    settings[2] = dn_kit_string("namespace");
    settings[3] = dn_kit_string(name_space);
    profile->settings = settings;
    profile->setting_count = 2 * SETTINGS;
}

/* "postgres 15", "postgresql 15.2"; the version may be missing, or all of it. */
int32_t
dn_pg_assume(const dunlin_call *call, dunlin_string description)
{
    DN_KIT_CLEANUP(dn_kit_free)
    char *text = dn_kit_copy(description.length > 0 ? description : dn_kit_string("postgres 15.0"));
    dunlin_profile profile = {.size = sizeof(profile)};
    dunlin_string settings[2 * SETTINGS];
    const char *version;
    size_t name;

    if (text == NULL)
        return dn_kit_no_memory(call);
    name = strcspn(text, " ");
    version = text[name] == ' ' ? text + name + 1 : "17.0";
    fill_version(&profile, version);
    if ((name != 8 || memcmp(text, "postgres", 8) != 0) &&
        (name != 10 || memcmp(text, "postgresql", 10) != 0))
        profile.major = 0;
    if (profile.major < DN_PG_MINIMUM_VERSION / 10000)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "'%s' is not a version of PostgreSQL from %d on ('postgres 15')", text,
                           DN_PG_MINIMUM_VERSION / 10000);
    fill_settings(&profile, settings, "public");
    return call->host->profile(call, &profile);
}

/* `identified`: the function that tells the system apart may be called. */
static void
write_query(const dunlin_connection *connection, bool identified, dn_kit_text *sql)
{
    dn_kit_text_format(sql,
                       "SELECT pg_catalog.pg_backend_pid(), %s, pg_catalog.pg_is_in_recovery(),"
                       " pg_catalog.current_setting('default_transaction_read_only'),"
                       " pg_catalog.current_database(), pg_catalog.current_schema(),"
                       " pg_catalog.array_length(pg_catalog.current_schemas(false), 1) > 1, %s, %s",
                       connection->read_only ? "NULL" : STARTED,
                       connection->described || !connection->read_only ? NOTHING_THERE : "NULL",
                       identified ? SYSTEM_IDENTIFIER : "NULL");
}

static int32_t
ask(dunlin_connection *connection, PGresult **result)
{
    static const char denied[] = "42501";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text less = {0};
    PGresult *first = NULL;
    const char *sqlstate;

    write_query(connection, true, &sql);
    write_query(connection, false, &less);
    if (sql.failed || less.failed)
        return dn_kit_no_memory(connection->call);
    if (connection->dead ||
        PQsendQueryParams(connection->pg, sql.data, 0, NULL, NULL, NULL, NULL, 0) == 0 ||
        !dn_pg_next_result(connection, &first))
        return dn_pg_fail_lost(connection);
    *result = first;
    if (PQresultStatus(first) == PGRES_TUPLES_OK) {
        dn_pg_drop_results(connection);
        return DUNLIN_OK;
    }
    sqlstate = PQresultErrorField(first, PG_DIAG_SQLSTATE);
    if (sqlstate == NULL || strcmp(sqlstate, denied) != 0)
        return dn_pg_fail(connection, first, NULL);
    dn_pg_drop_results(connection);
    dn_pg_clear(result);
    return dn_pg_execute(connection, less.data, NULL, 0, result);
}

static void
write_name(dn_kit_text *text, const dunlin_connection *connection, const char *database)
{
    const char *host = PQhost(connection->pg);

    if (host == NULL || host[0] == '\0' || host[0] == '/')
        dn_kit_text_format(text, "%s on this machine", database);
    else
        dn_kit_text_format(text, "%s on %s:%s", database, host, PQport(connection->pg));
}

static int32_t
push_server(const dunlin_call *call, dunlin_connection *connection, const PGresult *result)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    const char *version = PQparameterStatus(connection->pg, "server_version");
    const char *database = PQgetvalue(result, 0, DATABASE);
    dunlin_string settings[2 * SETTINGS];
    dunlin_profile profile = {.size = sizeof(profile)};
    dunlin_server server = {.size = sizeof(server)};

    /* Names of hosts are no part of it: two runs that reach one database by two names must come
     * to the same lock. */
    dn_kit_text_format(&identity, "postgres:%s/%s", PQgetvalue(result, 0, SYSTEM), database);
    write_name(&name, connection, database);
    if (identity.failed || name.failed)
        return dn_kit_no_memory(call);
    fill_version(&profile, version != NULL ? version : "");
    fill_settings(&profile, settings, connection->home);
    server.profile = &profile;
    server.identity = dn_kit_text_string(&identity);
    server.name = dn_kit_text_string(&name);
    server.path = dn_kit_string(NULL);
    server.backend = dn_kit_string(PQgetvalue(result, 0, BACKEND));
    server.backend_start = dn_kit_string(PQgetvalue(result, 0, BACKEND_START));
    connection->standby = strcmp(PQgetvalue(result, 0, IN_RECOVERY), "t") == 0;
    /* A connection opened for reading has that setting by our own wish. */
    server.read_only = connection->standby || (!connection->read_only &&
                                               strcmp(PQgetvalue(result, 0, READ_ONLY), "on") == 0);
    server.further_namespaces = strcmp(PQgetvalue(result, 0, FURTHER), "t") == 0;
    server.pooled = connection->pooled ? 1 : 0;
    server.empty = PQgetisnull(result, 0, EMPTY)                    ? DUNLIN_EMPTY_UNKNOWN
                   : strcmp(PQgetvalue(result, 0, EMPTY), "t") == 0 ? 1
                                                                    : 0;
    return call->host->server(call, &server);
}

static int32_t
find_home(dunlin_connection *connection, const PGresult *result)
{
    if (connection->pooled)
        return dn_pg_pooler_home(connection);
    free(connection->home);
    connection->home = strdup(PQgetvalue(result, 0, NAMESPACE));
    return connection->home != NULL ? DUNLIN_OK : dn_kit_no_memory(connection->call);
}

int32_t
dn_pg_describe(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = ask(connection, &result);

    if (status == DUNLIN_OK && PQntuples(result) != 1)
        status = dn_kit_fail(call, DUNLIN_INTERNAL, "the server does not say what it is");
    if (status == DUNLIN_OK && !connection->described)
        status = dn_pg_pooler_probe(connection, strtoll(PQgetvalue(result, 0, BACKEND), NULL, 10));
    connection->described = true;
    if (status == DUNLIN_OK)
        status = find_home(connection, result);
    if (status == DUNLIN_OK)
        status = push_server(call, connection, result);
    dn_pg_leave(connection, outer);
    return status;
}
