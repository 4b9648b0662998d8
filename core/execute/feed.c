/* SPDX-License-Identifier: MIT
 *
 * Feeding transactions to the driver, which pulls one item at a time. A driver that pipelines
 * pulls ahead of what it reports, so what each item was is remembered until its outcome comes.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/execute/execute_internal.h"
#include "core/execute/join.h"

typedef enum feed_phase {
    PHASE_AROUND, /* the setting before BEGIN */
    PHASE_BEGIN,
    PHASE_STATEMENTS,
    PHASE_RECORD,
    PHASE_COMMIT,
    PHASE_RESET
} feed_phase;

/* For "while ... '<tag>'". */
static const char *const doing[] = {
    [PHASE_AROUND] = "preparing", [PHASE_BEGIN] = "beginning",   [PHASE_STATEMENTS] = "running",
    [PHASE_RECORD] = "recording", [PHASE_COMMIT] = "committing", [PHASE_RESET] = "tidying up after",
};

#ifdef DN_TEST_FAULTS
static const char *const before[] = {
    [PHASE_AROUND] = "feed.before-around",        [PHASE_BEGIN] = "feed.before-begin",
    [PHASE_STATEMENTS] = "feed.before-statement", [PHASE_RECORD] = "feed.before-record",
    [PHASE_COMMIT] = "feed.before-commit",        [PHASE_RESET] = "feed.before-reset",
};
static const char *const after[] = {
    [PHASE_AROUND] = "feed.after-around",        [PHASE_BEGIN] = "feed.after-begin",
    [PHASE_STATEMENTS] = "feed.after-statement", [PHASE_RECORD] = "feed.after-record",
    [PHASE_COMMIT] = "feed.after-commit",        [PHASE_RESET] = "feed.after-reset",
};
#endif

/* So many migrations with nothing to do are recorded in one transaction. */
enum { IDLE_TOGETHER = 500 };

/* An item whose outcome is not known yet. */
typedef struct sent_item {
    size_t job;
    size_t opener; /* the job that opened its transaction */
    feed_phase phase;
    unsigned ordinal;
    size_t
        step; /* of what the statement was translated to, from 1; places in it are none of the file */
    bool data;
} sent_item;

typedef struct feeder {
    dn_execution *execution;
    size_t job;
    size_t end;
    size_t first;
    size_t opener;
    feed_phase phase;
    dn_script *script;
    dn_script_item part; /* the statement at hand */
    dn_translated translated;
    size_t step_at;  /* of what it became */
    size_t outer_at; /* of the statements around the transaction */
    bool waiting;    /* the statement at hand: for the facts to be read again */
    bool paused;     /* the batch ends here for that */
    int64_t started_ns;
    int64_t answered_ns; /* when the last COMMIT was answered */
    const dn_tracker_statement *records;
    size_t record_count;
    size_t record_at;
    bool tidied;      /* the session is as it was, for the records */
    sent_item *queue; /* ring */
    size_t queue_capacity;
    size_t queue_head;
    size_t queue_count;
    /* The failure. */
    bool failed;
    sent_item culprit;
    int64_t offset;
} feeder;

static int
remember_part(feeder *feed, unsigned ordinal, bool data, dn_error *error)
{
    if (feed->queue_count == feed->queue_capacity) {
        size_t capacity = feed->queue_capacity ? feed->queue_capacity * 2 : 16;
        sent_item *queue = (sent_item *)calloc(capacity, sizeof(*queue));

        if (!queue)
            return dn_no_memory(error);
        for (size_t i = 0; i < feed->queue_count; i++)
            queue[i] = feed->queue[(feed->queue_head + i) % feed->queue_capacity];
        free(feed->queue);
        feed->queue = queue;
        feed->queue_capacity = capacity;
        feed->queue_head = 0;
    }
    feed->queue[(feed->queue_head + feed->queue_count++) % feed->queue_capacity] =
        (sent_item){feed->job, feed->opener, feed->phase, ordinal, feed->step_at, data};
    dn_fault(before[feed->phase]);
    return 0;
}

static int
remember(feeder *feed, unsigned ordinal, dn_error *error)
{
    return remember_part(feed, ordinal, false, error);
}

static dn_job *
current(feeder *feed)
{
    return &feed->execution->jobs[feed->job];
}

static bool
is_first(const feeder *feed)
{
    return feed->job == feed->first;
}

/* Of a single transaction, the settings of all its jobs count before its one BEGIN. */
static const char *
around_of(const feeder *feed)
{
    const dn_execution *execution = feed->execution;

    if (!execution->single_transaction)
        return dn_jobs_around(execution->jobs, feed->job, feed->job + 1);
    return is_first(feed) ? dn_jobs_around(execution->jobs, feed->first, feed->end) : NULL;
}

