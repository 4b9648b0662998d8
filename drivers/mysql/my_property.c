/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_property.h"

#include <stdlib.h>
#include <string.h>

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
