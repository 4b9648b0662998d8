/* SPDX-License-Identifier: MIT
 *
 * Any bytes under the rules of each dialect. What must hold:
 *   - the items and the error are the same however the input is read;
 *   - statements are pieces of the input, in its order, at the place they name;
 *   - the tokens of the statements are the tokens of the input, without its separators.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/lex_rules_fixture.h"
#include "tests/fuzz/must.h"

enum { LONGEST = 8192 };

typedef struct source {
    const char *data;
    size_t length;
    size_t at;
    size_t chunk;
} source;

typedef struct found {
    dn_lex_item *items; /* their texts are in the input */
    size_t count, capacity;
    dn_error error;
    dn_digest text, tokens;
} found;

static int64_t
read_source(void *context, void *buffer, size_t bytes, dn_error *error)
{
    source *s = context;
    size_t count = s->length - s->at;

    (void)error;
    count = count < s->chunk ? count : s->chunk;
    count = count < bytes ? count : bytes;
    memcpy(buffer, s->data + s->at, count);
    s->at += count;
    return (int64_t)count;
}

static void
check_item(const source *from, const dn_lex_item *item, uint64_t end_before)
{
    uint64_t bom = from->length >= 3 && memcmp(from->data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    unsigned line = 1;
    unsigned column = 1;

    MUST(item->offset >= end_before);
    MUST(item->offset >= bom);
    MUST(item->offset + item->text.length <= from->length);
    MUST(memcmp(from->data + item->offset, item->text.data, item->text.length) == 0);
    MUST(item->kind != DN_LEX_STATEMENT || item->text.length > 0);
    dn_lex_place(dn_span(from->data + bom, from->length - bom), item->offset - bom, &line, &column);
    MUST(item->line == line);
    MUST(item->column == column);
}

static void
split(dn_arena *arena, const dn_lex_rules *rules, source from, found *out)
{
    dn_lex_splitter *splitter = dn_lex_open(rules, "f.sql", read_source, &from, &out->error);
    uint64_t end = 0;
    dn_lex_item item;

    MUST(splitter);
    dn_lex_take_digests(splitter);
    while (dn_lex_next(splitter, &item, &out->error) == 0 && item.kind != DN_LEX_END) {
        check_item(&from, &item, end);
        end = item.offset + item.text.length;
        item.text.data = from.data + item.offset;
        out->items = dn_arena_grow(arena, out->items, &out->capacity, out->count + 1, sizeof item);
        MUST(out->items);
        out->items[out->count++] = item;
    }
    dn_lex_digests(splitter, &out->text, &out->tokens);
    dn_lex_close(splitter);
}

static void
check_equal(const found *a, const found *b)
{
    MUST(a->count == b->count);
    MUST(strcmp(a->error.message, b->error.message) == 0);
    MUST(strcmp(a->error.hint, b->error.hint) == 0);
    for (size_t i = 0; i < a->count; i++) {
        MUST(a->items[i].kind == b->items[i].kind);
        MUST(a->items[i].offset == b->items[i].offset);
        MUST(a->items[i].text.length == b->items[i].text.length);
        MUST(a->items[i].ordinal == b->items[i].ordinal);
        MUST(a->items[i].last_data == b->items[i].last_data);
    }
    if (a->error.message[0])
        return;
    MUST(dn_digest_equal(&a->text, &b->text));
    MUST(dn_digest_equal(&a->tokens, &b->tokens));
}

/* --- tokens ---------------------------------------------------------------------------------------- */
typedef struct walk {
    const dn_lex_rules *rules;
    const char *input;
    const found *items;
    size_t at; /* the item that the next token may belong to */
    dn_text *of_input;
    dn_text *of_statements;
    uint64_t base; /* where the text at hand begins */
} walk;

static void
note(dn_text *list, const dunlin_token *token, uint64_t base)
{
    dn_text_printf(list, "%d@%llu+%llu ", token->kind, (unsigned long long)(base + token->offset),
                   (unsigned long long)token->text.length);
}

static int
visit_statement(const dunlin_token *token, void *context)
{
    walk *w = context;

    note(w->of_statements, token, w->base);
    return 0;
}

static int
visit_input(const dunlin_token *token, void *context)
{
    walk *w = context;
    uint64_t offset = w->base + token->offset;
    const dn_lex_item *items = w->items->items;

    while (w->at < w->items->count && (items[w->at].kind != DN_LEX_STATEMENT ||
                                       offset >= items[w->at].offset + items[w->at].text.length))
        w->at++;
    if (w->at == w->items->count)
        return 1;
    if (offset >= items[w->at].offset)
        note(w->of_input, token, w->base);
    else
        MUST(token->text.length == 1 && token->text.data[0] == ';');
    return 0;
}

/* Where these stand, tokens of the whole input mean nothing. */
static bool
has_foreign_text(const source *from, const found *f)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].kind == DN_LEX_DATA)
            return true;
    for (size_t i = 0; i + 9 <= from->length; i++)
        if (strncasecmp(from->data + i, "delimiter", 9) == 0)
            return true;
    return memmem(from->data, from->length, "--> statement-breakpoint", 24) != NULL;
}

static void
check_tokens(const dn_lex_rules *rules, const source *from, const found *f, int dialect)
{
    dn_text of_input = DN_TEXT_INIT;
    dn_text of_statements = DN_TEXT_INIT;
    walk w = {rules, from->data, f, 0, &of_input, &of_statements, 0};

    if (has_foreign_text(from, f))
        return;
    for (size_t i = 0; i < f->count; i++) {
        dunlin_string text = f->items[i].text;

        /* MySQL's "--" is a comment at the end of a statement, but not before a separator. */
        if (dialect == MYSQL && text.length >= 2 && text.data[text.length - 1] == '-')
            return;
    }
    dn_text_add(&of_input, "", 0);
    dn_text_add(&of_statements, "", 0);
    for (size_t i = 0; i < f->count; i++) {
        w.base = f->items[i].offset;
        if (f->items[i].kind == DN_LEX_STATEMENT)
            dn_lex_tokens(rules, f->items[i].text, visit_statement, &w);
    }
    w.base = from->length >= 3 && memcmp(from->data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    dn_lex_tokens(rules, dn_span(from->data + w.base, from->length - w.base), visit_input, &w);
    MUST(of_input.length == of_statements.length);
    MUST(of_input.length == 0 || memcmp(of_input.data, of_statements.data, of_input.length) == 0);
    dn_text_free(&of_input);
    dn_text_free(&of_statements);
}

/* The same for all inputs. */
static const dn_lex_rules *
rules_of(int dialect)
{
    static dn_arena arena = DN_ARENA_INIT;
    static const dn_lex_rules *rules[MYSQL + 1];
    dn_error error = {0};

    if (!rules[dialect])
        rules[dialect] = dialect_rules(&arena, dialect, &error);
    MUST(rules[dialect]);
    return rules[dialect];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t chunks[] = {65536, 7, 1};

    if (size > LONGEST)
        return -1;
    for (int dialect = SQLITE; dialect <= MYSQL; dialect++) {
        dn_arena arena = DN_ARENA_INIT;
        const dn_lex_rules *rules = rules_of(dialect);
        source from = {(const char *)data, size, 0, 0};
        found all[COUNT(chunks)] = {0};

        for (size_t i = 0; i < COUNT(chunks); i++) {
            from.chunk = chunks[i];
            split(&arena, rules, from, &all[i]);
            check_equal(&all[0], &all[i]);
        }
        check_tokens(rules, &from, &all[0], dialect);
        dn_arena_free(&arena);
    }
    return 0;
}
