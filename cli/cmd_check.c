/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

/* What is the same for the next one is told behind that. */
static const char *
last_of_its_kind(const dunlin_node *node, const char *member)
{
    const char *text = dunlin_node_text(node, member);
    const dunlin_node *next = dunlin_node_next(node);
    const char *other = next ? dunlin_node_text(next, member) : NULL;

    return text && other && strcmp(text, other) == 0 ? NULL : text;
}

static void
show_obstacle(dn_cli *cli, const dunlin_node *node)
{
    FILE *out = cli->output.out;
    const char *way = last_of_its_kind(node, "way_out");

    dn_cli_put(out, dunlin_node_text(node, "file"), 0);
    fprintf(out, ":%lld:%lld: ", (long long)dunlin_node_integer(node, "line", 0),
            (long long)dunlin_node_integer(node, "column", 0));
    dn_cli_say(&cli->output, DN_STYLE_BAD, dunlin_node_text(node, "driver"));
    fputs(": ", out);
    dn_cli_put(out, dunlin_node_text(node, "reason"), 0);
    fputs("\n  ", out);
    dn_cli_put(out, dunlin_node_text(node, "statement"), 0);
    if (way) {
        fputs("\n  way out: ", out);
        dn_cli_put(out, way, 0);
    }
    putc('\n', out);
}

static void
show_loss(dn_cli *cli, const dunlin_node *node, const char *driver)
{
    FILE *out = cli->output.out;
    int64_t count = dunlin_node_integer(node, "count", 1);

    dn_cli_put(out, dunlin_node_text(node, "first"), 0);
    if (count > 1)
        fprintf(out, ", and %lld more", (long long)(count - 1));
    fprintf(out, ": %s, lost: ", driver);
    dn_cli_put(out, dunlin_node_text(node, "what"), 0);
    putc('\n', out);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *drivers = dunlin_node_get(root, "drivers");

    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    for (const dunlin_node *driver = dunlin_node_first(drivers); driver;
         driver = dunlin_node_next(driver)) {
        const char *name = dunlin_node_text(driver, "driver");
        const dunlin_node *node = dunlin_node_first(dunlin_node_get(driver, "obstacles"));

        for (; node; node = dunlin_node_next(node))
            show_obstacle(cli, node);
        node = dunlin_node_first(dunlin_node_get(driver, "losses"));
        for (; node; node = dunlin_node_next(node))
            show_loss(cli, node, name);
    }
    for (const dunlin_node *driver = dunlin_node_first(drivers); driver;
         driver = dunlin_node_next(driver))
        dn_cli_show_sentence(cli,
                             dunlin_node_boolean(driver, "portable") ? DN_STYLE_GOOD : DN_STYLE_BAD,
                             dunlin_node_text(driver, "summary"));
}

/* --- everything ------------------------------------------------------------------------------------ */

static const char *
sign_of(const char *outcome, dn_style *style)
{
    *style = DN_STYLE_WAIT;
    if (strcmp(outcome, "agrees") == 0) {
        *style = DN_STYLE_GOOD;
        return "ok          ";
    }
    if (strcmp(outcome, "pending") == 0)
        return "pending     ";
    if (strcmp(outcome, "unverified") == 0)
        return "not verified";
    *style = DN_STYLE_BAD;
    return "DISAGREES   ";
}

/* A text of several lines, each marked as one to add. */
static void
show_lines(FILE *out, const char *mark, const char *text)
{
    while (text) {
        const char *end = strchr(text, '\n');
        char *line = strndup(text, end ? (size_t)(end - text) : strlen(text));

        fputs(mark, out);
        dn_cli_put(out, line ? line : "(no memory)", 0);
        putc('\n', out);
        free(line);
        text = end ? end + 1 : NULL;
    }
}

static void
show_place(FILE *out, const dunlin_node *problem, const char *member)
{
    int64_t number = dunlin_node_integer(problem, member, 0);

    fputs("                  ", out);
    dn_cli_put(out, dunlin_node_text(problem, "file"), 0);
    if (number)
        fprintf(out, ":%lld:\n", (long long)number);
    else
        fputs(", at its end:\n", out);
}

