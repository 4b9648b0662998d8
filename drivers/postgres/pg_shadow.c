/* SPDX-License-Identifier: MIT
 *
 * Shadows: databases beside the target's, marked by a comment. A second connection, to the target,
 * makes and drops them and holds an advisory lock meanwhile, whose number stands in the mark: where
 * nobody holds it and nobody is connected, the run that made the shadow is gone.
 */
#include "drivers/postgres/pg_shadow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
dn_pg_shadow_free(dn_pg_shadow *shadow)
{
    if (shadow == NULL)
        return;
    dn_pg_close(shadow->keeper);
    free(shadow->name);
    free(shadow->home);
    free(shadow);
}

/* --- statements --------------------------------------------------------------------------------- */
int32_t
dn_pg_shadow_send(dunlin_connection *connection, const char *format, const char *name)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    const char *at = strchr(format, '@');

    /* '@' stands for the name. */
    dn_kit_text_add_string(&sql, (dunlin_string){format, (uint64_t)(at - format)});
    dn_kit_text_quote(&sql, '"', dn_kit_string(name));
    dn_kit_text_add(&sql, at + 1);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    return dn_pg_execute(connection, sql.data, NULL, 0, &result);
}

/* Without failing the call; false: it did not work. */
static bool
try_to_drop(dunlin_connection *connection, const char *name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    bool done;

    dn_kit_text_add(&sql, "DROP DATABASE ");
    dn_kit_text_quote(&sql, '"', dn_kit_string(name));
    if (sql.failed || connection->dead ||
        PQsendQueryParams(connection->pg, sql.data, 0, NULL, NULL, NULL, NULL, 0) == 0 ||
        !dn_pg_next_result(connection, &result))
        return false;
    done = PQresultStatus(result) == PGRES_COMMAND_OK;
    dn_pg_drop_results(connection);
    return done;
}

/* --- which there are ---------------------------------------------------------------------------- */
static const char listing[] =
    "SELECT d.datname, CASE WHEN m.number IS NULL THEN 'unmarked'"
    " WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)"
    " OR EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory'"
    " AND l.granted AND l.objsubid = 1"
    " AND l.classid = ((m.number >> 32) & 4294967295)::oid"
    " AND l.objid = (m.number & 4294967295)::oid) THEN 'used' ELSE 'abandoned' END"
    " FROM pg_catalog.pg_database d CROSS JOIN LATERAL (SELECT substring("
    "pg_catalog.shobj_description(d.oid, 'pg_database') FROM"
    " '^" DN_PG_SHADOW_MARK "(-?[0-9]+)$')::bigint AS number) m"
    " WHERE d.datname ~ '^" DUNLIN_SHADOW_PREFIX "[0-9a-f]{16}$' ORDER BY 1";

static int32_t
state_of(const char *word)
{
    if (strcmp(word, "used") == 0)
        return DUNLIN_SHADOW_IN_USE;
    return strcmp(word, "abandoned") == 0 ? DUNLIN_SHADOW_ABANDONED : DUNLIN_SHADOW_UNMARKED;
}

/* What others cannot drop, or are dropping themselves, is no reason to stop. */
static int32_t
sweep(dunlin_connection *keeper)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const dunlin_call *call = keeper->call;
    int32_t status = dn_pg_execute(keeper, listing, NULL, 0, &result);

    for (int row = 0; status == DUNLIN_OK && row < PQntuples(result); row++) {
        const char *name = PQgetvalue(result, row, 0);
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};

        if (state_of(PQgetvalue(result, row, 1)) != DUNLIN_SHADOW_ABANDONED)
            continue;
        dn_kit_text_format(&line,
                           try_to_drop(keeper, name)
                               ? "dropped '%s', which a run that was killed left behind"
                               : "'%s', which a run that was killed left behind, could not be "
                                 "dropped",
                           name);
        if (!line.failed)
            call->host->log(call, DUNLIN_LOG_INFO, dn_kit_text_string(&line));
    }
    return status;
}

