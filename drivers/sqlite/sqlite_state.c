/* SPDX-License-Identifier: MIT
 *
 * Tables as render() finds them, and what operations make of them.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"
#include "drivers/sqlite/sqlite_render.h"

bool
dn_sqlite_is_member_kind(dunlin_string kind)
{
    dn_sqlite_member_kind found = dn_sqlite_kind_named(kind);

    return found < DN_SQLITE_KINDS && found != DN_SQLITE_KIND_TRIGGER;
}

dunlin_string
dn_sqlite_member_name(const dunlin_operation *operation)
{
    return operation->path_count > 1 ? operation->path[operation->path_count - 1]
                                     : dn_kit_string(NULL);
}

/* --- reading the facts ------------------------------------------------------------------------- */
typedef struct loaded_fact {
    const dunlin_fact *fact;
    dn_sqlite_member_kind kind;
} loaded_fact;

typedef struct loading {
    dn_sqlite_table *table;
    dn_kit_properties order;
    loaded_fact *facts; /* of all that lies in the table, in order */
    size_t count;
    size_t capacity;
} loading;

/* The texts are those of the facts, which stay while it is rendered. */
static void
copy_set(dn_kit_pool *pool, dn_kit_set from, dn_kit_properties *to)
{
    size_t count = (size_t)from.count;

    to->pool = pool;
    to->list = dn_kit_pool_take(pool, count * sizeof(*to->list));
    if (to->list == NULL || count == 0)
        return;
    memcpy(to->list, from.list, count * sizeof(*to->list));
    to->count = to->capacity = count;
}

/* The host is asked once: members of a kind come together. */
static int32_t
note_fact(const dunlin_fact *fact, void *context)
{
    loading *load = context;
    loaded_fact *grown = dn_kit_pool_grow(load->table->pool, load->facts, load->count,
                                          &load->capacity, sizeof(*grown));

    if (grown == NULL)
        return 0; /* the pool has failed */
    load->facts = grown;
    load->facts[load->count++] = (loaded_fact){fact, dn_sqlite_kind_named(fact->kind)};
    return 0;
}

static void
take_table(const dunlin_fact *fact, loading *load)
{
    dn_kit_pool *pool = load->table->pool;
    dn_kit_set set = {fact->properties, fact->property_count};

    load->table->name = dn_kit_pool_copy(pool, fact->path[0]);
    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        dn_kit_properties_take(
            dn_kit_same(set.list[i].name, "order") ? &load->order : &load->table->set, set, i);
}

static void
take_member(const loaded_fact *loaded, dn_sqlite_table *table)
{
    const dunlin_fact *fact = loaded->fact;
    dn_sqlite_member *member =
        dn_sqlite_member_add(table, loaded->kind, dn_kit_pool_copy(table->pool, fact->path[1]));

    if (member != NULL)
        copy_set(table->pool, (dn_kit_set){fact->properties, fact->property_count}, &member->set);
}

/* Columns as the table has them, in the order that its fact tells. */
static void
put_in_order(loading *load)
{
    dn_kit_set order = dn_kit_set_list(dn_kit_set_of(&load->order), "order");
    dn_sqlite_table *table = load->table;
    size_t place = 0;

    for (uint64_t i = 0; i < order.count; i++)
        for (size_t at = place; at < table->count; at++) {
            dn_sqlite_member member = table->members[at];

            if (member.kind != DN_SQLITE_KIND_COLUMN ||
                !dn_sqlite_same_name(member.name, order.list[i].text))
                continue;
            memmove(&table->members[place + 1], &table->members[place],
                    (at - place) * sizeof(member));
            table->members[place++] = member;
            break;
        }
}

