/* SPDX-License-Identifier: MIT
 *
 * What columns are given by their definitions, a default or what they are computed from: whether it is a
 * value of the column's type, and what becomes one where PostgreSQL assigns it.
 */
#include "core/driver/call.h"
#include "core/schema/schema.h"

#include <string.h>

/* --- types --- */
/* What is made at once, by operations or as facts, where an expression looks for columns first. */
typedef struct making {
    const dunlin_operation *const *operations;
    const dunlin_fact *const *facts;
    size_t count;
    const dunlin_string *path; /* of the column that has the expression */
    uint64_t path_count;
    const dn_driver_columns *known; /* may be NULL */
} making;

static const dunlin_property *
type_at(const making *work, size_t at, dunlin_string column)
{
    const dunlin_operation *operation = work->operations ? work->operations[at] : NULL;
    const dunlin_fact *fact = work->facts ? work->facts[at] : NULL;
    const dunlin_string *path = fact ? fact->path : operation->path;
    uint64_t count = fact ? fact->path_count : operation->path_count;

    if (!dn_string_equal(fact ? fact->kind : operation->kind, DUNLIN_KIND_COLUMN) ||
        count != work->path_count || !dn_string_same(path[count - 1], column))
        return NULL;
    for (uint64_t i = 0; i + 1 < count; i++)
        if (!dn_string_same(path[i], work->path[i]))
            return NULL;
    return fact ? dn_property_find(fact->properties, fact->property_count, "type")
                : dn_property_find(operation->set, operation->set_count, "type");
}

/* The last word on the type of a column of the same table: types change before defaults do. */
static dunlin_string
type_made(const making *work, dunlin_string column)
{
    dunlin_string type = {NULL, 0};

    for (size_t i = 0; i < work->count; i++) {
        const dunlin_property *made = type_at(work, i, column);

        if (made)
            type = made->text;
    }
    return type;
}

/* The type of the column that has the expression or, where that is not known, its class. */
static dunlin_string
type_of(const making *work)
{
    const dn_driver_columns *known = work->known;
    uint64_t last = work->path_count - 1;
    dunlin_string type = type_made(work, work->path[last]);
    dunlin_string space = last > 1 ? work->path[0] : dn_string("");

    if (!type.length && known->type_of)
        type = known->type_of(known->context, space, work->path[last - 1], work->path[last]);
    return type.length ? type
                       : dn_string(known->class_of(known->context, space, work->path[last - 1],
                                                   work->path[last]));
}

static bool
is_column(const dunlin_operation *operation)
{
    return (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER) &&
           dn_string_equal(operation->kind, DUNLIN_KIND_COLUMN) && operation->path_count > 1;
}

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    const making *work = context;
    dunlin_string type = type_made(work, column);

    if (type.length)
        return dn_ddl_type_class(type);
    if (!work->known)
        return NULL;
    return work->known->class_of(work->known->context, space,
                                 table.length ? table : work->path[work->path_count - 2], column);
}

/* --- expressions --- */
/* *properties becomes a copy where one of them becomes another. */
static int
assign(const dn_driver_view *view, const making *work, dunlin_string type, const char *name,
       const dunlin_property **properties, uint64_t count, dn_arena *arena, const char **reason,
       dn_error *error)
{
    const dn_driver_columns columns = {.class_of = class_of, .context = (void *)(uintptr_t)work};
    const dunlin_property *given = dn_property_find(*properties, count, name);
    dunlin_string column = work->path[work->path_count - 1];
    dn_ddl_translation made;
    dunlin_property *copy;

    if (!given || !given->text.length)
        return 0;
    if (dn_driver_assign(view->translations, &columns, type, column, given->text, arena, &made,
                         error) < 0)
        return -1;
    *reason = made.reason;
    if (!made.text.data)
        return 0;
    copy = dn_arena_array(arena, count, sizeof *copy);
    if (!copy)
        return dn_no_memory(error);
    memcpy(copy, *properties, count * sizeof *copy);
    copy[given - *properties].text = made.text;
    *properties = copy;
    return 0;
}

/* What the parser could not see: whether a constant is a value of the column's type, here. */
static int
check_default(const dn_driver_view *view, dunlin_string type, dunlin_string column,
              dunlin_string text, dn_arena *arena, const char **refusal, dn_error *error)
{
    dunlin_string why = dn_string(dn_ddl_default_fault(type, text));
    const char *between = "";

    if (!why.length) {
        why = dn_ddl_default_refusal(view->translations->rules, type, text);
        between = ":";
    }
    if (!why.length)
        return 0;
    *refusal =
        dn_arena_printf(arena, "the default %.*s of '%.*s'%s %.*s", (int)text.length, text.data,
                        (int)column.length, column.data, between, (int)why.length, why.data);
    return *refusal ? 0 : dn_no_memory(error);
}

