/* SPDX-License-Identifier: MIT */
#include "core/engine/session.h"

#include <string.h>

#include "core/base/thread.h"

void
dn_session_begin(dn_session *session, const dunlin_options *options)
{
    *session =
        (dn_session){.options = options, .log = dn_log_from(options), .target_known = DN_GATE_INIT};
}

static void
close_connection(dn_session *session)
{
    dn_translator_free(session->translator);
    session->translator = NULL;
    dn_connection_close(session->connection);
    session->connection = NULL;
}

void
dn_session_end(dn_session *session)
{
    close_connection(session);
    dn_journal_close(&session->journal);
    dn_arena_free(&session->journal_arena);
    dn_arena_free(&session->arena);
}

int
dn_session_project(dn_session *session, dn_error *error)
{
    return dn_project_load(session->options, &session->arena, &session->project, error);
}

int
dn_session_target(dn_session *session, dn_error *error)
{
    dn_driver_places places = {session->options->driver_path};
    const char *scheme;

    if (dn_project_target(&session->project, session->options, &session->arena, &session->target,
                          &session->url, error) < 0)
        return -1;
    session->sight =
        (dn_sight){.tracker = session->target->tracker, .ignore = &session->project.ignore};
    scheme = dn_url_scheme(&session->arena, session->url);
    if (!scheme)
        return dn_fail(error, DUNLIN_USAGE, "target.bad-url",
                       "the URL of target '%s' does not start with a scheme, as in sqlite:app.db",
                       session->target->name);
    if (dn_driver_find(&places, scheme, &session->driver, error) < 0)
        return dn_while(error, "looking for the driver of target '%s'", session->target->name);
    return dn_driver_url(session->driver, session->url, &session->arena, &session->shown, error);
}

static bool
can(const dn_session *session, uint64_t what)
{
    dunlin_capabilities capabilities;
    dn_error ignored;

    return session->driver &&
           dn_driver_capabilities(session->driver, NULL, &capabilities, &ignored) == 0 &&
           (capabilities.flags & what);
}

dn_journal_options
dn_session_journal_options(const dn_session *session)
{
    return (dn_journal_options){
        .folder = session->project.migrations,
        .driver = session->driver ? session->driver->table.name : NULL,
        .dialect = session->project.dialect,
        .layout = session->project.layout,
        .database = session->driver ? session->driver->table.dialect : NULL,
        .project = &session->project,
        /* What a server takes for a migration is hundreds of times what reading it again does. */
        .keep = can(session, DUNLIN_CAN_SHADOW_MEMORY),
    };
}

int
dn_session_journal(dn_session *session, dn_error *error)
{
    const dn_journal_options options = dn_session_journal_options(session);

    return dn_journal_begin(&options, NULL, &session->arena, &session->journal, error);
}

int
dn_session_journal_of(dn_session *session, const dn_driver *driver, dn_error *error)
{
    dn_journal_close(&session->journal);
    session->driver = driver;
    if (dn_session_journal(session, error) < 0)
        return -1;
    return dn_journal_finish(&session->journal, error);
}

/* A folder that drizzle-kit made and that lost its journal is no folder of plain files: its tracker is
 * drizzle's. `why`: how that is known. */
static int
take_lost_journal(dn_session *session, const char *why, bool *rebuilt, dn_error *error)
{
    const dn_journal_options options = dn_session_journal_options(session);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_journal found;
    dn_error ignored;

    dn_error_clear(&ignored);
    if (dn_journal_rebuilt(&options, &session->arena, &text, &ignored) < 0 ||
        dn_journal_begin(&options, &text, &session->arena, &found, &ignored) < 0)
        return 0;
    if (found.layout != DN_LAYOUT_DRIZZLE) {
        dn_journal_close(&found);
        return 0;
    }
    dn_journal_close(&session->journal);
    session->journal = found;
    *rebuilt = true;
    return dn_findings_add(
        &session->journal.findings, &session->arena, DN_ERROR_FINDING, "journal.lost", NULL, error,
        "there is no journal in '%s', and %s: the journal is lost", session->journal.folder, why);
}

static int
find_lost_journal(dn_session *session, bool *rebuilt, dn_error *error)
{
    return take_lost_journal(session,
                             session->project.layout ? "\"layout\" says that drizzle-kit made it"
                                                     : "its snapshots are drizzle's",
                             rebuilt, error);
}

int
dn_session_take_drizzle(dn_session *session, const char *table, bool *rebuilt, dn_error *error)
{
    const char *why =
        dn_arena_printf(&session->arena, "Drizzle's tracker '%s' records its files", table);

    if (!why)
        return dn_no_memory(error);
    session->project.layout = dn_layout_name(DN_LAYOUT_DRIZZLE);
    return take_lost_journal(session, why, rebuilt, error);
}

