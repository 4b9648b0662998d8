/* SPDX-License-Identifier: MIT */
#include "core/reconcile/reconcile.h"

#include <string.h>

enum { MAX_TOLD = 8 };

typedef struct reconciling {
    const dn_observation *observation;
    dn_reconciliation *result;
    dn_arena *arena;
    dn_ahead ahead;
} reconciling;

const char *
dn_verdict_name(dn_verdict_kind verdict)
{
    static const char *const names[DN_VERDICT_COUNT] = {
        "applied",    "pending", "partial", "applied-unrecorded", "recorded-absent", "contradicted",
        "unprovable", "edited",  "renamed", "missing-file",       "unlisted-file",
    };

    return names[verdict];
}

static int
say(reconciling *state, dn_verdict *verdict, dn_severity severity, const char *id, const char *note,
    dn_error *error)
{
    verdict->note = note;
    if (!note)
        return dn_no_memory(error);
    return dn_findings_add(&state->result->findings, state->arena, severity, id,
                           verdict->migration->tag, error, "%s: %s", verdict->migration->tag, note);
}

/* Its own row, or what dunlin itself noted of it, would have said more. */
static bool
is_implied(const dn_tracker_row *row)
{
    return row->implied && !row->has_digest;
}

static int
judge_missing(reconciling *state, dn_verdict *verdict, dn_error *error)
{
    const dn_match *match = verdict->match;

    state->result->journal_files = false;
    if (!match->found) {
        verdict->verdict = DN_VERDICT_MISSING_FILE;
        verdict->file = "missing-file";
        verdict->stops = true;
        verdict->note = match->row ? "recorded, but its file is missing" : "its file is missing";
        return 0; /* the journal's own finding says where the entry stands */
    }
    verdict->verdict = DN_VERDICT_RENAMED;
    verdict->file = "renamed";
    verdict->stops = !match->found_proved && !match->found_told;
    return say(state, verdict, verdict->stops ? DN_ERROR_FINDING : DN_WARNING, "file.renamed",
               dn_arena_printf(state->arena, "its file is '%s.sql'%s", match->found->tag,
                               match->found_proved ? ", which has the recorded content"
                               : match->found_told ? ", as --relink says"
                                                   : ", by its number alone"),
               error);
}

static int
judge_edited(reconciling *state, dn_verdict *verdict, dn_error *error)
{
    bool cosmetic = verdict->match->edit == DN_EDIT_COSMETIC;

    verdict->verdict = DN_VERDICT_EDITED;
    verdict->file = cosmetic ? "edited-cosmetic" : "edited";
    verdict->stops = !cosmetic;
    if (!cosmetic)
        state->result->files_tracker = false;
    return say(state, verdict, cosmetic ? DN_NOTE : DN_ERROR_FINDING,
               cosmetic ? "file.edited-cosmetic" : "file.edited",
               cosmetic ? "edited after it was applied, in comments, blanks or line ends only"
                        : "its SQL was edited after it was applied",
               error);
}

static int
judge_renamed(reconciling *state, dn_verdict *verdict, dn_error *error)
{
    verdict->verdict = DN_VERDICT_RENAMED;
    verdict->file = "renamed";
    state->result->files_tracker = false;
    return say(state, verdict, DN_WARNING, "file.renamed",
               dn_arena_printf(state->arena, "recorded as '%s', with the same content",
                               verdict->match->row->tag),
               error);
}

static int
judge_listed(reconciling *state, dn_verdict *verdict, dn_error *error)
{
    const dn_match *match = verdict->match;

    verdict->file = "ok";
    if (!verdict->migration->has_file)
        return judge_missing(state, verdict, error);
    if (match->row && match->edit != DN_EDIT_NONE)
        return judge_edited(state, verdict, error);
    if (match->renamed)
        return judge_renamed(state, verdict, error);
    verdict->verdict = match->row ? DN_VERDICT_APPLIED : DN_VERDICT_PENDING;
    verdict->pending = !match->row;
    return 0;
}

static void
judge_unlisted(reconciling *state, dn_verdict *verdict)
{
    verdict->verdict = DN_VERDICT_UNLISTED_FILE;
    verdict->file = "unlisted-file";
    state->result->journal_files = false;
    verdict->note = verdict->match->row
                        ? "the journal does not list this file, though it was applied"
                        : "the journal does not list this file, so it is left out";
}

