/* SPDX-License-Identifier: MIT
 *
 * Renames that were declared, for the way back.
 */
#include <string.h>

#include "core/engine/generate.h"

static bool
same_path(const dunlin_string *left, const dunlin_string *right, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (left[i].length != right[i].length ||
            memcmp(left[i].data, right[i].data, (size_t)left[i].length) != 0)
            return false;
    return true;
}

/* The name that the table of a path gets back. */
static int
old_table(const dn_operations *turned, const dunlin_string **path, uint64_t count)
{
    for (size_t i = 0; i < turned->count; i++) {
        const dunlin_operation *rename = turned->items[i];
        dunlin_string *copy;

        if (!dn_operation_is(rename, DUNLIN_VERB_RENAME, DUNLIN_KIND_TABLE) ||
            rename->path_count + 1 != count || !same_path(rename->path, *path, rename->path_count))
            continue;
        copy = dn_arena_array(turned->arena, count, sizeof *copy);
        if (!copy)
            return -1;
        memcpy(copy, *path, (size_t)count * sizeof *copy);
        copy[count - 2] = rename->new_path[rename->new_path_count - 1];
        *path = copy;
    }
    return 0;
}

static int
turn_one(dn_generation *work, const dunlin_operation *rename, dn_operations *turned)
{
    dunlin_operation *copy = dn_operation_copy(turned->arena, rename);

    if (!copy)
        return dn_no_memory(work->error);
    copy->path = rename->new_path;
    copy->path_count = rename->new_path_count;
    copy->new_path = rename->path;
    copy->new_path_count = rename->path_count;
    if (dn_string_equal(rename->kind, DUNLIN_KIND_COLUMN) &&
        (old_table(turned, &copy->path, copy->path_count) < 0 ||
         old_table(turned, &copy->new_path, copy->new_path_count) < 0))
        return dn_no_memory(work->error);
    return dn_operations_add(turned, copy, work->error);
}

/* --- values of enums -------------------------------------------------------------------------------- */

static const dunlin_property *
values_of(const dunlin_property *properties, uint64_t count)
{
    return dn_property_find(properties, count, "values");
}

/* The old name of a value, where it has another one at the same place among the new ones. */
static dunlin_string
old_name(dunlin_string value, const dunlin_property *old, const dunlin_property *new)
{
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END &&new->type != DUNLIN_PROPERTY_END;
         old++, new ++)
        if (dn_string_same(new->text, value))
            return old->text;
    return value;
}

static bool
is_turned(const dn_operations *turned, const dunlin_operation *type)
{
    for (size_t i = 0; i < turned->count; i++)
        if (dn_operation_is(turned->items[i], DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM) &&
            turned->items[i]->path_count == type->path_count &&
            same_path(turned->items[i]->path, type->path, type->path_count))
            return true;
    return false;
}

/* Where as many values are said as there were, some have new names; the last operation of a type has all of
 * them. */
static int
turn_values(dn_generation *work, const dunlin_operation *rename, dn_operations *turned)
{
    const dunlin_fact *before =
        dn_fact_map_find(work->up.from->facts, rename->kind, rename->path, rename->path_count);
    const dunlin_fact *after =
        dn_fact_map_find(work->up.to->facts, rename->kind, rename->path, rename->path_count);
    const dunlin_property *old =
        before ? values_of(before->properties, before->property_count) : NULL;
    const dunlin_property *new = values_of(rename->set, rename->set_count);
    const dunlin_property *last =
        after ? values_of(after->properties, after->property_count) : NULL;
    dn_properties set = {.arena = turned->arena};
    dunlin_operation *copy;

    if (!old || !new || !last || dn_property_list_length(old) != dn_property_list_length(new) ||
        is_turned(turned, rename))
        return 0;
    dn_properties_add(&set, "values", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    for (last++; last->type != DUNLIN_PROPERTY_END; last++)
        dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, old_name(last->text, old, new));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    copy = dn_operation_copy(turned->arena, rename);
    if (!copy || set.failed)
        return dn_no_memory(work->error);
    copy->set = set.items;
    copy->set_count = set.count;
    return dn_operations_add(turned, copy, work->error);
}

/* --- all -------------------------------------------------------------------------------------------- */

int
dn_generate_turn_renames(dn_generation *work, dn_operations *turned)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_COLUMN};
    const dn_operations *list = &work->up.diff.operations;

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t i = list->count; i-- > 0;)
            if (dn_operation_is(list->items[i], DUNLIN_VERB_RENAME, kinds[k]) &&
                turn_one(work, list->items[i], turned) < 0)
                return -1;
    for (size_t i = list->count; i-- > 0;)
        if (dn_operation_is(list->items[i], DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM) &&
            turn_values(work, list->items[i], turned) < 0)
            return -1;
    return 0;
}
