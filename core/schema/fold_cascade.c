/* SPDX-License-Identifier: MIT
 *
 * What DROP .. CASCADE takes along beside the object's own members: views that read it, views of those, and
 * foreign keys that refer to it.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

typedef struct cascade {
    dn_fact_map *facts;
    const dunlin_string *path; /* of the relation */
    uint64_t count;
    dunlin_string column; /* of it, or empty: all of it */
    dn_arena arena;
    dn_fact_list list;
    dn_error *error;
} cascade;

static bool
is_relation(const cascade *work, const dunlin_string *path, uint64_t count)
{
    uint64_t naming = dn_fact_map_naming(work->facts);

    if (count != work->count)
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!dn_fact_same_name(naming, i, count, path[i], work->path[i]))
            return false;
    return true;
}

/* As the view's text says it: all that is known of a view that was not read from a database. */
static bool
mentions(const cascade *work, const dunlin_fact *view, bool relation)
{
    dunlin_string text = dn_fact_text(view, "definition");

    if (relation && !dn_fact_mentions(view, work->path[work->count - 1]))
        return false;
    return !work->column.length || dn_fact_mentions(view, work->column) ||
           (relation && text.length && memchr(text.data, '*', (size_t)text.length));
}

/* A copy: it is about to be removed. */
static int
collect(cascade *work, const dunlin_fact *fact)
{
    const dunlin_fact *copy = dn_fact_copy(&work->arena, fact);

    return copy ? dn_fact_list_add(&work->list, &work->arena, copy, work->error)
                : dn_no_memory(work->error);
}

static bool
reads(cascade *work, const dunlin_fact *view)
{
    const dunlin_property *at = dn_property_find(view->properties, view->property_count, "depends");

    if (!at)
        return mentions(work, view, true);
    for (at++; at->type != DUNLIN_PROPERTY_END; at++) {
        dunlin_fact key;
        bool column;

        if (dn_diff_depend(&work->arena, at->text, &key) < 0)
            continue;
        column = dn_fact_is(&key, DUNLIN_KIND_COLUMN);
        if (!is_relation(work, key.path, key.path_count - (column ? 1 : 0)))
            continue;
        if (!work->column.length ||
            (column ? dn_schema_same(key.path[key.path_count - 1], work->column)
                    : !key.kind.length && mentions(work, view, false)))
            return true;
    }
    return false;
}

static int
collect_view(const dunlin_fact *fact, void *context)
{
    cascade *work = context;

    return !(!work->column.length && is_relation(work, fact->path, fact->path_count)) &&
                   reads(work, fact)
               ? collect(work, fact)
               : 0;
}

static int
collect_key(const dunlin_fact *fact, void *context)
{
    cascade *work = context;
    const dunlin_property *ref = dn_property_find(fact->properties, fact->property_count, "ref");
    dunlin_string path[3];
    uint64_t count = 0;

    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END && count < 3; ref++)
        path[count++] = ref->text;
    if (!is_relation(work, path, count) ||
        (work->column.length &&
         !dn_property_lists(fact->properties, fact->property_count, "ref_columns", work->column)))
        return 0;
    return collect(work, fact);
}

static int
take_along(cascade *work)
{
    int answer = dn_fact_map_each_view(work->facts, collect_view, work);

    if (answer == 0)
        answer = dn_fact_map_each(work->facts, DUNLIN_KIND_FOREIGN_KEY, collect_key, work);
    for (size_t i = 0; answer == 0 && i < work->list.count; i++) {
        const dunlin_fact *gone = work->list.items[i];
        cascade below = {.facts = work->facts,
                         .path = gone->path,
                         .count = gone->path_count,
                         .arena = DN_ARENA_INIT,
                         .error = work->error};

        dn_fact_map_remove(work->facts, gone->kind, gone->path, gone->path_count);
        if (!dn_fact_is(gone, DUNLIN_KIND_FOREIGN_KEY))
            answer = take_along(&below);
    }
    dn_arena_free(&work->arena);
    return answer;
}

int
dn_schema_fold_cascade(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error)
{
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    cascade work = {.facts = facts,
                    .path = operation->path,
                    .count = operation->path_count - (column ? 1 : 0),
                    .arena = DN_ARENA_INIT,
                    .error = error};

    if (!(operation->flags & DUNLIN_OPERATION_CASCADE) ||
        !(column || dn_string_among(operation->kind, "table view matview")))
        return 0;
    if (column)
        work.column = operation->path[operation->path_count - 1];
    return take_along(&work);
}
