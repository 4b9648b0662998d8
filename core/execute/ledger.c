/* SPDX-License-Identifier: MIT
 *
 * The statement ledger: running a migration whose statements cannot all share one transaction
 * with its record. Its statements fall into units:
 *
 *   - statements that fit a transaction gather in one, together with their rows in
 *     dunlin_statements: exactly once, however the run ends. A transaction ends where the file
 *     says COMMIT, before a statement that cannot be in it, after one whose effect must be
 *     committed before it is used, and with `-- dunlin: no-transaction` after every statement;
 *   - a statement that fits none is announced first, and the announcement travels with the rows
 *     of what was done before it. Found announced only, the facts of what it touches decide: as
 *     before, it is run; changed, it is done. Where nothing can tell, a person is asked.
 *
 * Rows are bound to the text of the statements: what was done must still stand at the head of
 * the file, what follows may have been edited. The last transaction records the migration; its
 * rows go with it or, where that costs too much, a little later. docs/migrations.md tells users.
 */
#include "core/execute/ledger.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/execute/parcel.h"

/* Migrations whose rows are left until they are removed together. */
enum { MOST_LEFT_OVER = 20 };

typedef struct ledger {
    dn_execution *execution;
    dn_job *job;
    dn_script *script;
    dn_arena arena;
    dn_ledger_rows rows; /* of earlier runs, then of this one */
    size_t known;        /* how many of them earlier runs left */
    size_t at;           /* statements met so far; the present one is rows.items[at - 1] */
    size_t written;      /* rows that are in the table, or will be with the open transaction */
    size_t done;         /* statements that are done for good */
    bool open;           /* a transaction of ours is open */
    bool group;          /* between BEGIN and COMMIT of the file */
    bool alone;          /* the file asks for no transactions */
    bool again;          /* an earlier run began the present statement */
    int64_t started_ns;
    dn_culprit culprit; /* the statement being run, ordinal 0: none */
} ledger;

static dn_connection *
connection_of(const ledger *book)
{
    return book->execution->connection;
}

static bool
commits_ddl(const dn_execution *execution)
{
    return !(dn_connection_capabilities(execution->connection)->flags &
             DUNLIN_CAN_TRANSACTIONAL_DDL);
}

static int
send(ledger *book, int32_t kind, const char *sql, dn_error *error)
{
    return dn_connection_execute(connection_of(book), kind, sql, NULL, 0, error);
}

static int
begin(ledger *book, dn_error *error)
{
    if (book->open)
        return 0;
    dn_fault("ledger.before-begin");
    if (send(book, DUNLIN_ITEM_BEGIN, NULL, error) < 0)
        return -1;
    dn_fault("ledger.after-begin");
    book->open = true;
    return 0;
}

/* Rows of all that was met and is not in the table yet. */
static int
write_rows(ledger *book, dn_error *error)
{
    if (book->written >= book->at)
        return 0;
    dn_fault("ledger.before-rows");
    if (dn_ledger_write(connection_of(book), book->execution->run_id, book->job->migration->tag,
                        book->rows.items, book->written, book->at - book->written, error) < 0)
        return -1;
    dn_fault("ledger.after-rows");
    book->written = book->at;
    return 0;
}

static int
commit_rows(ledger *book, dn_error *error)
{
    dn_fault("ledger.before-commit");
    if (send(book, DUNLIN_ITEM_COMMIT, NULL, error) < 0)
        return -1;
    dn_fault("ledger.after-commit");
    book->open = false;
    return 0;
}

static int
commit(ledger *book, dn_error *error)
{
    if (!book->open)
        return 0;
    if (write_rows(book, error) < 0 || commit_rows(book, error) < 0)
        return -1;
    book->done = book->at;
    return 0;
}

/* Puts the statement behind what is in the parcel, and sends it all. */
static int
send_with(ledger *book, dn_parcel *parcel, const dn_script_item *item, dn_error *error)
{
    int answer;

    dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_STATEMENT, .sql = item->sql},
                  "ledger.before-statement", "ledger.after-statement");
    answer = dn_parcel_send(parcel, connection_of(book), commits_ddl(book->execution), error);
    book->culprit =
        (dn_culprit){answer < 0 && parcel->ran + 1 == parcel->count ? item->ordinal : 0, false, -1};
    return answer;
}

