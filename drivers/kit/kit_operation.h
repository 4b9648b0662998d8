/* SPDX-License-Identifier: MIT
 *
 * Looking into operations, for drivers that render them.
 */
#ifndef DN_KIT_KIT_OPERATION_H
#define DN_KIT_KIT_OPERATION_H

#include <stdbool.h>

#include <dunlin/schema.h>

/* Visits the outermost properties of `set`: the place of the one behind `at`, set_count at the
 * end. */
uint64_t dn_kit_property_next(const dunlin_operation *operation, uint64_t at);
/* An outermost property of this name, or NULL. */
const dunlin_property *dn_kit_property_find(const dunlin_operation *operation, const char *name);
bool dn_kit_property_is_true(const dunlin_operation *operation, const char *name);
/* The first outermost property whose name is not in the list (which ends with NULL), or NULL. */
const dunlin_property *dn_kit_property_unknown(const dunlin_operation *operation,
                                               const char *const *known);
bool dn_kit_operation_creates(const dunlin_operation *operation, const char *kind);

#endif
