/* SPDX-License-Identifier: MIT
 *
 * A migration that is recorded, and of which nothing is left: the schema that the last run left had it, and
 * the one that is there has not.
 */
#ifndef DN_ENGINE_ABSENT_H
#define DN_ENGINE_ABSENT_H

#include "core/engine/session.h"

/* Needs a reconciliation. `then`: what the last run left. Errors: migration.recorded-absent for the first such
 * migration that is not allowed. */
int dn_absent_check(dn_session *session, const dn_fact_map *then, const dn_fact_map *now,
                    const char *const *allow, size_t allow_count, dn_error *error);

#endif
