/* SPDX-License-Identifier: MIT */
#include "core/conformance/raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

/* --- fail() ---------------------------------------------------------------------------------- */

static bool
keep_text(dn_check *check, dunlin_string *text)
{
    text->data = dn_arena_copy(&check->arena, text->data, (size_t)text->length);
    return text->data != NULL;
}

static void
keep_failure(dn_check *check, const dunlin_failure *told, dunlin_failure *kept)
{
    memcpy(kept, told, told->size < sizeof *kept ? (size_t)told->size : sizeof *kept);
    if (!keep_text(check, &kept->message) || !keep_text(check, &kept->detail) ||
        !keep_text(check, &kept->hint) || !keep_text(check, &kept->object) ||
        !keep_text(check, &kept->inner_sql))
        kept->message = kept->detail = kept->hint = kept->object = kept->inner_sql =
            dn_string("out of memory");
}

static int
check_failure(dn_check *check, const char *function, unsigned count, const dunlin_failure *failure,
              int32_t status)
{
    if (count > 1)
        return dn_check_fail(check, "%s() called fail() %u times for one failure", function, count);
    if (count == 1 && (failure->status == DUNLIN_OK || failure->status == DUNLIN_STOP ||
                       strcmp(dn_check_class(failure->status), "unknown") == 0))
        return dn_check_fail(check, "%s() failed with the status %d, which is no class of failure",
                             function, (int)failure->status);
    if (count == 1 && !failure->message.length)
        return dn_check_fail(check, "%s() failed without a message", function);
    if (count == 1 && !dn_utf8_valid(failure->message.data, (size_t)failure->message.length))
        return dn_check_fail(check, "%s() failed with a message that is no UTF-8", function);
    if (count == 1 && status != failure->status)
        return dn_check_fail(check, "%s() told the class '%s' and returned '%s'", function,
                             dn_check_class(failure->status), dn_check_class(status));
    return 0;
}

/* --- run ------------------------------------------------------------------------------------- */

typedef struct run_state {
    dn_check *check;
    dn_raw_run *run;
    char *lent; /* one block with all texts of the item at hand */
    size_t lent_size;
    dunlin_value *values;
    bool ended;
    char breach[200]; /* the first thing the driver did wrong, or empty */
} run_state;

static void __attribute__((format(printf, 2, 3))) breach(run_state *state, const char *format, ...)
{
    va_list arguments;

    if (state->breach[0])
        return;
    va_start(arguments, format);
    vsnprintf(state->breach, sizeof state->breach, format, arguments);
    va_end(arguments);
}

static int32_t
run_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    dn_call *own = call->context;
    run_state *state = own->target;

    if (!state->run->failures++)
        keep_failure(state->check, failure, &state->run->failure);
    return dn_call_fail(own, failure);
}

/* Whoever reads the text of an item after the next pull reads this, or memory that is gone. */
static void
take_back(run_state *state)
{
    if (state->lent)
        memset(state->lent, '!', state->lent_size);
    free(state->lent);
    free(state->values);
    state->lent = NULL;
    state->values = NULL;
}

static dunlin_string
lend(char **at, const char *text, size_t length)
{
    dunlin_string lent = {*at, length};

    if (length)
        memcpy(*at, text, length);
    *at += length;
    return lent;
}

static bool
lend_item(run_state *state, const dn_raw_item *from, dunlin_item *item)
{
    size_t length = from->length || !from->sql ? from->length : strlen(from->sql);
    size_t expected = from->expected ? strlen(from->expected) : 0;
    char *at;

    state->lent_size = length + expected + 1;
    for (uint64_t i = 0; i < from->value_count; i++)
        state->lent_size += (size_t)from->values[i].text.length;
    state->lent = at = dn_malloc(state->lent_size);
    state->values = dn_malloc((size_t)(from->value_count + 1) * sizeof *state->values);
    if (!at || !state->values)
        return false;
    item->sql = lend(&at, from->sql, length);
    item->expected = lend(&at, from->expected, expected);
    for (uint64_t i = 0; i < from->value_count; i++) {
        state->values[i] = from->values[i];
        state->values[i].text =
            lend(&at, from->values[i].text.data, (size_t)from->values[i].text.length);
    }
    item->values = from->value_count ? state->values : NULL;
    item->value_count = from->value_count;
    return true;
}

