/* SPDX-License-Identifier: MIT
 *
 * Escorts: items of ours between those of a batch. BEGIN, check, the caller's items, check, renewal,
 * COMMIT. A driver asks nothing behind a check before it is answered, so what the renewal says is
 * as late as it can be.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/driver/connection_internal.h"

enum { FIRST_ORDINALS = 16 };

void
dn_connection_escort(dn_connection *connection, const dn_escort *escort)
{
    static const dn_escort none = {.check = NULL};

    if (connection->escort.release)
        connection->escort.release(connection->escort.context);
    connection->escort = escort ? *escort : none;
}

void *
dn_connection_escort_context(const dn_connection *connection)
{
    return connection->escort.check ? connection->escort.context : NULL;
}

static void
fill_check(const dn_escort *escort, dunlin_item *item)
{
    *item = (dunlin_item){
        .size = sizeof *item,
        .kind = DUNLIN_ITEM_CHECK,
        .sql = dn_string(escort->check),
        .values = escort->values,
        .value_count = escort->count,
        .expected = dn_string(escort->expected),
    };
}

bool
dn_escorting_next(dn_escorting *state, dunlin_item *item)
{
    switch (state->next) {
    case DN_ESCORT_CHECK:
        state->next = DN_ESCORT_IDLE;
        fill_check(state->escort, item);
        return true;
    case DN_ESCORT_RENEW:
        state->next = DN_ESCORT_COMMIT;
        *item = (dunlin_item){.size = sizeof *item,
                              .kind = DUNLIN_ITEM_STATEMENT,
                              .sql = dn_string(state->escort->renewal),
                              .values = state->values};
        item->value_count = state->escort->renew(state->escort->context, state->values);
        return true;
    default: return false;
    }
}

void
dn_escorting_see(dn_escorting *state, dunlin_item *item)
{
    if (!state->escort)
        return;
    if (item->kind == DUNLIN_ITEM_BEGIN)
        state->next = DN_ESCORT_CHECK;
    if (item->kind != DUNLIN_ITEM_COMMIT)
        return;
    state->commit = *item;
    state->next = DN_ESCORT_RENEW;
    fill_check(state->escort, item);
}

bool
dn_escorting_note(dn_escorting *state, uint64_t ordinal)
{
    if (state->count == state->capacity) {
        size_t capacity = state->capacity ? state->capacity * 2 : FIRST_ORDINALS;
        uint64_t *ordinals = dn_malloc(capacity * sizeof *ordinals);

        if (!ordinals)
            return false;
        for (size_t i = 0; i < state->count; i++)
            ordinals[i] = state->ordinals[(state->head + i) % state->capacity];
        free(state->ordinals);
        state->ordinals = ordinals;
        state->capacity = capacity;
        state->head = 0;
    }
    state->ordinals[(state->head + state->count++) % state->capacity] = ordinal;
    return true;
}

bool
dn_escorting_hears(dn_escorting *state, uint64_t ordinal)
{
    if (!state->count || state->ordinals[state->head] != ordinal)
        return false;
    state->head = (state->head + 1) % state->capacity;
    state->count--;
    state->heard++;
    return true;
}

void
dn_escorting_end(dn_escorting *state)
{
    free(state->ordinals);
}
