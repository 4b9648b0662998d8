/* SPDX-License-Identifier: MIT */
#include "core/engine/accepted.h"

#include <string.h>

#include "core/engine/drift.h"

static int
read_known(dn_session *session, dn_known *known, bool *accepted, dn_error *error)
{
    const dn_tracker *tracker = &session->observation.tracker;

    *accepted = false;
    if (!tracker->present)
        return 0;
    if (dn_known_read(session->connection, tracker->table, &session->arena, known, error) < 0)
        return -1;
    *accepted = known->present && strcmp(known->basis, DN_BASIS_ACCEPTED) == 0;
    return 0;
}

static int
swap(const dn_differences *list, dn_arena *arena, dn_differences *swapped, dn_error *error)
{
    swapped->items = dn_arena_array(arena, list->count + 1, sizeof *swapped->items);
    if (!swapped->items)
        return dn_no_memory(error);
    for (size_t i = 0; i < list->count; i++)
        swapped->items[swapped->count++] =
            (dn_difference){.before = list->items[i].after, .after = list->items[i].before};
    return 0;
}

static int
tell_by_name(dn_drifting *work, dn_evidence *evidence)
{
    evidence->accepted_by_name = dn_arena_printf(
        &work->session->arena,
        "the schema was accepted%s%s with 'dunlin drift --accept', and only names tell what is otherwise "
        "than the migrations make it: what is gone is listed; what came in addition, and types, "
        "defaults and the case of letters that were changed, are not; a replay of the migrations "
        "(--shadow or --shadow-url URL) lists them all",
        strcmp(work->known.action, "accept") == 0 ? " at " : "",
        strcmp(work->known.action, "accept") == 0 ? work->known.at : "");
    return evidence->accepted_by_name ? 0 : dn_no_memory(work->error);
}

int
dn_accepted_undo(dn_session *session, dn_evidence *evidence, const dn_fact_map **schema,
                 dn_error *error)
{
    static const dunlin_drift_options options = {.size = sizeof options};
    dn_drifting work = {.session = session, .options = &options, .error = error};
    dn_differences back = {.count = 0};
    dn_fact_map *undone;
    bool accepted;
    int answer;

    if (read_known(session, &work.known, &accepted, error) < 0)
        return -1;
    if (!accepted)
        return 0;
    work.evidence = *evidence;
    work.found = dn_fact_map_copy(*schema, &session->arena, error);
    undone = dn_fact_map_copy(*schema, &session->arena, error);
    if (!work.found || !undone || (answer = dn_drift_find_accepted(&work)) < 0 ||
        (answer > 0 && tell_by_name(&work, evidence) < 0) ||
        swap(&work.allowed, &session->arena, &back, error) < 0 ||
        dn_differences_apply(&back, undone, error) < 0)
        return error->status != DUNLIN_OK ? -1 : dn_no_memory(error);
    evidence->accepted = work.allowed;
    *schema = undone;
    return 0;
}

/* --- by names --------------------------------------------------------------------------------------------- */

typedef struct naming {
    dn_session *session;
    dn_evidence *evidence;
    const dn_migration_effects *named;
    dn_fact_map *names;
    const dn_fact_map *accepted;
    dn_error *error;
} naming;

static const dunlin_fact *
find_fact(const dn_fact_map *map, const dunlin_fact *key)
{
    return dn_fact_map_find(map, key->kind, key->path, key->path_count);
}

static bool
is_recorded(const naming *work, size_t at)
{
    return work->session->reconciliation.verdicts[work->evidence->history[at].verdict].recorded;
}

static int
put_back(const dunlin_fact *fact, void *context)
{
    naming *work = context;
    dn_difference gone = {.before = fact};
    dn_evidence *evidence = work->evidence;
    dn_differences *list = &evidence->accepted;

    if (find_fact(work->names, fact) || find_fact(work->accepted, fact))
        return 0;
    list->items = dn_arena_grow(&work->session->arena, list->items, &list->capacity,
                                list->count + 1, sizeof *list->items);
    if (!list->items)
        return dn_no_memory(work->error);
    list->items[list->count++] = gone;
    return dn_fact_map_put(work->names, fact, work->error);
}

