/* SPDX-License-Identifier: MIT
 *
 * Values of a column whose type changes, where the server has another opinion of them than PostgreSQL:
 * of '5' it makes five seconds, of '10:11:12' a day in 2010, and keeps a 7 in a TINYINT(1). An UPDATE
 * before the change makes them what they are to be, or fails and leaves them alone.
 */
#include <string.h>

#include "drivers/mysql/my_render.h"
#include "drivers/mysql/my_schema.h"

bool
dn_mysql_begins_with_any(dunlin_string type, const char *const *words)
{
    while (*words != NULL && !dn_mysql_begins(type, *words))
        words++;
    return *words != NULL;
}

bool
dn_mysql_is_number(dunlin_string type)
{
    static const char *const numbers[] = {"tinyint", "smallint", "mediumint", "int",  "bigint",
                                          "decimal", "float",    "double",    "real", NULL};

    return dn_mysql_begins_with_any(type, numbers);
}

static bool
is_text(dunlin_string type)
{
    static const char *const texts[] = {"varchar",    "char",     "text", "tinytext",
                                        "mediumtext", "longtext", NULL};

    return dn_mysql_begins_with_any(type, texts);
}

/* --- booleans ---------------------------------------------------------------------------------------- */
/* How many digits of a second it has: 3 of time(3). */
static int
digits_of(dunlin_string type)
{
    const char *open = memchr(type.data, '(', type.length);

    return open != NULL ? open[1] - '0' : dn_kit_same(type, "date") ? 6 : 0;
}

/* @ is the column, # the digits of a second that its new type has, ~ how many microseconds that is. */
static void
add_value(dn_kit_text *sql, const char *format, dunlin_string column, dunlin_string type)
{
    static const char million[] = "1000000";
    int digits = digits_of(type);

    for (const char *at = format; *at != '\0'; at++) {
        if (*at == '@')
            dn_kit_text_quote(sql, '`', column);
        else if (*at == '#')
            dn_kit_text_format(sql, "%d", digits);
        else if (*at == '~')
            dn_kit_text_add_string(sql, (dunlin_string){million, sizeof(million) - 1 - digits});
        else
            dn_kit_text_add_string(sql, (dunlin_string){at, 1});
    }
}

/* Whatever sql_mode says: where that is not strict, the cast is null, and the second one fails. */
#define FAILS(what)                                                                                \
    "COALESCE(CAST(CONCAT('no " what ": ', @) AS DATETIME), (SELECT @ UNION ALL SELECT @))"

static const char number_to_boolean[] = "1 WHERE @ <> 0";
static const char text_to_boolean[] =
    "CASE WHEN LOWER(TRIM(@)) IN ('1', 't', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on') THEN '1' "
    "WHEN LOWER(TRIM(@)) IN ('0', 'f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off') "
    "THEN '0' ELSE " FAILS("boolean") " END WHERE @ IS NOT NULL";

/* --- dates and times --------------------------------------------------------------------------------- */
#define DAY "[0-9]{4}[-./](0?[1-9]|1[0-2])[-./](0?[1-9]|[12][0-9]|3[01])"
#define DIGITS "([0-9]{2}|[0-9]{4})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
/* More digits than the type has are cut off, and not rounded. */
#define HOUR "([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9]([.][0-9]{0,#})?)?"
#define MIDNIGHT "24:00(:00([.]0*)?)?"
#define DIGITS_OF_HOUR "([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
#define UNLESS(pattern) " WHERE TRIM(@) NOT REGEXP '^(" pattern ")$' OR TRIM(@) LIKE '0000%'"

/* Forms that both read alike; of what looks like one the server itself says whether it is. */
static const char text_to_day[] = FAILS("date") UNLESS(DAY "(( +|T)" HOUR ")?|" DIGITS);
static const char text_to_time[] =
    FAILS("time") UNLESS("(" DAY "( +|T))?" HOUR "|" MIDNIGHT "|" DIGITS_OF_HOUR);

/* The server cuts digits off. */
static const char to_fewer_digits[] =
    "@ + INTERVAL ROUND(MICROSECOND(@) / ~) * ~ - MICROSECOND(@) MICROSECOND "
    "WHERE MICROSECOND(@) % ~ <> 0";

static bool
has_fewer_digits(dunlin_string old, dunlin_string type)
{
    static const char *const moments[] = {"datetime", "timestamp", NULL};
    bool moment = dn_mysql_begins_with_any(old, moments);

    return (moment || dn_mysql_begins(old, "time")) && digits_of(type) < digits_of(old) &&
           (moment ? dn_mysql_begins_with_any(type, moments)
                   : dn_mysql_begins(type, "time") && !dn_mysql_begins(type, "timestamp"));
}

static const char *
from_text(dunlin_string type, bool boolean)
{
    static const char *const days[] = {"datetime", "date", "timestamp", NULL};

    if (boolean)
        return text_to_boolean;
    if (dn_mysql_begins_with_any(type, days))
        return text_to_day;
    return dn_mysql_begins(type, "time") ? text_to_time : NULL;
}

static dunlin_string
wanted_type(const dn_mysql_rendering *work, uint64_t end)
{
    dunlin_string type = {NULL, 0};

    for (uint64_t i = work->at; i < end && type.length == 0; i++)
        type = dn_kit_set_text(dn_mysql_set(work->operations[i]), "type");
    return type;
}

int32_t
dn_mysql_convert_values(dn_mysql_rendering *work, const dunlin_operation *operation, uint64_t end,
                        dunlin_string type)
{
    dunlin_string wanted = wanted_type(work, end);
    bool boolean = dn_kit_same(wanted, DUNLIN_TYPE_BOOLEAN);
    const char *format = NULL;
    dunlin_string old;
    int32_t status =
        dn_mysql_column_type(work, operation->path[0], operation->path[1], work->at, &old);

    if (status != DUNLIN_OK || work->call->host->translate == NULL || wanted.length == 0)
        return status;
    if (is_text(old))
        format = from_text(type, boolean);
    else if (boolean && dn_mysql_is_number(old) && !dn_mysql_begins(old, "tinyint(1)"))
        format = number_to_boolean;
    else if (has_fewer_digits(old, type))
        format = to_fewer_digits;
    if (format == NULL)
        return DUNLIN_OK;
    status = dn_mysql_end_alter(work);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&work->sql, "UPDATE ");
    dn_mysql_add_name(work, operation->path[0]);
    dn_kit_text_add(&work->sql, " SET ");
    dn_mysql_add_name(work, operation->path[1]);
    dn_kit_text_add(&work->sql, " = ");
    add_value(&work->sql, format, operation->path[1], type);
    return dn_mysql_push_step(work, work->at, end - work->at,
                              work->script ? dn_mysql_guard(work, operation) : NULL);
}
