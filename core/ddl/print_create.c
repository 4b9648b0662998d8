/* SPDX-License-Identifier: MIT
 *
 * CREATE of everything but whole tables.
 */
#include "core/ddl/print.h"

#include <string.h>

static void
add(dn_text *text, dunlin_string string)
{
    dn_text_add(text, string.data, string.length);
}

void
dn_print_sequence_options(const dunlin_operation *operation, dn_text *text)
{
    static const char *const numbers[][2] = {
        {"increment", " INCREMENT BY "}, {"min", " MINVALUE "}, {"max", " MAXVALUE "},
        {"start", " START WITH "},       {"cache", " CACHE "},  {"restart", " RESTART WITH "},
    };
    static const char *const unset[][2] = {
        {"increment", " INCREMENT BY 1"}, {"min", " NO MINVALUE"},
        {"max", " NO MAXVALUE"},          {"cache", " CACHE 1"},
        {"cycle", " NO CYCLE"},
    };
    const dunlin_property *owner = dn_print_member(operation, "owned_by");
    const char *lead = " OWNED BY ";

    if (dn_print_member(operation, "type") || dn_print_member(operation, "type_path")) {
        dn_text_add_string(text, " AS ");
        dn_print_type(operation, text);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const dunlin_property *number = dn_print_member(operation, numbers[i][0]);

        if (number)
            dn_text_printf(text, "%s%lld", numbers[i][1], (long long)number->integer);
    }
    if (dn_print_member(operation, "cycle"))
        dn_text_add_string(text, " CYCLE");
    for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++)
        if (dn_print_unsets(operation, unset[i][0]))
            dn_text_add_string(text, unset[i][1]);
    for (const dunlin_property *at = owner ? owner + 1 : NULL;
         at && at->type != DUNLIN_PROPERTY_END; at++) {
        dn_text_add_string(text, lead);
        dn_print_name(at->text, text);
        lead = ".";
    }
}

static void
print_view(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *columns = dn_print_member(operation, "columns");
    const dunlin_property *definition = dn_print_member(operation, "definition");

    dn_text_add_string(text, operation->flags & DUNLIN_OPERATION_OR_REPLACE ? "CREATE OR REPLACE "
                                                                            : "CREATE ");
    if (dn_print_member(operation, "temporary"))
        dn_text_add_string(text, "TEMPORARY ");
    dn_text_add_string(text,
                       dn_print_is(operation, DUNLIN_KIND_VIEW) ? "VIEW " : "MATERIALIZED VIEW ");
    dn_print_if_exists(operation, text);
    dn_print_object(operation->path, text);
    if (columns) {
        dn_text_add_char(text, ' ');
        dn_print_list(columns, text);
    }
    /* What was written in several lines begins with one of its own. */
    dn_text_add_string(
        text, definition && memchr(definition->text.data, '\n', (size_t)definition->text.length)
                  ? " AS\n"
                  : " AS ");
    if (definition)
        add(text, definition->text);
}

static void
print_domain(const dunlin_operation *operation, dn_text *text)
{
    const dunlin_property *value = dn_print_member(operation, "default");
    const dunlin_property *checks = dn_print_member(operation, "checks");

    dn_text_add_string(text, " AS ");
    dn_print_type(operation, text);
    if (dn_print_member(operation, "collation")) {
        dn_text_add_string(text, " COLLATE ");
        dn_print_name(dn_print_member(operation, "collation")->text, text);
    }
    if (value) {
        dn_text_add_string(text, " DEFAULT (");
        add(text, value->text);
        dn_text_add_char(text, ')');
    }
    if (dn_print_member(operation, "not_null"))
        dn_text_add_string(text, " NOT NULL");
    for (const dunlin_property *at = checks ? checks + 1 : NULL;
         at && at->type != DUNLIN_PROPERTY_END; at++) {
        dn_text_add_string(text, " CHECK (");
        add(text, at->text);
        dn_text_add_char(text, ')');
    }
}

static void
print_part(const dunlin_operation *operation, dn_text *text)
{
    dn_print_alter_table(operation, text);
    dn_text_add_string(text, "ADD ");
    if (!dn_print_is(operation, DUNLIN_KIND_COLUMN)) {
        dn_print_constraint(operation, true, text);
        return;
    }
    dn_text_add_string(text, "COLUMN ");
    dn_print_if_exists(operation, text);
    dn_print_column(operation, text);
}

void
dn_print_create(const dunlin_operation *operation, dn_text *text)
{
    static const struct {
        const char *kind;
        const char *words;
    } kinds[] = {
        {DUNLIN_KIND_TABLE, "TABLE "},   {DUNLIN_KIND_SEQUENCE, "SEQUENCE "},
        {DUNLIN_KIND_ENUM, "TYPE "},     {DUNLIN_KIND_DOMAIN, "DOMAIN "},
        {DUNLIN_KIND_SCHEMA, "SCHEMA "},
    };

    if (operation->body.length && !dn_print_is(operation, DUNLIN_KIND_TABLE)) {
        add(text, operation->body);
        return;
    }
    if (dn_print_is(operation, DUNLIN_KIND_INDEX)) {
        dn_print_index(operation, text);
        return;
    }
    if (dn_print_is(operation, DUNLIN_KIND_VIEW) ||
        dn_print_is(operation, DUNLIN_KIND_MATERIALIZED_VIEW)) {
        print_view(operation, text);
        return;
    }
    if (operation->path_count == 3) {
        print_part(operation, text);
        return;
    }
    dn_text_add_string(text, operation->flags & DUNLIN_OPERATION_OR_REPLACE ? "CREATE OR REPLACE "
                                                                            : "CREATE ");
    if (dn_print_member(operation, "temporary"))
        dn_text_add_string(text, "TEMPORARY ");
    if (dn_print_member(operation, "unlogged"))
        dn_text_add_string(text, "UNLOGGED ");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (dn_print_is(operation, kinds[i].kind))
            dn_text_add_string(text, kinds[i].words);
    dn_print_if_exists(operation, text);
    if (operation->path_count == 1)
        dn_print_name(operation->path[0], text);
    else
        dn_print_object(operation->path, text);
    if (operation->body.length) {
        dn_text_add_string(text, " AS ");
        add(text, operation->body);
    } else if (dn_print_is(operation, DUNLIN_KIND_ENUM)) {
        dn_text_add_string(text, " AS ENUM ");
        dn_print_list(dn_print_member(operation, "values"), text);
    } else if (dn_print_is(operation, DUNLIN_KIND_DOMAIN)) {
        print_domain(operation, text);
    } else if (dn_print_is(operation, DUNLIN_KIND_SEQUENCE)) {
        dn_print_sequence_options(operation, text);
    }
}
