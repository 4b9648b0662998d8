/* SPDX-License-Identifier: MIT
 *
 * Private to `dunlin adopt`: finding out whose a database is, and what of it to take over.
 */
#ifndef DN_ENGINE_ADOPT_H
#define DN_ENGINE_ADOPT_H

#include "core/engine/diagnosis.h"

/* The tool whose folder and tables they are, in project.layout, and the journal read that way; *found
 * false: nobody's but dunlin's or Drizzle's. Needs a connection. */
int dn_adopt_find(dn_session *session, const char *from, bool *found, dn_error *error);

/* What a record of ours will say of a migration. */
typedef struct dn_adoption {
    const dn_verdict **proved; /* the schema shows it */
    size_t proved_count;
    const dn_verdict **claimed; /* the tool says so, and nothing could be seen */
    size_t claimed_count;
} dn_adoption;
/* Holds claims against effects. Refuses what contradicts itself: adopt.contradicted, tracker.failed.
 * `ours` is the tracker of dunlin: what it has already is left out. */
int dn_adopt_judge(dn_session *session, const dn_tracker *ours, dn_adoption *adoption,
                   dn_error *error);
/* The steps in order. */
int dn_adopt_plan(dn_session *session, const dn_adoption *adoption, const dn_tracker *ours,
                  dn_repair *plan, dn_error *error);

#endif
