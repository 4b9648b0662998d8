/* SPDX-License-Identifier: MIT */
#include "core/reconcile/repair_internal.h"

#include <string.h>

const char *
dn_repair_action_name(dn_repair_action action)
{
    static const char *const names[DN_REPAIR_COUNT] = {
        "backup",
        "ask",
        "report",
        "file",
        "create-tracker",
        "record",
        "unrecord",
        "relink",
        "renew",
        "apply",
        "apply-statements",
        "sql",
        "schema-definition",
        "snapshot",
        "verify",
    };

    return names[action];
}

/* --- steps ---------------------------------------------------------------------------------------- */

int
dn_repair_add(dn_planning *work, dn_repair_step step)
{
    dn_repair *repair = work->repair;

    if (!step.why)
        return dn_no_memory(work->error);
    repair->steps = dn_arena_grow(work->arena, repair->steps, &repair->capacity, repair->count + 1,
                                  sizeof *repair->steps);
    if (!repair->steps)
        return dn_no_memory(work->error);
    repair->steps[repair->count++] = step;
    if (step.action == DN_REPAIR_ASK)
        repair->automatic = false;
    return 0;
}

int
dn_repair_ask(dn_planning *work, const char *tag, const char *why)
{
    return dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_ASK, .tag = tag, .why = why});
}

static int
edit_journal(dn_planning *work, const char *op, const char *tag, const char *new_tag, bool waits,
             const char *why)
{
    return dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_FILE,
                                                .op = op,
                                                .tag = tag,
                                                .new_tag = new_tag,
                                                .waits = waits,
                                                .why = why});
}

/* One step over all migrations that `wanted` picks; none, no step. */
static int
add_over(dn_planning *work, dn_repair_action action, bool (*wanted)(const dn_verdict *verdict),
         const char *why)
{
    dn_repair_step step = {.action = action, .why = why};

    step.verdicts = dn_arena_array(work->arena, work->result->count + 1, sizeof *step.verdicts);
    if (!step.verdicts)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < work->result->count; i++)
        if (wanted(&work->result->verdicts[i]))
            step.verdicts[step.count++] = &work->result->verdicts[i];
    return step.count ? dn_repair_add(work, step) : 0;
}

static int
add_one(dn_planning *work, dn_repair_action action, const dn_verdict *verdict, bool waits,
        const char *why)
{
    dn_repair_step step = {.action = action, .count = 1, .waits = waits, .why = why};

    step.verdicts = dn_arena_array(work->arena, 1, sizeof *step.verdicts);
    if (!step.verdicts)
        return dn_no_memory(work->error);
    step.verdicts[0] = verdict;
    return dn_repair_add(work, step);
}

/* --- who is meant ------------------------------------------------------------------------------------ */

static bool
is_there(const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;

    return proof && proof->done && !proof->named &&
           (proof->kind == DN_EFFECTS_PRESENT || proof->kind == DN_EFFECTS_SUPERSEDED);
}

/* Is the file that was found in place of the missing one the same migration? */
static bool
is_found_again(const dn_verdict *verdict)
{
    const dn_match *match = verdict->match;

    return match->found && (match->found_proved || match->found_told || is_there(verdict));
}

/* `proved`: where the recorded content says so. */
static const char *
why_found_again(const dn_verdict *verdict, const char *proved)
{
    const dn_match *match = verdict->match;

    if (!match->found || match->found_proved)
        return proved;
    return match->found_told ? "--relink says so"
                             : "the schema holds the effects of the file of that name";
}

/* Only the record has another name, or the file that was found has a name to be taken for good. */
static bool
gets_its_name(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_RENAMED &&
           (!verdict->match->found || is_found_again(verdict));
}

/* Told by names alone: too little to write anything down. */
static bool
is_by_name(const dn_verdict *verdict)
{
    return verdict->proof && verdict->proof->named &&
           (verdict->verdict == DN_VERDICT_APPLIED_UNRECORDED ||
            verdict->verdict == DN_VERDICT_RECORDED_ABSENT);
}

