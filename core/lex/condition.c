/* SPDX-License-Identifier: MIT
 *
 * Where the database itself takes IF [NOT] EXISTS.
 */
#include "core/lex/rules.h"

typedef struct reading {
    const dn_lex_head *head;
    uint64_t state;
    bool begun;
} reading;

static int
step(const dunlin_token *token, void *context)
{
    reading *work = context;

    work->state = work->begun ? dn_lex_head_step(work->head, work->state, token)
                              : dn_lex_head_start(work->head, token);
    work->begun = true;
    return work->state == 0;
}

bool
dn_lex_takes_condition(const dn_lex_rules *rules, dunlin_string beginning)
{
    for (size_t i = 0; i < rules->condition_count; i++) {
        reading work = {.head = rules->conditions[i]};

        dn_lex_tokens(rules, beginning, step, &work);
        if (work.state & work.head->last)
            return true;
    }
    return false;
}
