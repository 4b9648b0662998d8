/* SPDX-License-Identifier: MIT
 *
 * The differences. In this order: what the last run left and nobody has touched since needs no
 * comparison; a replay tells best; what the last run left is compared; else nothing tells.
 */
#include <string.h>

#include "core/engine/drift.h"

bool
dn_drift_same(const dunlin_fact *left, const dunlin_fact *right)
{
    static const dn_compare_options as_they_are = {.any_line_ends = true};

    return left && right
               ? dn_schema_equal(left, right, &as_they_are) && dn_schema_spelled_alike(left, right)
               : left == right;
}

int
dn_drift_add(dn_drifting *work, dn_deviation deviation)
{
    work->items = dn_arena_grow(&work->session->arena, work->items, &work->capacity,
                                work->count + 1, sizeof *work->items);
    if (!work->items)
        return dn_no_memory(work->error);
    work->items[work->count++] = deviation;
    return 0;
}

bool
dn_drift_same_key(const dunlin_fact *left, const dunlin_fact *right)
{
    if (left->path_count != right->path_count || !dn_string_same(left->kind, right->kind))
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!dn_string_same(left->path[i], right->path[i]))
            return false;
    return true;
}

static const dunlin_fact *
find_fact(const dn_fact_map *map, const dunlin_fact *key)
{
    return dn_fact_map_find(map, key->kind, key->path, key->path_count);
}

/* --- what cannot be seen ------------------------------------------------------------------------------ */

typedef struct covering {
    dn_drifting *work;
    uint64_t naming;
} covering;

static bool
covers(const dunlin_fact *key, const dunlin_fact *fact, uint64_t naming)
{
    bool whole = dn_string_among(key->kind, "table view matview sequence schema database");
    bool same_kind = key->kind.length == fact->kind.length &&
                     memcmp(key->kind.data, fact->kind.data, (size_t)key->kind.length) == 0;

    if ((!whole && !same_kind) || fact->path_count < key->path_count)
        return false;
    for (uint64_t i = 0; i < key->path_count; i++)
        if (!dn_fact_same_name(naming, i, fact->path_count, fact->path[i], key->path[i]))
            return false;
    return true;
}

/* What is there and cannot be read is taken to be as it should be: invisible is not absent. */
static int
fill_in(const dunlin_fact *fact, void *context)
{
    covering *cover = context;
    dn_drifting *work = cover->work;

    for (size_t i = 0; i < work->unreadable.count; i++)
        if (covers(work->unreadable.items[i].key, fact, cover->naming))
            return dn_fact_map_put(work->found, fact, work->error);
    return dn_connection_hides(work->session->connection, fact, work->found)
               ? dn_fact_map_put(work->found, fact, work->error)
               : 0;
}

static int
fill(dn_drifting *work, const dn_fact_map *implied)
{
    covering cover = {work, dn_fact_map_naming(implied)};

    return work->unreadable.count || dn_connection_hides_any(work->session->connection)
               ? dn_fact_map_each(implied, NULL, fill_in, &cover)
               : 0;
}

/* --- by what the last run left ---------------------------------------------------------------------- */

static bool
is_current(const dn_drifting *work)
{
    char records[DN_DIGEST_HEX];

    dn_known_records(&work->session->observation.tracker, records);
    return work->known.present && strcmp(work->known.records, records) == 0;
}

static bool
is_proved(const dn_drifting *work)
{
    return strcmp(work->known.basis, DN_BASIS_OBSERVED) != 0;
}

static int
is_untouched(dn_drifting *work, bool *answer)
{
    *answer = false;
    if (work->unreadable.count || !is_current(work))
        return 0;
    return dn_fingerprint_is(work->session, &work->known, work->live.facts, answer, work->error);
}

/* --- by a replay -------------------------------------------------------------------------------------- */

static const dn_verdict *
verdict_of(const dn_drifting *work, size_t at)
{
    return &work->session->reconciliation.verdicts[work->evidence.history[at].verdict];
}

static bool
all_known(const dn_evidence *evidence)
{
    for (size_t i = 0; i < evidence->count; i++)
        if (!evidence->effects[i].known)
            return false;
    return true;
}

