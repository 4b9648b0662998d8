/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_schema.h"

#include <string.h>

static const char *const kind_names[DN_SQLITE_KINDS] = {
    [DN_SQLITE_KIND_COLUMN] = DUNLIN_KIND_COLUMN,
    [DN_SQLITE_KIND_PRIMARY_KEY] = DUNLIN_KIND_PRIMARY_KEY,
    [DN_SQLITE_KIND_UNIQUE] = DUNLIN_KIND_UNIQUE,
    [DN_SQLITE_KIND_FOREIGN_KEY] = DUNLIN_KIND_FOREIGN_KEY,
    [DN_SQLITE_KIND_CHECK] = DUNLIN_KIND_CHECK,
    [DN_SQLITE_KIND_INDEX] = DUNLIN_KIND_INDEX,
    [DN_SQLITE_KIND_TRIGGER] = DUNLIN_KIND_TRIGGER,
};

const char *
dn_sqlite_kind_name(dn_sqlite_member_kind kind)
{
    return kind_names[kind];
}

dn_sqlite_member_kind
dn_sqlite_kind_named(dunlin_string name)
{
    dn_sqlite_member_kind kind = 0;

    while (kind < DN_SQLITE_KINDS && !dn_kit_same(name, kind_names[kind]))
        kind++;
    return kind;
}

bool
dn_sqlite_kind_is_constraint(dn_sqlite_member_kind kind)
{
    return kind != DN_SQLITE_KIND_COLUMN && kind != DN_SQLITE_KIND_INDEX &&
           kind != DN_SQLITE_KIND_TRIGGER && kind < DN_SQLITE_KINDS;
}

dn_sqlite_member *
dn_sqlite_member_add(dn_sqlite_table *table, dn_sqlite_member_kind kind, dunlin_string name)
{
    dn_sqlite_member *list = dn_kit_pool_grow(table->pool, table->members, table->count,
                                              &table->capacity, sizeof(*list));

    if (list == NULL)
        return NULL;
    table->members = list;
    list[table->count] =
        (dn_sqlite_member){.kind = kind, .name = name, .set = {.pool = table->pool}};
    return &list[table->count++];
}

dn_sqlite_member *
dn_sqlite_member_find(const dn_sqlite_table *table, dn_sqlite_member_kind kind, dunlin_string name)
{
    for (size_t i = 0; i < table->count; i++)
        if (!table->members[i].gone && table->members[i].kind == kind &&
            dn_sqlite_same_name(table->members[i].name, name))
            return &table->members[i];
    return NULL;
}

dn_sqlite_member *
dn_sqlite_table_key(const dn_sqlite_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (!table->members[i].gone && table->members[i].kind == DN_SQLITE_KIND_PRIMARY_KEY)
            return &table->members[i];
    return NULL;
}

dn_sqlite_names
dn_sqlite_table_names(const dn_sqlite_table *table)
{
    dn_sqlite_names names = {.table = table->name, .complete = true};
    dunlin_string *columns = dn_kit_pool_take(table->pool, (table->count + 1) * sizeof(*columns));

    for (size_t i = 0; columns != NULL && i < table->count; i++)
        if (!table->members[i].gone && table->members[i].kind == DN_SQLITE_KIND_COLUMN)
            columns[names.count++] = table->members[i].name;
    names.columns = columns;
    return names;
}

dunlin_string
dn_sqlite_list_text(dn_kit_pool *pool, dn_kit_set list)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    dn_kit_text_add(&text, "(");
    for (uint64_t i = 0; i < list.count; i++) {
        dn_kit_text_add(&text, i == 0 ? "" : ",");
        dn_kit_text_add_string(&text, list.list[i].text);
    }
    dn_kit_text_add(&text, ")");
    pool->failed = pool->failed || text.failed;
    return dn_kit_pool_copy(pool, dn_kit_text_string(&text));
}

bool
dn_sqlite_list_has(dn_kit_set list, dunlin_string name)
{
    for (uint64_t i = 0; i < list.count; i++)
        if (dn_sqlite_same_name(list.list[i].text, name))
            return true;
    return false;
}

static dunlin_string
last_of(dn_kit_set list)
{
    return list.count > 0 ? list.list[list.count - 1].text : dn_kit_string(NULL);
}

dunlin_string
dn_sqlite_content_name(dn_kit_pool *pool, dn_sqlite_member_kind kind, dn_kit_set set)
{
    dunlin_string columns;

    if (kind == DN_SQLITE_KIND_CHECK) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

        dn_kit_text_add(&text, "{");
        dn_kit_text_add_string(&text, dn_kit_set_text(set, "expr"));
        dn_kit_text_add(&text, "}");
        return dn_kit_pool_text(pool, &text);
    }
    columns = dn_sqlite_list_text(pool, dn_kit_set_list(set, "columns"));
    if (kind == DN_SQLITE_KIND_FOREIGN_KEY) {
        dunlin_string parent = last_of(dn_kit_set_list(set, "ref"));
        dunlin_string keys = dn_sqlite_list_text(pool, dn_kit_set_list(set, "ref_columns"));

        return dn_kit_pool_format(pool, "%.*s->%.*s%.*s", (int)columns.length, columns.data,
                                  (int)parent.length, parent.data, (int)keys.length, keys.data);
    }
    return columns;
}

bool
dn_sqlite_is_unnamed(const dn_sqlite_member *member)
{
    return dn_sqlite_kind_is_constraint(member->kind) &&
           (member->name.length == 0 || member->name.data[0] == '(' || member->name.data[0] == '{');
}

bool
dn_sqlite_is_rowid(const dn_sqlite_table *table, const dn_sqlite_member *column)
{
    const dn_sqlite_member *key;
    dn_kit_set columns;

    if (!dn_kit_same(dn_kit_set_text(dn_kit_set_of(&column->set), "type"), "INTEGER"))
        return false;
    key = dn_sqlite_table_key(table);
    if (key == NULL || dn_kit_set_is_true(dn_kit_set_of(&table->set), "without_rowid") ||
        dn_kit_set_is_true(dn_kit_set_of(&key->set), "descending"))
        return false;
    columns = dn_kit_set_list(dn_kit_set_of(&key->set), "columns");
    return columns.count == 1 && dn_sqlite_same_name(columns.list[0].text, column->name);
}

static bool
came_before(const dn_sqlite_table *table, size_t end, dn_sqlite_member_kind kind,
            dunlin_string name)
{
    for (size_t i = 0; i < end; i++)
        if (!table->members[i].gone && table->members[i].kind == kind &&
            dn_sqlite_same_name(table->members[i].name, name))
            return true;
    return false;
}

/* A name that came before in the table, or none at all, is replaced by one from the content; what
 * then is there twice, is there once. */
void
dn_sqlite_name_members(dn_sqlite_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *member = &table->members[i];
        dunlin_string name = member->name;

        if (member->kind == DN_SQLITE_KIND_COLUMN || member->kind == DN_SQLITE_KIND_INDEX ||
            member->kind == DN_SQLITE_KIND_TRIGGER)
            continue;
        if (name.length == 0 || came_before(table, i, member->kind, name))
            name = dn_sqlite_content_name(table->pool, member->kind, dn_kit_set_of(&member->set));
        member->gone = member->gone || came_before(table, i, member->kind, name);
        member->name = name;
    }
}
