/* SPDX-License-Identifier: MIT */
#include "core/execute/parcel.h"

#include "core/base/fault.h"

void
dn_parcel_add(dn_parcel *parcel, dunlin_item item, const char *before, const char *after)
{
    size_t at = parcel->count++;

    item.size = sizeof item;
    parcel->items[at] = item;
    parcel->before[at] = before;
    parcel->after[at] = after;
}

static void
pass(const char *point)
{
    if (point)
        dn_fault(point);
}

static int
next(void *context, dunlin_item *item, dn_error *error)
{
    dn_parcel *parcel = context;

    (void)error;
    if (parcel->pulled == parcel->end)
        return 1;
    pass(parcel->before[parcel->pulled]);
    *item = parcel->items[parcel->pulled++];
    return 0;
}

static int
done(void *context, const dunlin_outcome *outcome, const dunlin_failure *failure, dn_error *error)
{
    dn_parcel *parcel = context;

    (void)failure;
    (void)error;
    if (outcome->outcome == DUNLIN_OUTCOME_RAN)
        pass(parcel->after[parcel->ran++]);
    return 0;
}

int
dn_parcel_send(dn_parcel *parcel, dn_connection *connection, bool together, dn_error *error)
{
    const dn_batch batch = {.next = next, .done = done, .context = parcel};

    together = together && !dn_fault_armed();
    while (parcel->pulled < parcel->count) {
        parcel->end = together ? parcel->count : parcel->pulled + 1;
        if (dn_connection_run(connection, &batch, error) < 0)
            return -1;
    }
    return 0;
}
