/* SPDX-License-Identifier: MIT
 *
 * The session's settings: what every connection of ours starts with, and the way back after a
 * migration has changed one. One SET each time. COM_RESET_CONNECTION would do more in one go, but
 * gives up the run lock.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

/* A server that lacks one of the settings below says 1193; a value it does not like, 1231. */
enum { ER_UNKNOWN_SYSTEM_VARIABLE = 1193, ER_WRONG_VALUE_FOR_VAR = 1231 };

#define PIN_FEW DN_MYSQL_SET_NAMES ", time_zone = '+00:00', autocommit = 1"

/* What the server's configuration says, whatever init_connect or an earlier migration did. */
static const char *const server_defaults[] = {
    "sql_mode",  "foreign_key_checks", "unique_checks",
    "sql_notes", "sql_safe_updates",   "default_storage_engine",
};

/* [M] renamed in 5.7.20, [MDB] in 11.1.1; the old name is gone in MySQL 8.0. */
static const char *
isolation_name(const dn_mysql_facts *facts)
{
    unsigned version = facts->major * 10000 + facts->minor * 100 + facts->patch;

    return version >= (facts->mariadb ? 110101u : 50720u) ? "transaction_isolation"
                                                          : "tx_isolation";
}

static void
add_lock_timeout(dn_kit_text *sql, int64_t seconds)
{
    dn_kit_text_format(sql, "lock_wait_timeout = %lld, innodb_lock_wait_timeout = %lld",
                       (long long)seconds, (long long)seconds);
}

void
dn_mysql_pins_write(const dunlin_connection *connection, dn_kit_text *sql)
{
    dn_kit_text_add(sql, PIN_FEW);
    for (size_t i = 0; i < sizeof(server_defaults) / sizeof(server_defaults[0]); i++)
        dn_kit_text_format(sql, ", %s = @@GLOBAL.%s", server_defaults[i], server_defaults[i]);
    dn_kit_text_format(sql, ", %s = @@GLOBAL.%s", isolation_name(&connection->facts),
                       isolation_name(&connection->facts));
    /* A person may think for long about a question that is asked in between. */
    dn_kit_text_add(sql, ", wait_timeout = GREATEST(@@GLOBAL.wait_timeout, 28800), ");
    add_lock_timeout(sql, connection->lock_timeout_s);
}

int32_t
dn_mysql_pins_set(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    int64_t ignored;
    unsigned error;

    dn_mysql_pins_write(connection, &sql);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    connection->lock_timeout_now_s = connection->lock_timeout_s;
    if (dn_mysql_send(connection, dn_kit_text_string(&sql)) && dn_mysql_drain(connection, &ignored))
        return DUNLIN_OK;
    /* Servers that speak the protocol and are neither MySQL nor MariaDB lack some of these. */
    error = mysql_errno(connection->mysql);
    if (error != ER_UNKNOWN_SYSTEM_VARIABLE && error != ER_WRONG_VALUE_FOR_VAR)
        return dn_mysql_fail(connection, "setting up the session");
    return dn_mysql_execute(connection, dn_kit_string(PIN_FEW), NULL);
}

static int32_t
restore_database(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};

    dn_kit_text_add(&sql, "USE ");
    dn_kit_text_quote(&sql, '`', dn_kit_string(connection->facts.database));
    return sql.failed ? dn_kit_no_memory(connection->call)
                      : dn_mysql_execute(connection, dn_kit_text_string(&sql), NULL);
}

int32_t
dn_mysql_pins_restore(dunlin_connection *connection)
{
    int32_t status = DUNLIN_OK;

    if (connection->tables_locked)
        status = dn_mysql_execute(connection, dn_kit_string("UNLOCK TABLES"), NULL);
    if (status == DUNLIN_OK)
        connection->tables_locked = false;
    if (status == DUNLIN_OK && connection->settings_touched)
        status = dn_mysql_pins_set(connection);
    if (status == DUNLIN_OK)
        connection->settings_touched = false;
    if (status == DUNLIN_OK && connection->database_touched)
        status = restore_database(connection);
    if (status == DUNLIN_OK)
        connection->database_touched = false;
    return status;
}

int32_t
dn_mysql_lock_timeout(dunlin_connection *connection, int64_t milliseconds)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    /* The server counts in seconds. */
    int64_t seconds = milliseconds > 0 ? (milliseconds + 999) / 1000 : connection->lock_timeout_s;
    int32_t status;

    if (seconds == connection->lock_timeout_now_s)
        return DUNLIN_OK;
    dn_kit_text_add(&sql, "SET ");
    add_lock_timeout(&sql, seconds);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    status = dn_mysql_execute(connection, dn_kit_text_string(&sql), NULL);
    if (status == DUNLIN_OK)
        connection->lock_timeout_now_s = seconds;
    return status;
}
