/* SPDX-License-Identifier: MIT
 *
 * Batches outside of transactions: order of outcomes, values, checks, and what a failure stops.
 */
#include <string.h>

#include "core/conformance/raw.h"

#define STATEMENT(text)                                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT, .sql = text                                                 \
    }
#define INSERT(id) STATEMENT("INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (" #id ", 'x')")
#define WRONG STATEMENT("INSERT INTO dunlin_check_missing (id) VALUES (1)")

static int
nothing(dn_check *check)
{
    dn_raw_run run = {.pull_answers_at = DN_RAW_NOWHERE, .done_answers_at = DN_RAW_NOWHERE};

    return dn_raw_run_all(check, dn_check_first(check), &run);
}

static int
outcomes(dn_check *check)
{
    static const dn_raw_item items[] = {INSERT(1), INSERT(2), INSERT(3), INSERT(4)};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    for (size_t i = 0; i < 4; i++)
        if (run.outcomes[i].outcome != DUNLIN_OUTCOME_RAN || run.outcomes[i].in_transaction != 0)
            return dn_check_fail(check, "item %zu was reported with outcome %d, in_transaction %d",
                                 i, (int)run.outcomes[i].outcome,
                                 (int)run.outcomes[i].in_transaction);
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 4);
}

static int
check_rows(dn_check *check, const dn_raw_run *run, size_t at, int64_t rows)
{
    int64_t told = run->outcomes[at].rows;

    if (told == rows || told == -1)
        return 0;
    return dn_check_fail(check, "item %zu changed %lld rows and not %lld", at, (long long)told,
                         (long long)rows);
}

static int
rows(dn_check *check)
{
    static const dn_raw_item items[] = {
        INSERT(11),
        STATEMENT("UPDATE " DN_CHECK_ITEMS " SET name = 'y' WHERE id <= 3"),
        STATEMENT("DELETE FROM " DN_CHECK_ITEMS " WHERE id > 3"),
        STATEMENT("DELETE FROM " DN_CHECK_ITEMS " WHERE id > 100"),
    };
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 10) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0 ||
        check_rows(check, &run, 0, 1) < 0 || check_rows(check, &run, 1, 3) < 0 ||
        check_rows(check, &run, 2, 8) < 0)
        return -1;
    return check_rows(check, &run, 3, 0);
}

static int
values(dn_check *check)
{
    const dunlin_value first[] = {
        {.type = DUNLIN_VALUE_INTEGER, .integer = -5},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("it's $1; ?")},
        {.type = DUNLIN_VALUE_NULL},
        {.type = DUNLIN_VALUE_BLOB, .text = dn_span("\0\x01'", 3)},
    };
    const dunlin_value second[] = {
        {.type = DUNLIN_VALUE_INTEGER, .integer = 6},
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("it's $1; ?")},
    };
    const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "INSERT INTO " DN_CHECK_ITEMS " (id, name, note, data) VALUES ($1, $2, $3, $4)",
         .values = first,
         .value_count = 4},
        {.kind = DUNLIN_ITEM_STATEMENT,
         .sql = "UPDATE " DN_CHECK_ITEMS " SET id = $1 WHERE name = $2",
         .values = second,
         .value_count = 2},
    };
    dn_raw_run run = DN_RAW_RUN(items);
    const char *cell;

    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0 ||
        dn_check_cell(check, dn_check_second(check),
                      "SELECT id FROM " DN_CHECK_ITEMS " WHERE note IS NULL AND data IS NOT NULL",
                      &cell) < 0)
        return -1;
    return strcmp(cell, "6") == 0 ? 0 : dn_check_fail(check, "the id is '%s' and not '6'", cell);
}

/* Each statement's text is gone at the next pull, and each has another length. */
static int
borrowed_text(dn_check *check)
{
    static const dn_raw_item items[] = {
        STATEMENT("INSERT INTO " DN_CHECK_ITEMS
                  " (id, name) VALUES (1, 'the longest of them all')"),
        STATEMENT("INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (2)"),
        STATEMENT("INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (3, 'middle')"),
        STATEMENT("INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (4, 'x')"),
    };
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 4);
}

static int
rows_dropped(dn_check *check)
{
    static const dn_raw_item items[] = {STATEMENT("SELECT id, name FROM " DN_CHECK_ITEMS),
                                        INSERT(11),
                                        STATEMENT("SELECT count(*) FROM " DN_CHECK_ITEMS)};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 10) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 11);
}

/* --- CHECK ----------------------------------------------------------------------------------- */

static int
check_passes(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_CHECK, .sql = "SELECT count(*) FROM " DN_CHECK_ITEMS, .expected = "3"},
        {.kind = DUNLIN_ITEM_CHECK,
         .sql = "SELECT name FROM " DN_CHECK_ITEMS " ORDER BY id",
         .expected = "item 1"},
        INSERT(4),
    };
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_filled(check, 3) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 4);
}

