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
    dn_cli_show_target(cli, root);
    fputs("diagram  ", out);
    dn_cli_put(out, dunlin_node_text(root, "path"), 10);
    fprintf(out, " (%lld tables, %lld foreign keys)\n",
            (long long)dunlin_node_integer(root, "tables", 0),
            (long long)dunlin_node_integer(root, "links", 0));
}

int
dn_cmd_diagram(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_diagram_options options = {
        .size = sizeof options,
        .format = arguments->format,
        .output = arguments->output,
        .tables = arguments->tables.items,
        .table_count = arguments->tables.count,
        .depth = arguments->depth > 0      ? (uint64_t)arguments->depth
                 : arguments->tables.count ? 1
                                           : 0,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_diagram(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
