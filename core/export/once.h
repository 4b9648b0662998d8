/* SPDX-License-Identifier: MIT
 *
 * Which statements must not be sent again when it is not known whether they took effect: no guard tells that, and the
 * database may take them a second time without a word.
 */
#ifndef DN_EXPORT_ONCE_H
#define DN_EXPORT_ONCE_H

#include "core/lex/lex.h"
#include "core/schema/schema.h"

/* Of a new key or check that has no name: another one is not the same. */
bool dn_once_nameless(const dunlin_operation *operation);
/* a TO z, b TO a, z TO b: all names are there behind it that were there before. */
bool dn_once_swaps(const dn_operations *list);
/* What is known of a statement: does it leave behind what looks as if it was not sent? */
bool dn_once_operations(const dn_operations *list);
/* A statement that nobody has read, by its first words. `flags` are DUNLIN_CLASS_*. */
bool dn_once_text(const dn_lex_rules *rules, dunlin_string sql, uint64_t flags);
/* Code that may end a transaction by itself, and fails in one of somebody else. */
bool dn_once_ends_transactions(dunlin_string sql, uint64_t flags);

#endif
