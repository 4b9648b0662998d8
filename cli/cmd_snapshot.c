/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    FILE *out = cli->output.out;
    const char *text = dunlin_node_text(root, "text");

    if (text) {
        fputs(text, out);
        return;
    }
    dn_cli_warn_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_target(cli, root);
    fputs("snapshot  ", out);
    dn_cli_put(out, dunlin_node_text(root, "path"), 10);
    if (dunlin_node_get(root, "drizzle")) {
        fputs(dunlin_node_boolean(root, "changed") ? "\n" : ", as it was\n", out);
        return;
    }
    fprintf(out, " (%lld facts, %.12s)%s\n", (long long)dunlin_node_integer(root, "facts", 0),
            dunlin_node_text(root, "digest"),
            dunlin_node_boolean(root, "changed") ? "" : ", as it was");
    dn_cli_show_files(cli, dunlin_node_get(root, "files"), "snapshot");
}

int
dn_cmd_snapshot(dn_cli *cli)
{
    const dunlin_snapshot_options options = {
        .size = sizeof options,
        .output = cli->arguments->output,
        .print = cli->arguments->print ? 1 : 0,
        .shadow = cli->arguments->shadow ? 1 : 0,
        .shadow_url = cli->arguments->shadow_url,
        .drizzle = cli->arguments->drizzle ? 1 : 0,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_snapshot(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
