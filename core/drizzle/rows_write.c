/* SPDX-License-Identifier: MIT
 *
 * A schema as the rows of a snapshot of drizzle-kit 1.0. Each is built as 0.x has it, and then written
 * in the words of 1.0; a row that is there already and says the same is taken as it is.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/drizzle/chain.h"

typedef struct raising {
    const dn_drizzle_dialect *dialect;
    const dn_drizzle_rows *known;
    const dn_fact_map *facts;
    cJSON *rows;
} raising;

static void
put_text(cJSON *list, const char *name, const char *text)
{
    dn_drizzle_put(list, name, cJSON_CreateString(text));
}

/* null where nothing is said. */
static void
put_copy(cJSON *list, const char *name, const cJSON *from)
{
    dn_drizzle_put(list, name, from ? cJSON_Duplicate(from, true) : cJSON_CreateNull());
}

/* --- words ------------------------------------------------------------------------------------------- */

/* "numeric(12, 3)" is "numeric(12,3)" there, and "timestamp (3)" "timestamp(3)"; the brackets of arrays
 * are counted. */
static void
put_type(cJSON *row, const cJSON *node, bool dimensions)
{
    const char *space = dn_drizzle_text(node, "typeSchema");
    char type[1024];
    size_t length = 0;
    int count = 0;

    for (const char *at = dn_drizzle_text(node, "type"); *at && length + 1 < sizeof type; at++)
        if (*space || *at != ' ' || (at[1] != '(' && (!length || type[length - 1] != ',')))
            type[length++] = *at;
    while (dimensions && length > 2 && memcmp(type + length - 2, "[]", 2) == 0) {
        length -= 2;
        count++;
    }
    type[length] = '\0';
    put_text(row, "type", type);
    if (!dimensions)
        return;
    dn_drizzle_put(row, "typeSchema", *space ? cJSON_CreateString(space) : cJSON_CreateNull());
    dn_drizzle_put(row, "dimensions", cJSON_CreateNumber(count));
}

static void
put_default(cJSON *row, const cJSON *value)
{
    char text[64];
    size_t length = cJSON_IsString(value) ? strlen(value->valuestring) : 0;
    cJSON *written;

    if (cJSON_IsBool(value)) {
        put_text(row, "default", cJSON_IsTrue(value) ? "true" : "false");
    } else if (cJSON_IsNumber(value)) {
        snprintf(text, sizeof text, "%.15g", value->valuedouble);
        put_text(row, "default", text);
    } else if (!length) {
        dn_drizzle_put(row, "default", cJSON_CreateNull());
    } else {
        written = cJSON_CreateString(value->valuestring);
        if (written && length > 8 && strcmp(written->valuestring + length - 8, "'::jsonb") == 0)
            written->valuestring[length - 7] = '\0';
        else if (written && length > 7 && strcmp(written->valuestring + length - 7, "'::json") == 0)
            written->valuestring[length - 6] = '\0';
        dn_drizzle_put(row, "default", written);
    }
}

static void
put_identity(cJSON *row, const char *table, const cJSON *node)
{
    const cJSON *known = dn_drizzle_member(node, "identity");
    const char *type = dn_drizzle_text(node, "type");
    char name[1024];
    cJSON *identity;

    if (!known || dn_drizzle_member(known, "name")) {
        put_copy(row, "identity", known);
        return;
    }
    identity = cJSON_CreateObject();
    snprintf(name, sizeof name, "%s_%s_seq", table, dn_drizzle_text(node, "name"));
    put_text(identity, "name", name);
    put_copy(identity, "type", dn_drizzle_member(known, "type"));
    put_text(identity, "increment", "1");
    put_text(identity, "minValue", "1");
    put_text(identity, "maxValue",
             strcmp(type, "bigint") == 0     ? "9223372036854775807"
             : strcmp(type, "smallint") == 0 ? "32767"
                                             : "2147483647");
    put_text(identity, "startWith", "1");
    dn_drizzle_put(identity, "cache", cJSON_CreateNumber(1));
    dn_drizzle_put(identity, "cycle", cJSON_CreateBool(false));
    dn_drizzle_put(row, "identity", identity);
}

