/* SPDX-License-Identifier: MIT
 *
 * Where a statement ends. Bytes that mean nothing here are passed over by a table, quotes and
 * comments by memchr; tokens are only made where a body may have to be looked for.
 */
#include "core/lex/split.h"

#include <string.h>

static size_t
next_stop(const uint8_t stops[256], const unsigned char *data, size_t at, size_t limit)
{
    while (at + 4 <= limit) {
        if (stops[data[at]])
            return at;
        if (stops[data[at + 1]])
            return at + 1;
        if (stops[data[at + 2]])
            return at + 2;
        if (stops[data[at + 3]])
            return at + 3;
        at += 4;
    }
    while (at < limit && !stops[data[at]])
        at++;
    return at;
}

/* What stands before `at`, back to the last comment, may end with a token. */
static void
note_token_end(dn_lex_splitter *s, size_t at)
{
    while (at > s->gap && s->rules->bytes[s->data[at - 1]] & DN_LEX_BLANK)
        at--;
    if (at > s->gap)
        s->token_end = at;
}

static bool
body_open(dn_lex_splitter *s, size_t at)
{
    if (s->custom_separator || !s->rules->body_heads[dn_lex_fold((char)s->data[s->start])])
        return false;
    if (!s->body_begun)
        memset(&s->body, 0, sizeof s->body);
    s->body_begun = true;
    return dn_lex_body_open(&s->body, s->rules,
                            dn_span((const char *)s->data + s->start, at - s->start));
}

/* `at` is a separator of `length` bytes, or the edge of the input when length is 0. */
static dn_lex_step
end_statement(dn_lex_splitter *s, size_t at, size_t length, dn_lex_item *item, dn_error *error)
{
    if (at - s->start > s->longest)
        return dn_lex_too_long(s, s->start, "statement", error);
    note_token_end(s, at);
    if (body_open(s, at)) {
        unsigned line;
        unsigned column;

        s->position = at + length;
        if (length)
            return DN_LEX_STEP_AGAIN;
        dn_lex_place_of(s, s->start, &line, &column);
        return dn_lex_unterminated(s, line, column, "body of the statement that begins here",
                                   error);
    }
    dn_lex_fill_item(s, item, s->start, s->token_end);
    item->kind = DN_LEX_STATEMENT;
    item->breakpoint = s->behind_marker;
    s->behind_marker = false;
    item->ordinal = ++s->ordinal;
    s->position = at + length;
    s->state = DN_LEX_BETWEEN;
    if (s->rules->data_heads[dn_lex_fold(item->text.data[0])] &&
        (s->data_rule = dn_lex_data_follows(s->rules, item->text)))
        s->state = DN_LEX_REST;
    return DN_LEX_STEP_ITEM;
}

static dn_lex_step
fail_directive(dn_lex_splitter *s, size_t at, dn_error *error)
{
    unsigned line;
    unsigned column;

    dn_lex_place_of(s, at, &line, &column);
    dn_fail(error, DUNLIN_SYNTAX, "lex.directive-inside",
            "%s:%u:%u: a 'dunlin:' directive stands inside a statement", s->name, line, column);
    return DN_LEX_STEP_FAIL;
}

/* A comment inside the statement. */
static dn_lex_step
begin_comment(dn_lex_splitter *s, const dn_lex_run *run, dn_error *error)
{
    size_t text;

    switch (dn_lex_directive_at(s, run, &text)) {
    case DN_LEX_MORE: return DN_LEX_STEP_MORE;
    case DN_LEX_YES: return fail_directive(s, run->begin, error);
    default: note_token_end(s, run->begin); return DN_LEX_STEP_AGAIN;
    }
}

/* At a byte that rules->stops names. AGAIN: *at is where to go on, perhaps in s->run. */
static dn_lex_step
stop_at(dn_lex_splitter *s, size_t *at, dn_lex_item *item, dn_error *error)
{
    uint8_t stop = s->stops[s->data[*at]];
    dn_lex_step step;

    if (stop & DN_LEX_STOP_SEPARATOR) {
        dn_lex_answer answer =
            dn_lex_match(&s->window, *at, dn_span(s->separator, s->separator_length));

        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_YES) {
            step = end_statement(s, *at, s->separator_length, item, error);
            *at = s->position;
            return step;
        }
    }
    if (stop & DN_LEX_STOP_CLIENT) {
        step = dn_lex_command_at(s, *at, false, error);
        if (step != DN_LEX_STEP_AGAIN)
            return step;
    }
    if (stop & DN_LEX_STOP_OPENER) {
        dn_lex_run run;
        dn_lex_answer answer = dn_lex_open_run(s->rules, &s->window, s->start, *at, &run);

        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_YES) {
            if (!dn_lex_run_is_token(&run) &&
                (step = begin_comment(s, &run, error)) != DN_LEX_STEP_AGAIN)
                return step;
            s->run = run;
            *at = run.content;
            return DN_LEX_STEP_AGAIN;
        }
    }
    ++*at;
    return DN_LEX_STEP_AGAIN;
}

/* All of the window is used. */
static dn_lex_step
out_of_bytes(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    if (s->position - s->start > s->longest)
        return dn_lex_too_long(s, s->start, "statement", error);
    if (!s->window.final)
        return DN_LEX_STEP_MORE;
    if (s->edge == DN_LEX_EDGE_NUL)
        return dn_lex_nul(s, error);
    return end_statement(s, s->position, 0, item, error);
}

static dn_lex_step
fail_open_run(dn_lex_splitter *s, dn_error *error)
{
    unsigned line;
    unsigned column;

    if (s->position - s->start > s->longest)
        return dn_lex_too_long(s, s->start, "statement", error);
    dn_lex_place_of(s, s->run.begin, &line, &column);
    return dn_lex_unterminated_run(s, line, column, error);
}

dn_lex_step
dn_lex_scan_statement(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    size_t at = s->position;

    for (;;) {
        dn_lex_step step;

        if (s->run.kind != DN_LEX_RUN_NONE) {
            dn_lex_answer answer = dn_lex_skip_run(s->rules, &s->window, &s->run, &at);

            s->position = at;
            if (answer == DN_LEX_NO)
                return fail_open_run(s, error);
            if (answer == DN_LEX_MORE)
                return at - s->start > s->longest ? dn_lex_too_long(s, s->start, "statement", error)
                                                  : DN_LEX_STEP_MORE;
            if (!dn_lex_run_is_token(&s->run))
                s->gap = at;
            s->run.kind = DN_LEX_RUN_NONE;
        }
        at = next_stop(s->stops, s->data, at, s->window.limit);
        s->position = at;
        if (at == s->window.limit)
            return out_of_bytes(s, item, error);
        step = stop_at(s, &at, item, error);
        if (step != DN_LEX_STEP_AGAIN)
            return step;
    }
}
