/* SPDX-License-Identifier: MIT
 *
 * What the statements of a history do, to find the migrations that must not run again on a database
 * that has them already, but no record of them: those that change rows, and those whose work a later
 * one takes back. A guard would let them make again what is gone for good.
 */
#ifndef DN_EXPORT_DEEDS_H
#define DN_EXPORT_DEEDS_H

#include "core/schema/schema.h"

typedef struct dn_deed {
    size_t migration; /* its place in the journal */
    int32_t verb;
    dunlin_fact key;
    dunlin_fact new_key; /* of RENAME */
    bool inside;         /* part of a CREATE TABLE, which alone has the guard */
} dn_deed;

typedef struct dn_deeds {
    dn_arena *arena;
    dn_deed *items;
    size_t count;
    size_t capacity;
    uint64_t naming;
} dn_deeds;

int dn_deeds_add(dn_deeds *deeds, size_t migration, const dn_operations *operations,
                 dn_error *error);
/* Sets unsafe[migration] where guards do not suffice. */
int dn_deeds_judge(const dn_deeds *deeds, bool *unsafe, dn_error *error);
/* Names that tables are made by, or renamed to, in order, each once; in the arena. */
int dn_deeds_tables(const dn_deeds *deeds, dunlin_string **names, size_t *count, dn_error *error);

#endif