static void
put_action(cJSON *row, const char *name, const cJSON *node)
{
    char words[32];
    size_t length = 0;

    for (const char *at = dn_drizzle_text(node, name); *at && length + 1 < sizeof words; at++)
        words[length++] = (char)toupper((unsigned char)*at);
    words[length] = '\0';
    put_text(row, name, words);
}

/* Whether a name is not the one that drizzle-kit gives by itself. */
static void
put_explicit(cJSON *row, const char *table, const cJSON *columns, const char *tail)
{
    char name[2048];
    int length = snprintf(name, sizeof name, "%s", table);

    for (const cJSON *one = columns ? columns->child : NULL;
         one && length > 0 && (size_t)length < sizeof name; one = one->next)
        length += snprintf(name + length, sizeof name - (size_t)length, "_%s",
                           cJSON_IsString(one) ? one->valuestring : "");
    if (length > 0 && (size_t)length < sizeof name)
        snprintf(name + length, sizeof name - (size_t)length, "%s", tail);
    dn_drizzle_put(row, "nameExplicit",
                   cJSON_CreateBool(strcmp(name, dn_drizzle_text(row, "name")) != 0));
}

/* --- rows of tables ------------------------------------------------------------------------------------- */

static void
write_column(raising *work, cJSON *row, const char *table, const cJSON *node)
{
    bool key = cJSON_IsTrue(dn_drizzle_member(node, "primaryKey"));

    put_type(row, node, work->dialect->namespaces);
    dn_drizzle_put(row, "notNull",
                   cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(node, "notNull")) && !key));
    if (!work->dialect->namespaces)
        dn_drizzle_put(row, work->dialect->inline_references ? "autoincrement" : "autoIncrement",
                       cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(node, "autoincrement"))));
    put_default(row, dn_drizzle_member(node, "default"));
    if (!work->dialect->namespaces && !work->dialect->inline_references) {
        dn_drizzle_put(row, "onUpdateNow",
                       cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(node, "onUpdate"))));
        put_copy(row, "onUpdateNowFsp", dn_drizzle_member(node, "onUpdateDigits"));
        dn_drizzle_put(row, "charSet", cJSON_CreateNull());
        dn_drizzle_put(row, "collation", cJSON_CreateNull());
    }
    put_copy(row, "generated", dn_drizzle_member(node, "generated"));
    if (work->dialect->namespaces)
        put_identity(row, table, node);
}

static cJSON *
index_key(const raising *work, const cJSON *key)
{
    cJSON *one = cJSON_CreateObject();
    bool plain = cJSON_IsString(key);

    put_text(one, "value", plain ? key->valuestring : dn_drizzle_text(key, "expression"));
    dn_drizzle_put(one, "isExpression",
                   cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(key, "isExpression"))));
    if (!work->dialect->namespaces)
        return one;
    dn_drizzle_put(one, "asc", cJSON_CreateBool(!cJSON_IsFalse(dn_drizzle_member(key, "asc"))));
    dn_drizzle_put(one, "nullsFirst",
                   cJSON_CreateBool(strcmp(dn_drizzle_text(key, "nulls"), "first") == 0));
    if (*dn_drizzle_text(key, "opclass")) {
        cJSON *opclass = cJSON_CreateObject();

        put_text(opclass, "name", dn_drizzle_text(key, "opclass"));
        dn_drizzle_put(opclass, "default", cJSON_CreateBool(false));
        dn_drizzle_put(one, "opclass", opclass);
    } else {
        dn_drizzle_put(one, "opclass", cJSON_CreateNull());
    }
    return one;
}

