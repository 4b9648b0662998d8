/* SPDX-License-Identifier: MIT
 *
 * Connecting, without ever blocking, and closing.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_CONNECT_MS = 30000, DEFAULT_LOCK_MS = 10000, MOST_KEYWORDS = 96 };

/* What is given to libpq beside the URL's own parameters. The first group only where the URL says
 * nothing: a dead peer shall be noticed within minutes, also during a statement that takes hours. */
static const struct {
    const char *keyword;
    const char *value;
} preferred[] = {
    {"keepalives_idle", "60"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "6"},
};

typedef struct keywords {
    const char *names[MOST_KEYWORDS];
    const char *values[MOST_KEYWORDS];
    int count;
} keywords;

static void
add_keyword(keywords *list, const char *name, const char *value)
{
    if (list->count + 1 == MOST_KEYWORDS)
        return;
    list->names[list->count] = name;
    list->values[list->count++] = value;
}

static void
fill_keywords(keywords *list, const dn_pg_address *address, const char *application,
              const char *options)
{
    memset(list, 0, sizeof(*list));
    for (const PQconninfoOption *option = address->options; option->keyword != NULL; option++)
        if (option->val != NULL && strcmp(option->keyword, "options") != 0 &&
            strcmp(option->keyword, "client_encoding") != 0)
            add_keyword(list, option->keyword, option->val);
    for (size_t i = 0; i < sizeof(preferred) / sizeof(preferred[0]); i++)
        if (dn_pg_address_get(address, preferred[i].keyword) == NULL)
            add_keyword(list, preferred[i].keyword, preferred[i].value);
    add_keyword(list, "client_encoding", "UTF8");
    add_keyword(list, "fallback_application_name", application);
    add_keyword(list, "options", options);
}

/* --- notices -------------------------------------------------------------------------------------- */
static void
take_notice(void *context, const PGresult *result)
{
    const dunlin_connection *connection = context;
    const dunlin_call *call = connection->call;

    if (call != NULL && call->host->notice != NULL)
        call->host->notice(call, dn_kit_string(PQresultErrorField(result, PG_DIAG_SQLSTATE)),
                           dn_kit_string(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
}

/* libpq would write what it has to say itself to standard error. */
static void
drop_message(void *context, const char *message)
{
    DN_KIT_UNUSED(context);
    DN_KIT_UNUSED(message);
}

/* --- connecting ------------------------------------------------------------------------------------ */
typedef enum attempt { CONNECTED, REFUSED, TOO_LATE, STOPPED } attempt;

static attempt
poll_connection(dunlin_connection *connection, int64_t end_ns)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK) {
        int events = state == PGRES_POLLING_READING ? DN_PG_READABLE : DN_PG_WRITABLE;
        int64_t left_ms = (end_ns - dn_kit_now_ns()) / 1000000;

        if (state == PGRES_POLLING_FAILED)
            return REFUSED;
        if (left_ms <= 0)
            return TOO_LATE;
        if (dn_kit_should_stop(connection->call))
            return STOPPED;
        /* In slices: nobody wakes us up for a wish to stop while there is no server process. */
        switch (dn_pg_wait(connection, events, left_ms < 100 ? left_ms : 100)) {
        case DN_PG_READY: state = PQconnectPoll(connection->pg); break;
        case DN_PG_NOT_YET: break;
        case DN_PG_HOPELESS: return dn_kit_should_stop(connection->call) ? STOPPED : REFUSED;
        }
    }
    return CONNECTED;
}

static attempt
try_to_connect(dunlin_connection *connection, const char *application, const char *options,
               int64_t end_ns)
{
    keywords list;
    attempt result;

    fill_keywords(&list, &connection->address, application, options);
    PQfinish(connection->pg);
    connection->pg = PQconnectStartParams(list.names, list.values, 0);
    if (connection->pg == NULL || PQstatus(connection->pg) == CONNECTION_BAD)
        return REFUSED;
    PQsetNoticeReceiver(connection->pg, take_notice, connection);
    PQsetNoticeProcessor(connection->pg, drop_message, NULL);
    /* Verbose messages hold the SQLSTATE, which libpq gives no other way while connecting. */
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    connection->uncancellable = true;
    result = poll_connection(connection, end_ns);
    connection->uncancellable = false;
    connection->give_up_ns = 0;
    return result;
}

static int32_t
fail_attempt(dunlin_connection *connection, attempt result, int64_t limit_ms)
{
    const dunlin_call *call = connection->call;

    if (connection->pg == NULL)
        return dn_kit_no_memory(call);
    if (result == TOO_LATE)
        return dn_kit_fail(call, DUNLIN_CONNECT, "the server at '%s' did not answer within %lld ms",
                           PQhost(connection->pg), (long long)limit_ms);
    if (result == STOPPED)
        return dn_kit_fail(call, DUNLIN_CANCELLED, "stopped while connecting");
    return dn_pg_fail_connect(call, &connection->address, connection->pg);
}

static int64_t
connect_limit_ms(const dunlin_connection *connection, const dunlin_open_options *options)
{
    const char *given = dn_pg_address_get(&connection->address, "connect_timeout");
    int64_t limit = given != NULL ? strtoll(given, NULL, 10) * 1000 : 0;

    if (options->connect_timeout_ms > 0)
        limit = options->connect_timeout_ms;
    if (limit <= 0 || limit > 86400000)
        limit = DEFAULT_CONNECT_MS;
    if (connection->call->deadline_ns != 0) {
        int64_t left = (connection->call->deadline_ns - dn_kit_now_ns()) / 1000000;

        limit = left < limit ? left : limit;
    }
    return limit;
}

