/* SPDX-License-Identifier: MIT
 *
 * Running a batch: the driver pulls items and reports outcomes; this file hands them between the
 * driver and the caller and holds the driver to the order of things. Nothing is allocated per
 * item.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/driver/connection_internal.h"

typedef struct run_target {
    const dn_batch *batch;
    const dn_connection *connection;
    uint64_t pulled;  /* items handed out */
    uint64_t done;    /* items heard of */
    bool ended;       /* the driver was told that there is no more */
    bool over;        /* an item failed or was lost: nothing more takes effect */
    bool deaf;        /* the caller's `done` failed: it hears no more */
    dunlin_item last; /* handed out last; its text lives until the next pull */
    dn_escorting escorting;
} run_target;

/* Undoing and tidying up are what a cancelled run still has to do. */
static bool
may_be_cancelled(const dunlin_item *item)
{
    return item->kind != DUNLIN_ITEM_ROLLBACK && item->kind != DUNLIN_ITEM_RESET;
}

/* The next item of the batch, or of its escort: 0, 1 at the end, -1. */
static int
pull(run_target *target, dunlin_item *item, dn_error *error)
{
    dn_escorting *escorting = &target->escorting;
    int32_t kind;
    int answer;

    if (escorting->next == DN_ESCORT_COMMIT) {
        escorting->next = DN_ESCORT_IDLE;
        *item = escorting->commit;
        return 0;
    }
    if (!dn_escorting_next(escorting, item)) {
        answer = target->batch->next(target->batch->context, item, error);
        if (answer)
            return answer;
        kind = item->kind;
        dn_escorting_see(escorting, item);
        if (item->kind == kind)
            return 0;
    }
    return dn_escorting_note(escorting, target->pulled) ? 0 : dn_no_memory(error);
}

static int32_t
take_next(dn_call *call, dunlin_item *item)
{
    run_target *target = call->target;
    dunlin_item next = {.size = sizeof next, .kind = DUNLIN_ITEM_STATEMENT};
    int answer;

    if (call->told || target->over)
        return DUNLIN_STOP; /* it may report what is under way, and gets nothing new */
    if (call->failed)
        return call->answer;
    if (target->ended)
        return DUNLIN_STOP;
    answer = pull(target, &next, call->error);
    if (answer < 0)
        return dn_call_abort(call);
    if (answer > 0) {
        target->ended = true;
        return DUNLIN_STOP;
    }
    if (may_be_cancelled(&next) && dn_log_cancelled(call->log)) {
        dn_fail(call->error, DUNLIN_CANCELLED, "database.cancelled", "stopped on request");
        return dn_call_abort(call);
    }
    next.size = sizeof next;
    next.ordinal = target->pulled++;
    target->last = next;
    *item = next;
    return DUNLIN_OK;
}

static const char *
outcome_name(int32_t outcome)
{
    static const char *const names[] = {
        [DUNLIN_OUTCOME_RAN] = "ran",
        [DUNLIN_OUTCOME_SKIPPED] = "skipped",
        [DUNLIN_OUTCOME_FAILED] = "failed",
        [DUNLIN_OUTCOME_LOST] = "lost",
    };

    return names[outcome];
}

static const char *
item_name(int32_t kind)
{
    static const char *const names[] = {
        [DUNLIN_ITEM_BEGIN] = "begin",         [DUNLIN_ITEM_STATEMENT] = "statement",
        [DUNLIN_ITEM_COPY_DATA] = "copy data", [DUNLIN_ITEM_COMMIT] = "commit",
        [DUNLIN_ITEM_SAVEPOINT] = "savepoint", [DUNLIN_ITEM_ROLLBACK] = "rollback",
        [DUNLIN_ITEM_RESET] = "reset",         [DUNLIN_ITEM_CHECK] = "check",
    };

    return kind >= DUNLIN_ITEM_BEGIN && kind <= DUNLIN_ITEM_CHECK ? names[kind] : "item";
}

static void
log_outcome(const run_target *target, const dunlin_outcome *outcome)
{
    const dn_log *log = &target->connection->log;
    const dunlin_item *item = &target->last;

    /* Behind a pipeline the text of an item is gone when its outcome arrives. */
    if (outcome->ordinal != item->ordinal)
        dn_log_debug(log, "item %llu: %s, %lld rows", (unsigned long long)outcome->ordinal,
                     outcome_name(outcome->outcome), (long long)outcome->rows);
    else
        dn_log_debug(log, "%s: %.*s (%s, %lld rows, %lld us)", item_name(item->kind),
                     (int)(item->sql.length < DN_LOGGED_SQL ? item->sql.length : DN_LOGGED_SQL),
                     item->sql.length ? item->sql.data : "", outcome_name(outcome->outcome),
                     (long long)outcome->rows, (long long)outcome->elapsed_us);
}

static bool
is_failure(const dunlin_outcome *outcome)
{
    return outcome->outcome == DUNLIN_OUTCOME_FAILED || outcome->outcome == DUNLIN_OUTCOME_LOST;
}

