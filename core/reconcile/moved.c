/* SPDX-License-Identifier: MIT
 *
 * Tables that somebody renamed by hand. The old name looks as if it was never made, the new one like a table of
 * somebody else; but to make the old one again would leave the rows where nobody looks for them.
 */
#include <string.h>

#include "core/reconcile/proof_internal.h"

typedef struct moving {
    const dn_ballot *ballot;
    const dn_fact_map *schema;
    dn_arena *arena;
    dn_proofs *proofs;
    size_t end; /* of what was run: what is only to be run makes nothing that could be missed */
    bool
        none; /* nothing was run, as it looks: only the same name in another schema tells otherwise */
    size_t capacity;
    dn_fact_list columns; /* of the table that is looked for */
} moving;

static size_t
end_of_done(const dn_claim *claims, const dn_proofs *proofs)
{
    size_t end = proofs->count;

    while (end && !claims[end - 1].recorded && !proofs->items[end - 1].done)
        end--;
    return end;
}

static const dunlin_fact *
left_by_history(const moving *work, const dn_line *line)
{
    const dunlin_fact *left = line->initial;

    for (size_t i = 0; i < line->count && line->touches[i].entry < work->end; i++)
        left = line->touches[i].change->after;
    return left;
}

static int
collect_columns(moving *work, const dunlin_fact *table, dn_error *error)
{
    dn_fact_list *list = &work->columns;

    list->count = 0;
    for (size_t i = 0; i < work->ballot->line_count; i++) {
        const dn_line *line = &work->ballot->lines[i];
        const dunlin_fact *column =
            dn_fact_is(line->key, DUNLIN_KIND_COLUMN) && dn_is_right_below(line->key, table)
                ? left_by_history(work, line)
                : NULL;

        if (!column)
            continue;
        list->items = dn_arena_grow(work->arena, (void *)list->items, &list->capacity,
                                    list->count + 1, sizeof *list->items);
        if (!list->items)
            return dn_no_memory(error);
        list->items[list->count++] = column;
    }
    return 0;
}

static dunlin_string
type_of(const dunlin_fact *column)
{
    const dunlin_property *type =
        dn_property_find(column->properties, column->property_count, "type");

    return type ? type->text : dn_string("");
}

typedef struct comparing {
    const dn_fact_list *columns;
    size_t alike;
    size_t others;
} comparing;

static bool
same_text(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (!left.length || memcmp(left.data, right.data, (size_t)left.length) == 0);
}

static int
compare_column(const dunlin_fact *column, void *context)
{
    comparing *work = context;

    for (size_t i = 0; i < work->columns->count; i++) {
        const dunlin_fact *sought = work->columns->items[i];

        if (same_text(sought->path[sought->path_count - 1], column->path[column->path_count - 1]) &&
            same_text(type_of(sought), type_of(column))) {
            work->alike++;
            return 0;
        }
    }
    work->others++;
    return 0;
}

/* One column alone is alike too easily. */
static bool
has_its_columns(const moving *work, const dunlin_fact *table)
{
    comparing columns = {.columns = &work->columns};

    dn_fact_map_members(work->schema, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                        compare_column, &columns);
    return columns.alike > 1 && columns.alike == work->columns.count && !columns.others;
}

bool
dn_moved_is_elsewhere(const dn_moved *moved)
{
    return same_text(moved->expected->path[moved->expected->path_count - 1],
                     moved->actual->path[moved->actual->path_count - 1]);
}

static int
look_for(moving *work, const dunlin_fact *table, dn_error *error)
{
    dn_proofs *proofs = work->proofs;

    if (collect_columns(work, table, error) < 0)
        return -1;
    for (size_t i = 0; i < proofs->drift_count; i++) {
        const dn_drift *drift = &proofs->drift[i];
        const dn_moved moved = {table, drift->actual};

        if (drift->kind != DN_DRIFT_LEGACY || !dn_fact_is(drift->actual, DUNLIN_KIND_TABLE) ||
            (work->none && !dn_moved_is_elsewhere(&moved)) || !has_its_columns(work, drift->actual))
            continue;
        proofs->moved = dn_arena_grow(work->arena, proofs->moved, &work->capacity,
                                      proofs->moved_count + 1, sizeof *proofs->moved);
        if (!proofs->moved)
            return dn_no_memory(error);
        proofs->moved[proofs->moved_count++] = moved;
        return 0;
    }
    return 0;
}

static bool
has_legacy_table(const dn_proofs *proofs)
{
    for (size_t i = 0; i < proofs->drift_count; i++)
        if (proofs->drift[i].kind == DN_DRIFT_LEGACY &&
            dn_fact_is(proofs->drift[i].actual, DUNLIN_KIND_TABLE))
            return true;
    return false;
}

int
dn_prove_moved(const dn_claim *claims, const dn_ballot *ballot, const dn_fact_map *schema,
               dn_arena *arena, dn_proofs *proofs, dn_error *error)
{
    moving work = {.ballot = ballot,
                   .schema = schema,
                   .arena = arena,
                   .proofs = proofs,
                   .end = end_of_done(claims, proofs)};

    if (!has_legacy_table(proofs))
        return 0;
    work.none = work.end == 0;
    if (work.none)
        work.end = proofs->count;
    for (size_t i = 0; i < proofs->count; i++)
        if (claims[i].effects->named)
            return 0; /* of columns too little is known */
    for (size_t i = 0; i < ballot->line_count; i++) {
        const dn_line *line = &ballot->lines[i];
        const dunlin_fact *table = dn_fact_is(line->key, DUNLIN_KIND_TABLE) && !line->actual
                                       ? left_by_history(&work, line)
                                       : NULL;

        if (table && look_for(&work, table, error) < 0)
            return -1;
    }
    return 0;
}
