/* SPDX-License-Identifier: MIT
 *
 * The canonical form of values, and writing it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/fact/canonical_internal.h"

/* --- canonical members ------------------------------------------------------------------------ */

static int
compare_text(dunlin_string left, dunlin_string right)
{
    uint64_t least = left.length < right.length ? left.length : right.length;
    int answer = least ? memcmp(left.data, right.data, (size_t)least) : 0;

    return answer ? answer : (left.length > right.length) - (left.length < right.length);
}

static int
by_name(const void *left, const void *right)
{
    const dunlin_property *const *a = left;
    const dunlin_property *const *b = right;

    return compare_text((*a)->name, (*b)->name);
}

static int
by_text(const void *left, const void *right)
{
    return compare_text(((const dunlin_property *)left)->text,
                        ((const dunlin_property *)right)->text);
}

static void
add_list(dn_properties *list, const dunlin_property *from, uint64_t span)
{
    size_t first = list->count + 1;

    dn_properties_add_span(list, from, 1);
    for (uint64_t i = 1; i + 1 < span;) {
        uint64_t inner = dn_property_span(from, span, i);

        if (from[i].type == DUNLIN_PROPERTY_STRUCT_BEGIN) {
            dn_properties_add_span(list, &from[i], 1);
            dn_fact_canonical(list, &from[i + 1], inner - 2);
            dn_properties_add_span(list, &from[i + inner - 1], 1);
        } else {
            dn_properties_add_span(list, &from[i], inner);
        }
        i += inner;
    }
    dn_properties_add_span(list, &from[span - 1], 1);
    if (list->failed || !dn_string_equal(from->name, "depends") || list->count < first + 3)
        return;
    qsort(list->items + first, list->count - 1 - first, sizeof *list->items, by_text);
    for (size_t i = first; i + 1 < list->count; i++)
        list->items[i].index = (uint32_t)(i - first);
}

static void
add_member(dn_properties *list, const dunlin_property *from, uint64_t span)
{
    switch (from->type) {
    case DUNLIN_PROPERTY_LIST_BEGIN: add_list(list, from, span); break;
    case DUNLIN_PROPERTY_STRUCT_BEGIN:
        dn_properties_add_span(list, from, 1);
        dn_fact_canonical(list, from + 1, span - 2);
        dn_properties_add_span(list, from + span - 1, 1);
        break;
    default: dn_properties_add_span(list, from, span); break;
    }
}

void
dn_fact_canonical(dn_properties *list, const dunlin_property *properties, uint64_t count)
{
    const dunlin_property **members =
        dn_arena_array(list->arena, (size_t)count + 1, sizeof(dunlin_property *));
    size_t found = 0;
    bool sorted = true; /* most are: what was read is kept in this form */

    if (!members) {
        list->failed = true;
        return;
    }
    for (uint64_t i = 0; i < count; i = dn_property_next(properties, count, i)) {
        if (properties[i].type == DUNLIN_PROPERTY_BOOLEAN && !properties[i].integer)
            continue;
        sorted =
            sorted && (!found || compare_text(members[found - 1]->name, properties[i].name) <= 0);
        members[found++] = &properties[i];
    }
    if (!sorted)
        qsort(members, found, sizeof(dunlin_property *), by_name);
    for (size_t i = 0; i < found; i++)
        add_member(list, members[i],
                   dn_property_span(properties, count, (uint64_t)(members[i] - properties)));
}

/* --- keys --------------------------------------------------------------------------------------- */

static void
add_name(dn_text *text, dunlin_string name)
{
    uint64_t done = 0;

    for (uint64_t i = 0; i < name.length; i++) {
        if (name.data[i] != '/' && name.data[i] != '%')
            continue;
        dn_text_add(text, name.data + done, (size_t)(i - done));
        dn_text_add_string(text, name.data[i] == '/' ? "%2F" : "%25");
        done = i + 1;
    }
    dn_text_add(text, name.data + done, (size_t)(name.length - done));
}

