/* SPDX-License-Identifier: MIT
 *
 * Running a migration for what it does to a schema, in a database of no worth: without a record,
 * and, where it cannot run whole, with whatever of it can.
 */
#include <string.h>

#include "core/execute/execute_internal.h"

/* A statement that fails in a transaction takes the others along, so the file is run again without
 * it. Somewhere this ends. */
enum { MOST_REFUSED = 32, KEPT_TEXT = 1024 * 1024 };

typedef struct refusal {
    unsigned ordinal;
    const char *why;
} refusal;

typedef struct rerun {
    const dn_rerun *how;
    dn_job *job;
    dn_script *script;
    dn_arena arena;
    refusal refused[MOST_REFUSED];
    size_t refused_count;
    bool together; /* in one transaction */
} rerun;

/* What cannot be helped by leaving the statement out. */
static bool
is_final(const dn_error *error)
{
    return error->status == DUNLIN_LOST || error->status == DUNLIN_CANCELLED ||
           error->status == DUNLIN_NO_MEMORY || error->status == DUNLIN_INTERNAL ||
           error->status == DUNLIN_DISK_FULL;
}

int
dn_rerun_inspect(const dn_rerun *how, const dn_migration *migration, dn_job *job, dn_error *error)
{
    dn_translator *translator = how->translator;
    size_t budget = KEPT_TEXT;

    *job = (dn_job){.migration = migration};
    if (!translator)
        return dn_script_inspect(how->connection, NULL, migration, how->arena, &budget, &job->info,
                                 error);
    if (dn_translator_renew(translator, error) < 0)
        return -1;
    if (dn_script_inspect(how->connection, translator, migration, how->arena, &budget, &job->info,
                          error) == 0 &&
        dn_rehearse(how->connection, translator, job, 1, NULL, how->arena, error) == 0)
        return 0;
    if (is_final(error))
        return -1;
    /* Some statement stands in the way: each is tried by itself. */
    dn_error_clear(error);
    budget = KEPT_TEXT;
    if (dn_script_inspect(how->connection, NULL, migration, how->arena, &budget, &job->info,
                          error) < 0 ||
        dn_translator_perform(translator, error) < 0)
        return -1;
    dn_translator_forget(translator);
    job->info.reason = "a statement that cannot be translated";
    return 0;
}

static bool
keeps_ddl_together(const dn_rerun *how)
{
    return (dn_connection_capabilities(how->connection)->flags & DUNLIN_CAN_TRANSACTIONAL_DDL) != 0;
}

bool
dn_rerun_is_whole(const dn_rerun *how, const dn_job *job)
{
    return job->info.transactional && !job->info.reason && !job->info.outside_line &&
           keeps_ddl_together(how);
}

int
dn_rerun_whole(const dn_rerun *how, dn_job *job, dn_error *error)
{
    dn_execution execution = {
        .connection = how->connection,
        .translator = how->translator,
        .log = how->log,
        .jobs = job,
        .count = 1,
        .arena = how->arena,
        .sent = how->sent,
        .sent_context = how->context,
    };

    return dn_execute_feed(&execution, 0, 1, error);
}

/* --- statement by statement ------------------------------------------------------------------- */
static int
send(rerun *work, int32_t kind, const char *sql, dn_error *error)
{
    if (kind == DUNLIN_ITEM_STATEMENT && work->how->sent &&
        work->how->sent(work->how->context, dn_string(sql), error) < 0)
        return -1;
    return dn_connection_execute(work->how->connection, kind, sql, NULL, 0, error);
}

static const char *
find_refusal(const rerun *work, unsigned ordinal)
{
    for (size_t i = 0; i < work->refused_count; i++)
        if (work->refused[i].ordinal == ordinal)
            return work->refused[i].why;
    return NULL;
}

/* *why is filled, or NULL: there is no room for more. */
static int
refuse(rerun *work, const dn_script_item *item, const char **why, dn_error *error)
{
    const char *path = work->job->migration->path;
    size_t length = strlen(path);
    bool placed = strncmp(error->message, path, length) == 0 && error->message[length] == ':';
    const char *text =
        placed ? dn_arena_text(work->how->arena, error->message)
               : dn_arena_printf(work->how->arena, "%s:%u: %s", path, item->line, error->message);

    *why = NULL;
    if (!text)
        return dn_no_memory(error);
    if (work->refused_count == MOST_REFUSED)
        return dn_while(error, "passing over statement %u of '%s'", item->ordinal,
                        work->job->migration->tag);
    work->refused[work->refused_count++] = (refusal){item->ordinal, text};
    *why = text;
    dn_error_clear(error);
    if (work->how->translator)
        dn_translator_forget(work->how->translator);
    return 0;
}

static int
run_steps(rerun *work, const dn_translated *translated, dn_error *error)
{
    for (size_t i = 0; i < translated->count; i++) {
        const dn_step *step = &translated->steps[i];
        bool outer = step->role == DUNLIN_STEP_BEFORE_BEGIN || step->role == DUNLIN_STEP_FINALLY;
        const char *sql = dn_arena_copy(&work->arena, step->sql.data, (size_t)step->sql.length);
        int answer = 0;

        if (!sql)
            return dn_no_memory(error);
        if (step->role == DUNLIN_STEP_STATEMENT || (outer && !work->together))
            answer = send(work, DUNLIN_ITEM_STATEMENT, sql, error);
        else if (!outer)
            answer = dn_connection_check(work->how->connection, sql, step->expected.data, error);
        if (answer < 0)
            return -1;
    }
    return 0;
}

