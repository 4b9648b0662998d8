/* SPDX-License-Identifier: MIT */
#include "cli/diagnosis.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    bool applied = dunlin_node_boolean(root, "applied") != 0;

    dn_cli_show_target(cli, root);
    if (!applied) {
        dn_cli_show_diagnosis(cli, root, "What --apply would do, in this order:");
        return;
    }
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "before"));
    dn_cli_show_steps(cli, "Done:", dunlin_node_get(root, "performed"));
    dn_cli_show_steps(cli, "Left to be decided or done by hand:", dunlin_node_get(root, "left"));
    if (dunlin_node_text(root, "backup"))
        fprintf(cli->output.out, "\nbackup  %s\n", dunlin_node_text(root, "backup"));
    fputs("\nNow: ", cli->output.out);
    dn_cli_show_diagnosis(cli, root, "What is left:");
}

int
dn_cmd_repair(dn_cli *cli)
{
    const dunlin_repair_options repair = {sizeof repair,
                                          cli->arguments->apply > 0,
                                          cli->arguments->no_backup > 0,
                                          cli->arguments->shadow > 0,
                                          0,
                                          cli->arguments->shadow_url,
                                          cli->arguments->definition_command};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_repair(&cli->options, &repair, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