void
dn_fact_write_key(dn_text *text, dunlin_string kind, const dunlin_string *path, uint64_t count)
{
    add_name(text, kind);
    for (uint64_t i = 0; i < count; i++) {
        dn_text_add_char(text, '/');
        add_name(text, path[i]);
    }
}

/* --- values --------------------------------------------------------------------------------------- */

/* Words for what a text is: read without a word, it would be taken for something else. */
static const char *
tag_of(int32_t type)
{
    switch (type) {
    case DUNLIN_PROPERTY_IDENTIFIER: return DN_CANONICAL_IDENTIFIER;
    case DUNLIN_PROPERTY_EXPRESSION: return DN_CANONICAL_EXPRESSION;
    default: return DN_CANONICAL_TEXT;
    }
}

static void
add_scalar(dn_text *text, dunlin_string kind, dunlin_string name, const dunlin_property *value)
{
    bool small = value->integer > -DN_CANONICAL_LARGEST && value->integer < DN_CANONICAL_LARGEST;

    if (value->type == DUNLIN_PROPERTY_BOOLEAN) {
        dn_text_add_string(text, value->integer ? "true" : "false");
    } else if (value->type == DUNLIN_PROPERTY_INTEGER) {
        dn_text_printf(text, small ? "%lld" : "{\"" DN_CANONICAL_INTEGER "\":\"%lld\"}",
                       (long long)value->integer);
    } else if (value->type == dn_canonical_type(kind, name)) {
        dn_json_add_string(text, value->text.data, (size_t)value->text.length);
    } else {
        dn_text_printf(text, "{\"%s\":", tag_of(value->type));
        dn_json_add_string(text, value->text.data, (size_t)value->text.length);
        dn_text_add_char(text, '}');
    }
}

/* One value, and what stands behind it. `name` is the member's, also for the elements of a list. */
static const dunlin_property *
add_value(dn_text *text, dunlin_string kind, dunlin_string name, const dunlin_property *value)
{
    bool list = value->type == DUNLIN_PROPERTY_LIST_BEGIN;
    const dunlin_property *at = value + 1;

    if (!list && value->type != DUNLIN_PROPERTY_STRUCT_BEGIN) {
        add_scalar(text, kind, name, value);
        return at;
    }
    dn_text_add_char(text, list ? '[' : '{');
    while (at->type != DUNLIN_PROPERTY_END) {
        if (at > value + 1)
            dn_text_add_char(text, ',');
        if (!list) {
            dn_json_add_string(text, at->name.data, (size_t)at->name.length);
            dn_text_add_char(text, ':');
        }
        at = add_value(text, kind, list ? name : at->name, at);
    }
    dn_text_add_char(text, list ? ']' : '}');
    return at + 1;
}

/* `scratch` is the caller's to clear. */
static void
add_members(dn_text *text, dn_arena *scratch, dunlin_string kind, const dunlin_property *properties,
            uint64_t count)
{
    dn_properties list = {.arena = scratch};
    bool first = true;

    dn_fact_canonical(&list, properties, count);
    text->failed = text->failed || list.failed;
    dn_text_add_char(text, '{');
    for (const dunlin_property *at = list.items; list.count && at < list.items + list.count;) {
        if (dn_string_equal(at->name, "text")) {
            at += dn_property_span(list.items, list.count, (uint64_t)(at - list.items));
            continue;
        }
        if (!first)
            dn_text_add_char(text, ',');
        first = false;
        dn_json_add_string(text, at->name.data, (size_t)at->name.length);
        dn_text_add_char(text, ':');
        at = add_value(text, kind, at->name, at);
    }
    dn_text_add_char(text, '}');
}

int
dn_fact_write_value(dn_text *text, dunlin_string kind, const dunlin_property *properties,
                    uint64_t count, dn_error *error)
{
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;

    add_members(text, &scratch, kind, properties, count);
    return text->failed ? dn_no_memory(error) : 0;
}

/* --- maps ----------------------------------------------------------------------------------------- */

typedef struct keyed {
    dunlin_string key;
    const dunlin_fact *fact;
} keyed;

typedef struct sorting {
    dn_arena *arena; /* of the keys */
    dn_text key;
    keyed *items;
    size_t count;
} sorting;

