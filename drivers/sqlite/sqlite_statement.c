/* SPDX-License-Identifier: MIT
 *
 * Preparing: one statement, its values bound; and a few prepared statements kept for text that
 * comes again and again.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/sqlite/sqlite_scan.h"

static void
drop_kept(dn_sqlite_kept *kept)
{
    sqlite3_finalize(kept->statement);
    free(kept->sql);
    memset(kept, 0, sizeof(*kept));
}

void
dn_sqlite_forget_kept(dunlin_connection *connection)
{
    for (size_t i = 0; i < DN_SQLITE_KEPT; i++)
        drop_kept(&connection->kept[i]);
}

static dn_sqlite_kept *
find_kept(dunlin_connection *connection, dunlin_string sql)
{
    for (size_t i = 0; i < DN_SQLITE_KEPT; i++) {
        dn_sqlite_kept *kept = &connection->kept[i];

        if (kept->statement != NULL && !kept->in_use && kept->length == sql.length &&
            memcmp(kept->sql, sql.data, sql.length) == 0)
            return kept;
    }
    return NULL;
}

/* Takes the place of the one not used for longest; NULL when it cannot be kept. */
static dn_sqlite_kept *
keep(dunlin_connection *connection, dunlin_string sql, sqlite3_stmt *handle)
{
    dn_sqlite_kept *place = NULL;
    char *copy;

    for (size_t i = 0; i < DN_SQLITE_KEPT; i++) {
        dn_sqlite_kept *kept = &connection->kept[i];

        if (!kept->in_use && (place == NULL || kept->last_use < place->last_use))
            place = kept;
    }
    copy = place != NULL ? dn_kit_copy(sql) : NULL;
    if (copy == NULL)
        return NULL;
    drop_kept(place);
    place->sql = copy;
    place->length = sql.length;
    place->statement = handle;
    return place;
}

/* --- values -------------------------------------------------------------------------------------- */
/* The number behind the dollar of a placeholder; 0 for any other token. */
static uint64_t
place_number(const dn_sqlite_token *token)
{
    uint64_t number = 0;

    if (token->kind != DN_SQLITE_WORD || token->text.data[0] != '$' || token->text.length > 6)
        return 0;
    for (uint64_t i = 1; i < token->text.length; i++) {
        char digit = token->text.data[i];

        if (digit < '0' || digit > '9')
            return 0;
        number = number * 10 + (uint64_t)(digit - '0');
    }
    return number;
}

static bool
places_are_in_order(dunlin_string sql)
{
    uint64_t last = 0;
    dn_sqlite_scan scan;
    dn_sqlite_token token;

    dn_sqlite_scan_begin(&scan, sql);
    while (dn_sqlite_scan_next(&scan, &token))
        if (*token.text.data == '$' && place_number(&token) != ++last)
            return false;
    return true;
}

/* Where the placeholders are $1, $2 ... in this order they become nameless, without a byte moving:
 * SQLite goes through its list of names for each one it reads, and again for each value. */
static void
take_place_names_out(char *sql, uint64_t length)
{
    dn_sqlite_scan scan;
    dn_sqlite_token token;

    if (!places_are_in_order((dunlin_string){sql, length}))
        return;
    dn_sqlite_scan_begin(&scan, (dunlin_string){sql, length});
    while (dn_sqlite_scan_next(&scan, &token))
        if (place_number(&token) > 0) {
            char *place = sql + (token.text.data - sql);

            memset(place, ' ', token.text.length);
            *place = '?';
        }
}

/* The place of $number. */
static int
place_of(sqlite3_stmt *handle, uint64_t number)
{
    char name[24];

    if (number <= (uint64_t)sqlite3_bind_parameter_count(handle) &&
        sqlite3_bind_parameter_name(handle, (int)number) == NULL)
        return (int)number;
    snprintf(name, sizeof(name), "$%llu", (unsigned long long)number);
    return sqlite3_bind_parameter_index(handle, name);
}

