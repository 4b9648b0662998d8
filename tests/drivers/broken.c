/* SPDX-License-Identifier: MIT
 *
 * The toy driver with one mistake, to see that the conformance kit finds it. The mistake is chosen
 * by the name of the file, of which tests make copies: broken_silent.so and so on; see `mistakes`.
 */
#include "tests/drivers/toy.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call to the toy goes through these services, which see what it says and what it is told. */
typedef struct relay {
    const dunlin_call *call; /* the host's */
    bool over;               /* an item failed */
    dunlin_string last;      /* text of the item before, spoilt by now if the host is strict */
} relay;

static relay *
relay_of(const dunlin_call *call)
{
    return call->context;
}

/* --- services that pass on ---------------------------------------------------------------------- */
static int32_t
pass_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    return relay_of(call)->call->host->fail(relay_of(call)->call, failure);
}

static int32_t
pass_row(const dunlin_call *call, const dunlin_value *values, uint64_t count)
{
    return relay_of(call)->call->host->row(relay_of(call)->call, values, count);
}

static int32_t
pass_next(const dunlin_call *call, dunlin_item *item)
{
    return relay_of(call)->call->host->next_item(relay_of(call)->call, item);
}

static int32_t
pass_done(const dunlin_call *call, const dunlin_outcome *outcome)
{
    return relay_of(call)->call->host->item_done(relay_of(call)->call, outcome);
}

/* --- mistakes -------------------------------------------------------------------------------------- */
static int32_t
no_fail(const dunlin_call *call, const dunlin_failure *failure)
{
    (void)call;
    return failure->status;
}

static int32_t
fail_twice(const dunlin_call *call, const dunlin_failure *failure)
{
    pass_fail(call, failure);
    return pass_fail(call, failure);
}

static int32_t
fail_unclassed(const dunlin_call *call, const dunlin_failure *failure)
{
    dunlin_failure changed = *failure;

    changed.status = DUNLIN_FAILED;
    return pass_fail(call, &changed);
}

static int32_t
fail_without_words(const dunlin_call *call, const dunlin_failure *failure)
{
    dunlin_failure changed = *failure;

    changed.message.length = 0;
    return pass_fail(call, &changed);
}

static int32_t
done_misnumbered(const dunlin_call *call, const dunlin_outcome *outcome)
{
    dunlin_outcome changed = *outcome;

    changed.ordinal++;
    return pass_done(call, &changed);
}

static int32_t
done_unheard(const dunlin_call *call, const dunlin_outcome *outcome)
{
    if (outcome->outcome == DUNLIN_OUTCOME_RAN && outcome->ordinal % 2)
        return DUNLIN_OK;
    return pass_done(call, outcome);
}

static int32_t
done_deaf(const dunlin_call *call, const dunlin_outcome *outcome)
{
    pass_done(call, outcome);
    return DUNLIN_OK;
}

/* Executes each item with the text of the one before, where both are as long. */
static int32_t
next_late(const dunlin_call *call, dunlin_item *item)
{
    relay *own = relay_of(call);
    dunlin_string before = own->last;
    int32_t status = pass_next(call, item);

    if (status != DUNLIN_OK)
        return status;
    own->last = item->sql;
    if (before.length && item->sql.length)
        item->sql = before;
    return DUNLIN_OK;
}

/* ROLLBACK is taken for COMMIT. */
static int32_t
next_committing(const dunlin_call *call, dunlin_item *item)
{
    int32_t status = pass_next(call, item);

    if (status == DUNLIN_OK && item->kind == DUNLIN_ITEM_ROLLBACK)
        item->kind = DUNLIN_ITEM_COMMIT;
    return status;
}

static int32_t
row_unstoppable(const dunlin_call *call, const dunlin_value *values, uint64_t count)
{
    pass_row(call, values, count);
    return DUNLIN_OK;
}

/* A blob is shown as text, and null as an empty one. */
static int32_t
row_untyped(const dunlin_call *call, const dunlin_value *values, uint64_t count)
{
    dunlin_value changed[TOY_COLUMNS];

    for (uint64_t i = 0; i < count; i++) {
        changed[i] = values[i];
        if (values[i].type == DUNLIN_VALUE_BLOB || values[i].type == DUNLIN_VALUE_NULL)
            changed[i].type = DUNLIN_VALUE_TEXT;
        if (!changed[i].text.data)
            changed[i].text.data = "";
    }
    return pass_row(call, changed, count);
}

static const struct {
    const char *name;
    int32_t (*fail)(const dunlin_call *call, const dunlin_failure *failure);
    int32_t (*next_item)(const dunlin_call *call, dunlin_item *item);
    int32_t (*item_done)(const dunlin_call *call, const dunlin_outcome *outcome);
    int32_t (*row)(const dunlin_call *call, const dunlin_value *values, uint64_t count);
    bool goes_on; /* runs what comes behind a failure, and says that it was skipped */
    bool locks_all;
} mistakes[] = {
    {.name = "broken_silent", .fail = no_fail},
    {.name = "broken_twice", .fail = fail_twice},
    {.name = "broken_class", .fail = fail_unclassed},
    {.name = "broken_mute", .fail = fail_without_words},
    {.name = "broken_ordinal", .item_done = done_misnumbered},
    {.name = "broken_unheard", .item_done = done_unheard},
    {.name = "broken_deaf", .item_done = done_deaf},
    {.name = "broken_late", .next_item = next_late},
    {.name = "broken_rollback", .next_item = next_committing},
    {.name = "broken_stop", .row = row_unstoppable},
    {.name = "broken_values", .row = row_untyped},
    {.name = "broken_eager", .goes_on = true},
    {.name = "broken_lock", .locks_all = true},
    {.name = "broken_hazards"}, /* see make_table */
};
enum { MISTAKES = sizeof mistakes / sizeof mistakes[0] };

