/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "cli/difference.h"
#include "cli/format.h"
#include "cli/show.h"

/* --- differences ------------------------------------------------------------------------------- */

/* What a difference lies in: the first names of its path, without the last where it is a member. */
static size_t
object_parts(const dunlin_node *difference)
{
    static const char *const members[] = {"column", "pk",    "unique",    "fk",
                                          "check",  "index", "trigger",   "exclude",
                                          "policy", "rule",  "statistics"};
    const char *kind = dunlin_node_text(difference, "kind");
    size_t count = dunlin_node_count(dunlin_node_get(difference, "path"));
    const char *on;

    if (kind && strcmp(kind, "grant") == 0 && count > 2) {
        on = dn_cli_granted_on(difference);
        return count - (on && (strcmp(on, "COLUMN") == 0 || count == 5) && strcmp(on, "FUNCTION") &&
                                strcmp(on, "PROCEDURE")
                            ? 3
                            : 2);
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (kind && strcmp(kind, members[i]) == 0)
            return count - 1;
    return count;
}

static bool
same_object(const dunlin_node *left, const dunlin_node *right)
{
    size_t count = object_parts(left);
    const dunlin_node *a = dunlin_node_first(dunlin_node_get(left, "path"));
    const dunlin_node *b = dunlin_node_first(dunlin_node_get(right, "path"));

    if (count != object_parts(right))
        return false;
    for (size_t i = 0; i < count; i++, a = dunlin_node_next(a), b = dunlin_node_next(b))
        if (strcmp(dunlin_node_own_text(a), dunlin_node_own_text(b)) != 0)
            return false;
    return true;
}

static void
put_danger(dn_cli *cli, const dunlin_node *node)
{
    const char *reason = dunlin_node_text(node, "reason");
    bool loses = reason && strncmp(dunlin_node_text(node, "danger"), "loses-", 6) == 0;

    if (!reason)
        return;
    fputs("  ", cli->output.out);
    dn_cli_say(&cli->output, loses ? DN_STYLE_BAD : DN_STYLE_WAIT, loses ? "! " : "? ");
    dn_cli_say(&cli->output, loses ? DN_STYLE_BAD : DN_STYLE_WAIT, reason);
}

static void
show_one(dn_cli *cli, const dunlin_node *difference, size_t from, int indent)
{
    fprintf(cli->output.out, "%*s", indent, "");
    dn_cli_put_sign(cli, dunlin_node_text(difference, "change"));
    dn_cli_put_key(cli, difference, from);
    dn_cli_put_members(cli, difference, indent + 4);
    put_danger(cli, difference);
    putc('\n', cli->output.out);
}

/* What lies in it, or is granted on it, does not say more. */
static void
put_kind_of_object(dn_cli *cli, const dunlin_node *difference)
{
    static const char *const kinds[] = {"schema", "sequence", "type", "function", "procedure"};
    const char *kind = dunlin_node_text(difference, "kind");
    const char *on = strcmp(kind, "grant") == 0 ? dn_cli_granted_on(difference) : NULL;
    size_t at = 0;

    while (on && at < sizeof kinds / sizeof kinds[0] && strcasecmp(on, kinds[at]) != 0)
        at++;
    fprintf(cli->output.out, "%s ",
            on && at < sizeof kinds / sizeof kinds[0] ? kinds[at] : "table");
}

/* Differences come object by object, the object itself first. */
static void
show_differences(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *list = dunlin_node_get(root, "differences");
    const dunlin_node *last = NULL;

    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one)) {
        size_t parts = object_parts(one);
        bool member = parts < dunlin_node_count(dunlin_node_get(one, "path"));

        if (member && (!last || !same_object(last, one))) {
            dn_cli_say(&cli->output, DN_STYLE_WAIT, "~ ");
            put_kind_of_object(cli, one);
            dn_cli_put_path(cli, dunlin_node_get(one, "path"), 0, parts);
            putc('\n', cli->output.out);
        }
        show_one(cli, one, member ? parts : 0, member ? 4 : 0);
        last = one;
    }
}

static void
show_candidates(dn_cli *cli, const dunlin_node *root)
{
    const dunlin_node *list = dunlin_node_get(root, "rename_candidates");

    for (const dunlin_node *one = dunlin_node_first(list); one; one = dunlin_node_next(one)) {
        const dunlin_node *to = dunlin_node_get(one, "to");
        size_t count = dunlin_node_count(to);

        fputs("perhaps renamed: --rename ", cli->output.out);
        dn_cli_put_path(cli, dunlin_node_get(one, "from"), 0, count);
        putc('=', cli->output.out);
        dn_cli_put_path(cli, to, count - 1, count);
        putc('\n', cli->output.out);
    }
}

static void
show(dn_cli *cli, const dunlin_node *root)
{
    show_differences(cli, root);
    show_candidates(cli, root);
    if (dunlin_node_text(root, "note"))
        dn_cli_show_sentence(cli, DN_STYLE_WAIT, dunlin_node_text(root, "note"));
    dn_cli_show_sentence(cli, DN_STYLE_PLAIN, dunlin_node_text(root, "summary"));
}

static void
show_sql(dn_cli *cli, const dunlin_node *root)
{
    fputs(dunlin_node_text(root, "script"), cli->output.out);
}

static void
show_definition(dn_cli *cli, const dunlin_node *root)
{
    if (dunlin_node_get(root, "checks"))
        dn_cli_show_checks(cli, root);
    else
        show(cli, root);
}

int
dn_cmd_schema_check(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_diff_options options = {
        .size = sizeof options,
        .exit_code = 1,
        .shadow = arguments->shadow ? 1 : 0,
        .shadow_url = arguments->shadow_url,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome =
        dunlin_schema_check(&cli->options, arguments->words.items[0], &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, show_definition, NULL);
}

int
dn_cmd_diff(dn_cli *cli)
{
    const dn_arguments *arguments = cli->arguments;
    const dunlin_diff_options options = {
        .size = sizeof options,
        .renames = arguments->renames.items,
        .rename_count = arguments->renames.count,
        .sql = arguments->sql ? 1 : 0,
        .exit_code = arguments->exit_code ? 1 : 0,
        .shadow = arguments->shadow ? 1 : 0,
        .shadow_url = arguments->shadow_url,
    };
    dunlin_result *result = NULL;
    dunlin_error error = {0};
    int outcome = dunlin_diff(&cli->options, arguments->words.items[0], arguments->words.items[1],
                              &options, &result, &error);

    return dn_cli_finish(cli, outcome, result, &error, arguments->sql ? show_sql : show, NULL);
}
