/* SPDX-License-Identifier: MIT
 *
 * Data sections: the lines behind COPY .. FROM STDIN, up to the line that ends them. They are
 * handed over in chunks whose size depends on the lines alone, not on how the input was read.
 */
#include "core/lex/split.h"

#include <string.h>

/* Data begin on the next line; before it, only a comment may stand behind the statement. */
dn_lex_step
dn_lex_scan_rest(dn_lex_splitter *s, dn_error *error)
{
    const dn_lex_window *window = &s->window;
    unsigned line;
    unsigned column;

    for (;;) {
        dn_lex_answer answer = dn_lex_skip_run(s->rules, window, &s->run, &s->position);

        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_NO)
            return dn_lex_unterminated_run(s, s->run_line, s->run_column, error);
        s->run.kind = DN_LEX_RUN_NONE;
        while (s->position < window->limit && s->data[s->position] != '\n' &&
               s->rules->bytes[s->data[s->position]] & DN_LEX_BLANK)
            s->position++;
        if (s->position == window->limit && !window->final)
            return DN_LEX_STEP_MORE;
        if (s->position == window->limit || s->data[s->position] == '\n')
            break;
        answer = dn_lex_open_run(s->rules, window, s->position, s->position, &s->run);
        if (answer == DN_LEX_YES && !dn_lex_run_is_token(&s->run)) {
            s->line_is = DN_LEX_LINE_COMMENT;
            dn_lex_place_of(s, s->position, &s->run_line, &s->run_column);
            s->position = s->run.content;
            continue;
        }
        s->run.kind = DN_LEX_RUN_NONE;
        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        dn_lex_place_of(s, s->position, &line, &column);
        dn_fail(error, DUNLIN_SYNTAX, "lex.data-start",
                "%s:%u:%u: the data of the statement before should begin on the next line", s->name,
                line, column);
        return DN_LEX_STEP_FAIL;
    }
    s->position += s->position < window->limit;
    s->start = s->line_begin = s->position;
    dn_lex_place_of(s, s->start, &s->run_line, &s->run_column);
    s->state = DN_LEX_IN_DATA;
    return DN_LEX_STEP_AGAIN;
}

static bool
is_last_line(const dn_lex_splitter *s, size_t end)
{
    size_t length = end - s->line_begin;

    if (length && s->data[end - 1] == '\r')
        length--;
    return length == s->data_rule->close.length &&
           memcmp(s->data + s->line_begin, s->data_rule->close.data, length) == 0;
}

static dn_lex_step
emit(dn_lex_splitter *s, dn_lex_item *item, bool last)
{
    dn_lex_fill_item(s, item, s->start, s->line_begin);
    item->kind = DN_LEX_DATA;
    item->last_data = last;
    s->start = s->line_begin = s->position;
    if (last)
        s->state = DN_LEX_BETWEEN;
    return DN_LEX_STEP_ITEM;
}

dn_lex_step
dn_lex_scan_data(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    for (;;) {
        const unsigned char *newline =
            memchr(s->data + s->position, '\n', s->window.limit - s->position);

        s->position = newline ? (size_t)(newline - s->data) : s->window.limit;
        if (s->position - s->line_begin > s->longest)
            return dn_lex_too_long(s, s->line_begin, "line", error);
        if (!newline && !s->window.final)
            return DN_LEX_STEP_MORE;
        if ((newline || s->edge != DN_LEX_EDGE_NUL) && is_last_line(s, s->position)) {
            s->position += newline != NULL;
            return emit(s, item, true);
        }
        if (!newline)
            return dn_lex_unterminated(s, s->run_line, s->run_column,
                                       "data section that begins here", error);
        s->position++;
        s->line_begin = s->position;
        if (s->line_begin - s->start >= DN_LEX_CHUNK)
            return emit(s, item, false);
    }
}
