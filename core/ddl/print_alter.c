/* SPDX-License-Identifier: MIT
 *
 * ALTER, DROP and RENAME.
 */
#include "core/ddl/print.h"

#include <string.h>

static const struct {
    const char *kind;
    const char *words;
} kinds[] = {
    {DUNLIN_KIND_TABLE, "TABLE "},
    {DUNLIN_KIND_VIEW, "VIEW "},
    {DUNLIN_KIND_MATERIALIZED_VIEW, "MATERIALIZED VIEW "},
    {DUNLIN_KIND_INDEX, "INDEX "},
    {DUNLIN_KIND_SEQUENCE, "SEQUENCE "},
    {DUNLIN_KIND_ENUM, "TYPE "},
    {DUNLIN_KIND_DOMAIN, "DOMAIN "},
    {DUNLIN_KIND_SCHEMA, "SCHEMA "},
    {DUNLIN_KIND_EXTENSION, "EXTENSION "},
    {DUNLIN_KIND_TRIGGER, "TRIGGER "},
    {DUNLIN_KIND_FUNCTION, "FUNCTION "},
    {DUNLIN_KIND_PROCEDURE, "PROCEDURE "},
    {DUNLIN_KIND_COLUMN, "COLUMN "},
};

static void
add(dn_text *text, dunlin_string string)
{
    dn_text_add(text, string.data, string.length);
}

static void
print_kind(const dunlin_operation *operation, dn_text *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_print_is(operation, kinds[i].kind)) {
            dn_text_add_string(text, kinds[i].words);
            return;
        }
    dn_text_add_string(text, "CONSTRAINT ");
}

/* What stands alone under its own name: an index is named with its namespace only. */
static void
print_self(const dunlin_operation *operation, dn_text *text)
{
    if (operation->path_count == 1) {
        dn_print_name(operation->path[0], text);
    } else if (operation->path_count == 3) {
        dunlin_string names[2] = {operation->path[0], operation->path[2]};

        dn_print_object(names, text);
    } else {
        dn_print_object(operation->path, text);
    }
}

/* --- comments --- */
static void
print_comment(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *comment = dn_print_member(operation, "comment");

    dn_text_add_string(text, "COMMENT ON ");
    print_kind(operation, text);
    dn_print_if_exists(operation, text);
    if (dn_print_is(operation, DUNLIN_KIND_COLUMN)) {
        dn_print_object(operation->path, text);
        dn_text_add_char(text, '.');
        dn_print_name(operation->path[2], text);
    } else if (dn_print_is(operation, DUNLIN_KIND_INDEX) || operation->path_count < 3) {
        print_self(operation, text);
    } else {
        dn_print_name(operation->path[2], text);
        dn_text_add_string(text, " ON ");
        dn_print_object(operation->path, text);
    }
    dn_text_add_string(text, " IS ");
    if (comment)
        dn_print_string(comment->text, text);
    else
        dn_text_add_string(text, "NULL");
}

/* --- columns --- */
static const char *const restated[] = {
    "not_null", "default", "auto", "comment", "collation", "on_update", "generated",
};

static bool
is_restated(const dunlin_operation *operation)
{
    for (size_t i = 0; i < sizeof restated / sizeof restated[0]; i++)
        if (!dn_print_member(operation, restated[i]) && !dn_print_unsets(operation, restated[i]))
            return false;
    return true;
}

static void
begin_change(const dunlin_operation *operation, bool *first, dn_text *text)
{
    dn_text_add_string(text, *first ? "ALTER COLUMN " : ", ALTER COLUMN ");
    dn_print_if_exists(operation, text);
    dn_print_name(operation->path[2], text);
    *first = false;
}

static void
print_type_change(const dunlin_operation *operation, bool *first, dn_text *text)
{
    const dunlin_property *collation = dn_print_member(operation, "collation");

    begin_change(operation, first, text);
    dn_text_add_string(text, " TYPE ");
    dn_print_type(operation, text);
    if (collation) {
        dn_text_add_string(text, " COLLATE ");
        dn_print_name(collation->text, text);
    }
    if (operation->using_expression.length) {
        dn_text_add_string(text, " USING ");
        add(text, operation->using_expression);
    }
}

