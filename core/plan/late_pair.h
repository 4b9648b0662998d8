/* SPDX-License-Identifier: MIT
 *
 * Private to core/plan: do two migrations touch the same, as their texts tell it?
 */
#ifndef DN_PLAN_LATE_PAIR_H
#define DN_PLAN_LATE_PAIR_H

#include "core/execute/trace.h"

/* One migration of a trace; valid as long as that is. */
typedef struct dn_late_side {
    const dunlin_capabilities *capabilities; /* of the database */
    const dn_trace_item *items;
    size_t count;
    bool opaque; /* it does what its operations do not tell */
    bool rows;   /* it may change rows, or take them away */
    bool fresh;  /* it only makes tables and what is in them, types, sequences and schemas */
} dn_late_side;

dn_late_side dn_late_side_of(const dn_trace *trace, size_t migration);

/* The operation of `late` (of `applied`, where that one only fills a table) that touches what one of `applied` touches, or uses by name what the other makes,
 * renames, takes away or gives another type; or NULL. What an opaque side does beside its operations is not
 * in it. */
const dunlin_operation *dn_late_meeting(const dn_late_side *late, const dn_late_side *applied);

#endif
