/* SPDX-License-Identifier: MIT
 *
 * A constraint that is added without a look at the rows, and validated by a statement of its own, locks
 * writers out for a moment instead of for a scan of the table; NOT NULL is free where a valid check says
 * the same (PostgreSQL's manual, ALTER TABLE, "Notes"); an index that is built concurrently locks nobody
 * out. None of it helps within one transaction, which keeps its locks to the end.
 */
#include "core/engine/generate.h"

#include <string.h>

#define NOT_NULL_CHECK "dunlin_not_null"

typedef struct making_safe {
    dn_generation *work;
    dn_generated *one;
    bool concurrently;
    dn_operations list;
    dn_risk *risks;
    size_t risk_capacity;
} making_safe;

static int
add(making_safe *state, const dunlin_operation *operation, dn_risk risk)
{
    dn_arena *arena = state->list.arena;

    state->risks = dn_arena_grow(arena, state->risks, &state->risk_capacity, state->list.count + 1,
                                 sizeof *state->risks);
    if (!operation || !state->risks)
        return dn_no_memory(state->work->error);
    state->risks[state->list.count] = risk;
    return dn_operations_add(&state->list, operation, state->work->error);
}

/* --- which tables ------------------------------------------------------------------------------------- */

/* One that was there before, that is: others have no rows. What has partitions takes none of these
 * forms. */
static bool
is_old_table(const making_safe *state, const dunlin_operation *operation, uint64_t count)
{
    const dunlin_fact *table = dn_fact_map_find(
        state->one->from->facts, dn_string(DUNLIN_KIND_TABLE), operation->path, count);

    return table && !dn_property_find(table->properties, table->property_count, "partition_by") &&
           !dn_property_find(table->properties, table->property_count, "partition_of");
}

/* Another table behind the renames has its rows, too. */
static bool
has_rows(const making_safe *state, const dunlin_operation *operation)
{
    uint64_t count = operation->path_count - 1;

    if (operation->path_count < 2)
        return false;
    for (size_t i = 0; i < state->one->diff.operations.count; i++) {
        const dunlin_operation *rename = state->one->diff.operations.items[i];

        if (dn_operation_is(rename, DUNLIN_VERB_RENAME, DUNLIN_KIND_TABLE) &&
            rename->new_path_count == count &&
            dn_fact_same_name(dn_fact_map_naming(state->one->from->facts), count - 1, count,
                              rename->new_path[count - 1], operation->path[count - 1]))
            return is_old_table(state, rename, rename->path_count);
    }
    return is_old_table(state, operation, count);
}

/* --- forms -------------------------------------------------------------------------------------------- */

static dunlin_operation *
with_member(making_safe *state, const dunlin_operation *operation, const char *name)
{
    dunlin_operation *copy = dn_operation_copy(state->list.arena, operation);
    dn_properties members = {.arena = state->list.arena};

    dn_properties_add_all(&members, operation->set, operation->set_count, NULL);
    dn_properties_add(&members, name, DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(""));
    if (!copy || members.failed)
        return NULL;
    copy->set = members.items;
    copy->set_count = members.count;
    return copy;
}

static int
validate(making_safe *state, const dunlin_operation *constraint, dn_risk risk)
{
    dunlin_operation *copy = dn_operation_copy(state->list.arena, constraint);
    dunlin_string *unset = dn_arena_alloc(state->list.arena, sizeof *unset);

    if (!copy || !unset)
        return dn_no_memory(state->work->error);
    *unset = dn_string("not_valid");
    copy->verb = DUNLIN_VERB_ALTER;
    copy->set = NULL;
    copy->set_count = 0;
    copy->unset = unset;
    copy->unset_count = 1;
    return add(state, copy, risk);
}

static int
add_constraint(making_safe *state, const dunlin_operation *operation, dn_risk risk)
{
    static const dn_risk none = {DN_DANGER_NONE, NULL};

    state->one->apart = true;
    return add(state, with_member(state, operation, "not_valid"), none) < 0
               ? -1
               : validate(state, operation, risk);
}

/* CHECK (c IS NOT NULL) of the column's table. */
static int
make_check(making_safe *state, const dunlin_operation *column, dunlin_operation *check)
{
    dn_arena *arena = state->list.arena;
    dunlin_string name = column->path[column->path_count - 1];
    dunlin_string *path = dn_arena_array(arena, column->path_count, sizeof *path);
    const char *copy = dn_arena_copy(arena, name.data, (size_t)name.length);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_properties members = {.arena = arena};

    if (!path || !copy)
        return dn_no_memory(state->work->error);
    if (dn_driver_quote(state->work->like.driver, state->work->like.profile, copy, &text,
                        state->work->error) < 0)
        return -1;
    dn_text_add_string(&text, " IS NOT NULL");
    copy = text.failed ? NULL : dn_arena_copy(arena, text.data, text.length);
    if (!copy)
        return dn_no_memory(state->work->error);
    dn_properties_add(&members, "expr", DUNLIN_PROPERTY_EXPRESSION, 0, dn_string(copy));
    if (members.failed)
        return dn_no_memory(state->work->error);
    memcpy(path, column->path, (size_t)column->path_count * sizeof *path);
    path[column->path_count - 1] = dn_string(NOT_NULL_CHECK);
    *check = (dunlin_operation){
        .size = sizeof *check,
        .verb = DUNLIN_VERB_CREATE,
        .kind = dn_string(DUNLIN_KIND_CHECK),
        .path = path,
        .path_count = column->path_count,
        .set = members.items,
        .set_count = members.count,
    };
    return 0;
}