static int32_t
load_table(dn_sqlite_rendering *work, dn_sqlite_table *table, dunlin_string name)
{
    const dunlin_fact key = {.size = sizeof(key),
                             .kind = dn_kit_string(DUNLIN_KIND_TABLE),
                             .path = &name,
                             .path_count = 1};
    const dunlin_fact *found = NULL;
    loading load = {.table = table, .order = {.pool = &work->pool}};
    int32_t status = DUNLIN_OK;

    if (work->call->host->members == NULL)
        return DUNLIN_OK;
    status = work->call->host->find(work->call, &key, &found);
    if (status == DUNLIN_OK && found != NULL)
        take_table(found, &load);
    if (status == DUNLIN_OK)
        status =
            work->call->host->members(work->call, dn_kit_string(""), &name, 1, note_fact, &load);
    for (dn_sqlite_member_kind kind = 0; kind < DN_SQLITE_KINDS && status == DUNLIN_OK; kind++)
        for (size_t i = 0; i < load.count; i++)
            if (load.facts[i].kind == kind)
                take_member(&load.facts[i], table);
    put_in_order(&load);
    return status;
}

/* --- renamings ------------------------------------------------------------------------------------ */
static void
rename_in_list(dn_kit_set list, dunlin_string from, dunlin_string to)
{
    for (uint64_t i = 0; i < list.count; i++)
        if (list.list[i].type == DUNLIN_PROPERTY_IDENTIFIER &&
            dn_sqlite_same_name(list.list[i].text, from))
            ((dunlin_property *)(uintptr_t)&list.list[i])->text = to;
}

static void
rename_in_texts(dn_kit_pool *pool, dn_kit_properties *set, dunlin_string from, dunlin_string to)
{
    for (size_t i = 0; i < set->count; i++) {
        bool text = dn_kit_same(set->list[i].name, "text");

        if (set->list[i].type == DUNLIN_PROPERTY_EXPRESSION || text)
            set->list[i].text = dn_sqlite_rename_in(pool, set->list[i].text, from, to);
    }
}

static bool
refers_to(const dn_sqlite_member *key, dunlin_string table)
{
    dn_kit_set ref = dn_kit_set_list(dn_kit_set_of(&key->set), "ref");

    return ref.count > 0 && dn_sqlite_same_name(ref.list[ref.count - 1].text, table);
}

static void
rename_own(dn_sqlite_rendering *work, dn_sqlite_member *member, const dn_sqlite_renaming *renaming)
{
    dn_kit_set set = dn_kit_set_of(&member->set);
    bool unnamed = dn_sqlite_is_unnamed(member);

    if (renaming->column.length == 0) {
        if (member->kind == DN_SQLITE_KIND_TRIGGER)
            rename_in_texts(&work->pool, &member->set, renaming->table, renaming->to);
        return;
    }
    if (member->kind == DN_SQLITE_KIND_COLUMN &&
        dn_sqlite_same_name(member->name, renaming->column))
        member->name = renaming->to;
    rename_in_list(dn_kit_set_list(set, "columns"), renaming->column, renaming->to);
    rename_in_list(dn_kit_set_list(set, "keys"), renaming->column, renaming->to);
    rename_in_texts(&work->pool, &member->set, renaming->column, renaming->to);
    if (unnamed && member->kind != DN_SQLITE_KIND_COLUMN)
        member->name = dn_sqlite_content_name(&work->pool, member->kind, set);
}

static void
rename_in_table(dn_sqlite_rendering *work, dn_sqlite_table *table,
                const dn_sqlite_renaming *renaming)
{
    bool own = dn_sqlite_same_name(table->name, renaming->table);

    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *member = &table->members[i];
        dn_kit_set set = dn_kit_set_of(&member->set);

        if (own)
            rename_own(work, member, renaming);
        if (member->kind != DN_SQLITE_KIND_FOREIGN_KEY || !refers_to(member, renaming->table))
            continue;
        if (renaming->column.length == 0)
            rename_in_list(dn_kit_set_list(set, "ref"), renaming->table, renaming->to);
        else
            rename_in_list(dn_kit_set_list(set, "ref_columns"), renaming->column, renaming->to);
    }
    if (own && renaming->column.length == 0)
        table->name = renaming->to;
}

void
dn_sqlite_apply_renaming(dn_sqlite_rendering *work, const dn_sqlite_renaming *renaming)
{
    dn_sqlite_renaming *list = dn_kit_pool_grow(&work->pool, work->renamings, work->renaming_count,
                                                &work->renaming_capacity, sizeof(*list));

    if (list == NULL)
        return;
    work->renamings = list;
    list[work->renaming_count++] = *renaming;
    for (size_t i = 0; i < work->state_count; i++) {
        rename_in_table(work, &work->states[i].table, renaming);
        work->states[i].name = work->states[i].table.name;
    }
}

