/* SPDX-License-Identifier: MIT
 *
 * Backup and restore through SQLite's online backup interface: one consistent state of the
 * database, whoever else is reading or writing, and WAL or not.
 *
 * A backup appears under its name only when it is complete, checked and on the disk.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PAGES_AT_ONCE = 2000 };

typedef struct backup_job {
    const dunlin_call *call;
    dunlin_connection *source;
    char *destination;
    char *folder;
    dn_kit_text partial;
    int64_t pages;
    int64_t page_size;
} backup_job;

static void
free_job(backup_job *job)
{
    dn_sqlite_close(job->source);
    free(job->destination);
    free(job->folder);
    dn_kit_text_free(&job->partial);
}

/* --- pieces ---------------------------------------------------------------------------------------- */
/* Opens a plain database file of ours: absolute or relative path, no parameters. */
static int32_t
open_plain(const dunlin_call *call, const char *path, bool read_only,
           dunlin_connection **connection)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free)
    dn_sqlite_address url = {.mode = DN_SQLITE_MODE_WRITE, .busy_timeout_ms = 5000};
    DN_KIT_CLEANUP(dn_kit_free) char *real = realpath(path, NULL);
    const char *slash = real != NULL ? strrchr(real, '/') : NULL;

    if (real == NULL)
        return dn_kit_fail_errno(call, errno, "cannot open '%s'", path);
    url.path = strdup(real);
    url.folder = strndup(real, slash == real ? 1 : (size_t)(slash - real));
    if (url.path == NULL || url.folder == NULL)
        return dn_kit_no_memory(call);
    return dn_sqlite_open_url(call, &url, read_only, 0, connection);
}

static int32_t
measure(dunlin_connection *connection, int64_t *pages, int64_t *page_size)
{
    int32_t status = dn_sqlite_integer(connection, "PRAGMA main.page_count", 0, pages);

    return status == DUNLIN_OK
               ? dn_sqlite_integer(connection, "PRAGMA main.page_size", 0, page_size)
               : status;
}

/* Every page and index, except for what only a much slower check would find. */
static int32_t
check_whole(dunlin_connection *connection, const char *path)
{
    sqlite3_stmt *handle = NULL;
    int32_t status = DUNLIN_OK;
    const char *answer;

    if (sqlite3_prepare_v2(connection->db, "PRAGMA main.quick_check(1)", -1, &handle, NULL) !=
            SQLITE_OK ||
        sqlite3_step(handle) != SQLITE_ROW) {
        status = dn_sqlite_fail(connection, "checking the database file");
    } else {
        answer = (const char *)sqlite3_column_text(handle, 0);
        if (answer == NULL || strcmp(answer, "ok") != 0)
            status =
                dn_kit_fail(connection->call, DUNLIN_CORRUPT, "the database '%s' is damaged: %s",
                            path, answer != NULL ? answer : "no answer");
    }
    sqlite3_finalize(handle);
    return status;
}

static int32_t
copy_steps(const dunlin_call *call, sqlite3_backup *backup, int *code)
{
    dunlin_string unit = dn_kit_string("pages");

    do {
        *code = sqlite3_backup_step(backup, PAGES_AT_ONCE);
        if (*code == SQLITE_OK && dn_kit_should_stop(call))
            return dn_kit_fail(call, DUNLIN_CANCELLED, "cancelled");
        call->host->progress(call,
                             sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                             sqlite3_backup_pagecount(backup), unit);
    } while (*code == SQLITE_OK);
    return DUNLIN_OK;
}

/* All pages from one to the other; their number goes to *pages. The source stays at one state by its read transaction; the
 * target is locked from the first page to the last and rolls back when it does not get there. */
static int32_t
copy_pages(const dunlin_call *call, dunlin_connection *source, dunlin_connection *target,
           const char *what, int64_t *pages)
{
    int64_t ignored;
    sqlite3_backup *backup;
    int code = SQLITE_OK;
    int finished;
    int32_t status = dn_sqlite_execute(source, "BEGIN");

    if (status == DUNLIN_OK)
        status = dn_sqlite_integer(source, "SELECT 1 FROM main.sqlite_master LIMIT 1", 0, &ignored);
    if (status != DUNLIN_OK)
        return status;
    backup = sqlite3_backup_init(target->db, "main", source->db, "main");
    if (backup == NULL)
        return dn_sqlite_fail(target, what);
    status = copy_steps(call, backup, &code);
    *pages = sqlite3_backup_pagecount(backup);
    finished = sqlite3_backup_finish(backup);
    sqlite3_exec(source->db, "ROLLBACK", NULL, NULL, NULL);
    if (status != DUNLIN_OK)
        return status;
    return finished == SQLITE_OK && code == SQLITE_DONE ? DUNLIN_OK : dn_sqlite_fail(target, what);
}

