/* SPDX-License-Identifier: MIT
 *
 * Operations as data: lists, copies, words for messages.
 */
#include "core/schema/schema_internal.h"

int
dn_operations_add(dn_operations *list, const dunlin_operation *operation, dn_error *error)
{
    list->items = dn_arena_grow(list->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return dn_no_memory(error);
    list->items[list->count++] = operation;
    return 0;
}

dunlin_operation *
dn_operation_copy(dn_arena *arena, const dunlin_operation *operation)
{
    dunlin_operation *copy = dn_arena_alloc(arena, sizeof *copy);

    if (copy)
        *copy = *operation;
    return copy;
}

dunlin_fact
dn_operation_fact(const dunlin_operation *operation)
{
    return (dunlin_fact){
        .size = sizeof(dunlin_fact),
        .kind = operation->kind,
        .path = operation->path,
        .path_count = operation->path_count,
        .properties = operation->set,
        .property_count = operation->set_count,
    };
}

bool
dn_operation_is(const dunlin_operation *operation, int32_t verb, const char *kind)
{
    return operation->verb == verb && dn_string_equal(operation->kind, kind);
}

bool
dn_operation_is_guarded(const dunlin_operation *operation)
{
    return operation->condition != DUNLIN_CONDITION_NONE ||
           (operation->flags & DUNLIN_OPERATION_PARENT_IF_EXISTS);
}

bool
dn_operation_is_nameless(const dunlin_operation *operation)
{
    return operation->path_count > 0 && operation->path[operation->path_count - 1].length == 0;
}

bool
dn_operation_within(const dunlin_operation *part, const dunlin_operation *whole)
{
    return whole && part != whole && part->span_begin >= whole->span_begin &&
           part->span_end <= whole->span_end && whole->span_end > whole->span_begin;
}

void
dn_operation_describe(dn_text *text, const dunlin_operation *operation)
{
    static const char *const verbs[] = {"",        "create ",     "alter ",      "drop ",
                                        "rename ", "change rows", "run as it is"};

    dn_text_add_string(text, verbs[operation->verb]);
    if (operation->verb < DUNLIN_VERB_DATA)
        dn_fact_describe(text, operation->kind, operation->path, operation->path_count);
}

static bool
has_same_path(const dunlin_operation *left, const dunlin_operation *right)
{
    if (left->path_count != right->path_count || !dn_schema_same(left->kind, right->kind))
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!dn_schema_same(left->path[i], right->path[i]))
            return false;
    return true;
}

/* What an operation before it was about is changed. */
static bool
changes_again(const dn_operations *list, size_t at)
{
    int32_t verb = list->items[at]->verb;

    for (size_t i = 0; i < at && verb != DUNLIN_VERB_CREATE && verb < DUNLIN_VERB_DATA; i++)
        if (has_same_path(list->items[i], list->items[at]))
            return true;
    return false;
}

bool
dn_operations_build_on_each_other(const dn_operations *list)
{
    for (size_t i = 0; i < list->count; i++)
        if ((i + 1 < list->count && (list->items[i]->verb == DUNLIN_VERB_RENAME ||
                                     list->items[i]->verb == DUNLIN_VERB_DROP)) ||
            changes_again(list, i))
            return true;
    return false;
}

static bool
renames_to(const dunlin_operation *rename, const dunlin_operation *other)
{
    if (rename->verb != DUNLIN_VERB_RENAME || rename->new_path_count != other->path_count ||
        !dn_schema_same(rename->kind, other->kind))
        return false;
    for (uint64_t i = 0; i < other->path_count; i++)
        if (!dn_schema_same(rename->new_path[i], other->path[i]))
            return false;
    return true;
}

static bool
is_renamed_to(const dn_operations *list, size_t from, size_t to, const dunlin_operation *other)
{
    for (size_t i = from; i < to; i++)
        if (renames_to(list->items[i], other))
            return true;
    return false;
}

bool
dn_operations_swap(const dn_operations *list)
{
    bool swaps = false;

    for (size_t i = 0; i < list->count; i++) {
        const dunlin_operation *rename = list->items[i];

        if (rename->verb != DUNLIN_VERB_RENAME || is_renamed_to(list, 0, i, rename))
            continue;
        if (!is_renamed_to(list, i + 1, list->count, rename))
            return false;
        swaps = true;
    }
    return swaps;
}

size_t
dn_fact_place(const dunlin_fact *table, const dunlin_fact *column)
{
    const dunlin_property *order =
        dn_property_find(table->properties, table->property_count, "order");
    size_t at = 0;

    while (order && order[1 + at].type != DUNLIN_PROPERTY_END &&
           !dn_string_same(order[1 + at].text, column->path[column->path_count - 1]))
        at++;
    return order ? at : SIZE_MAX;
}
