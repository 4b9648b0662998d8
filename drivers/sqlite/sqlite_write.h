/* SPDX-License-Identifier: MIT
 *
 * Tables and their members as SQL.
 */
#ifndef DN_SQLITE_WRITE_H
#define DN_SQLITE_WRITE_H

#include "drivers/sqlite/sqlite_schema.h"

void dn_sqlite_write_name(dn_kit_text *sql, dunlin_string name);
/* CREATE TABLE under this name; `lead` is the text before it. */
void dn_sqlite_write_table(dn_kit_text *sql, const dn_sqlite_table *table, const char *lead,
                           dunlin_string name);
/* "c" TEXT NOT NULL .. with the constraints that ADD COLUMN needs in the same place. */
void dn_sqlite_write_added_column(dn_kit_text *sql, const dn_sqlite_table *table,
                                  const dn_sqlite_member *column);
/* Whether this constraint is written with the added column. */
bool dn_sqlite_goes_with(const dn_sqlite_table *table, const dn_sqlite_member *member,
                         const dn_sqlite_member *column);
void dn_sqlite_write_index(dn_kit_text *sql, const dn_sqlite_member *index, dunlin_string table,
                           const char *condition);
void dn_sqlite_write_view(dn_kit_text *sql, dunlin_string name, dn_kit_set set,
                          const char *condition);

#endif
