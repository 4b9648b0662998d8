/* SPDX-License-Identifier: MIT
 *
 * One spelling of the query of a view.
 */
#include "drivers/sqlite/sqlite_text.h"

static bool
begins_item(const dn_sqlite_tokens *tokens, size_t begin, size_t at)
{
    return at > begin && (dn_sqlite_tokens_symbol(tokens, at - 1, ',') ||
                          dn_sqlite_tokens_word(tokens, at - 1, "select") ||
                          dn_sqlite_tokens_word(tokens, at - 1, "distinct"));
}

typedef struct viewing {
    dn_kit_pool *pool;
    const dn_sqlite_tokens *tokens;
    size_t begin;
    size_t end;
    size_t depth; /* of parentheses */
    bool named;
} viewing;

/* Does a name stand anywhere but at `at`? */
static bool
is_said_elsewhere(const viewing *view, size_t at)
{
    dunlin_string name = dn_sqlite_name(view->pool, &view->tokens->list[at]);

    for (size_t i = view->begin; i < view->end; i++)
        if (i != at && dn_sqlite_is_name(&view->tokens->list[i]) &&
            dn_sqlite_same_name(dn_sqlite_name(view->pool, &view->tokens->list[i]), name))
            return true;
    return false;
}

/* The AS of "SELECT a AS a," or "t.a AS a FROM". */
static bool
is_redundant(const viewing *view, size_t at)
{
    const dn_sqlite_tokens *tokens = view->tokens;
    size_t begin = view->begin;
    size_t name = at - 1;

    if (at <= begin || at + 1 >= view->end || !dn_sqlite_tokens_word(tokens, at, "as") ||
        !dn_sqlite_is_name(&tokens->list[name]) || !dn_sqlite_is_name(&tokens->list[at + 1]))
        return false;
    if (!dn_kit_equal(dn_sqlite_name(view->pool, &tokens->list[name]),
                      dn_sqlite_name(view->pool, &tokens->list[at + 1])) &&
        !(view->named && view->depth == 0 && !is_said_elsewhere(view, at + 1)))
        return false;
    if (at + 2 < view->end && !dn_sqlite_tokens_symbol(tokens, at + 2, ',') &&
        !dn_sqlite_tokens_word(tokens, at + 2, "from"))
        return false;
    return begins_item(tokens, begin, name) ||
           (name > begin + 2 && dn_sqlite_tokens_symbol(tokens, name - 1, '.') &&
            begins_item(tokens, begin, name - 2));
}

/* Elsewhere SQLite takes what is in double quotes for a text if no column is called so. */
static dn_sqlite_token
without_quotes(const viewing *view, size_t at)
{
    const dn_sqlite_tokens *tokens = view->tokens;
    dn_sqlite_token token = tokens->list[at];
    bool sure = at > view->begin && (dn_sqlite_tokens_word(tokens, at - 1, "from") ||
                                     dn_sqlite_tokens_word(tokens, at - 1, "join") ||
                                     dn_sqlite_tokens_word(tokens, at - 1, "as") ||
                                     dn_sqlite_tokens_symbol(tokens, at - 1, '.'));
    dunlin_string plain;

    if (token.kind != DN_SQLITE_NAME ||
        (!sure && !(at + 1 < view->end && dn_sqlite_tokens_symbol(tokens, at + 1, '.'))))
        return token;
    plain = dn_sqlite_name_text(view->pool, dn_sqlite_name(view->pool, &token));
    if (plain.length > 0 && *plain.data != '"') {
        token.kind = DN_SQLITE_WORD;
        token.text = plain;
    }
    return token;
}

/* --- the only table ---------------------------------------------------------------------------------------- */
/* What a query reads, where that is one table: FROM main.t AS q. */
typedef struct source {
    size_t from;
    size_t table;
    size_t behind;           /* its names */
    dunlin_string qualifier; /* of its columns: q, or t */
} source;

static size_t
only(const viewing *view, const char *word)
{
    size_t found = view->end;

    for (size_t i = view->begin; i < view->end; i++) {
        if (!dn_sqlite_tokens_word(view->tokens, i, word) ||
            (i > view->begin && dn_sqlite_tokens_word(view->tokens, i - 1, "distinct")))
            continue;
        if (found < view->end)
            return view->end;
        found = i;
    }
    return found;
}

/* "main." of FROM main.t and main.t.c: alone, it may be another name of a table. */
static bool
is_main(const viewing *view, size_t at)
{
    const dn_sqlite_tokens *tokens = view->tokens;

    return at > view->begin && at + 2 < view->end && dn_sqlite_is_name(&tokens->list[at]) &&
           dn_kit_same_word(dn_sqlite_name(view->pool, &tokens->list[at]), "main") &&
           dn_sqlite_tokens_symbol(tokens, at + 1, '.') &&
           (dn_sqlite_tokens_word(tokens, at - 1, "from") ||
            dn_sqlite_tokens_word(tokens, at - 1, "join") ||
            (at + 3 < view->end && dn_sqlite_tokens_symbol(tokens, at + 3, '.')));
}

