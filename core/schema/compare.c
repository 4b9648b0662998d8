/* SPDX-License-Identifier: MIT
 *
 * Two maps of facts -> what differs.
 */
#include <stdlib.h>

#include "core/schema/compare.h"
#include "core/schema/schema_internal.h"

/* --- members ---------------------------------------------------------------------------------- */

static bool
is_informational(dunlin_string name, const dn_compare_options *options)
{
    return dn_string_among(name, "depends implied session_collation text unsure") ||
           (!options->column_order && dn_string_equal(name, "order"));
}

static bool
is_unsure(const dunlin_fact *fact, dunlin_string name)
{
    return dn_property_lists(fact->properties, fact->property_count, "unsure", name);
}

/* What says no more than its absence would. */
static bool
is_default(const dunlin_property *member)
{
    if (member->type == DUNLIN_PROPERTY_BOOLEAN)
        return !member->integer;
    return dn_string_equal(member->name, "auto") && dn_string_equal(member->text, "rowid");
}

static const dunlin_property *
find_member(const dunlin_fact *fact, dunlin_string name)
{
    for (uint64_t i = 0; i < fact->property_count;
         i = dn_property_next(fact->properties, fact->property_count, i))
        if (dn_schema_same(fact->properties[i].name, name))
            return &fact->properties[i];
    return NULL;
}

/* A time, as the one at which a column was made stands in its default. */
static bool
has_time(const dunlin_fact *fact)
{
    const dunlin_property *value = find_member(fact, dn_string("default"));

    return value && value->text.length > 2 && value->text.data[0] == '\'' &&
           value->text.data[1] >= '0' && value->text.data[1] <= '9';
}

/* A default that is the time at which the column was made is another one wherever that is done. */
static bool
is_frozen(const dunlin_fact *before, const dunlin_fact *after, dunlin_string name)
{
    bool left = dn_fact_flag(before, "frozen");
    bool right = dn_fact_flag(after, "frozen");

    return (left || right) && (left || has_time(before)) && (right || has_time(after)) &&
           dn_string_among(name, "default frozen");
}

static uint64_t
span(const dunlin_fact *fact, const dunlin_property *member)
{
    return dn_property_span(fact->properties, fact->property_count,
                            (uint64_t)(member - fact->properties));
}

static bool
starts_line_end(dunlin_string text, uint64_t at)
{
    return at + 1 < text.length && text.data[at] == '\r' && text.data[at + 1] == '\n';
}

static bool
same_lines(dunlin_string left, dunlin_string right)
{
    uint64_t a = 0;
    uint64_t b = 0;

    while (a < left.length && b < right.length) {
        a += starts_line_end(left, a);
        b += starts_line_end(right, b);
        if (left.data[a++] != right.data[b++])
            return false;
    }
    return a == left.length && b == right.length;
}

static bool
same_member(const dunlin_fact *before, const dunlin_property *left, const dunlin_fact *after,
            const dunlin_property *right, const dn_compare_options *options)
{
    if (!left || !right)
        return is_default(left ? left : right);
    return dn_property_equal(left, span(before, left), right, span(after, right)) ||
           (is_default(left) && is_default(right)) ||
           (options->any_line_ends &&
            dn_string_among(before->kind, "function procedure trigger view matview") &&
            left->type == right->type && left->text.length && span(before, left) == 1 &&
            span(after, right) == 1 && same_lines(left->text, right->text));
}

typedef int (*member_visit)(const dunlin_property *before, const dunlin_property *after,
                            void *context);

int
dn_schema_each_member(const dunlin_fact *before, const dunlin_fact *after,
                      const dn_compare_options *options, member_visit visit, void *context)
{
    for (int side = 0; side < 2; side++) {
        const dunlin_fact *fact = side ? after : before;

        for (uint64_t i = 0; i < fact->property_count;
             i = dn_property_next(fact->properties, fact->property_count, i)) {
            const dunlin_property *member = &fact->properties[i];
            const dunlin_property *left = side ? find_member(before, member->name) : member;
            const dunlin_property *right = side ? member : find_member(after, member->name);
            int answer;

            if ((side && left) || same_member(before, left, after, right, options) ||
                is_informational(member->name, options) ||
                dn_string_among(member->name, options->without_members) ||
                is_unsure(before, member->name) || is_unsure(after, member->name) ||
                is_frozen(before, after, member->name))
                continue;
            answer = visit(left, right, context);
            if (answer)
                return answer;
        }
    }
    return 0;
}

static int
stop(const dunlin_property *before, const dunlin_property *after, void *context)
{
    (void)before;
    (void)after;
    (void)context;
    return 1;
}

