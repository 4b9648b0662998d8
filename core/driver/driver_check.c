/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/driver/loader.h"

bool
dn_driver_name_valid(const char *name, size_t length)
{
    if (length == 0 || length > DN_DRIVER_NAME_LIMIT)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
              name[i] == '_'))
            return false;
    return true;
}

static int
refuse(const char *path, const char *what, const char *reason, dn_error *error)
{
    return dn_fail(error, DUNLIN_PERMISSION, "driver.refused", "driver '%s' is refused: %s %s",
                   path, what, reason);
}

static bool
belongs(const struct stat *about)
{
    return about->st_uid == 0 || about->st_uid == geteuid();
}

/* The folder that holds the file: whoever may write there may put any file in its place, sticky
 * or not, since the sticky bit does not keep others from creating files. */
static int
check_folder(const char *path, const char *folder, bool own, dn_error *error)
{
    struct stat about;

    if (stat(folder, &about) < 0)
        return dn_fail_errno(error, "driver.refused", "cannot look at", folder);
    if (about.st_mode & S_IWOTH)
        return refuse(path, "its folder", "may be written by everybody", error);
    if (own && !belongs(&about))
        return refuse(path, "its folder", "belongs to another user", error);
    return 0;
}

/* Folders further up: in one that everybody may write to, a folder below can be swapped for
 * another, unless the sticky bit forbids it. `path` is absolute and real. */
static int
check_above(const char *path, const char *folder, dn_error *error)
{
    char part[PATH_MAX];
    struct stat about;

    for (const char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t length = (size_t)(slash - folder);

        if (length >= sizeof part)
            break;
        memcpy(part, folder, length);
        part[length] = '\0';
        if (stat(length ? part : "/", &about) < 0)
            return dn_fail_errno(error, "driver.refused", "cannot look at", part);
        if ((about.st_mode & S_IWOTH) && !(about.st_mode & S_ISVTX))
            return dn_fail(error, DUNLIN_PERMISSION, "driver.refused",
                           "driver '%s' is refused: the folder '%s' above it may be written by "
                           "everybody",
                           path, length ? part : "/");
    }
    return 0;
}

static int
check_real(const char *path, const char *real, bool own, dn_arena *arena, dn_error *error)
{
    struct stat about;
    char *folder = dn_path_folder(arena, real);

    if (!folder)
        return dn_no_memory(error);
    if (stat(real, &about) < 0)
        return dn_fail_errno(error, "driver.refused", "cannot look at", path);
    if (!S_ISREG(about.st_mode))
        return refuse(path, "it", "is not a file", error);
    if (about.st_mode & S_IWOTH)
        return refuse(path, "it", "may be written by everybody", error);
    if (own && !belongs(&about))
        return refuse(path, "it", "belongs to another user", error);
    if (check_folder(path, folder, own, error) < 0)
        return -1;
    return check_above(path, folder, error);
}

int
dn_driver_check_file(const char *path, bool own, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char real[PATH_MAX];
    char *folder;

    if (!realpath(path, real))
        return dn_fail_errno(error, "driver.refused", "cannot look at", path);
    /* A link may be swapped as well as a file, so its own folder counts too. */
    folder = dn_path_folder(&arena, path);
    if (!folder)
        return dn_no_memory(error);
    if (check_folder(path, folder, own, error) < 0)
        return -1;
    return check_real(path, real, own, &arena, error);
}
