/* SPDX-License-Identifier: MIT
 *
 * What `migrate --dry-run` tells of one migration.
 */
#ifndef DN_ENGINE_DRY_RUN_H
#define DN_ENGINE_DRY_RUN_H

#include "core/engine/session.h"
#include "core/execute/preview.h"

/* The list "sql" of a step of the plan. */
void dn_dry_run_tell(dn_session *session, dunlin_node *step, const dn_preview *preview);

#endif
