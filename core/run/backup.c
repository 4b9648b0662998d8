/* SPDX-License-Identifier: MIT
 *
 * Backups, kept in a folder for each database. Names are <UTC time>-<id>.backup, so that sorting by
 * name is sorting by age, and nothing else is ever removed. Drivers that back up by themselves see
 * to it that a file under its own name is whole; for all others it is seen to here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/process.h"
#include "core/run/run.h"

enum { SHOWN_NAME = 80 };

static const char unfinished[] = ".partial";

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

int
dn_backup_mode_of(dn_connection *connection, const dn_target *target, dn_backup_mode *mode,
                  dn_error *error)
{
    const dunlin_server *server = dn_connection_server(connection);
    const dn_driver *driver = dn_connection_driver(connection);
    uint64_t flags = dn_connection_capabilities(connection)->flags;
    bool schema = (flags & DUNLIN_CAN_BACKUP_SCHEMA) != 0;
    /* One in memory ends with its connection. */
    bool possible =
        driver->table.backup && (server->path.length || !(flags & DUNLIN_CAN_BACKUP_ITSELF));

    *mode = target->backup;
    if (*mode == DN_BACKUP_NONE || *mode == DN_BACKUP_COMMAND)
        return 0;
    if (*mode == DN_BACKUP_SCHEMA && !schema)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "backup.unsupported",
                       "the driver '%s' takes no backup of a schema alone", driver->table.name);
    if (*mode == DN_BACKUP_DEFAULT)
        *mode = schema ? DN_BACKUP_SCHEMA : DN_BACKUP_FULL;
    if (!possible)
        *mode = DN_BACKUP_NONE;
    return 0;
}

/* "app on db1:5432" -> "app-on-db1-5432-0123abcd": for people to know, and never that of another
 * database. */
static const char *
folder_name(const dunlin_server *server, dn_arena *arena)
{
    dn_digest digest = dn_hash_of(server->identity.data, (size_t)server->identity.length);
    char text[DN_DIGEST_HEX];
    char *name = dn_arena_copy(arena, server->name.data, (size_t)server->name.length);

    dn_digest_hex(&digest, text);
    for (char *at = name; at && *at; at++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.", *at))
            *at = '-';
    return name ? dn_arena_printf(arena, "%.*s-%.8s", SHOWN_NAME, name[0] == '.' ? "-" : name, text)
                : NULL;
}

int
dn_backup_check_way(dn_connection *connection, dn_backup_mode mode, dn_error *error)
{
    uint64_t flags = dn_connection_capabilities(connection)->flags;

    if (!dn_connection_server(connection)->pooled || (flags & DUNLIN_CAN_BACKUP_ITSELF) ||
        mode == DN_BACKUP_NONE || mode == DN_BACKUP_COMMAND)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "backup.pooled",
                   "a backup is neither taken nor brought back through a transaction pooler: the "
                   "tool would leave its settings in sessions that others get next");
}

const char *
dn_backup_folder(const dunlin_server *server, const dn_target *target, const char *root,
                 dn_arena *arena)
{
    const char *base = target->backup_folder ? target->backup_folder : root;
    const char *name;

    if (server->path.length && !target->backup_folder)
        return dn_arena_printf(arena, "%.*s-dunlin-backups", (int)server->path.length,
                               server->path.data);
    name = base ? folder_name(server, arena) : NULL;
    return name ? dn_arena_printf(arena, "%s/%s-dunlin-backups", base, name) : NULL;
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

/* Of the journal that is saved with it. */
static const char *
journal_beside(const char *path, dn_arena *arena)
{
    size_t stem = strlen(path) - strlen(".backup");

    return dn_arena_printf(arena, "%.*s.journal.json", (int)stem, path);
}

bool
dn_backup_remove(const char *path, dn_arena *arena)
{
    const char *name = strrchr(path, '/');
    const char *journal =
        is_backup_name(name ? name + 1 : path) ? journal_beside(path, arena) : NULL;

    if (unlink(path) < 0)
        return false;
    if (journal)
        unlink(journal);
    return true;
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
        if (path && !dn_backup_remove(path, arena))
            dn_log_warning(log, "cannot remove the old backup '%s'", path);
    }
}

static bool
is_unfinished_name(const char *name, dn_arena *arena)
{
    size_t stem = sizeof(pattern) - 1;
    const char *whole;

    if (strlen(name) <= stem || strcmp(name + stem, unfinished) != 0)
        return false;
    whole = dn_arena_copy(arena, name, stem);
    return whole && is_backup_name(whole);
}

