/* SPDX-License-Identifier: MIT
 *
 * Comparisons in scripts: SELECTs of kind, name, there and wanted, one row for each difference.
 */
#ifndef DN_SQLITE_COMPARE_H
#define DN_SQLITE_COMPARE_H

#include "drivers/sqlite/sqlite_rebuild.h"

/* Columns of one row each: said. */
void dn_sqlite_add_foreign_keys(dn_kit_text *text, dunlin_string table);
void dn_sqlite_add_uniques(dn_kit_text *text, dunlin_string table, const char *condition);
/* Begins with UNION ALL. */
void dn_sqlite_add_difference_of_key(dn_kit_text *text, const dunlin_operation *operation);

/* --- by their text (sqlite_compare_text.c) -------------------------------------------------------- */
/* Views, triggers, constraints, columns that are computed. */
bool dn_sqlite_compares_text(const dunlin_operation *operation);
/* The condition that something has its name. */
void dn_sqlite_add_text_existence(dn_kit_text *text, const dunlin_operation *operation);
void dn_sqlite_add_text_difference(dn_kit_text *text, const dunlin_script_item *item);
/* Of a check or a computed column that is made with its table, or with its column; begins with
 * UNION ALL. */
void dn_sqlite_add_part_difference(dn_kit_text *text, const dunlin_operation *operation);

#endif
