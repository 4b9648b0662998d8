/* SPDX-License-Identifier: MIT
 *
 * PARTITION BY of a table, as its partitions are described in information_schema.
 */
#include <string.h>

#include "drivers/mysql/my_schema.h"
#include "drivers/mysql/my_type.h"

enum partition_cell {
    PARTITION_TABLE,
    PARTITION_NAME,
    SUBPARTITION_NAME,
    PARTITION_METHOD,
    SUBPARTITION_METHOD,
    PARTITION_EXPRESSION,
    SUBPARTITION_EXPRESSION,
    PARTITION_DESCRIPTION,
    PARTITION_POSITION,
    PARTITION_COMMENT
};

static bool
is_by_time(const dn_mysql_row *row)
{
    return dn_kit_same(row->cells[PARTITION_METHOD], "SYSTEM_TIME");
}

/* [MDB] What is in no list is in the DEFAULT partition. Of LIST COLUMNS it is described as nothing else is; of LIST
 * like one of the value 0, and what the table prints tells. */
static bool
is_default(const dn_mysql_record *record, const dn_mysql_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};
    dunlin_string described = row->cells[PARTITION_DESCRIPTION];

    if (dn_mysql_begins(described, "MAXVALUE") || dn_mysql_begins(described, "(MAXVALUE"))
        return true;
    if (record->printed.length == 0 || !dn_kit_same(described, "0"))
        return false;
    dn_kit_text_add(&line, "PARTITION ");
    dn_kit_text_quote(&line, '`', row->cells[PARTITION_NAME]);
    dn_kit_text_add(&line, " DEFAULT");
    return !line.failed && dn_mysql_contains(record->printed, line.data);
}

static void
add_partition_values(const dn_mysql_record *record, dn_kit_text *text, const dn_mysql_row *row)
{
    bool range = dn_mysql_begins(row->cells[PARTITION_METHOD], "RANGE");

    if (is_by_time(row)) {
        dn_kit_text_add(text, dn_kit_same(row->cells[PARTITION_DESCRIPTION], "CURRENT")
                                  ? " CURRENT"
                                  : " HISTORY");
        return;
    }
    if (row->cells[PARTITION_DESCRIPTION].data == NULL)
        return;
    if (range && dn_kit_same(row->cells[PARTITION_DESCRIPTION], "MAXVALUE")) {
        dn_kit_text_add(text, " VALUES LESS THAN MAXVALUE");
    } else if (!range && is_default(record, row)) {
        dn_kit_text_add(text, " DEFAULT");
    } else {
        dn_kit_text_add(text, range ? " VALUES LESS THAN (" : " VALUES IN (");
        dn_kit_text_add_string(text, row->cells[PARTITION_DESCRIPTION]);
        dn_kit_text_add(text, ")");
    }
}

/* `p`sp`0`, `p`sp`1` ..: what the server calls the parts of a partition. */
static bool
is_made_up(const dn_mysql_row *row, size_t number)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    dn_kit_text_add_string(&name, row->cells[PARTITION_NAME]);
    dn_kit_text_format(&name, "sp%zu", number);
    return dn_kit_equal(dn_kit_text_string(&name), row->cells[SUBPARTITION_NAME]);
}

/* Did somebody give any of them a name? The server wants all of them named then. */
static bool
has_named_parts(const dn_mysql_row *first)
{
    const dn_mysql_row *last = NULL;
    size_t number = 0;

    for (const dn_mysql_row *row = first; row != NULL; row = row->next) {
        number =
            last != NULL && dn_kit_equal(last->cells[PARTITION_NAME], row->cells[PARTITION_NAME])
                ? number + 1
                : 0;
        if (row->cells[SUBPARTITION_NAME].data != NULL && !is_made_up(row, number))
            return true;
        last = row;
    }
    return false;
}

static void
add_parts(dn_kit_text *text, const dn_mysql_row *first)
{
    for (const dn_mysql_row *row = first;
         row != NULL && dn_kit_equal(row->cells[PARTITION_NAME], first->cells[PARTITION_NAME]);
         row = row->next) {
        dn_kit_text_add(text, row == first ? " (SUBPARTITION " : ", SUBPARTITION ");
        dn_kit_text_quote(text, '`', row->cells[SUBPARTITION_NAME]);
    }
    dn_kit_text_add(text, ")");
}

