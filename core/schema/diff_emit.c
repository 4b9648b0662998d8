/* SPDX-License-Identifier: MIT
 *
 * Operations from facts.
 */
#include "core/schema/diff_internal.h"

int
dn_diff_emit(dn_diffing *work, const dunlin_operation *operation)
{
    dn_diff *diff = work->diff;
    const dunlin_operation *copy = dn_operation_copy(work->arena, operation);

    if (!copy)
        return dn_no_memory(work->error);
    diff->risks = dn_arena_grow(work->arena, diff->risks, &work->risk_capacity,
                                diff->operations.count + 1, sizeof *diff->risks);
    if (!diff->risks)
        return dn_no_memory(work->error);
    diff->risks[diff->operations.count] = dn_diff_risk(work, copy);
    return dn_operations_add(&diff->operations, copy, work->error);
}

static dunlin_operation
operation_on(int32_t verb, const dunlin_fact *fact)
{
    return (dunlin_operation){
        .size = sizeof(dunlin_operation),
        .verb = verb,
        .kind = fact->kind,
        .path = fact->path,
        .path_count = fact->path_count,
    };
}

int
dn_diff_emit_drop(dn_diffing *work, const dunlin_fact *before)
{
    dunlin_operation operation = operation_on(DUNLIN_VERB_DROP, before);

    return dn_diff_emit(work, &operation);
}

/* What is replaced keeps what is said of it beside its text. */
static uint64_t
comments_that_go(const dunlin_fact *before, const dunlin_fact *after, dunlin_string *names)
{
    static const char *const members[] = {"comment", "column_comments"};
    uint64_t count = 0;

    for (size_t i = 0; before && i < sizeof members / sizeof members[0]; i++)
        if (dn_property_find(before->properties, before->property_count, members[i]) &&
            !dn_property_find(after->properties, after->property_count, members[i]))
            names[count++] = dn_string(members[i]);
    return count;
}

int
dn_diff_emit_create(dn_diffing *work, const dunlin_fact *after, const dunlin_fact *replaced)
{
    dunlin_operation operation = operation_on(DUNLIN_VERB_CREATE, after);
    dn_properties list = {.arena = work->arena};
    dunlin_string *names = replaced ? dn_arena_array(work->arena, 2, sizeof *names) : NULL;

    dn_diff_members(&list, after);
    if (list.failed || (replaced && !names))
        return dn_no_memory(work->error);
    operation.set = list.items;
    operation.set_count = list.count;
    operation.unset = names;
    operation.unset_count = comments_that_go(replaced, after, names);
    operation.flags = replaced ? DUNLIN_OPERATION_OR_REPLACE : 0;
    return dn_diff_emit(work, &operation);
}

int
dn_diff_emit_rename(dn_diffing *work, const dunlin_fact *from, const dunlin_fact *to)
{
    dunlin_operation operation = operation_on(DUNLIN_VERB_RENAME, from);

    operation.new_path = to->path;
    operation.new_path_count = to->path_count;
    return dn_diff_emit(work, &operation);
}

/* --- ALTER ---------------------------------------------------------------------------------------- */

typedef struct altering {
    dn_diffing *work;
    const dn_move *move;
    dn_properties set;
    dunlin_string *unset;
    size_t unset_count;
    size_t unset_capacity;
    bool retyped;
} altering;

static int
take_member(const dunlin_property *before, const dunlin_property *after, void *context)
{
    altering *one = context;
    const dunlin_fact *fact = one->move->after;
    dunlin_string name = after ? after->name : before->name;

    if (dn_string_among(name, "type type_path values collation charset"))
        one->retyped = true;
    if (after) {
        dn_properties_add_span(&one->set, after,
                               dn_property_span(fact->properties, fact->property_count,
                                                (uint64_t)(after - fact->properties)));
        return 0;
    }
    one->unset = dn_arena_grow(one->work->arena, one->unset, &one->unset_capacity,
                               one->unset_count + 1, sizeof *one->unset);
    if (!one->unset)
        return -1;
    one->unset[one->unset_count++] = name;
    return 0;
}

static void
add_members(altering *one, const char *const *members, size_t count)
{
    const dunlin_fact *fact = one->move->after;

    for (size_t i = 0; i < count; i++) {
        const dunlin_property *member =
            dn_property_find(fact->properties, fact->property_count, members[i]);

        if (member && !dn_property_find(one->set.items, one->set.count, members[i]))
            dn_properties_add_span(&one->set, member,
                                   dn_property_span(fact->properties, fact->property_count,
                                                    (uint64_t)(member - fact->properties)));
    }
}

static bool
changes_checks(const altering *one)
{
    static const char words[] = "checks check_names not_valid_checks";

    for (size_t i = 0; i < one->set.count; i++)
        if (dn_string_among(one->set.items[i].name, words))
            return true;
    for (size_t i = 0; i < one->unset_count; i++)
        if (dn_string_among(one->unset[i], words))
            return true;
    return false;
}

/* A type is said as a whole, and with it what would be reset or has to fit it; so are checks with their
 * names. */
static void
add_companions(altering *one)
{
    static const char *const types[] = {"type",      "type_path", "values",
                                        "collation", "charset",   "default"};
    static const char *const checks[] = {"checks", "check_names", "not_valid_checks",
                                         "check_comments"};

    if ((one->retyped || one->move->retyped) && dn_fact_is(one->move->after, DUNLIN_KIND_COLUMN))
        add_members(one, types, sizeof types / sizeof types[0]);
    if (changes_checks(one))
        add_members(one, checks, sizeof checks / sizeof checks[0]);
}

int
dn_diff_emit_alter(dn_diffing *work, const dn_move *move)
{
    dunlin_operation operation = operation_on(DUNLIN_VERB_ALTER, move->after);
    altering one = {.work = work, .move = move, .set = {.arena = work->arena}};

    if (dn_schema_each_member(move->before, move->after, &dn_diff_comparison, take_member, &one) <
        0)
        return dn_no_memory(work->error);
    add_companions(&one);
    if (one.set.failed)
        return dn_no_memory(work->error);
    operation.set = one.set.items;
    operation.set_count = one.set.count;
    operation.unset = one.unset;
    operation.unset_count = one.unset_count;
    return dn_diff_emit(work, &operation);
}
