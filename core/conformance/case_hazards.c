/* SPDX-License-Identifier: MIT
 *
 * What `check --env` asks about texts and times.
 */
#include "core/conformance/check.h"

static bool
is_text(const dunlin_value *value)
{
    return value->type == DUNLIN_VALUE_TEXT && value->text.length;
}

static bool
is_flag(const dunlin_value *value)
{
    return value->type == DUNLIN_VALUE_INTEGER
               ? value->integer == 0 || value->integer == 1
               : is_text(value) && dn_string_among(value->text, "0 1");
}

static int
visit(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_check *check = context;

    (void)error; /* is the check's */
    if (count != 4)
        return dn_check_fail(check, "a row has %zu values, and not 4", count);
    if (!is_text(&values[0]) || !dn_string_among(values[0].text, "charset collation clock"))
        return dn_check_fail(check, "the first value of a row is none of the areas");
    if (!is_flag(&values[1]))
        return dn_check_fail(check, "the second value of a row is neither 0 nor 1");
    if (!is_text(&values[2]))
        return dn_check_fail(check, "the third value of a row is no sentence");
    if (values[3].type != DUNLIN_VALUE_NULL && !is_text(&values[3]))
        return dn_check_fail(check, "the fourth value of a row is neither text nor null");
    return 0;
}

static int
rows(dn_check *check)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_connection *connection;

    if (!check->driver->table.hazards)
        return dn_check_skip(check, "this driver does not tell");
    connection = dn_check_first(check);
    if (!connection || dn_driver_hazards(check->driver, dn_connection_server(connection)->profile,
                                         &sql, &check->error) < 0)
        return -1;
    if (!sql.length)
        return dn_check_fail(check, "hazards() gave no query");
    return dn_connection_query(connection, sql.data, NULL, 0, visit, check, &check->error);
}

static const dn_case cases[] = {
    {"hazards.rows", "its query about texts and times runs, and gives rows as agreed", rows, NULL,
     0},
};

const dn_area dn_area_hazards = DN_AREA(cases);