static int
run_sql(ledger *book, const dn_script_item *item, dn_error *error)
{
    const char *sql = dn_arena_copy(&book->arena, item->sql.data, (size_t)item->sql.length);

    if (!sql)
        return dn_no_memory(error);
    book->culprit = (dn_culprit){item->ordinal, false, -1};
    dn_fault("ledger.before-statement");
    if (item->flags & DUNLIN_CLASS_COPY_IN) {
        if (dn_execute_copy(connection_of(book), book->script, sql, &book->culprit, error) < 0)
            return -1;
    } else if (send(book, DUNLIN_ITEM_STATEMENT, sql, error) < 0) {
        return -1;
    }
    dn_fault("ledger.after-statement");
    book->culprit.ordinal = 0;
    return 0;
}

/* --- statements of a transaction -------------------------------------------------------------------- */

/* The first statement of a transaction travels with its BEGIN. */
static int
run_in_transaction(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_parcel parcel = {.count = 0};
    int answer;

    if (book->open || (item->flags & DUNLIN_CLASS_COPY_IN))
        return begin(book, error) < 0 ? -1 : run_sql(book, item, error);
    dn_parcel_add(&parcel, (dunlin_item){.kind = DUNLIN_ITEM_BEGIN}, "ledger.before-begin",
                  "ledger.after-begin");
    answer = send_with(book, &parcel, item, error);
    book->open = parcel.ran > 0;
    return answer;
}

static int
run_inside(ledger *book, const dn_script_item *item, dn_error *error)
{
    bool ends = (item->flags & DUNLIN_CLASS_COMMIT_BEFORE_USE) || (book->alone && !book->group);

    dn_ledger_row *row = &book->rows.items[book->at - 1];

    row->phase = DN_LEDGER_DONE;
    row->has_facts = false;
    if (run_in_transaction(book, item, error) < 0)
        return -1;
    /* An earlier run's failure left a row. */
    if (book->at <= book->written &&
        dn_ledger_set_phase(connection_of(book), book->job->migration->tag, book->at, row, error) <
            0)
        return -1;
    return ends ? commit(book, error) : 0;
}

/* --- statements outside any ----------------------------------------------------------------------------- */

/* The announcement, with the rows of what was done before. */
static int
announce(ledger *book, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];

    row->phase = DN_LEDGER_INTENT;
    dn_fault("ledger.before-intent");
    if (book->at <= book->written)
        return dn_ledger_set_phase(connection_of(book), book->job->migration->tag, book->at, row,
                                   error);
    if (write_rows(book, error) < 0)
        return -1;
    if (!book->open)
        return 0;
    if (commit_rows(book, error) < 0)
        return -1;
    book->done = book->at - 1;
    return 0;
}

/* A statement that the database refused took no effect, and its row says so; but for rows that no
 * transaction protects, of which it may have changed the first. */
static void
mark_failed(ledger *book, const dn_script_item *item, const dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    dn_error ignored;

    if (error->status == DUNLIN_LOST || error->status == DUNLIN_CANCELLED ||
        (item->flags & DUNLIN_CLASS_LOSSY_DATA))
        return;
    row->phase = DN_LEDGER_FAILED;
    dn_ledger_set_phase(connection_of(book), book->job->migration->tag, book->at, row, &ignored);
}

