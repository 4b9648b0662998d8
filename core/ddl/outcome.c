/* SPDX-License-Identifier: MIT
 *
 * How reading a statement can end before its end.
 */
#include "core/ddl/parts.h"

static bool
stop(dn_ddl_parser *parser, dn_ddl_outcome outcome, const char *reason)
{
    if (parser->outcome)
        return false;
    parser->outcome = reason ? outcome : DN_DDL_NO_MEMORY;
    parser->reason = reason;
    parser->reason_offset = dn_ddl_peek(parser)->offset;
    return false;
}

bool
dn_ddl_native(dn_ddl_parser *parser, const char *format, ...)
{
    va_list arguments;
    char *reason;

    va_start(arguments, format);
    reason = dn_arena_vprintf(parser->arena, format, arguments);
    va_end(arguments);
    return stop(parser, DN_DDL_IS_NATIVE, reason);
}

bool
dn_ddl_wrong(dn_ddl_parser *parser, const char *format, ...)
{
    va_list arguments;
    char *reason;

    va_start(arguments, format);
    reason = dn_arena_vprintf(parser->arena, format, arguments);
    va_end(arguments);
    return stop(parser, DN_DDL_IS_WRONG, reason);
}

bool
dn_ddl_expected(dn_ddl_parser *parser, const char *what)
{
    const dn_ddl_token *token = dn_ddl_peek(parser);
    dn_text found = DN_TEXT_INIT;
    bool enough = true;

    if (parser->outcome)
        return false;
    if (token->kind == 0) {
        dn_ddl_wrong(parser, "expected %s, but the statement ends here", what);
    } else {
        dn_text_add_visible(&found, token->text.data, token->text.length, 60);
        enough = !found.failed;
        dn_ddl_wrong(parser, "expected %s, found %s", what, enough ? found.data : "");
    }
    dn_text_free(&found);
    return enough ? false : dn_ddl_no_memory(parser);
}

bool
dn_ddl_no_memory(dn_ddl_parser *parser)
{
    parser->outcome = DN_DDL_NO_MEMORY;
    return false;
}

bool
dn_ddl_mark_native(dn_ddl_parser *parser, dn_ddl_draft *draft, size_t token, const char *format,
                   ...)
{
    va_list arguments;

    if (draft->mark.native || parser->options->own)
        return true;
    va_start(arguments, format);
    draft->mark.native = dn_arena_vprintf(parser->arena, format, arguments);
    va_end(arguments);
    draft->mark.offset = parser->tokens[token].offset;
    return draft->mark.native ? true : dn_ddl_no_memory(parser);
}
