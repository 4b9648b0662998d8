/* SPDX-License-Identifier: MIT
 *
 * From verdicts to a history whose effects can be proved.
 */
#include <string.h>

#include "core/reconcile/reconcile.h"

static void
add(const dn_reconciliation *reconciliation, size_t verdict, dn_past *history, size_t *count)
{
    const dn_verdict *one = &reconciliation->verdicts[verdict];
    const dn_migration *file = one->migration->has_file ? one->migration : one->match->found;

    if (file && file->code)
        file = NULL; /* nobody here can run it */
    history[(*count)++] = (dn_past){verdict, file};
}

int
dn_reconcile_history(const dn_reconciliation *reconciliation, dn_arena *arena, dn_past **history,
                     size_t *count, dn_error *error)
{
    const dn_verdict *verdicts = reconciliation->verdicts;
    size_t listed = 0;
    size_t unlisted;

    *count = 0;
    *history = dn_arena_array(arena, reconciliation->count + 1, sizeof **history);
    if (!*history)
        return dn_no_memory(error);
    while (listed < reconciliation->count && verdicts[listed].verdict != DN_VERDICT_UNLISTED_FILE)
        listed++;
    unlisted = listed;
    for (size_t i = 0; i < listed; i++) {
        while (unlisted < reconciliation->count &&
               strcmp(verdicts[unlisted].migration->tag, verdicts[i].migration->tag) < 0)
            add(reconciliation, unlisted++, *history, count);
        add(reconciliation, i, *history, count);
    }
    while (unlisted < reconciliation->count)
        add(reconciliation, unlisted++, *history, count);
    return 0;
}

int
dn_reconcile_prove(const dn_reconciliation *reconciliation, const dn_past *history,
                   const dn_migration_effects *effects, size_t count, const dn_fact_map *schema,
                   dn_arena *arena, dn_proofs *proofs, dn_error *error)
{
    dn_claim *claims = dn_arena_array(arena, count + 1, sizeof *claims);

    if (!claims)
        return dn_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        const dn_verdict *verdict = &reconciliation->verdicts[history[i].verdict];

        claims[i] = (dn_claim){
            .effects = &effects[i],
            .tag = verdict->migration->tag,
            .recorded = verdict->recorded,
            .edited = verdict->verdict == DN_VERDICT_EDITED && verdict->stops,
        };
    }
    return dn_prove(claims, count, schema, arena, proofs, error);
}
