/* SPDX-License-Identifier: MIT
 *
 * Partitions that leave their table, come to one, or get another bound. Who leaves does so before anything else, or it
 * would get what its table gets; who comes does so when all tables are as they will be. Bounds change before new
 * tables may need the place, and all of them leave before one comes back, which may have another's place.
 */
#include "core/schema/diff_internal.h"

static const dunlin_property *
member_of(const dunlin_fact *table, const char *member)
{
    return dn_property_find(table->properties, table->property_count, member);
}

static bool
is_divided_move(const dn_move *move)
{
    return move->before && move->after && dn_fact_is(move->after, DUNLIN_KIND_TABLE) &&
           move->what == DN_MOVE_ALTER;
}

/* The table, with the place of another one in its own; of NULL, with none. */
static const dunlin_fact *
with_place_of(dn_diffing *work, const dunlin_fact *table, const dunlin_fact *other)
{
    dn_properties list = {.arena = work->arena};
    dunlin_fact copy = *table;

    dn_properties_add_all(&list, table->properties, table->property_count, "partition_of bound");
    if (other) {
        dn_properties_add_span(&list, member_of(other, "partition_of"), 1);
        dn_properties_add_span(&list, member_of(other, "bound"), 1);
    }
    copy.properties = list.items;
    copy.property_count = list.count;
    return list.failed ? NULL : dn_fact_copy(work->arena, &copy);
}

static int
leave(dn_diffing *work, dn_move *move)
{
    dn_move off = {.before = move->before};

    off.after = with_place_of(work, move->before, NULL);
    if (!off.after)
        return dn_no_memory(work->error);
    move->before = off.after;
    return dn_diff_emit_alter(work, &off);
}

static void
settle(dn_move *move)
{
    if (dn_schema_equal(move->before, move->after, &dn_diff_comparison))
        move->what = DN_MOVE_DONE;
}

/* --- what a new parent has ---------------------------------------------------------------------------- */

typedef struct joining {
    dn_diffing *work;
    dn_fact_map *
        copy; /* of what comes after, with what partitions have from the tables that they come to */
    const dunlin_fact *table;
    bool moves; /* it was another table's partition: what it has is from there */
} joining;

/* What a partition has for itself, and keeps. */
static void
add_own(dn_properties *list, const dunlin_fact *own)
{
    static const char *const members[] = {"default", "auto", "auto_options", "frozen", "comment"};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const dunlin_property *found = member_of(own, members[i]);

        if (found)
            dn_properties_add_span(list, found,
                                   dn_property_span(own->properties, own->property_count,
                                                    (uint64_t)(found - own->properties)));
    }
    if (dn_fact_flag(own, "not_null") && !dn_property_find(list->items, list->count, "not_null"))
        dn_properties_add_span(list, member_of(own, "not_null"), 1);
}

static int
bring_member(const dunlin_fact *member, void *context)
{
    const joining *state = context;
    dn_diffing *work = state->work;
    dn_properties list = {.arena = work->arena};
    const dunlin_fact *own;
    dunlin_fact brought;

    if (dn_diff_as_member_of(work, state->table, member, &brought) < 0)
        return -1;
    if (dn_fact_flag(member, "no_inherit") ||
        dn_fact_map_find(state->copy, brought.kind, brought.path, brought.path_count))
        return 0;
    own = state->moves
              ? NULL
              : dn_fact_map_find(work->before, brought.kind, brought.path, brought.path_count);
    dn_properties_add_all(&list, member->properties, member->property_count,
                          own ? "default auto auto_options frozen comment"
                              : "auto auto_options comment");
    if (own)
        add_own(&list, own);
    brought.properties = list.items;
    brought.property_count = list.count;
    if (list.failed)
        return dn_no_memory(work->error);
    return dn_fact_map_put(state->copy, &brought, work->error);
}

/* From the table that this is a partition of, and those above it. */
static int
bring_members(joining *state, const dunlin_fact *partition, int depth)
{
    dn_diffing *work = state->work;
    const dunlin_property *at = member_of(partition, "partition_of");
    dunlin_string path[2];
    uint64_t count = at ? dn_schema_printed_path(work->arena, at->text, path) : 0;
    const dunlin_fact *whole =
        count ? dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), path, count) : NULL;

    if (!whole || depth > 16)
        return 0;
    if (dn_fact_map_members(work->after, DUNLIN_KIND_COLUMN, path, count, bring_member, state) <
            0 ||
        dn_fact_map_members(work->after, DUNLIN_KIND_CHECK, path, count, bring_member, state) < 0)
        return -1;
    return bring_members(state, whole, depth + 1);
}

static int
look_at_table(const dunlin_fact *table, void *context)
{
    joining *state = context;
    dn_diffing *work = state->work;
    const dunlin_fact *before =
        dn_fact_map_find(work->before, table->kind, table->path, table->path_count);

    if (!before || !member_of(table, "partition_of") ||
        dn_diff_same_text(before, table, "partition_of"))
        return 0;
    if (!state->copy)
        state->copy = dn_fact_map_copy(work->after, work->arena, work->error);
    state->table = table;
    state->moves = member_of(before, "partition_of") != NULL;
    return state->copy ? bring_members(state, table, 0) : -1;
}

