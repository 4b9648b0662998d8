/* SPDX-License-Identifier: MIT */
#ifndef DN_STATE_INTERNAL_H
#define DN_STATE_INTERNAL_H

#include "core/state/state.h"

/* Fills matches, unlisted and unknown. Pure. */
int dn_state_match(dn_observation *observation, dn_arena *arena, dn_error *error);

/* Decides whether a file that is not what was recorded differs in substance. */
int dn_state_explain_edit(dn_connection *connection, const dn_tracker *tracker,
                          const dn_migration *migration, dn_match *match, dn_error *error);

#endif
