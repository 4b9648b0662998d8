/* SPDX-License-Identifier: MIT
 *
 * What the migrations of a history change, and what of that the schema shows.
 */
#ifndef DN_ENGINE_EFFECTS_H
#define DN_ENGINE_EFFECTS_H

#include "core/engine/session.h"
#include "core/state/replay.h"

typedef struct dn_evidence {
    /* "shadow"; "cache": what an earlier replay kept; "files": names that their text tells; "none" */
    const char *source;
    const char *why; /* why not all of it was replayed, or NULL */
    dn_past *history;
    dn_migration_effects *effects; /* one for each of the history */
    dn_migration_effects *judged;  /* the same, with names where nothing else is known */
    size_t count;
    dn_proofs proofs;
    dn_differences
        accepted; /* what is otherwise, and may be (accepted.h); the proofs do not see it */
    const char *accepted_by_name; /* why that is not all of it, in a sentence, or NULL */
    dn_shadow_choice choice;
    dn_replay *replay; /* begun, and not ended */
} dn_evidence;

/* Needs a reconciliation. What earlier replays kept is read from here on, beside looking at the schema. To be
 * ended, whatever comes. */
int dn_evidence_begin(dn_session *session, const dunlin_doctor_options *doctor,
                      dn_evidence *evidence, dn_error *error);
void dn_evidence_end(dn_evidence *evidence);
/* Of one that was begun. Statements are replayed one by one where that tells more. */
int dn_evidence_collect(dn_session *session, const dunlin_doctor_options *doctor,
                        const dn_fact_map *schema, dn_evidence *evidence, dn_error *error);

/* The effects alone, held against nothing; of one that was not begun. */
int dn_evidence_replay(dn_session *session, const dunlin_doctor_options *doctor,
                       dn_evidence *evidence, dn_error *error);

/* effects_drift.c: what was changed by hand, where no effects are known. `by_name` is what names prove. */
int dn_evidence_drift(dn_session *session, const dn_fact_map *schema, const dn_proofs *by_name,
                      dn_evidence *evidence, dn_error *error);

#endif
