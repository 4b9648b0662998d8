/* SPDX-License-Identifier: MIT
 *
 * The target that was asked for, held against journal, files and what the migrations make.
 */
#include <string.h>

#include "core/engine/accepted.h"
#include "core/engine/check.h"
#include "core/engine/diagnosis.h"

typedef struct examining {
    dn_checking *checking;
    dn_diagnosis diagnosis;
    dn_check_item check;
    const char *repair; /* the commands that mend it here */
    const char *drift;
    const char *migrate;
    dn_error *error;
} examining;

static int
observe(examining *work)
{
    dn_session *session = work->checking->session;
    const dunlin_check_options *options = work->checking->options;
    dunlin_doctor_options doctor = {
        .size = sizeof doctor, .shadow = options->shadow, .shadow_url = options->shadow_url};
    uint64_t flags;

    dn_journal_close(&session->journal);
    if (dn_session_target(session, work->error) < 0 ||
        dn_session_journal(session, work->error) < 0 ||
        dn_session_connect(session, true, work->error) < 0)
        return -1;
    flags = dn_connection_capabilities(session->connection)->flags;
    if (flags & DUNLIN_CAN_SHADOW_MEMORY)
        doctor.shadow_url = NULL;
    session->reads_only = true;
    if (dn_session_reconcile(session, DN_TRACKER_FULL, work->error) < 0)
        return -1;
    return dn_diagnosis_make(session, &doctor, &work->diagnosis, work->error);
}

/* The same is found of it, in more words. */
static bool
is_found(const dn_findings *findings, const char *tag)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity != DN_NOTE && findings->items[i].object &&
            strcmp(findings->items[i].object, tag) == 0)
            return true;
    return false;
}

/* --- what mends ----------------------------------------------------------------------------------------- */

/* Whether `repair` does more than to report what it leaves to others. */
static bool
does_something(const dn_repair *repair)
{
    for (size_t i = 0; i < repair->count; i++)
        if (repair->steps[i].action != DN_REPAIR_BACKUP &&
            repair->steps[i].action != DN_REPAIR_REPORT &&
            repair->steps[i].action != DN_REPAIR_DEFINITION &&
            repair->steps[i].action != DN_REPAIR_VERIFY)
            return true;
    return false;
}

static int
name_commands(examining *work)
{
    const dn_repair *repair = &work->diagnosis.repair;
    const dn_target *target = work->checking->session->target;
    const char *fix = dn_session_command(work->checking->session, target, "drift --fix NAME");
    const char *verb = repair->automatic && does_something(repair) ? "repair --apply" : "repair";

    work->repair = dn_session_command(work->checking->session, target, verb);
    work->migrate = dn_session_command(work->checking->session, target, "migrate");
    work->drift =
        fix ? dn_arena_printf(&work->checking->session->arena,
                              "%s for a migration that makes it everywhere, with --revert "
                              "for one that takes it back",
                              fix)
            : NULL;
    if (work->repair && work->migrate && work->drift)
        return 0;
    return work->error->status != DUNLIN_OK ? -1 : dn_no_memory(work->error);
}

/* What only a person can decide `repair` asks for, and does not do. */
static const char *
mend_of_migration(const examining *work, const char *tag)
{
    const dn_repair *repair = &work->diagnosis.repair;

    for (size_t i = 0; i < repair->count; i++)
        if (repair->steps[i].action == DN_REPAIR_ASK && repair->steps[i].tag &&
            strcmp(repair->steps[i].tag, tag) == 0)
            return repair->steps[i].why;
    return work->repair;
}

static bool
is_drift(const dn_finding *finding)
{
    static const char *const ids[] = {"schema.extra", "schema.missing", "schema.changed"};

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (strcmp(finding->id, ids[i]) == 0)
            return true;
    return false;
}

static const char *
mend_of_finding(const examining *work, const dn_finding *finding)
{
    if (strcmp(finding->id, "tracker.unknown-row") == 0)
        return "update the checkout, and do not migrate from this one";
    if (!work->diagnosis.repair.automatic && is_drift(finding))
        return work->drift;
    return finding->object ? mend_of_migration(work, finding->object) : work->repair;
}

/* --- telling -------------------------------------------------------------------------------------------- */

