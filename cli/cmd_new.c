/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cli/format.h"
#include "cli/show.h"

/* The path alone, so that an editor can be given it. */
static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "path"));
}

int
dn_cmd_new(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    char *name = dn_cli_join_words(&cli->arguments->words);
    int outcome;
    int code;

    if (name)
        outcome = dunlin_new(&cli->options, name, &result, &error);
    else
        outcome = dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
    code = dn_cli_finish(cli, outcome, result, &error, show, NULL);
    free(name);
    return code;
}
