/* SPDX-License-Identifier: MIT */
#include "core/plan/plan.h"

#include <string.h>

#include "core/plan/late.h"

enum { KEPT_TEXTS = 4 * 1024 * 1024 };

const char *
dn_plan_action_name(dn_plan_action action)
{
    static const char *const names[] = {"backup", "create-tracker", "apply"};

    return names[action];
}

static bool
is_allowed(const dn_plan_options *options, const char *tag)
{
    for (size_t i = 0; i < options->allow_count; i++)
        if (strcmp(options->allow[i], tag) == 0)
            return true;
    return false;
}

/* The finding that a verdict or a stop is about, for its words. */
static const dn_finding *
finding_of(const dn_reconciliation *reconciliation, const char *id, const char *object)
{
    for (size_t i = 0; i < reconciliation->findings.count; i++) {
        const dn_finding *finding = &reconciliation->findings.items[i];

        if (finding->severity != DN_ERROR_FINDING || (id && strcmp(finding->id, id) != 0))
            continue;
        if (!object || (finding->object && strcmp(finding->object, object) == 0))
            return finding;
    }
    return NULL;
}

static int
stop_for(const dn_finding *finding, size_t more, dn_error *error)
{
    if (more)
        dn_fail(error, DUNLIN_DISAGREEMENT, finding->id, "%s (and %zu more)", finding->message,
                more);
    else
        dn_fail(error, DUNLIN_DISAGREEMENT, finding->id, "%s", finding->message);
    error->exit_code = DUNLIN_EXIT_DISAGREEMENT; /* whatever the finding amounts to elsewhere */
    return -1;
}

static int
check_stops(const dn_reconciliation *reconciliation, const dn_plan_options *options,
            dn_error *error)
{
    const dn_finding *first = NULL;
    size_t stops = 0;

    if (reconciliation->stops &&
        !(options->allow_nonempty && strcmp(reconciliation->stop_id, "tracker.not-empty") == 0)) {
        first = finding_of(reconciliation, reconciliation->stop_id, NULL);
        stops++;
    }
    for (size_t i = 0; i < reconciliation->count; i++) {
        const dn_verdict *verdict = &reconciliation->verdicts[i];

        if (!verdict->stops || is_allowed(options, verdict->migration->tag))
            continue;
        if (!first)
            first = finding_of(reconciliation, NULL, verdict->migration->tag);
        stops++;
    }
    return first ? stop_for(first, stops - 1, error) : 0;
}

static int
check_tag(const dn_reconciliation *reconciliation, const char *tag, const char *option,
          dn_error *error)
{
    for (size_t i = 0; i < reconciliation->count; i++)
        if (strcmp(reconciliation->verdicts[i].migration->tag, tag) == 0)
            return 0;
    return dn_fail(error, DUNLIN_USAGE, "plan.unknown-tag",
                   "%s names '%s', and there is no such migration", option, tag);
}

static int
check_tags(const dn_reconciliation *reconciliation, const dn_plan_options *options, dn_error *error)
{
    if (options->to && check_tag(reconciliation, options->to, "--to", error) < 0)
        return -1;
    for (size_t i = 0; i < options->allow_count; i++)
        if (check_tag(reconciliation, options->allow[i], "--allow", error) < 0)
            return -1;
    return 0;
}

static int
add_job(dn_connection *connection, dn_translator *translator, const dn_migration *migration,
        const dn_plan_options *options, dn_arena *arena, dn_plan *plan, dn_error *error)
{
    dn_job *job = &plan->jobs[plan->job_count++];

    job->migration = migration;
    if (!options->inspect)
        return 0;
    if (dn_script_examine(connection, translator, migration, arena, &plan->text_budget, &job->info,
                          plan->needs, error) < 0)
        return -1;
    if (dn_connection_server(connection)->pooled && !job->info.transactional)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "plan.pooled",
                       "%s:%u: this migration cannot run through a transaction pooler: it has %s",
                       migration->path, job->info.reason_line, job->info.reason);
    if (options->single_transaction && !job->info.transactional)
        return dn_fail(error, DUNLIN_USAGE, "plan.not-transactional",
                       "%s:%u: --single-transaction cannot hold this migration: it has %s",
                       migration->path, job->info.reason_line, job->info.reason);
    return 0;
}