static char own_name[64];
static size_t mistake = MISTAKES;
static dunlin_driver own_table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static dunlin_host
services(relay *own, const dunlin_call *call, dunlin_call *inner)
{
    dunlin_host host = *call->host;

    *own = (relay){.call = call};
    *inner = *call;
    inner->context = own;
    host.fail = mistakes[mistake].fail ? mistakes[mistake].fail : pass_fail;
    host.next_item = mistakes[mistake].next_item ? mistakes[mistake].next_item : pass_next;
    host.item_done = mistakes[mistake].item_done ? mistakes[mistake].item_done : pass_done;
    host.row = mistakes[mistake].row ? mistakes[mistake].row : pass_row;
    return host;
}

/* Nothing that is said reaches the host. */
static int32_t
swallow_done(const dunlin_call *call, const dunlin_outcome *outcome)
{
    (void)call;
    (void)outcome;
    return DUNLIN_OK;
}

static const dunlin_item *secret_item;

static int32_t
give_secret(const dunlin_call *call, dunlin_item *item)
{
    (void)call;
    if (!secret_item)
        return DUNLIN_STOP;
    *item = *secret_item;
    secret_item = NULL;
    return DUNLIN_OK;
}

/* One item of a batch that has failed already: done all the same. */
static void
do_secretly(const dunlin_call *call, dunlin_connection *connection, const dunlin_item *item)
{
    relay own = {.call = call};
    dunlin_host host = *call->host;
    dunlin_call inner = *call;

    host.fail = no_fail;
    host.next_item = give_secret;
    host.item_done = swallow_done;
    inner.host = &host;
    inner.context = &own;
    secret_item = item;
    toy_functions()->run(&inner, connection);
}

static int32_t
run_on(const dunlin_call *call, dunlin_connection *connection)
{
    dunlin_item item;

    while (call->host->next_item(call, &item) == DUNLIN_OK) {
        dunlin_outcome outcome = {.size = sizeof outcome,
                                  .ordinal = item.ordinal,
                                  .outcome = DUNLIN_OUTCOME_SKIPPED,
                                  .rows = -1,
                                  .elapsed_us = -1};

        do_secretly(call, connection, &item);
        call->host->item_done(call, &outcome);
    }
    return DUNLIN_OK;
}

static int32_t
broken_run(const dunlin_call *call, dunlin_connection *connection)
{
    dunlin_call inner;
    relay own;
    dunlin_host host = services(&own, call, &inner);
    int32_t status;

    inner.host = &host;
    status = toy_functions()->run(&inner, connection);
    if (mistakes[mistake].goes_on && status != DUNLIN_OK)
        run_on(call, connection);
    return status;
}

static int32_t
broken_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
             const dunlin_value *values, uint64_t count)
{
    dunlin_call inner;
    relay own;
    dunlin_host host = services(&own, call, &inner);

    inner.host = &host;
    return toy_functions()->query(&inner, connection, sql, values, count);
}

static int32_t
broken_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                int32_t *acquired)
{
    int32_t status = toy_functions()->try_lock(call, connection, key, acquired);

    if (mistakes[mistake].locks_all)
        *acquired = 1;
    return status;
}

/* A query that nothing can be answered to. */
static int32_t
broken_hazards(const dunlin_call *call, const dunlin_profile *profile)
{
    static const char query[] = "SELECT area FROM hazards";
    const dunlin_string text = {query, sizeof query - 1};

    (void)profile;
    return call->host->text(call, text);
}

/* --- the table ---------------------------------------------------------------------------------------- */
static void
make_table(void)
{
    Dl_info about;
    const char *slash;

    own_table = *toy_functions();
    if (dladdr(own_name, &about) == 0 || !about.dli_fname)
        return;
    slash = strrchr(about.dli_fname, '/');
    snprintf(own_name, sizeof own_name, "%.*s",
             (int)strcspn(slash ? slash + 1 : about.dli_fname, "."),
             slash ? slash + 1 : about.dli_fname);
    own_table.name = own_name;
    own_table.schemes = "";
    for (size_t i = 0; i < MISTAKES; i++)
        if (strcmp(mistakes[i].name, own_name) == 0)
            mistake = i;
    if (mistake == MISTAKES)
        return;
    own_table.run = broken_run;
    own_table.query = broken_query;
    own_table.try_lock = broken_try_lock;
    if (strcmp(own_name, "broken_hazards") == 0)
        own_table.hazards = broken_hazards;
}

DUNLIN_DRIVER_EXPORT const dunlin_driver *dunlin_driver_entry_v0(uint32_t abi, uint32_t revision);

const dunlin_driver *
dunlin_driver_entry_v0(uint32_t abi, uint32_t revision)
{
    (void)abi;
    (void)revision;
    pthread_once(&once, make_table);
    return &own_table;
}