/* An earlier attempt may have left something half done, which would be in the way. */
static int
clean_up(ledger *book, const dn_script_item *item, dn_error *error)
{
    const char **statements;
    size_t count;

    if (book->at > book->known)
        return 0;
    if (dn_connection_debris(connection_of(book), item->sql, &book->arena, &statements, &count,
                             error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        dn_log_warning(&book->execution->log,
                       "removing what an interrupted statement of %s left: %s",
                       book->job->migration->tag, statements[i]);
        dn_fault("ledger.before-clean");
        if (send(book, DUNLIN_ITEM_STATEMENT, statements[i], error) < 0)
            return dn_while(error, "removing what an interrupted statement left");
        dn_fault("ledger.after-clean");
    }
    return 0;
}

/* Announces the statement and runs it. Where both may travel together, they do. */
static int
announce_and_run(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    size_t count = book->at - book->written;
    dn_parcel parcel = {.count = 0};
    dunlin_item insert;

    if (book->at <= book->written || book->open || count > DN_LEDGER_AT_ONCE ||
        (item->flags & DUNLIN_CLASS_COPY_IN)) {
        if (announce(book, error) < 0)
            return -1;
        dn_fault("ledger.after-intent");
        return run_sql(book, item, error);
    }
    row->phase = DN_LEDGER_INTENT;
    dn_fault("ledger.before-intent");
    if (dn_ledger_insert(connection_of(book), book->execution->run_id, book->job->migration->tag,
                         book->rows.items, book->written, count, &book->arena, &insert, error) < 0)
        return -1;
    dn_parcel_add(&parcel, insert, "ledger.before-rows", "ledger.after-intent");
    if (send_with(book, &parcel, item, error) == 0 || parcel.ran > 0)
        book->written = book->at;
    if (parcel.ran == parcel.count)
        return 0;
    return parcel.ran ? -1 : dn_while(error, "writing to '" DN_TRACKER_STATEMENTS "'");
}

static int
run_outside(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];

    if (clean_up(book, item, error) < 0 ||
        dn_connection_fingerprint(connection_of(book), item->sql, &row->has_facts, &row->facts,
                                  error) < 0)
        return -1;
    if (announce_and_run(book, item, error) < 0) {
        if (book->culprit.ordinal)
            mark_failed(book, item, error);
        return -1;
    }
    book->done = book->at;
    return 0;
}

/* --- taking up an earlier run ------------------------------------------------------------------------------ */

static int
undecided(ledger *book, const dn_script_item *item, dn_error *error)
{
    book->culprit = (dn_culprit){item->ordinal, false, -1};
    dn_fail(error, DUNLIN_PARTIAL, "ledger.undecided",
            "an earlier run stopped while this statement was running, and nothing tells whether it "
            "took effect");
    return dn_hint(
        error,
        "look whether it took effect, then say so: 'dunlin resume %s --done', or '--redo' "
        "to run it again",
        book->job->migration->tag);
}

/* Announced by an earlier run, and nothing more: 1 done, 0 to be run, -1. */
static int
decide(ledger *book, const dn_script_item *item, const dn_ledger_row *row, dn_error *error)
{
    dn_digest now;
    bool known = false;

    /* Its operations are compared with what is there, one by one. */
    if (!row->has_facts && !item->native && book->execution->translator &&
        dn_translator_matters(book->execution->translator)) {
        book->again = true;
        return 0;
    }
    if (row->has_facts &&
        dn_connection_fingerprint(connection_of(book), item->sql, &known, &now, error) < 0)
        return -1;
    if (known)
        return dn_digest_equal(&now, &row->facts) ? 0 : 1;
    if (item->flags & DUNLIN_CLASS_REPEATABLE)
        return 0;
    return undecided(book, item, error);
}

/* 1: an earlier run did it, 0: it is to be run, -1. */
static int
done_before(ledger *book, const dn_script_item *item, const dn_digest *digest, dn_error *error)
{
    const dn_ledger_row *row = &book->rows.items[book->at - 1];
    bool same = dn_digest_equal(&row->digest, digest);

    if (row->phase != DN_LEDGER_DONE && dn_ledger_wait(book->execution, row, error) < 0) {
        book->culprit = (dn_culprit){item->ordinal, false, -1};
        return -1;
    }
    if (row->phase == DN_LEDGER_FAILED)
        return 0;
    if (same)
        return row->phase == DN_LEDGER_DONE ? 1 : decide(book, item, row, error);
    book->culprit = (dn_culprit){item->ordinal, false, -1};
    return dn_fail(error, DUNLIN_PARTIAL, "ledger.edited",
                   "statement %zu was run by an earlier, unfinished run, and has been edited since",
                   book->at);
}

