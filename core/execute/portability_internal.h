/* SPDX-License-Identifier: MIT
 *
 * What the files of portability*.c know of a check.
 */
#ifndef DN_EXECUTE_PORTABILITY_INTERNAL_H
#define DN_EXECUTE_PORTABILITY_INTERNAL_H

#include "core/execute/execute.h"
#include "core/execute/portability.h"
#include "core/execute/translate_internal.h"

/* A foreign key to a table that nothing has made yet. */
typedef struct dn_awaited {
    dunlin_fact table; /* its kind and path */
    dn_obstacle place;
} dn_awaited;

typedef struct dn_checking {
    dn_portability *found;
    dn_arena *arena;
    dn_arena scratch; /* of the statement at hand */
    dn_schema_target target;
    dn_script_reader reader;
    dn_driver_translations translations;
    dn_driver_columns columns;
    dn_driver_view view;
    dn_fact_map *facts;
    dn_fact_map *logical;
    dn_fact_map *hazy; /* keys of what native text touched: the database alone knows it */
    bool blind;        /* some native text was not understood: it may have made anything */
    const dn_operations *making;
    const dn_migration *migration;
    const dn_script_item *item;
    bool refused; /* the statement at hand has an obstacle */
    bool refers_ahead;
    dn_awaited *awaited;
    size_t awaited_count;
    size_t awaited_capacity;
    dn_error *error;
} dn_checking;

/* --- obstacles; `offset` in bytes of the statement at hand ----------------------------------------- */
int dn_portability_find_place(dn_checking *work, uint64_t offset, dn_obstacle *place);
int dn_portability_add(dn_checking *work, const dn_obstacle *one);
int dn_portability_obstruct(dn_checking *work, uint64_t offset, const char *reason, bool wrong);
/* What failed is an obstacle, unless memory did. */
int dn_portability_obstruct_by(dn_checking *work, uint64_t offset);

/* --- tables that are made later ---------------------------------------------------------------------- */
/* Notes what the operations refer to that is not there yet. */
int dn_portability_look_ahead(dn_checking *work, const dn_operations *run);
/* Obstacles are those that are there now. A table that no migration makes was there before. */
int dn_portability_take_awaited(dn_checking *work);

#endif
