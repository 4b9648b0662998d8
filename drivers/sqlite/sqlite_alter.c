/* SPDX-License-Identifier: MIT
 *
 * The changes of one table that wait: statements of their own where SQLite has the right ones,
 * for rows that are there, too; otherwise one rebuild for all of them.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"

enum { DROP_COLUMN_SINCE = 3035000, CHECKS_ROWS_SINCE = 3039000 };

static int
version_of(const dn_sqlite_rendering *work)
{
    const dunlin_profile *profile = work->profile;

    if (profile == NULL || profile->major == 0)
        return sqlite3_libversion_number();
    return profile->major * 1000000 + profile->minor * 1000 + profile->patch;
}

static const dunlin_operation *
queued(const dn_sqlite_rendering *work, const dn_sqlite_state *state, size_t at)
{
    return work->operations[state->queue[at]];
}

static bool
is_kind(const dunlin_operation *operation, const char *kind)
{
    return dn_kit_same(operation->kind, kind);
}

/* Made by an earlier operation that waits. */
static bool
is_added(const dn_sqlite_rendering *work, const dn_sqlite_state *state, size_t before,
         dunlin_string column)
{
    for (size_t i = 0; i < before; i++) {
        const dunlin_operation *operation = queued(work, state, i);

        if (operation->verb == DUNLIN_VERB_CREATE && is_kind(operation, DUNLIN_KIND_COLUMN) &&
            dn_sqlite_same_name(dn_sqlite_member_name(operation), column))
            return true;
    }
    return false;
}

/* --- can it be a statement of its own? ----------------------------------------------------------- */
bool
dn_sqlite_changes_comment_only(const dunlin_operation *operation)
{
    dn_kit_set set = dn_sqlite_set_of(operation);

    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (!dn_kit_same(set.list[i].name, "comment"))
            return false;
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (!dn_kit_same(operation->unset[i], "comment"))
            return false;
    return operation->verb == DUNLIN_VERB_ALTER;
}

static const dunlin_property *
find_named(dn_kit_set set, dunlin_string name)
{
    for (uint64_t i = 0; i < set.count; i = dn_kit_set_next(set, i))
        if (dn_kit_equal(set.list[i].name, name))
            return &set.list[i];
    return NULL;
}

static bool
is_true_of(dn_kit_set now, const dunlin_property *said)
{
    const dunlin_property *found = find_named(now, said->name);

    return said->type == DUNLIN_PROPERTY_BOOLEAN &&
           (found != NULL && found->integer != 0) == (said->integer != 0);
}

/* VALIDATE CONSTRAINT and its like, of a key that is as they want it. */
static bool
is_so_already(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const dunlin_host *host = work->call->host;
    dunlin_fact key = {.size = sizeof(key),
                       .kind = operation->kind,
                       .path = operation->path,
                       .path_count = operation->path_count};
    dn_kit_set said = dn_sqlite_set_of(operation);
    const dunlin_fact *found = NULL;
    dn_kit_set now;

    if (operation->verb != DUNLIN_VERB_ALTER || is_kind(operation, DUNLIN_KIND_COLUMN) ||
        is_kind(operation, DUNLIN_KIND_TABLE) || host->find == NULL ||
        host->find(work->call, &key, &found) != DUNLIN_OK || found == NULL)
        return false;
    now = (dn_kit_set){found->properties, found->property_count};
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (find_named(now, operation->unset[i]) != NULL)
            return false;
    for (uint64_t i = 0; i < said.count; i = dn_kit_set_next(said, i))
        if (!is_true_of(now, &said.list[i]))
            return false;
    return true;
}

static bool
uses(const dn_sqlite_table *table, const dn_sqlite_member *member, dunlin_string column)
{
    dn_kit_set set = dn_kit_set_of(&member->set);

    if (dn_sqlite_list_has(dn_kit_set_list(set, "columns"), column))
        return true;
    for (uint64_t i = 0; i < set.count; i++)
        if (set.list[i].type == DUNLIN_PROPERTY_EXPRESSION &&
            dn_sqlite_mentions(table->pool, set.list[i].text, column))
            return true;
    return false;
}

/* Of a check or foreign key nobody knows any more whether it stands behind its column, in which
 * case it would go with it, or in the table, in which case SQLite refuses. */