static int
note_touched(dn_drifting *work)
{
    const dn_evidence *evidence = &work->evidence;

    work->touched = dn_fact_map_new(&work->session->arena, dn_fact_map_naming(work->found));
    if (!work->touched)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < evidence->count; i++)
        for (size_t k = 0; k < evidence->effects[i].effects.count; k++)
            if (dn_fact_map_put(work->touched,
                                dn_difference_key(&evidence->effects[i].effects.items[k]),
                                work->error) < 0)
                return -1;
    return 0;
}

/* What those that are recorded make of an empty database. */
static int
fold_recorded(dn_drifting *work, dn_fact_map *implied)
{
    for (size_t i = 0; i < work->evidence.count; i++)
        if (verdict_of(work, i)->recorded &&
            dn_differences_apply(&work->evidence.effects[i].effects, implied, work->error) < 0)
            return -1;
    return 0;
}

typedef struct last_touch {
    const char *tag;  /* of the last recorded one */
    bool known;       /* any migration touches it, recorded or not */
    bool in_progress; /* one that stopped half-way */
    bool edited;      /* what was run is not what the file says */
    bool to_come;     /* one that is not recorded */
    /* Behind all that are recorded one that is not has made what is there, as far as anybody can see, or something
     * else in its place. */
    const char *maker;
    const char *rival;
} last_touch;

static const dn_difference *
find_effect(const dn_differences *effects, const dunlin_fact *key)
{
    for (size_t i = 0; i < effects->count; i++)
        if (dn_drift_same_key(dn_difference_key(&effects->items[i]), key))
            return &effects->items[i];
    return NULL;
}

static void
note_unrecorded(last_touch *last, const char *tag, const dn_difference *effect,
                const dunlin_fact *found)
{
    last->to_come = true;
    if (dn_drift_same(effect->after, found))
        last->maker = tag;
    else if (!effect->before && found)
        last->rival = tag;
}

static last_touch
find_touch(const dn_drifting *work, const dunlin_fact *key, const dunlin_fact *found)
{
    last_touch last = {.known = find_fact(work->touched, key) != NULL};

    for (size_t i = 0; last.known && i < work->evidence.count; i++) {
        const dn_verdict *verdict = verdict_of(work, i);
        const dn_difference *effect = find_effect(&work->evidence.effects[i].effects, key);

        if (!effect)
            continue;
        if (verdict->verdict == DN_VERDICT_PARTIAL)
            last.in_progress = true;
        if (!verdict->recorded) {
            note_unrecorded(&last, verdict->migration->tag, effect, found);
            continue;
        }
        last.maker = last.rival = NULL;
        last.tag = verdict->migration->tag;
        last.edited = verdict->verdict == DN_VERDICT_EDITED;
    }
    return last;
}

static bool
is_whole(const dunlin_fact *fact)
{
    return dn_string_among(fact->kind,
                           "table view matview sequence function procedure aggregate enum domain "
                           "type collation event");
}

/* Schemas and extensions come with a server as often as not. */
static bool
is_furniture(const dunlin_fact *fact)
{
    return dn_fact_is(fact, DUNLIN_KIND_SCHEMA) || dn_fact_is(fact, DUNLIN_KIND_EXTENSION);
}

bool
dn_drift_is_legacy(const dn_drifting *work, const dunlin_fact *fact)
{
    static const char *const kinds[] = {"table", "view", "matview", "event"};
    uint64_t lead = (dn_fact_map_naming(work->found) & DN_FACT_NAMESPACES) ? 1 : 0;
    const dunlin_fact *granted_on = dn_grant_object_in(work->found, fact);

    /* The schema of somebody else is no difference, but not among what is strange. */
    if (granted_on && is_furniture(granted_on))
        return !find_fact(work->implied, granted_on);
    fact = granted_on ? granted_on : fact;
    if (find_fact(work->strange, fact))
        return true;
    for (size_t i = 0; fact->path_count > lead && i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_fact_map_find(work->strange, dn_string(kinds[i]), fact->path, lead + 1))
            return true;
    return false;
}

