/* SPDX-License-Identifier: MIT
 *
 * Private to core/lex: quotes, dollar quotes and comments in a window of text that may end in the
 * middle of one. The splitter and the tokens both stand on this.
 */
#ifndef DN_LEX_SCAN_H
#define DN_LEX_SCAN_H

#include "core/lex/rules.h"

enum { DN_LEX_TAG_LIMIT = 256 /* bytes of a dollar quote's tag with both '$' */ };

typedef struct dn_lex_window {
    const unsigned char *data;
    size_t limit; /* bytes that may be looked at */
    bool final;   /* nothing comes behind them */
} dn_lex_window;

typedef enum dn_lex_answer { DN_LEX_NO, DN_LEX_YES, DN_LEX_MORE } dn_lex_answer;

typedef enum dn_lex_run_kind {
    DN_LEX_RUN_NONE = 0,
    DN_LEX_RUN_QUOTE,
    DN_LEX_RUN_DOLLAR,
    DN_LEX_RUN_COMMENT,
    DN_LEX_RUN_LINE, /* a comment to the end of the line */
    DN_LEX_RUN_NAME  /* the rest of a name with a '$' in it */
} dn_lex_run_kind;

/* Something that was opened, and within which no separator counts. */
typedef struct dn_lex_run {
    dn_lex_run_kind kind;
    const dn_lex_quote *quote;
    const dn_lex_comment *comment;
    size_t begin;   /* its first byte */
    size_t content; /* the first byte behind what opens it */
    size_t depth;   /* of nested comments */
} dn_lex_run;

/* Is it a token that the server is meant to see? */
static inline bool
dn_lex_run_is_token(const dn_lex_run *run)
{
    return run->comment == NULL || (run->comment->flags & DUNLIN_LEX_CODE);
}

/* Does something open at `at`, where rules->stops has a bit of DN_LEX_STOP_OPENER? `floor` is how
 * far back one may look for prefixes and names. YES: *run is filled. MORE: not to be told before
 * more bytes are there (never when the window is final). */
dn_lex_answer dn_lex_open_run(const dn_lex_rules *rules, const dn_lex_window *window, size_t floor,
                              size_t at, dn_lex_run *run);
/* Goes on in an open run from *at. YES: it ended, *at is behind it (a line comment: on the end of
 * the line). MORE: *at is where to go on. NO: the window is final and it is not closed. */
dn_lex_answer dn_lex_skip_run(const dn_lex_rules *rules, const dn_lex_window *window,
                              dn_lex_run *run, size_t *at);

/* A quote with a prefix whose prefix begins at `at`; only for final windows. */
bool dn_lex_open_prefixed(const dn_lex_rules *rules, const dn_lex_window *window, size_t at,
                          dn_lex_run *run);

/* The bytes of `text` stand at `at`. */
dn_lex_answer dn_lex_match(const dn_lex_window *window, size_t at, dunlin_string text);

#endif
