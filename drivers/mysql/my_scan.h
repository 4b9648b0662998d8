/* SPDX-License-Identifier: MIT
 *
 * A scanner for MySQL's text that is just good enough to tell what kind of statement it is: it
 * knows words, the quotings and the comments, and goes into those that are code. No allocation.
 */
#ifndef DN_MYSQL_SCAN_H
#define DN_MYSQL_SCAN_H

#include <stdbool.h>

#include <dunlin/schema.h>

typedef enum dn_mysql_token_kind {
    DN_MYSQL_END = 0,
    DN_MYSQL_WORD,
    DN_MYSQL_NAME,   /* `..`, quotes included */
    DN_MYSQL_STRING, /* '..' and "..", quotes included */
    DN_MYSQL_NUMBER,
    DN_MYSQL_SYMBOL /* one byte */
} dn_mysql_token_kind;

typedef struct dn_mysql_token {
    dn_mysql_token_kind kind;
    dunlin_string text;
} dn_mysql_token;

typedef struct dn_mysql_scan {
    const char *at;
    const char *end;
} dn_mysql_scan;

void dn_mysql_scan_begin(dn_mysql_scan *scan, dunlin_string text);
/* Answers token->kind != DN_MYSQL_END. */
bool dn_mysql_scan_next(dn_mysql_scan *scan, dn_mysql_token *token);
/* The next one without taking it. */
dn_mysql_token dn_mysql_scan_peek(const dn_mysql_scan *scan);
/* The first one of a statement, behind ';' and SET STATEMENT .. FOR. */
bool dn_mysql_scan_head(dn_mysql_scan *scan, dn_mysql_token *token);
bool dn_mysql_is_word(const dn_mysql_token *token, const char *word);
/* One of `words`, which are separated by blanks. */
bool dn_mysql_is_one_of(const dn_mysql_token *token, const char *words);
bool dn_mysql_is_symbol(const dn_mysql_token *token, char symbol);
/* CREATE TRIGGER name BEFORE INSERT ON t FOR EACH ROW FOLLOWS other body: from BEFORE to INSERT, and the
 * body. */
void dn_mysql_scan_trigger(dunlin_string sql, dunlin_string *when, dunlin_string *body);
/* The name a word or a quoted name stands for; empty for anything else. */
dunlin_string dn_mysql_name_of(const dn_mysql_token *token);

#endif
