/* SPDX-License-Identifier: MIT
 *
 * Verdicts once more, with the schema as a witness.
 */
#include <string.h>

#include "core/reconcile/proof_internal.h"
#include "core/reconcile/reconcile.h"

typedef struct judging {
    dn_reconciliation *result;
    const dn_observation *observation;
    const dn_past *history;
    const dn_migration_effects *effects;
    const dn_proofs *proofs;
    dn_arena *arena;
    size_t last_done; /* 1 + place of the last migration that is known to have run */
    bool begun;       /* part of one that is not recorded is there */
    bool patched;     /* a repair recorded some of them, so what is not recorded tells nothing */
    dn_error *error;
} judging;

/* --- words ---------------------------------------------------------------------------------------- */

static const char *
words_of(const judging *work, dn_text *text)
{
    return text->failed ? NULL
                        : dn_arena_copy(work->arena, text->data ? text->data : "", text->length);
}

static const char *
describe_difference(const judging *work, const dunlin_fact *wanted, const dunlin_fact *actual)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const dunlin_fact *key = wanted ? wanted : actual;

    dn_fact_describe(&text, key->kind, key->path, key->path_count);
    if (!wanted || !actual)
        return words_of(work, &text);
    dn_text_add_string(&text, " should be (");
    dn_property_describe(&text, wanted->properties, wanted->property_count);
    dn_text_add_string(&text, ") and is (");
    dn_property_describe(&text, actual->properties, actual->property_count);
    dn_text_add_string(&text, ")");
    return words_of(work, &text);
}

static const char *
describe_missing(const judging *work, const dn_proof *proof)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    bool many = proof->missing_count > 1;

    if (!proof->missing_count) {
        dn_text_add_string(&text, "part of it is in the schema, and part is not: ");
        dn_text_add_string(&text,
                           describe_difference(work, dn_difference_key(proof->example), NULL));
        dn_text_add_string(&text, " is missing");
        return words_of(work, &text);
    }
    dn_text_printf(&text, "part of it is in the schema; statement%s", many ? "s" : "");
    for (size_t i = 0; i < proof->missing_count; i++) {
        const char *joint = i + 1 == proof->missing_count ? " and " : ", ";

        dn_text_printf(&text, "%s%u", i ? joint : " ", proof->missing[i]);
    }
    dn_text_printf(&text, " of %zu %s not done", proof->step_count, many ? "are" : "is");
    return words_of(work, &text);
}

static const char *
describe_clash(const judging *work, const dn_proof *proof)
{
    const char *what = describe_difference(work, dn_difference_key(proof->example), proof->actual);

    if (!what)
        return NULL;
    if (proof->stuck)
        return dn_arena_printf(work->arena, "it changes %s, which is not there any more", what);
    return proof->actual
               ? dn_arena_printf(work->arena, "the schema holds something else: %s", what)
               : dn_arena_printf(work->arena,
                                 "the schema holds something of the same name without %s", what);
}

static int
find(judging *work, dn_severity severity, const char *id, const char *object, const char *words)
{
    if (!words)
        return dn_no_memory(work->error);
    return dn_findings_add(&work->result->findings, work->arena, severity, id, object, work->error,
                           "%s", words);
}

/* What is said of a migration, as a finding and as its note: that it came late, too, says less. */
static int
say(judging *work, dn_verdict *verdict, dn_severity severity, const char *id, const char *words)
{
    const char *tag = verdict->migration->tag;

    if (!words)
        return dn_no_memory(work->error);
    verdict->note = words;
    return find(work, severity, id, tag, dn_arena_printf(work->arena, "%s: %s", tag, words));
}

/* --- how sure it is --------------------------------------------------------------------------------- */

static const char *
confidence_of(const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;

    if (proof->kind == DN_EFFECTS_UNKNOWN)
        return verdict->recorded ? "recorded" : "unprovable";
    if (verdict->recorded && proof->done && proof->kind == DN_EFFECTS_ABSENT)
        return "unprovable"; /* all of it is gone again */
    if (verdict->verdict == DN_VERDICT_PENDING && proof->kind == DN_EFFECTS_SUPERSEDED)
        return "consistent"; /* it may have been run: what came behind it looks the same */
    if (proof->proved && !(verdict->recorded && proof->kind == DN_EFFECTS_PARTIAL))
        return "proved"; /* part of what is recorded is not all of it */
    if (verdict->verdict == DN_VERDICT_UNPROVABLE ||
        (!verdict->recorded && proof->kind == DN_EFFECTS_CONTRADICTED))
        return "unprovable";
    return "consistent";
}

/* --- not recorded ------------------------------------------------------------------------------------- */

