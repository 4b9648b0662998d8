/* SPDX-License-Identifier: MIT
 *
 * Sending a statement and reading what comes back. The answer is waited for with poll(), so that
 * the user, the deadline and the item's time limit are heard while the server works; then the
 * statement is killed over a second connection, and its answer waited for all the same.
 */
#include "drivers/mysql/my_driver.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#ifndef CR_SERVER_LOST
#include <errmsg.h>
#endif

/* How long a killed statement may take to undo what it did, before the connection is given up;
 * and how often a host without a wake_fd is asked whether the user wants to stop. */
enum { PATIENCE_MS = 60000, LOOK_EVERY_MS = 200 };

static int
socket_of(MYSQL *mysql)
{
#ifdef LIBMARIADB
    return (int)mysql_get_socket(mysql);
#else
    return (int)mysql->net.fd;
#endif
}

/* --- waiting ------------------------------------------------------------------------------------- */
static const char *
why_stop(const dunlin_connection *connection)
{
    const dunlin_call *call = connection->call;

    if (connection->item_deadline_ns != 0 && dn_kit_now_ns() >= connection->item_deadline_ns)
        return "the statement took longer than its time limit";
    if (connection->undisturbed)
        return NULL;
    if (call->deadline_ns != 0 && dn_kit_now_ns() >= call->deadline_ns)
        return "the time limit has passed";
    if (__atomic_load_n(&connection->control->cancelled, __ATOMIC_RELAXED) != 0 ||
        dn_kit_should_stop(call))
        return "cancelled";
    return NULL;
}

