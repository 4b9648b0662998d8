/* SPDX-License-Identifier: MIT
 *
 * What the schema holds otherwise than the history left it is asked about: who did that may have meant it.
 */
#include "core/reconcile/repair_internal.h"

static const char *
name_of(const dn_planning *work, const dn_drift *drift)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const dunlin_fact *key = drift->actual ? drift->actual : drift->expected;

    dn_fact_describe(&text, key->kind, key->path, key->path_count);
    return text.failed ? "" : dn_arena_copy(work->arena, text.data, text.length);
}

/* To make it again would leave its rows where nobody looks for them. */
int
dn_repair_ask_about_moved(dn_planning *work)
{
    const dn_proofs *proofs = work->result->proofs;

    for (size_t i = 0; i < proofs->moved_count; i++) {
        const dn_drift pair = {.expected = proofs->moved[i].expected};
        const dn_drift other = {.expected = proofs->moved[i].actual};

        work->held = true;
        if (dn_repair_ask(
                work, NULL,
                dn_arena_printf(work->arena,
                                dn_moved_is_elsewhere(&proofs->moved[i])
                                    ? "%s is there as %s: connect with the search_path that the "
                                      "migrations ran with, or move it back; until then nothing "
                                      "is made again"
                                    : "%s was renamed by hand to %s, as it seems: rename it back, "
                                      "or write a migration that renames it, which is then "
                                      "recorded; until then nothing is made again",
                                name_of(work, &pair), name_of(work, &other))) < 0)
            return -1;
    }
    return 0;
}

/* The statement of a migration that makes a fact: the last that changes it. */
static const dn_statement_effects *
maker_of(const dn_planning *work, const dn_drift *drift)
{
    const dn_proof *proof = &work->result->proofs->items[drift->claim];

    for (size_t i = proof->step_count; i-- > 0;)
        for (size_t k = 0; k < proof->steps[i].effects.count; k++)
            if (proof->steps[i].effects.items[k].after &&
                dn_fact_order(0, proof->steps[i].effects.items[k].after, drift->expected) == 0)
                return &proof->steps[i];
    return NULL;
}

/* Can it run as it is, or is part of what it makes still there? */
static bool
is_all_missing(const dn_planning *work, const dn_statement_effects *maker)
{
    const dn_proofs *proofs = work->result->proofs;
    size_t missing = 0;

    for (size_t i = 0; i < maker->effects.count; i++)
        for (size_t k = 0; maker->effects.items[i].after && k < proofs->drift_count; k++)
            missing +=
                proofs->drift[k].kind == DN_DRIFT_MISSING &&
                dn_fact_order(0, proofs->drift[k].expected, maker->effects.items[i].after) == 0;
    return missing == maker->effects.count;
}

static const dn_verdict *
verdict_of(const dn_planning *work, const dn_proof *proof)
{
    for (size_t i = 0; i < work->result->count; i++)
        if (work->result->verdicts[i].proof == proof)
            return &work->result->verdicts[i];
    return NULL;
}

static int
ask_for_fact(dn_planning *work, const dn_drift *drift)
{
    return dn_repair_ask(
        work, NULL,
        dn_arena_printf(work->arena,
                        "%s is missing: make it again, or write a migration that drops it; 'dunlin "
                        "drift' shows how",
                        name_of(work, drift)));
}

/* One statement makes a table with all its columns. */
static bool
is_planned(const dn_planning *work, const dn_verdict *verdict, const dn_statement_effects *maker)
{
    for (size_t i = 0; i < work->repair->count; i++) {
        const dn_repair_step *step = &work->repair->steps[i];

        if (step->action == DN_REPAIR_APPLY_STATEMENTS && step->verdicts[0] == verdict &&
            step->statement_count == 1 && step->statements[0] == maker->ordinal)
            return true;
    }
    return false;
}

static int
restore_fact(dn_planning *work, const dn_drift *drift)
{
    const dn_proof *proof = &work->result->proofs->items[drift->claim];
    const dn_verdict *verdict = verdict_of(work, proof);
    const dn_statement_effects *maker = maker_of(work, drift);
    dn_repair_step step = {.action = DN_REPAIR_APPLY_STATEMENTS, .count = 1, .waits = true};
    unsigned *ordinal = dn_arena_alloc(work->arena, sizeof *ordinal);

    if (!drift->within &&
        dn_repair_ask(work, verdict->migration->tag,
                      dn_arena_printf(
                          work->arena,
                          "%s is missing: make it again from '%s', or write a migration that drops "
                          "it; 'dunlin drift' shows how",
                          name_of(work, drift), verdict->migration->tag)) < 0)
        return -1;
    if (!maker || !is_all_missing(work, maker) || is_planned(work, verdict, maker))
        return 0;
    step.verdicts = dn_arena_array(work->arena, 1, sizeof *step.verdicts);
    if (!step.verdicts || !ordinal)
        return dn_no_memory(work->error);
    *ordinal = maker->ordinal;
    step.verdicts[0] = verdict;
    step.statements = ordinal;
    step.statement_count = 1;
    step.why = "it makes what is missing";
    return dn_repair_add(work, step);
}

/* What this checkout does not have may have done it, so nobody can say before that is here. */
int
dn_repair_ask_about_drift(dn_planning *work)
{
    const dn_proofs *proofs = work->result->proofs;
    const char *first = NULL;

    if (work->observation->unknown_count)
        return 0;
    for (size_t i = 0; i < proofs->drift_count; i++) {
        const dn_drift *drift = &proofs->drift[i];
        int answer = 0;

        if (drift->kind == DN_DRIFT_EXTRA)
            answer = dn_repair_ask(
                work, NULL,
                dn_arena_printf(work->arena,
                                "%s was made by hand: make it a migration or take it away; "
                                "'dunlin drift' shows how",
                                name_of(work, drift)));
        else if (drift->kind == DN_DRIFT_CHANGED)
            answer = dn_repair_ask(
                work, NULL,
                dn_arena_printf(work->arena,
                                "%s was changed by hand: make that a migration or change "
                                "it back; 'dunlin drift' shows how",
                                name_of(work, drift)));
        else if (drift->kind == DN_DRIFT_MISSING && drift->claim == DN_DRIFT_OF_NOBODY)
            answer = drift->within ? 0 : ask_for_fact(work, drift);
        else if (drift->kind == DN_DRIFT_MISSING)
            answer = restore_fact(work, drift);
        else if (!first)
            first = name_of(work, drift);
        if (answer < 0)
            return -1;
    }
    if (!first)
        return 0;
    return dn_repair_add(
        work, (dn_repair_step){.action = DN_REPAIR_REPORT,
                               .why = "objects that belong to no migration are left alone"});
}