static void
write_index(raising *work, cJSON *row, const cJSON *node)
{
    const cJSON *list = dn_drizzle_member(node, "columns");
    cJSON *columns = cJSON_CreateArray();

    for (const cJSON *key = list ? list->child : NULL; key; key = key->next)
        cJSON_AddItemToArray(columns, index_key(work, key));
    if (!work->dialect->inline_references)
        dn_drizzle_put(row, "nameExplicit", cJSON_CreateBool(true));
    dn_drizzle_put(row, "columns", columns);
    dn_drizzle_put(row, "isUnique",
                   cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(node, "isUnique")) ||
                                    !dn_drizzle_member(node, "isUnique")));
    if (work->dialect->namespaces || work->dialect->inline_references)
        put_copy(row, "where", dn_drizzle_member(node, "where"));
    if (work->dialect->inline_references) {
        put_text(row, "origin", "manual");
    } else if (work->dialect->namespaces) {
        put_text(row, "with", "");
        put_copy(row, "method", dn_drizzle_member(node, "method"));
        dn_drizzle_put(row, "concurrently", cJSON_CreateBool(false));
    } else {
        dn_drizzle_put(row, "using", cJSON_CreateNull());
        dn_drizzle_put(row, "algorithm", cJSON_CreateNull());
        dn_drizzle_put(row, "lock", cJSON_CreateNull());
    }
}

static void
write_reference(raising *work, cJSON *row, const char *table, const cJSON *node)
{
    const char *space = dn_drizzle_text(node, "schemaTo");
    char tail[1024];
    int length = snprintf(tail, sizeof tail, "_%s", dn_drizzle_text(node, "tableTo"));
    const cJSON *to = dn_drizzle_member(node, "columnsTo");

    for (const cJSON *one = to ? to->child : NULL;
         one && length > 0 && (size_t)length + 4 < sizeof tail; one = one->next)
        length += snprintf(tail + length, sizeof tail - (size_t)length, "_%s",
                           cJSON_IsString(one) ? one->valuestring : "");
    if (length > 0 && (size_t)length + 4 < sizeof tail)
        snprintf(tail + length, sizeof tail - (size_t)length, "_fk");
    put_copy(row, "columns", dn_drizzle_member(node, "columnsFrom"));
    put_explicit(row, table, dn_drizzle_member(row, "columns"), tail);
    if (work->dialect->namespaces)
        put_text(row, "schemaTo", *space ? space : "public");
    put_copy(row, "tableTo", dn_drizzle_member(node, "tableTo"));
    put_copy(row, "columnsTo", to);
    put_action(row, "onUpdate", node);
    put_action(row, "onDelete", node);
}

/* MySQL has one name for all primary keys, and drizzle-kit no row for unique constraints there. */
static void
write_key(raising *work, cJSON *row, const char *table, const cJSON *node, bool primary)
{
    const cJSON *columns = dn_drizzle_member(node, "columns");
    bool mysql = !work->dialect->namespaces && !work->dialect->inline_references;

    if (mysql && primary)
        cJSON_ReplaceItemInObjectCaseSensitive(row, "name", cJSON_CreateString("PRIMARY"));
    put_copy(row, "columns", columns);
    if (primary && !mysql)
        put_explicit(row, table, columns, "_pk");
    /* The other name is the one that 0.x gave. */
    if (primary && work->dialect->namespaces &&
        cJSON_IsTrue(dn_drizzle_member(row, "nameExplicit"))) {
        cJSON_DeleteItemFromObjectCaseSensitive(row, "nameExplicit");
        put_explicit(row, table, NULL, "_pkey");
    }
    if (primary)
        return;
    put_explicit(row, table, columns, "_unique");
    if (work->dialect->namespaces)
        dn_drizzle_put(row, "nullsNotDistinct",
                       cJSON_CreateBool(cJSON_IsTrue(dn_drizzle_member(node, "nullsNotDistinct"))));
}

/* --- rows ----------------------------------------------------------------------------------------------- */

