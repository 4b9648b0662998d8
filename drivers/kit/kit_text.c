/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
dn_kit_free(void *pointer_to_pointer)
{
    void *pointer;

    memcpy(&pointer, pointer_to_pointer, sizeof(pointer));
    free(pointer);
}

int
dn_kit_compare(dunlin_string left, dunlin_string right)
{
    uint64_t length = left.length < right.length ? left.length : right.length;
    int order = length > 0 ? memcmp(left.data, right.data, length) : 0;

    return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

bool
dn_kit_same_word(dunlin_string left, const char *right)
{
    return strlen(right) == left.length && strncasecmp(left.data, right, left.length) == 0;
}

uint64_t
dn_kit_hash(uint64_t hash, dunlin_string bytes)
{
    for (uint64_t i = 0; i < bytes.length; i++)
        hash = (hash ^ (unsigned char)bytes.data[i]) * UINT64_C(1099511628211);
    return hash;
}

uint64_t
dn_kit_hash_word(uint64_t hash, dunlin_string word)
{
    for (uint64_t i = 0; i < word.length; i++) {
        char byte = word.data[i];

        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        hash = dn_kit_hash(hash, (dunlin_string){&byte, 1});
    }
    return hash;
}

char *
dn_kit_copy(dunlin_string text)
{
    char *copy = text.length < SIZE_MAX ? malloc(text.length + 1) : NULL;

    if (copy == NULL)
        return NULL;
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

void
dn_kit_text_free(dn_kit_text *text)
{
    free(text->data);
    memset(text, 0, sizeof(*text));
}

void
dn_kit_text_clear(dn_kit_text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data != NULL)
        text->data[0] = '\0';
}

/* Room for `more` bytes and the NUL. */
static bool
reserve(dn_kit_text *text, size_t more)
{
    size_t capacity = text->capacity > 0 ? text->capacity : 128;
    char *data;

    if (text->failed || more > SIZE_MAX / 4 || text->length > SIZE_MAX / 4) {
        text->failed = true;
        return false;
    }
    if (text->length + more < text->capacity)
        return true;
    while (capacity <= text->length + more)
        capacity *= 2;
    data = realloc(text->data, capacity);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void
dn_kit_text_add_string(dn_kit_text *text, dunlin_string part)
{
    if (!reserve(text, part.length))
        return;
    if (part.length > 0)
        memcpy(text->data + text->length, part.data, part.length);
    text->length += part.length;
    text->data[text->length] = '\0';
}

void
dn_kit_text_format(dn_kit_text *text, const char *format, ...)
{
    enum { USUAL = 64 };
    va_list arguments;
    size_t room;
    int length;

    if (!reserve(text, USUAL))
        return;
    room = text->capacity - text->length;
    va_start(arguments, format);
    length = vsnprintf(text->data + text->length, room, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length >= room && reserve(text, (size_t)length)) {
        va_start(arguments, format);
        vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    if (length < 0)
        text->failed = true;
    if (!text->failed)
        text->length += (size_t)length;
    else if (text->data != NULL)
        text->data[text->length] = '\0';
}

void
dn_kit_text_quote(dn_kit_text *text, char quote, dunlin_string part)
{
    char *end;

    if (!reserve(text, part.length < SIZE_MAX / 4 ? 2 * part.length + 2 : SIZE_MAX))
        return;
    end = text->data + text->length;
    *end++ = quote;
    for (uint64_t i = 0; i < part.length; i++) {
        if (part.data[i] == quote)
            *end++ = quote;
        *end++ = part.data[i];
    }
    *end++ = quote;
    *end = '\0';
    text->length = (size_t)(end - text->data);
}

dunlin_string
dn_kit_text_string(const dn_kit_text *text)
{
    dunlin_string string = {text->data != NULL ? text->data : "", text->length};

    return string;
}
