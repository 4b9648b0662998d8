/* SPDX-License-Identifier: MIT
 *
 * What is to be done with each difference.
 */
#include "core/schema/diff_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A version is what was installed where the snapshot was taken. */
const dn_compare_options dn_diff_comparison = {
    .without_members = "version", .spelling = true, .implied_names = true, .any_line_ends = true};

const char *
dn_danger_name(dn_danger danger)
{
    static const char *const names[] = {"none", "may-fail", "loses-access", "loses-data"};

    return names[danger];
}

/* --- kinds -------------------------------------------------------------------------------------- */

bool
dn_fact_is_relation(const dunlin_fact *fact)
{
    return dn_string_among(fact->kind, "table view matview");
}

bool
dn_fact_is_member(const dunlin_fact *fact)
{
    return dn_schema_is_member(fact->kind) ||
           dn_string_among(fact->kind, "exclude policy rule statistics");
}

bool
dn_fact_lies_in(const dunlin_fact *fact, const dunlin_fact *owner)
{
    if (!dn_fact_is_member(fact) || fact->path_count != owner->path_count + 1)
        return false;
    for (uint64_t i = 0; i < owner->path_count; i++)
        if (!dn_schema_same(fact->path[i], owner->path[i]))
            return false;
    return true;
}

/* The text of a view has names of its columns that its definition does without. */
void
dn_diff_members(dn_properties *list, const dunlin_fact *fact)
{
    dn_properties_add_all(list, fact->properties, fact->property_count,
                          dn_fact_is(fact, DUNLIN_KIND_TABLE) ? "depends invalid text unsure"
                          : dn_fact_is(fact, DUNLIN_KIND_VIEW)
                              ? "depends invalid order unsure version"
                              : "depends invalid order text "
                                "unsure version");
}

bool
dn_diff_same_text(const dunlin_fact *left, const dunlin_fact *right, const char *member)
{
    const dunlin_property *one = dn_property_find(left->properties, left->property_count, member);
    const dunlin_property *other =
        dn_property_find(right->properties, right->property_count, member);

    return one && other ? dn_schema_same(one->text, other->text) : !one && !other;
}

int64_t
dn_diff_rank(const dunlin_fact *trigger)
{
    const dunlin_property *rank =
        dn_property_find(trigger->properties, trigger->property_count, "rank");

    return rank ? rank->integer : 1;
}

/* --- words ------------------------------------------------------------------------------------ */

bool
dn_fact_mentions(const dunlin_fact *fact, dunlin_string name)
{
    for (uint64_t i = 0; i < fact->property_count; i++)
        if (fact->properties[i].type == DUNLIN_PROPERTY_EXPRESSION &&
            dn_string_mentions(fact->properties[i].text, name))
            return true;
    return false;
}

bool
dn_diff_says(uint64_t naming, dunlin_string text, dunlin_string name)
{
    if (dn_schema_lead(naming) == 0)
        return dn_string_mentions(text, name);
    for (uint64_t at = 2; name.length && at + name.length <= text.length; at++) {
        bool quoted = text.data[at - 1] == '"';
        uint64_t end = at + name.length;

        if (text.data[at - (quoted ? 2 : 1)] == '.' &&
            dn_string_same(dn_span(text.data + at, (size_t)name.length), name) &&
            (end == text.length || !(isalnum((unsigned char)text.data[end]) ||
                                     text.data[end] == '_' || text.data[end] == '$')))
            return true;
    }
    return false;
}

/* --- deciding ----------------------------------------------------------------------------------- */

typedef struct changed_members {
    const char *among; /* ... is every member that differs one of these? */
    bool only;
    bool retyped;
    bool generated;
} changed_members;

static int
note_member(const dunlin_property *before, const dunlin_property *after, void *context)
{
    changed_members *changed = context;
    dunlin_string name = after ? after->name : before->name;

    /* What was looked at is not made into what was not. */
    changed->only = changed->only && dn_string_among(name, changed->among) &&
                    !(after && dn_string_equal(name, "not_valid"));
    changed->retyped =
        changed->retyped || dn_string_among(name, "type type_path values collation charset");
    changed->generated =
        changed->generated || (after && dn_string_among(name, "generated generated_kind"));
    return 0;
}

