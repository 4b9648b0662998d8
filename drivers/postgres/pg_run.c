/* SPDX-License-Identifier: MIT
 *
 * Running items: what each kind of item is to the server, and what may be sent ahead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_copy.h"
#include "drivers/postgres/pg_pipeline.h"

typedef struct running {
    dn_pg_pipeline line;
    dunlin_connection *connection;
    bool dirty; /* settings may have changed since the last RESET */
    bool ever_dirty;
} running;

/* --- values and texts ------------------------------------------------------------------------------ */
/* The text and the values of an item, copied out of the host's hands. */
typedef struct message {
    char *sql;
    dn_pg_parameters parameters;
} message;

static void
free_message(message *text)
{
    free(text->sql);
    dn_pg_parameters_free(&text->parameters);
}

static int32_t
fill_message(const dunlin_call *call, const dunlin_item *item, message *text)
{
    int32_t status = dn_pg_statement_copy(call, item->sql, &text->sql);

    if (status == DUNLIN_OK)
        status = dn_pg_parameters_fill(call, item->values, item->value_count, &text->parameters);
    return status;
}

static bool
has_nul(dunlin_string text)
{
    return text.length > 0 && memchr(text.data, '\0', text.length) != NULL;
}

/* Whether fill_message would refuse it. */
static bool
is_sound(const dunlin_item *item)
{
    for (uint64_t i = 0; i < item->value_count; i++)
        if (item->values[i].text.length > DN_PG_LONGEST_VALUE ||
            (item->values[i].type == DUNLIN_VALUE_TEXT && has_nul(item->values[i].text)))
            return false;
    return item->value_count <= DN_PG_MOST_PARAMETERS && !has_nul(item->sql);
}

static size_t
size_of_values(const dunlin_item *item)
{
    size_t bytes = 0;

    for (uint64_t i = 0; i < item->value_count; i++)
        bytes += item->values[i].text.length;
    return bytes;
}

/* --- refusing ---------------------------------------------------------------------------------------- */
/* Everything before the item is known before it is refused: it may have failed itself. */
static bool
reached(running *run, const dunlin_item *item)
{
    dn_pg_pipeline_settle(&run->line);
    if (!run->line.over)
        return true;
    dn_pg_pipeline_refuse(&run->line, item, run->line.status);
    return false;
}

static void
refuse(running *run, const dunlin_item *item, int32_t status, const char *reason, const char *hint)
{
    if (reached(run, item))
        dn_pg_pipeline_refuse(&run->line, item,
                              dn_kit_fail_hint(run->line.call, status, hint, "%s", reason));
}

/* The item's text and values; false after it was refused. */
static bool
take_message(running *run, const dunlin_item *item, message *text)
{
    int32_t status;

    /* Nobody may hear of this failure before the outcomes of what was sent. */
    if (!is_sound(item) && !reached(run, item))
        return false;
    status = fill_message(run->line.call, item, text);
    if (status != DUNLIN_OK)
        dn_pg_pipeline_refuse(&run->line, item, status);
    return status == DUNLIN_OK;
}

static void
refuse_lost(running *run, const dunlin_item *item)
{
    dn_pg_entry entry = {.ordinal = item->ordinal, .kind = item->kind, .rows = -1};

    run->line.status = dn_pg_fail_lost(run->connection);
    dn_pg_pipeline_report(&run->line, &entry, DUNLIN_OUTCOME_LOST);
}

enum { NO_LIMIT = -1 };

/* --- timeouts ------------------------------------------------------------------------------------------ */
static void
set_timeout(running *run, const char *name, int64_t *current, int64_t wanted)
{
    const char *scope = run->line.in_transaction ? "LOCAL " : "";
    char sql[96];

    if (*current == wanted || run->line.over)
        return;
    *current = wanted;
    if (wanted != 0)
        snprintf(sql, sizeof(sql), "SET %s%s TO %lld", scope, name,
                 wanted > 0 ? (long long)wanted : 0LL);
    else
        snprintf(sql, sizeof(sql), "SET %s%s TO DEFAULT", scope, name);
    dn_pg_pipeline_own(&run->line, sql);
    run->dirty |= !run->line.in_transaction;
    run->ever_dirty |= run->dirty;
}

