/* SPDX-License-Identifier: MIT
 *
 * From one schema to another: operations in an order in which a server takes them. Both maps are of
 * one kind of server and name things the same way; what the operations set is in the server's own
 * words, so they are rendered with dn_driver_view.own_dialect.
 *
 * Order: what is in the way goes first (dependents before what they depend on, also those that only
 * have to be made anew), then types, tables, columns, keys, foreign keys, views, triggers; tables and
 * types that are to go are last. Within that, by dn_fact_order. A table's columns, keys and checks
 * follow its CREATE at once, so that they become one statement.
 *
 * Nothing is renamed but by the hints given: dn_rename_candidate points out what might be meant.
 *
 * Pure: nothing here asks a database. Everything lives in the caller's arena or in the maps.
 */
#ifndef DN_SCHEMA_DIFF_H
#define DN_SCHEMA_DIFF_H

#include "core/schema/compare.h"
#include "core/schema/schema.h"

typedef enum dn_danger {
    DN_DANGER_NONE = 0,
    DN_DANGER_FAILS,  /* may fail, depending on the rows */
    DN_DANGER_REVOKE, /* somebody may no longer do what he could */
    DN_DANGER_LOSES   /* rows, values or counters are lost */
} dn_danger;
/* "none", "may-fail", "loses-access", "loses-data" */
const char *dn_danger_name(dn_danger danger);

/* What an operation may do to what is stored. */
typedef struct dn_risk {
    dn_danger danger;
    const char *reason; /* NULL: none */
} dn_risk;

/* Something gone and something new of the same kind and value. */
typedef struct dn_rename_candidate {
    const dunlin_fact *from;
    const dunlin_fact *to;
} dn_rename_candidate;

typedef struct dn_diff_options {
    /* RENAME operations that were declared, in order; paths are complete. */
    const dunlin_operation *const *renames;
    size_t rename_count;
    bool for_all; /* the text is for all databases: what one of them keeps others cut */
} dn_diff_options;

typedef struct dn_diff {
    dn_differences differences; /* behind the renames, in the order of dn_fact_order */
    dn_operations operations;
    dn_risk *risks; /* one for each operation */
    dn_rename_candidate *candidates;
    size_t candidate_count;
    /* What was before and what comes after, with what partitions and heirs have from parents that they leave or come
     * to; before is as it was given where something is renamed. */
    const dn_fact_map *before;
    const dn_fact_map *after;
} dn_diff;

/* Errors: diff.rename (a hint that fits nothing). */
int dn_schema_diff(const dn_fact_map *before, const dn_fact_map *after,
                   const dn_diff_options *options, dn_arena *arena, dn_diff *diff, dn_error *error);

/* Members that no difference is made of: they follow from others, or are of the server alone. */
extern const dn_compare_options dn_diff_comparison;

#endif