static void
print_changes(const dunlin_operation *operation, bool *first, dn_text *text)
{
    static const char *const drops[][2] = {
        {"default", " DROP DEFAULT"},  {"not_null", " DROP NOT NULL"},
        {"auto", " DROP IDENTITY"},    {"generated", " DROP EXPRESSION"},
        {"invisible", " SET VISIBLE"},
    };
    static const char *const expressions[][2] = {
        {"default", " SET DEFAULT ("},
        {"generated", " SET EXPRESSION AS ("},
    };
    const dunlin_property *how = dn_print_member(operation, "auto");

    for (size_t i = 0; i < 2; i++) {
        const dunlin_property *expression = dn_print_member(operation, expressions[i][0]);

        if (!expression)
            continue;
        begin_change(operation, first, text);
        dn_text_add_string(text, expressions[i][1]);
        add(text, expression->text);
        dn_text_add_char(text, ')');
    }
    if (dn_print_member(operation, "not_null")) {
        begin_change(operation, first, text);
        dn_text_add_string(text, " SET NOT NULL");
    }
    if (dn_print_member(operation, "invisible")) {
        begin_change(operation, first, text);
        dn_text_add_string(text, " SET INVISIBLE");
    }
    if (how) {
        const dunlin_property *options = dn_print_member(operation, "auto_options");

        begin_change(operation, first, text);
        dn_text_printf(text, " ADD GENERATED %s AS IDENTITY",
                       dn_string_equal(how->text, "always") ? "ALWAYS" : "BY DEFAULT");
        if (options)
            dn_text_printf(text, " (%.*s)", (int)options->text.length, options->text.data);
    }
    for (size_t i = 0; i < sizeof drops / sizeof drops[0]; i++)
        if (dn_print_unsets(operation, drops[i][0])) {
            begin_change(operation, first, text);
            dn_text_add_string(text, drops[i][1]);
        }
}

static void
print_alter_column(const dunlin_operation *operation, dn_text *text)
{
    bool type = dn_print_member(operation, "type") || dn_print_member(operation, "type_path");
    bool first = true;

    dn_print_alter_table(operation, text);
    if (type && is_restated(operation)) {
        dn_text_add_string(text, "MODIFY COLUMN ");
        dn_print_if_exists(operation, text);
        dn_print_column(operation, text);
        return;
    }
    if (type)
        print_type_change(operation, &first, text);
    print_changes(operation, &first, text);
}

/* --- others --- */
static void
print_alter_enum(const dunlin_operation *operation, dn_text *text)
{
    static const char *const places[][2] = {{"before", " BEFORE "}, {"after", " AFTER "}};
    const dunlin_property *value = dn_print_member(operation, "add_value");

    dn_text_add_string(text, "ALTER TYPE ");
    dn_print_object(operation->path, text);
    if (value) {
        dn_text_add_string(text, " ADD VALUE ");
        dn_print_if_exists(operation, text);
        dn_print_string(value->text, text);
        for (size_t i = 0; i < 2; i++) {
            const dunlin_property *place = dn_print_member(operation, places[i][0]);

            if (place) {
                dn_text_add_string(text, places[i][1]);
                dn_print_string(place->text, text);
            }
        }
        return;
    }
    dn_text_add_string(text, " RENAME VALUE ");
    dn_print_if_exists(operation, text);
    value = dn_print_member(operation, "rename_value");
    if (value)
        dn_print_string(value->text, text);
    dn_text_add_string(text, " TO ");
    value = dn_print_member(operation, "to");
    if (value)
        dn_print_string(value->text, text);
}

static void
print_alter_constraint(const dunlin_operation *operation, dn_text *text)
{
    dn_print_alter_table(operation, text);
    if (dn_print_unsets(operation, "not_valid")) {
        dn_text_add_string(text, "VALIDATE CONSTRAINT ");
        dn_print_name(operation->path[2], text);
        return;
    }
    dn_text_add_string(text, "ALTER CONSTRAINT ");
    dn_print_name(operation->path[2], text);
    if (dn_print_unsets(operation, "deferrable"))
        dn_text_add_string(text, " NOT DEFERRABLE");
    else if (dn_print_unsets(operation, "deferred"))
        dn_text_add_string(text, " INITIALLY IMMEDIATE");
    if (dn_print_member(operation, "deferrable"))
        dn_text_add_string(text, " DEFERRABLE");
    if (dn_print_member(operation, "deferred"))
        dn_text_add_string(text, " INITIALLY DEFERRED");
}

static void
print_alter_domain(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *value = dn_print_member(operation, "default");

    dn_text_add_string(text, "ALTER DOMAIN ");
    dn_print_if_exists(operation, text);
    dn_print_object(operation->path, text);
    if (value)
        dn_text_printf(text, " SET DEFAULT (%.*s)", (int)value->text.length, value->text.data);
    else if (dn_print_unsets(operation, "default"))
        dn_text_add_string(text, " DROP DEFAULT");
    else
        dn_text_add_string(text, dn_print_member(operation, "not_null") ? " SET NOT NULL"
                                                                        : " DROP NOT NULL");
}

static void
print_alter_table(const dunlin_operation *operation, dn_text *text)
{
    static const char *const members[][2] = {
        {"engine", " ENGINE = "}, {"charset", " CHARACTER SET = "}, {"collation", " COLLATE = "}};
    const dunlin_property *comment = dn_print_member(operation, "comment");

    dn_text_add_string(text, "ALTER TABLE ");
    dn_print_object(operation->path, text);
    for (size_t i = 0; i < 3; i++) {
        const dunlin_property *member = dn_print_member(operation, members[i][0]);

        if (member) {
            dn_text_add_string(text, members[i][1]);
            dn_print_name(member->text, text);
        }
    }
    if (comment) {
        dn_text_add_string(text, " COMMENT = ");
        dn_print_string(comment->text, text);
    }
}

