/* SPDX-License-Identifier: MIT */
#include "drivers/postgres/pg_scan.h"

#include <string.h>
#include <strings.h>

#include "drivers/kit/kit.h"

/* --- tokens ------------------------------------------------------------------------------------- */
dn_pg_scan
dn_pg_scan_begin(dunlin_string text)
{
    dn_pg_scan scan = {text.data, text.data + text.length};

    if (text.length >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        scan.at += 3;
    return scan;
}

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f' ||
           byte == '\v';
}

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
begins_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (unsigned char)byte > 127;
}

static bool
is_name_byte(char byte)
{
    return begins_name(byte) || is_digit(byte) || byte == '$';
}

static void
skip_line(dn_pg_scan *scan)
{
    while (scan->at < scan->end && *scan->at != '\n' && *scan->at != '\r')
        scan->at++;
}

static void
skip_comment(dn_pg_scan *scan)
{
    int depth = 0;

    while (scan->at < scan->end) {
        bool pair = scan->end - scan->at >= 2;

        if (pair && memcmp(scan->at, "/*", 2) == 0) {
            depth++;
            scan->at += 2;
        } else if (pair && memcmp(scan->at, "*/", 2) == 0) {
            scan->at += 2;
            if (--depth == 0)
                return;
        } else {
            scan->at++;
        }
    }
}

static void
skip_blanks(dn_pg_scan *scan)
{
    while (scan->at < scan->end) {
        bool pair = scan->end - scan->at >= 2;

        if (is_blank(*scan->at))
            scan->at++;
        else if (pair && memcmp(scan->at, "--", 2) == 0)
            skip_line(scan);
        else if (pair && memcmp(scan->at, "/*", 2) == 0)
            skip_comment(scan);
        else
            return;
    }
}

/* Past the closing quote; a doubled one stands for itself. */
static void
skip_quoted(dn_pg_scan *scan, bool backslash)
{
    char quote = *scan->at++;

    while (scan->at < scan->end) {
        char byte = *scan->at++;

        if (byte == '\\' && backslash && scan->at < scan->end)
            scan->at++;
        else if (byte != quote)
            continue;
        else if (scan->at < scan->end && *scan->at == quote)
            scan->at++;
        else
            return;
    }
}

/* $tag$ .. $tag$; false, and nothing skipped, when this is no such quote. */
static bool
skip_dollars(dn_pg_scan *scan)
{
    const char *tag_end = scan->at + 1;
    const char *close;
    size_t length;

    if (tag_end < scan->end && is_digit(*tag_end))
        return false;
    while (tag_end < scan->end && *tag_end != '$' && is_name_byte(*tag_end))
        tag_end++;
    if (tag_end >= scan->end || *tag_end != '$')
        return false;
    length = (size_t)(tag_end - scan->at) + 1;
    close = memmem(tag_end + 1, (size_t)(scan->end - tag_end) - 1, scan->at, length);
    scan->at = close != NULL ? close + length : scan->end;
    return true;
}

/* A word, or the prefix of a string: E'..', U&"..". */
static dn_pg_token_kind
take_word(dn_pg_scan *scan)
{
    const char *begin = scan->at;
    size_t length;

    while (scan->at < scan->end && is_name_byte(*scan->at))
        scan->at++;
    length = (size_t)(scan->at - begin);
    if (length != 1 || scan->at >= scan->end)
        return DN_PG_WORD;
    if (*scan->at == '\'' && strchr("eEbBnNxX", *begin) != NULL) {
        skip_quoted(scan, *begin == 'e' || *begin == 'E');
        return DN_PG_STRING;
    }
    if ((*begin == 'u' || *begin == 'U') && scan->end - scan->at >= 2 && *scan->at == '&' &&
        (scan->at[1] == '\'' || scan->at[1] == '"')) {
        dn_pg_token_kind kind = scan->at[1] == '"' ? DN_PG_NAME : DN_PG_STRING;

        scan->at++;
        skip_quoted(scan, false);
        return kind;
    }
    return DN_PG_WORD;
}

bool
dn_pg_scan_next(dn_pg_scan *scan, dn_pg_token *token)
{
    const char *begin;

    skip_blanks(scan);
    begin = scan->at;
    token->kind = DN_PG_END;
    token->text = (dunlin_string){begin, 0};
    if (begin >= scan->end)
        return false;
    if (*begin == '\'' || *begin == '"') {
        skip_quoted(scan, false);
        token->kind = *begin == '"' ? DN_PG_NAME : DN_PG_STRING;
    } else if (*begin == '$' && skip_dollars(scan)) {
        token->kind = DN_PG_STRING;
    } else if (begins_name(*begin)) {
        token->kind = take_word(scan);
    } else if (is_digit(*begin)) {
        while (scan->at < scan->end && (is_name_byte(*scan->at) || *scan->at == '.'))
            scan->at++;
        token->kind = DN_PG_NUMBER;
    } else {
        scan->at++;
        token->kind = DN_PG_SYMBOL;
    }
    token->text.length = (uint64_t)(scan->at - begin);
    return true;
}

bool
dn_pg_is_word(const dn_pg_token *token, const char *word)
{
    return token->kind == DN_PG_WORD && dn_kit_same_word(token->text, word);
}

