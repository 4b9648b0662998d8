/* SPDX-License-Identifier: MIT
 *
 * What pending statements need beforehand: that what they alter or drop exists, and that what they
 * create without a guard does not. Held against the schema as it was read under the lock, statement
 * by statement, with what earlier ones of the same run make, rename and drop: a run that must fail at
 * its fifth migration fails before its first is sent.
 *
 * Only what is certain counts. Behind a statement that the parser does not understand nothing is
 * known of what was there before; nor is it behind a CASCADE, of members of a table that somebody
 * else may have given some, of what another schema of the search path may hold. A table or column
 * that seems to be missing is asked for by a SELECT before anybody is told.
 */
#ifndef DN_EXECUTE_BEFORE_H
#define DN_EXECUTE_BEFORE_H

#include "core/execute/execute.h"

typedef struct dn_before {
    dn_connection *connection;
    const dn_translator *translator; /* or NULL */
    const dn_fact_map *schema;       /* all of the database, of all namespaces */
    const dn_job *jobs;
    size_t count;
    const char *const *allow; /* tags of migrations that are not judged */
    size_t allow_count;
} dn_before;

/* Errors: plan.exists, plan.missing (DISAGREEMENT), with the place, which `stop` has as well. No
 * question is asked as long as nothing seems wrong. Of runs with very many statements the first
 * thousands are judged. */
int dn_before_check(const dn_before *before, dn_arena *arena, dn_stop *stop, dn_error *error);

#endif
