/* SPDX-License-Identifier: MIT */
#include "cli/table_schema.h"

#include "cli/options.h"

#define MEMBER(name) offsetof(dn_arguments, name)
#define END_OPTIONS                                                                                \
    {                                                                                              \
        NULL, 0, DN_VALUE_NONE, NULL, NULL, 0, false, NULL                                         \
    }
#define END_ARGUMENTS                                                                              \
    {                                                                                              \
        NULL, false, false, DN_VALUE_NONE, NULL, NULL                                              \
    }
#define END_EXITS                                                                                  \
    {                                                                                              \
        0, NULL                                                                                    \
    }
#define END_EXAMPLES                                                                               \
    {                                                                                              \
        NULL, NULL                                                                                 \
    }

/* --- diff ------------------------------------------------------------------------------------ */

const dn_option dn_cli_diff_options[] = {
    {"sql", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(sql), false,
     "print the statements that make A into B, in an order that the database takes"},
    {"exit-code", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(exit_code), false,
     "exit with 4 when they differ"},
    {"rename", 0, DN_VALUE_LIST, "OLD=NEW", NULL, MEMBER(renames), false,
     "a table (`users=people`) or column (`users.name=full_name`) that was renamed; may be "
     "repeated"},
    END_OPTIONS};
const dn_argument dn_cli_diff_arguments[] = {
    {"A", true, false, DN_VALUE_FILE, NULL,
     "the schema to start from: a target, a URL, or a snapshot (`.json`)"},
    {"B", true, false, DN_VALUE_FILE, NULL, "the schema to reach"},
    END_ARGUMENTS};
const dn_exit dn_cli_diff_exits[] = {
    {DUNLIN_EXIT_OK, "compared; with `--exit-code`: there is no difference"},
    {DUNLIN_EXIT_FAILED, "a side could not be read, or the driver has no SQL for a difference"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or the dialects differ"},
    {DUNLIN_EXIT_DISAGREEMENT, "with `--exit-code`: they differ; or a snapshot was edited by hand"},
    END_EXITS};
const dn_example dn_cli_diff_examples[] = {
    {"dunlin diff production migrations/meta/_dunlin/postgresql/head.json",
     "what a database lacks, and what it has too much"},
    {"dunlin diff before.json after.json --sql --rename users.name=full_name",
     "the statements from one state to another"},
    {"dunlin diff staging production --exit-code --quiet", "ask by exit code"},
    END_EXAMPLES};

/* --- schema ---------------------------------------------------------------------------------- */

const dn_option dn_cli_schema_dump_options[] = {{"output", 'o', DN_VALUE_FILE, "FILE", NULL,
                                                 MEMBER(output), false,
                                                 "write this file instead of standard output"},
                                                END_OPTIONS};
const dn_exit dn_cli_schema_dump_exits[] = {
    {DUNLIN_EXIT_OK, "written"},
    {DUNLIN_EXIT_FAILED, "the database could not be read, or the file not be written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    END_EXITS};
const dn_example dn_cli_schema_dump_examples[] = {
    {"dunlin schema dump --output schema.sql", "write the schema of the default target"},
    END_EXAMPLES};
