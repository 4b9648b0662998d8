/* SPDX-License-Identifier: MIT
 *
 * A unit of a script while it is put together (DUNLIN_SCRIPT_UNIT). What is added is copied.
 */
#ifndef DN_EXPORT_UNITS_H
#define DN_EXPORT_UNITS_H

#include "core/driver/driver.h"

typedef struct dn_unit {
    const dn_driver *driver;
    const dunlin_profile *profile;
    dn_arena *arena;
    int32_t flags; /* DUNLIN_SCRIPT_TRANSACTION .. */
    dn_text condition;
    const dunlin_script_item **items;
    size_t count;
    size_t capacity;
} dn_unit;

void dn_unit_begin(dn_unit *unit, const dn_driver *driver, const dunlin_profile *profile,
                   dn_arena *arena);
/* An item around the transaction that is there already is not added again. Errors:
 * driver.unsupported where the client cannot be told so. */
int dn_unit_add(dn_unit *unit, const dunlin_script_item *item, dn_error *error);
int dn_unit_add_statement(dn_unit *unit, const char *sql, dn_error *error);
/* Appends it to the text, and ends it. */
int dn_unit_write(dn_unit *unit, dn_text *text, dn_error *error);
void dn_unit_end(dn_unit *unit);

/* A part that is a condition: ends the script with the message unless it holds, or the tables are
 * all absent. */
typedef struct dn_requirement {
    const char *condition;
    const char *message;
    const dunlin_string *absent;
    size_t absent_count;
} dn_requirement;
int dn_unit_require(const dn_driver *driver, const dunlin_profile *profile,
                    const dn_requirement *requirement, dn_text *text, dn_error *error);

#endif