static bool
can_drop(const dn_sqlite_rendering *work, const dn_sqlite_table *table, dunlin_string column)
{
    size_t columns = 0;

    if (version_of(work) < DROP_COLUMN_SINCE || table->count == 0)
        return false;
    for (size_t i = 0; i < table->count; i++) {
        const dn_sqlite_member *member = &table->members[i];
        bool is_column = member->kind == DN_SQLITE_KIND_COLUMN;

        if (member->gone || member->kind == DN_SQLITE_KIND_INDEX ||
            member->kind == DN_SQLITE_KIND_TRIGGER)
            continue;
        columns += is_column;
        if (!(is_column && dn_sqlite_same_name(member->name, column)) &&
            uses(table, member, column))
            return false;
    }
    return columns > 1;
}

static bool
mentions_added(const dn_sqlite_rendering *work, const dn_sqlite_state *state, size_t at)
{
    dn_kit_set set = dn_sqlite_set_of(queued(work, state, at));
    dn_kit_set columns = dn_kit_set_list(set, "columns");
    dunlin_string expression = dn_kit_set_text(set, "expr");

    if (columns.count == 1)
        return is_added(work, state, at, columns.list[0].text);
    for (size_t i = 0; i < at && expression.length > 0; i++)
        if (is_added(work, state, i + 1, dn_sqlite_member_name(queued(work, state, i))) &&
            dn_sqlite_mentions(state->table.pool, expression,
                               dn_sqlite_member_name(queued(work, state, i))))
            return true;
    return false;
}

static bool
is_native(const dn_sqlite_rendering *work, const dn_sqlite_state *state, size_t at)
{
    const dunlin_operation *operation = queued(work, state, at);
    bool creates = operation->verb == DUNLIN_VERB_CREATE;

    if (is_kind(operation, DUNLIN_KIND_INDEX) || dn_sqlite_changes_comment_only(operation) ||
        is_so_already(work, operation))
        return true;
    if (is_kind(operation, DUNLIN_KIND_FOREIGN_KEY) || is_kind(operation, DUNLIN_KIND_CHECK))
        return creates && mentions_added(work, state, at);
    if (!is_kind(operation, DUNLIN_KIND_COLUMN))
        return false;
    if (is_added(work, state, at, dn_sqlite_member_name(operation)))
        return operation->verb == DUNLIN_VERB_ALTER;
    return creates || (operation->verb == DUNLIN_VERB_DROP &&
                       can_drop(work, &state->table, dn_sqlite_member_name(operation)));
}

/* ADD COLUMN works on a table with rows only for columns like this one. */
static bool
can_add(const dn_sqlite_rendering *work, const dn_sqlite_state *state,
        const dn_sqlite_member *column)
{
    dn_kit_set set = dn_kit_set_of(&column->set);
    dunlin_string value = dn_kit_set_text(set, "default");
    bool generated = dn_kit_set_find(set, "generated") != NULL;

    if (value.length > 0 && !dn_sqlite_is_constant(state->table.pool, value))
        return false;
    if (generated && (dn_kit_set_is_true(set, "not_null") ||
                      dn_kit_same(dn_kit_set_text(set, "generated_kind"), "stored")))
        return false;
    for (size_t i = 0; i < state->table.count; i++) {
        const dn_sqlite_member *member = &state->table.members[i];
        dunlin_string expression = dn_kit_set_text(dn_kit_set_of(&member->set), "expr");

        if (!dn_sqlite_goes_with(&state->table, member, column))
            continue;
        if (member->kind == DN_SQLITE_KIND_FOREIGN_KEY && value.length > 0)
            return false;
        if (member->kind != DN_SQLITE_KIND_CHECK ||
            dn_sqlite_is_type_check(state->table.pool, expression, column->name))
            continue;
        if (version_of(work) < CHECKS_ROWS_SINCE)
            return false;
        for (size_t j = 0; j < state->queued; j++) {
            dunlin_string other = dn_sqlite_member_name(queued(work, state, j));

            if (is_added(work, state, state->queued, other) &&
                !dn_sqlite_same_name(other, column->name) &&
                dn_sqlite_mentions(state->table.pool, expression, other))
                return false;
        }
    }
    return true;
}