static bool
is_to_record(const dn_verdict *verdict)
{
    if (verdict->recorded || verdict->verdict == DN_VERDICT_MISSING_FILE ||
        verdict->verdict == DN_VERDICT_UNPROVABLE || is_by_name(verdict))
        return false;
    return verdict->verdict == DN_VERDICT_APPLIED_UNRECORDED || is_there(verdict);
}

static bool
is_to_unrecord(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_RECORDED_ABSENT && !is_by_name(verdict);
}

static bool
is_to_apply(const dn_verdict *verdict)
{
    return verdict->pending || is_to_unrecord(verdict) ||
           (verdict->verdict == DN_VERDICT_PARTIAL && !verdict->recorded &&
            verdict->proof->kind != DN_EFFECTS_PARTIAL); /* the ledger knows where it stood */
}

static bool
has_finding(const dn_planning *work, const char *id)
{
    const dn_findings *findings = &work->result->findings;

    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].id, id) == 0)
            return true;
    return false;
}

/* --- questions ------------------------------------------------------------------------------------- */

static const char *
question_about(const dn_planning *work, const dn_verdict *verdict)
{
    const char *tag = verdict->migration->tag;
    dn_arena *arena = work->arena;

    switch (verdict->verdict) {
    case DN_VERDICT_EDITED:
        return dn_arena_printf(arena,
                               "restore the file of '%s' as it was applied, or put what changed "
                               "into a new migration",
                               tag);
    case DN_VERDICT_MISSING_FILE:
        if (verdict->recorded) {
            char hex[DN_DIGEST_HEX] = "";

            if (verdict->match->row->has_digest)
                dn_digest_hex(&verdict->match->row->digest, hex);
            return dn_arena_printf(arena, "restore the file of '%s'; its SHA-256 must be %s", tag,
                                   *hex ? hex : "the recorded one");
        }
        return dn_arena_printf(arena,
                               "restore the file of '%s' from version control, or take its entry "
                               "out of the journal",
                               tag);
    case DN_VERDICT_CONTRADICTED:
        if (verdict->proof->stuck)
            return dn_arena_printf(arena, "'%s' cannot be run: %s", tag, verdict->note);
        return dn_arena_printf(
            arena,
            "'%s' would make what is there already in another form: change that, "
            "or rename it away (%s)",
            tag, verdict->note);
    case DN_VERDICT_RENAMED:
        if (!verdict->stops || is_there(verdict))
            return NULL;
        return dn_arena_printf(arena,
                               "the journal lists '%s', and '%s.sql' has the same number: say that "
                               "this is its file, with 'dunlin repair --apply --relink %s=%s', or "
                               "restore the file",
                               tag, verdict->match->found->tag, tag, verdict->match->found->tag);
    case DN_VERDICT_PENDING:
        if (!verdict->late)
            return NULL;
        return dn_arena_printf(arena,
                               "%s; put it behind the applied ones in the journal, or apply it all "
                               "the same with `dunlin migrate --allow %s`",
                               verdict->late, tag);
    case DN_VERDICT_UNPROVABLE:
        return dn_arena_printf(arena,
                               "nothing shows whether '%s' was run: say so with a probe directive "
                               "in its file, or decide",
                               tag);
    default: return NULL;
    }
}

/* As it was applied, or, where nobody kept that text, with exactly the effects that are there. */
static bool
is_cosmetic(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_EDITED &&
           (!verdict->stops || (is_there(verdict) && verdict->proof->proved));
}

static bool
is_to_renew(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_EDITED && !verdict->stops && verdict->recorded &&
           verdict->match->edit == DN_EDIT_COSMETIC;
}

/* Of what a run of dunlin began, its ledger knows which statements were run, those that change rows included. */
static bool
is_stopped_outside(const dn_verdict *verdict)
{
    return verdict->verdict == DN_VERDICT_PARTIAL && !verdict->pending;
}

