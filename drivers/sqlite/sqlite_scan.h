/* SPDX-License-Identifier: MIT
 *
 * A scanner for SQLite's text that is just good enough to tell what kind of statement it is: it
 * knows words, the four quotings and both comments. No allocation.
 */
#ifndef DN_SQLITE_SCAN_H
#define DN_SQLITE_SCAN_H

#include <stdbool.h>

#include <dunlin/schema.h>

typedef enum dn_sqlite_token_kind {
    DN_SQLITE_END = 0,
    DN_SQLITE_WORD,
    DN_SQLITE_NAME,   /* "..", `..`, [..], quotes included */
    DN_SQLITE_STRING, /* '..', quotes included */
    DN_SQLITE_NUMBER,
    DN_SQLITE_SYMBOL /* one byte */
} dn_sqlite_token_kind;

typedef struct dn_sqlite_token {
    dn_sqlite_token_kind kind;
    dunlin_string text;
} dn_sqlite_token;

typedef struct dn_sqlite_scan {
    const char *at;
    const char *end;
} dn_sqlite_scan;

void dn_sqlite_scan_begin(dn_sqlite_scan *scan, dunlin_string text);
/* Answers token->kind != DN_SQLITE_END. */
bool dn_sqlite_scan_next(dn_sqlite_scan *scan, dn_sqlite_token *token);
bool dn_sqlite_is_word(const dn_sqlite_token *token, const char *word);
bool dn_sqlite_is_name(const dn_sqlite_token *token); /* in quotes, or a word */
bool dn_sqlite_is_symbol(const dn_sqlite_token *token, char symbol);
/* Nothing but blanks, comments and semicolons. */
bool dn_sqlite_scan_is_blank(dunlin_string text);

#endif
