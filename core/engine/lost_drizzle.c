/* SPDX-License-Identifier: MIT */
#include "core/engine/lost_drizzle.h"

static bool
records_file(const dn_tracker *tracker, const dn_journal *journal)
{
    for (size_t i = 0; i < tracker->count; i++)
        for (size_t k = 0; k < journal->count; k++)
            if (tracker->rows[i].has_digest && journal->migrations[k].has_file &&
                dn_digest_equal(&tracker->rows[i].digest, &journal->migrations[k].raw))
                return true;
    return false;
}

/* A table that may not be read is no reason to stop. */
static int
read_tracker(dn_session *session, dn_tracker *drizzle, dn_error *error)
{
    const dn_journal *journal = &session->journal;
    dn_error problem;

    *drizzle = (dn_tracker){.present = false};
    if (journal->layout != DN_LAYOUT_FILES || !journal->count || session->project.layout)
        return 0;
    dn_error_clear(&problem);
    if (dn_tracker_read(session->connection, DN_LAYOUT_DRIZZLE, NULL, DN_TRACKER_MATCH,
                        &session->arena, drizzle, &problem) == 0)
        return 0;
    drizzle->present = false;
    if (!dn_error_ends_all(&problem))
        return 0;
    *error = problem;
    return -1;
}

int
dn_lost_drizzle_find(dn_session *session, bool *rebuilt, dn_error *error)
{
    const dn_journal *journal = &session->journal;
    dn_tracker drizzle;

    if (read_tracker(session, &drizzle, error) < 0)
        return -1;
    if (!drizzle.present)
        return 0;
    if (records_file(&drizzle, journal)) {
        if (dn_session_take_drizzle(session, drizzle.table, rebuilt, error) < 0)
            return -1;
        return dn_session_reconcile(session, DN_TRACKER_FULL, error);
    }
    if (!drizzle.count)
        session->reconciliation.files_tracker = false; /* which of two tables records them? */
    return dn_findings_add(
        &session->reconciliation.findings, &session->arena,
        drizzle.count ? DN_WARNING : DN_ERROR_FINDING, "tracker.drizzle", drizzle.table, error,
        "Drizzle's tracker '%s' is there, %s, and is left out of all this: '%s' holds %zu "
        "migration%s and no 'meta', so it is taken for a folder of plain files",
        drizzle.table, drizzle.count ? "with rows of other files" : "and empty", journal->folder,
        journal->count, journal->count == 1 ? "" : "s");
}

int
dn_lost_drizzle_refuse(dn_session *session, dn_error *error)
{
    dn_tracker drizzle;

    if (read_tracker(session, &drizzle, error) < 0)
        return -1;
    if (!drizzle.present || !records_file(&drizzle, &session->journal))
        return 0;
    return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.lost",
                   "there is no journal in '%s', and Drizzle's tracker '%s' records its files: the "
                   "journal is lost",
                   session->journal.folder, drizzle.table);
}
