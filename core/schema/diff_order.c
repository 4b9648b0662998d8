/* SPDX-License-Identifier: MIT
 *
 * The phases of a diff.
 */
#include "core/schema/diff_internal.h"

#include <stdlib.h>

/* --- going through moves -------------------------------------------------------------------------- */

static int
drop_now(dn_diffing *work, dn_move *move)
{
    move->what &= ~(unsigned)DN_MOVE_DROP;
    return dn_diff_emit_drop(work, move->renewed ? move->renewed->aside : move->before);
}

/* Drops of these kinds, in order. */
static int
drop_kinds(dn_diffing *work, const char *kinds)
{
    for (size_t i = 0; i < work->count; i++)
        if ((work->moves[i].what & DN_MOVE_DROP) &&
            dn_string_among(work->moves[i].before->kind, kinds) &&
            drop_now(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

static bool
has_name_of(const dunlin_fact *before, const dunlin_fact *after)
{
    return dn_schema_same(before->path[before->path_count - 1], after->path[after->path_count - 1]);
}

static int
step_aside(dn_diffing *work, const dn_move *move)
{
    const dn_renewed *renewed = move->renewed;
    const dn_move between = {.before = move->before, .after = renewed->between};

    return renewed->alters && dn_diff_emit_alter(work, &between) < 0
               ? -1
               : dn_diff_emit_rename(work, renewed->before, renewed->aside);
}

int
dn_diff_come(dn_diffing *work, dn_move *move)
{
    if (move->what & (DN_MOVE_DONE | DN_MOVE_LATER))
        return 0;
    move->what |= DN_MOVE_DONE;
    if (move->renewed && step_aside(work, move) < 0)
        return -1;
    if ((move->what & DN_MOVE_CREATE) && move->after)
        return dn_diff_emit_create(work, move->after,
                                   move->what & DN_MOVE_REPLACE ? move->before : NULL);
    /* It is spelled otherwise, or is a primary key, of which there is one whatever its name. */
    if ((move->what & DN_MOVE_ALTER) && !has_name_of(move->before, move->after) &&
        dn_diff_emit_rename(work, move->before, move->after) < 0)
        return -1;
    if (move->what & DN_MOVE_ALTER)
        return dn_diff_emit_alter(work, move);
    /* What is in a table that is spelled otherwise has its own name. */
    return (move->what & DN_MOVE_RENAME) && !has_name_of(move->before, move->after)
               ? dn_diff_emit_rename(work, move->before, move->after)
               : 0;
}

static int
come_kinds(dn_diffing *work, const char *kinds)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].after && dn_string_among(work->moves[i].after->kind, kinds) &&
            dn_diff_come(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

int
dn_diff_choose(dn_diffing *work, const char *kinds, unsigned what, bool before, dn_chosen *list)
{
    list->facts = dn_arena_array(work->arena, work->count + 1, sizeof(dunlin_fact *));
    list->count = 0;
    if (!list->facts)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->count; i++) {
        const dn_move *move = &work->moves[i];
        const dunlin_fact *fact = before ? move->before : move->after;

        if (fact && (move->what & what) && (before || !(move->what & DN_MOVE_DONE)) &&
            dn_string_among(fact->kind, kinds))
            list->facts[list->count++] = fact;
    }
    return dn_diff_sort(work, list->facts, list->count);
}

/* Moves are in order, but for what is spelled otherwise before and after. */
dn_move *
dn_diff_move_of(dn_diffing *work, const dunlin_fact *fact)
{
    size_t low = 0;
    size_t high = work->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (dn_fact_order(work->naming, dn_move_key(&work->moves[middle]), fact) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[(low + i) % work->count];

        if (move->before == fact || move->after == fact)
            return move;
    }
    return NULL;
}

static int
come_sorted(dn_diffing *work, const char *kinds)
{
    dn_chosen list;

    if (dn_diff_choose(work, kinds, DN_MOVE_CREATE | DN_MOVE_ALTER, false, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (dn_diff_come(work, dn_diff_move_of(work, list.facts[i])) < 0)
            return -1;
    return 0;
}

/* Dependents first. */
static int
drop_sorted(dn_diffing *work, const char *kinds)
{
    dn_chosen list;

    if (dn_diff_choose(work, kinds, DN_MOVE_DROP, true, &list) < 0)
        return -1;
    for (size_t i = list.count; i-- > 0;)
        if (drop_now(work, dn_diff_move_of(work, list.facts[i])) < 0)
            return -1;
    return 0;
}

/* The moves from `first` on that lie in the table: they stand behind it. */
static size_t
end_of(const dn_diffing *work, const dunlin_fact *table, size_t first)
{
    while (first < work->count && dn_fact_lies_in(dn_move_key(&work->moves[first]), table))
        first++;
    return first;
}

/* --- names that are needed again ------------------------------------------------------------------ */

/* Is it a partition or an heir of a table that stays, whose bound something new may have, and whose columns may change? */
static bool
leaves_parent(dn_diffing *work, const dunlin_fact *table)
{
    dunlin_string path[2];
    uint64_t count = dn_diff_parent(work->arena, table, path);

    return count &&
           dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), path, count) != NULL;
}

/* Something new has the name of the table, or one of its indexes and keys that of another's. */
static bool
place_is_needed(dn_diffing *work, const dunlin_fact *table)
{
    size_t first = (size_t)(dn_diff_move_of(work, table) - work->moves) + 1;

    if (dn_diff_is_new_name(work, "object", table) || leaves_parent(work, table))
        return true;
    for (size_t i = first; i < end_of(work, table, first); i++)
        if (dn_string_among(dn_move_key(&work->moves[i])->kind,
                            "index pk unique exclude fk check") &&
            dn_diff_is_new_name(work, "key", dn_move_key(&work->moves[i])))
            return true;
    return false;
}

/* --- coming ---------------------------------------------------------------------------------------- */

typedef struct placed {
    dn_move *move;
    size_t at;
} placed;

static int
by_place(const void *left, const void *right)
{
    const placed *a = left;
    const placed *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->move < b->move ? -1 : a->move > b->move;
}

static bool
is_computed(const dunlin_fact *column)
{
    return column &&
           dn_property_find(column->properties, column->property_count, "generated") != NULL;
}

/* Columns among the moves that go and come again, or only go; computed ones or also others. */
static int
drop_columns(dn_diffing *work, size_t first, size_t end, bool again, bool computed)
{
    for (size_t i = first; i < end; i++) {
        dn_move *move = &work->moves[i];

        if (!(move->what & DN_MOVE_DROP) || !dn_fact_is(move->before, DUNLIN_KIND_COLUMN) ||
            ((move->what & DN_MOVE_CREATE) != 0) != again ||
            (computed && !is_computed(move->before)))
            continue;
        move->what &= ~(unsigned)DN_MOVE_DROP;
        if (dn_diff_emit_drop(work, move->before) < 0)
            return -1;
    }
    return 0;
}

static int
change_columns(dn_diffing *work, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (work->moves[i].after && !(work->moves[i].what & DN_MOVE_CREATE) &&
            dn_fact_is(work->moves[i].after, DUNLIN_KIND_COLUMN) &&
            (dn_diff_put_off_default(work, &work->moves[i]) < 0 ||
             dn_diff_come(work, &work->moves[i]) < 0))
            return -1;
    return 0;
}

/* New columns in the order of the table, then changes, then what goes. What is computed goes before the
 * columns that it is computed from, and in a table that was there comes behind them. */
static int
come_columns(dn_diffing *work, const dunlin_fact *table, bool new, size_t first, size_t end)
{
    placed *columns = dn_arena_array(work->arena, end - first + 1, sizeof *columns);
    size_t count = 0;

    if (!columns)
        return dn_no_memory(work->error);
    if (drop_columns(work, first, end, false, true) < 0 ||
        drop_columns(work, first, end, true, false) < 0)
        return -1;
    for (size_t i = first; i < end; i++)
        if (dn_fact_is(dn_move_key(&work->moves[i]), DUNLIN_KIND_COLUMN) &&
            (work->moves[i].what & DN_MOVE_CREATE))
            columns[count++] =
                (placed){&work->moves[i], dn_fact_place(table, work->moves[i].after)};
    if (count)
        qsort(columns, count, sizeof *columns, by_place);
    for (size_t i = 0; i < count; i++)
        if (dn_diff_come_rows_of(work, columns[i].move->after) < 0 ||
            (new &&dn_diff_put_off_default(work, columns[i].move) < 0) ||
            ((new || !is_computed(columns[i].move->after)) &&
             dn_diff_come(work, columns[i].move) < 0))
            return -1;
    if (change_columns(work, first, end) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_diff_come(work, columns[i].move) < 0)
            return -1;
    return drop_columns(work, first, end, false, false);
}

/* A check that is made without looking at the rows is no part of CREATE TABLE. */
static int
come_members(dn_diffing *work, size_t first, size_t end, const char *kinds)
{
    for (size_t i = first; i < end; i++)
        if (work->moves[i].after && dn_string_among(work->moves[i].after->kind, kinds) &&
            !dn_diff_calls_late(work, work->moves[i].after) &&
            dn_diff_come(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

/* Columns take their character set from the table, and are versioned where it is; of a partition, those
 * that its parent has cannot be changed. */
static bool
rules_columns(const dn_move *move)
{
    static const char *const members[] = {"collation", "charset", "options"};

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!dn_diff_same_text(move->before, move->after, members[i]))
            return true;
    return dn_property_find(move->before->properties, move->before->property_count,
                            "partition_of") &&
           !dn_property_find(move->after->properties, move->after->property_count, "partition_of");
}

int
dn_diff_come_table(dn_diffing *work, size_t at, bool new)
{
    const dunlin_fact *table = dn_move_key(&work->moves[at]);
    bool is_table = dn_fact_is(table, DUNLIN_KIND_TABLE) && work->moves[at].after == table;
    size_t first = is_table ? at + 1 : at;
    dunlin_fact owner = *table;
    size_t end;

    if (!is_table)
        owner.path_count--;
    end = end_of(work, &owner, first);
    if ((new || (is_table && rules_columns(&work->moves[at]))) &&
        dn_diff_come(work, &work->moves[at]) < 0)
        return -1;
    if (!new)
        table = dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), owner.path,
                                 owner.path_count);
    if (table && come_columns(work, table, new, first, end) < 0)
        return -1;
    if (!new &&is_table && dn_diff_come(work, &work->moves[at]) < 0)
        return -1;
    if (new &&dn_diff_waits_for_parent(work, table))
        return 0;
    return come_members(work, first, end, "pk") < 0 ||
                   come_members(work, first, end, "unique check exclude") < 0 ||
                   (table && come_members(work, first, end, DUNLIN_KIND_INDEX) < 0)
               ? -1
               : 0;
}

/* What new partitions and heirs have on columns of parents that have changed by now. */
static int
come_waiting(dn_diffing *work)
{
    static const char *const kinds[] = {"pk", "unique check exclude", DUNLIN_KIND_INDEX};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (size_t i = 0; i < work->count; i++) {
            const dunlin_fact *member = work->moves[i].after;

            if (member && (work->moves[i].what & DN_MOVE_CREATE) &&
                dn_string_among(member->kind, kinds[k]) && dn_diff_is_waiting(work, member) &&
                come_members(work, i, i + 1, kinds[k]) < 0)
                return -1;
        }
    return 0;
}

static int
come_tables(dn_diffing *work)
{
    dn_chosen list;

    if (dn_diff_drop_rows_of_changed(work) < 0 || dn_diff_change_bounds(work) < 0 ||
        dn_diff_choose(work, DUNLIN_KIND_TABLE, DN_MOVE_CREATE, false, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (dn_diff_come_new_table(work, dn_diff_move_of(work, list.facts[i])) < 0)
            return -1;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = dn_move_key(&work->moves[i]);
        bool table = dn_fact_is(fact, DUNLIN_KIND_TABLE);
        dunlin_fact owner = *fact;

        if ((work->moves[i].what & DN_MOVE_SILENT_DROP) ||
            (work->moves[i].what & (DN_MOVE_DONE | DN_MOVE_DROP)) == DN_MOVE_DONE ||
            (table && !work->moves[i].after) ||
            (!table && (!dn_string_among(fact->kind, "column pk unique check exclude index") ||
                        dn_diff_is_waiting(work, fact))))
            continue;
        owner.path_count -= table ? 0 : 1;
        if (dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), owner.path,
                             owner.path_count) &&
            dn_diff_come_table(work, i, false) < 0)
            return -1;
    }
    return come_waiting(work);
}

/* --- functions --------------------------------------------------------------------------------------- */

typedef struct calling {
    dunlin_string name;
    bool found;
} calling;

static int
look_for_call(const dunlin_fact *fact, void *context)
{
    calling *call = context;

    call->found = (dn_string_among(fact->kind, "column check exclude index domain type") &&
                   dn_fact_mentions(fact, call->name)) ||
                  (dn_fact_is(fact, DUNLIN_KIND_TABLE) &&
                   dn_string_mentions(dn_fact_text(fact, "partition_by"), call->name));
    return call->found;
}

/* Which of them, in the order of what they need, tables and types call, and what those call in their turn. */
static void
find_called(const dn_diffing *work, const dn_chosen *list, bool *called)
{
    for (size_t i = list->count; i-- > 0;) {
        const dunlin_fact *one = list->facts[i];
        calling call = {.name = one->path[dn_schema_lead(work->naming)]};

        if (dn_string_among(one->kind, "domain type")) {
            called[i] = true;
            continue;
        }
        if (!called[i])
            dn_fact_map_each(work->after, NULL, look_for_call, &call);
        called[i] = called[i] || call.found;
        for (size_t k = 0; called[i] && k < i; k++)
            called[k] =
                called[k] || dn_string_mentions(dn_diff_bound_text(one),
                                                list->facts[k]->path[dn_schema_lead(work->naming)]);
    }
}

/* Types, and the functions that they and tables call, which may take types in their turn. Other functions
 * may use tables. */
static int
come_types(dn_diffing *work)
{
    dn_chosen list;
    bool *called;

    if (dn_diff_choose(work, "domain type function procedure", DN_MOVE_CREATE | DN_MOVE_ALTER,
                       false, &list) < 0)
        return -1;
    called = dn_arena_array(work->arena, list.count + 1, sizeof *called);
    work->late = dn_arena_array(work->arena, list.count + 1, sizeof *work->late);
    if (!work->late || !called)
        return dn_no_memory(work->error);
    find_called(work, &list, called);
    for (size_t i = 0; i < list.count; i++) {
        const dunlin_fact *one = list.facts[i];

        if (called[i] &&
            (dn_diff_takes_rows(work, one, "table view matview") ||
             dn_diff_reads_changed_column(work, one) || dn_diff_is_held_to_late(work, one)))
            work->late[work->late_count++] = one;
        else if (called[i] && dn_diff_come(work, dn_diff_move_of(work, one)) < 0)
            return -1;
    }
    return 0;
}

/* Each that is made stands behind those of its table that are there, so the first ones come first. */
static int
come_triggers(dn_diffing *work)
{
    int64_t last = 1;

    for (int64_t rank = 1; rank <= last; rank++)
        for (size_t i = 0; i < work->count; i++) {
            const dunlin_fact *fact = work->moves[i].after;
            int64_t own = fact && dn_fact_is(fact, DUNLIN_KIND_TRIGGER) ? dn_diff_rank(fact) : 0;

            last = own > last ? own : last;
            if (own == rank && dn_diff_come(work, &work->moves[i]) < 0)
                return -1;
        }
    return 0;
}

/* Routines that take or give rows of views come among these. */
static int
come_routines(dn_diffing *work)
{
    dn_chosen list;

    if (dn_diff_choose(work, "function procedure", DN_MOVE_CREATE | DN_MOVE_ALTER, false, &list) <
        0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (!dn_diff_takes_rows(work, list.facts[i], "view matview") &&
            dn_diff_come(work, dn_diff_move_of(work, list.facts[i])) < 0)
            return -1;
    return 0;
}

/* Indexes of materialised views come with them. */
static int
come_views(dn_diffing *work)
{
    if (come_sorted(work, "view matview function procedure") < 0)
        return -1;
    return come_kinds(work, "check exclude index");
}

static int
come_put_off(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].what & DN_MOVE_LATER) {
            work->moves[i].what = DN_MOVE_ALTER;
            if (dn_diff_come(work, &work->moves[i]) < 0)
                return -1;
        }
    return 0;
}

