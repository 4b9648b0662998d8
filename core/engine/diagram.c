/* SPDX-License-Identifier: MIT
 *
 * `dunlin diagram`: the schema of a target as an entity-relationship diagram.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/engine/svg.h"
#include "core/schema/picture.h"

static int
draw(dn_session *session, const dn_picture *picture, const char *format, dn_text *text,
     dn_error *error)
{
    dn_auto(dn_text) dot = DN_TEXT_INIT;

    if (strcmp(format, "mermaid") == 0)
        dn_picture_mermaid(picture, text);
    else
        dn_picture_dot(picture, &dot);
    if (text->failed || dot.failed)
        return dn_no_memory(error);
    if (strcmp(format, "svg") == 0)
        return dn_svg_draw(&dot, &session->log, &session->arena, text, error);
    dn_text_add(text, dot.data, dot.length);
    return text->failed ? dn_no_memory(error) : 0;
}

/* What Mermaid draws where nobody gave it other numbers: maxTextSize and maxEdges. */
enum { MOST_TEXT = 50000, MOST_LINKS = 500 };

static void
warn(dn_session *session, const char *format, size_t length, size_t links)
{
    if (strcmp(format, "mermaid") == 0 && (length > MOST_TEXT || links > MOST_LINKS))
        dn_log_warning(&session->log,
                       "Mermaid draws up to %d characters and %d lines unless its maxTextSize and "
                       "maxEdges say more: --table NAME makes a part of it, --format svg a picture",
                       MOST_TEXT, MOST_LINKS);
}

static void
tell(dn_session *session, const dn_picture *picture, const char *format, const char *path,
     const dn_text *text)
{
    dunlin_node *root = dn_result_node(session->result);
    size_t links = 0;

    for (size_t i = 0; i < picture->link_count; i++)
        links += picture->tables[picture->links[i].child].shown &&
                 picture->tables[picture->links[i].parent].shown;
    warn(session, format, text->length, links);
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "drawn", format);
    dn_node_set_integer(session->result, root, "tables", (int64_t)picture->shown);
    dn_node_set_integer(session->result, root, "links", (int64_t)links);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_string(session->result, root, "text",
                       path ? dn_string(NULL) : dn_span(text->data, text->length));
}

static int
check(const dunlin_diagram_options *options, const char *format, dn_error *error)
{
    if (strcmp(format, "mermaid") != 0 && strcmp(format, "dot") != 0 && strcmp(format, "svg") != 0)
        return dn_fail(error, DUNLIN_USAGE, "picture.format",
                       "a diagram is \"mermaid\", \"dot\" or \"svg\", not \"%s\"", format);
    if (options && options->depth && !options->table_count)
        return dn_fail(error, DUNLIN_USAGE, "usage.missing-argument",
                       "--depth is about what is around a table: --table NAME");
    return 0;
}

static int
diagram(dn_session *session, const dunlin_diagram_options *options, dn_error *error)
{
    const char *format = options && options->format ? options->format : "mermaid";
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_fact_map *facts;
    dn_picture picture;

    if (check(options, format, error) < 0 || dn_session_project(session, error) < 0 ||
        dn_session_target(session, error) < 0 || dn_session_connect(session, true, error) < 0 ||
        dn_observe_schema(session->connection, &session->sight, &session->arena, &facts, error) <
            0 ||
        dn_picture_build(facts, dn_connection_namespace(session->connection), &session->arena,
                         &picture, error) < 0)
        return -1;
    if (options && options->table_count &&
        dn_picture_focus(&picture, options->tables, options->table_count, options->depth, error) <
            0)
        return -1;
    if (draw(session, &picture, format, &text, error) < 0 ||
        dn_session_result(session, "dunlin-diagram/1", error) < 0)
        return -1;
    if (options && options->output &&
        dn_file_write(options->output, text.data, text.length, error) < 0)
        return -1;
    tell(session, &picture, format, options ? options->output : NULL, &text);
    return 0;
}

int
dunlin_diagram(const dunlin_options *options, const dunlin_diagram_options *diagram_options,
               dunlin_result **result, dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, diagram(&session, diagram_options, error), result, error);
}
