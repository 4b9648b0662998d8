/* SPDX-License-Identifier: MIT
 *
 * `dunlin check --env`: can everything that a run needs be had here? Each check comes with the way
 * out. The run lock is taken and given back, and servers are asked for a backup of their schema, which
 * is thrown away; nothing else is written.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/engine/check.h"
#include "core/engine/late.h"

enum { MEGABYTE = 1024 * 1024, LITTLE_ROOM = 100 };

typedef struct looking {
    dn_checking *checking;
    dn_session *session;
    dn_error problem; /* of one check: what it says, and no reason to stop */
} looking;

static int
tell(looking *work, const char *id, dn_check_outcome outcome, const char *summary, const char *mend,
     dn_error *error)
{
    dn_check_item check;

    if (!summary)
        return dn_no_memory(error);
    dn_checks_begin(work->checking, &check, id,
                    work->session->driver ? work->session->driver->table.name : NULL, NULL);
    dn_checks_end(work->checking, &check, outcome, summary, mend);
    return 0;
}

/* Privileges that are missing stand in lines of their own, each with what grants it. */
static int
add_missing(looking *work, dn_check_item *check, dn_error *error)
{
    dn_arena *arena = &work->session->arena;

    if (strcmp(work->problem.id, "privileges.missing") != 0)
        return 0;
    for (const char *line = work->problem.context; *line;) {
        size_t length = strcspn(line, "\n");
        const char *text = dn_arena_copy(arena, line, length);

        if (!text)
            return dn_no_memory(error);
        dn_checks_problem(work->checking, check, NULL, text, NULL);
        line += length + (line[length] == '\n');
    }
    return 0;
}

/* What went wrong, in the words of the error. */
static int
tell_problem(looking *work, const char *id, dn_check_outcome outcome, dn_error *error)
{
    dn_session *session = work->session;
    const char *message = dn_arena_text(&session->arena, work->problem.message);
    const char *hint = dn_arena_text(&session->arena, work->problem.hint);
    dn_check_item check;

    if (!message || !hint)
        return dn_no_memory(error);
    dn_checks_begin(work->checking, &check, id,
                    session->driver ? session->driver->table.name : NULL, NULL);
    if (add_missing(work, &check, error) < 0)
        return -1;
    dn_checks_end(work->checking, &check, outcome, message, *hint ? hint : NULL);
    return 0;
}

/* --- the way to the database ------------------------------------------------------------------------ */

/* One that is wrong ends everything before, with its place. */
static int
check_configuration(looking *work, dn_error *error)
{
    const dn_project *project = &work->session->project;
    size_t count = project->target_count;

    return tell(work, "env-configuration", DN_CHECK_AGREES,
                project->config
                    ? dn_arena_printf(&work->session->arena, "'%s' can be read: %zu target%s",
                                      project->config, count, count == 1 ? "" : "s")
                    : "there is no dunlin.json, so options and defaults hold",
                NULL, error);
}

static int
check_driver(looking *work, bool *usable, dn_error *error)
{
    dn_session *session = work->session;
    const dunlin_driver *table;
    const char *library;

    *usable = dn_session_target(session, &work->problem) == 0;
    if (!*usable)
        return tell_problem(work, "env-driver", DN_CHECK_DISAGREES, error);
    table = &session->driver->table;
    library = table->library ? table->library() : "no client library";
    return tell(work, "env-driver", DN_CHECK_AGREES,
                dn_arena_printf(&session->arena, "driver '%s' %s, %s", table->name, table->version,
                                library),
                NULL, error);
}

static int
check_connection(looking *work, bool *usable, dn_error *error)
{
    dn_session *session = work->session;
    const dunlin_server *server;

    *usable = dn_session_connect(session, false, &work->problem) == 0;
    if (!*usable)
        return tell_problem(work, "env-connection", DN_CHECK_DISAGREES, error);
    server = dn_connection_server(session->connection);
    if (server->read_only)
        return tell(work, "env-connection", DN_CHECK_DISAGREES,
                    dn_arena_printf(&session->arena, "%s takes no changes: it is read-only",
                                    dn_session_server(session)),
                    "use the URL of the primary server, or of a file that may be written", error);
    if (server->pooled)
        return tell(work, "env-connection", DN_CHECK_UNVERIFIED,
                    dn_arena_printf(&session->arena, "%s, behind a transaction pooler",
                                    dn_session_server(session)),
                    "use a direct URL for migrations that fit no transaction", error);
    return tell(work, "env-connection", DN_CHECK_AGREES,
                dn_arena_printf(&session->arena, "%s answers", dn_session_server(session)), NULL,
                error);
}

