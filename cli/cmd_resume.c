/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const char *decision = dunlin_node_text(root, "decision");

    dn_cli_show_target(cli, root);
    dn_cli_field(&cli->output, "statement", dunlin_node_text(root, "sql"));
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN,
                         decision && strcmp(decision, "done") == 0
                             ? "counts as done; dunlin migrate goes on behind it"
                             : "will be run again by dunlin migrate");
}

int
dn_cmd_resume(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome;

    if ((arguments->done > 0) == (arguments->redo > 0)) {
        outcome = dn_cli_fail(&error, DUNLIN_USAGE, "usage.bad-value",
                              "resume wants either --done or --redo");
        return dn_cli_finish(cli, outcome, NULL, &error, show, NULL);
    }
    outcome = dunlin_resume(&cli->options, arguments->words.items[0], arguments->done > 0, &result,
                            &error);
    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
