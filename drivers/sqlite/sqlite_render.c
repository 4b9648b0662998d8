/* SPDX-License-Identifier: MIT
 *
 * Operations -> SQLite's SQL. Changes of tables wait until something comes that may depend on
 * them (a data statement, a view ...), so that those of one table can be made together.
 */
#include <string.h>

#include "drivers/sqlite/sqlite_render.h"

/* --- steps ------------------------------------------------------------------------------------- */
int32_t
dn_sqlite_step_text(dn_sqlite_rendering *work, int32_t role, uint64_t first, uint64_t count,
                    const char *sql)
{
    dn_kit_text_add(&work->sql, sql);
    return dn_sqlite_step_add(work, role, first, count, NULL);
}

int32_t
dn_sqlite_step_add(dn_sqlite_rendering *work, int32_t role, uint64_t first, uint64_t count,
                   const char *expected)
{
    dn_sqlite_step *list = dn_kit_pool_grow(&work->pool, work->steps, work->step_count,
                                            &work->step_capacity, sizeof(*list));

    if (list == NULL || work->sql.failed)
        return dn_kit_no_memory(work->call);
    work->steps = list;
    list[work->step_count++] = (dn_sqlite_step){
        .role = role,
        .sql = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&work->sql)),
        .first = first,
        .count = count,
        .expected = dn_kit_string(expected),
    };
    dn_kit_text_clear(&work->sql);
    return DUNLIN_OK;
}

int32_t
dn_sqlite_step_statement(dn_sqlite_rendering *work)
{
    return dn_sqlite_step_add(work, DUNLIN_STEP_STATEMENT, work->at, 1, NULL);
}

static int32_t
push_step(dn_sqlite_rendering *work, const dn_sqlite_step *from)
{
    dunlin_step step = {
        .size = sizeof(step),
        .role = from->role,
        .sql = from->sql,
        .first_operation = from->first,
        .operation_count = from->count,
        .expected = from->expected,
    };

    return work->call->host->step(work->call, &step);
}

bool
dn_sqlite_has_foreign_keys(const dunlin_profile *profile)
{
    for (uint64_t i = 0; profile != NULL && i + 1 < profile->setting_count; i += 2)
        if (dn_kit_same(profile->settings[i], "foreign_keys"))
            return dn_kit_same(profile->settings[i + 1], "on");
    return true;
}

/* PRAGMA foreign_keys does nothing inside a transaction: where nothing else can be done about that,
 * it stands around all; see sqlite_rebuild.h. */
static int32_t
push_steps(dn_sqlite_rendering *work)
{
    bool switches = work->rebuilds && work->mode == DUNLIN_RENDER_PLAN &&
                    dn_sqlite_has_foreign_keys(work->profile);
    dn_sqlite_step around = {.role = DUNLIN_STEP_BEFORE_BEGIN,
                             .sql = dn_kit_string("PRAGMA foreign_keys = OFF"),
                             .count = work->count,
                             .expected = dn_kit_string(NULL)};
    int32_t status = switches ? push_step(work, &around) : DUNLIN_OK;

    for (size_t i = 0; i < work->step_count && status == DUNLIN_OK; i++)
        status = push_step(work, &work->steps[i]);
    around.role = DUNLIN_STEP_FINALLY;
    around.sql = dn_kit_string("PRAGMA foreign_keys = ON");
    return status == DUNLIN_OK && switches ? push_step(work, &around) : status;
}

/* --- the list ---------------------------------------------------------------------------------- */
static const dunlin_operation *
current(const dn_sqlite_rendering *work)
{
    return work->operations[work->at];
}

/* The operations behind a CREATE TABLE that belong inside its parentheses. */
static bool
is_inside(const dunlin_operation *operation, dunlin_string table)
{
    return operation->verb == DUNLIN_VERB_CREATE && operation->path_count == 2 &&
           dn_sqlite_is_member_kind(operation->kind) &&
           !dn_kit_same(operation->kind, DUNLIN_KIND_INDEX) &&
           dn_sqlite_same_name(operation->path[0], table);
}

