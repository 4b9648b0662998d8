/* SPDX-License-Identifier: MIT
 *
 * Backups by mariadb-dump or mysqldump, which the host runs: scripts, a schema alone with the rows of
 * the tables that were named behind it. The way back is not one transaction, as nothing of the kind
 * is on these servers; the core has saved the present state by then.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/mysql/my_backup_views.h"
#include "drivers/mysql/my_tool.h"

enum { TAIL = 1024, HEAD = 512, MOST_TABLES = 4 };

/* Stands in the first lines of every script of ours, so that restore knows what it has. */
static const char schema_mark[] = "-- dunlin: schema without rows\n";
static const char end_mark[] = "-- Dump completed";
static const char without_mark[] = "-- Dump completed, without ";

typedef struct job {
    const dunlin_call *call;
    const dunlin_backup_options *options;
    dn_mysql_address address;
    dn_mysql_tool tool;
    dn_mysql_broken_views views; /* that are left out */
    char *path;
} job;

static void
free_job(job *work)
{
    dn_mysql_address_free(&work->address);
    dn_mysql_tool_free(&work->tool);
    dn_mysql_broken_views_free(&work->views);
    free(work->path);
}

static int32_t
fill_job(job *work, dunlin_string url)
{
    int32_t status = dn_mysql_address_read(work->call, url, &work->address);

    if (status != DUNLIN_OK)
        return status;
    work->path = dn_kit_copy(work->options->path);
    return work->path != NULL ? DUNLIN_OK : dn_kit_no_memory(work->call);
}

static int32_t
begin_tool(job *work, const char *mariadb, const char *mysql)
{
    const char *problem;
    int32_t status;

    dn_mysql_tool_free(&work->tool);
    status = dn_mysql_tool_find(work->call, mariadb, mysql, work->options->profile, &work->tool,
                                &problem);
    if (status == DUNLIN_OK && problem != NULL)
        status = dn_kit_fail(work->call, DUNLIN_MISSING, "%s", problem);
    if (status == DUNLIN_OK)
        dn_mysql_tool_add_address(&work->tool, &work->address);
    return status;
}

static int32_t
begin_dump(job *work)
{
    int32_t status = begin_tool(work, "mariadb-dump", "mysqldump");

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_tool_add(&work->tool, "--single-transaction");
    dn_mysql_tool_add(&work->tool, "--hex-blob");
    dn_mysql_tool_add(&work->tool, "--no-tablespaces"); /* they take a privilege of the server */
    if (!work->tool.mariadb)
        dn_mysql_tool_add(&work->tool, "--set-gtid-purged=OFF");
    work->tool.output = work->options->path;
    return DUNLIN_OK;
}

static int32_t
leave_out(job *work, const char *view)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    dn_kit_text_format(&name, "%s.%s", work->address.database, view);
    if (name.failed)
        return dn_kit_no_memory(work->call);
    dn_mysql_tool_add_pair(&work->tool, "--ignore-table=", name.data);
    return DUNLIN_OK;
}

static int32_t
dump_database(job *work, bool rows)
{
    int32_t status = begin_dump(work);

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_tool_add(&work->tool, "--routines");
    dn_mysql_tool_add(&work->tool, "--triggers");
    dn_mysql_tool_add(&work->tool, "--events");
    if (!rows)
        dn_mysql_tool_add(&work->tool, "--no-data");
    for (size_t i = 0; i < work->views.names.count && status == DUNLIN_OK; i++)
        if (work->views.broken[i])
            status = leave_out(work, work->views.names.list[i]);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_tool_add(&work->tool, work->address.database);
    return dn_mysql_tool_run(work->call, &work->tool);
}

/* `db`.`name`, `db`.name -> name, in memory of the call. */
static dunlin_string
table_name(const dunlin_call *call, dunlin_string written)
{
    char *copy = call->host->scratch(call, written.length + 1);
    uint64_t length = 0;
    bool quoted = false;

    if (copy == NULL)
        return (dunlin_string){"", 0};
    for (uint64_t i = 0; i < written.length; i++) {
        char byte = written.data[i];

        if (byte == '.' && !quoted) {
            length = 0; /* that was the database */
        } else if (byte == '`') {
            bool doubled = quoted && i + 1 < written.length && written.data[i + 1] == '`';

            if (doubled)
                copy[length++] = written.data[i++];
            else
                quoted = !quoted;
        } else {
            copy[length++] = byte;
        }
    }
    return (dunlin_string){copy, length};
}

