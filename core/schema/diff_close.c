/* SPDX-License-Identifier: MIT
 *
 * What stands in the way of a change although it is the same before and after: views over a column
 * whose type changes, foreign keys that rest on a key that goes. It is dropped and made anew.
 */
#include "core/schema/diff_internal.h"

#include <stdlib.h>

typedef struct closing {
    dn_diffing *work;
    dn_arena arena;              /* of the maps and of parsed keys */
    dn_fact_map *moved;          /* whatever has a move */
    dn_fact_map *disturbed;      /* what goes, or changes its type */
    dn_fact_map *keys_go;        /* tables that lose a key */
    dn_fact_map *columns_go;     /* tables of which a column goes or changes its type */
    dn_fact_map *triggers_go;    /* tables that lose a trigger */
    dn_fact_map *routines_go;    /* by their names */
    dn_fact_map *routines_early; /* those of them that go before what calls them */
    dn_fact_map *types_go;       /* by their names; those that are made anew */
    dn_fact_map *bound_go;       /* names of other things that routines may be held to */
    dn_fact_map *respelled;      /* tables, views and columns of which only letters change */
    bool grew;
} closing;

/* --- sets of things ----------------------------------------------------------------------------- */

static int
mark(closing *state, dn_fact_map *set, dunlin_string kind, const dunlin_string *path,
     uint64_t count)
{
    const dunlin_fact key = {.size = sizeof key, .kind = kind, .path = path, .path_count = count};

    return dn_fact_map_put(set, &key, state->work->error);
}

static bool
is_marked(const dn_fact_map *set, const char *kind, const dunlin_string *path, uint64_t count)
{
    return dn_fact_map_find(set, dn_string(kind), path, count) != NULL;
}

static bool
is_unique(const dunlin_fact *fact)
{
    return dn_string_among(fact->kind, "pk unique") ||
           (dn_fact_is(fact, DUNLIN_KIND_INDEX) && dn_fact_flag(fact, "unique"));
}

static int
note_renewed(closing *state, const dn_renewed *renewed)
{
    const dunlin_fact *fact = renewed->before;

    if (mark(state, state->types_go, fact->kind, fact->path, fact->path_count) < 0)
        return -1;
    if (!renewed->multirange.length)
        return 0;
    return mark(state, state->types_go, fact->kind, &renewed->multirange, 1) < 0
               ? -1
               : mark(state, state->bound_go, fact->kind, &renewed->multirange, 1);
}

/* What routines may be held to. */
static int
note_bound(closing *state, const dn_move *move)
{
    const dunlin_fact *fact = move->before;
    uint64_t names = dn_schema_lead(state->work->naming) + 1;

    if (move->renewed && note_renewed(state, move->renewed) < 0)
        return -1;
    if (dn_string_among(fact->kind, "view matview type domain enum collation"))
        return mark(state, state->bound_go, fact->kind, fact->path, names);
    return dn_string_among(fact->kind, "function procedure")
               ? mark(state, state->routines_go, fact->kind, fact->path, names)
               : 0;
}

/* The same name for the database, in other letters. */
static bool
is_respelled(const dn_move *move)
{
    return move->before && move->after && move->before->path_count &&
           dn_string_among(move->before->kind, "table view column") &&
           !dn_schema_same(move->before->path[move->before->path_count - 1],
                           move->after->path[move->after->path_count - 1]);
}

/* SQLite writes the new letters into views and triggers that use it, whatever they are to be. A view has no other way
 * to them than to be made anew, with its triggers. */
static int
note_respelled(closing *state, dn_move *move)
{
    const dunlin_fact *fact = move->before;

    if (!is_respelled(move))
        return 0;
    if (dn_fact_is(fact, DUNLIN_KIND_VIEW))
        move->what = DN_MOVE_DROP | DN_MOVE_CREATE;
    return mark(state, state->respelled, fact->kind, fact->path, fact->path_count);
}

