/* SPDX-License-Identifier: MIT
 *
 * `dunlin merge`: which of two files with one number was applied, where the tool's table has numbers alone.
 * The schema shows it, if it shows the one and nothing of the other.
 */
#include "core/engine/effects.h"
#include "core/engine/merge.h"

static int
collect(dn_merge *merge, dn_evidence *evidence, dn_error *error)
{
    static const dunlin_doctor_options doctor = {.size = sizeof doctor};
    dn_session *session = &merge->session;
    dn_fact_map *schema;

    session->reads_only = true;
    return dn_observe_schema(session->connection, &session->sight, &session->arena, &schema,
                             error) < 0 ||
                   dn_evidence_collect(session, &doctor, schema, evidence, error) < 0
               ? -1
               : 0;
}

/* Proved to be there, or not to be. */
static bool
is_proved(const dn_evidence *evidence, const dn_migration *migration, dn_effects_kind kind)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->history[i].file == migration)
            return evidence->proofs.items[i].kind == kind && evidence->proofs.items[i].proved;
    return false;
}

int
dn_merge_prove(dn_merge *merge, const dn_migration *one, const dn_migration *other, int *which,
               dn_error *error)
{
    *which = 0;
    if (!merge->session.connection)
        return 0;
    if (!merge->evidence) {
        merge->evidence = dn_arena_alloc(&merge->session.arena, sizeof *merge->evidence);
        if (!merge->evidence)
            return dn_no_memory(error);
        *merge->evidence = (dn_evidence){.source = NULL};
        if (collect(merge, merge->evidence, error) < 0)
            return -1;
    }
    if (is_proved(merge->evidence, one, DN_EFFECTS_PRESENT) &&
        is_proved(merge->evidence, other, DN_EFFECTS_ABSENT))
        *which = 1;
    else if (is_proved(merge->evidence, other, DN_EFFECTS_PRESENT) &&
             is_proved(merge->evidence, one, DN_EFFECTS_ABSENT))
        *which = 2;
    return 0;
}
