/* SPDX-License-Identifier: MIT
 *
 * [MDB] What only SHOW CREATE TABLE tells. Of periods of application time: before 11.4 no view of
 * information_schema tells them, and the check that comes with one looks like any other. Of tables with
 * partitions by SYSTEM_TIME: when the server begins another one. Of those with partitions by LIST: which of
 * them is the one for the rest. Of those by KEY: the algorithm.
 */
#include <string.h>

#include "drivers/mysql/my_schema.h"

enum check_cell { CHECK_TABLE, CHECK_NAME, CHECK_CLAUSE };
static const char below[] = "` < `";

/* Of the check that a period makes, what it is printed as: `p` (`from`, `to`). Empty: of another
 * check. */
static dunlin_string
period_of(dn_mysql_schema *schema, const dn_mysql_row *check)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string clause = check->cells[CHECK_CLAUSE];
    const char *sign =
        clause.data != NULL ? memmem(clause.data, clause.length, below, strlen(below)) : NULL;

    if (check->cells[CHECK_NAME].data == NULL || sign == NULL || clause.data[0] != '`' ||
        clause.data[clause.length - 1] != '`')
        return dn_kit_string("");
    dn_kit_text_quote(&text, '`', check->cells[CHECK_NAME]);
    dn_kit_text_format(&text, " (%.*s`, `%s)", (int)(sign - clause.data), clause.data,
                       sign + strlen(below));
    return dn_kit_pool_text(&schema->pool, &text);
}

static int32_t
print_table(dn_mysql_schema *schema, dn_mysql_record *record)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_connection *connection = schema->connection;
    MYSQL_RES *result;
    MYSQL_ROW row;

    dn_kit_text_add(&text, "SHOW CREATE TABLE ");
    dn_kit_text_quote(&text, '`', schema->database);
    dn_kit_text_add(&text, ".");
    dn_kit_text_quote(&text, '`', record->name);
    if (text.failed)
        return dn_kit_no_memory(connection->call);
    if (!dn_mysql_send(connection, dn_kit_text_string(&text)) ||
        (result = mysql_store_result(connection->mysql)) == NULL)
        return dn_mysql_fail(connection, "reading the schema");
    row = mysql_fetch_row(result);
    dn_kit_text_clear(&text);
    dn_kit_text_add(&text, row != NULL && row[1] != NULL ? row[1] : "");
    mysql_free_result(result);
    record->printed = dn_kit_pool_text(&schema->pool, &text);
    return schema->pool.failed ? dn_kit_no_memory(connection->call) : DUNLIN_OK;
}

static int32_t
find_period(dn_mysql_schema *schema, dn_mysql_record *record)
{
    int32_t status = DUNLIN_OK;

    for (dn_mysql_row *check = record->parts[DN_MYSQL_CHECKS].first;
         check != NULL && status == DUNLIN_OK; check = check->next) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};
        dunlin_string period = period_of(schema, check);

        if (period.length == 0)
            continue;
        if (record->printed.length == 0)
            status = print_table(schema, record);
        dn_kit_text_add(&line, "\n  PERIOD FOR ");
        dn_kit_text_add_string(&line, period);
        if (status != DUNLIN_OK || line.failed || !dn_mysql_contains(record->printed, line.data))
            continue;
        record->period = period;
        record->period_name = check->cells[CHECK_NAME];
        check->cells[CHECK_NAME].data = NULL;
    }
    return status;
}

/* INTERVAL 1 MONTH, LIMIT 1000, AUTO. The time at which an interval starts is that at which the table was
 * made, unless somebody gave another one: that is left out. */
static int32_t
find_rotation(dn_mysql_schema *schema, dn_mysql_record *record)
{
    static const char words[] = "\n PARTITION BY SYSTEM_TIME";
    static const char starts[] = " STARTS TIMESTAMP'";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status = DUNLIN_OK;
    const char *found;
    const char *end;
    const char *time;

    if (record->printed.length == 0)
        status = print_table(schema, record);
    found = status == DUNLIN_OK && record->printed.length > 0 ? strstr(record->printed.data, words)
                                                              : NULL;
    if (found == NULL)
        return status;
    found += strlen(words);
    end = found + strcspn(found, "\n");
    time = strstr(found, starts);
    if (time == NULL || time > end) {
        dn_kit_text_add_string(&text, (dunlin_string){found, (uint64_t)(end - found)});
    } else {
        dn_kit_text_add_string(&text, (dunlin_string){found, (uint64_t)(time - found)});
        time = strchr(time + strlen(starts), '\'');
        if (time != NULL && time < end)
            dn_kit_text_add_string(&text, (dunlin_string){time + 1, (uint64_t)(end - time - 1)});
    }
    record->rotation = dn_kit_pool_text(&schema->pool, &text);
    return schema->pool.failed ? dn_kit_no_memory(schema->connection->call) : DUNLIN_OK;
}

int32_t
dn_mysql_schema_periods(dn_mysql_schema *schema)
{
    int32_t status = DUNLIN_OK;

    if (!schema->connection->facts.mariadb)
        return DUNLIN_OK;
    for (dn_mysql_record *record = schema->first; record != NULL && status == DUNLIN_OK;
         record = record->next) {
        if (!record->excluded)
            status = find_period(schema, record);
        if (status == DUNLIN_OK && !record->excluded && dn_mysql_is_by_time(record))
            status = find_rotation(schema, record);
        if (status == DUNLIN_OK && !record->excluded && dn_mysql_tells_by_print(record) &&
            record->printed.length == 0)
            status = print_table(schema, record);
    }
    return status;
}

bool
dn_mysql_is_in_time(const dn_mysql_record *record, dunlin_string key)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};
    dunlin_string rest = record->printed;
    const char *found;

    if (record->period.length == 0)
        return false;
    if (dn_kit_same(key, "PRIMARY")) {
        dn_kit_text_add(&line, "\n  PRIMARY KEY (");
    } else {
        dn_kit_text_add(&line, "\n  UNIQUE KEY ");
        dn_kit_text_quote(&line, '`', key);
        dn_kit_text_add(&line, " (");
    }
    found = line.failed ? NULL : memmem(rest.data, rest.length, line.data, line.length);
    if (found == NULL)
        return false;
    rest.length -= (uint64_t)(found + 1 - rest.data);
    rest.data = found + 1;
    found = memchr(rest.data, '\n', rest.length);
    if (found != NULL)
        rest.length = (uint64_t)(found - rest.data);
    return dn_mysql_contains(rest, "` WITHOUT OVERLAPS)");
}
