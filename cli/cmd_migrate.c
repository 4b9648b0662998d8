/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

/* How many tags an error lists before it counts the rest. */
enum { LISTED_TAGS = 10 };

/* --- the plan -------------------------------------------------------------------------------- */

static const char *
title_of_action(const char *action)
{
    static const char *const titles[][2] = {
        {"backup", "back up"}, {"create-tracker", "create the tracker"}, {"apply", "apply"}};

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (action && strcmp(action, titles[i][0]) == 0)
            return titles[i][1];
    return action ? action : "?";
}

/* Everything that is no SQL to be sent is a comment in it. */
static void
say_comment(FILE *out, const char *label, const char *text)
{
    while (text) {
        const char *end = strchr(text, '\n');
        char *line = end ? strndup(text, (size_t)(end - text)) : NULL;

        fprintf(out, "      -- %s", label);
        dn_cli_put(out, line ? line : text, 9);
        putc('\n', out);
        free(line);
        label = "  ";
        text = line ? end + 1 : NULL;
    }
}

static void
show_notes(FILE *out, const dunlin_node *item)
{
    const dunlin_node *note = dunlin_node_first(dunlin_node_get(item, "notes"));

    for (; note; note = dunlin_node_next(note))
        say_comment(out, "", dunlin_node_own_text(note));
}

static void
show_sent(FILE *out, const dunlin_node *item)
{
    const char *why = dunlin_node_text(item, "why");

    show_notes(out, item);
    if (why)
        say_comment(out, "", why);
    fputs("      ", out);
    dn_cli_put(out, dunlin_node_text(item, "text"), 6);
    fputs(";\n", out);
}

/* A statement of the file for which nothing is sent. */
static void
show_silent(FILE *out, const dunlin_node *item, const char *label)
{
    fprintf(out, "      -- line %lld %s: ", (long long)dunlin_node_integer(item, "line", 0), label);
    dn_cli_put(out, dunlin_node_text(item, "why"), 9);
    putc('\n', out);
    say_comment(out, "  ", dunlin_node_text(item, "text"));
    show_notes(out, item);
}

static void
show_check(FILE *out, const dunlin_node *item)
{
    say_comment(out, "asked: ", dunlin_node_text(item, "text"));
    say_comment(out, "  must give: ", dunlin_node_text(item, "expected"));
}

static void
show_item(dn_cli *cli, const dunlin_node *item, const char *tag)
{
    FILE *out = cli->output.out;
    const char *kind = dunlin_node_text(item, "kind");

    if (kind && strcmp(kind, "left-out") == 0) {
        show_silent(out, item, "is left out");
    } else if (kind && strcmp(kind, "done") == 0) {
        show_silent(out, item, "is done");
    } else if (kind && strcmp(kind, "unknown") == 0) {
        show_silent(out, item, "is open");
    } else if (kind && strcmp(kind, "check") == 0) {
        show_check(out, item);
    } else if (kind && strcmp(kind, "record") == 0) {
        fputs("      -- the row of ", out);
        dn_cli_put(out, tag, 9);
        fputs(" in ", out);
        dn_cli_put(out, dunlin_node_text(item, "text"), 9);
        putc('\n', out);
    } else {
        show_sent(out, item);
    }
}

static void
show_sql(dn_cli *cli, const dunlin_node *step)
{
    const dunlin_node *item = dunlin_node_first(dunlin_node_get(step, "sql"));

    for (; item; item = dunlin_node_next(item))
        show_item(cli, item, dunlin_node_text(step, "tag"));
}

static void
show_step(dn_cli *cli, const dunlin_node *step)
{
    FILE *out = cli->output.out;
    const char *tag = dunlin_node_text(step, "tag");
    const char *path = dunlin_node_text(step, "path");
    const char *why = dunlin_node_text(step, "why");
    int64_t statements = dunlin_node_integer(step, "statements", 0);

    fprintf(out, "  %s", title_of_action(dunlin_node_text(step, "action")));
    if (tag) {
        putc(' ', out);
        dn_cli_say(&cli->output, DN_STYLE_BOLD, tag);
        fprintf(out, " (%lld statement%s)", (long long)statements, statements == 1 ? "" : "s");
    } else if (path) {
        fputs(" to ", out);
        dn_cli_put(out, path, 4);
    }
    if (why) {
        fputs(": ", out);
        dn_cli_put(out, why, 4);
    }
    putc('\n', out);
    show_sql(cli, step);
}

static void
show_plan(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *step = dunlin_node_first(dunlin_node_get(root, "plan"));

    if (step)
        fputs("plan\n", cli->output.out);
    for (; step; step = dunlin_node_next(step))
        show_step(cli, step);
}

