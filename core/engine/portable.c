/* SPDX-License-Identifier: MIT */
#include "core/engine/portable.h"

#include <string.h>

#include "core/engine/definition.h"
#include "core/engine/unseen.h"

/* --- which form ----------------------------------------------------------------------------------------- */

/* `-- dunlin: portable` among the comments at its head. */
static bool
says_so(const dn_text *sql)
{
    static const char directive[] = "-- dunlin: portable";
    const char *at = sql->data;
    const char *end = at ? at + sql->length : at;

    while (at < end) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((line ? line : end) - at);

        while (length && strchr(" \t\r", at[length - 1]))
            length--;
        if (length == sizeof directive - 1 && memcmp(at, directive, length) == 0)
            return true;
        if (length && (length < 2 || memcmp(at, "--", 2) != 0))
            return false;
        at = line ? line + 1 : end;
    }
    return false;
}

static bool
is_project_file(const dn_session *session, const char *path)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *absolute = dn_path_absolute(&arena, path);

    return absolute && session->project.definition &&
           strcmp(absolute, session->project.definition) == 0;
}

bool
dn_portable_is(const dn_session *session, const char *path, const dn_text *sql)
{
    if (session->project.definition_form == DN_DEFINITION_PORTABLE && path &&
        is_project_file(session, path) && !dn_definition_is_ours(sql))
        return true;
    return says_so(sql);
}

int
dn_portable_check(const dn_session *session, dn_error *error)
{
    const char *dialect = session->journal.dialect;

    if (dialect && strcmp(dialect, "portable") == 0)
        return 0;
    return dn_fail(
        error, DUNLIN_USAGE, "definition.not-portable",
        "the schema definition is to be portable, and the migrations in '%s' are written "
        "for %s",
        session->journal.folder, dialect ? dialect : "the database of the target");
}

/* --- loading ----------------------------------------------------------------------------------------------- */

typedef struct loading {
    dn_session *session;
    dn_unseen file; /* of a text that is none */
    dn_migration migration;
    const char *name;
    dn_log log;
    size_t statements;
} loading;

static int
open_text(loading *work, const dn_text *sql, dn_error *error)
{
    const char *data = sql->data ? sql->data : "";

    if (dn_file_exists(work->name)) {
        work->migration = (dn_migration){.tag = work->name,
                                         .path = work->name,
                                         .size = sql->length,
                                         .raw = dn_hash_of(data, sql->length),
                                         .listed = true,
                                         .has_file = true};
        return 0;
    }
    if (dn_unseen_open(&work->file, work->name, data, sql->length, error) < 0)
        return -1;
    work->migration = work->file.migration;
    return 0;
}

static int
sent(void *context, dunlin_string sql, dn_error *error)
{
    (void)context;
    (void)sql;
    (void)error;
    return 0;
}

static int
done(void *context, const dn_script_item *item, const char *refused, dn_error *error)
{
    loading *work = context;
    const char *why;

    (void)item;
    work->statements++;
    if (!refused)
        return 0;
    why = dn_unseen_name(&work->file, refused, work->name, &work->session->arena);
    return why ? dn_fail(error, DUNLIN_FAILED, "definition.load", "%s", why) : dn_no_memory(error);
}

/* Everything before the statement that was refused: it is met again. */
static int
again(void *context, dn_error *error)
{
    loading *work = context;

    (void)error;
    work->statements = 0;
    return 0;
}

static int
run(loading *work, dn_connection *connection, dn_translator *translator, dn_error *error)
{
    const dn_rerun rerun = {
        .connection = connection,
        .translator = translator,
        .log = work->log,
        .arena = &work->session->arena,
        .sent = sent,
        .done = done,
        .again = again,
        .context = work,
    };
    dn_job job;

    return dn_rerun_inspect(&rerun, &work->migration, &job, error) < 0
               ? -1
               : dn_rerun_each(&rerun, &job, error);
}

static int
name_in_error(const loading *work, dn_error *error)
{
    const char *said =
        dn_unseen_name(&work->file, error->message, work->name, &work->session->arena);

    return said && said != error->message ? dn_fail(error, error->status, error->id, "%s", said)
                                          : -1;
}

int
dn_portable_load(dn_session *session, dn_connection *connection, const char *name,
                 const dn_text *sql, bool tried, size_t *statements, dn_error *error)
{
    const dn_translate_options options = {.dialect = "portable", .strict = session->project.strict};
    loading work = {.session = session, .file = DN_UNSEEN_INIT, .name = name, .log = session->log};
    dn_translator *translator;
    int answer;

    *statements = 0;
    if (!(dn_connection_capabilities(connection)->flags & DUNLIN_CAN_TRANSLATE))
        return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.unsupported",
                       "driver '%s' cannot translate portable SQL",
                       dn_connection_driver(connection)->table.name);
    if (tried && work.log.level > DUNLIN_LOG_LINE_DEBUG)
        work.log.level = DUNLIN_LOG_LINE_WARNING + 1;
    if (open_text(&work, sql, error) < 0)
        return -1;
    translator = dn_translator_new(connection, &options, &work.log);
    answer = translator ? run(&work, connection, translator, error) : dn_no_memory(error);
    dn_translator_free(translator);
    dn_unseen_cleanup(&work.file);
    *statements = work.statements;
    return answer < 0 ? name_in_error(&work, error) : 0;
}

