/* SPDX-License-Identifier: MIT
 *
 * What a repair does to a database. Under the lock; each function is one transaction, as far as the
 * database has any for it, and writes its own row of the log (core/tracker/event.h) in it.
 */
#ifndef DN_RUN_MEND_H
#define DN_RUN_MEND_H

#include "core/reconcile/repair.h"
#include "core/run/run.h"

typedef struct dn_mend {
    dn_connection *connection;
    dn_tracker *tracker;
    const char *run_id;
    dn_log log;
    dn_arena *arena;
    dn_translator *translator; /* fresh, of folders that are not in the target's dialect; or NULL */
    const char *by;            /* who asks for it: "repair", "mark" ... */
    const char *state;         /* of what is recorded: "baselined" (proved) or "asserted" */
    const char *confidence;    /* of what is recorded; NULL: that of its verdict */
    dn_tracker_writer *writer; /* while it records */
} dn_mend;

/* Records all migrations of a step, with why as their evidence. */
int dn_mend_record(dn_mend *mend, const dn_repair_step *step, dn_error *error);
int dn_mend_unrecord(dn_mend *mend, const dn_repair_step *step, dn_error *error);
/* Gives a record the tag that its migration has by now. */
int dn_mend_relink(dn_mend *mend, const dn_repair_step *step, dn_error *error);
/* Gives records the digests and the text that their files have by now. */
int dn_mend_renew(dn_mend *mend, const dn_repair_step *step, dn_error *error);
/* Runs some statements of a file: those of the step, by their ordinals. Portable ones are
 * translated, and what is there already of one is left out; the translator knows the types of earlier
 * migrations. */
int dn_mend_statements(dn_mend *mend, const dn_repair_step *step, dn_error *error);
/* Runs the one statement of the step. */
int dn_mend_sql(dn_mend *mend, const dn_repair_step *step, dn_error *error);
/* A row of the log about a step that was done elsewhere: to files, or by migrate. The table is there
 * (dn_event_prepare). */
int dn_mend_log(dn_mend *mend, const dn_repair_step *step, dn_error *error);

/* --- inside core/run ------------------------------------------------------------------------------ */
typedef int (*dn_mend_work)(dn_mend *mend, const dn_repair_step *step, dn_error *error);
int dn_mend_in_transaction(dn_mend *mend, const dn_repair_step *step, dn_mend_work work,
                           dn_error *error);
/* The file that a record is about: another one where the journal misnames it. */
const dn_migration *dn_mend_file(const dn_verdict *verdict);

#endif
