/* SPDX-License-Identifier: MIT
 *
 * Constants that stand for a value of a type. PostgreSQL refuses '5' for a time, '0000-00-00' and '10:11:12'
 * for a day; MariaDB makes five seconds, no day and one in 2010 of them, and SQLite keeps them. It also keeps
 * '9:05' and '09:05:00' apart, and 70000 in a smallint.
 */
#include "core/ddl/write.h"

#include <stdio.h>
#include <stdlib.h>
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
/* What is written of a day, a time of day, or both. */
typedef struct moment {
    unsigned year, month, day;
    unsigned hour, minute, second;
    dunlin_string fraction; /* behind the point, without noughts at its end */
} moment;

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

static unsigned
days_of_month(const moment *of)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = of->year % 4 == 0 && (of->year % 100 != 0 || of->year % 400 == 0);

    return days[of->month - 1] + (of->month == 2 && leap ? 1U : 0U);
}

static bool
is_day(const moment *of)
{
    return of->year && of->month && of->month <= 12 && of->day && of->day <= days_of_month(of);
}

/* The year in front. */
static bool
take_day(dunlin_string *text, moment *found)
{
    unsigned number;
    size_t digits = take_digits(text, &number);
    char between = text->length ? *text->data : '\0';

    found->year = number;
    if (digits == 8 || (digits == 6 && !text->length)) {
        found->year = number / 10000;
        found->month = number / 100 % 100;
        found->day = number % 100;
        if (digits == 6)
            found->year += found->year < 70 ? 2000 : 1900;
        return is_day(found);
    }
    if (digits < 3 || !between || !strchr("-/.", between))
        return false;
    return take(text, between) && take_digits(text, &found->month) - 1 < 2 && take(text, between) &&
           take_digits(text, &found->day) - 1 < 2 && is_day(found);
}

static void
take_fraction(dunlin_string *text, moment *found)
{
    unsigned ignored;

    found->fraction = *text;
    while (take_digits(text, &ignored))
        ;
    found->fraction.length = (uint64_t)(text->data - found->fraction.data);
    while (found->fraction.length && found->fraction.data[found->fraction.length - 1] == '0')
        found->fraction.length--;
}

static bool
take_time(dunlin_string *text, moment *found)
{
    unsigned number;
    size_t digits = take_digits(text, &number);
    bool seconds;

    found->hour = number;
    if (digits == 6 || (digits == 4 && !text->length)) {
        number *= digits == 4 ? 100 : 1;
        found->hour = number / 10000;
        found->minute = number / 100 % 100;
        found->second = number % 100;
        seconds = digits == 6;
    } else {
        if (!digits || digits > 2 || !take(text, ':') || take_digits(text, &found->minute) - 1 >= 2)
            return false;
        seconds = take(text, ':');
        if (seconds && take_digits(text, &found->second) - 1 >= 2)
            return false;
    }
    /* '10:11.5' has no hours in PostgreSQL. */
    if (take(text, '.')) {
        if (!seconds)
            return false;
        take_fraction(text, found);
    }
    return found->hour <= 24 && found->minute < 60 && found->second <= 60 &&
           (found->hour < 24 || (!found->minute && !found->second && !found->fraction.length));
}

/* "2026-01-31", "2026-1-31T9:05", "9:05": what is left of the text is behind it. */
static bool
take_moment(dunlin_string *text, dn_class class, moment *found)
{
    const dunlin_string whole = *text;

    *found = (moment){0};
    if (class == DN_CLASS_TIME && take_time(text, found))
        return true;
    *found = (moment){0};
    *text = whole;
    if (!take_day(text, found))
        return false;
    if (text->length && strchr(class == DN_CLASS_TIME ? " " : " Tt", *text->data)) {
        *text = trimmed(dn_span(text->data + 1, (size_t)text->length - 1));
        return take_time(text, found);
    }
    return class != DN_CLASS_TIME;
}

/* '+02', 'Z', or nothing. */
static bool
is_zone(dunlin_string text)
{
    return !text.length || strchr("+-Zz", *trimmed(text).data);
}

/* PostgreSQL reads it as the next minute or day, or rounds it. */
static bool
is_carried(dn_class class, const moment *of)
{
    return of->year > 9999 || of->second > 59 || (of->hour > 23 && class != DN_CLASS_TIME) ||
           (of->fraction.length > 6 && class != DN_CLASS_DATE);
}

