/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_property.h"

#include <stdlib.h>
#include <string.h>

/* --- memory -------------------------------------------------------------------------------------- */
enum { FIRST_BYTES = 1024, BLOCK_BYTES = 65536 };

typedef struct dn_mysql_block {
    struct dn_mysql_block *next;
    size_t size; /* of data; pieces are taken from its end */
    max_align_t data[];
} dn_mysql_block;

void *
dn_mysql_pool_take(dn_mysql_pool *pool, size_t bytes)
{
    const size_t unit = sizeof(max_align_t);
    size_t size;

    if (pool->failed || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + unit - 1) / unit * unit;
    if (bytes == 0)
        bytes = unit;
    if (pool->left < bytes) {
        dn_mysql_block *block;

        /* Most pools hold a few texts: zeroing a large block would cost more than all else. */
        size = pool->blocks == NULL                   ? FIRST_BYTES
               : pool->blocks->size * 4 < BLOCK_BYTES ? pool->blocks->size * 4
                                                      : BLOCK_BYTES;
        size = bytes > size ? bytes : size;
        block = calloc(1, sizeof(*block) + size);
        if (block == NULL) {
            pool->failed = true;
            return NULL;
        }
        block->next = pool->blocks;
        block->size = size;
        pool->blocks = block;
        pool->left = size;
    }
    pool->left -= bytes;
    return (char *)pool->blocks->data + pool->left;
}

dunlin_string
dn_mysql_pool_keep(dn_mysql_pool *pool, dunlin_string text)
{
    char *copy = text.length > 0 ? dn_mysql_pool_take(pool, text.length) : NULL;

    if (copy == NULL)
        return dn_kit_string("");
    memcpy(copy, text.data, text.length);
    return (dunlin_string){copy, text.length};
}

dunlin_string
dn_mysql_pool_text(dn_mysql_pool *pool, dn_kit_text *text)
{
    dunlin_string kept;

    pool->failed |= text->failed;
    kept = dn_mysql_pool_keep(pool, dn_kit_text_string(text));
    dn_kit_text_clear(text);
    return kept;
}

void
dn_mysql_pool_free(dn_mysql_pool *pool)
{
    while (pool->blocks != NULL) {
        dn_mysql_block *next = pool->blocks->next;

        free(pool->blocks);
        pool->blocks = next;
    }
    memset(pool, 0, sizeof(*pool));
}

/* --- building ------------------------------------------------------------------------------------- */
void
dn_mysql_list_free(dn_mysql_list *list)
{
    free(list->items);
    memset(list, 0, sizeof(*list));
}

void
dn_mysql_list_clear(dn_mysql_list *list)
{
    list->count = list->depth = 0;
    list->failed = false;
}

/* The next one, zeroed and named; NULL: no memory. */
static dunlin_property *
append(dn_mysql_list *list, const char *name, int32_t type)
{
    dunlin_property *item;

    if (list->failed)
        return NULL;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? list->capacity * 2 : 32;
        dunlin_property *items = realloc(list->items, capacity * sizeof(*items));

        if (items == NULL) {
            list->failed = true;
            return NULL;
        }
        list->items = items;
        list->capacity = capacity;
    }
    item = &list->items[list->count++];
    memset(item, 0, sizeof(*item));
    item->name = dn_kit_string(name);
    item->text = dn_kit_string("");
    item->type = type;
    if (name == NULL && list->depth > 0 && type != DUNLIN_PROPERTY_END)
        item->index = list->next[list->depth - 1]++;
    return item;
}

void
dn_mysql_add(dn_mysql_list *list, const char *name, int32_t type, dunlin_string text)
{
    dunlin_property *item = name == NULL || text.length > 0 ? append(list, name, type) : NULL;

    if (item != NULL)
        item->text = text;
}

void
dn_mysql_add_number(dn_mysql_list *list, const char *name, int64_t number)
{
    dunlin_property *item = append(list, name, DUNLIN_PROPERTY_INTEGER);

    if (item != NULL)
        item->integer = number;
}

void
dn_mysql_add_flag(dn_mysql_list *list, const char *name, bool is)
{
    dunlin_property *item = is ? append(list, name, DUNLIN_PROPERTY_BOOLEAN) : NULL;

    if (item != NULL)
        item->integer = 1;
}

