/* SPDX-License-Identifier: MIT
 *
 * Entries that arrived late, from another branch: whether the order makes a difference, by their effects.
 */
#ifndef DN_ENGINE_LATE_H
#define DN_ENGINE_LATE_H

#include "core/engine/session.h"

/* dn_plan_options.replay_late; the context is the dn_session. Effects are those that files keep, and those
 * of a replay where it is allowed (docs/replay.md). */
int dn_late_replay(void *context, bool *equal, dn_error *error);

#endif
