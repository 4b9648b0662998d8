/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_scan.h"

#include <string.h>
#include <strings.h>

#include "drivers/kit/kit.h"

void
dn_mysql_scan_begin(dn_mysql_scan *scan, dunlin_string text)
{
    scan->at = text.data;
    scan->end = text.data + text.length;
}

static bool
is_blank(char byte)
{
    return (unsigned char)byte <= ' ';
}

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* [M] "Schema Object Names": letters, digits, '_', '$' and everything beyond ASCII. */
static bool
is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || is_digit(byte) ||
           byte == '_' || byte == '$' || (unsigned char)byte > 127;
}

static bool
starts_with(const dn_mysql_scan *scan, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(scan->end - scan->at) >= length && memcmp(scan->at, text, length) == 0;
}

static void
skip_line(dn_mysql_scan *scan)
{
    const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));

    scan->at = newline != NULL ? newline + 1 : scan->end;
}

static void
skip_comment(dn_mysql_scan *scan)
{
    const char *close = memmem(scan->at + 2, (size_t)(scan->end - scan->at) - 2, "*/", 2);

    scan->at = close != NULL ? close + 2 : scan->end;
}

/* What is in a code comment is read as if it stood outside: whether the server's version fits or
 * not, it may take effect. */
static bool
skip_code_opener(dn_mysql_scan *scan)
{
    if (starts_with(scan, "/*!"))
        scan->at += 3;
    else if (starts_with(scan, "/*M!"))
        scan->at += 4;
    else
        return false;
    while (scan->at < scan->end && is_digit(*scan->at))
        scan->at++;
    return true;
}

static bool
is_dashes(const dn_mysql_scan *scan)
{
    return starts_with(scan, "--") && (scan->end - scan->at == 2 || is_blank(scan->at[2]));
}

static void
skip_blanks(dn_mysql_scan *scan)
{
    while (scan->at < scan->end) {
        if (is_blank(*scan->at))
            scan->at++;
        else if (*scan->at == '#' || is_dashes(scan))
            skip_line(scan);
        else if (skip_code_opener(scan))
            continue;
        else if (starts_with(scan, "/*"))
            skip_comment(scan);
        else if (starts_with(scan, "*/"))
            scan->at += 2;
        else if (starts_with(scan, "\xef\xbb\xbf"))
            scan->at += 3;
        else
            return;
    }
}

/* Past the closing quote; doubled ones stand for themselves. */
static void
skip_quoted(dn_mysql_scan *scan)
{
    char quote = *scan->at++;

    while (scan->at < scan->end) {
        char byte = *scan->at++;

        if (byte == '\\' && quote != '`' && scan->at < scan->end) {
            scan->at++;
        } else if (byte == quote) {
            if (scan->at >= scan->end || *scan->at != quote)
                return;
            scan->at++;
        }
    }
}

bool
dn_mysql_scan_next(dn_mysql_scan *scan, dn_mysql_token *token)
{
    const char *begin;
    char first;

    skip_blanks(scan);
    token->kind = DN_MYSQL_END;
    token->text = (dunlin_string){scan->at, 0};
    if (scan->at >= scan->end)
        return false;
    begin = scan->at;
    first = *begin;
    if (first == '\'' || first == '"' || first == '`') {
        skip_quoted(scan);
        token->kind = first == '`' ? DN_MYSQL_NAME : DN_MYSQL_STRING;
    } else if (is_name_byte(first)) {
        while (scan->at < scan->end && is_name_byte(*scan->at))
            scan->at++;
        token->kind = is_digit(first) ? DN_MYSQL_NUMBER : DN_MYSQL_WORD;
    } else {
        scan->at++;
        token->kind = DN_MYSQL_SYMBOL;
    }
    token->text.length = (uint64_t)(scan->at - begin);
    return true;
}

dn_mysql_token
dn_mysql_scan_peek(const dn_mysql_scan *scan)
{
    dn_mysql_scan copy = *scan;
    dn_mysql_token token;

    dn_mysql_scan_next(&copy, &token);
    return token;
}

/* [MDB] SET STATEMENT a = 1, b = 2 FOR statement */
static void
skip_settings(dn_mysql_scan *scan, dn_mysql_token *token)
{
    dn_mysql_token next = dn_mysql_scan_peek(scan);

    if (!dn_mysql_is_word(token, "SET") || !dn_mysql_is_word(&next, "STATEMENT"))
        return;
    while (dn_mysql_scan_next(scan, token) && !dn_mysql_is_word(token, "FOR"))
        continue;
    dn_mysql_scan_next(scan, token);
}

bool
dn_mysql_scan_head(dn_mysql_scan *scan, dn_mysql_token *token)
{
    do
        dn_mysql_scan_next(scan, token);
    while (dn_mysql_is_symbol(token, ';'));
    skip_settings(scan, token);
    return token->kind != DN_MYSQL_END;
}

bool
dn_mysql_is_word(const dn_mysql_token *token, const char *word)
{
    return token->kind == DN_MYSQL_WORD && dn_kit_same_word(token->text, word);
}

bool
dn_mysql_is_one_of(const dn_mysql_token *token, const char *words)
{
    while (token->kind == DN_MYSQL_WORD && *words != '\0') {
        size_t length = strcspn(words, " ");

        if (token->text.length == length && strncasecmp(token->text.data, words, length) == 0)
            return true;
        words += length + (words[length] == ' ' ? 1 : 0);
    }
    return false;
}

bool
dn_mysql_is_symbol(const dn_mysql_token *token, char symbol)
{
    return token->kind == DN_MYSQL_SYMBOL && *token->text.data == symbol;
}

dunlin_string
dn_mysql_name_of(const dn_mysql_token *token)
{
    dunlin_string text = token->text;

    if (token->kind == DN_MYSQL_WORD)
        return text;
    /* "t" is a name under ANSI_QUOTES, and no name can be confused with it otherwise. */
    if ((token->kind == DN_MYSQL_NAME || token->kind == DN_MYSQL_STRING) && text.length >= 2)
        return (dunlin_string){text.data + 1, text.length - 2};
    return (dunlin_string){"", 0};
}

/* --- triggers ----------------------------------------------------------------------------------------- */
static void
skip_place(dn_mysql_scan *scan)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);

    if (dn_mysql_is_one_of(&token, "FOLLOWS PRECEDES") && dn_mysql_scan_next(scan, &token))
        dn_mysql_scan_next(scan, &token);
}

void
dn_mysql_scan_trigger(dunlin_string sql, dunlin_string *when, dunlin_string *body)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    *when = (dunlin_string){sql.data, 0};
    dn_mysql_scan_begin(&scan, sql);
    while (dn_mysql_scan_next(&scan, &token)) {
        if (when->length == 0 && dn_mysql_is_one_of(&token, "BEFORE AFTER")) {
            when->data = token.text.data;
            if (dn_mysql_scan_next(&scan, &token))
                when->length = (uint64_t)(token.text.data + token.text.length - when->data);
        } else if (dn_mysql_is_word(&token, "ROW")) {
            skip_place(&scan);
            break;
        }
    }
    while (scan.at < scan.end && strchr(" \t\r\n", *scan.at) != NULL)
        scan.at++;
    *body = (dunlin_string){scan.at, (uint64_t)(scan.end - scan.at)};
    while (body->length > 0 && strchr(" \t\r\n;", body->data[body->length - 1]) != NULL)
        body->length--;
}
