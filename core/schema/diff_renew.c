/* SPDX-License-Identifier: MIT
 *
 * Types and collations that the server does not change in place: enums that lose a value or have them in another
 * order, ranges, domains over another type, collations; and the types that rest on one of these. The old one steps
 * aside under another name, a new one is made, columns are converted, and the old one goes.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

static const char kinds_of_names[] = "enum domain type table view matview sequence collation";

static const dn_risk none = {DN_DANGER_NONE, NULL};

/* --- attributes of composite types -------------------------------------------------------------------- */

/* Takes the next one from a list like (a integer, "b c" numeric(5,2)), and gives its name; empty: there is none. The
 * whole of it goes to `text`. */
static dunlin_string
take_attribute(dunlin_string *list, dunlin_string *text)
{
    dunlin_string name = {list->data, 0};
    uint64_t at = 0;
    bool quoted = false;
    int depth = 0;

    for (; at < list->length && (quoted || depth > 0 || !strchr(",)", list->data[at])); at++) {
        quoted = quoted != (list->data[at] == '"');
        depth += quoted ? 0 : (list->data[at] == '(') - (list->data[at] == ')');
        if (!name.length && !quoted && list->data[at] == ' ')
            name.length = at;
    }
    *text = dn_span(list->data, (size_t)at);
    while (at < list->length && strchr(",) ", list->data[at]))
        at++;
    *list = dn_span(list->data + at, (size_t)(list->length - at));
    return name;
}

static dunlin_string
next_attribute(dunlin_string *list)
{
    dunlin_string text;

    return take_attribute(list, &text);
}

/* The whole of the one of that name; data is NULL: there is none. */
static dunlin_string
find_attribute(dunlin_string list, dunlin_string name)
{
    while (list.length) {
        dunlin_string text;

        if (dn_string_same(take_attribute(&list, &text), name))
            return text;
    }
    return dn_span(NULL, 0);
}

static dunlin_string
attributes_of(const dunlin_fact *type)
{
    static const char words[] = " AS (";
    dunlin_string text = dn_fact_text(type, "definition");
    const char *found =
        text.length ? memmem(text.data, (size_t)text.length, words, strlen(words)) : NULL;

    return found ? dn_span(found + strlen(words),
                           (size_t)(text.data + text.length - found) - strlen(words))
                 : dn_string("");
}

/* Is it one before and after, with the same attributes in the same order, of which one is of another type? */
static bool
keeps_attributes(const dunlin_fact *before, const dunlin_fact *after)
{
    dunlin_string old = attributes_of(before);
    dunlin_string new = attributes_of(after);

    if (!old.length || !new.length || dn_diff_same_text(before, after, "definition"))
        return false;
    while (old.length || new.length)
        if (!dn_string_same(next_attribute(&old), next_attribute(&new)))
            return false;
    return true;
}

/* Does one that stays get another type? */
static bool
changes_attribute(const dunlin_fact *before, const dunlin_fact *after)
{
    dunlin_string old = attributes_of(before);
    dunlin_string list = attributes_of(after);

    while (list.length) {
        dunlin_string text;
        dunlin_string was = find_attribute(old, take_attribute(&list, &text));

        if (was.data && !dn_string_same(was, text))
            return true;
    }
    return false;
}

/* As it will be, but for the types of attributes that were there: these change when values are read anew. */
static const dunlin_fact *
with_old_types(dn_diffing *work, const dunlin_fact *before, const dunlin_fact *after)
{
    dunlin_string whole = dn_fact_text(after, "definition");
    dunlin_string old = attributes_of(before);
    dunlin_string list = attributes_of(after);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_properties members = {.arena = work->arena};
    dunlin_fact copy = *after;
    const char *definition;

    dn_text_add(&text, whole.data, (size_t)(list.data - whole.data));
    while (list.length) {
        dunlin_string one;
        dunlin_string was = find_attribute(old, take_attribute(&list, &one));

        one = was.data ? was : one;
        dn_text_add(&text, one.data, (size_t)one.length);
        dn_text_add_string(&text, list.length ? ", " : ")");
    }
    definition = dn_arena_copy(work->arena, text.data ? text.data : "", text.length);
    dn_properties_add_all(&members, after->properties, after->property_count, "definition");
    dn_properties_add(
        &members, "definition",
        dn_property_find(after->properties, after->property_count, "definition")->type, 0,
        dn_string(definition ? definition : ""));
    copy.properties = members.items;
    copy.property_count = members.count;
    return text.failed || !definition || members.failed ? NULL : dn_fact_copy(work->arena, &copy);
}

/* --- what is made anew ------------------------------------------------------------------------------ */