static int
ask_about_migrations(dn_planning *work)
{
    for (size_t i = 0; i < work->result->count; i++) {
        const dn_verdict *verdict = &work->result->verdicts[i];
        bool cosmetic = is_cosmetic(verdict);
        const char *question = cosmetic ? NULL : question_about(work, verdict);
        const dn_proof *proof = verdict->proof;

        if (cosmetic && !(work->renew && is_to_renew(verdict)) &&
            dn_repair_add(
                work,
                (dn_repair_step){.action = DN_REPAIR_REPORT,
                                 .tag = verdict->migration->tag,
                                 .why = verdict->stops
                                            ? "edited, with the effects that the schema holds: "
                                              "`dunlin mark` it pending and applied again, and "
                                              "its digest is that of the file"
                                            : "its SQL is as it was applied: nothing to do"}) < 0)
            return -1;
        work->held = work->held || (cosmetic && verdict->stops); /* migrate would stop there */
        if (!question && is_stopped_outside(verdict) && proof->wants_steps)
            question = dn_arena_printf(work->arena,
                                       "part of '%s' was run, and nothing tells which of its "
                                       "statements: use a shadow",
                                       verdict->migration->tag);
        else if (!question && is_stopped_outside(verdict) && !proof->proved &&
                 proof->kind == DN_EFFECTS_PARTIAL)
            question = dn_arena_printf(work->arena,
                                       "'%s' changes rows right where it broke off, and nothing "
                                       "tells whether it still did",
                                       verdict->migration->tag);
        if (!question)
            continue;
        work->held = true;
        if (dn_repair_ask(work, verdict->migration->tag, question) < 0)
            return -1;
    }
    return 0;
}

static int
ask_about_rows(dn_planning *work)
{
    if (!work->observation->unknown_count)
        return 0;
    work->held = true;
    return dn_repair_ask(
        work, NULL,
        "the tracker records migrations that this checkout does not have: update the "
        "checkout, and do not migrate from this one");
}

static int
ask_about_names(dn_planning *work)
{
    for (size_t i = 0; i < work->result->count; i++)
        if (is_by_name(&work->result->verdicts[i])) {
            work->held = true;
            return dn_repair_ask(
                work, NULL,
                "nothing was replayed, so names alone were compared, which proves nothing: "
                "look again with --shadow or --shadow-url, or say what was applied with "
                "`dunlin baseline` or `dunlin mark`");
        }
    return 0;
}

/* None of these objects proved to be ours. */
static int
ask_about_objects(dn_planning *work)
{
    if (!has_finding(work, "tracker.not-empty"))
        return 0;
    work->held = true;
    return dn_repair_ask(
        work, NULL,
        "nothing is recorded, and the database holds objects: say whether migrations made "
        "them, or let migrate go on beside them with --allow-nonempty");
}

/* An empty table of Drizzle's and a folder of plain files: which of two trackers decides? Whatever was written
 * into the wrong one would be a lie. 1: nobody knows. */
static int
ask_whose_folder(dn_planning *work)
{
    const dn_findings *findings = &work->result->findings;

    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].id, "tracker.drizzle") == 0 &&
            findings->items[i].severity == DN_ERROR_FINDING)
            return dn_repair_ask(
                       work, NULL,
                       "Drizzle's tracker is there and empty, and the folder has no journal that says "
                       "whose it is: say \"layout\": \"drizzle\" or \"files\" in dunlin.json") < 0
                       ? -1
                       : 1;
    return 0;
}

/* --- files ------------------------------------------------------------------------------------------ */

static int
mend_entry(dn_planning *work, const dn_verdict *verdict)
{
    const char *tag = verdict->migration->tag;

    if (verdict->verdict == DN_VERDICT_RENAMED && is_found_again(verdict))
        return edit_journal(work, "journal-set", tag, verdict->match->found->tag, false,
                            why_found_again(verdict, "the file of that name has the recorded "
                                                     "content"));
    if (verdict->verdict != DN_VERDICT_UNLISTED_FILE)
        return 0;
    if (verdict->recorded || is_there(verdict))
        return edit_journal(work, "journal-append", tag, NULL, false,
                            verdict->recorded ? "a row of the tracker has the content of this file"
                                              : "the schema holds the effects of this file");
    if (dn_repair_ask(work, tag, "list this file in the journal, or leave it out") < 0 ||
        edit_journal(work, "journal-append", tag, NULL, true, "if it is to be applied") < 0)
        return -1;
    return add_one(work, DN_REPAIR_APPLY, verdict, true, "none of the effects is in the schema");
}

