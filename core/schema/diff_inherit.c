/* SPDX-License-Identifier: MIT
 *
 * What columns have from their table, and a partition from its parent. It is told there alone, and
 * changes where that changes.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

/* --- character sets that are the table's -------------------------------------------------------- */

typedef struct inheriting {
    dn_diffing *work;
    size_t known; /* moves that are in the order of dn_fact_order */
} inheriting;

static dn_move *
known_move(const inheriting *state, const dunlin_fact *fact)
{
    size_t low = 0;
    size_t high = state->known;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        dn_move *move = &state->work->moves[middle];
        int order = dn_fact_order(state->work->naming, dn_move_key(move), fact);

        if (order == 0)
            return move;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool
has_letters(const dunlin_fact *column)
{
    static const char *const words[] = {"char", "text", "enum", "set("};
    const dunlin_property *type =
        dn_property_find(column->properties, column->property_count, "type");

    for (size_t i = 0; type && i < sizeof words / sizeof words[0]; i++)
        for (size_t at = 0, length = strlen(words[i]); at + length <= type->text.length; at++)
            if (dn_string_equal_fold(dn_span(type->text.data + at, length), words[i]))
                return true;
    return false;
}

/* A column that says no collation keeps the one it has when only its table is told another. */
static int
retype_column(const dunlin_fact *column, void *context)
{
    inheriting *state = context;
    dn_diffing *work = state->work;
    const dunlin_fact *before =
        dn_fact_map_find(work->before, column->kind, column->path, column->path_count);

    if (!before || !has_letters(column) ||
        dn_property_find(column->properties, column->property_count, "collation"))
        return 0;
    return dn_diff_retype(work, known_move(state, column), before, column);
}

static int
take_collations(dn_diffing *work)
{
    inheriting state = {work, work->count};

    for (size_t i = 0; i < state.known; i++) {
        const dunlin_fact *table = work->moves[i].after;

        if (work->moves[i].before && table && dn_fact_is(table, DUNLIN_KIND_TABLE) &&
            !dn_diff_same_text(work->moves[i].before, table, "collation") &&
            dn_fact_map_members(work->after, DUNLIN_KIND_COLUMN, table->path, table->path_count,
                                retype_column, &state) < 0)
            return -1;
    }
    return 0;
}

/* --- partitions that come and go ---------------------------------------------------------------------- */

static const dunlin_fact *
partition_in(const dn_fact_map *facts, const dunlin_fact *member)
{
    const dunlin_fact *table =
        dn_fact_map_find(facts, dn_string(DUNLIN_KIND_TABLE), member->path, member->path_count - 1);

    return table && dn_property_find(table->properties, table->property_count, "partition_of")
               ? table
               : NULL;
}

typedef struct sought {
    const dunlin_fact *member;
    bool found;
} sought;

static int
look_for_equal(const dunlin_fact *fact, void *context)
{
    sought *wanted = context;

    wanted->found = dn_fact_is(fact, DUNLIN_KIND_COLUMN)
                        ? dn_schema_same(fact->path[fact->path_count - 1],
                                         wanted->member->path[wanted->member->path_count - 1])
                        : dn_schema_equal(fact, wanted->member, &dn_diff_comparison);
    return wanted->found;
}

/* Has the parent of the partition the same? A column by its name, a key or an index by what it says. */
static bool
parent_has(dn_diffing *work, const dn_fact_map *facts, const dunlin_fact *partition,
           const dunlin_fact *member)
{
    dunlin_string path[2];
    uint64_t count = dn_diff_parent(work->arena, partition, path);
    char kind[16];
    sought wanted = {.member = member};

    if (count == 0 || member->kind.length >= sizeof kind)
        return false;
    memcpy(kind, member->kind.data, member->kind.length);
    kind[member->kind.length] = '\0';
    dn_fact_map_members(facts, kind, path, count, look_for_equal, &wanted);
    return wanted.found;
}

/* What a table has already when it becomes a partition, and keeps when it is none any more. */
static void
keep_members(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        const dunlin_fact *member = dn_move_key(move);
        const dunlin_fact *was;
        const dunlin_fact *is;

        if ((move->before && move->after) ||
            !dn_string_among(member->kind, "column pk unique fk check index"))
            continue;
        was = partition_in(work->before, member);
        is = partition_in(work->after, member);
        if (move->before ? !was && is && parent_has(work, work->after, is, member)
                         : was && !is && parent_has(work, work->before, was, member)) {
            move->what = 0;
            move->retyped = false;
        }
    }
}

int
dn_diff_inherit(dn_diffing *work)
{
    keep_members(work);
    return take_collations(work);
}
