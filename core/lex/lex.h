/* SPDX-License-Identifier: MIT
 *
 * The lexer and statement splitter: text -> tokens -> statements, driven by the rules a driver
 * hands over (DUNLIN_LEX_* in driver.h), for every dialect alike.
 *
 *  - Rules are compiled once per profile and then read-only: one set may serve many readers.
 *  - The splitter streams: it holds one statement and one chunk of the input, nothing else, so a
 *    200 MB file of small statements takes constant memory.
 *  - A statement is its text from first to last token; comments before and after, and the
 *    separator, are not part of it. Empty statements do not appear.
 *  - `--> statement-breakpoint` (drizzle) ends a statement wherever it stands, as it does there.
 *    A comment line `-- dunlin: ...` is reported as a directive; inside a statement it is an error.
 *  - What the items are does not depend on how many bytes a read gives.
 *  - A byte order mark at the start of the input is skipped.
 */
#ifndef DN_LEX_LEX_H
#define DN_LEX_LEX_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/text.h"

#include <dunlin/driver.h>

/* --- rules ----------------------------------------------------------------------------------- */
typedef struct dn_lex_rules dn_lex_rules;

dn_lex_rules *dn_lex_rules_new(dn_arena *arena); /* NULL: no memory */
/* Copies one rule. Errors: lex.bad-rule (a driver's mistake, named with the rule). */
int dn_lex_rules_add(dn_lex_rules *rules, const dunlin_lexer_rule *rule, dn_error *error);
/* Builds the tables; call it after the last add. */
int dn_lex_rules_finish(dn_lex_rules *rules, dn_error *error);

/* The word of the command by which the client changes what separates statements; empty: there is
 * none. */
dunlin_string dn_lex_delimiter(const dn_lex_rules *rules);
/* Does a backslash mean something in '...'? */
bool dn_lex_escapes(const dn_lex_rules *rules);

/* --- tokens ----------------------------------------------------------------------------------- */
/* Calls visit for each token of a text (comments and blanks left out) until it answers non-zero,
 * which is then returned. 0 at the end. Never fails on bad text: an unterminated quote is one
 * token to the end. */
int dn_lex_tokens(const dn_lex_rules *rules, dunlin_string text,
                  int (*visit)(const dunlin_token *token, void *context), void *context);

/* Does the database itself take IF [NOT] EXISTS behind this beginning of a statement? */
bool dn_lex_takes_condition(const dn_lex_rules *rules, dunlin_string beginning);

/* --- statements ------------------------------------------------------------------------------- */
typedef enum dn_lex_kind {
    DN_LEX_END = 0,
    DN_LEX_STATEMENT,
    DN_LEX_DIRECTIVE, /* text = what follows "-- dunlin:", trimmed */
    DN_LEX_DATA       /* a chunk of whole lines of a data section; its terminator is left out */
} dn_lex_kind;

/* Valid until the next call on the same splitter. */
typedef struct dn_lex_item {
    dn_lex_kind kind;
    dunlin_string text;
    uint64_t offset;  /* of the text in the input, in bytes; a BOM counts */
    unsigned line;    /* from 1 */
    unsigned column;  /* in bytes, from 1 */
    unsigned ordinal; /* of a STATEMENT, from 1 */
    bool last_data;   /* of DATA: the section ends here */
    bool breakpoint;  /* of a STATEMENT: a `--> statement-breakpoint` stands before it */
} dn_lex_item;

/* Reads up to `bytes` into `buffer`: their number, 0 at the end, -1 with *error. */
typedef int64_t (*dn_lex_read)(void *context, void *buffer, size_t bytes, dn_error *error);

/* A text in memory as input: `left` of its bytes were not read yet, and begin at `data`. */
typedef struct dn_lex_text {
    const char *data;
    size_t left;
} dn_lex_text;
/* A dn_lex_read whose context is a dn_lex_text. */
int64_t dn_lex_read_text(void *text, void *buffer, size_t bytes, dn_error *error);

typedef struct dn_lex_splitter dn_lex_splitter;

/* `name` is the file, for messages. Free with dn_lex_close. NULL: no memory. */
dn_lex_splitter *dn_lex_open(const dn_lex_rules *rules, const char *name, dn_lex_read read,
                             void *context, dn_error *error);
/* 0 with *item filled (kind END at the end), or -1; after a failure it fails again in the same way.
 * Errors, all with file:line:column of where the offender begins: lex.unterminated (quote, comment,
 * dollar quote, body, data section), lex.nul (a NUL byte), lex.client-command (a psql, mysql or
 * sqlite3 shell command), lex.directive-inside, lex.data-start (a statement that data lines follow
 * is not the last on its line), lex.too-long (a statement above 1 GiB). */
int dn_lex_next(dn_lex_splitter *splitter, dn_lex_item *item, dn_error *error);
void dn_lex_close(dn_lex_splitter *splitter); /* NULL is fine */

/* From the next statement on, other rules hold. Only directly behind a DIRECTIVE, or before the first
 * dn_lex_next. A separator that a command of the file set falls back to ';'. */
void dn_lex_switch(dn_lex_splitter *splitter, const dn_lex_rules *rules);

/* Digests taken on the way, complete once END was reported:
 *   text    the input without BOM, CRLF and CR as LF
 *   tokens  per statement its tokens, each as its bytes and a NUL, then one more NUL; a directive
 *           as a statement of the one token "-- dunlin: TEXT", a data section as one of all its
 *           bytes; comments, blanks, separators, breakpoints and empty statements leave no trace
 * They cost time, so they are only taken when asked for before the first dn_lex_next. */
void dn_lex_take_digests(dn_lex_splitter *splitter);
/* ... that of the tokens alone, for who knows the other one and passes NULL for it. */
void dn_lex_take_token_digest(dn_lex_splitter *splitter);
void dn_lex_digests(dn_lex_splitter *splitter, dn_digest *text, dn_digest *tokens);

/* The byte `offset` of `text` as line and column, counted from a known start (for errors that a
 * server reports inside a statement). */
void dn_lex_place(dunlin_string text, uint64_t offset, unsigned *line, unsigned *column);

#endif
