/* SPDX-License-Identifier: MIT
 *
 * What of a folder has no translation for a driver, found without a database: all of it, in order.
 *
 *  - The history is folded as it is read: a migration meets the tables and types that those before
 *    it made. Sections and override files of the driver are read by its own rules, and folded as far
 *    as they are understood.
 *  - A server's version and settings are not known; the driver's default server stands for it.
 */
#ifndef DN_EXECUTE_PORTABILITY_H
#define DN_EXECUTE_PORTABILITY_H

#include "core/execute/losses.h"

/* One reason why a statement has no translation. */
typedef struct dn_obstacle {
    const dn_migration *migration;
    unsigned line, column;   /* of what the reason is about */
    unsigned statement_line; /* where the statement begins */
    const char *statement;   /* its first words */
    const char *reason;      /* one sentence */
    bool wrong;              /* it looks like a mistake in the text */
} dn_obstacle;

typedef struct dn_portability {
    bool own; /* the folder is in the driver's dialect: sent as it is, nothing is looked at */
    size_t statements; /* translated or to be translated */
    size_t native;     /* of sections and override files */
    size_t refused;    /* statements with an obstacle */
    size_t unsure;     /* statements about what native text made or changed: only a run can tell */
    dn_obstacle *obstacles;
    size_t count;
    size_t capacity;
    dn_losses losses;
} dn_portability;

/* `journal` is read for the driver and finished. Entries without a file are passed over. Everything
 * lives in the arena. Errors: lex.*, script.*, file.*, driver.unsupported where the driver cannot
 * translate at all. */
int dn_portability_check(const dn_driver *driver, const dn_journal *journal, dn_arena *arena,
                         dn_portability *found, dn_error *error);

/* Is all of it translated, and, with `strict`, nothing lost? */
bool dn_portability_holds(const dn_portability *found, bool strict);
/* One sentence: "2 statements, all can be translated". */
void dn_portability_summarise(const dn_portability *found, bool strict, dn_text *text);

/* What a person can do about a statement of the file `path` that has no translation for `driver`; NULL: no memory.
 * Changing a file makes it another one where it was applied. In a folder for one database that is the rule, so the file
 * of its own comes first there. `driver` NULL: none in particular. */
const char *dn_portability_way_out(dn_arena *arena, const char *dialect, const char *path,
                                   const char *driver);
/* <tag>.sql -> <tag>.<driver>.sql; NULL: no memory. */
const char *dn_portability_override(dn_arena *arena, const char *path, const char *driver);

#endif