/* What a driver can change in place. */
static const char *
alterable(const dunlin_fact *fact)
{
    static const struct {
        const char *kinds;
        const char *members;
    } rules[] = {
        {"pk unique", "comment invalid"},
        {"exclude trigger aggregate collation statistics rule", "comment"},
        {"matview view type", "comment column_comments"},
        {"fk check", "comment not_valid"},
        {"index", "comment invalid"},
        {"policy", ""},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (dn_string_among(fact->kind, rules[i].kinds))
            return rules[i].members;
    return NULL;
}

/* What a module of SQLite makes of a table cannot be made of another one, and a foreign table belongs to
 * its server. */
static bool
is_another_table(const dunlin_fact *before, const dunlin_fact *after)
{
    return dn_fact_is(before, DUNLIN_KIND_TABLE) &&
           (!dn_diff_same_text(before, after, "virtual") ||
            !dn_diff_same_text(before, after, "foreign_server"));
}

/* Composite types, of which PostgreSQL changes single attributes. */
static bool
has_attributes(const dunlin_fact *type)
{
    static const char words[] = " AS (";
    const dunlin_property *text =
        dn_property_find(type->properties, type->property_count, "definition");

    return dn_fact_is(type, "type") && text &&
           memmem(text->text.data, (size_t)text->text.length, words, strlen(words));
}

/* What lies in the index of a divided table are indexes of its parts. One that lacks some is no index to build once more. */
static bool
lacks_parts(const dn_diffing *work, const dn_move *move)
{
    const dunlin_fact *index = move->after;
    const dunlin_fact *table = dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_TABLE),
                                                index->path, index->path_count - 1);

    return dn_fact_flag(move->before, "invalid") && !dn_fact_flag(index, "invalid") && table &&
           dn_property_find(table->properties, table->property_count, "partition_by");
}

static void
decide(const dn_diffing *work, dn_move *move)
{
    changed_members changed = {.only = true};

    move->retyped = !move->after;
    if (!move->before || !move->after) {
        move->what = move->before ? DN_MOVE_DROP : DN_MOVE_CREATE;
        return;
    }
    changed.among = alterable(move->after);
    dn_schema_each_member(move->before, move->after, &dn_diff_comparison, note_member, &changed);
    if (dn_schema_equal(move->before, move->after, &dn_diff_comparison))
        move->what = DN_MOVE_RENAME;
    else if (dn_fact_is(move->after, DUNLIN_KIND_VIEW) && !changed.only &&
             dn_diff_replaces_view(move->before, move->after))
        move->what = DN_MOVE_CREATE | DN_MOVE_REPLACE;
    else if (has_attributes(move->before) && has_attributes(move->after))
        move->what = DN_MOVE_ALTER;
    else if (changed.generated || lacks_parts(work, move) || (changed.among && !changed.only) ||
             is_another_table(move->before, move->after) ||
             (dn_string_among(move->after->kind, "function procedure") &&
              !dn_diff_replaces_routine(move->before, move->after)))
        move->what = DN_MOVE_DROP | DN_MOVE_CREATE;
    else
        move->what = DN_MOVE_ALTER;
    move->retyped = dn_fact_is(move->after, DUNLIN_KIND_COLUMN) &&
                    (changed.retyped || (move->what & DN_MOVE_DROP));
}

/* Members of what goes or comes as a whole need no DROP; a foreign key of a table that goes may
 * stand in the way of another one, so it is decided later. */
