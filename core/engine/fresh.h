/* SPDX-License-Identifier: MIT
 *
 * Fresh snapshots of drizzle-kit, written where they are missing or have fallen behind.
 */
#ifndef DN_ENGINE_FRESH_H
#define DN_ENGINE_FRESH_H

#include "core/engine/declared.h"

typedef struct dn_fresh {
    const char *path;
    const char *id;
    const char *previous;
    bool changed; /* false: the one that is there is right */
} dn_fresh;

/* The snapshot of migration `at` of the journal; place->made is the state behind it. What it is to say is
 * loaded and compared before it is written. Errors: snapshot.not-written. */
int dn_fresh_write(dn_session *session, const dn_declared_place *place, size_t at, dn_fresh *fresh,
                   dn_error *error);

/* The same in a folder of Drizzle 1.0, for the newest migration. */
int dn_fresh_in_folder(dn_session *session, const dn_declared_place *place, size_t at,
                       dn_fresh *fresh, dn_error *error);
/* A new one. NULL: no memory. */
const char *dn_fresh_id(dn_arena *arena);
/* Appends the text of the migrations from one up to `at`. */
int dn_fresh_history(dn_session *session, size_t from, size_t at, dn_text *history,
                     dn_error *error);

/* What the migrations up to `count` of the history make, folded from their effects; 1: not all are
 * known. */
int dn_fresh_fold(dn_session *session, const dn_migration_effects *effects, size_t count,
                  dn_side *made, dn_error *error);
/* `dunlin snapshot --drizzle`: replays, and writes that of the newest migration. */
int dn_fresh_newest(dn_session *session, bool asked, const char *given, dn_fresh *fresh,
                    dn_error *error);

#endif
