/* SPDX-License-Identifier: MIT
 *
 * `dunlin new`: an empty migration and its journal entry.
 */
#include "core/base/clock.h"
#include "core/engine/session.h"

static int
run(dn_session *session, const char *name, dn_error *error)
{
    dn_migration made;
    const dn_journal_texts texts = {
        .up = "-- Write the migration below; `dunlin migrate` applies it.\n", .blank = true};
    dunlin_node *root;

    if (dn_session_project(session, error) < 0 || dn_session_journal(session, error) < 0 ||
        dn_session_result(session, "dunlin-new/1", error) < 0)
        return -1;
    if (dn_journal_new(&session->journal, name, session->project.tags == DN_TAGS_SEQUENCE,
                       dn_clock_wall_us() / 1000, &texts, &session->arena, &made, error) < 0)
        return -1;
    root = dn_result_node(session->result);
    dn_node_set_text(session->result, root, "tag", made.tag);
    dn_node_set_text(session->result, root, "path", made.path);
    dn_node_set_integer(session->result, root, "idx", made.idx);
    dn_node_set_text(session->result, root, "journal", session->journal.path);
    return 0;
}

int
dunlin_new(const dunlin_options *options, const char *name, dunlin_result **result,
           dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, run(&session, name, error), result, error);
}