/* --- what was done --------------------------------------------------------------------------- */

static void
show_backup(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *backup = dunlin_node_get(root, "backup");
    const char *path = dunlin_node_text(backup, "path");
    const char *content = dunlin_node_text(backup, "content");
    bool schema = content && strcmp(content, "schema") == 0;
    char size[DN_FORMAT_SIZE];

    if (!content)
        return;
    fputs("backup  ", cli->output.out);
    if (!path) {
        fputs("made by the command of the target\n", cli->output.out);
        return;
    }
    dn_cli_format_bytes(dunlin_node_integer(backup, "bytes", 0), size);
    dn_cli_put(cli->output.out, path, 8);
    fprintf(cli->output.out, " (%s%s)\n", schema ? "schema and tracker, " : "", size);
}

static void
show_applied(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *applied = dunlin_node_first(dunlin_node_get(root, "applied"));
    char duration[DN_FORMAT_SIZE];

    for (; applied; applied = dunlin_node_next(applied)) {
        dn_cli_format_duration(dunlin_node_integer(applied, "duration_us", 0), duration);
        dn_cli_say(&cli->output, DN_STYLE_GOOD, "applied");
        putc(' ', cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_text(applied, "tag"), 8);
        fprintf(cli->output.out, " (%s)\n", duration);
    }
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    dn_cli_warn_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_target(cli, root);
    if (dunlin_node_boolean(root, "dry_run"))
        show_plan(cli, root);
    show_backup(cli, root);
    show_applied(cli, root);
    dn_cli_show_files(cli, dunlin_node_get(root, "files"), NULL);
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

/* --- what failed ----------------------------------------------------------------------------- */

/* The error itself says where; this shows what stands there. */
static void
explain_statement(dn_cli *cli, const dunlin_node *failed)
{
    FILE *err = cli->output.err;
    const char *sql = dunlin_node_text(failed, "sql");

    if (!sql)
        return;
    fputs("\n        ", err);
    dn_cli_put(err, sql, 8);
    fputs("\n\n", err);
}

static void
explain_remaining(dn_cli *cli, const dunlin_node *root, const char *failed_tag)
{
    FILE *err = cli->output.err;
    const dunlin_node *node = dunlin_node_first(dunlin_node_get(root, "remaining"));
    size_t listed = 0;
    size_t left = 0;

    for (; node; node = dunlin_node_next(node)) {
        const char *tag = dunlin_node_own_text(node);

        if (!tag || (failed_tag && strcmp(tag, failed_tag) == 0))
            continue;
        if (listed == LISTED_TAGS) {
            left++;
            continue;
        }
        fputs(listed++ == 0 ? "    not applied: " : ", ", err);
        dn_cli_put(err, tag, 4);
    }
    if (left > 0)
        fprintf(err, " and %zu more", left);
    if (listed > 0)
        putc('\n', err);
}

static void
explain(dn_cli *cli, const dunlin_node *root, const dunlin_error *error)
{
    const dunlin_node *failed = dunlin_node_get(root, "failed");
    const char *tag = dunlin_node_text(failed, "tag");
    int64_t applied = (int64_t)dunlin_node_count(dunlin_node_get(root, "applied"));

    explain_statement(cli, failed);
    if (tag && error->exit_code != DUNLIN_EXIT_PARTIAL) {
        fputs("    nothing kept of: ", cli->output.err);
        dn_cli_put(cli->output.err, tag, 4);
        putc('\n', cli->output.err);
    }
    if (tag)
        fprintf(cli->output.err, "    applied before: %lld migration%s\n", (long long)applied,
                applied == 1 ? "" : "s");
    explain_remaining(cli, root, tag);
}

int
dn_cmd_migrate(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    dunlin_migrate_options migrate = {.size = sizeof(migrate)};
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome;

    migrate.to = arguments->to;
    migrate.allow = arguments->allow.items;
    migrate.allow_count = arguments->allow.count;
    migrate.dry_run = arguments->dry_run > 0;
    migrate.single_transaction = arguments->single_transaction > 0;
    migrate.no_backup = arguments->no_backup > 0;
    migrate.allow_nonempty = arguments->allow_nonempty > 0;
    migrate.keep_different =
        arguments->if_different && strcmp(arguments->if_different, "keep") == 0;
    migrate.cancel = arguments->cancel > 0;
    migrate.shadow = arguments->shadow > 0;
    migrate.shadow_url = arguments->shadow_url;
    outcome = dunlin_migrate(&cli->options, &migrate, &result, &error);
    return dn_cli_finish(cli, outcome, result, &error, show, explain);
}
