/* SPDX-License-Identifier: MIT
 *
 * Running items, one after the other. SQLite answers at once, so nothing is ever lost and a
 * failure leaves no later item half done.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <string.h>

#include "drivers/sqlite/sqlite_rebuild.h"
#include "drivers/sqlite/sqlite_scan.h"

static int32_t
step_to_end(dunlin_connection *connection, sqlite3_stmt *handle)
{
    int code;

    do
        code = sqlite3_step(handle);
    while (code == SQLITE_ROW);
    return code == SQLITE_DONE ? DUNLIN_OK : dn_sqlite_fail_statement(connection);
}

static int32_t
run_text(dunlin_connection *connection, dunlin_string sql, const dunlin_value *values,
         uint64_t count, bool keep)
{
    dn_sqlite_statement statement;
    int32_t status = dn_sqlite_prepare(connection, sql, values, count, keep, &statement);

    if (status != DUNLIN_OK || statement.handle == NULL)
        return status;
    status = step_to_end(connection, statement.handle);
    dn_sqlite_finish(&statement);
    return status;
}

static int32_t
run_own(dunlin_connection *connection, const char *sql)
{
    return run_text(connection, dn_kit_string(sql), NULL, 0, true);
}

/* PRAGMA and ATTACH outlive the migration they stand in, unless RESET undoes them. EXPLAIN is
 * here because some pragmas take effect while they are being prepared. */
static bool
may_change_session(dunlin_string sql)
{
    static const char *const heads[] = {"PRAGMA", "ATTACH", "DETACH", "EXPLAIN"};
    dn_sqlite_scan scan;
    dn_sqlite_token head;

    dn_sqlite_scan_begin(&scan, sql);
    do
        dn_sqlite_scan_next(&scan, &head);
    while (dn_sqlite_is_symbol(&head, ';'));
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (dn_sqlite_is_word(&head, heads[i]))
            return true;
    return false;
}

/* The steps that a rebuild puts around itself. */
static bool
switches_keys(dunlin_connection *connection, dunlin_string sql, int32_t *status)
{
    if (dn_kit_same(sql, DN_SQLITE_KEYS_ASIDE))
        *status = dn_sqlite_foreign_keys_aside(connection);
    else if (dn_kit_same(sql, DN_SQLITE_KEYS_BACK))
        *status = dn_sqlite_foreign_keys_back(connection);
    else
        return false;
    return true;
}

static int32_t
do_statement(dunlin_connection *connection, const dunlin_item *item)
{
    int32_t status = DUNLIN_OK;

    if (item->value_count == 0 && may_change_session(item->sql))
        status = dn_sqlite_pins_remember(connection);
    if (status != DUNLIN_OK || switches_keys(connection, item->sql, &status))
        return status;
    dn_sqlite_progress_begin(connection, item->sql);
    status =
        run_text(connection, item->sql, item->values, item->value_count, item->value_count > 0);
    dn_sqlite_progress_end(connection, status == DUNLIN_OK);
    return status;
}

