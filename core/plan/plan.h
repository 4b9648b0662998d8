/* SPDX-License-Identifier: MIT
 *
 * Plans: what a run would do, in order, as data. Building one reads files and changes nothing.
 */
#ifndef DN_PLAN_PLAN_H
#define DN_PLAN_PLAN_H

#include "core/reconcile/reconcile.h"

typedef struct dn_plan_options {
    const char *to;           /* last tag to apply, or NULL */
    const char *const *allow; /* tags whose findings do not stop the run */
    size_t allow_count;
    bool allow_nonempty;
    bool single_transaction;
    bool backup;  /* take one before the first change, where there is something */
    bool inspect; /* look into the pending files; without it, only count them */
    /* Sets *equal where what came late, run behind what is applied, makes the schema that the order of the
     * journal makes. Asked where texts do not tell that of entries that arrived late; 1, or NULL: nobody
     * knows. */
    int (*replay_late)(void *context, bool *equal, dn_error *error);
    void *context;
} dn_plan_options;

typedef enum dn_plan_action {
    DN_PLAN_BACKUP = 0,
    DN_PLAN_CREATE_TRACKER,
    DN_PLAN_APPLY
} dn_plan_action;
const char *dn_plan_action_name(dn_plan_action action);

typedef struct dn_plan_step {
    dn_plan_action action;
    const dn_job *job; /* of APPLY */
    const char *why;
} dn_plan_step;

typedef struct dn_plan {
    dn_plan_step *steps; /* none: nothing to do */
    size_t count;
    dn_job *jobs; /* what APPLY steps point to, in order */
    size_t job_count;
    const dn_migration **held; /* pending, but behind --to */
    size_t held_count;
    dn_needs *needs;    /* what the pending files need; NULL where nobody can tell */
    size_t text_budget; /* bytes of pending files that may still be kept in memory */
} dn_plan;

/* For each pending migration of which nobody knows whether it does the same behind those that are applied:
 * verdict->late, as a sentence. It keeps a run from beginning. */
int dn_plan_judge_late(dn_connection *connection, const dn_observation *observation,
                       dn_reconciliation *reconciliation, const dn_plan_options *options,
                       dn_arena *arena, dn_error *error);

/* May the tables of the tracker be made, or get rows? Errors: privileges.missing. */
int dn_plan_check_tracker(dn_connection *connection, const dn_tracker *tracker, dn_arena *arena,
                          dn_error *error);

/* The translator, NULL for none, is told what is pending. Fails with the finding that stops the run (status DISAGREEMENT), with plan.unknown-tag,
 * with what is wrong in a pending file, or with the privileges that are missing
 * (privileges.missing), before anything is sent. */
int dn_plan_build(dn_connection *connection, dn_translator *translator,
                  const dn_observation *observation, const dn_reconciliation *reconciliation,
                  const dn_plan_options *options, dn_arena *arena, dn_plan *plan, dn_error *error);

#endif
