/* SPDX-License-Identifier: MIT
 *
 * One difference between two schemas in a document.
 */
#ifndef DN_ENGINE_DIFFERENCE_H
#define DN_ENGINE_DIFFERENCE_H

#include "core/base/document.h"
#include "core/schema/diff.h"

/* An array of the names of a path. */
void dn_difference_tell_path(dunlin_result *result, dunlin_node *node, const char *name,
                             const dunlin_fact *fact);
/* "kind", "path" and "members", those in which they differ; either of the facts may be NULL. */
int dn_difference_tell(dunlin_result *result, dunlin_node *node, const dunlin_fact *before,
                       const dunlin_fact *after, const dn_compare_options *how, dn_error *error);

#endif
