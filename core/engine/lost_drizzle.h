/* SPDX-License-Identifier: MIT
 *
 * A folder of drizzle-kit's that lost all of `meta` looks like one of plain files; the database may remember.
 */
#ifndef DN_ENGINE_LOST_DRIZZLE_H
#define DN_ENGINE_LOST_DRIZZLE_H

#include "core/engine/session.h"

/* Behind a reconciliation. Where Drizzle's tracker records files of the folder, a journal rebuilt in memory takes
 * the place of the session's, and all is reconciled anew; a tracker without rows of the folder is a finding.
 * Nothing is asked where dunlin.json says whose folder it is. */
int dn_lost_drizzle_find(dn_session *session, bool *rebuilt, dn_error *error);
/* Fails with journal.lost (DISAGREEMENT) instead. */
int dn_lost_drizzle_refuse(dn_session *session, dn_error *error);

#endif
