/* SPDX-License-Identifier: MIT
 *
 * ddl [--migrations=N] [--runs=N]
 *
 * Makes N migrations (10000) of ten statements in memory, reads each into operations and writes
 * them as portable text, and prints the time of the best run and the peak of memory.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/clock.h"
#include "core/ddl/ddl.h"

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
    "CREATE UNIQUE INDEX IF NOT EXISTS accounts_%u_idx ON accounts_%u (lower(email), created_at DESC)",
    "ALTER TABLE accounts_%u ADD COLUMN IF NOT EXISTS locale varchar(10) NOT NULL DEFAULT 'en'",
    "ALTER TABLE accounts_%u ALTER COLUMN balance TYPE numeric(14,2), ALTER COLUMN email DROP NOT NULL",
    "ALTER TABLE accounts_%u RENAME COLUMN locale TO language",
    "ALTER TABLE accounts_%u ADD CONSTRAINT language_%u CHECK (language IN ('en', 'de', 'fr'))",
    "INSERT INTO accounts_%u (id, email) VALUES (1, 'a@example.org'), (2, 'b@example.org') "
    "ON CONFLICT (id) DO NOTHING",
    "CREATE OR REPLACE VIEW accounts_view_%u AS SELECT id, email FROM accounts_%u WHERE balance > 0",
    "COMMENT ON COLUMN accounts_%u.language IS 'two letters'",
    "DROP INDEX IF EXISTS accounts_%u_idx",
};

typedef struct figures {
    int64_t elapsed_ns;
    uint64_t operations;
    uint64_t bytes;
} figures;

static int
one_migration(unsigned number, const dn_ddl_options *options, dn_text *written, figures *found)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char sql[2000];
    dn_error error;

    dn_text_clear(written);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        dn_ddl_statement statement;

        snprintf(sql, sizeof sql, statements[i], number, number);
        if (dn_ddl_parse(dn_string(sql), options, &arena, &statement, &error) < 0 ||
            dn_ddl_write(statement.operations, statement.count, written, &error) < 0)
            return -1;
        if (statement.reason) {
            fprintf(stderr, "%s\n%s\n", sql, statement.reason);
            return -1;
        }
        found->operations += statement.count;
        found->bytes += strlen(sql);
    }
    return 0;
}

static int
run(unsigned migrations, figures *found)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) written = DN_TEXT_INIT;
    dn_ddl_options options = {.rules = NULL};
    int64_t begin = dn_clock_monotonic_ns();
    dn_error error;

    memset(found, 0, sizeof *found);
    if (dn_ddl_portable_rules(&arena, &options.rules, &error) < 0)
        return -1;
    for (unsigned i = 0; i < migrations; i++)
        if (one_migration(i, &options, &written, found) < 0)
            return -1;
    found->elapsed_ns = dn_clock_monotonic_ns() - begin;
    return 0;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        {"migrations", required_argument, NULL, 'm'},
        {"runs", required_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    unsigned migrations = 10000;
    unsigned runs = 3;
    struct rusage usage;
    figures best = {0, 0, 0};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'm')
            migrations = (unsigned)strtoul(optarg, NULL, 10);
        else if (option == 'r')
            runs = (unsigned)strtoul(optarg, NULL, 10);
        else
            return 2;
    }
    for (unsigned i = 0; i < runs; i++) {
        figures one;

        if (run(migrations, &one) < 0)
            return 1;
        if (i == 0 || one.elapsed_ns < best.elapsed_ns)
            best = one;
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%u migrations of %zu statements, %llu operations, %.1f MB read and written in %.3f s; "
           "peak of memory %.1f MB\n",
           migrations, sizeof statements / sizeof statements[0],
           (unsigned long long)best.operations, (double)best.bytes / 1e6,
           (double)best.elapsed_ns / 1e9, (double)usage.ru_maxrss / 1024);
    return 0;
}
