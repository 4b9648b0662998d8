/* SPDX-License-Identifier: MIT
 *
 * Private to replay.
 */
#ifndef DN_STATE_REPLAY_INTERNAL_H
#define DN_STATE_REPLAY_INTERNAL_H

#include "core/fact/canonical.h"
#include "core/state/replay.h"

/* Facts of a shadow, followed from change to change. */
typedef struct dn_follow {
    dn_connection *shadow;
    dn_arena *arena;
    uint64_t naming;
    dn_fact_map *facts; /* as they were read last, in canonical form */
    bool marks;         /* the driver tells what changed since */
    bool thorough;      /* everything is read each time */
    bool guessed;       /* since all was read, something was by what statements say they affect */
    dn_text mark;
    /* Since the last reading. */
    dn_fact_map *keys; /* what statements may have changed */
    bool unknown;      /* or something else */
    dn_arena scratch;
} dn_follow;

int dn_follow_begin(dn_follow *follow, dn_connection *shadow, bool thorough, dn_arena *arena,
                    dn_error *error);
/* Hears of a statement that is sent. */
int dn_follow_sent(dn_follow *follow, dunlin_string sql, dn_error *error);
/* Whether the text of the statement does not tell what it affects. */
int dn_follow_is_wide(dn_follow *follow, dunlin_string sql, bool *wide, dn_error *error);
/* Reads what may have changed; what did. */
int dn_follow_read(dn_follow *follow, dn_differences *effects, dn_error *error);
/* Reads everything, whatever was heard. */
int dn_follow_read_all(dn_follow *follow, dn_differences *effects, dn_error *error);
/* Whether everything, read once more, is as it was followed. To be asked before something happens
 * after which all is read, or it would look as if that had changed what was overlooked. */
int dn_follow_verify(dn_follow *follow, bool *right, dn_error *error);
void dn_follow_end(dn_follow *follow);

/* The chain: everything that effects depend on. */
int dn_chain_begin(const dn_replay_options *options, dn_digest *digest, dn_error *error);
void dn_chain_add(dn_digest *digest, const dn_migration *file);

/* Files of effects. */
typedef struct dn_effects_file {
    const char *tag;
    dn_digest chain;
    dn_migration_effects effects; /* without steps */
} dn_effects_file;
#define DN_EFFECTS_FORMAT "1"
#define DN_EFFECTS_SUFFIX ".effects.json" /* behind the tag */
/* What reading one takes, kept for the next one. */
typedef struct dn_effects_room {
    dn_text name;
    dn_text text; /* of the file */
    dn_arena arena;
    dn_fact_line before;
    dn_fact_line after;
} dn_effects_room;
void dn_effects_room_free(dn_effects_room *room);
/* 0; 1: there is none that counts, -1: no memory. */
int dn_effects_read(const char *folder, dn_effects_file *file, dn_effects_room *room,
                    dn_arena *arena, const dn_log *log, dn_error *error);
/* From the text in the room. 0; 1: not as it is written, and nothing is said about it; -1: no memory. */
int dn_effects_read_lines(dn_effects_file *file, dn_effects_room *room, dn_arena *arena);
/* From the first on, beside what the caller does meanwhile; `arena` is left alone until _end, which gives how
 * many were read. NULL: nobody does. */
typedef struct dn_effects_ahead dn_effects_ahead;
dn_effects_ahead *dn_effects_ahead_begin(const char *folder, const dn_migration *const *files,
                                         size_t count, const dn_digest *chain, dn_arena *arena);
/* `effects` may be NULL; 0 for NULL, and a second time. */
size_t dn_effects_ahead_end(dn_effects_ahead *ahead, dn_migration_effects *effects);
char *dn_effects_path(const char *folder, const char *tag, dn_arena *arena);
/* What the file of these effects is worth, if there is one; `why` as of dn_replay_judge_kept(). */
int dn_effects_compare(const char *folder, const dn_effects_file *made, dn_arena *arena,
                       dn_kept *kept, const char **why, dn_error *error);
/* False: it has these bytes already, or cannot be written, which is logged. */
bool dn_effects_write(const char *folder, const dn_effects_file *file, const dn_log *log);

#endif
