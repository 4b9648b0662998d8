/* SPDX-License-Identifier: MIT
 *
 * The program as a whole: what it is for, options of all commands, exit codes, variables.
 */
#include "cli/table_macros.h"

const char dn_cli_program_summary[] = "apply database migrations and keep track of them";
const char dn_cli_program_text[] =
    "dunlin brings a database to the state that a folder of SQL migrations describes. It keeps "
    "four things in agreement: the journal, the migration files, the tracker table in the "
    "database, and the schema that is really there.\n\n"
    "A project is a folder with a `dunlin.json`, or with nothing but `migrations/` and the "
    "variable `DATABASE_URL`. It is looked for in the working folder and its parents.\n\n"
    "Results go to standard output, everything else to standard error. With `--json` the result "
    "is one JSON document; a failure without a result prints a document of the format "
    "`dunlin-error/1` instead.";

static const char *const color_choices[] = {"auto", "always", "never", NULL};

const dn_option dn_cli_globals[] = {
    {"dir", 'C', DN_VALUE_FOLDER, "DIR", NULL, MEMBER(directory), false,
     "project folder, instead of the working folder or the nearest parent with a project"},
    {"config", 0, DN_VALUE_FILE, "FILE", NULL, MEMBER(config), false,
     "configuration file, instead of `dunlin.json` in the project folder"},
    {"migrations", 0, DN_VALUE_FOLDER, "FOLDER", NULL, MEMBER(migrations), false,
     "migrations folder, instead of the configured one"},
    {"url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(url), false,
     "database to work on, such as `sqlite:app.db`, instead of a configured target"},
    {"target", 0, DN_VALUE_TEXT, "NAME", NULL, MEMBER(target), false,
     "configured target to work on, instead of the default one"},
    {"driver-path", 0, DN_VALUE_FOLDER, "DIR", NULL, MEMBER(driver_path), false,
     "folder to search first for drivers"},
    {"lock-timeout", 0, DN_VALUE_DURATION, "DURATION", NULL, MEMBER(lock_timeout_ms), false,
     "how long to wait for another run: `30s`, `500ms`, `2m`, or seconds"},
    {"json", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(json), false,
     "print the result as one JSON document"},
    {"color", 0, DN_VALUE_CHOICE, "WHEN", color_choices, MEMBER(color), false,
     "colour the output; `auto` does on a terminal unless `NO_COLOR` is set"},
    {"verbose", 'v', DN_VALUE_NONE, NULL, NULL, MEMBER(verbose), false,
     "say on standard error what is being done; twice for more"},
    {"quiet", 'q', DN_VALUE_NONE, NULL, NULL, MEMBER(quiet), false,
     "print errors only, besides a script, definition or picture that goes to standard output, and the "
     "document of `--json`"},
    {"version", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(version), false, "print the version and stop"},
    {"help", 'h', DN_VALUE_NONE, NULL, NULL, MEMBER(help), false,
     "print help for the command and stop"},
    END_OPTIONS};

const dn_exit dn_cli_exits[] = {
    {DUNLIN_EXIT_OK, "done, or in agreement"},
    {DUNLIN_EXIT_FAILED, "failed"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong; nothing was done"},
    {DUNLIN_EXIT_PENDING, "pending migrations exist (`status --check`)"},
    {DUNLIN_EXIT_DISAGREEMENT, "journal, files, tracker and schema disagree"},
    {DUNLIN_EXIT_LOCKED, "another run holds the lock"},
    {DUNLIN_EXIT_PARTIAL, "stopped part-way; the next run resumes"},
    END_EXITS};

const dn_variable dn_cli_variables[] = {
    {"DATABASE_URL", "the database, when neither configuration nor options name one"},
    {"DUNLIN_DRIVER_PATH", "folders to search for drivers, separated by colons"},
    {"NO_COLOR", "when set and not empty, `--color=auto` means `never`"},
    {NULL, NULL}};
