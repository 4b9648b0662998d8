/* SPDX-License-Identifier: MIT
 *
 * Session settings: what they were before a migration touched one, and the way back. A migration
 * without PRAGMA and ATTACH costs nothing here.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <stdio.h>
#include <string.h>

static const char *const pin_names[] = {
    "foreign_keys",
    "legacy_alter_table",
    "recursive_triggers",
    "synchronous",
    "defer_foreign_keys",
    "query_only",
    "ignore_check_constraints",
    "trusted_schema",
    "writable_schema",
    "reverse_unordered_selects",
};

_Static_assert(sizeof(pin_names) / sizeof(pin_names[0]) == DN_SQLITE_PINS, "one place per pin");

static int32_t
read_pin(dunlin_connection *connection, size_t pin, int64_t *value)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA main.%s", pin_names[pin]);
    return dn_sqlite_integer(connection, sql, 0, value);
}

int32_t
dn_sqlite_pins_remember(dunlin_connection *connection)
{
    connection->settings_dirty = true;
    for (size_t i = 0; i < DN_SQLITE_PINS && !connection->pins_known; i++) {
        int32_t status = read_pin(connection, i, &connection->pins[i]);

        if (status != DUNLIN_OK)
            return status;
    }
    connection->pins_known = true;
    return DUNLIN_OK;
}

/* The name of a database that was attached, to free(); NULL when there is none. */
static char *
attached_name(dunlin_connection *connection)
{
    sqlite3_stmt *handle = NULL;
    char *name = NULL;

    if (sqlite3_prepare_v2(connection->db, "PRAGMA database_list", -1, &handle, NULL) != SQLITE_OK)
        return NULL;
    /* Number 0 is main, 1 is temp. */
    while (name == NULL && sqlite3_step(handle) == SQLITE_ROW)
        if (sqlite3_column_int(handle, 0) > 1)
            name = strdup((const char *)sqlite3_column_text(handle, 1));
    sqlite3_finalize(handle);
    return name;
}

static int32_t
detach_all(dunlin_connection *connection)
{
    for (;;) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
        DN_KIT_CLEANUP(dn_kit_free) char *name = attached_name(connection);
        int32_t status;

        if (name == NULL)
            return DUNLIN_OK;
        dn_kit_text_add(&sql, "DETACH ");
        dn_kit_text_quote(&sql, '"', dn_kit_string(name));
        if (sql.failed)
            return dn_kit_no_memory(connection->call);
        status = dn_sqlite_execute(connection, sql.data);
        if (status != DUNLIN_OK)
            return status;
    }
}

int32_t
dn_sqlite_pins_restore(dunlin_connection *connection)
{
    /* Most settings can't be changed inside a transaction: the next reset does it. */
    if (!connection->settings_dirty || !sqlite3_get_autocommit(connection->db))
        return DUNLIN_OK;
    for (size_t i = 0; i < DN_SQLITE_PINS && connection->pins_known; i++) {
        char sql[96];
        int64_t value;
        int32_t status = read_pin(connection, i, &value);

        if (status == DUNLIN_OK && value != connection->pins[i]) {
            snprintf(sql, sizeof(sql), "PRAGMA main.%s=%lld", pin_names[i],
                     (long long)connection->pins[i]);
            status = dn_sqlite_execute(connection, sql);
        }
        if (status != DUNLIN_OK)
            return status;
    }
    /* PRAGMA busy_timeout puts SQLite's own handler in the place of ours. */
    dn_sqlite_watch(connection);
    connection->settings_dirty = false;
    return detach_all(connection);
}