static int
mend_files(dn_planning *work)
{
    if (work->illegible)
        return edit_journal(
            work, "journal-rebuild", NULL, NULL, false,
            "the journal is lost or cannot be read; order and names are those of the files");
    if (has_finding(work, "journal.bom") &&
        (dn_repair_add(
             work, (dn_repair_step){.action = DN_REPAIR_REPORT,
                                    .why = "the journal starts with a byte order mark; it is read "
                                           "all the same"}) < 0 ||
         edit_journal(work, "strip-bom", NULL, NULL, false, "other programs cannot read it") < 0))
        return -1;
    if (has_finding(work, "journal.duplicate-tag") &&
        edit_journal(work, "journal-dedupe", NULL, NULL, false, "one migration is listed twice") <
            0)
        return -1;
    for (size_t i = 0; i < work->result->count; i++)
        if (mend_entry(work, &work->result->verdicts[i]) < 0)
            return -1;
    return 0;
}

/* --- tracker and schema ----------------------------------------------------------------------------- */

static int
finish_cut_short(dn_planning *work, const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;
    dn_layout layout = work->observation->journal->layout;

    for (size_t i = 0; i < proof->step_count; i++)
        for (size_t k = 0; k < proof->missing_count; k++) {
            dn_repair_step step = {.action = DN_REPAIR_SQL,
                                   .tag = verdict->migration->tag,
                                   .sql = proof->steps[i].sql};

            if (proof->steps[i].ordinal != proof->missing[k])
                continue;
            step.why = layout == DN_LAYOUT_DRIZZLE || layout == DN_LAYOUT_DRIZZLE_V1
                           ? "it stands behind another statement without a breakpoint, and was "
                             "left out"
                           : "its migration is recorded, and the schema holds nothing of it";
            step.statements = &proof->missing[k];
            step.statement_count = step.count = 1;
            step.verdicts = dn_arena_array(work->arena, 1, sizeof *step.verdicts);
            if (!step.verdicts)
                return dn_no_memory(work->error);
            step.verdicts[0] = verdict;
            if (dn_repair_add(work, step) < 0)
                return -1;
        }
    return 0;
}

static int
finish_partial(dn_planning *work, const dn_verdict *verdict)
{
    const dn_proof *proof = verdict->proof;
    dn_repair_step step = {.action = DN_REPAIR_APPLY_STATEMENTS, .count = 1};

    if (verdict->verdict != DN_VERDICT_PARTIAL || proof->kind != DN_EFFECTS_PARTIAL ||
        !proof->proved)
        return 0;
    if (verdict->recorded)
        return finish_cut_short(work, verdict);
    step.verdicts = dn_arena_array(work->arena, 1, sizeof *step.verdicts);
    if (!step.verdicts)
        return dn_no_memory(work->error);
    step.verdicts[0] = verdict;
    step.statements = proof->missing;
    step.statement_count = proof->missing_count;
    step.why = "the other statements of it were run";
    if (proof->missing_count && dn_repair_add(work, step) < 0)
        return -1;
    return add_one(work, DN_REPAIR_RECORD, verdict, false, "with these it is complete");
}

/* The tag that the journal will have. */
static const char *
tag_to_be(const dn_verdict *verdict)
{
    return verdict->match->found ? verdict->match->found->tag : verdict->migration->tag;
}

/* The row follows the journal, and only where that gets the name. */
static int
relink(dn_planning *work, const dn_verdict *verdict)
{
    const dn_tracker_row *row = verdict->match->row;
    dn_repair_step *step;

    if (!gets_its_name(verdict) || !row || !row->tag ||
        work->observation->tracker.owner != DN_OWNER_DUNLIN ||
        strcmp(row->tag, tag_to_be(verdict)) == 0)
        return 0;
    if (add_one(work, DN_REPAIR_RELINK, verdict, false,
                why_found_again(verdict, "it has the recorded content")) < 0)
        return -1;
    step = &work->repair->steps[work->repair->count - 1];
    step->tag = row->tag;
    step->new_tag = tag_to_be(verdict);
    return 0;
}

