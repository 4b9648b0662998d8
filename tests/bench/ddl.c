/* SPDX-License-Identifier: MIT
 *
 * ddl [--migrations=N] [--runs=N] [--drivers=FOLDER]
 *
 * Makes N migrations (10000) of ten statements in memory and reads each into operations. These are
 * written as portable text, and as what each driver of the folder (lib/dunlin/drivers/<abi>, as in the
 * folder of a build) sends to its default server, by what the statements before them made: guards, types
 * and expressions are translated as in a run. Prints for each the time of the best run and the peak of
 * memory of the process that did it, the driver's libraries included.
 */
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/ddl/ddl.h"
#include "core/driver/driver.h"
#include "core/execute/translate_internal.h"

/* %u is a number that differs from migration to migration. */
static const char *const statements[] = {
    "CREATE TABLE IF NOT EXISTS accounts_%u (\n"
    "    id bigint NOT NULL PRIMARY KEY,\n"
    "    email varchar(255) NOT NULL UNIQUE,\n"
    "    plan_id integer NOT NULL DEFAULT 1 REFERENCES plans (id) ON DELETE RESTRICT,\n"
    "    balance numeric(12,2) NOT NULL DEFAULT 0 CHECK (balance >= 0),\n"
    "    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,\n"
    "    CONSTRAINT accounts_%u_email_check CHECK (email LIKE '%%@%%')\n"
    ")",
    "CREATE UNIQUE INDEX IF NOT EXISTS accounts_%u_idx ON accounts_%u (email, created_at DESC)",
    "ALTER TABLE accounts_%u ADD COLUMN IF NOT EXISTS locale varchar(10) NOT NULL DEFAULT 'en'",
    "ALTER TABLE accounts_%u ALTER COLUMN balance TYPE numeric(14,2), ALTER COLUMN email DROP NOT NULL",
    "ALTER TABLE accounts_%u RENAME COLUMN locale TO language",
    "ALTER TABLE accounts_%u ADD CONSTRAINT language_%u CHECK (language IN ('en', 'de', 'fr'))",
    "INSERT INTO accounts_%u (id, email) VALUES (1, 'a@example.org'), (2, 'b@example.org') "
    "ON CONFLICT (id) DO NOTHING",
    "CREATE VIEW accounts_view_%u AS SELECT id, email FROM accounts_%u WHERE balance > 0",
    "COMMENT ON COLUMN accounts_%u.language IS 'two letters'",
    "DROP INDEX IF EXISTS accounts_%u_idx",
};
enum { STATEMENTS = sizeof statements / sizeof statements[0] };

typedef struct figures {
    int64_t used_ns;
    uint64_t operations;
    uint64_t bytes_read;
    uint64_t bytes_written;
} figures;

/* What a run knows of its target; no driver: portable text is written. */
typedef struct rendering {
    const dn_driver *driver;
    dn_arena arena;   /* of the run */
    dn_arena known;   /* of the facts */
    dn_arena scratch; /* of the statement at hand */
    dn_schema_target target;
    dn_driver_translations translations;
    dn_driver_columns columns;
    dn_driver_view view;
    dn_fact_map *facts;
    dn_fact_map *logical;
    const dn_operations *making;
    dn_text written;
    figures *found;
    dn_error *error;
} rendering;

/* --- for a driver --------------------------------------------------------------------------------- */

static const char *
class_of(void *context, dunlin_string space, dunlin_string table, dunlin_string column)
{
    rendering *work = context;
    const dn_column_search where = {.view = work->view,
                                    .naming = work->target.naming,
                                    .making = work->making,
                                    .scratch = &work->scratch};

    (void)space;
    return dn_column_class(&where, table, column);
}

static dunlin_string
column_at(void *context, dunlin_string space, dunlin_string table, uint64_t at)
{
    const rendering *work = context;

    (void)space;
    return dn_column_at(work->facts, table, at);
}

