/* SPDX-License-Identifier: MIT
 *
 * Renames: those that were declared, and what looks like one.
 */
#include "core/schema/diff_internal.h"

#include <string.h>

/* --- declared --------------------------------------------------------------------------------------- */

typedef struct copying {
    dn_fact_map *copy;
    dn_error *error;
} copying;

static int
put_fact(const dunlin_fact *fact, void *context)
{
    copying *work = context;

    return dn_fact_map_put(work->copy, fact, work->error);
}

static int
check_hint(dn_diffing *work, const dn_fact_map *facts, const dunlin_operation *rename)
{
    dn_auto(dn_text) name = DN_TEXT_INIT;
    uint64_t lead = 0;

    if (dn_fact_map_find(facts, rename->kind, rename->path, rename->path_count) &&
        dn_fact_map_find(work->after, rename->kind, rename->new_path, rename->new_path_count))
        return 0;
    /* In a definition for all databases nobody wrote it. */
    if (rename->path_count > 1 && (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) &&
        dn_string_equal(rename->path[0], "public"))
        lead = 1;
    dn_fact_describe(&name, rename->kind, rename->path + lead, rename->path_count - lead);
    if (name.failed)
        return dn_no_memory(work->error);
    return dn_fail(work->error, DUNLIN_USAGE, "diff.rename",
                   "%s cannot have been renamed to '%.*s': %s", name.data,
                   (int)rename->new_path[rename->new_path_count - 1].length,
                   rename->new_path[rename->new_path_count - 1].data,
                   dn_fact_map_find(facts, rename->kind, rename->path, rename->path_count)
                       ? "there is nothing of the new name"
                       : "there was nothing of the old name");
}

