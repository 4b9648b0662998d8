/* SPDX-License-Identifier: MIT
 *
 * .env files: KEY=value, `export KEY=value`, quotes and comments. There is no standard; what the
 * common readers agree on is read, and a line that is none of it is passed over, as they do.
 */
#include "core/project/config.h"

#include <string.h>

static const char *
skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

static bool
is_key_byte(char c, bool first)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_')
        return true;
    return !first && ((c >= '0' && c <= '9') || c == '.' || c == '-');
}

/* The closing quote of a text that opens at `at`, or NULL. */
static const char *
closing_quote(const char *at)
{
    char quote = *at;

    for (at++; *at; at++) {
        if (*at == '\\' && quote == '"' && at[1])
            at++;
        else if (*at == quote)
            return at;
    }
    return NULL;
}

static void
unescape(char *text)
{
    static const char names[] = "nrt";
    static const char meant[] = "\n\r\t";
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from == '\\' && from[1]) {
            const char *name = strchr(names, *++from);

            *to++ = name ? meant[name - names] : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

/* Where an unquoted value ends: at the line's end or at a comment, without trailing blanks. A '#'
 * inside a word belongs to it: passwords have them. */
static const char *
plain_end(const char *at)
{
    const char *end = at;

    for (const char *c = at; *c && *c != '\n' && *c != '\r'; c++) {
        if (*c == '#' && (c == at || c[-1] == ' ' || c[-1] == '\t'))
            break;
        if (*c != ' ' && *c != '\t')
            end = c + 1;
    }
    return end;
}

/* Reads the value at `at` and returns where the rest of its line begins. `value` is NULL when
 * nobody wants it. */
static const char *
read_value(const char *at, dn_arena *arena, const char **value, dn_error *error)
{
    const char *close = *at == '"' || *at == '\'' ? closing_quote(at) : NULL;
    const char *end = close ? close : plain_end(at);
    const char *begin = close ? at + 1 : at;

    if (value) {
        char *copy = dn_arena_copy(arena, begin, (size_t)(end - begin));

        if (!copy) {
            dn_no_memory(error);
            return NULL;
        }
        if (close && *close == '"')
            unescape(copy);
        *value = copy;
    }
    return close ? close + 1 : end;
}

int
dn_env_find(const char *text, const char *name, dn_arena *arena, const char **value,
            dn_error *error)
{
    size_t wanted = strlen(name);
    const char *at = text;

    *value = NULL;
    if (strncmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    while (*at) {
        const char *key = skip_blanks(at);
        size_t length = 0;

        if (strncmp(key, "export", 6) == 0 && (key[6] == ' ' || key[6] == '\t'))
            key = skip_blanks(key + 6);
        while (is_key_byte(key[length], length == 0))
            length++;
        at = skip_blanks(key + length);
        if (length && *at == '=') {
            bool found = length == wanted && memcmp(key, name, length) == 0;

            at = read_value(skip_blanks(at + 1), arena, found ? value : NULL, error);
            if (!at)
                return -1;
        }
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return 0;
}
