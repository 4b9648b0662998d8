/* SPDX-License-Identifier: MIT
 *
 * Do two schemas mean the same, whatever kind of server each is on? Compared is what an application
 * relies on: tables, views and columns by name, classes of types, nullability, defaults, keys,
 * indexes by what they hold, checks by their number. What servers of different kinds cannot have in
 * common (lengths, partial indexes, methods, deferrability, triggers) is a warning. docs/parity.md
 * has the rules.
 *
 * One kind of server as it is: compare.h. Pure: nothing here asks a database. Findings live in the
 * caller's arena and point to the facts.
 */
#ifndef DN_SCHEMA_EQUIVALENT_H
#define DN_SCHEMA_EQUIVALENT_H

#include "core/fact/fact.h"

typedef struct dn_schema_side {
    const dn_fact_map *facts;
    const char *label;  /* in sentences: "dev" */
    dunlin_string home; /* the namespace that needs no saying, where there are any */
    bool escapes;       /* a backslash means something in its strings */
    /* The classes of a column (docs/facts.md), with blanks between, the main one first. */
    int (*classes)(const dunlin_fact *column, dn_text *classes, void *context, dn_error *error);
    void *context;
} dn_schema_side;

typedef struct dn_inequality {
    bool warning;       /* what differs need not matter */
    const char *object; /* "table 'users'" */
    const char *what; /* "missing", "type", "not_null", "default" ...: docs/parity.md lists them */
    const char *message;
    const dunlin_fact *left; /* what it is about; NULL where there is none */
    const dunlin_fact *right;
} dn_inequality;

typedef struct dn_inequalities {
    dn_inequality *items;
    size_t count;
    size_t capacity;
    size_t warnings; /* of `count` */
} dn_inequalities;

/* By the names of objects, then as docs/parity.md goes through them. */
int dn_schema_equivalent(const dn_schema_side *left, const dn_schema_side *right, dn_arena *arena,
                         dn_inequalities *inequalities, dn_error *error);

#endif
