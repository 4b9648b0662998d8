/* SPDX-License-Identifier: MIT
 *
 * Text -> tokens. Where a separator could hide from split.c, both must agree; tests/fuzz/lex_fuzz.c
 * compares them.
 */
#include "core/lex/scan.h"

#include <string.h>

/* Operators of more than one byte that no dialect reads as two. Longer ones first. */
#define OPERATOR(text)                                                                             \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
static const dunlin_string operators[] = {
    OPERATOR("<=>"), OPERATOR("->>"), OPERATOR("<>"), OPERATOR("<="), OPERATOR(">="),
    OPERATOR("!="),  OPERATOR("=="),  OPERATOR("||"), OPERATOR("&&"), OPERATOR("<<"),
    OPERATOR(">>"),  OPERATOR("::"),  OPERATOR(":="), OPERATOR("->"), OPERATOR("=>"),
};

static size_t
run_of(const dn_lex_rules *rules, const dn_lex_window *window, size_t at, bool dollar)
{
    while (at < window->limit &&
           (rules->bytes[window->data[at]] & DN_LEX_WORD || (dollar && window->data[at] == '$')))
        at++;
    return at;
}

static bool
digit_at(const dn_lex_rules *rules, const dn_lex_window *window, size_t at)
{
    return at < window->limit && rules->bytes[window->data[at]] & DN_LEX_DIGIT;
}

/* Digits, and 'e' or '_' between them: "1", "1e5", "1_000"; also "0x1F". */
static bool
numeric(const unsigned char *data, size_t length)
{
    bool exponent = false;

    if (length > 2 && data[0] == '0' && strchr("xXbBoO", data[1]))
        return true;
    for (size_t i = 0; i < length; i++) {
        bool marker = (data[i] == 'e' || data[i] == 'E') && !exponent && i > 0;

        exponent |= marker;
        if (!marker && data[i] != '_' && (data[i] < '0' || data[i] > '9'))
            return false;
    }
    return true;
}

/* "1-2" is a difference, "1e-2" a number. */
static size_t
with_exponent(const dn_lex_rules *rules, const dn_lex_window *window, size_t begin, size_t at)
{
    const unsigned char *data = window->data;

    if (at + 1 < window->limit && (data[at - 1] == 'e' || data[at - 1] == 'E') &&
        (data[at] == '-' || data[at] == '+') && digit_at(rules, window, at + 1) &&
        !(at - begin > 1 && (data[begin + 1] == 'x' || data[begin + 1] == 'X')))
        return run_of(rules, window, at + 1, false);
    return at;
}

/* Names that begin with a digit are words (MySQL has them). */
static int32_t
scan_number(const dn_lex_rules *rules, const dn_lex_window *window, size_t begin, size_t *end)
{
    size_t at = run_of(rules, window, begin, false);

    if (at > begin && !numeric(window->data + begin, at - begin)) {
        *end = at;
        return DUNLIN_TOKEN_WORD;
    }
    if (at < window->limit && window->data[at] == '.' &&
        !(at + 1 < window->limit && window->data[at + 1] == '.')) {
        at++;
        if (digit_at(rules, window, at))
            at = run_of(rules, window, at, false);
    }
    *end = with_exponent(rules, window, begin, at);
    return DUNLIN_TOKEN_NUMBER;
}

static int32_t
scan_symbol(const dn_lex_window *window, size_t begin, size_t *end)
{
    *end = begin + 1;
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        dunlin_string text = operators[i];

        if (text.data[0] == (char)window->data[begin] &&
            dn_lex_match(window, begin, text) == DN_LEX_YES) {
            *end = begin + text.length;
            break;
        }
    }
    return DUNLIN_TOKEN_SYMBOL;
}

static int32_t
scan_run(const dn_lex_rules *rules, const dn_lex_window *window, dn_lex_run *run, size_t *end)
{
    *end = run->content;
    dn_lex_skip_run(rules, window, run, end);
    if (run->comment)
        return run->comment->flags & DUNLIN_LEX_CODE ? DUNLIN_TOKEN_CODE : 0;
    return run->quote && run->quote->flags & DUNLIN_LEX_IDENTIFIER ? DUNLIN_TOKEN_NAME
                                                                   : DUNLIN_TOKEN_STRING;
}

/* The token at `begin`: its kind and *end; 0 for a comment. */
static int32_t
scan_token(const dn_lex_rules *rules, const dn_lex_window *window, size_t begin, size_t *end)
{
    unsigned char byte = window->data[begin];
    uint8_t class = rules->bytes[byte];
    dn_lex_run run;

    if (rules->stops[byte] & DN_LEX_STOP_OPENER &&
        dn_lex_open_run(rules, window, begin, begin, &run) == DN_LEX_YES)
        return scan_run(rules, window, &run, end);
    if (rules->prefixes[byte] && dn_lex_open_prefixed(rules, window, begin, &run))
        return scan_run(rules, window, &run, end);
    if (class & DN_LEX_WORD_START) {
        *end = run_of(rules, window, begin, true);
        return DUNLIN_TOKEN_WORD;
    }
    if (class & DN_LEX_DIGIT || (byte == '.' && digit_at(rules, window, begin + 1) &&
                                 (begin == 0 || window->data[begin - 1] != '.')))
        return scan_number(rules, window, begin, end);
    if (byte == '$') {
        bool parameter = digit_at(rules, window, begin + 1);

        *end = begin + 1;
        if (parameter || !rules->dollar_quotes)
            *end = run_of(rules, window, begin + 1, !rules->dollar_quotes);
        return *end > begin + 1 ? DUNLIN_TOKEN_WORD : DUNLIN_TOKEN_SYMBOL;
    }
    return scan_symbol(window, begin, end);
}

int
dn_lex_tokens(const dn_lex_rules *rules, dunlin_string text,
              int (*visit)(const dunlin_token *token, void *context), void *context)
{
    dn_lex_window window = {(const unsigned char *)text.data, text.length, true};
    dunlin_token token = {.size = sizeof token};
    size_t at = 0;

    while (at < window.limit) {
        size_t begin = at;

        if (rules->bytes[window.data[at]] & DN_LEX_BLANK) {
            at++;
            continue;
        }
        token.kind = scan_token(rules, &window, begin, &at);
        if (token.kind) {
            int answer;

            token.text = dn_span(text.data + begin, at - begin);
            token.offset = begin;
            answer = visit(&token, context);
            if (answer)
                return answer;
        }
    }
    return 0;
}
