/* SPDX-License-Identifier: MIT
 *
 * What cases use: answers, connections, statements, and cleaning up behind them.
 */
#include "core/conformance/check.h"

#include <stdio.h>
#include <string.h>

enum { LOCK_TIMEOUT_MS = 10000, SHOWN = 200 };

/* --- answers --------------------------------------------------------------------------------- */

int
dn_check_fail(dn_check *check, const char *format, ...)
{
    va_list arguments;

    dn_error_clear(&check->error);
    check->error.status = DUNLIN_FAILED;
    va_start(arguments, format);
    vsnprintf(check->error.message, sizeof check->error.message, format, arguments);
    va_end(arguments);
    return -1;
}

int
dn_check_skip(dn_check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(check->skipped, sizeof check->skipped, format, arguments);
    va_end(arguments);
    return 0;
}

int
dn_check_no_memory(dn_check *check)
{
    return dn_no_memory(&check->error);
}

const char *
dn_check_class(int32_t status)
{
    static const char *const names[] = {
        [DUNLIN_OK] = "ok",
        [DUNLIN_INTERNAL] = "internal",
        [DUNLIN_UNSUPPORTED] = "unsupported",
        [DUNLIN_USAGE] = "usage",
        [DUNLIN_CONNECT] = "connect",
        [DUNLIN_AUTH] = "auth",
        [DUNLIN_PERMISSION] = "permission",
        [DUNLIN_SYNTAX] = "syntax",
        [DUNLIN_EXISTS] = "exists",
        [DUNLIN_MISSING] = "missing",
        [DUNLIN_CONSTRAINT] = "constraint",
        [DUNLIN_LOCKED] = "locked",
        [DUNLIN_LOST] = "lost",
        [DUNLIN_CANCELLED] = "cancelled",
        [DUNLIN_NO_MEMORY] = "no-memory",
        [DUNLIN_STOP] = "stop",
        [DUNLIN_DISK_FULL] = "disk-full",
        [DUNLIN_READ_ONLY] = "read-only",
        [DUNLIN_CORRUPT] = "corrupt",
        [DUNLIN_FAILED] = "failed",
    };

    if (status < 0 || (size_t)status >= sizeof names / sizeof names[0] || !names[status])
        return "unknown";
    return names[status];
}

const char *
dn_check_shown(dn_check *check, dunlin_string text)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;
    char *copy;

    dn_text_add_visible(&shown, text.data, (size_t)text.length, SHOWN);
    copy = shown.failed ? NULL : dn_arena_text(&check->arena, shown.data ? shown.data : "");
    return copy ? copy : "?";
}

/* --- connections ----------------------------------------------------------------------------- */

int
dn_check_open(dn_check *check, const char *url, const dn_open_options *options,
              dn_connection **connection)
{
    dn_open_options wanted = *options;

    wanted.log = check->kit->log;
    if (!wanted.lock_timeout_ms)
        wanted.lock_timeout_ms = LOCK_TIMEOUT_MS;
    return dn_connection_open(check->driver, url, &wanted, connection, &check->error);
}

static dn_connection *
opened(dn_check *check, size_t which)
{
    const dn_open_options options = {.purpose = DUNLIN_PURPOSE_WORK};

    if (!check->connections[which])
        dn_check_open(check, check->kit->url, &options, &check->connections[which]);
    return check->connections[which];
}

dn_connection *
dn_check_first(dn_check *check)
{
    return opened(check, 0);
}

dn_connection *
dn_check_second(dn_check *check)
{
    return opened(check, 1);
}

void
dn_check_close(dn_check *check, size_t which)
{
    dn_connection_close(check->connections[which]);
    check->connections[which] = NULL;
}

void
dn_check_begin(dn_check *check, dn_connection *connection, dn_call *call, const char *function,
               const dn_call_sinks *sinks, void *target)
{
    dn_connection_begin(connection, call, function, sinks, target, &check->error);
}

/* --- statements ------------------------------------------------------------------------------ */

const char *
dn_check_sql(const dn_check *check, const char *name, const char *portable)
{
    const cJSON *replaced = cJSON_GetObjectItemCaseSensitive(check->quirk.sql, name);

    return replaced ? replaced->valuestring : portable;
}

static int
run_one(dn_check *check, dn_connection *connection, int32_t kind, const char *sql)
{
    if (!connection)
        return -1;
    if (dn_connection_execute(connection, kind, sql ? sql : "", NULL, 0, &check->error) < 0)
        return sql ? dn_while(&check->error, "running '%.200s'", sql) : -1;
    return 0;
}

int
dn_check_execute(dn_check *check, int32_t kind, const char *sql)
{
    return run_one(check, dn_check_first(check), kind, sql);
}

int
dn_check_statement(dn_check *check, dn_connection *connection, const char *sql)
{
    return run_one(check, connection, DUNLIN_ITEM_STATEMENT, sql);
}

int
dn_check_refused(dn_check *check, dn_connection *connection, const char *sql, int32_t status)
{
    dn_error error;

    if (!connection)
        return -1;
    dn_error_clear(&error);
    if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, &error) == 0)
        return dn_check_fail(check, "'%.200s' was taken", sql);
    if (error.status != status)
        return dn_check_fail(check, "'%.200s' failed with the class '%s' and not '%s': %s", sql,
                             dn_check_class(error.status), dn_check_class(status), error.message);
    if (!error.message[0])
        return dn_check_fail(check, "'%.200s' failed without a message", sql);
    return 0;
}

