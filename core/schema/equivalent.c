/* SPDX-License-Identifier: MIT
 *
 * Objects of two schemas, side by side.
 */
#include "core/schema/equivalent.h"

#include <stdlib.h>
#include <string.h>

#include "core/schema/equivalent_internal.h"

/* --- findings ------------------------------------------------------------------------------------- */

int
dn_equivalence_add(dn_equivalence *work, bool warning, const char *what, dn_fact_pair pair,
                   const char *format, ...)
{
    dn_inequalities *list = work->list;
    dn_inequality *one;
    va_list arguments;

    list->items = dn_arena_grow(work->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return dn_no_memory(work->error);
    one = &list->items[list->count];
    *one = (dn_inequality){.warning = warning,
                           .object = work->object,
                           .what = what,
                           .left = pair.sides[0],
                           .right = pair.sides[1]};
    va_start(arguments, format);
    one->message = dn_arena_vprintf(work->arena, format, arguments);
    va_end(arguments);
    if (!one->message || !one->object)
        return dn_no_memory(work->error);
    list->count++;
    list->warnings += warning;
    return 0;
}

int
dn_equivalence_alone(dn_equivalence *work, bool warning, dn_fact_pair pair, const char *name)
{
    int there = pair.sides[0] ? 0 : 1;

    if (!name)
        return dn_no_memory(work->error);
    return dn_equivalence_add(work, warning, "missing", pair, "%s is in %s, not in %s", name,
                              work->sides[there]->label, work->sides[!there]->label);
}

/* --- objects, in order -------------------------------------------------------------------------------- */

/* A fact under the name of its object. */
typedef struct entry {
    const char *name; /* lower case, without the default namespace */
    bool member;
    const dunlin_fact *fact;
} entry;

typedef struct entries {
    dn_equivalence *work;
    int side;
    entry *items;
    size_t count;
    size_t capacity;
} entries;

const char *
dn_equivalence_name(dn_equivalence *work, int side, const dunlin_string *path, uint64_t count)
{
    const dn_schema_side *of = work->sides[side];
    uint64_t lead = dn_schema_lead(dn_fact_map_naming(of->facts));
    const char *name;

    if (count <= lead)
        return "";
    name = dn_lower_copy(work->arena, path[lead]);
    if (!name || !lead || dn_schema_same(path[0], of->home))
        return name;
    return dn_arena_printf(work->arena, "%.*s.%s", (int)path[0].length, path[0].data, name);
}

static bool
is_relation(const dunlin_fact *fact)
{
    return dn_string_among(fact->kind, "table view matview");
}

/* What is compared by its name alone: servers differ in what they know of it. */
static bool
is_other(const dunlin_fact *fact)
{
    return dn_string_among(fact->kind, "function procedure sequence");
}

static int
collect(const dunlin_fact *fact, void *context)
{
    entries *list = context;
    bool member = dn_string_among(fact->kind, "column pk unique fk check index trigger");
    entry *one;

    if (!member && !is_relation(fact) && !is_other(fact))
        return 0;
    list->items = dn_arena_grow(list->work->arena, list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return -1;
    one = &list->items[list->count++];
    *one = (entry){dn_equivalence_name(list->work, list->side, fact->path, fact->path_count),
                   member, fact};
    return one->name ? 0 : -1;
}

static int
order_entries(const void *left, const void *right, void *context)
{
    const entry *a = left;
    const entry *b = right;
    const entries *list = context;
    int order = is_other(a->fact) - is_other(b->fact);

    if (!order)
        order = strcmp(a->name, b->name);
    if (!order)
        order = a->member - b->member;
    return order ? order
                 : dn_fact_order(dn_fact_map_naming(list->work->sides[list->side]->facts), a->fact,
                                 b->fact);
}

static int
list_entries(dn_equivalence *work, int side, entries *list)
{
    *list = (entries){.work = work, .side = side};
    if (dn_fact_map_each(work->sides[side]->facts, NULL, collect, list) < 0)
        return dn_no_memory(work->error);
    if (list->count)
        qsort_r(list->items, list->count, sizeof *list->items, order_entries, list);
    return 0;
}

/* The members behind the object at `at`; *end is behind them. */
static int
take_members(dn_equivalence *work, int side, const entries *list, size_t at, size_t *end)
{
    const dunlin_fact **items;
    dn_members *members = &work->members[side];

    *members = (dn_members){NULL, 0};
    if (at >= list->count)
        return 0;
    for (*end = at + 1; *end < list->count && list->items[*end].member &&
                        strcmp(list->items[*end].name, list->items[at].name) == 0;)
        ++*end;
    items = dn_arena_array(work->arena, *end - at, sizeof(*items));
    if (!items)
        return dn_no_memory(work->error);
    for (size_t i = at + 1; i < *end; i++)
        items[members->count++] = list->items[i].fact;
    members->items = items;
    return 0;
}

/* --- one object ---------------------------------------------------------------------------------------- */

/* Triggers are code of one kind of server each. */
static int
compare_triggers(dn_equivalence *work)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < work->members[side].count; i++) {
            const dunlin_fact *trigger = work->members[side].items[i];
            dunlin_string name = trigger->path[trigger->path_count - 1];
            bool found = false;

            if (!dn_fact_is(trigger, DUNLIN_KIND_TRIGGER))
                continue;
            for (size_t k = 0; k < work->members[!side].count && !found; k++) {
                const dunlin_fact *other = work->members[!side].items[k];
                dunlin_string called = other->path[other->path_count - 1];

                found = dn_fact_is(other, DUNLIN_KIND_TRIGGER) && called.length == name.length &&
                        strncasecmp(called.data, name.data, name.length) == 0;
            }
            if (!found &&
                dn_equivalence_alone(work, true,
                                     (dn_fact_pair){{side ? NULL : trigger, side ? trigger : NULL}},
                                     dn_arena_printf(work->arena, "trigger '%.*s'",
                                                     (int)name.length, name.data)) < 0)
                return -1;
        }
    return 0;
}

