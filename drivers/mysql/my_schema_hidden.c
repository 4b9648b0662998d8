/* SPDX-License-Identifier: MIT
 *
 * What the user may not see. information_schema leaves it out and says nothing, so that it looks as if it were not
 * there.
 */
#include "drivers/mysql/my_need.h"
#include "drivers/mysql/my_schema.h"

/* Of the whole database: a table that nobody has tells whether others would be hidden. */
static int32_t
push_hidden_tables(dn_mysql_schema *schema)
{
    static const char nobody[] = "dunlin_asks_whether_it_sees_all";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_connection *connection = schema->connection;
    const dunlin_string path[] = {schema->database};
    const dunlin_fact key = {.size = sizeof(key),
                             .kind = dn_kit_string(DUNLIN_KIND_SCHEMA),
                             .path = path,
                             .path_count = 1};
    const char *cells[2];
    bool found;

    dn_kit_text_add(&sql, "SHOW CREATE TABLE ");
    dn_kit_text_quote(&sql, '`', schema->database);
    dn_kit_text_add(&sql, ".");
    dn_kit_text_quote(&sql, '`', dn_kit_string(nobody));
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    if (dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), cells, 2, &found) ||
        dn_mysql_class(mysql_errno(connection->mysql)) != DUNLIN_PERMISSION)
        return DUNLIN_OK;
    return connection->call->host->unreadable(
        connection->call, &key,
        dn_kit_string("the user may not see the tables that it has no privilege for"));
}

/* [MDB] "Information Schema ROUTINES Table": all are shown to whom EXECUTE on the database or SELECT on
 * mysql.proc is granted, others see their own. Calling what nobody has tells whether it is so. */
static int32_t
push_hidden_routines(dn_mysql_schema *schema)
{
    static const char *const kinds[] = {DUNLIN_KIND_FUNCTION, DUNLIN_KIND_PROCEDURE};
    static const char catalogue[] = "SELECT 1 FROM mysql.proc LIMIT 0";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_connection *connection = schema->connection;
    int32_t status = DUNLIN_OK;
    const char *cells[1];
    bool found;

    if (!connection->facts.mariadb)
        return DUNLIN_OK;
    dn_kit_text_add(&sql, "CALL ");
    dn_kit_text_quote(&sql, '`', schema->database);
    dn_kit_text_add(&sql, ".dunlin_asks_whether_it_sees_all()");
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    if (dn_mysql_try_first_row(connection, dn_kit_text_string(&sql), cells, 1, &found) ||
        dn_mysql_class(mysql_errno(connection->mysql)) != DUNLIN_PERMISSION ||
        dn_mysql_try_first_row(connection, dn_kit_string(catalogue), cells, 1, &found))
        return DUNLIN_OK;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && status == DUNLIN_OK; i++) {
        const dunlin_fact key = {.size = sizeof(key), .kind = dn_kit_string(kinds[i])};

        status = connection->call->host->unreadable(
            connection->call, &key,
            dn_kit_string(
                "routines that others made may be there and not be shown: this user has no "
                "EXECUTE on the database; none of them is taken for missing"));
    }
    return status;
}

/* --- by what is granted ------------------------------------------------------------------------------- */
static bool
is_table(const dn_mysql_record *record)
{
    const dn_mysql_row *table = record->parts[DN_MYSQL_TABLES].first;

    return !record->excluded && record->space == 't' && table != NULL &&
           (dn_kit_same(table->cells[1], "BASE TABLE") ||
            dn_kit_same(table->cells[1], "SYSTEM VERSIONED"));
}

/* [MDB] COLUMNS has those that any of these is granted for. */
static bool
sees_columns(const dn_mysql_rights *rights, const char *database, const char *table)
{
    static const char *const words[] = {"SELECT", "INSERT", "UPDATE", "REFERENCES"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dn_mysql_rights_have(rights, words[i], database, table))
            return true;
    return false;
}

/* [MDB] TRIGGERS has those of tables for which TRIGGER is granted. */
static int32_t
push_hidden_triggers(dn_mysql_schema *schema)
{
    const dunlin_fact key = {.size = sizeof(key), .kind = dn_kit_string(DUNLIN_KIND_TRIGGER)};

    return schema->connection->call->host->unreadable(
        schema->connection->call, &key,
        dn_kit_string("triggers may be there and not be shown: this user has no TRIGGER on all "
                      "tables; none of them is taken for missing"));
}

static int32_t
note_rights(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_mysql_rights_free) dn_mysql_rights *rights = NULL;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text database = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text table = {0};
    int32_t status = dn_mysql_rights_read(schema->connection, &rights);
    bool triggers = true;

    dn_kit_text_add_string(&database, schema->database);
    if (database.failed)
        return dn_kit_no_memory(schema->connection->call);
    if (status != DUNLIN_OK || rights == NULL ||
        (dn_mysql_rights_have(rights, "TRIGGER", database.data, "") &&
         sees_columns(rights, database.data, "")))
        return status;
    for (dn_mysql_record *record = schema->first; record != NULL; record = record->next) {
        if (!is_table(record))
            continue;
        dn_kit_text_clear(&table);
        dn_kit_text_add_string(&table, record->name);
        if (table.failed)
            return dn_kit_no_memory(schema->connection->call);
        record->in_part = !sees_columns(rights, database.data, table.data);
        triggers = triggers && dn_mysql_rights_have(rights, "TRIGGER", database.data, table.data);
    }
    return triggers ? DUNLIN_OK : push_hidden_triggers(schema);
}

int32_t
dn_mysql_push_hidden(dn_mysql_schema *schema)
{
    int32_t status = push_hidden_tables(schema);

    if (status == DUNLIN_OK && schema->connection->facts.mariadb)
        status = note_rights(schema);
    return status == DUNLIN_OK ? push_hidden_routines(schema) : status;
}
