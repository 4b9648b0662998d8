/* SPDX-License-Identifier: MIT
 *
 * The state behind a migration as a side.
 */
#include <string.h>

#include "core/engine/side.h"
#include "core/state/replay.h"

typedef struct stating {
    dn_session *session;
    const char *tag;
    const dn_side *like;
    dn_shadow_choice choice;
    const char *given;
    const dn_migration **files; /* up to the one that is meant */
    dn_migration_effects *effects;
    size_t count;
    dn_replay *replay;
    dn_error *error;
} stating;

static int
list_files(stating *work)
{
    dn_session *session = work->session;
    const dn_journal *journal = &session->journal;

    /* Once more, with the files that are for this driver. */
    if (dn_session_journal_of(session, work->like->driver, work->error) < 0)
        return -1;
    work->files = dn_arena_array(&session->arena, journal->count + 1, sizeof *work->files);
    work->effects = dn_arena_array(&session->arena, journal->count + 1, sizeof *work->effects);
    if (!work->files || !work->effects)
        return dn_no_memory(work->error);
    for (size_t i = 0; i < journal->count; i++) {
        const dn_migration *one = &journal->migrations[i];

        work->files[work->count++] = one->has_file ? one : NULL;
        if (strcmp(one->tag, work->tag) == 0)
            return 0;
    }
    return dn_fail(work->error, DUNLIN_USAGE, "diff.unknown", "the journal lists no migration '%s'",
                   work->tag);
}

static int
replay(stating *work)
{
    dn_session *session = work->session;
    const dn_replay_options options = {
        .target = work->like->connection,
        .url = work->like->url,
        .shadow = work->choice.kind,
        .given = work->given,
        .translate = dn_session_translation(session, false),
        .folder = dn_snapshot_folder(session->project.migrations, work->like->driver->table.dialect,
                                     &session->arena),
        .log = session->log,
    };

    if (!options.folder)
        return dn_no_memory(work->error);
    return dn_replay_begin(&options, work->files, work->count, &session->arena, &work->replay,
                           work->error) < 0
               ? -1
               : dn_replay_effects(work->replay, work->effects, work->error);
}

/* What the history makes of an empty database. */
static int
fold(stating *work, dn_side *side)
{
    dn_session *session = work->session;
    const dunlin_profile *profile = dn_connection_server(work->like->connection)->profile;
    dn_side like = *work->like;
    dn_fact_map *facts;

    for (size_t i = 0; i < work->count; i++)
        if (!work->effects[i].known)
            return dn_fail(work->error, DUNLIN_FAILED, "diff.unknown-state",
                           "the state behind '%s' is not known: '%s': %s", work->tag,
                           session->journal.migrations[i].tag,
                           work->choice.kind == DN_SHADOW_NONE ? work->choice.why
                                                               : work->effects[i].why);
    like.facts = dn_fact_map_new(&session->arena,
                                 dn_driver_naming(dn_connection_capabilities(like.connection)));
    if (!like.facts)
        return dn_no_memory(work->error);
    if (dn_side_empty(session, &like, side, work->error) < 0)
        return -1;
    facts = (dn_fact_map *)side->facts;
    for (size_t i = 0; i < work->count; i++)
        if (dn_differences_apply(&work->effects[i].effects, facts, work->error) < 0)
            return -1;
    if (dn_ignore_apply(like.sight.ignore, facts, work->error) < 0)
        return -1;
    side->name = work->tag;
    side->source = "migration";
    side->target = NULL;
    side->snapshot = (dn_snapshot){
        .dialect = like.driver->table.dialect,
        .flavour =
            dn_arena_copy(&session->arena, profile->flavour.data, (size_t)profile->flavour.length),
        .server = profile->major,
        .grants = dn_connection_sees_grants(like.connection),
        .facts = facts,
    };
    return side->snapshot.flavour ? 0 : dn_no_memory(work->error);
}

int
dn_side_migration(dn_session *session, const char *tag, const dn_side *like, bool asked,
                  const char *given, dn_side *side, dn_error *error)
{
    static const dn_target plain = {.name = NULL};
    stating work = {.session = session, .tag = tag, .like = like, .given = given, .error = error};
    int answer;

    work.choice =
        dn_shadow_choose(like->connection, like->target ? like->target : &plain, asked, given);
    answer = list_files(&work) < 0 || replay(&work) < 0 || fold(&work, side) < 0 ? -1 : 0;
    dn_replay_end(work.replay);
    return answer;
}