/* --- all of it ------------------------------------------------------------------------------------------ */

/* They would go with the view, and could not be dropped any more. */
static int
drop_indexes_of_views(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];

        if (!(move->what & DN_MOVE_DROP) || !dn_fact_is(move->before, DUNLIN_KIND_INDEX) ||
            !dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_MATERIALIZED_VIEW),
                              move->before->path, move->before->path_count - 1))
            continue;
        move->what &= ~(unsigned)DN_MOVE_DROP;
        if (dn_diff_emit_drop(work, move->before) < 0)
            return -1;
    }
    return 0;
}

/* Checks and indexes of tables that go, where they call the routine. */
static int
drop_callers(dn_diffing *work, dunlin_string name)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];

        if (!(move->what & DN_MOVE_SILENT_DROP) ||
            !dn_string_among(move->before->kind, "check exclude index") ||
            !dn_fact_mentions(move->before, name))
            continue;
        move->what &= ~(unsigned)DN_MOVE_SILENT_DROP;
        if (dn_diff_emit_drop(work, move->before) < 0)
            return -1;
    }
    return 0;
}

/* Columns that a routine generates go before it. */
static int
drop_generated(dn_diffing *work, const dunlin_fact *routine)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];

        if (!(move->what & (DN_MOVE_DROP | DN_MOVE_SILENT_DROP)) ||
            !dn_fact_is(move->before, DUNLIN_KIND_COLUMN) ||
            ((move->what & DN_MOVE_SILENT_DROP) && !is_computed(move->before)) ||
            !dn_fact_mentions(move->before, routine->path[dn_schema_lead(work->naming)]))
            continue;
        move->what &= ~(unsigned)DN_MOVE_SILENT_DROP;
        if (drop_now(work, move) < 0)
            return -1;
    }
    return 0;
}

