/* SPDX-License-Identifier: MIT
 *
 * Facts of a table: itself, its columns and its checks.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_schema.h"
#include "drivers/mysql/my_type.h"

enum table_cell {
    TABLE_NAME,
    TABLE_TYPE,
    TABLE_ENGINE,
    TABLE_COLLATION,
    TABLE_OPTIONS,
    TABLE_COMMENT
};
enum column_cell {
    COLUMN_TABLE,
    COLUMN_NUMBER,
    COLUMN_NAME,
    COLUMN_TYPE,
    COLUMN_NULLABLE,
    COLUMN_DEFAULT,
    COLUMN_EXTRA,
    COLUMN_COLLATION,
    COLUMN_GENERATED,
    COLUMN_COMMENT
};
enum check_cell { CHECK_TABLE, CHECK_NAME, CHECK_CLAUSE, CHECK_LEVEL };

/* --- the table itself -------------------------------------------------------------------------------- */
/* [MDB] Any ALTER writes what is so in Aria unless it is said; other engines keep the word, and do not know it. */
static bool
says_nothing(const dn_mysql_row *row, dunlin_string option)
{
    return dn_mysql_begins(option, "page_checksum=") &&
           (!dn_kit_same_word(row->cells[TABLE_ENGINE], "Aria") ||
            dn_kit_same_word(option, "page_checksum=1"));
}

/* CREATE_OPTIONS without what is told elsewhere. */
static dunlin_string
options_of(dn_mysql_schema *schema, const dn_mysql_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    const char *at = row->cells[TABLE_OPTIONS].data;
    const char *end = at + row->cells[TABLE_OPTIONS].length;

    while (at != NULL && at < end) {
        dunlin_string word;

        at += strspn(at, " ");
        word = (dunlin_string){at, strcspn(at, " ")};
        at += word.length;
        if (word.length == 0 || dn_kit_same(word, "partitioned") || says_nothing(row, word))
            continue;
        dn_kit_text_add(&text, text.length > 0 ? " " : "");
        dn_kit_text_add_string(&text, word);
    }
    if (dn_kit_same(row->cells[TABLE_TYPE], "SYSTEM VERSIONED"))
        dn_kit_text_format(&text, "%sWITH SYSTEM VERSIONING", text.length > 0 ? " " : "");
    return dn_kit_pool_text(&schema->pool, &text);
}

static int32_t
push_itself(dn_mysql_schema *schema, dn_mysql_record *record)
{
    const dn_mysql_row *row = record->parts[DN_MYSQL_TABLES].first;
    dn_mysql_list list = {0};

    if (!dn_kit_same_word(row->cells[TABLE_ENGINE], "InnoDB"))
        dn_mysql_add(&list, "engine", DUNLIN_PROPERTY_TEXT, row->cells[TABLE_ENGINE]);
    dn_mysql_add(&list, "collation", DUNLIN_PROPERTY_TEXT, row->cells[TABLE_COLLATION]);
    dn_mysql_add(&list, "options", DUNLIN_PROPERTY_TEXT, options_of(schema, row));
    if (record->parts[DN_MYSQL_PARTITIONS].first != NULL)
        dn_mysql_add(&list, "partition_by", DUNLIN_PROPERTY_TEXT,
                     dn_mysql_partitioning(schema, record));
    dn_mysql_add(&list, "period", DUNLIN_PROPERTY_TEXT, record->period);
    dn_mysql_add(&list, "comment", DUNLIN_PROPERTY_TEXT, row->cells[TABLE_COMMENT]);
    dn_mysql_open_member(&list, "order", DUNLIN_PROPERTY_LIST_BEGIN);
    for (row = record->parts[DN_MYSQL_COLUMNS].first; row != NULL; row = row->next)
        dn_mysql_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER, row->cells[COLUMN_NAME]);
    dn_mysql_close_member(&list);
    return dn_mysql_push(schema, record, DUNLIN_KIND_TABLE, NULL, &list);
}

