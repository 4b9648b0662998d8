/* SPDX-License-Identifier: MIT
 *
 * Transactions: all or nothing, also when something fails in the middle.
 */
#include <string.h>

#include "core/conformance/raw.h"

#define STATEMENT(text)                                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT, .sql = text                                                 \
    }
#define INSERT(id) STATEMENT("INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (" #id ", 'x')")
#define BEGIN                                                                                      \
    {                                                                                              \
        .kind = DUNLIN_ITEM_BEGIN                                                                  \
    }
#define COMMIT                                                                                     \
    {                                                                                              \
        .kind = DUNLIN_ITEM_COMMIT                                                                 \
    }
#define ROLLBACK                                                                                   \
    {                                                                                              \
        .kind = DUNLIN_ITEM_ROLLBACK                                                               \
    }

static int
run_all(dn_check *check, const dn_raw_item *items, size_t count)
{
    dn_raw_run run = {.items = items,
                      .count = count,
                      .pull_answers_at = DN_RAW_NOWHERE,
                      .done_answers_at = DN_RAW_NOWHERE};

    return dn_raw_run_all(check, dn_check_first(check), &run);
}

#define RUN_ALL(check, ...)                                                                        \
    run_all(check, (const dn_raw_item[]){__VA_ARGS__},                                             \
            sizeof((const dn_raw_item[]){__VA_ARGS__}) / sizeof(dn_raw_item))

static int
expect(dn_check *check, int64_t rows)
{
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, rows);
}

static int
commit(dn_check *check)
{
    if (dn_check_items(check) < 0 || RUN_ALL(check, BEGIN, INSERT(1), INSERT(2), COMMIT) < 0)
        return -1;
    return expect(check, 2);
}

static int
rollback(dn_check *check)
{
    if (dn_check_filled(check, 1) < 0 || RUN_ALL(check, BEGIN, INSERT(2), ROLLBACK) < 0)
        return -1;
    return expect(check, 1);
}

static int
idle_rollback(dn_check *check)
{
    if (dn_check_items(check) < 0 || RUN_ALL(check, ROLLBACK, INSERT(1), ROLLBACK) < 0 ||
        RUN_ALL(check, BEGIN, INSERT(2), COMMIT, ROLLBACK) < 0)
        return -1;
    return expect(check, 2);
}

/* BEGIN in one batch, COMMIT in another. */
static int
spans_batches(dn_check *check)
{
    if (dn_check_items(check) < 0 || RUN_ALL(check, BEGIN, INSERT(1)) < 0 || expect(check, 0) < 0 ||
        RUN_ALL(check, INSERT(2)) < 0 || expect(check, 0) < 0 || RUN_ALL(check, COMMIT) < 0)
        return -1;
    return expect(check, 2);
}

static int
in_transaction(dn_check *check)
{
    static const dn_raw_item items[] = {BEGIN, INSERT(1), COMMIT, INSERT(2), BEGIN, ROLLBACK};
    static const int32_t wanted[] = {1, 1, 0, 0, 1, 0};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (run.outcomes[i].in_transaction != wanted[i])
            return dn_check_fail(check, "item %zu was reported with in_transaction %d and not %d",
                                 i, (int)run.outcomes[i].in_transaction, (int)wanted[i]);
    return 0;
}

static int
savepoint(dn_check *check)
{
#define SAVEPOINT(text)                                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_SAVEPOINT, .sql = text                                                 \
    }
    if (dn_check_items(check) < 0 ||
        RUN_ALL(check, BEGIN, INSERT(1), SAVEPOINT("SAVEPOINT dunlin_check_point"), INSERT(2),
                SAVEPOINT("ROLLBACK TO SAVEPOINT dunlin_check_point"), INSERT(3), COMMIT) < 0)
        return -1;
    return expect(check, 2);
#undef SAVEPOINT
}

/* --- failures -------------------------------------------------------------------------------- */

/* Runs a batch that fails at `at`; afterwards nothing of it may be there, and the connection takes
 * another transaction. */
static int
fails_whole(dn_check *check, dn_raw_run *run, uint64_t at, int32_t status, int64_t rows)
{
    if (dn_raw_run_failing(check, dn_check_first(check), run, at, status) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_RESET, NULL) < 0)
        return -1;
    if (expect(check, rows) < 0)
        return dn_while(&check->error, "looking what the failed transaction left");
    if (RUN_ALL(check, BEGIN, INSERT(77), COMMIT) < 0)
        return dn_while(&check->error, "running another transaction");
    return expect(check, rows + 1);
}

static int
failure(dn_check *check)
{
    static const dn_raw_item items[] = {
        BEGIN, INSERT(2), STATEMENT("INSERT INTO dunlin_check_missing (id) VALUES (1)"), INSERT(3),
        COMMIT};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 1) < 0)
        return -1;
    return fails_whole(check, &run, 2, DUNLIN_MISSING, 1);
}

/* What stands behind the failed transaction would be a transaction of its own. */
static int
failure_ends_batch(dn_check *check)
{
    static const dn_raw_item items[] = {
        BEGIN,  INSERT(2), COMMIT,
        BEGIN,  INSERT(3), STATEMENT("INSERT INTO dunlin_check_missing (id) VALUES (1)"),
        COMMIT, BEGIN,     INSERT(4),
        COMMIT, INSERT(5)};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 1) < 0)
        return -1;
    return fails_whole(check, &run, 5, DUNLIN_MISSING, 2);
}

