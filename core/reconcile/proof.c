/* SPDX-License-Identifier: MIT */
#include "core/reconcile/proof_internal.h"

const char *
dn_effects_name(dn_effects_kind kind)
{
    static const char *const names[] = {"unknown",    "present",      "absent", "partial",
                                        "superseded", "contradicted", "none"};

    return names[kind];
}

/* --- one migration ---------------------------------------------------------------------------- */

static dn_effects_kind
kind_of(const dn_entry *entry)
{
    const size_t *votes = entry->votes;
    bool behind = votes[DN_VOTE_SUPERSEDED] || votes[DN_VOTE_AMBIGUOUS];

    if (!entry->recorded && entry->clashes &&
        (entry->standing != DN_STANDING_DONE || entry->solid <= entry->clashes))
        return DN_EFFECTS_CONTRADICTED;
    if (!entry->recorded && entry->stuck && !votes[DN_VOTE_PRESENT])
        return DN_EFFECTS_CONTRADICTED;
    if (votes[DN_VOTE_ABSENT])
        return votes[DN_VOTE_PRESENT] || votes[DN_VOTE_SUPERSEDED] ? DN_EFFECTS_PARTIAL
                                                                   : DN_EFFECTS_ABSENT;
    if (votes[DN_VOTE_PRESENT])
        return DN_EFFECTS_PRESENT;
    if (votes[DN_VOTE_ALTERED])
        return DN_EFFECTS_CONTRADICTED;
    if (behind && (entry->standing == DN_STANDING_DONE || votes[DN_VOTE_SUPERSEDED]))
        return DN_EFFECTS_SUPERSEDED;
    return DN_EFFECTS_NONE;
}

/* Rows leave nothing behind; a probe speaks for them. */
static bool
is_proved(const dn_entry *entry, const dn_migration_effects *effects, dn_effects_kind kind)
{
    if (effects->named)
        return false;
    if (!effects->known || (effects->data && effects->probe == DN_PROBE_NONE))
        return effects->known && kind == DN_EFFECTS_ABSENT;
    switch (kind) {
    case DN_EFFECTS_PRESENT:
    case DN_EFFECTS_SUPERSEDED: return !entry->votes[DN_VOTE_ALTERED] && !entry->unproved;
    case DN_EFFECTS_ABSENT: return true;
    case DN_EFFECTS_NONE: return effects->probe != DN_PROBE_NONE;
    default: return false;
    }
}

static bool
makes_table(const dn_differences *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!changes->items[i].before && dn_fact_is(changes->items[i].after, DUNLIN_KIND_TABLE))
            return true;
    return false;
}

static void
prove_one(const dn_claim *claim, const dn_entry *entry, dn_proof *proof)
{
    proof->named = claim->effects->named;
    proof->effects = claim->effects->effects.count;
    proof->present = entry->votes[DN_VOTE_PRESENT];
    proof->changes_rows = claim->effects->data > 0;
    proof->makes_table = makes_table(&claim->effects->effects);
    if (!claim->effects->known && !claim->effects->effects.count) {
        proof->kind = DN_EFFECTS_UNKNOWN;
        proof->done = claim->recorded;
        return;
    }
    proof->kind = kind_of(entry);
    proof->done = entry->standing == DN_STANDING_DONE || proof->kind == DN_EFFECTS_PARTIAL;
    if (proof->kind == DN_EFFECTS_NONE && claim->effects->probe != DN_PROBE_NONE)
        proof->done = claim->effects->probe == DN_PROBE_TRUE;
    proof->stuck = entry->stuck && !entry->clashes;
    proof->proved = is_proved(entry, claim->effects, proof->kind);
    proof->steps = claim->effects->steps;
    proof->step_count = claim->effects->step_count;
}

