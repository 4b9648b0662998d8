/* SPDX-License-Identifier: MIT
 *
 * Shared by before.c (reading the statements) and before_judge.c (judging their operations).
 */
#ifndef DN_EXECUTE_BEFORE_INTERNAL_H
#define DN_EXECUTE_BEFORE_INTERNAL_H

#include "core/execute/before.h"
#include "core/schema/schema.h"

/* What is remembered of a relation, by its name. */
typedef enum dn_before_mark {
    DN_BEFORE_BROUGHT = 0, /* looked up in the schema */
    DN_BEFORE_BLURRED,     /* nothing is known of it */
    DN_BEFORE_MADE,        /* by this run: the server may have given it more than was written */
    DN_BEFORE_GONE,        /* by this run */
    DN_BEFORE_SHRUNK,      /* keys and indexes of it may be gone */
    DN_BEFORE_GROWN,       /* it may have keys and indexes with names that nobody wrote */
    DN_BEFORE_MARKS
} dn_before_mark;

typedef struct dn_before_work {
    const dn_before *asked;
    dn_schema_target target;
    dn_arena *arena;
    dn_fact_map *now; /* relations that were named so far, and what is in them */
    dn_fact_map *marks[DN_BEFORE_MARKS];
    dn_fact_map *types; /* enums and domains that this run touched */
    bool blind;         /* what was there before the run is not known any more */
    bool homeless;      /* nor is the schema in which names without one are */
    bool lenient;       /* the migration at hand is not judged */
    bool foreign;       /* the statement at hand is written in another dialect */
    /* The statement at hand. */
    const dunlin_operation *const *raw; /* as it was written; NULL: it has other operations */
    const bool *named;                  /* has the operation a name that somebody wrote? */
    const dunlin_operation *const *operations;
    size_t count;
    bool passed; /* CREATE TABLE IF NOT EXISTS of one that is there, or may be */
    /* What is wrong with it. */
    const char *id;
    dn_text *why;
    dn_error *error;
} dn_before_work;

/* 0, or 1 with `id` and `why`, or -1. */
int dn_before_judge(dn_before_work *work);
int dn_before_forget(dn_before_work *work); /* from here on it is blind */
int dn_before_blur(dn_before_work *work, const dunlin_string *path, uint64_t count);

#endif