static void
remove_unfinished(const char *folder, const dn_log *log, dn_arena *arena)
{
    dn_folder_entry *entries;
    size_t count;
    dn_error ignored;

    if (dn_folder_list(arena, folder, &entries, &count, &ignored) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        const char *path;

        if (!is_unfinished_name(entries[i].name, arena))
            continue;
        path = dn_path_join(arena, folder, entries[i].name);
        if (path && unlink(path) < 0)
            dn_log_warning(log, "cannot remove '%s', which a backup that was killed left", path);
    }
}

/* Whoever writes a backup shares a lock on the folder, which ends with the process. Who gets it
 * alone knows that the writers of all files that are not whole are gone. Where the file system has
 * no such locks, such files stay. */
static dn_fd
enter_folder(const char *folder, const dn_log *log, dn_arena *arena)
{
    dn_fd handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (handle < 0)
        return -1;
    if (flock(handle, LOCK_EX | LOCK_NB) == 0)
        remove_unfinished(folder, log, arena);
    (void)flock(handle, LOCK_SH);
    return handle;
}

/* --- taking one ------------------------------------------------------------------------------- */
typedef struct taking {
    dn_connection *connection;
    const dn_backup_wish *wish;
    const dn_log *log;
    dn_arena *arena;
    const char *path;
    const char *partial;
    dunlin_string tables[2];
    dunlin_backup_options options;
} taking;

static void
fill_options(taking *work)
{
    const dn_tracker *tracker = work->wish->tracker;
    bool schema = work->wish->mode == DN_BACKUP_SCHEMA;
    dunlin_backup_options *options = &work->options;

    options->size = sizeof(*options);
    options->content = schema ? DUNLIN_BACKUP_SCHEMA : DUNLIN_BACKUP_FULL;
    options->profile = dn_connection_server(work->connection)->profile;
    options->tables = work->tables;
    if (schema && tracker && tracker->present)
        work->tables[options->table_count++] = dn_string(tracker->quoted);
    if (schema && tracker && tracker->ours_present && strcmp(tracker->ours, tracker->quoted) != 0)
        work->tables[options->table_count++] = dn_string(tracker->ours);
}

static int
run_command(taking *work, dn_error *error)
{
    const char *const environment[] = {
        dn_arena_printf(work->arena, "DUNLIN_BACKUP_FILE=%s", work->partial),
        dn_arena_printf(work->arena, "DUNLIN_BACKUP_URL=%s", work->wish->url), NULL};
    const dn_process process = {.arguments = work->wish->target->backup_command,
                                .environment = environment,
                                .log = work->log};

    if (!environment[0] || !environment[1])
        return dn_no_memory(error);
    return dn_process_run(&process, error);
}