static void
set_timeouts(running *run, int64_t lock_ms, int64_t statement_ms)
{
    dunlin_connection *connection = run->connection;

    set_timeout(run, "lock_timeout", &connection->item_lock_timeout_ms, lock_ms);
    set_timeout(run, "statement_timeout", &connection->item_statement_timeout_ms, statement_ms);
}

/* LOCAL settings end with the transaction, and RESET undoes the others. */
static void
forget_timeouts(running *run)
{
    run->connection->item_lock_timeout_ms = 0;
    run->connection->item_statement_timeout_ms = 0;
}

/* --- kinds of items --------------------------------------------------------------------------------------- */
static dn_pg_entry *
add_item(running *run, const dunlin_item *item)
{
    return dn_pg_pipeline_add(&run->line, DN_PG_ROLE_ITEM, item);
}

/* For one transaction. A pooler may have swallowed what was asked for while connecting, or serve us by
 * a session that somebody else began. */
static void
pin(running *run)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};

    if (!run->connection->pins_local && !run->connection->pooled)
        return;
    dn_pg_pins_statement(&pins, run->connection, true);
    if (!pins.failed)
        dn_pg_pipeline_own(&run->line, pins.data);
}

static void
do_begin(running *run, const dunlin_item *item)
{
    dn_pg_entry *entry;

    if (run->line.in_transaction) {
        refuse(run, item, DUNLIN_USAGE, "a transaction is open already", NULL);
        return;
    }
    run->line.in_transaction = true;
    entry = add_item(run, item);
    entry->was_in_transaction = false;
    dn_pg_pipeline_send(&run->line, entry, "BEGIN", NULL);
    pin(run);
}

/* What a transaction set would stay with a server process that serves others next. Said in the
 * transaction, this takes effect with its COMMIT. */
static void
leave_clean(running *run)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};

    if (!run->connection->pooled || !run->dirty)
        return;
    run->dirty = false;
    dn_pg_pipeline_own(&run->line, "RESET SESSION AUTHORIZATION");
    dn_pg_pipeline_own(&run->line, "RESET ROLE");
    dn_pg_pipeline_own(&run->line, "RESET ALL");
    dn_pg_pins_statement(&pins, run->connection, false);
    if (!pins.failed)
        dn_pg_pipeline_own(&run->line, pins.data);
}

static void
do_commit(running *run, const dunlin_item *item)
{
    dn_pg_entry *entry;

    leave_clean(run);
    entry = add_item(run, item);
    run->line.in_transaction = false;
    forget_timeouts(run);
    entry->in_transaction = false;
    entry->decides = true;
    dn_pg_pipeline_send(&run->line, entry, "COMMIT", NULL);
}

static void
do_rollback(running *run, const dunlin_item *item)
{
    dn_pg_entry *entry;

    if (!run->line.in_transaction) {
        dn_pg_pipeline_add(&run->line, DN_PG_ROLE_VIRTUAL, item);
        return;
    }
    entry = add_item(run, item);
    run->line.in_transaction = false;
    forget_timeouts(run);
    entry->in_transaction = false;
    dn_pg_pipeline_send(&run->line, entry, "ROLLBACK", NULL);
}

/* Settings that were given while connecting are what RESET goes back to. A transaction behind a
 * pooler has only settings of its own, and leaves none of them. */
