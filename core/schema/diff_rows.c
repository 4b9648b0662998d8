/* SPDX-License-Identifier: MIT
 *
 * What is held by a table that stays: the rows of a view that a column has, and what its partition key is computed
 * with. The one cannot be made anew while the other is there, which is said before anything is done.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

/* --- rows of relations as values ------------------------------------------------------------------ */

uint64_t
dn_diff_row_type(dn_arena *arena, const dunlin_fact *column, dunlin_string path[2])
{
    const dunlin_property *part =
        dn_property_find(column->properties, column->property_count, "type_path");
    dunlin_string type = dn_fact_text(column, "type");
    uint64_t count = 0;

    for (part = part ? part + 1 : NULL; part && part->type != DUNLIN_PROPERTY_END && count < 2;
         part++)
        path[count++] = part->text;
    if (count || type.length <= 2)
        return count;
    if (memcmp(type.data + type.length - 2, "[]", 2) == 0)
        type.length -= 2;
    return dn_schema_printed_path(arena, type, path);
}

/* The view or materialised view whose rows a column has; NULL: none. */
static const dunlin_fact *
view_of(dn_arena *arena, const dn_fact_map *facts, const dunlin_fact *column)
{
    dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};
    const dunlin_fact *view;

    if (!dn_fact_is(column, DUNLIN_KIND_COLUMN) || dn_diff_row_type(arena, column, path) != 2)
        return NULL;
    view = dn_fact_map_find(facts, dn_string(DUNLIN_KIND_VIEW), path, 2);
    return view ? view : dn_fact_map_find(facts, dn_string(DUNLIN_KIND_MATERIALIZED_VIEW), path, 2);
}

/* --- new ones ----------------------------------------------------------------------------------------- */

static int come_wanted_view(dn_diffing *work, dn_move *view);

static bool
begin(dn_move *move)
{
    if (!move || !move->after || !(move->what & DN_MOVE_CREATE) ||
        (move->what & (DN_MOVE_DONE | DN_MOVE_WANTED)))
        return false;
    move->what |= DN_MOVE_WANTED;
    return true;
}

static dn_move *
move_of(dn_diffing *work, const char *kind, const dunlin_fact *key)
{
    const dunlin_fact *fact =
        dn_fact_map_find(work->after, dn_string(kind), key->path, key->path_count);

    return fact ? dn_diff_move_of(work, fact) : NULL;
}

/* What changes in a table that stays, before a column has its rows: no type changes behind that. */
static int
come_kept_table(dn_diffing *work, const dunlin_fact *table)
{
    for (size_t i = 0; i < work->count; i++)
        if (dn_fact_is(dn_move_key(&work->moves[i]), DUNLIN_KIND_COLUMN) &&
            dn_fact_lies_in(dn_move_key(&work->moves[i]), table))
            return dn_diff_come_table(work, i, false);
    return 0;
}

int
dn_diff_come_rows_of(dn_diffing *work, const dunlin_fact *column)
{
    dn_move *move = column && dn_schema_lead(work->naming) && dn_fact_is(column, DUNLIN_KIND_COLUMN)
                        ? dn_diff_move_of(work, column)
                        : NULL;
    dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};
    const dunlin_fact *view;
    const dunlin_fact *table;

    if (!begin(move))
        return 0;
    view = view_of(work->arena, work->after, column);
    if (view)
        return come_wanted_view(work, dn_diff_move_of(work, view));
    if (dn_diff_row_type(work->arena, column, path) != 2)
        return 0;
    table = dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE), path, 2);
    return table && dn_fact_map_find(work->before, table->kind, path, 2)
               ? come_kept_table(work, table)
               : 0;
}

/* A table that stays, and has columns that change. */
static bool
changes_columns(const dn_diffing *work, const dunlin_string path[2])
{
    const dunlin_fact *table =
        dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE), path, 2);

    for (size_t i = 0; table && i < work->count; i++)
        if (work->moves[i].after && dn_fact_is(work->moves[i].after, DUNLIN_KIND_COLUMN) &&
            dn_fact_lies_in(work->moves[i].after, table))
            return true;
    return false;
}

