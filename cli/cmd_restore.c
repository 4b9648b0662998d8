/* SPDX-License-Identifier: MIT */
#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_target(cli, root);
    dn_cli_field(&cli->output, "restored", dunlin_node_text(root, "restored"));
    dn_cli_field(&cli->output, "saved   ", dunlin_node_text(root, "saved"));
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

int
dn_cmd_restore(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_restore(&cli->options, cli->arguments->words.items[0], &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
