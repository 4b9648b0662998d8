/* SPDX-License-Identifier: MIT
 *
 * Opening and closing. Behind the library's own hand-shake there is one round trip.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a statement waits for somebody else's lock. The servers' own defaults are a day and
 * a year: the queue behind a waiting ALTER would stop the application. */
enum { DEFAULT_LOCK_TIMEOUT_MS = 10000 };

const dunlin_call *
dn_mysql_enter(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = connection->call;

    connection->call = call;
    if (outer == NULL)
        __atomic_store_n(&connection->control->cancelled, 0, __ATOMIC_RELAXED);
    return outer;
}

void
dn_mysql_leave(dunlin_connection *connection, const dunlin_call *outer)
{
    connection->call = outer;
}

/* [M] datetime(6) and utf8mb4 in names' neighbours are there from 5.6.4. */
static int32_t
check_version(const dunlin_connection *connection)
{
    const dn_mysql_facts *facts = &connection->facts;
    unsigned version = facts->major * 10000 + facts->minor * 100 + facts->patch;

    if (version == 0 || version >= (facts->mariadb ? 100002u : 50604u))
        return DUNLIN_OK;
    return dn_kit_fail_hint(connection->call, DUNLIN_UNSUPPORTED, "upgrade the server",
                            "%s %s is too old: MySQL 5.6.4 or MariaDB 10.0.2 is needed",
                            facts->mariadb ? "MariaDB" : "MySQL", facts->version);
}

static int32_t
set_up(dunlin_connection *connection, bool writes)
{
    int32_t status;

    dn_mysql_facts_version(&connection->facts, mysql_get_server_info(connection->mysql));
    if (connection->facts.version == NULL)
        return dn_kit_no_memory(connection->call);
    status = check_version(connection);
    return status == DUNLIN_OK ? dn_mysql_set_up(connection, writes) : status;
}

static int64_t
lock_timeout_seconds(const dunlin_open_options *options)
{
    int64_t milliseconds =
        options->lock_timeout_ms > 0 ? options->lock_timeout_ms : DEFAULT_LOCK_TIMEOUT_MS;

    return (milliseconds + 999) / 1000;
}

static int32_t
open_address(const dunlin_call *call, const dunlin_open_options *options,
             dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_free) char *application = dn_kit_copy(options->application);
    int32_t status;

    if (application == NULL)
        return dn_kit_no_memory(call);
    connection->mysql = dn_mysql_connect(call, &connection->control->address, application,
                                         options->connect_timeout_ms, &status);
    dn_mysql_join_begin(connection);
    if (connection->mysql == NULL)
        return status;
    connection->control->session = mysql_thread_id(connection->mysql);
    connection->lock_timeout_s = lock_timeout_seconds(options);
    dn_mysql_enter(call, connection);
    status = set_up(connection, options->read_only == 0);
    dn_mysql_leave(connection, NULL);
    return status;
}

int32_t
dn_mysql_open(const dunlin_call *call, dunlin_string url, const dunlin_open_options *options,
              dunlin_connection **opened)
{
    dunlin_connection *connection = calloc(1, sizeof(*connection));
    int32_t status;

    *opened = NULL;
    if (connection == NULL || (connection->control = dn_mysql_control_new()) == NULL) {
        free(connection);
        return dn_kit_no_memory(call);
    }
    status = dn_mysql_address_read(call, url, &connection->control->address);
    if (status == DUNLIN_OK)
        status = open_address(call, options, connection);
    if (status == DUNLIN_OK)
        *opened = connection;
    else
        dn_mysql_close(connection);
    return status;
}

void
dn_mysql_close(dunlin_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&connection->control->mutex);
    connection->control->session = 0;
    pthread_mutex_unlock(&connection->control->mutex);
    dn_mysql_control_release(connection->control);
    if (connection->mysql != NULL)
        mysql_close(connection->mysql);
    dn_mysql_facts_free(&connection->facts);
    dn_mysql_fresh_forget(connection);
    dn_mysql_shadow_free(connection->shadow);
    dn_mysql_names_forget(connection);
    free(connection);
}
