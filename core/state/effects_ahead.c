/* SPDX-License-Identifier: MIT
 *
 * Files of effects, read in a thread while the caller looks at the target. Those that are not as they
 * were written end it: what is to be said of them is said by whoever reads on.
 */
#include <fcntl.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/thread.h"
#include "core/state/replay_internal.h"

enum { THREAD_FROM = 32 }; /* fewer files are read faster than a thread is made */

struct dn_effects_ahead {
    pthread_t thread;
    bool running;
    const char *folder;
    const dn_migration *const *files;
    const dn_digest *chain;
    size_t count;
    dn_arena *arena; /* the thread's, as long as it runs */
    dn_migration_effects *effects;
    size_t read;
};

static bool
read_one(dn_effects_ahead *ahead, dn_fd folder, size_t at, dn_effects_room *room)
{
    const dn_migration *file = ahead->files[at];
    dn_effects_file kept = {.chain = ahead->chain[at], .effects = {.known = true}};
    dn_error ignored;

    if (!file || !file->has_file)
        return false;
    dn_text_clear(&room->name);
    dn_text_add_string(&room->name, file->tag);
    dn_text_add_string(&room->name, DN_EFFECTS_SUFFIX);
    dn_text_clear(&room->text);
    dn_error_clear(&ignored);
    if (room->name.failed || dn_file_read_at(folder, room->name.data, &room->text, &ignored) < 0 ||
        dn_effects_read_lines(&kept, room, ahead->arena) != 0)
        return false;
    ahead->effects[at] = kept.effects;
    return true;
}

static void *
read_all(void *context)
{
    dn_effects_ahead *ahead = context;
    dn_effects_room room = {.text = DN_TEXT_INIT, .arena = DN_ARENA_INIT};
    dn_auto(dn_fd) folder = open(ahead->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    while (folder >= 0 && ahead->read < ahead->count && read_one(ahead, folder, ahead->read, &room))
        ahead->read++;
    dn_effects_room_free(&room);
    return NULL;
}

dn_effects_ahead *
dn_effects_ahead_begin(const char *folder, const dn_migration *const *files, size_t count,
                       const dn_digest *chain, dn_arena *arena)
{
    dn_effects_ahead *ahead = count < THREAD_FROM ? NULL : dn_arena_alloc(arena, sizeof *ahead);

    if (!ahead)
        return NULL;
    *ahead = (dn_effects_ahead){
        .folder = folder, .files = files, .chain = chain, .count = count, .arena = arena};
    ahead->effects = dn_arena_array(arena, count, sizeof *ahead->effects);
    ahead->running = ahead->effects && dn_thread_start(&ahead->thread, read_all, ahead);
    return ahead->running ? ahead : NULL;
}

size_t
dn_effects_ahead_end(dn_effects_ahead *ahead, dn_migration_effects *effects)
{
    if (!ahead || !ahead->running)
        return 0;
    pthread_join(ahead->thread, NULL);
    ahead->running = false;
    if (effects && ahead->read)
        memcpy(effects, ahead->effects, ahead->read * sizeof *effects);
    return ahead->read;
}
