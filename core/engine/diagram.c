/* SPDX-License-Identifier: MIT
 *
 * `dunlin diagram`: the schema of a target as an entity-relationship diagram.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/process.h"
#include "core/engine/session.h"
#include "core/schema/picture.h"

/* --- SVG ------------------------------------------------------------------------------------------- */

static int32_t
keep_output(dunlin_string text, void *context)
{
    dn_text_add(context, text.data, text.length);
    return 0;
}

/* Graphviz's own program draws: nobody else's lines avoid each other as well. */
static int
run_dot(const char *path, const dn_log *log, dn_text *svg, dn_error *error)
{
    const char *const arguments[] = {"dot", "-Tsvg", NULL};
    const dn_process process = {
        .arguments = arguments, .input = path, .visit = keep_output, .context = svg, .log = log};

    if (dn_process_run(&process, error) < 0) {
        if (error->status == DUNLIN_MISSING)
            dn_hint(error, "install Graphviz, or take --format dot or mermaid");
        return -1;
    }
    return svg->failed ? dn_no_memory(error) : 0;
}

static int
draw_svg(const dn_text *dot, const dn_log *log, dn_arena *arena, dn_text *svg, dn_error *error)
{
    const char *folder = getenv("TMPDIR");
    char *path = dn_path_join(arena, folder && *folder ? folder : "/tmp", "dunlin-dot-XXXXXX");
    int answer;
    int file;

    if (!path)
        return dn_no_memory(error);
    file = mkstemp(path);
    if (file < 0)
        return dn_fail(error, DUNLIN_INTERNAL, "file.write", "cannot make the file '%s': %s", path,
                       strerror(errno));
    close(file);
    answer = dn_file_write(path, dot->data, dot->length, error);
    if (answer == 0)
        answer = run_dot(path, log, svg, error);
    unlink(path);
    return answer;
}

/* --- the use case ------------------------------------------------------------------------------------ */

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
        return draw_svg(&dot, &session->log, &session->arena, text, error);
    dn_text_add(text, dot.data, dot.length);
    return text->failed ? dn_no_memory(error) : 0;
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
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "drawn", format);
    dn_node_set_integer(session->result, root, "tables", (int64_t)picture->shown);
    dn_node_set_integer(session->result, root, "links", (int64_t)links);
    dn_node_set_text(session->result, root, "path", path);
    dn_node_set_string(session->result, root, "text",
                       path ? dn_string(NULL) : dn_span(text->data, text->length));
}

static int
diagram(dn_session *session, const dunlin_diagram_options *options, dn_error *error)
{
    const char *format = options && options->format ? options->format : "mermaid";
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_fact_map *facts;
    dn_picture picture;

    if (strcmp(format, "mermaid") != 0 && strcmp(format, "dot") != 0 && strcmp(format, "svg") != 0)
        return dn_fail(error, DUNLIN_USAGE, "picture.format",
                       "a diagram is \"mermaid\", \"dot\" or \"svg\", not \"%s\"", format);
    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_connect(session, true, error) < 0 ||
        dn_observe_schema(session->connection, session->target->tracker, &session->arena, &facts,
                          error) < 0 ||
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