/* Member by member, in the same order: nearly all facts that are equal are equal so. */
static bool
identical(const dunlin_fact *before, const dunlin_fact *after)
{
    uint64_t count = before->property_count;

    return count == after->property_count &&
           (!count || dn_schema_same(before->properties[0].name, after->properties[0].name)) &&
           dn_property_equal(before->properties, count, after->properties, count);
}

bool
dn_schema_equal(const dunlin_fact *before, const dunlin_fact *after,
                const dn_compare_options *options)
{
    return before == after || identical(before, after) ||
           dn_schema_each_member(before, after, options, stop, NULL) == 0;
}

/* --- maps --------------------------------------------------------------------------------------- */

typedef struct comparison {
    const dn_fact_map *own; /* that the facts come from */
    const dn_fact_map *other;
    const dn_compare_options *options;
    dn_arena *arena;
    dn_differences *differences;
    uint64_t naming;
    bool second; /* facts come from `after`, and only new ones are of interest */
} comparison;

static const dunlin_fact *
find_like(const dn_fact_map *map, const char *kind, const dunlin_fact *fact, uint64_t path_count)
{
    return dn_fact_map_find(map, dn_string(kind), fact->path, path_count);
}

/* Made by the server for itself, and made again with what it was made for. */
static bool
is_implied(const comparison *work, const dunlin_fact *fact)
{
    if (!dn_fact_flag(fact, "implied"))
        return false;
    return !work->options->implied_names || !work->second ||
           find_like(work->other, DUNLIN_KIND_TABLE, fact, fact->path_count - 1) ||
           find_like(work->own, DUNLIN_KIND_FOREIGN_KEY, fact, fact->path_count);
}

bool
dn_schema_spelled_alike(const dunlin_fact *left, const dunlin_fact *right)
{
    for (uint64_t i = 0; left != right && i < left->path_count; i++)
        if (!dn_schema_same(left->path[i], right->path[i]))
            return false;
    return true;
}

/* The one of two that counts; both do, or neither, where they are of one nature. */
dn_difference
dn_difference_of(const dunlin_fact *before, const dunlin_fact *after)
{
    bool counts[2] = {before && !dn_fact_flag(before, "implied"),
                      after && !dn_fact_flag(after, "implied")};

    if (counts[0] == counts[1])
        return (dn_difference){before, after};
    return (dn_difference){counts[0] ? before : NULL, counts[1] ? after : NULL};
}

static bool
alike(const comparison *work, const dunlin_fact *fact, const dunlin_fact *other)
{
    bool made_for_a_key = dn_fact_flag(fact, "implied");

    if (made_for_a_key != dn_fact_flag(other, "implied"))
        return false;
    return made_for_a_key || (dn_schema_equal(fact, other, work->options) &&
                              (!work->options->spelling || dn_schema_spelled_alike(fact, other)));
}

static int
compare_fact(const dunlin_fact *fact, void *context)
{
    comparison *work = context;
    dn_differences *list = work->differences;
    const dunlin_fact *other;

    if (dn_string_among(fact->kind, work->options->without_kinds))
        return 0;
    other = dn_fact_map_find(work->other, fact->kind, fact->path, fact->path_count);
    if (work->second && other)
        return 0;
    if (other ? alike(work, fact, other) : is_implied(work, fact))
        return 0;
    list->items = dn_arena_grow(work->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return -1;
    list->items[list->count++] =
        work->second ? (dn_difference){NULL, fact} : dn_difference_of(fact, other);
    return 0;
}

static int
order_differences(const void *left, const void *right, void *context)
{
    const comparison *work = context;

    return dn_fact_order(work->naming, dn_difference_key(left), dn_difference_key(right));
}

int
dn_schema_compare(const dn_fact_map *before, const dn_fact_map *after,
                  const dn_compare_options *options, dn_arena *arena, dn_differences *differences,
                  dn_error *error)
{
    comparison work = {.own = before,
                       .other = after,
                       .options = options,
                       .arena = arena,
                       .differences = differences,
                       .naming = dn_fact_map_naming(after)};

    *differences = (dn_differences){.items = NULL};
    if (dn_fact_map_each(before, NULL, compare_fact, &work) < 0)
        return dn_no_memory(error);
    work.own = after;
    work.other = before;
    work.second = true;
    if (dn_fact_map_each(after, NULL, compare_fact, &work) < 0)
        return dn_no_memory(error);
    if (differences->count)
        qsort_r(differences->items, differences->count, sizeof *differences->items,
                order_differences, &work);
    return 0;
}
