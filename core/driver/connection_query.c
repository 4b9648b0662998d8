/* SPDX-License-Identifier: MIT
 *
 * Queries: rows as they come, and the short forms that want one cell.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/driver/connection_internal.h"

typedef struct query_target {
    dn_row_visit visit;
    void *context;
} query_target;

static int32_t
take_row(dn_call *call, const dunlin_value *values, uint64_t count)
{
    const query_target *target = call->target;
    int answer = target->visit ? target->visit(values, count, target->context, call->error) : 0;

    if (answer < 0)
        return dn_call_abort(call);
    return answer > 0 ? dn_call_stop(call) : DUNLIN_OK;
}

int
dn_connection_query(dn_connection *connection, const char *sql, const dunlin_value *values,
                    size_t count, dn_row_visit visit, void *context, dn_error *error)
{
    static const dn_call_sinks sinks = {.row = take_row};
    query_target target = {visit, context};
    int64_t begin = dn_connection_logs(connection) ? dn_clock_monotonic_ns() : 0;
    dn_call call;
    int result;

    dn_connection_begin(connection, &call, "query", &sinks, &target, error);
    result =
        dn_call_end(&call, connection->driver->table.query(&call.driver_view, connection->handle,
                                                           dn_string(sql), values, count));
    if (dn_connection_logs(connection))
        dn_log_debug(&connection->log, "query: %.*s (%s%lld us)", DN_LOGGED_SQL, sql,
                     result < 0 ? "failed, " : "",
                     (long long)(dn_clock_monotonic_ns() - begin) / 1000);
    return result;
}

typedef struct integer_target {
    const char *sql;
    int64_t *answer;
} integer_target;

/* Some servers send every value as text. */
static bool
integer_of(const dunlin_value *value, int64_t *integer)
{
    char text[32];
    char *end;

    if (value->type == DUNLIN_VALUE_INTEGER) {
        *integer = value->integer;
        return true;
    }
    if (value->type != DUNLIN_VALUE_TEXT || value->text.length == 0 ||
        value->text.length >= sizeof text)
        return false;
    memcpy(text, value->text.data, (size_t)value->text.length);
    text[value->text.length] = '\0';
    *integer = strtoll(text, &end, 10);
    return *end == '\0';
}

static int
take_integer(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    const integer_target *target = context;

    if (count && values[0].type == DUNLIN_VALUE_NULL)
        return 1;
    if (!count || !integer_of(&values[0], target->answer))
        return dn_fail(error, DUNLIN_INTERNAL, "driver.broken",
                       "the query '%.200s' did not give a number", target->sql);
    return 1;
}

int
dn_connection_query_integer(dn_connection *connection, const char *sql, const dunlin_value *values,
                            size_t count, int64_t otherwise, int64_t *answer, dn_error *error)
{
    integer_target target = {sql, answer};

    *answer = otherwise;
    return dn_connection_query(connection, sql, values, count, take_integer, &target, error);
}

typedef struct check_target {
    const char *expected;
    bool row;
    bool equal;
    dn_text given; /* the cell */
} check_target;

static int
take_check(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    check_target *target = context;
    const dunlin_value *first = count ? values : NULL;

    target->row = true;
    if (!first || first->type == DUNLIN_VALUE_NULL) {
        dn_text_add_string(&target->given, first ? "null" : "no column");
        return 1;
    }
    if (first->type == DUNLIN_VALUE_INTEGER)
        dn_text_printf(&target->given, "%lld", (long long)first->integer);
    else
        dn_text_add(&target->given, first->text.data, (size_t)first->text.length);
    if (target->given.failed)
        return dn_no_memory(error);
    target->equal =
        dn_string_equal(dn_span(target->given.data, target->given.length), target->expected);
    return 1;
}

int
dn_connection_check(dn_connection *connection, const char *sql, const char *expected,
                    dn_error *error)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    check_target target = {expected, false, false, DN_TEXT_INIT};
    int result;

    result = dn_connection_query(connection, sql, NULL, 0, take_check, &target, error);
    if (result == 0 && !target.equal) {
        if (target.given.length)
            dn_text_add_visible(&shown, target.given.data, target.given.length, 100);
        result = dn_fail(error, DUNLIN_CONSTRAINT, "database.check-failed",
                         "'%.400s' gives '%s' and not '%s'", sql,
                         !target.row  ? "no row"
                         : shown.data ? shown.data
                                      : "",
                         expected);
    }
    dn_text_free(&target.given);
    return result;
}