/* A primary key has no words of authors but its name. */
static bool
says_the_same(const raising *work, const cJSON *there, const cJSON *row, const cJSON *node)
{
    cJSON *lowered;
    bool same;

    if (strcmp(dn_drizzle_text(row, "entityType"), "pks") == 0)
        return cJSON_Compare(dn_drizzle_member(there, "columns"), dn_drizzle_member(row, "columns"),
                             true);
    if (!node)
        return true;
    lowered = dn_drizzle_row_node(work->dialect, there);
    same = lowered && cJSON_Compare(lowered, node, true);
    cJSON_Delete(lowered);
    return same;
}

/* Takes the row; one that is there and says the same stands in for it. */
static void
add_row(raising *work, cJSON *row, const cJSON *node)
{
    const cJSON *const known[] = {work->known->own, work->known->previous};
    const cJSON *same = NULL;

    for (size_t i = 0; !same && i < sizeof known / sizeof known[0]; i++) {
        const cJSON *there = dn_drizzle_row_find(known[i], row);

        if (there && says_the_same(work, there, row, node))
            same = there;
    }
    cJSON_AddItemToArray(work->rows, same ? cJSON_Duplicate(same, true) : row);
    if (same)
        cJSON_Delete(row);
}

static cJSON *
new_row(const raising *work, const cJSON *table, const char *name)
{
    const char *space = dn_drizzle_text(table, "schema");
    cJSON *row = cJSON_CreateObject();

    if (work->dialect->namespaces)
        put_text(row, "schema", *space ? space : "public");
    if (table)
        put_copy(row, "table", dn_drizzle_member(table, "name"));
    put_text(row, "name", name);
    return row;
}

static void
add_member(raising *work, const cJSON *table, const cJSON *node, const char *type)
{
    bool mysql = !work->dialect->namespaces && !work->dialect->inline_references;
    const char *name = dn_drizzle_text(table, "name");
    cJSON *row = new_row(work, table, dn_drizzle_text(node, "name"));

    if (strcmp(type, "uniques") == 0 && mysql)
        type = "indexes";
    if (strcmp(type, "columns") == 0)
        write_column(work, row, name, node);
    else if (strcmp(type, "indexes") == 0)
        write_index(work, row, node);
    else if (strcmp(type, "fks") == 0)
        write_reference(work, row, name, node);
    else if (strcmp(type, "checks") == 0)
        put_copy(row, "value", dn_drizzle_member(node, "value"));
    else
        write_key(work, row, name, node, strcmp(type, "pks") == 0);
    put_text(row, "entityType", type);
    add_row(work, row, node);
}

/* A key that the column told of. */
static void
add_column_key(raising *work, const cJSON *table, const cJSON *column)
{
    char name[1024];
    cJSON *row;
    cJSON *columns;

    if (!cJSON_IsTrue(dn_drizzle_member(column, "primaryKey")))
        return;
    snprintf(name, sizeof name, "%s_pk", dn_drizzle_text(table, "name"));
    row = new_row(work, table, name);
    columns = cJSON_CreateArray();
    cJSON_AddItemToArray(columns, cJSON_CreateString(dn_drizzle_text(column, "name")));
    dn_drizzle_put(row, "columns", columns);
    dn_drizzle_put(row, "nameExplicit", cJSON_CreateBool(false));
    put_text(row, "entityType", "pks");
    add_row(work, row, NULL);
}

static void
add_members(raising *work, const cJSON *tables, const char *list, const char *type)
{
    for (const cJSON *table = tables ? tables->child : NULL; table; table = table->next) {
        const cJSON *nodes = dn_drizzle_member(table, list);

        for (const cJSON *node = nodes ? nodes->child : NULL; node; node = node->next)
            add_member(work, table, node, type);
        nodes = strcmp(type, "pks") == 0 ? dn_drizzle_member(table, "columns") : NULL;
        for (const cJSON *node = nodes ? nodes->child : NULL; node; node = node->next)
            add_column_key(work, table, node);
    }
}