/* --- in the database -------------------------------------------------------------------------------- */

static int
check_tracker(looking *work, bool *usable, dn_error *error)
{
    dn_session *session = work->session;
    const dn_tracker *tracker = &session->observation.tracker;

    *usable = dn_session_reconcile(session, DN_TRACKER_MATCH, &work->problem) == 0;
    if (!*usable ||
        dn_plan_check_tracker(session->connection, tracker, &session->arena, &work->problem) < 0)
        return tell_problem(work, "env-tracker", DN_CHECK_DISAGREES, error);
    return tell(work, "env-tracker", DN_CHECK_AGREES,
                tracker->present
                    ? dn_arena_printf(
                          &session->arena, "the tracker '%s' can be read and written: %zu row%s",
                          tracker->table, tracker->count, tracker->count == 1 ? "" : "s")
                    : dn_arena_printf(&session->arena,
                                      "the tracker '%s' is not there; the first migrate makes it",
                                      tracker->table),
                NULL, error);
}

static int
check_lock(looking *work, dn_error *error)
{
    dn_session *session = work->session;
    const char *table = dn_arena_text(&session->arena, session->observation.tracker.table);

    if (!table)
        return dn_no_memory(error);
    if (dn_connection_server(session->connection)->pooled)
        return tell(work, "env-lock", DN_CHECK_UNVERIFIED,
                    "through a pooler the lock is a row that only a run writes", NULL, error);
    if (dn_run_lock(session->connection, table, 0, &session->log, &work->problem) < 0)
        return tell_problem(work, "env-lock", DN_CHECK_UNVERIFIED, error);
    dn_run_unlock(session->connection, table);
    return tell(work, "env-lock", DN_CHECK_AGREES, "the run lock can be had", NULL, error);
}

/* As migrate looks: what the pending files need, and whether anything stops it. */
static int
check_privileges(looking *work, dn_error *error)
{
    dn_session *session = work->session;
    const dn_plan_options options = {
        .allow_nonempty = true, .inspect = true, .replay_late = dn_late_replay, .context = session};
    size_t pending = session->reconciliation.pending;
    dn_plan plan;

    if (dn_session_translator(session, false, error) < 0)
        return -1;
    if (dn_plan_build(session->connection, session->translator, &session->observation,
                      &session->reconciliation, &options, &session->arena, &plan,
                      &work->problem) < 0)
        return tell_problem(work, "env-privileges",
                            strncmp(work->problem.id, "privileges.", 11) == 0 ? DN_CHECK_DISAGREES
                                                                              : DN_CHECK_UNVERIFIED,
                            error);
    return tell(work, "env-privileges", DN_CHECK_AGREES,
                pending
                    ? dn_arena_printf(&session->arena,
                                      "nothing that the %zu pending migration%s need%s is missing",
                                      pending, pending == 1 ? "" : "s", pending == 1 ? "s" : "")
                    : "nothing is pending that would need any",
                NULL, error);
}

/* --- beside it -------------------------------------------------------------------------------------- */

static int
check_folder(looking *work, dn_error *error)
{
    dn_session *session = work->session;
    const char *folder = session->project.migrations;

    if (access(folder, R_OK | W_OK | X_OK) == 0)
        return tell(work, "env-folder", DN_CHECK_AGREES,
                    dn_arena_printf(&session->arena, "'%s' can be read and written", folder), NULL,
                    error);
    return tell(
        work, "env-folder", DN_CHECK_UNVERIFIED,
        dn_arena_printf(&session->arena, "'%s' cannot be written: %s", folder, strerror(errno)),
        "`new`, `repair` and what replays keep need that; `migrate` does not", error);
}