static const char *
fault_of_time(dn_class class, dunlin_string text)
{
    moment found;

    text = trimmed(text);
    if (has_words(text))
        return NULL;
    if (take_moment(&text, class, &found) && is_zone(text))
        return is_carried(class, &found)
                   ? "is not the same to every database: write it with less than "
                     "24 hours, 60 seconds and 7 digits of a second"
                   : NULL;
    return class == DN_CLASS_TIME   ? "is no time of day, which is written as 10:11:12"
           : class == DN_CLASS_DATE ? "is no day, which is written as 2026-01-31"
                                    : "is no moment, which is written as 2026-01-31 10:11:12";
}

/* As PostgreSQL prints it, which is how others have to have it to compare it; as it is where that is not
 * certain. `drops_zone`: a zone behind it says nothing. */
static dunlin_string
standard_time(dn_arena *arena, dn_class class, bool drops_zone, dunlin_string text)
{
    dunlin_string rest = trimmed(text);
    char day[16] = "";
    char time[16] = "";
    const char *made;
    moment found;

    if (has_words(rest) || !take_moment(&rest, class, &found) || is_carried(class, &found) ||
        !is_zone(rest) || (rest.length && class == DN_CLASS_TS && !drops_zone))
        return text;
    if (class != DN_CLASS_TIME)
        snprintf(day, sizeof day, "%04u-%02u-%02u", found.year % 10000, found.month % 100,
                 found.day % 100);
    if (class != DN_CLASS_DATE)
        snprintf(time, sizeof time, "%02u:%02u:%02u", found.hour % 100, found.minute % 100,
                 found.second % 100);
    if (class == DN_CLASS_DATE)
        found.fraction.length = 0;
    made = dn_arena_printf(arena, "%s%s%s%s%.*s", day, *day && *time ? " " : "", time,
                           found.fraction.length ? "." : "", (int)found.fraction.length,
                           found.fraction.length ? found.fraction.data : "");
    return made ? dn_string(made) : dn_string("");
}

/* '+02', '-0530', '+05:30', 'Z', and nothing behind it. */
static bool
take_zone(dunlin_string text, int *minutes)
{
    bool west = text.length && *text.data == '-';
    unsigned hours = 0;
    unsigned rest = 0;
    size_t digits;

    *minutes = 0;
    if (text.length == 1 && strchr("Zz", *text.data))
        return true;
    if (!take(&text, west ? '-' : '+'))
        return false;
    digits = take_digits(&text, &hours);
    if (digits == 4) {
        rest = hours % 100;
        hours /= 100;
    } else if (!digits || digits > 2 || (take(&text, ':') && take_digits(&text, &rest) != 2)) {
        return false;
    }
    *minutes = (int)(hours * 60 + rest) * (west ? -1 : 1);
    return !text.length && hours < 16 && rest < 60;
}

static void
next_day(moment *of)
{
    if (of->day++ < days_of_month(of))
        return;
    of->day = 1;
    if (of->month++ == 12) {
        of->month = 1;
        of->year++;
    }
}

static void
last_day(moment *of)
{
    if (--of->day)
        return;
    if (--of->month == 0) {
        of->month = 12;
        of->year--;
    }
    of->day = days_of_month(of);
}

dunlin_string
dn_literal_in_utc(dn_arena *arena, dunlin_string text)
{
    dunlin_string rest = trimmed(text);
    const char *made;
    moment found;
    int minutes;

    if (has_words(rest) || !take_moment(&rest, DN_CLASS_TS, &found) ||
        is_carried(DN_CLASS_TS, &found) || !take_zone(trimmed(rest), &minutes))
        return text;
    minutes = (int)(found.hour * 60 + found.minute) - minutes;
    if (minutes < 0)
        last_day(&found);
    else if (minutes >= 24 * 60)
        next_day(&found);
    minutes = (minutes + 24 * 60) % (24 * 60);
    if (!found.year || found.year > 9999)
        return text;
    made = dn_arena_printf(arena, "%04u-%02u-%02u %02d:%02d:%02u%s%.*s", found.year, found.month,
                           found.day, minutes / 60, minutes % 60, found.second,
                           found.fraction.length ? "." : "", (int)found.fraction.length,
                           found.fraction.length ? found.fraction.data : "");
    return made ? dn_string(made) : dn_string("");
}

/* --- uuids --- */
enum { UUID_DIGITS = 32 };

