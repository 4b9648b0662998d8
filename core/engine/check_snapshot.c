/* SPDX-License-Identifier: MIT
 *
 * What lies under meta/_dunlin, held against what the migrations make: the head snapshot and the files
 * of effects.
 */
#include <string.h>

#include "core/base/file.h"
#include "core/engine/check.h"

static dn_arena *
arena_of(const dn_check_replay *work)
{
    return &work->checking->session->arena;
}

/* --- the head snapshot ---------------------------------------------------------------------------------- */

/* What `snapshot` can do by itself, on a target for development, has to be allowed elsewhere. */
static const char *
how_to_mend(const dn_check_replay *work)
{
    const dn_check_ground *ground = work->ground;
    const char *given = ground->given ? dn_url_redact(arena_of(work), ground->given) : NULL;
    const char *verb = given ? dn_arena_printf(arena_of(work), "snapshot --shadow-url %s", given)
                       : ground->choice.kind == DN_SHADOW_DATABASE && !ground->target.development
                           ? "snapshot --shadow"
                           : "snapshot";
    const char *mend = verb ? dn_checks_command_there(work, verb) : NULL;

    if (!mend)
        dn_no_memory(work->error);
    return mend;
}

static int
read_file(dn_check_replay *work, const char *path, dn_text *text, dn_snapshot *snapshot)
{
    return dn_file_read(path, text, work->error) < 0 ||
                   dn_snapshot_read(path, text->data ? text->data : "", text->length,
                                    arena_of(work), snapshot, work->error) < 0
               ? -1
               : 0;
}

/* 1: `summary` says why it tells nothing here. */
static int
read_snapshot(dn_check_replay *work, const char *path, dn_snapshot *snapshot, const char **summary)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_fact_map *facts;

    if (read_file(work, path, &text, snapshot) < 0 ||
        dn_snapshot_facts(snapshot->facts, dn_fact_map_naming(work->side.facts), arena_of(work),
                          &facts, work->error) < 0)
        return -1;
    snapshot->facts = facts;
    if (strcmp(snapshot->flavour, work->side.snapshot.flavour) == 0 &&
        snapshot->server == work->side.snapshot.server)
        return 0;
    *summary = dn_arena_printf(arena_of(work),
                               "it was taken on %s %lld, and migrations are replayed on %s %lld",
                               snapshot->flavour, (long long)snapshot->server,
                               work->side.snapshot.flavour, (long long)work->side.snapshot.server);
    return *summary ? 1 : dn_no_memory(work->error);
}

/* One that was taken when "grants" was not what it is now is to be taken anew; all else is compared. */
static int
level_grants(dn_check_replay *work, dn_check_item *check, const char *path, dn_snapshot *made,
             dn_snapshot *snapshot)
{
    if (made->grants != snapshot->grants)
        dn_checks_problem(work->checking, check, path,
                          made->grants
                              ? "it was taken without grants, which are part of the schema"
                              : "it was taken with grants, which are no part of the schema",
                          NULL);
    return dn_snapshot_level(made, snapshot, arena_of(work), work->error);
}

static int
compare_snapshot(dn_check_replay *work, dn_check_item *check, const char *path, const char *mend)
{
    dn_snapshot made = work->side.snapshot;
    dn_snapshot snapshot;
    const char *summary = NULL;
    int answer;

    made.facts = work->side.facts;
    answer = read_snapshot(work, path, &snapshot, &summary);
    if (answer > 0)
        dn_checks_end(work->checking, check, DN_CHECK_UNVERIFIED, summary, NULL);
    if (answer)
        return answer < 0 ? -1 : 0;
    if (level_grants(work, check, path, &made, &snapshot) < 0 ||
        dn_checks_differences(work->checking, check, made.facts, snapshot.facts,
                              &dn_diff_comparison, "the snapshot", work->error) < 0)
        return -1;
    return dn_checks_conclude(
        work->checking, check, "the head snapshot is what the migrations make",
        "the head snapshot is not what the migrations make", mend, work->error);
}

static int
tell_illegible(dn_check_replay *work, dn_check_item *check, const char *mend)
{
    if (dn_error_ends_all(work->error))
        return -1;
    dn_checks_problem(work->checking, check, NULL, work->error->message, NULL);
    dn_error_clear(work->error);
    dn_checks_end(work->checking, check, DN_CHECK_DISAGREES, "the head snapshot cannot be read",
                  mend);
    return 0;
}

