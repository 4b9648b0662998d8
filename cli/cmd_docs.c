/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    FILE *out = cli->output.out;
    int64_t tables = dunlin_node_integer(root, "tables", 0);

    dn_cli_show_target(cli, root);
    fputs("page  ", out);
    dn_cli_put(out, dunlin_node_text(root, "path"), 10);
    fprintf(out, " (%lld %s)\n", (long long)tables, tables == 1 ? "table" : "tables");
    if (dunlin_node_boolean(root, "too_large"))
        fputs("there is no diagram of so many tables: dunlin diagram --table NAME draws a part\n",
              out);
    else if (!dunlin_node_boolean(root, "drawn"))
        fputs("Graphviz is not installed: the diagram is text\n", out);
}

int
dn_cmd_docs(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_docs(&cli->options, cli->arguments->output, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
