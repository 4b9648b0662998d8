/* SPDX-License-Identifier: MIT */
#include "cli/show.h"

static void
show_check(dn_cli *cli, const dunlin_node *root)
{
    bool agrees = dunlin_node_boolean(root, "agrees");

    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_sentence(cli, agrees ? DN_STYLE_GOOD : DN_STYLE_BAD,
                         dunlin_node_text(root, "summary"));
    dn_cli_show_mend(cli, root);
}

static void
show_rebuild(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_findings(cli, dunlin_node_get(root, "changes"));
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

int
dn_cmd_journal_check(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_journal_check(&cli->options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_check, NULL);
}

int
dn_cmd_journal_rebuild(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome =
        dunlin_journal_rebuild(&cli->options, cli->arguments->dry_run > 0, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_rebuild, NULL);
}
