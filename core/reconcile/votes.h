/* SPDX-License-Identifier: MIT
 *
 * Private to core/reconcile: which changes of a history a schema shows, by counting.
 *
 * Each fact that a history touches has a line of versions: how it was before, then how each change
 * left it. Where on that line the schema stands tells of every change on it whether it was made.
 * What one line leaves open, others decide: a change that was made proves those it could not have
 * been made without, and rules out all earlier versions.
 */
#ifndef DN_RECONCILE_VOTES_H
#define DN_RECONCILE_VOTES_H

#include "core/schema/compare.h"

typedef enum dn_vote {
    DN_VOTE_PRESENT = 0, /* the schema stands at this version */
    DN_VOTE_ABSENT,      /* ... before it */
    DN_VOTE_SUPERSEDED,  /* ... behind it */
    DN_VOTE_AMBIGUOUS,   /* before or behind it: made and taken away again */
    DN_VOTE_ALTERED,     /* nowhere on the line */
    DN_VOTE_COUNT
} dn_vote;

/* Of a whole entry of the history: a migration, or a statement. */
typedef enum dn_standing {
    DN_STANDING_UNKNOWN = 0,
    DN_STANDING_DONE,
    DN_STANDING_UNDONE
} dn_standing;

typedef struct dn_touch {
    const dn_difference *change;
    size_t entry;
    dn_vote vote;
    bool candidate; /* the schema may stand here */
    bool implied;   /* what came next and was made could not have been without it */
    bool stuck;     /* was not made, and cannot be: what it changes was there and is gone */
} dn_touch;

typedef struct dn_line {
    const dunlin_fact *key;
    const dunlin_fact *initial; /* before the first change, or NULL */
    const dunlin_fact *actual;  /* in the schema, or NULL */
    dn_touch *touches;          /* in order */
    size_t count;
    bool initial_candidate;
} dn_line;

typedef struct dn_entry {
    const dn_differences *changes; /* NULL: not known */
    bool recorded;                 /* somebody says that it was done */
    /* Found out. */
    dn_standing standing;
    size_t votes[DN_VOTE_COUNT];
    size_t solid;    /* of PRESENT, those of more than a bare table */
    size_t clashes;  /* of ALTERED, those that were to be made anew */
    size_t stuck;    /* of ABSENT, those that are */
    size_t unproved; /* of SUPERSEDED and AMBIGUOUS, those that nothing implies */
} dn_entry;

typedef struct dn_ballot {
    dn_entry *entries; /* filled by the caller but for what is found out */
    size_t entry_count;
    dn_line *lines;
    size_t line_count;
    /* Lines by the numbers of their facts, counted from 1, 0: none. Facts that the schema has have the
     * numbers that they have there, the others those in a map of their own. */
    const dn_fact_map *schema;
    size_t *in_schema;
    dn_fact_map *others;
    size_t *in_others;
} dn_ballot;

/* O(changes), and again for each round in which something new was found out. */
int dn_ballot_count(dn_ballot *ballot, const dn_fact_map *schema, dn_arena *arena, dn_error *error);
/* The line of a fact, or NULL. */
const dn_line *dn_ballot_line(const dn_ballot *ballot, const dunlin_fact *key);
/* The same by its number in the schema. */
const dn_line *dn_ballot_line_at(const dn_ballot *ballot, size_t number);
/* Are two versions alike? NULL: there is nothing. */
bool dn_ballot_same(const dunlin_fact *left, const dunlin_fact *right);
/* An index that the server made for itself is as if it were not there. */
bool dn_ballot_ignores(const dunlin_fact *fact);

#endif
