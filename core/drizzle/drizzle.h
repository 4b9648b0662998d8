/* SPDX-License-Identifier: MIT
 *
 * Drizzle's own words for a schema: the snapshots of drizzle-kit, and TypeScript definitions.
 *
 * A snapshot is read by turning it into SQL, which a throw-away database is then asked about: so types
 * and expressions are in the words of the server. A TypeScript definition is never run and never
 * changed; it is only looked at to say where lines are missing.
 */
#ifndef DN_DRIZZLE_DRIZZLE_H
#define DN_DRIZZLE_DRIZZLE_H

#include "core/base/json.h"
#include "core/schema/compare.h"

/* What drizzle-kit 0.x knows of a schema: what it does not, no snapshot is blamed for. */
extern const dn_compare_options dn_drizzle_comparison;

/* Statements that make what a snapshot declares; views are left out. Errors: snapshot.syntax,
 * snapshot.invalid, file.*. */
int dn_drizzle_snapshot_sql(const dn_json *json, dn_text *sql, dn_error *error);
int dn_drizzle_read_sql(const char *path, dn_text *sql, dn_error *error);
/* The same of a tree in the form of 0.x. */
int dn_drizzle_tree_sql(const char *dialect, const cJSON *root, dn_text *sql, dn_error *error);
/* Cuts off what drizzle-kit prints before the SQL of `export`. */
dunlin_string dn_drizzle_printed_sql(dunlin_string printed);

/* --- snapshots of Drizzle 1.0 ------------------------------------------------------------------------ */
/* One file of a folder; its JSON is not to be changed. */
typedef struct dn_drizzle_link {
    const char *path; /* borrowed */
    const char *id;
    dn_json json;
} dn_drizzle_link;
typedef struct dn_drizzle_chain {
    dn_drizzle_link *links; /* in the order of the migrations */
    size_t count;
    size_t capacity;
} dn_drizzle_chain;
typedef struct dn_drizzle_ids {
    const char **items;
    size_t count;
} dn_drizzle_ids;
/* What the first one of a folder goes on from. */
extern const char dn_drizzle_origin[];
/* Reads a file. Errors: snapshot.syntax, snapshot.invalid, file.*. */
int dn_drizzle_chain_add(dn_drizzle_chain *chain, const char *path, dn_arena *arena,
                         dn_error *error);
/* As drivers are called. */
const char *dn_drizzle_chain_dialect(const dn_drizzle_link *link);
void dn_drizzle_chain_cleanup(dn_drizzle_chain *chain);
/* Those from which no other goes on, the newest first. */
int dn_drizzle_chain_leaves(const dn_drizzle_chain *chain, dn_arena *arena, dn_drizzle_ids *leaves,
                            dn_error *error);
/* The rows behind these, all of them together; to be deleted. */
int dn_drizzle_chain_rows(const dn_drizzle_chain *chain, const dn_drizzle_ids *ids, cJSON **rows,
                          dn_error *error);
/* Rows as a snapshot of 0.x would say them, to be deleted; NULL: no memory. What they leave open is as
 * in `made`. */
cJSON *dn_drizzle_rows_tree(const char *dialect, const cJSON *rows, const dn_fact_map *made);

/* --- fresh snapshots --------------------------------------------------------------------------------- */
/* Another snapshot, with what it makes. */
typedef struct dn_drizzle_base {
    const cJSON *root;
    const dn_fact_map *facts;
} dn_drizzle_base;
typedef struct dn_drizzle_write {
    const dn_fact_map *facts; /* what the migrations make */
    const char *id;
    const char *previous;
    const dn_drizzle_base *bases; /* the nearest first */
    size_t base_count;
    const dn_text *history; /* the text of all migrations up to that state, in their order */
    const dn_text *recent;  /* of those that the bases do not know, whose words go first; or NULL */
} dn_drizzle_write;
/* Appends the bytes of a snapshot. Views that no other snapshot has are left out. */
int dn_drizzle_write_snapshot(const char *dialect, const dn_drizzle_write *how, dn_arena *arena,
                              dn_text *text, dn_error *error);

/* The same for a folder of Drizzle 1.0. Rows that other snapshots say; NULL: there is none. */
typedef struct dn_drizzle_rows {
    const cJSON *own;      /* the one to be written, as it is */
    const cJSON *previous; /* its parents together */
} dn_drizzle_rows;
typedef struct dn_drizzle_header {
    const char *id;
    const dn_drizzle_ids *parents;
} dn_drizzle_header;
/* The form that is written; of drizzle-kit 0.x, NULL for a database that it does not know. */
const char *dn_drizzle_snapshot_version(const char *dialect);
const char *dn_drizzle_chain_version(const char *dialect);
/* Rows that say what the facts say, to be deleted. */
int dn_drizzle_write_rows(const char *dialect, const dn_drizzle_write *how,
                          const dn_drizzle_rows *known, dn_arena *arena, cJSON **rows,
                          dn_error *error);
/* Brings rows forward; `json`: where the changes stand, for messages. */
int dn_drizzle_apply(cJSON *rows, const dn_json *json, const cJSON *deltas, dn_error *error);
/* What leads from rows to others, to be deleted; NULL: no memory. */
cJSON *dn_drizzle_deltas(const cJSON *before, const cJSON *after, dn_arena *arena);
/* Appends the bytes of a snapshot. */
int dn_drizzle_write_link(const char *dialect, const dn_drizzle_header *header, const cJSON *deltas,
                          const cJSON *rows, dn_text *text, dn_error *error);

/* --- a definition in TypeScript ------------------------------------------------------------------ */
typedef struct dn_drizzle_source dn_drizzle_source;
/* The files that drizzle.config.* of a project names, or schema.ts where it is usual. */
int dn_drizzle_source_open(const char *root, const char *dialect, dn_arena *arena,
                           dn_drizzle_source **source, dn_error *error);
/* The first of its files, or NULL: there is none. */
const char *dn_drizzle_source_path(const dn_drizzle_source *source);

/* What brings a difference (before: what the migrations make, after: the definition) into the
 * definition. */
typedef struct dn_drizzle_import {
    const char *text; /* statements, a line each; NULL: none */
    unsigned line;    /* behind which they go; 0: at the end, which is as good */
} dn_drizzle_import;
typedef struct dn_drizzle_hint {
    const char *file;     /* NULL: nobody knows where */
    unsigned line;        /* behind which the lines go, or that they stand in for; 0: at the end */
    bool replaces;        /* the line */
    const char *lines[4]; /* NULL behind the last */
    dn_drizzle_import import; /* of what the lines call, unless an earlier hint had it */
} dn_drizzle_hint;
int dn_drizzle_hint_for(const dn_drizzle_source *source, const dn_fact_map *made,
                        const dn_difference *difference, dn_drizzle_hint *hint, dn_error *error);
/* Does the text of the definition agree with the migrations there already, as far as text tells? */
int dn_drizzle_declares(const dn_drizzle_source *source, const dn_fact_map *made,
                        const dn_difference *difference, bool *answer, dn_error *error);

#endif
