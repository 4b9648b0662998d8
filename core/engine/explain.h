/* SPDX-License-Identifier: MIT
 *
 * What the statements of a file meet: the tables of the migrations before it.
 */
#ifndef DN_ENGINE_EXPLAIN_H
#define DN_ENGINE_EXPLAIN_H

#include "core/engine/session.h"
#include "core/export/follow.h"

/* Follows the project's portable migrations before `file`, all of them where it is none of theirs, as far
 * as they are understood. Without a project, or a journal that can be read, nothing is known. */
int dn_explain_follow_project(dn_session *session, const char *file, dn_history *history,
                              dn_error *error);
/* Behind the statement its work is known. */
int dn_explain_follow(dn_history *history, const dn_source *source, dn_error *error);
/* A table that one of the operations changes and nobody made; empty: there is none. */
dunlin_string dn_explain_unknown_table(const dn_history *history, const dn_operations *operations);

#endif
