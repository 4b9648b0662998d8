/* SPDX-License-Identifier: MIT
 *
 * Shared by the files of core/schema.
 */
#ifndef DN_SCHEMA_INTERNAL_H
#define DN_SCHEMA_INTERNAL_H

#include "core/schema/schema.h"

/* Elements of a complete path that stand before the name of the table or object. */
static inline uint64_t
dn_schema_lead(uint64_t naming)
{
    return (naming & DN_FACT_NAMESPACES) ? 1 : 0;
}

bool dn_schema_same(dunlin_string left, dunlin_string right);
/* Are two texts of a trigger the same but for spaces, comments, the case of words and quotes of names? */
bool dn_schema_same_code(dunlin_string left, dunlin_string right);
/* Kinds whose objects lie in a table. */
bool dn_schema_is_member(dunlin_string kind);
/* Tables, views and sequences, which share one set of names. */
bool dn_schema_is_relation(dunlin_string kind);
/* pk, unique, fk or check */
bool dn_schema_is_constraint(dunlin_string kind);

/* What DROP .. CASCADE takes along from elsewhere is gone from the facts. */
int dn_schema_fold_cascade(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error);

/* Names for the unnamed constraints and indexes of one statement, and NOT NULL where a primary key
 * or an automatic value implies it. `operations` are complete and may be changed. */
int dn_schema_name_all(const dn_schema_target *target, dunlin_operation **operations, size_t count,
                       const dn_fact_map *facts, dn_arena *arena, dn_error *error);

/* What the sequence behind a column is called; NULL: out of memory. */
char *dn_schema_counter_name(dn_arena *arena, dunlin_string table, dunlin_string column);

/* Types without a name of their own on the target: what to do instead of `operation` is added to
 * `out`. `facts` may be NULL. */
int dn_schema_inline_types(dunlin_operation *operation, const dn_fact_map *facts,
                           dn_fact_map *logical, dn_operations *out, dn_error *error);

/* Before an enum is altered: what becomes of the defaults of columns that have it. */
int dn_schema_relabel(dn_fact_map *facts, const dunlin_operation *operation, dn_error *error);

/* Does `fact` lie in the relation `owner` (column of a table, index of a matview)? */
bool dn_fact_lies_in(const dunlin_fact *fact, const dunlin_fact *owner);

#endif
