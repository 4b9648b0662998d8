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
/* Drizzle's table on one dialect. The statements that create it have %s for its name. */
typedef struct dn_drizzle_form {
    const char *dialect;
    const char *schema;  /* where the table stands; NULL: the dialect's tables have no schema */
    const char *classic; /* 0.x */
    const char *named;   /* 1.0 */
    bool writes_time;    /* drizzle gives applied_at a value itself, else its default does */
} dn_drizzle_form;
const dn_drizzle_form *dn_tracker_drizzle_form(const char *dialect); /* NULL: not known there */
/* Whether our table is there, and its highest seq, 0 when it is empty. */
int dn_tracker_native_last(dn_connection *connection, const dn_tracker *tracker, bool *present,
                           int64_t *last, dn_error *error);

/* Appends CREATE statements of our tables. */
int dn_tracker_table_migrations(dn_connection *connection, const char *name, dn_arena *arena,
                                const char ***statements, size_t *count, dn_error *error);
int dn_tracker_table_statements(dn_connection *connection, dn_arena *arena,
                                const char ***statements, size_t *count, dn_error *error);

int dn_tracker_table_meta(dn_connection *connection, dn_arena *arena, const char ***statements,
                          size_t *count, dn_error *error);

#endif