/* --- statements ------------------------------------------------------------------------------------ */
static int32_t
write_index(dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string name,
            const char *condition)
{
    const dn_sqlite_member *index =
        dn_sqlite_member_find(&state->table, DN_SQLITE_KIND_INDEX, name);

    if (index == NULL)
        return DUNLIN_OK;
    dn_sqlite_write_index(&work->sql, index, state->name, condition);
    return dn_sqlite_step_statement(work);
}

static int32_t
drop_index(dn_sqlite_rendering *work, dunlin_string name)
{
    dn_kit_text_add(&work->sql, "DROP INDEX ");
    dn_kit_text_add(&work->sql, dn_sqlite_if_exists(work, work->operations[work->at]));
    dn_sqlite_write_name(&work->sql, name);
    return dn_sqlite_step_statement(work);
}

static int32_t
change_index(dn_sqlite_rendering *work, const dn_sqlite_state *state,
             const dunlin_operation *operation)
{
    dunlin_string name = dn_sqlite_member_name(operation);
    int32_t status = DUNLIN_OK;

    if (dn_sqlite_changes_comment_only(operation))
        return DUNLIN_OK;
    if (operation->verb != DUNLIN_VERB_CREATE)
        status = drop_index(work, name);
    if (operation->verb == DUNLIN_VERB_RENAME)
        name = operation->new_path[operation->new_path_count - 1];
    return status == DUNLIN_OK && operation->verb != DUNLIN_VERB_DROP
               ? write_index(work, state, name, dn_sqlite_if_not_exists(work, operation))
               : status;
}

static bool
is_dropped_explicitly(const dn_sqlite_rendering *work, const dn_sqlite_state *state,
                      dunlin_string index)
{
    for (size_t i = 0; i < state->queued; i++)
        if (queued(work, state, i)->verb == DUNLIN_VERB_DROP &&
            is_kind(queued(work, state, i), DUNLIN_KIND_INDEX) &&
            dn_sqlite_same_name(dn_sqlite_member_name(queued(work, state, i)), index))
            return true;
    return false;
}

static int32_t
drop_column(dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string column)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < state->table.count && status == DUNLIN_OK; i++) {
        const dn_sqlite_member *index = &state->table.members[i];
        bool over = dn_sqlite_list_has(dn_kit_set_list(dn_kit_set_of(&index->set), "keys"), column);

        if (index->kind == DN_SQLITE_KIND_INDEX && index->gone &&
            (over || uses(&state->table, index, column)) &&
            !is_dropped_explicitly(work, state, index->name))
            status = drop_index(work, index->name);
    }
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_sqlite_write_name(&work->sql, state->name);
    dn_kit_text_add(&work->sql, " DROP COLUMN ");
    dn_sqlite_write_name(&work->sql, column);
    return dn_sqlite_guarded(work, state->name, column, true);
}

static int32_t
add_column(dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string name)
{
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_sqlite_write_name(&work->sql, state->name);
    dn_kit_text_add(&work->sql, " ADD COLUMN ");
    dn_sqlite_write_added_column(&work->sql, &state->table,
                                 dn_sqlite_member_find(&state->table, DN_SQLITE_KIND_COLUMN, name));
    return dn_sqlite_guarded(work, state->name, name, false);
}

static int32_t
write_statements(dn_sqlite_rendering *work, const dn_sqlite_state *state)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < state->queued && status == DUNLIN_OK; i++) {
        const dunlin_operation *operation = queued(work, state, i);

        work->at = state->queue[i];
        if (is_kind(operation, DUNLIN_KIND_INDEX))
            status = change_index(work, state, operation);
        else if (is_kind(operation, DUNLIN_KIND_COLUMN) && operation->verb == DUNLIN_VERB_CREATE)
            status = add_column(work, state, dn_sqlite_member_name(operation));
        else if (is_kind(operation, DUNLIN_KIND_COLUMN) && operation->verb == DUNLIN_VERB_DROP)
            status = drop_column(work, state, dn_sqlite_member_name(operation));
    }
    return status;
}

