/* SPDX-License-Identifier: MIT
 *
 * `dunlin migrate`: applies what is pending, and only that. Without a change to make, it reads
 * and stops. With one, it takes the lock and goes through the same reading again.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/engine/dry_run.h"
#include "core/engine/absent.h"
#include "core/engine/fingerprint.h"
#include "core/engine/late.h"
#include "core/engine/lost_drizzle.h"
#include "core/engine/upkeep.h"
#include "core/execute/before.h"

enum { RECONNECTS = 3, RECONNECT_WAIT_MS = 250 };

typedef struct migration_run {
    dn_session *session;
    const dunlin_migrate_options *options;
    dn_plan_options plan_options;
    dn_plan plan;
    bool planned;
    bool locked;
    bool unsent;          /* what the plan needs beforehand is not so */
    dn_previews previews; /* of a dry run */
    dn_run run;
    dn_backup_wish backup;
    dn_job *earlier; /* applied before a connection was lost */
    size_t earlier_count;
    size_t earlier_capacity;
    size_t already_applied;
    dn_upkeep upkeep;
    int64_t started_ns;
} migration_run;

static const dunlin_migrate_options no_options = {.size = sizeof(dunlin_migrate_options)};

static void
choose_options(migration_run *state, const dunlin_migrate_options *options)
{
    dn_plan_options *plan = &state->plan_options;

    state->options = options ? options : &no_options;
    plan->replay_late = dn_late_replay;
    plan->context = state->session;
    plan->to = state->options->to;
    plan->allow = state->options->allow;
    plan->allow_count = (size_t)state->options->allow_count;
    plan->allow_nonempty = state->options->allow_nonempty != 0;
    plan->single_transaction = state->options->single_transaction != 0;
    /* Before the lock, it is enough to know whether there is anything to do. */
    plan->inspect = state->options->dry_run != 0;
}

/* A file that is all comments is recorded like any other; whoever forgot to write it should hear. */
static int
warn_of_empty(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;

    for (size_t i = 0; i < state->plan.job_count; i++) {
        const dn_job *job = &state->plan.jobs[i];

        if (job->info.statements == 0 &&
            dn_findings_add(&session->reconciliation.findings, &session->arena, DN_WARNING,
                            "migration.empty", job->migration->tag, error,
                            "%s: it holds no statement, and counts as applied all the same",
                            job->migration->tag) < 0)
            return -1;
    }
    return 0;
}

static int
prepare_translation(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;

    if (!state->plan_options.inspect)
        return 0;
    if (dn_session_translator(session, state->options->keep_different != 0, error) < 0)
        return -1;
    if (session->translator && state->locked)
        dn_translator_share(session->translator);
    return 0;
}

/* What stands in the way of any pending migration is found before the first one is sent. */
static int
rehearse(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;
    dn_previews *previews = state->options->dry_run ? &state->previews : NULL;

    if (!state->plan_options.inspect)
        return 0;
    if (previews) {
        previews->single_transaction = state->plan_options.single_transaction;
        previews->jobs =
            dn_arena_array(&session->arena, state->plan.job_count + 1, sizeof *previews->jobs);
        if (!previews->jobs)
            return dn_no_memory(error);
    }
    return dn_rehearse(session->connection, session->translator, state->plan.jobs,
                       state->plan.job_count, previews, &session->arena, error);
}

static int
plan_backup(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;
    dn_backup_wish *wish = &state->backup;

    state->plan_options.backup = false;
    if (state->options->no_backup)
        return 0;
    if (dn_session_backup(session, wish, error) < 0)
        return -1;
    wish->tracker = &session->observation.tracker;
    wish->journal = session->journal.path;
    state->plan_options.backup = wish->mode != DN_BACKUP_NONE;
    return 0;
}

/* One that cannot be taken is told before the lock. */
static int
check_backup(migration_run *state, dn_error *error)
{
    const dn_session *session = state->session;

    for (size_t i = 0; i < state->plan.count; i++)
        if (state->plan.steps[i].action == DN_PLAN_BACKUP && !state->locked)
            return dn_backup_check(session->connection, &state->backup, &session->log,
                                   &state->session->arena, error);
    return 0;
}

