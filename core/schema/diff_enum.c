/* SPDX-License-Identifier: MIT
 *
 * Enums that lose a value, or have them in another order. PostgreSQL takes none out and moves none: the old type
 * steps aside under another name, a new one is made, columns are converted, and the old one goes.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

typedef struct renewing {
    dn_diffing *work;
    const dunlin_fact *type; /* as it is before */
    bool held;               /* another type rests on it */
} renewing;

static const dunlin_property *
values_of(const dunlin_fact *type)
{
    return dn_property_find(type->properties, type->property_count, "values");
}

static bool
has_value(const dunlin_fact *type, dunlin_string value)
{
    return dn_property_lists(type->properties, type->property_count, "values", value);
}

/* Are they, in order, among the new ones, which can then be added? */
static bool
grows(const dunlin_property *old, const dunlin_property *new)
{
    old++;
    for (new ++; new->type != DUNLIN_PROPERTY_END; new ++)
        if (old->type != DUNLIN_PROPERTY_END && dn_string_same(old->text, new->text))
            old++;
    return old->type == DUNLIN_PROPERTY_END;
}

bool
dn_diff_values_look_renamed(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *old = values_of(before);
    const dunlin_property *new = values_of(after);

    if (!old || !new || dn_property_list_length(old) != dn_property_list_length(new))
        return false;
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (!dn_string_same(old->text, new->text) &&
            (has_value(after, old->text) || has_value(before, new->text)))
            return false;
    return true;
}

static bool
is_renewed(const dn_move *move)
{
    const dunlin_property *old;
    const dunlin_property *new;

    if (!move->before || !move->after || !dn_fact_is(move->before, DUNLIN_KIND_ENUM) ||
        move->what != DN_MOVE_ALTER)
        return false;
    old = values_of(move->before);
    new = values_of(move->after);
    return old && new && !grows(old, new);
}

/* --- columns ---------------------------------------------------------------------------------------- */

static bool
ends_as_array(dunlin_string type)
{
    return type.length > 2 && memcmp(type.data + type.length - 2, "[]", 2) == 0;
}

/* A column of the type, or of arrays of it. */
static bool
is_of_type(const dunlin_fact *column, const dunlin_fact *type)
{
    const dunlin_property *path =
        dn_property_find(column->properties, column->property_count, "type_path");
    const dunlin_property *text =
        dn_property_find(column->properties, column->property_count, "type");
    uint64_t at = 0;

    if (!path)
        return text && ends_as_array(text->text) &&
               dn_string_mentions(text->text, type->path[type->path_count - 1]);
    for (path++; path->type != DUNLIN_PROPERTY_END && at < type->path_count; path++)
        if (!dn_string_same(path->text, type->path[at++]))
            return false;
    return path->type == DUNLIN_PROPERTY_END && at == type->path_count;
}

static int
look_for_holder(const dunlin_fact *fact, void *context)
{
    renewing *state = context;
    const dunlin_string name = state->type->path[state->type->path_count - 1];
    const dunlin_property *base;

    if (!dn_string_among(fact->kind, "domain type"))
        return 0;
    base = dn_property_find(fact->properties, fact->property_count, "type");
    state->held = dn_fact_mentions(fact, name) || is_of_type(fact, state->type) ||
                  (base && dn_string_mentions(base->text, name));
    return state->held;
}

static dn_move *
move_before(const dn_diffing *work, const dunlin_fact *fact)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].before == fact)
            return &work->moves[i];
    return NULL;
}

static int
take_column(const dunlin_fact *fact, void *context)
{
    const renewing *state = context;
    dn_diffing *work = state->work;
    const dunlin_fact *after =
        dn_fact_map_find(work->after, fact->kind, fact->path, fact->path_count);

    return is_of_type(fact, state->type) && after
               ? dn_diff_retype(work, move_before(work, fact), fact, after)
               : 0;
}

/* --- types -------------------------------------------------------------------------------------------- */

/* The same under a name that nothing has. */
static const dunlin_fact *
named_aside(dn_diffing *work, const dunlin_fact *type)
{
    dunlin_fact *aside = dn_arena_alloc(work->arena, sizeof *aside);
    dunlin_string *path = dn_arena_array(work->arena, type->path_count, sizeof *path);
    const char *name;

    if (!aside || !path)
        return NULL;
    memcpy(path, type->path, type->path_count * sizeof *path);
    *aside = *type;
    aside->path = path;
    for (int number = 1;; number++) {
        name = dn_arena_printf(work->arena, "dunlin_old_%d", number);
        if (!name)
            return NULL;
        path[type->path_count - 1] = dn_string(name);
        if (dn_fact_map_find(work->aside, aside->kind, path, type->path_count) == NULL &&
            dn_fact_map_find(work->before, aside->kind, path, type->path_count) == NULL)
            return dn_fact_map_put(work->aside, aside, work->error) < 0 ? NULL : aside;
    }
}

int
dn_diff_renew_enums(dn_diffing *work)
{
    size_t count = work->count;

    for (size_t i = 0; i < count; i++) {
        renewing state = {.work = work, .type = work->moves[i].before};

        if (!is_renewed(&work->moves[i]))
            continue;
        dn_fact_map_each(work->before, NULL, look_for_holder, &state);
        if (state.held)
            continue; /* the driver says what it cannot do */
        if (!work->aside)
            work->aside = dn_fact_map_new(work->arena, work->naming);
        work->moves[i].aside = work->aside ? named_aside(work, state.type) : NULL;
        if (!work->moves[i].aside)
            return dn_no_memory(work->error);
        work->moves[i].what = DN_MOVE_DROP | DN_MOVE_CREATE;
        if (dn_fact_map_each(work->before, DUNLIN_KIND_COLUMN, take_column, &state) < 0)
            return -1;
    }
    return 0;
}

/* --- risks ---------------------------------------------------------------------------------------------- */

static bool
loses_value(const dunlin_fact *before, const dunlin_fact *after)
{
    const dunlin_property *value = values_of(before);

    for (value = value ? value + 1 : NULL; value && value->type != DUNLIN_PROPERTY_END; value++)
        if (!has_value(after, value->text))
            return true;
    return false;
}

dn_enum_risk
dn_diff_risk_of_enum(const dn_diffing *work, const dunlin_fact *before, const dunlin_fact *after)
{
    bool type = before && dn_fact_is(before, DUNLIN_KIND_ENUM);

    for (size_t i = 0; before && after && i < work->count; i++) {
        const dn_move *move = &work->moves[i];

        if (move->aside &&
            (type ? move->before == before
                  : is_of_type(before, move->before) && is_of_type(after, move->after)))
            return loses_value(move->before, move->after) ? DN_ENUM_LOSES : DN_ENUM_KEEPS;
    }
    /* That they were declared to be renamed comes before all moves. */
    return type && after && move_before(work, before) && loses_value(before, after)
               ? DN_ENUM_RENAMES
               : DN_ENUM_NONE;
}