static void
silence(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        const dunlin_fact *fact = move->before;
        dunlin_fact owner;

        if (!fact || !(move->what & DN_MOVE_DROP) || move->holds || !dn_fact_is_member(fact))
            continue;
        owner = (dunlin_fact){.path = fact->path, .path_count = fact->path_count - 1};
        for (size_t k = 0; k < 3; k++) {
            static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                                DUNLIN_KIND_MATERIALIZED_VIEW};
            const dunlin_fact *here =
                dn_fact_map_find(work->before, dn_string(kinds[k]), owner.path, owner.path_count);

            const dunlin_fact *after =
                here ? dn_fact_map_find(work->after, here->kind, owner.path, owner.path_count)
                     : NULL;

            if (here && (!after || is_another_table(here, after)))
                move->what = (move->what & ~(unsigned)DN_MOVE_DROP) | DN_MOVE_SILENT_DROP;
        }
    }
}

/* A sequence goes with the column that it is owned by. */
static void
silence_sequences(dn_diffing *work)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_move *move = &work->moves[i];
        const dunlin_property *at = move->before && dn_fact_is(move->before, DUNLIN_KIND_SEQUENCE)
                                        ? dn_property_find(move->before->properties,
                                                           move->before->property_count, "owned_by")
                                        : NULL;
        dunlin_string path[4];
        uint64_t count = 0;

        for (at = at ? at + 1 : NULL; at && at->type != DUNLIN_PROPERTY_END && count < 4; at++)
            path[count++] = at->text;
        if (count && move->what == DN_MOVE_DROP &&
            !dn_fact_map_find(work->after, dn_string(DUNLIN_KIND_COLUMN), path, count))
            move->what = DN_MOVE_SILENT_DROP;
    }
}

static dn_move *
add_move(dn_diffing *work, const dunlin_fact *before, const dunlin_fact *after)
{
    dn_move *move;

    work->moves = dn_arena_grow(work->arena, work->moves, &work->capacity, work->count + 1,
                                sizeof *work->moves);
    if (!work->moves)
        return NULL;
    move = &work->moves[work->count++];
    *move = (dn_move){.before = before, .after = after};
    return move;
}

dn_move *
dn_diff_move_for(dn_diffing *work, const dunlin_fact *before)
{
    for (size_t i = 0; i < work->count; i++)
        if (work->moves[i].before == before)
            return &work->moves[i];
    return add_move(work, before,
                    dn_fact_map_find(work->after, before->kind, before->path, before->path_count));
}

int
dn_diff_retype(dn_diffing *work, dn_move *move, const dunlin_fact *before, const dunlin_fact *after)
{
    if (!move) {
        move = add_move(work, before, after);
        if (!move)
            return dn_no_memory(work->error);
        move->what = DN_MOVE_ALTER;
    }
    move->retyped = true;
    return 0;
}

static int
take_differences(dn_diffing *work)
{
    const dn_differences *list = &work->diff->differences;

    work->capacity = list->count + 16;
    work->moves = dn_arena_array(work->arena, work->capacity, sizeof *work->moves);
    if (!work->moves)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < list->count; i++) {
        dn_move *move = &work->moves[work->count++];

        *move = (dn_move){.before = list->items[i].before, .after = list->items[i].after};
        decide(work, move);
    }
    return dn_diff_inherit(work) < 0 ? -1 : dn_diff_renew_types(work);
}

int
dn_schema_diff(const dn_fact_map *before, const dn_fact_map *after, const dn_diff_options *options,
               dn_arena *arena, dn_diff *diff, dn_error *error)
{
    dn_diffing work = {
        .before = before,
        .after = after,
        .naming = dn_fact_map_naming(after),
        .arena = arena,
        .error = error,
        .diff = diff,
        .for_all = options && options->for_all,
    };

    *diff = (dn_diff){.operations = {.arena = arena}};
    if (dn_diff_apply_renames(&work, options) < 0 || dn_diff_keep_inherited(&work) < 0 ||
        dn_diff_bring_inherited(&work) < 0 ||
        dn_schema_compare(work.before, work.after, &dn_diff_comparison, arena, &diff->differences,
                          error) < 0 ||
        take_differences(&work) < 0 || dn_diff_close(&work) < 0)
        return -1;
    diff->before = options && options->rename_count ? before : work.before;
    diff->after = work.after;
    silence(&work);
    silence_sequences(&work);
    if (dn_diff_order(&work) < 0)
        return -1;
    return dn_diff_find_candidates(&work);
}
