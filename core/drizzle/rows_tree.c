/* SPDX-License-Identifier: MIT
 *
 * The rows of a snapshot of drizzle-kit 1.0 in the form of 0.x, which SQL is made of.
 */
#include <stdio.h>
#include <string.h>

#include "core/drizzle/chain.h"

/* Where it says something. */
static void
put_copy(cJSON *list, const char *name, const cJSON *row, const char *from)
{
    const cJSON *value = dn_drizzle_member(row, from);

    if (value && !cJSON_IsNull(value))
        dn_drizzle_put(list, name, cJSON_Duplicate(value, true));
}

/* --- members of tables ---------------------------------------------------------------------------------- */

static void
put_type(cJSON *node, const cJSON *row)
{
    const cJSON *dimensions = dn_drizzle_member(row, "dimensions");
    const char *space = dn_drizzle_text(row, "typeSchema");
    char type[1024];
    int length = snprintf(type, sizeof type, "%s", dn_drizzle_text(row, "type"));

    for (int i = 0; cJSON_IsNumber(dimensions) && i < dimensions->valueint && length > 0 &&
                    (size_t)length + 3 < sizeof type;
         i++)
        length += snprintf(type + length, sizeof type - (size_t)length, "[]");
    dn_drizzle_put(node, "type", cJSON_CreateString(type));
    if (*space && strcmp(space, "pg_catalog") != 0)
        dn_drizzle_put(node, "typeSchema", cJSON_CreateString(space));
}

static cJSON *
column_node(const dn_drizzle_dialect *dialect, const cJSON *row)
{
    cJSON *node = cJSON_CreateObject();

    put_copy(node, "name", row, "name");
    put_type(node, row);
    dn_drizzle_put(node, "primaryKey", cJSON_CreateBool(false));
    put_copy(node, "notNull", row, "notNull");
    if (!dialect->namespaces)
        dn_drizzle_put(node, "autoincrement",
                       cJSON_CreateBool(dn_drizzle_is_set(row, "autoincrement") ||
                                        dn_drizzle_is_set(row, "autoIncrement")));
    put_copy(node, "generated", row, "generated");
    put_copy(node, "default", row, "default");
    put_copy(node, "identity", row, "identity");
    if (dn_drizzle_is_set(row, "onUpdateNow"))
        put_copy(node, "onUpdate", row, "onUpdateNow");
    put_copy(node, "onUpdateDigits", row, "onUpdateNowFsp");
    return node;
}

static cJSON *
index_node(const dn_drizzle_dialect *dialect, const cJSON *row)
{
    cJSON *node = cJSON_CreateObject();
    cJSON *columns = cJSON_CreateArray();
    const cJSON *list = dn_drizzle_member(row, "columns");

    put_copy(node, "name", row, "name");
    for (const cJSON *key = list ? list->child : NULL; key; key = key->next) {
        cJSON *one = cJSON_CreateObject();
        const cJSON *opclass = dn_drizzle_member(key, "opclass");

        put_copy(one, "expression", key, "value");
        put_copy(one, "isExpression", key, "isExpression");
        if (dialect->namespaces) {
            put_copy(one, "asc", key, "asc");
            dn_drizzle_put(
                one, "nulls",
                cJSON_CreateString(dn_drizzle_is_set(key, "nullsFirst") ? "first" : "last"));
        }
        if (opclass && !dn_drizzle_is_set(opclass, "default"))
            put_copy(one, "opclass", opclass, "name");
        cJSON_AddItemToArray(columns, one);
    }
    dn_drizzle_put(node, "columns", columns);
    put_copy(node, "isUnique", row, "isUnique");
    put_copy(node, "where", row, "where");
    put_copy(node, "method", row, "method");
    put_copy(node, "using", row, "using");
    put_copy(node, "with", row, "with");
    return node;
}

