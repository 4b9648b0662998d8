/* SPDX-License-Identifier: MIT
 *
 * Large statements, and many of them.
 */
#include <stdio.h>
#include <string.h>

#include "core/conformance/raw.h"

enum { LARGE = 8 * 1024 * 1024, MANY = 5000 };

static const char lead[] = "INSERT INTO " DN_CHECK_ITEMS " (id, note) VALUES (1, '";

typedef struct large_check {
    uint64_t length;
    bool wrong;
} large_check;

static int32_t
take_large(void *context, const dunlin_value *values, uint64_t count)
{
    large_check *large = context;

    large->length = count == 1 ? values[0].text.length : 0;
    for (uint64_t i = 0; i < large->length; i++)
        large->wrong |= values[0].text.data[i] != (char)('a' + i % 26);
    return DUNLIN_OK;
}

static int
expect_large(dn_check *check)
{
    large_check large = {0};
    dn_raw_query query = {
        .sql = "SELECT note FROM " DN_CHECK_ITEMS, .row = take_large, .context = &large};

    if (dn_raw_query_run(check, dn_check_second(check), &query) < 0)
        return -1;
    if (query.failures)
        return dn_check_fail(check, "reading 8 MiB failed: %s", query.failure.message.data);
    if (large.length != LARGE || large.wrong)
        return dn_check_fail(check, "8 MiB of text came back as %llu bytes%s",
                             (unsigned long long)large.length,
                             large.wrong ? ", not those that were sent" : "");
    return 0;
}

static char *
make_large(dn_check *check, size_t before, size_t after)
{
    char *text = dn_arena_alloc(&check->arena, before + LARGE + after);

    for (size_t i = 0; text && i < LARGE; i++)
        text[before + i] = (char)('a' + i % 26);
    return text;
}

static int
statement(dn_check *check)
{
    size_t begin = strlen(lead);
    char *sql = make_large(check, begin, 2);
    dn_raw_item item = {.kind = DUNLIN_ITEM_STATEMENT, .sql = sql, .length = begin + LARGE + 2};
    dn_raw_run run = {.items = &item,
                      .count = 1,
                      .pull_answers_at = DN_RAW_NOWHERE,
                      .done_answers_at = DN_RAW_NOWHERE};

    if (!sql)
        return dn_check_no_memory(check);
    memcpy(sql, lead, begin);
    memcpy(sql + begin + LARGE, "')", 2);
    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return expect_large(check);
}

static int
value(dn_check *check)
{
    char *text = make_large(check, 0, 0);
    const dunlin_value bound = {.type = DUNLIN_VALUE_TEXT, .text = dn_span(text, LARGE)};
    const dn_raw_item items[] = {{.kind = DUNLIN_ITEM_STATEMENT,
                                  .sql = "INSERT INTO " DN_CHECK_ITEMS " (id, note) VALUES (1, $1)",
                                  .values = &bound,
                                  .value_count = 1}};
    dn_raw_run run = DN_RAW_RUN(items);

    if (!text)
        return dn_check_no_memory(check);
    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return expect_large(check);
}

typedef struct maker {
    char sql[128];
    bool transaction;
} maker;

static void
make_insert(void *context, uint64_t ordinal, dn_raw_item *item)
{
    maker *state = context;

    if (state->transaction && ordinal == 0) {
        item->kind = DUNLIN_ITEM_BEGIN;
    } else if (state->transaction && ordinal == MANY + 1) {
        item->kind = DUNLIN_ITEM_COMMIT;
    } else {
        snprintf(state->sql, sizeof state->sql,
                 "INSERT INTO " DN_CHECK_ITEMS " (id, name) VALUES (%llu, 'item')",
                 (unsigned long long)ordinal);
        item->sql = state->sql;
    }
}

static int
items(dn_check *check)
{
    maker state = {.transaction = true};
    dn_raw_run run = DN_RAW_MAKE(MANY + 2, make_insert, &state);

    if (dn_check_items(check) < 0 || dn_raw_run_all(check, dn_check_first(check), &run) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, MANY);
}

/* Each row a second time: the 2,500th of the new ones is there already. */
static int
late_failure(dn_check *check)
{
    maker state = {.transaction = true};
    dn_raw_run run = DN_RAW_MAKE(MANY + 2, make_insert, &state);

    if (dn_check_items(check) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_STATEMENT,
                         "INSERT INTO " DN_CHECK_ITEMS " (id) VALUES (2500)") < 0 ||
        dn_raw_run_failing(check, dn_check_first(check), &run, 2500, DUNLIN_CONSTRAINT) < 0 ||
        dn_check_execute(check, DUNLIN_ITEM_ROLLBACK, NULL) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 1);
}

static const dn_case cases[] = {
    {"bulk.statement", "a statement of 8 MiB runs", statement, NULL, 0},
    {"bulk.value", "a bound value of 8 MiB is stored", value, NULL, 0},
    {"bulk.items", "a batch of 5,000 items runs, in order", items, NULL, 0},
    {"bulk.late-failure", "a failure in the middle of 5,000 items undoes and stops them all",
     late_failure, NULL, 0},
};

const dn_area dn_area_bulk = DN_AREA(cases);