int32_t
dn_pg_shadow_list(const dunlin_call *call, dunlin_string url)
{
    const dunlin_open_options options = {.size = sizeof(options),
                                         .purpose = DUNLIN_PURPOSE_MAINTENANCE,
                                         .read_only = 1,
                                         .application = dn_kit_string("dunlin")};
    DN_KIT_CLEANUP(dn_pg_closep) dunlin_connection *connection = NULL;
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = dn_pg_open(call, url, &options, &connection);

    if (status != DUNLIN_OK)
        return status;
    dn_pg_enter(call, connection);
    status = dn_pg_execute(connection, listing, NULL, 0, &result);
    for (int row = 0; status == DUNLIN_OK && row < PQntuples(result); row++) {
        dunlin_shadow_found found = {.size = sizeof(found),
                                     .state = state_of(PQgetvalue(result, row, 1)),
                                     .name = dn_kit_string(PQgetvalue(result, row, 0))};

        status = call->host->shadow(call, &found);
    }
    dn_pg_leave(connection, NULL);
    return status;
}

/* --- making one --------------------------------------------------------------------------------- */
int32_t
dn_pg_shadow_lock(dunlin_connection *connection, dunlin_string key, int64_t *number)
{
    int32_t acquired;
    int32_t status = dn_pg_try_lock(connection->call, connection, key, &acquired);

    *number = connection->locked_key;
    if (status == DUNLIN_OK && !acquired)
        status = dn_kit_fail(connection->call, DUNLIN_LOCKED,
                             "another run is replaying migrations in this database");
    return status;
}

int32_t
dn_pg_shadow_mark(dunlin_connection *connection, const char *name, int64_t number)
{
    char comment[160];

    snprintf(comment, sizeof(comment),
             "COMMENT ON DATABASE @ IS '" DN_PG_SHADOW_MARK "%" PRId64 "'", number);
    return dn_pg_shadow_send(connection, comment, name);
}

int32_t
dn_pg_shadow_make_home(dunlin_connection *connection)
{
    const char *home = connection->shadow->home;

    if (home == NULL || *home == '\0' || strcmp(home, "public") == 0)
        return DUNLIN_OK;
    return dn_pg_shadow_send(connection, "CREATE SCHEMA IF NOT EXISTS @", home);
}

/* CREATE DATABASE, like the one the keeper is connected to. The provider of locales is known since
 * 15; what it is given is called otherwise since 17. */
static int32_t
write_create(dunlin_connection *keeper, const char *name, dn_kit_text *sql, char **home)
{
    static const char question[] =
        "SELECT pg_catalog.format(' TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',"
        " pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)"
        " || CASE j.j->>'datlocprovider' WHEN 'i' THEN"
        " pg_catalog.format(' LOCALE_PROVIDER icu ICU_LOCALE %L',"
        " coalesce(j.j->>'datlocale', j.j->>'daticulocale'))"
        " || coalesce(pg_catalog.format(' ICU_RULES %L', j.j->>'daticurules'), '')"
        " WHEN 'b' THEN pg_catalog.format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L',"
        " j.j->>'datlocale') ELSE '' END, pg_catalog.current_schema()"
        " FROM pg_catalog.pg_database d, LATERAL (SELECT pg_catalog.to_jsonb(d) AS j) j"
        " WHERE d.datname = pg_catalog.current_database()";
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = dn_pg_execute(keeper, question, NULL, 0, &result);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(sql, "CREATE DATABASE ");
    dn_kit_text_quote(sql, '"', dn_kit_string(name));
    dn_kit_text_add(sql, PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
    free(*home);
    *home = strdup(PQntuples(result) == 1 ? PQgetvalue(result, 0, 1) : "");
    return sql->failed || *home == NULL ? dn_kit_no_memory(keeper->call) : DUNLIN_OK;
}

/* ALTER DATABASE .. SET of the target. The keeper's session has the values. */
static int32_t
copy_settings(dunlin_connection *keeper, const char *name)
{
    static const char question[] =
        "SELECT DISTINCT pg_catalog.quote_ident(pg_catalog.split_part(c, '=', 1))"
        " FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c"
        " WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database"
        " WHERE datname = pg_catalog.current_database())";
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = dn_pg_execute(keeper, question, NULL, 0, &result);

    for (int row = 0; status == DUNLIN_OK && row < PQntuples(result); row++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text format = {0};

        dn_kit_text_format(&format, "ALTER DATABASE @ SET %s FROM CURRENT",
                           PQgetvalue(result, row, 0));
        status = format.failed ? dn_kit_no_memory(keeper->call)
                               : dn_pg_shadow_send(keeper, format.data, name);
    }
    return status;
}

static int32_t
make_database(dunlin_connection *keeper, const char *name, char **home)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    int32_t status = write_create(keeper, name, &sql, home);

    if (status == DUNLIN_OK)
        status = dn_pg_execute(keeper, sql.data, NULL, 0, &result);
    if (status == DUNLIN_OK)
        status = dn_pg_shadow_mark(keeper, name, keeper->locked_key);
    if (status == DUNLIN_OK)
        status = copy_settings(keeper, name);
    return status;
}

