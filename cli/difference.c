/* SPDX-License-Identifier: MIT */
#include "cli/difference.h"

#include <string.h>

#include "cli/format.h"

void
dn_cli_put_path(dn_cli *cli, const dunlin_node *path, size_t from, size_t to)
{
    const dunlin_node *part = dunlin_node_first(path);

    for (size_t i = 0; part && i < to; i++, part = dunlin_node_next(part)) {
        if (i < from)
            continue;
        if (i > from)
            putc('.', cli->output.out);
        dn_cli_put(cli->output.out, dunlin_node_own_text(part), 0);
    }
}

static const dunlin_node *
part_of(const dunlin_node *path, size_t at)
{
    const dunlin_node *part = dunlin_node_first(path);

    while (part && at-- > 0)
        part = dunlin_node_next(part);
    return part;
}

const char *
dn_cli_granted_on(const dunlin_node *difference)
{
    const dunlin_node *path = dunlin_node_get(difference, "path");
    const char *privilege = dunlin_node_own_text(part_of(path, dunlin_node_count(path) - 1));
    const char *on = strstr(privilege, " ON ");

    return on ? on + 4 : NULL;
}

static void
put_grant(dn_cli *cli, const dunlin_node *difference, size_t from)
{
    const dunlin_node *path = dunlin_node_get(difference, "path");
    size_t count = dunlin_node_count(path);
    const char *privilege = dunlin_node_own_text(part_of(path, count - 1));
    const char *on = dn_cli_granted_on(difference);
    const char *grantee = dunlin_node_own_text(part_of(path, count - 2));
    bool alone = from + 2 >= count;

    fprintf(cli->output.out, "grant %.*s",
            (int)(alone && on ? strlen(privilege) - strlen(on) - 4 : strlen(privilege)), privilege);
    if (!alone) {
        fputs(on ? " " : " ON ", cli->output.out);
        dn_cli_put_path(cli, path, from, count - 2);
    }
    if (*grantee) {
        fputs(" TO ", cli->output.out);
        dn_cli_put(cli->output.out, grantee, 0);
    }
}

void
dn_cli_put_key(dn_cli *cli, const dunlin_node *difference, size_t from)
{
    const dunlin_node *path = dunlin_node_get(difference, "path");
    const char *kind = dunlin_node_text(difference, "kind");
    size_t count = dunlin_node_count(path);

    if (kind && strcmp(kind, "grant") == 0 && count > 2) {
        put_grant(cli, difference, from);
        return;
    }
    dn_cli_put(cli->output.out, kind, 0);
    putc(' ', cli->output.out);
    dn_cli_put_path(cli, path, from, count);
}

void
dn_cli_put_sign(dn_cli *cli, const char *change)
{
    bool added = strcmp(change, "added") == 0 || strcmp(change, "extra") == 0;
    bool removed = strcmp(change, "removed") == 0 || strcmp(change, "missing") == 0;

    dn_cli_say(&cli->output,
               added     ? DN_STYLE_GOOD
               : removed ? DN_STYLE_BAD
                         : DN_STYLE_WAIT,
               added     ? "+ "
               : removed ? "- "
                         : "~ ");
}

void
dn_cli_put_members(dn_cli *cli, const dunlin_node *difference, int indent)
{
    FILE *out = cli->output.out;
    bool changed = strcmp(dunlin_node_text(difference, "change"), "changed") == 0;
    const dunlin_node *member = dunlin_node_first(dunlin_node_get(difference, "members"));

    for (bool first = true; member; member = dunlin_node_next(member), first = false) {
        const char *before = dunlin_node_text(member, "before");
        const char *after = dunlin_node_text(member, "after");

        fputs(first ? "  " : ", ", out);
        dn_cli_put(out, dunlin_node_text(member, "name"), 0);
        putc(' ', out);
        if (changed) {
            dn_cli_put(out, before ? before : "(none)", indent);
            fputs(" -> ", out);
            dn_cli_put(out, after ? after : "(none)", indent);
        } else {
            dn_cli_put(out, before ? before : after, indent);
        }
    }
}
