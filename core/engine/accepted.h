/* SPDX-License-Identifier: MIT
 *
 * What somebody accepted of a target (`dunlin drift --accept`) for those who hold it against its migrations: what
 * is accepted may be so, and is nothing to repair.
 */
#ifndef DN_ENGINE_ACCEPTED_H
#define DN_ENGINE_ACCEPTED_H

#include "core/engine/effects.h"

/* With the effects of all migrations: notes in evidence->accepted what is otherwise and may be, and makes
 * *schema one in which all of that is as the migrations make it. What migrations speak of that are not
 * recorded stays as it is: they are about to be run. */
int dn_accepted_undo(dn_session *session, dn_evidence *evidence, const dn_fact_map **schema,
                     dn_error *error);
/* The same by names alone; `names` is the schema, and is changed. */
int dn_accepted_undo_names(dn_session *session, dn_evidence *evidence,
                           const dn_migration_effects *named, dn_fact_map *names, dn_error *error);

/* A note for each object. */
int dn_accepted_find(dn_session *session, const dn_evidence *evidence, dn_findings *findings,
                     dn_error *error);
/* All of it in one sentence with the command that makes a migration of it; NULL: nothing, or no memory. */
const char *dn_accepted_note(dn_session *session, const dn_evidence *evidence, const char *fix);

#endif
