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
#include "core/execute/ledger_book.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"

static dn_connection *
connection_of(const dn_ledger *book)
{
    return book->execution->connection;
}

static int
send(dn_ledger *book, int32_t kind, const char *sql, dn_error *error)
{
    return dn_connection_execute(connection_of(book), kind, sql, NULL, 0, error);
}

/* The record of the job before, if it waits, does so no longer. */
static int
settle(dn_ledger *book, const dunlin_item *announcement, dn_error *error)
{
    int answer = dn_ledger_settle(book->execution, announcement, error);

    book->blameless = answer < 0;
    return answer;
}

static int
begin(dn_ledger *book, dn_error *error)
{
    if (book->open)
        return 0;
    if (settle(book, NULL, error) < 0)
        return -1;
    dn_fault("ledger.before-begin");
    if (send(book, DUNLIN_ITEM_BEGIN, NULL, error) < 0)
        return -1;
    dn_fault("ledger.after-begin");
    book->open = true;
    return 0;
}

/* Rows of all that was met and is not in the table yet. */
static int
write_rows(dn_ledger *book, dn_error *error)
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

/* The INSERT that write_rows() would send. */
static int
make_insert(dn_ledger *book, dunlin_item *insert, dn_error *error)
{
    return dn_ledger_insert(connection_of(book), book->execution->run_id, book->job->migration->tag,
                            book->rows.items, book->written, book->at - book->written, &book->arena,
                            insert, error);
}

static int
commit_rows(dn_ledger *book, dn_error *error)
{
    dn_fault("ledger.before-commit");
    if (send(book, DUNLIN_ITEM_COMMIT, NULL, error) < 0)
        return -1;
    dn_fault("ledger.after-commit");
    book->open = false;
    return 0;
}

static int
commit(dn_ledger *book, dn_error *error)
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
send_with(dn_ledger *book, dn_parcel *parcel, const dn_script_item *item, dn_error *error)
{
    int answer;

    dn_parcel_add(parcel, (dunlin_item){.kind = DUNLIN_ITEM_STATEMENT, .sql = item->sql},
                  "ledger.before-statement", "ledger.after-statement");
    answer =
        dn_parcel_send(parcel, connection_of(book), dn_ledger_commits_ddl(book->execution), error);
    book->culprit =
        (dn_culprit){answer < 0 && parcel->ran + 1 == parcel->count ? item->ordinal : 0, false, -1};
    return answer;
}

static int
run_sql(dn_ledger *book, const dn_script_item *item, dn_error *error)
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
run_in_transaction(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_parcel parcel = {.count = 0};
    int answer;

    if (settle(book, NULL, error) < 0)
        return -1;
    if (book->open || (item->flags & DUNLIN_CLASS_COPY_IN))
        return begin(book, error) < 0 ? -1 : run_sql(book, item, error);
    dn_parcel_add(&parcel, (dunlin_item){.kind = DUNLIN_ITEM_BEGIN}, "ledger.before-begin",
                  "ledger.after-begin");
    answer = send_with(book, &parcel, item, error);
    book->open = parcel.ran > 0;
    return answer;
}

static int
run_inside(dn_ledger *book, const dn_script_item *item, dn_error *error)
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

/* In one transaction with the record of the job before. */
static int
announce_with_record(dn_ledger *book, dn_error *error)
{
    dunlin_item insert;

    if (make_insert(book, &insert, error) < 0 || settle(book, &insert, error) < 0)
        return -1;
    book->written = book->at;
    return 0;
}

/* The announcement, with the rows of what was done before. */
static int
announce(dn_ledger *book, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];

    row->phase = DN_LEDGER_INTENT;
    dn_fault("ledger.before-intent");
    if (book->at <= book->written)
        return dn_ledger_set_phase(connection_of(book), book->job->migration->tag, book->at, row,
                                   error);
    if (book->execution->waiting)
        return announce_with_record(book, error);
    if (write_rows(book, error) < 0)
        return -1;
    if (!book->open)
        return 0;
    if (commit_rows(book, error) < 0)
        return -1;
    book->done = book->at - 1;
    return 0;
}

