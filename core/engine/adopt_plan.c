/* SPDX-License-Identifier: MIT
 *
 * What of another tool's claims is proved, what is merely claimed, and what contradicts itself.
 */
#include <string.h>

#include "core/engine/adopt.h"

/* --- contradictions ---------------------------------------------------------------------------------- */

static bool
is_there(const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;

    return proof && proof->done &&
           (proof->kind == DN_EFFECTS_PRESENT || proof->kind == DN_EFFECTS_SUPERSEDED);
}

/* Why a migration cannot be taken over as it is; NULL: it can. */
static const char *
objection(const dn_verdict *verdict)
{
    switch (verdict->verdict) {
    case DN_VERDICT_RECORDED_ABSENT: return "it is recorded, and nothing of it is in the schema";
    case DN_VERDICT_PARTIAL: return "it was run half-way";
    case DN_VERDICT_CONTRADICTED: return "the schema holds something else in its place";
    case DN_VERDICT_EDITED:
        return verdict->stops ? "its file is not the one that was applied" : NULL;
    default: return NULL;
    }
}

static int
check_failed(const dn_tracker *tracker, dn_error *error)
{
    if (!tracker->failed_count)
        return 0;
    return dn_fail(error, DUNLIN_DISAGREEMENT, "tracker.failed",
                   "the tracker '%s' says of '%s' that %s %s", tracker->table,
                   tracker->failed[0].tag, dn_layout_form_of(tracker->layout)->title,
                   tracker->failed[0].failed);
}

static int
check_verdicts(const dn_reconciliation *found, dn_error *error)
{
    for (size_t i = 0; i < found->count; i++) {
        const dn_verdict *verdict = &found->verdicts[i];
        const char *why = objection(verdict);

        if (why)
            return dn_fail(error, DUNLIN_DISAGREEMENT, "adopt.contradicted",
                           "'%s' cannot be taken over: %s%s%s", verdict->migration->tag, why,
                           verdict->note ? ": " : "", verdict->note ? verdict->note : "");
    }
    return 0;
}

/* Errors of the folder that no verdict speaks for, as two files with one version. */
static int
check_folder(const dn_journal *journal, dn_error *error)
{
    for (size_t i = 0; i < journal->findings.count; i++)
        if (journal->findings.items[i].severity == DN_ERROR_FINDING) {
            dn_fail(error, DUNLIN_DISAGREEMENT, journal->findings.items[i].id, "%s",
                    journal->findings.items[i].message);
            error->exit_code = DUNLIN_EXIT_DISAGREEMENT;
            return -1;
        }
    for (size_t i = 0; i < journal->count; i++)
        if (journal->migrations[i].code)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "adopt.programs",
                           "'%s' is a program of %s: a native project has SQL alone",
                           journal->migrations[i].path, dn_layout_form_of(journal->layout)->title);
    return 0;
}

/* A native journal lists all files of SQL; what the tool left alone would be left over. */
static int
check_native(dn_session *session, dn_error *error)
{
    dn_journal_options options = dn_session_journal_options(session);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_journal native;

    options.layout = NULL; /* the tool's, which it is to have no longer */
    if (dn_journal_native_text(&session->journal, session->driver->table.dialect, &session->arena,
                               &text, error) < 0 ||
        dn_journal_begin(&options, &text, &session->arena, &native, error) < 0)
        return -1;
    if (dn_journal_finish(&native, error) < 0)
        return -1;
    for (size_t i = 0; i < native.count; i++)
        if (!native.migrations[i].has_file)
            return dn_fail(error, DUNLIN_DISAGREEMENT, "adopt.other-files",
                           "'%s' would have no file in a native project", native.migrations[i].tag);
    if (native.unlisted_count)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "adopt.other-files",
                       "'%s' is no migration of %s, and a native project would take it for one",
                       native.unlisted[0].path, dn_layout_form_of(session->journal.layout)->title);
    return 0;
}

/* --- what is taken over ------------------------------------------------------------------------------ */

static bool
has_it(const dn_tracker *ours, const dn_migration *migration)
{
    for (size_t i = 0; i < ours->count; i++)
        if (ours->rows[i].tag && strcmp(ours->rows[i].tag, migration->tag) == 0)
            return true;
    return false;
}

static bool
is_proved(const dn_verdict *verdict)
{
    return is_there(verdict) && verdict->proof->proved;
}