static int
know_target(rendering *work)
{
    dunlin_capabilities capabilities;

    if (dn_driver_capabilities(work->driver, NULL, &capabilities, work->error) < 0 ||
        dn_driver_translator(work->driver, NULL, &work->arena, &work->translations, work->error) <
            0)
        return -1;
    work->target =
        (dn_schema_target){dn_driver_naming(&capabilities),
                           dn_string(capabilities.flags & DUNLIN_CAN_NAMESPACES ? "public" : ""),
                           (capabilities.flags & DUNLIN_CAN_NAMED_TYPES) != 0};
    work->columns =
        (dn_driver_columns){.class_of = class_of, .column_at = column_at, .context = work};
    work->translations.columns = &work->columns;
    return 0;
}

static int
know_nothing(rendering *work)
{
    dn_arena_clear(&work->known);
    work->facts = dn_fact_map_new(&work->known, work->target.naming);
    work->logical = dn_fact_map_new(&work->known, work->target.naming);
    work->view = (dn_driver_view){
        .driver = work->driver, .facts = work->facts, .translations = &work->translations};
    return work->facts && work->logical ? 0 : dn_no_memory(work->error);
}

/* As the server would print it, behind which comes what the next statement meets. */
static int
fold(rendering *work, const dunlin_operation *operation)
{
    dn_wanted wanted = {NULL, 0};
    const dunlin_fact *list[1];
    const dunlin_fact **realised;
    dunlin_fact fact;

    if (operation->verb == DUNLIN_VERB_CREATE || operation->verb == DUNLIN_VERB_ALTER) {
        if (dn_operation_fact_on(work->facts, operation, &work->scratch, &fact, work->error) < 0)
            return -1;
        list[0] = &fact;
        if (dn_driver_realise(&work->view, list, 1, &work->scratch, &realised, &wanted.count, NULL,
                              work->error) < 0)
            return -1;
        wanted.facts = realised;
    }
    return dn_schema_fold(work->facts, operation, &wanted, work->error);
}

static int
render(rendering *work, const dn_ddl_statement *parsed)
{
    dn_operations list = {.arena = &work->scratch};
    dn_steps steps = {0};
    dn_notes notes = {NULL, 0, 0};

    if (dn_schema_address(&work->target, parsed->operations, parsed->count, true, work->facts,
                          work->logical, &list, work->error) < 0)
        return -1;
    work->making = &list;
    for (size_t i = 0; i < list.count; i++) {
        dunlin_operation *plain = dn_operation_copy(&work->scratch, list.items[i]);

        if (!plain)
            return dn_no_memory(work->error);
        plain->condition = DUNLIN_CONDITION_NONE;
        list.items[i] = plain;
    }
    if (dn_driver_render_steps(&work->view, DUNLIN_RENDER_RUN, list.items, list.count,
                               &work->scratch, &steps, &notes, work->error) < 0)
        return -1;
    for (size_t i = 0; i < steps.count; i++)
        work->found->bytes_written += steps.items[i].sql.length;
    for (size_t i = 0; i < list.count; i++)
        if (fold(work, list.items[i]) < 0)
            return -1;
    work->making = NULL;
    return 0;
}

/* --- for anybody ------------------------------------------------------------------------------------ */

static int
one_statement(rendering *work, const char *sql, const dn_ddl_options *options)
{
    dn_ddl_statement parsed;

    dn_arena_clear(&work->scratch);
    if (dn_ddl_parse(dn_string(sql), options, &work->scratch, &parsed, work->error) < 0)
        return -1;
    if (parsed.reason)
        return dn_fail(work->error, DUNLIN_UNSUPPORTED, "translate.native", "%s", parsed.reason);
    work->found->operations += parsed.count;
    work->found->bytes_read += strlen(sql);
    if (work->driver)
        return render(work, &parsed);
    dn_text_clear(&work->written);
    if (dn_ddl_write(parsed.operations, parsed.count, &work->written, work->error) < 0)
        return -1;
    work->found->bytes_written += work->written.length;
    return 0;
}

