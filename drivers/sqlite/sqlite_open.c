/* SPDX-License-Identifier: MIT
 *
 * Opening and closing, and what watches over a connection while it works.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Instructions of SQLite's machine between two looks at the clock and at the user: under a
 * millisecond, and too seldom to cost anything. */
enum { WATCH_EVERY = 20000 };

const dunlin_call *
dn_sqlite_enter(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = connection->call;

    connection->call = call;
    if (outer == NULL)
        __atomic_store_n(&connection->control->cancelled, 0, __ATOMIC_RELAXED);
    return outer;
}

void
dn_sqlite_leave(dunlin_connection *connection, const dunlin_call *outer)
{
    connection->call = outer;
}

bool
dn_sqlite_wants_to_stop(const dunlin_connection *connection)
{
    if (connection->call == NULL)
        return false;
    if (__atomic_load_n(&connection->control->cancelled, __ATOMIC_RELAXED) != 0)
        return true;
    if (connection->item_deadline_ns != 0 && dn_kit_now_ns() >= connection->item_deadline_ns)
        return true;
    return dn_kit_should_stop(connection->call);
}

static int
on_progress(void *context)
{
    dn_sqlite_progress(context);
    return dn_sqlite_wants_to_stop(context) ? 1 : 0;
}

/* Waits a little for a lock of somebody else; 0 gives up. SQLite's own busy timeout would sleep
 * through the user's wish to stop. */
static int
on_busy(void *context, int count)
{
    static const int64_t delays[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};
    enum { DELAYS = sizeof(delays) / sizeof(delays[0]) };
    dunlin_connection *connection = context;
    int64_t limit = connection->item_lock_timeout_ms > 0 ? connection->item_lock_timeout_ms
                                                         : connection->lock_timeout_ms;
    int64_t delay = delays[count < DELAYS ? count : DELAYS - 1];

    if (connection->call == NULL)
        return 0;
    if (count == 0)
        connection->wait_began_ns = dn_kit_now_ns();
    connection->waited_ms = (dn_kit_now_ns() - connection->wait_began_ns) / 1000000;
    if (connection->waited_ms >= limit || dn_sqlite_wants_to_stop(connection))
        return 0;
    if (delay > limit - connection->waited_ms)
        delay = limit - connection->waited_ms;
    dn_kit_pause(connection->call, delay);
    return 1;
}

void
dn_sqlite_watch(dunlin_connection *connection)
{
    sqlite3_busy_handler(connection->db, on_busy, connection);
    sqlite3_progress_handler(connection->db, WATCH_EVERY, on_progress, connection);
}

/* --- what lies at the path --------------------------------------------------------------------- */
static bool
may(const char *path, int how)
{
    return faccessat(AT_FDCWD, path, how, AT_EACCESS) == 0;
}

static int32_t
check_missing(const dunlin_call *call, const dn_sqlite_address *url)
{
    struct stat about;

    if (stat(url->folder, &about) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "the folder '%s' of the database '%s' does not exist", url->folder,
                           dn_sqlite_address_name(url));
    if (url->mode == DN_SQLITE_MODE_WRITE)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "there is no database at '%s', and 'mode=rw' does not create one",
                           url->path);
    return DUNLIN_OK;
}

static int32_t
check_writable(const dunlin_call *call, const dn_sqlite_address *url, bool exists)
{
    if (url->mode == DN_SQLITE_MODE_READ)
        return dn_kit_fail(call, DUNLIN_READ_ONLY,
                           "the database '%s' cannot be written: its URL says 'mode=ro'",
                           url->path);
    if (exists && !may(url->path, W_OK))
        return dn_kit_fail(call, DUNLIN_READ_ONLY, "the database '%s' is read-only", url->path);
    /* SQLite writes its journal beside the database. */
    if (!may(url->folder, W_OK | X_OK))
        return dn_kit_fail(call, DUNLIN_READ_ONLY,
                           "the folder '%s' of the database '%s' is read-only", url->folder,
                           dn_sqlite_address_name(url));
    return DUNLIN_OK;
}

/* *placeholder: there is nothing to read, and nothing shall be created. */
static int32_t
check_path(const dunlin_call *call, const dn_sqlite_address *url, bool read_only, bool *placeholder)
{
    struct stat about;
    bool exists = stat(url->path, &about) == 0;
    int32_t status = DUNLIN_OK;

    if (!exists && errno != ENOENT && errno != ENOTDIR)
        return dn_kit_fail_errno(call, errno, "cannot open the database '%s'", url->path);
    if (exists && S_ISDIR(about.st_mode))
        return dn_kit_fail(call, DUNLIN_USAGE, "'%s' is a folder, not a database file", url->path);
    if (exists && !S_ISREG(about.st_mode))
        return dn_kit_fail(call, DUNLIN_USAGE, "'%s' is not a regular file", url->path);
    if (!exists)
        status = check_missing(call, url);
    if (status == DUNLIN_OK && !read_only)
        status = check_writable(call, url, exists);
    if (status != DUNLIN_OK)
        return status;
    if (exists && !may(url->path, R_OK))
        return dn_kit_fail_errno(call, EACCES, "cannot read the database '%s'", url->path);
    *placeholder = read_only && (!exists || about.st_size == 0);
    return DUNLIN_OK;
}

