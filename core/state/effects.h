/* SPDX-License-Identifier: MIT
 *
 * Effects as plain data: what a migration, and where it is known each statement of it, changes in a
 * schema. Replay makes them, the parser makes weaker ones, reconciliation judges by them.
 *
 * Effects are net: what a migration makes and takes away again itself is not among its own, but may
 * be among those of its statements. Everything is borrowed from whoever made it.
 */
#ifndef DN_STATE_EFFECTS_H
#define DN_STATE_EFFECTS_H

#include "core/schema/compare.h"

/* One statement of a file. */
typedef struct dn_statement_effects {
    unsigned ordinal; /* as dn_script_item's */
    const char *sql;  /* its text, NULL where nobody kept it */
    bool chained;     /* stands behind another one without a `--> statement-breakpoint` between */
    bool data;        /* changes rows, which leaves nothing in a schema */
    dn_differences effects;
} dn_statement_effects;

typedef enum dn_probe { DN_PROBE_NONE = 0, DN_PROBE_FALSE, DN_PROBE_TRUE } dn_probe;

typedef struct dn_migration_effects {
    bool named;      /* told from the text: only that things are there, by their names (named.h) */
    bool unclear;    /* ... and not all of it was understood */
    bool known;      /* false: it has no file, or not all of it could be replayed */
    const char *why; /* ... one sentence, lower case, no full stop; NULL when known */
    bool unsent;     /* ... because a statement reaches outside, and nothing is wrong with it */
    dunlin_string text; /* ... its file, in which names can be looked for; empty: there is none */
    unsigned statements;
    unsigned data;  /* of them, those that change rows */
    dn_probe probe; /* what `-- dunlin: probe` answered on the target */
    dn_differences effects;
    const dn_statement_effects *steps; /* NULL: only the whole is known */
    size_t step_count;
} dn_migration_effects;

#endif
