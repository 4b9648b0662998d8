/* SPDX-License-Identifier: MIT
 *
 * A schema as another tool declares it: the newest snapshot of drizzle-kit, or what a program prints
 * that the user named. Both become SQL, which is loaded into a throw-away database.
 */
#ifndef DN_ENGINE_DECLARED_H
#define DN_ENGINE_DECLARED_H

#include "core/drizzle/drizzle.h"
#include "core/engine/definition.h"

typedef struct dn_declared {
    dn_side side;
    dn_differences differences; /* before: what the migrations make; after: what is declared */
} dn_declared;

/* Where it may be loaded. */
typedef struct dn_declared_place {
    const dn_side *made; /* what the migrations make; with a connection */
    bool asked;          /* --shadow */
    const char *given;   /* --shadow-url */
} dn_declared_place;

/* The snapshot of the newest migration of a Drizzle folder that has one; NULL: there is none. */
int dn_declared_newest(const dn_session *session, dn_arena *arena, const char **path,
                       dn_error *error);
/* Whether the project's folder is written for databases of this driver: by its journal, else by its
 * snapshots, and `unknown` where neither tells. */
bool dn_declared_concerns(dn_session *session, const dn_driver *driver, bool unknown);
/* Where a migration has its snapshot. NULL: no memory. */
const char *dn_declared_path(const dn_session *session, size_t at, dn_arena *arena);
/* Those of a folder of Drizzle 1.0 that are there, but for one. Errors: those of
 * dn_drizzle_chain_add(). */
int dn_declared_chain(const dn_session *session, size_t without, dn_arena *arena,
                      dn_drizzle_chain *chain, dn_error *error);
/* What rows of such a folder make. */
int dn_declared_by_rows(dn_session *session, const dn_declared_place *place, const char *name,
                        const cJSON *rows, dn_declared *declared, dn_error *error);
/* A text of SQL. */
int dn_declared_by_text(dn_session *session, const dn_declared_place *place, const char *name,
                        const dn_text *sql, dn_declared *declared, dn_error *error);
int dn_declared_by_snapshot(dn_session *session, const dn_declared_place *place, const char *path,
                            dn_declared *declared, dn_error *error);
/* Runs `command`, words as a shell would cut them, without one, in the project's folder. */
int dn_declared_by_command(dn_session *session, const dn_declared_place *place, const char *command,
                           dn_declared *declared, dn_error *error);

#endif