/* --- opening ------------------------------------------------------------------------------------ */
static int
open_flags(const dn_sqlite_address *url, bool read_only)
{
    int flags = SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX;

    if (url->mode == DN_SQLITE_MODE_READ)
        return flags | SQLITE_OPEN_READONLY;
    /* A connection that only reads still opens for writing, where it may: after a crash SQLite
     * has to roll the journal back before anybody can read. */
    flags |= SQLITE_OPEN_READWRITE;
    return read_only || url->mode == DN_SQLITE_MODE_WRITE ? flags : flags | SQLITE_OPEN_CREATE;
}

/* Reads the header and the schema, so that what is not a database is known now. */
static int32_t
check_content(dunlin_connection *connection)
{
    int code =
        sqlite3_exec(connection->db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);

    if (code == SQLITE_OK)
        return DUNLIN_OK;
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return dn_kit_fail(connection->call, DUNLIN_CORRUPT, "'%s' is not a SQLite database",
                           connection->url.path);
    case SQLITE_CORRUPT:
        return dn_kit_fail(connection->call, DUNLIN_CORRUPT, "the database '%s' is damaged: %s",
                           connection->url.path, sqlite3_errmsg(connection->db));
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        if (may(connection->url.folder, W_OK | X_OK))
            break;
        return dn_kit_fail_hint(connection->call, DUNLIN_READ_ONLY,
                                "a database in WAL mode needs files beside it even to be read",
                                "cannot open the database '%s': its folder is read-only",
                                connection->url.path);
    default: break;
    }
    return dn_sqlite_fail(connection, "cannot open the database");
}

static int32_t
open_database(dunlin_connection *connection, bool read_only)
{
    const dn_sqlite_address *url = &connection->url;
    bool in_memory = url->memory || connection->placeholder;
    /* An absolute path is never taken for a URI or for ":memory:". */
    int code = in_memory
                   ? sqlite3_open_v2(
                         ":memory:", &connection->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)
                   : sqlite3_open_v2(url->path, &connection->db, open_flags(url, read_only), NULL);

    if (connection->db == NULL)
        return dn_kit_no_memory(connection->call);
    if (code != SQLITE_OK)
        return dn_sqlite_fail(connection, "cannot open the database");
    sqlite3_extended_result_codes(connection->db, 1);
    dn_sqlite_watch(connection);
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_ENABLE_FKEY, url->foreign_keys ? 1 : 0, NULL);
    connection->control->db = connection->db;
    if (!in_memory && !read_only && sqlite3_db_readonly(connection->db, "main") == 1)
        return dn_kit_fail(connection->call, DUNLIN_READ_ONLY, "the database '%s' is read-only",
                           url->path);
    if (read_only && sqlite3_exec(connection->db, "PRAGMA query_only=ON", NULL, NULL, NULL) != 0)
        return dn_sqlite_fail(connection, "cannot open the database");
    return in_memory ? DUNLIN_OK : check_content(connection);
}

int32_t
dn_sqlite_open_url(const dunlin_call *call, dn_sqlite_address *url, bool read_only,
                   int64_t lock_timeout_ms, dunlin_connection **opened)
{
    dunlin_connection *connection = calloc(1, sizeof(*connection));
    int32_t status = DUNLIN_OK;

    if (connection == NULL || (connection->control = dn_sqlite_control_new()) == NULL) {
        free(connection);
        return dn_kit_no_memory(call);
    }
    connection->url = *url;
    connection->lock_fd = -1;
    connection->lock_timeout_ms = lock_timeout_ms > 0 ? lock_timeout_ms : url->busy_timeout_ms;
    connection->call = call;
    if (!url->memory)
        status = check_path(call, url, read_only, &connection->placeholder);
    if (status == DUNLIN_OK)
        status = open_database(connection, read_only);
    connection->call = NULL;
    if (status == DUNLIN_OK) {
        memset(url, 0, sizeof(*url));
        *opened = connection;
        return DUNLIN_OK;
    }
    memset(&connection->url, 0, sizeof(connection->url));
    dn_sqlite_close(connection);
    return status;
}

int32_t
dn_sqlite_open(const dunlin_call *call, dunlin_string text, const dunlin_open_options *options,
               dunlin_connection **connection)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free) dn_sqlite_address url = {0};
    size_t length = options->application.length;
    int32_t status = dn_sqlite_address_read(call, text, &url);

    *connection = NULL;
    if (status == DUNLIN_OK)
        status = dn_sqlite_open_url(call, &url, options->read_only != 0, options->lock_timeout_ms,
                                    connection);
    if (status != DUNLIN_OK)
        return status;
    if (length >= sizeof((*connection)->application))
        length = sizeof((*connection)->application) - 1;
    if (length > 0)
        memcpy((*connection)->application, options->application.data, length);
    return DUNLIN_OK;
}

void
dn_sqlite_close(dunlin_connection *connection)
{
    if (connection == NULL)
        return;
    dn_sqlite_forget_kept(connection);
    dn_sqlite_since_forget(connection);
    dn_sqlite_foreign_keys_end(connection);
    pthread_mutex_lock(&connection->control->mutex);
    connection->control->db = NULL;
    pthread_mutex_unlock(&connection->control->mutex);
    dn_sqlite_control_release(connection->control);
    sqlite3_close_v2(connection->db);
    /* After the database: whoever takes the lock next finds it closed. */
    if (connection->lock_fd >= 0)
        close(connection->lock_fd);
    dn_sqlite_address_free(&connection->url);
    free(connection);
}

void
dn_sqlite_closep(dunlin_connection **connection)
{
    dn_sqlite_close(*connection);
}
