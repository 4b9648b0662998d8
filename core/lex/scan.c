/* SPDX-License-Identifier: MIT */
#include "core/lex/scan.h"

#include <string.h>

dn_lex_answer
dn_lex_match(const dn_lex_window *window, size_t at, dunlin_string text)
{
    size_t there = window->limit - at < text.length ? window->limit - at : text.length;

    if (memcmp(window->data + at, text.data, there) != 0)
        return DN_LEX_NO;
    if (there == text.length)
        return DN_LEX_YES;
    return window->final ? DN_LEX_NO : DN_LEX_MORE;
}

/* --- what opens ---------------------------------------------------------------------------------- */
static bool
has_prefix(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor, size_t at,
           const dn_lex_quote *quote)
{
    for (size_t i = 0; i < quote->prefix_count; i++) {
        dunlin_string prefix = quote->prefixes[i];
        size_t begin = at - prefix.length;

        if (prefix.length > at - floor || !dn_lex_begins(window->data + begin, prefix))
            continue;
        if (begin == floor || (window->data[begin - 1] != '$' &&
                               !(rules->bytes[window->data[begin - 1]] & DN_LEX_WORD)))
            return true;
    }
    return false;
}

static const dn_lex_quote *
find_quote(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor, size_t at)
{
    const dn_lex_quote *plain = NULL;

    for (size_t i = 0; i < rules->quote_count; i++) {
        const dn_lex_quote *quote = &rules->quotes[i];

        if (quote->open != window->data[at])
            continue;
        if (!quote->prefix_count)
            plain = quote;
        else if (has_prefix(rules, window, floor, at, quote))
            return quote;
    }
    return plain;
}

static dn_lex_answer
open_comment(const dn_lex_rules *rules, const dn_lex_window *window, size_t at, dn_lex_run *run)
{
    for (size_t i = 0; i < rules->comment_count; i++) {
        const dn_lex_comment *comment = &rules->comments[i];
        size_t content = at + comment->open.length;
        dn_lex_answer answer = dn_lex_match(window, at, comment->open);

        if (answer == DN_LEX_MORE)
            return DN_LEX_MORE;
        if (answer == DN_LEX_NO)
            continue;
        if (comment->flags & DUNLIN_LEX_NEEDS_BLANK) {
            if (content == window->limit && !window->final)
                return DN_LEX_MORE;
            if (content < window->limit && window->data[content] > ' ' &&
                window->data[content] != 0x7F)
                continue;
        }
        *run = (dn_lex_run){.kind = comment->close.length ? DN_LEX_RUN_COMMENT : DN_LEX_RUN_LINE,
                            .comment = comment,
                            .begin = at,
                            .content = content,
                            .depth = 1};
        return DN_LEX_YES;
    }
    return DN_LEX_NO;
}

/* "a$$" is a name. A '$' behind a number begins a new token, and so does one behind "$1". */
static bool
inside_name(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor, size_t at)
{
    size_t begin = at;

    while (begin > floor && rules->bytes[window->data[begin - 1]] & DN_LEX_WORD)
        begin--;
    return begin < at && !(rules->bytes[window->data[begin]] & DN_LEX_DIGIT);
}

static dn_lex_answer
open_dollar(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor, size_t at,
            dn_lex_run *run)
{
    size_t end = at + 1;

    *run = (dn_lex_run){.kind = DN_LEX_RUN_NAME, .begin = at, .content = at + 1};
    if (inside_name(rules, window, floor, at))
        return DN_LEX_YES;
    if (end < window->limit && rules->bytes[window->data[end]] & DN_LEX_DIGIT)
        return DN_LEX_NO;
    while (end < window->limit && rules->bytes[window->data[end]] & DN_LEX_WORD &&
           end - at < DN_LEX_TAG_LIMIT)
        end++;
    if (end - at >= DN_LEX_TAG_LIMIT)
        return DN_LEX_NO;
    if (end == window->limit)
        return window->final ? DN_LEX_NO : DN_LEX_MORE;
    if (window->data[end] != '$')
        return DN_LEX_NO;
    run->kind = DN_LEX_RUN_DOLLAR;
    run->content = end + 1;
    return DN_LEX_YES;
}

dn_lex_answer
dn_lex_open_run(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor, size_t at,
                dn_lex_run *run)
{
    uint8_t stop = rules->stops[window->data[at]];

    if (stop & DN_LEX_STOP_QUOTE) {
        const dn_lex_quote *quote = find_quote(rules, window, floor, at);

        if (quote) {
            *run = (dn_lex_run){
                .kind = DN_LEX_RUN_QUOTE, .quote = quote, .begin = at, .content = at + 1};
            return DN_LEX_YES;
        }
    }
    if (stop & DN_LEX_STOP_COMMENT) {
        dn_lex_answer answer = open_comment(rules, window, at, run);

        if (answer != DN_LEX_NO)
            return answer;
    }
    if (stop & DN_LEX_STOP_DOLLAR)
        return open_dollar(rules, window, floor, at, run);
    return DN_LEX_NO;
}

bool
dn_lex_open_prefixed(const dn_lex_rules *rules, const dn_lex_window *window, size_t at,
                     dn_lex_run *run)
{
    if (at > 0 && window->data[at - 1] == '$')
        return false;
    for (size_t i = 0; i < rules->quote_count; i++) {
        const dn_lex_quote *quote = &rules->quotes[i];

        for (size_t k = 0; k < quote->prefix_count; k++) {
            dunlin_string prefix = quote->prefixes[k];

            if (prefix.length < window->limit - at &&
                window->data[at + prefix.length] == quote->open &&
                dn_lex_begins(window->data + at, prefix)) {
                *run = (dn_lex_run){.kind = DN_LEX_RUN_QUOTE,
                                    .quote = quote,
                                    .begin = at,
                                    .content = at + prefix.length + 1};
                return true;
            }
        }
    }
    return false;
}