/* Nothing is joined to it. */
static bool
ends_source(const viewing *view, size_t at)
{
    static const char *const words[] = {"where", "group", "having", "window", "order", "limit"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (dn_sqlite_tokens_word(view->tokens, at, words[i]))
            return true;
    return at == view->end;
}

static bool
find_source(const viewing *view, source *one)
{
    const dn_sqlite_token *list = view->tokens->list;
    size_t name;

    one->from = only(view, "from");
    if (one->from >= view->end || only(view, "select") != view->begin)
        return false;
    name = one->from + (is_main(view, one->from + 1) ? 3 : 1);
    one->table = name;
    one->behind = name + 1;
    if (name >= view->end || !dn_sqlite_is_name(&list[name]))
        return false;
    if (one->behind < view->end && !ends_source(view, one->behind)) {
        name = one->behind + dn_sqlite_tokens_word(view->tokens, one->behind, "as");
        one->behind = name + 1;
    }
    one->qualifier = dn_sqlite_name(view->pool, &list[name]);
    return name < view->end && dn_sqlite_is_name(&list[name]) && ends_source(view, one->behind);
}

/* Is it what something else is called in the result? ORDER BY would mean that. */
static bool
is_other_result(const viewing *view, const source *one, dunlin_string name)
{
    const dn_sqlite_tokens *tokens = view->tokens;

    for (size_t i = view->begin + 2; i < one->from; i++)
        if (dn_sqlite_is_name(&tokens->list[i]) &&
            dn_sqlite_same_name(dn_sqlite_name(view->pool, &tokens->list[i]), name) &&
            (i + 1 == one->from || dn_sqlite_tokens_symbol(tokens, i + 1, ',')) &&
            !dn_sqlite_tokens_symbol(tokens, i - 1, '.') && !begins_item(tokens, view->begin, i) &&
            !is_redundant(view, i - 1))
            return true;
    return false;
}

static bool
is_qualifier(const viewing *view, const source *one, size_t at)
{
    return at + 2 < view->end && dn_sqlite_is_name(&view->tokens->list[at]) &&
           dn_sqlite_tokens_symbol(view->tokens, at + 1, '.') &&
           dn_sqlite_same_name(dn_sqlite_name(view->pool, &view->tokens->list[at]), one->qualifier);
}

static bool
has_plain_columns(const viewing *view, const source *one)
{
    for (size_t i = view->begin; i < view->end; i++)
        if (i != one->table && is_qualifier(view, one, i) &&
            is_other_result(view, one, dn_sqlite_name(view->pool, &view->tokens->list[i + 2])))
            return false;
    return true;
}

/* Tokens from `at` on that say nothing: main. before a table, q. before a column, the AS of FROM t AS q. */
static size_t
count_idle(const viewing *view, const source *one, size_t at)
{
    if (is_main(view, at))
        return 2;
    if (one->behind == 0)
        return 0;
    if (at == one->table + 1)
        return dn_sqlite_tokens_word(view->tokens, at, "as");
    return at < one->from || at > one->table ? 2 * (size_t)is_qualifier(view, one, at) : 0;
}

dunlin_string
dn_sqlite_view_text(dn_kit_pool *pool, const dn_sqlite_tokens *tokens, size_t begin, size_t end,
                    bool named)
{
    viewing view = {.pool = pool, .tokens = tokens, .begin = begin, .end = end, .named = named};
    dn_sqlite_tokens kept = {.list =
                                 dn_kit_pool_take(pool, (tokens->count + 1) * sizeof(*kept.list))};
    source one = {0};

    if (kept.list == NULL)
        return dn_kit_string(NULL);
    if (!find_source(&view, &one) || !has_plain_columns(&view, &one))
        one = (source){0};
    for (size_t i = begin; i < end; i++) {
        i += count_idle(&view, &one, i);
        i += count_idle(&view, &one, i);
        if (i >= end)
            break;
        view.depth += dn_sqlite_tokens_symbol(tokens, i, '(');
        view.depth -= dn_sqlite_tokens_symbol(tokens, i, ')') && view.depth > 0;
        if (is_redundant(&view, i))
            i++;
        else
            kept.list[kept.count++] = without_quotes(&view, i);
    }
    kept.list[kept.count] = tokens->list[tokens->count];
    return dn_sqlite_statement_text(pool, &kept, 0, kept.count);
}