int
dn_diff_bring_inherited(dn_diffing *work)
{
    joining state = {.work = work};

    if (dn_fact_map_each(work->after, DUNLIN_KIND_TABLE, look_at_table, &state) < 0)
        return -1;
    work->after = state.copy ? state.copy : work->after;
    return 0;
}

/* --- places --------------------------------------------------------------------------------------------- */

typedef struct referring {
    dn_diffing *work;
    dunlin_string path[2]; /* of a table that is divided */
    uint64_t count;
    bool found;
} referring;

static int
look_at_key(const dunlin_fact *key, void *context)
{
    referring *state = context;
    const dunlin_property *ref = member_of(key, "ref");

    for (uint64_t i = 0; ref && i < state->count; i++)
        if (!dn_schema_same(ref[1 + i].text, state->path[i]))
            return 0;
    state->found = ref != NULL;
    return state->found;
}

/* Does a key that stays refer to a table that stays, and that this is in? The server does not let go of it then, but
 * takes it out. */
static bool
is_held(dn_diffing *work, const dunlin_fact *partition)
{
    referring state = {.work = work};

    for (int depth = 0; partition && !state.found && depth < 16; depth++) {
        state.count = dn_diff_parent(work->arena, partition, state.path);
        partition = state.count ? dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE),
                                                   state.path, state.count)
                                : NULL;
        if (partition &&
            dn_fact_map_each(work->after, DUNLIN_KIND_FOREIGN_KEY, look_at_key, &state) < 0)
            return false;
    }
    return state.found;
}

static int
let_go(dn_diffing *work, const dn_move *move)
{
    dn_move off = {.before = move->before};

    if (!(move->what & DN_MOVE_DROP) || !dn_fact_is(move->before, DUNLIN_KIND_TABLE) ||
        !member_of(move->before, "partition_of") || !is_held(work, move->before))
        return 0;
    off.after = with_place_of(work, move->before, NULL);
    return off.after ? dn_diff_emit_alter(work, &off) : dn_no_memory(work->error);
}

int
dn_diff_leave_partitioned(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        const dunlin_fact *whole = move->after;

        if (let_go(work, move) < 0)
            return -1;
        if (!is_divided_move(move) || dn_diff_same_text(move->before, move->after, "partition_of"))
            continue;
        if (member_of(move->before, "partition_of") && leave(work, move) < 0)
            return -1;
        if (member_of(move->after, "partition_of")) {
            move->after = with_place_of(work, whole, NULL);
            if (!move->after)
                return dn_no_memory(work->error);
            move->comes = whole;
        }
        settle(move);
    }
    return 0;
}

int
dn_diff_change_bounds(dn_diffing *work)
{
    size_t first = work->diff->operations.count;

    for (size_t i = 0; i < work->count; i++)
        if (is_divided_move(&work->moves[i]) && member_of(work->moves[i].before, "bound") &&
            member_of(work->moves[i].after, "bound") &&
            !dn_diff_same_text(work->moves[i].before, work->moves[i].after, "bound") &&
            leave(work, &work->moves[i]) < 0)
            return -1;
    for (size_t i = 0; i < work->count && work->diff->operations.count > first; i++) {
        dn_move *move = &work->moves[i];
        dn_move on = {.before = move->before};

        if (!is_divided_move(move) || member_of(move->before, "bound") ||
            !member_of(move->after, "bound"))
            continue;
        on.after = with_place_of(work, move->before, move->after);
        if (!on.after)
            return dn_no_memory(work->error);
        if (dn_diff_emit_alter(work, &on) < 0)
            return -1;
        move->before = on.after;
        settle(move);
    }
    return 0;
}

/* A new partition or heir of a table whose columns change has these only when they have changed. */
bool
dn_diff_waits_for_parent(dn_diffing *work, const dunlin_fact *table)
{
    dunlin_string path[2];
    uint64_t count = dn_diff_parent(work->arena, table, path);
    const dunlin_fact *parent =
        count ? dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE), path, count) : NULL;

    for (size_t i = 0; parent && i < work->count; i++)
        if (dn_fact_is(dn_move_key(&work->moves[i]), DUNLIN_KIND_COLUMN) &&
            dn_fact_lies_in(dn_move_key(&work->moves[i]), parent))
            return true;
    return parent && dn_diff_waits_for_parent(work, parent);
}

bool
dn_diff_is_waiting(dn_diffing *work, const dunlin_fact *member)
{
    const dunlin_fact *table = dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE),
                                                member->path, member->path_count - 1);

    return table && !dn_fact_map_find(work->before, table->kind, table->path, table->path_count) &&
           dn_diff_waits_for_parent(work, table);
}