/* observe -> reconcile -> plan, on the connection as it is. */
static int
look(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;

    if (dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0)
        return -1;
    state->already_applied = session->reconciliation.applied;
    if (session->reconciliation.pending && dn_lost_drizzle_refuse(session, error) < 0)
        return -1;
    if (plan_backup(state, error) < 0)
        return -1;
    if (prepare_translation(state, error) < 0 ||
        dn_plan_build(session->connection, session->translator, &session->observation,
                      &session->reconciliation, &state->plan_options, &session->arena, &state->plan,
                      error) < 0 ||
        check_backup(state, error) < 0 || rehearse(state, error) < 0) {
        memset(&state->plan, 0, sizeof(state->plan)); /* half a plan is none */
        return -1;
    }
    state->planned = true;
    return state->plan_options.inspect ? warn_of_empty(state, error) : 0;
}

static bool
has_applied(const migration_run *state)
{
    for (size_t i = 0; i < state->plan.job_count; i++)
        if (state->plan.jobs[i].applied)
            return true;
    return state->earlier_count > 0;
}

/* Nothing but records was sent, so the schema is what it was, and known to the last object. */
static bool
has_left_alone(const migration_run *state, const dn_fingerprint *fingerprint)
{
    for (size_t i = 0; i < state->plan.job_count; i++)
        if (!state->plan.jobs[i].idle)
            return false;
    return fingerprint->seen && fingerprint->base == fingerprint->before.facts &&
           !state->earlier_count;
}

/* What the schema is now is kept for `drift`, also behind a run that failed on its way. The run is what
 * it was if that does not work: the next comparison takes longer. */
static void
keep_fingerprint(migration_run *state, dn_fingerprint *fingerprint)
{
    dn_session *session = state->session;
    const dn_migration **files =
        dn_arena_array(&session->arena, state->plan.job_count + 1, sizeof *files);
    dn_known known = {
        .run_id = state->run.run_id, .action = "migrate", .basis = fingerprint->basis};
    size_t count = 0;
    dn_error problem;

    dn_error_clear(&problem);
    for (size_t i = 0; files && i < state->plan.job_count; i++)
        files[count++] = state->plan.jobs[i].migration;
    if (!has_left_alone(state, fingerprint) && files)
        dn_fingerprint_end(fingerprint, "migrate", state->run.run_id, files, count);
    else if (dn_fingerprint_keep(session, &fingerprint->before, &known, &problem) < 0)
        dn_log_info(&session->log, "the schema is not kept for later comparisons: %s",
                    problem.message);
}

/* The schema as it was read under the lock is what the first statement will meet. */
static int
check_before(migration_run *state, const dn_fact_map *schema, dn_error *error)
{
    dn_session *session = state->session;
    const dn_before before = {
        .connection = session->connection,
        .translator = session->translator,
        .schema = schema,
        .jobs = state->plan.jobs,
        .count = state->plan.job_count,
        .allow = state->plan_options.allow,
        .allow_count = state->plan_options.allow_count,
    };

    if (dn_before_check(&before, &session->arena, &state->run.stop, error) == 0)
        return 0;
    state->unsent = true;
    return -1;
}

/* What was known and what is there are one map as long as they are the same. */
static int
look_before(migration_run *state, dn_fingerprint *fingerprint, dn_error *error)
{
    const dn_plan_options *options = &state->plan_options;
    const dn_fact_map *now;

    if (dn_fingerprint_begin(state->session, fingerprint, error) < 0)
        return -1;
    now = fingerprint->before.facts;
    if (!fingerprint->seen)
        return 0;
    if (fingerprint->base != now &&
        dn_absent_check(state->session, fingerprint->base, now, options->allow,
                        options->allow_count, error) < 0) {
        state->unsent = true;
        return -1;
    }
    return check_before(state, now, error);
}

/* What would stop the run stops the dry run. */
static int
check_dry(migration_run *state, dn_error *error)
{
    dn_fingerprint fingerprint;

    return state->options->dry_run && state->plan.job_count
               ? look_before(state, &fingerprint, error)
               : 0;
}

/* Its schema is not needed beside the one that is read behind the run. */
static void
release_translator(migration_run *state)
{
    dn_translator_free(state->session->translator);
    state->session->translator = NULL;
    state->run.translator = NULL;
}

static int
run_plan(migration_run *state, dn_error *error)
{
    dn_fingerprint fingerprint;
    int answer;

    if (look_before(state, &fingerprint, error) < 0)
        return -1;
    answer = dn_run_plan(&state->run, error);
    if (answer == 0)
        release_translator(state);
    if (answer == 0 || has_applied(state) || error->status == DUNLIN_PARTIAL)
        keep_fingerprint(state, &fingerprint);
    return answer;
}

