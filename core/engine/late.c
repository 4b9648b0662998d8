/* SPDX-License-Identifier: MIT */
#include "core/engine/late.h"

#include "core/engine/fresh.h"
#include "core/state/replay.h"
#include "core/state/snapshot.h"

typedef struct ordering {
    dn_session *session;
    const dn_migration **files;
    size_t count;
    dn_migration_effects *effects;
    dn_side made;
} ordering;

/* Through the last one that is applied. */
static size_t
length_of(const dn_session *session)
{
    const dn_reconciliation *found = &session->reconciliation;
    size_t length = 0;

    for (size_t i = 0; i < session->journal.count; i++)
        if (found->verdicts[i].recorded)
            length = i + 1;
    return length;
}

static int
begin(ordering *order, dn_session *session, size_t count, dn_error *error)
{
    order->session = session;
    order->files = dn_arena_array(&session->arena, count + 1, sizeof *order->files);
    order->effects = dn_arena_array(&session->arena, count + 1, sizeof *order->effects);
    return order->files && order->effects ? 0 : dn_no_memory(error);
}

static void
add(ordering *order, bool wanted, size_t at)
{
    if (wanted)
        order->files[order->count++] = &order->session->journal.migrations[at];
}

/* 1: not all of them are known. What keeps a replay from being made is no reason to stop. */
static int
fold(ordering *order, dn_error *error)
{
    dn_session *session = order->session;
    const dn_replay_options options = {
        .target = session->connection,
        .url = session->url,
        .shadow = dn_shadow_choose(session->connection, session->target, session->shadow,
                                   session->shadow_url)
                      .kind,
        .given = session->shadow_url,
        .translate = dn_session_translation(session, false),
        .folder = dn_snapshot_folder(session->project.migrations, session->driver->table.dialect,
                                     &session->arena),
        .log = session->log,
    };
    dn_auto(dn_replay) *replay = NULL;

    if (!options.folder)
        return dn_no_memory(error);
    if (dn_replay_begin(&options, order->files, order->count, &session->arena, &replay, error) <
            0 ||
        dn_replay_effects(replay, order->effects, error) < 0) {
        if (dn_error_ends_all(error))
            return -1;
        dn_log_debug(&session->log, "entries that arrived late are not replayed: %s",
                     error->message);
        dn_error_clear(error);
        return 1;
    }
    return dn_fresh_fold(session, order->effects, order->count, &order->made, error);
}

int
dn_late_replay(void *context, bool *equal, dn_error *error)
{
    static const dn_compare_options all = {.spelling = true};
    dn_session *session = context;
    size_t count = length_of(session);
    ordering listed = {.count = 0};
    ordering behind = {.count = 0};
    dn_differences differences = {0};
    int answer;

    *equal = false;
    if (begin(&listed, session, count, error) < 0 || begin(&behind, session, count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const dn_verdict *verdict = &session->reconciliation.verdicts[i];

        add(&listed, verdict->recorded || verdict->pending, i);
        add(&behind, verdict->recorded, i);
    }
    for (size_t i = 0; i < count; i++)
        add(&behind,
            !session->reconciliation.verdicts[i].recorded &&
                session->reconciliation.verdicts[i].pending,
            i);
    answer = fold(&listed, error);
    if (answer == 0)
        answer = fold(&behind, error);
    if (answer != 0)
        return answer;
    if (dn_schema_compare(listed.made.facts, behind.made.facts, &all, &session->arena, &differences,
                          error) < 0)
        return -1;
    *equal = differences.count == 0;
    return 0;
}
