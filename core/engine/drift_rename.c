/* SPDX-License-Identifier: MIT
 *
 * What somebody renamed by hand looks like one thing that is gone and another one that came. Nothing tells them apart,
 * so it is pointed out.
 */
#include "core/engine/drift.h"

/* Only tables and columns are, and both have to be otherwise in the database. */
static bool
may_be_any(const dn_drifting *work)
{
    bool gone = false;
    bool came = false;

    for (size_t i = 0; i < work->count; i++) {
        const dn_deviation *one = &work->items[i];
        const dunlin_fact *key = one->found ? one->found : one->implied;

        if (one->implied == one->found || !dn_string_among(key->kind, "table column"))
            continue;
        gone = gone || !one->found;
        came = came || !one->implied;
    }
    return gone && came;
}

dn_fact_map *
dn_drift_state(const dn_drifting *work, const dn_fact_map *from, bool found)
{
    dn_fact_map *facts = dn_fact_map_copy(from, &work->session->arena, work->error);

    for (size_t i = 0; facts && i < work->count; i++) {
        const dn_deviation *one = &work->items[i];
        const dunlin_fact *state = found ? one->found : one->implied;
        const dunlin_fact *key = one->found ? one->found : one->implied;

        if (!key) /* only the definition has it */
            continue;
        if (!state)
            dn_fact_map_remove(facts, key->kind, key->path, key->path_count);
        else if (dn_fact_map_put(facts, state, work->error) < 0)
            return NULL;
    }
    return facts;
}

int
dn_drift_renames(dn_drifting *work)
{
    const dn_fact_map *found;
    dn_diff diff;

    if (!may_be_any(work))
        return 0;
    found = dn_drift_state(work, work->implied, true);
    if (!found ||
        dn_schema_diff(work->implied, found, NULL, &work->session->arena, &diff, work->error) < 0)
        return -1;
    work->candidates = diff.candidates;
    work->candidate_count = diff.candidate_count;
    return 0;
}

const char *
dn_drift_rename_mend(const dn_drifting *work)
{
    dn_session *session = work->session;
    const char *repair = dn_session_command(session, session->target, "repair --apply");

    return repair ? dn_arena_printf(&session->arena,
                                    "then write that with 'dunlin new NAME', and '%s' records it; "
                                    "--fix would make it anew, without what stands in it",
                                    repair)
                  : NULL;
}
