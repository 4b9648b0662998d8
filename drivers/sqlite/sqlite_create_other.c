/* SPDX-License-Identifier: MIT
 *
 * Reads CREATE VIEW and CREATE TRIGGER.
 */
#include "drivers/sqlite/sqlite_schema.h"

/* Behind CREATE [TEMP] `word` [IF NOT EXISTS] [schema.]name; 0: it is something else. */
static size_t
skip_head(const dn_sqlite_tokens *tokens, const char *word, size_t *name)
{
    size_t at = 1;

    if (dn_sqlite_tokens_word(tokens, at, "temp") || dn_sqlite_tokens_word(tokens, at, "temporary"))
        at++;
    if (!dn_sqlite_tokens_word(tokens, at++, word))
        return 0;
    if (dn_sqlite_tokens_word(tokens, at, "if"))
        at += 3;
    if (dn_sqlite_tokens_symbol(tokens, at + 1, '.'))
        at += 2;
    *name = at;
    return at < tokens->count ? at + 1 : 0;
}

/* The statement as it was stored, when it says more than the canonical one. */
static void
add_text(dn_kit_properties *set, dunlin_string sql, dunlin_string canonical)
{
    if (!dn_kit_equal(sql, canonical))
        dn_kit_properties_add(set, "text", DUNLIN_PROPERTY_TEXT, sql);
}

/* --- views --------------------------------------------------------------------------------------- */
static bool
may_be_source(const dn_sqlite_tokens *tokens, size_t at)
{
    const dn_sqlite_token *token = &tokens->list[at];

    if (at == 0 || (token->kind != DN_SQLITE_WORD && token->kind != DN_SQLITE_NAME) ||
        dn_sqlite_tokens_symbol(tokens, at + 1, '('))
        return false;
    return dn_sqlite_tokens_word(tokens, at - 1, "from") ||
           dn_sqlite_tokens_word(tokens, at - 1, "join") ||
           dn_sqlite_tokens_symbol(tokens, at - 1, ',') ||
           dn_sqlite_tokens_symbol(tokens, at - 1, '(') ||
           dn_sqlite_tokens_symbol(tokens, at - 1, '.');
}

static bool
has_name(const dn_kit_properties *set, size_t begin, dunlin_string name)
{
    for (size_t i = begin; i < set->count; i++)
        if (dn_sqlite_same_name(set->list[i].text, name))
            return true;
    return false;
}

static void
add_depends(dn_kit_properties *set, const dn_sqlite_tokens *tokens, size_t at,
            dn_sqlite_known known, void *context)
{
    size_t begin = set->count;

    dn_kit_properties_begin(set, "depends", DUNLIN_PROPERTY_LIST_BEGIN);
    for (; at < tokens->count; at++) {
        dunlin_string name;

        if (!may_be_source(tokens, at))
            continue;
        name = dn_sqlite_name(set->pool, &tokens->list[at]);
        if (known(&name, context) && !has_name(set, begin + 1, name))
            dn_kit_properties_add(set, "", DUNLIN_PROPERTY_TEXT, name);
    }
    dn_kit_properties_end(set);
    if (set->count == begin + 2)
        set->count = begin;
}

bool
dn_sqlite_add_sources(dn_kit_properties *set, dunlin_string definition, dn_sqlite_known known,
                      void *context)
{
    dn_sqlite_tokens tokens;

    if (!dn_sqlite_tokens_cut(set->pool, definition, &tokens))
        return false;
    add_depends(set, &tokens, 0, known, context);
    return !set->pool->failed;
}

bool
dn_sqlite_read_view(dn_kit_properties *set, dunlin_string sql, dn_sqlite_known known, void *context)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text canonical = {0};
    dn_kit_properties columns = {.pool = set->pool};
    dn_sqlite_tokens tokens;
    dunlin_string definition;
    size_t name;
    size_t at;

    if (!dn_sqlite_tokens_cut(set->pool, sql, &tokens))
        return false;
    at = skip_head(&tokens, "view", &name);
    if (at == 0)
        return false;
    dn_kit_text_add(&canonical, "CREATE VIEW ");
    dn_kit_text_quote(&canonical, '"', dn_sqlite_name(set->pool, &tokens.list[name]));
    dn_kit_properties_begin(&columns, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
    if (dn_sqlite_tokens_symbol(&tokens, at, '(')) {
        size_t close = dn_sqlite_tokens_close(&tokens, at);

        for (at++; at < close; at += 2) {
            dunlin_string column = dn_sqlite_name(set->pool, &tokens.list[at]);

            dn_kit_text_add(&canonical, columns.count == 1 ? " (" : ", ");
            dn_kit_text_quote(&canonical, '"', column);
            dn_kit_properties_add(&columns, "", DUNLIN_PROPERTY_IDENTIFIER, column);
        }
        dn_kit_text_add(&canonical, ")");
        at = close + 1;
    }
    dn_kit_properties_end(&columns);
    if (!dn_sqlite_tokens_word(&tokens, at, "as"))
        return false;
    definition = dn_sqlite_view_text(set->pool, &tokens, at + 1, tokens.count, columns.count > 2);
    dn_kit_text_add(&canonical, " AS ");
    dn_kit_text_add_string(&canonical, definition);
    dn_kit_properties_add(set, "definition", DUNLIN_PROPERTY_EXPRESSION, definition);
    if (columns.count > 2)
        dn_kit_properties_take(set, dn_kit_set_of(&columns), 0);
    if (known != NULL)
        add_depends(set, &tokens, at + 1, known, context);
    add_text(set, sql, dn_kit_pool_copy(set->pool, dn_kit_text_string(&canonical)));
    return !set->pool->failed && !canonical.failed;
}

/* --- triggers ------------------------------------------------------------------------------------- */
bool
dn_sqlite_read_trigger(dn_kit_properties *set, dunlin_string sql)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text canonical = {0};
    dn_sqlite_tokens tokens;
    dunlin_string definition;
    size_t name;
    size_t at;

    if (!dn_sqlite_tokens_cut(set->pool, sql, &tokens))
        return false;
    at = skip_head(&tokens, "trigger", &name);
    if (at == 0)
        return false;
    dn_kit_text_add(&canonical, "CREATE TRIGGER ");
    dn_kit_text_quote(&canonical, '"', dn_sqlite_name(set->pool, &tokens.list[name]));
    dn_kit_text_add(&canonical, " ");
    dn_kit_text_add_string(&canonical,
                           dn_sqlite_statement_text(set->pool, &tokens, at, tokens.count));
    definition = dn_kit_pool_copy(set->pool, dn_kit_text_string(&canonical));
    dn_kit_properties_add(set, "definition", DUNLIN_PROPERTY_EXPRESSION, definition);
    add_text(set, sql, definition);
    return !set->pool->failed && !canonical.failed;
}
