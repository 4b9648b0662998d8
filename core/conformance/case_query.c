/* SPDX-License-Identifier: MIT
 *
 * Queries: values there and back, rows as they come, and stopping.
 */
#include <stdio.h>
#include <string.h>

#include "core/conformance/raw.h"

enum { MANY_ROWS = 10000 };

/* --- values ---------------------------------------------------------------------------------- */

typedef struct value_check {
    dn_check *check;
    const dunlin_value *expected;
    const char *wrong; /* what was not as expected, or NULL */
    bool seen;
} value_check;

static bool
same_value(const dunlin_value *a, const dunlin_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == DUNLIN_VALUE_NULL)
        return true;
    if (a->type == DUNLIN_VALUE_INTEGER)
        return a->integer == b->integer;
    return a->text.length == b->text.length &&
           (!a->text.length || memcmp(a->text.data, b->text.data, a->text.length) == 0);
}

static const char *
described(dn_check *check, const dunlin_value *value)
{
    const char *text = NULL;

    if (value->type == DUNLIN_VALUE_NULL)
        text = "null";
    else if (value->type == DUNLIN_VALUE_INTEGER)
        text = dn_arena_printf(&check->arena, "the integer %lld", (long long)value->integer);
    else if (value->type == DUNLIN_VALUE_TEXT || value->type == DUNLIN_VALUE_BLOB)
        text = dn_arena_printf(&check->arena, "%s '%s'",
                               value->type == DUNLIN_VALUE_TEXT ? "the text" : "the blob",
                               dn_check_shown(check, value->text));
    return text ? text : "a value of an unknown type";
}

static int32_t
take_value(void *context, const dunlin_value *values, uint64_t count)
{
    value_check *wanted = context;

    wanted->seen = true;
    if (count != 1)
        wanted->wrong = "a row of another number of columns";
    else if (!same_value(&values[0], wanted->expected))
        wanted->wrong = described(wanted->check, &values[0]);
    return DUNLIN_OK;
}

static int
expect_value(dn_check *check, const char *column, const dunlin_value *expected)
{
    value_check wanted = {.check = check, .expected = expected};
    const char *sql = dn_arena_printf(&check->arena, "SELECT %s FROM " DN_CHECK_ITEMS, column);
    dn_raw_query query = {.sql = sql, .row = take_value, .context = &wanted};

    if (!sql)
        return dn_check_no_memory(check);
    if (dn_raw_query_run(check, dn_check_first(check), &query) < 0)
        return -1;
    if (query.failures)
        return dn_check_fail(check, "'%s' failed: %s", sql, query.failure.message.data);
    if (!wanted.seen)
        return dn_check_fail(check, "'%s' gave no row", sql);
    if (wanted.wrong)
        return dn_check_fail(check, "%s came back as %s", described(check, expected), wanted.wrong);
    return 0;
}

/* One value bound, stored and read. */
static int
round_trip(dn_check *check, const char *column, const dunlin_value *value)
{
    const char *sql = dn_arena_printf(
        &check->arena, "INSERT INTO " DN_CHECK_ITEMS " (id%s%s) VALUES (%s$1)",
        strcmp(column, "id") == 0 ? "" : ", ", strcmp(column, "id") == 0 ? "" : column,
        strcmp(column, "id") == 0 ? "" : "1, ");
    const dn_raw_item items[] = {
        {.kind = DUNLIN_ITEM_STATEMENT, .sql = sql, .values = value, .value_count = 1}};
    dn_raw_run run = DN_RAW_RUN(items);

    if (!sql)
        return dn_check_no_memory(check);
    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return dn_while(&check->error, "storing %s", described(check, value));
    return expect_value(check, column, value);
}

static int
integers(dn_check *check)
{
    static const int64_t numbers[] = {0, -1, INT64_MAX, INT64_MIN, 4294967296, -2147483649};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const dunlin_value value = {.type = DUNLIN_VALUE_INTEGER, .integer = numbers[i]};

        if (round_trip(check, "id", &value) < 0)
            return -1;
    }
    return 0;
}

