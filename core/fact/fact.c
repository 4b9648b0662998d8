/* SPDX-License-Identifier: MIT
 *
 * One fact: copying and naming it.
 */
#include "core/fact/fact.h"

bool
dn_fact_is(const dunlin_fact *fact, const char *kind)
{
    return dn_string_equal(fact->kind, kind);
}

void
dn_fact_describe(dn_text *text, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    bool first = true;

    dn_text_add(text, kind.data, (size_t)kind.length);
    dn_text_add_string(text, " '");
    for (uint64_t i = 0; i < count; i++) {
        if (path[i].length == 0)
            continue;
        if (!first)
            dn_text_add_char(text, '.');
        first = false;
        dn_text_add(text, path[i].data, (size_t)path[i].length);
    }
    dn_text_add_char(text, '\'');
}

static bool
copy_string(dn_arena *arena, dunlin_string *to, dunlin_string from)
{
    to->length = from.length;
    to->data = dn_arena_copy(arena, from.data, (size_t)from.length);
    return to->data != NULL;
}

const dunlin_fact *
dn_fact_copy(dn_arena *arena, const dunlin_fact *fact)
{
    dunlin_fact *copy = dn_arena_alloc(arena, sizeof *copy);
    dunlin_string *path = dn_arena_array(arena, (size_t)fact->path_count + 1, sizeof *path);
    dunlin_property *properties =
        dn_arena_array(arena, (size_t)fact->property_count + 1, sizeof *properties);

    if (!copy || !path || !properties || !copy_string(arena, &copy->kind, fact->kind))
        return NULL;
    for (uint64_t i = 0; i < fact->path_count; i++)
        if (!copy_string(arena, &path[i], fact->path[i]))
            return NULL;
    for (uint64_t i = 0; i < fact->property_count; i++) {
        properties[i] = fact->properties[i];
        if (!copy_string(arena, &properties[i].name, fact->properties[i].name) ||
            !copy_string(arena, &properties[i].text, fact->properties[i].text))
            return NULL;
    }
    copy->size = sizeof *copy;
    copy->path = path;
    copy->path_count = fact->path_count;
    copy->properties = properties;
    copy->property_count = fact->property_count;
    return copy;
}
