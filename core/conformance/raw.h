/* SPDX-License-Identifier: MIT
 *
 * Private to core/conformance: `run` and `query` called without the core's wrapper, by a host that
 * is as unhelpful as the contract allows: the text of an item is spoilt at the next pull, and items
 * are offered after a failure, too. What the contract says of every call is judged here; the rest
 * is written down for the case to look at.
 */
#ifndef DN_CONFORMANCE_RAW_H
#define DN_CONFORMANCE_RAW_H

#include "core/conformance/check.h"

enum { DN_RAW_OUTCOMES = 32, DN_RAW_NOWHERE = -1 };

typedef struct dn_raw_item {
    int32_t kind;
    const char *sql;
    size_t length; /* of sql, when it is no C string */
    const dunlin_value *values;
    uint64_t value_count;
    const char *expected;
    int64_t lock_timeout_ms;
    int64_t statement_timeout_ms;
} dn_raw_item;

typedef struct dn_raw_run {
    /* What to do. */
    const dn_raw_item *items;
    size_t count;
    /* In the place of items: fills the item of this number, whose text lives until the next. */
    void (*make)(void *context, uint64_t ordinal, dn_raw_item *item);
    void *context;
    int64_t pull_answers_at; /* next_item() answers pull_answer for this item, or NOWHERE */
    int32_t pull_answer;
    int64_t done_answers_at; /* item_done() answers done_answer for this one, or NOWHERE */
    int32_t done_answer;
    /* What happened. */
    int32_t status; /* that run() returned */
    unsigned failures;
    dunlin_failure failure; /* the first; its texts live in the case's arena */
    uint64_t pulled;
    uint64_t done;
    int64_t failed_at;                        /* item reported as FAILED or LOST, or NOWHERE */
    dunlin_outcome outcomes[DN_RAW_OUTCOMES]; /* of the first items */
} dn_raw_run;

#define DN_RAW_RUN(list)                                                                           \
    {                                                                                              \
        .items = list, .count = sizeof list / sizeof list[0], .pull_answers_at = DN_RAW_NOWHERE,   \
        .done_answers_at = DN_RAW_NOWHERE                                                          \
    }
#define DN_RAW_MAKE(many, how, whom)                                                               \
    {                                                                                              \
        .count = many, .make = how, .context = whom, .pull_answers_at = DN_RAW_NOWHERE,            \
        .done_answers_at = DN_RAW_NOWHERE                                                          \
    }

/* 0 when the driver kept the contract, whether the items ran or failed; -1 with check->error. */
int dn_raw_run_items(dn_check *check, dn_connection *connection, dn_raw_run *run);
/* The same, and every item ran. */
int dn_raw_run_all(dn_check *check, dn_connection *connection, dn_raw_run *run);
/* The same, and the item `at` failed with the class. */
int dn_raw_run_failing(dn_check *check, dn_connection *connection, dn_raw_run *run, uint64_t at,
                       int32_t status);

typedef struct dn_raw_query {
    /* What to do. */
    const char *sql;
    const dunlin_value *values;
    uint64_t value_count;
    int32_t (*row)(void *context, const dunlin_value *values, uint64_t count); /* or NULL */
    void *context;
    uint64_t answer_at; /* row, counted from 1, at which row() is answered with `answer`; 0: none */
    int32_t answer;
    int64_t deadline_ns;
    int32_t wake_fd; /* 0: none */
    bool (*cancelled)(void *context);
    /* What happened. */
    int32_t status;
    unsigned failures;
    dunlin_failure failure;
    uint64_t rows;
} dn_raw_query;

/* 0 when the driver kept the contract, whether the query failed or not; -1 with check->error. */
int dn_raw_query_run(dn_check *check, dn_connection *connection, dn_raw_query *query);

#endif
