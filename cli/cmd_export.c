/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/show.h"

/* The script itself, byte for byte, unless it went to a file. */
static void
show(dn_cli *cli, const dunlin_node *root)
{
    const char *script = dunlin_node_text(root, "script");

    if (script)
        fputs(script, cli->output.out);
    else
        dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

static void
warn(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *losses = dunlin_node_get(root, "losses");

    dn_cli_warn_findings(cli, dunlin_node_get(root, "findings"));
    for (const dunlin_node *node = dunlin_node_first(losses); node; node = dunlin_node_next(node)) {
        char text[1024];
        int64_t count = dunlin_node_integer(node, "count", 1);

        if (count > 1)
            snprintf(text, sizeof text, "%s, and %lld more: lost: %s",
                     dunlin_node_text(node, "first"), (long long)(count - 1),
                     dunlin_node_text(node, "what"));
        else
            snprintf(text, sizeof text, "%s: lost: %s", dunlin_node_text(node, "first"),
                     dunlin_node_text(node, "what"));
        dn_cli_warning(&cli->output, text);
    }
}

int
dn_cmd_export(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_export_options options = {
        .size = sizeof options,
        .driver = arguments->driver,
        .server = arguments->server,
        .from = arguments->from,
        .to = arguments->to,
        .output = arguments->output,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_export(&cli->options, &options, &result, &error);

    if (outcome == 0 && !cli->output.json)
        warn(cli, dunlin_result_root(result));
    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
