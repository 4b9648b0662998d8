/* SPDX-License-Identifier: MIT
 *
 * The tables of other tools: one description for each, in the order of dn_layout. Reading, writing
 * and leaving them out of schemas follow from it.
 *
 * Shapes are those of tables that the tools made themselves (docs/adopt.md says which).
 */
#ifndef DN_TRACKER_FORM_H
#define DN_TRACKER_FORM_H

#include "core/driver/driver.h"
#include "core/journal/journal.h"

/* In statements:
 *   {table}        the table, quoted            {key}          as dn_layout_key says
 *   {tag}          the migration's tag          {file}         name of its file
 *   {description}  name for people              {sum}          what `checksum` says, as text
 *   {bytes}        the same, as bytes           {integer}      the same, as a number
 *   {uuid}         a random one                 {user}         who is logged on to this machine
 *   {now}          the database's time, as the tool writes it
 *   {millis}       how long it took, 0 where that is not known
 */
enum { DN_FORM_WRITES = 2, DN_FORM_CREATES = 4 };

typedef struct dn_tracker_dialect {
    const char *dialect;
    const char *create[DN_FORM_CREATES];
    const char *now;
} dn_tracker_dialect;

typedef struct dn_tracker_form {
    dn_layout layout;
    const char *table;
    const char *other;  /* what else belongs to the tracker; NULL: nothing */
    const char *schema; /* where it may stand instead of beside the tables */
    /* A query with {table} for: key, checksum, what went wrong, when, kind of row. The kind is NULL,
     * "upto" (this one and all before it), "baseline" (the same, and no file of its own) or "undo". */
    const char *read;
    const char *recorded;              /* condition on a row, with {key} as literal */
    const char *write[DN_FORM_WRITES]; /* NULL: nobody but the tool writes it */
    const char *remove;                /* NULL: there is no row of its own to take away */
    /* What the tool would store for a file; NULL: it stores none. */
    int (*checksum)(const char *data, size_t length, dn_text *sum);
    dn_tracker_dialect dialects[3];
} dn_tracker_form;

/* NULL: the layout has no tool's table, or is Drizzle's. */
const dn_tracker_form *dn_tracker_form_of(dn_layout layout);
const dn_tracker_dialect *dn_tracker_form_dialect(const dn_tracker_form *form, const char *dialect);
/* The layout whose tracker a table of this name is, or DN_LAYOUT_NATIVE: more than one tool may have
 * the name. */
dn_layout dn_tracker_form_named(dunlin_string table);

/* Text of what the tools store for the file W of docs/adopt.md: see there. */
int dn_checksum_flyway(const char *data, size_t length, dn_text *sum);
int dn_checksum_sqlx(const char *data, size_t length, dn_text *sum);

#endif
