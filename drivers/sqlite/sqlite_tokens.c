/* SPDX-License-Identifier: MIT
 *
 * Tokens of a whole text, and names.
 */
#include "drivers/sqlite/sqlite_text.h"

#include <string.h>
#include <strings.h>

#include <sqlite3.h>

static bool
touches(const dn_sqlite_token *left, const dn_sqlite_token *right)
{
    return left->text.data + left->text.length == right->text.data;
}

static bool
is_hexadecimal(dunlin_string text)
{
    return text.length > 1 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x';
}

/* Whether the byte after a number goes on with it: "1" "." "5", "1e" "-" "5". */
static bool
continues_number(const dn_sqlite_token *number, const dn_sqlite_token *next)
{
    char last = number->text.data[number->text.length - 1];

    if (number->kind != DN_SQLITE_NUMBER || !touches(number, next) || is_hexadecimal(number->text))
        return false;
    if (next->kind == DN_SQLITE_NUMBER || next->kind == DN_SQLITE_WORD)
        return true;
    if (dn_sqlite_is_symbol(next, '.'))
        return memchr(number->text.data, '.', number->text.length) == NULL;
    return (last | 0x20) == 'e' &&
           (dn_sqlite_is_symbol(next, '-') || dn_sqlite_is_symbol(next, '+'));
}

static bool
makes_operator(const dn_sqlite_token *left, const dn_sqlite_token *right)
{
    static const char *const operators[] = {
        "||", "<=", ">=", "<>", "!=", "==", "<<", ">>", "->", "->>"};
    size_t length = left->text.length + 1;

    if (left->kind != DN_SQLITE_SYMBOL || right->kind != DN_SQLITE_SYMBOL || !touches(left, right))
        return false;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (strlen(operators[i]) == length && memcmp(operators[i], left->text.data, length) == 0)
            return true;
    return false;
}

/* Whether `next` is a part of the token before it. */
static bool
belongs(const dn_sqlite_token *last, const dn_sqlite_token *next, bool behind_name)
{
    if (continues_number(last, next) || makes_operator(last, next))
        return true;
    if (next->kind == DN_SQLITE_STRING && last->text.length == 1 && dn_sqlite_is_word(last, "x"))
        return touches(last, next);
    return dn_sqlite_is_symbol(last, '.') && next->kind == DN_SQLITE_NUMBER && !behind_name &&
           touches(last, next);
}

bool
dn_sqlite_tokens_cut(dn_kit_pool *pool, dunlin_string text, dn_sqlite_tokens *tokens)
{
    size_t capacity = text.length / 4 + 16;
    dn_sqlite_scan scan;

    memset(tokens, 0, sizeof(*tokens));
    tokens->list = dn_kit_pool_take(pool, capacity * sizeof(*tokens->list));
    if (tokens->list == NULL)
        return false;
    dn_sqlite_scan_begin(&scan, text);
    for (;;) {
        dn_sqlite_token *next;
        dn_sqlite_token *list =
            dn_kit_pool_grow(pool, tokens->list, tokens->count, &capacity, sizeof(*list));

        if (list == NULL)
            return false;
        tokens->list = list;
        next = &list[tokens->count];
        if (!dn_sqlite_scan_next(&scan, next))
            return true;
        if (tokens->count > 0 && belongs(next - 1, next,
                                         tokens->count > 1 && next[-2].kind != DN_SQLITE_SYMBOL &&
                                             touches(next - 2, next - 1))) {
            if (dn_sqlite_is_symbol(next - 1, '.'))
                next[-1].kind = DN_SQLITE_NUMBER;
            if (next->kind == DN_SQLITE_STRING)
                next[-1].kind = DN_SQLITE_STRING;
            next[-1].text.length += next->text.length;
        } else {
            tokens->count++;
        }
    }
}

bool
dn_sqlite_tokens_word(const dn_sqlite_tokens *tokens, size_t at, const char *word)
{
    return at < tokens->count && dn_sqlite_is_word(&tokens->list[at], word);
}

bool
dn_sqlite_tokens_symbol(const dn_sqlite_tokens *tokens, size_t at, char symbol)
{
    return at < tokens->count && tokens->list[at].text.length == 1 &&
           dn_sqlite_is_symbol(&tokens->list[at], symbol);
}

size_t
dn_sqlite_tokens_close(const dn_sqlite_tokens *tokens, size_t open)
{
    size_t depth = 0;

    for (size_t i = open; i < tokens->count; i++) {
        if (dn_sqlite_tokens_symbol(tokens, i, '('))
            depth++;
        else if (dn_sqlite_tokens_symbol(tokens, i, ')') && --depth == 0)
            return i;
    }
    return tokens->count;
}

size_t
dn_sqlite_tokens_comma(const dn_sqlite_tokens *tokens, size_t at, size_t end)
{
    while (at < end && !dn_sqlite_tokens_symbol(tokens, at, ',')) {
        if (dn_sqlite_tokens_symbol(tokens, at, '('))
            at = dn_sqlite_tokens_close(tokens, at);
        at++;
    }
    return at < end ? at : end;
}

/* --- names ------------------------------------------------------------------------------------- */
dunlin_string
dn_sqlite_name(dn_kit_pool *pool, const dn_sqlite_token *token)
{
    dunlin_string text = token->text;
    char quote = text.length > 0 ? text.data[0] : '\0';
    char close = quote == '[' ? ']' : quote;
    char *name;
    size_t length = 0;

    if ((token->kind != DN_SQLITE_NAME && token->kind != DN_SQLITE_STRING) || text.length < 2)
        return text;
    name = dn_kit_pool_take(pool, text.length);
    if (name == NULL)
        return dn_kit_string(NULL);
    for (uint64_t i = 1; i + 1 < text.length; i++) {
        name[length++] = text.data[i];
        if (text.data[i] == close && i + 2 < text.length && text.data[i + 1] == close)
            i++;
    }
    return (dunlin_string){name, length};
}

bool
dn_sqlite_same_name(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || strncasecmp(left.data, right.data, left.length) == 0);
}

static bool
is_plain(dunlin_string name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        char byte = name.data[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';

        if (!letter && (i == 0 || ((byte < '0' || byte > '9') && byte != '$')))
            return false;
    }
    return name.length > 0;
}

dunlin_string
dn_sqlite_name_text(dn_kit_pool *pool, dunlin_string name)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};
    bool plain = is_plain(name);

    if (plain && sqlite3_keyword_check(name.data, (int)name.length) == 0 &&
        !dn_kit_same_word(name, "true") && !dn_kit_same_word(name, "false"))
        return name;
    dn_kit_text_quote(&quoted, '"', name);
    if (quoted.failed)
        pool->failed = true;
    return dn_kit_pool_copy(pool, dn_kit_text_string(&quoted));
}
