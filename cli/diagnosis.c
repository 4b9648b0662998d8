/* SPDX-License-Identifier: MIT */
#include "cli/diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "cli/format.h"

enum { COLUMN_TAG, COLUMN_STATE, COLUMN_RECORDED, COLUMN_EFFECTS, COLUMN_CONFIDENCE };
static const dn_column columns[] = {{"TAG", DN_FIT_CUT},          {"STATE", DN_FIT_WHOLE},
                                    {"RECORDED", DN_FIT_WHOLE},   {"EFFECTS", DN_FIT_WHOLE},
                                    {"CONFIDENCE", DN_FIT_WHOLE}, {NULL, DN_FIT_WHOLE}};

static dn_style
style_of(const char *verdict)
{
    if (strcmp(verdict, "applied") == 0)
        return DN_STYLE_GOOD;
    return strcmp(verdict, "pending") == 0 ? DN_STYLE_WAIT : DN_STYLE_BAD;
}

static void
show_migrations(dn_cli *cli, const dunlin_node *migrations)
{
    const dunlin_node *node = dunlin_node_first(migrations);
    dn_listing listing;

    if (!node)
        return;
    dn_cli_listing_begin(&listing, &cli->output, columns);
    for (; node; node = dunlin_node_next(node)) {
        const dunlin_node *findings = dunlin_node_get(node, "findings");
        char *finding = dunlin_node_first(findings) ? dn_cli_join(findings, "; ") : NULL;
        const char *verdict = dunlin_node_text(node, "verdict");

        dn_cli_listing_line(&listing);
        dn_cli_listing_cell(&listing, COLUMN_TAG, dunlin_node_text(node, "tag"), DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, COLUMN_STATE, verdict, style_of(verdict ? verdict : ""));
        dn_cli_listing_cell(&listing, COLUMN_RECORDED, dunlin_node_text(node, "recorded"),
                            DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, COLUMN_EFFECTS, dunlin_node_text(node, "effects"),
                            DN_STYLE_PLAIN);
        dn_cli_listing_cell(&listing, COLUMN_CONFIDENCE, dunlin_node_text(node, "confidence"),
                            DN_STYLE_PLAIN);
        dn_cli_listing_note(&listing, finding);
        free(finding);
    }
    dn_cli_listing_end(&listing);
    putc('\n', cli->output.out);
}

static const dunlin_node *
find_migration(const dunlin_node *migrations, const char *tag)
{
    const dunlin_node *at = dunlin_node_first(migrations);

    while (at && strcmp(dunlin_node_text(at, "tag"), tag) != 0)
        at = dunlin_node_next(at);
    return at;
}

/* The last tag of those that follow each other from this one on; their number goes to *count. One that is
 * called otherwise by now is where it was. */
static const dunlin_node *
end_of_row(const dunlin_node *migrations, const dunlin_node *first, size_t *count)
{
    const dunlin_node *place = find_migration(migrations, dunlin_node_own_text(first));
    const dunlin_node *last = first;
    const dunlin_node *next = dunlin_node_next(first);

    for (*count = 1; next && place; next = dunlin_node_next(next)) {
        const char *tag = dunlin_node_own_text(next);

        place = dunlin_node_next(place);
        if (!place ||
            (strcmp(dunlin_node_text(place, "tag"), tag) != 0 && find_migration(migrations, tag)))
            break;
        last = next;
        ++*count;
    }
    return last;
}

/* More than two in a row are too many sometimes: the first and the last stand for them. */
static void
show_tags(FILE *out, const dunlin_node *migrations, const dunlin_node *tags)
{
    const dunlin_node *tag = dunlin_node_first(tags);
    const char *joint = " ";

    while (tag) {
        size_t count;
        const dunlin_node *last = end_of_row(migrations, tag, &count);

        fprintf(out, "%s%s", joint, dunlin_node_own_text(tag));
        if (count > 2)
            fprintf(out, " to %s (%zu)", dunlin_node_own_text(last), count);
        tag = dunlin_node_next(count > 2 ? last : tag);
        joint = tag && dunlin_node_next(tag) ? ", " : " and ";
    }
}

