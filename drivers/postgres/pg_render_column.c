/* SPDX-License-Identifier: MIT
 *
 * Columns.
 */
#include <string.h>

#include "drivers/kit/kit_property.h"
#include "drivers/postgres/pg_render.h"
#include "drivers/postgres/pg_scan.h"
#include "drivers/postgres/pg_type.h"

static const char *const known[] = {"type",
                                    "values",
                                    "type_path",
                                    "not_null",
                                    "default",
                                    "auto",
                                    "generated",
                                    "generated_kind",
                                    "collation",
                                    "auto_options",
                                    "on_update",
                                    "invisible",
                                    "first",
                                    "after",
                                    "charset",
                                    "frozen",
                                    "foreign_options",
                                    "not_null_no_inherit",
                                    NULL};

/* --- types ------------------------------------------------------------------------------------------- */
bool
dn_pg_has_labels(const dunlin_operation *operation)
{
    return dn_pg_sets(operation, "values");
}

/* blob, blob[]: the only portable types that PostgreSQL calls otherwise. */
static void
say_type_text(dn_pg_render_work *work, const dunlin_property *type)
{
    if (type->type == DUNLIN_PROPERTY_TEXT && type->text.length >= 4 &&
        memcmp(type->text.data, "blob", 4) == 0) {
        dn_pg_say(work, "bytea");
        dn_pg_say_text(work, (dunlin_string){type->text.data + 4, type->text.length - 4});
    } else {
        dn_pg_say_text(work, type->text);
    }
}

static const char *
serial_of(dunlin_string type)
{
    if (dn_kit_same(type, "smallint"))
        return "smallserial";
    if (dn_kit_same(type, "integer"))
        return "serial";
    return dn_kit_same(type, "bigint") ? "bigserial" : NULL;
}

static bool
is_serial(const dunlin_operation *operation)
{
    return dn_kit_same(dn_pg_text_of(operation, "auto"), "serial");
}