static int
give(const dn_driver_view *view, making *work, size_t at, dn_arena *arena,
     const dunlin_property **set, const char **refusal, dn_error *error)
{
    const dunlin_operation *operation = work->operations[at];
    const dunlin_property *given =
        dn_property_find(operation->set, operation->set_count, "default");
    dunlin_string type;

    if (!given && !dn_property_find(operation->set, operation->set_count, "generated"))
        return 0;
    work->path = operation->path;
    work->path_count = operation->path_count;
    type = type_of(work);
    if (!type.length)
        return 0;
    if (given && check_default(view, type, operation->path[operation->path_count - 1], given->text,
                               arena, refusal, error) < 0)
        return -1;
    if (*refusal)
        return 0;
    if (assign(view, work, type, "default", set, operation->set_count, arena, refusal, error) < 0)
        return -1;
    return *refusal ? 0
                    : assign(view, work, type, "generated", set, operation->set_count, arena,
                             refusal, error);
}

static bool
is_portable(const dn_driver_view *view)
{
    return view->translations && view->translations->columns && !view->own_dialect;
}

int
dn_driver_give(const dn_driver_view *view, const dunlin_operation *const **operations, size_t count,
               dn_arena *arena, dn_given *given, dn_error *error)
{
    making work = {.operations = *operations, .count = count};
    const dunlin_operation **made = NULL;

    *given = (dn_given){NULL, 0};
    if (!is_portable(view))
        return 0;
    work.known = view->translations->columns;
    for (size_t i = 0; i < count && !given->refusal; i++) {
        const dunlin_property *set = (*operations)[i]->set;
        dunlin_operation *copy;

        given->operation = i;
        if (!is_column((*operations)[i]))
            continue;
        if (give(view, &work, i, arena, &set, &given->refusal, error) < 0)
            return -1;
        if (set == (*operations)[i]->set)
            continue;
        copy = dn_operation_copy(arena, (*operations)[i]);
        if (!made && (made = dn_arena_array(arena, count, sizeof *made)) != NULL)
            memcpy(made, *operations, count * sizeof *made);
        if (!copy || !made)
            return dn_no_memory(error);
        copy->set = set;
        made[i] = copy;
    }
    if (made)
        *operations = made;
    return 0;
}

static int
give_fact(const dn_driver_view *view, making *work, dn_arena *arena, const dunlin_fact **fact,
          dn_error *error)
{
    const dunlin_property *properties = (*fact)->properties;
    const dunlin_property *type =
        dn_property_find((*fact)->properties, (*fact)->property_count, "type");
    const char *reason = NULL; /* whoever renders it says so */
    dunlin_fact *copy;

    if (!type)
        return 0;
    work->path = (*fact)->path;
    work->path_count = (*fact)->path_count;
    if (assign(view, work, type->text, "default", &properties, (*fact)->property_count, arena,
               &reason, error) < 0 ||
        assign(view, work, type->text, "generated", &properties, (*fact)->property_count, arena,
               &reason, error) < 0)
        return -1;
    if (properties == (*fact)->properties)
        return 0;
    copy = dn_arena_alloc(arena, sizeof *copy);
    if (!copy)
        return dn_no_memory(error);
    *copy = **fact;
    copy->properties = properties;
    *fact = copy;
    return 0;
}

int
dn_driver_give_facts(const dn_driver_view *view, const dunlin_fact *const **facts, size_t count,
                     dn_arena *arena, dn_error *error)
{
    making work = {.facts = *facts, .count = count};
    const dunlin_fact **made;

    if (!count || !is_portable(view))
        return 0;
    work.known = view->translations->columns;
    made = dn_arena_array(arena, count, sizeof *made);
    if (!made)
        return dn_no_memory(error);
    memcpy(made, *facts, count * sizeof *made);
    for (size_t i = 0; i < count; i++)
        if (dn_string_equal(made[i]->kind, DUNLIN_KIND_COLUMN) && made[i]->path_count > 1 &&
            give_fact(view, &work, arena, &made[i], error) < 0)
            return -1;
    *facts = made;
    return 0;
}
