/* SPDX-License-Identifier: MIT
 *
 * Grants: what a privilege is on. docs/facts.md has their paths.
 */
#include <string.h>

#include "core/fact/fact.h"

/* Behind the name of the privilege; none: on a table, a view, or whatever else shares their names. */
static const struct {
    const char *words;
    const char *kinds[4];
} objects[] = {
    {" ON SCHEMA", {DUNLIN_KIND_SCHEMA}},
    {" ON COLUMN", {DUNLIN_KIND_COLUMN}},
    {" ON SEQUENCE", {DUNLIN_KIND_SEQUENCE}},
    {" ON TYPE", {DUNLIN_KIND_ENUM, DUNLIN_KIND_DOMAIN, "type"}},
    {" ON FUNCTION", {DUNLIN_KIND_FUNCTION, "aggregate"}},
    {" ON PROCEDURE", {DUNLIN_KIND_PROCEDURE}},
    {"",
     {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW, DUNLIN_KIND_MATERIALIZED_VIEW, DUNLIN_KIND_SEQUENCE}},
};

enum { OBJECTS = sizeof objects / sizeof objects[0], KINDS = 4, COLUMN_NAMES = 3 };

static bool
ends_with(dunlin_string text, const char *end)
{
    size_t length = strlen(end);

    return text.length >= length && memcmp(text.data + text.length - length, end, length) == 0;
}

static size_t
sort_of(const dunlin_fact *grant)
{
    dunlin_string privilege = grant->path[grant->path_count - 1];
    size_t at = 0;

    while (at + 1 < OBJECTS && !ends_with(privilege, objects[at].words))
        at++;
    return at;
}

bool
dn_grant_object(const dunlin_fact *grant, dunlin_fact *object)
{
    if (!dn_fact_is(grant, DUNLIN_KIND_GRANT) || grant->path_count < 3)
        return false;
    *object = (dunlin_fact){
        .size = sizeof *object,
        .kind = dn_string(objects[sort_of(grant)].kinds[0]),
        .path = grant->path,
        .path_count = grant->path_count - 2,
    };
    /* A sequence that a column owns goes by the column. */
    if (dn_fact_is(object, DUNLIN_KIND_SEQUENCE) && object->path_count == COLUMN_NAMES)
        object->kind = dn_string(DUNLIN_KIND_COLUMN);
    return true;
}

const dunlin_fact *
dn_grant_object_in(const dn_fact_map *map, const dunlin_fact *grant)
{
    dunlin_fact object;
    const dunlin_fact *found = NULL;
    size_t sort;

    if (!dn_grant_object(grant, &object))
        return NULL;
    sort = sort_of(grant);
    if (dn_fact_is(&object, DUNLIN_KIND_COLUMN)) {
        found = dn_fact_map_find(map, object.kind, object.path, object.path_count);
        /* Columns of views are no facts. */
        object.path_count--;
        sort = OBJECTS - 1;
    }
    for (size_t i = 0; !found && i < KINDS && objects[sort].kinds[i]; i++)
        found = dn_fact_map_find(map, dn_string(objects[sort].kinds[i]), object.path,
                                 object.path_count);
    return found;
}

bool
dn_grant_lies_in(uint64_t naming, const dunlin_fact *grant, dunlin_string kind,
                 const dunlin_string *path, uint64_t count)
{
    dunlin_fact object;
    size_t sort;
    bool same = false;

    if (!dn_grant_object(grant, &object) || object.path_count < count)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!dn_fact_same_name(naming, i, object.path_count, object.path[i], path[i]))
            return false;
    sort = sort_of(grant);
    if (dn_fact_is(&object, DUNLIN_KIND_COLUMN)) {
        same = dn_string_equal(kind, DUNLIN_KIND_COLUMN);
        sort = OBJECTS - 1;
    }
    for (size_t i = 0; !same && i < KINDS && objects[sort].kinds[i]; i++)
        same = dn_string_equal(kind, objects[sort].kinds[i]);
    return same;
}

typedef struct leaving_out {
    dn_fact_map *copy;
    dn_error *error;
} leaving_out;

static int
share_other(const dunlin_fact *fact, void *context)
{
    leaving_out *work = context;

    return dn_fact_is(fact, DUNLIN_KIND_GRANT) ? 0
                                               : dn_fact_map_share(work->copy, fact, work->error);
}

int
dn_fact_map_without_grants(const dn_fact_map *map, dn_arena *arena, dn_fact_map **copy,
                           dn_error *error)
{
    leaving_out work = {.copy = dn_fact_map_new(arena, dn_fact_map_naming(map)), .error = error};

    *copy = work.copy;
    return work.copy ? dn_fact_map_each(map, NULL, share_other, &work) : dn_no_memory(error);
}
