/* SPDX-License-Identifier: MIT
 *
 * Reading and building the properties of facts and operations.
 *
 *     dn_kit_properties value = {.pool = &pool};
 *
 *     dn_kit_properties_begin(&value, "columns", DUNLIN_PROPERTY_LIST_BEGIN);
 *     dn_kit_properties_add(&value, "", DUNLIN_PROPERTY_IDENTIFIER, name);
 *     dn_kit_properties_end(&value);
 *
 * Names and texts are borrowed. Without memory the pool says so, and nothing more is added.
 */
#ifndef DN_KIT_KIT_PROPERTY_H
#define DN_KIT_KIT_PROPERTY_H

#include <stdbool.h>
#include <stdint.h>

#include <dunlin/schema.h>

#include "drivers/kit/kit_pool.h"

enum { DN_KIT_PROPERTY_DEPTH = 6 };

/* Some properties in a row. */
typedef struct dn_kit_set {
    const dunlin_property *list;
    uint64_t count;
} dn_kit_set;

typedef struct dn_kit_properties {
    dn_kit_pool *pool;
    dunlin_property *list;
    size_t count;
    size_t capacity;
    size_t depth;
    uint32_t places[DN_KIT_PROPERTY_DEPTH]; /* of the next element, by depth */
} dn_kit_properties;

/* --- reading ------------------------------------------------------------------------------------ */
dn_kit_set dn_kit_set_of(const dn_kit_properties *properties);
/* The place of the outermost property behind the one at `at`; set.count at the end. */
uint64_t dn_kit_set_next(dn_kit_set set, uint64_t at);
/* An outermost property of this name, or NULL. */
const dunlin_property *dn_kit_set_named(dn_kit_set set, dunlin_string name);
static inline const dunlin_property
    * /* as dn_kit_string(): a constant is not measured at run time */
    dn_kit_set_find(dn_kit_set set, const char *name)
{
    return dn_kit_set_named(set, dn_kit_string(name));
}
bool dn_kit_is_true(const dunlin_property *property); /* NULL is not */
static inline bool
dn_kit_set_is_true(dn_kit_set set, const char *name)
{
    return dn_kit_is_true(dn_kit_set_find(set, name));
}
/* Its text, or an empty one. */
dunlin_string dn_kit_text_of(const dunlin_property *property);
static inline dunlin_string
dn_kit_set_text(dn_kit_set set, const char *name)
{
    return dn_kit_text_of(dn_kit_set_find(set, name));
}
/* What stands inside a list or struct of the set; NULL and others: nothing. */
dn_kit_set dn_kit_set_inside(dn_kit_set set, const dunlin_property *property);
static inline dn_kit_set
dn_kit_set_list(dn_kit_set set, const char *name)
{
    return dn_kit_set_inside(set, dn_kit_set_find(set, name));
}
int64_t dn_kit_set_number(dn_kit_set set, const char *name, int64_t otherwise);
/* Of a list: how many elements, and one of plain values, or NULL. */
uint64_t dn_kit_set_count(dn_kit_set list);
const dunlin_property *dn_kit_set_element(dn_kit_set list, uint64_t index);
/* Lists of names or texts with the same elements in the same order. */
bool dn_kit_set_same(dn_kit_set left, dn_kit_set right);

/* --- building ----------------------------------------------------------------------------------- */
void dn_kit_properties_add(dn_kit_properties *properties, const char *name, int32_t type,
                           dunlin_string text);
void dn_kit_properties_number(dn_kit_properties *properties, const char *name, int32_t type,
                              int64_t integer);
void dn_kit_properties_true(dn_kit_properties *properties, const char *name);
void dn_kit_properties_begin(dn_kit_properties *properties, const char *name, int32_t type);
void dn_kit_properties_end(dn_kit_properties *properties);
/* One outermost property of `set` with what is inside it, under its name. */
void dn_kit_properties_take(dn_kit_properties *properties, dn_kit_set set, uint64_t at);

#endif
