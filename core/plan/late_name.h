/* SPDX-License-Identifier: MIT
 *
 * Private to core/plan: what a database calls constraints that were given no name.
 */
#ifndef DN_PLAN_LATE_NAME_H
#define DN_PLAN_LATE_NAME_H

#include "core/execute/trace.h"

/* Names that some database takes for the same: whatever the case of their letters. */
bool dn_late_same(dunlin_string left, dunlin_string right);

/* How the database makes names up. */
typedef struct dn_late_naming {
    bool by_columns; /* DUNLIN_CAN_NAME_BY_COLUMNS */
    int32_t limit;   /* longest name in bytes */
} dn_late_naming;

/* Two constraints of one kind on one table, at least one of them without a name: is each called the same
 * whichever is made first? False where that is not sure. */
bool dn_late_names_apart(const dn_trace_item *left, const dn_trace_item *right,
                         const dn_late_naming *naming);

#endif
