/* SPDX-License-Identifier: MIT
 *
 * Of a migration that is there in part: which of its statements were run. One statement takes
 * effect as a whole, so one that is there in part only clashes with something made by hand.
 */
#include "core/reconcile/proof_internal.h"

typedef struct stepping {
    const dn_claim *claim;
    const dn_entry *entries;
    size_t count;
} stepping;

static bool
is_split(const dn_entry *entry)
{
    return entry->clashes || (entry->votes[DN_VOTE_PRESENT] && entry->votes[DN_VOTE_ABSENT]);
}

static bool
is_missing(const stepping *work, size_t at)
{
    const dn_entry *entry = &work->entries[at];

    return entry->votes[DN_VOTE_ABSENT] && !entry->votes[DN_VOTE_PRESENT];
}

/* Of a statement that leaves nothing to be seen its neighbours decide: one that stands before
 * something that was done is taken as done, as statements run in order. */
static bool
is_done_later(const stepping *work, size_t at)
{
    for (size_t i = at + 1; i < work->count; i++)
        if (work->entries[i].standing == DN_STANDING_DONE)
            return true;
    return false;
}

static int
list_missing(const stepping *work, dn_arena *arena, dn_proof *proof, dn_error *error)
{
    const dn_statement_effects *steps = work->claim->effects->steps;
    bool chained = true;
    bool behind = false; /* something is missing before this one */

    proof->missing = dn_arena_array(arena, work->count + 1, sizeof *proof->missing);
    if (!proof->missing)
        return dn_no_memory(error);
    for (size_t i = 0; i < work->count; i++) {
        bool open = work->entries[i].standing == DN_STANDING_UNKNOWN;

        if (!is_missing(work, i) && !(open && behind && !is_done_later(work, i)))
            continue;
        behind = true;
        chained = chained && steps[i].chained;
        proof->missing[proof->missing_count++] = steps[i].ordinal;
    }
    proof->chained = chained && proof->missing_count;
    return 0;
}

/* Rows written right before the first missing statement may or may not be there. */
static bool
is_undecided(const stepping *work, const dn_proof *proof)
{
    const dn_statement_effects *steps = work->claim->effects->steps;

    for (size_t i = 0; i < work->count; i++) {
        if (proof->missing_count && steps[i].ordinal >= proof->missing[0])
            return false;
        if (steps[i].data && work->entries[i].standing == DN_STANDING_UNKNOWN &&
            !is_done_later(work, i))
            return true;
    }
    return false;
}

/* Its statements, and behind them the later migrations that were run. */
static void
fill(dn_ballot *ballot, const dn_claim *claims, size_t at, const dn_proofs *proofs)
{
    const dn_migration_effects *effects = claims[at].effects;

    for (size_t i = 0; i < effects->step_count; i++)
        ballot->entries[ballot->entry_count++] = (dn_entry){.changes = &effects->steps[i].effects};
    for (size_t i = at + 1; i < proofs->count; i++)
        if (proofs->items[i].done && proofs->items[i].kind != DN_EFFECTS_PARTIAL)
            ballot->entries[ballot->entry_count++] =
                (dn_entry){.changes = &claims[i].effects->effects, .recorded = claims[i].recorded};
}

int
dn_prove_steps(const dn_claim *claims, size_t at, const dn_fact_map *schema, dn_arena *arena,
               dn_proofs *proofs, dn_error *error)
{
    const dn_claim *claim = &claims[at];
    dn_proof *proof = &proofs->items[at];
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    dn_ballot ballot = {.entry_count = 0};
    stepping work = {.claim = claim, .count = claim->effects->step_count};

    ballot.entries =
        dn_arena_array(&scratch, work.count + proofs->count - at, sizeof *ballot.entries);
    if (!ballot.entries)
        return dn_no_memory(error);
    fill(&ballot, claims, at, proofs);
    if (dn_ballot_count(&ballot, schema, &scratch, error) < 0)
        return -1;
    work.entries = ballot.entries;
    for (size_t i = 0; i < work.count; i++)
        if (is_split(&work.entries[i]) && !claim->recorded) {
            proof->kind = DN_EFFECTS_CONTRADICTED;
            proof->done = false;
            return 0;
        }
    if (list_missing(&work, arena, proof, error) < 0)
        return -1;
    /* Every statement is there but one whose rows nobody can see: no proof of anything. */
    proof->proved = !is_undecided(&work, proof);
    return 0;
}