/* Takes what a move disturbs into the sets. */
static int
note_move(closing *state, const dn_move *move)
{
    const dunlin_fact *fact = move->before;
    dunlin_string table = dn_string(DUNLIN_KIND_TABLE);

    if (!fact)
        return 0;
    if (mark(state, state->moved, fact->kind, fact->path, fact->path_count) < 0)
        return -1;
    if (!(move->what & DN_MOVE_DROP) && !move->retyped)
        return 0;
    if (mark(state, state->disturbed, fact->kind, fact->path, fact->path_count) < 0)
        return -1;
    if (note_bound(state, move) < 0)
        return -1;
    if (dn_fact_is(fact, DUNLIN_KIND_TRIGGER) &&
        mark(state, state->triggers_go, table, fact->path, fact->path_count - 1) < 0)
        return -1;
    if (is_unique(fact) && mark(state, state->keys_go, table, fact->path, fact->path_count - 1) < 0)
        return -1;
    return dn_fact_is(fact, DUNLIN_KIND_COLUMN)
               ? mark(state, state->columns_go, table, fact->path, fact->path_count - 1)
               : 0;
}

/* --- columns -------------------------------------------------------------------------------------- */

/* Is one of the columns that `list` names, of the relation at `path`, disturbed? */
static bool
lists_disturbed(closing *state, const dunlin_fact *fact, const char *list,
                const dunlin_string *path, uint64_t count)
{
    const dunlin_property *at = dn_property_find(fact->properties, fact->property_count, list);
    dunlin_string column[8];

    if (!at || count + 1 > sizeof column / sizeof column[0])
        return false;
    for (uint64_t i = 0; i < count; i++)
        column[i] = path[i];
    for (at++; at->type != DUNLIN_PROPERTY_END; at++) {
        column[count] = at->text;
        if (is_marked(state->disturbed, DUNLIN_KIND_COLUMN, column, count + 1))
            return true;
    }
    return false;
}

/* Does the fact, which lies in a table, speak of a column of it that is disturbed? */
static bool
speaks_of_disturbed(closing *state, const dunlin_fact *fact, bool dropped_only)
{
    const dn_diffing *work = state->work;

    if (!is_marked(state->columns_go, DUNLIN_KIND_TABLE, fact->path, fact->path_count - 1))
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const dn_move *move = &work->moves[i];
        const dunlin_fact *column = move->before;
        const dunlin_fact owner = {.path = fact->path, .path_count = fact->path_count - 1};
        dunlin_string name;

        if (!column || !dn_fact_is(column, DUNLIN_KIND_COLUMN) ||
            !dn_fact_lies_in(column, &owner) ||
            !(move->what & DN_MOVE_DROP || (move->retyped && !dropped_only)))
            continue;
        name = column->path[column->path_count - 1];
        if (dn_property_lists(fact->properties, fact->property_count, "columns", name) ||
            dn_property_lists(fact->properties, fact->property_count, "include", name) ||
            dn_fact_mentions(fact, name))
            return true;
        for (uint64_t p = 0; p < fact->property_count; p++)
            if (dn_string_equal(fact->properties[p].name, "column") &&
                dn_schema_same(fact->properties[p].text, name))
                return true;
    }
    return false;
}

/* --- kinds ---------------------------------------------------------------------------------------- */

static size_t
names_in(const dunlin_property *list)
{
    size_t count = 0;

    while (list && list[1 + count].type != DUNLIN_PROPERTY_END)
        count++;
    return count;
}

/* The same columns, in any order. */
static bool
is_key_of(const dunlin_fact *key, const dunlin_fact *foreign)
{
    const dunlin_property *wanted =
        dn_property_find(foreign->properties, foreign->property_count, "ref_columns");
    const dunlin_property *columns =
        dn_property_find(key->properties, key->property_count, "columns");
    size_t count = names_in(wanted);

    if (!wanted || !columns)
        return true; /* it cannot be told */
    if (names_in(columns) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!dn_property_lists(key->properties, key->property_count, "columns", wanted[1 + i].text))
            return false;
    return true;
}

static bool
loses_its_key(closing *state, const dunlin_fact *foreign, const dunlin_string *table,
              uint64_t count)
{
    const dn_diffing *work = state->work;
    const dunlin_fact owner = {.path = table, .path_count = count};

    if (!is_marked(state->keys_go, DUNLIN_KIND_TABLE, table, count))
        return false;
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].before && (work->moves[i].what & DN_MOVE_DROP) &&
            is_unique(work->moves[i].before) && dn_fact_lies_in(work->moves[i].before, &owner) &&
            is_key_of(work->moves[i].before, foreign))
            return true;
    return false;
}

/* Its key or columns in the other table. */
static bool
rests_on_what_changes(closing *state, const dunlin_fact *foreign)
{
    const dunlin_property *ref =
        dn_property_find(foreign->properties, foreign->property_count, "ref");
    dunlin_string table[4];
    uint64_t count = 0;

    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END && count < 4; ref++)
        table[count++] = ref->text;
    return lists_disturbed(state, foreign, "ref_columns", table, count) ||
           loses_its_key(state, foreign, table, count);
}

