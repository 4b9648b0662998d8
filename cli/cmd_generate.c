/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

/* As it stands on the command line; the namespace where there is one. */
static void
put_path(FILE *out, const dunlin_node *path, size_t from)
{
    const dunlin_node *part = dunlin_node_first(path);

    for (size_t i = 0; part; i++, part = dunlin_node_next(part)) {
        if (i < from)
            continue;
        if (i > from)
            putc('.', out);
        dn_cli_put(out, dunlin_node_own_text(part), 0);
    }
}

/* Not part of the result, which is a path or a migration. */
static void
show_candidates(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *list = dunlin_node_get(root, "rename_candidates");
    FILE *err = cli->output.err;

    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one)) {
        const dunlin_node *to = dunlin_node_get(one, "to");
        const dunlin_node *from = dunlin_node_get(one, "from");
        const char *first = dunlin_node_own_text(dunlin_node_first(from));
        /* A portable definition has no namespaces that its author wrote. */
        bool unwritten = dunlin_node_boolean(root, "portable") && dunlin_node_count(from) > 1 &&
                         first && strcmp(first, "public") == 0;

        fputs("perhaps renamed: --rename ", err);
        put_path(err, from, unwritten ? 1 : 0);
        putc('=', err);
        put_path(err, to, dunlin_node_count(to) - 1);
        putc('\n', err);
    }
}

static void
put_tried(dn_cli *cli, const dunlin_node *one)
{
    static const struct {
        const char *place, *words;
    } places[] = {{"memory", "in memory"},
                  {"database", "in a throw-away database"},
                  {"given", "in the database of --shadow-url"}};
    const char *place = dunlin_node_text(one, "place");
    FILE *err = cli->output.err;

    fputs(place ? "tried on " : "not tried on ", err);
    dn_cli_put(err, dunlin_node_text(one, "driver"), 0);
    for (size_t i = 0; place && i < sizeof places / sizeof places[0]; i++)
        if (strcmp(places[i].place, place) == 0)
            fprintf(err, ", %s", places[i].words);
    if (!place) {
        fputs(": ", err);
        dn_cli_put(err, dunlin_node_text(one, "why"), 0);
    }
    putc('\n', err);
}

/* Of a migration for several kinds of database: where it was proved. */
static void
show_tried(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *list = dunlin_node_get(root, "tried");

    if (cli->output.quiet || dunlin_node_count(list) < 2)
        return;
    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one))
        put_tried(cli, one);
}

/* The path alone, so that an editor can be given it. */
static void
show(dn_cli *cli, const dunlin_node *root)
{
    const char *path = dunlin_node_text(root, "path");
    const char *text = dunlin_node_text(root, "text");

    show_candidates(cli, root);
    show_tried(cli, root);
    if (path)
        dn_cli_show_sentence(cli, DN_STYLE_PLAIN, path);
    else if (text)
        fputs(text, cli->output.out);
    else
        dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

int
dn_cmd_generate(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_generate_options options = {
        .size = sizeof options,
        .definition = arguments->definition,
        .renames = arguments->renames.items,
        .rename_count = arguments->renames.count,
        .dry_run = arguments->dry_run ? 1 : 0,
        .plain = arguments->plain ? 1 : 0,
        .drop_legacy = arguments->drop_legacy ? 1 : 0,
        .shadow = arguments->shadow ? 1 : 0,
        .shadow_url = arguments->shadow_url,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    char *name = dn_cli_join_words(&arguments->words);
    int outcome;
    int code;

    if (name)
        outcome = dunlin_generate(&cli->options, name, &options, &result, &error);
    else
        outcome = dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
    code = dn_cli_finish(cli, outcome, result, &error, show, NULL);
    free(name);
    return code;
}