/* --- the model ------------------------------------------------------------------------------------------- */

typedef struct drivers {
    const dn_driver **list;
    size_t count;
} drivers;

static void
note_driver(drivers *found, const dn_driver *driver)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->list[i] == driver)
            return;
    found->list[found->count++] = driver;
}

static int
list_drivers(dn_session *session, drivers *found, dn_error *error)
{
    const dn_project *project = &session->project;

    *found = (drivers){.count = 0};
    found->list = dn_arena_array(&session->arena, project->target_count + 1, sizeof *found->list);
    if (!found->list)
        return dn_no_memory(error);
    for (size_t i = 0; i < project->target_count; i++) {
        const dn_driver *driver =
            dn_session_driver_of(session, project->targets[i].name, &session->arena);

        if (driver)
            note_driver(found, driver);
    }
    if (!found->count && !session->driver && dn_session_target(session, error) < 0)
        return -1;
    if (session->driver)
        note_driver(found, session->driver);
    return 0;
}

static int
begin_for(dn_session *session, const dn_driver *driver, dn_journal *journal, dn_model **model,
          dn_error *error)
{
    dn_journal_options options = dn_session_journal_options(session);

    options.driver = driver->table.name;
    if (dn_journal_read(&options, &session->arena, journal, error) < 0)
        return -1;
    *model = dn_model_new(driver, &session->arena, error);
    return *model ? 0 : -1;
}

static int
fold_for(dn_session *session, const dn_driver *driver, size_t count, dn_model **model, size_t *most,
         dn_error *error)
{
    dn_journal journal;

    if (begin_for(session, driver, &journal, model, error) < 0)
        return -1;
    *most = journal.count;
    for (size_t i = 0; i < journal.count && i < count; i++)
        if (journal.migrations[i].has_file &&
            dn_model_add(*model, &journal.migrations[i], error) < 0)
            return -1;
    return 0;
}

int
dn_portable_history(dn_session *session, size_t count, dn_model **model, size_t *most,
                    dn_error *error)
{
    drivers found;

    *model = NULL;
    if (list_drivers(session, &found, error) < 0)
        return -1;
    for (size_t i = 0; i < found.count; i++) {
        dn_model *one;

        if (fold_for(session, found.list[i], count, &one, most, error) < 0)
            return -1;
        if (*model && dn_model_intersect(*model, one, error) < 0)
            return -1;
        *model = *model ? *model : one;
    }
    return 0;
}

static int
was_for(dn_session *session, const dn_driver *driver, const dn_model *told, bool *answer,
        dn_error *error)
{
    dn_journal journal;
    dn_model *model;

    if (begin_for(session, driver, &journal, &model, error) < 0)
        return -1;
    for (size_t i = 0; i <= journal.count && !*answer; i++) {
        dn_auto(dn_arena) arena = DN_ARENA_INIT;
        dn_differences differences = {.count = 0};

        if (i > 0 && journal.migrations[i - 1].has_file &&
            dn_model_add(model, &journal.migrations[i - 1], error) < 0)
            return -1;
        if (dn_model_compare(model, told, &arena, &differences, error) < 0)
            return -1;
        *answer = differences.count == 0;
    }
    return 0;
}

int
dn_portable_was(dn_session *session, const dn_model *told, bool *answer, dn_error *error)
{
    drivers found;

    *answer = false;
    if (list_drivers(session, &found, error) < 0)
        return -1;
    for (size_t i = 0; i < found.count && !*answer; i++)
        if (was_for(session, found.list[i], told, answer, error) < 0)
            return -1;
    return 0;
}

int
dn_portable_read(dn_session *session, const char *name, const dn_text *sql, dn_model **model,
                 dn_error *error)
{
    loading work = {.session = session, .file = DN_UNSEEN_INIT, .name = name};
    drivers found;
    int answer;

    if (list_drivers(session, &found, error) < 0 || open_text(&work, sql, error) < 0)
        return -1;
    *model = dn_model_new(found.list[0], &session->arena, error);
    answer = *model ? dn_model_add(*model, &work.migration, error) : -1;
    dn_unseen_cleanup(&work.file);
    return answer < 0 ? name_in_error(&work, error) : 0;
}
