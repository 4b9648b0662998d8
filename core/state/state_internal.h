/* SPDX-License-Identifier: MIT */
#ifndef DN_STATE_INTERNAL_H
#define DN_STATE_INTERNAL_H

#include "core/state/state.h"

/* Fills matches, unlisted and unknown. Pure. */
/* `sight` may be NULL. */
int dn_state_match(dn_observation *observation, const dn_sight *sight, dn_arena *arena,
                   dn_error *error);

/* Trackers, ours and other tools', are nobody's schema: the tables with all that lies in them.
 * `tracker`: a name of its own, or NULL. */
bool dn_state_is_tracker(uint64_t naming, const char *tracker, const dunlin_fact *fact);
/* The fact as snapshots have it; its members live in the arena, all else is borrowed. */
int dn_state_canonical(const dunlin_fact *fact, dn_arena *arena, dunlin_fact *canonical,
                       dn_error *error);

/* Decides whether a file that is not what was recorded differs in substance. */
int dn_state_explain_edit(dn_connection *connection, const dn_tracker *tracker,
                          const dn_migration *migration, dn_match *match, dn_error *error);

/* Of rows that record nothing here: what they did, by the text that the tracker kept. */
int dn_state_explain_unknown(dn_connection *connection, dn_observation *observation,
                             dn_arena *arena, dn_error *error);

#endif