static int
judge(reconciling *state, const dn_migration *migration, const dn_match *match, bool listed,
      dn_error *error)
{
    dn_verdict *verdict = &state->result->verdicts[state->result->count++];

    verdict->migration = migration;
    verdict->match = match;
    verdict->recorded = match->row != NULL;
    verdict->confidence = match->row && !is_implied(match->row) ? "recorded" : "unprovable";
    if (!listed)
        judge_unlisted(state, verdict);
    else if (judge_listed(state, verdict, error) < 0)
        return -1;
    state->result->counts[verdict->verdict]++;
    state->result->pending += verdict->pending;
    state->result->applied += verdict->recorded;
    return 0;
}

/* Is the file that of a listed migration, under another name? */
static bool
is_claimed(const dn_observation *seen, const dn_migration *unlisted)
{
    for (size_t i = 0; i < seen->journal->count; i++)
        if (seen->matches[i].found == unlisted)
            return true;
    return false;
}

static int
judge_all(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;
    const dn_journal *journal = seen->journal;

    for (size_t i = 0; i < journal->count; i++)
        if (judge(state, &journal->migrations[i], &seen->matches[i], true, error) < 0)
            return -1;
    for (size_t i = 0; i < journal->unlisted_count; i++)
        if (!is_claimed(seen, &journal->unlisted[i]) &&
            judge(state, &journal->unlisted[i], &seen->unlisted[i], false, error) < 0)
            return -1;
    return 0;
}

static void
stop(reconciling *state, const char *id)
{
    state->result->stops = true;
    if (!state->result->stop_id)
        state->result->stop_id = id;
}

/* A missing and an unlisted file that proved to be one renamed file are no findings any more. */
static bool
is_explained(const dn_observation *seen, const dn_finding *finding)
{
    const dn_journal *journal = seen->journal;

    if (!finding->object)
        return false;
    if (strcmp(finding->id, "journal.file-missing") == 0)
        for (size_t i = 0; i < journal->count; i++)
            if (seen->matches[i].found && strcmp(journal->migrations[i].tag, finding->object) == 0)
                return true;
    if (strcmp(finding->id, "journal.unlisted-file") == 0)
        for (size_t i = 0; i < journal->unlisted_count; i++)
            if (strcmp(journal->unlisted[i].tag, finding->object) == 0)
                return is_claimed(seen, &journal->unlisted[i]);
    return false;
}

/* Two that are applied may keep their number: it is too late to change it. */
static bool
is_past(const dn_observation *seen, const dn_finding *finding)
{
    const dn_journal *journal = seen->journal;
    const dn_migration *named = NULL;
    bool all = true;

    if (strcmp(finding->id, "journal.duplicate-number") != 0)
        return false;
    for (size_t i = 0; i < journal->count && !named; i++)
        if (strcmp(journal->migrations[i].tag, finding->object) == 0)
            named = &journal->migrations[i];
    for (size_t i = 0; named && i < journal->count; i++)
        if (dn_journal_same_number(named, &journal->migrations[i]))
            all = all && seen->matches[i].row;
    return named && all;
}

static int
take_journal_findings(reconciling *state, dn_error *error)
{
    const dn_findings *findings = &state->observation->journal->findings;

    for (size_t i = 0; i < findings->count; i++) {
        const dn_finding *finding = &findings->items[i];
        dn_severity severity = finding->severity;

        if (is_explained(state->observation, finding))
            continue;
        if (is_past(state->observation, finding))
            severity = DN_NOTE;
        if (severity != DN_NOTE)
            state->result->journal_files = false;
        if (severity == DN_ERROR_FINDING && !finding->object)
            stop(state, finding->id); /* no verdict speaks for it */
        if (dn_findings_add(&state->result->findings, state->arena, severity, finding->id,
                            finding->object, error, "%s", finding->message) < 0)
            return -1;
    }
    return 0;
}

static bool
is_refused(const dn_observation *seen, const char *tag)
{
    for (size_t i = 0; i < seen->refused_count; i++)
        if (strcmp(seen->refused[i], tag) == 0)
            return true;
    return false;
}