static bool
has_step(const dn_planning *work, dn_repair_action action)
{
    for (size_t i = 0; i < work->repair->count; i++)
        if (work->repair->steps[i].action == action && !work->repair->steps[i].waits)
            return true;
    return false;
}

/* drizzle-kit writes its snapshots from the definition: where that had fallen behind what is still to
 * be applied, they are looked at once more. */
static int
mend_definition(dn_planning *work)
{
    if (!work->result->definition_lacks)
        return 0;
    if (dn_repair_add(work,
                      (dn_repair_step){.action = DN_REPAIR_DEFINITION,
                                       .why = "the definition lacks what migrations made; the next "
                                              "generate would take it back"}) < 0)
        return -1;
    if (!has_step(work, DN_REPAIR_APPLY))
        return 0;
    return dn_repair_add(
        work, (dn_repair_step){.action = DN_REPAIR_SNAPSHOT,
                               .why = "the newest snapshot has to be what the migrations make "
                                      "once all of them are applied"});
}

static int
mend_snapshots(dn_planning *work)
{
    const dn_findings *findings = &work->result->findings;

    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->items[i].id, "snapshot.missing") == 0 &&
            dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_SNAPSHOT,
                                                 .tag = findings->items[i].object,
                                                 .why = findings->items[i].message}) < 0)
            return -1;
    return 0;
}

/* What is made again is empty, and what filled it is recorded: nobody would run that once more. */
static const char *
why_applied(const dn_planning *work)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    bool again = false;

    for (size_t i = 0; i < work->result->count; i++) {
        const dn_verdict *verdict = &work->result->verdicts[i];
        const dn_proof *proof = verdict->proof;

        again = again || (proof && proof->makes_table && is_to_unrecord(verdict));
        if (!again || !proof || !proof->changes_rows || !verdict->recorded ||
            is_to_unrecord(verdict))
            continue;
        dn_text_printf(&text, "%s'%s'",
                       text.length ? ", " : "pending; what is made again has no rows, and of ",
                       verdict->migration->tag);
    }
    if (!text.length && !text.failed)
        return "pending";
    dn_text_add_string(&text, ", which changed rows, the record stays: `dunlin mark TAG --pending` "
                              "has it run again");
    return text.failed ? NULL : dn_arena_text(work->arena, text.data);
}

static int
mend_database(dn_planning *work)
{
    const dn_tracker *tracker = &work->observation->tracker;
    size_t before = work->repair->count;
    bool moved = work->result->proofs->moved_count > 0;

    if (!moved && add_over(work, DN_REPAIR_UNRECORD, is_to_unrecord,
                           "none of the effects is in the schema") < 0)
        return -1;
    for (size_t i = 0; i < work->result->count; i++)
        if (relink(work, &work->result->verdicts[i]) < 0)
            return -1;
    if (work->renew &&
        add_over(work, DN_REPAIR_RENEW, is_to_renew,
                 "its SQL is as it was applied: the record gets the digest of the file as it is") <
            0)
        return -1;
    if (add_over(work, DN_REPAIR_RECORD, is_to_record, "the schema holds the effects") < 0)
        return -1;
    for (size_t i = 0; !moved && i < work->result->count; i++)
        if (finish_partial(work, &work->result->verdicts[i]) < 0)
            return -1;
    if (work->repair->count > before && !tracker->present) {
        dn_repair_step create = {.action = DN_REPAIR_CREATE_TRACKER,
                                 .why = "the tracker does not exist"};

        if (dn_repair_add(work, create) < 0)
            return -1;
        memmove(&work->repair->steps[before + 1], &work->repair->steps[before],
                (work->repair->count - 1 - before) * sizeof create);
        work->repair->steps[before] = create;
    }
    if (!work->held && add_over(work, DN_REPAIR_APPLY, is_to_apply, why_applied(work)) < 0)
        return -1;
    /* Behind what may be refused: 'dunlin merge' may still move an entry that is not applied. */
    if (has_finding(work, "journal.duplicate-idx") &&
        edit_journal(work, "journal-renumber", NULL, NULL, false, "two entries have one number") <
            0)
        return -1;
    return mend_definition(work) < 0 ? -1 : mend_snapshots(work);
}

