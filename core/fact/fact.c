/* SPDX-License-Identifier: MIT
 *
 * One fact: copying and naming it.
 */
#include <string.h>

#include "core/fact/fact.h"

bool
dn_fact_is(const dunlin_fact *fact, const char *kind)
{
    return dn_string_equal(fact->kind, kind);
}

bool
dn_fact_flag(const dunlin_fact *fact, const char *member)
{
    return dn_property_flag(fact->properties, fact->property_count, member);
}

dunlin_string
dn_fact_text(const dunlin_fact *fact, const char *member)
{
    const dunlin_property *found = dn_property_find(fact->properties, fact->property_count, member);

    return found ? found->text : dn_string("");
}

int
dn_fact_list_add(dn_fact_list *list, dn_arena *arena, const dunlin_fact *fact, dn_error *error)
{
    list->items = dn_arena_grow(arena, (void *)list->items, &list->capacity, list->count + 1,
                                sizeof *list->items);
    if (!list->items)
        return dn_no_memory(error);
    list->items[list->count++] = fact;
    return 0;
}

static void
add_path(dn_text *text, const dunlin_string *path, uint64_t count)
{
    bool first = true;

    dn_text_add_char(text, '\'');
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

/* "grant SELECT ON 'public.t' TO 'bob'" */
static void
describe_grant(dn_text *text, const dunlin_string *path, uint64_t count)
{
    dunlin_string privilege = path[count - 1];
    bool told = privilege.length > 3 && memmem(privilege.data, privilege.length, " ON ", 4);

    dn_text_printf(text, "grant %.*s%s ", (int)privilege.length, privilege.data, told ? "" : " ON");
    add_path(text, path, count - 2);
    if (path[count - 2].length) {
        dn_text_add_string(text, " TO ");
        add_path(text, &path[count - 2], 1);
    }
}

void
dn_fact_describe(dn_text *text, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    if (dn_string_equal(kind, DUNLIN_KIND_GRANT) && count > 2) {
        describe_grant(text, path, count);
        return;
    }
    dn_text_add(text, kind.data, (size_t)kind.length);
    dn_text_add_char(text, ' ');
    add_path(text, path, count);
}

/* --- copying: the whole fact in one block ------------------------------------------------------------ */

static size_t
bytes_of(const dunlin_fact *fact)
{
    size_t bytes = sizeof *fact + (size_t)fact->path_count * sizeof *fact->path +
                   (size_t)fact->property_count * sizeof *fact->properties + fact->kind.length + 1;

    for (uint64_t i = 0; i < fact->path_count; i++)
        bytes += fact->path[i].length + 1;
    for (uint64_t i = 0; i < fact->property_count; i++)
        bytes += fact->properties[i].name.length + fact->properties[i].text.length + 2;
    return bytes;
}

/* Each string has a NUL behind it: the block is zeroed. */
static void
copy_string(char **at, dunlin_string *to, dunlin_string from)
{
    if (from.length)
        memcpy(*at, from.data, (size_t)from.length);
    to->data = *at;
    to->length = from.length;
    *at += from.length + 1;
}

const dunlin_fact *
dn_fact_copy(dn_arena *arena, const dunlin_fact *fact)
{
    dunlin_fact *copy = dn_arena_alloc(arena, bytes_of(fact));
    dunlin_property *properties = copy ? (dunlin_property *)(copy + 1) : NULL;
    dunlin_string *path = copy ? (dunlin_string *)(properties + fact->property_count) : NULL;
    char *at = copy ? (char *)(path + fact->path_count) : NULL;

    if (!copy)
        return NULL;
    copy_string(&at, &copy->kind, fact->kind);
    for (uint64_t i = 0; i < fact->path_count; i++)
        copy_string(&at, &path[i], fact->path[i]);
    for (uint64_t i = 0; i < fact->property_count; i++) {
        properties[i] = fact->properties[i];
        copy_string(&at, &properties[i].name, fact->properties[i].name);
        copy_string(&at, &properties[i].text, fact->properties[i].text);
    }
    copy->size = sizeof *copy;
    copy->path = path;
    copy->path_count = fact->path_count;
    copy->properties = properties;
    copy->property_count = fact->property_count;
    return copy;
}