static int32_t
begin_table(dn_sqlite_rendering *work)
{
    const dunlin_operation *operation = current(work);
    dn_sqlite_state *state;
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < work->state_count && status == DUNLIN_OK; i++)
        if (dn_sqlite_same_name(work->states[i].name, operation->path[0])) {
            status = dn_sqlite_flush(work, &work->states[i]);
            work->states[i].dropped = true;
        }
    if (status != DUNLIN_OK)
        return status;
    state = dn_sqlite_state_add(work, operation->path[0]);
    if (state == NULL)
        return dn_kit_no_memory(work->call);
    state->is_new = true;
    state->is_conditional = operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS ||
                            work->mode == DUNLIN_RENDER_SCRIPT;
    status = dn_sqlite_state_queue(work, state);
    while (status == DUNLIN_OK && work->at + 1 < work->count &&
           is_inside(work->operations[work->at + 1], operation->path[0])) {
        work->at++;
        status = dn_sqlite_state_queue(work, state);
    }
    state->initial = state->queued;
    /* What comes later must not be lost where the table is there already. */
    return status == DUNLIN_OK && state->is_conditional ? dn_sqlite_flush(work, state) : status;
}

static int32_t
change_member(dn_sqlite_rendering *work)
{
    const dunlin_operation *operation = current(work);
    dn_sqlite_state *state;
    int32_t status;

    if (operation->path_count < 2 && !dn_kit_same(operation->kind, DUNLIN_KIND_TABLE))
        return dn_sqlite_refuse(&work->local, "SQLite cannot change a %.*s without a name",
                                (int)operation->kind.length, operation->kind.data);
    state = dn_sqlite_state_of(work, operation->path[0]);
    if (state == NULL)
        return dn_kit_no_memory(work->call);
    if (operation->verb == DUNLIN_VERB_RENAME && dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN))
        return dn_sqlite_rename_column(work, state, operation);
    if (operation->verb == DUNLIN_VERB_DROP && dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
        (status = dn_sqlite_drop_views_of(work, operation)) != DUNLIN_OK)
        return status;
    return dn_sqlite_state_queue(work, state);
}

/* Is there a fact of this kind by the first names of the path? */
static bool
is_there(const dn_sqlite_rendering *work, const char *kind, const dunlin_operation *operation,
         uint64_t names)
{
    const dunlin_host *host = work->call->host;
    dunlin_fact key = {.size = sizeof(key),
                       .kind = dn_kit_string(kind),
                       .path = operation->path,
                       .path_count = names};
    const dunlin_fact *found = NULL;

    return host->find != NULL && host->find(work->call, &key, &found) == DUNLIN_OK && found != NULL;
}

/* An index whose table nobody named; a table may have an empty name, too. */
static bool
is_homeless_index(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return dn_kit_same(operation->kind, DUNLIN_KIND_INDEX) && operation->verb == DUNLIN_VERB_DROP &&
           (operation->path_count < 2 ||
            (operation->path[0].length == 0 &&
             !is_there(work, DUNLIN_KIND_INDEX, operation, operation->path_count)));
}

static bool
is_comment_on_view(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return operation->verb == DUNLIN_VERB_ALTER && operation->path_count == 2 &&
           dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
           (dn_kit_set_find(dn_sqlite_set_of(operation), "comment") != NULL ||
            operation->set_count == 0) &&
           is_there(work, DUNLIN_KIND_VIEW, operation, 1);
}

/* A script has no statement for it that would fail. */
static bool
is_lost_comment(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    return work->mode == DUNLIN_RENDER_SCRIPT &&
           operation->condition != DUNLIN_CONDITION_IF_EXISTS &&
           !is_there(work, DUNLIN_KIND_TABLE, operation, 1);
}

/* Of a table or column that somebody may have taken away: what waits or is just made is looked at by other statements. */
static bool
is_comment_in_doubt(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW, DUNLIN_KIND_COLUMN};
    bool counts = false;

    for (size_t i = 0; i < 3; i++)
        counts = counts || dn_kit_same(operation->kind, kinds[i]);
    for (size_t i = 0; i < work->state_count && counts; i++)
        counts = !(work->states[i].queued > 0 &&
                   dn_sqlite_same_name(work->states[i].name, operation->path[0]));
    return counts && work->mode == DUNLIN_RENDER_SCRIPT && operation->verb == DUNLIN_VERB_ALTER &&
           operation->condition != DUNLIN_CONDITION_IF_EXISTS && operation->body.length == 0 &&
           dn_sqlite_changes_comment_only(operation) &&
           (dn_kit_set_find(dn_sqlite_set_of(operation), "comment") != NULL ||
            operation->unset_count > 0);
}

/* A foreign key of a table that goes itself, in a circle: nothing is to be built anew for that, where
 * keys are switched off until both tables are gone. */
