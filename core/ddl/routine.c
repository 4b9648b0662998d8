/* SPDX-License-Identifier: MIT
 *
 * What is never portable, but may be guarded on its own database: functions, procedures, triggers.
 * And data statements, whose text is the operation.
 */
#include "core/ddl/parts.h"

static bool
native_object(dn_ddl_parser *parser, dn_ddl_draft *draft, int32_t condition, const char *reason)
{
    if (!draft || !dn_ddl_mark_native(parser, draft, 0, "%s", reason))
        return false;
    draft->operation.condition = condition;
    if (parser->or_replace)
        draft->operation.flags |= DUNLIN_OPERATION_OR_REPLACE;
    draft->operation.body = dn_ddl_slice(parser, 0, parser->count);
    parser->at = parser->count;
    return dn_ddl_done(parser, draft);
}

bool
dn_ddl_create_routine(dn_ddl_parser *parser)
{
    bool function = dn_ddl_token_is(&parser->tokens[parser->at - 1], "FUNCTION");
    int32_t condition = DUNLIN_CONDITION_NONE;
    dunlin_string arguments;
    dn_ddl_object name;
    size_t begin;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &name))
        return false;
    begin = parser->at;
    if (!dn_ddl_skip_parenthesis(parser) ||
        !dn_ddl_text_of(parser, begin + 1, parser->at - 1, &arguments))
        return false;
    return native_object(parser,
                         dn_ddl_begin_part(parser, DUNLIN_VERB_CREATE,
                                           function ? DUNLIN_KIND_FUNCTION : DUNLIN_KIND_PROCEDURE,
                                           &name, arguments),
                         condition, "routines are written in the database's own language");
}

bool
dn_ddl_create_trigger(dn_ddl_parser *parser)
{
    int32_t condition = DUNLIN_CONDITION_NONE;
    dn_ddl_object name;
    dn_ddl_object table;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &name))
        return false;
    /* BEFORE UPDATE OF a, b ON t */
    while (!dn_ddl_at_end(parser) && !dn_ddl_is(parser, "ON"))
        parser->at++;
    if (!dn_ddl_expect(parser, "ON") || !dn_ddl_qualified(parser, &table))
        return false;
    return native_object(
        parser,
        dn_ddl_begin_part(parser, DUNLIN_VERB_CREATE, DUNLIN_KIND_TRIGGER, &table, name.name),
        condition, "triggers are written in the database's own language");
}

bool
dn_ddl_data(dn_ddl_parser *parser)
{
    dunlin_string none = dn_string("");
    dn_ddl_draft *draft = dn_ddl_draft_new(parser, DUNLIN_VERB_DATA, "", none, none, none, 0);

    if (!draft)
        return false;
    draft->operation.body = dn_ddl_slice(parser, 0, parser->count);
    parser->at = parser->count;
    return dn_ddl_done(parser, draft);
}
