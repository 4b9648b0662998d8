/* SPDX-License-Identifier: MIT
 *
 * Tables as a whole, triggers, and statements with a text of their own.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"

dunlin_string
dn_sqlite_object_name(const dunlin_operation *operation)
{
    return operation->path_count > 0 ? operation->path[operation->path_count - 1]
                                     : dn_kit_string(NULL);
}

dunlin_string
dn_sqlite_object_new_name(const dunlin_operation *operation)
{
    return operation->new_path_count > 0 ? operation->new_path[operation->new_path_count - 1]
                                         : dn_kit_string(NULL);
}

bool
dn_sqlite_cascades(const dunlin_operation *operation)
{
    return (operation->flags & DUNLIN_OPERATION_CASCADE) != 0;
}

int32_t
dn_sqlite_drop(dn_sqlite_rendering *work, const char *what, dunlin_string name, bool if_exists)
{
    dn_kit_text_format(&work->sql, "DROP %s %s", what,
                       if_exists ? "IF EXISTS "
                                 : dn_sqlite_if_exists(work, work->operations[work->at]));
    dn_sqlite_write_name(&work->sql, name);
    return dn_sqlite_step_statement(work);
}

/* --- tables -------------------------------------------------------------------------------------- */
typedef struct children {
    dn_sqlite_rendering *work;
    dunlin_string parent;
    dunlin_string *list;
    size_t count;
    size_t capacity;
} children;

static bool
is_key_to(const dn_sqlite_member *member, dunlin_string parent)
{
    dn_kit_set ref = dn_kit_set_list(dn_kit_set_of(&member->set), "ref");

    return !member->gone && member->kind == DN_SQLITE_KIND_FOREIGN_KEY && ref.count > 0 &&
           dn_sqlite_same_name(ref.list[ref.count - 1].text, parent);
}

static void
add_child(children *found, dunlin_string child)
{
    dunlin_string *list = dn_kit_pool_grow(&found->work->pool, found->list, found->count,
                                           &found->capacity, sizeof(*list));

    if (list == NULL || dn_sqlite_same_name(child, found->parent))
        return;
    found->list = list;
    for (size_t i = 0; i < found->count; i++)
        if (dn_sqlite_same_name(list[i], child))
            return;
    list[found->count++] = dn_kit_pool_copy(&found->work->pool, child);
}

/* From the facts, where the list did not touch the table. */
static int32_t
take_child(const dunlin_fact *fact, void *context)
{
    children *found = context;
    dn_kit_set ref = dn_kit_set_list((dn_kit_set){fact->properties, fact->property_count}, "ref");

    if (fact->path_count < 2 || ref.count == 0 ||
        !dn_sqlite_same_name(ref.list[ref.count - 1].text, found->parent))
        return 0;
    for (size_t i = 0; i < found->work->state_count; i++)
        if (dn_sqlite_same_name(found->work->states[i].name, fact->path[0]))
            return 0;
    add_child(found, fact->path[0]);
    return 0;
}

static int32_t
find_children(children *found)
{
    dn_sqlite_rendering *work = found->work;

    for (size_t i = 0; i < work->state_count; i++)
        for (size_t j = 0; j < work->states[i].table.count && !work->states[i].dropped; j++)
            if (is_key_to(&work->states[i].table.members[j], found->parent))
                add_child(found, work->states[i].name);
    if (work->call->host->each == NULL)
        return DUNLIN_OK;
    return work->call->host->each(work->call, dn_kit_string(DUNLIN_KIND_FOREIGN_KEY), take_child,
                                  found);
}

static int32_t
drop_keys_to(dn_sqlite_rendering *work, dunlin_string child, dunlin_string parent)
{
    dn_sqlite_state *state = dn_sqlite_state_of(work, child);
    dn_sqlite_table before;
    int32_t status;

    if (state == NULL)
        return dn_kit_no_memory(work->call);
    before = state->table;
    before.members = dn_kit_pool_take(&work->pool, (before.count + 1) * sizeof(*before.members));
    if (before.members == NULL)
        return dn_kit_no_memory(work->call);
    memcpy(before.members, state->table.members, before.count * sizeof(*before.members));
    for (size_t i = 0; i < state->table.count; i++)
        if (is_key_to(&state->table.members[i], parent))
            state->table.members[i].gone = true;
    status = dn_sqlite_state_queue(work, state);
    if (status == DUNLIN_OK)
        status = dn_sqlite_rebuild(work, state, &before);
    state->queued = 0;
    return status;
}