/* An effect that is not there, for the words; best one that something else stands in for. */
static void
find_examples(const dn_ballot *ballot, dn_proofs *proofs)
{
    for (size_t i = 0; i < ballot->line_count; i++)
        for (size_t k = 0; k < ballot->lines[i].count; k++) {
            const dn_touch *touch = &ballot->lines[i].touches[k];
            dn_proof *proof = &proofs->items[touch->entry];
            bool altered = touch->vote == DN_VOTE_ALTERED;

            if (proof->stuck && !touch->stuck)
                continue;
            if ((!altered && touch->vote != DN_VOTE_ABSENT) || (proof->example && proof->actual) ||
                (proof->example && !altered))
                continue;
            proof->example = touch->change;
            proof->actual = altered ? ballot->lines[i].actual : NULL;
        }
}

/* What is not there may have been taken away since, by a migration whose file is lost. */
static int
excuse_hidden(const dn_claim *claims, const dn_ballot *ballot, dn_arena *arena, dn_proofs *proofs,
              dn_error *error)
{
    bool *missed = dn_arena_array(arena, proofs->count + 1, sizeof *missed);

    if (!missed)
        return dn_no_memory(error);
    for (size_t i = 0; i < ballot->line_count; i++)
        for (size_t k = 0; k < ballot->lines[i].count; k++) {
            const dn_touch *touch = &ballot->lines[i].touches[k];

            if (touch->vote == DN_VOTE_ABSENT && !missed[touch->entry])
                missed[touch->entry] =
                    !dn_prove_is_hidden(claims, proofs, touch->entry, ballot->lines[i].key);
        }
    for (size_t i = 0; i < proofs->count; i++) {
        dn_proof *proof = &proofs->items[i];

        if (!claims[i].recorded || missed[i] ||
            (proof->kind != DN_EFFECTS_ABSENT && proof->kind != DN_EFFECTS_PARTIAL))
            continue;
        proof->kind = proof->kind == DN_EFFECTS_ABSENT ? DN_EFFECTS_UNKNOWN : DN_EFFECTS_PRESENT;
        proof->done = true;
        proof->proved = false;
    }
    return 0;
}

static bool
is_any_hidden(const dn_claim *claims, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (dn_prove_is_veiled(&claims[i]))
            return true;
    return false;
}

/* --- all of them ------------------------------------------------------------------------------ */

static int
prove_parts(const dn_claim *claims, const dn_fact_map *schema, dn_arena *arena, dn_proofs *proofs,
            dn_error *error)
{
    for (size_t i = 0; i < proofs->count; i++) {
        dn_proof *proof = &proofs->items[i];

        if (proof->kind != DN_EFFECTS_PARTIAL || claims[i].edited)
            continue;
        if (!claims[i].effects->steps)
            proof->wants_steps = true;
        else if (dn_prove_steps(claims, i, schema, arena, proofs, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_prove(const dn_claim *claims, size_t count, const dn_fact_map *schema, dn_arena *arena,
         dn_proofs *proofs, dn_error *error)
{
    dn_ballot ballot = {.entry_count = count};

    *proofs = (dn_proofs){.count = count};
    proofs->items = dn_arena_array(arena, count + 1, sizeof *proofs->items);
    ballot.entries = dn_arena_array(arena, count + 1, sizeof *ballot.entries);
    if (!proofs->items || !ballot.entries)
        return dn_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        proofs->items[i] = (dn_proof){.kind = DN_EFFECTS_UNKNOWN};
        ballot.entries[i] = (dn_entry){
            .changes = &claims[i].effects->effects,
            .recorded = claims[i].recorded,
        };
    }
    if (dn_ballot_count(&ballot, schema, arena, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        prove_one(&claims[i], &ballot.entries[i], &proofs->items[i]);
    if (is_any_hidden(claims, count) && excuse_hidden(claims, &ballot, arena, proofs, error) < 0)
        return -1;
    find_examples(&ballot, proofs);
    if (prove_parts(claims, schema, arena, proofs, error) < 0)
        return -1;
    return dn_prove_drift(claims, &ballot, schema, arena, proofs, error) < 0
               ? -1
               : dn_prove_moved(claims, &ballot, schema, arena, proofs, error);
}