/* --- a new table ------------------------------------------------------------------------------------ */
/* Its columns come first, so that the rest knows them. */
static int32_t
apply_new(dn_sqlite_rendering *work, dn_sqlite_state *state, bool columns)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 1; i < state->initial && status == DUNLIN_OK; i++) {
        work->local.operation = state->queue[i];
        if (is_kind(queued(work, state, i), DUNLIN_KIND_COLUMN) == columns)
            status = dn_sqlite_apply(work, &state->table, queued(work, state, i));
    }
    return status;
}

/* The operation that made an index of a new table. */
static uint64_t
made_by(const dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string index)
{
    for (size_t i = state->queued; i-- > 0;)
        if (is_kind(queued(work, state, i), DUNLIN_KIND_INDEX) &&
            dn_sqlite_same_name(dn_sqlite_member_name(queued(work, state, i)), index))
            return state->queue[i];
    return state->queue[0];
}

/* What a module is told is a text to it: FTS4 takes content="t", and no blank before the sign. */
static void
write_module(dn_kit_text *sql, dunlin_string module)
{
    char quote = '\0';

    for (uint64_t i = 0; i < module.length; i++) {
        char letter = module.data[i];
        bool before = i + 1 < module.length && module.data[i + 1] == '=';

        if (quote == '\0' && letter == ' ' && (before || (i > 0 && module.data[i - 1] == '=')))
            continue;
        if (quote == letter)
            quote = '\0';
        else if (quote == '\0' && (letter == '\'' || letter == '"' || letter == '`'))
            quote = letter;
        dn_kit_text_add_string(sql, (dunlin_string){&letter, 1});
    }
}

/* Its columns are its module's own. */
static void
write_virtual(dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string module)
{
    dn_kit_text_add(&work->sql, state->is_conditional ? "CREATE VIRTUAL TABLE IF NOT EXISTS "
                                                      : "CREATE VIRTUAL TABLE ");
    dn_sqlite_write_name(&work->sql, state->name);
    dn_kit_text_add(&work->sql, " USING ");
    write_module(&work->sql, module);
}

static int32_t
write_new(dn_sqlite_rendering *work, dn_sqlite_state *state)
{
    const dunlin_operation *table = queued(work, state, 0);
    dn_kit_set set;
    int32_t status;

    work->local.operation = state->queue[0];
    status = dn_sqlite_local_table(&work->local, &state->table, dn_sqlite_set_of(table));
    if (status == DUNLIN_OK)
        status = apply_new(work, state, true);
    if (status == DUNLIN_OK)
        status = apply_new(work, state, false);
    for (size_t i = state->initial; i < state->queued && status == DUNLIN_OK; i++) {
        work->local.operation = state->queue[i];
        status = dn_sqlite_apply(work, &state->table, queued(work, state, i));
    }
    if (status == DUNLIN_OK)
        status = dn_sqlite_local_settle(&work->local, &state->table);
    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_name_members(&state->table);
    set = dn_kit_set_of(&state->table.set);
    if (dn_kit_set_text(set, "virtual").length == 0 &&
        (status = dn_sqlite_check_columns(work, state)) != DUNLIN_OK)
        return status;
    if (dn_kit_set_text(set, "virtual").length > 0)
        write_virtual(work, state, dn_kit_set_text(set, "virtual"));
    else
        dn_sqlite_write_table(
            &work->sql, &state->table,
            dn_kit_set_is_true(set, "temporary")
                ? (state->is_conditional ? "CREATE TEMPORARY TABLE IF NOT EXISTS "
                                         : "CREATE TEMPORARY TABLE ")
                : (state->is_conditional ? "CREATE TABLE IF NOT EXISTS " : "CREATE TABLE "),
            state->name);
    status = dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, state->queue[0],
                                state->queue[state->initial - 1] - state->queue[0] + 1, NULL);
    for (size_t i = 0; i < state->table.count && status == DUNLIN_OK; i++)
        if (!state->table.members[i].gone && state->table.members[i].kind == DN_SQLITE_KIND_INDEX) {
            work->at = made_by(work, state, state->table.members[i].name);
            status = write_index(work, state, state->table.members[i].name,
                                 work->mode == DUNLIN_RENDER_SCRIPT ? "IF NOT EXISTS " : "");
        }
    state->is_new = false;
    return status;
}

