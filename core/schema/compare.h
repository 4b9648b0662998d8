/* SPDX-License-Identifier: MIT
 *
 * Comparing two schemas of one kind of server, fact by fact, as they are: for diffs, drift, effects
 * and doctor. Two servers of different kinds are compared by what they mean: equivalent.h.
 *
 * Never compared: the members that docs/facts.md calls informational, members that either fact lists
 * as `unsure`, and indexes that a server made for itself (`implied`): one that stays behind when its
 * foreign key goes is new. A false boolean equals none, `auto` `rowid` equals no `auto`.
 *
 * Pure: nothing here asks a database. Facts stay where they are; lists live in the caller's arena.
 */
#ifndef DN_SCHEMA_COMPARE_H
#define DN_SCHEMA_COMPARE_H

#include "core/fact/fact.h"

typedef struct dn_compare_options {
    const char *without_kinds;   /* these facts are left out; blanks between words, NULL: none */
    const char *without_members; /* these members do not count */
    bool column_order;           /* the order of a table's columns counts */
    /* Names that the database takes for equal but that are spelled otherwise count, and so does the
     * name of a primary key. */
    bool spelling;
    /* So do, with a new table, indexes that a server made for a foreign key and did not name after
     * it: whoever makes the table from its facts writes the key's name, and gets another index. */
    bool implied_names;
    /* CR LF in the body of a routine, trigger or view is as LF: git turns the one into the other on other systems. */
    bool any_line_ends;
} dn_compare_options;

/* Never neither. */
typedef struct dn_difference {
    const dunlin_fact *before; /* NULL: new */
    const dunlin_fact *after;  /* NULL: gone */
} dn_difference;

typedef struct dn_differences {
    dn_difference *items;
    size_t count;
    size_t capacity;
} dn_differences;

/* The fact whose kind and path name a difference. */
static inline const dunlin_fact *
dn_difference_key(const dn_difference *difference)
{
    return difference->after ? difference->after : difference->before;
}

/* An index that the server made for a foreign key counts for none: where one of the two is such an index,
 * only the other is told. */
dn_difference dn_difference_of(const dunlin_fact *before, const dunlin_fact *after);

/* What became of `before` in `after`, in the order of dn_fact_order. Both maps name things the same
 * way. */
int dn_schema_compare(const dn_fact_map *before, const dn_fact_map *after,
                      const dn_compare_options *options, dn_arena *arena,
                      dn_differences *differences, dn_error *error);

/* Makes a map that holds what was before into what is after. */
int dn_differences_apply(const dn_differences *differences, dn_fact_map *facts, dn_error *error);

/* Are the values of two facts of one kind equal? */
bool dn_schema_equal(const dunlin_fact *before, const dunlin_fact *after,
                     const dn_compare_options *options);
/* The paths of two facts of one name, letter by letter. */
bool dn_schema_spelled_alike(const dunlin_fact *left, const dunlin_fact *right);
/* Calls visit for each member in which two facts of one kind differ, with `before` and `after`
 * pointing into their properties (NULL: it has none), until it answers non-zero, which is
 * returned. */
int dn_schema_each_member(const dunlin_fact *before, const dunlin_fact *after,
                          const dn_compare_options *options,
                          int (*visit)(const dunlin_property *before, const dunlin_property *after,
                                       void *context),
                          void *context);

#endif
