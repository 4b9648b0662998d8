/* SPDX-License-Identifier: MIT
 *
 * `dunlin schema dump`, `load` and `check`.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/definition.h"

/* --- dump ----------------------------------------------------------------------------------------- */

static void
tell_definition(dn_session *session, const char *path, size_t statements, const dn_text *text)
{
    dunlin_node *root = dn_result_node(session->result);

    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_integer(session->result, root, "statements", (int64_t)statements);
    dn_node_set_string(session->result, root, "text",
                       path ? dn_string(NULL) : dn_span(text->data, text->length));
}

static int
dump(dn_session *session, const char *path, dn_side *side, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    size_t statements = 0;

    if (dn_session_project(session, error) < 0 || dn_side_open_target(session, side, error) < 0 ||
        dn_definition_text(session, side, &text, &statements, error) < 0 ||
        (path && dn_file_write(path, text.data, text.length, error) < 0) ||
        dn_session_result(session, "dunlin-schema-dump/1", error) < 0)
        return -1;
    tell_definition(session, path, statements, &text);
    return 0;
}

int
dunlin_schema_dump(const dunlin_options *options, const char *output, dunlin_result **result,
                   dunlin_error *error)
{
    dn_session session;
    dn_side side = {.name = NULL};
    int answer;

    dn_session_begin(&session, options);
    answer = dump(&session, output, &side, error);
    dn_side_close(&side);
    return dn_session_finish(&session, answer, result, error);
}

/* --- load ----------------------------------------------------------------------------------------- */

static int
check_empty(dn_session *session, dn_error *error)
{
    dn_object *objects;
    size_t count;

    if (dn_connection_objects(session->connection, &session->arena, &objects, &count, error) < 0)
        return -1;
    if (!count)
        return 0;
    return dn_fail(error, DUNLIN_EXISTS, "definition.not-empty",
                   "the database of target '%s' is not empty: it holds %s '%s'%s",
                   session->target->name, objects[0].kind, objects[0].name,
                   count > 1 ? " and more" : "");
}

static int
load(dn_session *session, const char *path, dn_error *error)
{
    size_t statements;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_connect(session, false, error) < 0 || check_empty(session, error) < 0 ||
        dn_definition_load(session->connection, path, &statements, error) < 0 ||
        dn_session_result(session, "dunlin-schema-load/1", error) < 0)
        return -1;
    dn_session_tell_target(session);
    dn_node_set_text(session->result, dn_result_node(session->result), "path", path);
    dn_node_set_integer(session->result, dn_result_node(session->result), "statements",
                        (int64_t)statements);
    return 0;
}

int
dunlin_schema_load(const dunlin_options *options, const char *path, dunlin_result **result,
                   dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, load(&session, path, error), result, error);
}