bool
dn_jobs_join(const dn_job *jobs, size_t opener, size_t job)
{
    return jobs[job - 1].idle && jobs[job].idle && job - opener < IDLE_TOGETHER;
}

/* Does this job share the transaction that is open? */
static bool
joins(const feeder *feed, size_t job)
{
    const dn_job *jobs = feed->execution->jobs;

    if (job == feed->first || job == feed->end)
        return false;
    return feed->execution->single_transaction || dn_jobs_join(jobs, feed->opener, job);
}

static int
simple_item(feeder *feed, dunlin_item *item, int32_t kind, feed_phase next_phase, dn_error *error)
{
    item->kind = kind;
    if (remember(feed, 0, error) < 0)
        return -1;
    feed->phase = next_phase;
    return 0;
}

/* --- statements ----------------------------------------------------------------------------------- */

/* The next step of the statement at hand that belongs inside the transaction: 0, or 1 for none. */
static int
next_step(feeder *feed, dunlin_item *item)
{
    while (feed->step_at < feed->translated.count) {
        const dn_step *step = &feed->translated.steps[feed->step_at++];

        if (step->role == DUNLIN_STEP_BEFORE_BEGIN || step->role == DUNLIN_STEP_FINALLY)
            continue;
        item->kind =
            step->role == DUNLIN_STEP_STATEMENT ? DUNLIN_ITEM_STATEMENT : DUNLIN_ITEM_CHECK;
        item->sql = step->sql;
        item->expected = step->expected;
        return 0;
    }
    feed->step_at = 0;
    feed->translated.count = 0;
    return 1;
}

/* 0: *item is the statement as it is. 1: nothing yet: it became steps, or nothing at all, or has to
 * wait. -1. */
static int
take_part(feeder *feed, dunlin_item *item, dn_error *error)
{
    const dn_execution *execution = feed->execution;
    const dn_script_item *part = &feed->part;
    dn_source source;

    item->kind = part->kind == DN_SCRIPT_ASSERT ? DUNLIN_ITEM_CHECK
                 : part->kind == DN_SCRIPT_DATA ? DUNLIN_ITEM_COPY_DATA
                                                : DUNLIN_ITEM_STATEMENT;
    item->sql = part->sql;
    item->expected = part->expected;
    if (!execution->translator || part->kind != DN_SCRIPT_STATEMENT)
        return 0;
    source = dn_script_source(current(feed)->migration, part);
    if (dn_translate(execution->translator, &source, false, &feed->translated, error) < 0)
        return -1;
    feed->waiting = feed->paused = feed->translated.kind == DN_TRANSLATED_LOOK;
    if (feed->translated.kind == DN_TRANSLATED_SKIP)
        dn_log_debug(&execution->log, "%s:%u: left out: %s", source.path, source.line,
                     feed->translated.why);
    return feed->translated.kind == DN_TRANSLATED_AS_IT_IS ? 0 : 1;
}

/* The facts are what they were when it was rehearsed. Only types that the target does not know are
 * to be heard of by what comes behind. */
static bool
is_known_idle(const feeder *feed)
{
    return feed->execution->jobs[feed->job].idle &&
           !dn_translator_needs_history(feed->execution->translator);
}

/* Next statement of the script: 0 with *item, 1 at its end or at a pause, -1. */
static int
next_statement(feeder *feed, dunlin_item *item, dn_error *error)
{
    int answer;

    do {
        if (next_step(feed, item) == 0)
            break;
        while (!feed->waiting) {
            if (dn_script_next(feed->script, &feed->part, error) < 0)
                return -1;
            if (feed->part.kind != DN_SCRIPT_CONTROL && feed->part.kind != DN_SCRIPT_AROUND &&
                (feed->part.kind != DN_SCRIPT_ASSERT || feed->execution->writer))
                break;
        }
        if (feed->part.kind == DN_SCRIPT_END)
            return 1;
        feed->waiting = false;
        answer = take_part(feed, item, error);
        if (answer < 0 || feed->paused)
            return answer;
    } while (answer == 1);
    if (feed->execution->sent && item->kind == DUNLIN_ITEM_STATEMENT &&
        feed->execution->sent(feed->execution->sent_context, item->sql, error) < 0)
        return -1;
    return remember_part(feed, feed->part.ordinal, feed->part.kind == DN_SCRIPT_DATA, error);
}

static int64_t
chunk(void *context, void *buffer, size_t bytes, dn_error *error)
{
    feeder *state = (feeder *)context;

    return dn_script_chunk(state->script, buffer, bytes, error);
}

static bool
can(const feeder *feed, uint64_t what)
{
    return (dn_connection_capabilities(feed->execution->connection)->flags & what) != 0;
}

