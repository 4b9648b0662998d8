/* SPDX-License-Identifier: MIT
 *
 * Names that a file takes from one object and gives to another one: DROP COLUMN a, RENAME COLUMN b TO a. Run
 * again with guards, that drops what was b, and goes on as if all were well.
 */
#ifndef DN_EXECUTE_HARDEN_NAMES_H
#define DN_EXECUTE_HARDEN_NAMES_H

#include "core/ddl/ddl.h"

typedef struct dn_name_change dn_name_change;
typedef struct dn_name_changes {
    dn_name_change *list;
    size_t count;
    size_t capacity;
} dn_name_changes;

/* Notes what becomes of names in the next statement of the file. */
int dn_names_see(dn_name_changes *changes, const dn_lex_item *item, const dn_ddl_options *options,
                 dn_arena *arena, dn_error *error);
/* Does the statement that begins there take such a name, or give it? */
bool dn_names_take_over(const dn_name_changes *changes, uint64_t statement);

#endif
