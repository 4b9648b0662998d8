/* SPDX-License-Identifier: MIT
 *
 * Shadow replay: what each migration of a history changes in a schema, found out by running all of
 * them in a throw-away database and reading it after each.
 *
 *  - Nothing is ever sent to the target. Statements that reach outside their database (other
 *    databases, roles, files, settings of the server) are not sent at all.
 *  - A migration of which a statement that changes the schema was not sent, or failed, is not known
 *    (effects->known): `why` tells; its effects are those of its other statements, and what follows
 *    builds on these. Failures of statements that only change rows do not matter.
 *  - Rows are those that the history itself makes; assertions are not asked.
 *  - What was found out is kept in files (docs/replay.md), by a chain of digests over the contents
 *    of the history and everything that it was read with. Such a file is sealed: one that was edited
 *    or merged counts for nothing. As long as the chain fits, nothing is replayed.
 */
#ifndef DN_STATE_REPLAY_H
#define DN_STATE_REPLAY_H

#include "core/project/project.h"
#include "core/state/effects.h"
#include "core/state/state.h"

/* --- may it be ---------------------------------------------------------------------------------- */
typedef enum dn_shadow_kind {
    DN_SHADOW_NONE = 0, /* not allowed, or not possible */
    DN_SHADOW_MEMORY,
    DN_SHADOW_DATABASE, /* a new one on the target's server */
    DN_SHADOW_GIVEN     /* --shadow-url */
} dn_shadow_kind;

typedef struct dn_shadow_choice {
    dn_shadow_kind kind;
    const char *why; /* one sentence, lower case, no full stop; of NONE with the way out */
} dn_shadow_choice;

/* `asked`: --shadow. `given`: --shadow-url, or NULL. */
dn_shadow_choice dn_shadow_choose(dn_connection *target, const dn_target *settings, bool asked,
                                  const char *given);

/* --- replaying ---------------------------------------------------------------------------------- */
typedef struct dn_replay_options {
    dn_connection *target; /* whose kind of database it is about; only asked what it is */
    const char *url;       /* of the target */
    dn_shadow_kind shadow; /* of dn_shadow_choose; NONE: what files tell has to do */
    const char *given;     /* of GIVEN */
    dn_translate_options translate;
    const char *folder; /* of the files with effects (dn_snapshot_folder), or NULL: none */
    bool keep;          /* write them, too */
    bool anew;          /* ... and believe none that are there */
    bool thorough;      /* read everything behind each migration, whatever texts tell */
    dn_log log; /* gets no warnings of the statements: what is lost of them is told by runs */
} dn_replay_options;

typedef struct dn_replay dn_replay;

/* A history: files in order, NULL where one is missing. Nothing is opened yet. Everything that is
 * handed out lives in the arena. */
int dn_replay_begin(const dn_replay_options *options, const dn_migration *const *files,
                    size_t count, dn_arena *arena, dn_replay **replay, dn_error *error);
/* Begins to read what files tell, beside what the caller does before he asks for the effects; they live in
 * `beside`, which is left alone until then. */
void dn_replay_read_ahead(dn_replay *replay, dn_arena *beside);
/* One for each file. Without a shadow, those that no file tells of are not known. Errors: what keeps
 * the shadow from being made (permissions ...), and lost connections. */
int dn_replay_effects(dn_replay *replay, dn_migration_effects *effects, dn_error *error);
/* Adds the effects of each statement to those of migration `at`; replays what comes before it
 * again. Needs a shadow: replay.no-shadow. */
int dn_replay_steps(dn_replay *replay, size_t at, dn_migration_effects *effects, dn_error *error);
/* The schema behind all of them, whole, read from the shadow; what files told is run for it. Only where
 * all are known. Needs a shadow: replay.no-shadow. */
int dn_replay_state(dn_replay *replay, const dn_sight *sight, dn_snapshot *snapshot,
                    dn_error *error);
/* What the file of effects of migration `at` is worth beside what a replay found. */
typedef enum dn_kept {
    DN_KEPT_NONE = 0,
    DN_KEPT_SAME,
    DN_KEPT_DIFFERENT,
    DN_KEPT_STALE, /* it is of another content, server or version of dunlin: it counts for nothing */
    DN_KEPT_BROKEN /* so does this: it is not what dunlin wrote, as one that was cut or edited */
} dn_kept;
/* `why` of a broken one: one sentence, lower case. */
int dn_replay_judge_kept(dn_replay *replay, const char *folder, size_t at,
                         const dn_migration_effects *effects, dn_kept *kept, const char **why,
                         dn_error *error);
/* How many migrations were run to find this out, so far; 0: files told all. */
size_t dn_replay_runs(const dn_replay *replay);
/* How many files of effects were written. */
size_t dn_replay_kept(const dn_replay *replay);
/* Drops the shadow. NULL is fine. */
void dn_replay_end(dn_replay *replay);
static inline void
dn_replay_cleanup(dn_replay **replay)
{
    dn_replay_end(*replay);
}

#endif