/* "schema.ts:16: + sessionTimeoutPreference: .." */
static void
show_additions(FILE *out, const dunlin_node *list)
{
    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one)) {
        fputs("     ", out);
        dn_cli_put(out, dunlin_node_text(one, "file"), 0);
        if (dunlin_node_integer(one, "line", 0))
            fprintf(out, ":%lld: ", (long long)dunlin_node_integer(one, "line", 0));
        else
            fputs(", at its end: ", out);
        fputs(dunlin_node_boolean(one, "replaces") ? "~ " : "+ ", out);
        dn_cli_put(out, dunlin_node_text(one, "text"), 7);
        putc('\n', out);
    }
}

static void
show_step(dn_cli *cli, const dunlin_node *root, const dunlin_node *step, int number)
{
    FILE *out = cli->output.out;
    const dunlin_node *statement = dunlin_node_first(dunlin_node_get(step, "statements"));
    const char *op = dunlin_node_text(step, "op");
    const char *tag = dunlin_node_text(step, "tag");
    const char *set = dunlin_node_text(dunlin_node_get(step, "set"), "tag");

    fprintf(out, "%3d. %s", number, dunlin_node_text(step, "action"));
    if (op)
        fprintf(out, " %s", op);
    if (tag)
        fprintf(out, " %s", tag);
    if (set)
        fprintf(out, " -> %s", set);
    show_tags(out, dunlin_node_get(root, "migrations"), dunlin_node_get(step, "tags"));
    for (const char *joint = " statement "; statement; statement = dunlin_node_next(statement)) {
        fprintf(out, "%s%lld", joint, (long long)dunlin_node_own_integer(statement, 0));
        joint = ", ";
    }
    fprintf(out, ": %s%s\n", dunlin_node_text(step, "why"),
            dunlin_node_boolean(step, "waits") ? " (waits for the answer)" : "");
    show_additions(out, dunlin_node_get(step, "additions"));
    if (dunlin_node_text(step, "sql"))
        fprintf(out, "     %s\n", dunlin_node_text(step, "sql"));
}

/* Numbered steps under a title; nothing where there are none. */
static void
show_steps(dn_cli *cli, const dunlin_node *root, const char *name, const char *title)
{
    const dunlin_node *step = dunlin_node_first(dunlin_node_get(root, name));

    if (!step)
        return;
    fprintf(cli->output.out, "\n%s\n", title);
    for (int number = 1; step; step = dunlin_node_next(step))
        show_step(cli, root, step, number++);
}

void
dn_cli_show_diagnosis(dn_cli *cli, const dunlin_node *root, const char *title)
{
    const dunlin_node *agreement = dunlin_node_get(root, "agreement");
    const char *why = dunlin_node_text(dunlin_node_get(root, "evidence"), "why");
    const dunlin_node *plan = dunlin_node_get(root, "plan");
    dn_style style = DN_STYLE_BAD;

    if (dunlin_node_boolean(agreement, "agrees"))
        style = dunlin_node_integer(agreement, "pending", 0) > 0 ? DN_STYLE_WAIT : DN_STYLE_GOOD;
    dn_cli_show_sentence(cli, style, dunlin_node_text(root, "story"));
    putc('\n', cli->output.out);
    show_migrations(cli, dunlin_node_get(root, "migrations"));
    if (why)
        fprintf(cli->output.out, "note: %s\n", why);
    dn_cli_show_findings(cli, dunlin_node_get(root, "findings"));
    show_steps(cli, root, "plan", title);
    if (dunlin_node_first(plan))
        putc('\n', cli->output.out);
    dn_cli_show_sentence(cli, style, dunlin_node_text(agreement, "summary"));
}

void
dn_cli_show_mending(dn_cli *cli, const dunlin_node *root, const char *left)
{
    const char *backup = dunlin_node_text(root, "backup");

    if (!dunlin_node_boolean(root, "applied")) {
        dn_cli_show_diagnosis(cli, root, "What --apply would do, in this order:");
        return;
    }
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "before"));
    show_steps(cli, root, "performed", "Done:");
    show_steps(cli, root, "left", left);
    if (backup)
        fprintf(cli->output.out, "\nbackup  %s\n", backup);
    fputs("\nNow: ", cli->output.out);
    dn_cli_show_diagnosis(cli, root, "What is left:");
}