/* --- backup ------------------------------------------------------------------------------------------- */
static int32_t
fill_job(backup_job *job, dunlin_string url, dunlin_string destination)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free) dn_sqlite_address read = {0};
    int32_t status = dn_sqlite_address_read(job->call, url, &read);
    const char *slash;

    if (status != DUNLIN_OK)
        return status;
    if (read.memory)
        return dn_kit_fail(job->call, DUNLIN_UNSUPPORTED,
                           "a database in memory has no backup: it ends with its connection");
    job->destination = dn_kit_copy(destination);
    if (job->destination == NULL)
        return dn_kit_no_memory(job->call);
    slash = strrchr(job->destination, '/');
    job->folder = slash == NULL
                      ? strdup(".")
                      : strndup(job->destination,
                                slash == job->destination ? 1 : (size_t)(slash - job->destination));
    dn_kit_text_format(&job->partial, "%s.partial", job->destination);
    if (job->folder == NULL || job->partial.failed)
        return dn_kit_no_memory(job->call);
    if (access(read.path, F_OK) != 0)
        return dn_kit_fail_errno(job->call, errno, "there is no database at '%s'", read.path);
    return dn_sqlite_open_url(job->call, &read, true, 0, &job->source);
}

static int32_t
check_room(backup_job *job)
{
    struct statvfs about;
    double needed;
    double available;

    if (statvfs(job->folder, &about) != 0)
        return dn_kit_fail_errno(job->call, errno, "cannot write to the folder '%s'", job->folder);
    needed = (double)job->pages * (double)job->page_size * 1.05;
    available = (double)about.f_bavail * (double)about.f_frsize;
    if (needed <= available)
        return DUNLIN_OK;
    return dn_kit_fail(job->call, DUNLIN_DISK_FULL,
                       "the backup needs %.0f bytes, but '%s' has only %.0f bytes free", needed,
                       job->folder, available);
}

static int32_t
check_destination(backup_job *job)
{
    if (access(job->destination, F_OK) == 0)
        return dn_kit_fail(job->call, DUNLIN_EXISTS,
                           "the backup '%s' exists already, and is not overwritten",
                           job->destination);
    return DUNLIN_OK;
}

/* The copy holds what the database holds, so nobody may read it who may not read that. */
static int32_t
create_partial(backup_job *job)
{
    struct stat about;
    mode_t mode = stat(job->source->url.path, &about) == 0 ? about.st_mode & 0666 : 0600;
    int fd;

    /* Left behind by a backup that was killed. */
    if (unlink(job->partial.data) != 0 && errno != ENOENT)
        return dn_kit_fail_errno(job->call, errno, "cannot remove '%s'", job->partial.data);
    fd = open(job->partial.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return dn_kit_fail_errno(job->call, errno, "cannot create '%s'", job->partial.data);
    close(fd);
    return DUNLIN_OK;
}

static int32_t
sync_path(const dunlin_call *call, const char *path, int flags)
{
    int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
    int error = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return error == 0 ? DUNLIN_OK
                      : dn_kit_fail_errno(call, error, "cannot write '%s' to the disk", path);
}

static int32_t
copy_to_partial(backup_job *job, dunlin_connection *copy)
{
    int64_t wanted = 0;
    int64_t pages = 0;
    int64_t page_size = 0;
    int32_t status;

    /* One fsync at the end stands for all of SQLite's, and a broken copy is thrown away. */
    status = dn_sqlite_execute(copy, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    if (status == DUNLIN_OK)
        status = copy_pages(job->call, job->source, copy, "copying the database", &wanted);
    if (status == DUNLIN_OK)
        status = check_whole(copy, job->partial.data);
    if (status == DUNLIN_OK)
        status = measure(copy, &pages, &page_size);
    /* Of a database without a single page SQLite makes one with an empty schema. */
    if (status == DUNLIN_OK && pages != wanted && wanted != 0)
        status =
            dn_kit_fail(job->call, DUNLIN_FAILED, "the copy '%s' has %lld pages, the database %lld",
                        job->partial.data, (long long)pages, (long long)wanted);
    return status;
}

static int32_t
write_partial(backup_job *job)
{
    dunlin_connection *copy = NULL;
    const dunlin_call *outer;
    int32_t status = open_plain(job->call, job->partial.data, false, &copy);

    if (status != DUNLIN_OK)
        return status;
    outer = dn_sqlite_enter(job->call, copy);
    status = copy_to_partial(job, copy);
    dn_sqlite_leave(copy, outer);
    /* Before fsync: closing the last connection moves what is left of a WAL into the file. */
    dn_sqlite_close(copy);
    return status == DUNLIN_OK ? sync_path(job->call, job->partial.data, 0) : status;
}

/* Never over a file that somebody made meanwhile. */
static int32_t
publish(backup_job *job)
{
    int code = renameat2(AT_FDCWD, job->partial.data, AT_FDCWD, job->destination, RENAME_NOREPLACE);

    /* Some file systems don't know the flag. */
    if (code != 0 && (errno == EINVAL || errno == ENOSYS)) {
        int32_t status = check_destination(job);

        if (status != DUNLIN_OK)
            return status;
        code = rename(job->partial.data, job->destination);
    }
    if (code != 0)
        return dn_kit_fail_errno(job->call, errno, "cannot rename '%s' to '%s'", job->partial.data,
                                 job->destination);
    return sync_path(job->call, job->folder, O_DIRECTORY);
}

static int32_t
back_up(backup_job *job)
{
    int32_t status = check_destination(job);

    if (status == DUNLIN_OK)
        status = measure(job->source, &job->pages, &job->page_size);
    if (status == DUNLIN_OK)
        status = check_room(job);
    if (status == DUNLIN_OK)
        status = create_partial(job);
    if (status != DUNLIN_OK)
        return status;
    status = write_partial(job);
    if (status == DUNLIN_OK)
        status = publish(job);
    if (status != DUNLIN_OK)
        unlink(job->partial.data);
    return status;
}

int32_t
dn_sqlite_backup(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) backup_job job = {.call = call};
    int32_t status = fill_job(&job, url, options->path);

    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_enter(call, job.source);
    return back_up(&job);
}

/* --- would it work? -------------------------------------------------------------------------------------- */
static int32_t
push_note(backup_job *job, const char *format, double needed, double available)
{
    dunlin_note note = {.size = sizeof(note), .kind = DUNLIN_NOTE_INFORMATION};
    char text[256];

    snprintf(text, sizeof(text), format, needed, available);
    note.message = dn_kit_string(text);
    return job->call->host->note(job->call, &note);
}

static int32_t
push_notes(backup_job *job)
{
    struct statvfs about;
    double needed = (double)job->pages * (double)job->page_size * 1.05;
    int32_t status = DUNLIN_OK;

    if (access(job->destination, F_OK) == 0)
        status = push_note(job, "the backup file exists already", 0, 0);
    if (status == DUNLIN_OK && access(job->folder, W_OK | X_OK) != 0)
        return push_note(job, "the folder of the backup is missing or cannot be written", 0, 0);
    if (status == DUNLIN_OK && statvfs(job->folder, &about) == 0 &&
        needed > (double)about.f_bavail * (double)about.f_frsize)
        status = push_note(job, "the backup needs %.0f bytes, only %.0f are free", needed,
                           (double)about.f_bavail * (double)about.f_frsize);
    return status;
}

int32_t
dn_sqlite_backup_check(const dunlin_call *call, dunlin_string url,
                       const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) backup_job job = {.call = call};
    int32_t status = fill_job(&job, url, options->path);

    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_enter(call, job.source);
    status = measure(job.source, &job.pages, &job.page_size);
    return status == DUNLIN_OK ? push_notes(&job) : status;
}

