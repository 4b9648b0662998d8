/* SPDX-License-Identifier: MIT
 *
 * Privileges on tables, their columns and routines. information_schema shows an account its own alone
 * and does not say so; the tables behind it are refused to who may not see them. What the server keeps
 * of an object that is gone is no fact: it never clears it away ([M] "REVOKE Statement").
 */
#include "drivers/mysql/my_schema.h"

#include <ctype.h>
#include <string.h>

enum { GRANT_SPACE, GRANT_NAME, GRANT_COLUMN, GRANT_USER, GRANT_HOST, GRANT_PRIVILEGES, CELLS };

/* Place of a column's name in DN_MYSQL_COLUMNS. */
enum { COLUMN_NAME = 2 };

/* Collations of these tables differ, and do not mix in a union. */
#define TEXT(cell) "CONVERT(" cell " USING utf8mb4) COLLATE utf8mb4_bin"
#define ACCOUNT TEXT("User") ", " TEXT("Host") ", "

/* '@' stands for the name of the database. */
static const char question[] = "SELECT 't', " TEXT("Table_name") ", NULL, " ACCOUNT
    TEXT("Table_priv") " FROM mysql.tables_priv WHERE Db = @ UNION ALL SELECT 'c', " TEXT(
        "Table_name") ", " TEXT("Column_name") ", " ACCOUNT
        TEXT("Column_priv") " FROM mysql.columns_priv WHERE Db = @ UNION ALL SELECT IF(Routine_type = 'FUNCTION', 'F', 'P'), " TEXT(
            "Routine_name") ", NULL, " ACCOUNT
            TEXT(
                "Proc_priv") " FROM mysql.procs_priv WHERE Db = @ AND Routine_type IN ('FUNCTION', 'PROCEDURE')";

/* --- one row --------------------------------------------------------------------------------------- */
/* [M] in capitals is how GRANT has it, but for these. */
static void
add_privilege(dn_kit_text *text, dunlin_string word)
{
    if (dn_mysql_same_name(word, dn_kit_string("Grant"))) {
        dn_kit_text_add(text, "GRANT OPTION");
        return;
    }
    if (dn_mysql_same_name(word, dn_kit_string("Delete versioning rows"))) {
        dn_kit_text_add(text, "DELETE HISTORY");
        return;
    }
    for (uint64_t i = 0; i < word.length; i++) {
        char letter = (char)toupper((unsigned char)word.data[i]);

        dn_kit_text_add_string(text, (dunlin_string){&letter, 1});
    }
}

/* user@host; of a role, which has no host, its name, with an '@' behind it if there is one in it. */
static void
add_grantee(dn_kit_text *text, dunlin_string user, dunlin_string host)
{
    dn_kit_text_add_string(text, user);
    if (host.length > 0 || memchr(user.data, '@', user.length) != NULL)
        dn_kit_text_add(text, "@");
    dn_kit_text_add_string(text, host);
}

/* Spelled as in the table; false: there is no such column any more. */
static bool
find_column(const dn_mysql_record *record, dunlin_string *name)
{
    for (const dn_mysql_row *row = record->parts[DN_MYSQL_COLUMNS].first; row != NULL;
         row = row->next)
        if (dn_mysql_same_name(row->cells[COLUMN_NAME], *name)) {
            *name = row->cells[COLUMN_NAME];
            return true;
        }
    return false;
}

/* NULL: it is not there, or nobody asked for it. */
static dn_mysql_record *
record_of(dn_mysql_schema *schema, const dunlin_string *cells)
{
    char space = *cells[GRANT_SPACE].data == 'c' ? 't' : *cells[GRANT_SPACE].data;
    dn_mysql_record *record = dn_mysql_record_of(schema, space, cells[GRANT_NAME], false);
    dn_mysql_part part = space == 't' ? DN_MYSQL_TABLES : DN_MYSQL_ROUTINES;

    if (record == NULL || record->excluded || record->parts[part].first == NULL ||
        (schema->scope->key_count > 0 && !record->whole))
        return NULL;
    return record;
}

