/* SPDX-License-Identifier: MIT
 *
 * Names, strings and small clauses of portable text.
 */
#include "core/ddl/print.h"

#include <string.h>

const dunlin_property *
dn_print_next(const dunlin_property *property)
{
    unsigned depth = 0;

    do {
        if (property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
            property->type == DUNLIN_PROPERTY_STRUCT_BEGIN)
            depth++;
        else if (property->type == DUNLIN_PROPERTY_END)
            depth--;
        property++;
    } while (depth > 0);
    return property;
}

const dunlin_property *
dn_print_member(const dunlin_operation *operation, const char *name)
{
    const dunlin_property *at = operation->set;

    while (at && at < operation->set + operation->set_count) {
        if (dn_string_equal(at->name, name))
            return at;
        at = dn_print_next(at);
    }
    return NULL;
}

bool
dn_print_unsets(const dunlin_operation *operation, const char *name)
{
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_string_equal(operation->unset[i], name))
            return true;
    return false;
}

bool
dn_print_is(const dunlin_operation *operation, const char *kind)
{
    return dn_string_equal(operation->kind, kind);
}

/* Words that one of the databases reserves, or that our parser would take for something else. */
static const char *const reserved[] = {
    "add",
    "all",
    "alter",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current",
    "database",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "except",
    "exclude",
    "exists",
    "false",
    "fetch",
    "first",
    "for",
    "foreign",
    "from",
    "fulltext",
    "grant",
    "group",
    "having",
    "if",
    "in",
    "index",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "key",
    "lateral",
    "left",
    "like",
    "limit",
    "lock",
    "match",
    "natural",
    "not",
    "null",
    "of",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "period",
    "primary",
    "rank",
    "references",
    "returning",
    "right",
    "row",
    "rows",
    "select",
    "set",
    "some",
    "spatial",
    "table",
    "temp",
    "temporary",
    "then",
    "to",
    "trigger",
    "true",
    "type",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "view",
    "when",
    "where",
    "window",
    "with",
    "nulls",
    "full",
    "cascade",
    "restrict",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "concurrently",
    "after",
    "modify",
    "change",
};

static bool
is_plain(dunlin_string name)
{
    if (!name.length || (name.data[0] >= '0' && name.data[0] <= '9'))
        return false;
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (dn_string_equal(name, reserved[i]))
            return false;
    return true;
}

void
dn_print_name(dunlin_string name, dn_text *text)
{
    if (is_plain(name))
        dn_text_add(text, name.data, name.length);
    else
        dn_text_add_quoted(text, '"', name);
}

void
dn_print_string(dunlin_string value, dn_text *text)
{
    dn_text_add_quoted(text, '\'', value);
}

void
dn_print_object(const dunlin_string *path, dn_text *text)
{
    if (path[0].length) {
        dn_print_name(path[0], text);
        dn_text_add_char(text, '.');
    }
    dn_print_name(path[1], text);
}

void
dn_print_list(const dunlin_property *list, dn_text *text)
{
    const char *lead = "(";

    for (const dunlin_property *at = list + 1; at->type != DUNLIN_PROPERTY_END;
         at = dn_print_next(at)) {
        dn_text_add_string(text, lead);
        if (at->type == DUNLIN_PROPERTY_IDENTIFIER)
            dn_print_name(at->text, text);
        else
            dn_print_string(at->text, text);
        lead = ", ";
    }
    dn_text_add_string(text, *lead == '(' ? "()" : ")");
}

void
dn_print_if_exists(const dunlin_operation *operation, dn_text *text)
{
    if (operation->condition == DUNLIN_CONDITION_IF_EXISTS)
        dn_text_add_string(text, "IF EXISTS ");
    else if (operation->condition == DUNLIN_CONDITION_IF_NOT_EXISTS)
        dn_text_add_string(text, "IF NOT EXISTS ");
}

void
dn_print_behaviour(const dunlin_operation *operation, dn_text *text)
{
    if (operation->flags & DUNLIN_OPERATION_CASCADE)
        dn_text_add_string(text, " CASCADE");
    else if (operation->flags & DUNLIN_OPERATION_RESTRICT)
        dn_text_add_string(text, " RESTRICT");
}

void
dn_print_alter_table(const dunlin_operation *operation, dn_text *text)
{
    dn_text_add_string(text, "ALTER TABLE ");
    if (operation->flags & DUNLIN_OPERATION_PARENT_IF_EXISTS)
        dn_text_add_string(text, "IF EXISTS ");
    dn_print_object(operation->path, text);
    dn_text_add_char(text, ' ');
}