static int
start_records(feeder *feed, dn_error *error)
{
    int64_t elapsed_us = (dn_clock_monotonic_ns() - feed->started_ns) / 1000;

    if (can(feed, DUNLIN_CAN_PIPELINE))
        elapsed_us = -1; /* its statements have hardly been sent yet */
    feed->record_at = feed->record_count = 0;
    feed->tidied = !can(feed, DUNLIN_CAN_RESET_INSIDE);
    if (!feed->execution->writer)
        return 0;
    return dn_execute_record(feed->execution, current(feed), feed->script, elapsed_us,
                             &feed->records, &feed->record_count, error);
}

/* Recorded by the user who connected, whatever role the migration took. */
static int
next_record(feeder *feed, dunlin_item *item, dn_error *error)
{
    const dn_tracker_statement *record;

    if (!feed->tidied) {
        feed->tidied = true;
        return simple_item(feed, item, DUNLIN_ITEM_RESET, PHASE_RECORD, error);
    }
    record = &feed->records[feed->record_at++];
    item->kind = DUNLIN_ITEM_STATEMENT;
    item->sql = dn_string(record->sql);
    item->values = record->values;
    item->value_count = record->count;
    return remember(feed, 0, error);
}

/* Moves on to the next job; 1 when there is none. */
static int
next_job(feeder *feed)
{
    dn_fault("feed.between");
    dn_script_close(feed->script);
    feed->script = NULL;
    feed->phase = PHASE_AROUND;
    return ++feed->job == feed->end;
}

/* What translated statements need outside the transaction, by number; NULL behind the last. */
static const char *
outer_statement(const feeder *feed, bool before_begin, size_t index)
{
    const dn_execution *execution = feed->execution;
    size_t from = feed->job;
    size_t end = from + 1;

    if (execution->single_transaction) {
        if (before_begin ? !is_first(feed) : feed->job + 1 != feed->end)
            return NULL;
        from = feed->first;
        end = feed->end;
    }
    for (size_t i = from; i < end; i++) {
        const dn_script_info *info = &execution->jobs[i].info;
        size_t count = before_begin ? info->before_begin_count : info->finally_count;

        if (index < count)
            return before_begin ? info->before_begin[index] : info->finally[index];
        index -= count;
    }
    return NULL;
}

static int
begin_job(feeder *feed, dunlin_item *item, dn_error *error)
{
    const char *text = feed->outer_at == 0 ? around_of(feed) : NULL;

    if (dn_log_cancelled(&feed->execution->log))
        return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
    if (feed->outer_at == 0)
        feed->outer_at = 1;
    if (!text)
        text = outer_statement(feed, true, feed->outer_at++ - 1);
    if (text) {
        item->sql = dn_string(text);
        return simple_item(feed, item, DUNLIN_ITEM_STATEMENT, PHASE_AROUND, error);
    }
    feed->outer_at = 0;
    feed->phase = PHASE_BEGIN;
    return 1;
}

static int
end_job(feeder *feed, dunlin_item *item, dn_error *error)
{
    const char *text = outer_statement(feed, false, feed->outer_at++);

    if (text) {
        item->sql = dn_string(text);
        return simple_item(feed, item, DUNLIN_ITEM_STATEMENT, PHASE_RESET, error);
    }
    feed->outer_at = 0;
    if (simple_item(feed, item, DUNLIN_ITEM_RESET, PHASE_AROUND, error) < 0)
        return -1;
    next_job(feed);
    return 0;
}

static int
open_transaction(feeder *feed, dunlin_item *item, dn_error *error)
{
    dn_job *job = current(feed);

    feed->started_ns = dn_clock_monotonic_ns();
    if (dn_script_open(feed->execution->connection, feed->execution->translator, job->migration,
                       &job->info.kept, false, &feed->script, error) < 0)
        return -1;
    if (dn_translator_join(feed->execution->translator, feed->script, error) < 0)
        return -1;
    if (!joins(feed, feed->job)) {
        feed->opener = feed->job;
        return simple_item(feed, item, DUNLIN_ITEM_BEGIN, PHASE_STATEMENTS, error);
    }
    feed->phase = PHASE_STATEMENTS;
    return 1;
}

static int
close_transaction(feeder *feed, dunlin_item *item, dn_error *error)
{
    if (!joins(feed, feed->job + 1))
        return simple_item(feed, item, DUNLIN_ITEM_COMMIT, PHASE_RESET, error);
    next_job(feed);
    return 1;
}