static bool
is_bound_anew(const dn_move *move)
{
    return move->before && move->after && dn_fact_text(move->before, "bound").length &&
           dn_fact_text(move->after, "bound").length &&
           !dn_schema_same(dn_fact_text(move->before, "bound"), dn_fact_text(move->after, "bound"));
}

static bool
is_referred_to(const dunlin_fact *foreign, const dunlin_string *path, uint64_t count)
{
    const dunlin_property *ref =
        dn_property_find(foreign->properties, foreign->property_count, "ref");

    for (uint64_t i = 0; ref && i < count; i++)
        if (ref[1 + i].type == DUNLIN_PROPERTY_END || !dn_schema_same(ref[1 + i].text, path[i]))
            return false;
    return ref != NULL;
}

/* A partition that gets another bound leaves its table for the while, with rows that the key refers to. */
static bool
refers_to_what_leaves(closing *state, const dunlin_fact *foreign)
{
    const dn_diffing *work = state->work;
    dunlin_string path[2];

    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *in = is_bound_anew(&work->moves[i]) ? work->moves[i].before : NULL;

        for (int depth = 0; in && depth < 16; depth++) {
            uint64_t count = dn_diff_parent(&state->arena, in, path);

            if (count && is_referred_to(foreign, path, count))
                return true;
            in = count ? dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE), path, count)
                       : NULL;
        }
    }
    return false;
}

static bool
foreign_key_is_in_the_way(closing *state, const dunlin_fact *fact)
{
    return refers_to_what_leaves(state, fact) ||
           lists_disturbed(state, fact, "columns", fact->path, fact->path_count - 1) ||
           rests_on_what_changes(state, fact);
}

static bool
relation_goes(closing *state, const dunlin_string *path, uint64_t count)
{
    return is_marked(state->disturbed, DUNLIN_KIND_TABLE, path, count) ||
           is_marked(state->disturbed, DUNLIN_KIND_VIEW, path, count) ||
           is_marked(state->disturbed, DUNLIN_KIND_MATERIALIZED_VIEW, path, count);
}

/* A column that a partition or an heir has from its parent is a fact of the parent alone. */
static bool
parents_column_goes(closing *state, const dunlin_fact *column)
{
    dunlin_string path[8] = {{NULL, 0}};
    uint64_t count = column->path_count - 1;
    dunlin_string name = column->path[count];

    if (count == 0 || count + 1 > sizeof path / sizeof path[0])
        return false;
    for (uint64_t i = 0; i < count; i++)
        path[i] = column->path[i];
    for (int depth = 0; depth < 16; depth++) {
        const dunlin_fact *table =
            dn_fact_map_find(state->work->before, dn_string(DUNLIN_KIND_TABLE), path, count);

        count = table ? dn_diff_parent(&state->arena, table, path) : 0;
        if (count == 0)
            return false;
        path[count] = name;
        if (is_marked(state->disturbed, DUNLIN_KIND_COLUMN, path, count + 1))
            return true;
    }
    return false;
}

static bool
view_is_in_the_way(closing *state, const dunlin_fact *fact)
{
    const dunlin_property *at = dn_property_find(fact->properties, fact->property_count, "depends");

    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        dunlin_fact key;

        if (dn_diff_depend(&state->arena, at->text, &key) < 0)
            continue;
        if (key.kind.length &&
            (dn_fact_map_find(state->disturbed, key.kind, key.path, key.path_count) ||
             (dn_fact_is(&key, DUNLIN_KIND_COLUMN) && parents_column_goes(state, &key))))
            return true;
        if (relation_goes(state, key.path,
                          dn_fact_is(&key, DUNLIN_KIND_COLUMN) ? key.path_count - 1
                                                               : key.path_count))
            return true;
    }
    return false;
}

/* By a collation that is made anew. */
static bool
sorts_otherwise(closing *state, const dunlin_fact *index)
{
    for (uint64_t i = 0; i < index->property_count; i++) {
        const dunlin_property *member = &index->properties[i];
        const dunlin_fact alone = {.properties = member, .property_count = 1};

        if (dn_string_equal(member->name, "collation") &&
            dn_diff_rests_on_renewed(state->work, &alone))
            return true;
    }
    return false;
}

