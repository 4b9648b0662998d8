/* SPDX-License-Identifier: MIT
 *
 * Values of facts, built in memory of their own; kit_property.h looks into them.
 */
#ifndef DN_MYSQL_PROPERTY_H
#define DN_MYSQL_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/kit/kit.h"
#include "drivers/kit/kit_property.h"

/* --- building ------------------------------------------------------------------------------------- */
enum { DN_MYSQL_DEPTH = 6 };

/* {0} is empty. Texts are borrowed. */
typedef struct dn_mysql_list {
    dunlin_property *items;
    size_t count;
    size_t capacity;
    size_t depth;
    uint32_t next[DN_MYSQL_DEPTH]; /* index of the next element, by depth */
    bool failed;
} dn_mysql_list;

void dn_mysql_list_free(dn_mysql_list *list);
void dn_mysql_list_clear(dn_mysql_list *list);
/* A member with a text; empty texts are left out where `name` is not NULL. */
void dn_mysql_add(dn_mysql_list *list, const char *name, int32_t type, dunlin_string text);
void dn_mysql_add_number(dn_mysql_list *list, const char *name, int64_t number);
/* A member that says yes; nothing where `is` is false. */
void dn_mysql_add_flag(dn_mysql_list *list, const char *name, bool is);
/* LIST_BEGIN or STRUCT_BEGIN; a NULL name is an element of a list. */
void dn_mysql_open_member(dn_mysql_list *list, const char *name, int32_t type);
void dn_mysql_close_member(dn_mysql_list *list);
/* Copies one member, however deep. */
void dn_mysql_add_copy(dn_mysql_list *list, const dunlin_property *member);

#endif