/* --- finding tables -------------------------------------------------------------------------------- */
dn_sqlite_state *
dn_sqlite_state_add(dn_sqlite_rendering *work, dunlin_string name)
{
    dn_sqlite_state *list = dn_kit_pool_grow(&work->pool, work->states, work->state_count,
                                             &work->state_capacity, sizeof(*list));

    if (list == NULL)
        return NULL;
    work->states = list;
    list += work->state_count++;
    *list = (dn_sqlite_state){.name = name, .table = {.pool = &work->pool, .name = name}};
    list->table.set.pool = &work->pool;
    return list;
}

/* The name under which the facts know the table. */
static dunlin_string
former_name(const dn_sqlite_rendering *work, dunlin_string name)
{
    for (size_t i = work->renaming_count; i-- > 0;)
        if (work->renamings[i].column.length == 0 &&
            dn_sqlite_same_name(work->renamings[i].to, name))
            name = work->renamings[i].table;
    return name;
}

dn_sqlite_state *
dn_sqlite_state_of(dn_sqlite_rendering *work, dunlin_string name)
{
    dn_sqlite_state *state;

    for (size_t i = 0; i < work->state_count; i++)
        if (!work->states[i].dropped && dn_sqlite_same_name(work->states[i].name, name))
            return &work->states[i];
    state = dn_sqlite_state_add(work, name);
    if (state == NULL)
        return NULL;
    state->table.name = former_name(work, name);
    if (load_table(work, &state->table, state->table.name) != DUNLIN_OK)
        return NULL;
    for (size_t i = 0; i < work->renaming_count; i++)
        rename_in_table(work, &state->table, &work->renamings[i]);
    return state;
}

int32_t
dn_sqlite_state_queue(dn_sqlite_rendering *work, dn_sqlite_state *state)
{
    uint64_t *queue = dn_kit_pool_grow(&work->pool, state->queue, state->queued, &state->capacity,
                                       sizeof(*queue));

    if (queue == NULL)
        return dn_kit_no_memory(work->call);
    state->queue = queue;
    queue[state->queued++] = work->at;
    return DUNLIN_OK;
}

/* --- operations -------------------------------------------------------------------------------------- */
/* What stays of the properties when `given` comes on top and `unset` goes. */
static void
keep_others(const dn_kit_properties *from, const dunlin_operation *operation, dn_kit_set given,
            dn_kit_properties *to)
{
    dn_kit_set set = dn_kit_set_of(from);
    dn_kit_set asked = dn_sqlite_set_of(operation);

    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i)) {
        bool replaced = false;

        for (uint64_t j = 0; j < given.count; j = dn_kit_set_next(given, j))
            replaced = replaced || dn_kit_equal(given.list[j].name, set.list[i].name);
        /* Also what is set to false, and so is not among what is given. */
        for (uint64_t j = 0; j < asked.count; j = dn_kit_set_next(asked, j))
            replaced = replaced || dn_kit_equal(asked.list[j].name, set.list[i].name);
        for (uint64_t j = 0; j < operation->unset_count; j++)
            replaced = replaced || dn_kit_equal(operation->unset[j], set.list[i].name);
        if (!replaced)
            dn_kit_properties_take(to, set, i);
    }
}

static void
drop_type_checks(dn_sqlite_table *table, dunlin_string column)
{
    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *member = &table->members[i];

        if (member->kind == DN_SQLITE_KIND_CHECK && dn_sqlite_is_unnamed(member) &&
            dn_sqlite_is_type_check(table->pool,
                                    dn_kit_set_text(dn_kit_set_of(&member->set), "expr"), column))
            member->gone = true;
    }
}

