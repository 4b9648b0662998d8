/* SPDX-License-Identifier: MIT
 *
 * What the project's folder says of the schema, kept up to date: the head snapshot, the effects of
 * migrations and the schema definition (docs/snapshots.md, docs/definition.md).
 *
 * What is written was read from a database: the throw-away one in which the history was replayed,
 * else the target. A change that somebody made to the target by hand is not written where a replay is
 * allowed. Files are durable, those that are as they should be are left alone, and a definition that
 * somebody has edited is never overwritten.
 */
#ifndef DN_ENGINE_UPKEEP_H
#define DN_ENGINE_UPKEEP_H

#include "core/engine/definition.h"

typedef struct dn_upkeep_file {
    const char *what; /* "snapshot", "effects", "definition" */
    const char *path; /* of effects their folder */
    size_t written;   /* how many files; 0: as it was, or see why */
    const char *why;  /* it is not written: one sentence, lower case, no full stop; or NULL */
} dn_upkeep_file;

typedef struct dn_upkeep {
    dn_upkeep_file files[3];
    size_t count;
    dn_snapshot snapshot; /* of the newest state; its facts are NULL when it is not known */
} dn_upkeep;

typedef struct dn_upkeep_options {
    bool shadow; /* --shadow */
    const char *shadow_url;
    bool definition; /* that, too */
    bool anew;       /* files of effects that are there are not believed where it can be replayed */
} dn_upkeep_options;

/* Whether `migrate` does it for this target. */
bool dn_upkeep_wanted(const dn_session *session);
/* Needs journal, connection and a reconciliation in which nothing is pending. */
int dn_upkeep_write(dn_session *session, const dn_upkeep_options *options, dn_upkeep *upkeep,
                    dn_error *error);
void dn_upkeep_tell(dn_session *session, const dn_upkeep *upkeep);

#endif
