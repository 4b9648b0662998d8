/* SPDX-License-Identifier: MIT
 *
 * Tables that go: those with foreign keys to others before these, heirs and partitions before their parents.
 */
#include "core/schema/diff_internal.h"

typedef struct table_leaving {
    int state; /* 0 not seen, 1 on the way, 2 placed */
    dunlin_string parent[2];
    uint64_t parent_count; /* 0: no partition, no heir */
} table_leaving;

typedef struct leaving {
    dn_diffing *work;
    dn_chosen tables;
    table_leaving *states; /* of each table */
    dn_move **keys;        /* foreign keys that go with them */
    size_t key_count;
    const dunlin_fact **order;
    size_t placed;
} leaving;

static bool
points_to(const dunlin_fact *key, const dunlin_fact *table)
{
    const dunlin_property *ref = dn_property_find(key->properties, key->property_count, "ref");

    for (uint64_t i = 0; ref && i < table->path_count; i++)
        if (!dn_schema_same(ref[1 + i].text, table->path[i]))
            return false;
    return ref != NULL;
}

static bool
descends_from(const table_leaving *table, const dunlin_fact *parent)
{
    if (table->parent_count == 0 || table->parent_count != parent->path_count)
        return false;
    for (uint64_t i = 0; i < table->parent_count; i++)
        if (!dn_schema_same(table->parent[i], parent->path[i]))
            return false;
    return true;
}

/* Its partitions go before it, and would be held by a key of its own. */
static bool
is_divided(const dunlin_fact *table)
{
    return dn_property_find(table->properties, table->property_count, "partition_by") != NULL;
}

static int place_leaving(leaving *state, size_t at);

/* Another table that goes, with a foreign key to this one, goes before it; where that is on the
 * way already, in a circle, the key goes by itself. */
static int
place_children(leaving *state, size_t at)
{
    dn_diffing *work = state->work;
    const dunlin_fact *table = state->tables.facts[at];

    for (size_t i = 0; i < state->key_count; i++) {
        const dunlin_fact *key = state->keys[i]->before;

        if (!(state->keys[i]->what & DN_MOVE_SILENT_DROP) || !points_to(key, table) ||
            (dn_fact_lies_in(key, table) && !is_divided(table)))
            continue;
        for (size_t k = 0; k < state->tables.count; k++) {
            if (!dn_fact_lies_in(key, state->tables.facts[k]))
                continue;
            if (state->states[k].state == 1) {
                state->keys[i]->what &= ~(unsigned)DN_MOVE_SILENT_DROP;
                if (dn_diff_emit_drop(work, key) < 0)
                    return -1;
            } else if (place_leaving(state, k) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int
place_leaving(leaving *state, size_t at)
{
    if (state->states[at].state)
        return 0;
    for (size_t i = 0; i < state->tables.count; i++)
        if (descends_from(&state->states[at], state->tables.facts[i]) &&
            state->states[i].state == 0)
            return place_leaving(state, i);
    state->states[at].state = 1;
    /* Keys to a table hold its partitions, too. */
    if (place_children(state, at) < 0)
        return -1;
    for (size_t i = 0; i < state->tables.count; i++)
        if (descends_from(&state->states[i], state->tables.facts[at]) &&
            place_leaving(state, i) < 0)
            return -1;
    state->states[at].state = 2;
    state->order[state->placed++] = state->tables.facts[at];
    return 0;
}

static int
begin_leaving(leaving *state)
{
    dn_diffing *work = state->work;

    if (dn_diff_choose(work, DUNLIN_KIND_TABLE, DN_MOVE_DROP, true, &state->tables) < 0)
        return -1;
    state->states = dn_arena_array(work->arena, state->tables.count + 1, sizeof *state->states);
    state->order = dn_arena_array(work->arena, state->tables.count + 1, sizeof(dunlin_fact *));
    state->keys = dn_arena_array(work->arena, work->count + 1, sizeof(dn_move *));
    if (!state->states || !state->order || !state->keys)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < state->tables.count; i++)
        state->states[i].parent_count =
            dn_diff_parent(work->arena, state->tables.facts[i], state->states[i].parent);
    for (size_t i = 0; i < work->count; i++)
        if ((work->moves[i].what & DN_MOVE_SILENT_DROP) &&
            dn_fact_is(work->moves[i].before, DUNLIN_KIND_FOREIGN_KEY))
            state->keys[state->key_count++] = &work->moves[i];
    return 0;
}

int
dn_diff_drop_tables(dn_diffing *work, bool (*wanted)(dn_diffing *work, const dunlin_fact *table))
{
    leaving state = {.work = work};

    if (begin_leaving(&state) < 0)
        return -1;
    for (size_t i = 0; i < state.tables.count; i++)
        if (wanted(work, state.tables.facts[i]) && place_leaving(&state, i) < 0)
            return -1;
    for (size_t i = 0; i < state.placed; i++) {
        dn_diff_move_of(work, state.order[i])->what &= ~(unsigned)DN_MOVE_DROP;
        if (dn_diff_emit_drop(work, state.order[i]) < 0)
            return -1;
    }
    return 0;
}

/* --- names that are needed again ------------------------------------------------------------------ */

/* Where there are namespaces, each has names of its own. */
static uint64_t
name_of(const dn_diffing *work, const dunlin_fact *fact, dunlin_string name[2])
{
    uint64_t lead = dn_schema_lead(work->naming);

    name[0] = fact->path[0];
    name[lead] = fact->path[fact->path_count - 1];
    return lead + 1;
}

static int
mark_name(dn_diffing *work, const char *kind, const dunlin_fact *fact)
{
    dunlin_string name[2];
    const dunlin_fact mark = {
        .size = sizeof mark,
        .kind = dn_string(kind),
        .path_count = name_of(work, fact, name),
        .path = name,
    };

    return dn_fact_map_put(work->new_names, &mark, work->error);
}

bool
dn_diff_is_new_name(const dn_diffing *work, const char *kind, const dunlin_fact *fact)
{
    dunlin_string name[2];
    uint64_t count = name_of(work, fact, name);

    return dn_fact_map_find(work->new_names, dn_string(kind), name, count) != NULL;
}

int
dn_diff_note_new_names(dn_diffing *work)
{
    work->new_names = dn_fact_map_new(work->arena, work->naming);
    if (!work->new_names)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = work->moves[i].after;

        if (!fact || !(work->moves[i].what & DN_MOVE_CREATE))
            continue;
        if (dn_string_among(fact->kind, "table view matview sequence enum domain index") &&
            mark_name(work, "object", fact) < 0)
            return -1;
        if (dn_string_among(fact->kind, "index pk unique exclude fk check") &&
            mark_name(work, "key", fact) < 0)
            return -1;
    }
    return 0;
}