static int
next_row(ledger *book, const dn_digest *digest, dn_error *error)
{
    dn_ledger_rows *rows = &book->rows;

    if (++book->at <= book->known)
        return 0;
    rows->items = (dn_ledger_row *)dn_arena_grow(&book->arena, rows->items, &rows->capacity,
                                                 rows->count + 1, sizeof(*rows->items));
    if (!rows->items)
        return dn_no_memory(error);
    rows->items[rows->count++] = (dn_ledger_row){.digest = *digest};
    return 0;
}

/* --- what the translator makes of a statement ---------------------------------------------------------------- */

static int
translate(ledger *book, const dn_script_item *item, dn_translated *translated, dn_error *error)
{
    dn_translator *translator = book->execution->translator;
    const dn_source source = dn_script_source(book->job->migration, item);

    memset(translated, 0, sizeof *translated);
    if (!translator)
        return 0;
    if (dn_translate(translator, &source, book->again, translated, error) < 0)
        return -1;
    if (translated->kind != DN_TRANSLATED_LOOK)
        return 0;
    if (dn_translator_look(translator, error) < 0)
        return -1;
    return dn_translate(translator, &source, book->again, translated, error);
}

/* How the steps together must run. */
static int
classify_steps(ledger *book, const dn_translated *translated, uint64_t *flags, dn_error *error)
{
    *flags = 0;
    for (size_t i = 0; i < translated->count; i++) {
        uint64_t one;

        if (dn_connection_classify(connection_of(book), translated->steps[i].sql, &one, error) < 0)
            return -1;
        *flags |= one;
    }
    return 0;
}