/* One step of the machine: 0 an item, 1 look again, -1 failed. */
static int
advance(feeder *feed, dunlin_item *item, dn_error *error)
{
    int answer;

    switch (feed->phase) {
    case PHASE_AROUND: return begin_job(feed, item, error);
    case PHASE_BEGIN: return open_transaction(feed, item, error);
    case PHASE_STATEMENTS:
        answer = is_known_idle(feed) ? 1 : next_statement(feed, item, error);
        if (answer <= 0 || feed->paused)
            return answer;
        feed->phase = PHASE_RECORD;
        return start_records(feed, error) < 0 ? -1 : 1;
    case PHASE_RECORD:
        if (feed->record_at < feed->record_count)
            return next_record(feed, item, error);
        feed->phase = PHASE_COMMIT;
        return 1;
    case PHASE_COMMIT: return close_transaction(feed, item, error);
    case PHASE_RESET: return end_job(feed, item, error);
    }
    return -1;
}

static int
next(void *context, dunlin_item *item, dn_error *error)
{
    feeder *state = (feeder *)context;
    int answer;

    do {
        if (state->job == state->end)
            return 1;
        answer = advance(state, item, error);
    } while (answer == 1 && !state->paused);
    return answer;
}

static void
committed(feeder *feed, size_t from, size_t job)
{
    dn_execution *execution = feed->execution;
    int64_t now = dn_clock_monotonic_ns();
    /* Behind a pipeline, what is seen is the time from one answer to the next. */
    int64_t elapsed_us =
        (now - (can(feed, DUNLIN_CAN_PIPELINE) ? feed->answered_ns : feed->started_ns)) / 1000;

    feed->answered_ns = now;

    for (size_t i = from; i <= job; i++) {
        execution->jobs[i].applied = true;
        execution->jobs[i].duration_us = elapsed_us;
        dn_log_info(&execution->log, "applied %s", execution->jobs[i].migration->tag);
    }
    dn_log_progress(&execution->log, "migrations", (int64_t)job + 1, (int64_t)execution->count);
}

/* Of several statements that run as one, the one that is to blame. */
static unsigned
find_culprit(const feeder *feed, const sent_item *item, const dunlin_failure *failure)
{
    if (!failure || item->ordinal != feed->part.ordinal || feed->part.part_count == 0 ||
        item->step == 0 || item->step > feed->translated.count)
        return item->ordinal;
    return dn_join_culprit(&feed->part, &feed->translated, item->step - 1, failure->message);
}

static int
done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure, dn_error *error)
{
    feeder *state = (feeder *)context;
    sent_item item;

    if (!state->queue_count)
        return dn_fail(error, DUNLIN_INTERNAL, "driver.broken",
                       "the driver reported an outcome for an item it was never given");
    item = state->queue[state->queue_head];
    state->queue_head = (state->queue_head + 1) % state->queue_capacity;
    state->queue_count--;
    dn_fault(after[item.phase]);
    if (outcome->outcome == DUNLIN_OUTCOME_RAN) {
        if (item.phase == PHASE_COMMIT)
            committed(state, item.opener, item.job);
        return 0;
    }
    if (!state->failed && outcome->outcome != DUNLIN_OUTCOME_SKIPPED) {
        state->failed = true;
        state->culprit = item;
        state->culprit.ordinal = find_culprit(state, &item, failure);
        state->offset = failure && item.step == 0 ? failure->offset : -1;
    }
    return 0;
}

static int
fail_run(feeder *feed, dn_error *error)
{
    dn_execution *execution = feed->execution;
    size_t job = feed->failed ? feed->culprit.job : feed->job;
    dn_error ignored;

    dn_connection_execute(execution->connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    dn_connection_execute(execution->connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, &ignored);
    if (job >= feed->end)
        return -1;
    if (feed->failed && feed->culprit.ordinal)
        return dn_execute_blame(
            execution, execution->jobs[job].migration,
            &(dn_culprit){feed->culprit.ordinal, feed->culprit.data, feed->offset}, error);
    if (feed->failed)
        dn_while(error, "%s '%s'", doing[feed->culprit.phase], execution->jobs[job].migration->tag);
    /* Otherwise nothing was refused by the database: reading the file failed, and says where. */
    if (!execution->jobs[job].applied)
        execution->stop.migration = execution->jobs[job].migration;
    return -1;
}

int
dn_execute_feed(dn_execution *execution, size_t first, size_t count, dn_error *error)
{
    feeder state = {.execution = execution,
                    .first = first,
                    .job = first,
                    .end = first + count,
                    .answered_ns = dn_clock_monotonic_ns()};
    dn_batch batch = {next, done, chunk, &state};
    int answer;
    bool paused;

    do {
        state.paused = false;
        answer = dn_connection_run(execution->connection, &batch, error);
        paused = answer == 0 && state.paused;
        if (paused && dn_translator_look(execution->translator, error) < 0)
            answer = -1;
    } while (answer == 0 && paused);
    if (answer < 0)
        fail_run(&state, error);
    dn_script_close(state.script);
    free(state.queue);
    return answer;
}
