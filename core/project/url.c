/* SPDX-License-Identifier: MIT
 *
 * What can be said of a URL without its driver. Redaction errs on the side of hiding too much:
 * it must hold for text that is no proper URL, such as a password with an '@' or '/' that nobody
 * encoded.
 */
#include "core/project/project.h"

#include <string.h>

#include "core/base/text.h"

#define HIDDEN "***"

/* Length of the scheme, 0 when there is none. */
static size_t
scheme_length(const char *url)
{
    size_t length = 0;

    for (;; length++) {
        char c = url[length];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!word && (c == '\0' || !strchr("_+.-", c)))
            break;
    }
    return url[length] == ':' ? length : 0;
}

char *
dn_url_scheme(dn_arena *arena, const char *url)
{
    size_t length = scheme_length(url);
    char *scheme = length ? dn_arena_copy(arena, url, length) : NULL;

    for (char *c = scheme; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return scheme;
}

/* The last '@' of a text: a password may hold some. */
static const char *
last_at(const char *text, size_t length)
{
    while (length && text[length - 1] != '@')
        length--;
    return length ? text + length - 1 : NULL;
}

/* What stands between "//" and the query: user:password@host/path. */
static void
add_authority(dn_text *out, const char *text, size_t length)
{
    const char *at = last_at(text, length);
    const char *colon = at ? memchr(text, ':', (size_t)(at - text)) : NULL;

    if (colon) {
        dn_text_add(out, text, (size_t)(colon + 1 - text));
        dn_text_add_string(out, HIDDEN);
        dn_text_add(out, at, length - (size_t)(at - text));
    } else {
        dn_text_add(out, text, length);
    }
}

/* name=value&name=value: the names stay. */
static void
add_query(dn_text *out, const char *query)
{
    while (*query) {
        size_t name = strcspn(query, "=&;#");
        bool fragment = query[name] == '#';
        size_t rest = fragment ? strlen(query + name) : strcspn(query + name, "&;#");

        if (query[name] == '=' || fragment) {
            dn_text_add(out, query, name + 1);
            dn_text_add_string(out, HIDDEN);
        } else {
            /* Without a '=' it may be half of a value. */
            dn_text_add_string(out, HIDDEN);
        }
        query += name + rest;
        if (*query == '&' || *query == ';')
            dn_text_add_char(out, *query++);
    }
}

/* What stands between "scheme:" and the query. */
static void
add_place(dn_text *out, const char *rest, size_t length)
{
    bool authority = length >= 2 && strncmp(rest, "//", 2) == 0;
    bool user = memchr(rest, '@', length) != NULL;

    if (authority && !user && strchr(rest + length, '@')) {
        /* A password that holds a '?' or '#', or a harmless '@' behind them: who knows. */
        dn_text_add_string(out, "//" HIDDEN);
    } else if (authority) {
        dn_text_add_string(out, "//");
        add_authority(out, rest + 2, length - 2);
    } else if (rest[0] != '/' && rest[0] != '.' && (user || memchr(rest, '=', length))) {
        dn_text_add_string(out, HIDDEN);
    } else {
        dn_text_add(out, rest, length);
    }
}

char *
dn_url_redact(dn_arena *arena, const char *url)
{
    dn_auto(dn_text) out = DN_TEXT_INIT;
    size_t scheme = scheme_length(url);
    const char *rest = url + scheme + 1;
    size_t length;

    if (!scheme)
        return dn_arena_text(arena, HIDDEN);
    length = strcspn(rest, "?#");
    dn_text_add(&out, url, scheme + 1);
    add_place(&out, rest, length);
    if (rest[length]) {
        dn_text_add_char(&out, rest[length]);
        add_query(&out, rest + length + 1);
    }
    return out.failed ? NULL : dn_arena_text(arena, out.data);
}

char *
dn_url_anchor(dn_arena *arena, const char *url, const char *folder)
{
    dn_auto(dn_text) out = DN_TEXT_INIT;
    size_t scheme = scheme_length(url);
    const char *path = url + scheme + 1;

    if (!scheme || strchr("/:?#", path[0])) /* the NUL of an empty path is found as well */
        return dn_arena_text(arena, url);
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    dn_text_add(&out, url, scheme + 1);
    for (const char *c = folder; *c; c++) {
        if (strchr("%?#", *c))
            dn_text_printf(&out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            dn_text_add_char(&out, *c);
    }
    if (folder[0] && folder[strlen(folder) - 1] != '/')
        dn_text_add_char(&out, '/');
    dn_text_add_string(&out, path);
    return out.failed ? NULL : dn_arena_text(arena, out.data);
}
