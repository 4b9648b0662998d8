/* SPDX-License-Identifier: MIT
 *
 * Executing migration files: reading a file as a script, finding out how it must run, feeding
 * batches to the driver, and the statement ledger for what cannot run in one transaction with
 * its record.
 *
 * A script is the statements of one file that concern one driver: sections for others left out,
 * `down` sections left out, one outer BEGIN .. COMMIT pair consumed, settings that only count
 * outside a transaction taken out. docs/migrations.md is the user's manual of all this.
 */
#ifndef DN_EXECUTE_EXECUTE_H
#define DN_EXECUTE_EXECUTE_H

#include <stdbool.h>

#include "core/driver/driver.h"
#include "core/execute/translate.h"
#include "core/journal/journal.h"
#include "core/schema/schema.h"
#include "core/tracker/tracker.h"

/* --- scripts ---------------------------------------------------------------------------------- */
typedef enum dn_script_kind {
    DN_SCRIPT_END = 0,
    DN_SCRIPT_STATEMENT,
    DN_SCRIPT_CONTROL, /* BEGIN, COMMIT, ROLLBACK written in the file */
    DN_SCRIPT_AROUND,  /* obeyed outside the transaction (DUNLIN_CLASS_AROUND) */
    DN_SCRIPT_ASSERT,  /* `-- dunlin: assert <select> = <value>`: sql and `expected` */
    DN_SCRIPT_DATA,    /* lines that belong to the statement before: dn_script_chunk reads them */
    DN_SCRIPT_SECTION  /* read for no driver: an `only` section begins, sql names its drivers */
} dn_script_kind;

typedef struct dn_script_item {
    dn_script_kind kind;
    dunlin_string sql;
    dunlin_string expected; /* of ASSERT */
    uint64_t flags;         /* DUNLIN_CLASS_* */
    uint64_t offset;        /* of sql in the file, in bytes */
    unsigned line, column;
    unsigned ordinal; /* among the statements of the file, from 1 */
    bool native;      /* for this database alone: never translated */
    bool chained;     /* behind another statement without a `--> statement-breakpoint` between */
    /* Of several statements that were read as one; all else is of the first of them. Else NULL. */
    const dn_script_part *parts;
    size_t part_count;
} dn_script_item;

typedef struct dn_script dn_script;
/* A text that was read, and checked against its digest, before. data NULL: read the file. */
typedef struct dn_script_kept {
    const char *data;
    size_t length;
} dn_script_kept;

/* The file of one migration, read for the driver of `connection`; `kept` may be NULL. Small files
 * are read whole and stay readable through dn_script_text. The translator, NULL for none, says by
 * which rules the text falls into statements. */
int dn_script_open(dn_connection *connection, const dn_translator *translator,
                   const dn_migration *migration, const dn_script_kept *kept, bool digests,
                   dn_script **script, dn_error *error);
/* Who a file is read for. Without a connection a statement is classified by its text alone. */
typedef struct dn_script_reader {
    const dn_driver *driver;       /* NULL: none; sections are told of, and nothing is classified */
    const dn_lex_rules *own;       /* of text for this database alone */
    const dn_lex_rules *folder;    /* of all other text */
    dn_connection *connection;     /* may be NULL */
    const dunlin_profile *profile; /* without a connection: of the server; NULL: the default one */
} dn_script_reader;
int dn_script_read(const dn_script_reader *reader, const dn_migration *migration,
                   const dn_script_kept *kept, bool digests, dn_script **script, dn_error *error);
/* Neighbouring ALTER TABLEs of one table come as one statement from now on, where they mean the same
 * (DUNLIN_CAN_REBUILD): for whoever runs the script in one transaction. */
typedef struct dn_joiner {
    const dn_lex_rules *rules; /* of portable text */
    dn_schema_target target;
    dn_fact_map *const *facts; /* as of the statement at hand */
    /* Those whose guards are answered each by itself, when a script runs, stay apart. */
    bool scripted;
} dn_joiner;
int dn_script_join(dn_script *script, const dn_joiner *joiner, dn_error *error);

