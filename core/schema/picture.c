/* SPDX-License-Identifier: MIT
 *
 * Facts -> tables, columns and foreign keys in one place each.
 */
#include "core/schema/picture.h"

#include <stdlib.h>
#include <string.h>

#include "core/schema/schema_internal.h"

typedef struct building {
    uint64_t lead;
    dunlin_string home;
    dn_arena *arena;
    dn_picture *picture;
    size_t table_capacity;
    size_t link_capacity;
    dn_error *error;
} building;

/* --- tables ---------------------------------------------------------------------------------------- */

static const char *
name_of(building *work, const dunlin_string *path)
{
    dunlin_string space = work->lead ? path[0] : dn_string("");
    dunlin_string name = path[work->lead];

    if (!space.length || dn_schema_same(space, work->home))
        return dn_arena_copy(work->arena, name.data, name.length);
    return dn_arena_printf(work->arena, "%.*s.%.*s", (int)space.length, space.data,
                           (int)name.length, name.data);
}

static int
add_table(const dunlin_fact *fact, void *context)
{
    building *work = context;
    dn_picture *picture = work->picture;
    const char *name = name_of(work, fact->path);

    picture->tables = dn_arena_grow(work->arena, picture->tables, &work->table_capacity,
                                    picture->table_count + 1, sizeof *picture->tables);
    if (!picture->tables || !name)
        return dn_no_memory(work->error);
    picture->tables[picture->table_count++] =
        (dn_picture_table){.fact = fact, .name = name, .shown = true};
    return 0;
}

static int
by_name(const void *left, const void *right)
{
    const dn_picture_table *a = left;
    const dn_picture_table *b = right;

    return strcmp(a->name, b->name);
}

/* The place of the table whose path this begins with; table_count: none. */
static size_t
table_at(building *work, const dunlin_string *path, uint64_t count)
{
    dn_picture *picture = work->picture;
    dn_picture_table key = {.name = count > work->lead ? name_of(work, path) : NULL};
    dn_picture_table *found;

    if (!key.name || !picture->table_count)
        return picture->table_count;
    found = bsearch(&key, picture->tables, picture->table_count, sizeof key, by_name);
    return found ? (size_t)(found - picture->tables) : picture->table_count;
}

/* --- columns --------------------------------------------------------------------------------------- */

/* "type", or the last name in "type_path". */
static const char *
type_of(building *work, const dunlin_fact *fact)
{
    const dunlin_property *type = dn_property_find(fact->properties, fact->property_count, "type");
    const dunlin_property *path =
        dn_property_find(fact->properties, fact->property_count, "type_path");
    dunlin_string name = type ? type->text : dn_string("");

    for (path = path ? path + 1 : NULL; path && path->type != DUNLIN_PROPERTY_END; path++)
        name = path->text;
    return dn_arena_copy(work->arena, name.length ? name.data : "", name.length);
}

static int
add_column(const dunlin_fact *fact, void *context)
{
    building *work = context;
    size_t at = table_at(work, fact->path, fact->path_count);
    dn_picture_table *table;
    dn_picture_column *column;

    if (at == work->picture->table_count)
        return 0;
    table = &work->picture->tables[at];
    table->columns = dn_arena_grow(work->arena, table->columns, &table->column_capacity,
                                   table->column_count + 1, sizeof *table->columns);
    if (!table->columns)
        return dn_no_memory(work->error);
    column = &table->columns[table->column_count++];
    *column = (dn_picture_column){
        .fact = fact,
        .name = fact->path[fact->path_count - 1],
        .type = type_of(work, fact),
        /* What fills itself is never null: SQLite's INTEGER PRIMARY KEY does not say so. */
        .not_null = dn_fact_flag(fact, "not_null") ||
                    dn_property_find(fact->properties, fact->property_count, "auto"),
    };
    return column->type ? 0 : dn_no_memory(work->error);
}