/* Stopped part-way: still to be applied, by going on where it stood. */
static int
find_unfinished(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;

    for (size_t i = 0; i < seen->unfinished_count; i++)
        for (size_t k = 0; k < seen->journal->count; k++) {
            dn_verdict *verdict = &state->result->verdicts[k];

            if (!verdict->pending || strcmp(verdict->migration->tag, seen->unfinished[i]) != 0)
                continue;
            if (is_refused(seen, seen->unfinished[i])) {
                if (say(state, verdict, DN_NOTE, "migration.refused",
                        "the database refused its first statement; nothing of it was done",
                        error) < 0)
                    return -1;
                continue;
            }
            state->result->counts[verdict->verdict]--;
            verdict->verdict = DN_VERDICT_PARTIAL;
            state->result->counts[verdict->verdict]++;
            if (say(state, verdict, DN_WARNING, "migration.partial",
                    "stopped part-way; the next migrate goes on where it stood", error) < 0)
                return -1;
        }
    return 0;
}

/* Pending migrations that stand before applied ones: they arrived late, from another branch. */
static int
find_late(reconciling *state, dn_error *error)
{
    size_t last = 0;

    for (size_t i = 0; i < state->observation->journal->count; i++)
        if (state->result->verdicts[i].recorded)
            last = i + 1;
    for (size_t i = 0; i < last; i++) {
        dn_verdict *verdict = &state->result->verdicts[i];

        if (verdict->pending && !verdict->note &&
            say(state, verdict, DN_WARNING, "migration.late",
                "listed before migrations that are applied already", error) < 0)
            return -1;
    }
    return 0;
}

/* ": create table x, create column y.z ..." */
static const char *
deeds_of(reconciling *state, const dn_tracker_row *row)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (size_t i = 0; i < row->deed_count && i < MAX_TOLD; i++)
        dn_text_printf(&text, "%s%s", i ? ", " : ": ", row->deeds[i]);
    if (row->deed_count > MAX_TOLD)
        dn_text_printf(&text, ", and %zu more", row->deed_count - MAX_TOLD);
    if (text.failed)
        return NULL;
    return text.data ? dn_arena_copy(state->arena, text.data, text.length) : "";
}

static int
find_unknown(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;
    bool refuse = state->ahead == DN_AHEAD_FAIL ||
                  (state->ahead == DN_AHEAD_OK && state->result->pending > 0);

    for (size_t i = 0; i < seen->unknown_count; i++) {
        const dn_tracker_row *row = seen->unknown[i];
        const char *deeds = deeds_of(state, row);
        const char *name = row->tag ? dn_arena_printf(state->arena, "'%s'", row->tag)
                                    : "a migration without a name";
        char hex[DN_DIGEST_HEX] = "no digest";

        if (!deeds || !name)
            return dn_no_memory(error);
        if (row->has_digest)
            dn_digest_hex(&row->digest, hex);
        if (dn_findings_add(&state->result->findings, state->arena,
                            refuse ? DN_ERROR_FINDING : DN_WARNING, "tracker.unknown-row",
                            row->tag ? row->tag : hex, error,
                            "unknown-row: the tracker '%s' records %s (%s), which this checkout "
                            "does not have%s",
                            seen->tracker.table, name, hex, deeds) < 0)
            return -1;
    }
    if (seen->doubles && dn_findings_add(&state->result->findings, state->arena, DN_NOTE,
                                         "tracker.double-row", NULL, error,
                                         "%zu row%s of the tracker '%s' record%s what another one "
                                         "records",
                                         seen->doubles, seen->doubles == 1 ? "" : "s",
                                         seen->tracker.table, seen->doubles == 1 ? "s" : "") < 0)
        return -1;
    if (seen->unknown_count && refuse) {
        state->result->files_tracker = false;
        stop(state, "tracker.unknown-row");
    }
    return 0;
}

/* What another tool says it could not finish is neither recorded nor pending. */
static int
find_failed(reconciling *state, dn_error *error)
{
    const dn_tracker *tracker = &state->observation->tracker;

    for (size_t i = 0; i < tracker->failed_count; i++) {
        const dn_tracker_row *row = &tracker->failed[i];

        state->result->files_tracker = false;
        stop(state, "tracker.failed");
        if (dn_findings_add(&state->result->findings, state->arena, DN_ERROR_FINDING,
                            "tracker.failed", row->tag, error,
                            "the tracker '%s' says of '%s' that %s %s", tracker->table, row->tag,
                            dn_layout_form_of(tracker->layout)->title, row->failed) < 0)
            return -1;
    }
    return 0;
}

