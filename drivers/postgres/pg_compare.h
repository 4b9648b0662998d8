/* SPDX-License-Identifier: MIT
 *
 * One comparison of a script: a DO block with the variables path (search_path as it was), old (the
 * table, or the object), made (the like of it), kind, what, there and wanted.
 */
#ifndef DN_PG_COMPARE_H
#define DN_PG_COMPARE_H

#include "drivers/postgres/pg_render.h"

typedef struct dn_pg_comparing {
    const dunlin_operation *operation;
    dn_kit_text *text;
} dn_pg_comparing;

/* What is neither part of a table nor one: views, sequences, types, triggers. */
bool dn_pg_compares_object(const dunlin_operation *operation);
/* The object's oid, as an expression. */
void dn_pg_object_oid(dn_kit_text *text, const dunlin_operation *operation);
void dn_pg_compare_object(const dn_pg_comparing *at, dunlin_string sql);

/* "a"."b" */
void dn_pg_add_path(dn_kit_text *text, const dunlin_string *path, uint64_t count);
/* "to_regclass('a.b')" or another function of pg_catalog. */
void dn_pg_add_lookup(dn_kit_text *text, const char *function, const dunlin_string *path,
                      uint64_t count);
/* From here on new objects are temporary; to be followed by what makes the like. */
void dn_pg_begin_like(const dn_pg_comparing *at);
/* Ends the script where that failed; `kind` is what the operation makes. */
void dn_pg_end_like(const dn_pg_comparing *at, const char *kind);
void dn_pg_drop_like(const dn_pg_comparing *at, const char *words);
/* Ends the script where `what` differs, whose name follows that of its table or schema. */
void dn_pg_stop_if_found(const dn_pg_comparing *at, const char *kind, bool member);

#endif
