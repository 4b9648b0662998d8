/* SPDX-License-Identifier: MIT
 *
 * What happened, in a paragraph: the root cause first.
 */
#include "core/reconcile/reconcile.h"

#include <string.h>

typedef struct telling {
    const dn_reconciliation *result;
    const dn_observation *observation;
    dn_arena *arena;
    dn_text text;
    size_t sentences;
    size_t sentence; /* where the last one begins */
} telling;

/* --- sentences -------------------------------------------------------------------------------------- */

static void
capitalise(telling *story)
{
    char *first = story->text.data ? &story->text.data[story->sentence] : NULL;

    if (first && *first >= 'a' && *first <= 'z')
        *first = (char)(*first - 'a' + 'A');
}

static void
begin(telling *story)
{
    capitalise(story);
    if (story->sentences++)
        dn_text_add_string(&story->text, ". ");
    story->sentence = story->text.length;
}

typedef bool (*chooser)(const dn_verdict *verdict);

static const dn_verdict *
next(const telling *story, chooser chosen, size_t from)
{
    for (size_t i = from; i < story->result->count; i++)
        if (chosen(&story->result->verdicts[i]))
            return &story->result->verdicts[i];
    return NULL;
}

static size_t
count(const telling *story, chooser chosen)
{
    size_t found = 0;

    for (size_t i = 0; i < story->result->count; i++)
        found += chosen(&story->result->verdicts[i]);
    return found;
}

/* "migrations a to b", "migration a", "migrations a, b and 3 more" */
static void
add_tags(telling *story, chooser chosen)
{
    enum { SHOWN = 3 };
    const dn_verdict *verdicts = story->result->verdicts;
    const dn_verdict *first = next(story, chosen, 0);
    size_t found = count(story, chosen);
    size_t start = (size_t)(first - verdicts);
    size_t shown = 0;
    bool together = true;

    for (size_t i = start; i < start + found; i++)
        together = together && i < story->result->count && chosen(&verdicts[i]);
    dn_text_printf(&story->text, "migration%s %s", found > 1 ? "s" : "", first->migration->tag);
    if (found > 2 && together) {
        dn_text_printf(&story->text, " to %s", verdicts[start + found - 1].migration->tag);
        return;
    }
    for (size_t i = start + 1; i < story->result->count && shown + 1 < SHOWN; i++)
        if (chosen(&verdicts[i])) {
            bool last = ++shown + 1 == found;

            dn_text_printf(&story->text, "%s%s", last ? " and " : ", ", verdicts[i].migration->tag);
        }
    if (found > SHOWN)
        dn_text_printf(&story->text, " and %zu more", found - SHOWN);
}

/* --- who is meant ----------------------------------------------------------------------------------- */

static bool
is_outside(const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;

    return !verdict->recorded && proof && proof->done &&
           verdict->verdict != DN_VERDICT_UNPROVABLE &&
           (proof->kind == DN_EFFECTS_PRESENT || proof->kind == DN_EFFECTS_SUPERSEDED);
}

#define OF_KIND(name, kind)                                                                        \
    static bool name(const dn_verdict *verdict)                                                    \
    {                                                                                              \
        return verdict->verdict == (kind);                                                         \
    }
OF_KIND(is_absent, DN_VERDICT_RECORDED_ABSENT)
OF_KIND(is_partial, DN_VERDICT_PARTIAL)
OF_KIND(is_contradicted, DN_VERDICT_CONTRADICTED)
OF_KIND(is_unprovable, DN_VERDICT_UNPROVABLE)
OF_KIND(is_unlisted, DN_VERDICT_UNLISTED_FILE)
OF_KIND(is_missing, DN_VERDICT_MISSING_FILE)

static bool
is_renamed(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_RENAMED && verdict->match->found;
}

static bool
is_edited(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_EDITED && verdict->stops;
}

static bool
is_pending(const dn_verdict *verdict)
{
    return verdict->pending;
}

/* --- what happened ------------------------------------------------------------------------------------ */

