/* SPDX-License-Identifier: MIT
 *
 * Private to core/reconcile: what the parts of a proof hand on.
 */
#ifndef DN_RECONCILE_PROOF_INTERNAL_H
#define DN_RECONCILE_PROOF_INTERNAL_H

#include "core/reconcile/proof.h"
#include "core/reconcile/votes.h"

/* Which statements of a migration were run, into its proof. What later ones made of that, which were run, is no
 * sign that it was not. */
int dn_prove_steps(const dn_claim *claims, size_t at, const dn_fact_map *schema, dn_arena *arena,
                   dn_proofs *proofs, dn_error *error);
/* What the schema holds beside what the migrations that were run left. */
int dn_prove_drift(const dn_claim *claims, const dn_ballot *ballot, const dn_fact_map *schema,
                   dn_arena *arena, dn_proofs *proofs, dn_error *error);
/* Was it run, or may it have been, and nobody knows what it changes? Its file is lost, or could not be replayed. */
bool dn_prove_is_veiled(const dn_claim *claim);
/* May a later one of those have changed that? */
bool dn_prove_is_hidden(const dn_claim *claims, const dn_proofs *proofs, size_t from,
                        const dunlin_fact *fact);
/* A column, key, index or trigger of that table, by its path? */
bool dn_is_right_below(const dunlin_fact *member, const dunlin_fact *owner);
/* Tables that are there under another name; behind dn_prove_drift. */
int dn_prove_moved(const dn_claim *claims, const dn_ballot *ballot, const dn_fact_map *schema,
                   dn_arena *arena, dn_proofs *proofs, dn_error *error);

#endif
