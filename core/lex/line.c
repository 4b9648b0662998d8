/* SPDX-License-Identifier: MIT
 *
 * Lines that are not SQL: directives to dunlin, commands to client programs.
 */
#include "core/lex/split.h"

#include <string.h>

enum {
    DIRECTIVE_BLANKS = 64, /* between "--" and "dunlin:" at most; more make it a plain comment */
    SHOWN = 32             /* bytes of a client command in a message */
};

/* `upper` stands at `at`, in any case. */
static dn_lex_answer
match_fold(const dn_lex_window *window, size_t at, dunlin_string upper)
{
    size_t there = window->limit - at < upper.length ? window->limit - at : upper.length;

    if (!dn_lex_begins(window->data + at, dn_span(upper.data, there)))
        return DN_LEX_NO;
    if (there == upper.length)
        return DN_LEX_YES;
    return window->final ? DN_LEX_NO : DN_LEX_MORE;
}

/* As match_fold, and where `upper` ends with a word, that word ends there too. */
static dn_lex_answer
match_command(const dn_lex_splitter *s, size_t at, dunlin_string upper)
{
    dn_lex_answer answer = match_fold(&s->window, at, upper);
    size_t behind = at + upper.length;

    if (answer != DN_LEX_YES ||
        !(s->rules->bytes[(unsigned char)upper.data[upper.length - 1]] & DN_LEX_WORD) ||
        upper.data[0] == '\\')
        return answer;
    if (behind == s->window.limit)
        return s->window.final ? DN_LEX_YES : DN_LEX_MORE;
    return s->rules->bytes[s->data[behind]] & DN_LEX_WORD ? DN_LEX_NO : DN_LEX_YES;
}

static dn_lex_step
refuse(dn_lex_splitter *s, size_t at, dn_error *error)
{
    size_t end = at;
    unsigned line;
    unsigned column;

    while (end < s->window.limit && end - at < SHOWN &&
           !(s->rules->bytes[s->data[end]] & DN_LEX_BLANK))
        end++;
    if (end == s->window.limit && !s->window.final)
        return DN_LEX_STEP_MORE;
    dn_lex_place_of(s, at, &line, &column);
    dn_fail(error, DUNLIN_SYNTAX, "lex.client-command",
            "%s:%u:%u: '%.*s' is a command for a client program, not for the server", s->name, line,
            column, (int)(end - at), (const char *)s->data + at);
    return DN_LEX_STEP_FAIL;
}

dn_lex_step
dn_lex_command_at(dn_lex_splitter *s, size_t at, bool line_start, dn_error *error)
{
    for (size_t i = 0; i < s->rules->client_count; i++) {
        const dn_lex_client *client = &s->rules->clients[i];
        dn_lex_answer answer;

        if (!client->anywhere && !line_start)
            continue;
        answer = match_command(s, at, client->open);
        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_YES)
            return refuse(s, at, error);
    }
    return DN_LEX_STEP_AGAIN;
}

dn_lex_answer
dn_lex_delimiter_at(const dn_lex_splitter *s, size_t at, size_t *text)
{
    *text = at + s->rules->delimiter_word.length;
    return s->rules->delimiter_word.length ? match_command(s, at, s->rules->delimiter_word)
                                           : DN_LEX_NO;
}

dn_lex_step
dn_lex_change_separator(dn_lex_splitter *s, size_t text, size_t end, dn_error *error)
{
    const uint8_t *bytes = s->rules->bytes;
    size_t word_end;
    unsigned line;
    unsigned column;

    while (text < end && bytes[s->data[text]] & DN_LEX_BLANK)
        text++;
    word_end = text;
    while (word_end < end && !(bytes[s->data[word_end]] & DN_LEX_BLANK))
        word_end++;
    if (word_end == text || word_end - text > DN_LEX_SEPARATOR) {
        dn_lex_place_of(s, text, &line, &column);
        dn_fail(error, DUNLIN_SYNTAX, "lex.client-command",
                "%s:%u:%u: %.*s needs a delimiter of 1 to %d bytes here", s->name, line, column,
                (int)s->rules->delimiter_word.length, s->rules->delimiter_word.data,
                DN_LEX_SEPARATOR);
        return DN_LEX_STEP_FAIL;
    }
    s->stops[(unsigned char)s->separator[0]] &= (uint8_t)~DN_LEX_STOP_SEPARATOR;
    s->separator_length = word_end - text;
    memcpy(s->separator, s->data + text, s->separator_length);
    s->stops[(unsigned char)s->separator[0]] |= DN_LEX_STOP_SEPARATOR;
    s->custom_separator = s->separator_length != 1 || s->separator[0] != ';';
    return DN_LEX_STEP_AGAIN;
}

dn_lex_answer
dn_lex_directive_at(const dn_lex_splitter *s, const dn_lex_run *run, size_t *text)
{
    static const char word[] = "DUNLIN:";
    const dn_lex_window *window = &s->window;
    size_t at = run->content;
    dn_lex_answer answer;

    if (run->kind != DN_LEX_RUN_LINE || run->comment->open.length != 2 ||
        memcmp(run->comment->open.data, "--", 2) != 0)
        return DN_LEX_NO;
    while (at < window->limit && at - run->content <= DIRECTIVE_BLANKS &&
           (s->data[at] == ' ' || s->data[at] == '\t'))
        at++;
    if (at == window->limit)
        return window->final ? DN_LEX_NO : DN_LEX_MORE;
    if (at - run->content > DIRECTIVE_BLANKS)
        return DN_LEX_NO;
    answer = match_fold(window, at, dn_span(word, sizeof word - 1));
    *text = at + sizeof word - 1;
    return answer == DN_LEX_YES && !dn_lex_at_line_start(s, run->begin) ? DN_LEX_NO : answer;
}