/* The nearest folder that exists. */
static const char *
existing(dn_arena *arena, const char *path)
{
    const char *slash;

    while (path && access(path, F_OK) < 0) {
        slash = strrchr(path, '/');
        if (!slash || slash == path)
            return slash ? "/" : ".";
        path = dn_arena_copy(arena, path, (size_t)(slash - path));
    }
    return path;
}

static int
check_room(looking *work, const dn_backup_wish *wish, dn_error *error)
{
    dn_session *session = work->session;
    const char *folder =
        existing(&session->arena, wish->folder ? wish->folder : session->project.root);
    struct statvfs about;
    uint64_t room;

    if (!folder || statvfs(folder, &about) < 0)
        return 0;
    room = (uint64_t)about.f_bavail * about.f_frsize / MEGABYTE;
    return tell(work, "env-room", room < LITTLE_ROOM ? DN_CHECK_UNVERIFIED : DN_CHECK_AGREES,
                dn_arena_printf(&session->arena, "%llu MB are free for backups in '%s'",
                                (unsigned long long)room, folder),
                room < LITTLE_ROOM ? "make room, or set another \"backupFolder\"" : NULL, error);
}

/* A backup of the schema alone shows that the tool is there and fits the server. */
static int
try_tool(looking *work, dn_backup_wish *wish, dn_error *error)
{
    dn_session *session = work->session;
    const char *folder = getenv("TMPDIR");
    dn_backup backup;
    int answer;

    wish->mode = DN_BACKUP_SCHEMA;
    wish->destination = dn_arena_printf(&session->arena, "%s/dunlin-check-%ld.backup",
                                        folder && *folder ? folder : "/tmp", (long)getpid());
    if (!wish->destination)
        return dn_no_memory(error);
    answer = dn_backup_take(session->connection, wish, &session->log, &session->arena, &backup,
                            &work->problem);
    unlink(wish->destination);
    if (answer < 0)
        return tell_problem(work, "env-backup", DN_CHECK_DISAGREES, error);
    return tell(work, "env-backup", DN_CHECK_AGREES,
                "backups can be taken: the tool is there and fits the server", NULL, error);
}

static int
check_backup(looking *work, dn_error *error)
{
    dn_session *session = work->session;
    uint64_t flags = dn_connection_capabilities(session->connection)->flags;
    dn_backup_wish wish;

    if (dn_session_backup(session, &wish, &work->problem) < 0)
        return tell_problem(work, "env-backup", DN_CHECK_DISAGREES, error);
    if (check_room(work, &wish, error) < 0)
        return -1;
    if (wish.mode == DN_BACKUP_NONE)
        return tell(work, "env-backup", DN_CHECK_UNVERIFIED, "no backup is taken before a change",
                    "say what should be: \"backup\" of the target", error);
    if (wish.mode == DN_BACKUP_COMMAND)
        return tell(work, "env-backup", DN_CHECK_UNVERIFIED,
                    "a command of the target takes backups; it was not run",
                    "try it: dunlin backup", error);
    if (flags & DUNLIN_CAN_BACKUP_ITSELF)
        return tell(work, "env-backup", DN_CHECK_AGREES, "backups need no other program", NULL,
                    error);
    return try_tool(work, &wish, error);
}

/* --- all of it -------------------------------------------------------------------------------------- */

static int
check_database(looking *work, dn_error *error)
{
    bool usable;

    if (check_tracker(work, &usable, error) < 0)
        return -1;
    if (usable && (check_lock(work, error) < 0 || check_privileges(work, error) < 0))
        return -1;
    return check_backup(work, error) < 0 ? -1 : dn_checks_hazards(work->checking, error);
}

int
dn_checks_environment(dn_checking *checking, dn_error *error)
{
    looking work = {.checking = checking, .session = checking->session};
    bool usable;

    dn_error_clear(&work.problem);
    if (check_configuration(&work, error) < 0 || check_folder(&work, error) < 0 ||
        check_driver(&work, &usable, error) < 0)
        return -1;
    if (usable && check_connection(&work, &usable, error) < 0)
        return -1;
    return usable ? check_database(&work, error) : 0;
}