static void
do_reset(running *run, const dunlin_item *item)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};

    if (run->line.in_transaction)
        leave_clean(run);
    if (!run->dirty || run->connection->pooled) {
        dn_pg_pipeline_add(&run->line, DN_PG_ROLE_VIRTUAL, item);
        return;
    }
    run->dirty = false;
    forget_timeouts(run);
    /* Neither of these is among ALL. */
    dn_pg_pipeline_own(&run->line, "RESET SESSION AUTHORIZATION");
    dn_pg_pipeline_own(&run->line, "RESET ROLE");
    if (run->connection->pins_by_set) {
        dn_pg_pipeline_own(&run->line, "RESET ALL");
        dn_pg_pins_statement(&pins, run->connection, false);
    }
    dn_pg_pipeline_send(&run->line, add_item(run, item),
                        pins.length > 0 && !pins.failed ? pins.data : "RESET ALL", NULL);
}

/* Inside a transaction: sent ahead. */
static void
queue_statement(running *run, const dunlin_item *item, message *text)
{
    dn_pg_prepared *known = dn_pg_prepared_find(run->connection, text->sql, &text->parameters);
    dn_pg_entry *entry;

    set_timeouts(run, item->lock_timeout_ms, item->statement_timeout_ms);
    if (known != NULL && !known->sent)
        dn_pg_pipeline_prepare(&run->line, known);
    entry = add_item(run, item);
    entry->bytes = size_of_values(item);
    if (known != NULL) {
        dn_pg_pipeline_send_again(&run->line, entry, known->name, &text->parameters);
        return;
    }
    entry->sql = text->sql;
    text->sql = NULL;
    dn_pg_pipeline_send(&run->line, entry, entry->sql, &text->parameters);
}

/* Outside one: on its own between two Syncs, because it commits by itself, and because some
 * statements refuse to be in anybody's company; those are not sent through a pooler, where the
 * settings come along. */
static void
send_alone(running *run, const dunlin_item *item, message *text)
{
    int64_t lock_ms = item->lock_timeout_ms;
    dn_pg_entry *entry;

    if (!reached(run, item))
        return;
    if (lock_ms == 0 && run->connection->patient && dn_pg_waits_aside(item->sql))
        lock_ms = NO_LIMIT;
    set_timeouts(run, lock_ms, item->statement_timeout_ms);
    dn_pg_pipeline_sync(&run->line);
    if (run->connection->pooled)
        pin(run);
    entry = add_item(run, item);
    entry->sql = text->sql;
    text->sql = NULL;
    entry->decides = true;
    entry->held = true;
    entry->began_ns = dn_kit_now_ns();
    if (item->kind == DUNLIN_ITEM_CHECK)
        entry->expected = dn_kit_copy(item->expected);
    dn_pg_pipeline_send(&run->line, entry, entry->sql, &text->parameters);
    dn_pg_pipeline_settle(&run->line);
    set_timeouts(run, 0, 0);
}

static void
do_statement(running *run, const dunlin_item *item)
{
    DN_KIT_CLEANUP(free_message) message text = {.sql = NULL};
    bool session = item->value_count == 0 && dn_pg_may_change_session(item->sql);

    if (!run->line.in_transaction && run->connection->pooled &&
        (dn_pg_statement_flags(item->sql) & DUNLIN_CLASS_NO_TRANSACTION)) {
        refuse(run, item, DUNLIN_UNSUPPORTED,
               "a statement that cannot run in a transaction is not sent through a pooler",
               "give the URL of the server itself");
        return;
    }
    if (!take_message(run, item, &text))
        return;
    run->dirty |= session;
    run->ever_dirty |= session;
    if (session && dn_pg_drops_prepared(item->sql))
        dn_pg_prepared_forget(run->connection);
    if (item->value_count == 0 && dn_pg_is_copy_stream(item->sql))
        dn_pg_copy(&run->line, item, text.sql);
    else if (run->line.in_transaction)
        queue_statement(run, item, &text);
    else
        send_alone(run, item, &text);
}

