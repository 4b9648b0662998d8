/* SPDX-License-Identifier: MIT
 *
 * `dunlin journal check|rebuild` and the git merge driver: journal and files, without a database.
 */
#include "core/engine/session.h"

/* Every finding above a note, and what only the comparison with the folder shows. */
static size_t
disagreements(const dn_journal *journal)
{
    size_t found = 0;

    for (size_t i = 0; i < journal->findings.count; i++)
        found += journal->findings.items[i].severity != DN_NOTE;
    return found;
}

static int
check(dn_session *session, dn_error *error)
{
    dn_auto(dn_text) summary = DN_TEXT_INIT;
    dunlin_result *result;
    dunlin_node *root;
    size_t files = session->journal.unlisted_count;
    size_t found;

    if (dn_session_project(session, error) < 0 || dn_session_journal(session, error) < 0 ||
        dn_journal_finish(&session->journal, error) < 0 ||
        dn_session_result(session, "dunlin-journal-check/1", error) < 0)
        return -1;
    result = session->result;
    root = dn_result_node(result);
    files = session->journal.unlisted_count;
    for (size_t i = 0; i < session->journal.count; i++)
        files += session->journal.migrations[i].has_file;
    found = disagreements(&session->journal);
    dn_session_tell_project(session);
    dn_node_set_integer(result, root, "entries", (int64_t)session->journal.count);
    dn_node_set_integer(result, root, "files", (int64_t)files);
    dn_session_tell_findings(session, "findings", &session->journal.findings);
    dn_node_set_boolean(result, root, "agrees", found == 0);
    dn_text_add_string(&summary,
                       found ? "journal and files do not agree: " : "journal and files agree: ");
    dn_text_add_count(&summary, (int64_t)session->journal.count, "entry", "entries");
    dn_text_add_string(&summary, ", ");
    dn_text_add_count(&summary, (int64_t)files, "file", "files");
    dn_node_set_text(result, root, "summary", summary.data);
    dn_session_tell_mend(session, root, &session->journal.findings, false);
    if (found)
        dn_result_set_exit_code(result, DUNLIN_EXIT_DISAGREEMENT);
    return 0;
}

int
dunlin_journal_check(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, check(&session, error), result, error);
}

static int
rebuild(dn_session *session, bool dry_run, dn_error *error)
{
    dn_findings changes = {0};
    dn_journal_options options;
    dn_auto(dn_text) summary = DN_TEXT_INIT;
    dunlin_node *root;

    if (dn_session_project(session, error) < 0 ||
        dn_session_result(session, "dunlin-journal-rebuild/1", error) < 0)
        return -1;
    options = dn_session_journal_options(session);
    if (dn_journal_rebuild(&options, !dry_run, &session->arena, &changes, error) < 0 ||
        (!dry_run && dn_session_journal(session, error) < 0))
        return -1;
    root = dn_result_node(session->result);
    if (!dry_run)
        dn_session_tell_project(session);
    dn_node_set_boolean(session->result, root, "written", !dry_run && changes.count > 0);
    dn_session_tell_findings(session, "changes", &changes);
    if (!changes.count)
        dn_text_add_string(&summary, "the journal is as the files say; nothing to change");
    else
        dn_text_add_count(&summary, (int64_t)changes.count, "change", "changes");
    if (changes.count)
        dn_text_add_string(&summary, dry_run ? " to make" : ", and the journal is written");
    dn_node_set_text(session->result, root, "summary", summary.data);
    return 0;
}

int
dunlin_journal_rebuild(const dunlin_options *options, int dry_run, dunlin_result **result,
                       dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, rebuild(&session, dry_run != 0, error), result, error);
}

int
dunlin_merge_driver(const char *base, const char *ours, const char *theirs, dunlin_error *error)
{
    return dn_journal_merge(base, ours, theirs, error);
}
