/* SPDX-License-Identifier: MIT */
#include "core/export/unqualify.h"

#include <ctype.h>
#include <string.h>

typedef struct unqualifying {
    dunlin_string from;
    dunlin_string table;
    dn_text text;
    uint64_t copied; /* bytes of `from` */
    uint64_t name;   /* where the table's name begins that was read last */
    bool is_table;   /* it was */
    bool is_part;    /* a dot came before */
} unqualifying;

static bool
is_symbol(const dunlin_token *token, char symbol)
{
    return token->kind == DUNLIN_TOKEN_SYMBOL && token->text.length == 1 &&
           *token->text.data == symbol;
}

/* Without its quotes; names without any have no case. */
static bool
names_table(const unqualifying *work, const dunlin_token *token)
{
    uint64_t quotes = token->kind == DUNLIN_TOKEN_NAME ? 1 : 0;

    if ((token->kind != DUNLIN_TOKEN_NAME && token->kind != DUNLIN_TOKEN_WORD) ||
        token->text.length != work->table.length + 2 * quotes)
        return false;
    for (uint64_t i = 0; i < work->table.length; i++) {
        char byte = token->text.data[i + quotes];

        if (byte != work->table.data[i] &&
            (quotes || tolower((unsigned char)byte) != work->table.data[i]))
            return false;
    }
    return true;
}

static int
visit(const dunlin_token *token, void *context)
{
    unqualifying *work = context;

    if (work->is_table && is_symbol(token, '.')) {
        dn_text_add(&work->text, work->from.data + work->copied,
                    (size_t)(work->name - work->copied));
        work->copied = token->offset + token->text.length;
        work->is_table = false;
        return 0;
    }
    work->is_table = !work->is_part && names_table(work, token);
    work->name = token->offset;
    work->is_part = is_symbol(token, '.');
    return 0;
}

int
dn_export_unqualify(const dn_lex_rules *rules, dunlin_string table, dn_arena *arena,
                    dunlin_string *expression, dn_error *error)
{
    unqualifying work = {.from = *expression, .table = table, .text = DN_TEXT_INIT};
    const char *copy;

    dn_lex_tokens(rules, work.from, visit, &work);
    dn_text_add(&work.text, work.from.data + work.copied, (size_t)(work.from.length - work.copied));
    copy = work.text.failed
               ? NULL
               : dn_arena_copy(arena, work.text.data ? work.text.data : "", work.text.length);
    *expression = dn_span(copy, work.text.length);
    dn_text_free(&work.text);
    return copy ? 0 : dn_no_memory(error);
}
