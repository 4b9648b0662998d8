/* SPDX-License-Identifier: MIT */
#include "drivers/kit/kit_property.h"

#include <string.h>

#include "drivers/kit/kit.h"

static bool
opens(const dunlin_property *property)
{
    return property->type == DUNLIN_PROPERTY_LIST_BEGIN ||
           property->type == DUNLIN_PROPERTY_STRUCT_BEGIN;
}

dn_kit_set
dn_kit_set_of(const dn_kit_properties *properties)
{
    return (dn_kit_set){properties->list, properties->count};
}

uint64_t
dn_kit_set_next(dn_kit_set set, uint64_t at)
{
    int depth = 0;

    do {
        if (opens(&set.list[at]))
            depth++;
        else if (set.list[at].type == DUNLIN_PROPERTY_END)
            depth--;
        at++;
    } while (depth > 0 && at < set.count);
    return at;
}

const dunlin_property *
dn_kit_set_named(dn_kit_set set, dunlin_string name)
{
    const dunlin_property *property;

    for (uint64_t i = 0; i < set.count; i = opens(property) ? dn_kit_set_next(set, i) : i + 1) {
        property = &set.list[i];
        /* Most that are compared differ at once. */
        if (property->name.length == name.length &&
            (name.length == 0 || (property->name.data[0] == name.data[0] &&
                                  memcmp(property->name.data, name.data, name.length) == 0)))
            return property;
    }
    return NULL;
}

bool
dn_kit_is_true(const dunlin_property *property)
{
    return property != NULL && property->type == DUNLIN_PROPERTY_BOOLEAN && property->integer != 0;
}

dunlin_string
dn_kit_text_of(const dunlin_property *property)
{
    return property != NULL && !opens(property) ? property->text : dn_kit_string(NULL);
}

dn_kit_set
dn_kit_set_inside(dn_kit_set set, const dunlin_property *property)
{
    dn_kit_set inside = {NULL, 0};
    uint64_t at;

    if (property == NULL || !opens(property))
        return inside;
    at = (uint64_t)(property - set.list);
    inside.list = property + 1;
    inside.count = dn_kit_set_next(set, at) - at;
    inside.count = inside.count >= 2 ? inside.count - 2 : 0;
    return inside;
}

int64_t
dn_kit_set_number(dn_kit_set set, const char *name, int64_t otherwise)
{
    const dunlin_property *property = dn_kit_set_find(set, name);

    return property != NULL && property->type == DUNLIN_PROPERTY_INTEGER ? property->integer
                                                                         : otherwise;
}

uint64_t
dn_kit_set_count(dn_kit_set list)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < list.count; i = dn_kit_set_next(list, i))
        count++;
    return count;
}

const dunlin_property *
dn_kit_set_element(dn_kit_set list, uint64_t index)
{
    for (uint64_t i = 0; i < list.count; i = dn_kit_set_next(list, i))
        if (index-- == 0)
            return &list.list[i];
    return NULL;
}

bool
dn_kit_set_same(dn_kit_set left, dn_kit_set right)
{
    uint64_t count = dn_kit_set_count(left);

    if (count != dn_kit_set_count(right))
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!dn_kit_equal(dn_kit_set_element(left, i)->text, dn_kit_set_element(right, i)->text))
            return false;
    return true;
}

static dunlin_property *
add(dn_kit_properties *properties, dunlin_string name, int32_t type)
{
    dunlin_property *list = dn_kit_pool_grow(properties->pool, properties->list, properties->count,
                                             &properties->capacity, sizeof(*list));
    dunlin_property *property;

    if (list == NULL)
        return NULL;
    properties->list = list;
    property = &list[properties->count++];
    *property = (dunlin_property){.name = name, .type = type, .text = dn_kit_string(NULL)};
    if (name.length == 0 && type != DUNLIN_PROPERTY_END)
        property->index = properties->places[properties->depth]++;
    return property;
}

void
dn_kit_properties_add(dn_kit_properties *properties, const char *name, int32_t type,
                      dunlin_string text)
{
    dunlin_property *property = add(properties, dn_kit_string(name), type);

    if (property != NULL)
        property->text = text;
}

void
dn_kit_properties_number(dn_kit_properties *properties, const char *name, int32_t type,
                         int64_t integer)
{
    dunlin_property *property = add(properties, dn_kit_string(name), type);

    if (property != NULL)
        property->integer = integer;
}

void
dn_kit_properties_true(dn_kit_properties *properties, const char *name)
{
    dn_kit_properties_number(properties, name, DUNLIN_PROPERTY_BOOLEAN, 1);
}

void
dn_kit_properties_begin(dn_kit_properties *properties, const char *name, int32_t type)
{
    add(properties, dn_kit_string(name), type);
    if (properties->depth + 1 < DN_KIT_PROPERTY_DEPTH)
        properties->places[++properties->depth] = 0;
}

void
dn_kit_properties_end(dn_kit_properties *properties)
{
    if (properties->depth > 0)
        properties->depth--;
    add(properties, dn_kit_string(NULL), DUNLIN_PROPERTY_END);
}

void
dn_kit_properties_take(dn_kit_properties *properties, dn_kit_set set, uint64_t at)
{
    uint64_t end = dn_kit_set_next(set, at);

    for (uint64_t i = at; i < end; i++) {
        uint32_t index = set.list[i].index;
        dunlin_property *property = add(properties, set.list[i].name, set.list[i].type);

        if (property == NULL)
            return;
        *property = set.list[i];
        if (i > at)
            property->index = index;
    }
}
