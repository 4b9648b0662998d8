/* SPDX-License-Identifier: MIT
 *
 * One side of a comparison: a schema from wherever the command line says, with the driver that
 * knows how to write it.
 *
 *   *.json          a snapshot file
 *   *.sql           a file of SQL that makes a schema (definition.h)
 *   definition      the project's schema definition
 *   x:...           a URL
 *   x               the name of a target, or the tag of a migration: the state behind it
 *
 * target:x, tag:x and file:x say which is meant. SQL and migrations are run in a throw-away database
 * of the kind that the other side is, or, where that is SQL or a migration too, the target of the command.
 */
#ifndef DN_ENGINE_SIDE_H
#define DN_ENGINE_SIDE_H

#include "core/engine/session.h"
#include "core/schema/schema.h"
#include "core/state/snapshot.h"

typedef struct dn_side {
    const char *name;   /* to be shown, without secrets */
    const char *source; /* "snapshot", "target", "url", "definition" or "migration" */
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

typedef enum dn_side_kind {
    DN_SIDE_URL = 0,
    DN_SIDE_TARGET,
    DN_SIDE_SNAPSHOT,
    DN_SIDE_DEFINITION, /* from here on in a throw-away database */
    DN_SIDE_MIGRATION
} dn_side_kind;

typedef struct dn_operand {
    dn_side_kind kind;
    const char *text; /* without its prefix: path, name, tag or URL */
    bool project; /* the project's definition, of which each kind of database may have its own */
} dn_operand;

/* The session has its project. Errors: diff.ambiguous, diff.unknown-tag. */
int dn_side_name(dn_session *session, const char *words, dn_operand *operand, dn_error *error);
/* Both sides of a comparison; `asked` and `given` are --shadow and --shadow-url. Close them even after
 * a failure, and then `ground` (check.h), which is opened where a snapshot says what the other side is.
 * Errors: definition.no-shadow, diff.unknown-state. */
struct dn_check_ground;
int dn_sides_open(dn_session *session, const dn_operand operands[2], bool asked, const char *given,
                  struct dn_check_ground *ground, dn_side *a, dn_side *b, dn_error *error);
/* The text of a side that is a snapshot file. What two files have in common is read once, so it stays
 * until both are read; whoever opens the sides frees it. */
typedef struct dn_side_file {
    dn_text text;
    dn_snapshot_lines lines;
    const struct dn_side_file *like; /* of the other side, or NULL */
} dn_side_file;
/* One that needs no throw-away database. */
int dn_side_open(dn_session *session, const dn_operand *operand, dn_side_file *file, dn_side *side,
                 dn_error *error);
/* The state behind a migration, from what earlier replays left or by a replay; `like` has a
 * connection. */
int dn_side_migration(dn_session *session, const char *tag, const dn_side *like, bool asked,
                      const char *given, dn_side *side, dn_error *error);
/* Of the session's own target. */
int dn_side_open_target(dn_session *session, dn_side *side, dn_error *error);
/* The same without its schema, for who wants to know what kind of database it is. */
int dn_side_connect_target(dn_session *session, dn_side *side, dn_error *error);
/* An empty database of the same kind. */
int dn_side_empty(dn_session *session, const dn_side *like, dn_side *side, dn_error *error);
/* What one of them has and the user may not see in the other is no difference: nobody knows whether it is there. */
int dn_sides_level(dn_session *session, dn_side *a, dn_side *b, dn_error *error);
void dn_side_close(dn_side *side);

/* Operations that make `from` into `to`, as statements; in the session's arena. */
typedef struct dn_side_script {
    bool stock_client; /* set by the caller: it is for that, and no migration */
    dn_steps steps;
    dn_notes notes;
} dn_side_script;
int dn_side_render(dn_session *session, const dn_side *from, const dn_side *to,
                   dn_operations *operations, dn_side_script *script, dn_error *error);
/* Says in operations how values are converted, where the server has to be told. dn_side_render does
 * it. */
int dn_side_cast(dn_session *session, const dn_side *from, const dn_side *to,
                 const dn_driver_view *view, dn_operations *operations, dn_error *error);

/* A table or column by "users", "users.name", and with a namespace before; the path is for the search
 * alone. NULL: there is none. */
const dunlin_fact *dn_side_find_named(const dn_side *side, const dn_fact_map *facts,
                                      const char *name, dunlin_string path[3]);
/* The enum in "mood.sad", and with a namespace before; `*value`: "sad". NULL: there is none. */
const dunlin_fact *dn_side_find_value(const dn_side *side, const dn_fact_map *facts,
                                      const char *name, const char **value);
/* "users=people", "people.name=full_name", "mood.sad=low", in order: each by the names behind those before it. Errors:
 * diff.rename. */
int dn_side_renames(dn_arena *arena, const dn_side *from, const char *const *hints, size_t count,
                    dn_operations *list, dn_error *error);
/* One of them; `facts` is what there is behind those before it, and then behind it. */
int dn_side_rename(dn_arena *arena, const dn_side *from, dn_fact_map *facts, const char *hint,
                   dn_operations *list, dn_error *error);

/* The namespace of names without one, "" where there are none. */
dunlin_string dn_side_home(const dn_side *side);

#endif
