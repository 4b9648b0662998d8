/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

enum { COLUMN_TAG, COLUMN_STATE, COLUMN_WHEN, COLUMN_DURATION, COLUMN_FINDING };
static const dn_column wide_columns[] = {{"TAG", DN_FIT_CUT},       {"STATE", DN_FIT_WHOLE},
                                         {"WHEN", DN_FIT_WHOLE},    {"DURATION", DN_FIT_RIGHT},
                                         {"FINDING", DN_FIT_WHOLE}, {NULL, DN_FIT_WHOLE}};
/* Findings go below their migrations. */
static const dn_column narrow_columns[] = {{"TAG", DN_FIT_CUT},
                                           {"STATE", DN_FIT_WHOLE},
                                           {"WHEN", DN_FIT_WHOLE},
                                           {"DURATION", DN_FIT_RIGHT},
                                           {NULL, DN_FIT_WHOLE}};
/* WHEN, DURATION, the longest state and the spaces between the columns. */
enum { FIXED_WIDTH = 19 + 8 + 18 + 4 };

static bool
is_verdict(const dunlin_node *migration, const char *verdict)
{
    const char *own = dunlin_node_text(migration, "verdict");

    return own && strcmp(own, verdict) == 0;
}

static dn_style
style_of(const dunlin_node *migration)
{
    if (is_verdict(migration, "applied"))
        return DN_STYLE_GOOD;
    return is_verdict(migration, "pending") ? DN_STYLE_WAIT : DN_STYLE_BAD;
}

static void
add_line(dn_listing *listing, const dunlin_node *migration, bool wide)
{
    const dunlin_node *findings = dunlin_node_get(migration, "findings");
    char *finding = dunlin_node_first(findings) ? dn_cli_join(findings, "; ") : NULL;
    int64_t duration_us = dunlin_node_integer(migration, "duration_us", -1);
    char when[DN_FORMAT_SIZE];
    char duration[DN_FORMAT_SIZE] = "";

    dn_cli_format_time(dunlin_node_text(migration, "applied_at"), when);
    if (duration_us >= 0)
        dn_cli_format_duration(duration_us, duration);
    dn_cli_listing_line(listing);
    dn_cli_listing_cell(listing, COLUMN_TAG, dunlin_node_text(migration, "tag"), DN_STYLE_PLAIN);
    dn_cli_listing_cell(listing, COLUMN_STATE, dunlin_node_text(migration, "verdict"),
                        style_of(migration));
    dn_cli_listing_cell(listing, COLUMN_WHEN, when, DN_STYLE_PLAIN);
    dn_cli_listing_cell(listing, COLUMN_DURATION, duration, DN_STYLE_PLAIN);
    if (wide)
        dn_cli_listing_cell(listing, COLUMN_FINDING, finding, DN_STYLE_PLAIN);
    else
        dn_cli_listing_note(listing, finding);
    free(finding);
}

static bool
is_wanted(dn_cli *cli, const dunlin_node *migration)
{
    return !cli->arguments->pending || !is_verdict(migration, "applied");
}

/* The first migration to list. */
static const dunlin_node *
first_wanted(dn_cli *cli, const dunlin_node *migrations)
{
    const dunlin_node *node = dunlin_node_first(migrations);
    int64_t skip = 0;

    for (const dunlin_node *one = node; one; one = dunlin_node_next(one))
        skip += is_wanted(cli, one);
    skip = cli->arguments->last > 0 ? skip - cli->arguments->last : 0;
    for (; node; node = dunlin_node_next(node))
        if (is_wanted(cli, node) && skip-- <= 0)
            break;
    return node;
}

/* Whether tags and findings fit beside each other; by bytes, which errs towards "no". */
static bool
fits(dn_cli *cli, const dunlin_node *first)
{
    size_t tag = 0;
    size_t finding = strlen("FINDING");

    if (!cli->output.terminal_out)
        return true;
    for (const dunlin_node *node = first; node; node = dunlin_node_next(node)) {
        const char *text = dunlin_node_text(node, "tag");
        const dunlin_node *one = dunlin_node_first(dunlin_node_get(node, "findings"));
        size_t length = 0;

        for (; one; one = dunlin_node_next(one))
            length +=
                strlen("; ") + strlen(dunlin_node_own_text(one) ? dunlin_node_own_text(one) : "");
        finding = length > finding ? length : finding;
        if (text && strlen(text) > tag)
            tag = strlen(text);
    }
    return FIXED_WIDTH + tag + finding <= dn_cli_width(cli->output.out);
}

static void
show_migrations(dn_cli *cli, const dunlin_node *migrations)
{
    const dunlin_node *node = first_wanted(cli, migrations);
    bool wide = fits(cli, node);
    dn_listing listing;

    if (!node)
        return;
    dn_cli_listing_begin(&listing, &cli->output, wide ? wide_columns : narrow_columns);
    for (; node; node = dunlin_node_next(node))
        if (is_wanted(cli, node))
            add_line(&listing, node, wide);
    dn_cli_listing_end(&listing);
    putc('\n', cli->output.out);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *agreement = dunlin_node_get(root, "agreement");
    dn_style style = DN_STYLE_BAD;

    if (dunlin_node_boolean(agreement, "agrees"))
        style = dunlin_node_integer(agreement, "pending", 0) > 0 ? DN_STYLE_WAIT : DN_STYLE_GOOD;
    dn_cli_show_target(cli, root);
    show_migrations(cli, dunlin_node_get(root, "migrations"));
    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_sentence(cli, style, dunlin_node_text(agreement, "summary"));
    dn_cli_show_mend(cli, root);
}

int
dn_cmd_status(dn_cli *cli)
{
    dunlin_status_options status = {sizeof(status), cli->arguments->check > 0, 0};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_status(&cli->options, &status, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