static void
add_outer(raising *work, const cJSON *tree)
{
    const cJSON *list = work->dialect->namespaces ? dn_drizzle_member(tree, "schemas") : NULL;
    cJSON *row;

    for (const cJSON *node = list ? list->child : NULL; node; node = node->next) {
        row = cJSON_CreateObject();
        put_text(row, "name", node->string);
        put_text(row, "entityType", "schemas");
        add_row(work, row, NULL);
    }
    list = dn_drizzle_member(tree, "tables");
    for (const cJSON *node = list ? list->child : NULL; node; node = node->next) {
        const char *space = dn_drizzle_text(node, "schema");

        row = cJSON_CreateObject();
        if (work->dialect->namespaces)
            put_text(row, "schema", *space ? space : "public");
        put_copy(row, "name", dn_drizzle_member(node, "name"));
        if (work->dialect->namespaces)
            dn_drizzle_put(row, "isRlsEnabled", cJSON_CreateBool(false));
        put_text(row, "entityType", "tables");
        add_row(work, row, NULL);
    }
    list = work->dialect->namespaces ? dn_drizzle_member(tree, "enums") : NULL;
    for (const cJSON *node = list ? list->child : NULL; node; node = node->next) {
        row = cJSON_Duplicate(node, true);
        put_text(row, "entityType", "enums");
        add_row(work, row, node);
    }
}

static bool
is_there(raising *work, const cJSON *row)
{
    static const char *const kinds[] = {DUNLIN_KIND_VIEW, DUNLIN_KIND_MATERIALIZED_VIEW};
    const dunlin_string path[2] = {dn_string(dn_drizzle_text(row, "schema")),
                                   dn_string(dn_drizzle_text(row, "name"))};
    uint64_t lead = work->dialect->namespaces ? 0 : 1;
    bool view = strcmp(dn_drizzle_text(row, "entityType"), "views") == 0;

    for (size_t i = 0; view && i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_find(work->facts, dn_string(kinds[i]), path + lead, 2 - lead))
            return true;
    for (const cJSON *other = work->rows->child; !view && other; other = other->next)
        if (!dn_drizzle_member(row, "table") ||
            (strcmp(dn_drizzle_text(other, "entityType"), "tables") == 0 &&
             strcmp(dn_drizzle_text(other, "schema"), dn_drizzle_text(row, "schema")) == 0 &&
             strcmp(dn_drizzle_text(other, "name"), dn_drizzle_text(row, "table")) == 0))
            return true;
    return false;
}

/* What no fact tells of is as it was: views while they exist, roles, policies, sequences. */
static void
add_others(raising *work)
{
    const cJSON *known = work->known->own ? work->known->own : work->known->previous;

    for (const cJSON *row = known ? known->child : NULL; row; row = row->next)
        if (dn_string_among(dn_string(dn_drizzle_text(row, "entityType")),
                            "views sequences roles privileges policies") &&
            is_there(work, row))
            cJSON_AddItemToArray(work->rows, cJSON_Duplicate(row, true));
}

int
dn_drizzle_write_rows(const char *dialect, const dn_drizzle_write *how,
                      const dn_drizzle_rows *known, dn_arena *arena, cJSON **rows, dn_error *error)
{
    const dn_drizzle_dialect *named = dn_drizzle_dialect_named(dialect);
    dn_drizzle_dialect form;
    cJSON *tree;

    if (!named)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "snapshot.invalid",
                       "drizzle-kit has no snapshots for %s", dialect);
    form = *named;
    form.column_keys = form.inline_references;
    tree = dn_drizzle_build(&form, how, arena);
    raising work = {&form, known, how->facts, cJSON_CreateArray()};
    if (!tree || !work.rows) {
        cJSON_Delete(tree);
        cJSON_Delete(work.rows);
        return dn_no_memory(error);
    }
    const cJSON *tables = dn_drizzle_member(tree, "tables");
    add_outer(&work, tree);
    add_members(&work, tables, "columns", "columns");
    add_members(&work, tables, "indexes", "indexes");
    add_members(&work, tables, "foreignKeys", "fks");
    add_members(&work, tables, "compositePrimaryKeys", "pks");
    add_members(&work, tables, "uniqueConstraints", "uniques");
    add_members(&work, tables, form.checks, "checks");
    add_others(&work);
    cJSON_Delete(tree);
    *rows = work.rows;
    return 0;
}

