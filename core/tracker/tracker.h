/* SPDX-License-Identifier: MIT
 *
 * Trackers: the tables of a target that record what was applied there. Ours is
 * dunlin_migrations. In a Drizzle project the owner's table, __drizzle_migrations, decides what
 * is recorded and holds exactly what drizzle's own migrator would write; ours is kept beside it
 * and only explains (digests, text, times). So it is in the folders of other tools (form.h).
 *
 * Statements are qualified and use only what every driver renders. Nothing here locks.
 */
#ifndef DN_TRACKER_TRACKER_H
#define DN_TRACKER_TRACKER_H

#include <stdbool.h>

#include "core/base/compress.h"
#include "core/driver/driver.h"
#include "core/journal/journal.h"
#include "core/tracker/form.h"

#define DN_TRACKER_TABLE "dunlin_migrations"
#define DN_TRACKER_STATEMENTS "dunlin_statements"
/* Every table of ours starts so; such tables are never taken for the user's. */
#define DN_TRACKER_PREFIX "dunlin_"
/* Drizzle's own table, and the schema it stands in where there are schemas. */
#define DN_TRACKER_DRIZZLE "__drizzle_migrations"
#define DN_TRACKER_DRIZZLE_SCHEMA "drizzle"

/* How digests were taken; stored with them, so that a later change of method never turns
 * history `edited`. */
#define DN_TRACKER_ALGORITHM "sha256/1"

typedef enum dn_tracker_owner {
    DN_OWNER_DUNLIN = 0,
    DN_OWNER_DRIZZLE,
    DN_OWNER_FOREIGN /* another tool, by its form */
} dn_tracker_owner;

/* A row may speak for migrations before its own. */
typedef enum dn_tracker_spread {
    DN_SPREAD_NONE = 0,
    DN_SPREAD_UPTO,
    DN_SPREAD_BASELINE /* and there need not be one of its own */
} dn_tracker_spread;

typedef struct dn_tracker_row {
    int64_t seq;
    const char *tag; /* as the owner names it; NULL where it keeps none */
    bool has_digest;
    dn_digest digest;     /* of the raw bytes (drizzle: its hash) */
    int64_t when_ms;      /* drizzle's created_at; 0 elsewhere */
    const char *checksum; /* of other tools, as text; or NULL */
    const char *failed;   /* what its owner says went wrong, as the end of a sentence; or NULL */
    dn_tracker_spread spread;
    bool implied; /* there is no such row: one with a later version speaks for it */
    /* Filled by DN_TRACKER_FULL only; NULL or -1 where unknown. */
    const char *state;
    const char *applied_at; /* ISO 8601, UTC */
    const char *applied_by;
    int64_t duration_us;
    /* Of rows that no migration of the journal is: what they did ("create table x"). */
    const char **deeds;
    size_t deed_count;
    bool has_text; /* which its text tells */
} dn_tracker_row;

typedef struct dn_tracker {
    dn_tracker_owner owner;
    dn_layout layout;
    const dn_tracker_form *form; /* of another tool's; else NULL */
    const char *table;           /* as shown to people */
    const char *quoted;          /* as written in SQL */
    const char *schema;          /* to be made before the table, as written in SQL; NULL: none */
    const char *ours;  /* our own table, as written in SQL: the same unless another tool decides */
    bool present;      /* the deciding table exists */
    bool named;        /* drizzle: the table has the columns of 1.0 */
    bool ours_present; /* our own table exists */
    dn_tracker_row *rows; /* in order of application; reverted ones left out */
    size_t count;
    dn_tracker_row *failed; /* that record nothing, because their owner says so */
    size_t failed_count;
} dn_tracker;
/* "dunlin", "drizzle", "dbmate" ... */
const char *dn_tracker_owner_name(const dn_tracker *tracker);

/* Whom names and statements of trackers are for. */
typedef struct dn_tracker_place {
    const dn_driver *driver;
    const dunlin_profile *profile; /* NULL: the driver's default server */
    const char *home; /* before names of tables of ours, quoted and with its dot; may be "" */
} dn_tracker_place;
dn_tracker_place dn_tracker_place_of(const dn_connection *connection);
/* The names alone, as dn_tracker_read fills them; nothing is asked. */
int dn_tracker_name(const dn_tracker_place *place, dn_layout layout, const char *override,
                    dn_arena *arena, dn_tracker *tracker, dn_error *error);

typedef enum dn_tracker_depth {
    DN_TRACKER_MATCH = 0, /* what deciding needs; the hot path */
    DN_TRACKER_FULL       /* and what people want to see */
} dn_tracker_depth;

/* One query where the tracker is there and ours; no table is not an error. `layout` chooses the
 * owner, `override` its table name (NULL: the owner's default). Where drizzle's table stands in
 * a schema of its own, `override` may name that as well: schema.table. */
int dn_tracker_read(dn_connection *connection, dn_layout layout, const char *override,
                    dn_tracker_depth depth, dn_arena *arena, dn_tracker *tracker, dn_error *error);

/* Rows that stand for more than themselves become one for each migration. */
int dn_tracker_spread_rows(dn_connection *connection, dn_tracker *tracker,
                           const dn_journal *journal, dn_arena *arena, dn_error *error);

