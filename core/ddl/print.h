/* SPDX-License-Identifier: MIT
 *
 * Private to core/ddl: operations -> portable text.
 */
#ifndef DN_DDL_PRINT_H
#define DN_DDL_PRINT_H

#include "core/ddl/ddl.h"

/* print_text.c */
const dunlin_property *dn_print_member(const dunlin_operation *operation, const char *name);
bool dn_print_unsets(const dunlin_operation *operation, const char *name);
bool dn_print_is(const dunlin_operation *operation, const char *kind);
void dn_print_name(dunlin_string name, dn_text *text);
void dn_print_string(dunlin_string value, dn_text *text);
/* [namespace.]name of path[0] and path[1] */
void dn_print_object(const dunlin_string *path, dn_text *text);
/* (a, b) of a list member; `from` elements are left out. */
void dn_print_list(const dunlin_property *list, dn_text *text);
/* The property behind the one at hand and all inside of it. */
const dunlin_property *dn_print_next(const dunlin_property *property);
void dn_print_if_exists(const dunlin_operation *operation, dn_text *text);
void dn_print_behaviour(const dunlin_operation *operation, dn_text *text);
/* "ALTER TABLE [IF EXISTS] t " */
void dn_print_alter_table(const dunlin_operation *operation, dn_text *text);
/* print_table.c */
void dn_print_type(const dunlin_operation *operation, dn_text *text);
void dn_print_column(const dunlin_operation *operation, dn_text *text);
void dn_print_constraint(const dunlin_operation *operation, bool guarded, dn_text *text);
void dn_print_index(const dunlin_operation *operation, dn_text *text);
size_t dn_print_table(const dunlin_operation *const *operations, size_t count, dn_text *text);
/* print_alter.c */
void dn_print_alter(const dunlin_operation *operation, dn_text *text);
void dn_print_rename(const dunlin_operation *operation, dn_text *text);
void dn_print_drop(const dunlin_operation *operation, dn_text *text);
/* print_create.c */
void dn_print_create(const dunlin_operation *operation, dn_text *text);
void dn_print_sequence_options(const dunlin_operation *operation, dn_text *text);

#endif