static int
all_statements(rendering *work, unsigned migrations)
{
    dn_ddl_options options = {.rules = NULL};
    char sql[2000];

    if ((work->driver && know_target(work) < 0) ||
        dn_ddl_portable_rules(&work->arena, &options.rules, work->error) < 0)
        return -1;
    for (unsigned i = 0; i < migrations * STATEMENTS; i++) {
        unsigned number = i / STATEMENTS;

        if (i % STATEMENTS == 0 && work->driver && know_nothing(work) < 0)
            return -1;
        snprintf(sql, sizeof sql, statements[i % STATEMENTS], number, number);
        if (one_statement(work, sql, &options) < 0)
            return dn_while(work->error, "%s", sql);
    }
    return 0;
}

/* Processor time, which says the same on a machine that others use. */
static int64_t
used_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
run(const dn_driver *driver, unsigned migrations, figures *found, dn_error *error)
{
    rendering work = {.driver = driver,
                      .arena = DN_ARENA_INIT,
                      .known = DN_ARENA_INIT,
                      .scratch = DN_ARENA_INIT,
                      .written = DN_TEXT_INIT,
                      .found = found,
                      .error = error};
    int64_t begin = used_ns();
    int answer;

    memset(found, 0, sizeof *found);
    answer = all_statements(&work, migrations);
    found->used_ns = used_ns() - begin;
    dn_arena_free(&work.arena);
    dn_arena_free(&work.known);
    dn_arena_free(&work.scratch);
    dn_text_free(&work.written);
    return answer;
}

/* --- what comes out ----------------------------------------------------------------------------------- */

static int
report(const char *path, unsigned migrations, unsigned runs)
{
    const dn_driver *driver = NULL;
    figures best = {0, 0, 0, 0};
    struct rusage usage;
    dn_error error;

    dn_error_clear(&error);
    for (unsigned i = 0; i < runs; i++) {
        figures one;

        if ((path && dn_driver_load(path, &driver, &error) < 0) ||
            run(driver, migrations, &one, &error) < 0) {
            fprintf(stderr, "ddl: %s\n%s", error.message, error.context);
            return 1;
        }
        if (i == 0 || one.used_ns < best.used_ns)
            best = one;
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%-9s %u migrations of %d statements: %llu operations, %.1f MB read, %.1f MB written "
           "in %.3f s; peak of memory %.1f MB\n",
           driver ? driver->table.name : "portable", migrations, (int)STATEMENTS,
           (unsigned long long)best.operations, (double)best.bytes_read / 1e6,
           (double)best.bytes_written / 1e6, (double)best.used_ns / 1e9,
           (double)usage.ru_maxrss / 1024);
    return fflush(stdout) == 0 ? 0 : 1;
}

/* In a process of its own, whose memory is its own. */
static int
report_apart(const char *path, unsigned migrations, unsigned runs)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(report(path, migrations, runs));
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        {"migrations", required_argument, NULL, 'm'},
        {"runs", required_argument, NULL, 'r'},
        {"drivers", required_argument, NULL, 'd'},
        {NULL, 0, NULL, 0},
    };
    char pattern[4096];
    const char *folder = "lib/dunlin/drivers/0";
    unsigned migrations = 10000;
    unsigned runs = 3;
    glob_t found;
    int option;
    int answer;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'm')
            migrations = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'r')
            runs = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'd')
            folder = optarg;
        else
            return 2;
    }
    answer = report_apart(NULL, migrations, runs);
    snprintf(pattern, sizeof pattern, "%s/*.so", folder);
    if (glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "ddl: no drivers in '%s'\n", folder);
        return 1;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        answer |= report_apart(found.gl_pathv[i], migrations, runs);
    globfree(&found);
    return answer;
}
