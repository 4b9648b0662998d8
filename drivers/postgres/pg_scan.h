/* SPDX-License-Identifier: MIT
 *
 * A scanner for PostgreSQL's text that is just good enough to tell what kind of statement it is:
 * it knows words, the quotings and both comments. No allocation.
 */
#ifndef DN_PG_SCAN_H
#define DN_PG_SCAN_H

#include <stdbool.h>

#include <dunlin/schema.h>

#include "drivers/kit/kit.h"

typedef enum dn_pg_token_kind {
    DN_PG_END = 0,
    DN_PG_WORD,
    DN_PG_NAME,   /* "..", quotes included */
    DN_PG_STRING, /* '..', E'..', $$..$$, quotes and prefix included */
    DN_PG_NUMBER,
    DN_PG_SYMBOL /* one byte */
} dn_pg_token_kind;

typedef struct dn_pg_token {
    dn_pg_token_kind kind;
    dunlin_string text;
} dn_pg_token;

typedef struct dn_pg_scan {
    const char *at;
    const char *end;
} dn_pg_scan;

dn_pg_scan dn_pg_scan_begin(dunlin_string text);
/* Answers token->kind != DN_PG_END. */
bool dn_pg_scan_next(dn_pg_scan *scan, dn_pg_token *token);
bool dn_pg_is_word(const dn_pg_token *token, const char *word);
bool dn_pg_is_symbol(const dn_pg_token *token, char symbol);

/* Whether what follows is as `pattern` says; then `scan` is moved behind that. A pattern is words and one-byte symbols separated by single blanks:
 *   [X]    may be there            {A,B}  one of these
 *   ()     a parenthesis, if there *      any tokens, up to the next element
 *   .      a name, qualified or not ;     the end of the statement */
bool dn_pg_scan_fits(dn_pg_scan *scan, const char *pattern);

/* --- names ---------------------------------------------------------------------------------------- */
/* A name as the server keeps it: folded to lower case, or without its quotes. */
void dn_pg_add_name(dn_kit_text *text, const dn_pg_token *token);
/* name or schema.name; the names without their separator, *count of them. */
bool dn_pg_take_names(dn_pg_scan *scan, dn_kit_text names[2], uint64_t *count);

#endif