static cJSON *
reference_node(const cJSON *row)
{
    cJSON *node = cJSON_CreateObject();

    put_copy(node, "name", row, "name");
    put_copy(node, "tableFrom", row, "table");
    put_copy(node, "tableTo", row, "tableTo");
    put_copy(node, "schemaTo", row, "schemaTo");
    put_copy(node, "columnsFrom", row, "columns");
    put_copy(node, "columnsTo", row, "columnsTo");
    put_copy(node, "onDelete", row, "onDelete");
    put_copy(node, "onUpdate", row, "onUpdate");
    return node;
}

static cJSON *
sequence_node(const cJSON *row)
{
    static const char *const names[][2] = {
        {"name", "name"},         {"schema", "schema"},     {"increment", "incrementBy"},
        {"minValue", "minValue"}, {"maxValue", "maxValue"}, {"startWith", "startWith"},
        {"cache", "cacheSize"},   {"cycle", "cycle"}};
    cJSON *node = cJSON_CreateObject();

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        put_copy(node, names[i][0], row, names[i][1]);
    return node;
}

static cJSON *
named_node(const cJSON *row, const char *value)
{
    cJSON *node = cJSON_CreateObject();

    put_copy(node, "name", row, "name");
    put_copy(node, "schema", row, "schema");
    put_copy(node, value, row, value);
    put_copy(node, "nullsNotDistinct", row, "nullsNotDistinct");
    return node;
}

cJSON *
dn_drizzle_row_node(const dn_drizzle_dialect *dialect, const cJSON *row)
{
    const char *type = dn_drizzle_text(row, "entityType");

    if (strcmp(type, "columns") == 0)
        return column_node(dialect, row);
    if (strcmp(type, "indexes") == 0)
        return index_node(dialect, row);
    if (strcmp(type, "fks") == 0)
        return reference_node(row);
    if (strcmp(type, "pks") == 0 || strcmp(type, "uniques") == 0)
        return named_node(row, "columns");
    if (strcmp(type, "checks") == 0)
        return named_node(row, "value");
    if (strcmp(type, "enums") == 0)
        return named_node(row, "values");
    if (strcmp(type, "sequences") == 0)
        return sequence_node(row);
    return strcmp(type, "schemas") == 0 ? cJSON_CreateString(dn_drizzle_text(row, "name")) : NULL;
}

/* --- the tree ------------------------------------------------------------------------------------------- */

typedef struct planting {
    const dn_drizzle_dialect *dialect;
    const dn_fact_map *made;
    cJSON *root;
} planting;

static void
write_key(const planting *work, char *key, size_t size, const char *space, const char *name)
{
    snprintf(key, size, "%s%s%s", work->dialect->namespaces ? space : "",
             work->dialect->namespaces ? "." : "", name);
}

static void
add_table(planting *work, const cJSON *row)
{
    static const char *const lists[] = {"columns", "indexes", "foreignKeys", "compositePrimaryKeys",
                                        "uniqueConstraints"};
    const char *space = dn_drizzle_text(row, "schema");
    cJSON *table = cJSON_CreateObject();
    char key[1024];

    put_copy(table, "name", row, "name");
    if (work->dialect->namespaces)
        dn_drizzle_put(table, "schema",
                       cJSON_CreateString(strcmp(space, "public") == 0 ? "" : space));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        dn_drizzle_put(table, lists[i], cJSON_CreateObject());
    dn_drizzle_put(table, work->dialect->checks, cJSON_CreateObject());
    write_key(work, key, sizeof key, space, dn_drizzle_text(row, "name"));
    dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(work->root, "tables"), key, table);
}

