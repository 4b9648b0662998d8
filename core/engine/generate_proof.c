/* SPDX-License-Identifier: MIT */
#include "core/engine/generate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/file.h"

enum { MOST_TOLD = 3 };

/* --- replaying -------------------------------------------------------------------------------------- */

static int
replay(dn_generation *work, const dn_migration *const *files, size_t count,
       dn_migration_effects **effects)
{
    dn_session *session = work->session;
    dn_arena *arena = &session->arena;
    dn_replay_options options = {
        .target = work->like.connection,
        .url = work->like.url,
        .shadow = work->choice.kind,
        .given = work->options->shadow_url,
        .translate = dn_session_translation(session, false),
        .log = session->log,
    };
    dn_replay *run = NULL;
    int answer;

    *effects = dn_arena_array(arena, count + 1, sizeof **effects);
    options.folder =
        dn_snapshot_folder(session->project.migrations, work->like.driver->table.dialect, arena);
    if (!*effects || !options.folder)
        return dn_no_memory(work->error);
    answer = dn_replay_begin(&options, files, count, arena, &run, work->error) < 0
                 ? -1
                 : dn_replay_effects(run, *effects, work->error);
    dn_replay_end(run);
    return answer;
}

/* --- the new migration ------------------------------------------------------------------------------ */

/* A text as a migration, in a file that nobody sees and nothing has to remove. */
typedef struct unseen {
    dn_fd fd;
    char path[32];
    dn_migration migration;
} unseen;

static int
hide(dn_generation *work, const char *text, const char *name, unseen *file)
{
    size_t length = strlen(text);
    size_t done = 0;

    file->fd = memfd_create("dunlin-generate", MFD_CLOEXEC);
    while (file->fd >= 0 && done < length) {
        ssize_t count = write(file->fd, text + done, length - done);

        if (count < 0 && errno != EINTR)
            break;
        done += count > 0 ? (size_t)count : 0;
    }
    if (file->fd < 0 || done < length)
        return dn_fail_errno(work->error, "file.unwritable", "cannot write", "a file in memory");
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
    file->migration = (dn_migration){.tag = name,
                                     .path = file->path,
                                     .size = length,
                                     .raw = dn_hash_of(text, length),
                                     .listed = true,
                                     .has_file = true};
    return 0;
}

/* What the server says names the file. */
static const char *
without_path(dn_generation *work, const unseen *file, const char *why)
{
    const char *place = strstr(why, file->path);

    return place ? dn_arena_printf(&work->session->arena, "%.*sthe new migration%s",
                                   (int)(place - why), why, place + strlen(file->path))
                 : why;
}

int
dn_generate_differs(dn_generation *work, const dn_differences *differences, const char *wanted)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    for (size_t i = 0; i < differences->count && i < MOST_TOLD; i++) {
        const dn_difference *one = &differences->items[i];
        const dunlin_fact *key = dn_difference_key(one);

        dn_text_add_string(&text, i ? "; " : "");
        dn_fact_describe(&text, key->kind, key->path, key->path_count);
        dn_text_add_string(&text, !one->before  ? " is missing"
                                  : !one->after ? " is too much"
                                                : " is different");
    }
    if (differences->count > MOST_TOLD)
        dn_text_printf(&text, "; and %zu more", differences->count - MOST_TOLD);
    if (text.failed)
        return dn_no_memory(work->error);
    return dn_fail(work->error, DUNLIN_FAILED, "generate.unproved",
                   "the new migration does not lead to '%s', and is not written: %s", wanted,
                   text.data);
}

/* Behind the history and the texts up to this one. */
static int
compare_with(dn_generation *work, dn_fact_map *facts, const dn_side *wanted,
             dn_differences *differences)
{
    if (dn_ignore_apply(work->like.sight.ignore, facts, work->error) < 0)
        return -1;
    return dn_schema_compare(facts, wanted->facts, &dn_diff_comparison, &work->session->arena,
                             differences, work->error);
}

static int
prove_up(dn_generation *work, const unseen *file, const dn_migration_effects *effects,
         dn_fact_map *facts)
{
    dn_differences differences;

    if (!effects->known)
        return dn_fail(work->error, DUNLIN_FAILED, "generate.unproved",
                       "the new migration does not run, and is not written: %s",
                       without_path(work, file, effects->why));
    if (dn_differences_apply(&effects->effects, facts, work->error) < 0 ||
        compare_with(work, facts, &work->after, &differences) < 0)
        return -1;
    return differences.count ? dn_generate_differs(work, &differences, work->after.name) : 0;
}

static int
prove_down(dn_generation *work, const unseen *file, const dn_migration_effects *effects,
           dn_fact_map *facts)
{
    dn_differences differences;

    if (!effects->known) {
        work->no_down = dn_arena_printf(&work->session->arena, "it would not run: %s",
                                        without_path(work, file, effects->why));
        return work->no_down ? 0 : dn_no_memory(work->error);
    }
    if (dn_differences_apply(&effects->effects, facts, work->error) < 0 ||
        compare_with(work, facts, &work->before, &differences) < 0)
        return -1;
    if (differences.count)
        work->no_down = "it would not lead back to the schema from before";
    return 0;
}

int
dn_generate_prove(dn_generation *work, const char *up, const char *down)
{
    dn_arena *arena = &work->session->arena;
    unseen files[2] = {{.fd = -1}, {.fd = -1}};
    size_t count = work->count + (down ? 2 : 1);
    const dn_migration **list = dn_arena_array(arena, count, sizeof *list);
    dn_fact_map *facts = dn_fact_map_copy(work->before.facts, arena, work->error);
    dn_migration_effects *effects = NULL;
    int answer = -1;

    if (!list || !facts)
        return dn_no_memory(work->error);
    if (hide(work, up, "the new migration", &files[0]) == 0 &&
        (!down || hide(work, down, "its way back", &files[1]) == 0)) {
        for (size_t i = 0; i < count; i++)
            list[i] = i < work->count ? work->files[i]
                                      : (const dn_migration *)&files[i - work->count].migration;
        answer = replay(work, list, count, &effects);
    }
    if (answer == 0)
        answer = prove_up(work, &files[0], &effects[work->count], facts);
    if (answer == 0 && down)
        answer = prove_down(work, &files[1], &effects[work->count + 1], facts);
    dn_fd_cleanup(&files[0].fd);
    dn_fd_cleanup(&files[1].fd);
    return answer;
}

int
dn_generate_run(dn_generation *work, dn_connection *connection, const char *text,
                size_t *statements)
{
    unseen file = {.fd = -1};
    int answer = hide(work, text, "", &file);

    if (answer == 0)
        answer = dn_definition_load(connection, file.path, statements, work->error);
    dn_fd_cleanup(&file.fd);
    return answer;
}