static int32_t
alter_column(dn_sqlite_rendering *work, dn_sqlite_table *table, dn_sqlite_member *column,
             const dunlin_operation *operation)
{
    dn_kit_set given = dn_sqlite_set_of(operation);
    bool has_type = dn_kit_set_find(given, "type") != NULL;
    dn_kit_properties changed = {.pool = &work->pool};
    dn_kit_properties set = {.pool = &work->pool};
    dunlin_string check;
    bool portable;
    int32_t status = dn_sqlite_local_column(&work->local, table, column->name, given, &changed,
                                            &check, &portable);

    if (status != DUNLIN_OK)
        return status;
    keep_others(&column->set, operation, dn_kit_set_of(&changed), &set);
    given = dn_kit_set_of(&changed);
    for (uint64_t i = 0; i < given.count; i = dn_kit_set_next(given, i))
        dn_kit_properties_take(&set, given, i);
    if (has_type)
        status = dn_sqlite_convert_default(work, operation, column, &set);
    dn_sqlite_round_default(&work->local, &set);
    column->retold = column->retold || has_type;
    if (status != DUNLIN_OK)
        return status;
    column->set = set;
    column->portable = column->portable || portable;
    if (!has_type)
        return DUNLIN_OK;
    drop_type_checks(table, column->name);
    if (check.length == 0)
        return DUNLIN_OK;
    set = (dn_kit_properties){.pool = &work->pool};
    dn_kit_properties_add(&set, "expr", DUNLIN_PROPERTY_EXPRESSION, check);
    column = dn_sqlite_member_add(
        table, DN_SQLITE_KIND_CHECK,
        dn_sqlite_content_name(&work->pool, DN_SQLITE_KIND_CHECK, dn_kit_set_of(&set)));
    if (column == NULL)
        return dn_kit_no_memory(work->call);
    column->set = set;
    return DUNLIN_OK;
}

/* As PostgreSQL does: keys, checks and indexes that use the column go with it. */
static void
drop_column(dn_sqlite_table *table, dunlin_string column)
{
    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *member = &table->members[i];
        dn_kit_set set = dn_kit_set_of(&member->set);
        bool uses = dn_sqlite_list_has(dn_kit_set_list(set, "columns"), column);

        if (member->kind == DN_SQLITE_KIND_COLUMN || member->kind == DN_SQLITE_KIND_TRIGGER)
            continue;
        if (member->kind == DN_SQLITE_KIND_INDEX)
            uses = dn_sqlite_list_has(dn_kit_set_list(set, "keys"), column);
        for (uint64_t j = 0; j < set.count && !uses; j++)
            uses = set.list[j].type == DUNLIN_PROPERTY_EXPRESSION &&
                   dn_sqlite_mentions(table->pool, set.list[j].text, column);
        member->gone = member->gone || uses;
    }
}

static int32_t
missing(dn_sqlite_rendering *work, const dn_sqlite_table *table, const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_member_name(operation);

    return dn_kit_fail(work->call, DUNLIN_MISSING, "table '%.*s' has no %.*s '%.*s'",
                       (int)table->name.length, table->name.data, (int)operation->kind.length,
                       operation->kind.data, (int)name.length, name.data);
}

static int32_t
alter_constraint(dn_sqlite_rendering *work, dn_sqlite_table *table, dn_sqlite_member *member,
                 const dunlin_operation *operation)
{
    dn_kit_properties all = {.pool = &work->pool};
    dn_kit_set given = dn_sqlite_set_of(operation);

    keep_others(&member->set, operation, given, &all);
    for (uint64_t i = 0; i < given.count; i = dn_kit_set_next(given, i))
        if (given.list[i].type != DUNLIN_PROPERTY_BOOLEAN || given.list[i].integer != 0)
            dn_kit_properties_take(&all, given, i);
    member->gone = true;
    return dn_sqlite_local_member(&work->local, table, operation->kind, member->name,
                                  dn_kit_set_of(&all));
}

static int32_t
alter_table(dn_sqlite_rendering *work, dn_sqlite_table *table, const dunlin_operation *operation)
{
    dn_kit_properties before = table->set;
    dn_kit_set given = dn_sqlite_set_of(operation);

    table->set = (dn_kit_properties){.pool = &work->pool};
    keep_others(&before, operation, given, &table->set);
    return dn_sqlite_local_table(&work->local, table, given);
}

