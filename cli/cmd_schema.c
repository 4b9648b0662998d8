/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static void
show_counts(dn_cli *cli, const dunlin_node *root, const char *label)
{
    long long statements = (long long)dunlin_node_integer(root, "statements", 0);

    dn_cli_show_target(cli, root);
    fputs(label, cli->output.out);
    dn_cli_put(cli->output.out, dunlin_node_text(root, "path"), 8);
    fprintf(cli->output.out, " (%lld %s)\n", statements,
            statements == 1 ? "statement" : "statements");
}

static void
show_dump(dn_cli *cli, const dunlin_node *root)
{
    const char *text = dunlin_node_text(root, "text");

    if (text)
        fputs(text, cli->output.out);
    else
        show_counts(cli, root, "written ");
}

int
dn_cmd_schema_dump(dn_cli *cli)
{
    const dunlin_schema_dump_options options = {
        .size = sizeof options,
        .output = cli->arguments->output,
        .shadow = cli->arguments->shadow ? 1 : 0,
        .shadow_url = cli->arguments->shadow_url,
        .tag = cli->arguments->tag,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_schema_dump(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_dump, NULL);
}

static void
show_load(dn_cli *cli, const dunlin_node *root)
{
    show_counts(cli, root, "loaded  ");
}

int
dn_cmd_schema_load(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome =
        dunlin_schema_load(&cli->options, cli->arguments->words.items[0], &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_load, NULL);
}
