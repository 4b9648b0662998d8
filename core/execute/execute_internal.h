/* SPDX-License-Identifier: MIT
 *
 * Shared by the two ways of running: batches of transactions, and the ledger.
 */
#ifndef DN_EXECUTE_INTERNAL_H
#define DN_EXECUTE_INTERNAL_H

#include "core/execute/execute.h"

int dn_needs_add(dn_needs *needs, const dn_migration *migration, const dn_script_item *item,
                 dn_error *error);

/* Runs jobs[first .. first + count) as transactions in one batch. */
int dn_execute_feed(dn_execution *execution, size_t first, size_t count, dn_error *error);
/* Runs one job statement by statement with the ledger. Its record may wait for the next job, which must
 * not be one that fits a batch. */
int dn_execute_ledger(dn_execution *execution, dn_job *job, dn_error *error);

static inline bool
dn_job_fits_batch(const dn_job *job)
{
    return job->info.transactional || job->idle;
}

/* What failed: statement `ordinal` of a migration, or the data behind it. `offset` is where the
 * server saw the error: a byte of the statement, a line of the data; -1 unknown. */
typedef struct dn_culprit {
    unsigned ordinal;
    bool data;
    int64_t offset;
} dn_culprit;

/* Fills execution->stop, reading the file again for excerpt and place. Puts file:line:column before
 * the message of *error. Returns -1. */
int dn_execute_blame(dn_execution *execution, const dn_migration *migration,
                     const dn_culprit *culprit, dn_error *error);

/* A statement and the data behind it, outside any batch. */
int dn_execute_copy(dn_connection *connection, dn_script *script, const char *sql,
                    dn_culprit *culprit, dn_error *error);

/* Does this job share the transaction that job `opener` opened, with the one before it? Nothing but their
 * records is sent for either. */
bool dn_jobs_join(const dn_job *jobs, size_t opener, size_t job);

/* What the tracker is told of a job that is about to commit. */
int dn_execute_record(dn_execution *execution, const dn_job *job, const dn_script *script,
                      int64_t duration_us, const dn_tracker_statement **statements, size_t *count,
                      dn_error *error);

#endif