static void
add_partition(const dn_mysql_schema *schema, const dn_mysql_record *record, dn_kit_text *text,
              const dn_mysql_row *row)
{
    const dn_mysql_server server = {
        .backslash =
            !dn_mysql_mode_has(schema->connection->facts.sql_mode, "NO_BACKSLASH_ESCAPES")};

    dn_kit_text_add(text, "PARTITION ");
    dn_kit_text_quote(text, '`', row->cells[PARTITION_NAME]);
    add_partition_values(record, text, row);
    if (row->cells[PARTITION_COMMENT].length > 0) {
        dn_kit_text_add(text, " COMMENT = ");
        dn_mysql_add_literal(text, &server, row->cells[PARTITION_COMMENT]);
    }
    if (has_named_parts(record->parts[DN_MYSQL_PARTITIONS].first))
        add_parts(text, row);
}

bool
dn_mysql_is_by_time(const dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_PARTITIONS].first;

    return row != NULL && is_by_time(row);
}

static bool
is_key(dunlin_string method)
{
    return dn_kit_same(method, "KEY") || dn_kit_same(method, "LINEAR KEY");
}

bool
dn_mysql_tells_by_print(const dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_PARTITIONS].first;

    return row != NULL &&
           (dn_kit_same(row->cells[PARTITION_METHOD], "LIST") ||
            is_key(row->cells[PARTITION_METHOD]) || is_key(row->cells[SUBPARTITION_METHOD]));
}

/* [MDB] KEY ALGORITHM = 1, of servers before 5.5, puts rows into other partitions; 2 is not printed. */
static void
add_method(dn_kit_text *text, const dn_mysql_record *record, const char *words,
           dunlin_string method)
{
    static const char older[] = " ALGORITHM = 1";
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text line = {0};

    dn_kit_text_add_string(text, method);
    if (!is_key(method) || record->printed.length == 0)
        return;
    dn_kit_text_add(&line, words);
    dn_kit_text_add_string(&line, method);
    dn_kit_text_format(&line, "%s (", older);
    if (!line.failed && dn_mysql_contains(record->printed, line.data))
        dn_kit_text_add(text, older);
    text->failed = text->failed || line.failed;
}

dunlin_string
dn_mysql_partitioning(dn_mysql_schema *schema, const dn_mysql_record *record)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const dn_mysql_row *row = record->parts[DN_MYSQL_PARTITIONS].first;
    const dn_mysql_row *last = NULL;
    size_t subpartitions = 0;

    add_method(&text, record, "\n PARTITION BY ", row->cells[PARTITION_METHOD]);
    if (is_by_time(row)) {
        dn_kit_text_add_string(&text, record->rotation);
    } else {
        dn_kit_text_add(&text, " (");
        dn_kit_text_add_string(&text, row->cells[PARTITION_EXPRESSION]);
        dn_kit_text_add(&text, ")");
    }
    if (row->cells[SUBPARTITION_METHOD].data != NULL) {
        for (last = row; last != NULL; last = last->next)
            subpartitions +=
                dn_kit_equal(last->cells[PARTITION_NAME], row->cells[PARTITION_NAME]) ? 1 : 0;
        dn_kit_text_add(&text, " SUBPARTITION BY ");
        add_method(&text, record, "\nSUBPARTITION BY ", row->cells[SUBPARTITION_METHOD]);
        dn_kit_text_add(&text, " (");
        dn_kit_text_add_string(&text, row->cells[SUBPARTITION_EXPRESSION]);
        dn_kit_text_format(&text, ") SUBPARTITIONS %zu", subpartitions);
    }
    /* The server adds to them as it needs them. */
    if (is_by_time(row) && dn_mysql_contains(record->rotation, " AUTO"))
        return dn_kit_pool_text(&schema->pool, &text);
    dn_kit_text_add(&text, " (");
    for (; row != NULL; row = row->next) {
        if (last != NULL && dn_kit_equal(last->cells[PARTITION_NAME], row->cells[PARTITION_NAME]))
            continue;
        dn_kit_text_add(&text, last != NULL ? ", " : "");
        add_partition(schema, record, &text, row);
        last = row;
    }
    dn_kit_text_add(&text, ")");
    return dn_kit_pool_text(&schema->pool, &text);
}