int
dn_session_journal_or_rebuilt(dn_session *session, bool *rebuilt, dn_error *error)
{
    const dn_journal_options options = dn_session_journal_options(session);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error problem;

    *rebuilt = false;
    if (dn_session_journal(session, error) == 0)
        return session->journal.layout == DN_LAYOUT_FILES
                   ? find_lost_journal(session, rebuilt, error)
                   : 0;
    if (!dn_journal_is_illegible(error))
        return -1;
    problem = *error;
    if (dn_journal_rebuilt(&options, &session->arena, &text, error) < 0 ||
        dn_journal_begin(&options, &text, &session->arena, &session->journal, error) < 0) {
        *error = problem; /* that one was the cause */
        return -1;
    }
    *rebuilt = true;
    return dn_findings_add(&session->journal.findings, &session->arena, DN_ERROR_FINDING,
                           "journal.illegible", NULL, error, "%s", problem.message);
}

/* A folder written for one database is not sent to another one as it is. */
static int
check_dialect(const dn_session *session, dn_error *error)
{
    const char *dialect = session->journal.dialect;
    const dunlin_driver *table = &session->driver->table;

    if (!dialect || strcmp(dialect, "portable") == 0 || strcmp(dialect, table->dialect) == 0 ||
        strcmp(dialect, table->name) == 0 || can(session, DUNLIN_CAN_TRANSLATE))
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "project.other-dialect",
                   "the migrations in '%s' are written for %s, and the target '%s' is %s",
                   session->journal.folder, dialect, session->target->name, table->dialect);
}

static int
connect_now(dn_session *session, bool read_only, dn_error *error)
{
    dn_open_options options = {
        .purpose = DUNLIN_PURPOSE_WORK,
        .read_only = read_only,
        .lock_timeout_ms = session->target->statement_lock_timeout_ms,
        .log = session->log,
    };

    close_connection(session);
    if (dn_connection_open(session->driver, session->url, &options, &session->connection, error) <
        0)
        return -1;
    dn_connection_see_grants(session->connection, session->project.grants);
    if (session->writes_schema)
        dn_connection_warn_of_unread(session->connection);
    return 0;
}

int
dn_session_connect(dn_session *session, bool read_only, dn_error *error)
{
    if (session->journal.folder && check_dialect(session, error) < 0)
        return -1;
    return connect_now(session, read_only, error);
}

/* --- all at once ------------------------------------------------------------------------------- */

typedef struct journal_work {
    dn_session *session;
    bool needless; /* there is none */
    dn_journal journal;
    dn_error error;
    int answer;
} journal_work;

static int
resolve(journal_work *work)
{
    const dn_journal_options options = dn_session_journal_options(work->session);

    return dn_journal_resolve(&options, NULL, &work->session->journal_arena, &work->journal,
                              &work->error);
}

static void *
read_journal(void *context)
{
    journal_work *work = context;

    work->answer = dn_journal_list(work->session->project.migrations, &work->session->target_known,
                                   &work->session->journal_arena, &work->journal, &work->error);
    dn_gate_wait(&work->session->target_known);
    if (work->needless)
        dn_journal_close(&work->journal);
    else if (work->answer == 0 && (work->answer = resolve(work)) == 0)
        dn_journal_hash(&work->journal);
    return NULL;
}

static int
open_in_turn(dn_session *session, bool read_only, bool *rebuilt, dn_error *error)
{
    if (dn_session_target(session, error) < 0)
        return -1;
    if ((rebuilt ? dn_session_journal_or_rebuilt(session, rebuilt, error)
                 : dn_session_journal(session, error)) < 0)
        return -1;
    return dn_session_connect(session, read_only, error);
}

/* What the thread read; whatever is wrong with it is found again by whoever can go around it. */
static int
take_journal(dn_session *session, const journal_work *work, bool *rebuilt, dn_error *error)
{
    if (work->answer < 0 && rebuilt)
        return dn_session_journal_or_rebuilt(session, rebuilt, error);
    session->journal = work->journal;
    if (work->answer < 0) {
        *error = work->error;
        return -1;
    }
    return rebuilt && session->journal.layout == DN_LAYOUT_FILES
               ? find_lost_journal(session, rebuilt, error)
               : 0;
}

/* The folder is listed while the driver is loaded, and its files are read while the connection is made:
 * each library that is mapped interrupts the other threads, and there are dozens behind libpq. */
