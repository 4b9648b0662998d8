/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

/* --- lists with commas ------------------------------------------------------------------------------- */

/* Does a URL begin here? Commas also stand between the hosts of one. */
static bool
begins_url(const char *text)
{
    size_t length = 0;

    while (isalnum((unsigned char)text[length]) || (text[length] && strchr("_+.-", text[length])))
        length++;
    return length > 0 && text[length] == ':' && !isdigit((unsigned char)text[length + 1]);
}

/* Cuts the words at their commas, in place where they are copies; false: no memory. */
static bool
cut(const dn_words *words, bool urls, dn_words *parts)
{
    for (size_t i = 0; i < words->count; i++) {
        char *rest = strdup(words->items[i]);

        while (rest) {
            const char **items = realloc(parts->items, (parts->count + 1) * sizeof(*items));
            char *comma = strchr(rest, ',');

            if (!items)
                return false;
            parts->items = items;
            while (comma && urls && !begins_url(comma + 1))
                comma = strchr(comma + 1, ',');
            parts->items[parts->count++] = rest;
            if (!comma)
                break;
            *comma = '\0';
            rest = strdup(comma + 1);
        }
        if (!rest)
            return false;
    }
    return true;
}

static void
free_parts(dn_words *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        free((void *)(uintptr_t)parts->items[i]);
    free(parts->items);
}

/* --- what is printed ------------------------------------------------------------------------------------ */

static void
show_targets(dn_cli *cli, const dunlin_node *targets)
{
    const char *label = "reference  ";

    for (const dunlin_node *node = dunlin_node_first(targets); node;
         node = dunlin_node_next(node)) {
        fputs(label, cli->output.out);
        dn_cli_say(&cli->output, DN_STYLE_BOLD, dunlin_node_text(node, "name"));
        fputs(", ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(node, "url"), 0);
        fputs(", ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(node, "server"), 0);
        putc('\n', cli->output.out);
        label = "compared   ";
    }
}

static void
show_object(dn_cli *cli, const dunlin_node *object)
{
    FILE *out = cli->output.out;
    const dunlin_node *node = dunlin_node_first(dunlin_node_get(object, "differences"));

    dn_cli_put(out, dunlin_node_text(object, "object"), 0);
    putc('\n', out);
    for (; node; node = dunlin_node_next(node)) {
        bool warning = strcmp(dunlin_node_text(node, "severity"), "warning") == 0;
        const char *migration = dunlin_node_text(node, "migration");

        fputs("  ", out);
        dn_cli_say(&cli->output, warning ? DN_STYLE_WAIT : DN_STYLE_BAD,
                   warning ? "warning" : "differs");
        fputs(": ", out);
        dn_cli_put(out, dunlin_node_text(node, "message"), 4);
        if (migration) {
            fputs(" [", out);
            dn_cli_put(out, migration, 0);
            putc(']', out);
        }
        putc('\n', out);
    }
}

static void
show_comparison(dn_cli *cli, const dunlin_node *node)
{
    const dunlin_node *objects = dunlin_node_get(node, "objects");
    const dunlin_node *migrations = dunlin_node_get(node, "migrations");

    putc('\n', cli->output.out);
    for (const dunlin_node *one = dunlin_node_first(objects); one; one = dunlin_node_next(one))
        show_object(cli, one);
    for (const dunlin_node *one = dunlin_node_first(migrations); one; one = dunlin_node_next(one)) {
        fputs("migration '", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(one, "tag"), 0);
        fputs("' is applied to ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(one, "applied"), 0);
        fputs(", not to ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(one, "missing"), 0);
        putc('\n', cli->output.out);
    }
    dn_cli_show_sentence(cli, dunlin_node_boolean(node, "equal") ? DN_STYLE_GOOD : DN_STYLE_BAD,
                         dunlin_node_text(node, "summary"));
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *node = dunlin_node_first(dunlin_node_get(root, "comparisons"));

    show_targets(cli, dunlin_node_get(root, "targets"));
    for (; node; node = dunlin_node_next(node))
        show_comparison(cli, node);
}

int
dn_cmd_parity(dn_cli *cli)
{
    dn_words targets = {NULL, 0};
    dn_words urls = {NULL, 0};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome;

    if (cut(&cli->arguments->targets, false, &targets) && cut(&cli->arguments->urls, true, &urls)) {
        const dunlin_parity_options options = {
            .size = sizeof options,
            .targets = targets.items,
            .target_count = targets.count,
            .urls = urls.items,
            .url_count = urls.count,
        };

        outcome = dunlin_parity(&cli->options, &options, &result, &error);
    } else {
        outcome = dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
    }
    free_parts(&targets);
    free_parts(&urls);
    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