static int32_t
dump_tables(job *work)
{
    int32_t status = begin_dump(work);

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_tool_add(&work->tool, "--no-create-info");
    dn_mysql_tool_add(&work->tool, "--skip-triggers");
    dn_mysql_tool_add(&work->tool, work->address.database);
    for (uint64_t i = 0; i < work->options->table_count && i < MOST_TABLES; i++)
        dn_mysql_tool_add_string(&work->tool, table_name(work->call, work->options->tables[i]));
    return dn_mysql_tool_run(work->call, &work->tool);
}

/* Its last words stand at the end of a script that is whole. *rest: what is behind a mark of ours there, or NULL;
 * may be NULL. */
static int32_t
check_script(const job *work, const char **rest)
{
    char tail[TAIL + 1];
    int fd = open(work->path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ssize_t got = size < 0 ? -1 : pread(fd, tail, TAIL, size > TAIL ? size - TAIL : 0);
    const char *mark;

    if (fd >= 0)
        close(fd);
    if (got < 0 || memmem(tail, (size_t)got, end_mark, strlen(end_mark)) == NULL)
        return dn_kit_fail(work->call, DUNLIN_CORRUPT, "'%s' ended well, but its file is not whole",
                           work->tool.name);
    if (rest == NULL)
        return DUNLIN_OK;
    tail[got] = '\0';
    mark = memmem(tail, (size_t)got, without_mark, strlen(without_mark));
    *rest = NULL;
    if (mark != NULL) {
        dn_kit_text line = {0};

        mark += strlen(without_mark);
        dn_kit_text_add_string(&line, (dunlin_string){mark, strcspn(mark, "\n")});
        *rest = dn_kit_sentence(work->call, &line);
        dn_kit_text_free(&line);
    }
    return DUNLIN_OK;
}

/* Behind the script, for people to read. */
static int32_t
write_views(const job *work)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    size_t count = work->views.count;
    ssize_t written = -1;
    int fd;

    if (count == 0)
        return DUNLIN_OK;
    dn_kit_text_format(
        &text, "\n-- dunlin: left out, since the server cannot open %s:\n%s%s%zu %s\n",
        count == 1 ? "it" : "them", work->views.texts.data != NULL ? work->views.texts.data : "",
        without_mark, count, count == 1 ? "view" : "views");
    if (text.failed)
        return dn_kit_no_memory(work->call);
    fd = open(work->path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) {
        written = write(fd, text.data, text.length);
        close(fd);
    }
    if (written < 0 || (uint64_t)written != text.length)
        return dn_kit_fail(work->call, DUNLIN_FAILED, "cannot write '%s'", work->path);
    return dn_mysql_broken_views_tell(work->call, &work->views);
}

static int32_t
write_mark(const job *work)
{
    int fd = open(work->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t size = (ssize_t)strlen(schema_mark);
    bool written = fd >= 0 && write(fd, schema_mark, (size_t)size) == size;

    if (fd >= 0)
        close(fd);
    return written ? DUNLIN_OK
                   : dn_kit_fail(work->call, DUNLIN_FAILED, "cannot write '%s'", work->path);
}

int32_t
dn_mysql_backup(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) job work = {.call = call, .options = options};
    bool schema = options->content == DUNLIN_BACKUP_SCHEMA;
    int32_t status = fill_job(&work, url);

    if (status != DUNLIN_OK)
        return status;
    if (access(work.path, F_OK) == 0)
        return dn_kit_fail(call, DUNLIN_EXISTS,
                           "the backup '%s' exists already, and is not overwritten", work.path);
    status = dn_mysql_broken_views_find(call, url, &work.views);
    if (status == DUNLIN_OK && schema)
        status = write_mark(&work);
    if (status == DUNLIN_OK)
        status = dump_database(&work, !schema);
    if (status == DUNLIN_OK && schema && options->table_count > 0)
        status = dump_tables(&work);
    if (status == DUNLIN_OK)
        status = check_script(&work, NULL);
    return status == DUNLIN_OK ? write_views(&work) : status;
}

int32_t
dn_mysql_backup_check(const dunlin_call *call, dunlin_string url,
                      const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) job work = {.call = call, .options = options};
    dunlin_note note = {.size = sizeof(note), .kind = DUNLIN_NOTE_UNTRANSLATABLE};
    const char *problem;
    int32_t status = fill_job(&work, url);

    if (status == DUNLIN_OK)
        status = dn_mysql_tool_find(call, "mariadb-dump", "mysqldump", options->profile, &work.tool,
                                    &problem);
    if (status != DUNLIN_OK || problem == NULL)
        return status;
    note.message = dn_kit_string(problem);
    return call->host->note(call, &note);
}

