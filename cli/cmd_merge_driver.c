/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/json.h"

static void
print_document(dn_cli *cli, const char *path)
{
    dn_json_writer json = {cli->output.out, false};

    dn_cli_json_open(&json, NULL, '{');
    dn_cli_json_text(&json, "format", "dunlin-merge-driver/1");
    dn_cli_json_text(&json, "path", path);
    dn_cli_json_close(&json, '}');
    putc('\n', cli->output.out);
}

/* Says nothing when it succeeds: git shows what a merge driver prints. */
int
dn_cmd_merge_driver(dn_cli *cli)
{
    const char **files = cli->arguments->words.items;
    dunlin_error error = {0};

    if (dunlin_merge_driver(files[0], files[1], files[2], &error) < 0)
        return dn_cli_finish(cli, -1, NULL, &error, NULL, NULL);
    if (cli->output.json)
        print_document(cli, files[1]);
    return DUNLIN_EXIT_OK;
}
