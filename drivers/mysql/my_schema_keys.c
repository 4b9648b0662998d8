/* SPDX-License-Identifier: MIT
 *
 * Facts of a table's keys: primary, unique and foreign ones, and other indexes.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/mysql/my_schema.h"

enum { TABLE_ENGINE = 2 };
/* Both have the name and the number of the column at the same place. */
enum index_cell {
    INDEX_TABLE,
    INDEX_NAME,
    INDEX_NUMBER,
    INDEX_NOT_UNIQUE,
    INDEX_COLUMN,
    INDEX_LENGTH,
    INDEX_DIRECTION,
    INDEX_TYPE,
    INDEX_COMMENT,
    INDEX_EXPRESSION,
    INDEX_IGNORED
};
enum key_cell {
    KEY_TABLE,
    KEY_NAME,
    KEY_NUMBER,
    KEY_COLUMN,
    KEY_DATABASE,
    KEY_REF,
    KEY_REF_COLUMN
};
enum reference_cell { REFERENCE_TABLE, REFERENCE_NAME, REFERENCE_UPDATE, REFERENCE_DELETE };

/* Rows of a part, sorted; those of one key are neighbours. */
typedef struct sorted_rows {
    const dn_mysql_row **rows;
    size_t count;
} sorted_rows;

static int
by_name(const void *left, const void *right)
{
    const dn_mysql_row *a = *(const dn_mysql_row *const *)left;
    const dn_mysql_row *b = *(const dn_mysql_row *const *)right;
    int order = strcmp(a->cells[INDEX_NAME].data, b->cells[INDEX_NAME].data);

    if (order != 0)
        return order;
    return dn_mysql_number(a->cells[INDEX_NUMBER]) < dn_mysql_number(b->cells[INDEX_NUMBER]) ? -1
                                                                                             : 1;
}

static sorted_rows
sort_rows(dn_mysql_schema *schema, const dn_mysql_record *record, dn_mysql_part part)
{
    sorted_rows sorted = {NULL, 0};
    size_t count = 0;

    for (const dn_mysql_row *row = record->parts[part].first; row != NULL; row = row->next)
        count++;
    if (count == 0)
        return sorted;
    sorted.rows = dn_kit_pool_take(&schema->pool, count * sizeof(dn_mysql_row *));
    if (sorted.rows == NULL)
        return sorted;
    for (const dn_mysql_row *row = record->parts[part].first; row != NULL; row = row->next)
        sorted.rows[sorted.count++] = row;
    qsort(sorted.rows, sorted.count, sizeof(dn_mysql_row *), by_name);
    return sorted;
}

/* The rows of the key that begins at `at`. */
static sorted_rows
key_at(const sorted_rows *all, size_t at)
{
    sorted_rows key = {all->rows + at, 1};

    while (at + key.count < all->count && dn_kit_equal(all->rows[at + key.count]->cells[INDEX_NAME],
                                                       all->rows[at]->cells[INDEX_NAME]))
        key.count++;
    return key;
}

/* --- foreign keys ------------------------------------------------------------------------------------ */
/* RESTRICT, NO ACTION and nothing are one: a statement is checked when it ends at the latest. */
static void
add_action(dn_mysql_list *list, const char *name, dunlin_string rule)
{
    static const char *const actions[][2] = {
        {"CASCADE", "cascade"}, {"SET NULL", "set null"}, {"SET DEFAULT", "set default"}};

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (dn_kit_same_word(rule, actions[i][0]))
            dn_mysql_add(list, name, DUNLIN_PROPERTY_TEXT, dn_kit_string(actions[i][1]));
}

static void
add_column_list(dn_mysql_list *list, const char *name, const sorted_rows *key, size_t cell)
{
    dn_mysql_open_member(list, name, DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t i = 0; i < key->count; i++)
        dn_mysql_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, key->rows[i]->cells[cell]);
    dn_mysql_close_member(list);
}

/* Who has no privilege on a table but SELECT is not shown what its foreign keys do. */
static int32_t
push_unseen(dn_mysql_schema *schema, const dn_mysql_record *record, dunlin_string name)
{
    const dunlin_call *call = schema->connection->call;
    dunlin_string path[2] = {record->name, name};
    dunlin_fact key = {.size = sizeof(key),
                       .kind = dn_kit_string(DUNLIN_KIND_FOREIGN_KEY),
                       .path = path,
                       .path_count = 2};

    return call->host->unreadable(
        call, &key, dn_kit_string("its actions are shown to whom more than SELECT is granted"));
}

