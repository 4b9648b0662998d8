/* SPDX-License-Identifier: MIT
 *
 * A history without a database: its statements in order, what each becomes in a script, and the
 * facts as they are behind it. Guards stay open here, for the server to answer; only what the
 * history itself says twice is left out.
 */
#ifndef DN_EXPORT_FOLLOW_H
#define DN_EXPORT_FOLLOW_H

#include "core/execute/execute.h"
#include "core/execute/losses.h"
#include "core/schema/schema.h"

typedef struct dn_history_options {
    const dn_driver *driver;
    const dunlin_profile *profile;
    const char *dialect; /* of the folder; NULL: the driver's own */
    bool native_guards;
    bool strict;
} dn_history_options;

/* CREATE TABLE .. AS: no fact has the columns, but of some the query told names and classes when it ran. */
typedef struct dn_made_table {
    const struct dn_made_table *next; /* that was made before */
    const dunlin_fact *table;         /* its key */
    dunlin_string *names;
    const char **classes; /* NULL: not known */
    size_t count;         /* from the first one on */
} dn_made_table;

typedef struct dn_history {
    dn_history_options options;
    bool own; /* the folder is in the driver's dialect */
    bool joins;
    dunlin_string loose_type; /* of the capabilities */
    dn_script_reader reader;
    dn_schema_target target;
    dn_driver_translations translations;
    dn_driver_columns columns;
    dn_driver_view view;
    dn_fact_map *facts;
    dn_fact_map *logical;
    const dn_made_table *made;
    const dn_operations *making; /* of the statement at hand */
    dunlin_string copied;        /* the table that DUNLIN_SCRIPT_LIKE is a copy of; or empty */
    dn_arena scratch;            /* of the statement at hand */
    dn_losses losses;
    bool elsewhere; /* what comes is in no script: what it loses is no matter */
    dn_arena *arena;
} dn_history;

/* What is to be compared where it is there already (DUNLIN_SCRIPT_COMPARE). */
typedef struct dn_comparison {
    const dunlin_operation *const *operations;
    size_t count;
    dunlin_string sql;
} dn_comparison;

/* What a statement becomes; lives until the next one. */
typedef struct dn_followed {
    bool as_it_is;  /* its own text; else the steps, which may be none */
    dn_steps steps; /* of DUNLIN_RENDER_SCRIPT */
    /* Of the own dialect, where a guard is wanted: its text without IF [NOT] EXISTS, which is to be
     * preferred to the steps if the driver has a guard for it; else NULL data. */
    dunlin_string plain;
    dn_comparison *comparisons; /* before all of it */
    size_t comparison_count;
    size_t comparison_capacity;
    /* What it does, where that is known and guards say so again: else it must not run twice. */
    bool repeatable;
    bool once; /* no guard finds what it makes, and the database takes it a second time */
    dn_operations operations;
} dn_followed;

/* Everything lives in the arena; dn_history_end frees the rest. Errors: driver.unsupported. */
int dn_history_begin(dn_history *history, const dn_history_options *options, dn_arena *arena,
                     dn_error *error);
void dn_history_end(dn_history *history);
/* Neighbouring ALTER TABLEs come as one, where that helps: for a script that runs in one transaction.
 * Those with guards of their own stay alone. */
int dn_history_join(const dn_history *history, dn_script *script, dn_error *error);
/* `guarded`: of the own dialect, too, guards are wanted wherever they can be, since no transaction
 * takes back half of a migration. Errors: translate.*, with a place. */
int dn_history_follow(dn_history *history, const dn_source *source, bool guarded,
                      dn_followed *followed, dn_error *error);

#endif
