/* SPDX-License-Identifier: MIT
 *
 * The statement ledger: running a migration whose statements cannot all share one transaction
 * with its record. Each statement leaves a row in dunlin_statements, so that a run that was
 * stopped is taken up where it stood:
 *
 *   - a statement that fits a transaction commits together with its row: exactly once;
 *   - BEGIN .. COMMIT written in the file is one such transaction for all its statements;
 *   - one that fits none is announced (intent, or "again" when running it twice does no harm), run,
 *     and marked done. Found announced only, it is run again when that does no harm, and otherwise
 *     a person is asked.
 *
 * Rows are bound to the text of the statements: what was done must still stand at the head of
 * the file, what follows may have been edited. The last transaction records the migration and
 * removes its rows.
 */
#include <string.h>

#include "core/base/clock.h"
#include "core/execute/execute_internal.h"

typedef struct ledger_row {
    dn_digest digest;
    bool done;
    bool again; /* announced, and harmless whether it took effect or not */
} ledger_row;

typedef struct ledger {
    dn_execution *execution;
    dn_job *job;
    dn_arena arena;
    ledger_row *rows; /* of earlier runs, in order */
    size_t row_count;
    size_t row_capacity;
    size_t at;      /* statements met so far */
    size_t done;    /* statements whose row is committed */
    bool group;     /* inside BEGIN .. COMMIT of the file */
    bool announced; /* the present statement has a row already: its intent */
    int64_t started_ns;
    unsigned culprit; /* ordinal of the statement being run, 0 none */
} ledger;

static int
send(ledger *book, int32_t kind, const char *sql, const dunlin_value *values, size_t count,
     dn_error *error)
{
    return dn_connection_execute(book->execution->connection, kind, sql, values, count, error);
}

static dunlin_value
text_value(const char *text)
{
    dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = dn_string(text)};

    return value;
}

static int
visit_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    ledger *book = (ledger *)context;
    ledger_row *rows = (ledger_row *)dn_arena_grow(&book->arena, book->rows, &book->row_capacity,
                                                   book->row_count + 1, sizeof(*rows));
    ledger_row *row;

    (void)count;
    if (!rows)
        return dn_no_memory(error);
    book->rows = rows;
    row = &rows[book->row_count++];
    row->done = dn_string_equal(values[1].text, "done");
    row->again = dn_string_equal(values[1].text, "again");
    if (!dn_digest_parse(values[0].text.data, (size_t)values[0].text.length, &row->digest))
        return dn_fail(error, DUNLIN_CORRUPT, "ledger.damaged",
                       "a row of " DN_TRACKER_STATEMENTS " for '%s' has a damaged digest",
                       book->job->migration->tag);
    return 0;
}

static int
read_rows(ledger *book, dn_error *error)
{
    dunlin_value tag = text_value(book->job->migration->tag);

    if (dn_tracker_create_statements(book->execution->connection, error) < 0)
        return -1;
    return dn_connection_query(book->execution->connection,
                               "SELECT digest, phase FROM " DN_TRACKER_STATEMENTS
                               " WHERE tag = $1 ORDER BY ordinal",
                               &tag, 1, visit_row, book, error);
}