static dunlin_operation *
only_not_null(making_safe *state, const dunlin_operation *column)
{
    dunlin_operation *copy = dn_operation_copy(state->list.arena, column);
    dn_properties members = {.arena = state->list.arena};

    dn_properties_add(&members, "not_null", DUNLIN_PROPERTY_BOOLEAN, 1, dn_string(""));
    if (!copy || members.failed)
        return NULL;
    copy->set = members.items;
    copy->set_count = members.count;
    copy->unset = NULL;
    copy->unset_count = 0;
    copy->using_expression = dn_string("");
    return copy;
}

/* Whatever else changes of the column comes first, and keeps its own risk. */
static int
set_not_null(making_safe *state, const dunlin_operation *column, dn_risk risk)
{
    static const dn_risk none = {DN_DANGER_NONE, NULL};
    dunlin_string name = column->path[column->path_count - 1];
    const dn_risk nulls = {DN_DANGER_FAILS,
                           dn_arena_printf(state->list.arena, "fails where '%.*s' is null",
                                           (int)name.length, name.data)};
    dunlin_operation *rest = dn_operation_copy(state->list.arena, column);
    dn_properties members = {.arena = state->list.arena};
    dunlin_operation check;
    dunlin_operation *drop;

    dn_properties_add_all(&members, column->set, column->set_count, "not_null");
    if (!rest || members.failed)
        return dn_no_memory(state->work->error);
    rest->set = members.items;
    rest->set_count = members.count;
    if ((rest->set_count || rest->unset_count) && add(state, rest, risk) < 0)
        return -1;
    if (make_check(state, column, &check) < 0 || add_constraint(state, &check, nulls) < 0 ||
        add(state, only_not_null(state, column), none) < 0)
        return -1;
    drop = dn_operation_copy(state->list.arena, &check);
    if (!drop)
        return dn_no_memory(state->work->error);
    drop->verb = DUNLIN_VERB_DROP;
    drop->set = NULL;
    drop->set_count = 0;
    return add(state, drop, none);
}

static int
move_index(making_safe *state, const dunlin_operation *index, dn_risk risk)
{
    dunlin_operation *copy = dn_operation_copy(state->list.arena, index);

    if (!copy)
        return dn_no_memory(state->work->error);
    copy->flags |= DUNLIN_OPERATION_CONCURRENTLY;
    state->one->apart = true;
    return add(state, copy, risk);
}

static int
look_at(making_safe *state, const dunlin_operation *operation, dn_risk risk)
{
    bool create = operation->verb == DUNLIN_VERB_CREATE;

    if (!has_rows(state, operation))
        return add(state, operation, risk);
    if (create && dn_string_among(operation->kind, "fk check") &&
        !dn_property_flag(operation->set, operation->set_count, "not_valid") &&
        !dn_property_flag(operation->set, operation->set_count, "not_enforced"))
        return add_constraint(state, operation, risk);
    if (dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) &&
        dn_property_flag(operation->set, operation->set_count, "not_null"))
        return set_not_null(state, operation, risk);
    if (state->concurrently && dn_string_equal(operation->kind, DUNLIN_KIND_INDEX) &&
        (create || operation->verb == DUNLIN_VERB_DROP))
        return move_index(state, operation, risk);
    return add(state, operation, risk);
}

/* --- does the server know them ------------------------------------------------------------------------ */

/* It keeps what it was told of a constraint that is to be validated later. */
static int
has_forms(dn_generation *work, bool *has)
{
    const dn_driver_view view = {
        .driver = work->like.driver, .profile = work->like.profile, .own_dialect = true};
    bool spaces = (dn_fact_map_naming(work->like.facts) & DN_FACT_NAMESPACES) != 0;
    dunlin_string path[] = {dn_side_home(&work->like), dn_string("t"), dn_string("c")};
    const dunlin_property members[] = {
        {.name = dn_string("expr"), .type = DUNLIN_PROPERTY_EXPRESSION, .text = dn_string("1 > 0")},
        {.name = dn_string("not_valid"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1},
    };
    const dunlin_fact check = {
        .size = sizeof check,
        .kind = dn_string(DUNLIN_KIND_CHECK),
        .path = spaces ? path : path + 1,
        .path_count = spaces ? 3 : 2,
        .properties = members,
        .property_count = 2,
    };
    const dunlin_fact *const wanted[] = {&check};
    const dunlin_fact **facts;
    size_t count;

    *has = false;
    if (!work->like.driver->table.realise)
        return 0;
    if (dn_driver_realise(&view, wanted, 1, &work->session->arena, &facts, &count, NULL,
                          work->error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        *has =
            *has || dn_property_find(facts[i]->properties, facts[i]->property_count, "not_valid");
    return 0;
}

int
dn_generate_safe(dn_generation *work, dn_generated *one)
{
    making_safe state = {.work = work,
                         .one = one,
                         .concurrently = !work->session->project.plain_indexes,
                         .list = {.arena = &work->session->arena}};
    bool has;

    if (work->options->plain || !dn_written_goes_apart(&work->session->journal))
        return 0;
    if (has_forms(work, &has) < 0)
        return -1;
    for (size_t i = 0; has && i < one->diff.operations.count; i++)
        if (look_at(&state, one->diff.operations.items[i], one->diff.risks[i]) < 0)
            return -1;
    if (!has)
        return 0;
    one->diff.operations = state.list;
    one->diff.risks = state.risks;
    return 0;
}
