/* SPDX-License-Identifier: MIT
 *
 * Private to core/plan: entries that arrived late, from another branch.
 */
#ifndef DN_PLAN_LATE_H
#define DN_PLAN_LATE_H

#include "core/plan/plan.h"

/* A pending migration that is listed before applied ones has to give the same result behind them. That
 * is told from the texts (late_pair.h), and where one has statements that tell nothing (rows, or text that
 * only the server understands) the other may make new tables and types only. Where
 * texts do not tell it and neither changes rows, options->replay_late is asked. Fails with
 * plan.late-conflict (DISAGREEMENT) for the first pair of which it cannot be said; tags that are allowed
 * are passed over. */
int dn_plan_check_late(dn_connection *connection, const dn_observation *observation,
                       const dn_reconciliation *reconciliation, const dn_plan_options *options,
                       dn_arena *arena, dn_error *error);

#endif
