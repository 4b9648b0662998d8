/* SPDX-License-Identifier: MIT
 *
 * Throw-away databases of replays that were killed. Who replays drops them on the way; this is for who had
 * nothing to replay.
 */
#ifndef DN_ENGINE_LEFTOVERS_H
#define DN_ENGINE_LEFTOVERS_H

#include "core/engine/effects.h"

/* Drops them where a replay may make such databases; elsewhere a warning names them. Costs one connection, and
 * fails nothing. */
void dn_leftovers_sweep(dn_session *session, const dn_evidence *evidence);

#endif
