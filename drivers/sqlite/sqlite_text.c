/* SPDX-License-Identifier: MIT
 *
 * One spelling of expressions, statements, defaults and types.
 */
#include "drivers/sqlite/sqlite_text.h"

#include <string.h>

#include <sqlite3.h>

typedef struct writing {
    dn_kit_pool *pool;
    dn_kit_text text;
    const dn_sqlite_tokens *tokens;
    size_t begin;
    size_t end;
    size_t last;                  /* the token written last */
    const dn_sqlite_names *names; /* NULL: names stay as written */
    dunlin_string from;           /* a column to be called otherwise, or empty */
    dunlin_string to;
} writing;

static bool
is_keyword(dunlin_string word)
{
    return sqlite3_keyword_check(word.data, (int)word.length) != 0;
}

/* --- blanks ------------------------------------------------------------------------------------ */
static bool
is_sign(const dn_sqlite_token *token)
{
    return token->kind == DN_SQLITE_SYMBOL && token->text.length == 1 &&
           (*token->text.data == '-' || *token->text.data == '+' || *token->text.data == '~');
}

/* A sign with nothing before it that it could subtract from. */
static bool
is_unary(const writing *work, size_t at)
{
    const dn_sqlite_token *before;

    if (!is_sign(&work->tokens->list[at]))
        return false;
    if (at == work->begin)
        return true;
    before = &work->tokens->list[at - 1];
    if (before->kind == DN_SQLITE_SYMBOL)
        return !dn_sqlite_is_symbol(before, ')');
    return before->kind == DN_SQLITE_WORD && is_keyword(before->text) &&
           !dn_sqlite_is_word(before, "null") && !dn_sqlite_is_word(before, "end");
}

static bool
wants_blank(const writing *work, size_t at)
{
    const dn_sqlite_tokens *tokens = work->tokens;
    size_t last = work->last;
    const dn_sqlite_token *before;

    if (work->text.length == 0)
        return false;
    before = &tokens->list[last];
    if (dn_sqlite_tokens_symbol(tokens, at, ',') || dn_sqlite_tokens_symbol(tokens, at, ')') ||
        dn_sqlite_tokens_symbol(tokens, at, '.') || dn_sqlite_tokens_symbol(tokens, at, ';') ||
        dn_sqlite_tokens_symbol(tokens, last, '(') || dn_sqlite_tokens_symbol(tokens, last, '.'))
        return false;
    if (dn_sqlite_tokens_symbol(tokens, at, '('))
        return before->kind != DN_SQLITE_WORD || dn_sqlite_is_word(before, "in") ||
               (is_keyword(before->text) && !dn_sqlite_is_word(before, "cast") &&
                !dn_sqlite_is_word(before, "replace") && !dn_sqlite_is_word(before, "raise") &&
                !dn_sqlite_is_word(before, "glob") && !dn_sqlite_is_word(before, "like"));
    return !is_unary(work, last);
}

