/* SPDX-License-Identifier: MIT
 *
 * Queries: rows go to the host one by one, as SQLite produces them.
 */
#include "drivers/sqlite/sqlite_driver.h"

static dunlin_value
cell(sqlite3_stmt *handle, int column)
{
    dunlin_value value = {.type = DUNLIN_VALUE_NULL};

    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_NULL: break;
    case SQLITE_INTEGER:
        value.type = DUNLIN_VALUE_INTEGER;
        value.integer = sqlite3_column_int64(handle, column);
        break;
    case SQLITE_BLOB:
        value.type = DUNLIN_VALUE_BLOB;
        value.text.data = sqlite3_column_blob(handle, column);
        value.text.length = (uint64_t)sqlite3_column_bytes(handle, column);
        break;
    default: /* a REAL as SQLite prints it */
        value.type = DUNLIN_VALUE_TEXT;
        value.text.data = (const char *)sqlite3_column_text(handle, column);
        value.text.length = (uint64_t)sqlite3_column_bytes(handle, column);
        break;
    }
    return value;
}

static int32_t
push_columns(const dunlin_call *call, sqlite3_stmt *handle, int count)
{
    dunlin_string *names = call->host->scratch(call, ((uint64_t)count + 1) * sizeof(dunlin_string));

    if (names == NULL)
        return dn_kit_no_memory(call);
    for (int i = 0; i < count; i++)
        names[i] = dn_kit_string(sqlite3_column_name(handle, i));
    return call->host->columns(call, names, (uint64_t)count);
}

static int32_t
push_rows(const dunlin_call *call, dunlin_connection *connection, sqlite3_stmt *handle)
{
    int count = sqlite3_column_count(handle);
    dunlin_value *values = call->host->scratch(call, ((uint64_t)count + 1) * sizeof(dunlin_value));
    int32_t status;
    int code;

    if (values == NULL)
        return dn_kit_no_memory(call);
    status = count > 0 ? push_columns(call, handle, count) : DUNLIN_OK;
    if (status != DUNLIN_OK)
        return status;
    while ((code = sqlite3_step(handle)) == SQLITE_ROW) {
        for (int i = 0; i < count; i++)
            values[i] = cell(handle, i);
        status = call->host->row(call, values, (uint64_t)count);
        if (status != DUNLIN_OK)
            return status;
    }
    return code == SQLITE_DONE ? DUNLIN_OK : dn_sqlite_fail_statement(connection);
}

int32_t
dn_sqlite_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
                const dunlin_value *values, uint64_t count)
{
    const dunlin_call *outer = dn_sqlite_enter(call, connection);
    dn_sqlite_statement statement;
    int32_t status;

    connection->waited_ms = 0;
    status = dn_sqlite_prepare(connection, sql, values, count, count > 0, &statement);
    if (status == DUNLIN_OK && statement.handle != NULL) {
        status = push_rows(call, connection, statement.handle);
        dn_sqlite_finish(&statement);
    }
    dn_sqlite_leave(connection, outer);
    return status;
}
