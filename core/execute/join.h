/* SPDX-License-Identifier: MIT
 *
 * Inside core/execute: several statements of a script as one (DUNLIN_CAN_REBUILD).
 */
#ifndef DN_EXECUTE_JOIN_H
#define DN_EXECUTE_JOIN_H

#include "core/execute/execute.h"

typedef struct dn_join dn_join;

dn_join *dn_join_new(const dn_joiner *how); /* NULL: no memory */
void dn_join_free(dn_join *join);           /* NULL is fine */
/* As dn_script_next. */
int dn_join_next(dn_join *join, dn_script *script, dn_script_item *item, dn_error *error);

/* The part that a byte of the text belongs to; NULL where there are no parts. */
const dn_script_part *dn_script_part_at(const dn_script_item *item, uint64_t offset);
/* Of several statements in one, the ordinal of that which a failed step is about, by what the server
 * says; the first where it does not tell. */
unsigned dn_join_culprit(const dn_script_item *item, const dn_translated *translated, size_t step,
                         dunlin_string message);
/* dn_script_join, where that helps on the target. For scripts that run in one transaction. */
int dn_translator_join(const dn_translator *translator, dn_script *script, dn_error *error);

/* script.c: the next item as it stands in the file; and the text that offsets of items are of, data
 * NULL where it is not in memory. */
int dn_script_next_single(dn_script *script, dn_script_item *item, dn_error *error);
dunlin_string dn_script_input(const dn_script *script);

#endif
