/* SPDX-License-Identifier: MIT
 *
 * What a connection remembers of the statements that pass: changes to the session that RESET has
 * to undo, and which tables have no transactions.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_scan.h"

void
dn_mysql_note_session(dunlin_connection *connection, dunlin_string statement)
{
    dn_mysql_scan scan;
    dn_mysql_token head;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &head);
    /* A procedure may hold a SET or a USE as well. */
    if (dn_mysql_is_one_of(&head, "SET CALL EXECUTE"))
        connection->settings_touched = true;
    if (dn_mysql_is_word(&head, "USE"))
        connection->database_touched = true;
    if (dn_mysql_is_word(&head, "LOCK"))
        connection->tables_locked = true;
}

/* Whether `engine` keeps what a rollback should undo. Those not listed have transactions, or are
 * nobody's table. */
static bool
is_lossy_engine(const char *engine)
{
    static const char *const lossy[] = {"MyISAM",     "Aria",       "MEMORY",    "CSV",
                                        "ARCHIVE",    "MRG_MyISAM", "BLACKHOLE", "FEDERATED",
                                        "FEDERATEDX", "CONNECT",    "MERGE",     "HEAP"};

    for (size_t i = 0; engine != NULL && i < sizeof(lossy) / sizeof(lossy[0]); i++)
        if (strcasecmp(engine, lossy[i]) == 0)
            return true;
    return false;
}

static bool
ask_engine(dunlin_connection *connection, dunlin_string table, bool *lossy)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_value name = {.type = DUNLIN_VALUE_TEXT, .text = table};
    const char *engine;
    bool found;

    dn_kit_text_add(&sql, "SELECT engine FROM information_schema.tables "
                          "WHERE table_schema = DATABASE() AND table_name = ");
    dn_mysql_add_value(&sql, &name);
    if (sql.failed ||
        !dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), &engine, 1, &found))
        return false;
    *lossy = is_lossy_engine(engine);
    /* What is not there yet may have any engine once it is. */
    return found;
}

bool
dn_mysql_is_lossy(dunlin_connection *connection, dunlin_string table)
{
    dn_mysql_engine *place;
    bool lossy = false;

    if (connection->reading || table.length >= DN_MYSQL_NAME_BYTES)
        return false;
    for (size_t i = 0; i < connection->engine_count; i++)
        if (dn_kit_same(table, connection->engines[i].table))
            return connection->engines[i].lossy;
    if (!ask_engine(connection, table, &lossy))
        return false;
    if (connection->engine_count == DN_MYSQL_ENGINES)
        connection->engine_count = 0;
    place = &connection->engines[connection->engine_count++];
    memcpy(place->table, table.data, table.length);
    place->table[table.length] = '\0';
    place->lossy = lossy;
    return lossy;
}