static int
collect(dn_connection *connection, dn_translator *translator,
        const dn_reconciliation *reconciliation, const dn_plan_options *options, dn_arena *arena,
        dn_plan *plan, dn_error *error)
{
    bool beyond = false;

    for (size_t i = 0; i < reconciliation->count; i++) {
        const dn_verdict *verdict = &reconciliation->verdicts[i];
        const dn_migration *migration = verdict->migration;

        if (verdict->pending && beyond)
            plan->held[plan->held_count++] = migration;
        else if (verdict->pending &&
                 add_job(connection, translator, migration, options, arena, plan, error) < 0)
            return -1;
        if (options->to && strcmp(migration->tag, options->to) == 0)
            beyond = true;
    }
    return 0;
}

static void
add_step(dn_plan *plan, dn_plan_action action, const dn_job *job, const char *why)
{
    plan->steps[plan->count++] = (dn_plan_step){action, job, why};
}

static void
order_steps(const dn_observation *observation, const dn_plan_options *options, bool backup,
            dn_plan *plan)
{
    if (!plan->job_count)
        return;
    if (backup && options->backup)
        add_step(plan, DN_PLAN_BACKUP, NULL, "before the first change");
    if (!observation->tracker.present || !observation->tracker.ours_present)
        add_step(plan, DN_PLAN_CREATE_TRACKER, NULL, "the tracker does not exist yet");
    for (size_t i = 0; i < plan->job_count; i++)
        add_step(plan, DN_PLAN_APPLY, &plan->jobs[i],
                 plan->jobs[i].info.statements ? "pending" : "pending; it holds no statement");
}

/* The tracker comes before all migrations: its tables are made, or get rows. */
static int
need_tracker(const dn_tracker *tracker, dn_arena *arena, dn_needs *needs, dn_error *error)
{
    const struct {
        const char *table;
        bool present;
    } tables[] = {{tracker->quoted, tracker->present}, {tracker->ours, tracker->ours_present}};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const char *sql;

        if (!tables[i].table || (i && strcmp(tables[0].table, tables[1].table) == 0))
            continue;
        sql = dn_arena_printf(arena, tables[i].present ? "INSERT INTO %s (" : "CREATE TABLE %s (",
                              tables[i].table);
        if (!sql)
            return dn_no_memory(error);
        if (dn_needs_add_own(needs, sql, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_plan_check_tracker(dn_connection *connection, const dn_tracker *tracker, dn_arena *arena,
                      dn_error *error)
{
    dn_needs *needs;

    if (!dn_connection_driver(connection)->table.check_privileges)
        return 0;
    needs = dn_needs_new(arena);
    if (!needs)
        return dn_no_memory(error);
    return need_tracker(tracker, arena, needs, error) < 0
               ? -1
               : dn_needs_check(connection, needs, error);
}

static int
prepare_needs(dn_connection *connection, const dn_observation *observation,
              const dn_reconciliation *reconciliation, const dn_plan_options *options,
              dn_arena *arena, dn_plan *plan, dn_error *error)
{
    if (!options->inspect || !reconciliation->pending ||
        !dn_connection_driver(connection)->table.check_privileges)
        return 0;
    plan->needs = dn_needs_new(arena);
    if (!plan->needs)
        return dn_no_memory(error);
    return need_tracker(&observation->tracker, arena, plan->needs, error);
}

int
dn_plan_build(dn_connection *connection, dn_translator *translator,
              const dn_observation *observation, const dn_reconciliation *reconciliation,
              const dn_plan_options *options, dn_arena *arena, dn_plan *plan, dn_error *error)
{
    bool empty = true;
    size_t most = reconciliation->pending + 1;

    memset(plan, 0, sizeof(*plan));
    plan->text_budget = KEPT_TEXTS;
    if (check_tags(reconciliation, options, error) < 0)
        return -1;
    if (check_stops(reconciliation, options, error) < 0 ||
        dn_plan_check_late(connection, observation, reconciliation, options, arena, error) < 0)
        return -1;
    plan->jobs = (dn_job *)dn_arena_array(arena, most, sizeof(*plan->jobs));
    plan->held = (const dn_migration **)dn_arena_array(arena, most, sizeof(*plan->held));
    plan->steps = (dn_plan_step *)dn_arena_array(arena, most + 2, sizeof(*plan->steps));
    if (!plan->jobs || !plan->held || !plan->steps)
        return dn_no_memory(error);
    if (prepare_needs(connection, observation, reconciliation, options, arena, plan, error) < 0 ||
        collect(connection, translator, reconciliation, options, arena, plan, error) < 0)
        return -1;
    if (plan->needs && plan->job_count && dn_needs_check(connection, plan->needs, error) < 0)
        return -1;
    if (plan->job_count && options->backup && dn_connection_is_empty(connection, &empty, error) < 0)
        return -1;
    order_steps(observation, options, !empty, plan);
    return 0;
}
