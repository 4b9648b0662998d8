/* SPDX-License-Identifier: MIT */
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"

void
dn_cli_show_target(dn_cli *cli, const dunlin_node *root)
{
    static const char *const members[] = {"name", "url", "server"};
    const dunlin_node *target = dunlin_node_get(root, "target");
    const char *between = "target  ";

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const char *text = dunlin_node_text(target, members[i]);

        if (!text)
            continue;
        fputs(between, cli->output.out);
        dn_cli_say(&cli->output, i == 0 ? DN_STYLE_BOLD : DN_STYLE_PLAIN, text);
        between = ", ";
    }
    if (*between == ',')
        putc('\n', cli->output.out);
}

static dn_style
style_of_severity(const char *severity)
{
    if (strcmp(severity, "error") == 0)
        return DN_STYLE_BAD;
    return strcmp(severity, "warning") == 0 ? DN_STYLE_WAIT : DN_STYLE_DIM;
}

/* "warning: message [id]" */
static void
put_finding(const dunlin_node *finding, FILE *stream, bool color)
{
    const char *severity = dunlin_node_text(finding, "severity");
    const char *id = dunlin_node_text(finding, "id");

    severity = severity ? severity : "warning";
    dn_cli_put_styled(stream, color, style_of_severity(severity), severity);
    fputs(": ", stream);
    dn_cli_put(stream, dunlin_node_text(finding, "message"), 4);
    if (id)
        fprintf(stream, " [%s]", id);
    putc('\n', stream);
}

void
dn_cli_show_findings(dn_cli *cli, const dunlin_node *findings)
{
    const dunlin_node *finding = dunlin_node_first(findings);

    for (; finding; finding = dunlin_node_next(finding))
        put_finding(finding, cli->output.out, cli->output.color_out);
}

void
dn_cli_warn_findings(dn_cli *cli, const dunlin_node *findings)
{
    const dunlin_node *finding = dunlin_node_first(findings);

    for (; finding; finding = dunlin_node_next(finding)) {
        const char *severity = dunlin_node_text(finding, "severity");

        /* Errors are said by the error itself, notes by `status`. */
        if (severity && (strcmp(severity, "error") == 0 ||
                         (strcmp(severity, "note") == 0 && cli->output.verbose == 0)))
            continue;
        if (cli->output.quiet)
            continue;
        fputs("dunlin: ", cli->output.err);
        put_finding(finding, cli->output.err, cli->output.color_err);
    }
}

void
dn_cli_show_sentence(dn_cli *cli, dn_style style, const char *text)
{
    if (!text)
        return;
    dn_cli_say(&cli->output, style, text);
    putc('\n', cli->output.out);
}

void
dn_cli_show_mend(dn_cli *cli, const dunlin_node *node)
{
    const char *mend = dunlin_node_text(node, "mend");

    if (!mend)
        return;
    fputs("to mend: ", cli->output.out);
    dn_cli_put(cli->output.out, mend, 0);
    putc('\n', cli->output.out);
}

void
dn_cli_show_texts(dn_cli *cli, const char *label, const dunlin_node *texts)
{
    const dunlin_node *node = dunlin_node_first(texts);

    for (; node; node = dunlin_node_next(node))
        dn_cli_field(&cli->output, label, dunlin_node_own_text(node));
}

char *
dn_cli_join(const dunlin_node *texts, const char *between)
{
    const dunlin_node *node = dunlin_node_first(texts);
    char *joined = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&joined, &size);

    if (!stream)
        return NULL;
    for (bool first = true; node; node = dunlin_node_next(node), first = false) {
        const char *text = dunlin_node_own_text(node);

        fprintf(stream, "%s%s", first ? "" : between, text ? text : "");
    }
    if (fclose(stream) != 0) {
        free(joined);
        return NULL;
    }
    return joined;
}

/* "written  schema.sql", "left     schema.sql: it says ..." */
static void
show_file(dn_cli *cli, const dunlin_node *file)
{
    FILE *out = cli->output.out;
    int64_t written = dunlin_node_integer(file, "written", 0);
    const char *why = dunlin_node_text(file, "why");
    bool effects = strcmp(dunlin_node_text(file, "what"), "effects") == 0;

    if (written) {
        fputs("written ", out);
        dn_cli_put(out, dunlin_node_text(file, "path"), 8);
        if (effects)
            fprintf(out, " (effects of %lld %s)", (long long)written,
                    written == 1 ? "migration" : "migrations");
        putc('\n', out);
    }
    if (!why)
        return;
    dn_cli_say(&cli->output, DN_STYLE_WAIT, "left    ");
    dn_cli_put(out, effects ? "effects of migrations" : dunlin_node_text(file, "path"), 8);
    fputs(": ", out);
    dn_cli_put(out, why, 8);
    putc('\n', out);
}

void
dn_cli_show_files(dn_cli *cli, const dunlin_node *files, const char *except)
{
    const dunlin_node *file = dunlin_node_first(files);

    for (; file; file = dunlin_node_next(file))
        if (!except || strcmp(dunlin_node_text(file, "what"), except) != 0)
            show_file(cli, file);
}

char *
dn_cli_join_words(const dn_words *words)
{
    char *joined = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&joined, &size);

    if (!stream)
        return NULL;
    for (size_t i = 0; i < words->count; i++)
        fprintf(stream, "%s%s", i == 0 ? "" : "_", words->items[i]);
    if (fclose(stream) != 0) {
        free(joined);
        return NULL;
    }
    return joined;
}
