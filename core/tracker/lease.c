/* SPDX-License-Identifier: MIT */
#include "core/tracker/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/tracker/tracker_internal.h"

/* How long whoever wants a lease waits for its row: its holder may be in a transaction. */
enum { ROW_WAIT_MS = 200 };

/* Of one lease: its names, and the statements about it. */
typedef struct lease_sql {
    const char *key; /* of its row */
    const char *look;
    const char *expired; /* reads the value and locks the row, if it has run out */
    const char *any;     /* the same in any case */
    const char *insert;
    const char *take_over;
    const char *renew;
    const char *remove;
} lease_sql;

typedef struct lease {
    dn_connection *connection;
    lease_sql sql;
    char value[512]; /* token and holder, as in the row */
    char expires[32];
    int64_t server_ahead_us; /* the server's clock less our monotonic one */
    dunlin_value key;
    dn_arena arena;
} lease;

static dunlin_value
text_value(const char *text)
{
    return (dunlin_value){.type = DUNLIN_VALUE_TEXT, .text = dn_string(text)};
}

/* --- SQL -------------------------------------------------------------------------------------------- */

static int
write_sql(dn_connection *connection, const char *tracker_table, dn_arena *arena, lease_sql *sql,
          dn_error *error)
{
    dn_auto(dn_text) column = DN_TEXT_INIT;
    dn_auto(dn_text) table = DN_TEXT_INIT;

    if (dn_driver_quote(dn_connection_driver(connection), dn_connection_server(connection)->profile,
                        "key", &column, error) < 0)
        return -1;
    dn_text_printf(&table, "%s" DN_TRACKER_META, dn_connection_home(connection));
    if (table.failed)
        return dn_no_memory(error);
    sql->key = dn_arena_printf(arena, "lease:%s", tracker_table);
    sql->look = dn_arena_printf(arena,
                                "SELECT value, CASE WHEN expires_at < CURRENT_TIMESTAMP THEN 1"
                                " ELSE 0 END FROM %s WHERE %s = $1",
                                table.data, column.data);
    sql->expired = dn_arena_printf(arena,
                                   "SELECT value FROM %s WHERE %s = $1"
                                   " AND expires_at < CURRENT_TIMESTAMP FOR UPDATE",
                                   table.data, column.data);
    sql->any = dn_arena_printf(arena, "SELECT value FROM %s WHERE %s = $1 FOR UPDATE", table.data,
                               column.data);
    sql->insert =
        dn_arena_printf(arena, "INSERT INTO %s (%s, value, expires_at) VALUES ($1, $2, $3)",
                        table.data, column.data);
    sql->take_over = dn_arena_printf(
        arena, "UPDATE %s SET value = $2, expires_at = $3 WHERE %s = $1", table.data, column.data);
    sql->renew = dn_arena_printf(arena, "UPDATE %s SET expires_at = $2 WHERE %s = $1", table.data,
                                 column.data);
    sql->remove = dn_arena_printf(arena, "DELETE FROM %s WHERE %s = $1", table.data, column.data);
    return sql->key && sql->look && sql->expired && sql->any && sql->insert && sql->take_over &&
                   sql->renew && sql->remove
               ? 0
               : dn_no_memory(error);
}

/* --- looking ------------------------------------------------------------------------------------------ */

static int
visit_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_lease_look *look = (dn_lease_look *)context;
    dunlin_string value = values[0].text;

    (void)count;
    look->expired = values[1].integer != 0;
    look->held = !look->expired;
    if (value.length < sizeof(look->token))
        return 1;
    memcpy(look->token, value.data, sizeof(look->token) - 1);
    dn_text_add_visible(&look->holder, value.data + sizeof(look->token),
                        (size_t)value.length - sizeof(look->token), 300);
    return look->holder.failed ? dn_no_memory(error) : 1;
}

static int
see(dn_connection *connection, const lease_sql *sql, dn_lease_look *look, dn_error *error)
{
    dunlin_value key = text_value(sql->key);

    dn_text_clear(&look->holder);
    look->held = look->expired = false;
    look->token[0] = '\0';
    return dn_connection_query(connection, sql->look, &key, 1, visit_row, look, error);
}

int
dn_lease_see(dn_connection *connection, const char *tracker_table, dn_lease_look *look,
             dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    lease_sql sql;
    int64_t tables;

    /* Not by trying, which would put an error into the server's log with every run. */
    if (dn_connection_query_integer(connection,
                                    "SELECT count(*) FROM information_schema.tables"
                                    " WHERE table_name = '" DN_TRACKER_META "'",
                                    NULL, 0, 0, &tables, error) < 0)
        return dn_while(error, "looking for '" DN_TRACKER_META "'");
    dn_text_clear(&look->holder);
    look->held = look->expired = false;
    if (!tables)
        return 0;
    if (write_sql(connection, tracker_table, &arena, &sql, error) < 0)
        return -1;
    if (see(connection, &sql, look, error) == 0)
        return 0;
    if (error->status != DUNLIN_MISSING)
        return dn_while(error, "reading '" DN_TRACKER_META "'");
    dn_error_clear(error);
    return 0;
}

