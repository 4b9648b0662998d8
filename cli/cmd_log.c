/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/show.h"

static const dn_column columns[] = {
    {"WHEN", DN_FIT_WHOLE}, {"WHO", DN_FIT_CUT}, {"ACTION", DN_FIT_WHOLE}, {"STEP", DN_FIT_WHOLE},
    {"TAGS", DN_FIT_CUT},   {"WHY", DN_FIT_CUT}, {NULL, DN_FIT_WHOLE}};

/* "a", "a and b", "a to d (4)": those of one step stand together. */
static void
format_tags(const dunlin_node *tags, char *text, size_t size)
{
    const dunlin_node *first = dunlin_node_first(tags);
    const dunlin_node *last = first;
    size_t count = (size_t)dunlin_node_count(tags);

    text[0] = '\0';
    if (!first)
        return;
    while (dunlin_node_next(last))
        last = dunlin_node_next(last);
    if (count == 1)
        snprintf(text, size, "%s", dunlin_node_own_text(first));
    else if (count == 2)
        snprintf(text, size, "%s and %s", dunlin_node_own_text(first), dunlin_node_own_text(last));
    else
        snprintf(text, size, "%s to %s (%zu)", dunlin_node_own_text(first),
                 dunlin_node_own_text(last), count);
}

static void
show_entries(dn_cli *cli, const dunlin_node *entries)
{
    dn_listing listing;
    char at[DN_FORMAT_SIZE];
    char tags[512];

    dn_cli_listing_begin(&listing, &cli->output, columns);
    for (const dunlin_node *node = dunlin_node_first(entries); node;
         node = dunlin_node_next(node)) {
        dn_cli_format_time(dunlin_node_text(node, "at"), at);
        format_tags(dunlin_node_get(node, "tags"), tags, sizeof tags);
        dn_cli_listing_line(&listing);
        dn_cli_listing_cell(&listing, 0, at, DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 1, dunlin_node_text(node, "who"), DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 2, dunlin_node_text(node, "action"), DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 3, dunlin_node_text(node, "step"), DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 4, tags, DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, 5, dunlin_node_text(node, "why"), DN_STYLE_PLAIN);
    }
    dn_cli_listing_end(&listing);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *entries = dunlin_node_get(root, "entries");

    dn_cli_show_target(cli, root);
    if (dunlin_node_first(entries))
        show_entries(cli, entries);
    else
        fputs("nobody decided anything: every record is of a migration that was run\n",
              cli->output.out);
}

int
dn_cmd_log(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_log(&cli->options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
