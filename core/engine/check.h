/* SPDX-License-Identifier: MIT
 *
 * `dunlin check`: everything that a project says of its schema held against everything else, in one
 * go. Nothing is written, and a target is only read.
 *
 * Each file named check_*.c adds its checks to the list; each check is one line of it.
 */
#ifndef DN_ENGINE_CHECK_H
#define DN_ENGINE_CHECK_H

#include "core/engine/definition.h"

typedef enum dn_check_outcome {
    DN_CHECK_AGREES = 0,
    DN_CHECK_PENDING, /* nothing is wrong, and something is still to be applied */
    DN_CHECK_UNVERIFIED /* nobody can tell here */,
    DN_CHECK_DISAGREES
} dn_check_outcome;

typedef struct dn_checking {
    dn_session *session;
    const dunlin_check_options *options;
    dunlin_node *list;
    size_t counts[DN_CHECK_DISAGREES + 1];
    const char *definition;  /* nothing but this file; NULL: everything */
    bool definition_was_run; /* the command that prints it, for one of the dialects */
    dn_findings left_out;    /* targets */
} dn_checking;

/* One check in the making: problems are added first, then it is told. */
typedef struct dn_check_item {
    const char *id;      /* "journal", "replay", "snapshot" ... */
    const char *dialect; /* that it is about, or NULL */
    const char *object;  /* a file or a target, or NULL */
    dunlin_node *problems;
    dunlin_node *node;
    size_t count;
} dn_check_item;

void dn_checks_begin(dn_checking *checking, dn_check_item *check, const char *id,
                     const char *dialect, const char *object);
/* `mend`: the command that mends it, or what a person has to do. Both may be NULL. */
dunlin_node *dn_checks_problem(dn_checking *checking, dn_check_item *check, const char *object,
                               const char *message, const char *mend);
/* What a difference is about, and how it differs. */
int dn_checks_describe(const dn_difference *one, const dn_compare_options *how, const char *holder,
                       dn_text *object, dn_text *message, dn_error *error);
/* A note that is no disagreement. */
void dn_checks_note(dn_checking *checking, dn_check_item *check, const char *message);
/* `summary`: one sentence, lower case. */
void dn_checks_end(dn_checking *checking, dn_check_item *check, dn_check_outcome outcome,
                   const char *summary, const char *mend);

/* Every difference becomes a problem: what `is` has otherwise than `should` says. `holder`: whose
 * words `is` are, as in "the snapshot". */
int dn_checks_differences(dn_checking *checking, dn_check_item *check, const dn_fact_map *should,
                          const dn_fact_map *is, const dn_compare_options *how, const char *holder,
                          dn_error *error);
/* AGREES or DISAGREES by the problems, with a sentence in which "%s" of `words` is whose words it
 * is about. */
int dn_checks_conclude(dn_checking *checking, dn_check_item *check, const char *agrees,
                       const char *disagrees, const char *mend, dn_error *error);

/* Where one dialect's migrations are replayed. */
typedef struct dn_check_ground {
    const dn_driver *driver;
    const char *dialect; /* the driver's name */
    dn_target target;    /* that stands for all of them; without a name: none is configured */
    const char *url;     /* of it; "": none. Holds secrets */
    const char *given;   /* --shadow-url, when it is this driver's */
    dn_shadow_choice choice;
    dn_connection *reference; /* asked only what kind of server it is; NULL: nowhere to replay */
    const char *why;          /* not, then */
} dn_check_ground;

/* All grounds of the project, and nothing opened yet. */
int dn_checks_grounds(dn_checking *checking, dn_check_ground **grounds, size_t *count,
                      dn_error *error);
/* Finds out whether, and where, it can be replayed. Errors only for what nobody can go on after. */
int dn_checks_ground_open(dn_checking *checking, dn_check_ground *ground, dn_error *error);
void dn_checks_ground_close(dn_check_ground *ground);

/* A history that is replayed there. */
typedef struct dn_check_replay {
    dn_checking *checking;
    dn_check_ground *ground;
    dn_replay *replay;
    dn_migration_effects *effects;
    size_t count;
    dn_side side;       /* the schema behind the last migration */
    bool known;         /* all of them could be replayed */
    bool *untranslated; /* of each, whether a statement of it has no translation; NULL: not asked */
    dn_error *error;
} dn_check_replay;

/* check_snapshot.c: the head snapshot, and files of effects. */
int dn_checks_snapshots(dn_check_replay *work);
int dn_checks_snapshot_alone(dn_check_replay *work); /* can the head be read */

/* What dn_session_command says, behind a migration of the target that stands for the ground, if that is for development.
 * NULL: no memory. */
const char *dn_checks_command_there(const dn_check_replay *work, const char *verb);

/* Replay, snapshots, definitions of one dialect. */
int dn_checks_dialect(dn_checking *checking, dn_check_ground *ground, dn_error *error);
/* What drizzle-kit says of a schema that the migrations made. */
int dn_checks_drizzle(dn_checking *checking, const dn_check_ground *ground, const dn_side *made,
                      dn_error *error);
/* A definition alone, held against the migrations on each ground; the session has its project. */
int dn_checks_definition(dn_session *session, const char *path, const dunlin_check_options *options,
                         dn_error *error);
/* Whether everything that a run needs can be had here. */
int dn_checks_environment(dn_checking *checking, dn_error *error);
/* The target that the options name. */
int dn_checks_target(dn_checking *checking, dn_error *error);

/* check_hazards.c: what the database of the connection does to texts and times. */
int dn_checks_hazards(dn_checking *checking, dn_error *error);

#endif
