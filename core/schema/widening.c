/* SPDX-License-Identifier: MIT
 *
 * Types that hold whatever another one holds, and such that take a part of it only, or spell it
 * otherwise, without a word. What is known to be none of these may fail: a wrong yes would hide it.
 */
#include "core/schema/diff_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ARGUMENTS = 2 };

/* "numeric(10,2) unsigned": a word or several, numbers between parentheses, and what is behind. */
typedef struct type_parts {
    char name[40]; /* in small letters */
    unsigned arguments[ARGUMENTS];
    unsigned count;
    bool is_unsigned;
} type_parts;

/* Each holds what stands before it in its row. */
static const char *const ladders[][6] = {
    {"tinyint", "smallint", "mediumint", "integer", "bigint"},
    {"real", "double precision"},
    {"tinytext", "text", "mediumtext", "longtext"},
    {"tinyblob", "blob", "mediumblob", "longblob"},
};

/* As servers print them, and as people write them. */
static const char *const aliases[][2] = {
    {"int", "integer"},
    {"int2", "smallint"},
    {"int4", "integer"},
    {"int8", "bigint"},
    {"character varying", "varchar"},
    {"character", "char"},
    {"decimal", "numeric"},
    {"float4", "real"},
    {"float8", "double precision"},
    {"double", "double precision"},
    {"float", "real"},
    {"bit varying", "varbit"},
};

/* A longer one is only more room. */
static const char lengths[] = "char varchar varbit varbinary";

static const char *
take_numbers(const char *at, const char *end, type_parts *parts)
{
    for (;;) {
        unsigned number = 0;
        unsigned digits = 0;

        for (; at < end && isdigit((unsigned char)*at) && digits < 9; at++, digits++)
            number = number * 10 + (unsigned)(*at - '0');
        if (digits == 0 || at == end || parts->count == ARGUMENTS)
            return NULL;
        parts->arguments[parts->count++] = number;
        if (*at == ')')
            return at + 1;
        if (*at++ != ',')
            return NULL;
        while (at < end && *at == ' ')
            at++;
    }
}

static bool
take_apart(dunlin_string type, type_parts *parts)
{
    const char *at = type.data;
    const char *end = at + type.length;
    size_t length = 0;

    *parts = (type_parts){.count = 0};
    for (; at < end && *at != '('; at++) {
        if (length == sizeof parts->name - 1 || !(isalnum((unsigned char)*at) || *at == ' '))
            return false;
        parts->name[length++] = (char)tolower((unsigned char)*at);
    }
    if (at < end && !(at = take_numbers(at + 1, end, parts)))
        return false;
    parts->is_unsigned =
        dn_string_equal_fold(dn_span(at, (size_t)(end - at)), " unsigned") ||
        dn_string_equal_fold(dn_span(at, (size_t)(end - at)), " unsigned zerofill");
    if (at < end && !parts->is_unsigned)
        return false;
    if (length > 9 && strcmp(parts->name + length - 9, " unsigned") == 0) {
        parts->is_unsigned = true;
        length -= 9;
    }
    parts->name[length] = '\0';
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(parts->name, aliases[i][0]) == 0)
            snprintf(parts->name, sizeof parts->name, "%s", aliases[i][1]);
    return length > 0;
}

/* The rung of `name` in a ladder, from 1; 0: it is not there. */
static unsigned
rung(const char *const *ladder, const char *name)
{
    for (unsigned i = 0; i < 6 && ladder[i]; i++)
        if (strcmp(ladder[i], name) == 0)
            return i + 1;
    return 0;
}

/* A sign takes one bit: the next size holds it. */
static bool
climbs(const type_parts *before, const type_parts *after)
{
    for (size_t i = 0; i < sizeof ladders / sizeof ladders[0]; i++) {
        unsigned from = rung(ladders[i], before->name);
        unsigned to = rung(ladders[i], after->name);

        if (from && to)
            return before->is_unsigned == after->is_unsigned ? to >= from
                                                             : before->is_unsigned && to > from;
    }
    return false;
}

/* numeric(p,s): as many digits on either side of the point. */
static bool
holds_digits(const type_parts *before, const type_parts *after)
{
    unsigned scales[2] = {before->count > 1 ? before->arguments[1] : 0,
                          after->count > 1 ? after->arguments[1] : 0};

    return before->count && after->count && scales[1] >= scales[0] &&
           after->arguments[0] - scales[1] >= before->arguments[0] - scales[0] &&
           after->arguments[0] >= scales[1] && before->is_unsigned == after->is_unsigned;
}

