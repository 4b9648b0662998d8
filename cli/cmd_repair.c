/* SPDX-License-Identifier: MIT */
#include "cli/diagnosis.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_target(cli, root);
    dn_cli_show_mending(cli, root, "Left to be decided or done by hand:");
}

int
dn_cmd_repair(dn_cli *cli)
{
    const dunlin_repair_options repair = {sizeof repair,
                                          cli->arguments->apply > 0,
                                          cli->arguments->no_backup > 0,
                                          cli->arguments->shadow > 0,
                                          cli->arguments->digests > 0,
                                          cli->arguments->shadow_url,
                                          cli->arguments->definition_command,
                                          cli->arguments->relinks.items,
                                          cli->arguments->relinks.count};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_repair(&cli->options, &repair, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