bool
dn_pg_is_symbol(const dn_pg_token *token, char symbol)
{
    return token->kind == DN_PG_SYMBOL && *token->text.data == symbol;
}

/* --- names ---------------------------------------------------------------------------------------- */
void
dn_pg_add_name(dn_kit_text *text, const dn_pg_token *token)
{
    bool quoted = token->kind == DN_PG_NAME || token->kind == DN_PG_STRING;

    for (uint64_t i = 0; i < token->text.length; i++) {
        char byte = token->text.data[i];

        if (quoted) {
            if (i == 0 || i + 1 == token->text.length)
                continue;
            i += byte == *token->text.data ? 1 : 0;
        } else if (byte >= 'A' && byte <= 'Z') {
            byte = (char)(byte - 'A' + 'a');
        }
        dn_kit_text_add_string(text, (dunlin_string){&byte, 1});
    }
}

bool
dn_pg_take_names(dn_pg_scan *scan, dn_kit_text names[2], uint64_t *count)
{
    for (*count = 0; *count < 2;) {
        dn_pg_scan ahead;
        dn_pg_token token;

        if (!dn_pg_scan_next(scan, &token) || token.kind == DN_PG_SYMBOL ||
            token.kind == DN_PG_NUMBER)
            return false;
        dn_pg_add_name(&names[(*count)++], &token);
        ahead = *scan;
        if (!dn_pg_scan_next(&ahead, &token) || !dn_pg_is_symbol(&token, '.'))
            return true;
        *scan = ahead;
    }
    return false;
}

/* --- patterns ------------------------------------------------------------------------------------- */
static bool
is_element(const dn_pg_token *token, const char *element, size_t length)
{
    if (token->kind == DN_PG_SYMBOL)
        return length == 1 && *element == *token->text.data;
    return token->kind == DN_PG_WORD && token->text.length == length &&
           strncasecmp(token->text.data, element, length) == 0;
}

/* One of the alternatives between `element` and its end, separated by commas. */
static bool
is_one_of(const dn_pg_token *token, const char *element, size_t length)
{
    if (length == 1) /* a comma, perhaps */
        return is_element(token, element, length);
    while (length > 0) {
        const char *comma = memchr(element, ',', length);
        size_t part = comma != NULL ? (size_t)(comma - element) : length;

        if (is_element(token, element, part))
            return true;
        if (comma == NULL)
            return false;
        element += part + 1;
        length -= part + 1;
    }
    return false;
}

static void
skip_parenthesis(dn_pg_scan *scan)
{
    dn_pg_scan ahead = *scan;
    dn_pg_token token;
    int depth = 0;

    if (!dn_pg_scan_next(&ahead, &token) || !dn_pg_is_symbol(&token, '('))
        return;
    do {
        if (dn_pg_is_symbol(&token, '('))
            depth++;
        else if (dn_pg_is_symbol(&token, ')'))
            depth--;
    } while (depth > 0 && dn_pg_scan_next(&ahead, &token));
    *scan = ahead;
}

/* name, schema.name, "a"."b" */
static bool
skip_name(dn_pg_scan *scan)
{
    for (;;) {
        dn_pg_scan ahead;
        dn_pg_token token;

        if (!dn_pg_scan_next(scan, &token) ||
            (token.kind != DN_PG_WORD && token.kind != DN_PG_NAME))
            return false;
        ahead = *scan;
        if (!dn_pg_scan_next(&ahead, &token) || !dn_pg_is_symbol(&token, '.'))
            return true;
        *scan = ahead;
    }
}

static bool
at_end(dn_pg_scan scan)
{
    dn_pg_token token;

    while (dn_pg_scan_next(&scan, &token))
        if (!dn_pg_is_symbol(&token, ';'))
            return false;
    return true;
}

/* An element that is one token: a word, a symbol, {A,B}, [X] or [{A,B}]. */
static bool
fits_token(dn_pg_scan *scan, const char *element, size_t length)
{
    dn_pg_scan ahead = *scan;
    dn_pg_token token;
    bool optional = length > 2 && *element == '[';
    bool fits;

    if (optional) {
        element++;
        length -= 2;
    }
    if (length > 2 && *element == '{') {
        element++;
        length -= 2;
    }
    dn_pg_scan_next(&ahead, &token);
    fits = is_one_of(&token, element, length);
    if (fits)
        *scan = ahead;
    return fits || optional;
}

bool
dn_pg_scan_fits(dn_pg_scan *scan, const char *pattern)
{
    dn_pg_scan at = *scan;

    while (*pattern != '\0') {
        size_t length = strcspn(pattern, " ");
        const char *rest = pattern + length + (pattern[length] == ' ' ? 1 : 0);
        bool fits = true;

        if (length == 1 && *pattern == '*') {
            dn_pg_token token;

            while (!dn_pg_scan_fits(&at, rest))
                if (!dn_pg_scan_next(&at, &token))
                    return false;
            *scan = at;
            return true;
        }
        if (length == 1 && *pattern == ';')
            fits = at_end(at);
        else if (length == 1 && *pattern == '.')
            fits = skip_name(&at);
        else if (length == 2 && *pattern == '(')
            skip_parenthesis(&at);
        else
            fits = fits_token(&at, pattern, length);
        if (!fits)
            return false;
        pattern = rest;
    }
    *scan = at;
    return true;
}
