/* SPDX-License-Identifier: MIT
 *
 * `dunlin snapshot`: the schema of a target as a file.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/state/snapshot.h"

/* The head snapshot is the state behind the newest migration, so a target that is not there, or not
 * only there, cannot tell it. */
static int
check_head(dn_session *session, dn_error *error)
{
    const dn_reconciliation *found = &session->reconciliation;

    if (dn_session_journal(session, error) < 0 || dn_session_connect(session, true, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0)
        return -1;
    if (!found->journal_files || !found->files_tracker)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.disagreement",
                       "target '%s' does not tell the state behind the newest migration: %s",
                       session->target->name, dn_reconcile_summary(found, &session->arena));
    if (found->pending)
        return dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.pending",
                       "target '%s' is not at the newest migration: %zu %s pending",
                       session->target->name, found->pending, found->pending == 1 ? "is" : "are");
    return 0;
}

static int
write_file(dn_session *session, const char *path, const dn_text *text, bool *changed,
           dn_error *error)
{
    dn_auto(dn_text) before = DN_TEXT_INIT;
    dn_error missing;
    char *folder = dn_path_folder(&session->arena, path);

    *changed = dn_file_read(path, &before, &missing) < 0 || before.length != text->length ||
               memcmp(before.data, text->data, text->length) != 0;
    if (!*changed)
        return 0;
    if (!folder)
        return dn_no_memory(error);
    if (dn_folder_create(folder, error) < 0)
        return -1;
    return dn_file_write(path, text->data, text->length, error);
}

static int
tell(dn_session *session, const dn_snapshot *snapshot, const char *path, bool changed,
     dn_error *error)
{
    dunlin_node *root = dn_result_node(session->result);
    char hex[DN_DIGEST_HEX];
    dn_digest digest;

    if (dn_fact_map_digest(snapshot->facts, &digest, error) < 0)
        return -1;
    dn_digest_hex(&digest, hex);
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_boolean(session->result, root, "changed", changed);
    dn_node_set_integer(session->result, root, "facts",
                        (int64_t)dn_fact_map_count(snapshot->facts));
    dn_node_set_text(session->result, root, "digest", hex);
    return 0;
}

static int
take(dn_session *session, const dunlin_snapshot_options *options, dn_error *error)
{
    const char *path = options ? options->output : NULL;
    bool head = !path && !(options && options->print);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_snapshot snapshot = {.dialect = NULL};
    bool changed = false;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        (head ? check_head(session, error) : dn_session_connect(session, true, error)) < 0 ||
        dn_observe_snapshot(session->connection, &session->sight, &session->arena, &snapshot,
                            error) < 0 ||
        dn_snapshot_write(&snapshot, &text, error) < 0 ||
        dn_session_result(session, "dunlin-snapshot/1", error) < 0)
        return -1;
    if (head)
        path =
            dn_snapshot_head_path(session->project.migrations, snapshot.dialect, &session->arena);
    if (head && !path)
        return dn_no_memory(error);
    if (path && write_file(session, path, &text, &changed, error) < 0)
        return -1;
    if (tell(session, &snapshot, path, changed, error) < 0)
        return -1;
    dn_node_set_string(session->result, dn_result_node(session->result), "text",
                       path ? dn_string(NULL) : dn_span(text.data, text.length));
    return 0;
}

int
dunlin_snapshot(const dunlin_options *options, const dunlin_snapshot_options *snapshot,
                dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, take(&session, snapshot, error), result, error);
}
