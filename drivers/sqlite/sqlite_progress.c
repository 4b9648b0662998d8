/* SPDX-License-Identifier: MIT
 *
 * How far the rows of a rebuild have come. They are copied in the order of their rowids, and
 * SQLite tells the rowid it wrote last while the statement is still at work.
 */
#include "drivers/sqlite/sqlite_rebuild.h"

#include <string.h>

enum { SHOW_EVERY_MS = 200 };

/* The table whose rows this statement copies; empty: it does something else. */
static dunlin_string
find_source(dn_kit_pool *pool, dunlin_string sql)
{
    static const size_t prefix = sizeof(DN_SQLITE_REBUILT) - 1;
    dn_sqlite_scan scan;
    dn_sqlite_token token;
    dunlin_string name;

    dn_sqlite_scan_begin(&scan, sql);
    if (!dn_sqlite_scan_next(&scan, &token) || !dn_sqlite_is_word(&token, "insert") ||
        !dn_sqlite_scan_next(&scan, &token) || !dn_sqlite_is_word(&token, "into") ||
        !dn_sqlite_scan_next(&scan, &token) || token.kind != DN_SQLITE_NAME)
        return dn_kit_string(NULL);
    name = dn_sqlite_name(pool, &token);
    if (name.length <= prefix || memcmp(name.data, DN_SQLITE_REBUILT, prefix) != 0)
        return dn_kit_string(NULL);
    return (dunlin_string){name.data + prefix, name.length - prefix};
}

void
dn_sqlite_progress_begin(dunlin_connection *connection, dunlin_string sql)
{
    DN_KIT_CLEANUP(dn_kit_pool_free) dn_kit_pool pool = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text query = {0};
    dunlin_string source = find_source(&pool, sql);
    sqlite3_stmt *handle = NULL;

    connection->progress_total = 0;
    if (source.length == 0)
        return;
    dn_kit_text_add(&query, "SELECT (SELECT min(rowid) FROM main.");
    dn_kit_text_quote(&query, '"', source);
    dn_kit_text_add(&query, "), (SELECT max(rowid) FROM main.");
    dn_kit_text_quote(&query, '"', source);
    dn_kit_text_add(&query, ")");
    /* A table WITHOUT ROWID shows nothing. */
    if (query.failed ||
        sqlite3_prepare_v2(connection->db, query.data, -1, &handle, NULL) != SQLITE_OK)
        return;
    if (sqlite3_step(handle) == SQLITE_ROW && sqlite3_column_type(handle, 0) != SQLITE_NULL) {
        int64_t last = sqlite3_column_int64(handle, 1);

        connection->progress_first = sqlite3_column_int64(handle, 0);
        if (connection->progress_first >= 0)
            connection->progress_total = last - connection->progress_first + 1;
        connection->progress_shown_ns = dn_kit_now_ns();
        sqlite3_set_last_insert_rowid(connection->db, connection->progress_first);
    }
    sqlite3_finalize(handle);
}

static void
show(dunlin_connection *connection, int64_t done)
{
    connection->progress_shown_ns = dn_kit_now_ns();
    connection->call->host->progress(connection->call, done, connection->progress_total,
                                     dn_kit_string("rows"));
}

void
dn_sqlite_progress(dunlin_connection *connection)
{
    int64_t done = sqlite3_last_insert_rowid(connection->db) - connection->progress_first;

    if (connection->progress_total > 0 && connection->call != NULL && done >= 0 &&
        done <= connection->progress_total &&
        dn_kit_now_ns() - connection->progress_shown_ns > SHOW_EVERY_MS * INT64_C(1000000))
        show(connection, done);
}

void
dn_sqlite_progress_end(dunlin_connection *connection, bool complete)
{
    if (connection->progress_total > 0 && complete)
        show(connection, connection->progress_total);
    connection->progress_total = 0;
}
