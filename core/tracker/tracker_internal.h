/* SPDX-License-Identifier: MIT
 *
 * Shared by the files of this folder: one reader per owner, and the shape of our tables.
 */
#ifndef DN_TRACKER_INTERNAL_H
#define DN_TRACKER_INTERNAL_H

#include "core/tracker/tracker.h"

/* Rows being collected. */
typedef struct dn_tracker_rows {
    dn_tracker *tracker;
    dn_arena *arena;
    size_t capacity;
} dn_tracker_rows;

/* Next free row, zeroed, with "unknown" in its optional members. NULL: no memory. */
dn_tracker_row *dn_tracker_add_row(dn_tracker_rows *rows);
const char *dn_tracker_value_text(dn_arena *arena, const dunlin_value *value); /* NULL for null */

int dn_tracker_native_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                           dn_tracker *tracker, dn_error *error);
int dn_tracker_drizzle_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                            dn_tracker *tracker, dn_error *error);
/* applied_at in ISO 8601: as text already, or the way servers print a time in UTC. */
const char *dn_tracker_iso_time(dn_arena *arena, const dunlin_value *value);
int dn_tracker_name_in_schema(const dn_tracker_place *place, const char *schema, const char *name,
                              dn_arena *arena, dn_tracker *tracker, dn_error *error);

/* --- other tools (foreign.c, foreign_write.c) ------------------------------------------------- */
int dn_tracker_foreign_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                            dn_tracker *tracker, dn_error *error);
/* A statement of a form with {table} and, unless NULL, {key} filled in as they are. */
const char *dn_tracker_expand(dn_arena *arena, const char *pattern, const char *table,
                              const char *key);
int dn_tracker_foreign_create(const dn_tracker_place *place, const dn_tracker *tracker,
                              dn_arena *arena, const char **statements, size_t *count,
                              dn_error *error);
typedef struct dn_foreign_writer dn_foreign_writer; /* lives in the arena */
int dn_foreign_writer_open(const dn_tracker_place *place, const dn_tracker *tracker,
                           dn_arena *arena, dn_foreign_writer **writer, dn_error *error);
/* Fills statements from *count on. */
int dn_foreign_record(dn_foreign_writer *writer, const dn_tracker_entry *entry, dn_arena *arena,
                      dn_tracker_statement *statements, size_t *count, dn_error *error);
int dn_foreign_unrecord(dn_connection *connection, const dn_tracker *tracker,
                        const dn_tracker_row *row, const char *tag, dn_error *error);

/* Drizzle's table on one dialect. The statements that create it have %s for its name. */
typedef struct dn_drizzle_form {
    const char *dialect;
    const char *schema;  /* where the table stands; NULL: the dialect's tables have no schema */
    const char *classic; /* 0.x */
    const char *named;   /* 1.0 */
    bool writes_time;    /* drizzle gives applied_at a value itself, else its default does */
    const char *now;     /* that value as the database would write it */
} dn_drizzle_form;
const dn_drizzle_form *dn_tracker_drizzle_form(const char *dialect); /* NULL: not known there */
/* Whether our table is there, and its highest seq, 0 when it is empty. */
int dn_tracker_native_last(dn_connection *connection, const dn_tracker *tracker, bool *present,
                           int64_t *last, dn_error *error);

/* Appends CREATE statements of our tables. */
int dn_tracker_table_migrations(const dn_tracker_place *place, const char *name, dn_arena *arena,
                                const char ***statements, size_t *count, dn_error *error);
int dn_tracker_table_statements(const dn_tracker_place *place, dn_arena *arena,
                                const char ***statements, size_t *count, dn_error *error);
int dn_tracker_table_meta(const dn_tracker_place *place, dn_arena *arena, const char ***statements,
                          size_t *count, dn_error *error);
int dn_tracker_table_log(const dn_tracker_place *place, dn_arena *arena, const char ***statements,
                         size_t *count, dn_error *error);
int dn_tracker_table_schema(const dn_tracker_place *place, dn_arena *arena,
                            const char ***statements, size_t *count, dn_error *error);
/* Ours is called so, too, where it decides. */
static inline const char *
dn_tracker_our_table(const dn_tracker *tracker)
{
    return tracker->owner == DN_OWNER_DUNLIN ? tracker->table : DN_TRACKER_TABLE;
}
/* What another tool's tracker is made of. */
enum { DN_OWNER_STATEMENTS = DN_FORM_CREATES };
int dn_tracker_owner_statements(const dn_tracker_place *place, const dn_tracker *tracker,
                                dn_arena *arena, const char *statements[DN_OWNER_STATEMENTS],
                                size_t *count, dn_error *error);

#endif