static int32_t
run_next(dn_call *call, dunlin_item *item)
{
    run_state *state = call->target;
    dn_raw_run *run = state->run;
    dunlin_item next = {.size = sizeof next};
    dn_raw_item from = {.kind = DUNLIN_ITEM_STATEMENT};

    take_back(state);
    if (run->pulled == run->count) {
        state->ended = true;
        return DUNLIN_STOP;
    }
    if ((int64_t)run->pulled == run->pull_answers_at) {
        state->ended = true;
        return run->pull_answer;
    }
    if (run->make)
        run->make(run->context, run->pulled, &from);
    else
        from = run->items[run->pulled];
    if (!lend_item(state, &from, &next)) {
        breach(state, "out of memory");
        return DUNLIN_NO_MEMORY;
    }
    next.kind = from.kind;
    next.ordinal = run->pulled++;
    next.lock_timeout_ms = from.lock_timeout_ms;
    next.statement_timeout_ms = from.statement_timeout_ms;
    *item = next;
    return DUNLIN_OK;
}

static void
judge(run_state *state, const dunlin_outcome *outcome)
{
    const dn_raw_run *run = state->run;
    unsigned long long ordinal = outcome->ordinal;
    bool over = run->failed_at != DN_RAW_NOWHERE;

    if (outcome->ordinal != run->done || outcome->ordinal >= run->pulled)
        breach(state, "item %llu was reported when item %llu was due", ordinal,
               (unsigned long long)run->done);
    else if (outcome->outcome < DUNLIN_OUTCOME_RAN || outcome->outcome > DUNLIN_OUTCOME_LOST)
        breach(state, "item %llu was reported with the outcome %d", ordinal, (int)outcome->outcome);
    else if (outcome->outcome == DUNLIN_OUTCOME_RAN && (over || run->failures))
        breach(state, "item %llu was reported as ran behind a failure", ordinal);
    else if (outcome->outcome == DUNLIN_OUTCOME_SKIPPED && !over)
        breach(state, "item %llu was skipped though none had failed", ordinal);
    else if (outcome->outcome == DUNLIN_OUTCOME_FAILED && over)
        breach(state, "item %llu was reported as failed, the second one", ordinal);
    else if (outcome->outcome == DUNLIN_OUTCOME_FAILED && !run->failures)
        breach(state, "item %llu was reported as failed before fail() was called", ordinal);
    else if (outcome->outcome == DUNLIN_OUTCOME_LOST && !run->failures)
        breach(state, "item %llu was reported as lost before fail() was called", ordinal);
    else if (outcome->in_transaction != 0 && outcome->in_transaction != 1)
        breach(state, "item %llu was reported with in_transaction %d", ordinal,
               (int)outcome->in_transaction);
    else if (outcome->rows < -1 || outcome->elapsed_us < -1)
        breach(state, "item %llu was reported with a negative number of rows or time", ordinal);
}

static int32_t
run_done(dn_call *call, const dunlin_outcome *told)
{
    run_state *state = call->target;
    dn_raw_run *run = state->run;
    dunlin_outcome outcome = {.rows = -1, .elapsed_us = -1};
    uint64_t at = run->done;

    memcpy(&outcome, told, told->size < sizeof outcome ? (size_t)told->size : sizeof outcome);
    judge(state, &outcome);
    run->done++;
    if (at < DN_RAW_OUTCOMES)
        run->outcomes[at] = outcome;
    if (run->failed_at == DN_RAW_NOWHERE &&
        (outcome.outcome == DUNLIN_OUTCOME_FAILED || outcome.outcome == DUNLIN_OUTCOME_LOST))
        run->failed_at = (int64_t)at;
    return (int64_t)at == run->done_answers_at ? run->done_answer : DUNLIN_OK;
}

/* What is true of every run that ended. */
static int
check_end(dn_check *check, const run_state *state)
{
    const dn_raw_run *run = state->run;
    bool answered =
        run->done_answers_at != DN_RAW_NOWHERE || run->pull_answers_at != DN_RAW_NOWHERE;

    if (state->breach[0])
        return dn_check_fail(check, "%s", state->breach);
    if (check_failure(check, "run", run->failures, &run->failure, run->status) < 0)
        return -1;
    if (run->failures && run->failed_at == DN_RAW_NOWHERE)
        return dn_check_fail(check, "run() failed and reported no item as failed: %s",
                             run->failure.message.data);
    if (answered)
        return 0;
    if (!run->failures && run->status != DUNLIN_OK && run->status != DUNLIN_STOP)
        return dn_check_fail(check, "run() returned '%s' without calling fail()",
                             dn_check_class(run->status));
    if (!run->failures && (!state->ended || run->done != run->pulled))
        return dn_check_fail(check, "run() returned and said nothing of item %llu",
                             (unsigned long long)run->done);
    return 0;
}