/* Those that take or give rows of one go with them. */
static int
drop_views(dn_diffing *work)
{
    dn_chosen list;

    if (dn_diff_choose(work, "view matview function procedure", DN_MOVE_DROP, true, &list) < 0)
        return -1;
    for (size_t i = list.count; i-- > 0;) {
        bool routine = dn_string_among(list.facts[i]->kind, "function procedure");

        if ((!routine || dn_diff_has_rows_among(work, list.facts[i], list.facts, list.count)) &&
            (dn_diff_release_rows(work, list.facts[i]) < 0 ||
             drop_now(work, dn_diff_move_of(work, list.facts[i])) < 0))
            return -1;
    }
    return 0;
}

/* They come back before the tables that may call them; others go when nothing calls them any more. */
static int
drop_remade_routines(dn_diffing *work)
{
    dn_chosen list;

    if (dn_diff_choose(work, "function procedure", DN_MOVE_DROP, true, &list) < 0)
        return -1;
    for (size_t i = list.count; i-- > 0;) {
        dn_move *move = dn_diff_move_of(work, list.facts[i]);

        if ((dn_diff_is_remade(move, "function procedure") ||
             dn_diff_name_comes_again(work, move)) &&
            (drop_callers(work, move->before->path[dn_schema_lead(work->naming)]) < 0 ||
             drop_generated(work, move->before) < 0 || drop_now(work, move) < 0))
            return -1;
    }
    return 0;
}