void
dn_mysql_open_member(dn_mysql_list *list, const char *name, int32_t type)
{
    if (list->depth == DN_MYSQL_DEPTH)
        list->failed = true;
    if (append(list, name, type) != NULL)
        list->next[list->depth++] = 0;
}

void
dn_mysql_close_member(dn_mysql_list *list)
{
    if (append(list, NULL, DUNLIN_PROPERTY_END) != NULL && list->depth > 0)
        list->depth--;
}

static bool
opens(int32_t type)
{
    return type == DUNLIN_PROPERTY_LIST_BEGIN || type == DUNLIN_PROPERTY_STRUCT_BEGIN;
}

void
dn_mysql_add_copy(dn_mysql_list *list, const dunlin_property *member)
{
    int depth = 0;

    do {
        dunlin_property *item = append(list, "", member->type);

        if (item == NULL)
            return;
        *item = *member;
        if (opens(member->type))
            depth++;
        else if (member->type == DUNLIN_PROPERTY_END)
            depth--;
        member++;
    } while (depth > 0);
}

/* --- looking ---------------------------------------------------------------------------------------- */
uint64_t
dn_mysql_member_next(dn_mysql_members members, uint64_t at)
{
    int depth = 0;

    do {
        if (opens(members.items[at].type))
            depth++;
        else if (members.items[at].type == DUNLIN_PROPERTY_END)
            depth--;
        at++;
    } while (depth > 0 && at < members.count);
    return at;
}

const dunlin_property *
dn_mysql_member(dn_mysql_members members, const char *name)
{
    for (uint64_t i = 0; i < members.count; i = dn_mysql_member_next(members, i))
        if (dn_kit_same(members.items[i].name, name))
            return &members.items[i];
    return NULL;
}

dunlin_string
dn_mysql_member_text(dn_mysql_members members, const char *name)
{
    const dunlin_property *member = dn_mysql_member(members, name);

    return member != NULL ? member->text : dn_kit_string("");
}

bool
dn_mysql_member_is(dn_mysql_members members, const char *name)
{
    const dunlin_property *member = dn_mysql_member(members, name);

    return member != NULL && member->type == DUNLIN_PROPERTY_BOOLEAN && member->integer != 0;
}

int64_t
dn_mysql_member_number(dn_mysql_members members, const char *name, int64_t otherwise)
{
    const dunlin_property *member = dn_mysql_member(members, name);

    return member != NULL && member->type == DUNLIN_PROPERTY_INTEGER ? member->integer : otherwise;
}

dn_mysql_members
dn_mysql_member_inside(dn_mysql_members members, const dunlin_property *member)
{
    uint64_t at = (uint64_t)(member - members.items);
    uint64_t end = dn_mysql_member_next(members, at);
    dn_mysql_members inside = {member + 1, end - at >= 2 ? end - at - 2 : 0};

    return inside;
}

dn_mysql_members
dn_mysql_member_list(dn_mysql_members members, const char *name)
{
    const dunlin_property *member = dn_mysql_member(members, name);
    dn_mysql_members none = {NULL, 0};

    return member != NULL && member->type == DUNLIN_PROPERTY_LIST_BEGIN
               ? dn_mysql_member_inside(members, member)
               : none;
}

uint64_t
dn_mysql_member_count(dn_mysql_members list)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < list.count; i = dn_mysql_member_next(list, i))
        count++;
    return count;
}

const dunlin_property *
dn_mysql_element(dn_mysql_members list, uint64_t index)
{
    for (uint64_t i = 0; i < list.count; i = dn_mysql_member_next(list, i))
        if (index-- == 0)
            return &list.items[i];
    return NULL;
}

bool
dn_mysql_same_list(dn_mysql_members left, dn_mysql_members right)
{
    uint64_t count = dn_mysql_member_count(left);

    if (count != dn_mysql_member_count(right))
        return false;
    for (uint64_t i = 0; i < count; i++)
        if (!dn_kit_equal(dn_mysql_element(left, i)->text, dn_mysql_element(right, i)->text))
            return false;
    return true;
}
