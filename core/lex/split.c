/* SPDX-License-Identifier: MIT */
#include "core/lex/split.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

dn_lex_splitter *
dn_lex_open(const dn_lex_rules *rules, const char *name, dn_lex_read read, void *context,
            dn_error *error)
{
    dn_lex_splitter *s = dn_malloc(sizeof *s);
    char *copy = dn_malloc(strlen(name) + 1);

    if (!s || !copy) {
        free(s);
        free(copy);
        dn_no_memory(error);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->name = memcpy(copy, name, strlen(name) + 1);
    s->read = read;
    s->context = context;
    s->longest = DN_LEX_LIMIT;
    s->clean = true;
    s->line = 1;
    dn_lex_switch(s, rules);
    return s;
}

void
dn_lex_switch(dn_lex_splitter *s, const dn_lex_rules *rules)
{
    s->rules = rules;
    s->custom_separator = false;
    s->separator[0] = ';';
    s->separator[1] = '\0';
    s->separator_length = 1;
    memcpy(s->stops, rules->stops, sizeof s->stops);
}

void
dn_lex_close(dn_lex_splitter *s)
{
    if (!s)
        return;
    free(s->data);
    free(s->name);
    free(s);
}

/* --- failures -------------------------------------------------------------------------------------- */
dn_lex_step
dn_lex_nul(dn_lex_splitter *s, dn_error *error)
{
    unsigned line;
    unsigned column;

    dn_lex_place_of(s, s->window.limit, &line, &column);
    dn_fail(error, DUNLIN_SYNTAX, "lex.nul", "%s:%u:%u: a NUL byte stands here", s->name, line,
            column);
    return DN_LEX_STEP_FAIL;
}

dn_lex_step
dn_lex_too_long(dn_lex_splitter *s, size_t at, const char *what, dn_error *error)
{
    unsigned line;
    unsigned column;

    dn_lex_place_of(s, at, &line, &column);
    dn_fail(error, DUNLIN_UNSUPPORTED, "lex.too-long",
            "%s:%u:%u: the %s that begins here is longer than %zu bytes", s->name, line, column,
            what, s->longest);
    return DN_LEX_STEP_FAIL;
}

dn_lex_step
dn_lex_unterminated(dn_lex_splitter *s, unsigned line, unsigned column, const char *what,
                    dn_error *error)
{
    if (s->edge == DN_LEX_EDGE_NUL)
        return dn_lex_nul(s, error);
    dn_fail(error, DUNLIN_SYNTAX, "lex.unterminated", "%s:%u:%u: the %s is not closed", s->name,
            line, column, what);
    if (s->edge == DN_LEX_EDGE_MARKER) {
        dn_lex_place_of(s, s->window.limit, &line, &column);
        dn_hint(error,
                "the '--> statement-breakpoint' at %u:%u stands inside it; it ends a statement "
                "wherever it stands",
                line, column);
    }
    return DN_LEX_STEP_FAIL;
}

dn_lex_step
dn_lex_unterminated_run(dn_lex_splitter *s, unsigned line, unsigned column, dn_error *error)
{
    switch (s->run.kind) {
    case DN_LEX_RUN_COMMENT:
        return dn_lex_unterminated(s, line, column, "comment that begins here", error);
    case DN_LEX_RUN_DOLLAR:
        return dn_lex_unterminated(s, line, column, "dollar quote that begins here", error);
    default: return dn_lex_unterminated(s, line, column, "quote that begins here", error);
    }
}

/* --- between statements ---------------------------------------------------------------------------- */
static void
begin_statement(dn_lex_splitter *s)
{
    s->state = DN_LEX_INSIDE;
    s->start = s->gap = s->token_end = s->position;
    s->body_begun = false;
}

static void
begin_line(dn_lex_splitter *s, dn_lex_line what, size_t begin, size_t text)
{
    s->run.kind = DN_LEX_RUN_LINE;
    s->run.begin = begin;
    s->line_is = what;
    s->line_lead = text - begin;
    s->position = text;
}

static dn_lex_step
begin_comment(dn_lex_splitter *s, const dn_lex_run *run)
{
    size_t text = 0;
    dn_lex_answer directive = dn_lex_directive_at(s, run, &text);

    if (directive == DN_LEX_MORE)
        return DN_LEX_STEP_MORE;
    s->run = *run;
    if (directive == DN_LEX_YES) {
        begin_line(s, DN_LEX_LINE_DIRECTIVE, run->begin, text);
        return DN_LEX_STEP_AGAIN;
    }
    s->line_is = DN_LEX_LINE_COMMENT;
    if (run->kind == DN_LEX_RUN_COMMENT)
        dn_lex_place_of(s, run->begin, &s->run_line, &s->run_column);
    s->position = run->content;
    return DN_LEX_STEP_AGAIN;
}

/* Client commands and the one that changes the separator. AGAIN: obeyed, or there is none. */
static dn_lex_step
look_for_command(dn_lex_splitter *s, dn_error *error)
{
    size_t at = s->position;
    bool line_start = dn_lex_at_line_start(s, at);
    size_t text;
    dn_lex_answer delimiter = line_start ? dn_lex_delimiter_at(s, at, &text) : DN_LEX_NO;

    if (delimiter == DN_LEX_MORE)
        return DN_LEX_STEP_MORE;
    if (delimiter == DN_LEX_NO)
        return dn_lex_command_at(s, at, line_start, error);
    memset(&s->run, 0, sizeof s->run);
    begin_line(s, DN_LEX_LINE_DELIMITER, at, text);
    return DN_LEX_STEP_AGAIN;
}

/* Goes on with the byte at s->position, which is not a blank. */
static dn_lex_step
look(dn_lex_splitter *s, dn_error *error)
{
    unsigned char byte = s->data[s->position];
    dn_lex_answer answer;
    dn_lex_run run;

    if (s->stops[byte] & DN_LEX_STOP_SEPARATOR) {
        answer = dn_lex_match(&s->window, s->position, dn_span(s->separator, s->separator_length));
        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_YES) {
            s->position += s->separator_length;
            return DN_LEX_STEP_AGAIN;
        }
    }
    if (s->rules->command_starts[byte]) {
        dn_lex_step step = look_for_command(s, error);

        if (step != DN_LEX_STEP_AGAIN || s->run.kind != DN_LEX_RUN_NONE)
            return step;
    }
    if (s->stops[byte] & DN_LEX_STOP_COMMENT) {
        answer = dn_lex_open_run(s->rules, &s->window, s->position, s->position, &run);
        if (answer == DN_LEX_MORE)
            return DN_LEX_STEP_MORE;
        if (answer == DN_LEX_YES && !dn_lex_run_is_token(&run))
            return begin_comment(s, &run);
    }
    begin_statement(s);
    return DN_LEX_STEP_AGAIN;
}

