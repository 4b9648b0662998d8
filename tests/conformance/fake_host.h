/* SPDX-License-Identifier: MIT
 *
 * A host for driver tests that is no part of the core: it keeps the last failure and writes down,
 * line by line, whatever the driver pushes.
 */
#ifndef TESTS_CONFORMANCE_FAKE_HOST_H
#define TESTS_CONFORMANCE_FAKE_HOST_H

#include <dunlin/driver.h>

enum { FAKE_ITEMS = 128, FAKE_LINES = 65536 };

typedef struct fake_item {
    int32_t kind;
    const char *sql;
    dunlin_value values[4];
    uint64_t value_count;
    int64_t lock_timeout_ms;
    int64_t statement_timeout_ms;
    const char *expected; /* of CHECK */
} fake_item;

/* A step that render() pushed; its texts live until the next render(). */
typedef struct fake_step {
    int32_t role;
    char *sql;
    char *expected;
} fake_step;

typedef struct fake_host {
    dunlin_host services;
    dunlin_call call;
    const dunlin_driver *driver;

    /* the last failure, and how many there were in this call */
    int failures;
    int32_t status;
    int32_t native_code;
    int64_t offset;
    char message[12000];
    char hint[1000];
    char detail[2000];
    char sqlstate[8];
    char inner_sql[1000];
    int64_t inner_offset;
    char object[1000];

    char lines[FAKE_LINES]; /* what was pushed, each with '\n' behind it */
    int stop_after;         /* rows after which row() says STOP, 0: never */
    int rows;
    int cancelled;
    uint64_t class_flags;
    int64_t progress_done; /* of the last progress() */
    int64_t progress_total;
    dunlin_server server; /* numbers only */
    dunlin_profile profile;
    char server_path[4096];

    const fake_item *items;
    int item_count;
    int pulled;
    dunlin_outcome outcomes[FAKE_ITEMS];
    int outcome_count;

    /* what find() and each() answer from */
    const dunlin_fact *const *facts;
    size_t fact_count;
    /* takes facts in place of the lines, when set */
    int32_t (*keep_fact)(const dunlin_fact *fact, void *context);
    void *keep_context;
    /* lines of facts without `order`, `depends` and `text`, members by name */
    int canonical;
    /* stands for the core's translator; NULL: text stays as it is */
    int32_t (*translate)(int32_t what, dunlin_string text, dunlin_string *native);
    /* takes rules of expression_rules */
    int32_t (*take_expression_rule)(const dunlin_expression_rule *rule);
    fake_step steps[FAKE_ITEMS];
    int step_count;

    void *scratch[FAKE_ITEMS];
    int scratch_count;
} fake_host;

/* Loads the driver `name` from the build tree, or from the file that DUNLIN_<NAME>_SO names. */
const dunlin_driver *fake_load(const char *name);

void fake_begin(fake_host *host, const dunlin_driver *driver);
void fake_end(fake_host *host);
/* Forgets what the last call left; answers the call to hand over. */
const dunlin_call *fake_call(fake_host *host);

void fake_forget_steps(fake_host *host);

dunlin_string fake_string(const char *text);
dunlin_value fake_text(const char *text);
dunlin_value fake_integer(int64_t integer);

/* Asserts that a call succeeded, naming the driver's failure where it did not. */
#define assert_done(host, expression) fake_assert_done(host, expression, __FILE__, __LINE__)
void fake_assert_done(fake_host *host, int32_t status, const char *file, int line);
/* Asserts the class, exactly one failure, and its message in full. */
#define assert_fails(host, expression, class, text)                                                \
    fake_assert_fails(host, expression, class, text, __FILE__, __LINE__)
void fake_assert_fails(fake_host *host, int32_t status, int32_t class, const char *text,
                       const char *file, int line);

dunlin_connection *fake_open(fake_host *host, const char *url);
dunlin_connection *fake_open_to_read(fake_host *host, const char *url);
/* Runs items; the status is the driver's. */
int32_t fake_run(fake_host *host, dunlin_connection *connection, const fake_item *items, int count);
/* One statement outside a transaction, or one item of another kind. */
int32_t fake_execute(fake_host *host, dunlin_connection *connection, const char *sql);
int32_t fake_do(fake_host *host, dunlin_connection *connection, int32_t kind);
/* The rows of a query as lines of cells, separated by '|'. */
const char *fake_rows(fake_host *host, dunlin_connection *connection, const char *sql);

#endif
