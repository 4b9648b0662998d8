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
/* The same; with `cancel`, the session that has it is ended. */
int dn_run_lock_over(dn_connection *connection, const char *tracker_table, int64_t timeout_ms,
                     bool cancel, const dn_log *log, dn_error *error);
void dn_run_unlock(dn_connection *connection, const char *tracker_table);

/* --- backups ---------------------------------------------------------------------------------- */
typedef struct dn_backup {
    const char *name; /* file name */
    const char *path; /* NULL: a command made it, and told no file */
    int64_t bytes;
    const char *taken_at; /* ISO 8601, UTC */
    const char *content;  /* "full", "schema", "command" */
} dn_backup;

/* What is wanted. */
typedef struct dn_backup_wish {
    const char *url;
    const dn_target *target;
    dn_backup_mode mode;       /* of dn_backup_mode_of, never NONE */
    const char *folder;        /* of dn_backup_folder */
    const char *destination;   /* a file of the user's choice; NULL: one in the folder */
    int keep;                  /* how many stay in the folder */
    const dn_tracker *tracker; /* whose rows SCHEMA holds, or NULL */
    const char *journal;       /* file that is saved beside those of servers, or NULL */
} dn_backup_wish;

/* What the target's setting means for this database: NONE where it cannot be backed up and nobody
 * asked for it. Errors: backup.unsupported. */
int dn_backup_mode_of(dn_connection *connection, const dn_target *target, dn_backup_mode *mode,
                      dn_error *error);
/* Whether its tool may reach the server: backup.pooled where a transaction pooler stands between. */
int dn_backup_check_way(dn_connection *connection, dn_backup_mode mode, dn_error *error);
/* The folder backups of this database go to, "<what>-dunlin-backups": beside a file, of others in
 * `root` (the project's); or where the target says. NULL: no memory, or there is no such folder for
 * a database in memory. */
const char *dn_backup_folder(const dunlin_server *server, const dn_target *target, const char *root,
                             dn_arena *arena);
/* Could one be taken? The tool, its version, the folder, the way to the server; nothing is written and
 * nobody is asked. The errors are those of dn_backup_take. */
int dn_backup_check(dn_connection *connection, const dn_backup_wish *wish, const dn_log *log,
                    dn_arena *arena, dn_error *error);
/* Takes one; in the folder it removes the oldest ones so that `keep` stay (only files that carry
 * our name pattern). */
int dn_backup_take(dn_connection *connection, const dn_backup_wish *wish, const dn_log *log,
                   dn_arena *arena, dn_backup *backup, dn_error *error);
/* Removes one and the journal beside it; false: it is still there. */
bool dn_backup_remove(const char *path, dn_arena *arena);
/* Those in the folder, newest first. No folder: none. */
int dn_backup_list(const char *folder, dn_arena *arena, dn_backup **backups, size_t *count,
                   dn_error *error);

/* --- execution and settling ------------------------------------------------------------------- */
typedef struct dn_run {
    dn_connection *connection;
    dn_translator *translator;         /* or NULL */
    const dn_backup_wish *backup_wish; /* of plans that begin with a backup */
    const dn_target *target;
    dn_log log;
    dn_arena *arena;
    dn_tracker *tracker;
    dn_plan *plan;
    bool single_transaction;
    int64_t lock_timeout_ms; /* how long to wait for the session of an earlier run */
    bool cancel;             /* or to end it */
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