static int
drop_remade_aggregates(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (dn_diff_is_remade(&work->moves[i], "aggregate") && drop_now(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

static int
look_for_user(const dunlin_fact *fact, void *context)
{
    calling *call = context;

    call->found = (dn_fact_is(fact, DUNLIN_KIND_TRIGGER) ||
                   (dn_fact_is(fact, DUNLIN_KIND_COLUMN) && is_computed(fact))) &&
                  dn_fact_mentions(fact, call->name);
    return call->found;
}

/* Those that go with a table (one of these, where there are any), or with a routine that does. */
static bool
goes_with_table(const dn_diffing *work, const dn_chosen *tables, const dn_chosen *list,
                const bool *with, size_t at)
{
    dunlin_string bound = dn_diff_bound_text(list->facts[at]);

    if (tables ? dn_diff_has_rows_among(work, list->facts[at], tables->facts, tables->count)
               : dn_diff_has_rows_that_go(work, list->facts[at]))
        return true;
    for (size_t i = 0; i < at; i++)
        if (with[i] &&
            dn_string_mentions(bound, list->facts[i]->path[dn_schema_lead(work->naming)]))
            return true;
    return false;
}

/* Routines that take or give rows of a table go before it, unless the table uses them itself. */
static int
drop_routines_of_tables(dn_diffing *work, const dn_chosen *tables)
{
    dn_chosen list;
    bool *with;

    if (dn_diff_choose(work, "function procedure", DN_MOVE_DROP, true, &list) < 0)
        return -1;
    with = dn_arena_array(work->arena, list.count + 1, sizeof *with);
    if (!with)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < list.count; i++)
        with[i] = goes_with_table(work, tables, &list, with, i);
    for (size_t i = list.count; i-- > 0;) {
        calling call = {.name = list.facts[i]->path[dn_schema_lead(work->naming)]};

        if (!with[i])
            continue;
        dn_fact_map_each(work->before, NULL, look_for_user, &call);
        if (!call.found && (drop_callers(work, call.name) < 0 ||
                            drop_now(work, dn_diff_move_of(work, list.facts[i])) < 0))
            return -1;
    }
    return 0;
}

/* Before all else: the tables whose place is needed, and the routines with rows of these. */
static int
clear_places(dn_diffing *work)
{
    dn_chosen tables;
    size_t count = 0;

    if (dn_diff_choose(work, DUNLIN_KIND_TABLE, DN_MOVE_DROP, true, &tables) < 0)
        return -1;
    for (size_t i = 0; i < tables.count; i++)
        if (place_is_needed(work, tables.facts[i]))
            tables.facts[count++] = tables.facts[i];
    tables.count = count;
    if (count && drop_routines_of_tables(work, &tables) < 0)
        return -1;
    return dn_diff_drop_tables(work, place_is_needed);
}

/* What keeps its place but not its name, which something new gets. */
static int
make_room_for_names(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];

        if (move->before && move->after && (move->what & (DN_MOVE_RENAME | DN_MOVE_ALTER)) &&
            dn_string_among(move->before->kind, "index pk unique exclude") &&
            !has_name_of(move->before, move->after) &&
            dn_diff_is_new_name(work, "key", move->before) && dn_diff_come(work, move) < 0)
            return -1;
    }
    return 0;
}

