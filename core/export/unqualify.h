/* SPDX-License-Identifier: MIT
 *
 * Expressions of a table that do not say its name.
 */
#ifndef DN_EXPORT_UNQUALIFY_H
#define DN_EXPORT_UNQUALIFY_H

#include "core/lex/lex.h"

/* Takes "table." out of the expression wherever it stands before a column. The new text is in the arena. */
int dn_export_unqualify(const dn_lex_rules *rules, dunlin_string table, dn_arena *arena,
                        dunlin_string *expression, dn_error *error);

#endif