/* Where the database refuses it, is nothing of it done? A transaction, or the statement itself, sees to
 * that. */
static bool
is_whole(uint64_t flags)
{
    if (flags & (DUNLIN_CLASS_WHOLE | DUNLIN_CLASS_REPEATABLE))
        return true;
    return !(flags &
             (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA));
}

/* A statement that the database refused took no effect where it is whole, and its row says so; of others
 * it may have done something, and of rows that no transaction protects it may have changed the first. */
static void
mark_failed(dn_ledger *book, uint64_t flags, const dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    dn_error ignored;

    book->doubtful = book->unclear || error->status == DUNLIN_LOST || !is_whole(flags);
    if (error->status == DUNLIN_LOST || error->status == DUNLIN_CANCELLED ||
        (flags & DUNLIN_CLASS_LOSSY_DATA))
        return;
    row->phase = book->doubtful ? DN_LEDGER_FAILED : DN_LEDGER_REFUSED;
    dn_ledger_set_phase(connection_of(book), book->job->migration->tag, book->at, row, &ignored);
}

/* An earlier attempt may have left something half done, which would be in the way. */
static int
clean_up(dn_ledger *book, const dn_script_item *item, dn_error *error)
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
announce_and_run(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    size_t count = book->at - book->written;
    dn_parcel parcel = {.count = 0};
    dunlin_item insert;

    if (book->at <= book->written || book->open || book->execution->waiting ||
        count > DN_LEDGER_AT_ONCE || (item->flags & DUNLIN_CLASS_COPY_IN)) {
        if (announce(book, error) < 0)
            return -1;
        dn_fault("ledger.after-intent");
        return run_sql(book, item, error);
    }
    row->phase = DN_LEDGER_INTENT;
    dn_fault("ledger.before-intent");
    if (make_insert(book, &insert, error) < 0)
        return -1;
    dn_parcel_add(&parcel, insert, "ledger.before-rows", "ledger.after-intent");
    if (send_with(book, &parcel, item, error) == 0 || parcel.ran > 0)
        book->written = book->at;
    if (parcel.ran == parcel.count)
        return 0;
    return parcel.ran ? -1 : dn_while(error, "writing to '" DN_TRACKER_STATEMENTS "'");
}

static int
run_outside(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];

    if (clean_up(book, item, error) < 0 ||
        dn_connection_fingerprint(connection_of(book), item->sql, &row->has_facts, &row->facts,
                                  error) < 0)
        return -1;
    if (announce_and_run(book, item, error) < 0) {
        if (book->culprit.ordinal)
            mark_failed(book, item->flags, error);
        return -1;
    }
    book->done = book->at;
    return 0;
}

/* --- taking up an earlier run ------------------------------------------------------------------------------ */

static int
undecided(dn_ledger *book, const dn_script_item *item, dn_error *error)
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
decide(dn_ledger *book, const dn_script_item *item, const dn_ledger_row *row, dn_error *error)
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
done_before(dn_ledger *book, const dn_script_item *item, const dn_digest *digest, dn_error *error)
{
    const dn_ledger_row *row = &book->rows.items[book->at - 1];
    bool same = dn_digest_equal(&row->digest, digest);

    if (row->phase != DN_LEDGER_DONE && dn_ledger_wait(book->execution, row, error) < 0) {
        book->culprit = (dn_culprit){item->ordinal, false, -1};
        return -1;
    }
    book->unclear = row->phase != DN_LEDGER_REFUSED;
    if (row->phase == DN_LEDGER_FAILED || row->phase == DN_LEDGER_REFUSED)
        return 0;
    if (same)
        return row->phase == DN_LEDGER_DONE ? 1 : decide(book, item, row, error);
    book->culprit = (dn_culprit){item->ordinal, false, -1};
    return dn_fail(error, DUNLIN_PARTIAL, "ledger.edited",
                   "statement %zu was run by an earlier, unfinished run, and has been edited since",
                   book->at);
}

static int
next_row(dn_ledger *book, const dn_digest *digest, dn_error *error)
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