static int
milliseconds_until(int64_t when_ns)
{
    int64_t left = (when_ns - dn_kit_now_ns() + 999999) / 1000000;

    return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

static int
shorter(int left, int right)
{
    return left < 0 || right < left ? right : left;
}

/* Before it was asked to stop. */
static int
time_to_wait(const dunlin_connection *connection)
{
    const dunlin_call *call = connection->call;
    int wait = -1;

    if (connection->item_deadline_ns != 0)
        wait = shorter(wait, milliseconds_until(connection->item_deadline_ns));
    if (connection->undisturbed)
        return wait;
    if (call->deadline_ns != 0)
        wait = shorter(wait, milliseconds_until(call->deadline_ns));
    if (call->wake_fd < 0 && call->host->cancelled != NULL)
        wait = shorter(wait, LOOK_EVERY_MS);
    return wait;
}

static void
wait_for_answer(dunlin_connection *connection)
{
    struct pollfd fds[2] = {
        {.fd = socket_of(connection->mysql), .events = POLLIN},
        {.fd = connection->undisturbed ? -1 : connection->call->wake_fd, .events = POLLIN}};
    int64_t patience_ends_ns = 0;

    if (fds[0].fd < 0)
        return;
    for (;;) {
        int wait =
            patience_ends_ns == 0 ? time_to_wait(connection) : milliseconds_until(patience_ends_ns);

        poll(fds, 2, wait);
        if (fds[0].revents != 0)
            return;
        if (patience_ends_ns != 0) {
            if (dn_kit_now_ns() < patience_ends_ns)
                continue;
            /* The library then reads the end of the stream: the connection is lost. */
            shutdown(fds[0].fd, SHUT_RDWR);
            return;
        }
        connection->stopped_why = fds[1].revents != 0 ? "cancelled" : why_stop(connection);
        if (connection->stopped_why == NULL)
            continue;
        fds[1].fd = -1;
        patience_ends_ns = dn_kit_now_ns() + (int64_t)PATIENCE_MS * 1000000;
        dn_mysql_kill_query(connection->call, connection->control);
    }
}

/* --- sending -------------------------------------------------------------------------------------- */
/* The number of a session that is gone may soon be somebody else's. */
static bool
note_failure(dunlin_connection *connection)
{
    connection->uncertain = true;
    if (dn_mysql_is_lost(mysql_errno(connection->mysql))) {
        pthread_mutex_lock(&connection->control->mutex);
        connection->control->session = 0;
        pthread_mutex_unlock(&connection->control->mutex);
    }
    return false;
}

bool
dn_mysql_send(dunlin_connection *connection, dunlin_string sql)
{
    connection->stopped_why = NULL;
    if (mysql_send_query(connection->mysql, sql.length > 0 ? sql.data : "",
                         (unsigned long)sql.length) != 0)
        return note_failure(connection);
    wait_for_answer(connection);
    return mysql_read_query_result(connection->mysql) == 0 || note_failure(connection);
}

bool
dn_mysql_next(dunlin_connection *connection)
{
#ifdef LIBMARIADB
    int answer;
    int awaited = mysql_next_result_start(&answer, connection->mysql);

    while (awaited != 0) {
        wait_for_answer(connection);
        awaited = mysql_next_result_cont(&answer, connection->mysql, MYSQL_WAIT_READ);
    }
    return answer == 0 || note_failure(connection);
#else
    return note_failure(connection); /* nothing is joined */
#endif
}

bool
dn_mysql_drain(dunlin_connection *connection, int64_t *rows)
{
    MYSQL *mysql = connection->mysql;
    int next;

    *rows = 0;
    do {
        MYSQL_RES *result = mysql_use_result(mysql);

        if (result != NULL) {
            while (mysql_fetch_row(result) != NULL)
                continue;
            mysql_free_result(result);
        } else if (mysql_field_count(mysql) == 0) {
            *rows += (int64_t)mysql_affected_rows(mysql);
        }
        if (mysql_errno(mysql) != 0)
            return note_failure(connection);
        next = mysql_next_result(mysql);
    } while (next == 0);
    if (next > 0)
        return note_failure(connection);
    connection->uncertain = false;
    return true;
}

int32_t
dn_mysql_execute(dunlin_connection *connection, dunlin_string sql, int64_t *rows)
{
    int64_t ignored;

    if (dn_mysql_send(connection, sql) &&
        dn_mysql_drain(connection, rows != NULL ? rows : &ignored))
        return DUNLIN_OK;
    return dn_mysql_fail_statement(connection, sql);
}

/* --- one row ---------------------------------------------------------------------------------------- */
static const char *
keep_cell(const dunlin_call *call, const char *cell, unsigned long length)
{
    char *copy = cell != NULL ? call->host->scratch(call, (uint64_t)length + 1) : NULL;

    if (copy != NULL && length > 0)
        memcpy(copy, cell, length);
    return copy;
}

bool
dn_mysql_try_row_behind(dunlin_connection *connection, dunlin_string sql, unsigned behind,
                        const char **cells, unsigned count, bool *found)
{
    MYSQL_RES *result;
    MYSQL_ROW row;
    int64_t ignored;

    *found = false;
    memset(cells, 0, count * sizeof(*cells));
    if (!dn_mysql_send(connection, sql))
        return false;
    for (; behind > 0; behind--)
        if (!dn_mysql_next(connection))
            return false;
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return note_failure(connection);
    row = mysql_fetch_row(result);
    if (row != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        *found = true;
        for (unsigned i = 0; i < count && i < mysql_num_fields(result); i++)
            cells[i] = keep_cell(connection->call, row[i], lengths[i]);
    }
    mysql_free_result(result);
    /* Nothing follows, unless a proxy thinks otherwise. */
    return mysql_more_results(connection->mysql) == 0 || mysql_next_result(connection->mysql) < 0 ||
           dn_mysql_drain(connection, &ignored);
}

bool
dn_mysql_try_first_row(dunlin_connection *connection, dunlin_string sql, const char **cells,
                       unsigned count, bool *found)
{
    return dn_mysql_try_row_behind(connection, sql, 0, cells, count, found);
}

int32_t
dn_mysql_first_row(dunlin_connection *connection, dunlin_string sql, const char **cells,
                   unsigned count, bool *found)
{
    if (dn_mysql_try_first_row(connection, sql, cells, count, found))
        return DUNLIN_OK;
    return dn_mysql_fail(connection, NULL);
}