static bool
take_uuid(dunlin_string text, char digits[UUID_DIGITS])
{
    size_t count = 0;
    uint64_t at = 0;

    if (text.length > 2 && *text.data == '{' && text.data[text.length - 1] == '}')
        text = dn_span(text.data + 1, (size_t)text.length - 2);
    for (; at < text.length; at++) {
        char c = text.data[at];

        if (c == '-' && count && count % 4 == 0 && text.data[at - 1] != '-')
            continue;
        if (count == UUID_DIGITS || !c || !strchr("0123456789abcdefABCDEF", c))
            return false;
        digits[count++] = (char)(c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c);
    }
    return count == UUID_DIGITS && text.data[text.length - 1] != '-';
}

static dunlin_string
standard_uuid(dn_arena *arena, dunlin_string text)
{
    char digits[UUID_DIGITS];
    const char *made;

    if (!take_uuid(text, digits))
        return text;
    made = dn_arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12,
                           digits + 16, digits + 20);
    return made ? dn_string(made) : dn_string("");
}

/* --- all of them --- */
bool
dn_literal_is_time(dn_class class)
{
    return class == DN_CLASS_TIME || class == DN_CLASS_DATE || class == DN_CLASS_TS;
}

static bool
is_text(dn_class class)
{
    return dn_literal_is_time(class) || class == DN_CLASS_UUID;
}

dunlin_string
dn_literal_standard(dn_arena *arena, dn_class class, bool drops_zone, dunlin_string text)
{
    return dn_literal_is_time(class) ? standard_time(arena, class, drops_zone, text)
           : class == DN_CLASS_UUID  ? standard_uuid(arena, text)
                                     : text;
}

const char *
dn_literal_fault(dn_class class, dunlin_string text)
{
    char digits[UUID_DIGITS];

    switch (class) {
    case DN_CLASS_TIME:
    case DN_CLASS_DATE:
    case DN_CLASS_TS: return fault_of_time(class, text);
    case DN_CLASS_BOOL: return "is neither true nor false";
    case DN_CLASS_UUID: return take_uuid(text, digits) ? NULL : "is no uuid";
    default: break;
    }
    if (!dn_class_is_number(class) || dn_literal_is_number(text, dn_class_is_whole(class)))
        return NULL;
    if (dn_class_is_whole(class))
        return "is no whole number";
    return is_beyond_numbers(text) ? NULL : "is no number";
}

/* What a number is to a column that holds no numbers. */
const char *
dn_literal_number_fault(dn_class class)
{
    return class == DN_CLASS_BOOL      ? "is neither true nor false"
           : dn_literal_is_time(class) ? "is a number, and none stands for a time"
           : class == DN_CLASS_UUID    ? "is a number, and no uuid"
                                       : NULL;
}

const char *
dn_literal_range_fault(dunlin_string type, dunlin_string text)
{
    static const struct {
        const char *type;
        long double most;
        const char *fault;
    } limits[] = {
        {"smallint", 32767, "is out of the range of a smallint"},
        {"integer", 2147483647, "is out of the range of an integer"},
        {"bigint", 9223372036854775807.0L, "is out of the range of a bigint"},
    };
    char copy[64];
    long double value;

    if (text.length >= sizeof copy || !dn_literal_is_number(text, false))
        return NULL;
    memcpy(copy, text.data, (size_t)text.length);
    copy[text.length] = '\0';
    value = strtold(copy, NULL); /* halves are rounded away from zero */
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (dn_string_equal_fold(type, limits[i].type) &&
            (value >= limits[i].most + 0.5L || value <= -limits[i].most - 1.5L))
            return limits[i].fault;
    return NULL;
}

/* --- defaults --- */
static dn_class
class_of(dunlin_string type)
{
    const char *name = dn_ddl_type_class(type);

    return name ? dn_class_of_word(dn_string(name)) : dn_class_of_word(type);
}

/* 'abc', without another quote in it. */
static bool
unquoted(dunlin_string text, dunlin_string *inside)
{
    if (text.length < 2 || *text.data != '\'' || text.data[text.length - 1] != '\'' ||
        memchr(text.data + 1, '\'', (size_t)text.length - 2))
        return false;
    *inside = dn_span(text.data + 1, (size_t)text.length - 2);
    return true;
}

static bool
is_truth(dunlin_string text)
{
    return dn_string_equal_fold(text, "true") || dn_string_equal_fold(text, "false");
}

