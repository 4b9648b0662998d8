/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"
#include "cli/source.h"

static void
put(dn_cli *cli, const char *lead, const char *text)
{
    fputs(lead, cli->output.out);
    dn_cli_put(cli->output.out, text, 0);
    putc('\n', cli->output.out);
}

/* The line of the file, and a caret under the byte that the reason is about. */
static void
show_reason(dn_cli *cli, const dunlin_node *node, const char *driver, const char *reason)
{
    FILE *out = cli->output.out;
    const char *source = dunlin_node_text(node, "source");
    int64_t column = dunlin_node_integer(node, "reason_column", 1);

    fprintf(out, "  %lld:%lld: ", (long long)dunlin_node_integer(node, "reason_line", 0),
            (long long)column);
    if (driver)
        fprintf(out, "! %s: ", driver);
    dn_cli_put(out, reason, 0);
    putc('\n', out);
    if (source)
        dn_cli_caret(out, "    ", source, column);
}

static void
show_statement(dn_cli *cli, const dunlin_node *node, const char *file, const char *driver)
{
    FILE *out = cli->output.out;
    const char *kind = dunlin_node_text(node, "kind");
    const char *refused = dunlin_node_text(node, "refused");
    const char *needs = dunlin_node_text(node, "needs");
    const dunlin_node *operations = dunlin_node_get(node, "operations");
    const dunlin_node *becomes = dunlin_node_get(node, "becomes");
    const dunlin_node *losses = dunlin_node_get(node, "losses");
    const dunlin_node *notes = dunlin_node_get(node, "notes");
    bool bad = kind && (strcmp(kind, "native") == 0 || strcmp(kind, "wrong") == 0);

    dn_cli_put(out, file, 0);
    fprintf(out, ":%lld: ", (long long)dunlin_node_integer(node, "line", 0));
    dn_cli_say(&cli->output, bad ? DN_STYLE_BAD : DN_STYLE_GOOD, kind);
    putc('\n', out);
    for (const dunlin_node *one = dunlin_node_first(operations); one; one = dunlin_node_next(one))
        put(cli, "  ", dunlin_node_text(one, "description"));
    if (bad)
        show_reason(cli, node, NULL, dunlin_node_text(node, "reason"));
    if (refused)
        show_reason(cli, node, driver, refused);
    if (needs) {
        fprintf(out, "  ? %s: ", driver);
        dn_cli_put(out, needs, 0);
        putc('\n', out);
    }
    for (const dunlin_node *one = dunlin_node_first(becomes); one; one = dunlin_node_next(one))
        put(cli, "  -> ", dunlin_node_own_text(one));
    for (const dunlin_node *one = dunlin_node_first(losses); one; one = dunlin_node_next(one))
        put(cli, "  lost: ", dunlin_node_own_text(one));
    for (const dunlin_node *one = dunlin_node_first(notes); one; one = dunlin_node_next(one))
        put(cli, "  note: ", dunlin_node_own_text(one));
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *statements = dunlin_node_get(root, "statements");

    for (const dunlin_node *node = dunlin_node_first(statements); node;
         node = dunlin_node_next(node))
        show_statement(cli, node, dunlin_node_text(root, "file"), dunlin_node_text(root, "driver"));
    if (dunlin_node_text(root, "way_out"))
        put(cli, "way out: ", dunlin_node_text(root, "way_out"));
    put(cli, "", dunlin_node_text(root, "summary"));
}

int
dn_cmd_explain(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_explain(&cli->options, cli->arguments->words.items[0],
                                 cli->arguments->driver, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