/* Is there one between the last that ran and this one that certainly did not? */
static bool
is_behind_the_end(const judging *work, size_t at)
{
    for (size_t i = work->last_done; i < at; i++)
        if (work->proofs->items[i].kind == DN_EFFECTS_ABSENT)
            return true;
    return false;
}

/* What leaves no trace goes with its neighbours; rows are nothing to guess about, unless the record
 * is right in everything else. */
static dn_verdict_kind
judge_traceless(const judging *work, size_t at)
{
    const dn_migration_effects *effects = &work->effects[at];

    if (effects->probe != DN_PROBE_NONE)
        return effects->probe == DN_PROBE_TRUE ? DN_VERDICT_APPLIED_UNRECORDED : DN_VERDICT_PENDING;
    if (!work->result->outside && !work->patched)
        return DN_VERDICT_PENDING;
    if (at < work->last_done)
        return effects->data ? DN_VERDICT_UNPROVABLE : DN_VERDICT_APPLIED_UNRECORDED;
    return effects->data && !is_behind_the_end(work, at) ? DN_VERDICT_UNPROVABLE
                                                         : DN_VERDICT_PENDING;
}

/* What could not be replayed, such as a role that it makes, nobody has looked for: the rest that is there does
 * not tell of that. */
static dn_verdict_kind
judge_there(const judging *work, size_t at)
{
    const dn_migration_effects *effects = &work->effects[at];

    return effects->known || effects->probe == DN_PROBE_TRUE ? DN_VERDICT_APPLIED_UNRECORDED
                                                             : DN_VERDICT_UNPROVABLE;
}

static dn_verdict_kind
judge_unrecorded(const judging *work, size_t at)
{
    const dn_proof *proof = &work->proofs->items[at];

    switch (proof->kind) {
    case DN_EFFECTS_PRESENT: return judge_there(work, at);
    case DN_EFFECTS_SUPERSEDED:
        return proof->done ? judge_there(work, at) : judge_traceless(work, at);
    case DN_EFFECTS_PARTIAL: return DN_VERDICT_PARTIAL;
    case DN_EFFECTS_CONTRADICTED: return DN_VERDICT_CONTRADICTED;
    case DN_EFFECTS_NONE: return judge_traceless(work, at);
    case DN_EFFECTS_UNKNOWN:
        return work->result->outside || work->observation->object_count ? DN_VERDICT_UNPROVABLE
                                                                        : DN_VERDICT_PENDING;
    default: return DN_VERDICT_PENDING;
    }
}

static dn_verdict_kind
judge_recorded(const judging *work, size_t at)
{
    const dn_proof *proof = &work->proofs->items[at];
    bool refuted = proof->kind == DN_EFFECTS_NONE && work->effects[at].probe == DN_PROBE_FALSE;

    if ((proof->kind == DN_EFFECTS_ABSENT && !proof->done) || refuted)
        return DN_VERDICT_RECORDED_ABSENT;
    return proof->kind == DN_EFFECTS_PARTIAL && proof->chained ? DN_VERDICT_PARTIAL
                                                               : DN_VERDICT_APPLIED;
}

/* --- verdicts ------------------------------------------------------------------------------------------ */

/* Where the file is in question it keeps the headline. One that says what was applied, in other blanks or
 * comments, is in no question: it hides nothing of what the schema lacks. */
static bool
is_about_the_file(const judging *work, const dn_verdict *verdict, size_t at)
{
    if (verdict->verdict < DN_VERDICT_EDITED)
        return false;
    return verdict->verdict != DN_VERDICT_EDITED || verdict->stops ||
           judge_recorded(work, at) == DN_VERDICT_APPLIED;
}

static const char *
describe_unseen(const judging *work, size_t at)
{
    const char *why = work->effects[at].why;

    if (!why)
        return "it changes rows alone, which leaves nothing to see in the schema";
    if (!work->effects[at].effects.count)
        return why;
    return dn_arena_printf(work->arena,
                           "what could be replayed of it is there, and this could not: %s", why);
}

static int
explain(judging *work, dn_verdict *verdict, size_t at)
{
    const dn_proof *proof = verdict->proof;

    switch (verdict->verdict) {
    case DN_VERDICT_RECORDED_ABSENT:
        return say(work, verdict, DN_ERROR_FINDING, "migration.recorded-absent",
                   "recorded, but none of its effects is in the schema");
    case DN_VERDICT_PARTIAL:
        if (proof->kind != DN_EFFECTS_PARTIAL)
            return 0; /* the ledger tells of it already */
        return say(work, verdict, DN_ERROR_FINDING, "migration.partial",
                   describe_missing(work, proof));
    case DN_VERDICT_CONTRADICTED:
        return say(work, verdict, DN_ERROR_FINDING, "migration.contradicted",
                   describe_clash(work, proof));
    case DN_VERDICT_UNPROVABLE:
        return say(work, verdict, DN_ERROR_FINDING, "migration.unprovable",
                   describe_unseen(work, at));
    default: return 0; /* one finding tells of all that are not recorded */
    }
}

