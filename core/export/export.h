/* SPDX-License-Identifier: MIT
 *
 * Migrations as one script for a database's stock client, which a person runs by hand, any number of
 * times, with the same end as `dunlin migrate`. Nobody is connected when it is written.
 *
 *  - Each migration is bracketed by its row of the tracker: what is recorded is left alone.
 *  - Where the database can, a migration and its row are one transaction. Elsewhere each statement
 *    has a row in the ledger, as in a run, and statements that make or drop something have guards.
 *  - What a script cannot do is an error, with the place.
 */
#ifndef DN_EXPORT_EXPORT_H
#define DN_EXPORT_EXPORT_H

#include "core/execute/losses.h"
#include "core/tracker/tracker.h"

typedef struct dn_export_options {
    const dn_driver *driver;
    const dunlin_profile *profile; /* of the server, as it is assumed to be */
    const char *tracker;           /* name of its table, or NULL */
    const char *from;              /* first tag, or NULL */
    const char *to;                /* last tag, or NULL */
    bool native_guards;
    bool strict;
} dn_export_options;

typedef struct dn_exported {
    const dn_migration *migration;
    size_t statements;
    bool transactional;
    const char *reason; /* why not, or NULL */
} dn_exported;

typedef struct dn_export {
    dn_exported *migrations;
    size_t count;
    dn_losses losses;
} dn_export;

/* The journal is finished. Text is appended; the rest lives in the arena. Errors: export.*,
 * translate.*, lex.*, script.*, plan.unknown-tag, journal.file-missing. */
int dn_export_write(const dn_export_options *options, const dn_journal *journal, dn_arena *arena,
                    dn_text *text, dn_export *made, dn_error *error);

#endif
