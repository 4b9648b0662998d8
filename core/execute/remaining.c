/* SPDX-License-Identifier: MIT
 *
 * A statement of several clauses, ALTER TABLE t a, b, c, of which some are done: the others, as they were written.
 * To write them from what was understood would lose what is not: that a CHECK stands with its column, for one.
 */
#include "core/execute/translate_internal.h"

#include <string.h>

typedef struct cutting {
    const dn_operations *all;
    const dn_operations *run;
    dunlin_string text;
    dn_text *kept;
    uint64_t begin; /* of the clause at hand */
    int depth;
    bool first; /* no clause was kept so far */
    bool mixed; /* part of a clause is done */
} cutting;

static bool
is_run(const cutting *work, const dunlin_operation *operation)
{
    for (size_t i = 0; i < work->run->count; i++) {
        const dunlin_operation *other = work->run->items[i];

        if (other->span_begin == operation->span_begin && other->verb == operation->verb &&
            other->path == operation->path)
            return true;
    }
    return false;
}

/* A clause without an operation is about how all of it is done (ALGORITHM = INPLACE), and stays. */
static void
end_clause(cutting *work, uint64_t end)
{
    bool done = false;
    bool left = false;

    for (size_t i = 0; i < work->all->count; i++) {
        const dunlin_operation *operation = work->all->items[i];

        if (operation->span_begin < work->begin || operation->span_begin >= end)
            continue;
        if (is_run(work, operation))
            left = true;
        else
            done = true;
    }
    work->mixed = work->mixed || (done && left);
    if (done)
        return;
    if (!work->first)
        dn_text_add_string(work->kept, ", ");
    while (work->begin < end && strchr(" \t\r\n", work->text.data[work->begin]))
        work->begin++;
    dn_text_add(work->kept, work->text.data + work->begin, (size_t)(end - work->begin));
    work->first = false;
}

static int
see(const dunlin_token *token, void *context)
{
    cutting *work = context;
    char symbol = token->kind == DUNLIN_TOKEN_SYMBOL ? *token->text.data : '\0';

    if (symbol == '(' || symbol == '[')
        work->depth++;
    if (symbol == ')' || symbol == ']')
        work->depth--;
    if (symbol == ',' && work->depth == 0 && token->offset > work->begin) {
        end_clause(work, token->offset);
        work->begin = token->offset + 1;
    }
    return 0;
}

bool
dn_translator_remaining(const dn_lex_rules *rules, dunlin_string text, const dn_reading *reading,
                        const dn_operations *run, dn_text *kept)
{
    cutting work = {
        .all = &reading->operations, .run = run, .text = text, .kept = kept, .first = true};

    if (reading->parsed.clauses == 0)
        return false;
    work.begin = reading->parsed.clauses;
    dn_text_add(kept, text.data, (size_t)work.begin);
    dn_lex_tokens(rules, text, see, &work);
    end_clause(&work, text.length);
    return !work.mixed && !work.first;
}
