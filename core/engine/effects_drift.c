/* SPDX-License-Identifier: MIT
 *
 * What was changed by hand, where no effects of any migration are known: the schema that the last run left
 * in the target tells it, and else names do.
 */
#include <string.h>

#include "core/engine/effects.h"
#include "core/engine/fingerprint.h"

typedef struct comparing {
    dn_session *session;
    dn_evidence *evidence;
    const dn_fact_map *then;
    const dn_fact_map *now;
    size_t capacity;
    dn_error *error;
} comparing;

/* *then stays NULL where nothing was left, or for other records, or in the words of another version. */
static int
read_record(comparing *work, const dn_fact_map *schema)
{
    dn_session *session = work->session;
    const dn_tracker *tracker = &session->observation.tracker;
    char records[DN_DIGEST_HEX];
    dn_fact_map *now;
    dn_known known;
    bool speaks;

    if (!tracker->present)
        return 0;
    if (dn_known_read(session->connection, tracker->table, &session->arena, &known, work->error) <
        0)
        return -1;
    dn_known_records(tracker, records);
    if (!known.present || strcmp(known.records, records) != 0)
        return 0;
    if (dn_fingerprint_speaks(session, &known, &speaks, work->error) < 0)
        return -1;
    if (!speaks)
        return 0;
    if (dn_fingerprint_facts(session, &known, schema, &work->then, work->error) < 0 ||
        dn_snapshot_facts(schema, dn_fact_map_naming(schema), &session->arena, &now, work->error) <
            0)
        return -1;
    work->now = now;
    return work->then
               ? dn_ignore_apply(session->sight.ignore, (dn_fact_map *)work->then, work->error)
               : 0;
}

/* The migration that changes it last, by the names of its text. */
static size_t
find_claim(const comparing *work, const dunlin_fact *key)
{
    const dn_evidence *evidence = work->evidence;

    for (size_t i = evidence->count; i-- > 0;)
        for (size_t k = 0; k < evidence->judged[i].effects.count; k++)
            if (dn_fact_order(0, dn_difference_key(&evidence->judged[i].effects.items[k]), key) ==
                0)
                return i;
    return DN_DRIFT_OF_NOBODY;
}

static bool
is_whole(const comparing *work, const dunlin_fact *fact)
{
    uint64_t lead = dn_fact_map_naming(work->now) & DN_FACT_NAMESPACES ? 1 : 0;

    return fact->path_count <= lead + 1 ||
           dn_string_among(fact->kind, "function procedure schema extension");
}

/* In something that is there in one of the two alone, which says enough. */
static bool
is_told_with_its_owner(const comparing *work, const dunlin_fact *fact)
{
    static const char *const kinds[] = {DUNLIN_KIND_TABLE, DUNLIN_KIND_VIEW,
                                        DUNLIN_KIND_MATERIALIZED_VIEW};
    uint64_t lead = dn_fact_map_naming(work->now) & DN_FACT_NAMESPACES ? 1 : 0;

    if (dn_fact_is(fact, DUNLIN_KIND_GRANT))
        return !dn_grant_object_in(work->then, fact) || !dn_grant_object_in(work->now, fact);
    for (size_t i = 0; !is_whole(work, fact) && i < sizeof kinds / sizeof kinds[0]; i++) {
        const dunlin_string kind = dn_string(kinds[i]);

        if ((dn_fact_map_find(work->then, kind, fact->path, lead + 1) == NULL) !=
            (dn_fact_map_find(work->now, kind, fact->path, lead + 1) == NULL))
            return true;
    }
    return false;
}

static int
take(comparing *work, const dn_difference *one)
{
    dn_evidence *evidence = work->evidence;
    dn_proofs *proofs = &evidence->proofs;
    const dunlin_fact *key = dn_difference_key(one);
    dn_drift drift = {.kind = DN_DRIFT_CHANGED,
                      .expected = one->before,
                      .actual = one->after,
                      .claim = find_claim(work, key)};

    if (is_told_with_its_owner(work, key) ||
        dn_connection_hides(work->session->connection, key, work->now))
        return 0;
    /* What is not recorded has a verdict of its own, which tells of it. */
    if (drift.claim != DN_DRIFT_OF_NOBODY &&
        !work->session->reconciliation.verdicts[evidence->history[drift.claim].verdict].recorded)
        return 0;
    if (!one->before)
        drift.kind = is_whole(work, key) ? DN_DRIFT_LEGACY : DN_DRIFT_EXTRA;
    else if (!one->after)
        drift.kind = DN_DRIFT_MISSING;
    proofs->drift = dn_arena_grow(&work->session->arena, proofs->drift, &work->capacity,
                                  proofs->drift_count + 1, sizeof *proofs->drift);
    if (!proofs->drift)
        return dn_no_memory(work->error);
    proofs->drift[proofs->drift_count++] = drift;
    return 0;
}

int
dn_evidence_drift(dn_session *session, const dn_fact_map *schema, const dn_proofs *by_name,
                  dn_evidence *evidence, dn_error *error)
{
    static const dn_compare_options as_they_are = {.any_line_ends = true};
    comparing work = {.session = session, .evidence = evidence, .error = error};
    dn_differences list;

    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->effects[i].known)
            return 0;
    if (read_record(&work, schema) < 0)
        return -1;
    if (!work.then) {
        evidence->proofs.drift = by_name->drift;
        evidence->proofs.drift_count = by_name->drift_count;
        return 0;
    }
    if (dn_schema_compare(work.then, work.now, &as_they_are, &session->arena, &list, error) < 0)
        return -1;
    evidence->proofs.drift_count = 0;
    for (size_t i = 0; i < list.count; i++)
        if (take(&work, &list.items[i]) < 0)
            return -1;
    return 0;
}