/* What becomes of values that go from the old one to the new one. */
static dn_risk
own_risk(const dn_diffing *work, const dunlin_fact *before, const dunlin_fact *after)
{
    static const dn_risk value_goes = {DN_DANGER_FAILS, "fails where rows have a value that goes"};
    static const dn_risk converts = {DN_DANGER_LOSES, DN_ATTRIBUTES_CONVERTED};
    static const dn_risk rereads = {DN_DANGER_FAILS,
                                    "values are read as the new type: what it cannot hold fails"};

    if (keeps_attributes(before, after) || changes_attribute(before, after))
        return converts;
    if (dn_fact_is(before, DUNLIN_KIND_ENUM))
        return dn_diff_loses_value(before, after) ? value_goes : none;
    if (dn_fact_is(before, DUNLIN_KIND_DOMAIN))
        return dn_diff_risk_of_types(work, dn_fact_text(before, "type"),
                                     dn_fact_text(after, "type"));
    return dn_fact_is(before, "type") && !dn_schema_same(dn_fact_text(before, "definition"),
                                                         dn_fact_text(after, "definition"))
               ? rereads
               : none;
}

/* Of ranges that have one of its own name: MULTIRANGE_TYPE_NAME = public.multi) */
static dunlin_string
multirange_of(dn_arena *arena, const dunlin_fact *type)
{
    static const char words[] = "MULTIRANGE_TYPE_NAME = ";
    dunlin_string text = dn_fact_text(type, "definition");
    const char *found =
        text.length ? memmem(text.data, (size_t)text.length, words, strlen(words)) : NULL;
    dunlin_string path[2];
    dunlin_string rest;

    if (!found)
        return dn_string("");
    found += strlen(words);
    rest = dn_span(found, (size_t)(text.data + text.length - found));
    while (rest.length && (rest.data[rest.length - 1] == ')' || rest.data[rest.length - 1] == ';'))
        rest.length--;
    return dn_schema_printed_path(arena, rest, path) == 2 ? path[1] : dn_string("");
}

static bool
is_taken(const dn_diffing *work, const dunlin_string *path, uint64_t count)
{
    for (const char *kind = kinds_of_names; *kind; kind += strspn(kind, " ")) {
        const dunlin_string one = dn_span(kind, strcspn(kind, " "));

        if (dn_fact_map_find(work->before, one, path, count) ||
            dn_fact_map_find(work->after, one, path, count))
            return true;
        kind += one.length;
    }
    return false;
}

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
    do {
        name = dn_arena_printf(work->arena, "dunlin_old_%zu", ++work->aside_count);
        if (!name)
            return NULL;
        path[type->path_count - 1] = dn_string(name);
    } while (is_taken(work, path, type->path_count));
    return aside;
}

static int
renew(dn_diffing *work, dn_move *move, dn_risk risk)
{
    dn_renewed *renewed = dn_arena_alloc(work->arena, sizeof *renewed);

    work->renewed = dn_arena_grow(work->arena, work->renewed, &work->renewed_capacity,
                                  work->renewed_count + 1, sizeof(dn_renewed *));
    if (!renewed || !work->renewed)
        return dn_no_memory(work->error);
    *renewed = (dn_renewed){
        .before = move->before,
        .aside = named_aside(work, move->before),
        .alters = (move->what & DN_MOVE_ALTER) && dn_fact_is(move->before, "type") &&
                  !dn_diff_same_text(move->before, move->after, "definition") &&
                  !keeps_attributes(move->before, move->after),
        .risk = risk,
        .multirange = multirange_of(work->arena, move->before),
    };
    renewed->between =
        renewed->alters ? with_old_types(work, move->before, move->after) : move->after;
    if (!renewed->aside || (renewed->alters && !renewed->between))
        return dn_no_memory(work->error);
    move->renewed = renewed;
    move->what = DN_MOVE_DROP | DN_MOVE_CREATE;
    work->renewed[work->renewed_count++] = renewed;
    return 0;
}

/* --- what rests on it --------------------------------------------------------------------------------- */

static bool
is_path_of(const dunlin_property *path, const dunlin_fact *type)
{
    uint64_t at = 0;

    for (path++; path->type != DUNLIN_PROPERTY_END && at < type->path_count; path++)
        if (!dn_string_same(path->text, type->path[at++]))
            return false;
    return path->type == DUNLIN_PROPERTY_END && at == type->path_count;
}

/* A column, a domain or another type: by its type, arrays of it, attributes, collation. */
static bool
rests_on(const dn_diffing *work, const dunlin_fact *fact, const dn_renewed *renewed)
{
    static const char *const members[] = {"type", "collation", "definition"};
    const dunlin_fact *type = renewed->before;
    const dunlin_property *path =
        dn_property_find(fact->properties, fact->property_count, "type_path");

    if (path && is_path_of(path, type))
        return true;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        dunlin_string text = dn_fact_text(fact, members[i]);

        if (dn_diff_says(work->naming, text, type->path[type->path_count - 1]) ||
            dn_diff_says(work->naming, text, renewed->multirange))
            return true;
    }
    return false;
}

const dn_renewed *
dn_diff_rests_on_renewed(const dn_diffing *work, const dunlin_fact *fact)
{
    for (size_t i = 0; i < work->renewed_count; i++)
        if (rests_on(work, fact, work->renewed[i]))
            return work->renewed[i];
    return NULL;
}