/* --- around it all ------------------------------------------------------------------------------------ */

/* Of a broken journal, or of a byte order mark, nothing is lost. */
static bool
is_worth_a_backup(const dn_repair_step *step)
{
    switch (step->action) {
    case DN_REPAIR_ASK:
    case DN_REPAIR_REPORT:
    case DN_REPAIR_DEFINITION:
    case DN_REPAIR_SNAPSHOT: return false;
    case DN_REPAIR_FILE:
        return !step->waits && strcmp(step->op, "strip-bom") != 0 &&
               strcmp(step->op, "journal-rebuild") != 0;
    case DN_REPAIR_APPLY: return !step->waits;
    default: return true;
    }
}

static bool
is_only_talk(const dn_repair_step *step)
{
    return step->action == DN_REPAIR_ASK || step->action == DN_REPAIR_REPORT;
}

static bool
is_empty(const dn_planning *work)
{
    if (work->observation->tracker.present)
        return false;
    for (size_t i = 0; i < work->result->count; i++)
        if (work->result->verdicts[i].proof && work->result->verdicts[i].proof->done)
            return false;
    return !work->result->proofs->drift_count;
}

/* What disagrees and has no step of its own is a person's to judge. */
static int
report_the_rest(dn_planning *work)
{
    const dn_findings *findings = &work->result->findings;

    if (work->repair->count || dn_reconcile_agrees(work->result))
        return 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity != DN_NOTE &&
            dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_REPORT,
                                                 .tag = findings->items[i].object,
                                                 .why = findings->items[i].message}) < 0)
            return -1;
    return 0;
}

static int
put_around(dn_planning *work)
{
    dn_repair *repair = work->repair;
    bool backup = false;
    bool writes = false;

    for (size_t i = 0; i < repair->count; i++) {
        backup = backup || is_worth_a_backup(&repair->steps[i]);
        writes = writes || !is_only_talk(&repair->steps[i]);
    }
    if (writes &&
        dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_VERIFY,
                                             .why = "journal, files, tracker and schema are "
                                                    "compared again"}) < 0)
        return -1;
    if (!backup || is_empty(work))
        return 0;
    if (dn_repair_add(work, (dn_repair_step){.action = DN_REPAIR_BACKUP,
                                             .why = "before the first change"}) < 0)
        return -1;
    memmove(&repair->steps[1], &repair->steps[0], (repair->count - 1) * sizeof *repair->steps);
    repair->steps[0] =
        (dn_repair_step){.action = DN_REPAIR_BACKUP, .why = "before the first change"};
    return 0;
}

int
dn_repair_plan(const dn_reconciliation *reconciliation, const dn_observation *observation,
               bool illegible, bool renew, dn_arena *arena, dn_repair *repair, dn_error *error)
{
    dn_planning work = {.result = reconciliation,
                        .observation = observation,
                        .illegible = illegible,
                        .renew = renew && observation->tracker.owner != DN_OWNER_FOREIGN,
                        .arena = arena,
                        .repair = repair,
                        .error = error};
    int unclear;

    *repair = (dn_repair){.automatic = true};
    unclear = ask_whose_folder(&work);
    if (unclear)
        return unclear < 0 ? -1 : 0;
    if (dn_repair_ask_about_moved(&work) < 0 || ask_about_rows(&work) < 0 ||
        ask_about_objects(&work) < 0 || ask_about_names(&work) < 0 ||
        ask_about_migrations(&work) < 0 || dn_repair_ask_about_drift(&work) < 0 ||
        mend_files(&work) < 0 || mend_database(&work) < 0 || report_the_rest(&work) < 0)
        return -1;
    return put_around(&work);
}
