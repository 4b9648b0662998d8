/* SPDX-License-Identifier: MIT
 *
 * What is in the database and is no fact: named where a whole schema is written down.
 */
#include <stdlib.h>

#include "drivers/mysql/my_schema.h"

/* Parameters and variables without a character set have what the database had when the routine was made. In another
 * database, of another server for one, they are others: told for each that there was. */
#define TEXTS_OF_THE_DATABASE                                                                      \
    "SELECT CONCAT('character set of the database, ', DATABASE_COLLATION, ', which texts "         \
    "in routines have'), COUNT(*), SUBSTRING_INDEX(GROUP_CONCAT(ROUTINE_NAME ORDER BY "            \
    "ROUTINE_NAME SEPARATOR ', '), ', ', 3) FROM information_schema.ROUTINES r WHERE "             \
    "ROUTINE_SCHEMA = @ AND "                                                                      \
    "(ROUTINE_DEFINITION LIKE '%declare%char(%' OR ROUTINE_DEFINITION LIKE '%declare%text%' OR "   \
    "ROUTINE_DEFINITION LIKE '%declare%enum(%' OR EXISTS (SELECT 1 FROM "                          \
    "information_schema.PARAMETERS p WHERE p.SPECIFIC_SCHEMA = @ AND p.SPECIFIC_NAME = "           \
    "r.SPECIFIC_NAME AND p.COLLATION_NAME = r.DATABASE_COLLATION)) GROUP BY DATABASE_COLLATION"

/* One row for each kind; '@' stands for the name of the database, unless another one stands beside it. */
static const char question[] =
    "SELECT 'event', COUNT(*), SUBSTRING_INDEX(GROUP_CONCAT(EVENT_NAME ORDER BY EVENT_NAME"
    " SEPARATOR ', '), ', ', 3) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = @"
    " UNION ALL SELECT 'package', COUNT(*), SUBSTRING_INDEX(GROUP_CONCAT(ROUTINE_NAME ORDER BY"
    " ROUTINE_NAME SEPARATOR ', '), ', ', 3) FROM information_schema.ROUTINES"
    " WHERE ROUTINE_SCHEMA = @ AND ROUTINE_TYPE = 'PACKAGE' UNION ALL " TEXTS_OF_THE_DATABASE;

/* [MDB] a view has columns as long as what it reads is there; MySQL keeps them. */
static const char broken[] =
    "SELECT 'view', COUNT(*), SUBSTRING_INDEX(GROUP_CONCAT(TABLE_NAME ORDER BY TABLE_NAME SEPARATOR"
    " ', '), ', ', 3) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = @ AND TABLE_NAME NOT IN"
    " (SELECT TABLE_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = @)";

/* One thing of each row of the answer, for a warning. */
static int32_t
list_things(dn_mysql_schema *schema, const char *asked, dn_kit_text *list)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_connection *connection = schema->connection;
    MYSQL_RES *result;
    int64_t ignored;
    MYSQL_ROW row;

    dn_mysql_ask_of(schema, asked, &sql);
    if (sql.failed)
        return dn_kit_no_memory(connection->call);
    result = dn_mysql_send(connection, dn_kit_text_string(&sql))
                 ? mysql_store_result(connection->mysql)
                 : NULL;
    if (result == NULL)
        return dn_mysql_fail(connection, "reading what is no fact");
    while ((row = mysql_fetch_row(result)) != NULL)
        if (strtoull(row[1], NULL, 10) > 0)
            dn_kit_add_unread(list, dn_kit_string(row[0]), strtoull(row[1], NULL, 10),
                              dn_kit_string(row[2]));
    mysql_free_result(result);
    if (!dn_mysql_drain(connection, &ignored))
        return dn_mysql_fail(connection, "reading what is no fact");
    return list->failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

static int32_t
warn_of_broken(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text list = {0};
    const dunlin_call *call = schema->connection->call;
    int32_t status = list_things(schema, broken, &list);

    if (status != DUNLIN_OK || list.length == 0)
        return status;
    dn_kit_text_add(&list, ": a column or table that is read there is missing, so that none can be "
                           "made of this; make it again, or drop it");
    if (list.failed)
        return dn_kit_no_memory(call);
    call->host->log(call, DUNLIN_LOG_WARNING, dn_kit_text_string(&list));
    return DUNLIN_OK;
}

int32_t
dn_mysql_warn_of_unread(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text list = {0};
    int32_t status = list_things(schema, question, &list);

    if (status == DUNLIN_OK)
        status = dn_kit_warn_of_unread(schema->connection->call, &list);
    return status == DUNLIN_OK ? warn_of_broken(schema) : status;
}
