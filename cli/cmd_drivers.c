/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cli/format.h"
#include "cli/show.h"

static void
show_joined(dn_cli *cli, const char *label, const dunlin_node *texts)
{
    char *joined = dunlin_node_first(texts) ? dn_cli_join(texts, ", ") : NULL;

    dn_cli_field(&cli->output, label, joined);
    free(joined);
}

static void
show_driver(dn_cli *cli, const dunlin_node *driver)
{
    dn_output *output = &cli->output;
    const char *version = dunlin_node_text(driver, "version");
    const char *description = dunlin_node_text(driver, "description");

    dn_cli_say(output, DN_STYLE_BOLD, dunlin_node_text(driver, "name"));
    if (version) {
        putc(' ', output->out);
        dn_cli_put(output->out, version, 0);
    }
    if (description) {
        fputs(": ", output->out);
        dn_cli_put(output->out, description, 4);
    }
    putc('\n', output->out);
    dn_cli_field(output, "  dialect     ", dunlin_node_text(driver, "dialect"));
    dn_cli_field(output, "  library     ", dunlin_node_text(driver, "library"));
    dn_cli_field(output, "  path        ", dunlin_node_text(driver, "path"));
    dn_cli_field(output, "  found in    ", dunlin_node_text(driver, "source"));
    show_joined(cli, "  schemes     ", dunlin_node_get(driver, "schemes"));
    show_joined(cli, "  capabilities", dunlin_node_get(driver, "capabilities"));
    dn_cli_field(output, "  lock        ", dunlin_node_text(driver, "lock"));
}

static void
show_refused(dn_cli *cli, const dunlin_node *refused)
{
    FILE *out = cli->output.out;

    dn_cli_say(&cli->output, DN_STYLE_BAD, "refused ");
    dn_cli_put(out, dunlin_node_text(refused, "name"), 0);
    fputs(": ", out);
    dn_cli_put(out, dunlin_node_text(refused, "reason"), 4);
    putc('\n', out);
    dn_cli_field(&cli->output, "  path        ", dunlin_node_text(refused, "path"));
}

static void
show_place(dn_cli *cli, const dunlin_node *place)
{
    const char *source = dunlin_node_text(place, "source");
    const char *ignored = dunlin_node_text(place, "ignored");

    fputs("  ", cli->output.out);
    dn_cli_put(cli->output.out, dunlin_node_text(place, "path"), 4);
    fprintf(cli->output.out, " (%s%s", source ? source : "?",
            dunlin_node_boolean(place, "exists") ? "" : ", absent");
    if (ignored) {
        fputs(", ignored: ", cli->output.out);
        dn_cli_put(cli->output.out, ignored, 4);
    }
    fputs(")\n", cli->output.out);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *node = dunlin_node_first(dunlin_node_get(root, "drivers"));

    if (!node)
        fputs("no drivers found\n", cli->output.out);
    for (; node; node = dunlin_node_next(node))
        show_driver(cli, node);
    node = dunlin_node_first(dunlin_node_get(root, "refused"));
    for (; node; node = dunlin_node_next(node))
        show_refused(cli, node);
    node = dunlin_node_first(dunlin_node_get(root, "places"));
    if (node)
        fputs("places searched\n", cli->output.out);
    for (; node; node = dunlin_node_next(node))
        show_place(cli, node);
}

int
dn_cmd_drivers(dn_cli *cli)
{
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_drivers(&cli->options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