static int
run_steps(ledger *book, const dn_script_item *item, const dn_translated *translated,
          dn_error *error)
{
    for (size_t i = 0; i < translated->count; i++) {
        const dn_step *step = &translated->steps[i];
        dn_script_item sent = *item;

        sent.sql = step->sql;
        if (step->role == DUNLIN_STEP_STATEMENT) {
            if (run_sql(book, &sent, error) < 0)
                return -1;
        } else if (dn_connection_check(connection_of(book), step->sql.data, step->expected.data,
                                       error) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
run_translated(ledger *book, const dn_script_item *item, const dn_translated *translated,
               dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    bool single = translated->count == 1 && translated->steps[0].role == DUNLIN_STEP_STATEMENT;
    dn_script_item sent = *item;
    uint64_t flags;
    int answer;

    row->has_facts = false;
    if (translated->kind == DN_TRANSLATED_SKIP) {
        dn_log_debug(&book->execution->log, "%s:%u: left out: %s", book->job->migration->path,
                     item->line, translated->why);
        row->phase = DN_LEDGER_DONE;
        return 0;
    }
    if (classify_steps(book, translated, &flags, error) < 0)
        return -1;
    if (single)
        sent.sql = translated->steps[0].sql;
    if (!(flags & (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS))) {
        row->phase = DN_LEDGER_DONE;
        if (single)
            answer = run_in_transaction(book, &sent, error);
        else
            answer = begin(book, error) < 0 ? -1 : run_steps(book, item, translated, error);
        if (answer < 0)
            return -1;
        return flags & DUNLIN_CLASS_COMMIT_BEFORE_USE ? commit(book, error) : 0;
    }
    if (single) {
        answer = announce_and_run(book, &sent, error);
    } else {
        if (announce(book, error) < 0)
            return -1;
        dn_fault("ledger.after-intent");
        answer = run_steps(book, item, translated, error);
    }
    /* Of several steps, some may be done: the next run compares. */
    if (answer < 0 && translated->count == 1 && book->culprit.ordinal)
        mark_failed(book, item, error);
    if (answer == 0)
        book->done = book->at;
    return answer;
}

/* What an earlier run did is nothing to run, but there are types that only its text tells of. */
static int
pass_over(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_translator *translator = book->execution->translator;
    const dn_source source = dn_script_source(book->job->migration, item);

    book->done = book->at;
    if (item->flags & DUNLIN_CLASS_SESSION)
        return run_sql(book, item, error);
    return translator && dn_translator_needs_history(translator)
               ? dn_translator_remember(translator, &source, error)
               : 0;
}

static int
run_statement(ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_digest digest = dn_hash_of(item->sql.data, (size_t)item->sql.length);
    dn_translated translated;
    int before = 0;

    book->again = false;
    if (next_row(book, &digest, error) < 0)
        return -1;
    if (book->at <= book->known)
        before = done_before(book, item, &digest, error);
    if (before)
        return before < 0 ? -1 : pass_over(book, item, error);
    book->rows.items[book->at - 1].digest = digest;
    if (translate(book, item, &translated, error) < 0)
        return -1;
    if (translated.kind != DN_TRANSLATED_AS_IT_IS)
        return run_translated(book, item, &translated, error);
    if (book->again)
        return undecided(book, item, error);
    if (item->flags &
        (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA))
        return run_outside(book, item, error);
    return run_inside(book, item, error);
}

/* --- the other items of a script ------------------------------------------------------------------------------ */

/* BEGIN and COMMIT of the file, which dn_script_inspect found in order. The transaction begins
 * with its first statement that is to be run. */
static int
run_control(ledger *book, const dn_script_item *item, dn_error *error)
{
    book->group = (item->flags & DUNLIN_CLASS_BEGIN) != 0;
    return commit(book, error);
}

/* One with statements of an earlier run behind it held then; what followed it may have changed what
 * it asks for. */
static int
run_assert(ledger *book, const dn_script_item *item, dn_error *error)
{
    const char *query;
    const char *wanted;

    if (book->at < book->known)
        return 0;
    query = dn_arena_copy(&book->arena, item->sql.data, (size_t)item->sql.length);
    wanted = dn_arena_copy(&book->arena, item->expected.data, (size_t)item->expected.length);
    if (!query || !wanted)
        return dn_no_memory(error);
    book->culprit = (dn_culprit){item->ordinal, false, -1};
    if (dn_connection_check(connection_of(book), query, wanted, error) < 0)
        return -1;
    book->culprit.ordinal = 0;
    return 0;
}

/* A setting that means something outside transactions only is obeyed where it stands. */
static int
run_around(ledger *book, const dn_script_item *item, dn_error *error)
{
    return commit(book, error) < 0 ? -1 : run_sql(book, item, error);
}

static int
run_item(ledger *book, const dn_script_item *item, dn_error *error)
{
    switch (item->kind) {
    case DN_SCRIPT_CONTROL: return run_control(book, item, error);
    case DN_SCRIPT_AROUND: return run_around(book, item, error);
    case DN_SCRIPT_ASSERT: return run_assert(book, item, error);
    case DN_SCRIPT_DATA: return 0; /* of a statement that an earlier run did */
    default: return run_statement(book, item, error);
    }
}

/* --- the record ------------------------------------------------------------------------------------------ */

static bool
is_last(const ledger *book)
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
leaves_rows(const ledger *book)
{
    return commits_ddl(book->execution) && !book->known &&
           book->execution->left_over < MOST_LEFT_OVER && !is_last(book);
}

static int
prepare_record(ledger *book, const dn_tracker_statement *statements, size_t count, bool clears,
               dn_parcel *parcel, dn_error *error)
{
    dunlin_item clearing;

    if (clears && dn_ledger_clearing(connection_of(book), book->execution->run_id,
                                     book->job->migration->tag, &book->arena, &clearing, error) < 0)
        return -1;
    if (!book->open)
        dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_BEGIN}, "ledger.before-begin",
                      "ledger.after-begin");
    for (size_t i = 0; i < count; i++)
        dn_parcel_add(parcel,
                      (dunlin_item){.kind = DUNLIN_ITEM_STATEMENT,
                                    .sql = dn_string(statements[i].sql),
                                    .values = statements[i].values,
                                    .value_count = statements[i].count},
                      i ? NULL : "ledger.before-record",
                      i + 1 < count ? NULL : "ledger.after-record");
    if (clears)
        dn_parcel_add(parcel, clearing, "ledger.before-clear", "ledger.after-clear");
    dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_COMMIT}, "ledger.before-commit",
                  "ledger.after-commit");
    return 0;
}