/* Where lines are missing in the definition, which, and what they need imported. */
static void
show_additions(FILE *out, const dunlin_node *problem)
{
    const dunlin_node *line = dunlin_node_first(dunlin_node_get(problem, "lines"));
    const char *imports = dunlin_node_text(problem, "imports");
    const char *mark =
        dunlin_node_boolean(problem, "replaces") ? "                  ~ " : "                  + ";

    if (!line)
        return;
    show_place(out, problem, "line");
    for (; line; line = dunlin_node_next(line))
        show_lines(out, mark, dunlin_node_own_text(line));
    if (imports) {
        show_place(out, problem, "imports_line");
        show_lines(out, "                  + ", imports);
    }
}

static void
show_problem(dn_cli *cli, const dunlin_node *problem)
{
    FILE *out = cli->output.out;
    const char *mend = last_of_its_kind(problem, "mend");
    const char *object = dunlin_node_text(problem, "object");
    const char *message = dunlin_node_text(problem, "message");

    fputs("                ", out);
    /* "schema.sql" where the message begins with "schema.sql:20: " is said already. */
    if (object && message &&
        !(strncmp(message, object, strlen(object)) == 0 && message[strlen(object)] == ':')) {
        dn_cli_put(out, object, 0);
        fputs(": ", out);
    }
    dn_cli_put(out, message, 18);
    putc('\n', out);
    show_additions(out, problem);
    if (mend) {
        fputs("                  to mend: ", out);
        dn_cli_put(out, mend, 0);
        putc('\n', out);
    }
}

static void
show_check(dn_cli *cli, const dunlin_node *check)
{
    FILE *out = cli->output.out;
    const char *driver = dunlin_node_text(check, "driver");
    const char *note = dunlin_node_text(check, "note");
    const char *mend = dunlin_node_text(check, "mend");
    const dunlin_node *problem = dunlin_node_first(dunlin_node_get(check, "problems"));
    dn_style style;
    const char *sign = sign_of(dunlin_node_text(check, "outcome"), &style);

    dn_cli_say(&cli->output, style, sign);
    fprintf(out, "  %s", dunlin_node_text(check, "check"));
    if (driver)
        fprintf(out, " (%s)", driver);
    fputs(": ", out);
    dn_cli_put(out, dunlin_node_text(check, "summary"), 0);
    putc('\n', out);
    for (; problem; problem = dunlin_node_next(problem))
        show_problem(cli, problem);
    if (note) {
        fputs("              note: ", out);
        dn_cli_put(out, note, 0);
        putc('\n', out);
    }
    if (mend) {
        fputs("              to mend: ", out);
        dn_cli_put(out, mend, 0);
        putc('\n', out);
    }
}

void
dn_cli_show_checks(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *check = dunlin_node_first(dunlin_node_get(root, "checks"));
    dn_style style = dunlin_node_boolean(root, "agrees") ? DN_STYLE_GOOD : DN_STYLE_BAD;

    if (dunlin_node_get(root, "target"))
        dn_cli_show_target(cli, root);
    for (; check; check = dunlin_node_next(check))
        show_check(cli, check);
    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    dn_cli_show_sentence(cli, style, dunlin_node_text(root, "summary"));
}

static int
check_all(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_check_options options = {
        .size = sizeof options,
        .drivers = arguments->drivers.items,
        .driver_count = arguments->drivers.count,
        .shadow = arguments->shadow ? 1 : 0,
        .complete = arguments->complete ? 1 : 0,
        .shadow_url = arguments->shadow_url,
        .definition_command = arguments->definition_command,
        .environment = arguments->environment ? 1 : 0,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_check(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, dn_cli_show_checks, NULL);
}

static int
check_portability(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_portability_options options = {
        .size = sizeof options,
        .drivers = arguments->drivers.items,
        .driver_count = arguments->drivers.count,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_check_portability(&cli->options, &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show, NULL);
}

int
dn_cmd_check(dn_cli *cli)
{
    return cli->arguments->portability ? check_portability(cli) : check_all(cli);
}
