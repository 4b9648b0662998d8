/* SPDX-License-Identifier: MIT
 *
 * A statement that data lines follow, outside any batch of others: two items, the second of which
 * is read from the script while it is sent.
 */
#include "core/execute/execute_internal.h"

typedef struct copying {
    dn_script *script;
    const char *sql;
    dn_culprit *culprit;
    unsigned given;
} copying;

static int
next(void *context, dunlin_item *item, dn_error *error)
{
    copying *work = context;
    dn_script_item data;

    switch (work->given++) {
    case 0: item->kind = DUNLIN_ITEM_STATEMENT; break;
    case 1:
        if (dn_script_next(work->script, &data, error) < 0)
            return -1;
        item->kind = DUNLIN_ITEM_COPY_DATA;
        break;
    default: return 1;
    }
    item->sql = dn_string(work->given == 1 ? work->sql : "");
    return 0;
}

static int
done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure, dn_error *error)
{
    copying *work = context;

    (void)error;
    if (failure) {
        work->culprit->data = outcome->ordinal > 0;
        work->culprit->offset = failure->offset;
    }
    return 0;
}

static int64_t
chunk(void *context, void *buffer, size_t bytes, dn_error *error)
{
    copying *work = context;

    return dn_script_chunk(work->script, buffer, bytes, error);
}

int
dn_execute_copy(dn_connection *connection, dn_script *script, const char *sql, dn_culprit *culprit,
                dn_error *error)
{
    copying work = {script, sql, culprit, 0};
    const dn_batch batch = {next, done, chunk, &work};

    return dn_connection_run(connection, &batch, error);
}
