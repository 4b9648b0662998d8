/* SPDX-License-Identifier: MIT
 *
 * Objects that a project keeps out of sight ("ignore" in dunlin.json; docs/configuration.md).
 *
 * A pattern is `[KIND:]NAME`: NAME has one part, two or three with dots between, which are compared
 * with the last elements of a path, and may hold * ? and [..] as file names do. Without a kind it is
 * about objects that stand by themselves: tables, views, sequences, types, routines. What lies in
 * something that is hidden, is hidden: columns in their table, everything in its schema.
 */
#ifndef DN_FACT_IGNORE_H
#define DN_FACT_IGNORE_H

#include "core/fact/fact.h"

enum { DN_IGNORE_PARTS = 3 };

typedef struct dn_ignore_pattern {
    const char *kind; /* of a fact, or NULL */
    const char *parts[DN_IGNORE_PARTS];
    size_t count;
} dn_ignore_pattern;

typedef struct dn_ignore {
    const dn_ignore_pattern *patterns;
    size_t count;
} dn_ignore;

/* 0; 1: it is no pattern, and *wrong says why in a few words; -1: no memory. */
int dn_ignore_parse(const char *text, dn_arena *arena, dn_ignore_pattern *pattern,
                    const char **wrong);

/* `ignore` may be NULL. The map, where there is one, tells what an index or a trigger lies in;
 * without it that is taken for a table. */
bool dn_ignore_hides(const dn_ignore *ignore, uint64_t naming, const dunlin_fact *fact,
                     const dn_fact_map *map);
/* The same for an object by its kind and its name, without `home`, the namespace of names that have
 * none. */
bool dn_ignore_hides_object(const dn_ignore *ignore, dunlin_string home, const char *kind,
                            const char *name);
/* Takes all that is hidden out of a map. */
int dn_ignore_apply(const dn_ignore *ignore, dn_fact_map *facts, dn_error *error);

#endif
