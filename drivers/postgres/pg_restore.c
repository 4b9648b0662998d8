/* SPDX-License-Identifier: MIT
 *
 * The way back, by psql in one transaction: everything that stands in the database goes, then what
 * the backup holds is made. So a failure leaves all as it was, and nothing stays of what came after
 * the backup. Extensions stay, since making them takes more rights than most users have.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/postgres/pg_tool.h"

/* Of every schema that is the user's; members of extensions are not. A schema goes as a whole,
 * unless it is "public" or an extension lives in it. */
static const char empty_database[] =
    "DO $dunlin$ DECLARE command text; BEGIN "
    "FOR command IN "
    "WITH ours AS (SELECT n.oid, n.nspname, n.nspname = 'public' OR EXISTS ("
    "SELECT 1 FROM pg_catalog.pg_extension e WHERE e.extnamespace = n.oid) AS stays "
    "FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_' "
    "AND n.nspname <> 'information_schema' AND NOT EXISTS ("
    "SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_namespace'::regclass "
    "AND d.objid = n.oid AND d.deptype = 'e')), "
    "members AS (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e') "
    "SELECT pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) "
    "FROM ours WHERE NOT stays "
    "UNION ALL SELECT pg_catalog.format('DROP %s IF EXISTS %I.%I CASCADE', CASE c.relkind "
    "WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' "
    "WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, o.nspname, c.relname) "
    "FROM pg_catalog.pg_class c JOIN ours o ON o.oid = c.relnamespace AND o.stays "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT EXISTS (SELECT 1 FROM members m "
    "WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid) "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend i WHERE c.relkind = 'S' AND i.deptype IN "
    "('a', 'i') AND i.classid = 'pg_catalog.pg_class'::regclass AND i.objid = c.oid) "
    "UNION ALL SELECT pg_catalog.format('DROP ROUTINE IF EXISTS %s CASCADE', "
    "p.oid::pg_catalog.regprocedure) FROM pg_catalog.pg_proc p "
    "JOIN ours o ON o.oid = p.pronamespace AND o.stays WHERE NOT EXISTS (SELECT 1 FROM members m "
    "WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid) "
    "UNION ALL SELECT pg_catalog.format('DROP %s IF EXISTS %I.%I CASCADE', CASE t.typtype "
    "WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, o.nspname, t.typname) FROM pg_catalog.pg_type t "
    "JOIN ours o ON o.oid = t.typnamespace AND o.stays WHERE t.typtype IN ('e', 'd', 'r') "
    "AND NOT EXISTS (SELECT 1 FROM members m "
    "WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid) "
    "LOOP EXECUTE command; END LOOP; END $dunlin$";

typedef struct restore_job {
    const dunlin_call *call;
    const dunlin_backup_options *options;
    dn_pg_address address;
    dn_pg_tool tool;
    char *path;
    dn_kit_text script; /* of an archive, beside it */
} restore_job;

static void
free_job(restore_job *job)
{
    if (job->script.length > 0)
        unlink(job->script.data);
    dn_pg_address_free(&job->address);
    dn_pg_tool_free(&job->tool);
    dn_kit_text_free(&job->script);
    free(job->path);
}

static int32_t
begin_tool(restore_job *job, const char *name)
{
    const dunlin_profile *profile = job->options->profile;
    const char *problem;
    int32_t status;

    dn_pg_tool_free(&job->tool);
    memset(&job->tool, 0, sizeof(job->tool));
    status = dn_pg_tool_find(job->call, name, profile != NULL ? profile->major : 0, &job->tool,
                             &problem);
    if (status == DUNLIN_OK && problem != NULL)
        status = dn_kit_fail(job->call, DUNLIN_MISSING, "%s", problem);
    return status;
}

/* What a file is, by its first bytes. */
static int32_t
look_at(restore_job *job, bool *archive)
{
    char head[512];
    int fd = open(job->path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, head, sizeof(head));

    if (fd >= 0)
        close(fd);
    if (got < 0)
        return dn_kit_fail(job->call, DUNLIN_MISSING, "cannot read the backup '%s'", job->path);
    *archive = got > 5 && memcmp(head, "PGDMP", 5) == 0;
    if (!*archive && memmem(head, (size_t)got, "-- PostgreSQL database dump", 27) == NULL)
        return dn_kit_fail(job->call, DUNLIN_CORRUPT, "'%s' is no backup of a PostgreSQL database",
                           job->path);
    if (!*archive && job->options->content == DUNLIN_BACKUP_FULL)
        return dn_kit_fail_hint(job->call, DUNLIN_UNSUPPORTED,
                                "restore it into an empty database, or run parts of it by hand",
                                "'%s' holds a schema without its rows, and this database is not "
                                "empty",
                                job->path);
    return DUNLIN_OK;
}

static int32_t
make_script(restore_job *job)
{
    int32_t status = begin_tool(job, "pg_restore");

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&job->script, "%s.%ld.sql", job->path, (long)getpid());
    dn_pg_tool_add(&job->tool, "--file=-");
    dn_pg_tool_add_string(&job->tool, job->options->path);
    job->tool.output = dn_kit_text_string(&job->script);
    return job->script.failed ? dn_kit_no_memory(job->call) : dn_pg_tool_run(job->call, &job->tool);
}

static int32_t
run_script(restore_job *job, const char *path)
{
    int32_t status = begin_tool(job, "psql");

    if (status != DUNLIN_OK)
        return status;
    dn_pg_tool_add(&job->tool, "--no-psqlrc");
    dn_pg_tool_add(&job->tool, "--quiet");
    dn_pg_tool_add(&job->tool, "--no-password");
    dn_pg_tool_add(&job->tool, "--single-transaction");
    dn_pg_tool_add(&job->tool, "--set=ON_ERROR_STOP=1");
    dn_pg_tool_add_connection(&job->tool, &job->address);
    dn_pg_tool_add(&job->tool, "--command=SET client_min_messages = warning");
    dn_pg_tool_add(&job->tool, "--command");
    dn_pg_tool_add(&job->tool, empty_database);
    dn_pg_tool_add(&job->tool, "--file");
    dn_pg_tool_add(&job->tool, path);
    return dn_pg_tool_run(job->call, &job->tool);
}

int32_t
dn_pg_restore(const dunlin_call *call, dunlin_string url, const dunlin_backup_options *options)
{
    DN_KIT_CLEANUP(free_job) restore_job job = {.call = call, .options = options};
    bool archive = false;
    int32_t status = dn_pg_address_read(call, url, &job.address);

    if (status == DUNLIN_OK) {
        job.path = dn_kit_copy(options->path);
        status = job.path != NULL ? look_at(&job, &archive) : dn_kit_no_memory(call);
    }
    if (status == DUNLIN_OK && archive)
        status = make_script(&job);
    if (status == DUNLIN_OK)
        status = run_script(&job, archive ? job.script.data : job.path);
    return status;
}
