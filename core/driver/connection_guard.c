/* SPDX-License-Identifier: MIT
 *
 * Guards: items of ours between those of a batch. BEGIN, check, the caller's items, check, renewal,
 * COMMIT. A driver asks nothing behind a check before it is answered, so what the renewal says is
 * as late as it can be.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/driver/connection_internal.h"

enum { FIRST_ORDINALS = 16 };

void
dn_connection_guard(dn_connection *connection, const dn_guard *guard)
{
    static const dn_guard none = {.check = NULL};

    if (connection->guard.release)
        connection->guard.release(connection->guard.context);
    connection->guard = guard ? *guard : none;
}

void *
dn_connection_guard_context(const dn_connection *connection)
{
    return connection->guard.check ? connection->guard.context : NULL;
}

static void
fill_check(const dn_guard *guard, dunlin_item *item)
{
    *item = (dunlin_item){
        .size = sizeof *item,
        .kind = DUNLIN_ITEM_CHECK,
        .sql = dn_string(guard->check),
        .values = guard->values,
        .value_count = guard->count,
        .expected = dn_string(guard->expected),
    };
}

bool
dn_guarding_next(dn_guarding *state, dunlin_item *item)
{
    switch (state->next) {
    case DN_GUARD_CHECK:
        state->next = DN_GUARD_IDLE;
        fill_check(state->guard, item);
        return true;
    case DN_GUARD_RENEW:
        state->next = DN_GUARD_COMMIT;
        *item = (dunlin_item){.size = sizeof *item,
                              .kind = DUNLIN_ITEM_STATEMENT,
                              .sql = dn_string(state->guard->renewal),
                              .values = state->values};
        item->value_count = state->guard->renew(state->guard->context, state->values);
        return true;
    default: return false;
    }
}

void
dn_guarding_see(dn_guarding *state, dunlin_item *item)
{
    if (!state->guard)
        return;
    if (item->kind == DUNLIN_ITEM_BEGIN)
        state->next = DN_GUARD_CHECK;
    if (item->kind != DUNLIN_ITEM_COMMIT)
        return;
    state->commit = *item;
    state->next = DN_GUARD_RENEW;
    fill_check(state->guard, item);
}

bool
dn_guarding_note(dn_guarding *state, uint64_t ordinal)
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
dn_guarding_hears(dn_guarding *state, uint64_t ordinal)
{
    if (!state->count || state->ordinals[state->head] != ordinal)
        return false;
    state->head = (state->head + 1) % state->capacity;
    state->count--;
    state->heard++;
    return true;
}

void
dn_guarding_end(dn_guarding *state)
{
    free(state->ordinals);
}