/* Columns as the table has them, where it tells. */
static void
put_in_order(dn_picture_table *table)
{
    const dunlin_fact *fact = table->fact;
    const dunlin_property *order =
        dn_property_find(fact->properties, fact->property_count, "order");
    size_t next = 0;

    for (order = order ? order + 1 : NULL; order && order->type != DUNLIN_PROPERTY_END; order++)
        for (size_t i = next; i < table->column_count; i++) {
            dn_picture_column column = table->columns[i];

            if (!dn_schema_same(column.name, order->text))
                continue;
            memmove(&table->columns[next + 1], &table->columns[next],
                    (i - next) * sizeof *table->columns);
            table->columns[next++] = column;
            break;
        }
}

/* --- keys -------------------------------------------------------------------------------------------- */

static dn_picture_column *
column_named(dn_picture_table *table, dunlin_string name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (dn_schema_same(table->columns[i].name, name))
            return &table->columns[i];
    return NULL;
}

/* The names of a key's columns: a pointer behind LIST_BEGIN, and how many. */
static const dunlin_property *
columns_of(const dunlin_fact *fact, size_t *count)
{
    const dunlin_property *list =
        dn_property_find(fact->properties, fact->property_count, "columns");

    *count = 0;
    for (list = list ? list + 1 : NULL; list && list[*count].type != DUNLIN_PROPERTY_END;)
        ++*count;
    return list;
}

static int
mark_key(const dunlin_fact *fact, void *context)
{
    building *work = context;
    size_t at = table_at(work, fact->path, fact->path_count);
    size_t count;
    const dunlin_property *names = columns_of(fact, &count);

    for (size_t i = 0; at < work->picture->table_count && i < count; i++) {
        dn_picture_column *column = column_named(&work->picture->tables[at], names[i].text);

        if (!column)
            continue;
        column->primary = column->primary || dn_fact_is(fact, DUNLIN_KIND_PRIMARY_KEY);
        column->unique = column->unique || count == 1;
    }
    return 0;
}

/* CREATE UNIQUE INDEX on one whole column, for all rows. */
static int
mark_index(const dunlin_fact *fact, void *context)
{
    building *work = context;
    size_t at = table_at(work, fact->path, fact->path_count);
    const dunlin_property *keys = dn_property_find(fact->properties, fact->property_count, "keys");
    dn_picture_column *column;

    if (at == work->picture->table_count || !dn_fact_flag(fact, "unique") || !keys ||
        dn_property_find(fact->properties, fact->property_count, "where") ||
        keys[1].type != DUNLIN_PROPERTY_STRUCT_BEGIN || !dn_string_equal(keys[2].name, "column"))
        return 0;
    for (keys += 2; keys->type != DUNLIN_PROPERTY_END; keys++)
        if (dn_string_equal(keys->name, "length"))
            return 0;
    if (keys[1].type != DUNLIN_PROPERTY_END)
        return 0;
    for (keys--; !dn_string_equal(keys->name, "column"); keys--)
        ;
    column = column_named(&work->picture->tables[at], keys->text);
    if (column)
        column->unique = true;
    return 0;
}

static int
add_link(const dunlin_fact *fact, void *context)
{
    building *work = context;
    dn_picture *picture = work->picture;
    const dunlin_property *ref = dn_property_find(fact->properties, fact->property_count, "ref");
    dn_picture_link link = {.fact = fact};
    dunlin_string path[2];
    uint64_t length = 0;
    size_t count;
    const dunlin_property *names = columns_of(fact, &count);

    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END && length < 2; ref++)
        path[length++] = ref->text;
    link.child = table_at(work, fact->path, fact->path_count);
    link.parent = table_at(work, path, length);
    if (link.child == picture->table_count || link.parent == picture->table_count)
        return 0;
    link.single = count == 1;
    for (size_t i = 0; i < count; i++) {
        dn_picture_column *column = column_named(&picture->tables[link.child], names[i].text);

        if (!column)
            continue;
        column->foreign = true;
        link.optional = link.optional || !column->not_null;
        link.single = link.single && column->unique;
    }
    picture->links = dn_arena_grow(work->arena, picture->links, &work->link_capacity,
                                   picture->link_count + 1, sizeof *picture->links);
    if (!picture->links)
        return dn_no_memory(work->error);
    picture->links[picture->link_count++] = link;
    return 0;
}