/* A session that only reads is not what libpq calls read-write, on whichever server: what is meant
 * then is the server that is no standby. */
static bool
mean_the_primary(dunlin_connection *connection)
{
    static const char wish[] = "target_session_attrs";
    DN_KIT_CLEANUP(dn_kit_free) char *given = dn_pg_address_default(&connection->address, wish);

    return !connection->read_only || given == NULL || strcmp(given, "read-write") != 0 ||
           dn_pg_address_set(&connection->address, wish, "primary");
}

static int32_t
connect_to_server(dunlin_connection *connection, const dunlin_open_options *options)
{
    DN_KIT_CLEANUP(dn_kit_free)
    char *given = dn_pg_address_default(&connection->address, "options");
    DN_KIT_CLEANUP(dn_kit_free) char *application = dn_kit_copy(options->application);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};
    int64_t limit_ms = connect_limit_ms(connection, options);
    int64_t end_ns = dn_kit_now_ns() + limit_ms * 1000000;
    attempt result;

    if (connection->lock_timeout_ms == 0 &&
        (given == NULL || strstr(given, "lock_timeout") == NULL)) {
        connection->lock_timeout_ms = DEFAULT_LOCK_MS;
        connection->patient = true;
    }
    dn_pg_pins_options(&pins, given, connection);
    if (application == NULL || pins.failed || !mean_the_primary(connection))
        return dn_kit_no_memory(connection->call);
    result = try_to_connect(connection, *application != '\0' ? application : "dunlin", pins.data,
                            end_ns);
    if (result == REFUSED && connection->pg != NULL && dn_pg_startup_refused(connection->pg)) {
        connection->pins_local = true;
        result = try_to_connect(connection, *application != '\0' ? application : "dunlin", given,
                                end_ns);
    }
    return result == CONNECTED ? DUNLIN_OK : fail_attempt(connection, result, limit_ms);
}

/* --- what was connected to --------------------------------------------------------------------------- */
static int32_t
check_version(const dunlin_connection *connection)
{
    int version = PQserverVersion(connection->pg);
    const char *shown = PQparameterStatus(connection->pg, "server_version");

    if (version >= DN_PG_MINIMUM_VERSION)
        return DUNLIN_OK;
    return dn_kit_fail_hint(connection->call, DUNLIN_UNSUPPORTED, "upgrade the server",
                            "the server is PostgreSQL %s; the oldest version supported is %d",
                            shown != NULL ? shown : "of an unknown version",
                            DN_PG_MINIMUM_VERSION / 10000);
}

/* The environment (PGTZ, PGDATESTYLE) or a pooler may have undone what we asked for. */
static int32_t
set_pins(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

    if (!connection->pins_local && dn_pg_pins_hold(connection))
        return DUNLIN_OK;
    connection->pins_by_set = true;
    dn_pg_pins_statement(&sql, connection, false);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    return dn_pg_execute(connection, sql.data, NULL, 0, &result);
}

static int32_t
open_connection(dunlin_connection *connection, const dunlin_open_options *options)
{
    int32_t status = connect_to_server(connection, options);

    if (status == DUNLIN_OK)
        status = check_version(connection);
    if (status != DUNLIN_OK)
        return status;
    PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
    if (PQsetnonblocking(connection->pg, 1) != 0)
        return dn_pg_fail_lost(connection);
    return set_pins(connection);
}

int32_t
dn_pg_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
           dunlin_connection **opened)
{
    return dn_pg_open_database(call, url, NULL, options, opened);
}

int32_t
dn_pg_open_again(dunlin_connection *connection)
{
    const dunlin_open_options options = {.size = sizeof(options),
                                         .application = dn_kit_string("dunlin"),
                                         .lock_timeout_ms = connection->lock_timeout_ms};

    return open_connection(connection, &options);
}

int32_t
dn_pg_open_database(const dunlin_call *call, dunlin_string url, const char *database,
                    const dunlin_open_options *options, dunlin_connection **opened)
{
    dunlin_connection *connection = calloc(1, sizeof(*connection));
    int32_t status;

    *opened = NULL;
    if (connection == NULL || (connection->control = dn_pg_control_new()) == NULL) {
        free(connection);
        return dn_kit_no_memory(call);
    }
    connection->read_only = options->read_only != 0;
    connection->lock_timeout_ms = options->lock_timeout_ms;
    dn_pg_enter(call, connection);
    status = dn_pg_address_read(call, url, &connection->address);
    if (status == DUNLIN_OK && database != NULL &&
        !dn_pg_address_set(&connection->address, "dbname", database))
        status = dn_kit_no_memory(call);
    if (status == DUNLIN_OK)
        status = open_connection(connection, options);
    dn_pg_leave(connection, NULL);
    if (status == DUNLIN_OK)
        *opened = connection;
    else
        dn_pg_close(connection);
    return status;
}

void
dn_pg_close(dunlin_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connection->control->mutex);
    connection->control->open = false;
    pthread_mutex_unlock(&connection->control->mutex);
    dn_pg_control_release(connection->control);
    PQfinish(connection->pg);
    dn_pg_prepared_forget(connection);
    dn_pg_shadow_free(connection->shadow);
    dn_pg_procedures_free(connection->procedures);
    free(connection->home);
    free(connection->path);
    dn_pg_address_free(&connection->address);
    free(connection);
}

void
dn_pg_closep(dunlin_connection **connection)
{
    dn_pg_close(*connection);
}
