/* SPDX-License-Identifier: MIT
 *
 * Tables that come to inherit from others, or no more. Whoever leaves a parent does so before anything else and keeps
 * its columns and checks as its own, as does a partition that is none any more (diff_partition.c); whoever comes to
 * one does so when all tables are as they will be.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

static const dunlin_property *
parents_of(const dunlin_fact *table)
{
    return dn_property_find(table->properties, table->property_count, "inherits");
}

static bool
has_parent(const dunlin_fact *table, dunlin_string parent)
{
    return dn_property_lists(table->properties, table->property_count, "inherits", parent);
}

/* Is there a parent of the one that the other has not? */
static bool
has_more(const dunlin_fact *table, const dunlin_fact *other)
{
    const dunlin_property *at = parents_of(table);

    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++)
        if (!has_parent(other, at->text))
            return true;
    return false;
}

/* --- what is left of a parent ------------------------------------------------------------------------- */

typedef struct leaving_parent {
    dn_diffing *work;
    dn_fact_map *copy; /* of what was before, with what stays of the parents that go */
    const dunlin_fact *table;
    const dunlin_fact *after;
    int depth;
} leaving_parent;

static const dunlin_fact *
table_named(const dn_diffing *work, dunlin_string printed)
{
    dunlin_string path[2];
    uint64_t count = dn_schema_printed_path(work->arena, printed, path);

    return dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE), path, count);
}

/* From this table, or from one above it. */
static bool
gives(const dn_diffing *work, const dunlin_fact *table, const dunlin_fact *member, int depth)
{
    dunlin_string path[4];
    const dunlin_property *at = table ? parents_of(table) : NULL;

    if (!table || depth > 16 || table->path_count > 2)
        return false;
    for (uint64_t i = 0; i < table->path_count; i++)
        path[i] = table->path[i];
    path[table->path_count] = member->path[member->path_count - 1];
    if (dn_fact_map_find(work->before, member->kind, path, table->path_count + 1))
        return true;
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++)
        if (gives(work, table_named(work, at->text), member, depth + 1))
            return true;
    return false;
}

static bool
another_gives(const leaving_parent *state, const dunlin_fact *member)
{
    const dunlin_property *at = parents_of(state->table);

    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++)
        if (has_parent(state->after, at->text) &&
            gives(state->work, table_named(state->work, at->text), member, 0))
            return true;
    return false;
}

int
dn_diff_as_member_of(dn_diffing *work, const dunlin_fact *table, const dunlin_fact *member,
                     dunlin_fact *own)
{
    uint64_t count = table->path_count;
    dunlin_string *path = dn_arena_array(work->arena, count + 1, sizeof *path);

    if (!path)
        return dn_no_memory(work->error);
    memcpy(path, table->path, (size_t)count * sizeof *path);
    path[count] = member->path[member->path_count - 1];
    *own = *member;
    own->path = path;
    own->path_count = count + 1;
    return 0;
}

/* Neither what is said of it nor how it counts is inherited. */
static int
keep_member(const dunlin_fact *member, void *context)
{
    const leaving_parent *state = context;
    dn_diffing *work = state->work;
    dn_properties list = {.arena = work->arena};
    dunlin_fact own;

    if (dn_diff_as_member_of(work, state->table, member, &own) < 0)
        return -1;
    if (dn_fact_flag(member, "no_inherit") ||
        dn_fact_map_find(state->copy, own.kind, own.path, own.path_count) ||
        another_gives(state, member))
        return 0;
    dn_properties_add_all(&list, member->properties, member->property_count,
                          "comment auto auto_options");
    own.properties = list.items;
    own.property_count = list.count;
    return list.failed ? dn_no_memory(work->error)
                       : dn_fact_map_put(state->copy, &own, work->error);
}