static int
open_beside(dn_session *session, bool read_only, bool *rebuilt, dn_error *error)
{
    journal_work work = {.session = session};
    dn_error refusal;
    pthread_t thread;
    int answer;

    if (!dn_thread_start(&thread, read_journal, &work))
        return open_in_turn(session, read_only, rebuilt, error);
    answer = dn_session_target(session, &refusal);
    work.needless = answer < 0;
    dn_gate_open(&session->target_known);
    if (answer == 0)
        answer = connect_now(session, read_only, &refusal);
    pthread_join(thread, NULL);
    if (work.needless) {
        *error = refusal;
        return -1;
    }
    if (take_journal(session, &work, rebuilt, error) < 0 || check_dialect(session, error) < 0)
        return -1;
    if (answer < 0)
        *error = refusal;
    return answer;
}

int
dn_session_open(dn_session *session, bool read_only, dn_error *error)
{
    return open_beside(session, read_only, NULL, error);
}

int
dn_session_open_or_rebuilt(dn_session *session, bool read_only, bool *rebuilt, dn_error *error)
{
    *rebuilt = false;
    return open_beside(session, read_only, rebuilt, error);
}

dn_translate_options
dn_session_translation(const dn_session *session, bool keep_different)
{
    return (dn_translate_options){
        .dialect = session->journal.dialect,
        .native_guards = session->project.native_guards,
        .strict = session->project.strict,
        .keep_different = keep_different,
    };
}

const dn_driver *
dn_session_driver_of(const dn_session *session, const char *target, dn_arena *arena)
{
    const dn_driver_places places = {session->options->driver_path};
    dunlin_options options = *session->options;
    const dn_target *found;
    const dn_driver *driver;
    const char *scheme;
    const char *url;
    dn_error ignored;

    options.url = NULL;
    options.target = target;
    if (dn_project_target(&session->project, &options, arena, &found, &url, &ignored) < 0)
        return NULL;
    scheme = dn_url_scheme(arena, url);
    return scheme && dn_driver_find(&places, scheme, &driver, &ignored) == 0 ? driver : NULL;
}

/* Types that have no name on the target are known from the migrations that made them. */
static int
remember_types(dn_session *session, const dn_migration *migration, dn_error *error)
{
    dn_auto(dn_script) *script = NULL;
    const char *text;
    size_t length;

    if (!migration->has_file)
        return 0;
    if (dn_script_open(session->connection, session->translator, migration, NULL, false, &script,
                       error) < 0)
        return -1;
    text = dn_script_text(script, &length);
    if (text && !dn_translator_may_remember(session->translator, dn_span(text, length)))
        return 0;
    for (;;) {
        dn_script_item item;
        dn_source source;

        if (dn_script_next(script, &item, error) < 0)
            return -1;
        if (item.kind == DN_SCRIPT_END)
            return 0;
        if (item.kind == DN_SCRIPT_DATA)
            continue;
        source = dn_script_source(migration, &item);
        if (dn_translator_remember(session->translator, &source, error) < 0)
            return -1;
    }
}

