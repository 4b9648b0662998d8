/* SPDX-License-Identifier: MIT
 *
 * Tables that come to inherit from another one, or no more. A table that comes keeps the columns and checks it has as
 * its own: it could not have the parent's alone, as one that is made as an heir.
 */
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"

/* --- parents, as the server prints them -------------------------------------------------------------- */

static bool
lists(const dunlin_property *list, dunlin_string parent)
{
    for (list = list != NULL ? list + 1 : NULL; list != NULL && list->type != DUNLIN_PROPERTY_END;
         list++)
        if (dn_kit_equal(list->text, parent))
            return true;
    return false;
}

static const dunlin_property *
find_in(const dunlin_property *properties, uint64_t count, const char *name)
{
    const dunlin_operation told = {.set = properties, .set_count = count};

    return dn_kit_property_find(&told, name);
}

/* A list of a table, as it is now. */
static const dunlin_property *
list_now(dn_pg_render_work *work, const dunlin_string *path, uint64_t count, const char *name)
{
    const dunlin_fact *now = dn_pg_current(work, DUNLIN_KIND_TABLE, path, count);
    const dunlin_operation *earlier = dn_pg_last_on(work, DUNLIN_KIND_TABLE, path, count);

    if (earlier != NULL && dn_pg_is_unset(earlier, name))
        return NULL;
    if (earlier != NULL && dn_pg_sets(earlier, name))
        return dn_kit_property_find(earlier, name);
    return now != NULL ? find_in(now->properties, now->property_count, name) : NULL;
}

/* --- what an heir needs -------------------------------------------------------------------------------- */

static bool
has_own(dn_pg_render_work *work, const char *kind, const dunlin_operation *table,
        dunlin_string name)
{
    dunlin_string path[2 + 1] = {table->path[0], table->path[1], name};
    const dunlin_operation *earlier = dn_pg_last_on(work, kind, path, 3);

    return earlier != NULL ? earlier->verb != DUNLIN_VERB_DROP
                           : dn_pg_current(work, kind, path, 3) != NULL;
}

typedef struct heir {
    dn_pg_render_work *work;
    const dunlin_operation *table;
    dunlin_string parent;
} heir;

static int32_t
look_at_check(const dunlin_fact *check, void *context)
{
    const heir *one = context;
    dunlin_string name = check->path[check->path_count - 1];
    const dunlin_operation *earlier =
        dn_pg_last_on(one->work, DUNLIN_KIND_CHECK, check->path, check->path_count);

    if (find_in(check->properties, check->property_count, "no_inherit") == NULL &&
        (earlier == NULL || earlier->verb != DUNLIN_VERB_DROP) &&
        !has_own(one->work, DUNLIN_KIND_CHECK, one->table, name))
        dn_pg_refuse(
            one->work,
            "PostgreSQL lets a table inherit that has the checks of its parent: give '%.*s'"
            " the check '%.*s' of %.*s as its own",
            (int)dn_pg_last_name(one->table).length, dn_pg_last_name(one->table).data,
            (int)name.length, name.data, (int)one->parent.length, one->parent.data);
    return 0;
}

/* From another parent it may have them, too. */
static void
check_checks(dn_pg_render_work *work, const dunlin_operation *table, dunlin_string parent,
             const dunlin_string *path)
{
    const dunlin_property *parents = dn_kit_property_find(table, "inherits");
    heir one = {work, table, parent};

    if (work->status == DUNLIN_OK && work->call->host->members != NULL &&
        parents[2].type == DUNLIN_PROPERTY_END)
        work->status = work->call->host->members(work->call, dn_kit_string(DUNLIN_KIND_CHECK), path,
                                                 2, look_at_check, &one);
}

/* public.t, or "Odd"."name". */
static bool
read_path(dunlin_string text, dn_kit_text *schema, dn_kit_text *name)
{
    dn_pg_scan scan = dn_pg_scan_begin(text);
    dn_pg_token token;
    int count = 0;

    while (dn_pg_scan_next(&scan, &token))
        if (token.kind == DN_PG_WORD || token.kind == DN_PG_NAME) {
            if (count == 2)
                return false;
            dn_pg_add_name(count++ == 0 ? schema : name, &token);
        }
    return count == 2;
}

