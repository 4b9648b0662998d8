/* SPDX-License-Identifier: MIT */
#include "core/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"

enum { FIRST_CAPACITY = 64 };

char *
dn_text_reserve(dn_text *text, size_t bytes)
{
    size_t need; /* with the NUL */
    size_t capacity = text->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : text->capacity;
    char *data;

    if (text->failed)
        return NULL;
    if (text->data && bytes < text->capacity - text->length)
        return text->data + text->length;
    if (__builtin_add_overflow(text->length, bytes, &need) ||
        __builtin_add_overflow(need, 1, &need) || need > PTRDIFF_MAX) {
        text->failed = true;
        return NULL;
    }
    while (capacity < need)
        capacity = capacity > PTRDIFF_MAX / 2 ? need : capacity * 2;
    data = dn_realloc(text->data, capacity);
    if (!data) {
        text->failed = true;
        return NULL;
    }
    text->data = data;
    text->capacity = capacity;
    text->data[text->length] = '\0';
    return text->data + text->length;
}

void
dn_text_add(dn_text *text, const void *data, size_t length)
{
    char *room = dn_text_reserve(text, length);

    if (!room)
        return;
    if (length)
        memcpy(room, data, length);
    room[length] = '\0';
    text->length += length;
}

void
dn_text_add_string(dn_text *text, const char *string)
{
    dn_text_add(text, string, strlen(string));
}

void
dn_text_add_char(dn_text *text, char c)
{
    char *room = dn_text_reserve(text, 1);

    if (!room)
        return;
    room[0] = c;
    room[1] = '\0';
    text->length++;
}

void
dn_text_vprintf(dn_text *text, const char *format, va_list arguments)
{
    va_list again;
    int length;
    char *room;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        text->failed = true;
        return;
    }
    room = dn_text_reserve(text, (size_t)length);
    if (!room)
        return;
    vsnprintf(room, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void
dn_text_printf(dn_text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    dn_text_vprintf(text, format, arguments);
    va_end(arguments);
}

void
dn_text_clear(dn_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data)
        text->data[0] = '\0';
}

void
dn_text_free(dn_text *text)
{
    free(text->data);
    *text = (dn_text)DN_TEXT_INIT;
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
dn_string_same(dunlin_string a, dunlin_string b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, (size_t)a.length) == 0);
}

bool
dn_string_equal_fold(dunlin_string a, const char *b)
{
    if (!b || a.length != strlen(b))
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.data[i]) != lower(b[i]))
            return false;
    return true;
}

bool
dn_string_contains_fold(dunlin_string text, const char *part)
{
    const size_t length = strlen(part);
    const char upper = (char)(part[0] - 'a' + 'A');

    for (const char *at = text.data; (size_t)(text.data + text.length - at) >= length; at++)
        if ((*at == part[0] || *at == upper) && strncasecmp(at, part, length) == 0)
            return true;
    return false;
}

static bool
in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

bool
dn_string_mentions(dunlin_string text, dunlin_string name)
{
    for (uint64_t at = 0; name.length && at + name.length <= text.length; at++) {
        uint64_t end = at + name.length;

        if (strncasecmp(text.data + at, name.data, (size_t)name.length) == 0 &&
            (at == 0 || !in_word(text.data[at - 1])) &&
            (end == text.length || !in_word(text.data[end])))
            return true;
    }
    return false;
}

bool
dn_string_among(dunlin_string word, const char *words)
{
    while (words && *words) {
        size_t length = strcspn(words, " ");

        if (length == word.length && memcmp(words, word.data, length) == 0)
            return true;
        words += length;
        words += strspn(words, " ");
    }
    return false;
}

/* Length of the well-formed sequence at p (Unicode 15, table 3-7), 0 when there is none. */
static size_t
utf8_sequence(const unsigned char *p, size_t left)
{
    unsigned char first = p[0];
    unsigned char low = 0x80, high = 0xBF; /* range of the second byte */
    size_t length;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (left < length || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

size_t
dn_utf8_prefix(const void *data, size_t length)
{
    const unsigned char *bytes = data;
    size_t at = 0;

    while (at < length) {
        size_t step;
        uint64_t word;

        if (length - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if (!(word & UINT64_C(0x8080808080808080))) {
                at += sizeof word;
                continue;
            }
        }
        step = utf8_sequence(bytes + at, length - at);
        if (!step)
            break;
        at += step;
    }
    return at;
}

bool
dn_utf8_valid(const void *data, size_t length)
{
    return dn_utf8_prefix(data, length) == length;
}

/* How one character looks in a message; returns the length of what it is in the source. */
static size_t
visible(const char *data, size_t left, char out[5], size_t *out_length)
{
    unsigned char c = (unsigned char)data[0];
    size_t length = utf8_sequence((const unsigned char *)data, left);
    const char *named = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : NULL;
    /* U+0080 to U+009F are control characters too. */
    bool control = c < 0x20 || c == 0x7F || (c == 0xC2 && length == 2 && (uint8_t)data[1] < 0xA0);

    if (named) {
        memcpy(out, named, 2);
        *out_length = 2;
        return 1;
    }
    if (control || !length) {
        *out_length = (size_t)snprintf(out, 5, "\\x%02x", c);
        return 1;
    }
    memcpy(out, data, length);
    *out_length = length;
    return length;
}

void
dn_text_add_visible(dn_text *text, const char *data, size_t length, size_t limit)
{
    size_t written = 0;

    for (size_t at = 0; at < length;) {
        char out[5];
        size_t out_length;
        size_t step = visible(data + at, length - at, out, &out_length);

        if (written + out_length > limit) {
            dn_text_add_string(text, "...");
            return;
        }
        dn_text_add(text, out, out_length);
        written += out_length;
        at += step;
    }
}

void
dn_text_add_markup(dn_text *text, const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (data[i]) {
        case '&': dn_text_add_string(text, "&amp;"); break;
        case '<': dn_text_add_string(text, "&lt;"); break;
        case '>': dn_text_add_string(text, "&gt;"); break;
        case '"': dn_text_add_string(text, "&quot;"); break;
        case '\n': dn_text_add_char(text, '\n'); break;
        default: dn_text_add_char(text, (unsigned char)data[i] < ' ' ? ' ' : data[i]);
        }
    }
}

void
dn_text_add_count(dn_text *text, int64_t count, const char *singular, const char *plural)
{
    dn_text_printf(text, "%" PRId64 " %s", count, count == 1 ? singular : plural);
}

void
dn_text_add_quoted(dn_text *text, char mark, dunlin_string inside)
{
    dn_text_add_char(text, mark);
    for (uint64_t i = 0; i < inside.length; i++) {
        if (inside.data[i] == mark)
            dn_text_add_char(text, mark);
        dn_text_add_char(text, inside.data[i]);
    }
    dn_text_add_char(text, mark);
}
