/* SPDX-License-Identifier: MIT
 *
 * Text: a growable buffer on the heap, and helpers for dunlin_string views.
 */
#ifndef DN_BASE_TEXT_H
#define DN_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <dunlin/schema.h>

/* Always NUL-terminated once something was added; `failed` stays set after the first allocation
 * that failed, so that many adds need one check at the end. */
typedef struct dn_text {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
} dn_text;

#define DN_TEXT_INIT                                                                               \
    {                                                                                              \
        NULL, 0, 0, false                                                                          \
    }

void dn_text_add(dn_text *text, const void *data, size_t length);
void dn_text_add_string(dn_text *text, const char *string);
void dn_text_add_char(dn_text *text, char c);
void dn_text_printf(dn_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dn_text_vprintf(dn_text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* Makes room for `bytes` more and their NUL, and returns where they go; the caller adds to length
 * what it wrote and terminates it. NULL: no memory. */
char *dn_text_reserve(dn_text *text, size_t bytes);
void dn_text_clear(dn_text *text); /* keeps the memory, forgets a failure */
void dn_text_free(dn_text *text);
static inline void
dn_text_cleanup(dn_text *text)
{
    dn_text_free(text);
}

static inline dunlin_string
dn_string(const char *text)
{
    dunlin_string s = {text, 0};
    while (text && text[s.length])
        s.length++;
    return s;
}
static inline dunlin_string
dn_span(const char *data, size_t length)
{
    dunlin_string s = {data, length};
    return s;
}
/* 'it''s', "a""b": the mark around it, and twice wherever it stands inside. */
void dn_text_add_quoted(dn_text *text, char mark, dunlin_string inside);
static inline bool
dn_string_equal(dunlin_string a, const char *b)
{
    /* Most that are compared differ at once, and most lengths of `b` are known to the compiler. */
    return b && (a.length == 0 || a.data[0] == b[0]) && a.length == strlen(b) &&
           (a.length == 0 || memcmp(a.data, b, a.length) == 0);
}
/* Does `part`, in lower case, stand anywhere in the text, ASCII case aside? */
bool dn_string_contains_fold(dunlin_string text, const char *part);
/* A word of the text that reads like the name, ASCII case aside? */
bool dn_string_mentions(dunlin_string text, dunlin_string name);
bool dn_string_same(dunlin_string a, dunlin_string b);     /* byte by byte */
bool dn_string_equal_fold(dunlin_string a, const char *b); /* ASCII case folded */
/* Is it one of `words`, which blanks separate? NULL: of none. */
bool dn_string_among(dunlin_string word, const char *words);
bool dn_utf8_valid(const void *data, size_t length);
size_t dn_utf8_prefix(const void *data, size_t length); /* bytes before the first invalid one */
/* For messages: control bytes escaped, cut with "..." at `limit` bytes; writes at most limit+4. */
void dn_text_add_visible(dn_text *text, const char *data, size_t length, size_t limit);
/* As text of XML or HTML: what would be read as markup is escaped, control bytes are blanks. */
void dn_text_add_markup(dn_text *text, const char *data, size_t length);
/* "1 migration", "3 migrations" */
void dn_text_add_count(dn_text *text, int64_t count, const char *singular, const char *plural);

#endif