/* What the contract says about the order of outcomes. */
static int32_t
check_outcome(dn_call *call, const run_target *target, const dunlin_outcome *outcome)
{
    unsigned long long ordinal = outcome->ordinal;

    if (outcome->outcome < DUNLIN_OUTCOME_RAN || outcome->outcome > DUNLIN_OUTCOME_LOST)
        return dn_call_breach(call, "reported item %llu with the outcome %d", ordinal,
                              (int)outcome->outcome);
    if (ordinal != target->done || ordinal >= target->pulled)
        return dn_call_breach(call, "reported item %llu when item %llu was due", ordinal,
                              (unsigned long long)target->done);
    if (is_failure(outcome) && !call->told)
        return dn_call_breach(call, "reported item %llu as %s without saying why", ordinal,
                              outcome_name(outcome->outcome));
    if (outcome->outcome == DUNLIN_OUTCOME_RAN && (target->over || call->told))
        return dn_call_breach(call, "reported item %llu as ran behind a failure", ordinal);
    if (outcome->outcome == DUNLIN_OUTCOME_FAILED && target->over)
        return dn_call_breach(call, "reported item %llu as failed, the second one", ordinal);
    if (outcome->outcome == DUNLIN_OUTCOME_SKIPPED && !call->failed)
        return dn_call_breach(call, "skipped item %llu though none had failed", ordinal);
    return DUNLIN_OK;
}

/* An item of the escort: nobody hears of it, unless it failed. */
static int32_t
hear_escort(dn_call *call, run_target *target, const dunlin_outcome *outcome)
{
    const dn_escort *escort = target->escorting.escort;

    if (is_failure(outcome) && !target->over && call->error->status == DUNLIN_CONSTRAINT)
        escort->lost(escort->context, call->error);
    target->over |= is_failure(outcome);
    return call->failed && !is_failure(outcome) ? call->answer : DUNLIN_OK;
}

static int32_t
take_done(dn_call *call, const dunlin_outcome *told)
{
    run_target *target = call->target;
    const dunlin_failure *failure;
    dunlin_outcome outcome = {.rows = -1, .elapsed_us = -1};
    dn_error spare;
    dn_error *error = call->error;
    int32_t status;

    memcpy(&outcome, told, told->size < sizeof outcome ? (size_t)told->size : sizeof outcome);
    outcome.size = sizeof outcome;
    status = check_outcome(call, target, &outcome);
    if (status != DUNLIN_OK)
        return status;
    target->done++;
    if (dn_connection_logs(target->connection))
        log_outcome(target, &outcome);
    if (dn_escorting_hears(&target->escorting, outcome.ordinal))
        return hear_escort(call, target, &outcome);
    outcome.ordinal -= target->escorting.heard;
    failure = is_failure(&outcome) ? call->failure : NULL;
    /* The failure that ends the batch may be put in better words by the caller, who knows the
     * place; nothing that comes behind it may. */
    if (call->failed && (!failure || target->over))
        error = &spare;
    target->over |= failure != NULL;
    if (target->deaf || !target->batch->done)
        return call->failed && !failure ? call->answer : DUNLIN_OK;
    if (target->batch->done(target->batch->context, &outcome, failure, error) < 0) {
        target->deaf = true;
        return dn_call_abort(call);
    }
    return DUNLIN_OK;
}

static int64_t
take_chunk(dn_call *call, void *buffer, uint64_t bytes)
{
    const run_target *target = call->target;
    int64_t got;

    if (call->failed)
        return -1;
    if (!target->batch->chunk) {
        dn_call_breach(call, "called read_chunk() though there is no data");
        return -1;
    }
    got = target->batch->chunk(target->batch->context, buffer, (size_t)bytes, call->error);
    if (got < 0)
        dn_call_abort(call);
    return got;
}

int
dn_connection_run(dn_connection *connection, const dn_batch *batch, dn_error *error)
{
    static const dn_call_sinks sinks = {
        .next_item = take_next, .item_done = take_done, .read_chunk = take_chunk};
    run_target target = {.batch = batch,
                         .connection = connection,
                         .escorting.escort = connection->escort.check ? &connection->escort : NULL};
    dn_call call;
    int32_t status;

    dn_connection_drop_ahead(connection);
    dn_connection_begin(connection, &call, "run", &sinks, &target, error);
    status = connection->driver->table.run(&call.driver_view, connection->handle);
    if (status == DUNLIN_STOP && target.ended)
        status = DUNLIN_OK; /* the answer to its last pull */
    if (status == DUNLIN_OK && !target.ended)
        status = dn_call_breach(&call, "returned from 'run' before the end of the batch");
    else if (status == DUNLIN_OK && target.done != target.pulled)
        status = dn_call_breach(&call, "returned from 'run' and said nothing of item %llu",
                                (unsigned long long)target.done);
    dn_escorting_end(&target.escorting);
    return dn_call_end(&call, status);
}

/* --- one statement --- */
typedef struct single {
    const dunlin_item *item;
    bool given;
} single;

static int
next_single(void *context, dunlin_item *item, dn_error *error)
{
    single *one = context;

    (void)error;
    if (one->given)
        return 1;
    one->given = true;
    *item = *one->item;
    return 0;
}

int
dn_connection_execute(dn_connection *connection, int32_t kind, const char *sql,
                      const dunlin_value *values, size_t count, dn_error *error)
{
    const dunlin_item item = {
        .size = sizeof item,
        .kind = kind,
        .sql = dn_string(sql),
        .values = values,
        .value_count = count,
    };
    single one = {&item, false};
    const dn_batch batch = {.next = next_single, .context = &one};

    return dn_connection_run(connection, &batch, error);
}
