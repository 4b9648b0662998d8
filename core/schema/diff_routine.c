/* SPDX-License-Identifier: MIT
 *
 * What routines have to do with tables and views: where in the order they come.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

/* What stands before the language: the arguments, and what comes back. */
static dunlin_string
signature_of(const dunlin_fact *routine)
{
    static const char end[] = "\n LANGUAGE ";
    const dunlin_property *text =
        dn_property_find(routine->properties, routine->property_count, "definition");
    const char *found;

    if (!text || !text->text.length)
        return dn_string("");
    found = memmem(text->text.data, text->text.length, end, strlen(end));
    return found ? dn_span(text->text.data, (size_t)(found - text->text.data)) : dn_string("");
}

/* Namespaces are said before the names of relations, and of nothing that comes with the server; the routine's
 * own is one. */
static bool
names_something(dunlin_string signature)
{
    const char *arguments = memchr(signature.data, '(', signature.length);
    size_t length = arguments ? (size_t)(signature.data + signature.length - arguments) : 0;

    return arguments && memchr(arguments, '.', length);
}

bool
dn_diff_has_rows_of(const dunlin_fact *routine, dunlin_string relation)
{
    return dn_string_mentions(signature_of(routine), relation);
}

bool
dn_diff_has_rows_among(const dunlin_fact *routine, const dunlin_fact *const *facts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dn_string_among(facts[i]->kind, "view matview") &&
            dn_diff_has_rows_of(routine, facts[i]->path[facts[i]->path_count - 1]))
            return true;
    return false;
}

bool
dn_diff_takes_rows(const dn_diffing *work, const dunlin_fact *routine, const char *kinds)
{
    dunlin_string signature = signature_of(routine);

    if (!dn_string_among(routine->kind, "function procedure") || !signature.length ||
        !names_something(signature))
        return false;
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *fact = work->moves[i].after;

        if ((work->moves[i].what & DN_MOVE_CREATE) && dn_string_among(fact->kind, kinds) &&
            dn_string_mentions(signature, fact->path[fact->path_count - 1]))
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
dn_diff_names_table_that_goes(const dn_diffing *work, const dunlin_fact *routine)
{
    for (size_t i = 0; i < work->count; i++) {
        const dunlin_fact *table = work->moves[i].before;

        if ((work->moves[i].what & DN_MOVE_DROP) && dn_fact_is(table, DUNLIN_KIND_TABLE) &&
            dn_fact_mentions(routine, table->path[table->path_count - 1]))
            return true;
    }
    return false;
}