/* Columns of a portable primary key are NOT NULL, which SQLite does not take for granted. */
static void
forbid_nulls(dn_sqlite_table *table, dn_kit_set columns)
{
    for (size_t i = 0; i < table->count; i++) {
        dn_sqlite_member *column = &table->members[i];

        if (!column->gone && column->kind == DN_SQLITE_KIND_COLUMN &&
            dn_sqlite_list_has(columns, column->name) &&
            dn_kit_set_find(dn_kit_set_of(&column->set), "not_null") == NULL)
            dn_kit_properties_true(&column->set, "not_null");
    }
}

/* A change of a column that is so already, as its values are. */
static int32_t
changes_nothing(dn_sqlite_rendering *work, const dn_sqlite_state *state,
                const dn_sqlite_table *before, bool *nothing)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text old = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text now = {0};

    *nothing = false;
    for (size_t i = 0; i < state->queued; i++)
        if (queued(work, state, i)->verb != DUNLIN_VERB_ALTER ||
            !is_kind(queued(work, state, i), DUNLIN_KIND_COLUMN))
            return DUNLIN_OK;
    dn_sqlite_write_table(&old, before, "", before->name);
    dn_sqlite_write_table(&now, &state->table, "", before->name);
    if (old.failed || now.failed)
        return dn_kit_no_memory(work->call);
    if (!dn_kit_equal(dn_kit_text_string(&old), dn_kit_text_string(&now)))
        return DUNLIN_OK;
    for (size_t i = 0; i < before->count; i++) {
        const dn_sqlite_member *column = &before->members[i];
        dunlin_string value = {NULL, 0};
        int32_t status = column->kind == DN_SQLITE_KIND_COLUMN
                             ? dn_sqlite_convert(work, state, column, column->name, &value)
                             : DUNLIN_OK;

        if (status != DUNLIN_OK || value.length > 0)
            return status;
    }
    *nothing = true;
    return DUNLIN_OK;
}

/* --- all of it ------------------------------------------------------------------------------------------ */
static int32_t
change(dn_sqlite_rendering *work, dn_sqlite_state *state)
{
    dn_sqlite_table before = state->table;
    bool native = true;
    bool nothing = false;
    int32_t status = DUNLIN_OK;

    before.members = dn_kit_pool_take(&work->pool, (before.count + 1) * sizeof(*before.members));
    if (before.members == NULL)
        return dn_kit_no_memory(work->call);
    if (before.count > 0)
        memcpy(before.members, state->table.members, before.count * sizeof(*before.members));
    for (size_t i = 0; i < state->queued && status == DUNLIN_OK; i++) {
        work->local.operation = state->queue[i];
        native = native && is_native(work, state, i);
        status = dn_sqlite_apply(work, &state->table, queued(work, state, i));
        if (status == DUNLIN_OK && queued(work, state, i)->verb == DUNLIN_VERB_CREATE &&
            is_kind(queued(work, state, i), DUNLIN_KIND_PRIMARY_KEY) &&
            (work->call->flags & DUNLIN_CALL_OWN_WORDS) == 0)
            forbid_nulls(&state->table,
                         dn_kit_set_list(dn_sqlite_set_of(queued(work, state, i)), "columns"));
    }
    if (status == DUNLIN_OK)
        status = dn_sqlite_local_settle(&work->local, &state->table);
    for (size_t i = 0; i < state->table.count && native; i++) {
        const dn_sqlite_member *member = &state->table.members[i];

        if (!member->gone && member->kind == DN_SQLITE_KIND_COLUMN &&
            is_added(work, state, state->queued, member->name))
            native = can_add(work, state, member);
    }
    if (status != DUNLIN_OK)
        return status;
    if (native)
        return write_statements(work, state);
    status = changes_nothing(work, state, &before, &nothing);
    return status != DUNLIN_OK || nothing ? status : dn_sqlite_rebuild(work, state, &before);
}

int32_t
dn_sqlite_flush(dn_sqlite_rendering *work, dn_sqlite_state *state)
{
    uint64_t at = work->at;
    int32_t status = DUNLIN_OK;

    if (state->queued > 0)
        status = state->is_new ? write_new(work, state) : change(work, state);
    if (state->queued > 0)
        dn_sqlite_forget_gone(&state->table);
    state->queued = 0;
    work->at = at;
    return work->pool.failed && status == DUNLIN_OK ? dn_kit_no_memory(work->call) : status;
}

