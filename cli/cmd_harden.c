/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

/* As a patch: every byte is as in the files, but on a terminal. */
static void
show_diff(dn_cli *cli, const char *diff)
{
    FILE *out = cli->output.out;

    if (!cli->output.terminal_out && !cli->output.color_out) {
        fputs(diff, out);
        return;
    }
    while (*diff) {
        size_t length = strcspn(diff, "\n");
        char *line = strndup(diff, length);

        dn_cli_say(&cli->output,
                   *diff == '+'   ? DN_STYLE_GOOD
                   : *diff == '-' ? DN_STYLE_BAD
                                  : DN_STYLE_PLAIN,
                   line ? line : "");
        putc('\n', out);
        free(line);
        diff += length + (diff[length] == '\n');
    }
}

static void
show_statement(dn_cli *cli, const dunlin_node *node, const char *file)
{
    FILE *out = cli->output.out;
    const char *status = dunlin_node_text(node, "status");
    const char *reason = dunlin_node_text(node, "reason");

    if (!reason)
        return;
    dn_cli_put(out, file, 0);
    fprintf(out, ":%lld: ", (long long)dunlin_node_integer(node, "line", 0));
    dn_cli_say(&cli->output, strcmp(status, "native") == 0 ? DN_STYLE_WAIT : DN_STYLE_DIM,
               strcmp(status, "hardened") == 0 || strcmp(status, "guarded") == 0 ? "in part"
                                                                                 : status);
    fputs(": ", out);
    dn_cli_put(out, reason, 4);
    fputs("\n  ", out);
    dn_cli_put(out, dunlin_node_text(node, "statement"), 2);
    putc('\n', out);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *files = dunlin_node_get(root, "files");
    const dunlin_node *node = dunlin_node_first(files);

    for (; node; node = dunlin_node_next(node))
        show_diff(cli, dunlin_node_text(node, "diff"));
    for (node = dunlin_node_first(files); node; node = dunlin_node_next(node)) {
        const dunlin_node *one = dunlin_node_first(dunlin_node_get(node, "statements"));

        for (; one; one = dunlin_node_next(one))
            show_statement(cli, one, dunlin_node_text(node, "file"));
    }
    for (node = dunlin_node_first(dunlin_node_get(root, "skipped")); node;
         node = dunlin_node_next(node)) {
        dn_cli_put(cli->output.out, dunlin_node_text(node, "tag"), 0);
        fputs(": left alone: ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(node, "reason"), 0);
        putc('\n', cli->output.out);
    }
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

int
dn_cmd_harden(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_harden_options options = {
        .size = sizeof options,
        .file = arguments->words.count ? arguments->words.items[0] : NULL,
        .pending = arguments->pending,
        .write = arguments->write,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_harden(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