static int32_t
do_begin(dunlin_connection *connection, const dunlin_item *item)
{
    int32_t status = run_own(connection, "BEGIN IMMEDIATE");

    DN_KIT_UNUSED(item);
    if (status != DUNLIN_OK)
        return status;
    status = dn_sqlite_foreign_keys_begin(connection);
    if (status != DUNLIN_OK)
        sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static int32_t
do_commit(dunlin_connection *connection, const dunlin_item *item)
{
    int32_t status = dn_sqlite_foreign_keys_check(connection);

    DN_KIT_UNUSED(item);
    if (status != DUNLIN_OK)
        return status;
    connection->committing = true;
    status = run_own(connection, "COMMIT");
    connection->committing = false;
    if (status == DUNLIN_OK)
        dn_sqlite_foreign_keys_end(connection);
    return status;
}

static int32_t
do_rollback(dunlin_connection *connection, const dunlin_item *item)
{
    DN_KIT_UNUSED(item);
    dn_sqlite_foreign_keys_end(connection);
    return sqlite3_get_autocommit(connection->db) ? DUNLIN_OK : run_own(connection, "ROLLBACK");
}

static int32_t
do_reset(dunlin_connection *connection, const dunlin_item *item)
{
    DN_KIT_UNUSED(item);
    return dn_sqlite_pins_restore(connection);
}

static int32_t
do_copy_data(dunlin_connection *connection, const dunlin_item *item)
{
    DN_KIT_UNUSED(item);
    return dn_kit_fail(connection->call, DUNLIN_UNSUPPORTED, "SQLite has no COPY");
}

static int32_t
compare_first_cell(dunlin_connection *connection, sqlite3_stmt *handle, dunlin_string expected)
{
    int code = sqlite3_step(handle);
    const char *got;
    size_t length;

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return dn_sqlite_fail_statement(connection);
    if (code == SQLITE_DONE || sqlite3_column_count(handle) == 0)
        return dn_kit_fail(connection->call, DUNLIN_CONSTRAINT, "expected %.*s, got no row",
                           (int)expected.length, expected.data);
    got = (const char *)sqlite3_column_text(handle, 0);
    length = (size_t)sqlite3_column_bytes(handle, 0);
    if (got && length == expected.length && memcmp(got, expected.data, length) == 0)
        return DUNLIN_OK;
    return dn_kit_fail(connection->call, DUNLIN_CONSTRAINT, "expected %.*s, got %s",
                       (int)expected.length, expected.data, got ? got : "null");
}

static int32_t
do_check(dunlin_connection *connection, const dunlin_item *item)
{
    dn_sqlite_statement statement;
    int32_t status = dn_sqlite_prepare(connection, item->sql, item->values, item->value_count,
                                       false, &statement);

    if (status != DUNLIN_OK || statement.handle == NULL)
        return status;
    status = compare_first_cell(connection, statement.handle, item->expected);
    dn_sqlite_finish(&statement);
    return status;
}

static const struct {
    int32_t kind;
    int32_t (*work)(dunlin_connection *connection, const dunlin_item *item);
} item_kinds[] = {
    {DUNLIN_ITEM_STATEMENT, do_statement}, {DUNLIN_ITEM_BEGIN, do_begin},
    {DUNLIN_ITEM_COMMIT, do_commit},       {DUNLIN_ITEM_SAVEPOINT, do_statement},
    {DUNLIN_ITEM_ROLLBACK, do_rollback},   {DUNLIN_ITEM_RESET, do_reset},
    {DUNLIN_ITEM_COPY_DATA, do_copy_data}, {DUNLIN_ITEM_CHECK, do_check},
};

static int32_t
do_item(dunlin_connection *connection, const dunlin_item *item)
{
    for (size_t i = 0; i < sizeof(item_kinds) / sizeof(item_kinds[0]); i++)
        if (item_kinds[i].kind == item->kind)
            return item_kinds[i].work(connection, item);
    return dn_kit_fail(connection->call, DUNLIN_INTERNAL, "unknown kind %d of item",
                       (int)item->kind);
}

/* Undoing and tidying up are what a cancelled run still has to do. */
static bool
may_be_cancelled(const dunlin_item *item)
{
    return item->kind != DUNLIN_ITEM_ROLLBACK && item->kind != DUNLIN_ITEM_RESET;
}

static int32_t
run_item(dunlin_connection *connection, const dunlin_item *item, dunlin_outcome *outcome)
{
    int64_t began = dn_kit_now_ns();
    int64_t changed = sqlite3_total_changes64(connection->db);
    int32_t status;

    connection->item_lock_timeout_ms = item->lock_timeout_ms;
    connection->item_deadline_ns =
        item->statement_timeout_ms > 0 ? began + item->statement_timeout_ms * 1000000 : 0;
    connection->waited_ms = 0;
    if (may_be_cancelled(item) && dn_sqlite_wants_to_stop(connection)) {
        status = dn_kit_fail(connection->call, DUNLIN_CANCELLED, "cancelled");
    } else {
        if (!may_be_cancelled(item))
            sqlite3_progress_handler(connection->db, 0, NULL, NULL);
        status = do_item(connection, item);
        if (!may_be_cancelled(item))
            dn_sqlite_watch(connection);
    }
    connection->item_deadline_ns = 0;
    connection->item_lock_timeout_ms = 0;
    outcome->rows =
        sqlite3_total_changes64(connection->db) != changed ? sqlite3_changes64(connection->db) : 0;
    outcome->elapsed_us = (dn_kit_now_ns() - began) / 1000;
    return status;
}

int32_t
dn_sqlite_run(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_sqlite_enter(call, connection);
    int32_t status;

    for (;;) {
        dunlin_item item = {.size = sizeof(item)};
        dunlin_outcome outcome = {.size = sizeof(outcome), .rows = -1, .elapsed_us = -1};
        int32_t answer;

        status = call->host->next_item(call, &item);
        if (status == DUNLIN_STOP) {
            status = DUNLIN_OK;
            break;
        }
        if (status != DUNLIN_OK)
            break;
        status = run_item(connection, &item, &outcome);
        outcome.ordinal = item.ordinal;
        outcome.outcome = status == DUNLIN_OK ? DUNLIN_OUTCOME_RAN : DUNLIN_OUTCOME_FAILED;
        outcome.in_transaction = sqlite3_get_autocommit(connection->db) ? 0 : 1;
        if (outcome.in_transaction == 0)
            dn_sqlite_foreign_keys_end(connection);
        answer = call->host->item_done(call, &outcome);
        if (status == DUNLIN_OK)
            status = answer;
        if (status != DUNLIN_OK)
            break;
    }
    dn_sqlite_leave(connection, outer);
    return status;
}
