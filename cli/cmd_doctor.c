/* SPDX-License-Identifier: MIT */
#include "cli/diagnosis.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_target(cli, root);
    dn_cli_show_diagnosis(cli, root, "What would put it right, in this order:");
}

int
dn_cmd_doctor(dn_cli *cli)
{
    const dunlin_doctor_options doctor = {sizeof doctor, cli->arguments->shadow > 0, 0,
                                          cli->arguments->shadow_url,
                                          cli->arguments->definition_command};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_doctor(&cli->options, &doctor, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
