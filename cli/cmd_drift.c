/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/difference.h"
#include "cli/format.h"
#include "cli/show.h"

/* --- differences ------------------------------------------------------------------------------- */

/* Who is to be put right, and how it looks from there. */
static const struct {
    const char *stale;
    const char *in;
    const char *title;
} groups[] = {
    {"database", "database", "changed in the database by hand"},
    {"tracker", "database", "made by a migration that is not recorded"},
    {"journal", "database", "in no migration"},
    {"journal", "definition", "in the schema definition alone"},
    {"definition", "definition", "stale in the schema definition"},
};

/* Where another migration has something to do with it, which, and what. */
static void
show_migrations(dn_cli *cli, const dunlin_node *one)
{
    FILE *out = cli->output.out;
    const char *tag = dunlin_node_text(one, "made_by");
    const char *unrecorded = dunlin_node_text(one, "unrecorded");
    bool made = strcmp(dunlin_node_text(one, "stale"), "tracker") == 0;

    if (unrecorded && made)
        tag = unrecorded;
    if (tag) {
        fputs("  made by ", out);
        dn_cli_put(out, tag, 8);
    }
    if (unrecorded && !made) {
        fputs("  (", out);
        dn_cli_put(out, unrecorded, 8);
        fputs(", which is not recorded, makes it otherwise)", out);
    }
}

static void
show_difference(dn_cli *cli, const dunlin_node *one)
{
    FILE *out = cli->output.out;
    const char *definition = dunlin_node_text(one, "definition");

    fputs("    ", out);
    dn_cli_put_sign(cli, dunlin_node_text(one, "change"));
    dn_cli_put_key(cli, one, 0);
    dn_cli_put_members(cli, one, 8);
    show_migrations(cli, one);
    if (definition && strcmp(definition, "otherwise") == 0 &&
        strcmp(dunlin_node_text(one, "in"), "database") == 0)
        fputs("  (the schema definition says something else again)", out);
    putc('\n', out);
}

static void
show_group(dn_cli *cli, const dunlin_node *list, size_t group)
{
    const dunlin_node *one = dunlin_node_first(list);
    const char *mend = NULL;

    for (; one; one = dunlin_node_next(one)) {
        if (strcmp(dunlin_node_text(one, "stale"), groups[group].stale) != 0 ||
            strcmp(dunlin_node_text(one, "in"), groups[group].in) != 0)
            continue;
        if (!mend) {
            dn_cli_say(&cli->output, DN_STYLE_BAD, groups[group].title);
            putc('\n', cli->output.out);
        }
        mend = dunlin_node_text(one, "mend");
        show_difference(cli, one);
    }
    if (mend) {
        fputs("    ", cli->output.out);
        dn_cli_put(cli->output.out, mend, 4);
        putc('\n', cli->output.out);
    }
}

/* --- the rest ---------------------------------------------------------------------------------- */

static void
show_known(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *known = dunlin_node_get(root, "known");
    const char *compared = dunlin_node_text(root, "compared");
    const char *action = dunlin_node_text(known, "action");
    bool accepted = action && strcmp(action, "accept") == 0;

    if (strcmp(compared, "shadow") == 0 || strcmp(compared, "cache") == 0) {
        fprintf(cli->output.out, "compared with what the migrations make, %s\n",
                *compared == 's' ? "replayed" : "as earlier replays found");
    } else if (action) {
        fprintf(cli->output.out, "compared with what was %s at %s by %s",
                accepted ? "accepted" : "left", dunlin_node_text(known, "at"),
                dunlin_node_text(known, "who"));
        if (accepted && dunlin_node_text(known, "why")) {
            fputs(": ", cli->output.out);
            dn_cli_put(cli->output.out, dunlin_node_text(known, "why"), 4);
        }
        putc('\n', cli->output.out);
    }
}

static void
show_note(dn_cli *cli, const char *label, const char *text)
{
    if (!text)
        return;
    fprintf(cli->output.out, "note: %s", label);
    dn_cli_put(cli->output.out, text, 6);
    putc('\n', cli->output.out);
}

static void
show_candidates(dn_cli *cli, const dunlin_node *list)
{
    FILE *out = cli->output.out;
    const char *mend = NULL;

    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one)) {
        const dunlin_node *from = dunlin_node_get(one, "from");
        const dunlin_node *to = dunlin_node_get(one, "to");
        size_t count = dunlin_node_count(to);

        fprintf(out, "perhaps renamed: %s ", dunlin_node_text(one, "kind"));
        dn_cli_put_path(cli, from, 0, count);
        fputs(" to ", out);
        dn_cli_put_path(cli, to, count - 1, count);
        putc('\n', out);
        mend = dunlin_node_text(one, "mend");
    }
    if (mend) {
        fputs("    ", out);
        dn_cli_put(out, mend, 4);
        putc('\n', out);
    }
}

static void
show_unreadable(dn_cli *cli, const dunlin_node *list)
{
    const dunlin_node *one = dunlin_node_first(list);

    for (; one; one = dunlin_node_next(one)) {
        dn_cli_say(&cli->output, DN_STYLE_WAIT, "not seen ");
        dn_cli_put(cli->output.out, dunlin_node_text(one, "object"), 4);
        fputs(": ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(one, "why"), 4);
        putc('\n', cli->output.out);
    }
}

/* What is wrong with journal and tracker themselves. */
static void
show_findings(dn_cli *cli, const dunlin_node *list)
{
    const dunlin_node *one = dunlin_node_first(list);

    for (; one; one = dunlin_node_next(one)) {
        if (strcmp(dunlin_node_text(one, "id"), "drift.to-record") == 0)
            show_note(cli, "", dunlin_node_text(one, "message"));
        if (strcmp(dunlin_node_text(one, "severity"), "error") != 0)
            continue;
        dn_cli_say(&cli->output, DN_STYLE_BAD, "error: ");
        dn_cli_put(cli->output.out, dunlin_node_text(one, "message"), 4);
        fputs(" ('dunlin doctor' tells more)\n", cli->output.out);
    }
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *differences = dunlin_node_get(root, "differences");
    const dunlin_node *definition = dunlin_node_get(root, "definition");

    dn_cli_show_target(cli, root);
    show_known(cli, root);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        show_group(cli, differences, i);
    show_candidates(cli, dunlin_node_get(root, "rename_candidates"));
    dn_cli_show_texts(cli, "legacy  ", dunlin_node_get(root, "legacy"));
    show_unreadable(cli, dunlin_node_get(root, "unreadable"));
    show_note(cli, "", dunlin_node_text(root, "note"));
    show_note(cli, "the schema definition was not compared: ", dunlin_node_text(definition, "why"));
    if (dunlin_node_text(root, "fix")) {
        fputs("written ", cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(root, "fix"), 8);
        putc('\n', cli->output.out);
    }
    show_note(cli, "nothing was written: ", dunlin_node_text(root, "not_written"));
    show_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_sentence(cli, dunlin_node_boolean(root, "drift") ? DN_STYLE_BAD : DN_STYLE_GOOD,
                         dunlin_node_text(root, "summary"));
}

int
dn_cmd_drift(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_drift_options options = {
        .size = sizeof options,
        .replay = arguments->replay ? 1 : 0,
        .shadow = arguments->shadow ? 1 : 0,
        .shadow_url = arguments->shadow_url,
        .accept = arguments->accept ? 1 : 0,
        .revert = arguments->revert ? 1 : 0,
        .why = arguments->why,
        .fix = arguments->fix,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_drift(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}
