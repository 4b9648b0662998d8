/* SPDX-License-Identifier: MIT
 *
 * Dependencies within a phase: what is needed comes first. Where facts need each other in a circle,
 * the order of dn_fact_order stands.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

typedef struct node {
    const dunlin_fact *fact;
    int state; /* 0 not seen, 1 on the way to it, 2 placed */
} node;

typedef struct sorting {
    const dn_diffing *work;
    dn_arena arena;
    node *nodes;
    size_t count;
    const dunlin_fact **out;
    size_t placed;
    const dn_fact_map *places; /* facts that are nodes, with the property `at` */
} sorting;

static int place(sorting *sort, size_t at);

/* --- names in texts ------------------------------------------------------------------------------- */

/* Undoes the escapes of a key's part. */
static dunlin_string
part_of(dn_arena *arena, const char *text, size_t length)
{
    char *copy = dn_arena_copy(arena, text, length);
    size_t to = 0;

    for (size_t i = 0; copy && i < length; i++) {
        bool escape = text[i] == '%' && length - i > 2 && text[i + 1] == '2';

        copy[to++] = !escape ? text[i] : text[i + 2] == 'F' ? '/' : '%';
        i += escape ? 2 : 0;
    }
    return dn_span(copy, copy ? to : 0);
}

int
dn_diff_depend(dn_arena *arena, dunlin_string text, dunlin_fact *key)
{
    dunlin_string *path = dn_arena_array(arena, (size_t)text.length + 1, sizeof *path);
    const char *end = text.data + text.length;
    const char *slash = text.length ? memchr(text.data, '/', (size_t)text.length) : NULL;
    const char *at = slash ? slash + 1 : text.data;
    uint64_t count = 0;

    if (!path)
        return -1;
    while (at && at <= end) {
        const char *next = at < end ? memchr(at, '/', (size_t)(end - at)) : NULL;

        path[count++] = part_of(arena, at, (size_t)((next ? next : end) - at));
        at = next ? next + 1 : NULL;
    }
    *key = (dunlin_fact){
        .size = sizeof *key,
        .kind = slash ? dn_span(text.data, (size_t)(slash - text.data)) : dn_string(""),
        .path = path,
        .path_count = count,
    };
    return 0;
}

/* --- what a fact needs ---------------------------------------------------------------------------- */

static int
need_key(sorting *sort, const char *kind, const dunlin_string *path, uint64_t count)
{
    const dunlin_fact *found = dn_fact_map_find(sort->places, dn_string(kind), path, count);

    return found ? place(sort, (size_t)found->properties[0].integer) : 0;
}

static int
need_relation(sorting *sort, const dunlin_string *path, uint64_t count)
{
    if (need_key(sort, DUNLIN_KIND_VIEW, path, count) < 0)
        return -1;
    return need_key(sort, DUNLIN_KIND_MATERIALIZED_VIEW, path, count);
}

static int
need_routine(sorting *sort, const dunlin_fact *key)
{
    return need_key(sort, DUNLIN_KIND_FUNCTION, key->path, key->path_count);
}

static int need_row_view(const dunlin_fact *column, void *context);

static int
need_columns_of(sorting *sort, const dunlin_string *path, uint64_t count)
{
    const dn_diffing *work = sort->work;

    if (dn_schema_lead(work->naming) == 0)
        return 0;
    return dn_fact_map_members(work->before, DUNLIN_KIND_COLUMN, path, count, need_row_view, sort) <
                       0 ||
                   dn_fact_map_members(work->after, DUNLIN_KIND_COLUMN, path, count, need_row_view,
                                       sort) < 0
               ? -1
               : 0;
}

static int
need_depends(sorting *sort, const dunlin_fact *view)
{
    const dunlin_property *at = dn_property_find(view->properties, view->property_count, "depends");

    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        dunlin_fact key;
        bool column;

        if (dn_diff_depend(&sort->arena, at->text, &key) < 0)
            return -1;
        if (dn_fact_is(&key, DUNLIN_KIND_FUNCTION) && need_routine(sort, &key) < 0)
            return -1;
        column = dn_fact_is(&key, DUNLIN_KIND_COLUMN);
        if (key.path_count > (column ? 1 : 0) &&
            (need_relation(sort, key.path, key.path_count - (column ? 1 : 0)) < 0 ||
             need_columns_of(sort, key.path, key.path_count - (column ? 1 : 0)) < 0))
            return -1;
    }
    return 0;
}

static int
need_parents(sorting *sort, const dunlin_fact *table)
{
    const dunlin_property *at =
        dn_property_find(table->properties, table->property_count, "partition_of");
    dunlin_string path[2];
    uint64_t count;

    if (at) {
        count = dn_schema_printed_path(&sort->arena, at->text, path);
        if (need_key(sort, DUNLIN_KIND_TABLE, path, count) < 0)
            return -1;
    }
    at = dn_property_find(table->properties, table->property_count, "inherits");
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        count = dn_schema_printed_path(&sort->arena, at->text, path);
        if (need_key(sort, DUNLIN_KIND_TABLE, path, count) < 0)
            return -1;
    }
    return 0;
}

/* Rows of another table as values of a column. */
static int
need_row_type(const dunlin_fact *column, void *context)
{
    sorting *sort = context;
    dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};

    return dn_diff_row_type(&sort->arena, column, path) == 2
               ? need_key(sort, DUNLIN_KIND_TABLE, path, 2)
               : 0;
}