/* Items are valid until the next call. At END the bytes read are compared with the digest that
 * was observed: script.changed when the file is another one by now. Errors: lex.*, script.*, all
 * with file:line:column. */
int dn_script_next(dn_script *script, dn_script_item *item, dn_error *error);
/* Bytes of the data section at hand, behind its item: their number, 0 at its end, -1. What is not
 * read is passed over by dn_script_next. */
int64_t dn_script_chunk(dn_script *script, void *buffer, size_t bytes, dn_error *error);
/* Directives met so far; complete at END. */
bool dn_script_no_transaction(const dn_script *script);
const char *dn_script_probe(const dn_script *script); /* its query; NULL: there is none */
/* NULL when the file is larger than what is kept. */
const char *dn_script_text(const dn_script *script, size_t *length);
void dn_script_digests(const dn_script *script, dn_digest *text, dn_digest *tokens);
void dn_script_close(dn_script *script); /* NULL is fine */
static inline void
dn_script_cleanup(dn_script **script)
{
    dn_script_close(*script);
}

static inline dn_source
dn_script_source(const dn_migration *migration, const dn_script_item *item)
{
    return (dn_source){.path = migration->path,
                       .line = item->line,
                       .column = item->column,
                       .sql = item->sql,
                       .flags = item->flags,
                       .native = item->native,
                       .parts = item->parts,
                       .part_count = item->part_count};
}

/* --- how a file must run ---------------------------------------------------------------------- */
typedef struct dn_script_info {
    unsigned statements; /* executable ones */
    bool transactional;  /* all of it fits one transaction with its record */
    const char *reason;  /* why not, or NULL; lives in the arena */
    unsigned reason_line;
    unsigned commit_line;  /* of a statement whose effect others may use only after a commit */
    unsigned outside_line; /* of the first statement that reaches outside the database, or 0 */
    unsigned data;         /* statements that change rows, and nothing else */
    const char *around;    /* the setting to send before BEGIN, or NULL */
    bool relaxes;          /* that setting switches checks off */
    /* What translated statements need before BEGIN and behind COMMIT; filled by dn_rehearse. */
    const char **before_begin;
    size_t before_begin_count;
    const char **finally;
    size_t finally_count;
    dn_digest text;
    dn_digest tokens;
    dn_script_kept kept; /* spares reading the file again; in the arena */
} dn_script_info;
/* One pass over the file; nothing is sent. Its text is kept as long as *budget (bytes) lasts. The
 * translator, NULL for none, is told what to expect. */
int dn_script_inspect(dn_connection *connection, dn_translator *translator,
                      const dn_migration *migration, dn_arena *arena, size_t *budget,
                      dn_script_info *info, dn_error *error);

/* The same without a connection. */
int dn_script_survey(const dn_script_reader *reader, const dn_migration *migration, dn_arena *arena,
                     size_t *budget, dn_script_info *info, dn_error *error);

/* --- what the pending files need ---------------------------------------------------------------- */
/* Their statements in order, for the driver to say which privileges are missing. Of a long file of
 * INSERTs those that begin alike stand for each other, and it ends where it would grow too large. */
typedef struct dn_needs dn_needs;
dn_needs *dn_needs_new(dn_arena *arena);
/* A statement of dunlin's own, which lives as long as the arena. */
int dn_needs_add_own(dn_needs *needs, const char *sql, dn_error *error);
/* As dn_script_inspect, and notes what the statements need; `needs` may be NULL. */
int dn_script_examine(dn_connection *connection, dn_translator *translator,
                      const dn_migration *migration, dn_arena *arena, size_t *budget,
                      dn_script_info *info, dn_needs *needs, dn_error *error);
/* Errors: privileges.missing. One round trip, and none for drivers that cannot tell. */
int dn_needs_check(dn_connection *connection, const dn_needs *needs, dn_error *error);

/* --- running ---------------------------------------------------------------------------------- */
/* One migration of a run, and what became of it. */
typedef struct dn_job {
    const dn_migration *migration;
    dn_script_info info;
    bool idle;    /* nothing but its record is to be sent: dn_rehearse found all of it there */
    bool applied; /* committed together with its record */
    int64_t duration_us; /* from its first statement to its COMMIT */
} dn_job;

