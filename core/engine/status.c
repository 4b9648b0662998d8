/* SPDX-License-Identifier: MIT
 *
 * `dunlin status`: one line per migration, and whether journal, files and tracker agree.
 */
#include "core/engine/session.h"

/* To take its entry out would make it one that this checkout does not have. */
static bool
is_applied_without_file(const dn_reconciliation *found)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->verdicts[i].verdict == DN_VERDICT_MISSING_FILE && found->verdicts[i].match->row)
            return true;
    return false;
}

static int
run(dn_session *session, const dunlin_status_options *status, dn_error *error)
{
    const dn_reconciliation *found = &session->reconciliation;

    if (dn_session_project(session, error) < 0 || dn_session_open(session, true, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0 ||
        dn_session_result(session, "dunlin-status/1", error) < 0)
        return -1;
    dn_session_tell_project(session);
    dn_session_tell_target(session);
    dn_session_tell_tracker(session);
    dn_session_tell_migrations(session);
    dn_session_tell_unknown(session);
    dn_session_tell_findings(session, "findings", &found->findings);
    dn_session_tell_agreement(session);
    dn_session_tell_mend(session, dn_result_node(session->result), &found->findings,
                         is_applied_without_file(found));
    if (status && status->check) {
        if (!dn_reconcile_agrees(found))
            dn_result_set_exit_code(session->result, DUNLIN_EXIT_DISAGREEMENT);
        else if (found->pending)
            dn_result_set_exit_code(session->result, DUNLIN_EXIT_PENDING);
    }
    return 0;
}

int
dunlin_status(const dunlin_options *options, const dunlin_status_options *status,
              dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, run(&session, status, error), result, error);
}
