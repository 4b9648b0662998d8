/* SPDX-License-Identifier: MIT
 *
 * A default that stays where the type of its column changes. The server makes one of the new type of it, as
 * it does of the values; nobody is connected while a script is written, and there it has to be known.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

/* Digits that a double keeps. */
enum { DIGITS = 15 };

/* 7, -1.50 and '7': what it is as a number. */
static bool
read_number(dunlin_string text, double *number)
{
    char digits[DIGITS + 3];
    char *end;

    if (text.length >= 2 && text.data[0] == '\'' && text.data[text.length - 1] == '\'')
        text = (dunlin_string){text.data + 1, text.length - 2};
    if (text.length == 0 || text.length >= sizeof(digits))
        return false;
    memcpy(digits, text.data, text.length);
    digits[text.length] = '\0';
    if (digits[strspn(digits, "+-0123456789.")] != '\0')
        return false;
    *number = strtod(digits, &end);
    return *end == '\0';
}

/* Halves away from zero, as the server rounds them; no libm for that. */
static int64_t
whole_of(double number)
{
    return (int64_t)(number + (number < 0 ? -0.5 : 0.5));
}

/* PostgreSQL takes the even one of two whole numbers that are as near for a float, as '2.5' is one there and
 * 2.5 is not; the server knows no more which of them it was. */
static int32_t
tell_half(dn_mysql_rendering *work, dunlin_string before, dunlin_string type, dunlin_string value)
{
    double number;

    if ((!dn_mysql_begins(before, "double") && !dn_mysql_begins(before, "float")) ||
        (!dn_mysql_begins(type, "smallint") && !dn_mysql_begins(type, "int") &&
         !dn_mysql_begins(type, "bigint")) ||
        !read_number(value, &number) || whole_of(number) % 2 == 0 ||
        (number - (double)whole_of(number) != 0.5 && number - (double)whole_of(number) != -0.5))
        return DUNLIN_OK;
    return dn_mysql_lossy(work,
                          "the default %.*s becomes %lld, also where it was written as a text, of "
                          "which PostgreSQL makes the even number beside it",
                          (int)value.length, value.data, (long long)whole_of(number));
}

/* The value as one of the new type; false: the server alone knows. */
static bool
convert(dn_kit_pool *pool, dunlin_string type, dunlin_string *value)
{
    static const char *const whole[] = {"smallint", "mediumint", "int", "bigint", NULL};
    static const char *const texts[] = {"varchar", "char", "longtext", NULL};
    enum { DAY = sizeof("'2026-01-05") - 1 };
    double number;

    if (dn_mysql_begins(type, "date") && !dn_mysql_begins(type, "datetime") &&
        value->length > DAY && value->data[0] == '\'' && value->data[DAY - 3] == '-') {
        *value = dn_kit_pool_format(pool, "%.*s'", DAY, value->data);
        return true;
    }
    if (dn_mysql_begins_with_any(type, texts))
        return value->length > 0 && (value->data[0] == '\'' || read_number(*value, &number));
    if (!read_number(*value, &number))
        return false;
    if (dn_mysql_begins(type, "tinyint(1)"))
        *value = dn_kit_string(number != 0 ? "1" : "0");
    else if (dn_mysql_begins_with_any(type, whole))
        *value = dn_kit_pool_format(pool, "%lld", (long long)whole_of(number));
    else
        return dn_mysql_begins(type, "double") && number == (double)whole_of(number);
    return true;
}

static int32_t
tell(const dn_mysql_rendering *work, const dunlin_operation *operation,
     const dunlin_property *value)
{
    const dunlin_fact told = {.size = sizeof(told),
                              .kind = operation->kind,
                              .path = operation->path,
                              .path_count = operation->path_count,
                              .properties = value,
                              .property_count = 1};

    return work->call->host->fact(work->call, &told);
}

static dunlin_property *
default_of(dn_mysql_list *column)
{
    for (size_t i = 0; i < column->count; i++)
        if (dn_kit_same(column->items[i].name, "default"))
            return &column->items[i];
    return NULL;
}

int32_t
dn_mysql_convert_default(dn_mysql_rendering *work, uint64_t end, dn_mysql_list *now)
{
    const dunlin_operation *operation = work->operations[work->at];
    dn_kit_set before = dn_mysql_fact_members(
        dn_mysql_find(work, DUNLIN_KIND_COLUMN, operation->path[0], operation->path[1]));
    dunlin_string type = dn_kit_set_text((dn_kit_set){now->items, now->count}, "type");
    dunlin_property *value = default_of(now);
    bool retyped = false;
    int32_t status;

    for (uint64_t i = work->at; i < end; i++) {
        dn_kit_set set = dn_mysql_set(work->operations[i]);

        retyped = retyped || dn_kit_set_find(set, "type") != NULL;
        if (dn_kit_set_find(set, "default") != NULL)
            return DUNLIN_OK;
    }
    if (!retyped || value == NULL || work->call->host->translate == NULL ||
        dn_kit_equal(type, dn_kit_set_text(before, "type")))
        return DUNLIN_OK;
    status = tell_half(work, dn_kit_set_text(before, "type"), type, value->text);
    if (status != DUNLIN_OK || !convert(&work->pool, type, &value->text))
        return status;
    return tell(work, operation, value);
}
