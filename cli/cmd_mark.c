/* SPDX-License-Identifier: MIT
 *
 * `dunlin mark` and `dunlin baseline`.
 */
#include <string.h>

#include "cli/show.h"

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *list = dunlin_node_get(root, "migrations");
    const char *recorded = dunlin_node_text(root, "recorded");
    bool yes = recorded && strcmp(recorded, "yes") == 0;

    dn_cli_show_target(cli, root);
    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one))
        dn_cli_field(&cli->output, yes ? "recorded" : "taken back", dunlin_node_own_text(one));
    if (!dunlin_node_count(list))
        dn_cli_show_sentence(cli, DN_STYLE_PLAIN, "it was so already; nothing was written");
}

int
dn_cmd_mark(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome;

    if ((arguments->mark_applied > 0) == (arguments->mark_pending > 0))
        outcome = dn_cli_fail(&error, DUNLIN_USAGE, "usage.bad-value",
                              "mark wants either --applied or --pending");
    else if (!arguments->why)
        outcome =
            dn_cli_fail(&error, DUNLIN_USAGE, "usage.missing-value", "mark wants to know --why");
    else
        outcome = dunlin_mark(&cli->options, arguments->words.items[0], arguments->mark_applied > 0,
                              arguments->why, &result, &error);
    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}

int
dn_cmd_baseline(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome =
        dunlin_baseline(&cli->options, arguments->words.items[0], arguments->why, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