/* Of an enum that has other values in the same places: do these go there? */
static int
check_values(dn_diffing *work, const dunlin_fact *before, const dunlin_operation *rename)
{
    const dunlin_fact *after =
        dn_fact_map_find(work->after, rename->kind, rename->path, rename->path_count);
    const dunlin_property *old =
        dn_property_find(before->properties, before->property_count, "values");
    const dunlin_property *new = dn_property_find(rename->set, rename->set_count, "values");

    for (old++, new ++; new->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (!dn_string_same(old->text, new->text) &&
            (!after ||
             !dn_property_lists(after->properties, after->property_count, "values", new->text)))
            return dn_fail(work->error, DUNLIN_USAGE, "diff.rename",
                           "the value '%.*s' cannot have been renamed to '%.*s': there is nothing "
                           "of the new name",
                           (int)old->text.length, old->text.data, (int)new->text.length,
                           new->text.data);
    return 0;
}

static int
apply_rename(dn_diffing *work, const dn_fact_map *facts, const dunlin_operation *rename)
{
    const dunlin_fact to = {.path = rename->new_path, .path_count = rename->new_path_count};
    const dunlin_fact *from =
        dn_fact_map_find(facts, rename->kind, rename->path, rename->path_count);

    if (rename->verb == DUNLIN_VERB_ALTER)
        return check_values(work, from, rename) < 0 ? -1 : dn_diff_emit(work, rename);
    return check_hint(work, facts, rename) < 0 ? -1 : dn_diff_emit_rename(work, from, &to);
}

int
dn_diff_apply_renames(dn_diffing *work, const dn_diff_options *options)
{
    copying copy = {.error = work->error};

    if (!options || !options->rename_count)
        return 0;
    copy.copy = dn_fact_map_new(work->arena, work->naming);
    if (!copy.copy)
        return dn_no_memory(work->error);
    if (dn_fact_map_each(work->before, NULL, put_fact, &copy) < 0)
        return -1;
    for (size_t i = 0; i < options->rename_count; i++) {
        if (apply_rename(work, copy.copy, options->renames[i]) < 0 ||
            dn_schema_fold(copy.copy, options->renames[i], NULL, work->error) < 0)
            return -1;
    }
    work->before = copy.copy;
    return 0;
}

/* --- candidates ------------------------------------------------------------------------------------- */

static bool
same_place(const dunlin_fact *left, const dunlin_fact *right)
{
    if (!dn_schema_same(left->kind, right->kind) || left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i + 1 < left->path_count; i++)
        if (!dn_schema_same(left->path[i], right->path[i]))
            return false;
    return true;
}

typedef struct counting {
    const dunlin_fact *other_table;
    const dn_fact_map *other;
    size_t count;
    size_t alike;
} counting;

static int
count_column(const dunlin_fact *column, void *context)
{
    counting *work = context;
    dunlin_string path[4];
    const dunlin_fact *other;

    if (column->path_count > 4)
        return 0;
    work->count++;
    memcpy(path, work->other_table->path, (size_t)(column->path_count - 1) * sizeof *path);
    path[column->path_count - 1] = column->path[column->path_count - 1];
    other = dn_fact_map_find(work->other, column->kind, path, column->path_count);
    work->alike += other && dn_schema_equal(column, other, &dn_diff_comparison);
    return 0;
}

/* More than half of the columns of a table are there under its new name. */
static bool
tables_look_alike(const dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to)
{
    counting counts = {.other_table = to, .other = work->after};

    dn_fact_map_members(work->before, DUNLIN_KIND_COLUMN, from->path, from->path_count,
                        count_column, &counts);
    return counts.count && counts.alike * 2 > counts.count;
}

static bool
looks_renamed(const dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to)
{
    if (!same_place(from, to))
        return false;
    if (dn_fact_is(from, DUNLIN_KIND_TABLE))
        return tables_look_alike(work, from, to);
    return dn_schema_equal(from, to, &dn_diff_comparison);
}

static int
add_candidate(dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to)
{
    dn_diff *diff = work->diff;

    diff->candidates = dn_arena_grow(work->arena, diff->candidates, &work->candidate_capacity,
                                     diff->candidate_count + 1, sizeof *diff->candidates);
    if (!from || !to || !diff->candidates)
        return dn_no_memory(work->error);
    diff->candidates[diff->candidate_count++] = (dn_rename_candidate){from, to};
    return 0;
}

/* The enum's path with the value behind it. */
static const dunlin_fact *
value_of(const dn_diffing *work, const dunlin_fact *type, dunlin_string value)
{
    dunlin_fact *fact = dn_arena_alloc(work->arena, sizeof *fact);
    dunlin_string *path = dn_arena_array(work->arena, type->path_count + 1, sizeof *path);

    if (!fact || !path)
        return NULL;
    memcpy(path, type->path, (size_t)type->path_count * sizeof *path);
    path[type->path_count] = value;
    fact->kind = type->kind;
    fact->path = path;
    fact->path_count = type->path_count + 1;
    return fact;
}

static int
find_values(dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to)
{
    const dunlin_property *old = dn_property_find(from->properties, from->property_count, "values");
    const dunlin_property *new = dn_property_find(to->properties, to->property_count, "values");

    if (!dn_diff_values_look_renamed(from, to))
        return 0;
    for (old++, new ++; old->type != DUNLIN_PROPERTY_END; old++, new ++)
        if (!dn_string_same(old->text, new->text) &&
            add_candidate(work, value_of(work, from, old->text), value_of(work, to, new->text)) < 0)
            return -1;
    return 0;
}

/* What a fact that goes may have become: where thousands of tables look alike, a few of them tell as much as all. */
enum { MOST_CANDIDATES = 8 };

typedef struct pairing {
    dn_diffing *work;
    const dunlin_fact *from;
    const dn_fact_list *tables; /* new ones */
    size_t found;
} pairing;

/* 1: these are enough. */
static int
pair(pairing *at, const dunlin_fact *to)
{
    if (!looks_renamed(at->work, at->from, to))
        return 0;
    return add_candidate(at->work, at->from, to) < 0 ? -1 : ++at->found == MOST_CANDIDATES;
}

static int
pair_column(const dunlin_fact *column, void *context)
{
    pairing *at = context;

    return dn_fact_map_find(at->work->before, column->kind, column->path, column->path_count)
               ? 0
               : pair(at, column);
}

static int
pair_fact(pairing *at)
{
    const dunlin_fact *from = at->from;
    int answer = 0;

    if (dn_fact_is(from, DUNLIN_KIND_COLUMN))
        return dn_fact_map_members(at->work->after, DUNLIN_KIND_COLUMN, from->path,
                                   from->path_count - 1, pair_column, at);
    for (size_t i = 0; !answer && dn_fact_is(from, DUNLIN_KIND_TABLE) && i < at->tables->count; i++)
        answer = pair(at, at->tables->items[i]);
    return answer;
}

static int
list_new_tables(dn_diffing *work, dn_fact_list *tables)
{
    const dn_differences *all = &work->diff->differences;

    for (size_t i = 0; i < all->count; i++)
        if (!all->items[i].before && dn_fact_is(all->items[i].after, DUNLIN_KIND_TABLE) &&
            dn_fact_list_add(tables, work->arena, all->items[i].after, work->error) < 0)
            return -1;
    return 0;
}

int
dn_diff_find_candidates(dn_diffing *work)
{
    const dn_differences *all = &work->diff->differences;
    dn_fact_list tables = {.count = 0};

    if (list_new_tables(work, &tables) < 0)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        pairing at = {work, all->items[i].before, &tables, 0};

        if (!at.from)
            continue;
        if (!all->items[i].after) {
            if (pair_fact(&at) < 0)
                return -1;
        } else if (dn_fact_is(at.from, DUNLIN_KIND_ENUM) &&
                   find_values(work, at.from, all->items[i].after) < 0) {
            return -1;
        }
    }
    return 0;
}
