/* SPDX-License-Identifier: MIT
 *
 * What an operation makes of things that it does not speak of: as the driver tells it, or not known until it is
 * looked at.
 */
#include "core/schema/schema.h"

/* The fact with other members. */
static int
put(dn_fact_map *facts, const dunlin_fact *fact, const dn_properties *set, dn_error *error)
{
    dunlin_fact changed = *fact;

    if (set->failed)
        return dn_no_memory(error);
    changed.properties = set->items;
    changed.property_count = set->count;
    return dn_fact_map_put(facts, &changed, error);
}

static int
put_unsure(dn_fact_map *facts, const dunlin_fact *fact, const char *what, dn_arena *arena,
           dn_error *error)
{
    dn_properties set = {.arena = arena};

    dn_properties_add_all(&set, fact->properties, fact->property_count, "unsure");
    dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string(what));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    return put(facts, fact, &set, error);
}

/* --- a column whose type has changed --- */
int
dn_schema_doubt_default(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                        dn_error *error)
{
    const dunlin_fact *column;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")) ||
        dn_property_find(operation->set, operation->set_count, "default"))
        return 0;
    column = dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    if (!column || !dn_property_find(column->properties, column->property_count, "default") ||
        dn_property_find(column->properties, column->property_count, "unsure"))
        return 0;
    return put_unsure(facts, column, "default", arena, error);
}

static bool
tells(const dunlin_fact *told, dunlin_string member)
{
    for (uint64_t i = 0; i < told->property_count;
         i = dn_property_next(told->properties, told->property_count, i))
        if (dn_string_same(told->properties[i].name, member))
            return true;
    return false;
}

static int
put_told(dn_fact_map *facts, const dunlin_fact *told, dn_arena *arena, dn_error *error)
{
    const dunlin_fact *there = dn_fact_map_find(facts, told->kind, told->path, told->path_count);
    dn_properties set = {.arena = arena};

    if (!there)
        return 0;
    for (uint64_t i = 0; i < there->property_count;) {
        uint64_t next = dn_property_next(there->properties, there->property_count, i);
        const dunlin_property *old = &there->properties[i];

        if (!dn_string_equal(old->name, "unsure") && !tells(told, old->name))
            dn_properties_add_span(&set, old, next - i);
        i = next;
    }
    dn_properties_add_span(&set, told->properties, told->property_count);
    return put(facts, there, &set, error);
}

int
dn_schema_fold_told(dn_fact_map *facts, const dunlin_fact *const *told, size_t count,
                    dn_arena *arena, dn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (put_told(facts, told[i], arena, error) < 0)
            return -1;
    return 0;
}

/* --- a table made from a query --- */
int
dn_schema_doubt_columns(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                        dn_error *error)
{
    const dunlin_fact *table =
        dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) && operation->body.length
            ? dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count)
            : NULL;

    return table ? put_unsure(facts, table, "columns", arena, error) : 0;
}

const dunlin_fact *
dn_schema_table_in_doubt(const dn_fact_map *facts, const dunlin_operation *operation)
{
    uint64_t depth = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 2 : 1;
    const dunlin_fact *table =
        operation->verb < DUNLIN_VERB_DATA && operation->path_count >= depth
            ? dn_fact_map_find(facts, dn_string(DUNLIN_KIND_TABLE), operation->path, depth)
            : NULL;

    return table && dn_property_lists(table->properties, table->property_count, "unsure",
                                      dn_string("columns"))
               ? table
               : NULL;
}

/* --- views whose text is another one now --- */
typedef struct doubting {
    const dunlin_operation *operation;
    dn_fact_list views;
    dn_arena *arena;
    dn_error *error;
} doubting;

static int
note_doubtful(const dunlin_fact *view, void *context)
{
    doubting *work = context;
    const dunlin_operation *operation = work->operation;
    bool column = dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN);
    const dunlin_property *text =
        dn_property_find(view->properties, view->property_count, "definition");

    return text && dn_string_mentions(text->text, operation->path[operation->path_count - 1]) &&
                   (!column ||
                    dn_string_mentions(text->text, operation->path[operation->path_count - 2]))
               ? dn_fact_list_add(&work->views, work->arena, view, work->error)
               : 0;
}

static int
doubt(dn_fact_map *facts, const dunlin_fact *view, dn_arena *arena, dn_error *error)
{
    dn_properties set = {.arena = arena};

    dn_properties_add_all(&set, view->properties, view->property_count, "rewritten");
    dn_properties_add(&set, "rewritten", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(NULL));
    return put(facts, view, &set, error);
}

int
dn_schema_doubt_views(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                      dn_error *error)
{
    doubting work = {.operation = operation, .arena = arena, .error = error};

    if (operation->verb != DUNLIN_VERB_RENAME ||
        !dn_string_among(operation->kind, "table view column"))
        return 0;
    if (dn_fact_map_each(facts, DUNLIN_KIND_VIEW, note_doubtful, &work) < 0)
        return -1;
    for (size_t i = 0; i < work.views.count; i++)
        if (doubt(facts, work.views.items[i], arena, error) < 0)
            return -1;
    return work.views.count > 0;
}