/* The server prints a view for us outside of transactions alone: rows so far are kept, as they are where
 * the statement has something to do. */
static int
end_before(dn_ledger *book, dn_error *error)
{
    int answer;

    if (!dn_translator_asks(book->execution->translator))
        return 0;
    book->at--;
    answer = commit(book, error);
    book->at++;
    return answer;
}

static int
translate(dn_ledger *book, const dn_script_item *item, dn_translated *translated, dn_error *error)
{
    dn_translator *translator = book->execution->translator;
    const dn_source source = dn_script_source(book->job->migration, item);

    memset(translated, 0, sizeof *translated);
    if (!translator)
        return 0;
    for (;;) {
        if (dn_translate(translator, &source, book->again, translated, error) < 0)
            return -1;
        if (translated->kind != DN_TRANSLATED_LOOK)
            return 0;
        if (end_before(book, error) < 0 || settle(book, NULL, error) < 0 ||
            dn_translator_look(translator, error) < 0)
            return -1;
    }
}

/* How the steps together must run, and the first of them, which alone may be refused with nothing done. */
static int
classify_steps(dn_ledger *book, const dn_translated *translated, uint64_t *flags, uint64_t *first,
               dn_error *error)
{
    *flags = *first = 0;
    for (size_t i = 0; i < translated->count; i++) {
        uint64_t one;

        if (dn_connection_classify(connection_of(book), translated->steps[i].sql, &one, error) < 0)
            return -1;
        *flags |= one;
        if (i == 0)
            *first = one;
    }
    return 0;
}

static int
run_steps(dn_ledger *book, const dn_script_item *item, const dn_translated *translated,
          dn_error *error)
{
    for (size_t i = 0; i < translated->count; i++) {
        const dn_step *step = &translated->steps[i];
        dn_script_item sent = *item;

        sent.sql = step->sql;
        if (step->role == DUNLIN_STEP_STATEMENT) {
            if (run_sql(book, &sent, error) < 0)
                return -1;
            book->partly = !book->open;
        } else if (dn_connection_check(connection_of(book), step->sql.data, step->expected.data,
                                       error) < 0) {
            book->culprit = (dn_culprit){item->ordinal, false, -1};
            return -1;
        }
    }
    return 0;
}