/* SQLite takes a name in an index that is no column's for a text. */
static int32_t
check_keys(dn_sqlite_rendering *work, const dn_sqlite_table *table,
           const dunlin_operation *operation)
{
    dn_kit_set keys = dn_kit_set_list(dn_sqlite_set_of(operation), "keys");

    if (!dn_kit_same(operation->kind, DUNLIN_KIND_INDEX) || table->count == 0)
        return DUNLIN_OK;
    for (uint64_t i = 0; i < keys.count; i = dn_kit_set_next(keys, i)) {
        dunlin_string column = dn_kit_set_text(dn_kit_set_inside(keys, &keys.list[i]), "column");

        if (column.length > 0 &&
            dn_sqlite_member_find(table, DN_SQLITE_KIND_COLUMN, column) == NULL)
            return dn_kit_fail(work->call, DUNLIN_MISSING, "table '%.*s' has no column '%.*s'",
                               (int)table->name.length, table->name.data, (int)column.length,
                               column.data);
    }
    return DUNLIN_OK;
}

/* SQLite takes two constraints of one name; nobody could say then which is meant, and the other
 * databases refuse it. */
static int32_t
check_name(dn_sqlite_rendering *work, const dn_sqlite_table *table,
           const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_member_name(operation);
    bool constraint = operation->condition == DUNLIN_CONDITION_NONE && name.length > 0 &&
                      dn_sqlite_kind_is_constraint(dn_sqlite_kind_named(operation->kind));

    for (size_t i = 0; constraint && i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];

        if (!member->gone && dn_sqlite_kind_is_constraint(member->kind) &&
            !dn_sqlite_is_unnamed(member) && dn_sqlite_same_name(member->name, name))
            return dn_kit_fail(
                work->call, DUNLIN_EXISTS, "table '%.*s' has a constraint '%.*s' already",
                (int)table->name.length, table->name.data, (int)name.length, name.data);
    }
    return DUNLIN_OK;
}

static int32_t
create_member(dn_sqlite_rendering *work, dn_sqlite_table *table, const dunlin_operation *operation)
{
    int32_t status = check_keys(work, table, operation);

    if (status == DUNLIN_OK)
        status = check_name(work, table, operation);
    return status != DUNLIN_OK ? status
                               : dn_sqlite_local_member(&work->local, table, operation->kind,
                                                        dn_sqlite_member_name(operation),
                                                        dn_sqlite_set_of(operation));
}

int32_t
dn_sqlite_apply(dn_sqlite_rendering *work, dn_sqlite_table *table,
                const dunlin_operation *operation)
{
    dn_sqlite_member_kind kind = dn_sqlite_kind_named(operation->kind);
    bool is_column = kind == DN_SQLITE_KIND_COLUMN;
    dunlin_string name = dn_sqlite_member_name(operation);
    dn_sqlite_member *member;

    if (dn_kit_same(operation->kind, DUNLIN_KIND_TABLE))
        return alter_table(work, table, operation);
    if (operation->verb == DUNLIN_VERB_CREATE)
        return create_member(work, table, operation);
    member = kind == DN_SQLITE_KIND_PRIMARY_KEY ? dn_sqlite_table_key(table)
                                                : dn_sqlite_member_find(table, kind, name);
    if (member == NULL)
        return missing(work, table, operation);
    if (operation->verb == DUNLIN_VERB_RENAME) {
        member->name = operation->new_path[operation->new_path_count - 1];
        return DUNLIN_OK;
    }
    if (operation->verb == DUNLIN_VERB_ALTER)
        return is_column ? alter_column(work, table, member, operation)
                         : alter_constraint(work, table, member, operation);
    if (is_column) {
        drop_column(table, name);
        dn_sqlite_member_find(table, DN_SQLITE_KIND_COLUMN, name)->gone = true;
    } else {
        member->gone = true;
    }
    return DUNLIN_OK;
}

void
dn_sqlite_forget_gone(dn_sqlite_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++)
        if (!table->members[i].gone)
            table->members[kept++] = table->members[i];
    table->count = kept;
}
