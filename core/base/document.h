/* SPDX-License-Identifier: MIT
 *
 * Building results: the documents of dunlin.h. Every function takes NULL for a node and does
 * nothing, so that a build is written straight down and checked once with dn_result_ok().
 */
#ifndef DN_BASE_DOCUMENT_H
#define DN_BASE_DOCUMENT_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* format: "dunlin-status/1"; becomes the member "format" of the root object. NULL: no memory. */
dunlin_result *dn_result_new(const char *format);
void dn_result_set_exit_code(dunlin_result *result, int exit_code);
bool dn_result_ok(const dunlin_result *result);     /* false after an allocation failed */
dunlin_node *dn_result_node(dunlin_result *result); /* its root, to build on */

/* Names are not copied: they are literals, or live as long as the result. */
dunlin_node *dn_node_object(dunlin_result *result, dunlin_node *parent, const char *name);
dunlin_node *dn_node_array(dunlin_result *result, dunlin_node *parent, const char *name);
/* name is NULL when the parent is an array. NULL text becomes null. */
void dn_node_set_text(dunlin_result *result, dunlin_node *parent, const char *name,
                      const char *text);
/* One that lives as long as the result, as literals do: it is not copied. NULL becomes null. */
void dn_node_set_word(dunlin_result *result, dunlin_node *parent, const char *name,
                      const char *word);
void dn_node_set_string(dunlin_result *result, dunlin_node *parent, const char *name,
                        dunlin_string text);
void dn_node_set_integer(dunlin_result *result, dunlin_node *parent, const char *name,
                         int64_t value);
void dn_node_set_boolean(dunlin_result *result, dunlin_node *parent, const char *name, bool value);
void dn_node_set_null(dunlin_result *result, dunlin_node *parent, const char *name);

#endif
