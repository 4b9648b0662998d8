/* SPDX-License-Identifier: MIT
 *
 * Private to `dunlin drift`: what a target holds otherwise than its tracker and the journal imply.
 *
 *   drift.c            the use case
 *   drift_find.c       the differences, from what was kept or by a replay
 *   drift_definition.c what the schema definition says of them
 *   drift_rename.c     what may have been renamed
 *   drift_fix.c        the migration that makes the journal agree
 *   drift_tell.c       the document
 */
#ifndef DN_ENGINE_DRIFT_H
#define DN_ENGINE_DRIFT_H

#include "core/engine/definition.h"
#include "core/engine/effects.h"
#include "core/engine/fingerprint.h"

typedef enum dn_stale {
    DN_STALE_DATABASE = 0, /* it was changed by hand */
    DN_STALE_TRACKER,      /* a migration that makes it so is not recorded */
    DN_STALE_JOURNAL,      /* a migration is missing */
    DN_STALE_DEFINITION
} dn_stale;

/* What the schema definition says of one thing. */
typedef enum dn_word {
    DN_WORD_NONE = 0, /* nobody asked it */
    DN_WORD_IMPLIED,  /* as the migrations make it */
    DN_WORD_FOUND,    /* as it is in the database */
    DN_WORD_OTHER
} dn_word;

typedef struct dn_deviation {
    const dunlin_fact *implied; /* by journal and tracker; NULL: nothing */
    const dunlin_fact *found;   /* in the database; NULL: nothing */
    const dunlin_fact *told;    /* by the definition, where that was asked */
    const char *tag;            /* of the migration that made it so, or NULL */
    const char *unrecorded; /* that makes it, too: so (DN_STALE_TRACKER), or otherwise; or NULL */
    dn_word word;
    dn_stale stale;
} dn_deviation;

typedef struct dn_drifting {
    dn_session *session;
    const dunlin_drift_options *options;
    dn_known known;
    dn_snapshot live;   /* all of it */
    dn_fact_map *found; /* without what is ignored; what cannot be seen is as implied */
    dn_unreadable unreadable;
    const char *how;  /* "fingerprint", "record", "cache", "shadow" */
    const char *note; /* what is not certain, or NULL */
    const dn_fact_map *implied;
    dn_evidence evidence; /* of a replay, or what files tell */
    bool replayed;
    dn_deviation *items;
    size_t count;
    size_t capacity;
    dn_fact_map *touched; /* what any migration changes */
    dn_fact_map *strange; /* whole objects that none does, the same as `legacy` */
    const dunlin_fact **legacy;
    size_t legacy_count;
    size_t accepted; /* deviations that somebody accepted */
    dn_differences
        allowed; /* they, but for those that a migration speaks of that is not recorded */
    const dn_rename_candidate *candidates; /* what may have been renamed by hand */
    size_t candidate_count;
    const char *definition;   /* path, or NULL */
    const char *not_compared; /* why the definition was not, or NULL */
    bool taken;               /* the state was accepted */
    dn_migration fix;
    bool fixed;
    const char *unwritten; /* why no migration was written that was asked for, or NULL */
    dn_error *error;
} dn_drifting;

/* Are two states of one thing alike? NULL: there is nothing. */
bool dn_drift_same(const dunlin_fact *left, const dunlin_fact *right);
bool dn_drift_same_key(const dunlin_fact *left, const dunlin_fact *right);
int dn_drift_add(dn_drifting *work, dn_deviation deviation);

/* Of an object that no migration knows, whole or a member, as far as was looked. */
bool dn_drift_is_legacy(const dn_drifting *work, const dunlin_fact *fact);

int dn_drift_find(dn_drifting *work);
/* With what was accepted (known), the schema (found) and the effects of migrations (evidence): what is allowed.
 * 1: not all effects are known, so that nothing tells. */
int dn_drift_find_accepted(dn_drifting *work);
int dn_drift_definition(dn_drifting *work);
/* A state with each deviation as it was found, or as it should be. NULL: failed. */
dn_fact_map *dn_drift_state(const dn_drifting *work, const dn_fact_map *from, bool found);
int dn_drift_renames(dn_drifting *work);
/* What to do if it was. NULL: no memory. */
const char *dn_drift_rename_mend(const dn_drifting *work);
int dn_drift_fix(dn_drifting *work);
int dn_drift_tell(dn_drifting *work);
/* What to do about it: commands as they are to be run here, and what they do. NULL: no memory. */
const char *dn_drift_mend(const dn_drifting *work, const dn_deviation *one);

#endif
