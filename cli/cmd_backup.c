/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static void
show_backup(dn_cli *cli, const dunlin_node *root)
{
    char size[DN_FORMAT_SIZE];
    char duration[DN_FORMAT_SIZE];

    dn_cli_format_bytes(dunlin_node_integer(root, "bytes", 0), size);
    dn_cli_format_duration(dunlin_node_integer(root, "duration_us", 0), duration);
    dn_cli_show_target(cli, root);
    fputs("backup  ", cli->output.out);
    if (!dunlin_node_text(root, "path")) {
        fprintf(cli->output.out, "made by the command of the target (in %s)\n", duration);
        return;
    }
    dn_cli_put(cli->output.out, dunlin_node_text(root, "path"), 8);
    fprintf(cli->output.out, " (%s in %s)\n", size, duration);
}

int
dn_cmd_backup(dn_cli *cli)
{
    const dn_words *words = &cli->arguments->words;
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome =
        dunlin_backup(&cli->options, words->count > 0 ? words->items[0] : NULL, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_backup, NULL);
}
