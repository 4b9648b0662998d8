/* SPDX-License-Identifier: MIT
 *
 * Carrying out a plan: the run lock, the backup before the first change, execution, and settling
 * (what was done is read back before anybody is told).
 */
#ifndef DN_RUN_RUN_H
#define DN_RUN_RUN_H

#include "core/plan/plan.h"

/* --- the run lock ----------------------------------------------------------------------------- */
/* Polls until `timeout_ms` has passed. It lives on the connection and dies with it. Errors:
 * run.locked (exit 5) naming the holder. */
int dn_run_lock(dn_connection *connection, const char *tracker_table, int64_t timeout_ms,
                const dn_log *log, dn_error *error);
void dn_run_unlock(dn_connection *connection, const char *tracker_table);

/* --- backups ---------------------------------------------------------------------------------- */
typedef struct dn_backup {
    const char *name; /* file name */
    const char *path;
    int64_t bytes;
    const char *taken_at; /* ISO 8601, UTC */
} dn_backup;

/* The folder backups of this database go to: beside it, "<file>-dunlin-backups". NULL when the
 * database is no file (or: no memory). */
const char *dn_backup_folder(const dunlin_server *server, dn_arena *arena);
/* Takes one; `destination` NULL makes a name in the folder and removes the oldest ones so that
 * `keep` stay (only files that carry our name pattern). */
int dn_backup_take(dn_connection *connection, const char *url, const char *destination, int keep,
                   const dn_log *log, dn_arena *arena, dn_backup *backup, dn_error *error);
/* Those in the folder, newest first. No folder: none. */
int dn_backup_list(const char *folder, dn_arena *arena, dn_backup **backups, size_t *count,
                   dn_error *error);

/* --- execution and settling ------------------------------------------------------------------- */
typedef struct dn_run {
    dn_connection *connection;
    dn_translator *translator; /* or NULL */
    const char *url;
    const dn_target *target;
    dn_log log;
    dn_arena *arena;
    dn_tracker *tracker;
    dn_plan *plan;
    bool single_transaction;
    /* Results. */
    char run_id[33];
    bool backed_up;
    dn_backup backup;
    dn_stop stop;
    int32_t cause; /* status of the failure itself, where the error became PARTIAL */
} dn_run;

/* Under the lock. On failure jobs tell which migrations were applied all the same. */
int dn_run_plan(dn_run *run, dn_error *error);

#endif