static int
send_record(ledger *book, const dn_tracker_statement *statements, size_t count, bool clears,
            dn_error *error)
{
    dn_parcel parcel = {.count = 0};

    /* A single statement is a transaction already, once the session is as it was. */
    if (!book->open && count == 1 && !clears) {
        if (send(book, DUNLIN_ITEM_RESET, NULL, error) < 0)
            return -1;
        dn_fault("ledger.before-record");
        if (dn_connection_execute(connection_of(book), DUNLIN_ITEM_STATEMENT, statements[0].sql,
                                  statements[0].values, statements[0].count, error) < 0)
            return -1;
        dn_fault("ledger.after-record");
        return 0;
    }
    if (prepare_record(book, statements, count, clears, &parcel, error) < 0 ||
        dn_parcel_send(&parcel, connection_of(book), commits_ddl(book->execution), error) < 0)
        return -1;
    book->open = false;
    return 0;
}

/* With whatever is still open. */
static int
record(ledger *book, const dn_script *script, dn_error *error)
{
    dn_execution *execution = book->execution;
    const dn_tracker_statement *statements;
    size_t count;
    int64_t elapsed_us = (dn_clock_monotonic_ns() - book->started_ns) / 1000;
    bool clears = (book->written || execution->left_over) && !leaves_rows(book);

    if (dn_execute_record(execution, book->job, script, elapsed_us, &statements, &count, error) <
            0 ||
        send_record(book, statements, count, clears, error) < 0)
        return -1;
    execution->left_over = clears ? 0 : execution->left_over + (book->written > 0);
    book->job->applied = true;
    book->job->duration_us = elapsed_us;
    dn_log_info(&execution->log, "applied %s", book->job->migration->tag);
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
        book->alone = dn_script_no_transaction(script);
        if (item.kind == DN_SCRIPT_END)
            return record(book, script, error);
        if (run_item(book, &item, error) < 0)
            return -1;
    }
}

/* The table is made, and asked for what earlier runs left, once in a run. */
static int
look_into(dn_execution *execution, dn_error *error)
{
    if (execution->ledger_seen)
        return 0;
    if (dn_tracker_create_statements(execution->connection, error) < 0 ||
        dn_tracker_unfinished(execution->connection, execution->arena, &execution->unfinished,
                              &execution->unfinished_count, error) < 0)
        return -1;
    if (execution->unfinished_count && commits_ddl(execution) &&
        dn_tracker_forget_statements(execution->writer, execution->connection, error) < 0)
        return -1;
    execution->ledger_seen = true;
    return 0;
}

static int
read_rows(ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;
    const char *tag = book->job->migration->tag;

    if (look_into(execution, error) < 0)
        return -1;
    for (size_t i = 0; i < execution->unfinished_count; i++)
        if (strcmp(execution->unfinished[i], tag) == 0)
            return dn_ledger_read(execution->connection, tag, &book->arena, &book->rows, error);
    return 0;
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
    execution->cause = error->status;
    execution->ledger_seen = false; /* it holds rows of this job now */
    if (book->culprit.ordinal)
        dn_execute_blame(execution, book->job->migration, &book->culprit, error);
    /* What only a person can decide says itself how to go on. */
    if (!book->done || error->status == DUNLIN_PARTIAL)
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
    if (read_rows(&book, error) == 0 &&
        dn_script_open(execution->connection, execution->translator, job->migration,
                       &job->info.kept, false, &script, error) == 0) {
        book.script = script;
        book.known = book.written = book.rows.count;
        dn_fault("ledger.rows-read");
        answer = run_script(&book, script, error);
    }
    if (answer < 0)
        fail_job(&book, error);
    else
        answer = send(&book, DUNLIN_ITEM_RESET, NULL, error);
    dn_arena_free(&book.arena);
    return answer;
}
