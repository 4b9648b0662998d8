/* SPDX-License-Identifier: MIT
 *
 * Composite types, changed in place: columns that have one keep their values.
 */
#include <string.h>

#include "drivers/postgres/pg_render.h"

typedef struct attribute {
    dunlin_string name; /* quoted where it has to be */
    dunlin_string type; /* with its collation */
} attribute;

/* What stands between the parentheses of CREATE TYPE n AS (a integer, "b c" text). */
static dunlin_string
attributes_of(dunlin_string definition)
{
    static const char begin[] = " AS (";
    const char *found = memmem(definition.data, definition.length, begin, strlen(begin));
    uint64_t before;

    if (found == NULL)
        return dn_kit_string("");
    before = (uint64_t)(found - definition.data) + strlen(begin);
    return (dunlin_string){found + strlen(begin), definition.length - before - 1};
}

static bool
next_attribute(dunlin_string *list, attribute *one)
{
    return dn_pg_next_pair(list, &one->name, &one->type);
}

static bool
find_attribute(dunlin_string list, dunlin_string name, attribute *one)
{
    while (next_attribute(&list, one))
        if (dn_kit_equal(one->name, name))
            return true;
    return false;
}

/* Those that stay have their order, and new ones stand behind them. */
static bool
keeps_order(dunlin_string before, dunlin_string after)
{
    attribute old;
    attribute new;
    attribute other;

    while (next_attribute(&before, &old)) {
        if (!find_attribute(after, old.name, &other))
            continue;
        if (!next_attribute(&after, &new) || !dn_kit_equal(new.name, old.name))
            return false;
    }
    return true;
}

static void
say_change(dn_pg_render_work *work, const char *words, dunlin_string name, bool *any)
{
    dn_pg_say(work, *any ? ",\n    " : " ");
    dn_pg_say(work, words);
    dn_pg_say_text(work, name);
    *any = true;
}

static void
begin_alter(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];

    dn_pg_say(work, "ALTER TYPE ");
    dn_pg_say_path(work, operation->path, operation->path_count);
}

/* What is there already stays; ADD ATTRIBUTE knows no IF NOT EXISTS. */
static void
push_guarded_additions(dn_pg_render_work *work, dunlin_string old, dunlin_string new)
{
    attribute one;
    attribute other;

    while (next_attribute(&new, &one)) {
        bool any = false;

        if (find_attribute(old, one.name, &other))
            continue;
        dn_pg_say(work, "DO $dunlin$ BEGIN ");
        begin_alter(work);
        say_change(work, "ADD ATTRIBUTE ", one.name, &any);
        dn_pg_say_text(work, one.type);
        dn_pg_say(work, "; EXCEPTION WHEN duplicate_column THEN NULL; END $dunlin$");
        dn_pg_push(work, work->at, 1);
    }
}

void
dn_pg_push_composite(dn_pg_render_work *work, dunlin_string before)
{
    const dunlin_operation *operation = work->operations[work->at];
    dunlin_string old = attributes_of(before);
    dunlin_string new = attributes_of(dn_pg_text_of(operation, "definition"));
    dunlin_string list;
    attribute one;
    attribute other;
    bool guarded = operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS;
    bool any = false;

    if (!keeps_order(old, new)) {
        dn_pg_refuse(work,
                     "PostgreSQL adds attributes of a type behind those that are there, and moves"
                     " none: write those of '%.*s' in that order, or make another type and change"
                     " the columns",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
        return;
    }
    begin_alter(work);
    for (list = old; next_attribute(&list, &one);)
        if (!find_attribute(new, one.name, &other))
            say_change(work, guarded ? "DROP ATTRIBUTE IF EXISTS " : "DROP ATTRIBUTE ", one.name,
                       &any);
    for (list = new; next_attribute(&list, &one);) {
        bool there = find_attribute(old, one.name, &other);

        if (there ? dn_kit_equal(one.type, other.type) : guarded)
            continue;
        say_change(work, there ? "ALTER ATTRIBUTE " : "ADD ATTRIBUTE ", one.name, &any);
        dn_pg_say(work, there ? " TYPE" : "");
        dn_pg_say_text(work, one.type);
    }
    if (any)
        dn_pg_push(work, work->at, 1);
    else
        dn_kit_text_clear(&work->sql);
    if (guarded)
        push_guarded_additions(work, old, new);
}
