/* SPDX-License-Identifier: MIT
 *
 * Only statements whose first word may begin a head come here, and each of their bytes once.
 */
#include "core/lex/body.h"

#include <string.h>

/* Tokens that may belong to one opener or closer and wait for what comes next. */
typedef struct feed {
    dn_lex_body *body;
    const dn_lex_rules *rules;
    dunlin_token waiting[DN_LEX_PHRASE_WORDS + 1];
    unsigned count;
} feed;

/* --- counting openers and closers ---------------------------------------------------------------- */
/* How the waiting tokens stand to a phrase: NO, YES, or MORE tokens are needed to tell. */
typedef enum fit { FIT_NO, FIT_YES, FIT_MORE } fit;

static fit
fits(const feed *f, const dn_lex_phrase *phrase, bool last)
{
    unsigned shared = f->count < phrase->count ? f->count : phrase->count;

    if (phrase->inside_only && !f->body->depth)
        return FIT_NO;
    for (unsigned i = 0; i < shared; i++)
        if (!dn_lex_is(f->waiting[i].text, phrase->words[i]))
            return FIT_NO;
    if (f->count < phrase->count)
        return last ? FIT_NO : FIT_MORE;
    if (!phrase->not_called)
        return FIT_YES;
    if (f->count == phrase->count)
        return last ? FIT_YES : FIT_MORE;
    return dn_lex_is(f->waiting[phrase->count].text, dn_string("(")) ? FIT_NO : FIT_YES;
}

/* Words behind '.' and '@' are names: NEW.end, @begin. */
static bool
can_start(const feed *f, const dunlin_token *token)
{
    char before = token->offset ? token->text.data[-1] : ' ';

    if (token->kind != DUNLIN_TOKEN_WORD && token->kind != DUNLIN_TOKEN_SYMBOL)
        return false;
    return f->body->rule->starts[dn_lex_fold(token->text.data[0])] && before != '.' &&
           before != '@';
}

static void
take(feed *f, unsigned count)
{
    f->count -= count;
    memmove(f->waiting, f->waiting + count, f->count * sizeof f->waiting[0]);
}

/* Decides about the waiting tokens from the front, as far as it can be done; all of them when no
 * more will come. */
static void
count_waiting(feed *f, bool last)
{
    dn_lex_body *body = f->body;

    while (f->count) {
        unsigned longest = 0;
        int change = 0;

        for (size_t i = 0; can_start(f, &f->waiting[0]) && i < body->rule->phrase_count; i++) {
            const dn_lex_phrase *phrase = &body->rule->phrases[i];
            fit answer = fits(f, phrase, last);

            if (answer == FIT_MORE)
                return;
            if (answer == FIT_NO || phrase->count < longest)
                continue;
            change = phrase->count > longest ? phrase->change : change + phrase->change;
            longest = phrase->count;
        }
        if (change > 0)
            body->depth++;
        else if (change < 0 && body->depth)
            body->depth--;
        take(f, longest ? longest : 1);
    }
}

static void
count_token(feed *f, const dunlin_token *token)
{
    if (f->body->rule->end_statement) {
        if (f->body->tokens++ == 0)
            f->body->ends =
                token->kind == DUNLIN_TOKEN_WORD && dn_lex_is(token->text, dn_string("END"));
        return;
    }
    if (!f->count && !can_start(f, token))
        return;
    f->waiting[f->count++] = *token;
    count_waiting(f, false);
}

/* --- heads ----------------------------------------------------------------------------------------- */
/* From here on only what can still make the match longer is of interest. */
static void
accept(dn_lex_body *body, const dn_lex_body_rule *rule, uint64_t state)
{
    body->rule = rule;
    body->head = state & rule->head.last;
}

/* 1 when no head can match any more. */
static int
match_heads(feed *f, const dunlin_token *token)
{
    dn_lex_body *body = f->body;
    bool alive = false;

    for (size_t i = 0; i < f->rules->body_count; i++) {
        const dn_lex_body_rule *rule = f->rules->bodies[i];
        uint64_t state = body->begun ? dn_lex_head_step(&rule->head, body->heads[i], token)
                                     : dn_lex_head_start(&rule->head, token);

        body->heads[i] = state;
        if (state & rule->head.last) {
            accept(body, rule, state);
            body->begun = true;
            return 0;
        }
        alive |= state != 0;
    }
    body->begun = true;
    return !alive;
}

static int
visit(const dunlin_token *token, void *context)
{
    feed *f = context;
    dn_lex_body *body = f->body;

    if (!body->rule) /* executable comments may stand between the words of a head */
        return token->kind == DUNLIN_TOKEN_CODE ? 0 : match_heads(f, token);
    if (body->head) {
        body->head = dn_lex_head_step(&body->rule->head, body->head, token);
        if (body->head)
            return 0;
    }
    count_token(f, token);
    return 0;
}

bool
dn_lex_body_open(dn_lex_body *body, const dn_lex_rules *rules, dunlin_string statement)
{
    feed f = {.body = body, .rules = rules};
    dunlin_string fresh = dn_span(statement.data + body->fed, statement.length - body->fed);
    bool open;

    dn_lex_tokens(rules, fresh, visit, &f);
    body->fed = statement.length + 1; /* behind the separator, which is ';' where bodies count */
    body->segment++;
    if (!body->rule)
        return false;
    if (!body->rule->end_statement) {
        count_waiting(&f, true);
        return body->depth > 0;
    }
    open = !(body->segment > 1 && body->tokens == 1 && body->ends);
    body->tokens = 0;
    return open;
}

/* --- data sections --------------------------------------------------------------------------------- */
typedef struct data_search {
    const dn_lex_data_rule *rule; /* the one that is looked for */
    uint64_t state;
    bool begun;
    bool found;
} data_search;

static int
visit_data(const dunlin_token *token, void *context)
{
    data_search *search = context;
    const dn_lex_head *head = &search->rule->head;

    search->state = search->begun ? dn_lex_head_step(head, search->state, token)
                                  : dn_lex_head_start(head, token);
    search->begun = true;
    search->found = search->state & head->last;
    return search->found || !search->state;
}

const dn_lex_data_rule *
dn_lex_data_follows(const dn_lex_rules *rules, dunlin_string statement)
{
    for (size_t i = 0; i < rules->data_count; i++) {
        data_search search = {.rule = rules->data[i]};

        dn_lex_tokens(rules, statement, visit_data, &search);
        if (search.found)
            return search.rule;
    }
    return NULL;
}