int
dn_accepted_undo_names(dn_session *session, dn_evidence *evidence,
                       const dn_migration_effects *named, dn_fact_map *names, dn_error *error)
{
    naming work = {session, evidence, named, names, NULL, error};
    dn_fact_map *made = dn_fact_map_new(&session->arena, dn_fact_map_naming(names));
    dn_known known;
    bool accepted;

    if (!made)
        return dn_no_memory(error);
    if (read_known(session, &known, &accepted, error) < 0)
        return -1;
    if (!accepted)
        return 0;
    if (dn_fingerprint_facts(session, &known, NULL, &work.accepted, error) < 0)
        return -1;
    for (size_t i = 0; work.accepted && i < evidence->count; i++)
        if (is_recorded(&work, i) && dn_differences_apply(&named[i].effects, made, error) < 0)
            return -1;
    return work.accepted ? dn_fact_map_each(made, NULL, put_back, &work) : 0;
}

/* --- telling ---------------------------------------------------------------------------------------------- */

/* Who misses a table knows that its columns are gone. */
static bool
is_told_with_owner(const dn_differences *list, const dunlin_fact *gone)
{
    for (size_t i = 0; i < list->count; i++) {
        const dunlin_fact *owner = list->items[i].before;
        uint64_t same = 0;

        if (!owner || list->items[i].after || gone->path_count != owner->path_count + 1 ||
            !dn_string_among(owner->kind, "table view matview"))
            continue;
        while (same < owner->path_count && dn_string_same(owner->path[same], gone->path[same]))
            same++;
        if (same == owner->path_count)
            return true;
    }
    return false;
}

static void
describe(dn_text *text, const dunlin_fact *fact)
{
    dn_fact_describe(text, fact->kind, fact->path, fact->path_count);
}

int
dn_accepted_find(dn_session *session, const dn_evidence *evidence, dn_findings *findings,
                 dn_error *error)
{
    const dn_differences *list = &evidence->accepted;

    for (size_t i = 0; i < list->count; i++) {
        const dn_difference *one = &list->items[i];
        dn_auto(dn_text) name = DN_TEXT_INIT;

        if (!one->after && is_told_with_owner(list, one->before))
            continue;
        describe(&name, dn_difference_key(one));
        if (name.failed)
            return dn_no_memory(error);
        if (dn_findings_add(findings, &session->arena, DN_NOTE, "schema.accepted", name.data, error,
                            "accepted: %s%s; 'dunlin drift --replay --fix NAME' makes that a "
                            "migration",
                            name.data,
                            !one->before  ? ", which no migration makes"
                            : !one->after ? " is not there"
                                          : " is not as the migrations make it") < 0)
            return -1;
    }
    return evidence->accepted_by_name
               ? dn_findings_add(findings, &session->arena, DN_NOTE, "schema.accepted-by-name",
                                 NULL, error, "%s", evidence->accepted_by_name)
               : 0;
}

const char *
dn_accepted_note(dn_session *session, const dn_evidence *evidence, const char *fix)
{
    const dn_differences *list = &evidence->accepted;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (size_t i = 0; i < list->count; i++) {
        const dn_difference *one = &list->items[i];

        if (!one->after && is_told_with_owner(list, one->before))
            continue;
        dn_text_add_string(
            &text, text.length ? ", " : "accepted, otherwise than the migrations make it: ");
        describe(&text, dn_difference_key(one));
    }
    if (!text.length)
        return NULL;
    dn_text_printf(&text, "; '%s' makes that a migration", fix);
    return text.failed ? NULL : dn_arena_copy(&session->arena, text.data, text.length);
}
