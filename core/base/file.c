/* SPDX-License-Identifier: MIT */
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"

enum { READ_STEP = 64 * 1024, LINK_LIMIT = 40, NAME_TRIES = 100 };

/* --- reading ---------------------------------------------------------------------------------- */

static int
fail_to_read(const char *what, const char *path, dn_error *error)
{
    const char *id = errno == ENOENT || errno == ENOTDIR ? "file.missing"
                     : errno == ENOMEM                   ? "memory"
                                                         : "file.unreadable";

    return dn_fail_errno(error, id, what, path);
}

static int
fail_not_regular(const char *path, mode_t mode, dn_error *error)
{
    return dn_fail(error, DUNLIN_USAGE, "file.not-regular", "'%s' is %s, not a file", path,
                   S_ISDIR(mode) ? "a folder" : "a device, pipe or socket");
}

int
dn_file_read_at(dn_fd folder, const char *path, dn_text *text, dn_error *error)
{
    /* O_NONBLOCK: opening a pipe nobody writes to must not hang. */
    dn_auto(dn_fd) fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    size_t step = READ_STEP;

    if (fd < 0 && errno == ENXIO)
        return fail_not_regular(path, S_IFSOCK, error);
    if (fd < 0 || fstat(fd, &status) < 0)
        return fail_to_read("cannot open", path, error);
    if (!S_ISREG(status.st_mode))
        return fail_not_regular(path, status.st_mode, error);
    /* One byte more than the size, so that the end is seen without another round of memory. */
    if (status.st_size > 0 && (uintmax_t)status.st_size < PTRDIFF_MAX)
        step = (size_t)status.st_size + 1;
    for (;;) {
        char *room = dn_text_reserve(text, step);
        ssize_t got;

        if (!room)
            return dn_no_memory(error);
        got = read(fd, room, step);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            room[0] = '\0';
            return fail_to_read("cannot read", path, error);
        }
        text->length += (size_t)got;
        text->data[text->length] = '\0';
        /* Of a regular file, a short read is the last one. */
        if ((size_t)got < step)
            return 0;
        step = READ_STEP;
    }
}

int
dn_file_read(const char *path, dn_text *text, dn_error *error)
{
    return dn_file_read_at(AT_FDCWD, path, text, error);
}

bool
dn_file_exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A file being written: everything happens relative to its opened folder. */
typedef struct writing {
    const char *shown; /* the path as the caller gave it */
    const char *name;  /* its last part, links followed */
    dn_fd folder;
    dn_fd file;
    char temporary[64];
    bool existing;
    struct stat old;
} writing;

static int
fail_to_write(const char *what, const char *path, dn_error *error)
{
    int32_t status = dn_errno_status(errno);
    const char *id = status == DUNLIN_DISK_FULL ? "file.disk-full"
                     : status == DUNLIN_EXISTS  ? "file.exists"
                                                : "file.unwritable";

    return dn_fail_errno(error, id, what, path);
}

static int
fail_exists(const char *path, dn_error *error)
{
    return dn_fail(error, DUNLIN_EXISTS, "file.exists", "'%s' exists already", path);
}

/* The path that `path` means once symbolic links in its last part are followed; it need not
 * exist. */
static char *
follow_links(dn_arena *arena, const char *path, dn_error *error)
{
    char *at = dn_arena_text(arena, path);

    for (int i = 0; at && i < LINK_LIMIT; i++) {
        char to[PATH_MAX];
        ssize_t length = readlink(at, to, sizeof to - 1);
        char *folder;

        if (length < 0)
            return at;
        to[length] = '\0';
        folder = dn_path_folder(arena, at);
        at = folder ? dn_path_join(arena, folder, to) : NULL;
    }
    if (!at) {
        dn_no_memory(error);
        return NULL;
    }
    errno = ELOOP;
    fail_to_write("cannot write", path, error);
    return NULL;
}

/* Opens the folder and looks at what stands there. */
static int
start_writing(writing *file, dn_arena *arena, const char *path, dn_error *error)
{
    const char *slash = strrchr(path, '/');
    char *folder = dn_path_folder(arena, path);

    if (!folder)
        return dn_no_memory(error);
    file->name = slash ? slash + 1 : path;
    if (!*file->name)
        return dn_fail(error, DUNLIN_USAGE, "file.not-regular", "'%s' is not the name of a file",
                       file->shown);
    file->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file->folder < 0)
        return fail_to_write("cannot write", file->shown, error);
    if (fstatat(file->folder, file->name, &file->old, AT_SYMLINK_NOFOLLOW) == 0)
        file->existing = true;
    else if (errno != ENOENT)
        return fail_to_write("cannot write", file->shown, error);
    return 0;
}