static const char *
words_of(char space)
{
    switch (space) {
    case 'c': return " ON COLUMN";
    case 'F': return " ON FUNCTION";
    case 'P': return " ON PROCEDURE";
    default: return "";
    }
}

static int32_t
push_privilege(dn_mysql_schema *schema, char space, dunlin_string *path, size_t count,
               dunlin_string word)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text privilege = {0};
    const dunlin_call *call = schema->connection->call;
    dunlin_fact fact = {.size = sizeof(fact),
                        .kind = dn_kit_string(DUNLIN_KIND_GRANT),
                        .path = path,
                        .path_count = count + 1};

    add_privilege(&privilege, word);
    dn_kit_text_add(&privilege, words_of(space));
    if (privilege.failed)
        return dn_kit_no_memory(call);
    path[count] = dn_kit_text_string(&privilege);
    return call->host->fact(call, &fact);
}

static int32_t
push_row(dn_mysql_schema *schema, const dunlin_string *cells)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text grantee = {0};
    dn_mysql_record *record = record_of(schema, cells);
    dunlin_string rest = cells[GRANT_PRIVILEGES];
    char space = *cells[GRANT_SPACE].data;
    dunlin_string path[4];
    size_t count = 0;
    int32_t status = DUNLIN_OK;

    if (record == NULL)
        return DUNLIN_OK;
    path[count++] = record->name;
    if (space != 't')
        path[count++] = space == 'c' ? cells[GRANT_COLUMN] : dn_kit_string("");
    if (space == 'c' && !find_column(record, &path[1]))
        return DUNLIN_OK;
    add_grantee(&grantee, cells[GRANT_USER], cells[GRANT_HOST]);
    if (grantee.failed)
        return dn_kit_no_memory(schema->connection->call);
    path[count++] = dn_kit_text_string(&grantee);
    while (rest.length > 0 && status == DUNLIN_OK) {
        const char *comma = memchr(rest.data, ',', rest.length);
        uint64_t length = comma != NULL ? (uint64_t)(comma - rest.data) : rest.length;

        status = push_privilege(schema, space, path, count, (dunlin_string){rest.data, length});
        length += comma != NULL ? 1 : 0;
        rest = (dunlin_string){rest.data + length, rest.length - length};
    }
    return status;
}

/* --- all of them ----------------------------------------------------------------------------------- */
/* Of a shadow it has to be known; elsewhere it is told. */
static int32_t
push_refusal(dn_mysql_schema *schema)
{
    dunlin_connection *connection = schema->connection;
    const dunlin_call *call = connection->call;
    const dunlin_fact key = {.size = sizeof(key), .kind = dn_kit_string(DUNLIN_KIND_GRANT)};

    if (connection->shadow != NULL ||
        dn_mysql_class(mysql_errno(connection->mysql)) != DUNLIN_PERMISSION)
        return dn_mysql_fail(connection, "reading grants");
    return call->host->unreadable(
        call, &key,
        dn_kit_string("the user may not read the tables mysql.tables_priv, columns_priv "
                      "and procs_priv, which takes SELECT on them"));
}

static int32_t
push_result(dn_mysql_schema *schema, MYSQL_RES *result)
{
    int32_t status = DUNLIN_OK;
    MYSQL_ROW row;

    while (status == DUNLIN_OK && (row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);
        dunlin_string cells[CELLS];

        for (unsigned i = 0; i < CELLS; i++)
            cells[i] = (dunlin_string){row[i] != NULL ? row[i] : "", lengths[i]};
        status = push_row(schema, cells);
    }
    return status;
}

int32_t
dn_mysql_push_grants(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_connection *connection = schema->connection;
    MYSQL_RES *result;
    int64_t ignored;
    int32_t status;

    dn_mysql_ask_of(schema, question, &sql);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&sql)))
        return push_refusal(schema);
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return dn_mysql_fail(connection, "reading grants");
    status = push_result(schema, result);
    mysql_free_result(result);
    if (status == DUNLIN_OK && !dn_mysql_drain(connection, &ignored))
        status = dn_mysql_fail(connection, "reading grants");
    return status;
}