static int32_t
prepare_keeper(dunlin_connection *keeper)
{
    int32_t status = dn_pg_pooler_probe(keeper, PQbackendPID(keeper->pg));

    if (status == DUNLIN_OK && keeper->pooled)
        return dn_kit_fail_hint(keeper->call, DUNLIN_UNSUPPORTED,
                                "give the URL of the server itself",
                                "a shadow cannot be kept behind a transaction pooler");
    return status == DUNLIN_OK ? sweep(keeper) : status;
}

int32_t
dn_pg_shadow_attach(dunlin_connection *connection, dunlin_string name, dunlin_connection *keeper)
{
    connection->shadow = calloc(1, sizeof(*connection->shadow));
    if (connection->shadow != NULL)
        connection->shadow->name = dn_kit_copy(name);
    if (connection->shadow == NULL || connection->shadow->name == NULL)
        return DUNLIN_NO_MEMORY;
    connection->shadow->keeper = keeper;
    return DUNLIN_OK;
}

static int32_t
create_new(const dunlin_call *call, const dunlin_shadow *shadow, const dunlin_open_options *options,
           dunlin_connection **opened)
{
    DN_KIT_CLEANUP(dn_pg_closep) dunlin_connection *keeper = NULL;
    DN_KIT_CLEANUP(dn_kit_free) char *name = dn_kit_copy(shadow->name);
    DN_KIT_CLEANUP(dn_kit_free) char *home = NULL;
    int32_t status = dn_pg_open(call, shadow->url, options, &keeper);
    int64_t number;

    if (status != DUNLIN_OK)
        return status;
    if (name == NULL)
        return dn_kit_no_memory(call);
    dn_pg_enter(call, keeper);
    status = prepare_keeper(keeper);
    if (status == DUNLIN_OK)
        status = dn_pg_shadow_lock(keeper, shadow->name, &number);
    if (status == DUNLIN_OK)
        status = make_database(keeper, name, &home);
    if (status == DUNLIN_OK)
        status = dn_pg_open_database(call, shadow->url, name, options, opened);
    if (status == DUNLIN_OK && dn_pg_shadow_attach(*opened, shadow->name, keeper) != DUNLIN_OK) {
        dn_pg_close(*opened);
        *opened = NULL;
        status = dn_kit_no_memory(call);
    }
    dn_pg_leave(keeper, NULL);
    if (status != DUNLIN_OK)
        return status;
    keeper = NULL; /* it is the shadow's now */
    (*opened)->shadow->home = home;
    home = NULL;
    dn_pg_enter(call, *opened);
    status = dn_pg_shadow_make_home(*opened);
    dn_pg_leave(*opened, NULL);
    if (status != DUNLIN_OK) {
        dn_pg_close(*opened);
        *opened = NULL;
    }
    return status;
}