static int
keep_members(leaving_parent *state, const dunlin_fact *parent, int depth)
{
    dn_diffing *work = state->work;
    const dunlin_property *at = parent ? parents_of(parent) : NULL;
    const dunlin_property *whole =
        parent ? dn_property_find(parent->properties, parent->property_count, "partition_of")
               : NULL;

    if (!parent || depth > 16)
        return 0;
    if (whole && keep_members(state, table_named(work, whole->text), depth + 1) < 0)
        return -1;
    if (dn_fact_map_members(work->before, DUNLIN_KIND_COLUMN, parent->path, parent->path_count,
                            keep_member, state) < 0 ||
        dn_fact_map_members(work->before, DUNLIN_KIND_CHECK, parent->path, parent->path_count,
                            keep_member, state) < 0)
        return -1;
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++)
        if (keep_members(state, table_named(work, at->text), depth + 1) < 0)
            return -1;
    return 0;
}

static int
look_at_table(const dunlin_fact *table, void *context)
{
    leaving_parent *state = context;
    dn_diffing *work = state->work;
    const dunlin_property *at = parents_of(table);
    const dunlin_property *whole =
        dn_property_find(table->properties, table->property_count, "partition_of");

    state->table = table;
    state->after = dn_fact_map_find(work->after, table->kind, table->path, table->path_count);
    if (!state->after)
        return 0;
    if (whole && dn_diff_same_text(table, state->after, "partition_of"))
        whole = NULL;
    if (!whole && !has_more(table, state->after))
        return 0;
    if (!state->copy)
        state->copy = dn_fact_map_copy(work->before, work->arena, work->error);
    if (!state->copy)
        return -1;
    if (whole && keep_members(state, table_named(work, whole->text), 0) < 0)
        return -1;
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++)
        if (!has_parent(state->after, at->text) &&
            keep_members(state, table_named(work, at->text), 0) < 0)
            return -1;
    return 0;
}

int
dn_diff_keep_inherited(dn_diffing *work)
{
    leaving_parent state = {.work = work};

    if (dn_fact_map_each(work->before, DUNLIN_KIND_TABLE, look_at_table, &state) < 0)
        return -1;
    work->before = state.copy ? state.copy : work->before;
    return 0;
}

/* --- leaving and coming ------------------------------------------------------------------------------- */

/* The table with those parents alone that both have; NULL: no memory. */
static const dunlin_fact *
with_parents_of_both(dn_diffing *work, const dunlin_fact *table, const dunlin_fact *before,
                     const dunlin_fact *after)
{
    dn_properties list = {.arena = work->arena};
    const dunlin_property *at = parents_of(before);
    dunlin_fact copy = *table;
    uint32_t count = 0;

    dn_properties_add_all(&list, table->properties, table->property_count, "inherits");
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        if (!has_parent(after, at->text))
            continue;
        if (count == 0)
            dn_properties_add(&list, "inherits", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(""));
        count++;
        dn_properties_add_span(&list, at, 1);
    }
    if (count)
        dn_properties_add(&list, "", DUNLIN_PROPERTY_END, 0, dn_string(""));
    copy.properties = list.items;
    copy.property_count = list.count;
    return list.failed ? NULL : dn_fact_copy(work->arena, &copy);
}

int
dn_diff_leave_parents(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        dn_move off = {.before = move->before};
        const dunlin_fact *between;

        if (!move->before || !move->after || !dn_fact_is(move->after, DUNLIN_KIND_TABLE) ||
            move->what != DN_MOVE_ALTER ||
            (!has_more(move->before, move->after) && !has_more(move->after, move->before)))
            continue;
        off.after = with_parents_of_both(work, move->before, move->before, move->after);
        between = with_parents_of_both(work, move->after, move->before, move->after);
        if (!off.after || !between)
            return dn_no_memory(work->error);
        if (has_more(move->before, move->after) && dn_diff_emit_alter(work, &off) < 0)
            return -1;
        move->comes = has_more(move->after, move->before) ? move->after : move->comes;
        move->before = off.after;
        move->after = between;
        if (dn_schema_equal(move->before, move->after, &dn_diff_comparison))
            move->what = DN_MOVE_DONE;
    }
    return 0;
}

int
dn_diff_come_to_parents(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const dn_move on = {.before = work->moves[i].after, .after = work->moves[i].comes};

        if (on.after && dn_diff_emit_alter(work, &on) < 0)
            return -1;
    }
    return 0;
}