static int
failed_check(dn_check *check)
{
    static const dn_raw_item items[] = {BEGIN,
                                        INSERT(2),
                                        {.kind = DUNLIN_ITEM_CHECK,
                                         .sql = "SELECT count(*) FROM " DN_CHECK_ITEMS,
                                         .expected = "17"},
                                        INSERT(3),
                                        COMMIT};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 1) < 0)
        return -1;
    return fails_whole(check, &run, 2, DUNLIN_CONSTRAINT, 1);
}

/* A row whose parent is missing, noticed at COMMIT. */
static int
failed_commit(dn_check *check)
{
    static const dn_raw_item items[] = {
        BEGIN,  INSERT(2), STATEMENT("INSERT INTO dunlin_check_deferred (parent) VALUES (99)"),
        COMMIT, BEGIN,     INSERT(3),
        COMMIT};
    const char *table =
        dn_check_sql(check, "table",
                     "CREATE TABLE dunlin_check_deferred (parent BIGINT REFERENCES " DN_CHECK_ITEMS
                     " (id) DEFERRABLE INITIALLY DEFERRED)");
    dn_raw_run run = DN_RAW_RUN(items);
    dn_error refused;

    if (dn_check_filled(check, 1) < 0 || dn_check_own(check, "TABLE", "dunlin_check_deferred") < 0)
        return -1;
    dn_error_clear(&refused);
    if (dn_connection_execute(dn_check_first(check), DUNLIN_ITEM_STATEMENT, table, NULL, 0,
                              &refused) < 0)
        return refused.status == DUNLIN_SYNTAX || refused.status == DUNLIN_UNSUPPORTED
                   ? dn_check_skip(check, "the server has no constraints that wait for COMMIT")
                   : dn_check_fail(check, "'%s' failed: %s", table, refused.message);
    return fails_whole(check, &run, 3, DUNLIN_CONSTRAINT, 1);
}

/* --- DDL ------------------------------------------------------------------------------------- */

static int
ddl(dn_check *check)
{
    bool transactional = check->capabilities->flags & DUNLIN_CAN_TRANSACTIONAL_DDL;
    dn_error error;
    int64_t found;
    int answer;

    if (dn_check_items(check) < 0 || dn_check_own(check, "TABLE", "dunlin_check_made") < 0 ||
        RUN_ALL(check, BEGIN, STATEMENT("CREATE TABLE dunlin_check_made (id INTEGER)"), ROLLBACK) <
            0 ||
        !dn_check_second(check))
        return -1;
    dn_error_clear(&error);
    answer = dn_connection_query_integer(dn_check_second(check),
                                         "SELECT count(*) FROM dunlin_check_made", NULL, 0, -1,
                                         &found, &error);
    if (answer < 0 && error.status != DUNLIN_MISSING)
        return dn_check_fail(check, "looking for the table failed: %s", error.message);
    if (transactional && answer == 0)
        return dn_check_fail(check, "the driver claims transactional DDL, and ROLLBACK left a "
                                    "table");
    if (!transactional && answer < 0)
        return dn_check_fail(check, "the driver does not claim transactional DDL, and ROLLBACK "
                                    "took a table away");
    return 0;
}

static int
failed_ddl(dn_check *check)
{
    static const dn_raw_item items[] = {
        BEGIN, STATEMENT("CREATE TABLE dunlin_check_made (id INTEGER)"), INSERT(2),
        STATEMENT("INSERT INTO dunlin_check_missing (id) VALUES (1)"), COMMIT};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 1) < 0 || dn_check_own(check, "TABLE", "dunlin_check_made") < 0 ||
        fails_whole(check, &run, 3, DUNLIN_MISSING, 1) < 0)
        return -1;
    return dn_check_refused(check, dn_check_first(check),
                            "INSERT INTO dunlin_check_made (id) "
                            "VALUES (1)",
                            DUNLIN_MISSING);
}

/* --- the end of a connection ----------------------------------------------------------------- */

static int
closed(dn_check *check)
{
    if (dn_check_filled(check, 1) < 0 || RUN_ALL(check, BEGIN, INSERT(2)) < 0)
        return -1;
    dn_check_close(check, 0);
    if (expect(check, 1) < 0)
        return -1;
    return RUN_ALL(check, BEGIN, INSERT(2), COMMIT);
}

static const dn_case cases[] = {
    {"transaction.commit", "what is committed is seen by others", commit, NULL, 0},
    {"transaction.rollback", "what is rolled back is gone", rollback, NULL, 0},
    {"transaction.idle-rollback", "ROLLBACK is harmless where no transaction is open",
     idle_rollback, NULL, 0},
    {"transaction.spans-batches", "a transaction lasts from batch to batch, unseen by others",
     spans_batches, NULL, 0},
    {"transaction.reported", "outcomes say whether a transaction is open", in_transaction, NULL, 0},
    {"transaction.savepoint", "savepoints are passed on, and ROLLBACK TO keeps the transaction",
     savepoint, NULL, 0},
    {"transaction.failure", "of a transaction that fails nothing stays, though COMMIT follows",
     failure, NULL, 0},
    {"transaction.failure-ends-batch",
     "transactions before a failed one stay, those behind it "
     "are not begun",
     failure_ends_batch, NULL, 0},
    {"transaction.failed-check", "a failed check undoes its transaction", failed_check, NULL, 0},
    {"transaction.failed-commit", "a failed COMMIT leaves nothing, and nothing follows it",
     failed_commit, NULL, 0},
    {"transaction.ddl", "ROLLBACK takes DDL back if, and only if, the driver claims so", ddl, NULL,
     0},
    {"transaction.failed-ddl", "DDL of a transaction that fails is undone", failed_ddl, NULL,
     DUNLIN_CAN_TRANSACTIONAL_DDL},
    {"transaction.closed", "closing a connection rolls its transaction back", closed, NULL, 0},
};

const dn_area dn_area_transaction = DN_AREA(cases);