/* Where a run stopped. */
typedef struct dn_stop {
    const dn_migration *migration; /* NULL: nowhere */
    unsigned statement;            /* ordinal in the file, 0 when it was no statement of the file */
    unsigned line, column;
    const char *sql; /* excerpt, in the arena of the run */
} dn_stop;

typedef struct dn_execution {
    dn_connection *connection;
    dn_translator *translator; /* NULL: everything goes as it is */
    dn_tracker_writer *writer; /* NULL: nothing is recorded, as in rerun.c */
    const char *run_id;
    dn_log log;
    dn_job *jobs;
    size_t count;
    bool single_transaction;
    int lock_retries;           /* how often a migration that met a lock is tried again */
    int64_t session_timeout_ms; /* how long to wait for the session of an earlier run */
    bool end_sessions;          /* or to end it */
    dn_arena *arena;
    /* The ledger: tags with rows of earlier runs, once it was looked at; and how many migrations
     * of this run are recorded and have rows all the same. */
    bool ledger_seen;
    const char **unfinished;
    size_t unfinished_count;
    size_t left_over;
    struct dn_ledger *waiting; /* of a job whose record is committed with what comes next */
    dn_stop stop;              /* filled on failure */
    int32_t cause;             /* status of the failure itself, where the error became PARTIAL */
    /* Hears of each statement of a transaction as it is handed out; may be NULL. */
    int (*sent)(void *context, dunlin_string sql, dn_error *error);
    void *sent_context;
} dn_execution;

/* All jobs translated on a copy of the facts: finds what stands in the way of any of them, what they
 * need around their transactions, and which of the first ones have nothing left to do. The facts are
 * read first. `previews`, NULL for none, are filled with what would be sent. */
struct dn_previews;
int dn_rehearse(dn_connection *connection, dn_translator *translator, dn_job *jobs, size_t count,
                struct dn_previews *previews, dn_arena *arena, dn_error *error);

/* The setting around the transaction that jobs[from .. end) share: that of the first that relaxes,
 * else the first. NULL: none. */
const char *dn_jobs_around(const dn_job *jobs, size_t from, size_t end);

/* Runs all jobs in order and stops at the first failure, which leaves its migration without a
 * mark (or, for a non-transactional one, with its ledger: status PARTIAL). */
int dn_execute(dn_execution *execution, dn_error *error);

/* --- running for the schema alone ------------------------------------------------------------- */
/* A migration run in a database of no worth, to see what it does to the schema: nothing is recorded,
 * and no assertion asked, since there are no rows. */
typedef struct dn_rerun {
    dn_connection *connection;
    dn_translator *translator; /* NULL: everything goes as it is */
    dn_log log;
    dn_arena *arena; /* of what is found out about files */
    /* Hears of each statement before it is sent. */
    int (*sent)(void *context, dunlin_string sql, dn_error *error);
    /* Of dn_rerun_each: hears of each statement of the file behind it; `refused` is why it did not
     * run, or NULL. */
    int (*done)(void *context, const dn_script_item *item, const char *refused, dn_error *error);
    /* Of dn_rerun_each: all that was heard of this file is void, it begins again. */
    int (*again)(void *context, dn_error *error);
    void *context;
} dn_rerun;
/* What running it takes; the first step for each file. */
int dn_rerun_inspect(const dn_rerun *rerun, const dn_migration *migration, dn_job *job,
                     dn_error *error);
/* All of it, as `migrate` would. Not for a file that reaches outside, nor for one that needs more
 * than one transaction: dn_rerun_each does these. A failure leaves nothing. */
bool dn_rerun_is_whole(const dn_rerun *rerun, const dn_job *job);
int dn_rerun_whole(const dn_rerun *rerun, dn_job *job, dn_error *error);
/* Statement by statement. What reaches outside is not sent; what fails is passed over, as if the
 * file did not hold it, so that what comes behind it is seen. -1 only when nothing goes on at all. */
int dn_rerun_each(const dn_rerun *rerun, dn_job *job, dn_error *error);

#endif
