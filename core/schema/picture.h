/* SPDX-License-Identifier: MIT
 *
 * A schema for people to look at: tables with their columns, and the foreign keys between them.
 * Pure. Everything lives in the caller's arena; names and types are borrowed from the facts.
 */
#ifndef DN_SCHEMA_PICTURE_H
#define DN_SCHEMA_PICTURE_H

#include "core/schema/schema.h"

typedef struct dn_picture_column {
    const dunlin_fact *fact;
    dunlin_string name;
    const char *type; /* as the server prints it; of an enum without a type of its own: "enum" */
    bool not_null;
    bool primary;
    bool unique;  /* alone: it identifies a row */
    bool foreign; /* part of a foreign key */
} dn_picture_column;

typedef struct dn_picture_table {
    const dunlin_fact *fact;
    const char *name; /* with its namespace, unless that is the home of the target */
    dn_picture_column *columns;
    size_t column_count;
    size_t column_capacity;
    bool shown;
    size_t distance; /* foreign keys from the nearest table asked for; SIZE_MAX: not reached */
} dn_picture_table;

/* A foreign key: rows of `child` belong to a row of `parent`. */
typedef struct dn_picture_link {
    const dunlin_fact *fact;
    size_t child; /* places in the list of tables */
    size_t parent;
    bool optional; /* a row may belong to none */
    bool single;   /* at most one row belongs to each */
} dn_picture_link;

typedef struct dn_picture {
    dn_picture_table *tables; /* by their names */
    size_t table_count;
    dn_picture_link *links;
    size_t link_count;
    size_t shown;
    uint64_t naming; /* DN_FACT_FOLDS_OBJECTS, or 0 */
} dn_picture;

/* Everything is shown. `home` is the namespace whose name is left out, or empty. */
int dn_picture_build(const dn_fact_map *facts, dunlin_string home, dn_arena *arena,
                     dn_picture *picture, dn_error *error);
/* Shows these tables alone and what is at most `steps` foreign keys away from one of them, whichever
 * way they point. A name is found as the database finds it. Errors: picture.table. */
int dn_picture_focus(dn_picture *picture, const char *const *tables, size_t count, size_t steps,
                     dn_error *error);

/* Entity-relationship diagrams of what is shown, ending with a line feed. */
void dn_picture_mermaid(const dn_picture *picture, dn_text *text);
void dn_picture_dot(const dn_picture *picture, dn_text *text);

#endif
