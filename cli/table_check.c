/* SPDX-License-Identifier: MIT */
#include "cli/table_check.h"

#include "cli/table_macros.h"

const char dn_cli_check_description[] =
    "Compares journal and files; runs all migrations from empty in a throw-away database, for each "
    "kind of database that the targets are; and compares what they make with the head snapshot, the "
    "files of effects, the schema definition and drizzle-kit's newest snapshot, as far as these exist. "
    "With `--target` or `--url` that database is compared with all of them, too. Each disagreement comes "
    "with the command that mends it. Nothing is written, and a target is only read.\n\n"
    "SQLite is replayed in memory. On a server that takes an empty database (`--shadow-url`), a target "
    "of the kind `\"development\"`, or `--shadow`; what could not be verified is said, and is no "
    "disagreement without `--complete`.\n\n"
    "With `--env` alone it asks whether a run on the target would find what it needs: the driver, the "
    "server (also behind a pooler), the tracker, the run lock, privileges for what is pending, a folder to "
    "write, a backup tool that fits and room for it; each with the way out.\n\n"
    "With `--portability` alone it reads every migration as each driver of the configured targets would "
    "get it, with sections and override files, and tells all that cannot be translated: the place, the "
    "reason, and both ways out. Then what is lost where the database has no word for it, counted by "
    "kind; with `\"portability\": \"strict\"` this counts as not portable. Nothing is connected to, so "
    "the versions of servers are not known. Later statements about an object that could not be made may "
    "be reported for that alone.";

const dn_option dn_cli_check_options[] = {
    {"portability", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(portability), false,
     "only tell what has no translation for the databases of the configured targets"},
    {"env", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(environment), false,
     "only tell whether everything that a run on the target needs can be had here"},
    {"driver", 0, DN_VALUE_LIST, "NAME", NULL, MEMBER(drivers), false,
     "check for this driver, whatever the targets are; may be repeated"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay the migrations in throw-away databases on the targets' servers"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    {"definition-command", 0, DN_VALUE_TEXT, "COMMAND", NULL, MEMBER(definition_command), false,
     "run this program, which prints the definition as SQL, and compare that, too"},
    {"complete", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(complete), false,
     "exit with 4 when something could not be verified"},
    END_OPTIONS};
const dn_exit dn_cli_check_exits[] = {
    {DUNLIN_EXIT_OK, "everything that could be verified agrees"},
    {DUNLIN_EXIT_FAILED, "a file or the target could not be read"},
    {DUNLIN_EXIT_USAGE, "usage, configuration or a directive is wrong, or there is no such driver"},
    {DUNLIN_EXIT_PENDING, "everything agrees, and migrations are pending on the target"},
    {DUNLIN_EXIT_DISAGREEMENT, "something disagrees, or cannot be translated"},
    END_EXITS};
const dn_example dn_cli_check_examples[] = {
    {"dunlin check", "verify a checkout, without any database of your own"},
    {"dunlin check --shadow-url \"$SCRATCH\" --complete", "in CI, beside a server that is empty"},
    {"dunlin check --target production", "and a database with it"},
    {"dunlin check --env --target production", "before a deploy: is there all that a run needs?"},
    {"dunlin check --definition-command 'npx drizzle-kit export'",
     "ask drizzle-kit what the TypeScript definition says"},
    {"dunlin check --json | jq -r '.checks[].problems[] | .object + \": \" + .message'",
     "list what disagrees"},
    {"dunlin check --portability --driver sqlite --driver mysql",
     "see what stands in the way of two more databases"},
    END_EXAMPLES};