static int
by_key(const void *left, const void *right)
{
    return compare_text(((const keyed *)left)->key, ((const keyed *)right)->key);
}

static int
take_fact(const dunlin_fact *fact, void *context)
{
    sorting *work = context;
    char *copy;

    dn_text_clear(&work->key);
    dn_fact_write_key(&work->key, fact->kind, fact->path, fact->path_count);
    copy = work->key.failed ? NULL : dn_arena_copy(work->arena, work->key.data, work->key.length);
    if (!copy)
        return -1;
    work->items[work->count++] = (keyed){dn_span(copy, work->key.length), fact};
    return 0;
}

/* NULL: no memory. */
static const keyed *
sort_facts(const dn_fact_map *map, dn_arena *arena)
{
    size_t count = dn_fact_map_count(map);
    sorting work = {.arena = arena, .items = dn_arena_array(arena, count + 1, sizeof(keyed))};
    int answer = work.items ? dn_fact_map_each(map, NULL, take_fact, &work) : -1;

    dn_text_free(&work.key);
    if (answer < 0)
        return NULL;
    if (count)
        qsort(work.items, count, sizeof *work.items, by_key);
    return work.items;
}

const dunlin_fact **
dn_fact_sorted(const dn_fact_map *map, dn_arena *arena)
{
    dn_auto(dn_arena) keys = DN_ARENA_INIT;
    size_t count = dn_fact_map_count(map);
    const keyed *sorted = sort_facts(map, &keys);
    const dunlin_fact **list = dn_arena_array(arena, count + 1, sizeof(dunlin_fact *));

    if (!list || !sorted)
        return NULL;
    for (size_t i = 0; i < count; i++)
        list[i] = sorted[i].fact;
    return list;
}

static void
add_fact(dn_text *text, dn_arena *scratch, const keyed *fact)
{
    dn_json_add_string(text, fact->key.data, (size_t)fact->key.length);
    dn_text_add_char(text, ':');
    add_members(text, scratch, fact->fact->kind, fact->fact->properties,
                fact->fact->property_count);
}

/* The text ends as it began where it is not to be `kept`. */
static int
write_facts(const dn_fact_map *map, bool kept, dn_text *text, dn_digest *digest, dn_error *error)
{
    dn_auto(dn_arena) keys = DN_ARENA_INIT;
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    const keyed *facts = sort_facts(map, &keys);
    size_t count = dn_fact_map_count(map);
    dn_hash hash;

    if (!facts)
        return dn_no_memory(error);
    dn_hash_begin(&hash);
    for (size_t i = 0; i < count; i++) {
        size_t start = text->length;

        dn_arena_clear(&scratch);
        add_fact(text, &scratch, &facts[i]);
        if (text->failed)
            return dn_no_memory(error);
        dn_hash_add(&hash, text->data + start, text->length - start);
        dn_hash_add(&hash, "\n", 1);
        if (kept)
            dn_text_add_string(text, i + 1 < count ? ",\n" : "\n");
        else
            text->length = start;
    }
    *digest = dn_hash_end(&hash);
    return text->failed ? dn_no_memory(error) : 0;
}

int
dn_fact_map_write(const dn_fact_map *map, dn_text *text, dn_digest *digest, dn_error *error)
{
    return write_facts(map, true, text, digest, error);
}

int
dn_fact_map_digest(const dn_fact_map *map, dn_digest *digest, dn_error *error)
{
    dn_auto(dn_text) line = DN_TEXT_INIT;

    return write_facts(map, false, &line, digest, error);
}

int
dn_fact_write(dn_text *text, const dunlin_fact *fact, dn_error *error)
{
    dn_auto(dn_arena) scratch = DN_ARENA_INIT;
    dn_auto(dn_text) key = DN_TEXT_INIT;

    dn_fact_write_key(&key, fact->kind, fact->path, fact->path_count);
    if (key.failed)
        return dn_no_memory(error);
    add_fact(text, &scratch, &(keyed){dn_span(key.data, key.length), fact});
    return text->failed ? dn_no_memory(error) : 0;
}
