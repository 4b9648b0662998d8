/* SPDX-License-Identifier: MIT
 *
 * Private to the upkeep.
 */
#ifndef DN_ENGINE_UPKEEP_INTERNAL_H
#define DN_ENGINE_UPKEEP_INTERNAL_H

#include "core/engine/upkeep.h"

typedef struct keeping {
    dn_session *session;
    const dn_upkeep_options *options;
    dn_upkeep *upkeep;
    const char *folder; /* of effects */
    const char *head;
    uint64_t naming;
    dn_shadow_choice choice;
    const dn_migration **files;
    dn_migration_effects *effects;
    size_t count;
    dn_replay *replay;
    bool known;      /* the effects of all */
    dn_snapshot old; /* the head as it was; its facts are NULL when it cannot be read */
    dn_fact_map *old_facts;
    dn_error *error;
} keeping;

/* Behind the head. */
int dn_upkeep_definition(keeping *work);
int dn_upkeep_portable(keeping *work); /* the same for all databases */
int dn_upkeep_definition_put(keeping *work, const char *path, const dn_text *text);
int dn_upkeep_definition_leave(keeping *work, const char *path, const char *why);
/* The newest state. */
dn_side dn_upkeep_side(const keeping *work);
/* Does the history hold a state of these facts? `unlike` of them are otherwise in the newest. */
int dn_upkeep_was(keeping *work, const dn_fact_map *facts, size_t unlike, bool *answer);
/* Are there comments in it that are in neither text of dunlin's, and would be lost? */
bool dn_upkeep_has_remarks(const dn_text *present, const dn_text *written, const dn_text *anew);
/* Why a definition is left: it was edited; it is behind, and somebody's own text or, where it is `ours`, has
 * remarks of somebody's. */
int dn_upkeep_explain(keeping *work, const char *path, const dn_differences *differences,
                      const char **why);
int dn_upkeep_behind(keeping *work, const char *path, bool ours, const char **why);

#endif