/* --- restore ------------------------------------------------------------------------------------------- */
static int32_t
look_at(const job *work, const char **without)
{
    char head[HEAD];
    int fd = open(work->path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof(head));

    if (fd >= 0)
        close(fd);
    if (got < 0)
        return dn_kit_fail(work->call, DUNLIN_MISSING, "cannot read the backup '%s'", work->path);
    if (memmem(head, (size_t)got, "-- MariaDB dump", 15) == NULL &&
        memmem(head, (size_t)got, "-- MySQL dump", 13) == NULL)
        return dn_kit_fail(work->call, DUNLIN_CORRUPT,
                           "'%s' is no backup of a MySQL or MariaDB database", work->path);
    if (work->options->content == DUNLIN_BACKUP_FULL && (size_t)got >= strlen(schema_mark) &&
        memcmp(head, schema_mark, strlen(schema_mark)) == 0)
        return dn_kit_fail_hint(work->call, DUNLIN_UNSUPPORTED,
                                "restore it into an empty database, or run parts of it by hand",
                                "'%s' holds a schema without its rows, and this database is not "
                                "empty",
                                work->path);
    return check_script(work, without);
}

/* What is still there, one at a time. */
static const char next_drop[] =
    "SELECT CONCAT('DROP ', kind, ' IF EXISTS `', REPLACE(name, '`', '``'), '`') FROM ("
    "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' "
    "ELSE 'TABLE' END AS kind, table_name AS name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() "
    "UNION ALL SELECT routine_type, routine_name FROM information_schema.routines "
    "WHERE routine_schema = DATABASE() "
    "UNION ALL SELECT 'EVENT', event_name FROM information_schema.events "
    "WHERE event_schema = DATABASE()) AS everything LIMIT 1";

static int32_t
empty_database(dunlin_connection *connection)
{
    int64_t rows;
    int32_t status =
        dn_mysql_execute(connection, dn_kit_string("SET SESSION foreign_key_checks = 0"), &rows);

    while (status == DUNLIN_OK) {
        const char *drop = NULL;
        bool found = false;

        status = dn_mysql_first_row(connection, dn_kit_string(next_drop), &drop, 1, &found);
        if (status != DUNLIN_OK || !found)
            break;
        status = dn_mysql_execute(connection, dn_kit_string(drop), &rows);
    }
    return status;
}

static int32_t
make_room(const dunlin_call *call, dunlin_string url)
{
    const dunlin_open_options options = {.size = sizeof(options),
                                         .purpose = DUNLIN_PURPOSE_MAINTENANCE,
                                         .application = dn_kit_string("dunlin")};
    dunlin_connection *connection = NULL;
    const dunlin_call *outer;
    int32_t status = dn_mysql_open(call, url, &options, &connection);

    if (status != DUNLIN_OK)
        return status;
    outer = dn_mysql_enter(call, connection);
    status = empty_database(connection);
    dn_mysql_leave(connection, outer);
    dn_mysql_close(connection);
    return status;
}

static int32_t
tell_what_it_lacks(const dunlin_call *call, const char *without)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};

    if (without == NULL)
        return DUNLIN_OK;
    dn_kit_text_format(
        &text,
        "the backup is without %s that the server could not open when it was taken: what is "
        "known of them stands at the end of the file",
        without);
    if (text.failed)
        return dn_kit_no_memory(call);
    call->host->log(call, DUNLIN_LOG_WARNING, dn_kit_text_string(&text));
    return DUNLIN_OK;
}

int32_t
dn_mysql_restore(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) job work = {.call = call, .options = options};
    const char *without = NULL;
    int32_t status = fill_job(&work, url);

    if (status == DUNLIN_OK)
        status = look_at(&work, &without);
    if (status == DUNLIN_OK)
        status = begin_tool(&work, "mariadb", "mysql");
    if (status == DUNLIN_OK)
        status = make_room(call, url);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_tool_add(&work.tool, work.address.database);
    work.tool.input = options->path;
    status = dn_mysql_tool_run(call, &work.tool);
    return status == DUNLIN_OK ? tell_what_it_lacks(call, without) : status;
}