static int
texts(dn_check *check)
{
    static const char *const list[] = {
        "",
        "a",
        "it's \"quoted\" `here`",
        "back\\slash",
        "line\nend\r\n",
        "\xe6\x97\xa5\xf0\x9f\x8c\xb1",
        "$1 ? %s",
        "7",
        "null",
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        const dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = dn_string(list[i])};

        if (round_trip(check, i % 2 ? "note" : "name", &value) < 0)
            return -1;
    }
    return 0;
}

static int
blobs(dn_check *check)
{
    char every[256];
    const dunlin_string list[] = {{every, sizeof every}, {"", 0},         {"\0", 1},
                                  {"a\0b", 3},           {"\xff\xfe", 2}, {"'\\", 2}};

    for (size_t i = 0; i < sizeof every; i++)
        every[i] = (char)i;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        const dunlin_value value = {.type = DUNLIN_VALUE_BLOB, .text = list[i]};

        if (round_trip(check, "data", &value) < 0)
            return -1;
    }
    return 0;
}

static int
nulls(dn_check *check)
{
    static const char *const columns[] = {"name", "note", "data"};
    const dunlin_value value = {.type = DUNLIN_VALUE_NULL};

    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (round_trip(check, columns[i], &value) < 0)
            return dn_while(&check->error, "in the column '%s'", columns[i]);
    return 0;
}

/* --- placeholders ---------------------------------------------------------------------------- */

static int
expect_rows(dn_check *check, const char *sql, const dunlin_value *values, uint64_t count,
            uint64_t rows)
{
    dn_raw_query query = {.sql = sql, .values = values, .value_count = count};

    if (dn_raw_query_run(check, dn_check_first(check), &query) < 0)
        return -1;
    if (query.failures)
        return dn_check_fail(check, "'%s' failed: %s", sql, query.failure.message.data);
    if (query.rows != rows)
        return dn_check_fail(check, "'%s' gave %llu rows and not %llu", sql,
                             (unsigned long long)query.rows, (unsigned long long)rows);
    return 0;
}

static int
placeholders(dn_check *check)
{
    const dunlin_value values[] = {
        {.type = DUNLIN_VALUE_TEXT, .text = dn_string("item 2")},
        {.type = DUNLIN_VALUE_INTEGER, .integer = 2},
    };

    if (dn_check_filled(check, 3) < 0 ||
        expect_rows(check, "SELECT id FROM " DN_CHECK_ITEMS " WHERE id = $2 AND name = $1", values,
                    2, 1) < 0)
        return -1;
    return expect_rows(
        check, "SELECT id FROM " DN_CHECK_ITEMS " WHERE name = $1 AND (id > $2 OR name = $1)",
        values, 2, 1);
}

static int
false_placeholders(dn_check *check)
{
    const dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = dn_string("item 2")};

    if (dn_check_filled(check, 3) < 0)
        return -1;
    return expect_rows(check,
                       "SELECT id FROM " DN_CHECK_ITEMS
                       " WHERE name <> '$1' AND name <> 'it''s $2 ?' AND name = $1",
                       &value, 1, 1);
}

/* --- rows ------------------------------------------------------------------------------------ */

typedef struct row_order {
    int64_t last;
    bool wrong;
} row_order;

static int32_t
take_ordered(void *context, const dunlin_value *values, uint64_t count)
{
    row_order *order = context;
    char name[40];

    snprintf(name, sizeof name, "item %lld", (long long)order->last + 1);
    if (count != 2 || values[0].type != DUNLIN_VALUE_INTEGER ||
        values[0].integer != order->last + 1 || values[1].type != DUNLIN_VALUE_TEXT ||
        !dn_string_equal(values[1].text, name))
        order->wrong = true;
    order->last++;
    return DUNLIN_OK;
}