/* --- the table ---------------------------------------------------------------------------------------- */

/* Of two that make the table at once, one may fail, and finds it there. */
static int
make_table(dn_connection *connection, const lease_sql *sql, dn_lease_look *look, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dn_tracker_place place = dn_tracker_place_of(connection);
    const char **statements = NULL;
    size_t count = 0;
    dn_error ignored;

    if (dn_tracker_table_meta(&place, &arena, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statements[i], NULL, 0,
                                  error) < 0)
            return see(connection, sql, look, &ignored) == 0
                       ? 0
                       : dn_while(error, "creating '" DN_TRACKER_META "'");
    return see(connection, sql, look, error);
}

/* --- time --------------------------------------------------------------------------------------------- */

/* "2026-11-23 10:54:10.123456+00": UTC, as sessions of ours have it. */
static int
visit_time(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    int64_t *now_us = (int64_t *)context;
    struct tm parts = {0};
    char text[20];

    (void)count;
    if (values[0].text.length < sizeof(text) - 1)
        return dn_fail(error, DUNLIN_INTERNAL, "run.lease-clock",
                       "the server does not tell the time");
    memcpy(text, values[0].text.data, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    text[10] = ' ';
    if (sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != 6)
        return dn_fail(error, DUNLIN_INTERNAL, "run.lease-clock",
                       "the server tells the time as '%s', which is not understood", text);
    parts.tm_year -= 1900;
    parts.tm_mon--;
    *now_us = (int64_t)timegm(&parts) * 1000000;
    return 1;
}

static int
read_clock(lease *held, dn_error *error)
{
    int64_t server_us = 0;

    if (dn_connection_query(held->connection, "SELECT CURRENT_TIMESTAMP", NULL, 0, visit_time,
                            &server_us, error) < 0)
        return -1;
    held->server_ahead_us = server_us - dn_clock_monotonic_ns() / 1000;
    return 0;
}

static void
set_expiry(lease *held)
{
    int64_t now_us = dn_clock_monotonic_ns() / 1000 + held->server_ahead_us;

    dn_clock_format(now_us + (int64_t)DN_LEASE_SECONDS * 1000000, held->expires);
    held->expires[10] = ' ';
    held->expires[strlen(held->expires) - 1] = '\0';
}

/* --- the escort ---------------------------------------------------------------------------------------- */

static size_t
renew(void *context, dunlin_value values[DN_ESCORT_VALUES])
{
    lease *held = (lease *)context;

    set_expiry(held);
    values[0] = text_value(held->sql.key);
    values[1] = text_value(held->expires);
    return 2;
}

static void
lost(void *context, dn_error *error)
{
    (void)context;
    dn_fail(error, DUNLIN_FAILED, "run.lease-lost",
            "another run has taken over the lock of this database, which this one had not used for "
            "%d seconds",
            DN_LEASE_SECONDS);
}

static void
release(void *context)
{
    lease *held = (lease *)context;

    dn_arena_free(&held->arena);
    free(held);
}

static void
escort(lease *held)
{
    dn_escort wanted = {
        .check = held->sql.any,
        .values = &held->key,
        .count = 1,
        .expected = held->value,
        .renewal = held->sql.renew,
        .renew = renew,
        .lost = lost,
        .release = release,
        .context = held,
    };

    dn_connection_escort(held->connection, &wanted);
}

/* --- changing the row ----------------------------------------------------------------------------------- */

/* BEGIN, perhaps a check, a statement, COMMIT. */
typedef struct change {
    const char *check;
    const char *expected;
    const char *sql;
    dunlin_value values[3];
    size_t count;
    int step;
} change;

static int
next_step(void *context, dunlin_item *item, dn_error *error)
{
    change *work = (change *)context;

    (void)error;
    if (work->step == 1 && !work->check)
        work->step++;
    item->values = work->values;
    item->lock_timeout_ms = ROW_WAIT_MS;
    switch (work->step++) {
    case 0: item->kind = DUNLIN_ITEM_BEGIN; return 0;
    case 1:
        item->kind = DUNLIN_ITEM_CHECK;
        item->sql = dn_string(work->check);
        item->expected = dn_string(work->expected);
        item->value_count = 1;
        return 0;
    case 2:
        item->kind = DUNLIN_ITEM_STATEMENT;
        item->sql = dn_string(work->sql);
        item->value_count = work->count;
        return 0;
    case 3: item->kind = DUNLIN_ITEM_COMMIT; return 0;
    default: return 1;
    }
}

/* *done is false when somebody else was quicker, or is in a transaction. */
static int
carry_out(dn_connection *connection, change *work, bool *done, dn_error *error)
{
    dn_batch batch = {.next = next_step, .context = work};
    dn_error ignored;

    *done = false;
    if (dn_connection_run(connection, &batch, error) == 0) {
        *done = true;
        return 0;
    }
    dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    if (error->status != DUNLIN_CONSTRAINT && error->status != DUNLIN_LOCKED &&
        error->status != DUNLIN_EXISTS)
        return -1;
    dn_error_clear(error);
    return 0;
}

/* The row's value again, as see() found it. */
static void
write_value(const dn_lease_look *look, char *value, size_t size)
{
    snprintf(value, size, "%s %s", look->token, look->holder.length ? look->holder.data : "");
}

static int
take(lease *held, const dn_lease_look *look, bool *acquired, dn_error *error)
{
    char expected[sizeof(held->value)];
    change work = {.sql = look->expired ? held->sql.take_over : held->sql.insert, .count = 3};

    if (look->held)
        return 0;
    set_expiry(held);
    work.values[0] = held->key;
    work.values[1] = text_value(held->value);
    work.values[2] = text_value(held->expires);
    if (look->expired) {
        write_value(look, expected, sizeof(expected));
        work.check = held->sql.expired;
        work.expected = expected;
    }
    dn_fault("lease.before-take");
    if (carry_out(held->connection, &work, acquired, error) < 0)
        return dn_while(error, "writing to '" DN_TRACKER_META "'");
    dn_fault("lease.after-take");
    return 0;
}

static int
describe(lease *held, dn_error *error)
{
    char token[33];
    char host[128];
    char since[32];
    int length;

    dn_random_id(token);
    dn_host_name(host, sizeof(host));
    dn_clock_format(dn_clock_wall_us(), since);
    memcpy(since + 19, "Z", 2);
    length =
        snprintf(held->value, sizeof(held->value), "%s process %ld on %s (dunlin %s), since %s",
                 token, (long)getpid(), host, dunlin_version(), since);
    return length > 0 && (size_t)length < sizeof(held->value) ? 0 : dn_no_memory(error);
}

int
dn_lease_take(dn_connection *connection, const char *tracker_table, bool *acquired, dn_error *error)
{
    lease *held = (lease *)dn_malloc(sizeof(*held));
    dn_lease_look look = {.held = false, .holder = DN_TEXT_INIT};
    int answer = -1;

    *acquired = false;
    if (!held)
        return dn_no_memory(error);
    memset(held, 0, sizeof(*held));
    held->connection = connection;
    if (write_sql(connection, tracker_table, &held->arena, &held->sql, error) == 0 &&
        describe(held, error) == 0) {
        held->key = text_value(held->sql.key);
        answer = see(connection, &held->sql, &look, error);
        if (answer < 0 && error->status == DUNLIN_MISSING) {
            dn_error_clear(error);
            answer = make_table(connection, &held->sql, &look, error);
        }
    }
    if (answer == 0)
        answer = read_clock(held, error);
    if (answer == 0)
        answer = take(held, &look, acquired, error);
    dn_text_free(&look.holder);
    if (*acquired)
        escort(held);
    else
        release(held);
    return answer;
}

int
dn_lease_give_back(dn_connection *connection, dn_error *error)
{
    lease *held = (lease *)dn_connection_escort_context(connection);
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    change work = {.count = 1};
    bool done;

    if (!held)
        return 0;
    work.check = dn_arena_text(&arena, held->sql.any);
    work.expected = dn_arena_text(&arena, held->value);
    work.sql = dn_arena_text(&arena, held->sql.remove);
    work.values[0] = text_value(dn_arena_text(&arena, held->sql.key));
    if (!work.check || !work.expected || !work.sql || !work.values[0].text.data)
        return dn_no_memory(error);
    dn_connection_escort(connection, NULL); /* what follows asks for the token itself */
    return carry_out(connection, &work, &done, error);
}

int
dn_lease_remove(dn_connection *connection, const char *tracker_table, const dn_lease_look *look,
                bool any, bool *gone, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char expected[512];
    lease_sql sql;
    change work = {.count = 1};

    *gone = false;
    if (write_sql(connection, tracker_table, &arena, &sql, error) < 0)
        return -1;
    write_value(look, expected, sizeof(expected));
    work.check = any ? sql.any : sql.expired;
    work.expected = expected;
    work.sql = sql.remove;
    work.values[0] = text_value(sql.key);
    if (carry_out(connection, &work, gone, error) < 0)
        return dn_while(error, "writing to '" DN_TRACKER_META "'");
    return 0;
}
