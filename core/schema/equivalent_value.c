/* SPDX-License-Identifier: MIT
 *
 * Members of facts as values that two kinds of servers have in common.
 */
#include <stdlib.h>
#include <string.h>

#include "core/schema/equivalent_internal.h"

static char
lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

const char *
dn_lower_copy(dn_arena *arena, dunlin_string text)
{
    char *copy = dn_arena_copy(arena, text.data ? text.data : "", (size_t)text.length);

    for (size_t i = 0; copy && i < text.length; i++)
        copy[i] = lower(copy[i]);
    return copy;
}

/* --- lists ---------------------------------------------------------------------------------------------- */

static int
order_names(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

const char *
dn_fact_names(dn_arena *arena, const dunlin_fact *fact, const char *member, bool sort)
{
    const dunlin_property *list = dn_property_find(fact->properties, fact->property_count, member);
    const dunlin_property *end = fact->properties + fact->property_count;
    const char **names;
    size_t count = 0;
    char *text = dn_arena_text(arena, "");

    if (!list)
        return text;
    names = dn_arena_array(arena, (size_t)(end - list), sizeof *names);
    if (!names)
        return NULL;
    for (const dunlin_property *item = list + 1; item < end && item->type != DUNLIN_PROPERTY_END;
         item++) {
        names[count] = dn_lower_copy(arena, item->text);
        if (!names[count++])
            return NULL;
    }
    if (sort && count)
        qsort(names, count, sizeof *names, order_names);
    for (size_t i = 0; i < count && text; i++)
        text = dn_arena_printf(arena, "%s%s%s", text, i ? ", " : "", names[i]);
    return text;
}

/* --- defaults --------------------------------------------------------------------------------------------- */

static dunlin_string
trim(dunlin_string text)
{
    while (text.length && strchr(" \t\r\n", text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
        text.length--;
    return text;
}

/* Behind the string that begins at `at`, or at the end. */
static uint64_t
behind_string(dunlin_string text, uint64_t at)
{
    char quote = text.data[at++];

    while (at < text.length && text.data[at] != quote)
        at++;
    return at < text.length ? at + 1 : at;
}

/* Does the parenthesis at the beginning close at the end? */
static bool
is_wrapped(dunlin_string text)
{
    unsigned depth = 0;

    if (text.length < 2 || text.data[0] != '(')
        return false;
    for (uint64_t at = 0; at < text.length;) {
        char c = text.data[at];

        if (strchr("'\"`", c)) {
            at = behind_string(text, at);
            continue;
        }
        depth += c == '(';
        depth -= c == ')';
        at++;
        if (depth == 0)
            return at == text.length;
    }
    return false;
}

static dunlin_string
unwrap(dunlin_string text)
{
    text = trim(text);
    while (is_wrapped(text))
        text = trim(dn_span(text.data + 1, text.length - 2));
    return text;
}

/* 'x'::text: what PostgreSQL prints behind a literal says only what the column says already. */
static dunlin_string
without_cast(dunlin_string text)
{
    unsigned depth = 0;

    for (uint64_t at = 0; at + 1 < text.length;) {
        char c = text.data[at];

        if (strchr("'\"`", c)) {
            at = behind_string(text, at);
            continue;
        }
        if (depth == 0 && c == ':' && text.data[at + 1] == ':')
            return unwrap(dn_span(text.data, at));
        depth += c == '(';
        depth -= c == ')' && depth;
        at++;
    }
    return text;
}

/* Not by strtod, which goes by the locale. */
static bool
is_number(const char *text)
{
    size_t whole;
    size_t part = 0;

    text += *text == '-' || *text == '+';
    whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.') {
        part = strspn(text + 1, "0123456789");
        text += 1 + part;
    }
    return whole + part > 0 && *text == '\0';
}

static bool
tells_the_time(const char *text)
{
    static const char *const words[] = {
        "current_timestamp", "current_date", "current_time",    "localtimestamp",
        "localtime",         "now(",         "clock_timestamp", "utc_timestamp",
        "curdate(",          "curtime(",     "sysdate(",        "'now'",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

/* What a backslash and this byte stand for, where they stand for anything. */
static char
escaped(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'b': return '\b';
    case 'Z': return '\x1a';
    default: return c;
    }
}

/* A whole string, its quotes undone; NULL: it is none, or no memory. */
static const char *
string_of(dn_arena *arena, dunlin_string text, bool escapes)
{
    dn_auto(dn_text) value = DN_TEXT_INIT;

    if (text.length < 2 || text.data[0] != '\'')
        return NULL;
    for (uint64_t at = 1; at < text.length; at++) {
        if (text.data[at] == '\'') {
            if (at + 1 == text.length)
                return value.failed ? NULL : dn_arena_text(arena, value.data ? value.data : "");
            if (text.data[++at] != '\'')
                return NULL;
        } else if (escapes && text.data[at] == '\\' && at + 1 < text.length) {
            dn_text_add_char(&value, escaped(text.data[++at]));
            continue;
        }
        dn_text_add_char(&value, text.data[at]);
    }
    return NULL;
}

dn_default_form
dn_default_of(dn_arena *arena, const dn_schema_side *side, dunlin_string expression,
              const char **value)
{
    dunlin_string text = without_cast(unwrap(expression));
    const char *folded = dn_lower_copy(arena, text);

    *value = NULL;
    if (!text.length || !folded || strcmp(folded, "null") == 0)
        return DN_DEFAULT_NONE;
    *value = string_of(arena, text, side->escapes);
    if (*value)
        return DN_DEFAULT_LITERAL;
    if (is_number(folded) || strcmp(folded, "true") == 0 || strcmp(folded, "false") == 0) {
        *value = folded;
        return DN_DEFAULT_LITERAL;
    }
    return tells_the_time(folded) ? DN_DEFAULT_NOW : DN_DEFAULT_EXPRESSION;
}

/* Digits without what adds nothing: "007.50" is "7.5". */
static bool
same_number(const char *left, const char *right)
{
    const char *texts[2] = {left, right};
    size_t lengths[2];

    for (int i = 0; i < 2; i++) {
        bool negative = texts[i][0] == '-';

        texts[i] += negative || texts[i][0] == '+';
        texts[i] += strspn(texts[i], "0");
        lengths[i] = strlen(texts[i]);
        if (strchr(texts[i], '.')) {
            while (texts[i][lengths[i] - 1] == '0')
                lengths[i]--;
            lengths[i] -= texts[i][lengths[i] - 1] == '.';
        }
        if (i && negative != (left[0] == '-') && lengths[1])
            return false;
    }
    return lengths[0] == lengths[1] && strncmp(texts[0], texts[1], lengths[0]) == 0;
}

/* true, t, yes, on and 1 are one value to somebody. */
static int
truth_of(const char *text)
{
    dunlin_string word = dn_string(text);

    if (dn_string_among(word, "true t 1 yes on TRUE"))
        return 1;
    return dn_string_among(word, "false f 0 no off FALSE") ? 0 : -1;
}

/* Of a time with parts of seconds, how much counts: 10:00:00.500000+00 is 10:00:00.5. Else 0. */
static size_t
length_of_time(const char *text)
{
    static const char utc[] = "+00";
    const size_t behind = sizeof utc - 1;
    size_t length = strlen(text);

    if (length > behind && strcmp(text + length - behind, utc) == 0)
        length -= behind;
    if (!strchr(text, ':') || strspn(text, "0123456789-:. ") != length)
        return 0;
    if (strchr(text, '.')) {
        while (text[length - 1] == '0')
            length--;
        length -= text[length - 1] == '.';
    }
    return length;
}

/* A date is the midnight that it begins with. */
static bool
begins_day(const char *day, const char *time)
{
    static const char form[] = "0000-00-00";
    const size_t length = sizeof form - 1;

    for (size_t i = 0; i < length; i++)
        if (form[i] == '0' ? day[i] < '0' || day[i] > '9' : day[i] != form[i])
            return false;
    return day[length] == '\0' && strncmp(day, time, length) == 0 &&
           length_of_time(time) == length + strlen(" 00:00:00") &&
           strncmp(time + length, " 00:00:00", strlen(" 00:00:00")) == 0;
}

static bool
same_time(const char *left, const char *right)
{
    size_t length = length_of_time(left);

    return (length && length == length_of_time(right) && strncmp(left, right, length) == 0) ||
           begins_day(left, right) || begins_day(right, left);
}

/* "2.5" and "-4.50", but not "3.5". */
static bool
is_even_half(const char *number)
{
    const char *point = strchr(number, '.');

    return point && (point == number || point[-1] % 2 == '0' % 2) && point[1] == '5' &&
           point[2 + strspn(point + 2, "0")] == '\0';
}

/* What a column of integers makes of it: PostgreSQL keeps the default as it was written. Halves go up, those of floats
 * to what is even. */
static const char *
whole(dn_arena *arena, const char *number, bool up)
{
    const char *point = strchr(number, '.');
    char *digits = point ? dn_arena_copy(arena, number, (size_t)(point - number)) : NULL;
    size_t at = digits ? strlen(digits) : 0;

    if (!digits)
        return number;
    if (point[1] < '5' || (!up && is_even_half(number)))
        return digits;
    while (at && digits[at - 1] == '9')
        digits[--at] = '0';
    if (at && digits[at - 1] >= '0' && digits[at - 1] < '9') {
        digits[at - 1]++;
        return digits;
    }
    return dn_arena_printf(arena, "%.*s1%s", (int)at, digits, digits + at);
}

static bool
same_whole(dn_arena *arena, const char *left, const char *right, bool up)
{
    const char *const digits[2] = {whole(arena, left, up), whole(arena, right, up)};

    return digits[0] && digits[1] && same_number(digits[0], digits[1]);
}

bool
dn_same_literal(dn_arena *arena, const char *left, const char *right, dn_literals are)
{
    if (strcmp(left, right) == 0)
        return true;
    if (are == DN_LITERALS_TEXT)
        return false;
    if (is_number(left) && is_number(right))
        return are == DN_LITERALS_WHOLE
                   ? same_whole(arena, left, right, true) || same_whole(arena, left, right, false)
                   : same_number(left, right);
    if (same_time(left, right))
        return true;
    return truth_of(left) >= 0 && truth_of(left) == truth_of(right);
}

/* --- checks ------------------------------------------------------------------------------------------------- */

static const char *
skip(const char *at)
{
    return at + strspn(at, " \t\r\n(");
}

/* A name, quoted or not; NULL: none stands there, or no memory. */
static const char *
take_name(dn_arena *arena, const char **at)
{
    const char *begin = *at;
    size_t length;

    if (*begin && strchr("\"`[", *begin)) {
        const char end[2] = {*begin == '[' ? ']' : *begin, '\0'};

        length = strcspn(++begin, end);
        *at = begin + length + (begin[length] != '\0');
    } else {
        length = strcspn(begin, " \t\r\n(),='\"`");
        *at = begin + length;
    }
    return length ? dn_lower_copy(arena, dn_span(begin, length)) : NULL;
}

static bool
take_word(const char **at, const char *word)
{
    size_t length = strlen(word);

    *at += strspn(*at, " \t\r\n");
    if (strncasecmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* ::character varying(9)[] */
static const char *
skip_casts(const char *at)
{
    while (at[0] == ':' && at[1] == ':') {
        at += 2;
        at += strspn(at, "abcdefghijklmnopqrstuvwxyz_ .\"0123456789");
        if (*at == '(' && at[strspn(at + 1, "0123456789, ") + 1] == ')')
            at += strspn(at + 1, "0123456789, ") + 2;
        at += at[0] == '[' && at[1] == ']' ? 2 : 0;
    }
    return at;
}

/* A text, digits or a truth value, which is 1 or 0 elsewhere; NULL: none stands there, or no memory. */
static const char *
take_value(dn_arena *arena, const char **at)
{
    const char *begin = *at;
    size_t length;

    if (*begin == '\'') {
        while (**at == '\'')
            *at += behind_string(dn_span(*at, strlen(*at)), 0);
        return string_of(arena, dn_span(begin, (size_t)(*at - begin)), false);
    }
    if (take_word(at, "true"))
        return "1";
    if (take_word(at, "false"))
        return "0";
    length = strspn(begin, "0123456789");
    *at += length;
    return length ? dn_arena_copy(arena, begin, length) : NULL;
}

/* `'a', 'b')` up to the end, closing parentheses of outer pairs included, or PostgreSQL's
 * `'a'::text, 'b'::text]`; NULL: it is no such. */
static const char *
take_values(dn_arena *arena, const char *at, char end)
{
    char *text = dn_arena_text(arena, "");

    do {
        const char *value;

        at += strspn(at, " \t\r\n");
        value = take_value(arena, &at);
        if (!value || !text)
            return NULL;
        text = dn_arena_printf(arena, "%s%s%s", text, *text ? ", " : "", value);
        at = skip_casts(at);
        at += strspn(at, " \t\r\n");
    } while (*at == ',' && at++);
    if (*at++ != end)
        return NULL;
    do {
        at = skip_casts(at + strspn(at, " \t\r\n"));
    } while (*at == ')' && at++);
    return *at ? NULL : text;
}

/* "IN (" or PostgreSQL's "= ANY (ARRAY[" */
static bool
take_list(const char **at, char *end)
{
    if (take_word(at, "in")) {
        *end = ')';
        return take_word(at, "(");
    }
    while (**at == ')')
        ++*at;
    *at = skip_casts(*at);
    *end = ']';
    if (!take_word(at, "=") || !take_word(at, "any"))
        return false;
    *at = skip(*at);
    return take_word(at, "array[");
}

dn_type_check
dn_check_of(dn_arena *arena, dunlin_string expression, const char **column, const char **values)
{
    const char *at = dn_arena_copy(arena, expression.data, (size_t)expression.length);
    char end;

    *column = NULL;
    *values = NULL;
    if (!at)
        return DN_CHECK_PROPER;
    at = skip(at);
    if (take_word(&at, "json_valid")) {
        at = skip(at);
        if (take_word(&at, "coalesce"))
            at = skip(at);
        *column = take_name(arena, &at);
        return *column ? DN_CHECK_JSON : DN_CHECK_PROPER;
    }
    *column = take_name(arena, &at);
    if (!*column || !take_list(&at, &end))
        return DN_CHECK_PROPER;
    *values = take_values(arena, at, end);
    return *values ? DN_CHECK_VALUES : DN_CHECK_PROPER;
}
