/* SPDX-License-Identifier: MIT */
#ifndef DN_DRIZZLE_INTERNAL_H
#define DN_DRIZZLE_INTERNAL_H

#include "core/drizzle/drizzle.h"

/* How drizzle-kit writes for one kind of database. */
typedef struct dn_drizzle_dialect {
    const char *name;   /* in snapshots, and of drivers */
    const char *prefix; /* of functions of drizzle-orm: pgTable, pgEnum */
    char quote;
    bool namespaces;
    bool inline_references; /* foreign keys stand in CREATE TABLE, and have no names */
    const char *increment;  /* words for a column that counts */
    const char *checks;     /* name of the member with checks */
    bool column_keys;       /* a primary key of one column is a member of that */
    const char *version;    /* of the form of snapshots */
} dn_drizzle_dialect;
/* NULL: none of that name. */
const dn_drizzle_dialect *dn_drizzle_dialect_named(const char *name);

/* --- trees ------------------------------------------------------------------------------------------ */
/* NULL: no such member, or no object. */
const cJSON *dn_drizzle_member(const cJSON *node, const char *name);
const char *dn_drizzle_text(const cJSON *node, const char *name); /* "": no such text */
bool dn_drizzle_is_set(const cJSON *node, const char *name);
/* Takes the node, which may be NULL: then nothing is added. */
void dn_drizzle_put(cJSON *list, const char *name, cJSON *node);

/* --- parts of snapshots ----------------------------------------------------------------------------- */
typedef struct dn_drizzle_values {
    const dn_drizzle_dialect *dialect;
    const dn_text *history; /* the text of the migrations */
    dn_arena *arena;
} dn_drizzle_values;
/* NULL: no memory. */
cJSON *dn_drizzle_column_node(const dn_drizzle_values *values, const dunlin_fact *column, bool key);
cJSON *dn_drizzle_index_node(const dn_drizzle_values *values, const dunlin_fact *index);
/* What the last migration that makes a check, or the predicate of an index, says: its author's words.
 * NULL: none does. */
const char *dn_drizzle_find_check(const dn_text *history, const char *name, dn_arena *arena);
const char *dn_drizzle_find_where(const dn_text *history, const char *name, dn_arena *arena);
/* As JSON.stringify(node, null, 2) writes it. */
void dn_drizzle_print(const cJSON *node, int depth, dn_text *text);

/* A snapshot of 0.x as a tree, to be deleted; NULL: no memory. */
cJSON *dn_drizzle_build(const dn_drizzle_dialect *dialect, const dn_drizzle_write *how,
                        dn_arena *arena);

/* camelCase of a name. */
char *dn_drizzle_key(dn_arena *arena, dunlin_string name);

/* The column as TypeScript: `key: integer("name").notNull().default(30)`, without what keys add. The
 * enum type's variable is `enum_name` where it has one. 0 or -1. */
int dn_drizzle_write_column(const dn_drizzle_dialect *dialect, const dunlin_fact *column,
                            const char *enum_name, dn_text *text, dn_error *error);
/* A key, index or check of a table as TypeScript: `index("x").on(t.a)`. */
int dn_drizzle_write_member(const dn_drizzle_dialect *dialect, const dn_fact_map *made,
                            const dunlin_fact *fact, dn_arena *arena, dn_text *text,
                            dn_error *error);
/* Does a function of that name make a type? */
bool dn_drizzle_is_builder(dunlin_string name);
/* The line on which the last import statement of a text ends; 0: there is none. */
unsigned dn_drizzle_last_import(const char *text);
/* What lines call and neither the text of their file nor what was told before imports. */
int dn_drizzle_missing_imports(const dn_drizzle_dialect *dialect, const char *const *lines,
                               const char *file, const char *told, dn_arena *arena,
                               dn_drizzle_import *import, dn_error *error);

#endif
