/* SPDX-License-Identifier: MIT */
#include "core/base/json_scan.h"

#include <string.h>

enum { PLAIN_DIGITS = 15 };

static int
problem(dn_json_scan *scan, const char *words)
{
    scan->problem = words;
    return -1;
}

bool
dn_json_scan_is(const dn_json_scan *scan, char c)
{
    return scan->at < scan->length && scan->text[scan->at] == c;
}

static bool
take(dn_json_scan *scan, char c)
{
    if (!dn_json_scan_is(scan, c))
        return false;
    scan->at++;
    return true;
}

void
dn_json_scan_blank(dn_json_scan *scan)
{
    const char *end = scan->text + scan->length;
    const char *c = scan->text + scan->at;

    while (c < end && (*c == ' ' || *c == '\n' || *c == '\t' || *c == '\r'))
        c++;
    scan->at = (size_t)(c - scan->text);
}

/* The four hex digits at `at`, or -1. */
static long
hex4(const dn_json_scan *scan, size_t at)
{
    long value = 0;

    if (scan->length - at < 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = scan->text[i];

        if (c >= '0' && c <= '9')
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    return value;
}

/* \uXXXX, with `at` on the backslash. Code points come whole: a surrogate needs its partner. */
static int
unicode_escape(dn_json_scan *scan)
{
    long high = hex4(scan, scan->at + 2);

    if (high < 0)
        return problem(scan, "expected four hexadecimal digits after '\\u'");
    if (high == 0)
        return problem(scan, "a string must not hold the character U+0000");
    if (high >= 0xDC00 && high <= 0xDFFF)
        return problem(scan, "half of a surrogate pair");
    if (high >= 0xD800 && high <= 0xDBFF) {
        long low = -1;

        if (scan->length - scan->at >= 12 && memcmp(scan->text + scan->at + 6, "\\u", 2) == 0)
            low = hex4(scan, scan->at + 8);
        if (low < 0xDC00 || low > 0xDFFF)
            return problem(scan, "half of a surrogate pair");
        scan->at += 6;
    }
    scan->at += 6;
    return 0;
}

static int
escape(dn_json_scan *scan)
{
    char c = scan->at + 1 < scan->length ? scan->text[scan->at + 1] : '\0';

    if (c == 'u')
        return unicode_escape(scan);
    if (!c || !strchr("\"\\/bfnrt", c))
        return problem(scan, "a backslash that starts no known escape");
    scan->at += 2;
    return 0;
}

int
dn_json_scan_string(dn_json_scan *scan)
{
    size_t start = scan->at;

    if (!take(scan, '"'))
        return problem(scan, "expected a string in double quotes");
    while (scan->at < scan->length) {
        unsigned char c = (unsigned char)scan->text[scan->at];

        if (c == '"') {
            scan->at++;
            return 0;
        }
        if (c == '\\') {
            if (escape(scan) < 0)
                return -1;
        } else if (c < 0x20) {
            return problem(scan, c == '\n' ? "a string that does not end on its line"
                                           : "a control character in a string");
        } else {
            scan->at++;
        }
    }
    scan->at = start;
    return problem(scan, "a string without its closing quote");
}

static size_t
digits(dn_json_scan *scan)
{
    size_t start = scan->at;

    while (scan->at < scan->length && scan->text[scan->at] >= '0' && scan->text[scan->at] <= '9')
        scan->at++;
    return scan->at - start;
}

static int
number(dn_json_scan *scan)
{
    size_t start = scan->at;
    bool zero;

    take(scan, '-');
    zero = dn_json_scan_is(scan, '0');
    switch (digits(scan)) {
    case 0: return problem(scan, "expected a digit");
    case 1: break;
    default:
        if (zero) {
            scan->at = start;
            return problem(scan, "a number must not start with 0");
        }
    }
    if (take(scan, '.') && digits(scan) == 0)
        return problem(scan, "expected a digit after the decimal point");
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (digits(scan) == 0)
            return problem(scan, "expected a digit in the exponent");
    }
    if (scan->at - start > DN_JSON_DIGITS) {
        scan->at = start;
        return problem(scan, "a number with too many digits");
    }
    return 0;
}

static int
word(dn_json_scan *scan, const char *expected)
{
    size_t length = strlen(expected);

    if (scan->length - scan->at < length || memcmp(scan->text + scan->at, expected, length) != 0)
        return problem(scan, "expected a value");
    scan->at += length;
    return 0;
}

int
dn_json_scan_open(dn_json_scan *scan)
{
    char close = scan->text[scan->at] == '{' ? '}' : ']';

    if (scan->depth >= DN_JSON_DEPTH)
        return problem(scan, "nested more than 100 deep");
    scan->at++;
    dn_json_scan_blank(scan);
    if (take(scan, close))
        return 0;
    scan->depth++;
    return 1;
}