/* The labels of enum(..), in their order, are among those of the other. */
static bool
has_labels(dunlin_string before, dunlin_string after)
{
    static const char open[] = "enum(";
    const size_t head = sizeof open - 1;

    if (before.length <= head || after.length < before.length ||
        !dn_string_equal_fold(dn_span(before.data, head), open) ||
        !dn_string_equal_fold(dn_span(after.data, head), open))
        return false;
    /* Up to the parenthesis; behind it the list ends, or goes on. */
    return memcmp(before.data, after.data, (size_t)before.length - 1) == 0 &&
           strchr(",)", after.data[before.length - 1]) != NULL;
}

/* A text of limited length into one without; MySQL's `text` has 65,535 bytes, of 4 each. */
static bool
loses_its_limit(const type_parts *before, const type_parts *after)
{
    return strcmp(before->name, "varchar") == 0 && before->count == 1 && after->count == 0 &&
           before->arguments[0] <= 16383 &&
           dn_string_among(dn_string(after->name), "varchar text mediumtext longtext");
}

/* --- cutting ------------------------------------------------------------------------------------------ */
enum { DIGITS_OF_DOUBLE = 15, DIGITS_OF_REAL = 6, MOST_FRACTION = 6 };

/* Digits that certainly fit; 0: it is no such type, or has no bound. */
static unsigned
digits_of_integer(const type_parts *type)
{
    static const struct {
        const char *name;
        unsigned digits;
    } rows[] = {{"tinyint", 3}, {"smallint", 5}, {"mediumint", 8}, {"integer", 10}, {"bigint", 20}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, type->name) == 0)
            return rows[i].digits;
    return 0;
}

static unsigned
digits_of_float(const type_parts *type)
{
    return strcmp(type->name, "real") == 0               ? DIGITS_OF_REAL
           : strcmp(type->name, "double precision") == 0 ? DIGITS_OF_DOUBLE
                                                         : 0;
}

/* A server rounds a number that has more digits than there is place for behind the point, or at all in
 * a float. One that is too great before the point it refuses. */
static bool
rounds(const type_parts *from, const type_parts *to)
{
    bool exact = strcmp(from->name, "numeric") == 0;
    bool whole = digits_of_integer(from) > 0;
    unsigned digits = whole                  ? digits_of_integer(from)
                      : exact && from->count ? from->arguments[0]
                                             : ~0u;
    unsigned scale = exact ? from->count > 1 ? from->arguments[1] : from->count ? 0 : ~0u : 0;

    if (!exact && !whole && !digits_of_float(from))
        return false;
    if (digits_of_float(to))
        return digits_of_float(from) ? digits_of_float(from) > digits_of_float(to)
                                     : digits > digits_of_float(to);
    if (strcmp(to->name, "boolean") == 0)
        return true;
    if (digits_of_integer(to))
        return digits_of_float(from) || scale > 0;
    /* PostgreSQL takes 6 and 15 digits of a float, which may have more. */
    return strcmp(to->name, "numeric") == 0 &&
           (digits_of_float(from) || (to->count && scale > (to->count > 1 ? to->arguments[1] : 0)));
}

/* Those of PostgreSQL that take a part of a value: the last bits, cents, a network without the host. */
static bool
takes_part(const type_parts *from, const type_parts *to)
{
    static const struct {
        const char *from;
        const char *to;
    } rows[] = {{"integer", "bit"}, {"bigint", "bit"}, {"numeric", "money"},
                {"numeric", "bit"}, {"real", "bit"},   {"double precision", "bit"},
                {"inet", "cidr"},   {"text", "name"},  {"varchar", "name"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(from->name, rows[i].from) == 0 && strcmp(to->name, rows[i].to) == 0)
            return true;
    return false;
}

/* A date, a time of day, or both, with so many digits of a second; PostgreSQL, which says whether there is
 * a time zone, has six where none are told, and MySQL has none. */
typedef struct time_parts {
    bool date;
    bool time;
    unsigned fraction;
} time_parts;

static bool
take_time(dunlin_string type, time_parts *parts)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *open;

    *parts = (time_parts){.date = false};
    dn_text_add(&text, type.data, (size_t)type.length);
    if (text.failed || !text.data)
        return false;
    parts->time =
        strncasecmp(text.data, "time", 4) == 0 || strncasecmp(text.data, "datetime", 8) == 0;
    parts->date =
        strncasecmp(text.data, "timestamp", 9) == 0 || strncasecmp(text.data, "date", 4) == 0;
    open = strchr(text.data, '(');
    parts->fraction = open && isdigit((unsigned char)open[1]) ? (unsigned)(open[1] - '0')
                      : strstr(text.data, " time zone")       ? MOST_FRACTION
                                                              : 0;
    return (parts->date || parts->time) && !strchr(text.data, '[');
}