static int
find_legacy(dn_drifting *work, const dn_differences *list)
{
    dn_arena *arena = &work->session->arena;

    work->legacy = dn_arena_array(arena, list->count + 1, sizeof *work->legacy);
    work->strange = dn_fact_map_new(arena, dn_fact_map_naming(work->found));
    if (!work->legacy || !work->strange)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < list->count; i++) {
        const dn_difference *one = &list->items[i];

        if (one->before || !(is_whole(one->after) || is_furniture(one->after)) ||
            find_fact(work->touched, one->after))
            continue;
        work->legacy[work->legacy_count++] = one->after;
        if (dn_fact_map_put(work->strange, one->after, work->error) < 0)
            return -1;
    }
    return 0;
}

static int
allow(dn_drifting *work, const dn_difference *one)
{
    dn_differences *list = &work->allowed;

    list->items = dn_arena_grow(&work->session->arena, list->items, &list->capacity,
                                list->count + 1, sizeof *list->items);
    if (!list->items)
        return dn_no_memory(work->error);
    list->items[list->count++] = *one;
    return 0;
}

static int
take(dn_drifting *work, const dn_fact_map *accepted, const dn_difference *one)
{
    const dunlin_fact *key = dn_difference_key(one);
    last_touch last = find_touch(work, key, one->after);

    if ((!one->before && dn_drift_is_legacy(work, key)) || last.in_progress || last.edited)
        return 0;
    if (accepted && dn_drift_same(find_fact(accepted, key), one->after)) {
        work->accepted++;
        return last.to_come ? 0 : allow(work, one);
    }
    return dn_drift_add(work,
                        (dn_deviation){.implied = one->before,
                                       .found = one->after,
                                       .tag = last.tag,
                                       .unrecorded = last.maker ? last.maker : last.rival,
                                       .stale = last.maker ? DN_STALE_TRACKER : DN_STALE_DATABASE});
}

static int
take_all(dn_drifting *work, const dn_fact_map *accepted, const dn_fact_map *implied)
{
    static const dn_compare_options as_they_are = {.spelling = true, .any_line_ends = true};
    dn_differences list = {.count = 0};

    work->implied = implied;
    if (fill(work, implied) < 0 ||
        dn_schema_compare(implied, work->found, &as_they_are, &work->session->arena, &list,
                          work->error) < 0 ||
        find_legacy(work, &list) < 0)
        return -1;
    for (size_t i = 0; i < list.count; i++)
        if (take(work, accepted, &list.items[i]) < 0)
            return -1;
    return 0;
}

static int
start_empty(dn_drifting *work, dn_fact_map **implied)
{
    dn_session *session = work->session;
    const dn_side like = {
        .driver = session->driver,
        .facts = work->found,
        .profile = dn_connection_server(session->connection)->profile,
    };
    dn_side empty;

    if (dn_side_empty(session, &like, &empty, work->error) < 0)
        return -1;
    *implied = (dn_fact_map *)empty.facts;
    return 0;
}

static int
compare_with_replay(dn_drifting *work, const dn_fact_map *accepted)
{
    dn_fact_map *implied;

    if (note_touched(work) < 0 || start_empty(work, &implied) < 0 ||
        fold_recorded(work, implied) < 0 ||
        dn_ignore_apply(work->session->sight.ignore, implied, work->error) < 0)
        return -1;
    return take_all(work, accepted, implied);
}

int
dn_drift_find_accepted(dn_drifting *work)
{
    const dn_fact_map *accepted;

    for (size_t i = 0; i < work->evidence.count; i++)
        if (verdict_of(work, i)->recorded && !work->evidence.effects[i].known)
            return 1;
    if (dn_fingerprint_facts(work->session, &work->known, work->found, &accepted, work->error) < 0)
        return -1;
    return accepted ? compare_with_replay(work, accepted) : 1;
}