static dn_lex_step
emit_directive(dn_lex_splitter *s, dn_lex_item *item)
{
    const uint8_t *bytes = s->rules->bytes;
    size_t begin = s->run.begin + s->line_lead;
    size_t end = s->position;

    while (begin < end && bytes[s->data[begin]] & DN_LEX_BLANK)
        begin++;
    while (end > begin && bytes[s->data[end - 1]] & DN_LEX_BLANK)
        end--;
    dn_lex_fill_item(s, item, begin, end);
    item->kind = DN_LEX_DIRECTIVE;
    return DN_LEX_STEP_ITEM;
}

/* Goes on in the comment or line that is open. AGAIN: it is closed. */
static dn_lex_step
go_on(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    dn_lex_answer answer = dn_lex_skip_run(s->rules, &s->window, &s->run, &s->position);
    bool line = s->run.kind == DN_LEX_RUN_LINE && s->line_is != DN_LEX_LINE_COMMENT;

    if (answer == DN_LEX_NO)
        return dn_lex_unterminated_run(s, s->run_line, s->run_column, error);
    if (line && s->position - s->run.begin > s->longest)
        return dn_lex_too_long(s, s->run.begin, "line", error);
    if (answer == DN_LEX_MORE)
        return DN_LEX_STEP_MORE;
    s->run.kind = DN_LEX_RUN_NONE;
    if (!line)
        return DN_LEX_STEP_AGAIN;
    if (s->edge == DN_LEX_EDGE_NUL && s->position == s->window.limit)
        return dn_lex_nul(s, error);
    if (s->line_is == DN_LEX_LINE_DIRECTIVE)
        return emit_directive(s, item);
    return dn_lex_change_separator(s, s->run.begin + s->line_lead, s->position, error);
}

static dn_lex_step
scan_between(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    dn_lex_step step = go_on(s, item, error);

    while (step == DN_LEX_STEP_AGAIN && s->run.kind == DN_LEX_RUN_NONE &&
           s->state == DN_LEX_BETWEEN) {
        while (s->position < s->window.limit &&
               s->rules->bytes[s->data[s->position]] & DN_LEX_BLANK)
            s->position++;
        if (s->position == s->window.limit)
            return DN_LEX_STEP_MORE;
        step = look(s, error);
    }
    return step;
}

/* --- the way through ------------------------------------------------------------------------------- */
static dn_lex_step
scan(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    switch (s->state) {
    case DN_LEX_INSIDE: return dn_lex_scan_statement(s, item, error);
    case DN_LEX_REST: return dn_lex_scan_rest(s, error);
    case DN_LEX_IN_DATA: return dn_lex_scan_data(s, item, error);
    default: return scan_between(s, item, error);
    }
}

/* The window is used up, and if it is final nothing is open. */
static dn_lex_step
get_more(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    switch (s->edge) {
    case DN_LEX_EDGE_MORE:
        return dn_lex_refill(s, error) < 0 ? DN_LEX_STEP_FAIL : DN_LEX_STEP_AGAIN;
    case DN_LEX_EDGE_MARKER: dn_lex_pass_marker(s); return DN_LEX_STEP_AGAIN;
    case DN_LEX_EDGE_NUL: return dn_lex_nul(s, error);
    default: item->kind = DN_LEX_END; return DN_LEX_STEP_ITEM;
    }
}

int
dn_lex_next(dn_lex_splitter *s, dn_lex_item *item, dn_error *error)
{
    dn_lex_step step = s->failed ? DN_LEX_STEP_FAIL : DN_LEX_STEP_AGAIN;

    memset(item, 0, sizeof *item);
    while (step == DN_LEX_STEP_AGAIN) {
        step = scan(s, item, &s->failure);
        if (step == DN_LEX_STEP_MORE)
            step = get_more(s, item, &s->failure);
    }
    if (step == DN_LEX_STEP_FAIL) {
        s->failed = true;
        if (error)
            *error = s->failure;
        return -1;
    }
    dn_lex_hash_item(s, item);
    return 0;
}