/* Never over a file that somebody made meanwhile. */
static int
publish(taking *work, dn_error *error)
{
    dn_auto(dn_fd) file = open(work->partial, O_RDONLY | O_CLOEXEC);
    dn_auto(dn_fd) folder = -1;
    struct stat facts;

    if (file < 0 || fsync(file) < 0 || fstat(file, &facts) < 0)
        return dn_fail_errno(error, "file.unwritable", "cannot write", work->partial);
    if (facts.st_size == 0)
        return dn_fail(error, DUNLIN_FAILED, "backup.empty", "the backup '%s' is an empty file",
                       work->path);
    if (link(work->partial, work->path) < 0 &&
        (errno == EEXIST || rename(work->partial, work->path) < 0))
        return dn_fail_errno(error, "file.unwritable", "cannot write", work->path);
    unlink(work->partial);
    folder = open(dn_path_folder(work->arena, work->path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
        fsync(folder);
    return 0;
}

static int
save_journal(taking *work, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *copy = journal_beside(work->path, work->arena);

    if (!work->wish->journal || work->wish->destination || !dn_file_exists(work->wish->journal))
        return 0;
    if (!copy)
        return dn_no_memory(error);
    if (dn_file_read(work->wish->journal, &text, error) < 0 ||
        dn_file_write(copy, text.data ? text.data : "", text.length, error) < 0)
        return dn_while(error, "saving the journal with the backup");
    return 0;
}

/* Through other programs: under a name that tells that it is not whole yet. */
static int
take_from_outside(taking *work, dn_error *error)
{
    bool command = work->wish->mode == DN_BACKUP_COMMAND;
    int answer;

    work->partial = dn_arena_printf(work->arena, "%s%s", work->path, unfinished);
    if (!work->partial)
        return dn_no_memory(error);
    if (dn_file_exists(work->path))
        return dn_fail(error, DUNLIN_EXISTS, "file.exists",
                       "'%s' exists already, and is not overwritten", work->path);
    work->options.path = dn_string(work->partial);
    answer = command ? run_command(work, error)
                     : dn_driver_backup(dn_connection_driver(work->connection), work->wish->url,
                                        &work->options, work->log, error);
    if (answer == 0 && command && !dn_file_exists(work->partial)) {
        work->path = NULL; /* it keeps its backups elsewhere */
        return 0;
    }
    if (answer == 0)
        answer = publish(work, error);
    if (answer < 0)
        unlink(work->partial);
    return answer < 0 ? answer : save_journal(work, error);
}

static int
take(taking *work, dn_error *error)
{
    const dn_driver *driver = dn_connection_driver(work->connection);
    uint64_t flags = dn_connection_capabilities(work->connection)->flags;

    fill_options(work);
    if (work->wish->mode == DN_BACKUP_COMMAND || !(flags & DUNLIN_CAN_BACKUP_ITSELF))
        return take_from_outside(work, error);
    work->options.path = dn_string(work->path);
    return dn_driver_backup(driver, work->wish->url, &work->options, work->log, error);
}

/* Whoever has no use for backups, or no tool, should know how to go on. */
static int
fail_taking(const taking *work, const char *path, dn_error *error)
{
    bool itself = dn_connection_capabilities(work->connection)->flags & DUNLIN_CAN_BACKUP_ITSELF;

    if (path)
        dn_while(error, "taking a backup to '%s'", path);
    else
        dn_while(error, "taking a backup");
    if (itself || work->wish->destination || error->status == DUNLIN_CANCELLED)
        return -1;
    return dn_hint(error, "mend that, or migrate without a backup: --no-backup once, \"backup\": "
                          "\"none\" of the target for good");
}

/* The nearest folder that exists is where the others are made. */
static int
check_folder(const dn_backup_wish *wish, dn_arena *arena, dn_error *error)
{
    const char *folder =
        wish->destination ? dn_path_folder(arena, wish->destination) : wish->folder;
    struct stat facts;

    if (!wish->destination && !wish->folder)
        return 0; /* a database in memory: taking one says so */
    while (folder && access(folder, F_OK) < 0 && strcmp(folder, ".") != 0 &&
           strcmp(folder, "/") != 0)
        folder = dn_path_folder(arena, folder);
    if (!folder)
        return dn_no_memory(error);
    if (stat(folder, &facts) == 0 && !S_ISDIR(facts.st_mode))
        errno = ENOTDIR;
    else if (access(folder, W_OK | X_OK) == 0)
        return 0;
    return dn_fail_errno(error, "file.unwritable", "cannot write into", folder);
}

int
dn_backup_check(dn_connection *connection, const dn_backup_wish *wish, const dn_log *log,
                dn_arena *arena, dn_error *error)
{
    uint64_t flags = dn_connection_capabilities(connection)->flags;
    taking work = {.connection = connection, .wish = wish, .log = log, .arena = arena};

    if (wish->mode == DN_BACKUP_NONE)
        return 0;
    if (dn_backup_check_way(connection, wish->mode, error) < 0)
        return -1;
    if (check_folder(wish, arena, error) < 0)
        return fail_taking(&work, NULL, error);
    if (wish->mode == DN_BACKUP_COMMAND || (flags & DUNLIN_CAN_BACKUP_ITSELF))
        return 0;
    fill_options(&work);
    work.options.path = dn_string(wish->folder ? wish->folder : "");
    if (dn_driver_backup_check(dn_connection_driver(connection), wish->url, &work.options, log,
                               error) < 0)
        return fail_taking(&work, NULL, error);
    return 0;
}

int
dn_backup_take(dn_connection *connection, const dn_backup_wish *wish, const dn_log *log,
               dn_arena *arena, dn_backup *backup, dn_error *error)
{
    static const char *const contents[] = {
        [DN_BACKUP_FULL] = "full", [DN_BACKUP_SCHEMA] = "schema", [DN_BACKUP_COMMAND] = "command"};
    const char *name = wish->destination ? wish->destination : make_name(arena);
    dn_auto(dn_fd) entered = -1;
    taking work = {.connection = connection, .wish = wish, .log = log, .arena = arena};

    if (dn_backup_check_way(connection, wish->mode, error) < 0)
        return -1;
    work.path = wish->destination;
    if (!wish->destination) {
        if (!wish->folder)
            return dn_fail(error, DUNLIN_UNSUPPORTED, "backup.no-file",
                           "this database is in memory, so it has no backups");
        if (dn_folder_create(wish->folder, error) < 0)
            return fail_taking(&work, NULL, error);
        entered = enter_folder(wish->folder, log, arena);
        work.path = dn_path_join(arena, wish->folder, name);
    }
    if (!work.path || !name)
        return dn_no_memory(error);
    if (take(&work, error) < 0)
        return fail_taking(&work, work.path, error);
    if (!wish->destination)
        prune(wish->folder, wish->keep, log, arena);
    *backup = (dn_backup){.content = contents[wish->mode]};
    return work.path ? fill(work.path, name, arena, backup, error) : 0;
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
