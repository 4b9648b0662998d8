/* SPDX-License-Identifier: MIT
 *
 * Effects by names alone, for where nothing may be replayed: what the text of a history makes, renames
 * and drops, as far as the parser understands it. Facts of these effects have no properties, so they
 * are held against a schema whose facts have none, either. They prove nothing: a table of the right
 * name may have any columns, and a column any type.
 */
#ifndef DN_STATE_NAMED_H
#define DN_STATE_NAMED_H

#include "core/state/effects.h"
#include "core/state/state.h"

/* One for each file, NULL where one is missing; not known where the text tells of no name. `names`
 * gets the schema by names. Errors: lex.*, script.*, file.*. */
int dn_named_effects(dn_connection *target, const char *dialect, const dn_migration *const *files,
                     size_t count, const dn_fact_map *schema, dn_arena *arena,
                     dn_migration_effects *effects, dn_fact_map **names, dn_error *error);

#endif