static int
remember_history(dn_session *session, dn_error *error)
{
    const dn_reconciliation *found = &session->reconciliation;

    for (size_t i = 0; i < found->count; i++) {
        const dn_verdict *verdict = &found->verdicts[i];
        bool partial = verdict->verdict == DN_VERDICT_PARTIAL && !verdict->recorded;

        if (!verdict->pending && !partial && remember_types(session, verdict->migration, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_session_translator(dn_session *session, bool keep_different, dn_error *error)
{
    const dn_translate_options options = dn_session_translation(session, keep_different);

    dn_translator_free(session->translator);
    session->translator = NULL;
    if (!(dn_connection_capabilities(session->connection)->flags & DUNLIN_CAN_TRANSLATE))
        return 0;
    session->translator = dn_translator_new(session->connection, &options, &session->log);
    if (!session->translator)
        return dn_no_memory(error);
    return dn_translator_needs_history(session->translator) ? remember_history(session, error) : 0;
}

int
dn_session_reconcile(dn_session *session, dn_tracker_depth depth, dn_error *error)
{
    if (dn_observe(session->connection, &session->journal, &session->sight, depth, &session->arena,
                   &session->observation, error) < 0)
        return -1;
    return dn_reconcile(&session->observation, session->project.ahead, &session->arena,
                        &session->reconciliation, error);
}

int
dn_session_result(dn_session *session, const char *format, dn_error *error)
{
    session->result = dn_result_new(format);
    return session->result ? 0 : dn_no_memory(error);
}

void
dn_session_tell_project(dn_session *session)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, dn_result_node(result), "project");
    const dn_journal *journal = &session->journal;

    dn_node_set_text(result, node, "folder", session->project.migrations);
    dn_node_set_text(result, node, "journal", journal->path);
    dn_node_set_text(result, node, "layout", dn_layout_name(journal->layout));
    dn_node_set_text(result, node, "dialect", journal->dialect);
}

const char *
dn_session_server(dn_session *session)
{
    const dunlin_server *server = dn_connection_server(session->connection);
    const char *(*library)(void) = session->driver->table.library;

    if (server->path.length && library)
        return library();
    return dn_arena_printf(&session->arena, "%.*s %.*s", (int)server->profile->flavour.length,
                           server->profile->flavour.data, (int)server->profile->version.length,
                           server->profile->version.data);
}

void
dn_session_tell_target(dn_session *session)
{
    dunlin_result *result = session->result;
    dunlin_node *node = dn_node_object(result, dn_result_node(result), "target");

    dn_node_set_text(result, node, "name", session->target->name);
    dn_node_set_text(result, node, "url", session->shown.redacted);
    dn_node_set_text(result, node, "driver", session->driver->table.name);
    if (session->connection) {
        const dunlin_server *server = dn_connection_server(session->connection);

        dn_node_set_text(result, node, "server", dn_session_server(session));
        dn_node_set_string(result, node, "database", server->name);
    }
}

static const char *
severity_name(dn_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};

    return names[severity];
}

void
dn_session_tell_findings(dn_session *session, const char *name, const dn_findings *findings)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), name);

    for (size_t i = 0; i < findings->count; i++) {
        const dn_finding *finding = &findings->items[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "id", finding->id);
        dn_node_set_text(result, node, "severity", severity_name(finding->severity));
        dn_node_set_text(result, node, "message", finding->message);
        dn_node_set_text(result, node, "object", finding->object);
    }
}

int
dn_session_leave_out(dn_session *session, const char *target, dn_findings *findings,
                     dn_error *error)
{
    char why[sizeof error->message];

    if (strcmp(error->id, "target.env") != 0 && strcmp(error->id, "target.file") != 0)
        return -1;
    memcpy(why, error->message, sizeof why);
    dn_error_clear(error);
    return dn_findings_add(
        findings, &session->arena, DN_NOTE, "target.left-out", target, error,
        "target '%s' is left out: %s; with '--driver NAME' its kind of database is checked, too",
        target, why);
}

int
dn_session_finish(dn_session *session, int answer, dunlin_result **result, dn_error *error)
{
    dunlin_result *made = session->result;

    session->result = NULL;
    if (made && !dn_result_ok(made)) {
        dunlin_result_free(made);
        made = NULL;
        if (answer == 0)
            answer = dn_no_memory(error);
    }
    if (answer < 0 && !session->tells_failures) {
        dunlin_result_free(made);
        made = NULL;
    }
    if (answer < 0 && made)
        dn_result_set_exit_code(made, error->exit_code);
    *result = made;
    dn_session_end(session);
    return answer;
}

int64_t
dn_session_lock_timeout(const dn_session *session)
{
    return session->options->lock_timeout_ms >= 0 ? session->options->lock_timeout_ms
                                                  : session->target->lock_timeout_ms;
}

int
dn_session_locked(dn_session *session, int (*work)(void *context, dn_error *error), void *context,
                  dn_error *error)
{
    /* A copy: looking again names the table anew. */
    const char *table = dn_arena_text(&session->arena, session->observation.tracker.table);
    int answer;

    if (!table)
        return dn_no_memory(error);
    if (dn_run_lock(session->connection, table, dn_session_lock_timeout(session), &session->log,
                    error) < 0)
        return -1;
    answer = work(context, error);
    dn_run_unlock(session->connection, table);
    return answer;
}

int
dn_session_backup(dn_session *session, dn_backup_wish *wish, dn_error *error)
{
    *wish = (dn_backup_wish){
        .url = session->url, .target = session->target, .keep = session->target->backups_kept};
    wish->folder = dn_backup_folder(dn_connection_server(session->connection), session->target,
                                    session->project.root, &session->arena);
    return dn_backup_mode_of(session->connection, session->target, &wish->mode, error);
}

int
dn_session_check_backup(dn_session *session, const dn_repair *steps, dn_error *error)
{
    dn_backup_wish wish;

    for (size_t i = 0; i < steps->count; i++) {
        if (steps->steps[i].action != DN_REPAIR_BACKUP)
            continue;
        if (dn_session_backup(session, &wish, error) < 0)
            return -1;
        return dn_backup_check(session->connection, &wish, &session->log, &session->arena, error);
    }
    return 0;
}
