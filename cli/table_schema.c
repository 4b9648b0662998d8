/* SPDX-License-Identifier: MIT */
#include "cli/table_schema.h"

#include "cli/table_macros.h"

/* --- diff ------------------------------------------------------------------------------------ */

const dn_option dn_cli_diff_options[] = {
    {"sql", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(sql), false,
     "print the statements that make A into B, in an order that the database takes"},
    {"exit-code", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(exit_code), false,
     "exit with 4 when they differ"},
    {"rename", 0, DN_VALUE_LIST, "OLD=NEW", NULL, MEMBER(renames), false,
     "a table (`users=people`) or column (`users.name=full_name`) that was renamed; may be "
     "repeated"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "run a file of SQL, or migrations, in a throw-away database on the server of the other side"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "run them in this empty database instead"},
    END_OPTIONS};
const dn_argument dn_cli_diff_arguments[] = {
    {"A", true, false, DN_VALUE_FILE, NULL,
     "the schema to start from: a target, a URL, the tag of a migration, `definition`, a snapshot "
     "(`.json`), or a file of SQL (`.sql`)"},
    {"B", true, false, DN_VALUE_FILE, NULL, "the schema to reach"},
    END_ARGUMENTS};
const dn_exit dn_cli_diff_exits[] = {
    {DUNLIN_EXIT_OK, "compared; with `--exit-code`: there is no difference"},
    {DUNLIN_EXIT_FAILED, "a side could not be read, or the driver has no SQL for a difference"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or the dialects differ"},
    {DUNLIN_EXIT_DISAGREEMENT,
     "with `--exit-code`: they differ; or a snapshot was edited by hand, or "
     "the state behind a migration is not known"},
    END_EXITS};
const dn_example dn_cli_diff_examples[] = {
    {"dunlin diff production migrations/meta/_dunlin/postgresql/head.json",
     "what a database lacks, and what it has too much"},
    {"dunlin diff before.json after.json --sql --rename users.name=full_name",
     "the statements from one state to another"},
    {"dunlin diff tag:0012 definition --sql",
     "the statements that a migration behind 0012 needs to reach schema.sql"},
    {"dunlin diff staging production --exit-code --quiet", "ask by exit code"},
    END_EXAMPLES};

/* --- drift ----------------------------------------------------------------------------------- */

const dn_option dn_cli_drift_options[] = {
    {"replay", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(replay), false,
     "compare with a replay of the migrations, although the last run left what is needed"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay them, and load the definition, in a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "do so in this empty database instead"},
    {"fix", 0, DN_VALUE_TEXT, "NAME", NULL, MEMBER(fix), false,
     "write a migration that makes what the database has"},
    {"revert", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(revert), false,
     "with `--fix`: one that takes the database back to what the migrations make"},
    {"accept", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(accept), false,
     "record in the target that its present state is right"},
    {"why", 0, DN_VALUE_TEXT, "TEXT", NULL, MEMBER(why), false,
     "the reason, kept in the target; needed with `--accept`"},
    END_OPTIONS};
const dn_exit dn_cli_drift_exits[] = {
    {DUNLIN_EXIT_OK, "no drift, or it was accepted"},
    {DUNLIN_EXIT_FAILED, "the schema could not be read, or nothing tells what it should be"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "database, tracker, journal or schema definition is stale"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
const dn_example dn_cli_drift_examples[] = {
    {"dunlin drift --target production --quiet", "ask by exit code, every night"},
    {"dunlin drift --fix 'keep the index of the incident'",
     "make a migration of what somebody did by hand"},
    {"dunlin drift --accept --why 'partitions are made by pg_partman'", "say that it is right so"},
    END_EXAMPLES};

/* --- schema ---------------------------------------------------------------------------------- */

const dn_option dn_cli_schema_dump_options[] = {
    {"output", 'o', DN_VALUE_FILE, "FILE", NULL, MEMBER(output), false,
     "write this file instead of standard output"},
    {"tag", 0, DN_VALUE_TEXT, "TAG", NULL, MEMBER(tag), false,
     "not what the target has, but what the migrations up to this one make on such a database"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "of a portable definition: find out in throw-away databases on the targets' servers what each "
     "kind has beyond it; with `--tag`: replay the migrations in one"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "do so in this empty database instead, for its kind"},
    END_OPTIONS};
const dn_exit dn_cli_schema_dump_exits[] = {
    {DUNLIN_EXIT_OK, "written"},
    {DUNLIN_EXIT_FAILED,
     "the database could not be read, or the file not be written; or what the migrations make "
     "is not known"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    END_EXITS};
const dn_example dn_cli_schema_dump_examples[] = {
    {"dunlin schema dump --output schema.sql", "write the schema of the default target"},
    {"dunlin schema dump --output schema.sql --tag 0012",
     "write what the migrations up to 0012 make"},
    {"dunlin schema dump --output schema.sql --shadow-url postgres:///empty",
     "write a portable definition, with what PostgreSQL has beyond it"},
    END_EXAMPLES};

const dn_argument dn_cli_schema_load_arguments[] = {
    {"FILE", true, false, DN_VALUE_FILE, NULL, "the schema definition"}, END_ARGUMENTS};
const dn_exit dn_cli_schema_load_exits[] = {
    {DUNLIN_EXIT_OK, "loaded"},
    {DUNLIN_EXIT_FAILED, "a statement failed; what ran before it is undone where that is possible"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or the database is not empty"},
    END_EXITS};
const dn_example dn_cli_schema_load_examples[] = {
    {"dunlin schema load schema.sql --url sqlite:test.db", "make a database for tests"},
    END_EXAMPLES};

const dn_option dn_cli_schema_check_options[] = {
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "load the file into a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "load it into this empty database instead"},
    END_OPTIONS};
const dn_exit dn_cli_schema_check_exits[] = {
    {DUNLIN_EXIT_OK, "the target has the schema that the file says"},
    {DUNLIN_EXIT_FAILED, "the database or the file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or there is no database to load into"},
    {DUNLIN_EXIT_DISAGREEMENT, "they differ"},
    END_EXITS};
const dn_example dn_cli_schema_check_examples[] = {
    {"dunlin schema check schema.sql", "compare the definition with the default target"},
    END_EXAMPLES};
