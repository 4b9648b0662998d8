/* SPDX-License-Identifier: MIT
 *
 * The end of a migration in the statement ledger: its record, or its failure.
 *
 * Where every change of the schema commits by itself, the next migration mostly begins with an
 * announcement, which is a transaction as well. The record waits for it, and both are committed
 * together: until then nothing else is sent. Whatever ends a run before that finds the migration
 * as it would have before: its last rows and its record are there together, or not at all.
 */
#include "core/execute/ledger_book.h"

#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

/* Migrations whose rows are left until they are removed together. */
enum { MOST_LEFT_OVER = 20 };

void
dn_ledger_close(dn_ledger *book)
{
    if (!book)
        return;
    dn_script_close(book->script);
    dn_arena_free(&book->arena);
    free(book);
}

/* --- the record ------------------------------------------------------------------------------------------ */

static bool
is_last(const dn_ledger *book)
{
    const dn_execution *execution = book->execution;

    for (const dn_job *job = book->job + 1; job < execution->jobs + execution->count; job++)
        if (!job->info.transactional)
            return false;
    return true;
}

/* Where every change of the schema commits by itself, most migrations have rows, and removing them
 * costs more than writing them: it is done for some migrations at once. Until then they mean
 * nothing, because their migration is recorded. Nothing stays behind the last one of a run. */
static bool
leaves_rows(const dn_ledger *book)
{
    return dn_ledger_commits_ddl(book->execution) && !book->known &&
           book->execution->left_over < MOST_LEFT_OVER && !is_last(book);
}

/* Does the next job run with the ledger, too? */
static bool
may_wait(const dn_ledger *book)
{
    const dn_execution *execution = book->execution;
    const dn_job *next = book->job + 1;

    return dn_ledger_commits_ddl(execution) && next < execution->jobs + execution->count &&
           !next->applied && !dn_job_fits_batch(next);
}

static void
add_records(const dn_ledger *book, dn_parcel *parcel)
{
    const dn_connection *connection = book->execution->connection;

    if (!book->open)
        dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_BEGIN}, "ledger.before-begin",
                      "ledger.after-begin");
    if (dn_connection_capabilities(connection)->flags & DUNLIN_CAN_RESET_INSIDE)
        dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_RESET}, NULL, NULL);
    for (size_t i = 0; i < book->record_count; i++)
        dn_parcel_add(parcel,
                      (dunlin_item){.kind = DUNLIN_ITEM_STATEMENT,
                                    .sql = dn_string(book->records[i].sql),
                                    .values = book->records[i].values,
                                    .value_count = book->records[i].count},
                      i ? NULL : "ledger.before-record",
                      i + 1 < book->record_count ? NULL : "ledger.after-record");
}

static int
send_and_commit(dn_ledger *book, dn_parcel *parcel, dn_error *error)
{
    const dn_execution *execution = book->execution;

    dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_COMMIT}, "ledger.before-commit",
                  "ledger.after-commit");
    if (dn_parcel_send(parcel, execution->connection, dn_ledger_commits_ddl(execution), error) < 0)
        return -1;
    book->open = false;
    return 0;
}

static int
send_record(dn_ledger *book, bool clears, dn_error *error)
{
    const dn_execution *execution = book->execution;
    dn_connection *connection = execution->connection;
    dn_parcel parcel = {.count = 0};
    dunlin_item clearing;

    /* A single statement is a transaction already, once the session is as it was. */
    if (!book->open && book->record_count == 1 && !clears) {
        const dn_tracker_statement *record = &book->records[0];

        if (dn_connection_execute(connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, error) < 0)
            return -1;
        dn_fault("ledger.before-record");
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, record->sql, record->values,
                                  record->count, error) < 0)
            return -1;
        dn_fault("ledger.after-record");
        return 0;
    }
    if (clears && dn_ledger_clearing(connection, execution->run_id, book->job->migration->tag,
                                     &book->arena, &clearing, error) < 0)
        return -1;
    add_records(book, &parcel);
    if (clears)
        dn_parcel_add(&parcel, clearing, "ledger.before-clear", "ledger.after-clear");
    return send_and_commit(book, &parcel, error);
}

