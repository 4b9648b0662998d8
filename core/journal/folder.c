/* SPDX-License-Identifier: MIT
 *
 * The migrations folder: one listing, in which files are found by name.
 */
#include "core/journal/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int
dn_sql_folder_open(dn_sql_folder *folder, const char *path, dn_arena *arena, dn_error *error)
{
    dn_folder_entry *names = NULL;

    *folder = (dn_sql_folder){.fd = -1};
    folder->path = dn_arena_text(arena, path);
    if (!folder->path)
        return dn_no_memory(error);
    if (dn_folder_list(arena, path, &names, &folder->count, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return -1;
        return dn_fail(error, DUNLIN_MISSING, "journal.folder-missing",
                       "there is no migrations folder '%s'", path);
    }
    folder->names = names;
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot open the folder", path);
    return 0;
}

/* A name that is never put together. */
typedef struct wanted_name {
    const char *tag;
    size_t tag_length;
    const char *suffix;
} wanted_name;

static int
compare_wanted(const void *key, const void *element)
{
    const wanted_name *wanted = key;
    const char *name = ((const dn_folder_entry *)element)->name;
    int order = strncmp(wanted->tag, name, wanted->tag_length);

    return order ? order : strcmp(wanted->suffix, name + wanted->tag_length);
}

const char *
dn_sql_folder_find(const dn_sql_folder *folder, const char *tag, size_t length, const char *suffix)
{
    wanted_name wanted = {tag, length, suffix};
    const dn_folder_entry *found = NULL;

    if (folder->count)
        found =
            bsearch(&wanted, folder->names, folder->count, sizeof *folder->names, compare_wanted);
    return found && !found->folder ? found->name : NULL;
}

/* Index of the first name that is not before <tag>. */
static size_t
lower_bound(const dn_sql_folder *folder, const char *tag)
{
    size_t low = 0;
    size_t high = folder->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(folder->names[middle].name, tag) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
dn_sql_folder_has(const dn_sql_folder *folder, const char *tag)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(tag);

    if (dn_sql_folder_find(folder, tag, length, ".sql"))
        return true;
    for (size_t i = lower_bound(folder, tag); i < folder->count; i++) {
        const char *name = folder->names[i].name;
        size_t word;

        if (strncmp(name, tag, length) != 0)
            break;
        if (folder->names[i].folder || name[length] != '.')
            continue;
        word = strspn(name + length + 1, words);
        if (word && strcmp(name + length + 1, "down.sql") != 0 &&
            strcmp(name + length + 1 + word, ".sql") == 0)
            return true;
    }
    return false;
}

int
dn_sql_folder_resolve(const dn_sql_folder *folder, const char *override, dn_arena *arena,
                      dn_migration *migration, dn_error *error)
{
    const char *tag = migration->tag;
    size_t length = strlen(tag);
    const char *name = override ? dn_sql_folder_find(folder, tag, length, override) : NULL;
    const char *down = dn_sql_folder_find(folder, tag, length, ".down.sql");

    if (!name)
        name = dn_sql_folder_find(folder, tag, length, ".sql");
    if (down) {
        migration->down_path = dn_path_join(arena, folder->path, down);
        if (!migration->down_path)
            return dn_no_memory(error);
    }
    if (!name)
        return 0;
    migration->path = dn_path_join(arena, folder->path, name);
    if (!migration->path)
        return dn_no_memory(error);
    migration->has_file = true;
    return 0;
}
