/* SPDX-License-Identifier: MIT
 *
 * Shadows: databases in memory, which end with their process, so that nothing is ever left behind.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <stdlib.h>
#include <string.h>

/* What a URL says of the session counts for a shadow as it does for the file. */
static void
leave_file(dn_sqlite_address *url)
{
    url->path[0] = '\0';
    url->folder[0] = '\0';
    url->memory = true;
    url->mode = DN_SQLITE_MODE_CREATE;
}

int32_t
dn_sqlite_shadow_create(const dunlin_call *call, const dunlin_shadow *shadow,
                        dunlin_connection **connection)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free) dn_sqlite_address url = {0};
    int32_t status;

    *connection = NULL;
    if (shadow->given.length > 0)
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "leave the URL of a shadow out",
                                "SQLite replays migrations in memory: there is no use for another "
                                "database");
    status = dn_sqlite_address_read(call, shadow->url, &url);
    if (status != DUNLIN_OK)
        return status;
    leave_file(&url);
    return dn_sqlite_open_url(call, &url, false, 0, connection);
}

static int32_t
reset(dunlin_connection *connection)
{
    int32_t status = DUNLIN_OK;

    if (!sqlite3_get_autocommit(connection->db))
        status = dn_sqlite_execute(connection, "ROLLBACK");
    if (status == DUNLIN_OK)
        status = dn_sqlite_pins_restore(connection);
    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_forget_kept(connection);
    /* https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigresetdatabase */
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_RESET_DATABASE, 1, NULL);
    status = dn_sqlite_execute(connection, "VACUUM");
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_RESET_DATABASE, 0, NULL);
    return status;
}

int32_t
dn_sqlite_shadow_reset(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_sqlite_enter(call, connection);
    int32_t status = reset(connection);

    dn_sqlite_leave(connection, outer);
    return status;
}

int32_t
dn_sqlite_shadow_drop(const dunlin_call *call, dunlin_connection *connection)
{
    DN_KIT_UNUSED(call);
    dn_sqlite_close(connection);
    return DUNLIN_OK;
}
