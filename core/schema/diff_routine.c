/* SPDX-License-Identifier: MIT
 *
 * What routines have to do with tables and views: where in the order they come.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

/* As PostgreSQL prints it: behind the language come settings, and AS with a body that is a string and stands last;
 * or a body of statements, without AS. */
dunlin_string
dn_diff_bound_text(const dunlin_fact *routine)
{
    static const char language[] = "\n LANGUAGE ";
    static const char body[] = "\nAS ";
    const dunlin_property *member =
        dn_property_find(routine->properties, routine->property_count, "definition");
    dunlin_string text = member ? member->text : dn_string("");
    const char *found =
        text.length ? memmem(text.data, (size_t)text.length, language, strlen(language)) : NULL;

    if (!found)
        return dn_string("");
    found = memmem(found, (size_t)(text.data + text.length - found), body, strlen(body));
    return found ? dn_span(text.data, (size_t)(found - text.data)) : text;
}

/* Its arguments and what follows them: its own name may be that of a relation, too. */
static dunlin_string
behind_name(const dunlin_fact *routine)
{
    dunlin_string bound = dn_diff_bound_text(routine);
    const char *arguments = bound.length ? memchr(bound.data, '(', bound.length) : NULL;

    return arguments ? dn_span(arguments, (size_t)(bound.data + bound.length - arguments)) : bound;
}

typedef struct naming {
    const dunlin_fact *fact;
    uint64_t naming;
    bool routine;
    bool found;
} naming;

static int
look_for_name(const dunlin_fact *one, void *context)
{
    naming *state = context;
    dunlin_string name = one->path[one->path_count - 1];

    if (!state->routine)
        state->found = dn_fact_mentions(state->fact, name);
    else if (dn_string_among(one->kind, "function procedure"))
        state->found = dn_string_mentions(dn_diff_bound_text(state->fact), name);
    else
        state->found = dn_diff_says(state->naming, behind_name(state->fact), name);
    return state->found;
}

bool
dn_diff_mentions_one(const dunlin_fact *fact, const dn_fact_map *names)
{
    naming state = {.fact = fact,
                    .naming = dn_fact_map_naming(names),
                    .routine =
                        fact->kind.length && dn_string_among(fact->kind, "function procedure")};

    dn_fact_map_each(names, NULL, look_for_name, &state);
    return state.found;
}

bool
dn_diff_has_rows_of(const dn_diffing *work, const dunlin_fact *routine, dunlin_string relation)
{
    return dn_diff_says(work->naming, behind_name(routine), relation);
}

bool
dn_diff_has_rows_among(const dn_diffing *work, const dunlin_fact *routine,
                       const dunlin_fact *const *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dn_string_among(facts[i]->kind, "table view matview") &&
            dn_diff_has_rows_of(work, routine, facts[i]->path[facts[i]->path_count - 1]))
            return true;
    return false;
}

bool
dn_diff_takes_rows(const dn_diffing *work, const dunlin_fact *routine, const char *kinds)
{
    dunlin_string bound = behind_name(routine);

    if (!dn_string_among(routine->kind, "function procedure") || !bound.length)
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = work->moves[i].after;

        if ((work->moves[i].what & DN_MOVE_CREATE) && dn_string_among(fact->kind, kinds) &&
            dn_diff_says(work->naming, bound, fact->path[fact->path_count - 1]))
            return true;
    }
    return false;
}

/* A body that is no string. */
static bool
has_bound_body(const dunlin_fact *routine)
{
    const dunlin_property *whole =
        dn_property_find(routine->properties, routine->property_count, "definition");

    return dn_string_among(routine->kind, "function procedure") && whole && whole->text.length &&
           dn_diff_bound_text(routine).length == whole->text.length;
}

bool
dn_diff_reads_changed_column(const dn_diffing *work, const dunlin_fact *routine)
{
    if (!has_bound_body(routine))
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const dn_move *move = &work->moves[i];
        const dunlin_fact *column = dn_move_key(move);

        if (dn_fact_is(column, DUNLIN_KIND_COLUMN) &&
            ((move->what & (DN_MOVE_DROP | DN_MOVE_CREATE)) || move->retyped) &&
            dn_fact_mentions(routine, column->path[column->path_count - 1]) &&
            dn_fact_mentions(routine, column->path[column->path_count - 2]))
            return true;
    }
    return false;
}

bool
dn_diff_calls_late(const dn_diffing *work, const dunlin_fact *member)
{
    for (size_t i = 0; i < work->late_count; i++)
        if (dn_fact_mentions(member, work->late[i]->path[dn_schema_lead(work->naming)]))
            return true;
    return false;
}

bool
dn_diff_is_held_to_late(const dn_diffing *work, const dunlin_fact *routine)
{
    dunlin_string bound = dn_diff_bound_text(routine);

    for (size_t i = 0; i < work->late_count; i++)
        if (dn_string_mentions(bound, work->late[i]->path[dn_schema_lead(work->naming)]))
            return true;
    return false;
}

bool
dn_diff_is_remade(const dn_move *move, const char *kinds)
{
    return (move->what & DN_MOVE_DROP) && (move->what & DN_MOVE_CREATE) &&
           dn_string_among(move->before->kind, kinds);
}

bool
dn_diff_name_comes_again(const dn_diffing *work, const dn_move *routine)
{
    uint64_t names = dn_schema_lead(work->naming) + 1;

    if (!(routine->what & DN_MOVE_DROP) ||
        !dn_string_among(routine->before->kind, "function procedure"))
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = work->moves[i].after;
        bool same = fact && (work->moves[i].what & DN_MOVE_CREATE) &&
                    dn_string_among(fact->kind, "function procedure");

        for (uint64_t k = 0; k < names && same; k++)
            same = dn_schema_same(fact->path[k], routine->before->path[k]);
        if (same)
            return true;
    }
    return false;
}

bool
dn_diff_has_rows_that_go(const dn_diffing *work, const dunlin_fact *routine)
{
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *table = work->moves[i].before;

        if ((work->moves[i].what & DN_MOVE_DROP) && dn_fact_is(table, DUNLIN_KIND_TABLE) &&
            dn_diff_has_rows_of(work, routine, table->path[table->path_count - 1]))
            return true;
    }
    return false;
}