int
dn_raw_run_items(dn_check *check, dn_connection *connection, dn_raw_run *run)
{
    static const dn_call_sinks sinks = {.next_item = run_next, .item_done = run_done};
    dunlin_host host = dn_host_services;
    run_state state = {.check = check, .run = run};
    dn_error ignored;
    dn_call call;

    if (!connection)
        return -1;
    run->failed_at = DN_RAW_NOWHERE;
    host.fail = run_fail;
    dn_connection_begin(connection, &call, "run", &sinks, &state, &ignored);
    call.driver_view.host = &host;
    run->status = check->driver->table.run(&call.driver_view, connection->handle);
    dn_call_end(&call, run->status);
    take_back(&state);
    return check_end(check, &state);
}

int
dn_raw_run_all(dn_check *check, dn_connection *connection, dn_raw_run *run)
{
    if (dn_raw_run_items(check, connection, run) < 0)
        return -1;
    if (run->failures)
        return dn_check_fail(check, "item %lld failed: %s", (long long)run->failed_at,
                             run->failure.message.data);
    return 0;
}

int
dn_raw_run_failing(dn_check *check, dn_connection *connection, dn_raw_run *run, uint64_t at,
                   int32_t status)
{
    if (dn_raw_run_items(check, connection, run) < 0)
        return -1;
    if (!run->failures)
        return dn_check_fail(check, "item %llu did not fail", (unsigned long long)at);
    if (run->failed_at != (int64_t)at)
        return dn_check_fail(check, "item %lld failed and not item %llu: %s",
                             (long long)run->failed_at, (unsigned long long)at,
                             run->failure.message.data);
    if (run->status != status)
        return dn_check_fail(check, "the class is '%s' and not '%s': %s",
                             dn_check_class(run->status), dn_check_class(status),
                             run->failure.message.data);
    return 0;
}

/* --- query ----------------------------------------------------------------------------------- */

typedef struct query_state {
    dn_check *check;
    dn_raw_query *query;
    bool answered; /* row() was answered with something else than OK */
    bool pushed_on;
} query_state;

static int32_t
query_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    dn_call *own = call->context;
    query_state *state = own->target;

    if (!state->query->failures++)
        keep_failure(state->check, failure, &state->query->failure);
    return dn_call_fail(own, failure);
}

static int32_t
query_row(dn_call *call, const dunlin_value *values, uint64_t count)
{
    query_state *state = call->target;
    dn_raw_query *query = state->query;

    if (state->answered) {
        state->pushed_on = true;
        return query->answer;
    }
    query->rows++;
    if (query->row) {
        int32_t answer = query->row(query->context, values, count);

        if (answer != DUNLIN_OK)
            return answer;
    }
    if (query->rows != query->answer_at)
        return DUNLIN_OK;
    state->answered = true;
    return query->answer;
}

static int32_t
query_cancelled(const dunlin_call *call)
{
    dn_call *own = call->context;
    query_state *state = own->target;

    return state->query->cancelled && state->query->cancelled(state->query->context);
}

int
dn_raw_query_run(dn_check *check, dn_connection *connection, dn_raw_query *query)
{
    static const dn_call_sinks sinks = {.row = query_row};
    dunlin_host host = dn_host_services;
    query_state state = {.check = check, .query = query};
    dn_error ignored;
    dn_call call;

    if (!connection)
        return -1;
    host.fail = query_fail;
    host.cancelled = query_cancelled;
    dn_connection_begin(connection, &call, "query", &sinks, &state, &ignored);
    call.driver_view.host = &host;
    call.driver_view.deadline_ns = query->deadline_ns;
    if (query->wake_fd > 0)
        call.driver_view.wake_fd = query->wake_fd;
    query->status =
        check->driver->table.query(&call.driver_view, connection->handle, dn_string(query->sql),
                                   query->values, query->value_count);
    dn_call_end(&call, query->status);
    if (check_failure(check, "query", query->failures, &query->failure, query->status) < 0)
        return -1;
    if (state.pushed_on)
        return dn_check_fail(check, "query() pushed a row after it was told to stop");
    if (state.answered && query->status != query->answer)
        return dn_check_fail(check, "query() returned '%s' where row() had answered '%s'",
                             dn_check_class(query->status), dn_check_class(query->answer));
    if (!state.answered && !query->failures && query->status != DUNLIN_OK)
        return dn_check_fail(check, "query() returned '%s' without calling fail()",
                             dn_check_class(query->status));
    return 0;
}
