/* SPDX-License-Identifier: MIT
 *
 * `dunlin merge`: what was applied, where the tool's table has numbers alone, or the newest one: the schema
 * shows it, if all of a migration is there or nothing of it.
 */
#include "core/engine/effects.h"
#include "core/engine/merge.h"

static int
collect(dn_merge *merge, dn_evidence *evidence, dn_error *error)
{
    static const dunlin_doctor_options doctor = {.size = sizeof doctor};
    dn_session *session = &merge->session;
    dn_fact_map *schema;
    int answer;

    session->reads_only = true;
    answer = dn_evidence_begin(session, &doctor, evidence, error);
    if (answer == 0)
        answer = dn_observe_schema(session->connection, &session->sight, &session->arena, &schema,
                                   error);
    if (answer == 0)
        answer = dn_evidence_collect(session, &doctor, schema, evidence, error);
    dn_evidence_end(evidence);
    return answer;
}

static dn_shown
shown_by(const dn_evidence *evidence, const dn_migration *migration)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const dn_proof *proof = &evidence->proofs.items[i];

        if (evidence->history[i].file != migration || !proof->proved)
            continue;
        return proof->kind == DN_EFFECTS_PRESENT  ? DN_SHOWN_THERE
               : proof->kind == DN_EFFECTS_ABSENT ? DN_SHOWN_ABSENT
                                                  : DN_SHOWN_NOTHING;
    }
    return DN_SHOWN_NOTHING;
}

int
dn_merge_show(dn_merge *merge, const dn_migration *migration, dn_shown *shown, dn_error *error)
{
    *shown = DN_SHOWN_NOTHING;
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
    *shown = shown_by(merge->evidence, migration);
    return 0;
}
