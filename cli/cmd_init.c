/* SPDX-License-Identifier: MIT */
#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_texts(cli, "created", dunlin_node_get(root, "created"));
    dn_cli_show_texts(cli, "kept   ", dunlin_node_get(root, "kept"));
    dn_cli_show_texts(cli, "next   ", dunlin_node_get(root, "next"));
}

int
dn_cmd_init(dn_cli *cli)
{
    dunlin_init_options init = {sizeof(init), cli->arguments->dialect};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_init(&cli->options, &init, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