/* --- words and names --------------------------------------------------------------------------- */
static void
add_folded(dn_kit_text *text, dunlin_string word, bool capitals)
{
    for (uint64_t i = 0; i < word.length; i++) {
        char byte = word.data[i];

        if (capitals && byte >= 'a' && byte <= 'z')
            byte = (char)(byte - 'a' + 'A');
        else if (!capitals && byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        dn_kit_text_add_string(text, (dunlin_string){&byte, 1});
    }
}

static const dunlin_string *
find_column(const writing *work, dunlin_string name)
{
    for (size_t i = 0; i < work->names->count; i++)
        if (dn_sqlite_same_name(work->names->columns[i], name))
            return &work->names->columns[i];
    return NULL;
}

static bool
is_call(const writing *work, size_t at)
{
    return at + 1 < work->end && dn_sqlite_tokens_symbol(work->tokens, at + 1, '(');
}

static bool
is_qualified(const writing *work, size_t at)
{
    return (at > work->begin && dn_sqlite_tokens_symbol(work->tokens, at - 1, '.')) ||
           (at + 1 < work->end && dn_sqlite_tokens_symbol(work->tokens, at + 1, '.'));
}

/* Names that every table knows, quoted or not. */
static bool
is_rowid(dunlin_string name)
{
    return dn_kit_same_word(name, "rowid") || dn_kit_same_word(name, "_rowid_") ||
           dn_kit_same_word(name, "oid");
}

static void
add_name(writing *work, size_t at)
{
    const dn_sqlite_token *token = &work->tokens->list[at];
    dunlin_string name = dn_sqlite_name(work->pool, token);
    const dunlin_string *column = is_call(work, at) ? NULL : find_column(work, name);
    dn_kit_text folded = {0};

    if (column != NULL && (token->kind == DN_SQLITE_NAME || !is_keyword(token->text))) {
        dn_kit_text_add_string(&work->text, dn_sqlite_name_text(work->pool, *column));
    } else if (token->kind == DN_SQLITE_WORD) {
        add_folded(&work->text, name, is_keyword(name));
    } else if (work->names->complete && *token->text.data == '"' && !is_rowid(name) &&
               !is_call(work, at) && !is_qualified(work, at)) {
        dn_kit_text_quote(&work->text, '\'', name);
    } else {
        add_folded(&folded, name, false);
        dn_kit_text_add_string(&work->text,
                               dn_sqlite_name_text(work->pool, dn_kit_text_string(&folded)));
        work->text.failed = work->text.failed || folded.failed;
        dn_kit_text_free(&folded);
    }
}

/* "t." in front of a column of t. */
static bool
is_own_table(const writing *work, size_t at)
{
    return work->names != NULL && work->names->table.length > 0 && at + 2 < work->end &&
           dn_sqlite_is_name(&work->tokens->list[at]) &&
           dn_sqlite_tokens_symbol(work->tokens, at + 1, '.') &&
           dn_sqlite_same_name(dn_sqlite_name(work->pool, &work->tokens->list[at]),
                               work->names->table);
}

static void
add_token(writing *work, size_t at)
{
    const dn_sqlite_token *token = &work->tokens->list[at];

    if (wants_blank(work, at))
        dn_kit_text_add(&work->text, " ");
    if (work->from.length > 0 && dn_sqlite_is_name(token) && !is_call(work, at) &&
        dn_sqlite_same_name(dn_sqlite_name(work->pool, token), work->from))
        dn_kit_text_add_string(&work->text, dn_sqlite_name_text(work->pool, work->to));
    else if (dn_sqlite_is_name(token) && work->names != NULL)
        add_name(work, at);
    else if (token->kind == DN_SQLITE_NAME)
        dn_kit_text_quote(&work->text, '"', dn_sqlite_name(work->pool, token));
    else if (work->names != NULL && dn_kit_same(token->text, "=="))
        dn_kit_text_add(&work->text, "=");
    else if (work->names != NULL && dn_kit_same(token->text, "!="))
        dn_kit_text_add(&work->text, "<>");
    else
        dn_kit_text_add_string(&work->text, token->text);
}

static dunlin_string
write_tokens(writing *work)
{
    dunlin_string result;

    for (size_t i = work->begin; i < work->end; i++) {
        if (is_own_table(work, i))
            i += 2;
        add_token(work, i);
        work->last = i;
    }
    if (work->text.failed)
        work->pool->failed = true;
    result = dn_kit_pool_copy(work->pool, dn_kit_text_string(&work->text));
    dn_kit_text_free(&work->text);
    return result;
}

/* Takes off parentheses around all of it. */
static void
strip(const dn_sqlite_tokens *tokens, size_t *begin, size_t *end)
{
    while (*begin + 2 < *end && dn_sqlite_tokens_symbol(tokens, *begin, '(') &&
           dn_sqlite_tokens_close(tokens, *begin) == *end - 1) {
        (*begin)++;
        (*end)--;
    }
}

dunlin_string
dn_sqlite_expression(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin, size_t end,
                     const dn_sqlite_names *names)
{
    writing work = {.pool = pool, .tokens = tokens, .names = names};

    strip(tokens, &begin, &end);
    work.begin = begin;
    work.end = end;
    return write_tokens(&work);
}

dunlin_string
dn_sqlite_expression_text(dn_kit_pool *pool, dunlin_string text, const dn_sqlite_names *names)
{
    dn_sqlite_tokens tokens;

    if (!dn_sqlite_tokens_cut(pool, text, &tokens))
        return dn_kit_string(NULL);
    return dn_sqlite_expression(pool, &tokens, 0, tokens.count, names);
}

dunlin_string
dn_sqlite_statement_text(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin,
                         size_t end)
{
    writing work = {.pool = pool, .tokens = tokens, .begin = begin, .end = end};

    return write_tokens(&work);
}

static dunlin_string
quoted(dn_kit_pool *pool, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text literal = {0};

    dn_kit_text_quote(&literal, '\'', text);
    pool->failed = pool->failed || literal.failed;
    return dn_kit_pool_copy(pool, dn_kit_text_string(&literal));
}

/* "Determination Of Column Affinity" in SQLite's manual, with the first rule that applies. */
static bool
has_part(dunlin_string type, const char *const *parts)
{
    for (size_t i = 0; parts[i] != NULL; i++)
        if (type.length > 0 && memmem(type.data, type.length, parts[i], strlen(parts[i])) != NULL)
            return true;
    return false;
}

/* Digits as SQLite prints them again: its column may make nothing else of them. */
static bool
is_whole(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0 && text.length <= 18 && (text.length == 1 || *text.data != '0');
}

static dunlin_string
stored_default(dn_kit_pool *pool, const dn_sqlite_token *literal, dunlin_string type)
{
    static const char *const whole[] = {"INT", NULL};
    static const char *const texts[] = {"CHAR", "CLOB", "TEXT", NULL};
    static const char *const numbers[] = {"REAL", "FLOA", "DOUB", "NUM", "DEC", "BOOL", NULL};
    dunlin_string inner = literal->text;
    bool number = has_part(type, whole);
    bool text = !number && has_part(type, texts);

    if (literal->kind == DN_SQLITE_NUMBER)
        return text && is_whole(inner) ? quoted(pool, inner) : inner;
    inner.data++;
    inner.length -= 2;
    return (number || (!text && has_part(type, numbers))) && is_whole(inner) ? inner
                                                                             : literal->text;
}

dunlin_string
dn_sqlite_default(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin, size_t end,
                  dunlin_string type)
{
    static const dn_sqlite_names nothing = {.complete = true};
    const dn_sqlite_token *only;

    strip(tokens, &begin, &end);
    only = &tokens->list[begin];
    if (end == begin + 1 && dn_sqlite_is_word(only, "null"))
        return dn_kit_string(NULL);
    if (end == begin + 1 && only->kind == DN_SQLITE_WORD && !is_keyword(only->text) &&
        !dn_sqlite_is_word(only, "true") && !dn_sqlite_is_word(only, "false"))
        return quoted(pool, only->text);
    if (end == begin + 1 && (only->kind == DN_SQLITE_NUMBER || only->kind == DN_SQLITE_STRING))
        return dn_kit_pool_copy(pool, stored_default(pool, only, type));
    return dn_sqlite_expression(pool, tokens, begin, end, &nothing);
}

dunlin_string
dn_sqlite_type(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin, size_t end)
{
    dn_kit_text text = {0};
    dunlin_string type;

    for (size_t i = begin; i < end; i++) {
        const dn_sqlite_token *token = &tokens->list[i];
        bool inside =
            token->kind == DN_SQLITE_SYMBOL || dn_sqlite_tokens_symbol(tokens, i - 1, '(');

        if (i > begin && !inside && tokens->list[i - 1].kind != DN_SQLITE_SYMBOL)
            dn_kit_text_add(&text, " ");
        add_folded(&text, dn_sqlite_name(pool, token), true);
    }
    pool->failed = pool->failed || text.failed;
    type = dn_kit_pool_copy(pool, dn_kit_text_string(&text));
    dn_kit_text_free(&text);
    return type;
}

/* --- looking into expressions ------------------------------------------------------------------- */
bool
dn_sqlite_mentions(dn_kit_pool *pool, dunlin_string expression, dunlin_string column)
{
    dn_sqlite_tokens tokens;

    if (!dn_sqlite_tokens_cut(pool, expression, &tokens))
        return true;
    for (size_t i = 0; i < tokens.count; i++)
        if (dn_sqlite_is_name(&tokens.list[i]) && !dn_sqlite_tokens_symbol(&tokens, i + 1, '(') &&
            dn_sqlite_same_name(dn_sqlite_name(pool, &tokens.list[i]), column))
            return true;
    return false;
}

dunlin_string
dn_sqlite_rename_in(dn_kit_pool *pool, dunlin_string expression, dunlin_string from,
                    dunlin_string to)
{
    writing work = {.pool = pool, .from = from, .to = to};
    dn_sqlite_tokens tokens;

    if (!dn_sqlite_tokens_cut(pool, expression, &tokens))
        return expression;
    work.tokens = &tokens;
    work.end = tokens.count;
    return write_tokens(&work);
}

static bool
is_one_literal(dn_kit_pool *pool, dunlin_string expression, bool *is_time)
{
    dn_sqlite_tokens tokens;
    const dn_sqlite_token *token;

    *is_time = false;
    if (!dn_sqlite_tokens_cut(pool, expression, &tokens) || tokens.count == 0)
        return false;
    token = &tokens.list[tokens.count - 1];
    if (tokens.count == 2)
        return is_sign(&tokens.list[0]) && !dn_kit_same(tokens.list[0].text, "~") &&
               token->kind == DN_SQLITE_NUMBER;
    if (tokens.count != 1)
        return false;
    *is_time = dn_sqlite_is_word(token, "current_timestamp") ||
               dn_sqlite_is_word(token, "current_date") || dn_sqlite_is_word(token, "current_time");
    return *is_time || token->kind == DN_SQLITE_NUMBER || token->kind == DN_SQLITE_STRING ||
           dn_sqlite_is_word(token, "true") || dn_sqlite_is_word(token, "false") ||
           dn_sqlite_is_word(token, "null");
}

bool
dn_sqlite_is_literal(dn_kit_pool *pool, dunlin_string expression)
{
    bool is_time;

    return is_one_literal(pool, expression, &is_time);
}

bool
dn_sqlite_is_constant(dn_kit_pool *pool, dunlin_string expression)
{
    bool is_time;

    return is_one_literal(pool, expression, &is_time) && !is_time;
}
