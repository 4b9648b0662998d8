/* SPDX-License-Identifier: MIT
 *
 * `dunlin log`: who decided what about the records of a target, and why.
 */
#include "core/engine/session.h"
#include "core/tracker/event.h"

static void
tell(dn_session *session, const dn_event *events, size_t count)
{
    dunlin_result *result = session->result;
    dunlin_node *list = dn_node_array(result, dn_result_node(result), "entries");

    dn_session_tell_target(session);
    for (size_t i = 0; i < count; i++) {
        const dn_event *event = &events[i];
        dunlin_node *node = dn_node_object(result, list, NULL);
        dunlin_node *tags;
        dunlin_node *statements;

        dn_node_set_text(result, node, "at", event->at);
        dn_node_set_text(result, node, "who", event->who);
        dn_node_set_text(result, node, "action", event->action);
        dn_node_set_text(result, node, "run_id", event->run_id);
        dn_node_set_text(result, node, "step", event->step);
        tags = dn_node_array(result, node, "tags");
        for (size_t k = 0; k < event->tag_count; k++)
            dn_node_set_text(result, tags, NULL, event->tags[k]);
        statements = dn_node_array(result, node, "statements");
        for (size_t k = 0; k < event->statement_count; k++)
            dn_node_set_integer(result, statements, NULL, event->statements[k]);
        dn_node_set_text(result, node, "why", event->why);
    }
}

static int
read_log(dn_session *session, dn_error *error)
{
    dn_event *events;
    size_t count;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_connect(session, true, error) < 0 ||
        dn_event_read(session->connection, &session->arena, &events, &count, error) < 0 ||
        dn_session_result(session, "dunlin-log/1", error) < 0)
        return -1;
    tell(session, events, count);
    return 0;
}

int
dunlin_log(const dunlin_options *options, dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, read_log(&session, error), result, error);
}