static void
tell_outside(telling *story)
{
    const dn_tracker *tracker = &story->observation->tracker;
    const char *other =
        tracker->present ? "" : dn_reconcile_other_tracker(story->observation, story->arena);

    if (!count(story, is_outside))
        return;
    begin(story);
    dn_text_add_string(&story->text, "the schema holds the effects of ");
    add_tags(story, is_outside);
    if (!other)
        story->text.failed = true;
    else if (*other)
        dn_text_printf(&story->text, ", but there is no tracker '%s'%s", tracker->table, other);
    else if (!tracker->present)
        dn_text_printf(&story->text,
                       ", but there is no tracker '%s': they were run outside of it, or it was "
                       "dropped",
                       tracker->table);
    else if (!tracker->count)
        dn_text_printf(&story->text,
                       ", but the tracker '%s' is empty: they were run outside of it, or its rows "
                       "were deleted",
                       tracker->table);
    else
        dn_text_printf(&story->text,
                       ", but the tracker '%s' does not record %s: run outside of it, or the "
                       "row%s deleted",
                       tracker->table, count(story, is_outside) > 1 ? "them" : "it",
                       count(story, is_outside) > 1 ? "s were" : " was");
}

static void
tell_journal(telling *story)
{
    const dn_findings *findings = &story->result->findings;
    const char *what = NULL;

    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i].id, "journal.lost") == 0)
            what = "the journal is lost: its entries are taken from the names of the files";
        else if (strcmp(findings->items[i].id, "journal.illegible") == 0)
            what = "the journal cannot be read: what is not legible of it is taken from the names "
                   "of the files";
    }
    if (!what)
        return;
    begin(story);
    dn_text_add_string(&story->text, what);
}

static void
tell_renamed(telling *story)
{
    const dn_verdict *verdict = next(story, is_renamed, 0);

    if (!verdict)
        return;
    begin(story);
    dn_text_printf(&story->text, "the journal lists '%s', whose file is '%s.sql'%s",
                   verdict->migration->tag, verdict->match->found->tag,
                   verdict->match->found_proved ? ": the recorded content proves it" : "");
    if (count(story, is_renamed) > 1)
        dn_text_printf(&story->text, ", and %zu more are misnamed", count(story, is_renamed) - 1);
}

static void
tell_tags(telling *story, chooser chosen, const char *before, const char *behind)
{
    if (!count(story, chosen))
        return;
    begin(story);
    dn_text_add_string(&story->text, before);
    add_tags(story, chosen);
    dn_text_add_string(&story->text, behind);
}

static const char *
how_it_differs(dn_drift_kind kind, bool several)
{
    switch (kind) {
    case DN_DRIFT_MISSING: return several ? " are gone" : " is gone";
    case DN_DRIFT_EXTRA:
        return several ? " are there, and no migration makes them"
                       : " is there, and no migration makes it";
    default:
        return several ? " are not as the migrations left them"
                       : " is not as the migrations left it";
    }
}

static void
tell_drift(telling *story)
{
    const dn_proofs *proofs = story->result->proofs;
    const dunlin_fact *first = NULL;
    dn_drift_kind kind = DN_DRIFT_CHANGED;
    size_t found = 0;

    for (size_t i = 0; proofs && i < proofs->drift_count; i++) {
        const dn_drift *drift = &proofs->drift[i];

        if (drift->kind == DN_DRIFT_LEGACY || drift->within)
            continue;
        if (!found++) {
            first = drift->actual ? drift->actual : drift->expected;
            kind = drift->kind;
        } else if (drift->kind != kind) {
            kind = DN_DRIFT_CHANGED;
        }
    }
    if (!found)
        return;
    begin(story);
    dn_text_add_string(&story->text,
                       story->observation->unknown_count
                           ? "the schema was changed by what this checkout does not have, or by "
                             "hand: "
                           : "the schema was changed by hand: ");
    dn_fact_describe(&story->text, first->kind, first->path, first->path_count);
    if (found > 1)
        dn_text_printf(&story->text, " and %zu more", found - 1);
    dn_text_add_string(&story->text, how_it_differs(kind, found > 1));
}

