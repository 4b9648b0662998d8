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
} dn_drizzle_dialect;
/* NULL: none of that name. */
const dn_drizzle_dialect *dn_drizzle_dialect_named(const char *name);

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

#endif
