/* SPDX-License-Identifier: MIT
 *
 * Reconciliation: evidence -> verdicts. Pure: no files, no database. The words are those of
 * docs/verdicts.md.
 */
#ifndef DN_RECONCILE_RECONCILE_H
#define DN_RECONCILE_RECONCILE_H

#include "core/project/project.h"
#include "core/reconcile/proof.h"
#include "core/state/state.h"

typedef enum dn_verdict_kind {
    DN_VERDICT_APPLIED = 0,
    DN_VERDICT_PENDING,
    DN_VERDICT_PARTIAL,
    DN_VERDICT_APPLIED_UNRECORDED,
    DN_VERDICT_RECORDED_ABSENT,
    DN_VERDICT_CONTRADICTED,
    DN_VERDICT_UNPROVABLE,
    DN_VERDICT_EDITED,
    DN_VERDICT_RENAMED,
    DN_VERDICT_MISSING_FILE,
    DN_VERDICT_UNLISTED_FILE,
    DN_VERDICT_COUNT
} dn_verdict_kind;
const char *dn_verdict_name(dn_verdict_kind verdict);

typedef struct dn_verdict {
    dn_verdict_kind verdict;
    const char *file; /* ok, edited-cosmetic, edited, renamed, missing-file, unlisted-file */
    bool recorded;
    /* "proved", "consistent" or "unprovable" where the schema was looked at; before that, or where
     * nobody knows the effects, "recorded" when the tracker says so and "unprovable" otherwise. */
    const char *confidence;
    const dn_proof *proof; /* NULL: the schema was not looked at */
    bool pending;          /* to be applied by migrate, unless something stops it */
    bool stops;            /* keeps migrate from running unless its tag is allowed */
    const dn_migration *migration;
    const dn_match *match;
    const char *note; /* one sentence for people, or NULL */
    const char *late; /* pending: why its order may matter, or NULL (dn_plan_judge_late) */
} dn_verdict;

/* A line that a definition in another language lacks; that file is never edited. */
typedef struct dn_addition {
    const char *object; /* "column 'users.email'" */
    const char *file;
    unsigned line; /* behind which it goes; 0: at the end */
    bool replaces; /* it stands in for that line */
    const char *text;
} dn_addition;

typedef struct dn_reconciliation {
    dn_verdict *verdicts; /* listed migrations in journal order, then unlisted files */
    size_t count;
    size_t counts[DN_VERDICT_COUNT];
    size_t pending;
    size_t applied;       /* recorded, whatever their verdict */
    dn_findings findings; /* those of the journal included */
    bool stops;           /* a finding that belongs to no single tag keeps migrate from running */
    const char *stop_id;  /* of the first such finding */
    bool journal_files;   /* journal and files agree */
    bool files_tracker;   /* files and tracker agree, pending ones apart */
    /* Once the schema was looked at. */
    bool seen;
    bool blind;          /* nobody knows the effects of any migration: nothing could be compared */
    bool tracker_schema; /* what is recorded is there, what is not is not, and there is no drift */
    const dn_proofs *proofs; /* drift; their items are those of the history */
    size_t outside;          /* not recorded, and there all the same */
    /* Once a definition was looked at. */
    bool definition_lacks; /* something that migrations make */
    const dn_addition *additions;
    size_t addition_count;
} dn_reconciliation;

int dn_reconcile(const dn_observation *observation, dn_ahead ahead, dn_arena *arena,
                 dn_reconciliation *reconciliation, dn_error *error);

/* As far as was looked: without the schema, journal, files and tracker. */
bool dn_reconcile_agrees(const dn_reconciliation *reconciliation);

/* --- the schema as well ------------------------------------------------------------------------ */
/* The history that a fresh database would get: listed migrations, with unlisted files where their
 * names put them. */
typedef struct dn_past {
    size_t verdict;           /* place in the reconciliation */
    const dn_migration *file; /* the one to replay; NULL: it is missing */
} dn_past;
int dn_reconcile_history(const dn_reconciliation *reconciliation, dn_arena *arena,
                         dn_past **history, size_t *count, dn_error *error);
/* Holds their effects, one for each of the history, against the schema. Proofs that want steps may
 * be had again with these. */
int dn_reconcile_prove(const dn_reconciliation *reconciliation, const dn_past *history,
                       const dn_migration_effects *effects, size_t count, const dn_fact_map *schema,
                       dn_arena *arena, dn_proofs *proofs, dn_error *error);
/* Judges anew by what was proved; once. */
int dn_reconcile_schema(dn_reconciliation *reconciliation, const dn_observation *observation,
                        const dn_past *history, const dn_migration_effects *effects,
                        const dn_proofs *proofs, dn_arena *arena, dn_error *error);
/* "; 'x' is a tracker of ...", where that of another tool is among what is there; else empty. NULL: no
 * memory. */
const char *dn_reconcile_other_tracker(const dn_observation *seen, dn_arena *arena);
/* One paragraph: what happened. */
const char *dn_reconcile_story(const dn_reconciliation *reconciliation,
                               const dn_observation *observation, dn_arena *arena);

/* "journal, files and tracker agree: 12 applied, nothing pending" */
const char *dn_reconcile_summary(const dn_reconciliation *reconciliation, dn_arena *arena);

#endif