/* --- to its end ---------------------------------------------------------------------------------- */
/* An odd number of backslashes directly before it, within the quote. */
static bool
escaped(const unsigned char *data, size_t content, size_t at)
{
    size_t begin = at;

    while (begin > content && data[begin - 1] == '\\')
        begin--;
    return (at - begin) & 1;
}

static dn_lex_answer
skip_quote(const dn_lex_window *window, const dn_lex_run *run, size_t *at)
{
    const unsigned char *data = window->data;
    int32_t flags = run->quote->flags;
    size_t p = *at;

    for (;;) {
        const unsigned char *hit = memchr(data + p, run->quote->close, window->limit - p);

        if (!hit) {
            *at = window->limit;
            return window->final ? DN_LEX_NO : DN_LEX_MORE;
        }
        p = (size_t)(hit - data);
        if (flags & DUNLIN_LEX_BACKSLASH && escaped(data, run->content, p)) {
            p++;
            continue;
        }
        if (flags & DUNLIN_LEX_DOUBLED) {
            if (p + 1 == window->limit && !window->final) {
                *at = p;
                return DN_LEX_MORE;
            }
            if (p + 1 < window->limit && data[p + 1] == run->quote->close) {
                p += 2;
                continue;
            }
        }
        *at = p + 1;
        return DN_LEX_YES;
    }
}

static dn_lex_answer
skip_dollar(const dn_lex_window *window, const dn_lex_run *run, size_t *at)
{
    dunlin_string tag = {(const char *)window->data + run->begin, run->content - run->begin};
    size_t p = *at;

    for (;;) {
        const unsigned char *hit = memchr(window->data + p, '$', window->limit - p);
        dn_lex_answer answer;

        if (!hit) {
            *at = window->limit;
            return window->final ? DN_LEX_NO : DN_LEX_MORE;
        }
        p = (size_t)(hit - window->data);
        answer = dn_lex_match(window, p, tag);
        if (answer != DN_LEX_NO) {
            *at = answer == DN_LEX_YES ? p + tag.length : p;
            return answer;
        }
        p++;
    }
}

/* The next byte that may close the comment, or open another in it; the limit when there is none. */
static size_t
next_candidate(const dn_lex_window *window, const dn_lex_comment *comment, size_t p)
{
    unsigned char close = (unsigned char)comment->close.data[0];
    unsigned char open = (unsigned char)comment->open.data[0];
    const unsigned char *hit;

    if (comment->flags & DUNLIN_LEX_NESTS) {
        while (p < window->limit && window->data[p] != close && window->data[p] != open)
            p++;
        return p;
    }
    hit = memchr(window->data + p, close, window->limit - p);
    return hit ? (size_t)(hit - window->data) : window->limit;
}

static dn_lex_answer
skip_comment(const dn_lex_window *window, dn_lex_run *run, size_t *at)
{
    const dn_lex_comment *comment = run->comment;
    size_t p = *at;

    while ((p = next_candidate(window, comment, p)) < window->limit) {
        dn_lex_answer close = dn_lex_match(window, p, comment->close);
        dn_lex_answer open = DN_LEX_NO;

        if (close == DN_LEX_YES) {
            p += comment->close.length;
            if (--run->depth)
                continue;
            *at = p;
            return DN_LEX_YES;
        }
        if (comment->flags & DUNLIN_LEX_NESTS)
            open = dn_lex_match(window, p, comment->open);
        if (open == DN_LEX_YES) {
            run->depth++;
            p += comment->open.length;
            continue;
        }
        if (close == DN_LEX_MORE || open == DN_LEX_MORE)
            break;
        p++;
    }
    *at = p;
    return window->final ? DN_LEX_NO : DN_LEX_MORE;
}

static dn_lex_answer
skip_line(const dn_lex_window *window, const dn_lex_run *run, size_t *at)
{
    const unsigned char *from = window->data + *at;
    size_t length = window->limit - *at;
    const unsigned char *end = memchr(from, '\n', length);

    if (run->comment && run->comment->flags & DUNLIN_LEX_CR_ENDS) {
        const unsigned char *cr = memchr(from, '\r', end ? (size_t)(end - from) : length);

        if (cr)
            end = cr;
    }
    *at = end ? (size_t)(end - window->data) : window->limit;
    return end || window->final ? DN_LEX_YES : DN_LEX_MORE;
}

static dn_lex_answer
skip_name(const dn_lex_rules *rules, const dn_lex_window *window, size_t *at)
{
    size_t p = *at;

    while (p < window->limit &&
           (window->data[p] == '$' || rules->bytes[window->data[p]] & DN_LEX_WORD))
        p++;
    *at = p;
    return p < window->limit || window->final ? DN_LEX_YES : DN_LEX_MORE;
}

dn_lex_answer
dn_lex_skip_run(const dn_lex_rules *rules, const dn_lex_window *window, dn_lex_run *run, size_t *at)
{
    switch (run->kind) {
    case DN_LEX_RUN_QUOTE: return skip_quote(window, run, at);
    case DN_LEX_RUN_DOLLAR: return skip_dollar(window, run, at);
    case DN_LEX_RUN_COMMENT: return skip_comment(window, run, at);
    case DN_LEX_RUN_LINE: return skip_line(window, run, at);
    case DN_LEX_RUN_NAME: return skip_name(rules, window, at);
    default: return DN_LEX_YES;
    }
}