static int32_t
drop_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_object_name(operation);
    children found = {.work = work, .parent = name};
    int32_t status = dn_sqlite_drop_views_over(work, operation);

    if (status == DUNLIN_OK)
        status = find_children(&found);
    if (status == DUNLIN_OK && found.count > 0 && !dn_sqlite_cascades(operation))
        return dn_sqlite_refuse(
            &work->local, "'%.*s' cannot be dropped: a foreign key of '%.*s' refers to it",
            (int)name.length, name.data, (int)found.list[0].length, found.list[0].data);
    for (size_t i = 0; i < found.count && status == DUNLIN_OK; i++)
        status = drop_keys_to(work, found.list[i], name);
    for (size_t i = 0; i < work->state_count; i++)
        if (dn_sqlite_same_name(work->states[i].name, name))
            work->states[i].dropped = true;
    if (status == DUNLIN_OK && dn_sqlite_state_add(work, name) != NULL)
        work->states[work->state_count - 1].dropped = true;
    return status == DUNLIN_OK ? dn_sqlite_drop(work, "TABLE", name, false) : status;
}

int32_t
dn_sqlite_rename_table_to(dn_sqlite_rendering *work, dunlin_string from, dunlin_string to,
                          bool may_be_missing)
{
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_sqlite_write_name(&work->sql, from);
    dn_kit_text_add(&work->sql, " RENAME TO ");
    dn_sqlite_write_name(&work->sql, to);
    return dn_sqlite_guarded_table(work, may_be_missing ? from : to, may_be_missing);
}

static int32_t
rename_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const dn_sqlite_renaming renaming = {.table = dn_sqlite_object_name(operation),
                                         .column = dn_kit_string(NULL),
                                         .to = dn_sqlite_object_new_name(operation)};
    dunlin_string from = renaming.table;
    bool may_be_missing = operation->condition == DUNLIN_CONDITION_IF_EXISTS ||
                          dn_sqlite_same_name(from, renaming.to);
    int32_t status = DUNLIN_OK;

    /* SQLite takes another case of the same name for a table that is there already. */
    if (dn_sqlite_same_name(from, renaming.to)) {
        dunlin_string between =
            dn_kit_pool_format(&work->pool, DN_SQLITE_REBUILT "%.*s", (int)from.length, from.data);

        status = dn_sqlite_rename_table_to(work, from, between, true);
        from = between;
    }
    if (status == DUNLIN_OK)
        status = dn_sqlite_rename_table_to(work, from, renaming.to, may_be_missing);
    if (status == DUNLIN_OK)
        status = dn_sqlite_tell_new_source(work, &renaming);
    dn_sqlite_apply_renaming(work, &renaming);
    return status;
}

static int32_t
create_table_as(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_object_name(operation);
    dunlin_string query;
    int32_t status =
        dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_QUERY, operation->body, &query);

    if (status == DUNLIN_OK)
        status = dn_sqlite_note(&work->local, DUNLIN_NOTE_LOSSY,
                                "'%.*s': columns that SQLite makes from a query have no types but "
                                "INT, TEXT, NUM, REAL and none",
                                (int)name.length, name.data);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "CREATE TABLE ");
    dn_kit_text_add(&work->sql, dn_sqlite_if_not_exists(work, operation));
    dn_sqlite_write_name(&work->sql, name);
    dn_kit_text_add(&work->sql, " AS ");
    dn_kit_text_add_string(&work->sql, query);
    return dn_sqlite_step_statement(work);
}

static int32_t
render_table(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    if (operation->verb == DUNLIN_VERB_CREATE)
        return create_table_as(work, operation);
    return operation->verb == DUNLIN_VERB_DROP ? drop_table(work, operation)
                                               : rename_table(work, operation);
}

