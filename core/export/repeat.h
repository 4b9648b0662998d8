/* SPDX-License-Identifier: MIT
 *
 * What may be carried out twice.
 */
#ifndef DN_EXPORT_REPEAT_H
#define DN_EXPORT_REPEAT_H

#include "core/lex/lex.h"
#include "core/schema/schema.h"

/* Do the operations leave rows alone, or make the same of them a second time? USING does where it is no more than
 * a cast. `rules` are those of the expressions. */
bool dn_export_repeats(const dn_lex_rules *rules, const dn_operations *list);

#endif
