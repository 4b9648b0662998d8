/* SPDX-License-Identifier: MIT
 *
 * The schema definition as the third witness: with it can be told whether a database was changed by
 * hand, or a migration was forgotten.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/drift.h"

static const dunlin_fact *
find_fact(const dn_fact_map *map, const dunlin_fact *key)
{
    return dn_fact_map_find(map, key->kind, key->path, key->path_count);
}

static bool
same(const dunlin_fact *left, const dunlin_fact *right)
{
    return left && right ? dn_schema_equal(left, right, &dn_diff_comparison) &&
                               dn_schema_spelled_alike(left, right)
                         : left == right;
}

/* --- what the definition should say -------------------------------------------------------------------- */

/* The state behind all migrations, those that are pending included. NULL: not known. */
static int
expect(dn_drifting *work, dn_fact_map **expected)
{
    dn_session *session = work->session;
    const dn_evidence *evidence = &work->evidence;

    *expected = NULL;
    if (session->reconciliation.pending && !work->replayed) {
        work->not_compared = "migrations are pending, and what they change is not known";
        return 0;
    }
    if (!work->replayed && strcmp(work->known.basis, DN_BASIS_ACCEPTED) == 0) {
        work->not_compared = "the state of the database was accepted; --replay compares with the "
                             "migrations";
        return 0;
    }
    if (dn_snapshot_facts(work->implied, dn_fact_map_naming(work->implied), &session->arena,
                          expected, work->error) < 0)
        return -1;
    for (size_t i = 0; work->replayed && i < evidence->count; i++)
        if (session->reconciliation.verdicts[evidence->history[i].verdict].pending &&
            dn_differences_apply(&evidence->effects[i].effects, *expected, work->error) < 0)
            return -1;
    return 0;
}

static dn_side
side_of(dn_drifting *work, const dn_fact_map *facts)
{
    dn_session *session = work->session;

    return (dn_side){
        .name = "the migrations",
        .source = "migration",
        .driver = session->driver,
        .snapshot = work->live,
        .facts = facts,
        .connection = session->connection,
        .borrowed = true,
        .profile = dn_connection_server(session->connection)->profile,
        .sight = session->sight,
        .url = session->url,
        .target = session->target,
    };
}

/* 1: what it says cannot be found out. */
static int
read_definition(dn_drifting *work, const dn_fact_map *expected, const dn_fact_map **told)
{
    dn_session *session = work->session;
    dn_auto(dn_text) present = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_side state = side_of(work, expected);
    dn_side side = {.name = NULL};
    size_t statements;
    dn_error problem;

    dn_error_clear(&problem);
    if (dn_file_read(work->definition, &present, work->error) < 0 ||
        dn_definition_text(session, &state, &text, &statements, work->error) < 0)
        return -1;
    *told = expected;
    if (present.length == text.length && text.length &&
        memcmp(present.data, text.data, text.length) == 0)
        return 0;
    if (dn_definition_side(session, work->definition, &state, work->options->shadow != 0,
                           work->options->shadow_url, &side, &problem) == 0) {
        *told = side.facts;
        return 0;
    }
    work->not_compared = dn_arena_text(&session->arena, problem.message);
    return work->not_compared ? 1 : dn_no_memory(work->error);
}

/* --- what it says --------------------------------------------------------------------------------------- */

static void
hear(dn_drifting *work, const dn_fact_map *told)
{
    for (size_t i = 0; i < work->count; i++) {
        dn_deviation *one = &work->items[i];

        one->told = find_fact(told, one->found ? one->found : one->implied);
        one->word = same(one->told, one->found)     ? DN_WORD_FOUND
                    : same(one->told, one->implied) ? DN_WORD_IMPLIED
                                                    : DN_WORD_OTHER;
        if (one->word == DN_WORD_FOUND && one->stale == DN_STALE_DATABASE)
            one->stale = DN_STALE_JOURNAL;
    }
}

static bool
is_heard(const dn_drifting *work, size_t count, const dunlin_fact *key)
{
    for (size_t i = 0; i < count; i++) {
        const dn_deviation *one = &work->items[i];
        const dunlin_fact *other = one->found ? one->found : one->implied;

        if (dn_drift_same_key(other, key))
            return true;
    }
    return false;
}

/* Was it so at some time of the history? */
static bool
is_past(const dn_drifting *work, const dunlin_fact *key, const dunlin_fact *told)
{
    const dn_evidence *evidence = &work->evidence;

    if (!work->replayed)
        return told == NULL;
    for (size_t i = 0; i < evidence->count; i++)
        for (size_t k = 0; k < evidence->effects[i].effects.count; k++) {
            const dn_difference *one = &evidence->effects[i].effects.items[k];

            if (dn_drift_same_key(dn_difference_key(one), key) && same(one->before, told))
                return true;
        }
    return false;
}

/* What the database has beside the migrations, and is not told as drift: it belongs to none, or was accepted. NULL:
 * nothing. */
static const dunlin_fact *
find_beside(const dn_drifting *work, const dunlin_fact *key)
{
    bool beside = work->strange && dn_drift_is_legacy(work, key);

    for (size_t i = 0; i < work->allowed.count && !beside; i++)
        beside = dn_drift_same_key(dn_difference_key(&work->allowed.items[i]), key);
    return beside ? find_fact(work->found, key) : NULL;
}

/* What it says otherwise where database and migrations agree, or where nobody asked whether they do. */
static int
add_own(dn_drifting *work, const dn_fact_map *expected, const dn_fact_map *told)
{
    dn_differences list = {.count = 0};
    size_t count = work->count;

    if (dn_schema_compare(expected, told, &dn_diff_comparison, &work->session->arena, &list,
                          work->error) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        const dn_difference *one = &list.items[i];
        const dunlin_fact *key = dn_difference_key(one);
        dn_deviation deviation = {.implied = one->before,
                                  .found = one->before,
                                  .told = one->after,
                                  .word = DN_WORD_OTHER,
                                  .stale = DN_STALE_JOURNAL};

        if (is_heard(work, count, key))
            continue;
        if (!one->before && (deviation.found = find_beside(work, key)))
            deviation.word = same(one->after, deviation.found) ? DN_WORD_FOUND : DN_WORD_OTHER;
        else if (is_past(work, key, one->after))
            deviation.stale = DN_STALE_DEFINITION;
        if (dn_drift_add(work, deviation) < 0)
            return -1;
    }
    return 0;
}

/* What the definition has is no longer nobody's. */
static void
leave_out_told(dn_drifting *work)
{
    size_t kept = 0;

    for (size_t i = 0; i < work->legacy_count; i++)
        if (!is_heard(work, work->count, work->legacy[i]))
            work->legacy[kept++] = work->legacy[i];
    work->legacy_count = kept;
}

int
dn_drift_definition(dn_drifting *work)
{
    const char *path = dn_definition_path(work->session, work->session->driver);
    const dn_fact_map *told;
    dn_fact_map *expected;
    int answer;

    if (!path)
        return dn_no_memory(work->error);
    if (!dn_file_exists(path))
        return 0;
    work->definition = path;
    if (expect(work, &expected) < 0)
        return -1;
    if (!expected)
        return 0;
    answer = read_definition(work, expected, &told);
    if (answer)
        return answer < 0 ? -1 : 0;
    hear(work, told);
    if (add_own(work, expected, told) < 0)
        return -1;
    leave_out_told(work);
    return 0;
}