static bool
is_key_of(const dunlin_operation *operation, int32_t verb, dunlin_string table)
{
    return operation->verb == verb && operation->path_count == 2 &&
           is_kind(operation, DUNLIN_KIND_PRIMARY_KEY) &&
           dn_sqlite_same_name(operation->path[0], table);
}

/* A table without rowids cannot be without its key until another one comes. */
static bool
waits_for_key(const dn_sqlite_rendering *work, const dn_sqlite_state *state)
{
    bool gone = false;

    if (dn_kit_set_find(dn_kit_set_of(&state->table.set), "without_rowid") == NULL)
        return false;
    for (size_t i = 0; i < state->queued; i++)
        gone = is_key_of(queued(work, state, i), DUNLIN_VERB_DROP, state->name) ||
               (gone && !is_key_of(queued(work, state, i), DUNLIN_VERB_CREATE, state->name));
    for (uint64_t i = work->at; gone && i < work->count; i++)
        if (is_key_of(work->operations[i], DUNLIN_VERB_CREATE, state->name))
            return true;
    return false;
}

/* In the order in which they were begun. */
int32_t
dn_sqlite_flush_all(dn_sqlite_rendering *work)
{
    int32_t status = DUNLIN_OK;

    while (status == DUNLIN_OK) {
        dn_sqlite_state *first = NULL;

        for (size_t i = 0; i < work->state_count; i++)
            if (work->states[i].queued > 0 && !waits_for_key(work, &work->states[i]) &&
                (first == NULL || work->states[i].queue[0] < first->queue[0]))
                first = &work->states[i];
        if (first == NULL)
            return DUNLIN_OK;
        status = dn_sqlite_flush(work, first);
    }
    return status;
}

/* --- columns that are called otherwise ----------------------------------------------------------------- */
/* Whether an operation that waits has to do with this name. */
static bool
is_concerned(const dn_sqlite_rendering *work, const dn_sqlite_state *state, dunlin_string name)
{
    for (size_t i = 0; i < state->queued; i++) {
        const dunlin_operation *operation = queued(work, state, i);

        if (dn_sqlite_same_name(dn_sqlite_member_name(operation), name) ||
            dn_sqlite_mentions(state->table.pool, operation->using_expression, name))
            return true;
        for (uint64_t j = 0; j < operation->set_count; j++)
            if (dn_sqlite_same_name(operation->set[j].text, name) ||
                (operation->set[j].type == DUNLIN_PROPERTY_EXPRESSION &&
                 dn_sqlite_mentions(state->table.pool, operation->set[j].text, name)))
                return true;
    }
    return false;
}

int32_t
dn_sqlite_rename_column(dn_sqlite_rendering *work, dn_sqlite_state *state,
                        const dunlin_operation *operation)
{
    const dn_sqlite_renaming renaming = {
        .table = state->name,
        .column = dn_sqlite_member_name(operation),
        .to = operation->new_path[operation->new_path_count - 1],
    };
    int32_t status = DUNLIN_OK;

    if (state->is_new || is_concerned(work, state, renaming.column) ||
        is_concerned(work, state, renaming.to))
        status = dn_sqlite_flush(work, state);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "ALTER TABLE ");
    dn_sqlite_write_name(&work->sql, state->name);
    dn_kit_text_add(&work->sql, " RENAME COLUMN ");
    dn_sqlite_write_name(&work->sql, renaming.column);
    dn_kit_text_add(&work->sql, " TO ");
    /* Views get it as it is written here, and there quotes may as well be those of a text. */
    dn_kit_text_add_string(&work->sql, dn_sqlite_name_text(&work->pool, renaming.to));
    status = operation->condition == DUNLIN_CONDITION_IF_EXISTS ||
                     dn_sqlite_same_name(renaming.column, renaming.to)
                 ? dn_sqlite_guarded(work, state->name, renaming.column, true)
                 : dn_sqlite_guarded(work, state->name, renaming.to, false);
    dn_sqlite_apply_renaming(work, &renaming);
    return status;
}
