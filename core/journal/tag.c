/* SPDX-License-Identifier: MIT
 *
 * Tags: names of migrations, and of files. A journal is somebody else's text, so a tag is checked
 * before a path is made from it.
 */
#include "core/journal/parts.h"

#include <string.h>
#include <time.h>

enum { MAX_NAME = 150, MAX_SHOWN = 60 };

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *
byte_fault(const char *tag, size_t length, size_t at)
{
    unsigned char c = (unsigned char)tag[at];
    unsigned char next = at + 1 < length ? (unsigned char)tag[at + 1] : 0;

    if (c == '/' || c == '\\')
        return "has a slash in it";
    /* C2 80 to C2 9F are the control characters U+0080 to U+009F. */
    if (c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next <= 0x9F))
        return "has a control character in it";
    if (c < 0x80 && !is_word((char)c) && c != '.' && c != '-')
        return "has a character other than letters, digits and _ . - in it";
    return NULL;
}

/* Nothing but word characters: no question is left to ask of most tags. */
static bool
is_plain(const char *tag, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_word(tag[i]))
            return false;
    return length > 0 && length <= DN_TAG_BYTES;
}

const char *
dn_tag_fault(const char *tag, size_t length)
{
    if (is_plain(tag, length))
        return NULL;
    if (length == 0)
        return "is empty";
    if (length > DN_TAG_BYTES)
        return "is longer than 200 bytes";
    if (memmem(tag, length, "..", 2))
        return "has two dots in a row in it";
    if (tag[0] == '.')
        return "starts with a dot";
    for (size_t i = 0; i < length; i++) {
        const char *fault = byte_fault(tag, length, i);

        if (fault)
            return fault;
    }
    return dn_utf8_valid(tag, length) ? NULL : "is not UTF-8";
}

const char *
dn_tag_shown(const char *tag, size_t length, char out[80])
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    dn_text_add_visible(&text, tag, length, MAX_SHOWN);
    out[0] = '\0';
    if (text.data)
        memcpy(out, text.data, text.length + 1);
    return out;
}

int
dn_tag_check(const char *tag, size_t length, dn_error *error)
{
    const char *fault = dn_tag_fault(tag, length);
    char shown[80];

    if (!fault)
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "journal.bad-tag", "the tag '%s' %s",
                   dn_tag_shown(tag, length, shown), fault);
}

size_t
dn_tag_digits(const char *tag)
{
    size_t length = 0;

    while (is_digit(tag[length]))
        length++;
    return length;
}

static int
number(const char *digits, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

bool
dn_tag_time(const char *tag, int64_t *ms)
{
    struct tm given;
    struct tm tidy;
    time_t seconds;

    if (dn_tag_digits(tag) != DN_STAMP_DIGITS)
        return false;
    given = (struct tm){.tm_year = number(tag, 4) - 1900,
                        .tm_mon = number(tag + 4, 2) - 1,
                        .tm_mday = number(tag + 6, 2),
                        .tm_hour = number(tag + 8, 2),
                        .tm_min = number(tag + 10, 2),
                        .tm_sec = number(tag + 12, 2)};
    tidy = given;
    seconds = timegm(&tidy);
    /* timegm() carries an hour 25 into the next day; a stamp does not. */
    if (seconds < 0 || tidy.tm_mon != given.tm_mon || tidy.tm_mday != given.tm_mday ||
        tidy.tm_hour != given.tm_hour || tidy.tm_min != given.tm_min || tidy.tm_sec != given.tm_sec)
        return false;
    *ms = (int64_t)seconds * 1000;
    return true;
}

char *
dn_tag_slug(dn_arena *arena, const char *name, dn_error *error)
{
    size_t length = strlen(name);
    char shown[80];
    char *slug;

    while (length && name[length - 1] == ' ')
        length--;
    while (length && *name == ' ') {
        name++;
        length--;
    }
    slug = dn_arena_copy(arena, name, length);
    if (!slug) {
        dn_no_memory(error);
        return NULL;
    }
    for (char *c = slug; *c; c++) {
        if (*c == ' ' || *c == '-')
            *c = '_';
        else if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        else if (!is_word(*c))
            length = 0;
    }
    if (length && length <= MAX_NAME)
        return slug;
    dn_fail(error, DUNLIN_USAGE, "journal.bad-name",
            length ? "the name '%s' is longer than 150 bytes"
                   : "the name '%s' wants letters, digits, blanks, - and _ only, and one at least",
            dn_tag_shown(name, strlen(name), shown));
    return NULL;
}