bool
dn_literal_is_plain(dunlin_string text)
{
    uint64_t sign = text.length && *text.data == '-';

    return dn_literal_is_number(text, false) && text.length > sign && text.data[sign] >= '0' &&
           text.data[sign] <= '9' &&
           (text.data[sign] != '0' || text.length == sign + 1 || text.data[sign + 1] == '.') &&
           text.data[text.length - 1] >= '0' && text.data[text.length - 1] <= '9' &&
           !memchr(text.data, 'e', (size_t)text.length) &&
           !memchr(text.data, 'E', (size_t)text.length) &&
           !memchr(text.data, ' ', (size_t)text.length);
}

dunlin_string
dn_literal_rounded(dn_arena *arena, dunlin_string text)
{
    enum { DIGITS = 60 };
    static const long double most = 9.2e18L;
    char copy[DIGITS];
    const char *made;
    long double value;

    if (text.length >= sizeof copy)
        return text;
    memcpy(copy, text.data, (size_t)text.length);
    copy[text.length] = '\0';
    value = strtold(copy, NULL);
    if (value > most || value < -most)
        return text;
    made = dn_arena_printf(arena, "%lld", (long long)(value + (value < 0 ? -0.5L : 0.5L)));
    return made ? dn_string(made) : dn_string("");
}

/* 2.5e0 of a column of whole numbers, which is a numeric to PostgreSQL. */
static bool
is_float_for_integer(dn_class class, dunlin_string text)
{
    return dn_class_is_whole(class) && dn_literal_is_number(text, false) &&
           (memchr(text.data, 'e', (size_t)text.length) ||
            memchr(text.data, 'E', (size_t)text.length));
}

const char *
dn_ddl_default_fault(dunlin_string type, dunlin_string text)
{
    dn_class class = class_of(type);
    dunlin_string inside;
    const char *fault = NULL;

    if (unquoted(text, &inside))
        return (fault = dn_literal_fault(class, inside)) ? fault
                                                         : dn_literal_range_fault(type, inside);
    if (is_truth(text))
        return dn_class_is_number(class) || is_text(class) ? "is a boolean" : NULL;
    if (!dn_literal_is_number(text, false))
        return NULL;
    fault = dn_literal_number_fault(class);
    return fault ? fault : dn_literal_range_fault(type, text);
}

bool
dn_literal_needs_rule(dn_class class, dunlin_string text, const char **rule)
{
    *rule = dn_literal_is_time(class) && has_words(text) ? "words for a time"
            : dn_class_is_number(class) && !dn_literal_is_number(text, dn_class_is_whole(class))
                ? "text for a number"
                : NULL;
    return *rule != NULL;
}

dunlin_string
dn_ddl_default_refusal(const dn_ddl_rules *rules, dunlin_string type, dunlin_string text)
{
    const dn_rule *rule = NULL;
    dunlin_string inside;
    const char *name;

    if (unquoted(text, &inside) && dn_literal_needs_rule(class_of(type), inside, &name))
        rule = dn_rule_named(rules, DUNLIN_RULE_CLAUSE, name);
    return rule ? rule->refusal : dn_string("");
}

dunlin_string
dn_ddl_standard_default(dn_arena *arena, dunlin_string type, dunlin_string text)
{
    dn_class class = class_of(type);
    bool zone = type.length > 11 && dn_string_equal_fold(dn_span(type.data, 11), "timestamptz");
    dunlin_string inside;
    const char *made;

    zone = zone || dn_string_equal_fold(type, "timestamptz");
    if (unquoted(text, &inside)) {
        dunlin_string standard = dn_literal_standard(arena, class, !zone, inside);

        if (standard.data == inside.data)
            return text;
        made = standard.length
                   ? dn_arena_printf(arena, "'%.*s'", (int)standard.length, standard.data)
                   : NULL;
    } else if ((class == DN_CLASS_TEXT || class == DN_CLASS_CHAR) && is_truth(text)) {
        made = dn_string_equal_fold(text, "true") ? "'true'" : "'false'";
    } else if ((class == DN_CLASS_TEXT || class == DN_CLASS_CHAR) && dn_literal_is_plain(text)) {
        made = dn_arena_printf(arena, "'%.*s'", (int)text.length, text.data);
    } else if (is_float_for_integer(class, text)) {
        return dn_literal_rounded(arena, text);
    } else {
        return text;
    }
    return made ? dn_string(made) : dn_string("");
}
