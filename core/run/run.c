/* SPDX-License-Identifier: MIT
 *
 * Backup, tracker, execution, settling.
 */
#include "core/run/run.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

static bool
wants(const dn_plan *plan, dn_plan_action action)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].action == action)
            return true;
    return false;
}

/* What was told to be applied must be found recorded by this run, and nothing more. */
static int
settle(dn_run *run, dn_error *error)
{
    size_t applied = 0;
    int64_t recorded;

    for (size_t i = 0; i < run->plan->job_count; i++)
        applied += run->plan->jobs[i].applied;
    if (dn_tracker_run_rows(run->connection, run->tracker, run->run_id, &recorded, error) < 0)
        return dn_while(error, "reading back what was recorded");
    if ((int64_t)applied != recorded)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "run.unsettled",
                       "this run applied %zu migrations, but the tracker holds %lld of them",
                       applied, (long long)recorded);
    return 0;
}

static int
execute(dn_run *run, dn_error *error)
{
    dn_tracker_writer *writer = NULL;
    dn_execution execution = {
        .connection = run->connection,
        .translator = run->translator,
        .run_id = run->run_id,
        .log = run->log,
        .jobs = run->plan->jobs,
        .count = run->plan->job_count,
        .single_transaction = run->single_transaction,
        .lock_retries = run->target->lock_retries,
        .session_timeout_ms = run->lock_timeout_ms,
        .end_sessions = run->cancel,
        .arena = run->arena,
    };
    int answer = dn_tracker_writer_open(run->connection, run->tracker, run->run_id, &writer, error);

    execution.writer = writer;
    if (answer == 0)
        answer = dn_execute(&execution, error);
    run->stop = execution.stop;
    run->cause = answer < 0 ? execution.cause : DUNLIN_OK;
    dn_tracker_writer_close(writer);
    return answer;
}

/* A run that failed and kept nothing leaves the database as its backup has it: such copies would
 * only push out the older ones. */
static void
drop_idle_backup(dn_run *run, const dn_error *error)
{
    if (!run->backed_up || error->status == DUNLIN_PARTIAL || error->status == DUNLIN_LOST)
        return;
    for (size_t i = 0; i < run->plan->job_count; i++)
        if (run->plan->jobs[i].applied)
            return;
    if (run->backup.path && dn_backup_remove(run->backup.path, run->arena))
        run->backed_up = false;
}

int
dn_run_plan(dn_run *run, dn_error *error)
{
    dn_random_id(run->run_id);
    if (wants(run->plan, DN_PLAN_BACKUP)) {
        dn_fault("run.before-backup");
        if (dn_backup_take(run->connection, run->backup_wish, &run->log, run->arena, &run->backup,
                           error) < 0)
            return -1;
        dn_fault("run.after-backup");
        run->backed_up = true;
        dn_log_info(&run->log, "backup taken: %s",
                    run->backup.path ? run->backup.path : "by the command of the target");
    }
    dn_fault("run.before-tracker");
    if (wants(run->plan, DN_PLAN_CREATE_TRACKER) &&
        dn_tracker_create(run->connection, run->tracker, error) < 0)
        return -1;
    dn_fault("run.after-tracker");
    if (execute(run, error) < 0) {
        drop_idle_backup(run, error);
        return -1;
    }
    dn_fault("run.before-settle");
    return settle(run, error);
}
