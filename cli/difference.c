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
