/* SPDX-License-Identifier: MIT
 *
 * What a run makes of the schema that was known before it, kept in the target (core/tracker/known.h).
 * What was otherwise before the run, and is of no concern to its migrations, stays otherwise: a run
 * hides nothing that somebody did by hand.
 */
#ifndef DN_ENGINE_FINGERPRINT_H
#define DN_ENGINE_FINGERPRINT_H

#include "core/engine/session.h"
#include "core/tracker/known.h"

typedef struct dn_fingerprint {
    dn_session *session;
    bool seen; /* the schema could be read */
    const char *basis;
    dn_snapshot before;      /* as it was */
    const dn_fact_map *base; /* as it was known: `before`, or other than that */
    char records[DN_DIGEST_HEX];
} dn_fingerprint;

/* What read the schema of this connection, and from what. NULL: no memory. */
const char *dn_fingerprint_reader(dn_session *session);
/* The whole schema of the target, with what the project ignores. */
int dn_fingerprint_look(dn_session *session, dn_snapshot *snapshot, dn_error *error);
/* The facts of a row, by the names of the connection; NULL when it has none that can be read. Grants that it
 * does not tell, and are looked at today, are those of `now`, or none where that is NULL. */
int dn_fingerprint_facts(dn_session *session, const dn_known *known, const dn_fact_map *now,
                         const dn_fact_map **facts, dn_error *error);
/* Are there such? */
bool dn_fingerprint_lacks_grants(dn_session *session, const dn_known *known);
/* Whether they are told as they are today: by the same reader, or made from texts just now. */
int dn_fingerprint_speaks(dn_session *session, const dn_known *known, bool *speaks,
                          dn_error *error);
/* Whether a row is about these facts, which are those of the target now. */
int dn_fingerprint_is(dn_session *session, const dn_known *known, const dn_fact_map *facts,
                      bool *same, dn_error *error);

/* Under the lock, with an observation, before anything is sent. That the schema cannot be read is no
 * failure: nothing is kept then. */
int dn_fingerprint_begin(dn_session *session, dn_fingerprint *own, dn_error *error);
/* Behind it, whether it failed or not: `action` is the command, files are those that were run or recorded.
 * What was done stays done if the schema cannot be read or kept: the next comparison takes longer. */
void dn_fingerprint_end(dn_fingerprint *own, const char *action, const char *run_id,
                        const dn_migration *const *files, size_t count);
/* A row about a snapshot, whose digest it fills in; what is not told is taken from the session and
 * its tracker. */
int dn_fingerprint_keep(dn_session *session, dn_snapshot *snapshot, dn_known *known,
                        dn_error *error);

#endif