static int
carry_out(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;
    dn_run *run = &state->run;

    run->connection = session->connection;
    run->translator = session->translator;
    run->backup_wish = &state->backup;
    run->target = session->target;
    run->log = session->log;
    run->arena = &session->arena;
    run->tracker = &session->observation.tracker;
    run->plan = &state->plan;
    run->single_transaction = state->plan_options.single_transaction;
    run->lock_timeout_ms = dn_session_lock_timeout(session);
    run->cancel = state->options->cancel != 0;
    return state->plan.count ? run_plan(state, error) : 0;
}

/* Jobs of an attempt that lost its connection, kept for the result. One that was in doubt and is
 * found recorded counts among those that were applied already. */
static int
keep_applied(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;

    for (size_t i = 0; i < state->plan.job_count; i++)
        if (state->plan.jobs[i].applied) {
            dn_job *kept = dn_arena_grow(&session->arena, state->earlier, &state->earlier_capacity,
                                         state->earlier_count + 1, sizeof(*kept));

            if (!kept)
                return dn_no_memory(error);
            state->earlier = kept;
            kept[state->earlier_count++] = state->plan.jobs[i];
        }
    memset(&state->plan, 0, sizeof(state->plan));
    return 0;
}

/* The files are not read again here: each is compared with its digest when it is run. */
static int
migrate_locked(migration_run *state, const char *table, dn_error *error)
{
    dn_session *session = state->session;
    int answer;

    if (dn_session_connect(session, false, error) < 0 ||
        dn_run_lock_over(session->connection, table, dn_session_lock_timeout(session),
                         state->options->cancel != 0, &session->log, error) < 0)
        return -1;
    dn_fault("migrate.locked");
    state->planned = state->unsent = false;
    state->locked = true;
    state->plan_options.inspect = true;
    answer = look(state, error);
    if (answer == 0)
        answer = carry_out(state, error);
    dn_fault("migrate.before-unlock");
    dn_run_unlock(session->connection, table);
    dn_fault("migrate.after-unlock");
    return answer;
}

/* After a lost connection nothing is sent again blindly: the whole way is gone again, and tracker
 * and ledger tell what took effect. */
static int
migrate_until_settled(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;
    const char *table = dn_arena_text(&session->arena, session->observation.tracker.table);
    int32_t lost = DUNLIN_OK;

    if (!table)
        return dn_no_memory(error);
    for (int attempt = 0;; attempt++) {
        if (migrate_locked(state, table, error) == 0)
            return 0;
        if (error->status == DUNLIN_LOST || state->run.cause == DUNLIN_LOST)
            lost = DUNLIN_LOST;
        else if (error->status != DUNLIN_CONNECT)
            lost = DUNLIN_OK;
        if (lost == DUNLIN_OK || attempt == RECONNECTS || dn_log_cancelled(&session->log))
            return -1;
        dn_log_warning(&session->log, "%s; connecting again to see what took effect",
                       error->message);
        dn_clock_sleep_ms(RECONNECT_WAIT_MS << attempt);
        state->run.cause = DUNLIN_OK;
        if (keep_applied(state, error) < 0)
            return -1;
    }
}

static int
migrate(migration_run *state, dn_error *error)
{
    dn_session *session = state->session;

    if (dn_session_project(session, error) < 0 || dn_session_open(session, true, error) < 0 ||
        dn_session_result(session, "dunlin-migrate/1", error) < 0)
        return -1;
    /* What a pooler forbids is found before the lock, which writes a row there. */
    if (dn_connection_server(session->connection)->pooled)
        state->plan_options.inspect = true;
    /* With leave to run all the same, what is there is told by the look that counts. */
    session->sight.unasked = state->options->allow_nonempty && !state->options->dry_run;
    if (look(state, error) < 0 || check_dry(state, error) < 0)
        return -1;
    session->sight.unasked = false;
    if (!state->plan.count || state->options->dry_run)
        return 0;
    return migrate_until_settled(state, error);
}

/* --- what the folder says --------------------------------------------------------------------- */

/* Snapshots and the definition follow a run that left nothing out. That they cannot be written is no
 * failure of the migrations. */
static int
keep_up(migration_run *state, dn_error *error)
{
    static const dn_upkeep_options options = {.definition = true};
    dn_session *session = state->session;
    dn_error problem;

    if (!has_applied(state) || state->plan.held_count || !dn_upkeep_wanted(session) ||
        session->reconciliation.counts[DN_VERDICT_UNLISTED_FILE])
        return 0;
    dn_error_clear(&problem);
    if (dn_upkeep_write(session, &options, &state->upkeep, &problem) == 0)
        return 0;
    return dn_findings_add(
        &session->reconciliation.findings, &session->arena, DN_WARNING, "snapshot.not-written",
        NULL, error, "snapshots and schema definition are not up to date: %s", problem.message);
}