/* Keys go behind the foreign keys that rest on them; MySQL wants the same of indexes. */
static int
clear_the_way(dn_diffing *work)
{
    if (drop_kinds(work, DUNLIN_KIND_GRANT) < 0 || dn_diff_take_off_callers(work) < 0 ||
        dn_diff_leave_partitioned(work) < 0 || dn_diff_leave_parents(work) < 0 ||
        drop_kinds(work, "policy trigger rule statistics") < 0 || drop_indexes_of_views(work) < 0 ||
        drop_views(work) < 0 || drop_kinds(work, DUNLIN_KIND_FOREIGN_KEY) < 0 ||
        drop_kinds(work, DUNLIN_KIND_INDEX) < 0 || drop_kinds(work, "check exclude unique pk") < 0)
        return -1;
    if (drop_remade_aggregates(work) < 0 || drop_remade_routines(work) < 0)
        return -1;
    return clear_places(work) < 0 ? -1 : make_room_for_names(work);
}

static bool
always(dn_diffing *work, const dunlin_fact *table)
{
    (void)work;
    (void)table;
    return true;
}

static int
clean_up(dn_diffing *work)
{
    if (drop_routines_of_tables(work, NULL) < 0 || dn_diff_drop_tables(work, always) < 0 ||
        drop_kinds(work, "aggregate") < 0 ||
        drop_sorted(work, "function procedure domain type") < 0 ||
        drop_kinds(work, DUNLIN_KIND_SEQUENCE) < 0 || drop_kinds(work, DUNLIN_KIND_ENUM) < 0 ||
        drop_kinds(work, "collation") < 0 || drop_kinds(work, DUNLIN_KIND_EXTENSION) < 0)
        return -1;
    for (size_t i = 0; i < work->count; i++)
        if ((work->moves[i].what & DN_MOVE_DROP) &&
            !dn_fact_is(work->moves[i].before, DUNLIN_KIND_SCHEMA)) {
            work->moves[i].what &= ~(unsigned)DN_MOVE_DROP;
            if (dn_diff_emit_drop(work, work->moves[i].before) < 0)
                return -1;
        }
    return drop_kinds(work, DUNLIN_KIND_SCHEMA);
}

