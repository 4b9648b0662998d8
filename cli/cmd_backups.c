/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static const dn_column columns[] = {
    {"NAME", DN_FIT_CUT}, {"TAKEN", DN_FIT_WHOLE}, {"SIZE", DN_FIT_RIGHT}, {NULL, DN_FIT_WHOLE}};

static void
show_list(dn_cli *cli, const dunlin_node *backups)
{
    dn_listing listing;
    char taken[DN_FORMAT_SIZE];
    char size[DN_FORMAT_SIZE];

    dn_cli_listing_begin(&listing, &cli->output, columns);
    for (const dunlin_node *node = dunlin_node_first(backups); node;
         node = dunlin_node_next(node)) {
        dn_cli_format_time(dunlin_node_text(node, "taken_at"), taken);
        dn_cli_format_bytes(dunlin_node_integer(node, "bytes", 0), size);
        dn_cli_listing_line(&listing);
        dn_cli_listing_cell(&listing, 0, dunlin_node_text(node, "name"), DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 1, taken, DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 2, size, DN_STYLE_PLAIN);
    }
    dn_cli_listing_end(&listing);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *backups = dunlin_node_get(root, "backups");

    dn_cli_show_target(cli, root);
    dn_cli_field(&cli->output, "folder", dunlin_node_text(root, "folder"));
    if (dunlin_node_first(backups))
        show_list(cli, backups);
    else
        fputs("no backups\n", cli->output.out);
}

int
dn_cmd_backups(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_backups(&cli->options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