static int
by_place(const void *left, const void *right)
{
    const dn_picture_link *a = left;
    const dn_picture_link *b = right;
    dunlin_string x = a->fact->path[a->fact->path_count - 1];
    dunlin_string y = b->fact->path[b->fact->path_count - 1];
    int order;

    if (a->child != b->child)
        return a->child < b->child ? -1 : 1;
    order = memcmp(x.data, y.data, x.length < y.length ? x.length : y.length);
    return order ? order : (x.length > y.length) - (x.length < y.length);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

int
dn_picture_build(const dn_fact_map *facts, dunlin_string home, dn_arena *arena, dn_picture *picture,
                 dn_error *error)
{
    building work = {
        .lead = dn_schema_lead(dn_fact_map_naming(facts)),
        .home = home,
        .arena = arena,
        .picture = picture,
        .error = error,
    };

    *picture = (dn_picture){.naming = dn_fact_map_naming(facts) & DN_FACT_FOLDS_OBJECTS};
    if (dn_fact_map_each(facts, DUNLIN_KIND_TABLE, add_table, &work) < 0)
        return -1;
    if (picture->table_count)
        qsort(picture->tables, picture->table_count, sizeof *picture->tables, by_name);
    if (dn_fact_map_each(facts, DUNLIN_KIND_COLUMN, add_column, &work) < 0)
        return -1;
    for (size_t i = 0; i < picture->table_count; i++)
        put_in_order(&picture->tables[i]);
    dn_fact_map_each(facts, DUNLIN_KIND_PRIMARY_KEY, mark_key, &work);
    dn_fact_map_each(facts, DUNLIN_KIND_UNIQUE, mark_key, &work);
    dn_fact_map_each(facts, DUNLIN_KIND_INDEX, mark_index, &work);
    if (dn_fact_map_each(facts, DUNLIN_KIND_FOREIGN_KEY, add_link, &work) < 0)
        return -1;
    if (picture->link_count)
        qsort(picture->links, picture->link_count, sizeof *picture->links, by_place);
    picture->shown = picture->table_count;
    return 0;
}

/* --- a part of it ----------------------------------------------------------------------------------------- */

/* Reaches what is one key further away than `distance`; false: nothing is. */
static bool
step_on(dn_picture *picture, size_t distance)
{
    bool any = false;

    for (size_t i = 0; i < picture->link_count; i++) {
        dn_picture_table *child = &picture->tables[picture->links[i].child];
        dn_picture_table *parent = &picture->tables[picture->links[i].parent];
        dn_picture_table *next = child->distance == distance    ? parent
                                 : parent->distance == distance ? child
                                                                : NULL;

        if (next && next->distance == SIZE_MAX) {
            next->distance = distance + 1;
            any = true;
        }
    }
    return any;
}

static dn_picture_table *
find_table(const dn_picture *picture, const char *name)
{
    for (size_t i = 0; i < picture->table_count; i++)
        if (dn_fact_same_name(picture->naming, 0, 1, dn_string(picture->tables[i].name),
                              dn_string(name)))
            return &picture->tables[i];
    return NULL;
}

int
dn_picture_focus(dn_picture *picture, const char *const *tables, size_t count, size_t steps,
                 dn_error *error)
{
    for (size_t i = 0; i < picture->table_count; i++)
        picture->tables[i].distance = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        dn_picture_table *found = find_table(picture, tables[i]);

        if (!found)
            return dn_fail(error, DUNLIN_USAGE, "picture.table", "there is no table '%s'",
                           tables[i]);
        found->distance = 0;
    }
    for (size_t distance = 0; distance < steps && step_on(picture, distance);)
        distance++;
    picture->shown = 0;
    for (size_t i = 0; i < picture->table_count; i++) {
        picture->tables[i].shown = picture->tables[i].distance != SIZE_MAX;
        picture->shown += picture->tables[i].shown;
    }
    return 0;
}
