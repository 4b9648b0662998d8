/* SPDX-License-Identifier: MIT
 *
 * Running items, one after the other: one round trip each, and none for what needs none.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

/* The command's byte, and one that the limit itself does not cover. */
enum { ER_EMPTY_QUERY = 1065, PACKET_HEAD = 2 };

typedef struct running {
    const dunlin_call *call;
    dunlin_connection *connection;
    dn_mysql_joined joined; /* items that wait for the next one */
    bool inside;            /* a transaction was open before them */
} running;

static bool
in_transaction(const dunlin_connection *connection)
{
    return (connection->mysql->server_status & SERVER_STATUS_IN_TRANS) != 0;
}

/* A packet that is too large costs the connection: better said before. */
static int32_t
check_size(const dunlin_connection *connection, dunlin_string sql)
{
    uint64_t limit = connection->facts.max_packet;

    if (limit == 0 || sql.length + PACKET_HEAD <= limit)
        return DUNLIN_OK;
    return dn_kit_fail_hint(connection->call, DUNLIN_UNSUPPORTED,
                            "raise max_allowed_packet on the server, or cut the statement into "
                            "several",
                            "the statement has %llu bytes, and the server's max_allowed_packet "
                            "is %llu",
                            (unsigned long long)sql.length, (unsigned long long)limit);
}

/* Notes and warnings tell "skipped" from "done": IF EXISTS, values cut short ... */
static int32_t
pass_warnings(dunlin_connection *connection)
{
    const dunlin_call *call = connection->call;
    MYSQL_RES *result;
    MYSQL_ROW row;
    int64_t ignored;

    if (call->host->notice == NULL || mysql_warning_count(connection->mysql) == 0)
        return DUNLIN_OK;
    if (!dn_mysql_send(connection, dn_kit_string("SHOW WARNINGS")))
        return dn_mysql_fail(connection, "reading the warnings");
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return dn_mysql_fail(connection, "reading the warnings");
    while ((row = mysql_fetch_row(result)) != NULL)
        if (mysql_num_fields(result) >= 3 && row[2] != NULL)
            call->host->notice(call, dn_kit_string(NULL), dn_kit_string(row[2]));
    mysql_free_result(result);
    return mysql_next_result(connection->mysql) < 0 || dn_mysql_drain(connection, &ignored)
               ? DUNLIN_OK
               : dn_mysql_fail(connection, "reading the warnings");
}

/* --- items ----------------------------------------------------------------------------------------- */
static int32_t
run_filled(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status =
        dn_mysql_fill(connection->call, item->sql, item->values, item->value_count, &text);
    dunlin_string sql = dn_kit_text_string(&text);

    if (status == DUNLIN_OK)
        status = check_size(connection, sql);
    if (status != DUNLIN_OK)
        return status;
    if (dn_mysql_send(connection, sql) && dn_mysql_drain(connection, rows))
        return DUNLIN_OK;
    /* An offset would be into text that the core has never seen. */
    return dn_mysql_fail(connection, NULL);
}

/* What a statement of the user's says of the tables there are. */
static void
note_ran(dunlin_connection *connection, dunlin_string sql)
{
    dn_mysql_fresh_note(connection, sql);
    dn_mysql_names_note(connection, sql);
}

static void
note_failed(dunlin_connection *connection)
{
    dn_mysql_fresh_forget(connection);
    dn_mysql_names_forget(connection);
}

static int32_t
do_statement(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    int32_t status;

    if (item->value_count > 0)
        return run_filled(connection, item, rows);
    status = check_size(connection, item->sql);
    if (status == DUNLIN_OK)
        status = dn_mysql_join_guard(connection, item->sql);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_note_session(connection, item->sql);
    if (dn_mysql_send(connection, item->sql) && dn_mysql_drain(connection, rows)) {
        note_ran(connection, item->sql);
        return pass_warnings(connection);
    }
    note_failed(connection);
    /* Nothing but comments and semicolons. */
    if (mysql_errno(connection->mysql) == ER_EMPTY_QUERY)
        return DUNLIN_OK;
    return dn_mysql_fail_statement(connection, item->sql);
}

static int32_t
do_begin(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_UNUSED(item);
    return dn_mysql_execute(connection, dn_kit_string("START TRANSACTION"), rows);
}

static int32_t
do_commit(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_UNUSED(item);
    return dn_mysql_execute(connection, dn_kit_string("COMMIT"), rows);
}

/* Not sent where no transaction can be open. An error packet does not tell. */
static int32_t
do_rollback(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_UNUSED(item);
    if (!connection->uncertain && !in_transaction(connection) &&
        (connection->mysql->server_status & SERVER_STATUS_AUTOCOMMIT) != 0)
        return DUNLIN_OK;
    return dn_mysql_execute(connection, dn_kit_string("ROLLBACK"), rows);
}

static int32_t
do_reset(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_UNUSED(item);
    DN_KIT_UNUSED(rows);
    return dn_mysql_pins_restore(connection);
}