/* golang-migrate keeps one number. A file that came late has a lower one, and looks applied. */
static int
find_implied(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;
    const char *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < seen->journal->count; i++) {
        const dn_tracker_row *row = seen->matches[i].row;

        if (!row || !is_implied(row))
            continue;
        if (!count++)
            first = seen->journal->migrations[i].tag;
    }
    if (!count)
        return 0;
    return dn_findings_add(&state->result->findings, state->arena, DN_NOTE, "tracker.newest-only",
                           first, error,
                           "the tracker '%s' has the newest version alone: nothing in it tells "
                           "whether '%s'%s%.0zu%s was applied, or came later with a lower number; "
                           "'dunlin doctor' looks for the effects",
                           seen->tracker.table, first, count > 1 ? " or one of " : "",
                           count > 1 ? count - 1 : 0, count > 1 ? " others before it" : "");
}

/* What cannot be run here: programs of other tools. */
static int
find_programs(reconciling *state, dn_error *error)
{
    const dn_journal *journal = state->observation->journal;

    for (size_t i = 0; i < state->result->count; i++) {
        dn_verdict *verdict = &state->result->verdicts[i];

        if (!verdict->pending || !verdict->migration->code)
            continue;
        verdict->stops = true;
        if (say(state, verdict, DN_ERROR_FINDING, "markup.program",
                dn_arena_printf(state->arena, "a program of %s, which dunlin cannot run",
                                dn_layout_form_of(journal->layout)->title),
                error) < 0)
            return -1;
    }
    return 0;
}

const char *
dn_reconcile_other_tracker(const dn_observation *seen, dn_arena *arena)
{
    for (size_t i = 0; i < seen->object_count; i++) {
        const char *name = seen->objects[i].name;
        size_t length = strcspn(name, "."); /* of indexes: that of their table */
        dn_layout layout = dn_tracker_form_named(dn_span(name, length));

        if (layout)
            return dn_arena_printf(arena,
                                   "; '%.*s' is a tracker of %s: 'dunlin adopt' takes over from it",
                                   (int)length, name, dn_layout_form_of(layout)->title);
    }
    if (seen->claimant)
        return dn_arena_printf(arena,
                               "; '%s' is a tracker of %s: 'dunlin adopt' takes over from it",
                               seen->claimed_in, seen->claimant->title);
    return "";
}

/* What is told and not believed. */
static int
find_claim(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;

    if (!seen->claimant)
        return 0;
    return dn_findings_add(
        &state->result->findings, state->arena, DN_NOTE, "tracker.claim", NULL, error,
        "%s says in '%s' %s; that is no record of the migrations here, and which "
        "of them are applied the schema alone tells; nothing is written there, so %s does not learn "
        "of what is applied here",
        seen->claimant->title, seen->claimed_in, seen->claim, seen->claimant->title);
}

/* Nothing is recorded, yet the database is not empty: the start of the incident. */
static int
find_foreign_objects(reconciling *state, dn_error *error)
{
    const dn_observation *seen = state->observation;
    const char *other = dn_reconcile_other_tracker(seen, state->arena);

    if (!seen->object_count)
        return 0;
    if (!other)
        return dn_no_memory(error);
    state->result->files_tracker = false;
    stop(state, "tracker.not-empty");
    if (find_claim(state, error) < 0)
        return -1;
    return dn_findings_add(&state->result->findings, state->arena, DN_ERROR_FINDING,
                           "tracker.not-empty", seen->objects[0].name, error,
                           "the database holds %zu object%s ('%s'%s), but the tracker '%s' %s%s",
                           seen->object_count, seen->object_count == 1 ? "" : "s",
                           seen->objects[0].name, seen->object_count > 1 ? " ..." : "",
                           seen->tracker.table, seen->tracker.present ? "is empty" : "is missing",
                           other);
}

int
dn_reconcile(const dn_observation *observation, dn_ahead ahead, dn_arena *arena,
             dn_reconciliation *result, dn_error *error)
{
    const dn_journal *journal = observation->journal;
    reconciling state = {observation, result, arena, ahead};

    memset(result, 0, sizeof(*result));
    result->journal_files = true;
    result->files_tracker = true;
    result->verdicts = (dn_verdict *)dn_arena_array(
        arena, journal->count + journal->unlisted_count + 1, sizeof(*result->verdicts));
    if (!result->verdicts)
        return dn_no_memory(error);
    if (take_journal_findings(&state, error) < 0 || judge_all(&state, error) < 0 ||
        find_failed(&state, error) < 0 || find_implied(&state, error) < 0 ||
        find_programs(&state, error) < 0 || find_unfinished(&state, error) < 0 ||
        find_late(&state, error) < 0 || find_unknown(&state, error) < 0)
        return -1;
    return find_foreign_objects(&state, error);
}
