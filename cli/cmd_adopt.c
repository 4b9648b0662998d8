/* SPDX-License-Identifier: MIT */
#include "cli/diagnosis.h"

static void
show_source(dn_cli *cli, const dunlin_node *from)
{
    if (!from)
        return;
    dn_cli_field(&cli->output, "from", dunlin_node_text(from, "tool"));
    fprintf(cli->output.out, "table   %s: %lld recorded there, %lld proved, %lld claimed\n",
            dunlin_node_text(from, "table"), (long long)dunlin_node_integer(from, "rows", 0),
            (long long)dunlin_node_integer(from, "proved", 0),
            (long long)dunlin_node_integer(from, "claimed", 0));
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_target(cli, root);
    show_source(cli, dunlin_node_get(root, "from"));
    dn_cli_show_mending(cli, root, "Left as it is:");
}

int
dn_cmd_adopt(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_adopt_options adopt = {
        .size = sizeof adopt,
        .apply = arguments->apply > 0,
        .no_backup = arguments->no_backup > 0,
        .shadow = arguments->shadow > 0,
        .shadow_url = arguments->shadow_url,
        .from = arguments->from,
        .table = arguments->table,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_adopt(&cli->options, &adopt, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