static int
bind_value(sqlite3_stmt *handle, int place, const dunlin_value *value)
{
    /* A NULL pointer would bind NULL where an empty text or blob is meant. */
    const char *data = value->text.data != NULL ? value->text.data : "";

    switch (value->type) {
    case DUNLIN_VALUE_INTEGER: return sqlite3_bind_int64(handle, place, value->integer);
    case DUNLIN_VALUE_TEXT:
        return sqlite3_bind_text64(handle, place, data, value->text.length, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DUNLIN_VALUE_BLOB:
        return sqlite3_bind_blob64(handle, place, data, value->text.length, SQLITE_STATIC);
    default: return sqlite3_bind_null(handle, place);
    }
}

static int32_t
bind_values(dunlin_connection *connection, sqlite3_stmt *handle, const dunlin_value *values,
            uint64_t count)
{
    int places = sqlite3_bind_parameter_count(handle);

    /* SQLite would read NULL for a value that nobody gave. */
    if ((uint64_t)places > count)
        return dn_kit_fail(connection->call, DUNLIN_USAGE,
                           "the statement has %d placeholders and %llu values", places,
                           (unsigned long long)count);
    for (uint64_t i = 0; i < count; i++) {
        int place = place_of(handle, i + 1);

        if (place == 0)
            return dn_kit_fail(connection->call, DUNLIN_USAGE,
                               "the statement has no placeholder '$%llu'",
                               (unsigned long long)(i + 1));
        if (bind_value(handle, place, &values[i]) != SQLITE_OK)
            return dn_sqlite_fail(connection, NULL);
    }
    return DUNLIN_OK;
}

/* --- preparing ------------------------------------------------------------------------------------- */
static int32_t
check_text(dunlin_connection *connection, dunlin_string sql)
{
    uint64_t limit = (uint64_t)sqlite3_limit(connection->db, SQLITE_LIMIT_SQL_LENGTH, -1);

    if (sql.length > limit)
        return dn_kit_fail(connection->call, DUNLIN_UNSUPPORTED,
                           "the statement has %llu bytes, more than SQLite's limit of %llu",
                           (unsigned long long)sql.length, (unsigned long long)limit);
    /* SQLite would take it for the end of the text. */
    if (sql.length > 0 && memchr(sql.data, '\0', sql.length) != NULL)
        return dn_kit_fail(connection->call, DUNLIN_USAGE, "the statement contains a NUL byte");
    return DUNLIN_OK;
}

static int32_t
prepare_text(dunlin_connection *connection, dunlin_string sql, bool kept, sqlite3_stmt **handle)
{
    const char *tail = NULL;
    int32_t status = check_text(connection, sql);

    if (status != DUNLIN_OK)
        return status;
    if (sql.data == NULL)
        sql.data = "";
    if (sqlite3_prepare_v3(connection->db, sql.data, (int)sql.length,
                           kept ? SQLITE_PREPARE_PERSISTENT : 0, handle, &tail) != SQLITE_OK)
        return dn_sqlite_fail_statement(connection);
    sql.length -= (uint64_t)(tail - sql.data);
    sql.data = tail;
    if (*handle == NULL || dn_sqlite_scan_is_blank(sql))
        return DUNLIN_OK;
    sqlite3_finalize(*handle);
    *handle = NULL;
    return dn_kit_fail(connection->call, DUNLIN_USAGE,
                       "more than one statement where one was expected");
}

static int32_t
prepare_with_places(dunlin_connection *connection, dunlin_string sql, bool kept,
                    sqlite3_stmt **handle)
{
    char *copy = dn_kit_copy(sql);
    int32_t status;

    if (copy == NULL)
        return dn_kit_no_memory(connection->call);
    take_place_names_out(copy, sql.length);
    status = prepare_text(connection, (dunlin_string){copy, sql.length}, kept, handle);
    free(copy);
    return status;
}

int32_t
dn_sqlite_prepare(dunlin_connection *connection, dunlin_string sql, const dunlin_value *values,
                  uint64_t count, bool wanted, dn_sqlite_statement *statement)
{
    dn_sqlite_kept *kept = wanted ? find_kept(connection, sql) : NULL;
    sqlite3_stmt *handle = kept != NULL ? kept->statement : NULL;
    int32_t status = DUNLIN_OK;

    statement->handle = NULL;
    statement->kept = NULL;
    if (kept == NULL) {
        status = count > 0 ? prepare_with_places(connection, sql, wanted, &handle)
                           : prepare_text(connection, sql, wanted, &handle);
        if (status != DUNLIN_OK || handle == NULL)
            return status;
        kept = wanted ? keep(connection, sql, handle) : NULL;
    }
    statement->handle = handle;
    statement->kept = kept;
    if (kept != NULL) {
        kept->in_use = true;
        kept->last_use = ++connection->uses;
    }
    status = bind_values(connection, handle, values, count);
    if (status != DUNLIN_OK)
        dn_sqlite_finish(statement);
    return status;
}

void
dn_sqlite_finish(dn_sqlite_statement *statement)
{
    if (statement->kept != NULL) {
        sqlite3_reset(statement->handle);
        /* The values live no longer than the item. */
        sqlite3_clear_bindings(statement->handle);
        statement->kept->in_use = false;
    } else {
        sqlite3_finalize(statement->handle);
    }
    statement->handle = NULL;
    statement->kept = NULL;
}

/* --- our own statements -------------------------------------------------------------------------------- */
int32_t
dn_sqlite_execute(dunlin_connection *connection, const char *sql)
{
    if (sqlite3_exec(connection->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, NULL);
    return DUNLIN_OK;
}

int32_t
dn_sqlite_integer(dunlin_connection *connection, const char *sql, int64_t otherwise, int64_t *value)
{
    sqlite3_stmt *handle = NULL;
    int code;

    *value = otherwise;
    if (sqlite3_prepare_v2(connection->db, sql, -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, NULL);
    code = sqlite3_step(handle);
    if (code == SQLITE_ROW && sqlite3_column_type(handle, 0) != SQLITE_NULL)
        *value = sqlite3_column_int64(handle, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        int32_t status = dn_sqlite_fail(connection, NULL);

        sqlite3_finalize(handle);
        return status;
    }
    sqlite3_finalize(handle);
    return DUNLIN_OK;
}
