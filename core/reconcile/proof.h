/* SPDX-License-Identifier: MIT
 *
 * Proofs: the effects of a history held against a schema. Pure, as all of core/reconcile.
 *
 * What is said is that effects are there or not, never who made them.
 */
#ifndef DN_RECONCILE_PROOF_H
#define DN_RECONCILE_PROOF_H

#include "core/journal/journal.h"
#include "core/state/effects.h"

typedef enum dn_effects_kind {
    DN_EFFECTS_UNKNOWN = 0,  /* nobody knows what it changes */
    DN_EFFECTS_PRESENT,      /* all of it is there, but for what later ones replaced */
    DN_EFFECTS_ABSENT,       /* none of it */
    DN_EFFECTS_PARTIAL,      /* some of it */
    DN_EFFECTS_SUPERSEDED,   /* later ones replaced all of it */
    DN_EFFECTS_CONTRADICTED, /* something else is there */
    DN_EFFECTS_NONE          /* it leaves nothing that could be seen */
} dn_effects_kind;
const char *dn_effects_name(dn_effects_kind kind);

/* One migration of the history, in order of application. */
typedef struct dn_claim {
    const dn_migration_effects *effects;
    const char *tag;
    bool recorded;
    bool edited; /* recorded, and its text is another one by now: so are its effects */
} dn_claim;

typedef struct dn_proof {
    dn_effects_kind kind;
    bool done;         /* it was run, as far as can be seen; of PARTIAL: begun */
    bool proved;       /* every effect is there, or provably superseded; of ABSENT: none is */
    bool stuck;        /* of CONTRADICTED: what it changes is not there any more */
    bool named;        /* only names were compared, which proves nothing */
    bool changes_rows; /* beside, or in the place of, effects */
    bool makes_table;
    bool wants_steps;  /* with the effects of its statements more could be said */
    unsigned *missing; /* ordinals of the statements that are still to be run */
    size_t missing_count;
    bool chained; /* they were left out because no breakpoint stands before them */
    const dn_statement_effects *steps; /* of the claim */
    size_t step_count;
    const dn_difference
        *example;              /* of ABSENT, PARTIAL, CONTRADICTED: an effect that is not there */
    const dunlin_fact *actual; /* what is there instead, or NULL */
    size_t effects, present;
} dn_proof;

/* What is otherwise than the history says. What is extra is not told where some migration may have
 * made it of which nobody knows all effects; a column is only made by a text that names it. */
typedef enum dn_drift_kind {
    DN_DRIFT_EXTRA = 0, /* in an object of the history, or an object that it dropped */
    DN_DRIFT_MISSING,
    DN_DRIFT_CHANGED,
    DN_DRIFT_LEGACY /* a whole object that no migration touches */
} dn_drift_kind;

#define DN_DRIFT_OF_NOBODY SIZE_MAX /* nobody knows of whom */

typedef struct dn_drift {
    dn_drift_kind kind;
    const dunlin_fact *expected; /* NULL: nothing */
    const dunlin_fact *actual;   /* NULL: nothing */
    bool within;                 /* MISSING: a member of what is missing itself */
    size_t claim;                /* that left it as expected, or DN_DRIFT_OF_NOBODY; of EXTRA and
                                  * LEGACY: no meaning */
} dn_drift;

/* A table of the history that is gone, and one of nobody's that has all of its columns. */
typedef struct dn_moved {
    const dunlin_fact *expected;
    const dunlin_fact *actual;
} dn_moved;

/* Of the same name, in another schema? */
bool dn_moved_is_elsewhere(const dn_moved *moved);

typedef struct dn_proofs {
    dn_proof *items; /* one per claim */
    size_t count;
    dn_drift *drift;
    size_t drift_count;
    dn_moved *moved;
    size_t moved_count;
} dn_proofs;

int dn_prove(const dn_claim *claims, size_t count, const dn_fact_map *schema, dn_arena *arena,
             dn_proofs *proofs, dn_error *error);

#endif
