/* SPDX-License-Identifier: MIT
 *
 * Private to core/lex: does a separator stand inside the body of a routine or trigger?
 */
#ifndef DN_LEX_BODY_H
#define DN_LEX_BODY_H

#include "core/lex/rules.h"

/* The memory of one statement, zeroed where it begins. */
typedef struct dn_lex_body {
    const dn_lex_body_rule *rule;  /* the one whose head matched */
    uint64_t heads[DN_LEX_BODIES]; /* states of the heads while none has matched yet */
    uint64_t head;                 /* state of that head, while it can still go on */
    size_t fed;                    /* bytes of the statement seen so far */
    bool begun;
    unsigned depth;
    unsigned segment; /* separators seen */
    unsigned tokens;  /* behind the last of them, END_STATEMENT only */
    bool ends;        /* the first of these is END */
} dn_lex_body;

/* `statement` reaches from its first byte to a separator. Is a body open there? */
bool dn_lex_body_open(dn_lex_body *body, const dn_lex_rules *rules, dunlin_string statement);

/* Does a data section follow this statement? NULL: no. */
const dn_lex_data_rule *dn_lex_data_follows(const dn_lex_rules *rules, dunlin_string statement);

#endif
