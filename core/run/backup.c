/* SPDX-License-Identifier: MIT
 *
 * Backups of file databases, kept beside them. Names are <UTC time>-<id>.backup, so that sorting
 * by name is sorting by age, and nothing else is ever removed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/run/run.h"

/* 20261123T105410.123456Z-0123abcd.backup */
static const char pattern[] = "ddddddddTdddddd.ddddddZ-xxxxxxxx.backup";

static bool
is_backup_name(const char *name)
{
    if (strlen(name) != sizeof(pattern) - 1)
        return false;
    for (size_t i = 0; pattern[i]; i++) {
        bool digit = name[i] >= '0' && name[i] <= '9';

        if (pattern[i] == 'd') {
            if (!digit)
                return false;
        } else if (pattern[i] == 'x') {
            if (!digit && !(name[i] >= 'a' && name[i] <= 'f'))
                return false;
        } else if (name[i] != pattern[i]) {
            return false;
        }
    }
    return true;
}

const char *
dn_backup_folder(const dunlin_server *server, dn_arena *arena)
{
    if (!server->path.length)
        return NULL;
    return dn_arena_printf(arena, "%.*s-dunlin-backups", (int)server->path.length,
                           server->path.data);
}

static const char *
make_name(dn_arena *arena)
{
    char id[33];
    char at[32];

    dn_random_id(id);
    dn_clock_format(dn_clock_wall_us(), at); /* 2026-11-23T10:54:10.123456Z */
    return dn_arena_printf(arena, "%.4s%.2s%.2sT%.2s%.2s%.2s.%.6sZ-%.8s.backup", at, at + 5, at + 8,
                           at + 11, at + 14, at + 17, at + 20, id);
}

static const char *
time_of(dn_arena *arena, const char *name)
{
    return dn_arena_printf(arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.%.6sZ", name, name + 4, name + 6,
                           name + 9, name + 11, name + 13, name + 16);
}

static int
fill(const char *path, const char *name, dn_arena *arena, dn_backup *backup, dn_error *error)
{
    struct stat facts;

    if (stat(path, &facts) < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot read", path);
    backup->path = path;
    backup->name = name;
    backup->bytes = facts.st_size;
    backup->taken_at = is_backup_name(name) ? time_of(arena, name) : NULL;
    return 0;
}

/* A copy that cannot be removed is no reason to stop: it is only one too many. */
static void
prune(const char *folder, int keep, const dn_log *log, dn_arena *arena)
{
    dn_folder_entry *entries;
    size_t count;
    size_t ours = 0;
    dn_error ignored;

    if (keep < 1 || dn_folder_list(arena, folder, &entries, &count, &ignored) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        ours += is_backup_name(entries[i].name);
    for (size_t i = 0; i < count && ours > (size_t)keep; i++) {
        const char *path;

        if (!is_backup_name(entries[i].name))
            continue;
        path = dn_path_join(arena, folder, entries[i].name);
        ours--;
        if (path && unlink(path) < 0)
            dn_log_warning(log, "cannot remove the old backup '%s'", path);
    }
}

int
dn_backup_take(dn_connection *connection, const char *url, const char *destination, int keep,
               const dn_log *log, dn_arena *arena, dn_backup *backup, dn_error *error)
{
    const char *folder = dn_backup_folder(dn_connection_server(connection), arena);
    const char *name = destination ? destination : make_name(arena);
    const char *path = destination;
    dunlin_backup_options options = {.size = sizeof(options), .content = DUNLIN_BACKUP_FULL};

    if (!destination) {
        if (!folder)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "backup.no-file",
                           "this database is not a file, so it has no backups beside it");
        if (dn_folder_create(folder, error) < 0)
            return dn_while(error, "taking a backup");
        path = dn_path_join(arena, folder, name);
    }
    if (!path || !name)
        return dn_no_memory(error);
    options.path = dn_string(path);
    if (dn_driver_backup(dn_connection_driver(connection), url, &options, log, error) < 0)
        return dn_while(error, "taking a backup to '%s'", path);
    if (!destination)
        prune(folder, keep, log, arena);
    return fill(path, name, arena, backup, error);
}

int
dn_backup_list(const char *folder, dn_arena *arena, dn_backup **backups, size_t *count,
               dn_error *error)
{
    dn_folder_entry *entries;
    size_t entry_count;

    *backups = NULL;
    *count = 0;
    if (access(folder, F_OK) < 0)
        return 0;
    if (dn_folder_list(arena, folder, &entries, &entry_count, error) < 0)
        return -1;
    *backups = (dn_backup *)dn_arena_array(arena, entry_count + 1, sizeof(**backups));
    if (!*backups)
        return dn_no_memory(error);
    for (size_t i = entry_count; i-- > 0;) {
        const char *path;

        if (!is_backup_name(entries[i].name))
            continue;
        path = dn_path_join(arena, folder, entries[i].name);
        if (!path)
            return dn_no_memory(error);
        if (fill(path, entries[i].name, arena, &(*backups)[*count], error) < 0)
            return -1;
        (*count)++;
    }
    return 0;
}