/* --- the rest ---------------------------------------------------------------------------------------- */
/* A rebuild of its table, which comes later, does not bring it back. */
static int32_t
drop_trigger(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    if (operation->path_count > 1) {
        dn_sqlite_state *state = dn_sqlite_state_of(work, operation->path[0]);
        dn_sqlite_member *member =
            state == NULL ? NULL
                          : dn_sqlite_member_find(&state->table, DN_SQLITE_KIND_TRIGGER,
                                                  dn_sqlite_object_name(operation));

        if (state == NULL)
            return dn_kit_no_memory(work->call);
        if (member != NULL)
            member->gone = true;
    }
    return dn_sqlite_drop(work, "TRIGGER", dn_sqlite_object_name(operation), false);
}

static int32_t
render_trigger(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dn_kit_set given = dn_sqlite_set_of(operation);
    dunlin_string definition = dn_kit_set_text(given, "definition");
    int32_t status = DUNLIN_OK;

    if (operation->verb == DUNLIN_VERB_DROP)
        return drop_trigger(work, operation);
    if (operation->verb == DUNLIN_VERB_RENAME)
        return dn_sqlite_refuse(&work->local, "SQLite cannot rename a trigger");
    if (operation->verb == DUNLIN_VERB_ALTER && definition.length == 0)
        return DUNLIN_OK;
    if (operation->verb == DUNLIN_VERB_ALTER || work->mode == DUNLIN_RENDER_SCRIPT)
        status = dn_sqlite_drop(work, "TRIGGER", dn_sqlite_object_name(operation), true);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add_string(&work->sql, operation->body.length > 0 ? operation->body : definition);
    return dn_sqlite_step_statement(work);
}

static int32_t
render_index(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return dn_sqlite_drop(work, "INDEX", dn_sqlite_object_name(operation), false);
}

static const struct {
    const char *kind;
    int32_t (*render)(dn_sqlite_rendering *work, const dunlin_operation *operation);
    const char *reason; /* why not */
} kinds[] = {
    {DUNLIN_KIND_TABLE, render_table, NULL},
    {DUNLIN_KIND_VIEW, dn_sqlite_render_view, NULL},
    {DUNLIN_KIND_TRIGGER, render_trigger, NULL},
    {DUNLIN_KIND_INDEX, render_index, NULL},
    {DUNLIN_KIND_MATERIALIZED_VIEW, NULL, "SQLite has no materialized views"},
    {DUNLIN_KIND_SEQUENCE, NULL,
     "SQLite has no sequences; a whole number that is the primary key numbers itself"},
    {DUNLIN_KIND_SCHEMA, NULL, "SQLite has no schemas"},
    {DUNLIN_KIND_ENUM, NULL, "SQLite has no types of one's own"},
    {DUNLIN_KIND_DOMAIN, NULL, "SQLite has no types of one's own"},
    {DUNLIN_KIND_FUNCTION, NULL, "SQLite has no stored functions"},
    {DUNLIN_KIND_PROCEDURE, NULL, "SQLite has no stored procedures"},
    {DUNLIN_KIND_EXTENSION, NULL, "SQLite has no extensions that a database keeps"},
};

int32_t
dn_sqlite_refuse_kind(dn_sqlite_local *local, dunlin_string kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(kind, kinds[i].kind) && kinds[i].reason != NULL)
            return dn_sqlite_refuse(local, "%s", kinds[i].reason);
    return dn_sqlite_refuse(local, "SQLite has no objects of the kind '%.*s'", (int)kind.length,
                            kind.data);
}

int32_t
dn_sqlite_render_object(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dunlin_string text = operation->body;
    int32_t status = DUNLIN_OK;

    if (operation->verb == DUNLIN_VERB_DATA)
        status = dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_DATA, operation->body, &text);
    if (operation->verb == DUNLIN_VERB_DATA || operation->verb == DUNLIN_VERB_NATIVE) {
        dn_kit_text_add_string(&work->sql, text);
        return status == DUNLIN_OK ? dn_sqlite_step_statement(work) : status;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (dn_kit_same(operation->kind, kinds[i].kind) && kinds[i].render != NULL &&
            operation->path_count > 0)
            return kinds[i].render(work, operation);
    return dn_sqlite_refuse_kind(&work->local, operation->kind);
}