static int
compare_view(dn_equivalence *work, const dunlin_fact *left, const dunlin_fact *right)
{
    const dn_fact_pair pair = {{left, right}};
    const char *columns[2];

    for (int side = 0; side < 2; side++) {
        columns[side] = dn_fact_names(work->arena, pair.sides[side], "columns", false);
        if (!columns[side])
            return dn_no_memory(work->error);
    }
    if (!columns[0][0] || !columns[1][0] || strcmp(columns[0], columns[1]) == 0)
        return 0;
    return dn_equivalence_add(work, false, "columns", pair, "columns are (%s) in %s, (%s) in %s",
                              columns[0], work->sides[0]->label, columns[1], work->sides[1]->label);
}

static int
compare_object(dn_equivalence *work, const dunlin_fact *left, const dunlin_fact *right)
{
    const dn_fact_pair pair = {{left, right}};
    bool tables[2] = {dn_fact_is(left, DUNLIN_KIND_TABLE), dn_fact_is(right, DUNLIN_KIND_TABLE)};

    if (is_other(left))
        return 0;
    if (!dn_schema_same(left->kind, right->kind) &&
        dn_equivalence_add(work, tables[0] == tables[1], "kind", pair,
                           "it is a %.*s in %s, a %.*s in %s", (int)left->kind.length,
                           left->kind.data, work->sides[0]->label, (int)right->kind.length,
                           right->kind.data, work->sides[1]->label) < 0)
        return -1;
    if (tables[0] != tables[1])
        return 0;
    if (!tables[0])
        return compare_view(work, left, right);
    if (dn_equivalent_columns(work) < 0 || dn_equivalent_keys(work) < 0 ||
        dn_equivalent_indexes(work) < 0 || dn_equivalent_checks(work) < 0)
        return -1;
    return compare_triggers(work);
}

static int
lone_object(dn_equivalence *work, int side, const dunlin_fact *fact)
{
    return dn_equivalence_alone(work, is_other(fact),
                                (dn_fact_pair){{side ? NULL : fact, side ? fact : NULL}},
                                work->object);
}

/* "table 'Users'", spelled as it is there. */
static const char *
name_object(dn_equivalence *work, int side, const entry *one)
{
    const dunlin_fact *fact = one->fact;
    uint64_t lead = dn_schema_lead(dn_fact_map_naming(work->sides[side]->facts));
    bool home = !lead || dn_schema_same(fact->path[0], work->sides[side]->home);

    return dn_arena_printf(work->arena, "%.*s '%.*s%s%.*s'", (int)fact->kind.length,
                           fact->kind.data, home ? 0 : (int)fact->path[0].length,
                           fact->path[0].data, home ? "" : ".", (int)fact->path[lead].length,
                           fact->path[lead].data);
}

int
dn_schema_equivalent(const dn_schema_side *left, const dn_schema_side *right, dn_arena *arena,
                     dn_inequalities *inequalities, dn_error *error)
{
    dn_equivalence work = {
        .sides = {left, right}, .arena = arena, .list = inequalities, .error = error};
    entries lists[2];
    size_t at[2] = {0, 0};

    *inequalities = (dn_inequalities){.items = NULL};
    if (list_entries(&work, 0, &lists[0]) < 0 || list_entries(&work, 1, &lists[1]) < 0)
        return -1;
    while (at[0] < lists[0].count || at[1] < lists[1].count) {
        size_t end[2] = {at[0], at[1]};
        const entry *here[2] = {&lists[0].items[at[0]], &lists[1].items[at[1]]};
        int order = at[0] >= lists[0].count ? 1 : at[1] >= lists[1].count ? -1 : 0;
        int answer;

        if (!order)
            order = is_other(here[0]->fact) - is_other(here[1]->fact);
        if (!order)
            order = strcmp(here[0]->name, here[1]->name);
        if ((order <= 0 && take_members(&work, 0, &lists[0], at[0], &end[0]) < 0) ||
            (order >= 0 && take_members(&work, 1, &lists[1], at[1], &end[1]) < 0))
            return -1;
        work.object = name_object(&work, order > 0, here[order > 0]);
        answer = order ? lone_object(&work, order > 0, here[order > 0]->fact)
                       : compare_object(&work, here[0]->fact, here[1]->fact);
        if (answer < 0)
            return -1;
        at[0] = end[0];
        at[1] = end[1];
    }
    return 0;
}
