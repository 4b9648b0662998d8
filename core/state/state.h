/* SPDX-License-Identifier: MIT
 *
 * Observation: journal, files and tracker of one target side by side, and which tracker row
 * records which migration. Only reads.
 *
 * A row records a migration when it carries the digest of its file, else its tag, else (Drizzle
 * 0.x, which keeps no tag) its time; each row records one migration at most. The usual case, row
 * k for migration k, costs one comparison each.
 */
#ifndef DN_STATE_STATE_H
#define DN_STATE_STATE_H

#include "core/execute/execute.h"
#include "core/fact/ignore.h"
#include "core/state/effects.h"
#include "core/state/snapshot.h"
#include "core/tracker/claim.h"

typedef enum dn_match_how {
    DN_MATCH_NONE = 0,
    DN_MATCH_DIGEST,
    DN_MATCH_TAG,
    DN_MATCH_WHEN
} dn_match_how;

typedef enum dn_edit {
    DN_EDIT_NONE = 0,
    DN_EDIT_COSMETIC, /* line ends, byte order mark, comments or blanks only */
    DN_EDIT_CHANGED
} dn_edit;

typedef struct dn_match {
    const dn_tracker_row *row; /* NULL: not recorded */
    dn_match_how how;
    dn_edit edit;              /* of a file whose digest is not the recorded one */
    bool renamed;              /* recorded under another tag, or its file has another name */
    const dn_migration *found; /* the unlisted file that is this migration's, when it has none */
    bool found_proved;         /* by the recorded digest; otherwise only by its number */
    bool found_told;           /* dn_sight.relinks says so */
} dn_match;

typedef struct dn_observation {
    const dn_journal *journal;
    dn_tracker tracker;
    dn_match *matches;              /* one per listed migration */
    dn_match *unlisted;             /* one per unlisted file */
    const dn_tracker_row **unknown; /* rows that record nothing here */
    size_t unknown_count;
    size_t doubles; /* rows with the digest of another row that records something */
    /* Tags of migrations that stopped part-way; only looked for when it matters: for people, or
     * when the tracker is empty. */
    const char **unfinished;
    size_t unfinished_count;
    const char **refused; /* those of them of which nothing was done */
    size_t refused_count;
    /* Objects in the database that are not ours; only looked for when the tracker is missing or
     * empty while the journal is not. */
    dn_object *objects;
    size_t object_count;
    const dn_claimant *claimant; /* whose table is among them, or NULL */
    const char *claimed_in;      /* its name */
    const char *claim;           /* what it says: dn_claim_read */
} dn_observation;

/* What of a target is looked at. */
typedef struct dn_sight {
    const char *tracker;     /* the name of one that is configured, or NULL */
    const dn_ignore *ignore; /* objects that are not looked at, or NULL */
    bool quiet;              /* says nothing of what may be hidden: nobody compares it */
    bool unasked;            /* whether a database without records holds objects is no question */
    const char *const
        *relinks; /* "OLD=NEW": the file NEW is that of the entry OLD, which has none */
    size_t relink_count;
} dn_sight;

/* Was the file found because of this "OLD=NEW"? */
bool dn_match_is_told(const char *relink, const dn_migration *migration, const dn_match *match);

/* The journal may still be at its files (dn_journal_begin): the tracker is read meanwhile. `sight`
 * may be NULL. */
int dn_observe(dn_connection *connection, dn_journal *journal, const dn_sight *sight,
               dn_tracker_depth depth, dn_arena *arena, dn_observation *observation,
               dn_error *error);

/* The schema of a target in canonical form (core/fact/canonical.h), trackers and what
 * is ignored left out; `sight` may be NULL. What cannot be read is an error, since it would look as if
 * it were not there: schema.unreadable. */
int dn_observe_schema(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                      dn_fact_map **facts, dn_error *error);
/* The same with what a snapshot file says of the server. */
int dn_observe_snapshot(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                        dn_snapshot *snapshot, dn_error *error);

/* ... but what cannot be read is told in the list instead, in the same arena. */
int dn_observe_visible(dn_connection *connection, const dn_sight *sight, dn_arena *arena,
                       dn_snapshot *snapshot, dn_unreadable *unseen, dn_error *error);

/* Asks the `-- dunlin: probe` of a migration. NONE: it has none, or the database cannot answer it, as
 * when what it asks about does not exist. */
dn_probe dn_observe_probe(dn_connection *connection, const dn_migration *migration);

#endif