static int
finish(dn_ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;

    book->job->applied = true;
    dn_log_info(&execution->log, "applied %s", book->job->migration->tag);
    return dn_connection_execute(execution->connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, error);
}

int
dn_ledger_record(dn_ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;
    int64_t elapsed_us = (dn_clock_monotonic_ns() - book->started_ns) / 1000;
    bool clears = (book->written || execution->left_over) && !leaves_rows(book);

    if (dn_execute_record(execution, book->job, book->script, elapsed_us, &book->records,
                          &book->record_count, error) < 0)
        return -1;
    book->job->duration_us = elapsed_us;
    if (!clears && may_wait(book)) {
        execution->waiting = book;
    } else if (send_record(book, clears, error) < 0) {
        return -1;
    }
    execution->left_over = clears ? 0 : execution->left_over + (book->written > 0);
    return execution->waiting ? 0 : finish(book, error);
}

int
dn_ledger_settle(dn_execution *execution, const dunlin_item *announcement, dn_error *error)
{
    dn_ledger *book = execution->waiting;
    dn_parcel parcel = {.count = 0};
    int answer;

    if (!book)
        return 0;
    execution->waiting = NULL;
    add_records(book, &parcel);
    if (announcement)
        dn_parcel_add(&parcel, *announcement, "ledger.before-rows", "ledger.after-rows");
    answer = send_and_commit(book, &parcel, error);
    answer = answer < 0 ? dn_ledger_fail(book, error) : finish(book, error);
    dn_ledger_close(book);
    return answer;
}

/* --- failure --------------------------------------------------------------------------------------------- */

/* How to mend it, where the error knows, and how to go on then. */
static int
say_how_to_go_on(const dn_ledger *book, dn_error *error)
{
    static const char goes_on[] =
        "mend what stopped it and run 'dunlin migrate' again, which goes on there";
    static const char look[] = "look what is there, mend what stopped it and run 'dunlin migrate' "
                               "again, which goes on with that statement";
    const char *how = book->doubtful ? look : goes_on;
    const char *tag = book->job->migration->tag;
    dn_auto(dn_text) rest = DN_TEXT_INIT;
    dn_auto(dn_text) both = DN_TEXT_INIT;

    if (!book->done)
        dn_text_printf(&rest, "'%s' %s in part of its first statement; %s", tag,
                       book->partly ? "is done" : "may be done", how);
    else
        dn_text_printf(&rest, "'%s' is done up to its statement %zu%s; %s", tag, book->done,
                       book->partly     ? ", and in part of the next"
                       : book->doubtful ? ", and perhaps in part of the next"
                                        : "",
                       how);
    if (rest.failed)
        return dn_no_memory(error);
    if (error->hint[0])
        dn_text_printf(&both, "%s. %s", error->hint, rest.data);
    return both.failed || !both.length || both.length >= sizeof error->hint
               ? dn_hint(error, "%s", rest.data)
               : dn_hint(error, "%s", both.data);
}

/* With statements done, or steps of one, the run stopped part-way. */
int
dn_ledger_fail(dn_ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;
    dn_error ignored;

    dn_connection_execute(execution->connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    dn_connection_execute(execution->connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, &ignored);
    execution->stop.migration = book->job->migration;
    execution->cause = error->status;
    execution->ledger_seen = false; /* it holds rows of this job now */
    if (book->culprit.ordinal)
        dn_execute_blame(execution, book->job->migration, &book->culprit, error);
    /* What only a person can decide says itself how to go on. */
    if ((!book->done && !book->partly && !book->doubtful) || error->status == DUNLIN_PARTIAL)
        return -1;
    error->status = DUNLIN_PARTIAL;
    error->exit_code = DUNLIN_EXIT_PARTIAL;
    return say_how_to_go_on(book, error);
}