/* --- checks ------------------------------------------------------------------------------------------------ */
static bool
validates(dunlin_string clause, dunlin_string column)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text call = {0};

    dn_kit_text_add(&call, "json_valid(");
    dn_kit_text_quote(&call, '`', column);
    dn_kit_text_add(&call, ")");
    return dn_kit_equal(clause, dn_kit_text_string(&call));
}

/* [MDB] JSON is LONGTEXT with a check of its own, which has the column's name. Its collation is utf8mb4_bin, whatever
 * the table's is, if no other one is said. */
static dn_mysql_row *
json_check(const dn_mysql_record *record, const dn_mysql_row *column)
{
    if (!dn_kit_same(column->cells[COLUMN_TYPE], "longtext"))
        return NULL;
    for (dn_mysql_row *row = record->parts[DN_MYSQL_CHECKS].first; row != NULL; row = row->next)
        if (row->cells[CHECK_NAME].data != NULL &&
            dn_mysql_same_name(row->cells[CHECK_NAME], column->cells[COLUMN_NAME]) &&
            !dn_kit_same_word(row->cells[CHECK_LEVEL], "Table") &&
            validates(row->cells[CHECK_CLAUSE], column->cells[COLUMN_NAME]))
            return row;
    return NULL;
}

static int32_t
push_checks(dn_mysql_schema *schema, dn_mysql_record *record)
{
    bool mariadb = schema->connection->facts.mariadb;
    int32_t status = DUNLIN_OK;

    for (const dn_mysql_row *row = record->parts[DN_MYSQL_CHECKS].first;
         row != NULL && status == DUNLIN_OK; row = row->next) {
        dunlin_string clause = row->cells[CHECK_CLAUSE];
        dn_mysql_list list = {0};

        if (row->cells[CHECK_NAME].data == NULL) /* json's, a period's */
            continue;
        if (!mariadb)
            clause = dn_mysql_unwrap(dn_mysql_unescape(&schema->pool, clause));
        dn_mysql_add(&list, "expr", DUNLIN_PROPERTY_EXPRESSION, clause);
        if (mariadb && dn_kit_same_word(row->cells[CHECK_LEVEL], "Column"))
            dn_mysql_add(&list, "level", DUNLIN_PROPERTY_TEXT, dn_kit_string("column"));
        dn_mysql_add_flag(&list, "not_enforced",
                          !mariadb && dn_kit_same_word(row->cells[CHECK_LEVEL], "NO"));
        status = dn_mysql_push(schema, record, DUNLIN_KIND_CHECK, &row->cells[CHECK_NAME], &list);
    }
    return status;
}

/* --- columns ---------------------------------------------------------------------------------------------- */
static bool
is_number(dunlin_string type)
{
    static const char *const words[] = {"tinyint", "smallint", "mediumint", "int", "bigint",
                                        "decimal", "float",    "double",    "year"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dn_mysql_begins(type, words[i]))
            return true;
    return false;
}

/* [M] INFORMATION_SCHEMA.COLUMNS: the value alone, whatever it is; EXTRA tells expressions apart
 * since 8.0.13. */
static dunlin_string
mysql_default(dn_mysql_schema *schema, const dn_mysql_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string value = row->cells[COLUMN_DEFAULT];
    dunlin_string type = row->cells[COLUMN_TYPE];
    bool time = dn_mysql_begins(type, "timestamp") || dn_mysql_begins(type, "datetime");

    if (time && dn_mysql_begins(value, "CURRENT_TIMESTAMP"))
        return value;
    if (dn_mysql_contains(row->cells[COLUMN_EXTRA], "DEFAULT_GENERATED")) {
        dn_kit_text_add(&text, "(");
        dn_kit_text_add_string(&text, dn_mysql_unwrap(dn_mysql_unescape(&schema->pool, value)));
        dn_kit_text_add(&text, ")");
    } else if (is_number(type) || dn_mysql_begins(value, "b'") || dn_mysql_begins(value, "0x")) {
        return value;
    } else {
        dn_kit_text_quote(&text, '\'', value);
    }
    return dn_kit_pool_text(&schema->pool, &text);
}