/* What the tracker keeps of a migration with this digest or, failing that, tag; *found false
 * when nothing. `sql` receives the text as it was applied (nothing when it was too large). */
typedef struct dn_tracker_kept {
    bool found;
    bool has_text;
    bool has_tokens;
    dn_digest text;
    dn_digest tokens;
    char tag[256]; /* longer ones are cut */
} dn_tracker_kept;
int dn_tracker_explain(dn_connection *connection, const dn_tracker *tracker,
                       const dn_digest *digest, const char *tag, dn_tracker_kept *kept,
                       dn_text *sql, dn_error *error);

/* Tags that dunlin_statements still has rows of: migrations that stopped part-way. */
int dn_tracker_unfinished(dn_connection *connection, dn_arena *arena, const char ***tags,
                          size_t *count, dn_error *error);
/* ... at their first statement, which the database refused. */
int dn_tracker_refused(dn_connection *connection, dn_arena *arena, const char ***tags,
                       size_t *count, dn_error *error);

/* --- writing ---------------------------------------------------------------------------------- */
/* Creates the tables that are missing, in one transaction. */
int dn_tracker_create(dn_connection *connection, dn_tracker *tracker, dn_error *error);
/* Creates dunlin_statements when it is missing. */
int dn_tracker_create_statements(dn_connection *connection, dn_error *error);

/* What is recorded of one applied migration. */
typedef struct dn_tracker_entry {
    const dn_migration *migration;
    const char *state; /* "applied" ... */
    dn_digest text;
    dn_digest tokens;
    int64_t statements;
    int64_t duration_us; /* -1: unknown */
    const char *sql;     /* the file's text, NULL when it is not kept */
    size_t sql_length;
    const char *evidence; /* JSON or NULL */
} dn_tracker_entry;

/* Statements with their values, to be sent inside the migration's transaction. */
enum { DN_RECORD_STATEMENTS = 1 + DN_FORM_WRITES, DN_RECORD_VALUES = 20 };
typedef struct dn_tracker_statement {
    const char *sql;
    dunlin_value values[DN_RECORD_VALUES];
    size_t count;
} dn_tracker_statement;

typedef struct dn_tracker_writer dn_tracker_writer;
/* One per run; `run_id` is stored with each row. The tracker must have been created. */
int dn_tracker_writer_open(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                           dn_tracker_writer **writer, dn_error *error);
void dn_tracker_writer_close(dn_tracker_writer *writer); /* NULL is fine */
/* Valid until the next call on this writer. Each call uses up one seq. */
int dn_tracker_record(dn_tracker_writer *writer, const dn_tracker_entry *entry,
                      const dn_tracker_statement **statements, size_t *count, dn_error *error);
/* Notes with the last row of a run the digest of the schema behind it: all rows would be written
 * once more. */
int dn_tracker_note_digest(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                           const char *digest, dn_error *error);
/* Takes a record back: the owner's row goes; in our table it stays, as reverted. */
int dn_tracker_unrecord(dn_connection *connection, const dn_tracker *tracker,
                        const dn_tracker_row *row, const char *tag, dn_error *error);
/* A record of ours under another tag. */
int dn_tracker_relink(dn_connection *connection, const dn_tracker *tracker, int64_t seq,
                      const char *tag, dn_error *error);
/* Gives a record the digests and the text of the entry, which says the same in other words. */
int dn_tracker_renew(dn_connection *connection, const dn_tracker *tracker,
                     const dn_tracker_row *row, const dn_tracker_entry *entry, dn_error *error);
/* Removes rows of dunlin_statements whose migration is recorded. */
int dn_tracker_forget_statements(const dn_tracker_writer *writer, dn_connection *connection,
                                 dn_error *error);
/* How many rows of ours carry this run. */
int dn_tracker_run_rows(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                        int64_t *rows, dn_error *error);

/* --- scripts ---------------------------------------------------------------------------------- */
/* The statements that make the tables that are missing; of the ledger only with `ledger`. */
int dn_tracker_definitions(const dn_tracker_place *place, const dn_tracker *tracker, bool ledger,
                           dn_arena *arena, const char ***statements, size_t *count,
                           dn_error *error);
/* Of a migration of the journal: an SQL condition that it is recorded, appended. */
int dn_tracker_recorded(const dn_tracker *tracker, const dn_journal *journal,
                        const dn_migration *migration, dn_arena *arena, dn_text *sql,
                        dn_error *error);
/* A writer whose statements need no values from a database: seq and time are the server's, and who
 * runs it is not known. */
int dn_tracker_writer_offline(const dn_tracker_place *place, const dn_tracker *tracker,
                              const char *run_id, dn_tracker_writer **writer, dn_error *error);

/* Digest as drizzle computes it: of the text decoded as UTF-8 and encoded again, so that each
 * maximal invalid part counts as U+FFFD. Equal to the raw digest for valid UTF-8. */
dn_digest dn_drizzle_hash(const char *data, size_t length);
/* The name drizzle 1.0 gives a migration of a 0.x journal: time of `when` and the tag without
 * its index. A tag of a 1.0 folder is its name already. */
char *dn_drizzle_name(dn_arena *arena, const dn_migration *migration, dn_layout layout);

#endif