int
dn_diff_drop_rows_of_changed(dn_diffing *work)
{
    for (size_t i = 0; i < work->count && dn_schema_lead(work->naming); i++) {
        dn_move *move = &work->moves[i];
        dunlin_string path[2] = {{NULL, 0}, {NULL, 0}};

        if (move->after || !(move->what & DN_MOVE_DROP) ||
            !dn_fact_is(move->before, DUNLIN_KIND_COLUMN) ||
            dn_diff_row_type(work->arena, move->before, path) != 2 || !changes_columns(work, path))
            continue;
        move->what &= ~(unsigned)DN_MOVE_DROP;
        if (dn_diff_emit_drop(work, move->before) < 0)
            return -1;
    }
    return 0;
}

int
dn_diff_come_new_table(dn_diffing *work, dn_move *table)
{
    if (!begin(table))
        return 0;
    for (dn_move *column = table + 1;
         column < work->moves + work->count && dn_fact_lies_in(dn_move_key(column), table->after);
         column++)
        if (dn_diff_come_rows_of(work, column->after) < 0)
            return -1;
    return dn_diff_come_table(work, (size_t)(table - work->moves), true);
}

static int
come_wanted_view(dn_diffing *work, dn_move *view)
{
    const dunlin_property *at;
    dn_move *function;
    dunlin_fact key;

    if (!begin(view))
        return 0;
    at = dn_property_find(view->after->properties, view->after->property_count, "depends");
    for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END; at++) {
        if (dn_diff_depend(work->arena, at->text, &key) < 0)
            return dn_no_memory(work->error);
        key.path_count -= dn_fact_is(&key, DUNLIN_KIND_COLUMN) ? 1 : 0;
        function = dn_fact_is(&key, DUNLIN_KIND_FUNCTION)
                       ? move_of(work, DUNLIN_KIND_FUNCTION, &key)
                       : NULL;
        if (dn_diff_come_new_table(work, move_of(work, DUNLIN_KIND_TABLE, &key)) < 0 ||
            come_wanted_view(work, move_of(work, DUNLIN_KIND_VIEW, &key)) < 0 ||
            come_wanted_view(work, move_of(work, DUNLIN_KIND_MATERIALIZED_VIEW, &key)) < 0 ||
            (begin(function) && dn_diff_come(work, function) < 0))
            return -1;
    }
    return dn_diff_come(work, view);
}

/* --- views that go ------------------------------------------------------------------------------------ */

static int
note_row_column(const dunlin_fact *column, void *context)
{
    dn_diffing *work = context;
    dn_chosen *list = work->row_columns;

    if (!view_of(work->arena, work->before, column))
        return 0;
    list->facts = dn_arena_grow(work->arena, list->facts, &list->capacity, list->count + 1,
                                sizeof *list->facts);
    if (!list->facts)
        return dn_no_memory(work->error);
    list->facts[list->count++] = column;
    return 0;
}

static int
find_row_columns(dn_diffing *work)
{
    if (work->row_columns)
        return 0;
    work->row_columns = dn_arena_alloc(work->arena, sizeof *work->row_columns);
    if (!work->row_columns)
        return dn_no_memory(work->error);
    *work->row_columns = (dn_chosen){.count = 0};
    return dn_fact_map_each(work->before, DUNLIN_KIND_COLUMN, note_row_column, work);
}

static int
fail_held(dn_diffing *work, const dunlin_fact *view, const dunlin_fact *column)
{
    return dn_fail(work->error, DUNLIN_UNSUPPORTED, "diff.held",
                   "the view '%.*s' goes or is made anew, and the column '%.*s' of '%.*s' has its "
                   "rows: drop the column in a migration before, and add it anew behind",
                   (int)view->path[1].length, view->path[1].data, (int)column->path[2].length,
                   column->path[2].data, (int)column->path[1].length, column->path[1].data);
}