/* Texts tell by name alone: another routine of that name does no more than make it anew, too. */
static bool
calls_what_goes(closing *state, const dunlin_fact *fact)
{
    return (dn_string_among(fact->kind,
                            "check index exclude trigger policy rule statistics aggregate") ||
            dn_property_find(fact->properties, fact->property_count, "generated")) &&
           (dn_diff_mentions_one(fact, state->routines_go) ||
            dn_diff_mentions_one(fact, state->types_go));
}

static bool
routine_is_in_the_way(closing *state, const dunlin_fact *routine)
{
    uint64_t names = dn_schema_lead(state->work->naming) + 1;

    return dn_diff_mentions_one(routine, state->bound_go) ||
           (dn_diff_mentions_one(routine, state->routines_go) &&
            !is_marked(state->routines_go, DUNLIN_KIND_FUNCTION, routine->path, names) &&
            !is_marked(state->routines_go, DUNLIN_KIND_PROCEDURE, routine->path, names)) ||
           dn_diff_reads_changed_column(state->work, routine);
}

static bool
trigger_is_in_the_way(closing *state, const dunlin_fact *trigger)
{
    if (dn_diff_mentions_one(trigger, state->respelled))
        return true;
    /* One that is made anew would stand behind it. */
    return dn_diff_rank(trigger) > 1 &&
           is_marked(state->triggers_go, DUNLIN_KIND_TABLE, trigger->path, trigger->path_count - 1);
}

static bool
is_in_the_way(closing *state, const dunlin_fact *fact)
{
    if (dn_fact_flag(fact, "implied")) /* it goes by itself */
        return false;
    if (dn_fact_is(fact, DUNLIN_KIND_FOREIGN_KEY))
        return foreign_key_is_in_the_way(state, fact);
    if (dn_string_among(fact->kind, "view matview"))
        return view_is_in_the_way(state, fact) || dn_diff_mentions_one(fact, state->types_go) ||
               dn_diff_mentions_one(fact, state->respelled);
    if (dn_fact_is(fact, "aggregate"))
        return calls_what_goes(state, fact);
    if (dn_string_among(fact->kind, "function procedure"))
        return routine_is_in_the_way(state, fact);
    if (!dn_fact_is_member(fact))
        return false;
    if (relation_goes(state, fact->path, fact->path_count - 1) || calls_what_goes(state, fact) ||
        (dn_fact_is(fact, DUNLIN_KIND_INDEX) && sorts_otherwise(state, fact)))
        return true;
    if (dn_fact_is(fact, DUNLIN_KIND_TRIGGER) && trigger_is_in_the_way(state, fact))
        return true;
    if (dn_string_among(fact->kind, "trigger policy rule"))
        return speaks_of_disturbed(state, fact, false);
    if (dn_fact_is(fact, DUNLIN_KIND_COLUMN))
        return dn_property_find(fact->properties, fact->property_count, "generated") &&
               speaks_of_disturbed(state, fact, false);
    return speaks_of_disturbed(state, fact, true);
}

/* --- rounds ----------------------------------------------------------------------------------------- */

/* What was to be replaced, or changed in place, does not stay where it is. */
static int
look_at_kept(closing *state)
{
    dn_diffing *work = state->work;

    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];

        if (!move->before || !move->after || (move->what & DN_MOVE_DROP) ||
            !(move->what & (DN_MOVE_REPLACE | DN_MOVE_ALTER | DN_MOVE_RENAME)) ||
            !is_in_the_way(state, move->before))
            continue;
        move->retyped = dn_fact_is(move->before, DUNLIN_KIND_COLUMN);
        move->what = DN_MOVE_DROP | DN_MOVE_CREATE;
        state->grew = true;
        if (note_move(state, move) < 0)
            return -1;
    }
    return 0;
}

static int
look_at(const dunlin_fact *fact, void *context)
{
    closing *state = context;
    dn_diffing *work = state->work;
    dn_move *move;

    if (dn_fact_map_find(state->moved, fact->kind, fact->path, fact->path_count) ||
        !is_in_the_way(state, fact))
        return 0;
    work->moves = dn_arena_grow(work->arena, work->moves, &work->capacity, work->count + 1,
                                sizeof *work->moves);
    if (!work->moves)
        return dn_no_memory(work->error);
    move = &work->moves[work->count++];
    *move = (dn_move){
        .before = fact,
        .after = dn_fact_map_find(work->after, fact->kind, fact->path, fact->path_count),
        .what = DN_MOVE_DROP | DN_MOVE_CREATE,
        .retyped = dn_fact_is(fact, DUNLIN_KIND_COLUMN),
    };
    state->grew = true;
    return note_move(state, move);
}