static int
check_snapshot(dn_check_replay *work, const char *path)
{
    const char *mend = how_to_mend(work);
    dn_check_item check;

    if (!mend)
        return -1;
    dn_checks_begin(work->checking, &check, "snapshot", work->ground->dialect, path);
    if (!dn_file_exists(path)) {
        dn_checks_problem(work->checking, &check, path, "the file is missing", NULL);
        dn_checks_end(work->checking, &check, DN_CHECK_DISAGREES, "there is no head snapshot",
                      mend);
        return 0;
    }
    return compare_snapshot(work, &check, path, mend) < 0 ? tell_illegible(work, &check, mend) : 0;
}

/* Where nothing tells what the migrations make. One that can be read is not told of. */
int
dn_checks_snapshot_alone(dn_check_replay *work)
{
    const char *head = dn_snapshot_head_path(work->checking->session->project.migrations,
                                             work->ground->driver->table.dialect, arena_of(work));
    const char *mend = how_to_mend(work);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_snapshot snapshot;
    dn_check_item check;

    if (!head || !mend)
        return dn_no_memory(work->error);
    if (!dn_file_exists(head) || read_file(work, head, &text, &snapshot) == 0)
        return 0;
    dn_checks_begin(work->checking, &check, "snapshot", work->ground->dialect, head);
    return tell_illegible(work, &check, mend);
}

/* --- files of effects ----------------------------------------------------------------------------------- */

typedef struct kept_files {
    dn_check_item check;
    const char *folder;
    bool expected; /* one for each migration */
    size_t counts[DN_KEPT_BROKEN + 1];
} kept_files;

static int
judge_file(dn_check_replay *work, kept_files *files, size_t at)
{
    const char *tag = work->checking->session->journal.migrations[at].tag;
    const char *why = NULL;
    dn_kept kept;

    if (dn_replay_judge_kept(work->replay, files->folder, at, &work->effects[at], &kept, &why,
                             work->error) < 0)
        return -1;
    files->counts[kept]++;
    if (kept == DN_KEPT_DIFFERENT)
        why = "its file of effects says otherwise than a replay";
    else if (kept == DN_KEPT_NONE && files->expected)
        why = "its file of effects is missing";
    else if (kept != DN_KEPT_BROKEN)
        return 0;
    dn_checks_problem(work->checking, &files->check, tag, why, NULL);
    return 0;
}

static int
check_effects(dn_check_replay *work, const char *folder, bool expected)
{
    kept_files files = {.folder = folder, .expected = expected};
    const char *mend = how_to_mend(work);
    const char *summary;

    if (!mend)
        return -1;
    dn_checks_begin(work->checking, &files.check, "effects", work->ground->dialect, folder);
    for (size_t i = 0; i < work->count; i++)
        if (judge_file(work, &files, i) < 0)
            return -1;
    summary = dn_arena_printf(arena_of(work),
                              "%zu files of effects tell what a replay tells, %zu are of another "
                              "content, server or version of dunlin and count for nothing",
                              files.counts[DN_KEPT_SAME], files.counts[DN_KEPT_STALE]);
    if (!summary)
        return dn_no_memory(work->error);
    return dn_checks_conclude(work->checking, &files.check, summary,
                              "files of effects are not what the migrations do", mend, work->error);
}

/* 1: there is one for some migration. */
static int
has_effects(const dn_check_replay *work, const char *folder)
{
    for (size_t i = 0; i < work->count; i++) {
        const char *path = dn_arena_printf(arena_of(work), "%s/%s.effects.json", folder,
                                           work->checking->session->journal.migrations[i].tag);

        if (!path)
            return dn_no_memory(work->error);
        if (dn_file_exists(path))
            return 1;
    }
    return 0;
}

/* --- both ------------------------------------------------------------------------------------------------- */

/* `migrate` and `snapshot` write both, where they can replay; elsewhere a head alone. Effects alone are
 * what `doctor` left, for itself. */
int
dn_checks_snapshots(dn_check_replay *work)
{
    const dn_project *project = &work->checking->session->project;
    const dn_check_ground *ground = work->ground;
    const char *dialect = ground->driver->table.dialect;
    const char *folder = dn_snapshot_folder(project->migrations, dialect, arena_of(work));
    const char *head = dn_snapshot_head_path(project->migrations, dialect, arena_of(work));
    bool replays = ground->choice.kind == DN_SHADOW_MEMORY || ground->target.development;
    bool kept;
    int has;

    if (!folder || !head)
        return dn_no_memory(work->error);
    has = has_effects(work, folder);
    if (has < 0)
        return -1;
    kept = dn_file_exists(head) || project->snapshots == DN_SNAPSHOTS_ON ||
           (has && project->snapshots == DN_SNAPSHOTS_AUTO && ground->target.development);
    if (kept && check_snapshot(work, head) < 0)
        return -1;
    return has || (kept && replays) ? check_effects(work, folder, kept) : 0;
}