static int32_t
push_foreign_key(dn_mysql_schema *schema, dn_mysql_record *record, const sorted_rows *key)
{
    const dn_mysql_row *first = key->rows[0];
    const dn_mysql_row *rules = record->parts[DN_MYSQL_REFERENCES].first;
    dn_mysql_list list = {0};

    while (rules && !dn_kit_equal(rules->cells[REFERENCE_NAME], first->cells[KEY_NAME]))
        rules = rules->next;
    if (!rules && !schema->scope->key_count)
        return push_unseen(schema, record, first->cells[KEY_NAME]);
    add_column_list(&list, "columns", key, KEY_COLUMN);
    dn_mysql_open_member(&list, "ref", DUNLIN_PROPERTY_LIST_BEGIN);
    if (!dn_kit_equal(first->cells[KEY_DATABASE], schema->database))
        dn_mysql_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER, first->cells[KEY_DATABASE]);
    dn_mysql_add(&list, NULL, DUNLIN_PROPERTY_IDENTIFIER, first->cells[KEY_REF]);
    dn_mysql_close_member(&list);
    add_column_list(&list, "ref_columns", key, KEY_REF_COLUMN);
    if (rules) {
        add_action(&list, "on_delete", rules->cells[REFERENCE_DELETE]);
        add_action(&list, "on_update", rules->cells[REFERENCE_UPDATE]);
    }
    return dn_mysql_push(schema, record, DUNLIN_KIND_FOREIGN_KEY, &first->cells[KEY_NAME], &list);
}

/* --- indexes ----------------------------------------------------------------------------------------------- */
bool
dn_mysql_is_made_up(dunlin_string name)
{
    return dn_mysql_contains(name, "_ibfk_");
}

/* The server makes an index for a foreign key that has none, and names it after the key, or after
 * the column of a key without a name. */
static bool
is_implied(const sorted_rows *index, const sorted_rows *foreign)
{
    const dn_mysql_row *first = index->rows[0];

    for (size_t at = 0; at < foreign->count;) {
        sorted_rows key = key_at(foreign, at);
        const dn_mysql_row *made = key.rows[0];
        dunlin_string name = first->cells[INDEX_NAME];
        size_t same = 0;

        at += key.count;
        if (key.count != index->count || (!dn_mysql_same_name(name, made->cells[KEY_NAME]) &&
                                          !(dn_mysql_is_made_up(made->cells[KEY_NAME]) &&
                                            dn_mysql_same_name(name, made->cells[KEY_COLUMN]))))
            continue;
        while (same < key.count && dn_mysql_same_name(key.rows[same]->cells[KEY_COLUMN],
                                                      index->rows[same]->cells[INDEX_COLUMN]))
            same++;
        if (same == key.count && dn_kit_same(first->cells[INDEX_NOT_UNIQUE], "1"))
            return true;
    }
    return false;
}

/* [MDB] a spatial index has a length that nobody gave. */
static bool
has_length(const dn_mysql_row *row)
{
    return row->cells[INDEX_LENGTH].data != NULL && !dn_kit_same(row->cells[INDEX_TYPE], "SPATIAL");
}

static bool
is_descending(const dn_mysql_row *row)
{
    return dn_kit_same(row->cells[INDEX_DIRECTION], "D");
}

static bool
is_plain(const sorted_rows *index)
{
    for (size_t i = 0; i < index->count; i++) {
        const dn_mysql_row *row = index->rows[i];

        if (has_length(row) || row->cells[INDEX_COLUMN].data == NULL || is_descending(row))
            return false;
    }
    return true;
}

static void
add_index_keys(dn_mysql_schema *schema, const sorted_rows *index, dn_mysql_list *list)
{
    dn_mysql_open_member(list, "keys", DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t i = 0; i < index->count; i++) {
        const dn_mysql_row *row = index->rows[i];

        dn_mysql_open_member(list, NULL, DUNLIN_PROPERTY_STRUCT_BEGIN);
        dn_mysql_add(list, "column", DUNLIN_PROPERTY_IDENTIFIER, row->cells[INDEX_COLUMN]);
        if (row->cells[INDEX_COLUMN].data == NULL)
            dn_mysql_add(
                list, "expr", DUNLIN_PROPERTY_EXPRESSION,
                dn_mysql_unwrap(dn_mysql_unescape(&schema->pool, row->cells[INDEX_EXPRESSION])));
        dn_mysql_add_flag(list, "desc", is_descending(row));
        if (has_length(row))
            dn_mysql_add_number(list, "length", dn_mysql_number(row->cells[INDEX_LENGTH]));
        dn_mysql_close_member(list);
    }
    dn_mysql_close_member(list);
}

/* BTREE is what there is, but for MEMORY, which has HASH unless it is told; [MDB] HASH of a unique key is how a
 * long one is kept. */
