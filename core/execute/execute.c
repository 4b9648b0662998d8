/* SPDX-License-Identifier: MIT
 *
 * Driving a run: neighbours that fit transactions go in one batch, the others one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/execute/ledger_book.h"

enum { EXCERPT_BYTES = 400, FIRST_WAIT_MS = 200 };

int
dn_execute_record(dn_execution *execution, const dn_job *job, const dn_script *script,
                  int64_t duration_us, const dn_tracker_statement **statements, size_t *count,
                  dn_error *error)
{
    dn_tracker_entry entry = {
        .migration = job->migration,
        .state = "applied",
        .text = job->info.text,
        .tokens = job->info.tokens,
        .statements = job->info.statements,
        .duration_us = duration_us,
    };

    entry.sql = dn_script_text(script, &entry.sql_length);
    return dn_tracker_record(execution->writer, &entry, statements, count, error);
}

/* Line `wanted` (from 0) of the data section at hand; its text ends up in *excerpt. */
static void
locate_line(dn_script *script, int64_t wanted, dn_text *excerpt)
{
    char buffer[EXCERPT_BYTES];
    int64_t line = 0;
    int64_t got;
    dn_error ignored;

    while (line <= wanted &&
           (got = dn_script_chunk(script, buffer, sizeof(buffer), &ignored)) > 0) {
        for (int64_t i = 0; i < got && line <= wanted; i++) {
            if (line == wanted && buffer[i] != '\n' && excerpt->length < EXCERPT_BYTES)
                dn_text_add(excerpt, &buffer[i], 1);
            line += buffer[i] == '\n';
        }
    }
}

/* Finds the culprit again: its excerpt and, from its offset, the exact place. */
static void
locate(dn_execution *execution, const dn_migration *migration, const dn_culprit *culprit)
{
    dn_auto(dn_script) *script = NULL;
    dn_auto(dn_text) excerpt = DN_TEXT_INIT;
    dn_stop *stop = &execution->stop;
    int64_t offset = culprit->offset;
    dn_script_item item;
    dn_error ignored;

    if (dn_script_open(execution->connection, execution->translator, migration, NULL, false,
                       &script, &ignored) < 0)
        return;
    do {
        if (dn_script_next(script, &item, &ignored) < 0 || item.kind == DN_SCRIPT_END)
            return;
    } while (item.ordinal != culprit->ordinal || (item.kind == DN_SCRIPT_DATA) != culprit->data);
    stop->line = item.line;
    stop->column = item.column;
    if (culprit->data) {
        stop->line += offset > 0 ? (unsigned)offset : 0;
        locate_line(script, offset, &excerpt);
    } else if (offset > 0 && (uint64_t)offset <= item.sql.length) {
        dn_lex_place(item.sql, (uint64_t)offset, &stop->line, &stop->column);
    }
    dn_text_add(&excerpt, item.sql.data,
                item.sql.length < EXCERPT_BYTES ? (size_t)item.sql.length : EXCERPT_BYTES);
    if (item.sql.length > EXCERPT_BYTES)
        dn_text_add_string(&excerpt, " ...");
    if (!excerpt.failed && excerpt.length)
        stop->sql = dn_arena_copy(execution->arena, excerpt.data, excerpt.length);
}

int
dn_execute_blame(dn_execution *execution, const dn_migration *migration, const dn_culprit *culprit,
                 dn_error *error)
{
    char message[sizeof(error->message)];
    dn_stop *stop = &execution->stop;

    stop->migration = migration;
    stop->statement = culprit->ordinal;
    locate(execution, migration, culprit);
    memcpy(message, error->message, sizeof(message));
    snprintf(error->message, sizeof(error->message), "%s:%u:%u: %.*s", migration->path, stop->line,
             stop->column, (int)(sizeof(message) - 300), message);
    return dn_while(error, "running statement %u of '%s'", culprit->ordinal, migration->tag);
}

/* Where schemas change outside of transactions: what earlier jobs of this run made, such as tables
 * without transactions, was not there when the file of a later one was looked into. */
static int
look_again(dn_execution *execution, dn_job *job, dn_error *error)
{
    dn_script_info info;
    size_t none = 0;

    if (dn_connection_capabilities(execution->connection)->flags & DUNLIN_CAN_TRANSACTIONAL_DDL)
        return 0;
    if (dn_script_inspect(execution->connection, execution->translator, job->migration,
                          execution->arena, &none, &info, error) < 0)
        return -1;
    info.kept = job->info.kept;
    info.before_begin = job->info.before_begin;
    info.before_begin_count = job->info.before_begin_count;
    info.finally = job->info.finally;
    info.finally_count = job->info.finally_count;
    job->info = info;
    return 0;
}

/* Jobs that were applied already are passed over, so that a second call goes on. */
static int
run_jobs(dn_execution *execution, dn_error *error)
{
    bool changed = false;
    size_t at = 0;

    while (at < execution->count) {
        size_t end = at;

        if (execution->jobs[at].applied) {
            at++;
            continue;
        }
        if (dn_log_cancelled(&execution->log))
            return dn_ledger_settle(execution, NULL, error) < 0
                       ? -1
                       : dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        for (; end < execution->count && dn_job_fits_batch(&execution->jobs[end]); end++)
            if (changed && look_again(execution, &execution->jobs[end], error) < 0)
                return -1;
            else if (!execution->jobs[end].info.transactional)
                break;
        if (end > at) {
            if (dn_execute_feed(execution, at, end - at, error) < 0)
                return -1;
            at = end;
            continue;
        }
        if (dn_execute_ledger(execution, &execution->jobs[at], error) < 0)
            return -1;
        changed = true;
        at++;
    }
    return 0;
}

/* Longer each time, with jitter, so that two who met do not meet again. */
static void
wait_for_lock(int attempt)
{
    unsigned seed = (unsigned)dn_clock_monotonic_ns();
    int64_t longest = FIRST_WAIT_MS << attempt;

    dn_clock_sleep_ms(longest / 2 + rand_r(&seed) % (longest / 2 + 1));
}

const char *
dn_jobs_around(const dn_job *jobs, size_t from, size_t end)
{
    const dn_script_info *chosen = NULL;

    for (size_t i = from; i < end; i++)
        if (jobs[i].info.around && (!chosen || (jobs[i].info.relaxes && !chosen->relaxes)))
            chosen = &jobs[i].info;
    return chosen ? chosen->around : NULL;
}

int
dn_execute(dn_execution *execution, dn_error *error)
{
    for (int attempt = 0;; attempt++) {
        execution->cause = DUNLIN_OK;
        if (run_jobs(execution, error) == 0)
            return 0;
        if (execution->cause == DUNLIN_OK)
            execution->cause = error->status;
        /* What met a lock was rolled back, or is in the ledger: it may be tried again. */
        if (execution->cause != DUNLIN_LOCKED || attempt >= execution->lock_retries ||
            dn_log_cancelled(&execution->log))
            return -1;
        dn_log_warning(&execution->log, "%s; trying again", error->message);
        if (execution->translator)
            dn_translator_forget(execution->translator);
        for (size_t i = 0; i < execution->count; i++)
            execution->jobs[i].idle = false; /* the facts are read again, and may be others */
        wait_for_lock(attempt);
    }
}