static int
run_translated(dn_ledger *book, const dn_script_item *item, const dn_translated *translated,
               dn_error *error)
{
    dn_ledger_row *row = &book->rows.items[book->at - 1];
    bool single = translated->count == 1 && translated->steps[0].role == DUNLIN_STEP_STATEMENT;
    dn_script_item sent = *item;
    uint64_t flags;
    uint64_t first;
    int answer;

    row->has_facts = false;
    if (translated->kind == DN_TRANSLATED_SKIP) {
        dn_log_debug(&book->execution->log, "%s:%u: left out: %s", book->job->migration->path,
                     item->line, translated->why);
        row->phase = DN_LEDGER_DONE;
        /* An earlier run had announced it, and did it. */
        if (book->at <= book->known && !book->open)
            book->done = book->at;
        return 0;
    }
    if (classify_steps(book, translated, &flags, &first, error) < 0)
        return -1;
    if (single)
        sent.sql = translated->steps[0].sql;
    if (!(flags & (DUNLIN_CLASS_NO_TRANSACTION | DUNLIN_CLASS_COMMITS | DUNLIN_CLASS_LOSSY_DATA))) {
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
    if (answer < 0 && !book->partly && book->culprit.ordinal)
        mark_failed(book, first, error);
    if (answer == 0) {
        book->done = book->at;
        book->partly = false;
    }
    return answer;
}

/* What an earlier run did is nothing to run, but there are types that only its text tells of. */
static int
pass_over(dn_ledger *book, const dn_script_item *item, dn_error *error)
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
run_statement(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    dn_digest digest = dn_hash_of(item->sql.data, (size_t)item->sql.length);
    dn_translated translated;
    int before = 0;

    book->again = book->unclear = false;
    if (next_row(book, &digest, error) < 0)
        return -1;
    if (book->at <= book->known)
        before = done_before(book, item, &digest, error);
    if (before)
        return before < 0 ? -1 : pass_over(book, item, error);
    book->rows.items[book->at - 1].digest = digest;
    if (translate(book, item, &translated, error) < 0)
        return -1;
    /* Whether names are swapped already, no comparison tells. */
    if (book->again && translated.swaps)
        return undecided(book, item, error);
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
run_control(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    book->group = (item->flags & DUNLIN_CLASS_BEGIN) != 0;
    return commit(book, error);
}

/* One with statements of an earlier run behind it held then; what followed it may have changed what
 * it asks for. */
static int
run_assert(dn_ledger *book, const dn_script_item *item, dn_error *error)
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
run_around(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    return commit(book, error) < 0 ? -1 : run_sql(book, item, error);
}

static int
run_item(dn_ledger *book, const dn_script_item *item, dn_error *error)
{
    if (item->kind != DN_SCRIPT_STATEMENT && settle(book, NULL, error) < 0)
        return -1;
    switch (item->kind) {
    case DN_SCRIPT_CONTROL: return run_control(book, item, error);
    case DN_SCRIPT_AROUND: return run_around(book, item, error);
    case DN_SCRIPT_ASSERT: return run_assert(book, item, error);
    case DN_SCRIPT_DATA: return 0; /* of a statement that an earlier run did */
    default: return run_statement(book, item, error);
    }
}

/* --- all of it ------------------------------------------------------------------------------------- */

static int
run_script(dn_ledger *book, dn_script *script, dn_error *error)
{
    for (;;) {
        dn_script_item item;

        if (dn_log_cancelled(&book->execution->log))
            return dn_fail(error, DUNLIN_CANCELLED, "run.cancelled", "stopped on request");
        if (dn_script_next(script, &item, error) < 0)
            return -1;
        book->alone = dn_script_no_transaction(script);
        if (item.kind == DN_SCRIPT_END)
            return settle(book, NULL, error) < 0 ? -1 : dn_ledger_record(book, error);
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
    if (execution->unfinished_count && dn_ledger_commits_ddl(execution) &&
        dn_tracker_forget_statements(execution->writer, execution->connection, error) < 0)
        return -1;
    execution->ledger_seen = true;
    return 0;
}

static int
read_rows(dn_ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;
    const char *tag = book->job->migration->tag;

    if (look_into(execution, error) < 0)
        return -1;
    for (size_t i = 0; i < execution->unfinished_count; i++)
        if (strcmp(execution->unfinished[i], tag) == 0)
            return settle(book, NULL, error) < 0 ? -1
                                                 : dn_ledger_read(execution->connection, tag,
                                                                  &book->arena, &book->rows, error);
    return 0;
}

/* The job before, whose record waits, did nothing wrong. */
static void
fail_job(dn_ledger *book, dn_error *error)
{
    dn_error other;

    if (book->blameless || book->job->applied)
        return;
    if (dn_ledger_settle(book->execution, NULL, &other) < 0)
        *error = other;
    else
        dn_ledger_fail(book, error);
}

static int
run_job(dn_ledger *book, dn_error *error)
{
    dn_execution *execution = book->execution;

    if (read_rows(book, error) < 0 ||
        dn_script_open(execution->connection, execution->translator, book->job->migration,
                       &book->job->info.kept, false, &book->script, error) < 0)
        return -1;
    book->known = book->written = book->rows.count;
    dn_fault("ledger.rows-read");
    return run_script(book, book->script, error);
}

int
dn_execute_ledger(dn_execution *execution, dn_job *job, dn_error *error)
{
    dn_ledger *book = (dn_ledger *)calloc(1, sizeof(*book));
    int answer;

    if (!book)
        return dn_no_memory(error);
    book->execution = execution;
    book->job = job;
    book->started_ns = dn_clock_monotonic_ns();
    answer = run_job(book, error);
    if (answer < 0)
        fail_job(book, error);
    if (execution->waiting != book)
        dn_ledger_close(book);
    return answer;
}
