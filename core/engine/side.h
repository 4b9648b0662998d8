/* SPDX-License-Identifier: MIT
 *
 * One side of a comparison: a schema from wherever the command line says, with the driver that
 * knows how to write it.
 *
 *   *.json   a snapshot file
 *   *.sql    a schema definition (definition.h), beside a side with a database
 *   x:...    a URL
 *   x        the name of a target
 */
#ifndef DN_ENGINE_SIDE_H
#define DN_ENGINE_SIDE_H

#include "core/engine/session.h"
#include "core/schema/schema.h"
#include "core/state/snapshot.h"

typedef struct dn_side {
    const char *name;   /* to be shown, without secrets */
    const char *source; /* "snapshot", "target" or "url" */
    const dn_driver *driver;
    dn_snapshot snapshot;
    const dn_fact_map *facts;  /* by the names of the driver's servers */
    dn_connection *connection; /* NULL: there is none */
    bool borrowed;             /* it is the session's */
    const dunlin_profile *profile;
    dn_sight sight;
    const char *url;         /* holds secrets; NULL: it is a file */
    const dn_target *target; /* NULL: it is none that is configured */
} dn_side;

/* The session has its project. Close a side even after a failure. */
int dn_side_open(dn_session *session, const char *operand, dn_side *side, dn_error *error);
bool dn_side_is_definition(const char *operand);
/* Of the session's own target. */
int dn_side_open_target(dn_session *session, dn_side *side, dn_error *error);
/* An empty database of the same kind. */
int dn_side_empty(dn_session *session, const dn_side *like, dn_side *side, dn_error *error);
void dn_side_close(dn_side *side);

/* Operations that make `from` into `to`, as statements; in the session's arena. */
typedef struct dn_side_script {
    dn_steps steps;
    dn_notes notes;
} dn_side_script;
int dn_side_render(dn_session *session, const dn_side *from, const dn_side *to,
                   dn_operations *operations, dn_side_script *script, dn_error *error);
/* Says in operations how values are converted, where the server has to be told. dn_side_render does
 * it. */
int dn_side_cast(dn_session *session, const dn_side *from, const dn_side *to,
                 const dn_driver_view *view, dn_operations *operations, dn_error *error);

/* The namespace of names without one, "" where there are none. */
dunlin_string dn_side_home(const dn_side *side);

#endif
