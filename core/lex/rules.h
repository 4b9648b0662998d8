/* SPDX-License-Identifier: MIT
 *
 * Private to core/lex: compiled rules.
 */
#ifndef DN_LEX_RULES_H
#define DN_LEX_RULES_H

#include "core/lex/lex.h"

enum {
    DN_LEX_HEAD_WORDS = 64,  /* of one head; a set of them is one machine word */
    DN_LEX_PHRASE_WORDS = 3, /* of one opener or closer */
    DN_LEX_BODIES = 16       /* BODY rules of one dialect */
};

/* What a byte can be, for rules->bytes. */
enum {
    DN_LEX_BLANK = 1 << 0,
    DN_LEX_WORD_START = 1 << 1,
    DN_LEX_WORD = 1 << 2, /* letters, digits, '_' and what is not ASCII; '$' has rules of its own */
    DN_LEX_DIGIT = 1 << 3
};

/* Why the search for a separator must look at a byte, for rules->stops. All other bytes are passed
 * over without a thought. */
enum {
    DN_LEX_STOP_SEPARATOR = 1 << 0,
    DN_LEX_STOP_QUOTE = 1 << 1,
    DN_LEX_STOP_COMMENT = 1 << 2,
    DN_LEX_STOP_DOLLAR = 1 << 3,
    DN_LEX_STOP_CLIENT = 1 << 4,
    DN_LEX_STOP_OPENER = DN_LEX_STOP_QUOTE | DN_LEX_STOP_COMMENT | DN_LEX_STOP_DOLLAR
};

typedef struct dn_lex_quote {
    unsigned char open;
    unsigned char close;
    int32_t flags;
    const dunlin_string *prefixes; /* upper case, when PREFIXED */
    size_t prefix_count;
} dn_lex_quote;

typedef struct dn_lex_comment {
    dunlin_string open;
    dunlin_string close; /* empty: the end of the line */
    int32_t flags;
} dn_lex_comment;

/* A head as an automaton with one position per word of the pattern: a set of positions is the
 * state, and a position is in it when its word was the last one that matched. */
typedef struct dn_lex_head {
    struct {
        dunlin_string word; /* upper case; empty: any token */
        uint64_t follow;    /* positions that may come next */
    } positions[DN_LEX_HEAD_WORDS];
    unsigned count;
    uint64_t first; /* positions that may begin */
    uint64_t last;  /* positions that may end */
} dn_lex_head;

/* An opener or a closer. */
typedef struct dn_lex_phrase {
    dunlin_string words[DN_LEX_PHRASE_WORDS]; /* upper case */
    unsigned count;
    int change; /* of the depth: 1 or -1 */
    bool inside_only;
    bool not_called; /* does not count before a parenthesis */
} dn_lex_phrase;

typedef struct dn_lex_body_rule {
    dn_lex_head head;
    dn_lex_phrase *phrases;
    size_t phrase_count;
    size_t phrase_capacity;
    bool starts[256]; /* bytes, case folded up, that a phrase begins with */
    bool end_statement;
} dn_lex_body_rule;

typedef struct dn_lex_data_rule {
    dn_lex_head head;
    dunlin_string close;
} dn_lex_data_rule;

typedef struct dn_lex_client {
    dunlin_string open; /* upper case */
    bool anywhere;
} dn_lex_client;

struct dn_lex_rules {
    dn_arena *arena;
    dn_lex_quote *quotes;
    size_t quote_count, quote_capacity;
    dn_lex_comment *comments; /* longest opener first */
    size_t comment_count, comment_capacity;
    dn_lex_body_rule **bodies;
    size_t body_count, body_capacity;
    dn_lex_data_rule **data;
    size_t data_count, data_capacity;
    dn_lex_head **conditions;
    size_t condition_count, condition_capacity;
    dn_lex_client *clients;
    size_t client_count, client_capacity;
    dunlin_string delimiter_word; /* upper case; empty: there is no such command */
    bool dollar_quotes;
    unsigned added; /* rules, for messages */

    /* Made by dn_lex_rules_finish; indexed by bytes as they are, unless said otherwise. */
    uint8_t bytes[256];
    uint8_t stops[256];
    bool prefixes[256];   /* a quote's prefix may begin with it */
    bool body_heads[256]; /* the first word of a head begins with it, case folded up */
    bool data_heads[256];
    bool command_starts[256]; /* a client or delimiter command may begin with it */
};

static inline unsigned char
dn_lex_fold(char byte)
{
    return (unsigned char)(byte >= 'a' && byte <= 'z' ? byte - 32 : byte);
}

/* `data` has at least upper.length bytes, which are `upper` but for case. */
static inline bool
dn_lex_begins(const void *data, dunlin_string upper)
{
    const char *bytes = data;

    for (uint64_t i = 0; i < upper.length; i++)
        if (dn_lex_fold(bytes[i]) != (unsigned char)upper.data[i])
            return false;
    return true;
}

static inline bool
dn_lex_is(dunlin_string text, dunlin_string upper)
{
    return text.length == upper.length && dn_lex_begins(text.data, upper);
}

/* head.c: compiles one pattern into *head. On a bad pattern it returns what is wrong, else NULL. */
const char *dn_lex_head_compile(dn_lex_head *head, dunlin_string pattern);
/* The state after one more token; `state` 0 is only right for the first one. 0: no match. */
uint64_t dn_lex_head_start(const dn_lex_head *head, const dunlin_token *token);
uint64_t dn_lex_head_step(const dn_lex_head *head, uint64_t state, const dunlin_token *token);
/* Which bytes, case folded up, the first word can begin with. */
void dn_lex_head_starts(const dn_lex_head *head, bool starts[256]);

#endif