static bool
cuts_second(dunlin_string before, dunlin_string after)
{
    time_parts from;
    time_parts to;

    return take_time(before, &from) && take_time(after, &to) && from.time && to.time &&
           from.fraction > to.fraction;
}

static bool
cuts_time(dunlin_string before, dunlin_string after)
{
    time_parts from;
    time_parts to;

    if (!take_time(before, &from) || !take_time(after, &to))
        return false;
    return (from.date && !to.date) || (from.time && !to.time) || cuts_second(before, after);
}

/* SQLite's types are in capitals, and cut nothing; of MySQL's only those of times are. */
static bool
is_in_capitals(dunlin_string type)
{
    return !(type.length && islower((unsigned char)type.data[0]));
}

/* Of "integer[]": what holds for its elements holds for it. */
static bool
take_element(dunlin_string *type)
{
    if (type->length < 2 || memcmp(type->data + type->length - 2, "[]", 2) != 0)
        return false;
    type->length -= 2;
    return true;
}

/* MySQL's. */
static bool
has_list(dunlin_string type)
{
    return (type.length > 5 && strncasecmp(type.data, "enum(", 5) == 0) ||
           (type.length > 4 && strncasecmp(type.data, "set(", 4) == 0);
}

bool
dn_type_cuts(dunlin_string before, dunlin_string after, bool for_all)
{
    type_parts from;
    type_parts to;
    time_parts time;

    if (has_list(after)) /* a number says which of them, without its fraction */
        return take_apart(before, &from) && rounds(&from, &(type_parts){.name = "integer"});
    if (take_element(&before) != take_element(&after))
        return false;
    if (!for_all && is_in_capitals(before) && is_in_capitals(after))
        return cuts_second(before, after);
    if (cuts_time(before, after))
        return true;
    if (!take_apart(before, &from))
        return false;
    if (strcmp(from.name, "interval") == 0 && take_time(after, &time))
        return true;
    return take_apart(after, &to) && (rounds(&from, &to) || takes_part(&from, &to));
}

/* --- spelling ----------------------------------------------------------------------------------------- */

static bool
is_one_of(const type_parts *type, const char *names)
{
    return dn_string_among(dn_string(type->name), names);
}

/* MySQL finds 'A ' in a list as 'a'. */
static bool
reads_text(dunlin_string type, bool times)
{
    time_parts time;

    return has_list(type) || (times && take_time(type, &time));
}

bool
dn_type_respells(dunlin_string before, dunlin_string after, bool for_all)
{
    static const char texts[] =
        "text tinytext mediumtext longtext varchar char citext name xml json";
    static const char rooms[] = "text tinytext mediumtext longtext varchar citext name xml json"
                                " blob tinyblob mediumblob longblob varbinary";
    static const char values[] =
        "numeric boolean bool money year uuid inet cidr macaddr macaddr8 inet4 inet6 interval oid bytea"
        " int4range int8range numrange tsrange tstzrange daterange tsvector tsquery point pg_lsn";
    type_parts from;
    type_parts to;
    const bool lists[] = {take_element(&before), take_element(&after)};

    if (lists[0] != lists[1] || !take_apart(before, &from))
        return !lists[0] && lists[1] && take_apart(before, &from) && is_one_of(&from, texts);
    if (is_one_of(&from, texts) && reads_text(after, for_all || !is_in_capitals(before)))
        return true;
    if (!take_apart(after, &to))
        return false;
    /* Blanks, or zeros, at its end are none there. */
    if (is_one_of(&to, "char binary") && strcmp(from.name, to.name) != 0)
        return is_one_of(&from, rooms) && (for_all || !is_in_capitals(after));
    if (strcmp(to.name, "jsonb") == 0)
        return is_one_of(&from, texts) || strcmp(from.name, "json") == 0;
    return is_one_of(&from, texts) &&
           (digits_of_integer(&to) || digits_of_float(&to) || is_one_of(&to, values));
}

/* --- widening ----------------------------------------------------------------------------------------- */
bool
dn_type_widens(dunlin_string before, dunlin_string after)
{
    type_parts from;
    type_parts to;

    if (has_labels(before, after))
        return true;
    if (!take_apart(before, &from) || !take_apart(after, &to))
        return false;
    if (strcmp(from.name, "numeric") == 0 && strcmp(to.name, "numeric") == 0)
        return holds_digits(&from, &to);
    if (strcmp(from.name, to.name) == 0 && dn_string_among(dn_string(from.name), lengths))
        return loses_its_limit(&from, &to) ||
               (from.count == 1 && to.count == 1 && to.arguments[0] >= from.arguments[0]);
    return climbs(&from, &to) || loses_its_limit(&from, &to);
}
