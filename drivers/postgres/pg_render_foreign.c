/* SPDX-License-Identifier: MIT
 *
 * Foreign tables: what they and their columns tell the wrapper, "name 'value', name 'value'".
 */
#include "drivers/postgres/pg_render.h"

typedef struct foreign_option {
    dunlin_string name; /* quoted where it has to be */
    dunlin_string value;
} foreign_option;

static bool
next_option(dunlin_string *list, foreign_option *option)
{
    return dn_pg_next_pair(list, &option->name, &option->value);
}

static const foreign_option *
find_option(dunlin_string list, dunlin_string name, foreign_option *option)
{
    while (next_option(&list, option))
        if (dn_kit_equal(option->name, name))
            return option;
    return NULL;
}

void
dn_pg_say_foreign_options(dn_pg_render_work *work, const dunlin_operation *operation)
{
    if (!dn_pg_sets(operation, "foreign_options"))
        return;
    dn_pg_say(work, " OPTIONS (");
    dn_pg_say_text(work, dn_pg_text_of(operation, "foreign_options"));
    dn_pg_say(work, ")");
}

/* ADD a 'x', SET b 'y', DROP c */
static void
say_change(dn_pg_render_work *work, dunlin_string before, dunlin_string after)
{
    dunlin_string list = after;
    foreign_option one;
    foreign_option other;
    bool any = false;

    dn_pg_say(work, " OPTIONS (");
    while (next_option(&list, &one)) {
        const foreign_option *old = find_option(before, one.name, &other);

        if (old != NULL && dn_kit_equal(old->value, one.value))
            continue;
        dn_pg_say(work, any ? ", " : "");
        dn_pg_say(work, old != NULL ? "SET " : "ADD ");
        dn_pg_say_text(work, one.name);
        dn_pg_say_text(work, one.value);
        any = true;
    }
    for (list = before; next_option(&list, &one);) {
        if (find_option(after, one.name, &other) != NULL)
            continue;
        dn_pg_say(work, any ? ", DROP " : "DROP ");
        dn_pg_say_text(work, one.name);
        any = true;
    }
    dn_pg_say(work, ")");
}

static bool
changes(const dunlin_operation *operation)
{
    return dn_pg_sets(operation, "foreign_options") || dn_pg_is_unset(operation, "foreign_options");
}

void
dn_pg_push_foreign_column(dn_pg_render_work *work, const dunlin_property *before)
{
    const dunlin_operation *operation = work->operations[work->at];

    if (!changes(operation))
        return;
    dn_pg_say(work, "ALTER FOREIGN TABLE ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    dn_pg_say(work, " ALTER COLUMN ");
    dn_pg_say_name(work, dn_pg_last_name(operation));
    say_change(work, before != NULL ? before->text : dn_kit_string(""),
               dn_pg_text_of(operation, "foreign_options"));
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_foreign_table(dn_pg_render_work *work, dunlin_string before)
{
    const dunlin_operation *operation = work->operations[work->at];

    if (!changes(operation))
        return;
    dn_pg_say(work, "ALTER FOREIGN TABLE ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    say_change(work, before, dn_pg_text_of(operation, "foreign_options"));
    dn_pg_push(work, work->at, 1);
}
