/* SPDX-License-Identifier: MIT */
#include "drivers/sqlite/sqlite_scan.h"

#include <string.h>

#include "drivers/kit/kit.h"

void
dn_sqlite_scan_begin(dn_sqlite_scan *scan, dunlin_string text)
{
    scan->at = text.data;
    scan->end = text.data + text.length;
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* SQLite's rule: every byte of a multi-byte character may stand in a name. */
static bool
is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || (unsigned char)byte > 127;
}

static void
skip_line(dn_sqlite_scan *scan)
{
    const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));

    scan->at = newline != NULL ? newline + 1 : scan->end;
}

/* An unterminated comment runs to the end, as it does in SQLite. */
static void
skip_comment(dn_sqlite_scan *scan)
{
    const char *close = memmem(scan->at + 2, (size_t)(scan->end - scan->at) - 2, "*/", 2);

    scan->at = close != NULL ? close + 2 : scan->end;
}

static void
skip_blanks(dn_sqlite_scan *scan)
{
    while (scan->at < scan->end) {
        size_t left = (size_t)(scan->end - scan->at);

        if (is_blank(*scan->at))
            scan->at++;
        else if (left >= 2 && memcmp(scan->at, "--", 2) == 0)
            skip_line(scan);
        else if (left >= 2 && memcmp(scan->at, "/*", 2) == 0)
            skip_comment(scan);
        else if (left >= 3 && memcmp(scan->at, "\xef\xbb\xbf", 3) == 0)
            scan->at += 3;
        else
            return;
    }
}

/* Past the closing quote; doubled ones stand for themselves, except after '['. */
static void
skip_quoted(dn_sqlite_scan *scan, char close)
{
    scan->at++;
    while (scan->at < scan->end) {
        const char *found = memchr(scan->at, close, (size_t)(scan->end - scan->at));

        if (found == NULL) {
            scan->at = scan->end;
            return;
        }
        scan->at = found + 1;
        if (close == ']' || scan->at >= scan->end || *scan->at != close)
            return;
        scan->at++;
    }
}

bool
dn_sqlite_scan_next(dn_sqlite_scan *scan, dn_sqlite_token *token)
{
    const char *begin;
    char first;

    skip_blanks(scan);
    token->kind = DN_SQLITE_END;
    token->text = (dunlin_string){scan->at, 0};
    if (scan->at >= scan->end)
        return false;
    begin = scan->at;
    first = *begin;
    if (first == '\'' || first == '"' || first == '`' || first == '[') {
        skip_quoted(scan, first == '[' ? ']' : first);
        token->kind = first == '\'' ? DN_SQLITE_STRING : DN_SQLITE_NAME;
    } else if (is_name_byte(first)) {
        while (scan->at < scan->end && is_name_byte(*scan->at))
            scan->at++;
        token->kind = first >= '0' && first <= '9' ? DN_SQLITE_NUMBER : DN_SQLITE_WORD;
    } else {
        scan->at++;
        token->kind = DN_SQLITE_SYMBOL;
    }
    token->text.length = (uint64_t)(scan->at - begin);
    return true;
}

bool
dn_sqlite_is_word(const dn_sqlite_token *token, const char *word)
{
    return token->kind == DN_SQLITE_WORD && dn_kit_same_word(token->text, word);
}

bool
dn_sqlite_is_name(const dn_sqlite_token *token)
{
    return token->kind == DN_SQLITE_NAME || token->kind == DN_SQLITE_WORD;
}

bool
dn_sqlite_is_symbol(const dn_sqlite_token *token, char symbol)
{
    return token->kind == DN_SQLITE_SYMBOL && *token->text.data == symbol;
}

bool
dn_sqlite_scan_is_blank(dunlin_string text)
{
    dn_sqlite_scan scan;
    dn_sqlite_token token;

    dn_sqlite_scan_begin(&scan, text);
    while (dn_sqlite_scan_next(&scan, &token))
        if (!dn_sqlite_is_symbol(&token, ';'))
            return false;
    return true;
}