int32_t
dn_pg_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                    dunlin_connection **connection)
{
    const dunlin_open_options options = {.size = sizeof(options),
                                         .purpose = DUNLIN_PURPOSE_SHADOW,
                                         .application = dn_kit_string("dunlin")};

    *connection = NULL;
    return shadow->given.length > 0 ? dn_pg_shadow_take(call, shadow, &options, connection)
                                    : create_new(call, shadow, &options, connection);
}

/* --- emptying and dropping it ------------------------------------------------------------------- */
static int32_t
drop_database(dunlin_connection *keeper, const char *name)
{
    return dn_pg_shadow_send(keeper,
                             PQserverVersion(keeper->pg) >= 130000 ? "DROP DATABASE @ WITH (FORCE)"
                                                                   : "DROP DATABASE @",
                             name);
}

/* The server looks once whether anybody is still connected to what it is to drop, and then only every
 * 100 ms (CountOtherDBBackends in procarray.c): so the session has to be over, which the end of its
 * stream tells. */
static void
hang_up(dunlin_connection *connection)
{
    enum { LONGEST_MS = 1000 };
    int64_t give_up = dn_kit_now_ns() + (int64_t)LONGEST_MS * 1000000;
    struct pollfd stream = {.fd = fcntl(PQsocket(connection->pg), F_DUPFD_CLOEXEC, 0),
                            .events = POLLIN};
    int64_t left_ms;
    char ignored[256];

    PQfinish(connection->pg);
    connection->pg = NULL;
    if (stream.fd < 0)
        return;
    while ((left_ms = (give_up - dn_kit_now_ns()) / 1000000) > 0) {
        int ready = poll(&stream, 1, (int)left_ms);

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || recv(stream.fd, ignored, sizeof(ignored), MSG_DONTWAIT) <= 0)
            break;
    }
    close(stream.fd);
}

/* A new database in the place of the old one; the connection goes over to it. */
static int32_t
renew(const dunlin_call *call, dunlin_connection *connection)
{
    dn_pg_shadow *shadow = connection->shadow;
    int32_t status;

    hang_up(connection);
    dn_pg_prepared_forget(connection);
    dn_pg_enter(call, shadow->keeper);
    status = drop_database(shadow->keeper, shadow->name);
    if (status == DUNLIN_OK)
        status = make_database(shadow->keeper, shadow->name, &shadow->home);
    dn_pg_leave(shadow->keeper, NULL);
    if (status == DUNLIN_OK)
        status = dn_pg_open_again(connection);
    if (status == DUNLIN_OK)
        status = dn_pg_shadow_make_home(connection);
    connection->dead = status != DUNLIN_OK;
    return status;
}

int32_t
dn_pg_shadow_reset(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status = connection->shadow->keeper != NULL ? renew(call, connection)
                                                        : dn_pg_shadow_empty(connection);

    if (status == DUNLIN_OK && connection->shadow->keeper == NULL)
        status = dn_pg_shadow_make_home(connection);
    dn_pg_leave(connection, outer);
    return status;
}

int32_t
dn_pg_shadow_drop(const dunlin_call *call, dunlin_connection *connection)
{
    dn_pg_shadow *shadow = connection->shadow;
    int32_t status;

    if (shadow->keeper == NULL) {
        dn_pg_enter(call, connection);
        status = dn_pg_shadow_give_back(connection);
        dn_pg_leave(connection, NULL);
        hang_up(connection); /* the next one finds nobody's lock there */
        dn_pg_close(connection);
        return status;
    }
    connection->shadow = NULL;
    hang_up(connection);
    dn_pg_close(connection);
    dn_pg_enter(call, shadow->keeper);
    /* Also when the user wants to stop. */
    shadow->keeper->uncancellable = true;
    status = drop_database(shadow->keeper, shadow->name);
    shadow->keeper->uncancellable = false;
    dn_pg_leave(shadow->keeper, NULL);
    dn_pg_shadow_free(shadow);
    return status;
}