/* The owner is kept where we may; the mode always. */
static int
keep_owner_and_mode(const writing *file)
{
    struct stat now;

    if (fstat(file->file, &now) < 0)
        return -1;
    if ((now.st_uid != file->old.st_uid || now.st_gid != file->old.st_gid) &&
        fchown(file->file, file->old.st_uid, file->old.st_gid) < 0 && errno != EPERM)
        return -1;
    return fchmod(file->file, file->old.st_mode & 07777);
}

/* Until the old mode is set nobody else may read what may be a secret; a new file gets the mode
 * the process's umask allows. */
static int
open_temporary(writing *file)
{
    mode_t mode = file->existing ? 0600 : 0666;

    for (int i = 0; i < NAME_TRIES; i++) {
        char id[33];

        dn_random_id(id);
        snprintf(file->temporary, sizeof file->temporary, ".dunlin-%.16s.tmp", id);
        file->file = openat(file->folder, file->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (file->file >= 0)
            return file->existing ? keep_owner_and_mode(file) : 0;
        file->temporary[0] = '\0';
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

static int
write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t wrote = write(fd, data, length);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        data += wrote;
        length -= (size_t)wrote;
    }
    return 0;
}

/* close() reports what a network file system found out late. */
static int
close_file(writing *file)
{
    int fd = file->file;

    file->file = -1;
    return close(fd) < 0 && errno != EINTR ? -1 : 0;
}

/* Gives the temporary file its name without replacing one. Not every file system can do either
 * of the two ways. */
static int
publish_new(const writing *file)
{
#ifdef RENAME_NOREPLACE
    if (renameat2(file->folder, file->temporary, file->folder, file->name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
#endif
    if (linkat(file->folder, file->temporary, file->folder, file->name, 0) < 0)
        return -1;
    unlinkat(file->folder, file->temporary, 0);
    return 0;
}

/* Some file systems cannot sync a folder and say EINVAL; there is nothing more to do then. */
static int
sync_folder(int folder)
{
    return fsync(folder) < 0 && errno != EINVAL ? -1 : 0;
}

static int
write_and_publish(writing *file, bool replace, const void *data, size_t length, dn_error *error)
{
    int published;

    if (open_temporary(file) < 0 || write_all(file->file, data, length) < 0 ||
        fsync(file->file) < 0 || close_file(file) < 0)
        return fail_to_write("cannot write", file->shown, error);
    published = replace ? renameat(file->folder, file->temporary, file->folder, file->name)
                        : publish_new(file);
    if (published < 0 && errno == EEXIST && !replace)
        return fail_exists(file->shown, error);
    if (published < 0)
        return fail_to_write("cannot write", file->shown, error);
    file->temporary[0] = '\0';
    if (sync_folder(file->folder) < 0)
        return fail_to_write("cannot make durable", file->shown, error);
    return 0;
}

static void
writing_cleanup(writing *file)
{
    if (file->file >= 0)
        close(file->file);
    if (file->folder >= 0 && file->temporary[0])
        unlinkat(file->folder, file->temporary, 0);
    if (file->folder >= 0)
        close(file->folder);
}

int
dn_file_write(const char *path, const void *data, size_t length, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(writing) file = {.shown = path, .folder = -1, .file = -1};
    const char *target = follow_links(&arena, path, error);

    if (!target || start_writing(&file, &arena, target, error) < 0)
        return -1;
    if (file.existing && !S_ISREG(file.old.st_mode))
        return fail_not_regular(path, file.old.st_mode, error);
    /* Renaming needs no right to write the file; who took that right away meant it. */
    if (file.existing && faccessat(file.folder, file.name, W_OK, AT_EACCESS) < 0)
        return fail_to_write("cannot write", path, error);
    return write_and_publish(&file, true, data, length, error);
}

int
dn_file_create(const char *path, const void *data, size_t length, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(writing) file = {.shown = path, .folder = -1, .file = -1};

    if (start_writing(&file, &arena, path, error) < 0)
        return -1;
    if (file.existing)
        return fail_exists(path, error);
    return write_and_publish(&file, false, data, length, error);
}

int
dn_file_keep(const char *path, const dn_text *text, bool *changed, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) before = DN_TEXT_INIT;
    char *folder = dn_path_folder(&arena, path);
    dn_error missing;

    *changed = dn_file_read(path, &before, &missing) < 0 || before.length != text->length ||
               memcmp(before.data, text->data, text->length) != 0;
    if (!*changed)
        return 0;
    if (!folder)
        return dn_no_memory(error);
    if (dn_folder_create(folder, error) < 0)
        return -1;
    return dn_file_write(path, text->data, text->length, error);
}
