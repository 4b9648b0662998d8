/* SPDX-License-Identifier: MIT
 *
 * Values of facts: building them, looking into them, and memory for their texts.
 */
#ifndef DN_MYSQL_PROPERTY_H
#define DN_MYSQL_PROPERTY_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers/kit/kit.h"

/* --- memory -------------------------------------------------------------------------------------- */
/* Many small pieces that are freed together. {0} is empty. */
typedef struct dn_mysql_pool {
    struct dn_mysql_block *blocks;
    size_t left;
    bool failed; /* once out of memory: nothing more is given */
} dn_mysql_pool;

void *dn_mysql_pool_take(dn_mysql_pool *pool, size_t bytes); /* zeroed, aligned; NULL: no memory */
dunlin_string dn_mysql_pool_keep(dn_mysql_pool *pool, dunlin_string text);
/* What was written so far, kept; the text is emptied. */
dunlin_string dn_mysql_pool_text(dn_mysql_pool *pool, dn_kit_text *text);
void dn_mysql_pool_free(dn_mysql_pool *pool);

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

/* --- looking ---------------------------------------------------------------------------------------- */
/* Members of a fact or an operation. {NULL, 0} has none. */
typedef struct dn_mysql_members {
    const dunlin_property *items;
    uint64_t count;
} dn_mysql_members;

/* The place behind the member that begins at `at`. */
uint64_t dn_mysql_member_next(dn_mysql_members members, uint64_t at);
/* A member by name, or NULL. */
const dunlin_property *dn_mysql_member(dn_mysql_members members, const char *name);
/* Its text, or "". */
dunlin_string dn_mysql_member_text(dn_mysql_members members, const char *name);
bool dn_mysql_member_is(dn_mysql_members members, const char *name);
int64_t dn_mysql_member_number(dn_mysql_members members, const char *name, int64_t otherwise);
/* What stands inside a list or struct. */
dn_mysql_members dn_mysql_member_inside(dn_mysql_members members, const dunlin_property *member);
/* The elements of a list by name; none where there is no such list. */
dn_mysql_members dn_mysql_member_list(dn_mysql_members members, const char *name);
/* Elements of a list. */
uint64_t dn_mysql_member_count(dn_mysql_members list);
/* Element `index` of a list of plain values, or NULL. */
const dunlin_property *dn_mysql_element(dn_mysql_members list, uint64_t index);
/* Lists of names or texts with the same elements in the same order. */
bool dn_mysql_same_list(dn_mysql_members left, dn_mysql_members right);

#endif