int
dn_json_scan_next(dn_json_scan *scan, char close)
{
    dn_json_scan_blank(scan);
    if (take(scan, close)) {
        scan->depth--;
        return 0;
    }
    if (!take(scan, ','))
        return problem(scan, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    dn_json_scan_blank(scan);
    if (dn_json_scan_is(scan, close))
        return problem(scan, "a comma with nothing after it");
    return 1;
}

int
dn_json_scan_name(dn_json_scan *scan)
{
    if (!dn_json_scan_is(scan, '"'))
        return problem(scan, "expected a member name in double quotes");
    if (dn_json_scan_string(scan) < 0)
        return -1;
    dn_json_scan_blank(scan);
    if (!take(scan, ':'))
        return problem(scan, "expected ':'");
    dn_json_scan_blank(scan);
    return 0;
}

static int
container(dn_json_scan *scan)
{
    char close = scan->text[scan->at] == '{' ? '}' : ']';
    int more = dn_json_scan_open(scan);

    while (more > 0) {
        if (close == '}' && dn_json_scan_name(scan) < 0)
            return -1;
        if (dn_json_scan_value(scan) < 0)
            return -1;
        more = dn_json_scan_next(scan, close);
    }
    return more;
}

int
dn_json_scan_value(dn_json_scan *scan)
{
    char c = scan->at < scan->length ? scan->text[scan->at] : '\0';

    switch (c) {
    case '{':
    case '[': return container(scan);
    case '"': return dn_json_scan_string(scan);
    case 't': return word(scan, "true");
    case 'f': return word(scan, "false");
    case 'n': return word(scan, "null");
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return number(scan);
        return problem(scan, "expected a value");
    }
}

/* --- plain objects ---------------------------------------------------------------------------- */

/* A string that stands for itself, from its opening quote on. */
static bool
plain_string(dn_json_scan *scan, const char **text, size_t *length)
{
    const char *end = scan->text + scan->length;
    const char *start = scan->text + scan->at + 1;
    const char *c = start;

    if (!dn_json_scan_is(scan, '"'))
        return false;
    while (c < end && *c != '"' && *c != '\\' && (unsigned char)*c >= 0x20)
        c++;
    if (c == end || *c != '"')
        return false;
    *text = start;
    *length = (size_t)(c - start);
    scan->at = (size_t)(c - scan->text) + 1;
    return true;
}

/* So few digits that a double holds them exactly, and nothing of a fraction behind them. */
static bool
plain_number(dn_json_scan *scan, int64_t *number)
{
    size_t start = scan->at;
    size_t count = digits(scan);

    if (!count || count > PLAIN_DIGITS || (count > 1 && scan->text[start] == '0') ||
        dn_json_scan_is(scan, '.') || dn_json_scan_is(scan, 'e') || dn_json_scan_is(scan, 'E'))
        return false;
    *number = 0;
    for (size_t i = start; i < scan->at; i++)
        *number = *number * 10 + (scan->text[i] - '0');
    return true;
}

static bool
plain_value(dn_json_scan *scan, dn_json_member *member)
{
    char c = scan->at < scan->length ? scan->text[scan->at] : '\0';

    if (c == '"') {
        member->kind = DN_JSON_STRING;
        return plain_string(scan, &member->text, &member->length);
    }
    if (c >= '0' && c <= '9') {
        member->kind = DN_JSON_NUMBER;
        return plain_number(scan, &member->number);
    }
    member->kind = DN_JSON_WORD;
    return (c == 't' || c == 'f' || c == 'n') && dn_json_scan_value(scan) == 0;
}

static bool
plain_member(dn_json_scan *scan, dn_json_member *member)
{
    if (!plain_string(scan, &member->name, &member->name_length))
        return false;
    dn_json_scan_blank(scan);
    if (!take(scan, ':'))
        return false;
    dn_json_scan_blank(scan);
    return plain_value(scan, member);
}

static bool
same_name(const dn_json_member *a, const dn_json_member *b)
{
    return a->name_length == b->name_length && memcmp(a->name, b->name, a->name_length) == 0;
}

static int
plain_members(dn_json_scan *scan, dn_json_member *members, int most)
{
    int count = 0;
    int more;

    for (more = dn_json_scan_open(scan); more > 0; more = dn_json_scan_next(scan, '}'), count++) {
        if (count == most || !plain_member(scan, &members[count]))
            return -1;
        for (int i = 0; i < count; i++)
            if (same_name(&members[i], &members[count]))
                return -1;
    }
    return more < 0 ? -1 : count;
}

int
dn_json_scan_plain(dn_json_scan *scan, dn_json_member *members, int most)
{
    dn_json_scan before = *scan;
    int count = dn_json_scan_is(scan, '{') ? plain_members(scan, members, most) : -1;

    if (count < 0)
        *scan = before;
    return count;
}

int
dn_json_scan_end(dn_json_scan *scan)
{
    dn_json_scan_blank(scan);
    return scan->at < scan->length ? problem(scan, "expected nothing after the document") : 0;
}
