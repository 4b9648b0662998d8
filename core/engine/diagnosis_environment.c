/* SPDX-License-Identifier: MIT
 *
 * What a repair would miss here. `dunlin check --env` looks at all of it, and at more.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/engine/diagnosis.h"
#include "core/engine/late.h"

/* What writes in the database. */
#define ALL_OF_DATABASE                                                                            \
    (1ul << DN_REPAIR_CREATE_TRACKER | 1ul << DN_REPAIR_RECORD | 1ul << DN_REPAIR_UNRECORD |       \
     1ul << DN_REPAIR_RELINK | 1ul << DN_REPAIR_RENEW | 1ul << DN_REPAIR_APPLY_STATEMENTS |        \
     1ul << DN_REPAIR_SQL | 1ul << DN_REPAIR_APPLY)

static bool
has_step(const dn_repair *repair, unsigned long actions)
{
    for (size_t i = 0; i < repair->count; i++)
        if (!repair->steps[i].waits && ((actions >> repair->steps[i].action) & 1))
            return true;
    return false;
}

static int
warn(dn_session *session, const char *id, const char *object, const char *message, dn_error *error)
{
    return dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING, id,
                           object, error, "%s", message);
}

static int
look_for_backup(dn_session *session, dn_error *error)
{
    dn_backup_wish wish;
    dn_error problem;

    dn_error_clear(&problem);
    if (dn_session_backup(session, &wish, &problem) == 0 &&
        dn_backup_check(session->connection, &wish, &session->log, &session->arena, &problem) == 0)
        return 0;
    return warn(session, "environment.backup", NULL, problem.message, error);
}

static int
look_at_folder(dn_session *session, dn_error *error)
{
    const char *folder = session->project.migrations;

    if (access(folder, W_OK | X_OK) == 0)
        return 0;
    return dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING,
                           "environment.folder", folder, error, "'%s' cannot be written: %s",
                           folder, strerror(errno));
}

/* Where the database is a file, that file says who may write; a transaction writes beside it. */
static int
look_at_file(dn_session *session, dn_error *error)
{
    dunlin_string path = dn_connection_server(session->connection)->path;
    const char *file = dn_arena_copy(&session->arena, path.data, (size_t)path.length);
    const char *slash = file ? strrchr(file, '/') : NULL;
    const char *folder =
        slash ? dn_arena_copy(&session->arena, file, (size_t)(slash - file) + 1) : NULL;
    const char *closed = NULL;

    if (!path.length)
        return 0;
    if (!file || (slash && !folder))
        return dn_no_memory(error);
    if (folder && access(folder, W_OK | X_OK) != 0)
        closed = folder;
    if (access(file, W_OK) != 0 && errno != ENOENT)
        closed = file;
    return closed ? dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING,
                                    "environment.database", closed, error,
                                    "'%s' cannot be written: %s", closed, strerror(errno))
                  : 0;
}

int
dn_diagnosis_check_tracker(dn_session *session, const dn_repair *repair, dn_error *error)
{
    static const unsigned long writes = ALL_OF_DATABASE & ~(1ul << DN_REPAIR_APPLY);

    return has_step(repair, writes)
               ? dn_plan_check_tracker(session->connection, &session->observation.tracker,
                                       &session->arena, error)
               : 0;
}

static int
tell_privileges(dn_session *session, const dn_error *problem, dn_error *error)
{
    if (strcmp(problem->id, "privileges.missing") != 0)
        return problem->status == DUNLIN_NO_MEMORY ? dn_no_memory(error) : 0;
    return dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING,
                           "environment.privileges", NULL, error, "%s: %s", problem->message,
                           problem->context);
}

/* As migrate looks; whatever else stops it the diagnosis tells already. */
static int
look_at_privileges(dn_session *session, dn_error *error)
{
    const dn_plan_options options = {
        .allow_nonempty = true, .inspect = true, .replay_late = dn_late_replay, .context = session};
    dn_plan plan;
    dn_error problem;

    dn_error_clear(&problem);
    if (dn_session_translator(session, false, &problem) == 0 &&
        dn_plan_build(session->connection, session->translator, &session->observation,
                      &session->reconciliation, &options, &session->arena, &plan, &problem) == 0)
        return 0;
    return tell_privileges(session, &problem, error);
}

static int
look_at_tracker(dn_session *session, const dn_repair *repair, dn_error *error)
{
    dn_error problem;

    dn_error_clear(&problem);
    return dn_diagnosis_check_tracker(session, repair, &problem) < 0
               ? tell_privileges(session, &problem, error)
               : 0;
}

int
dn_diagnosis_environment(dn_session *session, const dn_repair *repair, dn_error *error)
{
    if (has_step(repair, 1ul << DN_REPAIR_BACKUP) && look_for_backup(session, error) < 0)
        return -1;
    if (has_step(repair, 1ul << DN_REPAIR_FILE | 1ul << DN_REPAIR_SNAPSHOT) &&
        look_at_folder(session, error) < 0)
        return -1;
    if (has_step(repair, ALL_OF_DATABASE) && look_at_file(session, error) < 0)
        return -1;
    if (has_step(repair, 1ul << DN_REPAIR_APPLY))
        return look_at_privileges(session, error); /* the tracker's among them */
    return look_at_tracker(session, repair, error);
}