/* Nothing is sent behind a question until it is answered: a COMMIT would not wait for us. */
static void
do_check(running *run, const dunlin_item *item)
{
    DN_KIT_CLEANUP(free_message) message text = {.sql = NULL};
    dn_pg_entry *entry;

    if (!take_message(run, item, &text))
        return;
    if (!run->line.in_transaction) {
        send_alone(run, item, &text);
        return;
    }
    set_timeouts(run, item->lock_timeout_ms, item->statement_timeout_ms);
    entry = add_item(run, item);
    entry->sql = text.sql;
    text.sql = NULL;
    entry->expected = dn_kit_copy(item->expected);
    dn_pg_pipeline_send(&run->line, entry, entry->sql, &text.parameters);
    dn_pg_pipeline_drain(&run->line);
}

static void
do_copy_data(running *run, const dunlin_item *item)
{
    refuse(run, item, DUNLIN_USAGE, "data without a COPY .. FROM STDIN before them", NULL);
}

static const struct {
    int32_t kind;
    void (*work)(running *run, const dunlin_item *item);
} item_kinds[] = {
    {DUNLIN_ITEM_STATEMENT, do_statement}, {DUNLIN_ITEM_BEGIN, do_begin},
    {DUNLIN_ITEM_COMMIT, do_commit},       {DUNLIN_ITEM_SAVEPOINT, do_statement},
    {DUNLIN_ITEM_ROLLBACK, do_rollback},   {DUNLIN_ITEM_RESET, do_reset},
    {DUNLIN_ITEM_COPY_DATA, do_copy_data}, {DUNLIN_ITEM_CHECK, do_check},
};

/* --- the loop ------------------------------------------------------------------------------------------------ */
/* Undoing and tidying up are what a cancelled run still has to do. */
static bool
may_be_cancelled(const dunlin_item *item)
{
    return item->kind != DUNLIN_ITEM_ROLLBACK && item->kind != DUNLIN_ITEM_RESET;
}

static void
do_item(running *run, const dunlin_item *item)
{
    if (run->line.lost) {
        refuse_lost(run, item);
        return;
    }
    run->connection->uncancellable = !may_be_cancelled(item) && run->line.count == 0;
    if (may_be_cancelled(item) && dn_kit_should_stop(run->line.call)) {
        refuse(run, item, DUNLIN_CANCELLED, "cancelled", NULL);
        return;
    }
    for (size_t i = 0; i < sizeof(item_kinds) / sizeof(item_kinds[0]); i++)
        if (item_kinds[i].kind == item->kind) {
            item_kinds[i].work(run, item);
            dn_pg_pipeline_throttle(&run->line);
            return;
        }
    refuse(run, item, DUNLIN_INTERNAL, "unknown kind of item", NULL);
}

static int32_t
run_items(running *run)
{
    const dunlin_call *call = run->line.call;
    int32_t status = DUNLIN_OK;

    while (!run->line.over && run->line.answer == DUNLIN_OK && status == DUNLIN_OK) {
        dunlin_item item = {.size = sizeof(item)};

        status = call->host->next_item(call, &item);
        if (status == DUNLIN_OK)
            do_item(run, &item);
    }
    dn_pg_pipeline_close(&run->line);
    if (run->line.over && run->line.status != DUNLIN_OK)
        return run->line.status;
    if (run->line.answer != DUNLIN_OK)
        return run->line.answer;
    return status == DUNLIN_STOP ? DUNLIN_OK : status;
}

int32_t
dn_pg_run(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    running run = {.connection = connection,
                   .dirty = connection->settings_dirty,
                   .ever_dirty = connection->settings_dirty};
    int32_t status = dn_pg_pipeline_open(&run.line, connection);

    if (status == DUNLIN_OK)
        status = run_items(&run);
    if (run.line.over)
        dn_pg_prepared_forget(connection);
    /* What failed may have undone the RESET as well. */
    connection->settings_dirty = run.line.over ? run.ever_dirty : run.dirty;
    dn_pg_leave(connection, outer);
    return status;
}
