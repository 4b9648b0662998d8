/* SPDX-License-Identifier: MIT
 *
 * [MDB] Many SHOW CREATE TABLE in one text.
 */
#include "drivers/mysql/my_schema.h"

/* So many are tried first: where a quarter of them is unclear, the others are not even asked. */
enum { TRIED_FIRST = 64, MOST_BYTES = 1024 * 1024 };

static bool
prints_itself(const dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_TABLES].first;

    return record->space == 't' && !record->excluded && row != NULL &&
           dn_kit_same(row->cells[1], "BASE TABLE");
}

static void
doubt(dn_mysql_schema *schema, dn_mysql_record *record)
{
    if (record->unclear)
        return;
    record->unclear = true;
    schema->unclear++;
}

/* Of those that cannot print themselves, but have more to tell. */
static void
doubt_others(dn_mysql_schema *schema)
{
    for (dn_mysql_record *record = schema->first; record != NULL; record = record->next) {
        const dn_mysql_row *row = record->parts[DN_MYSQL_TABLES].first;

        if (record->space == 't' && row != NULL && !prints_itself(record) &&
            !dn_kit_same(row->cells[1], "VIEW") && !dn_kit_same(row->cells[1], "SEQUENCE"))
            doubt(schema, record);
    }
}

static uint64_t
room(const dunlin_connection *connection)
{
    uint64_t limit = connection->facts.max_packet / 2;

    return limit > 0 && limit < MOST_BYTES ? limit : MOST_BYTES;
}

/* From `record` on, as many as fit; *behind is the first that does not. */
static size_t
add_requests(dn_mysql_schema *schema, dn_mysql_record *record, size_t most, dn_kit_text *sql,
             dn_mysql_record **behind)
{
    size_t count = 0;

    for (; record != NULL && count < most && sql->length < room(schema->connection);
         record = record->next) {
        if (!prints_itself(record))
            continue;
        dn_kit_text_add(sql, count++ > 0 ? ";SHOW CREATE TABLE " : "SHOW CREATE TABLE ");
        dn_kit_text_quote(sql, '`', schema->database);
        dn_kit_text_add(sql, ".");
        dn_kit_text_quote(sql, '`', record->name);
    }
    *behind = record;
    return count;
}

/* The answer at hand. */
static void
take_print(dn_mysql_schema *schema, dn_mysql_record *record)
{
    MYSQL_RES *result = mysql_use_result(schema->connection->mysql);
    MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
    bool clear = row != NULL && mysql_num_fields(result) == 2 && row[1] != NULL &&
                 dn_mysql_schema_reads_print(
                     schema, record, (dunlin_string){row[1], mysql_fetch_lengths(result)[1]});

    if (!clear)
        doubt(schema, record);
    if (result != NULL)
        mysql_free_result(result);
}

/* Whoever is gone or broken ends a text. That counts as an answer, unless somebody wants to stop. */
static bool
ends_all(dunlin_connection *connection)
{
    int32_t class = dn_mysql_class(mysql_errno(connection->mysql));

    return class == DUNLIN_LOST || class == DUNLIN_CANCELLED || class == DUNLIN_LOCKED ||
           connection->stopped_why != NULL;
}

/* The answers to one text, up to `behind`. */
static int32_t
take_prints(dn_mysql_schema *schema, dunlin_string sql, dn_mysql_record *record,
            const dn_mysql_record *behind)
{
    dunlin_connection *connection = schema->connection;
    bool fine = dn_mysql_send(connection, sql);
    bool first = true;
    int64_t ignored;

    for (; record != behind; record = record->next) {
        if (!prints_itself(record))
            continue;
        fine = fine && (first || dn_mysql_next(connection));
        first = false;
        if (fine)
            take_print(schema, record);
        else
            doubt(schema, record);
    }
    if (!fine)
        return ends_all(connection) ? dn_mysql_fail(connection, "reading the schema") : DUNLIN_OK;
    if (mysql_next_result(connection->mysql) == 0)
        dn_mysql_drain(connection, &ignored);
    return schema->pool.failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

int32_t
dn_mysql_schema_print(dn_mysql_schema *schema)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dn_mysql_record *record = schema->first;
    size_t most = TRIED_FIRST;
    int32_t status = DUNLIN_OK;

    while (record != NULL && status == DUNLIN_OK) {
        dn_mysql_record *behind;
        size_t count = add_requests(schema, record, most, &sql, &behind);

        if (sql.failed)
            return dn_kit_no_memory(schema->connection->call);
        if (count > 0)
            status = take_prints(schema, dn_kit_text_string(&sql), record, behind);
        dn_kit_text_clear(&sql);
        record = behind;
        if (schema->unclear * 4 > count)
            break;
        most = SIZE_MAX;
    }
    for (; record != NULL; record = record->next)
        if (prints_itself(record))
            doubt(schema, record);
    doubt_others(schema);
    return status;
}