static int
by_order(const void *left, const void *right, void *context)
{
    const dn_move *a = left;
    const dn_move *b = right;

    return dn_fact_order(*(const uint64_t *)context, dn_move_key(a), dn_move_key(b));
}

/* What is altered in place, or only new, disturbs nobody. */
static bool
disturbs(const dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].before &&
            ((work->moves[i].what & DN_MOVE_DROP) || work->moves[i].retyped ||
             is_bound_anew(&work->moves[i]) || is_respelled(&work->moves[i])))
            return true;
    return false;
}

static bool
refers_to_what_stays(const dn_diffing *work, const dunlin_fact *foreign)
{
    const dunlin_property *ref =
        dn_property_find(foreign->properties, foreign->property_count, "ref");
    dunlin_string table[4];
    uint64_t count = 0;

    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END && count < 4; ref++)
        table[count++] = ref->text;
    return dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), table, count) != NULL;
}

/* A routine that goes before the tables that call it. */
static bool
goes_early(closing *state, const dn_move *move)
{
    return (move->what & DN_MOVE_DROP) &&
           dn_string_among(move->before->kind, "function procedure") &&
           !is_marked(state->routines_early, DUNLIN_KIND_FUNCTION, move->before->path,
                      dn_schema_lead(state->work->naming) + 1) &&
           (dn_diff_is_remade(move, "function procedure") ||
            dn_diff_name_comes_again(state->work, move) ||
            dn_diff_mentions_one(move->before, state->bound_go) ||
            dn_diff_mentions_one(move->before, state->routines_early) ||
            dn_diff_has_rows_that_go(state->work, move->before));
}

static int
find_early(closing *state)
{
    const dn_diffing *work = state->work;
    bool grew;

    do {
        grew = false;
        for (size_t i = 0; i < work->count; i++) {
            const dunlin_fact *routine = work->moves[i].before;

            if (!goes_early(state, &work->moves[i]))
                continue;
            grew = true;
            if (mark(state, state->routines_early, dn_string(DUNLIN_KIND_FUNCTION), routine->path,
                     dn_schema_lead(work->naming) + 1) < 0)
                return -1;
        }
    } while (grew);
    return 0;
}

static bool
make_sets(closing *state)
{
    dn_fact_map **const sets[] = {
        &state->moved,       &state->disturbed,      &state->keys_go,  &state->columns_go,
        &state->triggers_go, &state->routines_early, &state->bound_go, &state->routines_go,
        &state->types_go,    &state->respelled,
    };

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        *sets[i] = dn_fact_map_new(&state->arena, state->work->naming);
        if (!*sets[i])
            return false;
    }
    return true;
}

static int
close_over(closing *state)
{
    dn_diffing *work = state->work;

    if (!make_sets(state))
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++)
        if (note_respelled(state, &work->moves[i]) < 0 || note_move(state, &work->moves[i]) < 0)
            return -1;
    do {
        state->grew = false;
        if (look_at_kept(state) < 0 || dn_fact_map_each(work->before, NULL, look_at, state) < 0)
            return -1;
    } while (state->grew);
    /* Its own columns go with its table. */
    for (size_t i = 0; i < work->count; i++)
        work->moves[i].holds = (work->moves[i].what & DN_MOVE_DROP) &&
                               dn_fact_is(work->moves[i].before, DUNLIN_KIND_FOREIGN_KEY) &&
                               refers_to_what_stays(work, work->moves[i].before) &&
                               rests_on_what_changes(state, work->moves[i].before);
    return find_early(state) < 0
               ? -1
               : dn_diff_find_callers(work, state->routines_early, state->types_go);
}

int
dn_diff_close(dn_diffing *work)
{
    closing state = {.work = work, .arena = DN_ARENA_INIT};
    int answer = 0;

    if (disturbs(work))
        answer = close_over(&state);
    dn_arena_free(&state.arena);
    if (answer == 0)
        answer = dn_diff_close_grants(work);
    if (answer == 0 && work->count)
        qsort_r(work->moves, work->count, sizeof *work->moves, by_order, &work->naming);
    return answer == 0 ? dn_diff_check_partition_keys(work) : answer;
}
