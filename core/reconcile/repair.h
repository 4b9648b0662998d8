/* SPDX-License-Identifier: MIT
 *
 * Repair plans: what would bring journal, files, tracker and schema together, in order, each step
 * with its reason. Pure; nothing here is carried out.
 *
 * What only a person can decide is an `ask`. Pending migrations behind one wait, unless the answer
 * has nothing to do with them.
 */
#ifndef DN_RECONCILE_REPAIR_H
#define DN_RECONCILE_REPAIR_H

#include "core/reconcile/reconcile.h"

typedef enum dn_repair_action {
    DN_REPAIR_BACKUP = 0,
    DN_REPAIR_ASK,
    DN_REPAIR_REPORT,
    DN_REPAIR_FILE,
    DN_REPAIR_CREATE_TRACKER,
    DN_REPAIR_RECORD,
    DN_REPAIR_UNRECORD,
    DN_REPAIR_RELINK, /* the record gets the tag that the journal has */
    DN_REPAIR_RENEW,  /* and this one the digest that the file has */
    DN_REPAIR_APPLY,
    DN_REPAIR_APPLY_STATEMENTS,
    DN_REPAIR_SQL,
    DN_REPAIR_DEFINITION, /* lines for a person to add: reconciliation->additions */
    DN_REPAIR_SNAPSHOT,
    DN_REPAIR_VERIFY,
    DN_REPAIR_COUNT
} dn_repair_action;
const char *dn_repair_action_name(dn_repair_action action);

typedef struct dn_repair_step {
    dn_repair_action action;
    const char *op;              /* of FILE: "journal-set", "journal-append" ... */
    const char *tag;             /* that it is about, or NULL */
    const char *new_tag;         /* of "journal-set" and RELINK */
    const char *sql;             /* of SQL */
    const dn_verdict **verdicts; /* of all that are about migrations */
    size_t count;
    const unsigned *statements; /* of APPLY_STATEMENTS and SQL: ordinals */
    size_t statement_count;
    const char *why;
    bool waits; /* for the answer to an ASK before it */
} dn_repair_step;

typedef struct dn_repair {
    dn_repair_step *steps;
    size_t count;
    size_t capacity;
    bool automatic; /* nobody needs to be asked */
} dn_repair;

/* `illegible`: the journal could not be read and was rebuilt in memory. `renew`: records of files that
 * were edited in comments and blanks alone get the digests of the files. */
int dn_repair_plan(const dn_reconciliation *reconciliation, const dn_observation *observation,
                   bool illegible, bool renew, dn_arena *arena, dn_repair *repair, dn_error *error);

#endif
