/* SPDX-License-Identifier: MIT
 *
 * Types by their names.
 */
#ifndef DN_PG_TYPE_H
#define DN_PG_TYPE_H

#include "drivers/postgres/pg_driver.h"

/* Adds the type as the server prints it (format_type); false: as it is written, because nothing is
 * known of it. `portable`: the text is a portable type's. */
bool dn_pg_type_print(dn_kit_text *text, dunlin_string type, bool portable);
/* Classes of docs/facts.md, separated by blanks. */
const char *dn_pg_type_classes(dunlin_string type);

/* The greatest number of an integer type; of bigint where none is said. */
int64_t dn_pg_type_largest(dunlin_string type);

/* A default of a column of this type (as printed), where the printed form is certain; otherwise
 * false, and nothing was added. */
bool dn_pg_default_print(dn_kit_text *text, dunlin_string value, dunlin_string type);
/* The same of an enum: 'a'::public.mood. `path` is the list of the type's names. */
bool dn_pg_label_print(dn_kit_text *text, dunlin_string value, const dunlin_property *path);
/* As quote_ident() does it. */
void dn_pg_name_print(dn_kit_text *text, dunlin_string name);

#endif
