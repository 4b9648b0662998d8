/* SPDX-License-Identifier: MIT
 *
 * What every use case starts with: project, target, driver, journal, connection. Each file of
 * this folder is one use case and reads like the line project -> observe -> reconcile -> plan ->
 * run -> settle.
 */
#ifndef DN_ENGINE_SESSION_H
#define DN_ENGINE_SESSION_H

#include "core/base/document.h"
#include "core/reconcile/repair.h"
#include "core/run/run.h"

typedef struct dn_session {
    dn_arena arena;
    dn_arena journal_arena; /* of what dn_session_open reads beside connecting */
    dn_log log;
    const dunlin_options *options;
    dn_project project;
    const dn_target *target;
    dn_sight sight;  /* of the target */
    const char *url; /* holds secrets */
    dn_url_info shown;
    const dn_driver *driver;
    dn_gate target_known; /* the files are hashed behind it */
    dn_journal journal;
    dn_connection *connection;
    dn_translator *translator; /* of the connection; NULL: everything goes as it is written */
    dn_observation observation;
    dn_reconciliation reconciliation;
    dunlin_result *result;
    bool shadow;            /* replays may use the target's server, whatever its kind */
    const char *shadow_url; /* ... or this empty database; NULL: none */
    bool renews_digests;    /* of cosmetic edits, in the plan of a repair */
    bool writes_schema;     /* for others to load: a warning names what is not read */
    bool reads_only;        /* no file is written, those of effects neither */
    bool tells_failures;    /* the result is worth having after a failure, too */
} dn_session;

void dn_session_begin(dn_session *session, const dunlin_options *options);
/* Releases everything but the result. */
void dn_session_end(dn_session *session);

int dn_session_project(dn_session *session, dn_error *error);
/* The target's driver, for its name and its files. */
int dn_session_target(dn_session *session, dn_error *error);
/* What its journal is read by. */
dn_journal_options dn_session_journal_options(const dn_session *session);
/* Digests come with dn_journal_finish; dn_session_reconcile sees to it. */
int dn_session_journal(dn_session *session, dn_error *error);
/* Once more, and finished, as a run on this driver reads it: with its override files. */
int dn_session_journal_of(dn_session *session, const dn_driver *driver, dn_error *error);
/* As dn_session_journal, but a journal that cannot be read, or that drizzle-kit's folder lost, is rebuilt in memory;
 * what is wrong with it is then a finding. */
int dn_session_journal_or_rebuilt(dn_session *session, bool *rebuilt, dn_error *error);
/* Plain files are those of a Drizzle project that lost its journal, as its tracker `table` shows. The journal is
 * rebuilt in memory, to be reconciled. */
int dn_session_take_drizzle(dn_session *session, const char *table, bool *rebuilt, dn_error *error);
/* Closes an earlier connection. Refuses a journal of another database's dialect. */
int dn_session_connect(dn_session *session, bool read_only, dn_error *error);
/* Target, journal and connection at the same time. What is wrong with the target is told first, with the
 * journal next. */
int dn_session_open(dn_session *session, bool read_only, dn_error *error);
/* ... with a journal as dn_session_journal_or_rebuilt has it. */
int dn_session_open_or_rebuilt(dn_session *session, bool read_only, bool *rebuilt, dn_error *error);
dn_translate_options dn_session_translation(const dn_session *session, bool keep_different);
/* The driver of a configured target. NULL: its URL is not known here, or nobody has the driver. */
const dn_driver *dn_session_driver_of(const dn_session *session, const char *target,
                                      dn_arena *arena);
/* A fresh translator for the connection, where its driver can translate. It knows the types of
 * migrations that are applied, as far as they were reconciled. */
int dn_session_translator(dn_session *session, bool keep_different, dn_error *error);
/* Observes and reconciles; needs journal and connection. May be called again. */
int dn_session_reconcile(dn_session *session, dn_tracker_depth depth, dn_error *error);

/* Starts the result document; all the tell functions write into it. */
int dn_session_result(dn_session *session, const char *format, dn_error *error);
void dn_session_tell_project(dn_session *session);
void dn_session_tell_target(dn_session *session);
/* "PostgreSQL 15.20"; where client library and server are one, the library says it best. Needs a
 * connection. */
const char *dn_session_server(dn_session *session);
/* "dunlin VERB", and the target where it is not the one that is taken anyway. NULL: no memory. */
const char *dn_session_command(dn_session *session, const dn_target *target, const char *verb);
void dn_session_tell_findings(dn_session *session, const char *name, const dn_findings *findings);
/* "mend" of `node`: what makes journal and files agree, where a command does. `applied`: a migration without a file is
 * applied, so that only its file helps. dn_session_mend_of is that for one finding; NULL: nothing is known. */
void dn_session_tell_mend(dn_session *session, dunlin_node *node, const dn_findings *findings,
                          bool applied);
const char *dn_session_mend_of(const char *finding, bool applied);
/* Where the URL of a target is not known here, as that of production is not in CI, it can be left out: the error
 * becomes a finding. -1: it is another one. */
int dn_session_leave_out(dn_session *session, const char *target, dn_findings *findings,
                         dn_error *error);
void dn_session_tell_tracker(dn_session *session);
void dn_session_tell_migrations(dn_session *session);
/* Rows that no migration of the checkout is, with what they did. */
void dn_session_tell_unknown(dn_session *session);
void dn_session_tell_agreement(dn_session *session);
/* Hands the result over, even after a failure; NULL when it could not be built. */
int dn_session_finish(dn_session *session, int answer, dunlin_result **result, dn_error *error);
/* What backups of the target are like; needs a connection. */
int dn_session_backup(dn_session *session, dn_backup_wish *wish, dn_error *error);
/* Whether the backup that these steps begin with, if they do, may be taken: before the lock is. */
int dn_session_check_backup(dn_session *session, const dn_repair *steps, dn_error *error);
/* Applies what is pending, on the session's connection and under the lock that the caller holds; no
 * backup is taken. `allow` as --allow. In migrate.c. */
int dn_migrate_locked(dn_session *session, const char *const *allow, size_t allow_count,
                      dn_error *error);
/* How long to wait for the run lock. */
int64_t dn_session_lock_timeout(const dn_session *session);
/* Calls `work` under the run lock; what was seen before it may be past by then. */
int dn_session_locked(dn_session *session, int (*work)(void *context, dn_error *error),
                      void *context, dn_error *error);

#endif