/* The same of a view, of a table that a view reads. */
static int
need_row_view(const dunlin_fact *column, void *context)
{
    sorting *sort = context;
    dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};

    return dn_diff_row_type(&sort->arena, column, path) == 2 ? need_relation(sort, path, 2) : 0;
}

/* A default that counts with the sequence of another table's column, as LIKE copies one: the sequence
 * comes with that table, and has its name before the column's. */
static int
need_counter(const dunlin_fact *column, void *context)
{
    sorting *sort = context;
    const dunlin_property *value =
        dn_property_find(column->properties, column->property_count, "default");

    if (!value || value->text.length < 8 || memcmp(value->text.data, "nextval(", 8) != 0)
        return 0;
    for (size_t i = 0; i < sort->count; i++) {
        const dunlin_fact *other = sort->nodes[i].fact;
        dunlin_string name = other->path[other->path_count - 1];

        if (sort->nodes[i].state == 0 && dn_fact_is(other, DUNLIN_KIND_TABLE) &&
            memmem(value->text.data, value->text.length, name.data, name.length) &&
            place(sort, i) < 0)
            return -1;
    }
    return 0;
}

static int
need_columns(sorting *sort, const dunlin_fact *table)
{
    const dn_fact_map *facts =
        dn_fact_map_find(sort->work->after, table->kind, table->path, table->path_count)
            ? sort->work->after
            : sort->work->before;

    if (dn_fact_map_members(facts, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                            need_row_type, sort) < 0)
        return -1;
    return dn_fact_map_members(facts, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                               need_counter, sort);
}

/* The name of a function or a domain, which stands before its arguments. */
static dunlin_string
name_of(const sorting *sort, const dunlin_fact *fact)
{
    uint64_t at = dn_schema_lead(sort->work->naming);

    return at < fact->path_count ? fact->path[at] : dn_string("");
}

static int
need_mentioned(sorting *sort, const dunlin_fact *fact)
{
    const dunlin_property *type = dn_property_find(fact->properties, fact->property_count, "type");

    for (size_t i = 0; i < sort->count; i++) {
        const dunlin_fact *other = sort->nodes[i].fact;
        dunlin_string name = name_of(sort, other);
        bool rows = dn_string_among(other->kind, "view matview");

        if (other == fact || sort->nodes[i].state == 2 ||
            !(rows
                  ? dn_diff_has_rows_of(sort->work, fact, name)
                  : dn_fact_mentions(fact, name) || (type && dn_string_mentions(type->text, name))))
            continue;
        if (place(sort, i) < 0)
            return -1;
    }
    return 0;
}

static int
need(sorting *sort, const dunlin_fact *fact)
{
    if (dn_string_among(fact->kind, "view matview"))
        return need_depends(sort, fact);
    if (dn_fact_is(fact, DUNLIN_KIND_TABLE))
        return need_parents(sort, fact) < 0 ? -1 : need_columns(sort, fact);
    if (dn_string_among(fact->kind, "function procedure domain type"))
        return need_mentioned(sort, fact);
    return 0;
}

static int
place(sorting *sort, size_t at)
{
    if (sort->nodes[at].state)
        return 0;
    sort->nodes[at].state = 1;
    if (need(sort, sort->nodes[at].fact) < 0)
        return -1;
    sort->nodes[at].state = 2;
    sort->out[sort->placed++] = sort->nodes[at].fact;
    return 0;
}

/* --- sorting --------------------------------------------------------------------------------------- */

static int
sort_all(sorting *sort, const dunlin_fact **facts, size_t count)
{
    dn_fact_map *places = dn_fact_map_new(&sort->arena, sort->work->naming);

    sort->nodes = dn_arena_array(&sort->arena, count, sizeof *sort->nodes);
    sort->out = dn_arena_array(&sort->arena, count, sizeof(dunlin_fact *));
    sort->places = places;
    if (!places || !sort->nodes || !sort->out)
        return dn_no_memory(sort->work->error);
    for (size_t i = 0; i < count; i++) {
        dunlin_property at = {
            .name = dn_string("at"), .type = DUNLIN_PROPERTY_INTEGER, .integer = (int64_t)i};
        dunlin_fact mark = *facts[i];

        mark.properties = &at;
        mark.property_count = 1;
        sort->nodes[i].fact = facts[i];
        if (dn_fact_map_put(places, &mark, sort->work->error) < 0)
            return -1;
    }
    for (size_t i = 0; i < count; i++)
        if (place(sort, i) < 0)
            return dn_no_memory(sort->work->error);
    memcpy(facts, sort->out, count * sizeof(dunlin_fact *));
    return 0;
}

int
dn_diff_sort(const dn_diffing *work, const dunlin_fact **facts, size_t count)
{
    sorting sort = {.work = work, .arena = DN_ARENA_INIT, .count = count};
    int answer = count ? sort_all(&sort, facts, count) : 0;

    dn_arena_free(&sort.arena);
    return answer;
}

uint64_t
dn_diff_parent(dn_arena *arena, const dunlin_fact *table, dunlin_string path[2])
{
    const dunlin_property *at =
        dn_property_find(table->properties, table->property_count, "partition_of");

    if (!at) {
        at = dn_property_find(table->properties, table->property_count, "inherits");
        at = at ? at + 1 : NULL;
    }
    return at && at->type == DUNLIN_PROPERTY_TEXT ? dn_schema_printed_path(arena, at->text, path)
                                                  : 0;
}
