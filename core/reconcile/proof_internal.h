/* SPDX-License-Identifier: MIT
 *
 * Private to core/reconcile: what the parts of a proof hand on.
 */
#ifndef DN_RECONCILE_PROOF_INTERNAL_H
#define DN_RECONCILE_PROOF_INTERNAL_H

#include "core/reconcile/proof.h"
#include "core/reconcile/votes.h"

/* Which statements of a migration were run, into *proof. */
int dn_prove_steps(const dn_claim *claim, const dn_fact_map *schema, dn_arena *arena,
                   dn_proof *proof, dn_error *error);
/* What the schema holds beside what the migrations that were run left. */
int dn_prove_drift(const dn_claim *claims, const dn_ballot *ballot, const dn_fact_map *schema,
                   dn_arena *arena, dn_proofs *proofs, dn_error *error);

#endif
