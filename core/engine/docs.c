/* SPDX-License-Identifier: MIT
 *
 * `dunlin docs`: schema, diagram and history as one page that needs no network.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/session.h"
#include "core/engine/svg.h"
#include "core/schema/page.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<meta name=\"generator\" content=\"dunlin\">\n<style>\n"
    ":root{color-scheme:light dark;--line:#8885;--soft:#8882;--link:light-dark(#1a5fb4,#8ab4f8)}\n"
    "body{margin:0;font:15px/1.5 system-ui,sans-serif;display:grid;"
    "grid-template-columns:17rem minmax(0,1fr)}\n"
    "nav{position:sticky;top:0;height:100vh;overflow:auto;border-right:1px solid var(--line);"
    "padding:1rem;box-sizing:border-box}\n"
    "nav ul{list-style:none;padding:0}\nmain{padding:1rem 2rem;max-width:75rem}\n"
    "nav,main{overflow-wrap:anywhere}\nthead th{overflow-wrap:normal}\n"
    "input{width:100%;box-sizing:border-box;padding:.4rem;font:inherit}\n"
    "a{color:var(--link);text-decoration:none}\nsmall{color:#888;font-weight:normal}\n"
    "table{border-collapse:collapse}\nth,td{border-bottom:1px solid var(--line);"
    "padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;min-width:2.5rem}\n"
    "td:nth-child(2){min-width:5.5rem}\n"
    "tbody th{font-weight:600}\nsection{margin:2rem 0;scroll-margin-top:1rem}\n"
    "section[data-name]{content-visibility:auto;contain-intrinsic-size:auto 20rem}\n"
    "h2{border-bottom:2px solid var(--line)}\nh3{margin:.8rem 0 .2rem;font-size:1rem}\n"
    "code,pre{font:13px/1.4 ui-monospace,monospace}\npre{background:var(--soft);padding:.6rem;"
    "overflow:auto;white-space:pre-wrap}\n.picture{overflow:auto;background:#fff;padding:.5rem}\n"
    ".picture svg{max-width:100%;height:auto}\n[hidden]{display:none}\n"
    "@media(prefers-color-scheme:dark){.picture{filter:invert(.93) hue-rotate(180deg)}}\n"
    "@media(max-width:50rem){body{display:block}nav{position:static;height:auto;"
    "max-height:40vh}}\n"
    "</style>\n<title>";

/* Shows what has every word that is typed: sections, entries of the index, migrations. */
static const char script[] =
    "<script>\n"
    "const box=document.querySelector('input');\n"
    "const links=new Map([...document.querySelectorAll('nav a')].map(a=>[a.hash.slice(1),"
    "a.parentElement]));\n"
    "let all;\n"
    "box.addEventListener('input',()=>{\n"
    "  all=all||[...document.querySelectorAll('main section[data-name],#history tbody tr')]\n"
    "    .map(one=>({one,text:one.textContent.toLowerCase(),link:links.get(one.id)}));\n"
    "  const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);\n"
    "  for(const {one,text,link} of all){\n"
    "    const hidden=!words.every(word=>text.includes(word));\n"
    "    if(one.hidden!==hidden){one.hidden=hidden;if(link)link.hidden=hidden}\n"
    "  }\n"
    "});\n</script>\n";

static void
add_markup(dn_text *text, const char *content)
{
    dn_text_add_markup(text, content ? content : "", content ? strlen(content) : 0);
}

/* --- parts of the page ------------------------------------------------------------------------------- */

static void
add_history(const dn_session *session, dn_text *text)
{
    const dn_reconciliation *found = &session->reconciliation;

    dn_text_add_string(text,
                       "<section id=\"history\"><h2>Migrations</h2>\n<table><thead><tr>"
                       "<th>migration</th><th>state</th><th>when (UTC)</th><th></th></tr></thead>"
                       "<tbody>\n");
    for (size_t i = 0; i < found->count; i++) {
        const dn_verdict *verdict = &found->verdicts[i];
        const dn_tracker_row *row = verdict->match->row;

        dn_text_add_string(text, "<tr><th>");
        add_markup(text, verdict->migration->tag);
        dn_text_printf(text, "</th><td>%s</td><td>", dn_verdict_name(verdict->verdict));
        dn_text_add_markup(text, row && row->applied_at ? row->applied_at : "",
                           row && row->applied_at ? strnlen(row->applied_at, 19) : 0);
        dn_text_add_string(text, "</td><td>");
        add_markup(text, verdict->note);
        dn_text_add_string(text, "</td></tr>\n");
    }
    dn_text_add_string(text, "</tbody></table></section>\n");
}

/* What nobody could read takes Graphviz minutes to draw. */
enum { MOST_DRAWN = 1000 };

static bool
is_too_large(const dn_picture *picture)
{
    return picture->table_count > MOST_DRAWN;
}

