/* SPDX-License-Identifier: MIT
 *
 * Letting the server print what only it can.
 */
#include "core/driver/connection_internal.h"

typedef struct settled_list {
    dn_arena *arena;
    const dunlin_fact **facts;
    size_t count;
    size_t asked;
} settled_list;

static int32_t
take_settled(dn_call *call, const dunlin_fact *fact)
{
    settled_list *list = call->target;

    if (list->count == list->asked)
        return dn_call_breach(call, "settled more facts than it was given");
    list->facts[list->count] = dn_fact_copy(list->arena, fact);
    return list->facts[list->count++] ? DUNLIN_OK : dn_call_no_memory(call);
}

int
dn_connection_settle(dn_connection *connection, const dunlin_fact *const *facts, size_t count,
                     dn_arena *arena, const dunlin_fact *const **settled, dn_error *error)
{
    static const dn_call_sinks sinks = {.fact = take_settled};
    const dunlin_driver *table = &connection->driver->table;
    settled_list list = {.arena = arena, .asked = count};
    dn_call call;

    *settled = facts;
    if (!table->settle)
        return 0;
    list.facts = dn_arena_array(arena, count + 1, sizeof *list.facts);
    if (!list.facts)
        return dn_no_memory(error);
    dn_connection_begin(connection, &call, "settle", &sinks, &list, error);
    if (dn_call_end(&call, table->settle(&call.driver_view, connection->handle, facts, count)) < 0)
        return -1;
    if (list.count == count)
        *settled = list.facts;
    return 0;
}
