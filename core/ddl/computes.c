/* SPDX-License-Identifier: MIT
 *
 * USING of a change of type that does more than to cast: carried out again, it makes something else of the values.
 */
#include "core/ddl/ddl.h"

#include <string.h>
#include <strings.h>

/* c::integer, CAST(c AS numeric(5, 2)), (c) */
typedef struct casting {
    const dunlin_operation *operation;
    bool typed; /* what follows is a type */
    bool other; /* something that is not part of a cast */
} casting;

static bool
is_word(const dunlin_token *token, const char *word)
{
    return token->kind == DUNLIN_TOKEN_WORD && dn_string_equal_fold(token->text, word);
}

static bool
is_column(const casting *work, const dunlin_token *token)
{
    const dunlin_operation *operation = work->operation;
    dunlin_string name = operation->path[operation->path_count - 1];
    uint64_t quotes = token->kind == DUNLIN_TOKEN_NAME ? 1 : 0;

    return (token->kind == DUNLIN_TOKEN_NAME || token->kind == DUNLIN_TOKEN_WORD) &&
           token->text.length == name.length + 2 * quotes &&
           strncasecmp(token->text.data + quotes, name.data, (size_t)name.length) == 0;
}

static int
see(const dunlin_token *token, void *context)
{
    casting *work = context;
    char symbol = token->kind == DUNLIN_TOKEN_SYMBOL ? *token->text.data : '\0';

    if (symbol == ':' || is_word(token, "as")) {
        work->typed = true;
        return 0;
    }
    if (symbol == '(' || symbol == ')' || is_word(token, "cast"))
        return 0;
    if (work->typed ? !(symbol == ',' || symbol == '.' || symbol == '[' || symbol == ']' ||
                        token->kind == DUNLIN_TOKEN_WORD || token->kind == DUNLIN_TOKEN_NAME ||
                        token->kind == DUNLIN_TOKEN_NUMBER)
                    : !is_column(work, token))
        work->other = true;
    return 0;
}

bool
dn_ddl_computes(const dn_lex_rules *rules, const dunlin_operation *operation)
{
    casting work = {.operation = operation};

    if (operation->using_expression.length && operation->path_count)
        dn_lex_tokens(rules, operation->using_expression, see, &work);
    return work.other;
}