/* --- files ------------------------------------------------------------------------------------------------ */

static cJSON *
changed_members(const cJSON *before, const cJSON *after)
{
    cJSON *set = NULL;

    for (const cJSON *value = after->child; value; value = value->next) {
        const cJSON *old = dn_drizzle_member(before, value->string);

        if (old && cJSON_Compare(old, value, true))
            continue;
        set = set ? set : cJSON_CreateObject();
        put_copy(set, value->string, value);
    }
    return set;
}

static void
add_delta(cJSON *deltas, const char *op, const char *key, const char *name, cJSON *value)
{
    cJSON *delta = cJSON_CreateObject();

    put_text(delta, "op", op);
    if (key)
        put_text(delta, "key", key);
    if (name)
        dn_drizzle_put(delta, name, value);
    cJSON_AddItemToArray(deltas, delta);
}

cJSON *
dn_drizzle_deltas(const cJSON *before, const cJSON *after, dn_arena *arena)
{
    cJSON *deltas = cJSON_CreateArray();

    for (const cJSON *row = before->child; row; row = row->next)
        if (!dn_drizzle_row_find(after, row))
            add_delta(deltas, "drop", dn_drizzle_row_key(row, arena), NULL, NULL);
    for (const cJSON *row = after->child; row; row = row->next) {
        const cJSON *old = dn_drizzle_row_find(before, row);
        cJSON *set = old ? changed_members(old, row) : NULL;

        if (!old)
            add_delta(deltas, "create", NULL, "row", cJSON_Duplicate(row, true));
        else if (set)
            add_delta(deltas, "alter", dn_drizzle_row_key(row, arena), "set", set);
    }
    return deltas;
}

/* As drizzle-kit writes keys. */
static void
unmark_keys(dn_text *text)
{
    static const char begin[] = "\"key\": \"";
    static const char mark[] = "\\u0001";

    for (char *at = text->data; at && (at = strstr(at, begin)) != NULL; at += sizeof begin - 1) {
        char *found = strstr(at, mark);
        char *end = strchr(at, '\n');

        if (found && (!end || found < end))
            found[sizeof mark - 2] = '0';
    }
}

int
dn_drizzle_write_link(const char *dialect, const dn_drizzle_header *header, const cJSON *deltas,
                      const cJSON *rows, dn_text *text, dn_error *error)
{
    bool changes = strcmp(dialect, "postgresql") == 0;
    cJSON *root = cJSON_CreateObject();
    cJSON *parents = cJSON_CreateArray();

    for (size_t i = 0; i < header->parents->count; i++)
        cJSON_AddItemToArray(parents, cJSON_CreateString(header->parents->items[i]));
    if (!header->parents->count)
        cJSON_AddItemToArray(parents, cJSON_CreateString(dn_drizzle_origin));
    if (changes)
        put_text(root, "type", header->parents->count ? "diff" : "base");
    put_text(root, "version", dn_drizzle_chain_version(dialect));
    put_text(root, "dialect", changes ? "postgres" : dialect);
    put_text(root, "id", header->id);
    dn_drizzle_put(root, "prevIds", parents);
    if (changes)
        dn_drizzle_put(root, "footprints", cJSON_CreateArray());
    if (changes && header->parents->count)
        put_copy(root, "deltas", deltas);
    else
        put_copy(root, "ddl", rows);
    if (!changes)
        dn_drizzle_put(root, "renames", cJSON_CreateArray());
    dn_drizzle_print(root, 0, text);
    cJSON_Delete(root);
    unmark_keys(text);
    return text->failed ? dn_no_memory(error) : 0;
}
