/* SPDX-License-Identifier: MIT
 *
 * Data lines behind a statement, of drivers whose dialect has such a thing: it is asked what it
 * calls a statement that dialects with COPY read alike, or the quirks file names one.
 */
#include <stdio.h>
#include <string.h>

#include "core/conformance/check.h"

enum { MANY = 20000 };

typedef struct feeding {
    const char *sql;
    unsigned given;
    int64_t line;  /* next one to give */
    int64_t lines; /* of data */
    int64_t wrong; /* the line that is no row, -1: none */
    int64_t blamed;
    char text[64];
    size_t length;
    size_t taken;
} feeding;

static int
next(void *context, dunlin_item *item, dn_error *error)
{
    feeding *feed = context;

    (void)error;
    if (feed->given > 1)
        return 1;
    item->kind = feed->given ? DUNLIN_ITEM_COPY_DATA : DUNLIN_ITEM_STATEMENT;
    item->sql = dn_string(feed->given ? "" : feed->sql);
    feed->given++;
    return 0;
}

static int
done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure, dn_error *error)
{
    feeding *feed = context;

    (void)error;
    if (failure)
        feed->blamed = outcome->ordinal == 1 ? failure->offset : -2;
    return 0;
}

/* Lines in pieces that end anywhere. */
static int64_t
chunk(void *context, void *buffer, size_t bytes, dn_error *error)
{
    feeding *feed = context;
    size_t size;

    (void)error;
    if (feed->taken == feed->length) {
        if (feed->line == feed->lines)
            return 0;
        feed->length =
            (size_t)snprintf(feed->text, sizeof feed->text,
                             feed->line == feed->wrong ? "no number\tx\n" : "%lld\titem\n",
                             (long long)feed->line + 1);
        feed->taken = 0;
        feed->line++;
    }
    size = feed->length - feed->taken > 7 ? 7 : feed->length - feed->taken;
    if (size > bytes)
        size = bytes;
    memcpy(buffer, feed->text + feed->taken, size);
    feed->taken += size;
    return (int64_t)size;
}

/* 0 with the statement, or NULL when there is none. */
static int
find_statement(dn_check *check, const char **sql)
{
    uint64_t flags;

    *sql = dn_check_sql(check, "copy", "COPY " DN_CHECK_ITEMS " (id, name) FROM STDIN");
    if (dn_check_items(check) < 0 ||
        dn_connection_classify(dn_check_first(check), dn_string(*sql), &flags, &check->error) < 0)
        return -1;
    if (flags & DUNLIN_CLASS_COPY_IN)
        return 0;
    *sql = NULL;
    return dn_check_skip(check, "no statement of this dialect has data behind it");
}

static int
rows(dn_check *check)
{
    feeding feed = {.lines = MANY, .wrong = -1};
    const dn_batch batch = {next, done, chunk, &feed};

    if (find_statement(check, &feed.sql) < 0)
        return -1;
    if (!feed.sql)
        return 0;
    if (dn_connection_run(dn_check_first(check), &batch, &check->error) < 0)
        return dn_while(&check->error, "sending %d lines of data", MANY);
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, MANY);
}

static int
wrong_row(dn_check *check)
{
    feeding feed = {.lines = 10, .wrong = 6};
    const dn_batch batch = {next, done, chunk, &feed};

    if (find_statement(check, &feed.sql) < 0)
        return -1;
    if (!feed.sql)
        return 0;
    if (dn_connection_run(dn_check_first(check), &batch, &check->error) == 0)
        return dn_check_fail(check, "a line that is no row was taken");
    if (feed.blamed != feed.wrong && feed.blamed != -1)
        return dn_check_fail(check, "line %lld is wrong, and it named line %lld",
                             (long long)feed.wrong, (long long)feed.blamed);
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 0);
}

static const dn_case cases[] = {
    {"data.rows", "the data behind a statement become rows", rows, NULL, 0},
    {"data.wrong-row", "data with a wrong line leave no row, and the line is named or none is",
     wrong_row, NULL, 0},
};

const dn_area dn_area_data = DN_AREA(cases);