/* The rows are under the other name: whatever else looks wrong follows from that. */
static bool
tell_moved(telling *story)
{
    const dn_proofs *proofs = story->result->proofs;
    const dn_moved *moved = proofs && proofs->moved_count ? proofs->moved : NULL;

    if (!moved)
        return false;
    begin(story);
    dn_fact_describe(&story->text, moved->expected->kind, moved->expected->path,
                     moved->expected->path_count);
    dn_text_add_string(&story->text,
                       dn_moved_is_elsewhere(moved)
                           ? " is in another schema than it is looked for in, by search_path or "
                             "because it was moved by hand: it is gone, and "
                           : " was renamed by hand, as it seems: it is gone, and ");
    dn_fact_describe(&story->text, moved->actual->kind, moved->actual->path,
                     moved->actual->path_count);
    dn_text_add_string(&story->text, ", which no migration makes, has all of its columns");
    if (proofs->moved_count > 1)
        dn_text_printf(&story->text, "; and so were %zu more", proofs->moved_count - 1);
    return true;
}

static void
tell_unknown(telling *story)
{
    size_t unknown = story->observation->unknown_count;

    if (!unknown)
        return;
    begin(story);
    dn_text_add_string(&story->text, "the tracker records ");
    dn_text_add_count(&story->text, (int64_t)unknown, "migration", "migrations");
    dn_text_printf(&story->text,
                   " that this checkout does not have: the database is ahead of it, or %s "
                   "removed",
                   unknown > 1 ? "they were" : "it was");
}

static void
tell_stop(telling *story)
{
    if (story->sentences || !story->result->stop_id)
        return;
    for (size_t i = 0; i < story->result->findings.count; i++)
        if (strcmp(story->result->findings.items[i].id, story->result->stop_id) == 0) {
            begin(story);
            dn_text_add_string(&story->text, story->result->findings.items[i].message);
            return;
        }
}

static void
tell_rest(telling *story)
{
    const dn_reconciliation *result = story->result;
    bool agree = !story->sentences && result->journal_files && result->files_tracker;

    if (agree) {
        begin(story);
        dn_text_add_string(&story->text,
                           result->blind
                               ? "journal, files and tracker agree; the schema could not be "
                                 "compared"
                               : "journal, files, tracker and schema agree");
    } else if (!story->sentences) {
        begin(story);
        dn_text_add_string(&story->text, result->journal_files
                                             ? "files and tracker do not agree"
                                             : "the journal is not in order; the schema is");
    }
    if (!result->pending)
        return;
    if (agree)
        dn_text_add_string(&story->text, "; ");
    else
        begin(story);
    add_tags(story, is_pending);
    dn_text_add_string(&story->text, result->pending > 1 ? " are pending" : " is pending");
}

const char *
dn_reconcile_story(const dn_reconciliation *result, const dn_observation *observation,
                   dn_arena *arena)
{
    telling story = {
        .result = result, .observation = observation, .arena = arena, .text = DN_TEXT_INIT};
    const char *told;
    bool moved = tell_moved(&story);

    tell_outside(&story);
    tell_tags(&story, is_absent, "the tracker records ",
              moved ? ", but the schema holds nothing of it"
                    : ", but the schema holds nothing of it: the record is wrong, or the objects "
                      "were dropped");
    tell_tags(&story, is_partial, "only a part was run of ", "");
    tell_tags(&story, is_contradicted, "the schema holds something else in the place of what ",
              " would make");
    tell_journal(&story);
    tell_renamed(&story);
    tell_tags(&story, is_missing, "there is no file of ", "");
    tell_tags(&story, is_unlisted, "the journal does not list ", "");
    tell_tags(&story, is_edited, "the SQL was edited after it was applied of ", "");
    tell_unknown(&story);
    tell_drift(&story);
    tell_tags(&story, is_unprovable, "nothing shows whether these were run: ", "");
    tell_stop(&story);
    tell_rest(&story);
    capitalise(&story);
    dn_text_add_char(&story.text, '.');
    told = story.text.failed ? NULL : dn_arena_copy(arena, story.text.data, story.text.length);
    dn_text_free(&story.text);
    return told;
}