/* --- telling ---------------------------------------------------------------------------------- */

static void
tell_plan(migration_run *state)
{
    dunlin_result *result = state->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "plan");

    for (size_t i = 0; i < state->plan.count; i++) {
        const dn_plan_step *step = &state->plan.steps[i];
        dunlin_node *node = dn_node_object(result, list, NULL);

        dn_node_set_text(result, node, "action", dn_plan_action_name(step->action));
        if (step->job) {
            dn_node_set_text(result, node, "tag", step->job->migration->tag);
            dn_node_set_integer(result, node, "idx", step->job->migration->idx);
            dn_node_set_integer(result, node, "statements", step->job->info.statements);
            dn_node_set_text(result, node, "path", step->job->migration->path);
            dn_node_set_boolean(result, node, "transactional", step->job->info.transactional);
        }
        dn_node_set_text(result, node, "why", step->why);
        if (step->job && state->previews.jobs)
            dn_dry_run_tell(state->session, node,
                            &state->previews.jobs[step->job - state->plan.jobs]);
    }
}

static size_t
tell_jobs(migration_run *state, dunlin_node *list, const dn_job *jobs, size_t count)
{
    dunlin_result *result = state->session->result;
    size_t applied = 0;

    for (size_t i = 0; i < count; i++) {
        dunlin_node *node;

        if (!jobs[i].applied)
            continue;
        applied++;
        node = dn_node_object(result, list, NULL);
        dn_node_set_integer(result, node, "idx", jobs[i].migration->idx);
        dn_node_set_text(result, node, "tag", jobs[i].migration->tag);
        dn_node_set_integer(result, node, "statements", jobs[i].info.statements);
        dn_node_set_integer(result, node, "duration_us", jobs[i].duration_us);
    }
    return applied;
}

static size_t
tell_applied(migration_run *state)
{
    dunlin_result *result = state->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "applied");
    size_t earlier = tell_jobs(state, list, state->earlier, state->earlier_count);

    return earlier + tell_jobs(state, list, state->plan.jobs, state->plan.job_count);
}

static void
tell_failure(migration_run *state, const dn_error *error)
{
    dunlin_result *result = state->session->result;
    const dn_stop *stop = &state->run.stop;
    dunlin_node *node;

    if (!error || !stop->migration) {
        dn_node_set_null(result, dn_result_node(result), "failed");
        return;
    }
    node = dn_node_object(result, dn_result_node(result), "failed");
    dn_node_set_integer(result, node, "idx", stop->migration->idx);
    dn_node_set_text(result, node, "tag", stop->migration->tag);
    dn_node_set_text(result, node, "path", stop->migration->path);
    dn_node_set_integer(result, node, "statement", stop->statement);
    dn_node_set_integer(result, node, "line", stop->line);
    dn_node_set_integer(result, node, "column", stop->column);
    dn_node_set_text(result, node, "sql", stop->sql);
    dn_node_set_text(result, node, "message", error->message);
    dn_node_set_text(result, node, "hint", error->hint[0] ? error->hint : NULL);
}

static size_t
tell_remaining(migration_run *state)
{
    dunlin_result *result = state->session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "remaining");
    const dn_reconciliation *found = &state->session->reconciliation;
    size_t remaining = 0;

    for (size_t i = 0; i < state->plan.job_count; i++)
        if (!state->plan.jobs[i].applied) {
            dn_node_set_text(result, list, NULL, state->plan.jobs[i].migration->tag);
            remaining++;
        }
    for (size_t i = 0; i < state->plan.held_count; i++, remaining++)
        dn_node_set_text(result, list, NULL, state->plan.held[i]->tag);
    for (size_t i = 0; !state->planned && i < found->count; i++)
        if (found->verdicts[i].pending) {
            dn_node_set_text(result, list, NULL, found->verdicts[i].migration->tag);
            remaining++;
        }
    return remaining;
}

static void
tell_backup(migration_run *state)
{
    dunlin_result *result = state->session->result;
    dunlin_node *node;

    if (!state->run.backed_up) {
        dn_node_set_null(result, dn_result_node(result), "backup");
        return;
    }
    node = dn_node_object(result, dn_result_node(result), "backup");
    dn_node_set_text(result, node, "content", state->run.backup.content);
    dn_node_set_text(result, node, "path", state->run.backup.path);
    dn_node_set_integer(result, node, "bytes", state->run.backup.bytes);
}