/* --- restore ---------------------------------------------------------------------------------------------- */
/* SQLite refuses to change the page size of a database in WAL mode. */
static int32_t
leave_wal(dunlin_connection *source, dunlin_connection *target)
{
    int64_t pages;
    int64_t from = 0;
    int64_t to = 0;
    int32_t status = measure(source, &pages, &from);

    if (status == DUNLIN_OK)
        status = measure(target, &pages, &to);
    if (status != DUNLIN_OK || from == to)
        return status;
    return dn_sqlite_execute(target, "PRAGMA main.journal_mode=DELETE");
}

static int32_t
restore_into(const dunlin_call *call, dunlin_connection *source, dunlin_connection *target)
{
    int64_t pages;
    int32_t status = check_whole(source, source->url.path);

    if (status == DUNLIN_OK)
        status = leave_wal(source, target);
    if (status == DUNLIN_OK)
        status = copy_pages(call, source, target, "restoring the database", &pages);
    return status == DUNLIN_OK ? check_whole(target, target->url.path) : status;
}

int32_t
dn_sqlite_restore(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free) dn_sqlite_address read = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *path = dn_kit_copy(options->path);
    DN_KIT_CLEANUP(dn_sqlite_closep) dunlin_connection *source = NULL;
    DN_KIT_CLEANUP(dn_sqlite_closep) dunlin_connection *target = NULL;
    int32_t status =
        path != NULL ? dn_sqlite_address_read(call, url, &read) : dn_kit_no_memory(call);

    if (status == DUNLIN_OK && read.memory)
        status = dn_kit_fail(call, DUNLIN_UNSUPPORTED, "a database in memory cannot be restored");
    if (status == DUNLIN_OK)
        status = open_plain(call, path, true, &source);
    if (status == DUNLIN_OK && strcmp(source->url.path, read.path) == 0)
        status = dn_kit_fail(call, DUNLIN_USAGE, "'%s' cannot be restored from itself", read.path);
    if (status == DUNLIN_OK)
        status = dn_sqlite_open_url(call, &read, false, 0, &target);
    if (status != DUNLIN_OK)
        return status;
    dn_sqlite_enter(call, source);
    dn_sqlite_enter(call, target);
    return restore_into(call, source, target);
}