static void
leave_out_diagram(const dn_picture *picture, bool *drawn, dn_text *text)
{
    *drawn = false;
    dn_text_printf(
        text,
        "<section id=\"diagram\"><h2>Diagram</h2>\n<p>%zu tables are too many for one "
        "picture: <code>dunlin diagram --table NAME --depth 2</code> draws what is around "
        "one of them.</p></section>\n",
        picture->table_count);
}

/* Without Graphviz there is the text of the diagram. */
static int
add_diagram(dn_session *session, const dn_picture *picture, bool *drawn, dn_text *text,
            dn_error *error)
{
    dn_auto(dn_text) graph = DN_TEXT_INIT;
    dn_auto(dn_text) svg = DN_TEXT_INIT;
    const char *begin;

    dn_picture_dot(picture, &graph);
    *drawn = dn_svg_draw(&graph, &session->log, &session->arena, &svg, error) == 0;
    if (!*drawn && error->status != DUNLIN_MISSING)
        return -1;
    dn_text_add_string(text, "<section id=\"diagram\"><h2>Diagram</h2>\n");
    begin = *drawn && svg.length ? strstr(svg.data, "<svg") : NULL;
    if (begin) {
        dn_text_add_string(text, "<div class=\"picture\">");
        dn_text_add_string(text, begin);
        dn_text_add_string(text, "</div>");
    } else {
        dn_text_clear(&graph);
        dn_picture_mermaid(picture, &graph);
        dn_text_add_string(text, "<p>Graphviz was not there to draw it; as Mermaid:</p><pre>");
        dn_text_add_markup(text, graph.data ? graph.data : "", graph.length);
        dn_text_add_string(text, "</pre>");
    }
    dn_text_add_string(text, "</section>\n");
    return graph.failed ? dn_no_memory(error) : 0;
}

static int
write_page(dn_session *session, const dn_fact_map *facts, const dn_picture *picture, bool *drawn,
           dn_text *text, dn_error *error)
{
    const dunlin_server *server = dn_connection_server(session->connection);
    const char *title = session->target->name ? session->target->name : session->shown.redacted;

    dn_text_add_string(text, head);
    add_markup(text, title);
    dn_text_add_string(text, "</title></head>\n<body><nav><input type=\"search\" "
                             "placeholder=\"search\" aria-label=\"search\">\n<ul>");
    if (picture->table_count)
        dn_text_add_string(text, "<li><a href=\"#diagram\">Diagram</a></li>");
    dn_text_add_string(text, "<li><a href=\"#history\">Migrations</a></li>\n");
    if (dn_page_index(facts, picture, text, error) < 0)
        return -1;
    dn_text_add_string(text, "</ul></nav>\n<main><h1>");
    add_markup(text, title);
    dn_text_add_string(text, "</h1>\n<p>");
    dn_text_add_markup(text, server->name.data, server->name.length);
    dn_text_add_string(text, ". ");
    add_markup(text, dn_reconcile_summary(&session->reconciliation, &session->arena));
    dn_text_add_string(text, ".</p>\n");
    if (is_too_large(picture))
        leave_out_diagram(picture, drawn, text);
    else if (picture->table_count && add_diagram(session, picture, drawn, text, error) < 0)
        return -1;
    if (dn_page_sections(facts, picture, text, error) < 0)
        return -1;
    add_history(session, text);
    dn_text_add_string(text, "</main>\n");
    dn_text_add_string(text, script);
    dn_text_add_string(text, "</body></html>\n");
    return text->failed ? dn_no_memory(error) : 0;
}

/* --- the use case --------------------------------------------------------------------------------------- */

static int
make_docs(dn_session *session, const char *output, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_fact_map *facts;
    dn_picture picture;
    bool drawn = true;
    dunlin_node *root;

    if (dn_session_project(session, error) < 0 || dn_session_target(session, error) < 0 ||
        dn_session_journal(session, error) < 0 || dn_session_connect(session, true, error) < 0 ||
        dn_session_reconcile(session, DN_TRACKER_FULL, error) < 0 ||
        dn_observe_schema(session->connection, &session->sight, &session->arena, &facts, error) <
            0 ||
        dn_picture_build(facts, dn_connection_namespace(session->connection), &session->arena,
                         &picture, error) < 0 ||
        write_page(session, facts, &picture, &drawn, &text, error) < 0 ||
        dn_session_result(session, "dunlin-docs/1", error) < 0 ||
        dn_file_write(output, text.data, text.length, error) < 0)
        return -1;
    root = dn_result_node(session->result);
    dn_session_tell_target(session);
    dn_node_set_text(session->result, root, "path", output);
    dn_node_set_integer(session->result, root, "tables", (int64_t)picture.table_count);
    dn_node_set_boolean(session->result, root, "drawn", drawn);
    dn_node_set_boolean(session->result, root, "too_large", is_too_large(&picture));
    return 0;
}

int
dunlin_docs(const dunlin_options *options, const char *output, dunlin_result **result,
            dunlin_error *error)
{
    dn_session session;

    dn_session_begin(&session, options);
    return dn_session_finish(&session, make_docs(&session, output ? output : "schema.html", error),
                             result, error);
}