static void
check_columns(dn_pg_render_work *work, const dunlin_operation *table, dunlin_string parent)
{
    dunlin_string path[2];
    const dunlin_property *column;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text schema = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    if (table->path_count != 2 || !read_path(parent, &schema, &name))
        return;
    path[0] = dn_kit_text_string(&schema);
    path[1] = dn_kit_text_string(&name);
    column = list_now(work, path, 2, "order");
    for (column = column != NULL ? column + 1 : NULL;
         column != NULL && column->type != DUNLIN_PROPERTY_END; column++)
        if (!has_own(work, DUNLIN_KIND_COLUMN, table, column->text)) {
            dn_pg_refuse(work,
                         "PostgreSQL lets a table inherit that has the columns of its parent: give"
                         " '%.*s' a column '%.*s' of its own, beside INHERITS (%.*s)",
                         (int)dn_pg_last_name(table).length, dn_pg_last_name(table).data,
                         (int)column->text.length, column->text.data, (int)parent.length,
                         parent.data);
            return;
        }
    check_checks(work, table, parent, path);
}

/* --- changes ---------------------------------------------------------------------------------------------- */

static void
say_change(dn_pg_render_work *work, const dunlin_operation *table, const char *words,
           dunlin_string parent)
{
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_path(work, table->path, table->path_count);
    dn_pg_say(work, words);
    dn_pg_say_text(work, parent);
}

/* Whether the table has the parent, or is to get it; both names are quoted. */
void
dn_pg_guard_parent(dn_kit_text *guard, dunlin_string table, dunlin_string parent, bool comes)
{
    dn_kit_text_add(guard, comes ? "NOT EXISTS (" : "EXISTS (");
    dn_kit_text_add(guard, "SELECT FROM pg_catalog.pg_inherits WHERE inhrelid ="
                           " pg_catalog.to_regclass(");
    dn_kit_text_quote(guard, '\'', table);
    dn_kit_text_add(guard, ") AND inhparent = pg_catalog.to_regclass(");
    dn_kit_text_quote(guard, '\'', parent);
    dn_kit_text_add(guard, "))");
}

static void
push_change(dn_pg_render_work *work, const dunlin_operation *table, dunlin_string parent,
            bool comes)
{
    const char *words = comes ? " INHERIT " : " NO INHERIT ";
    DN_KIT_CLEANUP(dn_kit_text_free)
    dn_kit_text name = dn_pg_path_text(work, table->path, table->path_count);
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    dn_pg_guard_parent(&guard, dn_kit_text_string(&name), parent, comes);
    say_change(work, table, words, parent);
    dn_pg_push_guarded(work, &guard, work->at, 1);
}

/* The next one from `at` on that the list has, or has not; NULL: none. */
static const dunlin_property *
next_parent(const dunlin_property *at, const dunlin_property *list, bool listed)
{
    while (at != NULL && at->type != DUNLIN_PROPERTY_END && lists(list, at->text) != listed)
        at++;
    return at != NULL && at->type != DUNLIN_PROPERTY_END ? at : NULL;
}

/* Those that stay, and behind them those that come. */
static bool
keeps_order(const dunlin_property *old, const dunlin_property *new)
{
    const dunlin_property *stays = next_parent(old != NULL ? old + 1 : NULL, new, true);
    const dunlin_property *at = new != NULL ? new + 1 : NULL;

    for (; stays != NULL; stays = next_parent(stays + 1, new, true), at++)
        if (!dn_kit_equal(at->text, stays->text))
            return false;
    return true;
}

void
dn_pg_push_parents(dn_pg_render_work *work, const dunlin_operation *table)
{
    const dunlin_property *old = list_now(work, table->path, table->path_count, "inherits");
    const dunlin_property *new = dn_kit_property_find(table, "inherits");
    const dunlin_property *at;

    if (!keeps_order(old, new))
        dn_pg_refuse(work,
                     "PostgreSQL puts a parent that comes behind those that '%.*s' has: say the"
                     " parents in that order",
                     (int)dn_pg_last_name(table).length, dn_pg_last_name(table).data);
    for (at = next_parent(old != NULL ? old + 1 : NULL, new, false); at != NULL;
         at = next_parent(at + 1, new, false))
        push_change(work, table, at->text, false);
    for (at = next_parent(new != NULL ? new + 1 : NULL, old, false); at != NULL;
         at = next_parent(at + 1, old, false)) {
        check_columns(work, table, at->text);
        push_change(work, table, at->text, true);
    }
}
