/* SPDX-License-Identifier: MIT
 *
 * The part of file.h that makes and lists folders.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"

static bool
is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* mkdir() may fail with EROFS or EACCES before it looks whether the folder is there. */
static int
create_one(const char *path, dn_error *error)
{
    int code;

    if (mkdir(path, 0777) == 0)
        return 0;
    code = errno;
    if (is_folder(path))
        return 0;
    errno = code;
    if (code == EEXIST || code == ENOTDIR)
        return dn_fail(error, DUNLIN_EXISTS, "file.not-folder",
                       "cannot create the folder '%s': something else is in its place", path);
    return dn_fail_errno(
        error, dn_errno_status(code) == DUNLIN_DISK_FULL ? "file.disk-full" : "file.unwritable",
        "cannot create the folder", path);
}

int
dn_folder_create(const char *path, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char *part = dn_arena_text(&arena, path);

    if (!part)
        return dn_no_memory(error);
    if (!*path)
        return dn_fail(error, DUNLIN_MISSING, "file.missing", "the name of a folder is empty");
    for (char *slash = part + 1; *part && (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (create_one(part, error) < 0)
            return -1;
        *slash = '/';
    }
    return create_one(path, error);
}

typedef DIR *folder_handle;
static void
folder_handle_cleanup(folder_handle *folder)
{
    if (*folder)
        closedir(*folder);
}

enum entry_kind { ENTRY_OTHER, ENTRY_FILE, ENTRY_FOLDER };

static enum entry_kind
kind_of(DIR *folder, const struct dirent *entry)
{
    struct stat status;

    if (entry->d_type == DT_REG)
        return ENTRY_FILE;
    if (entry->d_type == DT_DIR)
        return ENTRY_FOLDER;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return ENTRY_OTHER;
    if (fstatat(dirfd(folder), entry->d_name, &status, 0) < 0)
        return ENTRY_OTHER;
    return S_ISREG(status.st_mode)   ? ENTRY_FILE
           : S_ISDIR(status.st_mode) ? ENTRY_FOLDER
                                     : ENTRY_OTHER;
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(((const dn_folder_entry *)a)->name, ((const dn_folder_entry *)b)->name);
}

static int
fail_to_list(const char *path, dn_error *error)
{
    const char *id = errno == ENOENT    ? "file.missing"
                     : errno == ENOTDIR ? "file.not-folder"
                     : errno == ENOMEM  ? "memory"
                                        : "file.unreadable";

    return dn_fail_errno(error, id, "cannot read the folder", path);
}

int
dn_folder_visit_all(dn_arena *arena, const char *path, dn_folder_visit visit, void *context,
                    dn_folder_entry **entries, size_t *count, dn_error *error)
{
    dn_auto(folder_handle) folder = opendir(path);
    dn_folder_entry *list = NULL;
    size_t capacity = 0;
    size_t used = 0;
    const struct dirent *entry;

    if (!folder)
        return fail_to_list(path, error);
    while (errno = 0, (entry = readdir(folder)) != NULL) {
        enum entry_kind kind = kind_of(folder, entry);

        if (kind == ENTRY_OTHER || strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0)
            continue;
        list = dn_arena_grow(arena, list, &capacity, used + 1, sizeof *list);
        if (!list)
            return dn_no_memory(error);
        list[used] = (dn_folder_entry){.name = dn_arena_text(arena, entry->d_name),
                                       .folder = kind == ENTRY_FOLDER};
        if (!list[used].name)
            return dn_no_memory(error);
        if (visit && visit(context, &list[used], error) < 0)
            return -1;
        used++;
    }
    if (errno)
        return fail_to_list(path, error);
    if (used)
        qsort(list, used, sizeof *list, by_name);
    *entries = list;
    *count = used;
    return 0;
}

int
dn_folder_list(dn_arena *arena, const char *path, dn_folder_entry **entries, size_t *count,
               dn_error *error)
{
    return dn_folder_visit_all(arena, path, NULL, NULL, entries, count, error);
}