/* [MDB] since 10.2.7 as it would be written, and NULL where there is none. */
static bool
prints_defaults(const dunlin_connection *connection)
{
    const dn_mysql_facts *facts = &connection->facts;

    return facts->mariadb && facts->major * 10000 + facts->minor * 100 + facts->patch >= 100207;
}

/* Is there a byte behind those of ASCII? */
static bool
has_high_byte(const char *hex)
{
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
        if (hex[0] >= '8')
            return true;
    return false;
}

/* [MDB] information_schema shows '?' for a byte that is no character. Such a default is asked for by itself. */
static dunlin_string
binary_default(dn_mysql_schema *schema, dunlin_string table, const dn_mysql_row *row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    dunlin_string shown = row->cells[COLUMN_DEFAULT];
    dunlin_string type = row->cells[COLUMN_TYPE];
    const char *cells[1] = {NULL};
    bool found = false;

    if ((!dn_mysql_begins(type, "binary(") && !dn_mysql_begins(type, "varbinary(")) ||
        shown.length == 0 || *shown.data != '\'' || memchr(shown.data, '?', shown.length) == NULL)
        return shown;
    dn_kit_text_add(&text, "SELECT LOWER(HEX(DEFAULT(t.");
    dn_kit_text_quote(&text, '`', row->cells[COLUMN_NAME]);
    dn_kit_text_add(&text, "))) FROM (SELECT 1) o LEFT JOIN ");
    dn_kit_text_quote(&text, '`', schema->database);
    dn_kit_text_add(&text, ".");
    dn_kit_text_quote(&text, '`', table);
    dn_kit_text_add(&text, " t ON FALSE");
    if (text.failed ||
        !dn_mysql_try_first_row(schema->connection, dn_kit_text_string(&text), cells, 1, &found) ||
        !found || cells[0] == NULL || !has_high_byte(cells[0]))
        return shown;
    dn_kit_text_clear(&text);
    dn_kit_text_format(&text, "X'%s'", cells[0]);
    return dn_kit_pool_text(&schema->pool, &text);
}

static dunlin_string
default_of(dn_mysql_schema *schema, dunlin_string table, const dn_mysql_row *row)
{
    bool nullable = dn_kit_same(row->cells[COLUMN_NULLABLE], "YES");

    if (row->cells[COLUMN_DEFAULT].data == NULL || row->cells[COLUMN_GENERATED].length > 0)
        return dn_kit_string("");
    if (!prints_defaults(schema->connection))
        return mysql_default(schema, row);
    if (nullable && dn_kit_same(row->cells[COLUMN_DEFAULT], "NULL"))
        return dn_kit_string("");
    /* A sequence comes with the name of the database. */
    return dn_mysql_unqualified(&schema->pool, binary_default(schema, table, row), schema->database,
                                NULL);
}

/* "on update current_timestamp(6), INVISIBLE" */
static dunlin_string
on_update_of(dunlin_string extra)
{
    static const char words[] = "on update ";

    for (uint64_t i = 0; i + sizeof(words) <= extra.length; i++) {
        dunlin_string rest = {extra.data + i, extra.length - i};
        const char *end;

        if (!dn_mysql_begins(rest, words))
            continue;
        rest.data += sizeof(words) - 1;
        rest.length -= sizeof(words) - 1;
        end = memchr(rest.data, ',', rest.length);
        if (end != NULL)
            rest.length = (uint64_t)(end - rest.data);
        return rest;
    }
    return dn_kit_string("");
}

