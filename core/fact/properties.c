/* SPDX-License-Identifier: MIT
 *
 * Lists of properties in the making.
 */
#include <string.h>

#include "core/fact/fact.h"

static dunlin_property *
make_room(dn_properties *list, uint64_t count)
{
    dunlin_property *items = dn_arena_grow(list->arena, list->items, &list->capacity,
                                           list->count + (size_t)count, sizeof *items);

    if (!items) {
        list->failed = true;
        return NULL;
    }
    list->items = items;
    items += list->count;
    list->count += (size_t)count;
    return items;
}

void
dn_properties_reserve(dn_properties *list, size_t count)
{
    if (count == 0)
        return;
    list->items = dn_arena_array(list->arena, count, sizeof *list->items);
    list->capacity = count;
    list->failed = !list->items;
}

void
dn_properties_add(dn_properties *list, const char *name, int32_t type, int64_t integer,
                  dunlin_string text)
{
    dunlin_property *item = list->failed ? NULL : make_room(list, 1);

    if (item)
        *item = (dunlin_property){
            .name = dn_string(name), .type = type, .integer = integer, .text = text};
}

void
dn_properties_add_span(dn_properties *list, const dunlin_property *from, uint64_t span)
{
    dunlin_property *items = list->failed ? NULL : make_room(list, span);

    if (items && span)
        memcpy(items, from, (size_t)span * sizeof *items);
}

void
dn_properties_add_all(dn_properties *list, const dunlin_property *from, uint64_t count,
                      const char *without)
{
    for (uint64_t i = 0; i < count;) {
        uint64_t next = dn_property_next(from, count, i);

        if (!dn_string_among(from[i].name, without))
            dn_properties_add_span(list, &from[i], next - i);
        i = next;
    }
}
