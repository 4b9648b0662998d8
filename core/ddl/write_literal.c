/* SPDX-License-Identifier: MIT
 *
 * Texts that stand for a value of another type. PostgreSQL refuses '5' for a time, '0000-00-00' and
 * '10:11:12' for a day; MariaDB makes five seconds, no day and one in 2010 of them, and SQLite keeps them.
 */
#include "core/ddl/write.h"

#include <string.h>

/* --- numbers --- */
/* Digits, or for a whole number only those; with blanks around it, as PostgreSQL reads it. */
bool
dn_literal_is_number(dunlin_string text, bool whole)
{
    char copy[64];
    char *at = copy;
    size_t digits;

    if (text.length >= sizeof copy)
        return true;
    memcpy(copy, text.data, (size_t)text.length);
    copy[text.length] = '\0';
    at += strspn(at, " \t\n\r\f\v");
    at += *at == '+' || *at == '-';
    digits = strspn(at, "0123456789");
    at += digits;
    if (!whole && *at == '.') {
        size_t more = strspn(++at, "0123456789");

        digits += more;
        at += more;
    }
    if (digits && !whole && (*at | 32) == 'e') {
        at++;
        at += *at == '+' || *at == '-';
        digits = strspn(at, "0123456789");
        at += digits;
    }
    at += strspn(at, " \t\n\r\f\v");
    return digits && !*at && strlen(copy) == text.length;
}

/* 'NaN', '-Infinity' */
static bool
is_beyond_numbers(dunlin_string text)
{
    static const char *const words[] = {"nan", "infinity", "inf"};

    if (text.length && strchr("+-", *text.data)) {
        text.data++;
        text.length--;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (dn_string_equal_fold(text, words[i]))
            return true;
    return false;
}

/* --- times --- */
static dunlin_string
trimmed(dunlin_string text)
{
    while (text.length && *text.data == ' ') {
        text.data++;
        text.length--;
    }
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* What has words in it, 'noon' or 'Jan 5', MariaDB refuses by itself. */
static bool
has_words(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (!strchr("0123456789-+/.: TtZz", text.data[i]))
            return true;
    return false;
}

/* Takes the digits in front; how many there were. */
static size_t
take_digits(dunlin_string *text, unsigned *number)
{
    size_t count = 0;

    *number = 0;
    while (count < text->length && text->data[count] >= '0' && text->data[count] <= '9' &&
           count < 9)
        *number = *number * 10 + (unsigned)(text->data[count++] - '0');
    text->data += count;
    text->length -= count;
    return count;
}

static bool
take(dunlin_string *text, char symbol)
{
    if (!text->length || *text->data != symbol)
        return false;
    text->data++;
    text->length--;
    return true;
}

static bool
is_day(unsigned year, unsigned month, unsigned day)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return year && month && month <= 12 && day && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

/* The year in front; what comes behind the day is not looked at. */
static bool
begins_with_day(dunlin_string text)
{
    unsigned year;
    unsigned month;
    unsigned day;
    size_t digits = take_digits(&text, &year);
    char between = text.length ? *text.data : '\0';

    if (digits == 8)
        return is_day(year / 10000, year / 100 % 100, year % 100);
    if (digits == 6 && !text.length)
        return true;
    if (digits < 3 || !between || !strchr("-/.", between))
        return false;
    return take(&text, between) && take_digits(&text, &month) - 1 < 2 && take(&text, between) &&
           take_digits(&text, &day) - 1 < 2 && is_day(year, month, day);
}

static bool
is_time_of_day(dunlin_string text)
{
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    size_t digits = take_digits(&text, &hour);
    bool seconds;

    if (digits == 6 && !text.length)
        return true;
    if (!digits || digits > 2 || !take(&text, ':') || take_digits(&text, &minute) - 1 >= 2)
        return false;
    seconds = take(&text, ':');
    /* '10:11.5' has no hours in PostgreSQL. */
    if (seconds ? take_digits(&text, &second) - 1 >= 2 : text.length && *text.data == '.')
        return false;
    return hour <= 24 && minute < 60 && second <= 60 && (hour < 24 || (!minute && !second));
}

static const char *
fault_of_time(dn_class class, dunlin_string text)
{
    text = trimmed(text);
    if (has_words(text))
        return NULL;
    if (class == DN_CLASS_TIME)
        return is_time_of_day(text) || begins_with_day(text)
                   ? NULL
                   : "is no time of day, which is written as 10:11:12";
    return begins_with_day(text) ? NULL : "is no day, which is written as 2026-01-31";
}

const char *
dn_literal_fault(dn_class class, dunlin_string text)
{
    switch (class) {
    case DN_CLASS_TIME:
    case DN_CLASS_DATE:
    case DN_CLASS_TS: return fault_of_time(class, text);
    case DN_CLASS_BOOL: return "is neither true nor false";
    default: break;
    }
    if (!dn_class_is_number(class) || dn_literal_is_number(text, dn_class_is_whole(class)))
        return NULL;
    if (dn_class_is_whole(class))
        return "is no whole number";
    return is_beyond_numbers(text) ? NULL : "is no number";
}

/* --- in expressions --- */
static bool
is_time(dn_class class)
{
    return class == DN_CLASS_TIME || class == DN_CLASS_DATE || class == DN_CLASS_TS;
}

static bool
check(dn_writer *writer, dn_class class, const dn_node *node)
{
    const char *fault = node->kind == DN_NODE_STRING ? dn_literal_fault(class, node->text) : NULL;

    return !fault || dn_write_refuse(writer, node->offset, "'%.*s' %s",
                                     node->text.length < 60 ? (int)node->text.length : 60,
                                     node->text.data, fault);
}

bool
dn_write_given_time(dn_writer *writer, dn_class class, dunlin_string column, const dn_node *node)
{
    const char *fault = is_time(class) ? dn_literal_fault(class, node->text) : NULL;

    return !fault || dn_write_refuse(writer, node->offset, "'%.*s' is given '%.*s', which %s",
                                     (int)column.length, column.data,
                                     node->text.length < 60 ? (int)node->text.length : 60,
                                     node->text.data, fault);
}

bool
dn_write_compared_times(dn_writer *writer, const dn_node *node)
{
    dn_class class = DN_CLASS_UNKNOWN;
    bool some = false;

    if (node->kind == DN_NODE_CAST)
        return !is_time(dn_class_of_type(node->name)) ||
               check(writer, dn_class_of_type(node->name), node->items.list[0]);
    if (!dn_write_compares(node))
        return true;
    for (size_t i = 0; i < node->items.count; i++)
        some = some || node->items.list[i]->kind == DN_NODE_STRING;
    for (size_t i = 0; some && !is_time(class) && i < node->items.count; i++)
        class = dn_class_of(writer, node->items.list[i]);
    for (size_t i = 0; is_time(class) && i < node->items.count; i++)
        if (!check(writer, class, node->items.list[i]))
            return false;
    return true;
}
