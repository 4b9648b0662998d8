/* SPDX-License-Identifier: MIT
 *
 * Views, materialized or not.
 */
#include "core/ddl/parts.h"

static bool
view_definition(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t begin = parser->at;
    size_t end = parser->count;

    /* The definition is the query without a parenthesis around the whole of it. */
    while (dn_ddl_is(parser, "(")) {
        size_t open = parser->at;

        if (!dn_ddl_skip_parenthesis(parser))
            return false;
        if (parser->at != end) {
            parser->at = open;
            break;
        }
        begin = open + 1;
        end--;
        parser->at = begin;
    }
    if (end <= begin)
        return dn_ddl_expected(parser, "a query");
    if (!dn_ddl_is(parser, "SELECT") && !dn_ddl_is(parser, "WITH") &&
        !dn_ddl_is(parser, "VALUES") && !dn_ddl_is(parser, "("))
        return dn_ddl_expected(parser, "a query");
    parser->at = parser->count;
    return dn_ddl_set_expression(parser, draft, "definition", dn_ddl_slice(parser, begin, end));
}

/* WITH CHECK OPTION, WITH DATA: at the very end, so they are looked for from there. */
static bool
view_tail(dn_ddl_parser *parser, dn_ddl_draft *draft)
{
    size_t count = parser->count;
    const dn_ddl_token *last;

    if (count < 4)
        return true;
    last = &parser->tokens[count - 1];
    if (dn_ddl_token_is(last, "OPTION") && dn_ddl_token_is(last - 1, "CHECK")) {
        return dn_ddl_native(parser, "WITH CHECK OPTION is not portable");
    }
    if (dn_ddl_token_is(last, "DATA") && dn_ddl_token_is(last - 1, "WITH")) {
        parser->count -= 2;
        return true;
    }
    if (dn_ddl_token_is(last, "DATA") && dn_ddl_token_is(last - 1, "NO") &&
        dn_ddl_token_is(last - 2, "WITH"))
        return dn_ddl_native(parser, "WITH NO DATA is not portable");
    (void)draft;
    return true;
}

bool
dn_ddl_create_view(dn_ddl_parser *parser)
{
    const char *kind = parser->materialized ? DUNLIN_KIND_MATERIALIZED_VIEW : DUNLIN_KIND_VIEW;
    int32_t condition = DUNLIN_CONDITION_NONE;
    size_t count = parser->count;
    dn_ddl_object view;
    dn_ddl_draft *draft;

    dn_ddl_if_not_exists(parser, &condition);
    if (!dn_ddl_qualified(parser, &view))
        return false;
    draft = dn_ddl_begin(parser, DUNLIN_VERB_CREATE, kind, &view);
    if (!draft)
        return false;
    draft->operation.condition = condition;
    if (parser->or_replace)
        draft->operation.flags |= DUNLIN_OPERATION_OR_REPLACE;
    if (parser->temporary && !dn_ddl_set_true(parser, draft, "temporary"))
        return false;
    if (dn_ddl_is(parser, "(") && !dn_ddl_names_in_parentheses(parser, draft, "columns"))
        return false;
    if (dn_ddl_is(parser, "WITH"))
        return dn_ddl_native(parser, "options of a view are not portable");
    if (dn_ddl_is(parser, "USING") || dn_ddl_is(parser, "TABLESPACE"))
        return dn_ddl_native(parser, "storage of a view is not portable");
    if (!dn_ddl_expect(parser, "AS") || !view_tail(parser, draft) ||
        !view_definition(parser, draft))
        return false;
    parser->count = count;
    parser->at = count;
    return dn_ddl_done(parser, draft);
}