int
dn_adopt_judge(dn_session *session, const dn_tracker *ours, dn_adoption *adoption, dn_error *error)
{
    const dn_reconciliation *found = &session->reconciliation;

    *adoption = (dn_adoption){.proved_count = 0};
    adoption->proved = dn_arena_array(&session->arena, found->count + 1, sizeof(dn_verdict *));
    adoption->claimed = dn_arena_array(&session->arena, found->count + 1, sizeof(dn_verdict *));
    if (!adoption->proved || !adoption->claimed)
        return dn_no_memory(error);
    if (check_failed(&session->observation.tracker, error) < 0 ||
        check_folder(&session->journal, error) < 0 || check_verdicts(found, error) < 0 ||
        check_native(session, error) < 0)
        return -1;
    for (size_t i = 0; i < found->count; i++) {
        const dn_verdict *verdict = &found->verdicts[i];

        if (has_it(ours, verdict->migration))
            continue;
        if (is_proved(verdict))
            adoption->proved[adoption->proved_count++] = verdict;
        else if (verdict->recorded || is_there(verdict))
            adoption->claimed[adoption->claimed_count++] = verdict;
    }
    return 0;
}

/* --- steps ------------------------------------------------------------------------------------------- */

static int
add(dn_session *session, dn_repair *plan, dn_repair_step step, dn_error *error)
{
    plan->steps = dn_arena_grow(&session->arena, plan->steps, &plan->capacity, plan->count + 1,
                                sizeof *plan->steps);
    if (!plan->steps || !step.why)
        return dn_no_memory(error);
    plan->steps[plan->count++] = step;
    return 0;
}

static int
add_records(dn_session *session, const dn_adoption *adoption, dn_repair *plan, dn_error *error)
{
    const dn_tracker *tracker = &session->observation.tracker;
    const char *title = dn_layout_form_of(tracker->layout)->title;
    dn_repair_step proved = {.action = DN_REPAIR_RECORD,
                             .op = "proved",
                             .verdicts = adoption->proved,
                             .count = adoption->proved_count,
                             .why = "the schema holds their effects"};
    dn_repair_step claimed = {.action = DN_REPAIR_RECORD,
                              .op = "claimed",
                              .verdicts = adoption->claimed,
                              .count = adoption->claimed_count};

    claimed.why = dn_arena_printf(&session->arena,
                                  "'%s' of %s says so; the schema neither proves nor denies it",
                                  tracker->table, title);
    if (proved.count && add(session, plan, proved, error) < 0)
        return -1;
    return claimed.count ? add(session, plan, claimed, error) : 0;
}

/* What only its owner knows more of. */
static int
add_unknown(dn_session *session, dn_repair *plan, dn_error *error)
{
    const dn_observation *seen = &session->observation;

    for (size_t i = 0; i < seen->unknown_count; i++)
        if (add(session, plan,
                (dn_repair_step){
                    .action = DN_REPAIR_REPORT,
                    .tag = seen->unknown[i]->tag,
                    .why = dn_arena_printf(&session->arena,
                                           "'%s' records '%s', which has no file here: that stays "
                                           "where it is and is not taken over",
                                           seen->tracker.table, seen->unknown[i]->tag)},
                error) < 0)
            return -1;
    return 0;
}

int
dn_adopt_plan(dn_session *session, const dn_adoption *adoption, const dn_tracker *ours,
              dn_repair *plan, dn_error *error)
{
    const char *title = dn_layout_form_of(session->journal.layout)->title;
    const dn_repair_step backup = {.action = DN_REPAIR_BACKUP, .why = "before the first change"};
    const dn_repair_step table = {.action = DN_REPAIR_CREATE_TRACKER,
                                  .why = "dunlin has no tracker here yet"};
    const dn_repair_step verify = {.action = DN_REPAIR_VERIFY,
                                   .why = "compare journal, files, tracker and schema again"};
    const dn_repair_step journal = {
        .action = DN_REPAIR_FILE,
        .op = "journal-adopt",
        .why = dn_arena_printf(&session->arena,
                               "'%s/meta/_journal.json' lists the files, so that the folder is "
                               "dunlin's; the files and the table of %s stay as they are",
                               session->journal.folder, title)};

    *plan = (dn_repair){.automatic = true};
    if (add(session, plan, backup, error) < 0 || add_unknown(session, plan, error) < 0)
        return -1;
    if (!ours->present && add(session, plan, table, error) < 0)
        return -1;
    if (add_records(session, adoption, plan, error) < 0 || add(session, plan, journal, error) < 0)
        return -1;
    return add(session, plan, verify, error);
}