static void
tell_verdicts(examining *work)
{
    const dn_reconciliation *found = &work->checking->session->reconciliation;

    for (size_t i = 0; i < found->count; i++) {
        const dn_verdict *verdict = &found->verdicts[i];
        const char *name = dn_verdict_name(verdict->verdict);

        if (verdict->verdict != DN_VERDICT_APPLIED && !verdict->pending &&
            !is_found(&found->findings, verdict->migration->tag))
            dn_checks_problem(work->checking, &work->check, verdict->migration->tag,
                              verdict->note ? verdict->note : name,
                              mend_of_migration(work, verdict->migration->tag));
    }
}

/* The object stands before it anyway. */
static const char *
without_object(const dn_finding *finding)
{
    size_t length = finding->object ? strlen(finding->object) : 0;

    return length && strncmp(finding->message, finding->object, length) == 0 &&
                   strncmp(finding->message + length, ": ", 2) == 0
               ? finding->message + length + 2
               : finding->message;
}

/* Those of journal and snapshots are told with these. */
static void
tell_findings(examining *work)
{
    const dn_findings *findings = &work->checking->session->reconciliation.findings;

    for (size_t i = 0; i < findings->count; i++) {
        const dn_finding *finding = &findings->items[i];

        if (finding->severity != DN_NOTE && strncmp(finding->id, "journal.", 8) != 0 &&
            strncmp(finding->id, "snapshot.", 9) != 0)
            dn_checks_problem(work->checking, &work->check, finding->object,
                              without_object(finding), mend_of_finding(work, finding));
    }
}

/* That is allowed, too. */
static int
note_accepted(examining *work)
{
    dn_checking *checking = work->checking;
    const dn_evidence *evidence = &work->diagnosis.evidence;
    const char *fix = dn_session_command(checking->session, checking->session->target,
                                         "drift --replay --fix NAME");
    const char *note;

    if (!fix)
        return dn_no_memory(work->error);
    if (evidence->accepted_by_name)
        dn_checks_note(checking, &work->check, evidence->accepted_by_name);
    if (!evidence->accepted.count)
        return 0;
    note = dn_accepted_note(checking->session, evidence, fix);
    if (!note)
        return dn_no_memory(work->error);
    dn_checks_note(checking, &work->check, note);
    return 0;
}

/* That is allowed ("ahead"), and yet the database is not what this checkout makes. */
static int
note_ahead(examining *work)
{
    dn_session *session = work->checking->session;
    size_t unknown = session->observation.unknown_count;
    const char *note;

    if (!unknown)
        return 0;
    note = dn_arena_printf(&session->arena,
                           "the tracker records %zu %s that this checkout does not have", unknown,
                           unknown == 1 ? "migration" : "migrations");
    if (!note)
        return dn_no_memory(work->error);
    dn_checks_note(work->checking, &work->check, note);
    return 0;
}

static int
tell(examining *work)
{
    dn_session *session = work->checking->session;
    const dn_reconciliation *found = &session->reconciliation;
    const char *summary = dn_reconcile_summary(found, &session->arena);

    if (!summary || name_commands(work) < 0)
        return dn_no_memory(work->error);
    dn_session_tell_target(session);
    if (note_accepted(work) < 0)
        return -1;
    if (work->diagnosis.evidence.why)
        dn_checks_note(work->checking, &work->check, work->diagnosis.evidence.why);
    if (!dn_reconcile_agrees(found)) {
        tell_verdicts(work);
        tell_findings(work);
        dn_checks_end(work->checking, &work->check, DN_CHECK_DISAGREES, summary,
                      work->check.count ? NULL : work->repair); /* each says what mends it */
    } else if (found->blind || work->diagnosis.evidence.why) {
        dn_checks_end(work->checking, &work->check, DN_CHECK_UNVERIFIED, summary, NULL);
    } else {
        if (note_ahead(work) < 0)
            return -1;
        dn_checks_end(work->checking, &work->check,
                      found->pending ? DN_CHECK_PENDING : DN_CHECK_AGREES, summary, work->migrate);
    }
    return 0;
}

int
dn_checks_target(dn_checking *checking, dn_error *error)
{
    examining work = {.checking = checking, .error = error};

    if (observe(&work) < 0)
        return -1;
    dn_checks_begin(checking, &work.check, "target", checking->session->driver->table.name,
                    checking->session->target->name);
    return tell(&work);
}