static int32_t
do_copy_data(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    DN_KIT_UNUSED(item);
    DN_KIT_UNUSED(rows);
    return dn_kit_fail(connection->call, DUNLIN_UNSUPPORTED, "MySQL has no COPY");
}

static int32_t
do_check(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    const char *cell;
    const char *shown;
    bool found;
    int32_t status = dn_mysql_join_guard(connection, item->sql);

    *rows = -1;
    if (status == DUNLIN_OK)
        status = dn_mysql_first_row(connection, item->sql, &cell, 1, &found);
    if (status != DUNLIN_OK)
        return status;
    if (cell != NULL && dn_kit_same(item->expected, cell))
        return DUNLIN_OK;
    shown = !found ? "no row" : cell == NULL ? "null" : cell;
    return dn_kit_fail(connection->call, DUNLIN_CONSTRAINT,
                       "the check gives '%.100s' and not '%.*s'", shown, (int)item->expected.length,
                       item->expected.length > 0 ? item->expected.data : "");
}

static const struct {
    int32_t kind;
    int32_t (*work)(dunlin_connection *connection, const dunlin_item *item, int64_t *rows);
} item_kinds[] = {
    {DUNLIN_ITEM_STATEMENT, do_statement}, {DUNLIN_ITEM_BEGIN, do_begin},
    {DUNLIN_ITEM_COMMIT, do_commit},       {DUNLIN_ITEM_SAVEPOINT, do_statement},
    {DUNLIN_ITEM_ROLLBACK, do_rollback},   {DUNLIN_ITEM_RESET, do_reset},
    {DUNLIN_ITEM_COPY_DATA, do_copy_data}, {DUNLIN_ITEM_CHECK, do_check},
};

/* Undoing and tidying up are what a cancelled run still has to do. */
static bool
may_be_cancelled(const dunlin_item *item)
{
    return item->kind != DUNLIN_ITEM_ROLLBACK && item->kind != DUNLIN_ITEM_RESET;
}

static int32_t
do_item(dunlin_connection *connection, const dunlin_item *item, int64_t *rows)
{
    for (size_t i = 0; i < sizeof(item_kinds) / sizeof(item_kinds[0]); i++) {
        int32_t status = DUNLIN_OK;

        if (item_kinds[i].kind != item->kind)
            continue;
        if (item->kind == DUNLIN_ITEM_STATEMENT || item->kind == DUNLIN_ITEM_CHECK)
            status = dn_mysql_lock_timeout(connection, item->lock_timeout_ms);
        return status == DUNLIN_OK ? item_kinds[i].work(connection, item, rows) : status;
    }
    return dn_kit_fail(connection->call, DUNLIN_INTERNAL, "unknown kind %d of item",
                       (int)item->kind);
}

static int32_t
run_item(dunlin_connection *connection, const dunlin_item *item, dunlin_outcome *outcome)
{
    int64_t began = dn_kit_now_ns();
    int64_t rows = 0;
    int32_t status;

    connection->item_deadline_ns =
        item->statement_timeout_ms > 0 ? began + item->statement_timeout_ms * 1000000 : 0;
    connection->undisturbed = !may_be_cancelled(item);
    if (!connection->undisturbed &&
        (dn_kit_should_stop(connection->call) ||
         __atomic_load_n(&connection->control->cancelled, __ATOMIC_RELAXED) != 0))
        status = dn_kit_fail(connection->call, DUNLIN_CANCELLED, "cancelled");
    else
        status = do_item(connection, item, &rows);
    connection->item_deadline_ns = 0;
    connection->undisturbed = false;
    outcome->rows = rows;
    outcome->elapsed_us = (dn_kit_now_ns() - began) / 1000;
    return status;
}

static int32_t
outcome_of(int32_t status)
{
    if (status == DUNLIN_OK)
        return DUNLIN_OUTCOME_RAN;
    return status == DUNLIN_LOST ? DUNLIN_OUTCOME_LOST : DUNLIN_OUTCOME_FAILED;
}

static int32_t
report(running *run, dunlin_outcome *outcome, int32_t status)
{
    int32_t answer;

    outcome->size = sizeof(*outcome);
    outcome->in_transaction = status != DUNLIN_LOST && in_transaction(run->connection) ? 1 : 0;
    answer = run->call->host->item_done(run->call, outcome);
    return status == DUNLIN_OK ? answer : status;
}

static int32_t
run_alone(running *run, const dunlin_item *item)
{
    dunlin_outcome outcome = {.ordinal = item->ordinal, .rows = -1, .elapsed_us = -1};
    int32_t status = run_item(run->connection, item, &outcome);

    outcome.outcome = outcome_of(status);
    return report(run, &outcome, status);
}

/* --- several in one text ----------------------------------------------------------------------------- */

