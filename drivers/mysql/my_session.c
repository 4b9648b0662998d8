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

static void
remember(dunlin_connection *connection, dunlin_string table, bool lossy)
{
    dn_mysql_engine *place;

    if (table.length == 0 || table.length >= DN_MYSQL_NAME_BYTES)
        return;
    if (connection->engine_count == DN_MYSQL_ENGINES)
        connection->engine_count = 0;
    place = &connection->engines[connection->engine_count++];
    memcpy(place->table, table.data, table.length);
    place->table[table.length] = '\0';
    place->lossy = lossy;
}

/* The last word on a table counts. */
static const dn_mysql_engine *
recall(const dunlin_connection *connection, dunlin_string table)
{
    for (size_t i = connection->engine_count; i > 0; i--)
        if (dn_kit_same(table, connection->engines[i - 1].table))
            return &connection->engines[i - 1];
    return NULL;
}

/* The name in CREATE [OR REPLACE] TABLE name; empty for all else. With IF NOT EXISTS an older
 * table of any engine may stay. */
static dunlin_string
created_table(dunlin_string statement)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &token);
    if (!dn_mysql_is_word(&token, "CREATE"))
        return (dunlin_string){"", 0};
    do
        dn_mysql_scan_next(&scan, &token);
    while (dn_mysql_is_one_of(&token, "OR REPLACE"));
    if (!dn_mysql_is_word(&token, "TABLE"))
        return (dunlin_string){"", 0};
    dn_mysql_scan_next(&scan, &token);
    return dn_mysql_is_word(&token, "IF") ? (dunlin_string){"", 0} : dn_mysql_name_of(&token);
}

/* ENGINE = InnoDB: the one with transactions that a table has anyway. */
static bool
names_innodb(const dn_mysql_scan *scan, const dn_mysql_token *word)
{
    dn_mysql_scan ahead = *scan;
    dn_mysql_token token;

    if (!dn_mysql_is_word(word, "ENGINE"))
        return false;
    dn_mysql_scan_next(&ahead, &token);
    if (dn_mysql_is_symbol(&token, '='))
        dn_mysql_scan_next(&ahead, &token);
    return dn_mysql_is_word(&token, "InnoDB");
}

void
dn_mysql_note_schema(dunlin_connection *connection, dunlin_string statement)
{
    dunlin_string created = created_table(statement);
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, statement);
    while (dn_mysql_scan_next(&scan, &token)) {
        /* A known table may get another engine, or its name another table. */
        if (dn_mysql_is_one_of(&token, "ENGINE LIKE RENAME EXECUTE BEGIN") &&
            !(created.length > 0 && names_innodb(&scan, &token))) {
            connection->engine_count = 0;
            return;
        }
    }
    /* A SET may have changed the default. */
    if (connection->settings_touched)
        connection->engine_count = 0;
    else if (connection->facts.innodb)
        remember(connection, created, false);
}

bool
dn_mysql_is_lossy(dunlin_connection *connection, dunlin_string table)
{
    const dn_mysql_engine *known = recall(connection, table);
    bool lossy = false;

    if (known != NULL)
        return known->lossy;
    if (!connection->reading && ask_engine(connection, table, &lossy))
        remember(connection, table, lossy);
    return lossy;
}

/* --- procedures ---------------------------------------------------------------------------------------------- */

/* Whether a body holds what ends a transaction ([M] "Statements That Cause an Implicit Commit"). */
static bool
ends_transactions(const char *body)
{
    static const char words[] =
        "COMMIT ROLLBACK START XA AUTOCOMMIT ALTER TRUNCATE RENAME CALL EXECUTE LOCK UNLOCK GRANT "
        "REVOKE ANALYZE OPTIMIZE REPAIR FLUSH LOAD INSTALL UNINSTALL";
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, dn_kit_string(body));
    while (dn_mysql_scan_next(&scan, &token)) {
        dn_mysql_token next = dn_mysql_scan_peek(&scan);

        if (dn_mysql_is_one_of(&token, words))
            return true;
        if (dn_mysql_is_one_of(&token, "CREATE DROP") && !dn_mysql_is_word(&next, "TEMPORARY"))
            return true;
    }
    return false;
}

bool
dn_mysql_ends_transactions(dunlin_connection *connection, dunlin_string procedure)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_value name = {.type = DUNLIN_VALUE_TEXT, .text = procedure};
    const char *body;
    bool found;

    if (connection->reading)
        return false;
    dn_kit_text_add(&sql, "SELECT routine_definition FROM information_schema.routines "
                          "WHERE routine_schema = DATABASE() AND routine_type = 'PROCEDURE' "
                          "AND routine_name = ");
    dn_mysql_add_value(&sql, &name);
    if (sql.failed ||
        !dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), &body, 1, &found) || !found)
        return false;
    /* It is shown to its owner only. */
    return body == NULL || ends_transactions(body);
}
