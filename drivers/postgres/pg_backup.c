/* SPDX-License-Identifier: MIT
 *
 * Backups by pg_dump, which the host runs. A full one is an archive in pg_dump's own format; a
 * schema is a script, to be read by people too, with the rows of the tables that were named behind
 * it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fcntl.h>

#include "drivers/postgres/pg_tool.h"

enum { TAIL = 1024, PATTERN_ROOM = 4 };

/* Waiting for ever behind somebody's ALTER TABLE helps nobody. */
static const char lock_wait[] = "--lock-wait-timeout=60000";

typedef struct backup_job {
    const dunlin_call *call;
    const dunlin_backup_options *options;
    dn_pg_address address;
    dn_pg_tool tool;
    char *path;
} backup_job;

static void
free_job(backup_job *job)
{
    dn_pg_address_free(&job->address);
    dn_pg_tool_free(&job->tool);
    free(job->path);
}

static int32_t
fill_job(backup_job *job, dunlin_string url)
{
    int32_t status = dn_pg_address_read(job->call, url, &job->address);

    if (status != DUNLIN_OK)
        return status;
    job->path = dn_kit_copy(job->options->path);
    return job->path != NULL ? DUNLIN_OK : dn_kit_no_memory(job->call);
}

static int32_t
major_of(const dunlin_backup_options *options)
{
    return options->profile != NULL ? options->profile->major : 0;
}

/* Starts a command line; fails when the program is missing. */
static int32_t
begin_tool(backup_job *job, const char *name)
{
    const char *problem;
    int32_t status;

    dn_pg_tool_free(&job->tool);
    memset(&job->tool, 0, sizeof(job->tool));
    status = dn_pg_tool_find(job->call, name, major_of(job->options), &job->tool, &problem);
    if (status == DUNLIN_OK && problem != NULL)
        status = dn_kit_fail(job->call, DUNLIN_MISSING, "%s", problem);
    return status;
}

/* pg_dump, of what `form` says. */
static int32_t
begin_dump(backup_job *job, const char *form)
{
    int32_t status = begin_tool(job, "pg_dump");

    if (status != DUNLIN_OK)
        return status;
    dn_pg_tool_add(&job->tool, form);
    dn_pg_tool_add(&job->tool, "--no-password");
    dn_pg_tool_add(&job->tool, lock_wait);
    dn_pg_tool_add_connection(&job->tool, &job->address);
    return DUNLIN_OK;
}

static int32_t
dump_into_file(backup_job *job, const char *form)
{
    int32_t status = begin_dump(job, form);

    if (status != DUNLIN_OK)
        return status;
    job->tool.output = job->options->path;
    return dn_pg_tool_run(job->call, &job->tool);
}

/* Reads the table of contents, which stands at the beginning and names every part. */
static int32_t
check_archive(backup_job *job)
{
    int32_t status = begin_tool(job, "pg_restore");

    if (status != DUNLIN_OK)
        return status;
    dn_pg_tool_add(&job->tool, "--list");
    dn_pg_tool_add_string(&job->tool, job->options->path);
    return dn_pg_tool_run(job->call, &job->tool);
}

/* A name in double quotes is what a pattern of pg_dump takes literally. */
static int32_t
dump_tables(backup_job *job)
{
    int32_t status = begin_dump(job, "--data-only");

    if (status != DUNLIN_OK)
        return status;
    for (uint64_t i = 0; i < job->options->table_count && i < PATTERN_ROOM; i++) {
        dn_pg_tool_add(&job->tool, "--table");
        dn_pg_tool_add_string(&job->tool, job->options->tables[i]);
    }
    job->tool.output = job->options->path;
    return dn_pg_tool_run(job->call, &job->tool);
}

/* Its last words stand at the end of a script that is whole. */
static int32_t
check_script(backup_job *job)
{
    static const char mark[] = "-- PostgreSQL database dump complete";
    char tail[TAIL];
    int fd = open(job->path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ssize_t got = size < 0 ? -1 : pread(fd, tail, sizeof(tail), size > TAIL ? size - TAIL : 0);

    if (fd >= 0)
        close(fd);
    if (got >= 0 && memmem(tail, (size_t)got, mark, strlen(mark)) != NULL)
        return DUNLIN_OK;
    return dn_kit_fail(job->call, DUNLIN_CORRUPT,
                       "'pg_dump' ended well, but its file is not whole");
}

int32_t
dn_pg_backup(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) backup_job job = {.call = call, .options = options};
    bool schema = options->content == DUNLIN_BACKUP_SCHEMA;
    int32_t status = fill_job(&job, url);

    if (status != DUNLIN_OK)
        return status;
    if (access(job.path, F_OK) == 0)
        return dn_kit_fail(call, DUNLIN_EXISTS,
                           "the backup '%s' exists already, and is not overwritten", job.path);
    status = dump_into_file(&job, schema ? "--schema-only" : "--format=custom");
    if (status == DUNLIN_OK && schema && options->table_count > 0)
        status = dump_tables(&job);
    if (status == DUNLIN_OK)
        status = schema ? check_script(&job) : check_archive(&job);
    return status;
}

int32_t
dn_pg_backup_check(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) backup_job job = {.call = call, .options = options};
    dunlin_note note = {.size = sizeof(note), .kind = DUNLIN_NOTE_UNTRANSLATABLE};
    const char *problem;
    int32_t status = fill_job(&job, url);

    if (status == DUNLIN_OK)
        status = dn_pg_tool_find(call, "pg_dump", major_of(options), &job.tool, &problem);
    if (status != DUNLIN_OK || problem == NULL)
        return status;
    note.message = dn_kit_string(problem);
    return call->host->note(call, &note);
}