static int
check_fails(dn_check *check)
{
    static const struct {
        const char *sql;
        const char *expected;
    } wrong[] = {
        {"SELECT count(*) FROM " DN_CHECK_ITEMS, "4711"},
        {"SELECT count(*) FROM " DN_CHECK_ITEMS, "30"},
        {"SELECT name FROM " DN_CHECK_ITEMS " WHERE id = 99", ""},
        {"SELECT note FROM " DN_CHECK_ITEMS, "null"},
    };

    if (dn_check_filled(check, 3) < 0)
        return -1;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const dn_raw_item items[] = {
            {.kind = DUNLIN_ITEM_CHECK, .sql = wrong[i].sql, .expected = wrong[i].expected},
            INSERT(4)};
        dn_raw_run run = DN_RAW_RUN(items);

        if (dn_raw_run_failing(check, dn_check_first(check), &run, 0, DUNLIN_CONSTRAINT) < 0 ||
            dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
            return dn_while(&check->error, "expecting '%s' of '%s'", wrong[i].expected,
                            wrong[i].sql);
        if (i == 0 && !strstr(run.failure.message.data, "3"))
            return dn_check_fail(check, "the message does not say what the query gave: %s",
                                 run.failure.message.data);
    }
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 3);
}

/* --- failures -------------------------------------------------------------------------------- */

static int
failure(dn_check *check)
{
    static const dn_raw_item items[] = {INSERT(1), WRONG, INSERT(2), INSERT(3)};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 ||
        dn_raw_run_failing(check, dn_check_first(check), &run, 1, DUNLIN_MISSING) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_RESET, NULL) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 1);
}

static int
goes_on(dn_check *check)
{
    static const dn_raw_item wrong[] = {WRONG, INSERT(1)};
    static const dn_raw_item right[] = {INSERT(2), INSERT(3)};

    if (dn_check_items(check) < 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        dn_raw_run run = DN_RAW_RUN(wrong);

        if (dn_raw_run_failing(check, dn_check_first(check), &run, 0, DUNLIN_MISSING) < 0 ||
            dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
            return -1;
    }
    {
        dn_raw_run run = DN_RAW_RUN(right);

        if (dn_raw_run_all(check, dn_check_first(check), &run) < 0)
            return -1;
    }
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 2);
}

static int
unknown_item(dn_check *check)
{
    static const dn_raw_item items[] = {{.kind = 99, .sql = ""}, INSERT(1)};
    dn_raw_run run = DN_RAW_RUN(items);

    if (dn_check_items(check) < 0 || dn_raw_run_items(check, dn_check_first(check), &run) < 0)
        return -1;
    if (run.failed_at != 0)
        return dn_check_fail(check, "an item of a kind that does not exist did not fail");
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 0);
}

static int
answered(dn_check *check, dn_raw_run *run, int64_t most)
{
    int64_t found;

    if (dn_check_items(check) < 0 || dn_raw_run_items(check, dn_check_first(check), run) < 0)
        return -1;
    if (run->status != DUNLIN_CANCELLED)
        return dn_check_fail(check, "run() returned '%s' where the host had answered 'cancelled'",
                             dn_check_class(run->status));
    if (dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0 ||
        dn_connection_query_integer(dn_check_second(check), "SELECT count(*) FROM " DN_CHECK_ITEMS,
                                    NULL, 0, -1, &found, &check->error) < 0)
        return -1;
    if (found > most)
        return dn_check_fail(check, "%lld of the statements took effect, and at most %lld may",
                             (long long)found, (long long)most);
    return dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                            "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (9)");
}

static int
pull_answered(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_BEGIN}, INSERT(1), INSERT(2), {.kind = DUNLIN_ITEM_COMMIT}};
    dn_raw_run run = DN_RAW_RUN(items);

    run.pull_answers_at = 2;
    run.pull_answer = DUNLIN_CANCELLED;
    return answered(check, &run, 0);
}

static int
done_answered(dn_check *check)
{
    static const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_BEGIN}, INSERT(1), {.kind = DUNLIN_ITEM_COMMIT},
        {.kind = DUNLIN_ITEM_BEGIN}, INSERT(2), {.kind = DUNLIN_ITEM_COMMIT}};
    dn_raw_run run = DN_RAW_RUN(items);

    run.done_answers_at = 1;
    run.done_answer = DUNLIN_CANCELLED;
    /* What was sent ahead may be done by the time anybody objects. */
    return answered(check, &run, check->capabilities->flags & DUNLIN_CAN_PIPELINE ? 2 : 0);
}

static const dn_case cases[] = {
    {"run.nothing", "a batch without items succeeds", nothing, NULL, 0},
    {"run.outcomes", "every item is reported once, in order, with its outcome", outcomes, NULL, 0},
    {"run.rows", "the number of rows an item changed is right, or -1", rows, NULL, 0},
    {"run.values", "items may have values of every type, in statements of every kind", values, NULL,
     0},
    {"run.borrowed-text", "the text of an item is not used after the next pull", borrowed_text,
     NULL, 0},
    {"run.rows-dropped", "rows that a statement returns are dropped", rows_dropped, NULL, 0},
    {"run.check-passes", "a check whose first cell is as expected passes", check_passes, NULL, 0},
    {"run.check-fails", "a check with another cell, null or no row fails as constraint",
     check_fails, NULL, 0},
    {"run.failure", "what was reported as ran stays, and behind a failed item nothing takes effect",
     failure, NULL, 0},
    {"run.goes-on", "after a failed batch the connection takes others", goes_on, NULL, 0},
    {"run.unknown-item", "an item of an unknown kind fails", unknown_item, NULL, 0},
    {"run.pull-answered", "what next_item() answers is returned, and nothing is committed",
     pull_answered, NULL, 0},
    {"run.done-answered", "what item_done() answers is returned, and nothing more is begun",
     done_answered, NULL, 0},
};

const dn_area dn_area_run = DN_AREA(cases);