typedef struct renewing {
    dn_diffing *work;
    bool grew;
} renewing;

/* Types that rest on one; behind all, the worst that may become of their values. */
static int
take_type(const dunlin_fact *fact, void *context)
{
    renewing *state = context;
    dn_diffing *work = state->work;
    const dunlin_fact *after =
        dn_fact_map_find(work->after, fact->kind, fact->path, fact->path_count);
    const dn_renewed *below;
    dn_move *move;
    dn_risk risk;

    if (!after || !dn_string_among(fact->kind, "domain type"))
        return 0;
    for (size_t i = 0; i < work->renewed_count; i++)
        if (work->renewed[i]->before == fact)
            return 0;
    below = dn_diff_rests_on_renewed(work, fact);
    if (!below)
        return 0;
    move = dn_diff_move_for(work, fact);
    if (!move)
        return dn_no_memory(work->error);
    state->grew = true;
    risk = own_risk(work, fact, after);
    return renew(work, move, risk.danger > below->risk.danger ? risk : below->risk);
}

static int
take_user(const dunlin_fact *fact, void *context)
{
    const renewing *state = context;
    dn_diffing *work = state->work;
    const dunlin_fact *after =
        dn_fact_map_find(work->after, fact->kind, fact->path, fact->path_count);
    dn_move *move;

    if (!after || !dn_diff_rests_on_renewed(work, fact))
        return 0;
    move = dn_diff_move_for(work, fact);
    if (!move)
        return dn_no_memory(work->error);
    move->what |= move->what & (DN_MOVE_CREATE | DN_MOVE_DROP) ? 0 : DN_MOVE_ALTER;
    move->retyped = true;
    return 0;
}

/* A table of a composite type is none for the while. */
static int
take_table(const dunlin_fact *table, void *context)
{
    const renewing *state = context;
    dn_diffing *work = state->work;
    dunlin_string type = dn_fact_text(table, "of_type");
    dn_move *move;

    for (size_t i = 0; type.length && i < work->renewed_count; i++) {
        const dunlin_fact *of = work->renewed[i]->before;

        if (!dn_diff_says(work->naming, type, of->path[of->path_count - 1]) ||
            !dn_fact_map_find(work->after, table->kind, table->path, table->path_count))
            continue;
        move = dn_diff_move_for(work, table);
        if (!move)
            return dn_no_memory(work->error);
        move->what |= move->what & (DN_MOVE_CREATE | DN_MOVE_DROP) ? 0 : DN_MOVE_ALTER;
        move->strip = "of_type";
        return 0;
    }
    return 0;
}

typedef struct searching {
    const dn_diffing *work;
    const dn_renewed *type;
    bool found;
} searching;

static int
look_for_user(const dunlin_fact *fact, void *context)
{
    searching *state = context;

    state->found = fact != state->type->before &&
                   dn_string_among(fact->kind, "column domain type") &&
                   rests_on(state->work, fact, state->type);
    return state->found;
}

/* Does a column rest on it, or another type? */
static bool
is_used(const dn_diffing *work, const dunlin_fact *type)
{
    const dn_renewed probe = {.before = type};
    searching state = {.work = work, .type = &probe};

    dn_fact_map_each(work->before, NULL, look_for_user, &state);
    return state.found;
}

static bool
is_renewed(const dn_diffing *work, const dn_move *move)
{
    const dunlin_fact *before = move->before;
    const dunlin_fact *after = move->after;

    if (!before || !after || !(move->what & (DN_MOVE_ALTER | DN_MOVE_DROP)))
        return false;
    if (dn_fact_is(before, DUNLIN_KIND_ENUM))
        return !dn_diff_values_grow(before, after);
    if (dn_fact_is(before, DUNLIN_KIND_DOMAIN))
        return !dn_diff_same_text(before, after, "type") ||
               !dn_diff_same_text(before, after, "collation");
    if (!dn_string_among(before->kind, "type collation"))
        return false;
    return (move->what & DN_MOVE_DROP) ||
           ((keeps_attributes(before, after) || changes_attribute(before, after)) &&
            is_used(work, before));
}

int
dn_diff_renew_types(dn_diffing *work)
{
    renewing state = {.work = work};
    size_t count = work->count;

    for (size_t i = 0; i < count; i++)
        if (is_renewed(work, &work->moves[i]) &&
            renew(work, &work->moves[i],
                  own_risk(work, work->moves[i].before, work->moves[i].after)) < 0)
            return -1;
    if (work->renewed_count == 0)
        return 0;
    do {
        state.grew = false;
        if (dn_fact_map_each(work->before, NULL, take_type, &state) < 0)
            return -1;
    } while (state.grew);
    return dn_fact_map_each(work->before, DUNLIN_KIND_COLUMN, take_user, &state) < 0
               ? -1
               : dn_fact_map_each(work->before, DUNLIN_KIND_TABLE, take_table, &state);
}