/* What is taken from whoever may pass a privilege on is taken before anything is granted. */
static int
come_grants(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++)
        if ((work->moves[i].what & DN_MOVE_ALTER) &&
            dn_fact_is(work->moves[i].after, DUNLIN_KIND_GRANT) &&
            dn_diff_come(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

static int
come_rest(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++)
        if (dn_diff_come(work, &work->moves[i]) < 0)
            return -1;
    return 0;
}

int
dn_diff_order(dn_diffing *work)
{
    if (dn_diff_note_new_names(work) < 0 || clear_the_way(work) < 0 ||
        come_kinds(work, DUNLIN_KIND_SCHEMA) < 0 || come_kinds(work, DUNLIN_KIND_EXTENSION) < 0 ||
        come_kinds(work, "collation") < 0 || come_kinds(work, DUNLIN_KIND_ENUM) < 0 ||
        come_kinds(work, DUNLIN_KIND_SEQUENCE) < 0 || come_types(work) < 0 ||
        come_tables(work) < 0 || dn_diff_come_to_parents(work) < 0 ||
        come_kinds(work, DUNLIN_KIND_FOREIGN_KEY) < 0 || come_routines(work) < 0 ||
        come_kinds(work, "aggregate") < 0 || come_views(work) < 0 || come_put_off(work) < 0 ||
        come_triggers(work) < 0 || come_kinds(work, "policy rule statistics") < 0 ||
        come_grants(work) < 0 || come_rest(work) < 0)
        return -1;
    return clean_up(work);
}