static bool
goes_with_its_table(const dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    if (work->mode != DUNLIN_RENDER_PLAN || operation->verb != DUNLIN_VERB_DROP ||
        !dn_kit_same(operation->kind, DUNLIN_KIND_FOREIGN_KEY))
        return false;
    for (uint64_t i = work->at + 1; i < work->count; i++) {
        const dunlin_operation *later = work->operations[i];

        if (later->verb == DUNLIN_VERB_DROP && dn_kit_same(later->kind, DUNLIN_KIND_TABLE) &&
            dn_sqlite_same_name(later->path[0], operation->path[0]))
            return true;
    }
    return false;
}

static int32_t
forget_key(dn_sqlite_rendering *work, const dunlin_operation *operation)
{
    dn_sqlite_state *state = dn_sqlite_state_of(work, operation->path[0]);

    work->rebuilds = true;
    return state == NULL ? dn_kit_no_memory(work->call)
                         : dn_sqlite_apply(work, &state->table, operation);
}

static int32_t
render_next(dn_sqlite_rendering *work)
{
    const dunlin_operation *operation = current(work);
    bool has_path = operation->path_count > 0;
    bool is_table = has_path && dn_kit_same(operation->kind, DUNLIN_KIND_TABLE);
    int32_t status;

    work->local.operation = work->at;
    work->local.name = has_path ? operation->path[operation->path_count - 1] : operation->kind;
    if (has_path && goes_with_its_table(work, operation))
        return forget_key(work, operation);
    if (is_table && operation->verb == DUNLIN_VERB_CREATE && operation->body.length == 0)
        return begin_table(work);
    if (is_table && operation->verb == DUNLIN_VERB_ALTER)
        return is_lost_comment(work, operation)
                   ? dn_kit_fail(work->call, DUNLIN_MISSING, "there is no table '%.*s'",
                                 (int)operation->path[0].length, operation->path[0].data)
                   : change_member(work);
    if (has_path && is_comment_on_view(work, operation))
        return dn_sqlite_note(&work->local, DUNLIN_NOTE_LOSSY, "'%.*s': SQLite keeps no comments",
                              (int)work->local.name.length, work->local.name.data);
    if (has_path && operation->verb <= DUNLIN_VERB_RENAME && !is_homeless_index(work, operation) &&
        dn_sqlite_is_member_kind(operation->kind))
        return change_member(work);
    status = dn_sqlite_flush_all(work);
    return status == DUNLIN_OK ? dn_sqlite_render_object(work, operation) : status;
}

static int32_t
render_after_look(dn_sqlite_rendering *work)
{
    int32_t status = current(work)->path_count > 0 && is_comment_in_doubt(work, current(work))
                         ? dn_sqlite_stop_unless_there(work, current(work))
                         : DUNLIN_OK;

    return status == DUNLIN_OK ? render_next(work) : status;
}

/* Defaults became those of a new type, which the operations do not say. */
static int32_t
tell_defaults(dn_sqlite_rendering *work, const dn_sqlite_table *table)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < table->count && status == DUNLIN_OK; i++) {
        const dn_sqlite_member *member = &table->members[i];
        const dunlin_property *value = dn_kit_set_find(dn_kit_set_of(&member->set), "default");
        dunlin_string path[2] = {table->name, member->name};
        const dunlin_fact told = {.size = sizeof(told),
                                  .kind = dn_kit_string(DUNLIN_KIND_COLUMN),
                                  .path = path,
                                  .path_count = 2,
                                  .properties = value,
                                  .property_count = 1};

        if (member->retold && !member->gone && value != NULL)
            status = work->call->host->fact(work->call, &told);
    }
    return status;
}

static int32_t
tell(dn_sqlite_rendering *work)
{
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < work->state_count && status == DUNLIN_OK; i++)
        if (!work->states[i].dropped)
            status = tell_defaults(work, &work->states[i].table);
    return status;
}

int32_t
dn_sqlite_render(const dunlin_call *call, const dunlin_profile *profile, int32_t mode,
                 const dunlin_operation *const *operations, uint64_t count)
{
    dn_sqlite_rendering work = {
        .call = call, .profile = profile, .mode = mode, .operations = operations, .count = count};
    int32_t status = DUNLIN_OK;

    work.local = (dn_sqlite_local){.call = call, .profile = profile, .pool = &work.pool};
    for (; work.at < count && status == DUNLIN_OK; work.at++)
        status = render_after_look(&work);
    if (status == DUNLIN_OK)
        status = dn_sqlite_flush_all(&work);
    if (status == DUNLIN_OK && work.pool.failed)
        status = dn_kit_no_memory(call);
    if (status == DUNLIN_OK)
        status = push_steps(&work);
    if (status == DUNLIN_OK)
        status = tell(&work);
    dn_kit_text_free(&work.sql);
    dn_kit_pool_free(&work.pool);
    return status;
}
