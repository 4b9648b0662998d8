/* SPDX-License-Identifier: MIT */
#include "core/lex/split.h"

#include <string.h>

void
dn_lex_take_digests(dn_lex_splitter *s)
{
    s->text_digest = true;
    dn_lex_take_token_digest(s);
}

void
dn_lex_take_token_digest(dn_lex_splitter *s)
{
    s->digests = true;
    dn_hash_begin(&s->text_hash);
    dn_hash_begin(&s->token_hash);
}

void
dn_lex_digests(dn_lex_splitter *s, dn_digest *text, dn_digest *tokens)
{
    dn_hash text_hash = s->text_hash; /* copies, so that one may ask again */
    dn_hash token_hash = s->token_hash;

    if (text)
        *text = dn_hash_end(&text_hash);
    *tokens = dn_hash_end(&token_hash);
}

/* CRLF and CR become LF: a CR counts at once as LF, and the LF behind it is left out. */
void
dn_lex_hash_text(dn_lex_splitter *s)
{
    const unsigned char *p = s->data + s->hashed;
    const unsigned char *end = s->data + s->end;

    if (!s->text_digest || !s->bom_looked_for)
        return;
    while (p < end) {
        const unsigned char *cr;

        if (s->after_cr && *p == '\n')
            p++;
        s->after_cr = false;
        cr = memchr(p, '\r', (size_t)(end - p));
        dn_hash_add(&s->text_hash, p, (size_t)((cr ? cr : end) - p));
        p = end;
        if (cr) {
            dn_hash_add(&s->text_hash, "\n", 1);
            s->after_cr = true;
            p = cr + 1;
        }
    }
    s->hashed = s->end;
}

/* Tokens are a few bytes each: they are gathered, as a hash costs by the call. */
typedef struct gathered {
    dn_hash *hash;
    size_t length;
    char bytes[512];
} gathered;

static void
gather(gathered *all, const void *data, size_t length)
{
    if (length > sizeof(all->bytes) - all->length) {
        dn_hash_add(all->hash, all->bytes, all->length);
        all->length = 0;
    }
    if (length > sizeof(all->bytes)) {
        dn_hash_add(all->hash, data, length);
        return;
    }
    memcpy(all->bytes + all->length, data, length);
    all->length += length;
}

static int
hash_token(const dunlin_token *token, void *context)
{
    gather(context, token->text.data, token->text.length);
    gather(context, "", 1);
    return 0;
}

static void
hash_statement(dn_lex_splitter *s, const dn_lex_item *item)
{
    gathered all;

    all.hash = &s->token_hash;
    all.length = 0;
    dn_lex_tokens(s->rules, item->text, hash_token, &all);
    gather(&all, "", 1);
    dn_hash_add(all.hash, all.bytes, all.length);
}

void
dn_lex_hash_item(dn_lex_splitter *s, const dn_lex_item *item)
{
    dn_hash *hash = &s->token_hash;

    if (!s->digests)
        return;
    switch (item->kind) {
    case DN_LEX_STATEMENT: hash_statement(s, item); break;
    case DN_LEX_DIRECTIVE:
        dn_hash_add(hash, "-- dunlin: ", strlen("-- dunlin: "));
        dn_hash_add(hash, item->text.data, item->text.length);
        dn_hash_add(hash, "\0", 2);
        break;
    case DN_LEX_DATA:
        dn_hash_add(hash, item->text.data, item->text.length);
        if (item->last_data)
            dn_hash_add(hash, "\0", 2);
        break;
    default: break;
    }
}