static int32_t
fail_joined(dunlin_connection *connection, const dunlin_item *last, bool of_last)
{
    note_failed(connection);
    if (of_last && last != NULL && last->kind == DUNLIN_ITEM_STATEMENT)
        return dn_mysql_fail_statement(connection, last->sql);
    return dn_mysql_fail(connection, NULL);
}

/* The time of all is told with the last one. */
static int32_t
report_ran(running *run, const int64_t *rows, uint64_t ran, int64_t elapsed_us)
{
    int32_t answer = DUNLIN_OK;
    bool inside = run->inside;

    for (uint64_t i = 0; i < ran && answer == DUNLIN_OK; i++) {
        dunlin_outcome outcome = {.size = sizeof(outcome),
                                  .ordinal = run->joined.first + i,
                                  .outcome = DUNLIN_OUTCOME_RAN,
                                  .rows = rows[i],
                                  .elapsed_us = i + 1 == ran ? elapsed_us : 0};

        inside = inside || run->joined.kinds[i] == DUNLIN_ITEM_BEGIN;
        outcome.in_transaction =
            i + 1 == run->joined.count ? in_transaction(run->connection) : inside;
        answer = run->call->host->item_done(run->call, &outcome);
    }
    return answer;
}

/* The one that failed, with all behind it: of a session that is gone nobody knows how far it came. */
static void
report_failed(running *run, uint64_t ran, int32_t status)
{
    for (uint64_t i = ran; i < run->joined.count; i++) {
        dunlin_outcome outcome = {.ordinal = run->joined.first + i, .rows = -1, .elapsed_us = -1};

        outcome.outcome =
            i == ran || status == DUNLIN_LOST ? outcome_of(status) : DUNLIN_OUTCOME_SKIPPED;
        report(run, &outcome, status);
    }
}

static int32_t
prepare_joined(running *run, const dunlin_item *last)
{
    dunlin_connection *connection = run->connection;
    int32_t status = last != NULL ? dn_mysql_join_add(connection, &run->joined, last) : DUNLIN_OK;

    if (status == DUNLIN_OK && (dn_kit_should_stop(connection->call) ||
                                __atomic_load_n(&connection->control->cancelled, __ATOMIC_RELAXED)))
        status = dn_kit_fail(connection->call, DUNLIN_CANCELLED, "cancelled");
    if (status == DUNLIN_OK)
        status = dn_mysql_lock_timeout(connection, 0);
    if (status == DUNLIN_OK && last != NULL && last->kind == DUNLIN_ITEM_STATEMENT)
        dn_mysql_note_session(connection, last->sql);
    return status;
}

/* What is held, with `last` behind it; NULL: without. */
static int32_t
send_joined(running *run, const dunlin_item *last)
{
    dunlin_connection *connection = run->connection;
    int64_t rows[DN_MYSQL_JOINED] = {0};
    int64_t began = dn_kit_now_ns();
    uint64_t ran = 0;
    bool fine = false;
    int32_t status = DUNLIN_OK;
    int32_t answer;

    if (run->joined.count == 0)
        return DUNLIN_OK;
    run->inside = in_transaction(connection);
    status = prepare_joined(run, last);
    if (status == DUNLIN_OK)
        fine = dn_mysql_join_send(connection, &run->joined, rows, &ran);
    answer = report_ran(run, rows, ran, (dn_kit_now_ns() - began) / 1000);
    if (status == DUNLIN_OK && !fine)
        status = fail_joined(connection, last, ran + 1 == run->joined.count);
    if (status != DUNLIN_OK)
        report_failed(run, ran, status);
    run->joined.count = 0;
    dn_kit_text_free(&run->joined.text);
    if (status != DUNLIN_OK || answer != DUNLIN_OK)
        return status != DUNLIN_OK ? status : answer;
    if (last == NULL || last->kind != DUNLIN_ITEM_STATEMENT)
        return DUNLIN_OK;
    note_ran(connection, last->sql);
    return pass_warnings(connection);
}

static int32_t
take_item(running *run, const dunlin_item *item)
{
    int32_t status;

    if (dn_mysql_join_holds(run->connection, &run->joined, item))
        return dn_mysql_join_add(run->connection, &run->joined, item);
    if (dn_mysql_join_takes(run->connection, &run->joined, item))
        return send_joined(run, item);
    status = send_joined(run, NULL);
    return status == DUNLIN_OK ? run_alone(run, item) : status;
}

int32_t
dn_mysql_run(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_mysql_enter(call, connection);
    running run = {.call = call, .connection = connection};
    int32_t status;

    do {
        dunlin_item item = {.size = sizeof(item)};

        status = call->host->next_item(call, &item);
        if (status == DUNLIN_OK)
            status = take_item(&run, &item);
    } while (status == DUNLIN_OK);
    if (status == DUNLIN_STOP)
        status = send_joined(&run, NULL);
    dn_kit_text_free(&run.joined.text);
    dn_mysql_leave(connection, outer);
    return status;
}