static int
write_row(ledger *book, const char *hex, const char *phase, dn_error *error)
{
    char at[32];
    dunlin_value values[7];

    dn_clock_format(dn_clock_wall_us(), at);
    at[10] = ' ';
    at[strlen(at) - 1] = '\0';
    values[0] = text_value(book->execution->run_id);
    values[1] = text_value(book->job->migration->tag);
    values[2] = (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = (int64_t)book->at};
    values[3] = text_value(hex);
    values[4] = text_value(phase);
    values[5] = (dunlin_value){
        .type = DUNLIN_VALUE_TEXT,
        .text = dn_connection_server(book->execution->connection)->backend,
    };
    values[6] = text_value(at);
    return send(book, DUNLIN_ITEM_STATEMENT,
                "INSERT INTO " DN_TRACKER_STATEMENTS
                " (run_id, tag, ordinal, digest, phase, backend, at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                values, 7, error);
}

static int
set_done(ledger *book, const char *hex, dn_error *error)
{
    dunlin_value values[3];

    values[0] = text_value(book->job->migration->tag);
    values[1] = (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = (int64_t)book->at};
    values[2] = text_value(hex);
    return send(book, DUNLIN_ITEM_STATEMENT,
                "UPDATE " DN_TRACKER_STATEMENTS
                " SET phase = 'done', digest = $3 WHERE tag = $1 AND ordinal = $2",
                values, 3, error);
}

static int
run_sql(ledger *book, const dn_script_item *item, dn_error *error)
{
    const char *sql = dn_arena_copy(&book->arena, item->sql.data, (size_t)item->sql.length);

    if (!sql)
        return dn_no_memory(error);
    book->culprit = item->ordinal;
    if (send(book, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, error) < 0)
        return -1;
    book->culprit = 0;
    return 0;
}

/* A statement of its own, committed together with its row. */
static int
run_committed(ledger *book, const dn_script_item *item, const char *hex, dn_error *error)
{
    if (!book->group && send(book, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    if (run_sql(book, item, error) < 0 ||
        (book->announced ? set_done(book, hex, error) : write_row(book, hex, "done", error)) < 0)
        return -1;
    if (book->group)
        return 0;
    if (send(book, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
        return -1;
    book->done = book->at;
    return 0;
}

static int
run_announced(ledger *book, const dn_script_item *item, const char *hex, dn_error *error)
{
    const char *phase = item->flags & DUNLIN_CLASS_REPEATABLE ? "again" : "intent";

    if (!book->announced && write_row(book, hex, phase, error) < 0)
        return -1;
    if (run_sql(book, item, error) < 0 || set_done(book, hex, error) < 0)
        return -1;
    book->done = book->at;
    return 0;
}

/* 1: the earlier run did it, 0: it is to be run, -1. */
static int
done_before(ledger *book, const dn_script_item *item, const dn_digest *digest, dn_error *error)
{
    const ledger_row *row = book->at <= book->row_count ? &book->rows[book->at - 1] : NULL;
    const char *path = book->job->migration->path;
    bool same;

    book->announced = row != NULL;
    if (!row)
        return 0;
    same = dn_digest_equal(&row->digest, digest);
    if (row->done && same) {
        book->done = book->at;
        return 1;
    }
    if (row->done)
        return dn_fail(error, DUNLIN_PARTIAL, "ledger.edited",
                       "%s:%u:%u: statement %zu was run by an earlier, unfinished run, and "
                       "has been edited since",
                       path, item->line, item->column, book->at);
    if (!row->again && !(same && item->flags & DUNLIN_CLASS_REPEATABLE))
        return dn_fail(error, DUNLIN_PARTIAL, "ledger.undecided",
                       "%s:%u:%u: an earlier run stopped while statement %zu was running, and "
                       "nothing tells whether it took effect",
                       path, item->line, item->column, book->at);
    return 0;
}

static int
run_statement(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_digest digest = dn_hash_of(item->sql.data, (size_t)item->sql.length);
    char hex[DN_DIGEST_HEX];
    int before;

    book->at++;
    dn_digest_hex(&digest, hex);
    before = done_before(book, item, &digest, error);
    if (before)
        return before < 0 ? -1 : 0;
    if ((item->flags & DUNLIN_CLASS_NO_TRANSACTION) && !book->group)
        return run_announced(book, item, hex, error);
    return run_committed(book, item, hex, error);
}

/* BEGIN and COMMIT of the file, which dn_script_inspect found in order. A group that an earlier
 * run committed is skipped whole: its rows were committed with it. */
static int
run_control(ledger *book, const dn_script_item *item, dn_error *error)
{
    if (item->flags & DUNLIN_CLASS_BEGIN) {
        if (book->at < book->row_count && book->rows[book->at].done)
            return 0;
        book->group = true;
        return send(book, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error);
    }
    if (!book->group)
        return 0;
    book->group = false;
    if (send(book, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
        return -1;
    book->done = book->at;
    return 0;
}

/* One that stands before a statement of an earlier run held then; what followed it may have changed
 * what it asks for. */
static int
run_assert(ledger *book, const dn_script_item *item, dn_error *error)
{
    const char *query;
    const char *wanted;

    if (book->at < book->row_count && book->rows[book->at].done)
        return 0;
    query = dn_arena_copy(&book->arena, item->sql.data, (size_t)item->sql.length);
    wanted = dn_arena_copy(&book->arena, item->expected.data, (size_t)item->expected.length);
    if (!query || !wanted)
        return dn_no_memory(error);
    book->culprit = item->ordinal;
    if (dn_connection_check(book->execution->connection, query, wanted, error) < 0)
        return -1;
    book->culprit = 0;
    return 0;
}

static int
record(ledger *book, const dn_script *script, dn_error *error)
{
    const dn_tracker_statement *statements;
    dunlin_value tag = text_value(book->job->migration->tag);
    size_t count;
    int64_t elapsed_us = (dn_clock_monotonic_ns() - book->started_ns) / 1000;

    if (dn_execute_record(book->execution, book->job, script, elapsed_us, &statements, &count,
                          error) < 0 ||
        send(book, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (send(book, DUNLIN_ITEM_STATEMENT, statements[i].sql, statements[i].values,
                 statements[i].count, error) < 0)
            return -1;
    if (send(book, DUNLIN_ITEM_STATEMENT, "DELETE FROM " DN_TRACKER_STATEMENTS " WHERE tag = $1",
             &tag, 1, error) < 0 ||
        send(book, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
        return -1;
    book->job->applied = true;
    book->job->duration_us = elapsed_us;
    dn_log_info(&book->execution->log, "applied %s", book->job->migration->tag);
    return 0;
}

static int
run_script(ledger *book, dn_script *script, dn_error *error)
{
    for (;;) {
        dn_script_item item;

        if (dn_log_cancelled(&book->execution->log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (dn_script_next(script, &item, error) < 0)
            return -1;
        switch (item.kind) {
        case DN_SCRIPT_END: return record(book, script, error);
        case DN_SCRIPT_CONTROL:
            if (run_control(book, &item, error) < 0)
                return -1;
            break;
        case DN_SCRIPT_AROUND:
            if (run_sql(book, &item, error) < 0)
                return -1;
            break;
        case DN_SCRIPT_ASSERT:
            if (run_assert(book, &item, error) < 0)
                return -1;
            break;
        case DN_SCRIPT_STATEMENT:
            if (run_statement(book, &item, error) < 0)
                return -1;
            break;
        }
    }
}

/* What a failure amounts to: with statements done, the run stopped part-way. */
static int
fail_job(ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;
    dn_error ignored;

    dn_connection_execute(execution->connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    dn_connection_execute(execution->connection, DUNLIN_ITEM_RESET, NULL, NULL, 0, &ignored);
    execution->stop.migration = book->job->migration;
    if (book->culprit)
        dn_execute_blame(execution, book->job->migration, book->culprit, -1, error);
    if (!book->done)
        return -1;
    error->status = DUNLIN_PARTIAL;
    error->exit_code = DUNLIN_EXIT_PARTIAL;
    return dn_hint(error,
                   "'%s' is done up to its statement %zu; mend what stopped it and run "
                   "'dunlin migrate' again, which goes on there",
                   book->job->migration->tag, book->done);
}

int
dn_execute_ledger(dn_execution *execution, dn_job *job, dn_error *error)
{
    ledger book = {.execution = execution, .job = job};
    dn_auto(dn_script) *script = NULL;
    int answer = -1;

    book.started_ns = dn_clock_monotonic_ns();
    if (read_rows(&book, error) == 0 && dn_script_open(execution->connection, job->migration,
                                                       &job->info.kept, false, &script, error) == 0)
        answer = run_script(&book, script, error);
    if (answer < 0)
        fail_job(&book, error);
    else
        answer = send(&book, DUNLIN_ITEM_RESET, NULL, NULL, 0, error);
    dn_arena_free(&book.arena);
    return answer;
}
