/* SPDX-License-Identifier: MIT
 *
 * Private to core/reconcile: the steps of a repair while they are put together.
 */
#ifndef DN_RECONCILE_REPAIR_INTERNAL_H
#define DN_RECONCILE_REPAIR_INTERNAL_H

#include "core/reconcile/repair.h"

typedef struct dn_planning {
    const dn_reconciliation *result;
    const dn_observation *observation;
    bool illegible;
    bool renew; /* digests of cosmetic edits */
    dn_arena *arena;
    dn_repair *repair;
    bool held; /* pending migrations wait for an answer */
    dn_error *error;
} dn_planning;

int dn_repair_add(dn_planning *work, dn_repair_step step);
int dn_repair_ask(dn_planning *work, const char *tag, const char *why);

/* repair_drift.c: about what the schema holds otherwise than the history left it. */
int dn_repair_ask_about_moved(dn_planning *work);
int dn_repair_ask_about_drift(dn_planning *work);

#endif
