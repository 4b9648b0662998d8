/* SPDX-License-Identifier: MIT
 *
 * What calls a routine, or uses a type, and can be without it for a while: defaults of columns, defaults and checks
 * of domains. They go before a routine or type that is made anew, and come back behind it; those that call a routine which needs
 * tables or views come behind both.
 */
#include "core/schema/diff_internal.h"

static const char domain_checks[] = "checks check_names not_valid_checks";

static bool
calls(const dunlin_fact *fact, const char *member, const dn_fact_map *routines)
{
    const dunlin_property *at = dn_property_find(fact->properties, fact->property_count, member);
    dunlin_fact alone = {.properties = at};

    if (!at)
        return false;
    alone.property_count =
        dn_property_span(fact->properties, fact->property_count, (uint64_t)(at - fact->properties));
    return dn_diff_mentions_one(&alone, routines);
}

/* Names of the members that call one of the routines. */
static const char *
members_that_call(const dunlin_fact *fact, const dn_fact_map *routines)
{
    bool value = calls(fact, "default", routines);

    if (dn_fact_is(fact, DUNLIN_KIND_COLUMN))
        return value ? "default" : NULL;
    if (!dn_fact_is(fact, DUNLIN_KIND_DOMAIN))
        return NULL;
    if (!calls(fact, "checks", routines))
        return value ? "default" : NULL;
    return value ? "default checks check_names not_valid_checks" : domain_checks;
}

/* --- those that are there ------------------------------------------------------------------------- */

typedef struct looking {
    dn_diffing *work;
    const dn_fact_map *names;
    bool types; /* they are of types that are made anew, not of routines */
} looking;

/* Its default comes with its type. */
static bool
comes_anew(const dn_move *move)
{
    return move->renewed || move->retyped || (move->what & DN_MOVE_DROP);
}

static int
look_at_caller(const dunlin_fact *fact, void *context)
{
    const looking *state = context;
    const char *members = members_that_call(fact, state->names);
    dn_move *move;

    if (!members)
        return 0;
    move = dn_diff_move_for(state->work, fact);
    if (!move)
        return dn_no_memory(state->work->error);
    if (state->types && comes_anew(move))
        return 0;
    move->strip = members;
    if (move->after && !(move->what & DN_MOVE_CREATE))
        move->what |= DN_MOVE_ALTER;
    return 0;
}

int
dn_diff_find_callers(dn_diffing *work, const dn_fact_map *routines, const dn_fact_map *types)
{
    looking state = {work, types, true};

    if (dn_fact_map_count(types) &&
        dn_fact_map_each(work->before, NULL, look_at_caller, &state) < 0)
        return -1;
    state = (looking){work, routines, false};
    return dn_fact_map_count(routines)
               ? dn_fact_map_each(work->before, NULL, look_at_caller, &state)
               : 0;
}

/* The fact without the members; NULL: no memory. */
static const dunlin_fact *
without(dn_diffing *work, const dunlin_fact *fact, const char *members)
{
    dn_properties list = {.arena = work->arena};
    dunlin_fact copy = *fact;

    dn_properties_add_all(&list, fact->properties, fact->property_count, members);
    copy.properties = list.items;
    copy.property_count = list.count;
    return list.failed ? NULL : dn_fact_copy(work->arena, &copy);
}

int
dn_diff_take_off_callers(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        const dunlin_fact *bare;
        dn_move off;

        if (!move->strip)
            continue;
        bare = without(work, move->before, move->strip);
        if (!bare)
            return dn_no_memory(work->error);
        off = (dn_move){.before = move->before, .after = bare};
        if (dn_diff_emit_alter(work, &off) < 0)
            return -1;
        move->before = bare;
        if (move->what == DN_MOVE_ALTER &&
            dn_schema_equal(move->before, move->after, &dn_diff_comparison))
            move->what = DN_MOVE_DONE;
    }
    return 0;
}

/* --- those that call what comes behind ------------------------------------------------------------ */

int
dn_diff_put_off_default(dn_diffing *work, dn_move *column)
{
    const dunlin_fact *after = column->after;
    dn_move rest = {.before = column->before};

    if (!(column->what & (DN_MOVE_CREATE | DN_MOVE_ALTER)) ||
        !dn_property_find(after->properties, after->property_count, "default") ||
        !dn_diff_calls_late(work, after))
        return 0;
    rest.after = without(work, after, "default");
    if (!rest.after)
        return dn_no_memory(work->error);
    if (column->what & DN_MOVE_CREATE
            ? dn_diff_emit_create(work, rest.after, NULL) < 0
            : !dn_schema_equal(rest.before, rest.after, &dn_diff_comparison) &&
                  dn_diff_emit_alter(work, &rest) < 0)
        return -1;
    column->before = rest.after;
    column->what = DN_MOVE_LATER;
    return 0;
}
