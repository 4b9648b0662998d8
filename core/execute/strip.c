/* SPDX-License-Identifier: MIT
 *
 * IF [NOT] EXISTS taken out of a statement whose guard was answered: servers that lack the form
 * take the statement then, and the others have nothing to wait for.
 */
#include "core/execute/translate_internal.h"

#include <string.h>

typedef struct stripping {
    dunlin_string text;
    dn_arena *arena;
    char *kept;
    size_t length;
    uint64_t copied; /* bytes of the text that are dealt with */
    uint64_t begin;  /* of an IF that may be a condition */
    int state;       /* 0 nothing, 1 IF, 2 IF NOT, 3 IF [NOT] EXISTS: all but what follows */
    int depth;
    const dn_lex_rules *rules; /* NULL: nobody asks whether the server takes the conditions */
    bool unknown;              /* one that it does not */
} stripping;

static void
keep_until(stripping *work, uint64_t end)
{
    memcpy(work->kept + work->length, work->text.data + work->copied, (size_t)(end - work->copied));
    work->length += (size_t)(end - work->copied);
    work->copied = end;
}

/* A condition is followed by a name; EXISTS of a query by a parenthesis. */
static void
see_follower(stripping *work, const dunlin_token *token)
{
    if (!(token->kind == DUNLIN_TOKEN_SYMBOL && *token->text.data == '(')) {
        work->unknown = work->unknown ||
                        (work->rules && !dn_lex_takes_condition(
                                            work->rules, dn_span(work->text.data, work->begin)));
        if (work->kept)
            keep_until(work, work->begin);
        work->copied = token->offset;
    }
    work->state = 0;
}

static int
see(const dunlin_token *token, void *context)
{
    stripping *work = context;
    bool word = token->kind == DUNLIN_TOKEN_WORD;

    if (work->state == 3)
        see_follower(work, token);
    if (token->kind == DUNLIN_TOKEN_SYMBOL && *token->text.data == '(')
        work->depth++;
    if (token->kind == DUNLIN_TOKEN_SYMBOL && *token->text.data == ')')
        work->depth--;
    if (word && work->depth == 0 && dn_string_equal_fold(token->text, "if")) {
        work->state = 1;
        work->begin = token->offset;
    } else if (word && work->state == 1 && dn_string_equal_fold(token->text, "not")) {
        work->state = 2;
    } else if (word && (work->state == 1 || work->state == 2) &&
               dn_string_equal_fold(token->text, "exists")) {
        work->state = 3;
    } else {
        work->state = 0;
    }
    return 0;
}

const char *
dn_translator_strip(const dn_lex_rules *rules, dunlin_string text, dn_arena *arena, size_t *length)
{
    stripping work = {.text = text, .arena = arena};

    work.kept = dn_arena_alloc(arena, (size_t)text.length + 1);
    if (!work.kept)
        return NULL;
    dn_lex_tokens(rules, text, see, &work);
    keep_until(&work, text.length);
    work.kept[work.length] = '\0';
    *length = work.length;
    return work.kept;
}

bool
dn_translator_knows_guards(const dn_lex_rules *rules, dunlin_string text)
{
    stripping work = {.text = text, .rules = rules};

    dn_lex_tokens(rules, text, see, &work);
    return !work.unknown;
}
