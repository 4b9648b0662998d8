/* SPDX-License-Identifier: MIT
 *
 * The run lock: an open file description lock on a file beside the database. It dies with the
 * connection or the process, and the file stays: deleting it would let two runs lock two files
 * of the same name. One line in it says who holds it.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOLDER_MAX = 512, HOLDER_FIELDS = 4 };

static struct flock
whole_file(short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};

    return lock;
}

/* --- the line -------------------------------------------------------------------------------------- */
static void
without_tabs(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\t' || *text == '\n')
            *text = ' ';
}

/* Informative only, so a full disk does not matter here: the lock is held anyway. */
static void
write_holder(const dunlin_connection *connection)
{
    char line[HOLDER_MAX];
    char host[128] = "";
    char application[64];
    char since[32] = "";
    struct tm parts;
    time_t now = time(NULL);
    int length;

    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    if (gmtime_r(&now, &parts) != NULL)
        strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%SZ", &parts);
    memcpy(application, connection->application, sizeof(application));
    without_tabs(host);
    without_tabs(application);
    length =
        snprintf(line, sizeof(line), "%ld\t%s\t%s\t%s\n", (long)getpid(), host, application, since);
    if (ftruncate(connection->lock_fd, 0) == 0 && length > 0 && (size_t)length < sizeof(line) &&
        pwrite(connection->lock_fd, line, (size_t)length, 0) != length)
        (void)!ftruncate(connection->lock_fd, 0);
}

/* Cuts a whole line into its fields, in place; false when it is torn. */
static bool
cut_holder(char *line, const char *fields[HOLDER_FIELDS])
{
    char *newline = strchr(line, '\n');

    if (newline == NULL)
        return false;
    *newline = '\0';
    for (size_t i = 0; i < HOLDER_FIELDS; i++) {
        char *tab = strchr(line, '\t');

        fields[i] = line;
        if (tab == NULL)
            return i == HOLDER_FIELDS - 1;
        *tab = '\0';
        line = tab + 1;
    }
    return false;
}

/* --- the file -------------------------------------------------------------------------------------- */
static int32_t
lock_path(const dunlin_call *call, const dunlin_connection *connection, dn_kit_text *path)
{
    dn_kit_text_format(path, "%s%s", connection->url.path, DN_SQLITE_LOCK_SUFFIX);
    return path->failed ? dn_kit_no_memory(call) : DUNLIN_OK;
}

/* Whoever may write the database shall be able to lock it, also after a run as root. */
static void
adopt_owner(const dn_sqlite_address *url, int fd)
{
    struct stat about;

    if (stat(url->path, &about) != 0)
        return;
    (void)!fchmod(fd, about.st_mode & 0666);
    if (geteuid() == 0)
        (void)!fchown(fd, about.st_uid, about.st_gid);
}

static int32_t
fail_open(const dunlin_call *call, const dn_sqlite_address *url, const char *path)
{
    int error = errno;

    if (error == EROFS ||
        (error == EACCES && faccessat(AT_FDCWD, url->folder, W_OK | X_OK, AT_EACCESS) != 0))
        return dn_kit_fail(call, DUNLIN_READ_ONLY,
                           "cannot create the lock file '%s': the folder is read-only", path);
    return dn_kit_fail_errno(call, error, "cannot open the lock file '%s'", path);
}

static int32_t
open_file(const dunlin_call *call, const dn_sqlite_address *url, const char *path, int *fd)
{
    /* First without O_CREAT: only who creates the file sets its owner and mode. */
    *fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (*fd >= 0)
        return DUNLIN_OK;
    if (errno != ENOENT)
        return fail_open(call, url, path);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*fd < 0)
        return fail_open(call, url, path);
    adopt_owner(url, *fd);
    return DUNLIN_OK;
}

int32_t
dn_sqlite_try_lock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key,
                   int32_t *acquired)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text path = {0};
    struct flock lock = whole_file(F_WRLCK);
    int32_t status;
    int fd = -1;

    /* A database has one lock, whatever the run calls it. */
    DN_KIT_UNUSED(key);
    *acquired = 1;
    if (connection->url.memory || connection->lock_fd >= 0)
        return DUNLIN_OK;
    status = lock_path(call, connection, &path);
    if (status == DUNLIN_OK)
        status = open_file(call, &connection->url, path.data, &fd);
    if (status != DUNLIN_OK)
        return status;
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
        connection->lock_fd = fd;
        write_holder(connection);
        return DUNLIN_OK;
    }
    *acquired = 0;
    if (errno != EAGAIN && errno != EACCES)
        status = dn_kit_fail_errno(call, errno, "cannot lock '%s'", path.data);
    close(fd);
    return status;
}

int32_t
dn_sqlite_unlock(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    DN_KIT_UNUSED(call);
    DN_KIT_UNUSED(key);
    if (connection->lock_fd < 0)
        return DUNLIN_OK;
    (void)!ftruncate(connection->lock_fd, 0);
    close(connection->lock_fd);
    connection->lock_fd = -1;
    return DUNLIN_OK;
}

static int32_t
push_holder(const dunlin_call *call, int fd)
{
    dunlin_holder holder = {.size = sizeof(holder)};
    const char *fields[HOLDER_FIELDS] = {"", "", "", ""};
    struct flock lock = whole_file(F_WRLCK);
    char line[HOLDER_MAX + 1] = "";
    ssize_t length;

    /* A line without a lock was left by a run that was killed. */
    if (fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK)
        return DUNLIN_OK;
    length = pread(fd, line, HOLDER_MAX, 0);
    line[length > 0 ? length : 0] = '\0';
    if (!cut_holder(line, fields))
        fields[0] = fields[1] = fields[2] = fields[3] = "";
    holder.backend = dn_kit_string(fields[0]);
    holder.host = dn_kit_string(fields[1]);
    holder.application = dn_kit_string(fields[2]);
    holder.since = dn_kit_string(fields[3]);
    return call->host->holder(call, &holder);
}

int32_t
dn_sqlite_lock_holder(const dunlin_call *call, dunlin_connection *connection, dunlin_string key)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text path = {0};
    int32_t status;
    int fd;

    DN_KIT_UNUSED(key);
    if (connection->url.memory)
        return DUNLIN_OK;
    status = lock_path(call, connection, &path);
    if (status != DUNLIN_OK)
        return status;
    fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT
                   ? DUNLIN_OK
                   : dn_kit_fail_errno(call, errno, "cannot open the lock file '%s'", path.data);
    status = push_holder(call, fd);
    close(fd);
    return status;
}