static void
add_type(dn_mysql_schema *schema, const dn_mysql_row *row, bool json, dn_mysql_list *list)
{
    dunlin_string type = row->cells[COLUMN_TYPE];

    if (json) {
        dn_mysql_add(list, "type", DUNLIN_PROPERTY_TEXT, dn_kit_string("json"));
    } else if (dn_mysql_begins(type, "enum(")) {
        dn_mysql_add(list, "type", DUNLIN_PROPERTY_TEXT, dn_kit_string("enum"));
        dn_mysql_open_member(list, "values", DUNLIN_PROPERTY_LIST_BEGIN);
        dn_mysql_add_labels(list, &schema->pool, type, schema->connection->facts.mariadb);
        dn_mysql_close_member(list);
    } else {
        dn_mysql_add(list, "type", DUNLIN_PROPERTY_TEXT,
                     dn_mysql_spelled(&schema->pool, dn_mysql_plain_type(&schema->pool, type)));
    }
}

static int32_t
push_column(dn_mysql_schema *schema, dn_mysql_record *record, const dn_mysql_row *row)
{
    dunlin_string table_collation = record->parts[DN_MYSQL_TABLES].first->cells[TABLE_COLLATION];
    dunlin_string extra = row->cells[COLUMN_EXTRA];
    dunlin_string generated = row->cells[COLUMN_GENERATED];
    dn_mysql_row *check = json_check(record, row);
    dn_mysql_list list = {0};

    if (check != NULL)
        check->cells[CHECK_NAME].data = NULL;
    if (!schema->connection->facts.mariadb)
        generated = dn_mysql_unwrap(dn_mysql_unescape(&schema->pool, generated));
    add_type(schema, row, check != NULL, &list);
    dn_mysql_add_flag(&list, "not_null",
                      dn_kit_same(row->cells[COLUMN_NULLABLE], "NO") &&
                          !dn_mysql_is_row_time(generated));
    dn_mysql_add(&list, "default", DUNLIN_PROPERTY_EXPRESSION,
                 default_of(schema, record->name, row));
    if (dn_mysql_contains(extra, "auto_increment"))
        dn_mysql_add(&list, "auto", DUNLIN_PROPERTY_TEXT, dn_kit_string("increment"));
    dn_mysql_add(&list, "generated", DUNLIN_PROPERTY_EXPRESSION, generated);
    if (generated.length > 0)
        dn_mysql_add(&list, "generated_kind", DUNLIN_PROPERTY_TEXT,
                     dn_kit_string(dn_mysql_contains(extra, "VIRTUAL") ? "virtual" : "stored"));
    if (!dn_kit_equal(row->cells[COLUMN_COLLATION],
                      check != NULL ? dn_kit_string("utf8mb4_bin") : table_collation))
        dn_mysql_add(&list, "collation", DUNLIN_PROPERTY_TEXT, row->cells[COLUMN_COLLATION]);
    dn_mysql_add(&list, "on_update", DUNLIN_PROPERTY_EXPRESSION, on_update_of(extra));
    dn_mysql_add_flag(&list, "invisible", dn_mysql_contains(extra, "INVISIBLE"));
    dn_mysql_add_flag(&list, "unversioned", dn_mysql_contains(extra, "WITHOUT SYSTEM VERSIONING"));
    dn_mysql_add(&list, "comment", DUNLIN_PROPERTY_TEXT, row->cells[COLUMN_COMMENT]);
    return dn_mysql_push(schema, record, DUNLIN_KIND_COLUMN, &row->cells[COLUMN_NAME], &list);
}

int32_t
dn_mysql_push_table(dn_mysql_schema *schema, dn_mysql_record *record)
{
    int32_t status = push_itself(schema, record);

    for (const dn_mysql_row *row = record->parts[DN_MYSQL_COLUMNS].first;
         row != NULL && status == DUNLIN_OK; row = row->next)
        status = push_column(schema, record, row);
    return status == DUNLIN_OK ? push_checks(schema, record) : status;
}