static void
add_method(const dn_mysql_record *record, const dn_mysql_row *row, bool unique, dn_mysql_list *list)
{
    const dn_mysql_row *table = record->parts[DN_MYSQL_TABLES].first;
    dunlin_string type = row->cells[INDEX_TYPE];

    if (dn_kit_same(type, "FULLTEXT"))
        dn_mysql_add(list, "method", DUNLIN_PROPERTY_TEXT, dn_kit_string("fulltext"));
    else if (dn_kit_same(type, "SPATIAL"))
        dn_mysql_add(list, "method", DUNLIN_PROPERTY_TEXT, dn_kit_string("spatial"));
    else if (dn_kit_same(type, "BTREE") && table != NULL &&
             dn_kit_same_word(table->cells[TABLE_ENGINE], "MEMORY"))
        dn_mysql_add(list, "method", DUNLIN_PROPERTY_TEXT, dn_kit_string("btree"));
    else if (dn_kit_same(type, "HASH") && !unique)
        dn_mysql_add(list, "method", DUNLIN_PROPERTY_TEXT, dn_kit_string("hash"));
}

/* Of the first columns of a key: lengths of all where one has any, and which run down. */
static void
add_lengths(const sorted_rows *index, size_t count, dn_mysql_list *list)
{
    bool lengths = false;
    bool descending = false;

    for (size_t i = 0; i < count; i++) {
        lengths = lengths || has_length(index->rows[i]);
        descending = descending || is_descending(index->rows[i]);
    }
    if (lengths) {
        dn_mysql_open_member(list, "lengths", DUNLIN_PROPERTY_LIST_BEGIN);
        for (size_t i = 0; i < count; i++)
            dn_mysql_add_number(list, NULL,
                                has_length(index->rows[i])
                                    ? dn_mysql_number(index->rows[i]->cells[INDEX_LENGTH])
                                    : 0);
        dn_mysql_close_member(list);
    }
    if (descending) {
        dn_mysql_open_member(list, "desc_columns", DUNLIN_PROPERTY_LIST_BEGIN);
        for (size_t i = 0; i < count; i++)
            if (is_descending(index->rows[i]))
                dn_mysql_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER,
                             index->rows[i]->cells[INDEX_COLUMN]);
        dn_mysql_close_member(list);
    }
}

/* [MDB] the two columns of a period stand at the end of a key that is WITHOUT OVERLAPS of it. */
static bool
is_in_time(const dn_mysql_record *record, const sorted_rows *index)
{
    return index->count > 2 && dn_mysql_is_in_time(record, index->rows[0]->cells[INDEX_NAME]);
}

static void
add_key_columns(const dn_mysql_record *record, const sorted_rows *index, dn_mysql_list *list)
{
    bool in_time = is_in_time(record, index);
    size_t count = in_time ? index->count - 2 : index->count;

    dn_mysql_open_member(list, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
    for (size_t i = 0; i < count; i++)
        dn_mysql_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, index->rows[i]->cells[INDEX_COLUMN]);
    if (in_time)
        dn_mysql_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, record->period_name);
    dn_mysql_close_member(list);
    dn_mysql_add_flag(list, "without_overlaps", in_time);
    add_lengths(index, count, list);
}

static int32_t
push_index(dn_mysql_schema *schema, dn_mysql_record *record, const sorted_rows *index,
           const sorted_rows *foreign)
{
    const dn_mysql_row *first = index->rows[0];
    bool primary = dn_kit_same(first->cells[INDEX_NAME], "PRIMARY");
    bool unique = !dn_kit_same(first->cells[INDEX_NOT_UNIQUE], "1");
    const char *kind = DUNLIN_KIND_INDEX;
    dn_mysql_list list = {0};

    if (primary)
        kind = DUNLIN_KIND_PRIMARY_KEY;
    else if (unique && (is_plain(index) || is_in_time(record, index)))
        kind = DUNLIN_KIND_UNIQUE;
    if (strcmp(kind, DUNLIN_KIND_INDEX) == 0) {
        dn_mysql_add_flag(&list, "unique", unique);
        add_index_keys(schema, index, &list);
        dn_mysql_add_flag(&list, "implied", is_implied(index, foreign));
    } else {
        add_key_columns(record, index, &list);
    }
    add_method(record, first, unique, &list);
    dn_mysql_add_flag(&list, "invisible", dn_kit_same(first->cells[INDEX_IGNORED], "YES"));
    dn_mysql_add(&list, "comment", DUNLIN_PROPERTY_TEXT, first->cells[INDEX_COMMENT]);
    return dn_mysql_push(schema, record, kind, &first->cells[INDEX_NAME], &list);
}

int32_t
dn_mysql_push_keys(dn_mysql_schema *schema, dn_mysql_record *record)
{
    sorted_rows indexes = sort_rows(schema, record, DN_MYSQL_INDEXES);
    sorted_rows foreign = sort_rows(schema, record, DN_MYSQL_KEYS);
    int32_t status = DUNLIN_OK;

    for (size_t at = 0; at < indexes.count && status == DUNLIN_OK;) {
        sorted_rows index = key_at(&indexes, at);

        status = push_index(schema, record, &index, &foreign);
        at += index.count;
    }
    for (size_t at = 0; at < foreign.count && status == DUNLIN_OK;) {
        sorted_rows key = key_at(&foreign, at);

        status = push_foreign_key(schema, record, &key);
        at += key.count;
    }
    return status;
}