/* 1: not all could be replayed. With --replay --fix, a migration is made of what was accepted, too. */
static int
find_by_replay(dn_drifting *work)
{
    dn_session *session = work->session;
    const dunlin_doctor_options doctor = {
        .size = sizeof doctor,
        .shadow = work->options->shadow,
        .shadow_url = work->options->shadow_url,
    };
    const dn_fact_map *accepted = NULL;

    if (dn_evidence_replay(session, &doctor, &work->evidence, work->error) < 0)
        return -1;
    if (!all_known(&work->evidence))
        return 1;
    if (!(work->options->replay && work->options->fix) && work->known.present &&
        strcmp(work->known.basis, DN_BASIS_ACCEPTED) == 0 &&
        dn_fingerprint_facts(session, &work->known, NULL, &accepted, work->error) < 0)
        return -1;
    if (compare_with_replay(work, accepted) < 0)
        return -1;
    work->how = work->evidence.source;
    work->replayed = true;
    return 0;
}

/* --- by what the last run left, compared --------------------------------------------------------- */

static int
add_differences(dn_drifting *work, const dn_fact_map *implied)
{
    /* What was known is what somebody made, as far as that can be told. */
    work->touched = (dn_fact_map *)implied;
    return take_all(work, NULL, implied);
}

/* Somebody else's version may print the same thing otherwise. */
static int
check_reader(dn_drifting *work)
{
    const char *reader = dn_fingerprint_reader(work->session);
    dn_auto(dn_text) name = DN_TEXT_INIT;
    const dunlin_fact *first;
    bool speaks;

    if (!reader)
        return dn_no_memory(work->error);
    if (dn_fingerprint_speaks(work->session, &work->known, &speaks, work->error) < 0)
        return -1;
    if (!work->count || speaks)
        return 0;
    first = work->items[0].found ? work->items[0].found : work->items[0].implied;
    dn_fact_describe(&name, first->kind, first->path, first->path_count);
    return dn_fail(
        work->error, DUNLIN_FAILED, "drift.upgraded",
        "the schema was read by '%s' then and by '%s' now, which may print the same thing "
        "otherwise: %s%s",
        work->known.reader, reader, name.data ? name.data : "",
        work->count > 1 ? ", and more" : "");
}

static int
find_by_record(dn_drifting *work)
{
    const dn_fact_map *implied;

    if (dn_fingerprint_facts(work->session, &work->known, work->found, &implied, work->error) < 0)
        return -1;
    if (!implied || !is_current(work))
        return 1;
    if (dn_ignore_apply(work->session->sight.ignore, (dn_fact_map *)implied, work->error) < 0 ||
        add_differences(work, implied) < 0 || check_reader(work) < 0)
        return -1;
    work->how = "record";
    if (!is_proved(work))
        work->note = dn_arena_printf(&work->session->arena,
                                     "this is what has changed since %s; whether the schema was "
                                     "right then is not known",
                                     work->known.at);
    else if (dn_fingerprint_lacks_grants(work->session, &work->known))
        work->note = dn_arena_printf(&work->session->arena,
                                     "grants were not looked at on %s, and are not compared",
                                     work->known.at);
    else
        return 0;
    return work->note ? 0 : dn_no_memory(work->error);
}

static int
fail_unknown(dn_drifting *work)
{
    const char *why = work->evidence.why;

    for (size_t i = 0; !why && i < work->evidence.count; i++)
        if (!work->evidence.effects[i].known)
            why = work->evidence.effects[i].why;
    why = why ? why : "the migrations could not be replayed";
    if (work->options->replay)
        return dn_fail(work->error, DUNLIN_FAILED, "drift.unknown",
                       "the migrations cannot be replayed: %s", why);
    return dn_fail(work->error, DUNLIN_FAILED, "drift.unknown",
                   "nothing tells what the schema of '%s' should be: no run has left it%s, and %s",
                   work->session->target->name,
                   work->known.present ? " since the tracker was changed otherwise" : "", why);
}

int
dn_drift_find(dn_drifting *work)
{
    bool untouched = false;
    int answer;

    if (!work->options->replay && is_untouched(work, &untouched) < 0)
        return -1;
    if (untouched && is_proved(work)) {
        work->implied = work->found;
        work->how = "fingerprint";
        return 0;
    }
    answer = find_by_replay(work);
    if (answer <= 0)
        return answer;
    answer = work->options->replay ? 1 : find_by_record(work);
    return answer <= 0 ? answer : fail_unknown(work);
}
