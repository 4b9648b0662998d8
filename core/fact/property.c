/* SPDX-License-Identifier: MIT
 *
 * The flat arrays of properties: finding one's way, comparing, describing.
 */
#include <string.h>

#include "core/fact/fact.h"

static int
nesting(const dunlin_property *property)
{
    switch (property->type) {
    case DUNLIN_PROPERTY_LIST_BEGIN:
    case DUNLIN_PROPERTY_STRUCT_BEGIN: return 1;
    case DUNLIN_PROPERTY_END: return -1;
    default: return 0;
    }
}

uint64_t
dn_property_next(const dunlin_property *properties, uint64_t count, uint64_t at)
{
    int depth = 0;

    do
        depth += nesting(&properties[at++]);
    while (depth > 0 && at < count);
    return at;
}

uint64_t
dn_property_span(const dunlin_property *properties, uint64_t count, uint64_t at)
{
    return dn_property_next(properties, count, at) - at;
}

const dunlin_property *
dn_property_find(const dunlin_property *properties, uint64_t count, const char *name)
{
    for (uint64_t i = 0; i < count; i = dn_property_next(properties, count, i))
        if (dn_string_equal(properties[i].name, name))
            return &properties[i];
    return NULL;
}

bool
dn_property_flag(const dunlin_property *properties, uint64_t count, const char *name)
{
    const dunlin_property *found = dn_property_find(properties, count, name);

    return found && found->integer;
}

bool
dn_property_equal(const dunlin_property *left, uint64_t left_span, const dunlin_property *right,
                  uint64_t right_span)
{
    if (left_span != right_span)
        return false;
    for (uint64_t i = 0; i < left_span; i++)
        if (left[i].type != right[i].type || left[i].integer != right[i].integer ||
            !dn_string_same(left[i].text, right[i].text) ||
            (i > 0 && !dn_string_same(left[i].name, right[i].name)))
            return false;
    return true;
}

uint64_t
dn_property_list_length(const dunlin_property *list)
{
    uint64_t length = 0;

    while (list && list[1 + length].type != DUNLIN_PROPERTY_END)
        length++;
    return length;
}

bool
dn_property_lists(const dunlin_property *properties, uint64_t count, const char *name,
                  dunlin_string text)
{
    const dunlin_property *list = dn_property_find(properties, count, name);
    const dunlin_property *end = properties + count;

    if (!list || list->type != DUNLIN_PROPERTY_LIST_BEGIN)
        return false;
    for (const dunlin_property *item = list + 1; item < end; item++) {
        if (item->type == DUNLIN_PROPERTY_END)
            return false;
        if (dn_string_same(item->text, text))
            return true;
    }
    return false;
}

/* --- describing --------------------------------------------------------------------------------- */

static void
describe_value(dn_text *text, const dunlin_property *property)
{
    switch (property->type) {
    case DUNLIN_PROPERTY_INTEGER: dn_text_printf(text, "%lld", (long long)property->integer); break;
    case DUNLIN_PROPERTY_BOOLEAN: break; /* its name says it */
    default: dn_text_add(text, property->text.data, (size_t)property->text.length); break;
    }
}

void
dn_property_describe(dn_text *text, const dunlin_property *properties, uint64_t count)
{
    bool first = true;

    for (uint64_t i = 0; i < count; i++) {
        const dunlin_property *property = &properties[i];

        if (property->type == DUNLIN_PROPERTY_END) {
            dn_text_add_char(text, ']');
            first = false;
            continue;
        }
        if (property->type == DUNLIN_PROPERTY_BOOLEAN && !property->integer)
            continue;
        if (!first)
            dn_text_add_string(text, ", ");
        first = false;
        dn_text_add(text, property->name.data, (size_t)property->name.length);
        if (property->name.length && property->type != DUNLIN_PROPERTY_BOOLEAN)
            dn_text_add_char(text, ' ');
        if (nesting(property) > 0) {
            dn_text_add_char(text, '[');
            first = true;
        } else {
            describe_value(text, property);
        }
    }
}
