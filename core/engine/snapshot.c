/* SPDX-License-Identifier: MIT
 *
 * `dunlin snapshot`: the schema of a target as a file.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/fresh.h"
#include "core/engine/upkeep.h"

static int
hint_at(dn_session *session, const char *verb, const char *does, dn_error *error)
{
    const char *command = dn_session_command(session, session->target, verb);

    return command
               ? dn_hint(error, "'%s' %s; --output writes a snapshot of any state", command, does)
               : dn_no_memory(error);
}

/* The head snapshot is the state behind the newest migration, so a target that is not there, or not
 * only there, cannot tell it. */
static int
check_head(dn_session *session, dn_error *error)
{
    const dn_reconciliation *found = &session->reconciliation;

    if (dn_session_journal(session, error) < 0 || dn_session_connect(session, true, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_MATCH, error) < 0)
        return -1;
    if (!found->journal_files || !found->files_tracker) {
        dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.disagreement",
                "target '%s' does not tell the state behind the newest migration: %s",
                session->target->name, dn_reconcile_summary(found, &session->arena));
        return hint_at(session, "repair", "tells what mends it", error);
    }
    if (found->pending) {
        dn_fail(error, DUNLIN_DISAGREEMENT, "snapshot.pending",
                "target '%s' is not at the newest migration: %zu %s pending", session->target->name,
                found->pending, found->pending == 1 ? "is" : "are");
        return hint_at(session, "migrate", "applies them", error);
    }
    return 0;
}

/* Of one that was written, so that its digest is known. */
static void
tell(dn_session *session, const dn_snapshot *snapshot, const char *path, bool changed)
{
    dunlin_node *root = dn_result_node(session->result);
    char hex[DN_DIGEST_HEX];

    dn_digest_hex(&snapshot->digest, hex);
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_boolean(session->result, root, "changed", changed);
    dn_node_set_integer(session->result, root, "facts",
                        (int64_t)dn_fact_map_count(snapshot->facts));
    dn_node_set_text(session->result, root, "digest", hex);
    if (path)
        dn_node_set_null(session->result, root, "text");
}

/* The state behind the newest migration, and what each of them changes. */
static int
take_head(dn_session *session, const dunlin_snapshot_options *options, dn_error *error)
{
    const dn_upkeep_options how = {
        .shadow = options && options->shadow,
        .shadow_url = options ? options->shadow_url : NULL,
        .anew = true,
    };
    const dn_upkeep_file *head;
    dn_upkeep upkeep;

    if (check_head(session, error) < 0 || dn_upkeep_write(session, &how, &upkeep, error) < 0 ||
        dn_session_result(session, "dunlin-snapshot/1", error) < 0)
        return -1;
    head = &upkeep.files[1];
    if (head->why)
        return dn_fail(error, DUNLIN_FAILED, "snapshot.not-written", "%s", head->why);
    tell(session, &upkeep.snapshot, head->path, head->written > 0);
    dn_upkeep_tell(session, &upkeep);
    dn_session_tell_findings(session, "findings", &session->reconciliation.findings);
    return 0;
}

/* drizzle-kit's own, of the newest migration. */
static int
take_drizzle(dn_session *session, const dunlin_snapshot_options *options, dn_error *error)
{
    dn_fresh fresh;
    dunlin_node *node;

    if (dn_fresh_newest(session, options->shadow != 0, options->shadow_url, &fresh, error) < 0 ||
        dn_session_result(session, "dunlin-snapshot/1", error) < 0)
        return -1;
    dn_session_tell_target(session);
    node = dn_result_node(session->result);
    dn_node_set_text(session->result, node, "path", fresh.path);
    dn_node_set_boolean(session->result, node, "changed", fresh.changed);
    node = dn_node_object(session->result, node, "drizzle");
    dn_node_set_text(session->result, node, "id", fresh.id);
    dn_node_set_text(session->result, node, "prev_id", fresh.previous);
    return 0;
}

static int
take(dn_session *session, const dunlin_snapshot_options *options, dn_error *error)
{
    const char *path = options ? options->output : NULL;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_snapshot snapshot = {.dialect = NULL};
    bool changed = false;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0)
        return -1;
    if (options && options->drizzle)
        return take_drizzle(session, options, error);
    if (!path && !(options && options->print))
        return take_head(session, options, error);
    if (dn_session_connect(session, true, error) < 0 ||
        dn_observe_snapshot(session->connection, &session->sight, &session->arena, &snapshot,
                            error) < 0 ||
        dn_snapshot_write(&snapshot, &text, error) < 0 ||
        (path && dn_file_keep(path, &text, &changed, error) < 0) ||
        dn_session_result(session, "dunlin-snapshot/1", error) < 0)
        return -1;
    tell(session, &snapshot, path, changed);
    if (!path)
        dn_node_set_string(session->result, dn_result_node(session->result), "text",
                           dn_span(text.data, text.length));
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