/* Whether it may be NULL drizzle-kit does not say of a column that is the key on SQLite. */
static void
take_not_null(const planting *work, const cJSON *row, cJSON *column)
{
    const dunlin_string path[2] = {dn_string(dn_drizzle_text(row, "table")),
                                   dn_string(dn_drizzle_text(column, "name"))};
    const dunlin_fact *made =
        work->made ? dn_fact_map_find(work->made, dn_string(DUNLIN_KIND_COLUMN), path, 2) : NULL;

    if (made && dn_fact_flag(made, "not_null") && dn_drizzle_member(column, "notNull"))
        cJSON_ReplaceItemInObjectCaseSensitive(column, "notNull", cJSON_CreateBool(true));
}

/* A key of one column is told with that on SQLite: only there can it say that it counts. */
static bool
add_to_column(const planting *work, const cJSON *table, const cJSON *row)
{
    const cJSON *columns = dn_drizzle_member(row, "columns");
    cJSON *column;

    if (strcmp(dn_drizzle_text(row, "entityType"), "pks") != 0 ||
        !work->dialect->inline_references || cJSON_GetArraySize(columns) != 1 ||
        !cJSON_IsString(columns->child))
        return false;
    column = (cJSON *)(uintptr_t)dn_drizzle_member(dn_drizzle_member(table, "columns"),
                                                   columns->child->valuestring);
    if (!column)
        return false;
    take_not_null(work, row, column);
    return cJSON_ReplaceItemInObjectCaseSensitive(column, "primaryKey", cJSON_CreateBool(true));
}

static void
add_member(planting *work, const cJSON *row)
{
    const struct {
        const char *type;
        const char *list;
    } lists[] = {{"columns", "columns"},           {"indexes", "indexes"},
                 {"fks", "foreignKeys"},           {"pks", "compositePrimaryKeys"},
                 {"uniques", "uniqueConstraints"}, {"checks", work->dialect->checks}};
    const cJSON *table;
    char key[1024];

    write_key(work, key, sizeof key, dn_drizzle_text(row, "schema"), dn_drizzle_text(row, "table"));
    table = dn_drizzle_member(dn_drizzle_member(work->root, "tables"), key);
    for (size_t i = 0; table && i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(dn_drizzle_text(row, "entityType"), lists[i].type) == 0 &&
            !add_to_column(work, table, row))
            dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(table, lists[i].list),
                           dn_drizzle_text(row, "name"), dn_drizzle_row_node(work->dialect, row));
}

static void
add_other(planting *work, const cJSON *row)
{
    static const char *const lists[] = {"schemas", "enums", "sequences"};
    const char *type = dn_drizzle_text(row, "entityType");
    char key[1024];

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(type, lists[i]) == 0) {
            if (i == 0)
                snprintf(key, sizeof key, "%s", dn_drizzle_text(row, "name"));
            else
                write_key(work, key, sizeof key, dn_drizzle_text(row, "schema"),
                          dn_drizzle_text(row, "name"));
            dn_drizzle_put((cJSON *)(uintptr_t)dn_drizzle_member(work->root, lists[i]), key,
                           dn_drizzle_row_node(work->dialect, row));
        }
    if (strcmp(type, "tables") == 0)
        add_table(work, row);
}

cJSON *
dn_drizzle_rows_tree(const char *dialect, const cJSON *rows, const dn_fact_map *made)
{
    static const char *const lists[] = {"tables", "enums", "schemas", "sequences"};
    planting work = {dn_drizzle_dialect_named(dialect), made, cJSON_CreateObject()};

    if (!work.dialect || !work.root) {
        cJSON_Delete(work.root);
        return NULL;
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        dn_drizzle_put(work.root, lists[i], cJSON_CreateObject());
    for (const cJSON *row = rows->child; row; row = row->next)
        add_other(&work, row);
    for (const cJSON *row = rows->child; row; row = row->next)
        if (strcmp(dn_drizzle_text(row, "entityType"), "pks") != 0)
            add_member(&work, row);
    for (const cJSON *row = rows->child; row; row = row->next)
        if (strcmp(dn_drizzle_text(row, "entityType"), "pks") == 0)
            add_member(&work, row);
    return work.root;
}
