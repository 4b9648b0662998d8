/* SPDX-License-Identifier: MIT
 *
 * Queries: rows go to the host one by one, as they come over the wire.
 */
#include "drivers/mysql/my_driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* [M] "Character sets": the number of `binary`. */
enum { BINARY_CHARSET = 63 };

static bool
is_integer(const MYSQL_FIELD *field)
{
    switch (field->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR: return true;
    default: return false;
    }
}

/* Dates and numbers have the binary character set too, and are text. */
static bool
is_blob(const MYSQL_FIELD *field)
{
    if (field->charsetnr != BINARY_CHARSET)
        return false;
    switch (field->type) {
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_BIT:
    case MYSQL_TYPE_GEOMETRY: return true;
    default: return false;
    }
}

static dunlin_value
cell(const MYSQL_FIELD *field, const char *data, unsigned long length)
{
    dunlin_value value = {.type = DUNLIN_VALUE_NULL};
    char *end;

    if (data == NULL)
        return value;
    value.type = is_blob(field) ? DUNLIN_VALUE_BLOB : DUNLIN_VALUE_TEXT;
    value.text = (dunlin_string){data, length};
    if (!is_integer(field))
        return value;
    errno = 0;
    value.integer = strtoll(data, &end, 10);
    /* BIGINT UNSIGNED may be larger: then it stays text. */
    if (errno == 0 && end == data + length && length > 0)
        value.type = DUNLIN_VALUE_INTEGER;
    return value;
}

static int32_t
push_columns(const dunlin_call *call, const MYSQL_FIELD *fields, unsigned count)
{
    dunlin_string *names = call->host->scratch(call, ((uint64_t)count + 1) * sizeof(*names));

    if (names == NULL)
        return dn_kit_no_memory(call);
    for (unsigned i = 0; i < count; i++)
        names[i] = (dunlin_string){fields[i].name, fields[i].name_length};
    return call->host->columns(call, names, count);
}

static int32_t
push_rows(dunlin_connection *connection, MYSQL_RES *result)
{
    const dunlin_call *call = connection->call;
    unsigned count = mysql_num_fields(result);
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    dunlin_value *values = call->host->scratch(call, ((uint64_t)count + 1) * sizeof(*values));
    int32_t status;
    MYSQL_ROW row;

    if (values == NULL)
        return dn_kit_no_memory(call);
    status = push_columns(call, fields, count);
    while (status == DUNLIN_OK && (row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < count; i++)
            values[i] = cell(&fields[i], row[i], lengths[i]);
        status = call->host->row(call, values, count);
    }
    if (status == DUNLIN_OK && mysql_errno(connection->mysql) != 0)
        return dn_mysql_fail(connection, NULL);
    return status;
}

/* The first result is pushed; CALL gives more, which nobody asked for. */
static int32_t
push_result(dunlin_connection *connection)
{
    MYSQL_RES *result = mysql_use_result(connection->mysql);
    int32_t status = DUNLIN_OK;
    int64_t ignored;
    int next;

    if (result == NULL && mysql_field_count(connection->mysql) != 0)
        return dn_mysql_fail(connection, NULL);
    if (result != NULL) {
        connection->reading = true;
        status = push_rows(connection, result);
        connection->reading = false;
        mysql_free_result(result);
    }
    next = mysql_next_result(connection->mysql);
    if (next > 0 || (next == 0 && !dn_mysql_drain(connection, &ignored)))
        return status != DUNLIN_OK ? status : dn_mysql_fail(connection, NULL);
    return status;
}

static int32_t
query(dunlin_connection *connection, dunlin_string sql, const dunlin_value *values, uint64_t count)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status = DUNLIN_OK;

    if (connection->reading)
        return dn_kit_fail(connection->call, DUNLIN_INTERNAL,
                           "a query while the rows of another one are read");
    if (count > 0) {
        status = dn_mysql_fill(connection->call, sql, values, count, &text);
        sql = dn_kit_text_string(&text);
    } else {
        dn_mysql_note_session(connection, sql);
    }
    if (status != DUNLIN_OK)
        return status;
    if (dn_mysql_send(connection, sql))
        return push_result(connection);
    return count > 0 ? dn_mysql_fail(connection, NULL) : dn_mysql_fail_statement(connection, sql);
}

int32_t
dn_mysql_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
               const dunlin_value *values, uint64_t count)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    int32_t status = query(connection, sql, values, count);

    dn_mysql_leave(connection, outer);
    return status;
}