/* What the run finds out may stop it. */
static void
add_open(const migration_run *state, dn_text *text)
{
    size_t open = 0;

    for (size_t i = 0; state->previews.jobs && i < state->plan.job_count; i++)
        open += state->previews.jobs[i].open;
    if (!open)
        return;
    dn_text_add_string(text, "; only the run can tell what becomes of ");
    dn_text_add_count(text, (int64_t)open, "statement", "statements");
}

static void
tell_summary(migration_run *state, size_t applied, size_t remaining, bool failed)
{
    dunlin_result *result = state->session->result;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t unlisted = state->session->reconciliation.counts[DN_VERDICT_UNLISTED_FILE];

    if (failed && (!state->planned || state->unsent)) {
        dn_text_add_string(&text, "stopped before anything was sent");
        /* Without the tracker nobody knows. */
        if (state->planned || state->session->reconciliation.count)
            dn_text_printf(&text, "; %zu pending", remaining);
        failed = false;
    } else if (state->options->dry_run && state->plan.job_count) {
        dn_text_add_string(&text, "would apply ");
        dn_text_add_count(&text, (int64_t)state->plan.job_count, "migration", "migrations");
        add_open(state, &text);
    } else if (applied || failed) {
        dn_text_add_string(&text, "applied ");
        dn_text_add_count(&text, (int64_t)applied, "migration", "migrations");
    } else {
        dn_text_add_string(&text, "nothing to do");
    }
    if (failed)
        dn_text_printf(&text, "; %zu not applied", remaining);
    else if (unlisted)
        dn_text_printf(&text, "; left out, as the journal does not list them: %zu", unlisted);
    else if (state->planned && !state->options->dry_run && !remaining)
        dn_text_add_string(&text, "; the database is up to date");
    else if (state->plan.held_count)
        dn_text_printf(&text, "; %zu held back by --to", state->plan.held_count);
    dn_node_set_text(result, dn_result_node(result), "summary", text.data);
}

/* `failure` is NULL when all went well. */
static void
tell(migration_run *state, const dn_error *failure)
{
    dn_session *session = state->session;
    dunlin_result *result = session->result;
    dunlin_node *counts;
    size_t applied;
    size_t remaining;

    dn_session_tell_project(session);
    dn_session_tell_target(session);
    dn_node_set_boolean(result, dn_result_node(result), "dry_run", state->options->dry_run != 0);
    tell_plan(state);
    tell_backup(state);
    dn_upkeep_tell(session, &state->upkeep);
    applied = tell_applied(state);
    tell_failure(state, failure);
    remaining = tell_remaining(state);
    dn_session_tell_findings(session, "findings", &session->reconciliation.findings);
    counts = dn_node_object(result, dn_result_node(result), "counts");
    dn_node_set_integer(result, counts, "applied", (int64_t)applied);
    dn_node_set_integer(result, counts, "already_applied", (int64_t)state->already_applied);
    dn_node_set_integer(result, counts, "remaining", (int64_t)remaining);
    dn_node_set_integer(result, dn_result_node(result), "duration_us",
                        (dn_clock_monotonic_ns() - state->started_ns) / 1000);
    tell_summary(state, applied, remaining, failure != NULL);
    /* A file the journal does not list was left out: that is not "up to date". */
    if (!failure && session->reconciliation.counts[DN_VERDICT_UNLISTED_FILE])
        dn_result_set_exit_code(result, DUNLIN_EXIT_DISAGREEMENT);
}

int
dunlin_migrate(const dunlin_options *options, const dunlin_migrate_options *migrate_options,
               dunlin_result **result, dunlin_error *error)
{
    dn_session session;
    migration_run state;
    int answer;

    memset(&state, 0, sizeof(state));
    state.session = &session;
    dn_session_begin(&session, options);
    choose_options(&state, migrate_options);
    session.shadow = state.options->shadow != 0;
    session.shadow_url = state.options->shadow_url;
    session.tells_failures = true;
    state.started_ns = dn_clock_monotonic_ns();
    answer = migrate(&state, error);
    if (answer == 0)
        answer = keep_up(&state, error);
    if (session.result)
        tell(&state, answer < 0 ? error : NULL);
    return dn_session_finish(&session, answer, result, error);
}

int
dn_migrate_locked(dn_session *session, const char *const *allow, size_t allow_count,
                  dn_error *error)
{
    const dunlin_migrate_options options = {
        .size = sizeof options, .no_backup = 1, .allow = allow, .allow_count = allow_count};
    migration_run state;

    memset(&state, 0, sizeof(state));
    state.session = session;
    choose_options(&state, &options);
    state.locked = true;
    state.plan_options.inspect = true;
    if (look(&state, error) < 0 || carry_out(&state, error) < 0)
        return -1;
    return keep_up(&state, error);
}