/* *table: it goes with its table, which is to go first. */
static int
release(dn_diffing *work, const dunlin_fact *view, const dunlin_fact *column, bool *table)
{
    const dunlin_fact *owner = dn_fact_map_find(work->before, dn_string(DUNLIN_KIND_TABLE),
                                                column->path, column->path_count - 1);
    dn_move *move = owner ? dn_diff_move_of(work, owner) : NULL;

    if (move && !move->after) {
        *table = true;
        return 0;
    }
    move = dn_diff_move_of(work, column);
    if (!move || move->after)
        return fail_held(work, view, column);
    if (!(move->what & DN_MOVE_DROP))
        return 0;
    move->what &= ~(unsigned)DN_MOVE_DROP;
    return dn_diff_emit_drop(work, column);
}

static bool
has_rows_of_view(dn_diffing *work, const dunlin_fact *table)
{
    for (size_t i = 0; i < work->row_columns->count; i++)
        if (dn_fact_lies_in(work->row_columns->facts[i], table) &&
            view_of(work->arena, work->before, work->row_columns->facts[i]) == work->leaving)
            return true;
    return false;
}

int
dn_diff_release_rows(dn_diffing *work, const dunlin_fact *view)
{
    bool table = false;

    if (!dn_string_among(view->kind, "view matview") || dn_schema_lead(work->naming) == 0)
        return 0;
    if (find_row_columns(work) < 0)
        return -1;
    for (size_t i = 0; i < work->row_columns->count; i++)
        if (view_of(work->arena, work->before, work->row_columns->facts[i]) == view &&
            release(work, view, work->row_columns->facts[i], &table) < 0)
            return -1;
    work->leaving = view;
    return table ? dn_diff_drop_tables(work, has_rows_of_view) : 0;
}

/* --- partition keys --------------------------------------------------------------------------------- */

typedef struct staying {
    const dn_diffing *work;
    const dunlin_fact *fact;
    bool found;
} staying;

/* Texts do not tell which routine of a name they call. */
static int
is_another(const dunlin_fact *other, void *context)
{
    staying *state = context;
    uint64_t names = dn_schema_lead(state->work->naming) + 1;

    if (dn_fact_order(state->work->naming, other, state->fact) == 0)
        return 0;
    for (uint64_t k = 0; k < names; k++)
        if (!dn_schema_same(other->path[k], state->fact->path[k]))
            return 0;
    state->found = true;
    return 1;
}

static bool
may_be_computed_with(const dn_diffing *work, const dunlin_fact *table, const dunlin_fact *fact)
{
    staying another = {work, fact, false};

    if (!dn_diff_says(work->naming, dn_fact_text(table, "partition_by"),
                      fact->path[dn_schema_lead(work->naming)]))
        return false;
    dn_fact_map_each(work->before, DUNLIN_KIND_FUNCTION, is_another, &another);
    return !another.found;
}

static int
check_key(const dunlin_fact *table, void *context)
{
    dn_diffing *work = context;
    dunlin_string key = dn_fact_text(table, "partition_by");

    if (!key.length || !dn_fact_map_find(work->after, table->kind, table->path, table->path_count))
        return 0;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = work->moves[i].before;
        dn_auto(dn_text) name = DN_TEXT_INIT;

        if (!fact || !((work->moves[i].what & DN_MOVE_DROP) || work->moves[i].renewed) ||
            !dn_string_among(fact->kind, "function domain type enum collation") ||
            !may_be_computed_with(work, table, fact))
            continue;
        dn_fact_describe(&name, fact->kind, fact->path, fact->path_count);
        return dn_fail(
            work->error, DUNLIN_UNSUPPORTED, "diff.held",
            "the %s is made anew or goes, and the rows of '%.*s' are divided by it (%.*s), which no "
            "server changes in place: make another table, and move the rows into it",
            name.data ? name.data : "", (int)table->path[table->path_count - 1].length,
            table->path[table->path_count - 1].data, (int)key.length, key.data);
    }
    return 0;
}

int
dn_diff_check_partition_keys(dn_diffing *work)
{
    return dn_schema_lead(work->naming)
               ? dn_fact_map_each(work->before, DUNLIN_KIND_TABLE, check_key, work)
               : 0;
}