static int
judge_one(judging *work, size_t at)
{
    dn_verdict *verdict = &work->result->verdicts[work->history[at].verdict];
    dn_verdict_kind kind;

    verdict->proof = &work->proofs->items[at];
    if (is_about_the_file(work, verdict, at)) {
        verdict->confidence = confidence_of(verdict);
        return 0;
    }
    if (verdict->verdict == DN_VERDICT_PARTIAL) {
        verdict->confidence = "recorded"; /* by the ledger */
        return 0;
    }
    kind = verdict->recorded ? judge_recorded(work, at) : judge_unrecorded(work, at);
    work->result->counts[verdict->verdict]--;
    work->result->counts[kind]++;
    verdict->verdict = kind;
    if (verdict->pending && kind != DN_VERDICT_PENDING) {
        verdict->pending = false;
        work->result->pending--;
    }
    verdict->confidence = confidence_of(verdict);
    if (kind != DN_VERDICT_APPLIED && kind != DN_VERDICT_PENDING) {
        work->result->tracker_schema = false;
        verdict->stops = true;
    }
    return explain(work, verdict, at);
}

/* --- what is outside of any one migration ----------------------------------------------------------------- */

static void
count_outside(judging *work)
{
    for (size_t i = 0; i < work->proofs->count; i++) {
        const dn_verdict *verdict = &work->result->verdicts[work->history[i].verdict];
        const dn_proof *proof = &work->proofs->items[i];

        if (proof->done)
            work->last_done = i + 1;
        if (!verdict->recorded && proof->done &&
            (proof->kind == DN_EFFECTS_PRESENT || proof->kind == DN_EFFECTS_SUPERSEDED))
            work->result->outside++;
        work->begun = work->begun || (!verdict->recorded && proof->kind == DN_EFFECTS_PARTIAL);
        work->patched = work->patched || (verdict->recorded && verdict->match->row->state &&
                                          strcmp(verdict->match->row->state, "baselined") == 0);
    }
}

/* That there are objects and no record is explained as soon as they prove to be ours. */
static void
drop_explained(judging *work)
{
    dn_findings *findings = &work->result->findings;
    size_t kept = 0;

    for (size_t i = 0; i < findings->count; i++) {
        const dn_finding *finding = &findings->items[i];
        bool explained =
            strcmp(finding->id, "tracker.not-empty") == 0 && (work->result->outside || work->begun);

        if (!explained)
            findings->items[kept++] = *finding;
    }
    findings->count = kept;
}

static int
tell_unrecorded(judging *work)
{
    const dn_verdict *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < work->result->count; i++) {
        const dn_verdict *verdict = &work->result->verdicts[i];

        if (verdict->recorded || !verdict->proof || !verdict->proof->done ||
            verdict->verdict == DN_VERDICT_UNPROVABLE ||
            (verdict->proof->kind != DN_EFFECTS_PRESENT &&
             verdict->proof->kind != DN_EFFECTS_SUPERSEDED))
            continue;
        if (!count++)
            first = verdict;
    }
    if (!count)
        return 0;
    work->result->tracker_schema = false;
    return find(work, DN_ERROR_FINDING, "migration.applied-unrecorded", first->migration->tag,
                count == 1
                    ? dn_arena_printf(work->arena, "%s: in the schema, but not recorded",
                                      first->migration->tag)
                    : dn_arena_printf(work->arena,
                                      "%zu migrations are in the schema, but not recorded, from %s",
                                      count, first->migration->tag));
}

/* What the tracker kept of a migration that this checkout does not have speaks of it. */
static bool
is_of_unknown(const judging *work, const dunlin_fact *fact)
{
    const dn_observation *seen = work->observation;
    dunlin_string name = fact->path[fact->path_count - 1];
    dunlin_string owner = fact->path[fact->path_count > 1 ? fact->path_count - 2 : 0];

    for (size_t i = 0; i < seen->unknown_count; i++)
        for (size_t k = 0; k < seen->unknown[i]->deed_count; k++) {
            dunlin_string deed = dn_string(seen->unknown[i]->deeds[k]);

            if (dn_string_mentions(deed, name) && dn_string_mentions(deed, owner))
                return true;
        }
    return false;
}

