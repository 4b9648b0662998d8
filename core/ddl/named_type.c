/* SPDX-License-Identifier: MIT
 *
 * Enum types and domains.
 */
#include "core/ddl/parts.h"

bool
dn_ddl_create_type(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object name;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &name))
        return false;
    if (!dn_ddl_accept(parser, "AS ENUM"))
        return dn_ddl_native(parser, "of the types only enums are portable");
    draft = dn_ddl_begin(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_ENUM, &name);
    if (!draft || !dn_ddl_expect(parser, "(") || !dn_ddl_open_list(parser, draft, "values"))
        return false;
    draft->operation.condition = condition;
    if (!dn_ddl_is(parser, ")")) {
        do {
            dunlin_string value;

            if (!dn_ddl_string(parser, &value) || !dn_ddl_set_text(parser, draft, "", value))
                return false;
        } while (dn_ddl_accept(parser, ","));
    }
    return dn_ddl_expect(parser, ")") && dn_ddl_close(parser, draft) && dn_ddl_done(parser, draft);
}

static bool
add_value(dn_ddl_parser *parser, const dn_ddl_object *type, int32_t condition)
{
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM, type);
    dunlin_string value;

    dn_ddl_if_not_exists(parser, &condition);
    if (!draft || !dn_ddl_string(parser, &value) ||
        !dn_ddl_set_text(parser, draft, "add_value", value))
        return false;
    draft->operation.condition = condition;
    if (dn_ddl_accept(parser, "BEFORE")) {
        if (!dn_ddl_string(parser, &value) || !dn_ddl_set_text(parser, draft, "before", value))
            return false;
    } else if (dn_ddl_accept(parser, "AFTER")) {
        if (!dn_ddl_string(parser, &value) || !dn_ddl_set_text(parser, draft, "after", value))
            return false;
    }
    return dn_ddl_done(parser, draft);
}

static bool
rename_value(dn_ddl_parser *parser, const dn_ddl_object *type, int32_t condition)
{
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_ENUM, type);
    dunlin_string from;
    dunlin_string to;

    parser->gap_count = 0; /* the value is what a guard asks for, not the type */
    dn_ddl_if_exists(parser, &condition);
    if (!draft || !dn_ddl_string(parser, &from) || !dn_ddl_expect(parser, "TO") ||
        !dn_ddl_string(parser, &to))
        return false;
    draft->operation.condition = condition;
    return dn_ddl_set_text(parser, draft, "rename_value", from) &&
           dn_ddl_set_text(parser, draft, "to", to) && dn_ddl_done(parser, draft);
}

static bool
rename_type(dn_ddl_parser *parser, const char *kind, const dn_ddl_object *type, int32_t condition)
{
    dn_ddl_draft *draft = dn_ddl_begin(parser, DUNLIN_VERB_RENAME, kind, type);
    dunlin_string to;

    if (!draft || !dn_ddl_name(parser, &to) || !dn_ddl_new_path(parser, draft, to))
        return false;
    draft->operation.condition = condition;
    return dn_ddl_done(parser, draft);
}

bool
dn_ddl_alter_type(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object type;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &type))
        return false;
    if (dn_ddl_accept(parser, "ADD VALUE"))
        return add_value(parser, &type, condition);
    if (dn_ddl_accept(parser, "RENAME VALUE"))
        return rename_value(parser, &type, condition);
    if (dn_ddl_accept(parser, "RENAME TO"))
        return rename_type(parser, DUNLIN_KIND_ENUM, &type, condition);
    if (dn_ddl_accept(parser, "SET SCHEMA"))
        return dn_ddl_set_schema(parser, DUNLIN_KIND_ENUM, &type, condition);
    return dn_ddl_native(parser, "of the changes to a type only those to an enum are portable");
}

/* The checks of a domain have no portable names: docs/facts.md. */
static bool
domain_options(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    bool checks = false;
    dunlin_string text;

    while (!dn_ddl_at_end(parser)) {
        if (dn_ddl_accept(parser, "CONSTRAINT")) {
            if (!dn_ddl_name(parser, &text))
                return false;
        } else if (dn_ddl_accept(parser, "CHECK")) {
            if ((!checks && !dn_ddl_open_list(parser, draft, "checks")) ||
                !dn_ddl_bracketed(parser, &text) || !dn_ddl_set_expression(parser, draft, "", text))
                return false;
            checks = true;
        } else if (checks) {
            return dn_ddl_expected(parser, "CHECK; it comes last");
        } else if (dn_ddl_accept(parser, "DEFAULT")) {
            if (!dn_ddl_default(parser, &text) ||
                !dn_ddl_set_expression(parser, draft, "default", text))
                return false;
        } else if (dn_ddl_accept(parser, "NOT NULL")) {
            if (!dn_ddl_set_true(parser, draft, "not_null"))
                return false;
        } else if (dn_ddl_accept(parser, "COLLATE")) {
            if (!dn_ddl_name(parser, &text) || !dn_ddl_set_text(parser, draft, "collation", text))
                return false;
        } else if (!dn_ddl_accept(parser, "NULL")) {
            return dn_ddl_expected(parser, "an option of the domain");
        }
    }
    return !checks || dn_ddl_close(parser, draft);
}

bool
dn_ddl_create_domain(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object name;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &name))
        return false;
    dn_ddl_accept(parser, "AS");
    draft = dn_ddl_begin(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_DOMAIN, &name);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    return dn_ddl_type(parser, draft) && domain_options(parser, draft) &&
           dn_ddl_done(parser, draft);
}

bool
dn_ddl_alter_domain(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object name;
    dn_ddl_draft *draft;
    dunlin_string text;
    bool fine;

    dn_ddl_if_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &name))
        return false;
    if (dn_ddl_accept(parser, "RENAME TO"))
        return rename_type(parser, DUNLIN_KIND_DOMAIN, &name, condition);
    if (dn_ddl_accept(parser, "SET SCHEMA"))
        return dn_ddl_set_schema(parser, DUNLIN_KIND_DOMAIN, &name, condition);
    draft = dn_ddl_begin(parser, DUNLIN_VERB_ALTER, DUNLIN_KIND_DOMAIN, &name);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    if (dn_ddl_accept(parser, "SET DEFAULT"))
        fine =
            dn_ddl_default(parser, &text) && dn_ddl_set_expression(parser, draft, "default", text);
    else if (dn_ddl_accept(parser, "DROP DEFAULT"))
        fine = dn_ddl_unset(parser, draft, "default");
    else if (dn_ddl_accept(parser, "SET NOT NULL"))
        fine = dn_ddl_set_true(parser, draft, "not_null");
    else if (dn_ddl_accept(parser, "DROP NOT NULL"))
        fine = dn_ddl_unset(parser, draft, "not_null");
    else
        return dn_ddl_native(parser, "this change of a domain is not portable");
    return fine && dn_ddl_done(parser, draft);
}