int
dn_check_count(dn_check *check, dn_connection *connection, const char *table, int64_t rows)
{
    const char *sql = dn_arena_printf(&check->arena, "SELECT count(*) FROM %s", table);
    int64_t found;

    if (!sql)
        return dn_check_no_memory(check);
    if (!connection ||
        dn_connection_query_integer(connection, sql, NULL, 0, -1, &found, &check->error) < 0)
        return -1;
    if (found != rows)
        return dn_check_fail(check, "%s has %lld rows and not %lld", table, (long long)found,
                             (long long)rows);
    return 0;
}

typedef struct cell_target {
    dn_check *check;
    const char *cell;
} cell_target;

static int
take_cell(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    cell_target *target = context;
    dn_arena *arena = &target->check->arena;

    if (!count || values[0].type == DUNLIN_VALUE_NULL)
        target->cell = dn_arena_text(arena, "null");
    else if (values[0].type == DUNLIN_VALUE_INTEGER)
        target->cell = dn_arena_printf(arena, "%lld", (long long)values[0].integer);
    else
        target->cell = dn_arena_copy(arena, values[0].text.data, (size_t)values[0].text.length);
    return target->cell ? 1 : dn_no_memory(error);
}

int
dn_check_cell(dn_check *check, dn_connection *connection, const char *sql, const char **cell)
{
    cell_target target = {check, NULL};

    *cell = NULL;
    if (!connection ||
        dn_connection_query(connection, sql, NULL, 0, take_cell, &target, &check->error) < 0)
        return -1;
    if (!target.cell)
        return dn_check_fail(check, "'%.200s' gave no row", sql);
    *cell = target.cell;
    return 0;
}

/* --- objects --------------------------------------------------------------------------------- */

char *
dn_check_quoted(dn_check *check, const char *name)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const dn_connection *first = check->connections[0];
    const dunlin_profile *profile = first ? dn_connection_server(first)->profile : NULL;
    char *copy;

    if (dn_driver_quote(check->driver, profile, name, &text, &check->error) < 0)
        return NULL;
    copy = dn_arena_copy(&check->arena, text.data, text.length);
    if (!copy)
        dn_check_no_memory(check);
    return copy;
}

static int
drop(dn_check *check, dn_connection *connection, const char *kind, const char *name)
{
    const char *quoted = dn_check_quoted(check, name);
    const char *sql =
        quoted ? dn_arena_printf(&check->arena, "DROP %s IF EXISTS %s", kind, quoted) : NULL;

    if (!quoted)
        return -1;
    return sql ? dn_check_statement(check, connection, sql) : dn_check_no_memory(check);
}

int
dn_check_own(dn_check *check, const char *kind, const char *name)
{
    if (!dn_check_first(check) || drop(check, dn_check_first(check), kind, name) < 0)
        return -1;
    for (size_t i = 0; i < check->owned_count; i++)
        if (strcmp(check->owned[i].name, name) == 0)
            return 0;
    if (check->owned_count == DN_CHECK_OWNED)
        return dn_check_fail(check, "the case owns too many objects");
    check->owned[check->owned_count].kind = kind;
    check->owned[check->owned_count++].name = name;
    return 0;
}

int
dn_check_items(dn_check *check)
{
    static const dn_check_column columns[] = {
        {"id", DUNLIN_TYPE_BIGINT, true},
        {"name", DUNLIN_TYPE_KEY_TEXT, false},
        {"note", DUNLIN_TYPE_TEXT, false},
        {"data", DUNLIN_TYPE_BLOB, false},
        {NULL, NULL, false},
    };
    const dn_check_table table = {DN_CHECK_ITEMS, columns, "id", DUNLIN_CONDITION_NONE};

    return dn_check_own(check, "TABLE", DN_CHECK_ITEMS) < 0 ? -1 : dn_check_create(check, &table);
}

typedef struct filler {
    int64_t next;
    int64_t last;
    bool begun;
    char sql[160];
} filler;

static int
next_row(void *context, dunlin_item *item, dn_error *error)
{
    filler *fill = context;

    (void)error;
    if (!fill->begun) {
        fill->begun = true;
        item->kind = DUNLIN_ITEM_BEGIN;
        return 0;
    }
    if (fill->next > fill->last + 1)
        return 1;
    if (fill->next > fill->last) {
        item->kind = DUNLIN_ITEM_COMMIT;
    } else {
        snprintf(fill->sql, sizeof fill->sql,
                 "INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (%lld, 'item %lld')",
                 (long long)fill->next, (long long)fill->next);
        item->sql = dn_string(fill->sql);
    }
    fill->next++;
    return 0;
}

int
dn_check_filled(dn_check *check, int64_t count)
{
    filler fill = {.next = 1, .last = count};
    const dn_batch batch = {.next = next_row, .context = &fill};

    if (dn_check_items(check) < 0)
        return -1;
    return dn_connection_run(dn_check_first(check), &batch, &check->error);
}

int
dn_check_clean(dn_check *check, dn_error *error)
{
    dn_error kept = check->error;
    int answer = 0;

    for (size_t i = DN_CHECK_CONNECTIONS; i-- > 0;)
        dn_check_close(check, i);
    while (check->owned_count > 0) {
        size_t last = --check->owned_count;

        dn_error_clear(&check->error);
        if (drop(check, dn_check_first(check), check->owned[last].kind, check->owned[last].name) <
            0) {
            *error = check->error;
            answer = -1;
        }
    }
    dn_check_close(check, 0);
    check->error = kept;
    return answer;
}
