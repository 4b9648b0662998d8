/* SPDX-License-Identifier: MIT
 *
 * Heads of statements: patterns such as "CREATE [OR REPLACE] {FUNCTION,PROCEDURE}" as automata.
 * The construction is Glushkov's: a pattern is described by the sets of words that can begin it
 * and end it, and by which word can follow which.
 */
#include "core/lex/rules.h"

#include <string.h>

typedef struct part {
    uint64_t first;
    uint64_t last;
    bool empty; /* may match nothing */
} part;

typedef struct reader {
    dn_lex_head *head;
    dunlin_string pattern;
    size_t at;
    unsigned depth;
    const char *problem;
} reader;

static part read_sequence(reader *r);

static char
peek(const reader *r)
{
    return r->at < r->pattern.length ? r->pattern.data[r->at] : '\0';
}

static void
skip_blanks(reader *r)
{
    while (peek(r) == ' ')
        r->at++;
}

static void
follow(reader *r, uint64_t from, uint64_t to)
{
    for (unsigned i = 0; i < r->head->count; i++)
        if (from >> i & 1)
            r->head->positions[i].follow |= to;
}

static part
in_a_row(reader *r, part a, part b)
{
    follow(r, a.last, b.first);
    return (part){a.first | (a.empty ? b.first : 0), b.last | (b.empty ? a.last : 0),
                  a.empty && b.empty};
}

static part
read_word(reader *r)
{
    size_t begin = r->at;
    unsigned position = r->head->count;
    uint64_t bit;

    while (peek(r) && !strchr(" []{},|", peek(r)))
        r->at++;
    if (r->at == begin) {
        r->problem = "a word is missing in its head";
        return (part){0, 0, true};
    }
    if (position == DN_LEX_HEAD_WORDS) {
        r->problem = "its head has too many words";
        return (part){0, 0, true};
    }
    bit = UINT64_C(1) << position;
    r->head->count++;
    r->head->positions[position].follow = 0;
    if (r->at - begin == 1 && r->pattern.data[begin] == '*') {
        r->head->positions[position].word = (dunlin_string){NULL, 0};
        r->head->positions[position].follow = bit;
        return (part){bit, bit, true};
    }
    r->head->positions[position].word = (dunlin_string){r->pattern.data + begin, r->at - begin};
    return (part){bit, bit, false};
}

/* What stands between brackets: sequences between commas; behind it *at stands on the closer. */
static part
read_choice(reader *r)
{
    part all = {0, 0, false};

    for (;;) {
        part one = read_sequence(r);

        all = (part){all.first | one.first, all.last | one.last, all.empty || one.empty};
        if (peek(r) != ',')
            return all;
        r->at++;
    }
}

static part
read_item(reader *r)
{
    char open = peek(r);
    part inner;

    if (open != '[' && open != '{')
        return read_word(r);
    if (++r->depth > 8) {
        r->problem = "its head nests too deeply";
        return (part){0, 0, true};
    }
    r->at++;
    inner = read_choice(r);
    r->depth--;
    if (r->problem)
        return inner;
    if (peek(r) != (open == '[' ? ']' : '}')) {
        r->problem = "a bracket is not closed in its head";
        return inner;
    }
    r->at++;
    inner.empty |= open == '[';
    return inner;
}

static part
read_sequence(reader *r)
{
    part all = {0, 0, true};

    skip_blanks(r);
    do {
        all = in_a_row(r, all, read_item(r));
        skip_blanks(r);
    } while (!r->problem && peek(r) && !strchr(",]}|", peek(r)));
    return all;
}

const char *
dn_lex_head_compile(dn_lex_head *head, dunlin_string pattern)
{
    reader r = {head, pattern, 0, 0, NULL};

    head->count = 0;
    head->first = head->last = 0;
    for (;;) {
        part one = read_sequence(&r);

        if (!r.problem && one.empty)
            r.problem = "its head would match anything";
        head->first |= one.first;
        head->last |= one.last;
        if (r.problem || peek(&r) != '|')
            break;
        r.at++;
    }
    if (!r.problem && r.at < pattern.length)
        r.problem = "a bracket too many is closed in its head";
    return r.problem;
}

static uint64_t
matching(const dn_lex_head *head, uint64_t candidates, const dunlin_token *token)
{
    uint64_t state = 0;

    for (unsigned i = 0; i < head->count; i++) {
        dunlin_string word = head->positions[i].word;

        if (!(candidates >> i & 1))
            continue;
        if (word.length == 0 ||
            ((token->kind == DUNLIN_TOKEN_WORD || token->kind == DUNLIN_TOKEN_SYMBOL) &&
             dn_lex_is(token->text, word)))
            state |= UINT64_C(1) << i;
    }
    return state;
}

uint64_t
dn_lex_head_start(const dn_lex_head *head, const dunlin_token *token)
{
    return matching(head, head->first, token);
}

uint64_t
dn_lex_head_step(const dn_lex_head *head, uint64_t state, const dunlin_token *token)
{
    uint64_t candidates = 0;

    for (unsigned i = 0; i < head->count; i++)
        if (state >> i & 1)
            candidates |= head->positions[i].follow;
    return matching(head, candidates, token);
}

void
dn_lex_head_starts(const dn_lex_head *head, bool starts[256])
{
    for (unsigned i = 0; i < head->count; i++) {
        if (!(head->first >> i & 1))
            continue;
        if (head->positions[i].word.length == 0)
            memset(starts, true, 256);
        else
            starts[(unsigned char)head->positions[i].word.data[0]] = true;
    }
}