void
dn_print_alter(const dunlin_operation *operation, dn_text *text)
{
    bool comment = dn_print_unsets(operation, "comment") || dn_print_member(operation, "comment");

    if (comment && operation->set_count + operation->unset_count == 1) {
        print_comment(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_COLUMN)) {
        print_alter_column(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_ENUM)) {
        print_alter_enum(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_DOMAIN)) {
        print_alter_domain(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_TABLE)) {
        print_alter_table(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_SEQUENCE)) {
        dn_text_add_string(text, "ALTER SEQUENCE ");
        dn_print_if_exists(operation, text);
        dn_print_object(operation->path, text);
        dn_print_sequence_options(operation, text);
    } else {
        print_alter_constraint(operation, text);
    }
}

/* --- RENAME --- */
static bool
same(dunlin_string a, dunlin_string b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static void
print_rename_part(const dunlin_operation *operation, dn_text *text)
{
    dn_print_alter_table(operation, text);
    dn_text_add_string(text, "RENAME ");
    print_kind(operation, text);
    dn_print_if_exists(operation, text);
    dn_print_name(operation->path[2], text);
    dn_text_add_string(text, " TO ");
    dn_print_name(operation->new_path[2], text);
}

void
dn_print_rename(const dunlin_operation *operation, dn_text *text)
{
    uint64_t last = operation->path_count - 1;

    if (operation->path_count == 3 && operation->path[1].length) {
        print_rename_part(operation, text);
        return;
    }
    if (dn_print_is(operation, DUNLIN_KIND_TABLE) &&
        !same(operation->path[0], operation->new_path[0]) &&
        !same(operation->path[1], operation->new_path[1])) {
        dn_text_add_string(text, "RENAME TABLE ");
        dn_print_if_exists(operation, text);
        dn_print_object(operation->path, text);
        dn_text_add_string(text, " TO ");
        dn_print_object(operation->new_path, text);
        return;
    }
    dn_text_add_string(text, "ALTER ");
    print_kind(operation, text);
    dn_print_if_exists(operation, text);
    print_self(operation, text);
    if (last > 0 && !same(operation->path[0], operation->new_path[0])) {
        dn_text_add_string(text, " SET SCHEMA ");
        dn_print_name(operation->new_path[0], text);
    } else {
        dn_text_add_string(text, " RENAME TO ");
        dn_print_name(operation->new_path[last], text);
    }
}

/* --- DROP --- */
static void
print_drop_part(const dunlin_operation *operation, dn_text *text)
{
    dn_print_alter_table(operation, text);
    dn_text_add_string(text, "DROP ");
    if (dn_print_is(operation, DUNLIN_KIND_PRIMARY_KEY) && !operation->path[2].length) {
        dn_text_add_string(text, "PRIMARY KEY");
        if (operation->condition)
            dn_text_add_string(text, " IF EXISTS");
        return;
    }
    if (dn_print_is(operation, DUNLIN_KIND_FOREIGN_KEY))
        dn_text_add_string(text, "FOREIGN KEY ");
    else if (dn_print_is(operation, DUNLIN_KIND_CHECK))
        dn_text_add_string(text, "CHECK ");
    else
        print_kind(operation, text);
    dn_print_if_exists(operation, text);
    dn_print_name(operation->path[2], text);
    dn_print_behaviour(operation, text);
}

void
dn_print_drop(const dunlin_operation *operation, dn_text *text)
{
    bool index = dn_print_is(operation, DUNLIN_KIND_INDEX);
    bool trigger = dn_print_is(operation, DUNLIN_KIND_TRIGGER);
    bool routine = dn_print_is(operation, DUNLIN_KIND_FUNCTION) ||
                   dn_print_is(operation, DUNLIN_KIND_PROCEDURE);

    if (operation->path_count == 3 && !index && !trigger && !routine) {
        print_drop_part(operation, text);
        return;
    }
    if (index && operation->flags & DUNLIN_OPERATION_PARENT_IF_EXISTS) {
        print_drop_part(operation, text);
        return;
    }
    dn_text_add_string(text, "DROP ");
    print_kind(operation, text);
    if (operation->flags & DUNLIN_OPERATION_CONCURRENTLY)
        dn_text_add_string(text, "CONCURRENTLY ");
    dn_print_if_exists(operation, text);
    if (routine) {
        dn_print_object(operation->path, text);
        if (operation->path[2].length)
            dn_text_printf(text, "(%.*s)", (int)operation->path[2].length, operation->path[2].data);
    } else if ((index || trigger) && operation->path[1].length) {
        dn_print_name(operation->path[2], text);
        dn_text_add_string(text, " ON ");
        dn_print_object(operation->path, text);
    } else {
        print_self(operation, text);
    }
    dn_print_behaviour(operation, text);
}
