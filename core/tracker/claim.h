/* SPDX-License-Identifier: MIT
 *
 * Tables of tools whose migrations dunlin does not read: they only claim. What they claim is told; which
 * migrations of ours are applied, the schema alone shows.
 */
#ifndef DN_TRACKER_CLAIM_H
#define DN_TRACKER_CLAIM_H

#include "core/driver/driver.h"

typedef struct dn_claimant {
    const char *name;  /* as --from wants it */
    const char *title; /* as its makers write it */
    const char *
        schema; /* where it stands, the name of a file or database on others; NULL: beside the tables */
    const char *table; /* in whatever case */
    const char *other; /* what else belongs to it, or NULL */
    const char *read;  /* a query with {table}; the columns of a row are the parts of a name */
    const char *lead;  /* what the names are, as the beginning of "that ..." */
} dn_claimant;

/* Whose table this is, as a target's objects are named; NULL: nobody's of these. */
const dn_claimant *dn_claimant_named(dunlin_string table);
bool dn_claimant_has_schema(dunlin_string schema); /* all of it is one's */
bool dn_claimant_is_other(const dn_claimant *claimant, dunlin_string table);
const dn_claimant *dn_claimant_find(const char *name); /* NULL: there is none */
/* Their names, behind others: ", alembic ..." */
void dn_claimant_list(dn_text *text);

/* What the table says, as the end of a sentence: "that the database is at 'afdcdf264764'". */
int dn_claim_read(dn_connection *connection, const dn_claimant *claimant, const char *table,
                  dn_arena *arena, const char **claim, dn_error *error);
/* The same of sqitch's registry where it stands in no schema: a file beside the target's, or a database of
 * the server, which has the changes of all databases there; `project` is whose are wanted, or NULL. *table
 * is its name; NULL: there is none. */
int dn_claim_read_registry(dn_connection *connection, const dn_claimant *claimant,
                           const char *project, dn_arena *arena, const char **table,
                           const char **claim, dn_error *error);

#endif