static int
translate(rerun *work, const dn_script_item *item, dn_translated *translated, dn_error *error)
{
    dn_translator *translator = work->how->translator;
    const dn_source source = dn_script_source(work->job->migration, item);

    memset(translated, 0, sizeof *translated);
    if (!translator)
        return 0;
    do {
        if (dn_translate(translator, &source, false, translated, error) < 0)
            return -1;
        if (translated->kind != DN_TRANSLATED_LOOK)
            return 0;
    } while (dn_translator_look(translator, error) == 0);
    return -1;
}

static int
run_statement(rerun *work, const dn_script_item *item, dn_error *error)
{
    dn_culprit culprit;
    dn_translated translated;
    const char *sql = dn_arena_copy(&work->arena, item->sql.data, (size_t)item->sql.length);

    if (!sql)
        return dn_no_memory(error);
    if (translate(work, item, &translated, error) < 0)
        return -1;
    if (translated.kind == DN_TRANSLATED_STEPS)
        return run_steps(work, &translated, error);
    if (translated.kind == DN_TRANSLATED_SKIP)
        return 0;
    if (item->flags & DUNLIN_CLASS_COPY_IN)
        return dn_execute_copy(work->how->connection, work->script, sql, &culprit, error);
    return send(work, DUNLIN_ITEM_STATEMENT, sql, error);
}

/* 1: the file has to be run again without this statement. */
static int
try_statement(rerun *work, const dn_script_item *item, dn_error *error)
{
    dn_script_item kept = *item;
    const char *why = find_refusal(work, item->ordinal);

    kept.sql.data = dn_arena_copy(&work->arena, item->sql.data, (size_t)item->sql.length);
    if (!kept.sql.data)
        return dn_no_memory(error);
    if (!why && (item->flags & DUNLIN_CLASS_REACHES_OUTSIDE)) {
        dn_fail(error, DUNLIN_UNSUPPORTED, "replay.outside",
                "it reaches outside the database, and is not sent");
        if (refuse(work, item, &why, error) < 0)
            return -1;
    } else if (!why && run_statement(work, item, error) < 0) {
        if (is_final(error) || refuse(work, item, &why, error) < 0)
            return -1;
        if (work->together)
            return 1;
    }
    return work->how->done(work->how->context, &kept, why, error);
}

static int
run_script(rerun *work, dn_error *error)
{
    for (;;) {
        dn_script_item item;
        int answer = 0;

        if (dn_log_cancelled(&work->how->log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (dn_script_next(work->script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        /* In a transaction the setting was obeyed before it. */
        if (item.kind == DN_SCRIPT_STATEMENT || (item.kind == DN_SCRIPT_AROUND && !work->together))
            answer = try_statement(work, &item, error);
        else if (item.kind == DN_SCRIPT_AROUND)
            answer = work->how->done(work->how->context, &item, NULL, error);
        if (answer)
            return answer;
    }
}

static int
send_all(rerun *work, const char *const *list, size_t count, dn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (send(work, DUNLIN_ITEM_STATEMENT, list[i], error) < 0)
            return -1;
    return 0;
}

static int
begin(rerun *work, dn_error *error)
{
    const dn_script_info *info = &work->job->info;

    if (!work->together)
        return 0;
    if ((info->around && send(work, DUNLIN_ITEM_STATEMENT, info->around, error) < 0) ||
        send_all(work, info->before_begin, info->before_begin_count, error) < 0)
        return -1;
    return send(work, DUNLIN_ITEM_BEGIN, NULL, error);
}

static int
commit(rerun *work, dn_error *error)
{
    const dn_script_info *info = &work->job->info;

    if (work->together && (send(work, DUNLIN_ITEM_COMMIT, NULL, error) < 0 ||
                           send_all(work, info->finally, info->finally_count, error) < 0))
        return -1;
    return send(work, DUNLIN_ITEM_RESET, NULL, error);
}

static void
give_up(rerun *work)
{
    dn_error ignored;

    dn_connection_execute(work->how->connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    dn_connection_execute(work->how->connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, &ignored);
}

/* 1: again. */
static int
run_once(rerun *work, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    int answer;

    if (dn_script_open(work->how->connection, work->how->translator, work->job->migration,
                       &work->job->info.kept, false, &script, error) < 0)
        return -1;
    work->script = script;
    answer = begin(work, error);
    if (answer == 0)
        answer = run_script(work, error);
    if (answer == 0)
        answer = commit(work, error);
    if (answer)
        give_up(work);
    return answer;
}

int
dn_rerun_each(const dn_rerun *how, dn_job *job, dn_error *error)
{
    rerun work = {
        .how = how, .job = job, .together = job->info.transactional && keeps_ddl_together(how)};
    int answer;

    while ((answer = run_once(&work, error)) > 0)
        if (how->again(how->context, error) < 0) {
            answer = -1;
            break;
        }
    dn_arena_free(&work.arena);
    return answer;
}
