/* SPDX-License-Identifier: MIT
 *
 * Reading the tracker and, where it says nothing, what else the database holds.
 */
#include <string.h>

#include "core/state/state_internal.h"

/* Trackers, ours and other tools', are nobody's schema. */
static bool
is_bookkeeping(const dn_tracker *tracker, const char *name)
{
    return strncmp(name, DN_TRACKER_PREFIX, strlen(DN_TRACKER_PREFIX)) == 0 ||
           strcmp(name, tracker->table) == 0 ||
           (tracker->form && tracker->form->other && strcmp(name, tracker->form->other) == 0);
}

static int
look_for_objects(dn_connection *connection, const dn_ignore *ignore, dn_arena *arena,
                 dn_observation *observation, dn_error *error)
{
    dn_object *objects;
    size_t count;
    size_t kept = 0;

    if (dn_connection_objects(connection, arena, &objects, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!is_bookkeeping(&observation->tracker, objects[i].name) &&
            !dn_ignore_hides_object(ignore, dn_connection_namespace(connection), objects[i].kind,
                                    objects[i].name))
            objects[kept++] = objects[i];
    observation->objects = objects;
    observation->object_count = kept;
    return 0;
}

/* A plan of sqitch says that there may be its tables elsewhere. */
static int
look_for_registry(dn_connection *connection, dn_arena *arena, dn_observation *observation,
                  dn_error *error)
{
    const dn_claimant *sqitch = dn_claimant_find("sqitch");

    if (dn_claim_read_registry(connection, sqitch, observation->journal->plan_project, arena,
                               &observation->claimed_in, &observation->claim, error) < 0)
        return -1;
    if (observation->claimed_in)
        observation->claimant = sqitch;
    return 0;
}

/* A table of a tool that only claims. */
static int
look_for_claims(dn_connection *connection, dn_arena *arena, dn_observation *observation,
                dn_error *error)
{
    for (size_t i = 0; i < observation->object_count; i++) {
        const char *name = observation->objects[i].name;
        const dn_claimant *claimant = dn_claimant_named(dn_string(name));

        if (!claimant || dn_claimant_is_other(claimant, dn_string(name)))
            continue;
        observation->claimant = claimant;
        observation->claimed_in = name;
        return dn_claim_read(connection, claimant, name, arena, &observation->claim, error);
    }
    return observation->journal->plan ? look_for_registry(connection, arena, observation, error)
                                      : 0;
}

/* Nothing is recorded or begun, so whatever the database holds is not ours. */
static bool
is_blank(const dn_observation *observation)
{
    return !observation->tracker.count && !observation->unfinished_count &&
           observation->journal->count;
}

static int
observe_tracker(dn_connection *connection, dn_journal *journal, const dn_sight *sight,
                dn_tracker_depth depth, dn_arena *arena, dn_observation *observation,
                dn_error *error)
{
    memset(observation, 0, sizeof(*observation));
    observation->journal = journal;
    if (dn_tracker_read(connection, journal->layout, sight ? sight->tracker : NULL, depth, arena,
                        &observation->tracker, error) < 0 ||
        dn_journal_finish(journal, error) < 0 ||
        dn_tracker_spread_rows(connection, &observation->tracker, journal, arena, error) < 0 ||
        dn_state_match(observation, sight, arena, error) < 0)
        return -1;
    for (size_t i = 0; i < journal->count; i++) {
        dn_match *match = &observation->matches[i];

        if (match->edit != DN_EDIT_CHANGED)
            continue;
        if (dn_state_explain_edit(connection, &observation->tracker, &journal->migrations[i], match,
                                  error) < 0)
            return -1;
        if (journal->migrations[i].repeated && match->edit == DN_EDIT_CHANGED)
            *match = (dn_match){.row = NULL}; /* to be run again */
    }
    if (observation->tracker.count && depth == DN_TRACKER_MATCH)
        return 0;
    if (dn_state_explain_unknown(connection, observation, arena, error) < 0)
        return -1;
    /* A first run that stopped part-way leaves objects and no row: they are its own. */
    if (dn_tracker_unfinished(connection, arena, &observation->unfinished,
                              &observation->unfinished_count, error) < 0)
        return -1;
    if (!observation->unfinished_count)
        return 0;
    return dn_tracker_refused(connection, arena, &observation->refused, &observation->refused_count,
                              error);
}

int
dn_observe(dn_connection *connection, dn_journal *journal, const dn_sight *sight,
           dn_tracker_depth depth, dn_arena *arena, dn_observation *observation, dn_error *error)
{
    dn_observation again;

    if (observe_tracker(connection, journal, sight, depth, arena, observation, error) < 0)
        return -1;
    if (!is_blank(observation) || (sight && sight->unasked))
        return 0;
    if (look_for_objects(connection, sight ? sight->ignore : NULL, arena, observation, error) < 0 ||
        look_for_claims(connection, arena, observation, error) < 0)
        return -1;
    if (!observation->object_count)
        return 0;
    /* Without the lock, another run may have committed between the two reads. Its objects came
     * with their rows, so they are there now. */
    if (observe_tracker(connection, journal, sight, depth, arena, &again, error) < 0)
        return -1;
    if (!is_blank(&again))
        *observation = again;
    return 0;
}
