/* SPDX-License-Identifier: MIT */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

/* "0007_b -> 0008_b", "meta/0008_snapshot.json" */
static void
show_step(dn_cli *cli, const dunlin_node *step)
{
    const char *action = dunlin_node_text(step, "action");
    bool file = strcmp(action, "file") == 0;
    const char *from = dunlin_node_text(step, file ? "path" : "tag");
    const char *to = dunlin_node_text(step, file ? "new_path" : "new_tag");
    const char *path = dunlin_node_text(step, "path");
    char text[1024];

    if (!from || (path && !file))
        from = path;
    snprintf(text, sizeof text, "%s%s%s%s%s%s", from, to ? " -> " : "", to ? to : "",
             file ? "" : " (", file ? "" : dunlin_node_text(step, "why"), file ? "" : ")");
    dn_cli_field(&cli->output, action, text);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *target = dunlin_node_get(root, "target");
    const dunlin_node *steps = dunlin_node_get(root, "steps");

    if (dunlin_node_text(target, "driver"))
        dn_cli_show_target(cli, root);
    for (const dunlin_node *step = dunlin_node_first(steps); step; step = dunlin_node_next(step))
        show_step(cli, step);
    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

int
dn_cmd_merge(dn_cli *cli)
{
    const dunlin_merge_options merge = {sizeof merge, cli->arguments->apply > 0,
                                        cli->arguments->offline > 0, cli->arguments->onto};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_merge(&cli->options, &merge, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