static const char all_rows[] = "SELECT id, name FROM " DN_CHECK_ITEMS " ORDER BY id";

static int
rows(dn_check *check)
{
    row_order order = {0};
    dn_raw_query query = {.sql = all_rows, .row = take_ordered, .context = &order};

    if (dn_check_filled(check, MANY_ROWS) < 0 ||
        dn_raw_query_run(check, dn_check_first(check), &query) < 0)
        return -1;
    if (query.failures)
        return dn_check_fail(check, "the query failed: %s", query.failure.message.data);
    if (query.rows != MANY_ROWS)
        return dn_check_fail(check, "the query gave %llu rows and not %d",
                             (unsigned long long)query.rows, MANY_ROWS);
    return order.wrong ? dn_check_fail(check, "a row is not as it was stored, or out of order") : 0;
}

/* The query is left in the middle; the next one must not notice. */
static int
left_early(dn_check *check)
{
    static const int32_t answers[] = {DUNLIN_STOP, DUNLIN_CANCELLED};

    if (dn_check_filled(check, 100) < 0)
        return -1;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        dn_raw_query query = {.sql = all_rows, .answer_at = 3, .answer = answers[i]};

        if (dn_raw_query_run(check, dn_check_first(check), &query) < 0)
            return -1;
        if (query.rows != 3)
            return dn_check_fail(check, "%llu rows were pushed and not 3",
                                 (unsigned long long)query.rows);
        if (dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 100) < 0)
            return dn_while(&check->error, "asking again after a query that was left");
    }
    return 0;
}

static int
no_rows(dn_check *check)
{
    if (dn_check_items(check) < 0)
        return -1;
    return expect_rows(check, all_rows, NULL, 0, 0);
}

static int
failure(dn_check *check)
{
    dn_raw_query query = {.sql = "SELECT id FROM dunlin_check_missing"};

    if (dn_check_filled(check, 1) < 0 || dn_raw_query_run(check, dn_check_first(check), &query) < 0)
        return -1;
    if (!query.failures)
        return dn_check_fail(check, "a query of a missing table did not fail");
    if (query.status != DUNLIN_MISSING)
        return dn_check_fail(check, "the class is '%s' and not 'missing': %s",
                             dn_check_class(query.status), query.failure.message.data);
    if (dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 1) < 0)
        return dn_while(&check->error, "asking again after a query that failed");
    return 0;
}

/* In a transaction a query sees what the transaction did. */
static int
inside(dn_check *check)
{
    if (dn_check_filled(check, 1) < 0 || dn_check_execute(check, DUNLIN_ITEM_BEGIN, NULL) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (2)") < 0 ||
        dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 2) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
        return -1;
    return dn_check_count(check, dn_check_first(check), DN_CHECK_ITEMS, 1);
}

static const dn_case cases[] = {
    {"query.integers", "integers of 64 bits, bound, come back as integers", integers, NULL, 0},
    {"query.texts", "texts, bound, come back as they were, an empty one as well", texts, NULL, 0},
    {"query.blobs", "bytes, bound, come back as they were, NUL bytes as well", blobs, NULL, 0},
    {"query.nulls", "null, bound, comes back as null", nulls, NULL, 0},
    {"query.placeholders", "placeholders may stand in any order, and twice", placeholders, NULL, 0},
    {"query.false-placeholders", "what looks like a placeholder in a text is none",
     false_placeholders, NULL, 0},
    {"query.rows", "10,000 rows come in order and whole", rows, NULL, 0},
    {"query.left-early", "a row that is answered with a status ends the query with that status",
     left_early, NULL, 0},
    {"query.no-rows", "a query without rows succeeds", no_rows, NULL, 0},
    {"query.failure", "a query that fails says why once, and the connection goes on", failure, NULL,
     0},
    {"query.inside", "a query in a transaction sees what the transaction did", inside, NULL, 0},
};

const dn_area dn_area_query = DN_AREA(cases);