void
dn_pg_say_type(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *type = dn_kit_property_find(operation, "type");
    const dunlin_property *path = dn_kit_property_find(operation, "type_path");
    dunlin_string collation = dn_pg_text_of(operation, "collation");

    if (dn_pg_has_labels(operation)) {
        dn_pg_say(work, "text");
    } else if (path != NULL) {
        for (path++; path->type != DUNLIN_PROPERTY_END; path++) {
            dn_pg_say_name(work, path->text);
            dn_pg_say(work, path[1].type == DUNLIN_PROPERTY_END ? "" : ".");
        }
    } else if (type == NULL) {
        dn_pg_refuse(work, "the column '%.*s' has no type, which PostgreSQL wants",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    } else if (is_serial(operation) && operation->verb == DUNLIN_VERB_CREATE &&
               !dn_pg_has_own_sequence(operation) && serial_of(type->text) != NULL) {
        dn_pg_say(work, serial_of(type->text));
    } else {
        say_type_text(work, type);
    }
    if (collation.length > 0)
        dn_pg_say_collation(work, collation);
}

/* --- what a column does not have here -------------------------------------------------------------------- */
static void
note_losses(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dunlin_string name = dn_pg_last_name(operation);

    if (dn_pg_sets(operation, "on_update"))
        dn_pg_note(work, DUNLIN_NOTE_LOSSY,
                   "PostgreSQL has no ON UPDATE for columns; '%.*s' keeps its value when a row"
                   " changes, unless a trigger sets it",
                   (int)name.length, name.data);
    if (dn_kit_property_is_true(operation, "invisible"))
        dn_pg_note(work, DUNLIN_NOTE_LOSSY, "PostgreSQL has no invisible columns; '%.*s' shows",
                   (int)name.length, name.data);
    if (dn_kit_property_is_true(operation, "first") || dn_pg_sets(operation, "after"))
        dn_pg_note(work, DUNLIN_NOTE_INFORMATION,
                   "PostgreSQL puts new columns at the end, '%.*s' too", (int)name.length,
                   name.data);
}

/* --- values that come by themselves ------------------------------------------------------------------- */
bool
dn_pg_has_own_sequence(const dunlin_operation *operation)
{
    return is_serial(operation) &&
           (dn_pg_sets(operation, "auto_options") || operation->verb == DUNLIN_VERB_ALTER);
}

void
dn_pg_say_own_sequence(dn_pg_render_work *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    uint64_t names = dn_pg_table_names(operation);

    dn_pg_make_name(&name, operation->path[names - 1], dn_pg_last_name(operation), "seq");
    dn_pg_say_path(work, operation->path, names - 1);
    dn_pg_say(work, names > 1 ? "." : "");
    dn_pg_say_name(work, dn_kit_text_string(&name));
}

/* Also of a column that is there and gets its numbers now. */
static dunlin_string
type_of(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_fact *column;

    if (dn_pg_sets(operation, "type"))
        return dn_pg_text_of(operation, "type");
    column = dn_pg_current(work, DUNLIN_KIND_COLUMN, operation->path, operation->path_count);
    return column == NULL
               ? dn_kit_string(NULL)
               : dn_kit_set_text((dn_kit_set){column->properties, column->property_count}, "type");
}

void
dn_pg_push_own_sequence(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dunlin_string type = type_of(work, operation);
    const dunlin_operation *stays = dn_pg_comes_behind_column(work, operation);

    if (stays != NULL) {
        dn_pg_push_taken(work, stays, operation, type);
        return;
    }
    dn_pg_say(work, "CREATE SEQUENCE ");
    dn_pg_say(work, dn_pg_is_repeated(work) ? "IF NOT EXISTS " : "");
    dn_pg_say_own_sequence(work, operation);
    if (serial_of(type) != NULL && !dn_kit_same(type, "bigint")) {
        dn_pg_say(work, " AS ");
        dn_pg_say_text(work, type);
    }
    if (dn_pg_sets(operation, "auto_options")) {
        dn_pg_say(work, " ");
        dn_pg_say_text(work, dn_pg_text_of(operation, "auto_options"));
    }
    dn_pg_push(work, work->at, 1);
}

void
dn_pg_push_sequence_owner(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_say(work, "ALTER SEQUENCE ");
    dn_pg_say_own_sequence(work, operation);
    dn_pg_say(work, " OWNED BY ");
    dn_pg_say_path(work, operation->path, operation->path_count);
    dn_pg_push(work, work->at, 1);
}

static void
say_nextval(dn_pg_render_work *work, const dunlin_operation *operation)
{
    dn_pg_say(work, "nextval(");
    dn_pg_say_own_sequence_as_text(work, operation);
    dn_pg_say(work, ")");
}

static void
say_identity(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool always = dn_kit_same(dn_pg_text_of(operation, "auto"), "always");

    dn_pg_say(work, always ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY");
    if (dn_pg_sets(operation, "auto_options")) {
        dn_pg_say(work, " (");
        dn_pg_say_text(work, dn_pg_text_of(operation, "auto_options"));
        dn_pg_say(work, ")");
    }
}

static void
say_generated(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool is_virtual = dn_kit_same(dn_pg_text_of(operation, "generated_kind"), "virtual");

    if (is_virtual && work->version < 18)
        dn_pg_note(work, DUNLIN_NOTE_LOSSY,
                   "PostgreSQL %d has no virtual columns; '%.*s' is stored", work->version,
                   (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    dn_pg_say(work, " GENERATED ALWAYS AS (");
    dn_pg_say_expression(work, dn_kit_property_find(operation, "generated"));
    dn_pg_say(work, is_virtual && work->version >= 18 ? ") VIRTUAL" : ") STORED");
}

/* A default that is more than one word stands in parentheses. */
static void
say_default(dn_pg_render_work *work, const dunlin_property *value)
{
    bool plain = true;

    for (uint64_t i = 0; i < value->text.length; i++) {
        char byte = value->text.data[i];

        plain = plain && ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || byte == '_' || byte == '.');
    }
    dn_pg_say(work, plain ? "" : "(");
    dn_pg_say_expression(work, value);
    dn_pg_say(work, plain ? "" : ")");
}

/* --- the whole column --------------------------------------------------------------------------------- */
void
dn_pg_say_column(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_property *value = dn_kit_property_find(operation, "default");

    dn_pg_check_known(work, operation, known);
    note_losses(work, operation);
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_say(work, " ");
    dn_pg_say_type(work, operation);
    dn_pg_say_foreign_options(work, operation);
    if (dn_kit_property_is_true(operation, "not_null"))
        dn_pg_say(work, " NOT NULL");
    if (dn_kit_property_is_true(operation, "not_null_no_inherit")) {
        dn_pg_need_18(work, "NO INHERIT of NOT NULL");
        dn_pg_say(work, " NO INHERIT");
    }
    if (dn_pg_has_own_sequence(operation)) {
        dn_pg_say(work, " DEFAULT ");
        say_nextval(work, operation);
    } else if (dn_pg_sets(operation, "auto") && !is_serial(operation)) {
        dn_pg_say(work, " ");
        say_identity(work, operation);
    } else if (dn_pg_sets(operation, "generated")) {
        say_generated(work, operation);
    } else if (value != NULL) {
        dn_pg_say(work, " DEFAULT ");
        say_default(work, value);
    }
}

void
dn_pg_say_labels_check(dn_pg_render_work *work, const dunlin_operation *operation)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    dn_pg_make_name(&name, operation->path[dn_pg_table_names(operation) - 1],
                    dn_pg_last_name(operation), "check");
    dn_pg_say(work, "CONSTRAINT ");
    dn_pg_say_name(work, dn_kit_text_string(&name));
    dn_pg_say(work, " CHECK (");
    dn_pg_say_name(work, dn_pg_last_name(operation));
    dn_pg_say(work, " IN ");
    dn_pg_say_literals(work, dn_kit_property_find(operation, "values"), operation);
    dn_pg_say(work, ")");
}

/* --- changes ------------------------------------------------------------------------------------------ */
typedef struct altering {
    dn_pg_render_work *work;
    const dunlin_operation *operation;
    int changes; /* said so far in this ALTER TABLE */
} altering;

static void
begin_change(altering *one)
{
    const dunlin_operation *operation = one->operation;

    if (one->changes++ > 0) {
        dn_pg_say(one->work, ",\n    ALTER COLUMN ");
    } else {
        dn_pg_say(one->work, "ALTER TABLE ");
        dn_pg_say(one->work, dn_pg_if_exists(one->work));
        dn_pg_say_path(one->work, operation->path, dn_pg_table_names(operation));
        dn_pg_say(one->work, " ALTER COLUMN ");
    }
    dn_pg_say_name(one->work, dn_pg_last_name(operation));
    dn_pg_say(one->work, " ");
}

static const dunlin_property *
property_of(const dunlin_fact *fact, const char *name)
{
    int depth = 0;

    for (uint64_t i = 0; fact != NULL && i < fact->property_count; i++) {
        const dunlin_property *one = &fact->properties[i];

        if (depth == 0 && dn_kit_same(one->name, name))
            return one;
        if (one->type == DUNLIN_PROPERTY_LIST_BEGIN || one->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (one->type == DUNLIN_PROPERTY_END)
            depth--;
    }
    return NULL;
}

/* MODIFY says the type again, which PostgreSQL refuses to change to itself where a view uses it. */
static bool
is_of_type(const dunlin_operation *operation, const dunlin_fact *current,
           const dunlin_property *old)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text printed = {0};

    return old != NULL && operation->using_expression.length == 0 &&
           !dn_pg_sets(operation, "type_path") && !dn_pg_has_labels(operation) &&
           property_of(current, "type_path") == NULL && !dn_pg_sets(operation, "collation") &&
           !(dn_pg_is_unset(operation, "collation") && property_of(current, "collation")) &&
           dn_pg_type_print(&printed, dn_pg_text_of(operation, "type"), true) &&
           dn_kit_equal(dn_kit_text_string(&printed), old->text);
}

static void
say_using(dn_pg_render_work *work, const dunlin_operation *operation)
{
    bool named = dn_pg_sets(operation, "type_path");

    dn_pg_say(work, named ? " USING CAST((" : " USING (");
    dn_pg_say_translated(work, DUNLIN_TRANSLATE_EXPRESSION, operation->using_expression);
    if (named) {
        dn_pg_say(work, ") AS ");
        dn_pg_say_type(work, operation);
    }
    dn_pg_say(work, ")");
}

static void
finish(altering *one, dn_kit_text *guard)
{
    if (one->changes > 0) {
        if (guard != NULL)
            dn_pg_push_guarded(one->work, guard, one->work->at, 1);
        else
            dn_pg_push(one->work, one->work->at, 1);
    }
    one->changes = 0;
}

/* A default is taken away before a type changes: it may not fit the new one. */
static void
change_type(altering *one, const dunlin_fact *current)
{
    dn_pg_render_work *work = one->work;
    const dunlin_operation *operation = one->operation;
    bool typed = dn_pg_sets(operation, "type") || dn_pg_sets(operation, "type_path") ||
                 dn_pg_has_labels(operation);
    const dunlin_property *old = property_of(current, "type");
    const dn_pg_conversion how =
        typed ? dn_pg_conversion_of(work, operation, current) : DN_PG_CONVERTS_BY_ITSELF;
    bool keeps_default = dn_pg_keeps_default(work, how, operation, current);

    if (typed ? is_of_type(operation, current, old)
              : !dn_pg_sets(operation, "collation") && !dn_pg_is_unset(operation, "collation"))
        return;
    dn_pg_refuse_held_type(work, operation);
    if (keeps_default || (dn_pg_sets(operation, "default") &&
                          (current == NULL || property_of(current, "default")))) {
        begin_change(one);
        dn_pg_say(work, "DROP DEFAULT");
    }
    begin_change(one);
    dn_pg_say(work, "TYPE ");
    if (typed) {
        dn_pg_say_type(work, operation);
    } else if (old == NULL) {
        dn_pg_refuse(work, "the collation of '%.*s' changes with its type, which is not known",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data);
    } else {
        say_type_text(work, old);
        if (dn_pg_sets(operation, "collation"))
            dn_pg_say_collation(work, dn_pg_text_of(operation, "collation"));
    }
    if (operation->using_expression.length > 0)
        say_using(work, operation);
    else
        dn_pg_say_conversion(work, how, operation, current);
    if (keeps_default) {
        begin_change(one);
        dn_pg_say(work, "SET DEFAULT ");
        dn_pg_say_default_converted(work, how, operation, current);
    }
    dn_pg_say_computed_anew(work, operation);
    if (dn_pg_may_be_viewed(work, operation)) {
        dn_pg_say_around_views(work, operation);
        finish(one, NULL);
    }
}

/* It holds the column to NOT NULL, and to no default. */
static void
drop_identity(altering *one, const dunlin_fact *current)
{
    const dunlin_property *old = property_of(current, "auto");

    if (!dn_pg_is_unset(one->operation, "auto") ||
        (old != NULL && dn_kit_same(old->text, "serial")))
        return;
    finish(one, NULL);
    dn_pg_push_passed_on(one->work, one->operation);
    begin_change(one);
    dn_pg_say(one->work, "DROP IDENTITY IF EXISTS");
}

static void
change_value(altering *one)
{
    const dunlin_operation *operation = one->operation;
    const dunlin_property *alone = dn_kit_property_find(operation, "not_null_no_inherit");
    const dunlin_property *value = dn_kit_property_find(operation, "default");
    const dunlin_property *not_null = dn_kit_property_find(operation, "not_null");

    if (value != NULL) {
        begin_change(one);
        dn_pg_say(one->work, "SET DEFAULT ");
        say_default(one->work, value);
    } else if (dn_pg_is_unset(operation, "default")) {
        begin_change(one);
        dn_pg_say(one->work, "DROP DEFAULT");
    }
    if (alone != NULL || (dn_pg_is_unset(operation, "not_null_no_inherit") &&
                          !dn_pg_is_unset(operation, "not_null")))
        dn_pg_refuse(one->work,
                     "dunlin does not change NO INHERIT of the NOT NULL of '%.*s': use ALTER TABLE"
                     " .. ALTER CONSTRAINT .. %s with the name that \\d+ shows",
                     (int)dn_pg_last_name(operation).length, dn_pg_last_name(operation).data,
                     alone != NULL ? "NO INHERIT" : "INHERIT");
    if (not_null != NULL || dn_pg_is_unset(operation, "not_null")) {
        begin_change(one);
        dn_pg_say(one->work,
                  not_null != NULL && not_null->integer ? "SET NOT NULL" : "DROP NOT NULL");
    }
}

static void
change_expression(altering *one)
{
    dn_pg_render_work *work = one->work;
    dunlin_string name = dn_pg_last_name(one->operation);
    const dunlin_fact *current =
        dn_pg_current(work, DUNLIN_KIND_COLUMN, one->operation->path, one->operation->path_count);

    if (dn_pg_is_unset(one->operation, "generated")) {
        /* MODIFY takes away whatever it does not say, there or not. */
        if (current != NULL ? property_of(current, "generated") == NULL
                            : dn_pg_sets(one->operation, "type"))
            return;
        if (work->version < 13)
            dn_pg_refuse(work,
                         "PostgreSQL 12 cannot keep the values of the generated column"
                         " '%.*s': drop it and add it anew",
                         (int)name.length, name.data);
        begin_change(one);
        dn_pg_say(work, work->script ? "DROP EXPRESSION IF EXISTS" : "DROP EXPRESSION");
    } else if (dn_pg_sets(one->operation, "generated")) {
        if (work->version < 17 || (current != NULL && property_of(current, "generated") == NULL))
            dn_pg_refuse(work,
                         "PostgreSQL %d cannot give the column '%.*s' an expression: drop it"
                         " and add it anew",
                         work->version, (int)name.length, name.data);
        begin_change(one);
        dn_pg_say(work, "SET EXPRESSION AS (");
        dn_pg_say_expression(work, dn_kit_property_find(one->operation, "generated"));
        dn_pg_say(work, ")");
    }
}

static bool
changes_counter(const dunlin_operation *operation)
{
    return dn_pg_sets(operation, "auto_options") || dn_pg_is_unset(operation, "auto_options");
}

static void
give_identity(altering *one, const dunlin_property *old)
{
    dn_pg_render_work *work = one->work;
    const dunlin_operation *operation = one->operation;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    if (old != NULL && dn_kit_same(old->text, "serial")) {
        begin_change(one);
        dn_pg_say(work, "DROP DEFAULT");
        dn_pg_guard_column(&guard, operation, dn_pg_last_name(operation), " AND a.attidentity = ''",
                           false);
        finish(one, &guard);
        dn_pg_push_drop_sequence(work, operation);
    } else if (old != NULL) {
        begin_change(one);
        dn_pg_say(work, dn_kit_same(dn_pg_text_of(operation, "auto"), "always")
                            ? "SET GENERATED ALWAYS"
                            : "SET GENERATED BY DEFAULT");
        finish(one, NULL);
        if (changes_counter(operation))
            dn_pg_push_counter(work, operation, false);
        return;
    }
    begin_change(one);
    dn_pg_say(work, "ADD ");
    say_identity(work, operation);
    dn_pg_guard_column(&guard, operation, dn_pg_last_name(operation), " AND a.attidentity = ''",
                       false);
    finish(one, &guard);
    dn_pg_push_catch_up(work, operation, type_of(work, operation));
}

static void
change_auto(altering *one, const dunlin_fact *current)
{
    dn_pg_render_work *work = one->work;
    const dunlin_operation *operation = one->operation;
    const dunlin_property *old = property_of(current, "auto");

    if (dn_pg_sets(operation, "auto") && is_serial(operation)) {
        if (old != NULL) {
            begin_change(one);
            dn_pg_say(work, "DROP IDENTITY IF EXISTS");
        }
        finish(one, NULL);
        dn_pg_push_own_sequence(work, operation);
        begin_change(one);
        dn_pg_say(work, "SET DEFAULT ");
        say_nextval(work, operation);
        finish(one, NULL);
        dn_pg_push_sequence_owner(work, operation);
        dn_pg_push_catch_up(work, operation, type_of(work, operation));
    } else if (dn_pg_sets(operation, "auto")) {
        finish(one, NULL);
        give_identity(one, old);
    } else if (dn_pg_is_unset(operation, "auto")) {
        bool serial = old != NULL && dn_kit_same(old->text, "serial");

        if (serial) {
            begin_change(one);
            dn_pg_say(work, "DROP DEFAULT");
        }
        finish(one, NULL);
        if (serial) {
            dn_pg_push_passed_on(work, operation);
            dn_pg_push_drop_sequence(work, operation);
        }
    } else if (changes_counter(operation)) {
        finish(one, NULL);
        dn_pg_push_counter(work, operation, old != NULL && dn_kit_same(old->text, "serial"));
    }
}

/* The check that stands for the labels of a column. */
static void
change_labels(altering *one)
{
    dn_pg_render_work *work = one->work;
    const dunlin_operation *operation = one->operation;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    if (!dn_pg_has_labels(operation) && !dn_pg_is_unset(operation, "values"))
        return;
    finish(one, NULL);
    dn_pg_make_name(&name, operation->path[dn_pg_table_names(operation) - 1],
                    dn_pg_last_name(operation), "check");
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    dn_pg_say(work, " DROP CONSTRAINT IF EXISTS ");
    dn_pg_say_name(work, dn_kit_text_string(&name));
    if (dn_pg_has_labels(operation)) {
        dn_pg_say(work, ", ADD ");
        dn_pg_say_labels_check(work, operation);
    }
    dn_pg_push(work, work->at, 1);
}

/* The sequence of a serial column keeps its type, and ends where that does, when the column gets another.
 * Of text in the server's own words nobody expects more than it says. */
static bool
is_counted(const dn_pg_render_work *work, const dunlin_operation *operation,
           const dunlin_property *old)
{
    return (work->call->flags & DUNLIN_CALL_OWN_WORDS) != 0 && old != NULL &&
           dn_kit_same(old->text, "serial") &&
           serial_of(dn_pg_text_of(operation, "type")) != NULL && !dn_pg_sets(operation, "auto") &&
           !dn_pg_is_unset(operation, "auto") && !changes_counter(operation);
}

/* Is the sequence of the column looked for, which is not called by a name then? */
static bool
asks_for_sequence(const dunlin_operation *operation, const dunlin_property *old)
{
    bool serial = old != NULL && dn_kit_same(old->text, "serial");

    if (dn_pg_is_unset(operation, "auto"))
        return serial;
    if (!dn_pg_sets(operation, "auto"))
        return changes_counter(operation);
    return !is_serial(operation) && (old == NULL || serial || changes_counter(operation));
}

static bool
is_renaming(const dunlin_operation *before, const dunlin_operation *operation)
{
    if (before->verb != DUNLIN_VERB_RENAME || !dn_kit_same(before->kind, DUNLIN_KIND_COLUMN) ||
        before->path_count != operation->path_count || before->new_path_count == 0)
        return false;
    for (uint64_t i = 0; i + 1 < before->path_count; i++)
        if (!dn_kit_equal(before->path[i], operation->path[i]))
            return false;
    return dn_kit_equal(before->new_path[before->new_path_count - 1], dn_pg_last_name(operation));
}

/* As it was before the statement: CHANGE renames the column first. */
static const dunlin_fact *
column_before(dn_pg_render_work *work, const dunlin_operation *operation)
{
    const dunlin_operation *before = work->at > 0 ? work->operations[work->at - 1] : operation;

    if (!is_renaming(before, operation))
        before = operation;
    return dn_pg_current(work, DUNLIN_KIND_COLUMN, before->path, before->path_count);
}

static void
alter_column(dn_pg_render_work *work, const dunlin_operation *operation)
{
    altering one = {.work = work, .operation = operation};
    const dunlin_fact *current = column_before(work, operation);
    bool counts;
    bool alone;

    dn_pg_check_known(work, operation, known);
    note_losses(work, operation);
    change_type(&one, current);
    change_expression(&one);
    drop_identity(&one, current);
    change_value(&one);
    counts = is_counted(work, operation, property_of(current, "auto"));
    alone = counts || asks_for_sequence(operation, property_of(current, "auto"));
    if (alone)
        dn_pg_push_owned(work, operation->path, operation->path_count, false);
    change_auto(&one, current);
    finish(&one, NULL);
    if (counts)
        dn_pg_push_counter(work, operation, true);
    if (alone)
        dn_pg_push_owned(work, operation->path, operation->path_count, true);
    dn_pg_push_foreign_column(work, property_of(current, "foreign_options"));
    change_labels(&one);
    dn_pg_push_comment(work, "COLUMN");
}

/* --- one column by itself ------------------------------------------------------------------------------- */
/* Whether the next operation may stand in the same ALTER TABLE .. ADD. */
static bool
goes_along(const dn_pg_render_work *work, uint64_t next)
{
    const dunlin_operation *first = work->operations[work->at];
    const dunlin_operation *other = next < work->count ? work->operations[next] : NULL;

    return other != NULL && !work->script && other->verb == DUNLIN_VERB_CREATE &&
           other->path_count >= 2 && dn_pg_same_table(first, other) &&
           (dn_pg_is_kind(other, DUNLIN_KIND_COLUMN) || dn_pg_is_constraint(other)) &&
           !dn_pg_is_guarded_exclude(other) && !dn_pg_has_own_sequence(other);
}

/* ADD COLUMN, and what is added to the same table right behind it: one pass over the rows. */
static void
add_columns(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    uint64_t first = work->at;
    uint64_t end = first + 1;

    if (dn_pg_has_own_sequence(operation))
        dn_pg_push_own_sequence(work, operation);
    while (goes_along(work, end))
        end++;
    dn_pg_say(work, "ALTER TABLE ");
    dn_pg_say(work, dn_pg_if_exists(work));
    dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
    for (; work->at < end; work->at++) {
        const dunlin_operation *one = work->operations[work->at];

        dn_pg_say(work, work->at > first ? ",\n    ADD " : " ADD ");
        if (dn_pg_is_kind(one, DUNLIN_KIND_COLUMN)) {
            dn_pg_refuse_held_value(work, one);
            dn_pg_say(work, "COLUMN ");
            dn_pg_say(work, dn_pg_if_not_exists(work));
            dn_pg_say_column(work, one);
            if (dn_pg_has_labels(one) && !work->script) {
                dn_pg_say(work, ",\n    ADD ");
                dn_pg_say_labels_check(work, one);
            }
        } else {
            dn_pg_say_constraint(work, one);
        }
    }
    dn_pg_push(work, first, end - first);
    for (work->at = first; work->at < end; work->at++) {
        const dunlin_operation *one = work->operations[work->at];
        altering labels = {.work = work, .operation = one};

        if (dn_pg_has_own_sequence(one))
            dn_pg_push_sequence_owner(work, one);
        if (work->script && dn_pg_is_kind(one, DUNLIN_KIND_COLUMN))
            change_labels(&labels);
        dn_pg_push_comment(work, dn_pg_is_kind(one, DUNLIN_KIND_COLUMN) ? "COLUMN" : "CONSTRAINT");
    }
}

void
dn_pg_render_column(dn_pg_render_work *work)
{
    const dunlin_operation *operation = work->operations[work->at];
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text guard = {0};

    switch (operation->verb) {
    case DUNLIN_VERB_CREATE: add_columns(work); return;
    case DUNLIN_VERB_ALTER: alter_column(work, operation); break;
    case DUNLIN_VERB_DROP:
        dn_pg_say(work, "ALTER TABLE ");
        dn_pg_say(work, dn_pg_if_exists(work));
        dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
        dn_pg_say(work, " DROP COLUMN ");
        dn_pg_say(work, dn_pg_if_exists(work));
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_say(work, operation->flags & DUNLIN_OPERATION_CASCADE ? " CASCADE" : "");
        dn_pg_push(work, work->at, 1);
        break;
    default:
        dn_pg_say(work, "ALTER TABLE ");
        dn_pg_say_path(work, operation->path, dn_pg_table_names(operation));
        dn_pg_say(work, " RENAME COLUMN ");
        dn_pg_say_name(work, dn_pg_last_name(operation));
        dn_pg_say(work, " TO ");
        dn_pg_say_name(work, operation->new_path[operation->new_path_count - 1]);
        /* One that is missing is passed over where the statement says so. */
        if (operation->condition == DUNLIN_CONDITION_IF_EXISTS)
            dn_pg_guard_column(&guard, operation, dn_pg_last_name(operation), "", false);
        dn_pg_guard_column(&guard, operation, operation->new_path[operation->new_path_count - 1],
                           "", true);
        dn_pg_push_guarded(work, &guard, work->at, 1);
        break;
    }
    work->at++;
}
