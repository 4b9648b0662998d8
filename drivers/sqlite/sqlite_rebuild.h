/* SPDX-License-Identifier: MIT */
#ifndef DN_SQLITE_REBUILD_H
#define DN_SQLITE_REBUILD_H

#include "drivers/sqlite/sqlite_render.h"

/* What a table is called while it is filled; also known to run(), which shows how far it is. */
#define DN_SQLITE_REBUILT "_dunlin_new_"

/* Steps that a rebuild puts around itself, for run() alone: SQLite's own PRAGMA does nothing inside
 * a transaction, so run() reads these as calls of sqlite3_db_config, which does. */
#define DN_SQLITE_KEYS_ASIDE                                                                       \
    "PRAGMA foreign_keys = OFF /* inside the transaction, by sqlite3_db_config */"
#define DN_SQLITE_KEYS_BACK "PRAGMA foreign_keys = ON /* or as it was before the rebuild */"
/* The same for a script: triggers and indexes that the table had, and that it is not told of. */
#define DN_SQLITE_OTHERS_BACK "others back"

/* DUNLIN_SCRIPT_COMPARE; whether it can be. */
bool dn_sqlite_can_compare(const dunlin_script_item *item);
void dn_sqlite_script_compare(dn_kit_text *text, const dunlin_script_item *item);
/* A condition: all that makes `after` of `before` is there. */
void dn_sqlite_write_is_done(dn_kit_text *text, const dn_sqlite_table *before,
                             const dn_sqlite_table *after);
/* Refuses a table that has no column (left). */
int32_t dn_sqlite_check_columns(dn_sqlite_rendering *work, const dn_sqlite_state *state);
/* What becomes of the values of a column whose type is changed, where that is more than to store them
 * in the new one; else empty. */
int32_t dn_sqlite_convert(dn_sqlite_rendering *work, const dn_sqlite_state *state,
                          const dn_sqlite_member *before, dunlin_string column,
                          dunlin_string *value);
/* A default that stays among `set`, the column's new properties, becomes one of the new type. */
int32_t dn_sqlite_convert_default(dn_sqlite_rendering *work, const dunlin_operation *operation,
                                  const dn_sqlite_member *before, dn_kit_properties *set);
/* The table as it was and, in `state`, as it is to be: the steps that make one of the other. */
int32_t dn_sqlite_rebuild(dn_sqlite_rendering *work, dn_sqlite_state *state,
                          const dn_sqlite_table *before);

#endif