/* Of those nothing is drift: it belongs to somebody else. */
static const dn_proofs *
leave_to_unknown(judging *work, const dn_proofs *proofs)
{
    dn_proofs *told;

    if (!work->observation->unknown_count || !proofs->drift_count)
        return proofs; /* without drift nothing has moved */
    told = dn_arena_alloc(work->arena, sizeof *told);
    if (!told)
        return NULL;
    *told = *proofs;
    told->moved_count = 0;
    told->drift = dn_arena_array(work->arena, proofs->drift_count, sizeof *told->drift);
    if (!told->drift)
        return NULL;
    for (size_t i = 0; i < proofs->drift_count; i++) {
        const dn_drift *drift = &proofs->drift[i];

        told->drift[i] = *drift;
        if (is_of_unknown(work, drift->actual ? drift->actual : drift->expected))
            told->drift[i].kind = DN_DRIFT_LEGACY;
    }
    return told;
}

static const char *
words_of_legacy(const judging *work, const dn_drift *drift)
{
    if (!work->observation->unknown_count)
        return "legacy: %s belongs to no migration";
    return drift->expected ? "%s is as a migration left it that this checkout does not have"
                           : "%s belongs to no migration that this checkout knows";
}

static int
tell_drift(judging *work, const dn_drift *drift)
{
    const dunlin_fact *key = drift->actual ? drift->actual : drift->expected;
    const char *fact = describe_difference(work, key, NULL);
    const char *object = fact;
    /* What no migration made has none, nor need there be any. */
    const char *tag =
        drift->expected && drift->kind != DN_DRIFT_LEGACY && drift->claim != DN_DRIFT_OF_NOBODY
            ? work->result->verdicts[work->history[drift->claim].verdict].migration->tag
            : NULL;
    dn_arena *arena = work->arena;

    if (!fact)
        return dn_no_memory(work->error);
    if (drift->kind != DN_DRIFT_LEGACY)
        work->result->tracker_schema = false;
    if (drift->within)
        return 0;
    switch (drift->kind) {
    case DN_DRIFT_EXTRA:
        return find(work, DN_ERROR_FINDING, "schema.extra", object,
                    dn_arena_printf(arena, "drift: extra %s, which no migration makes", fact));
    case DN_DRIFT_MISSING:
        return find(work, DN_ERROR_FINDING, "schema.missing", object,
                    dn_arena_printf(arena, "drift: missing %s, made by %s", fact,
                                    tag ? tag : "an earlier run"));
    case DN_DRIFT_CHANGED:
        return find(work, DN_ERROR_FINDING, "schema.changed", object,
                    dn_arena_printf(arena, "drift: changed after %s: %s",
                                    tag ? tag : "the last run",
                                    describe_difference(work, drift->expected, drift->actual)));
    default:
        return find(work, DN_NOTE, "schema.legacy", object,
                    dn_arena_printf(arena, words_of_legacy(work, drift), fact));
    }
}

static int
tell_moved(judging *work, const dn_moved *moved)
{
    const char *table = describe_difference(work, moved->expected, NULL);
    const char *other = describe_difference(work, moved->actual, NULL);

    work->result->tracker_schema = false;
    if (!table || !other)
        return dn_no_memory(work->error);
    return find(work, DN_ERROR_FINDING, "schema.moved", table,
                dn_arena_printf(work->arena,
                                "%s is gone, and %s, which no migration makes, has all of its "
                                "columns",
                                table, other));
}

int
dn_reconcile_schema(dn_reconciliation *result, const dn_observation *observation,
                    const dn_past *history, const dn_migration_effects *effects,
                    const dn_proofs *proofs, dn_arena *arena, dn_error *error)
{
    judging work = {.result = result,
                    .observation = observation,
                    .history = history,
                    .effects = effects,
                    .proofs = proofs,
                    .arena = arena,
                    .error = error};

    work.proofs = proofs = leave_to_unknown(&work, proofs);
    if (!proofs)
        return dn_no_memory(error);
    result->seen = true;
    result->blind = proofs->count > 0;
    for (size_t i = 0; i < proofs->count; i++)
        result->blind = result->blind && proofs->items[i].kind == DN_EFFECTS_UNKNOWN;
    result->tracker_schema = true;
    result->proofs = proofs;
    result->outside = 0;
    count_outside(&work);
    drop_explained(&work);
    for (size_t i = 0; i < proofs->count; i++)
        if (judge_one(&work, i) < 0)
            return -1;
    if (tell_unrecorded(&work) < 0)
        return -1;
    for (size_t i = 0; i < proofs->drift_count; i++)
        if (tell_drift(&work, &proofs->drift[i]) < 0)
            return -1;
    for (size_t i = 0; i < proofs->moved_count; i++)
        if (tell_moved(&work, &proofs->moved[i]) < 0)
            return -1;
    return 0;
}
