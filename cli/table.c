/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/table_check.h"
#include "cli/table_macros.h"
#include "cli/table_generate.h"
#include "cli/table_record.h"
#include "cli/table_schema.h"
#include "cli/table_tools.h"

static const char *const dialect_choices[] = {"portable", "sqlite", "postgres", "mysql", NULL};
static const char *const shell_choices[] = {"bash", "zsh", "fish", NULL};

/* --- init, new ------------------------------------------------------------------------------- */

static const dn_option init_options[] = {{"dialect", 0, DN_VALUE_CHOICE, "NAME", dialect_choices,
                                          MEMBER(dialect), false,
                                          "dialect of the migrations; `portable` unless given"},
                                         END_OPTIONS};
static const dn_exit init_exits[] = {{DUNLIN_EXIT_OK, "created, or everything was there already"},
                                     {DUNLIN_EXIT_FAILED, "a file could not be written"},
                                     {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
                                     END_EXITS};
static const dn_example init_examples[] = {
    {"dunlin init", "start a project in this folder"},
    {"dunlin init --url postgres://joe@localhost/shop", "start one for a database that is there"},
    {"dunlin init -C services/billing --dialect sqlite", "start one elsewhere, for SQLite alone"},
    END_EXAMPLES};

static const dn_argument new_arguments[] = {
    {"NAME", true, true, DN_VALUE_TEXT, NULL, "what the migration does; words are joined by `_`"},
    END_ARGUMENTS};
static const dn_exit new_exits[] = {
    {DUNLIN_EXIT_OK, "created"},
    {DUNLIN_EXIT_FAILED, "a file could not be written"},
    {DUNLIN_EXIT_USAGE, "the name, usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "the journal cannot be read or added to"},
    END_EXITS};
static const dn_example new_examples[] = {
    {"dunlin new add session timeout", "add a migration whose tag ends in add_session_timeout"},
    {"$EDITOR \"$(dunlin new add_index)\"", "add one and edit it"},
    END_EXAMPLES};

/* --- migrate, status ------------------------------------------------------------------------- */

static const char *const if_different_choices[] = {"error", "keep", NULL};
static const dn_option migrate_options[] = {
    {"to", 0, DN_VALUE_TEXT, "TAG", NULL, MEMBER(to), false,
     "last migration to apply; those after it stay pending"},
    {"dry-run", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(dry_run), false,
     "show what would be sent, and send nothing"},
    {"single-transaction", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(single_transaction), false,
     "apply all pending migrations in one transaction: all or none"},
    {"no-backup", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(no_backup), false,
     "do not back up the database before the first change"},
    {"allow", 0, DN_VALUE_LIST, "TAG", NULL, MEMBER(allow), false,
     "go on although this migration was edited or is missing; may be repeated"},
    {"allow-nonempty", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(allow_nonempty), false,
     "start on a database that holds objects but no record of migrations"},
    {"if-different", 0, DN_VALUE_CHOICE, "WHAT", if_different_choices, MEMBER(if_different), false,
     "what a guard makes of an object that exists, but different: `error` or `keep`"},
    {"cancel", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(cancel), false,
     "end the session that holds the lock: of a run that was killed while the server goes on with "
     "its statement"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "where texts do not tell whether the order of late migrations matters: replay both orders in a "
     "throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    END_OPTIONS};
static const dn_exit migrate_exits[] = {
    {DUNLIN_EXIT_OK, "everything asked for is applied"},
    {DUNLIN_EXIT_FAILED, "a migration failed and was rolled back; those before it stay applied"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "journal, files and tracker disagree; nothing was sent"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    {DUNLIN_EXIT_PARTIAL, "stopped part-way; the next run resumes"},
    END_EXITS};
static const dn_example migrate_examples[] = {
    {"dunlin migrate", "apply what is pending to the default target"},
    {"dunlin migrate --dry-run", "show what would be done"},
    {"dunlin migrate --target staging --to 20260316091000_add_timeout", "go up to one migration"},
    {"dunlin migrate --url sqlite:app.db --migrations db/migrations",
     "work without a configuration file"},
    END_EXAMPLES};

static const dn_option resume_options[] = {{"done", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(done),
                                            false, "the statement took effect: go on behind it"},
                                           {"redo", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(redo),
                                            false,
                                            "it did not, or does no harm twice: run it again"},
                                           END_OPTIONS};
static const dn_argument resume_arguments[] = {
    {"TAG", false, false, DN_VALUE_TEXT, NULL,
     "the migration that stopped part-way; needed where there are several"},
    END_ARGUMENTS};
static const dn_exit resume_exits[] = {
    {DUNLIN_EXIT_OK, "decided; `dunlin migrate` goes on"},
    {DUNLIN_EXIT_FAILED, "the ledger could not be written"},
    {DUNLIN_EXIT_USAGE, "usage is wrong, or no statement waits for a decision"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
static const dn_example resume_examples[] = {
    {"dunlin resume --done", "the interrupted statement took effect"},
    {"dunlin resume 20260316091000_purge --redo", "run the interrupted statement again"},
    END_EXAMPLES};

static const dn_option status_options[] = {
    {"check", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(check), false,
     "tell by the exit code: 3 pending migrations, 4 disagreement"},
    {"last", 0, DN_VALUE_NUMBER, "N", NULL, MEMBER(last), false,
     "list the last N migrations only (the JSON document always has all)"},
    {"pending", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(pending), false,
     "list what is not applied only (the JSON document always has all)"},
    END_OPTIONS};
static const dn_exit status_exits[] = {
    {DUNLIN_EXIT_OK, "the state could be read; with `--check`: in agreement, nothing pending"},
    {DUNLIN_EXIT_FAILED, "the database or a file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_PENDING, "with `--check`: pending migrations exist"},
    {DUNLIN_EXIT_DISAGREEMENT, "with `--check`: journal, files and tracker disagree"},
    END_EXITS};
static const dn_example status_examples[] = {
    {"dunlin status", "list migrations and whether they are applied"},
    {"dunlin status --check --quiet", "ask by exit code, in a deployment script"},
    {"dunlin status --json | jq -r '.migrations[] | select(.verdict != \"applied\") | .tag'",
     "print the tags of what is not applied"},
    END_EXAMPLES};

static const dn_option doctor_options[] = {
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay the migrations in a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    {"definition-command", 0, DN_VALUE_TEXT, "COMMAND", NULL, MEMBER(definition_command), false,
     "run this program, which prints the schema definition as SQL, and compare that, too"},
    END_OPTIONS};
static const dn_exit doctor_exits[] = {
    {DUNLIN_EXIT_OK, "all four agree, nothing is pending"},
    {DUNLIN_EXIT_FAILED, "the database or a file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_PENDING, "they agree, and pending migrations exist"},
    {DUNLIN_EXIT_DISAGREEMENT, "they disagree"},
    END_EXITS};
static const dn_example doctor_examples[] = {
    {"dunlin doctor", "find out what happened"},
    {"dunlin doctor --json | jq -r .story", "print the paragraph that tells it"},
    {"dunlin doctor --shadow-url \"$SCRATCH\"", "replay the migrations in a database of your own"},
    END_EXAMPLES};

static const dn_option repair_options[] = {
    {"apply", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(apply), false,
     "carry the steps out; without it they are only shown"},
    {"no-backup", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(no_backup), false,
     "do not back up the database before the first change"},
    {"digests", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(digests), false,
     "give the records of files that were edited in comments and blanks alone their new digests"},
    {"relink", 0, DN_VALUE_LIST, "OLD=NEW", NULL, MEMBER(relinks), false,
     "the file NEW, which the journal does not list, is that of its entry OLD; may be repeated"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay the migrations in a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    {"definition-command", 0, DN_VALUE_TEXT, "COMMAND", NULL, MEMBER(definition_command), false,
     "run this program, which prints the schema definition as SQL, and compare that, too"},
    END_OPTIONS};
static const dn_exit repair_exits[] = {
    {DUNLIN_EXIT_OK, "all four agree, nothing is pending"},
    {DUNLIN_EXIT_FAILED, "a step failed; `dunlin doctor` tells where it stands"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_PENDING, "they agree, and pending migrations exist"},
    {DUNLIN_EXIT_DISAGREEMENT,
     "they disagree: without `--apply`, or something is left to be decided"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
static const dn_example repair_examples[] = {{"dunlin repair", "show what would be done, and why"},
                                             {"dunlin repair --apply", "do it, behind a backup"},
                                             END_EXAMPLES};

static const dn_option snapshot_options[] = {
    {"output", 'o', DN_VALUE_FILE, "FILE", NULL, MEMBER(output), false,
     "write this file instead of the head snapshot"},
    {"stdout", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(print), false,
     "print the snapshot and write no file"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay the migrations in a throw-away database on "
     "the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    {"drizzle", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(drizzle), false,
     "write drizzle-kit's snapshot of the newest migration instead, fresh, from a replay"},

    END_OPTIONS};
static const dn_exit snapshot_exits[] = {
    {DUNLIN_EXIT_OK, "written, or as it was already"},
    {DUNLIN_EXIT_FAILED, "the database could not be read, or the file not be written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_PENDING, "the target is not at the newest migration; nothing was written"},
    {DUNLIN_EXIT_DISAGREEMENT, "journal, files and tracker disagree; nothing was written"},
    END_EXITS};
static const dn_example snapshot_examples[] = {
    {"dunlin snapshot", "write the head snapshot behind `dunlin migrate`"},
    {"dunlin snapshot --url \"$PRODUCTION\" --output production.json",
     "keep the schema of any database"},
    END_EXAMPLES};

static const char *const diagram_formats[] = {"mermaid", "dot", "svg", NULL};
static const dn_option diagram_options[] = {
    {"format", 0, DN_VALUE_CHOICE, "FORMAT", diagram_formats, MEMBER(format), false,
     "`mermaid` (the default), which code hosts draw in Markdown; `dot` for Graphviz; or `svg`, a "
     "picture, for which Graphviz has to be installed"},
    {"table", 0, DN_VALUE_LIST, "NAME", NULL, MEMBER(tables), false,
     "draw this table and what is around it, not all; may be repeated"},
    {"depth", 0, DN_VALUE_NUMBER, "N", NULL, MEMBER(depth), false,
     "with `--table`: up to N foreign keys away (default 1)"},
    {"output", 'o', DN_VALUE_FILE, "FILE", NULL, MEMBER(output), false,
     "write this file instead of standard output"},
    END_OPTIONS};
static const dn_exit diagram_exits[] = {
    {DUNLIN_EXIT_OK, "drawn"},
    {DUNLIN_EXIT_FAILED,
     "the database could not be read, the file not be written, or Graphviz is missing"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or there is no such table"},
    END_EXITS};
static const dn_example diagram_examples[] = {
    {"dunlin diagram --output docs/schema.mmd", "keep the whole schema as a Mermaid diagram"},
    {"dunlin diagram --table invoices --depth 2 --format svg -o invoices.svg",
     "draw what is around one table"},
    END_EXAMPLES};

static const dn_option docs_options[] = {{"output", 'o', DN_VALUE_FILE, "FILE", NULL,
                                          MEMBER(output), false,
                                          "file to write, instead of `schema.html`"},
                                         END_OPTIONS};
static const dn_exit docs_exits[] = {
    {DUNLIN_EXIT_OK, "written"},
    {DUNLIN_EXIT_FAILED, "the database could not be read, or the file not be written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    END_EXITS};
static const dn_example docs_examples[] = {
    {"dunlin docs --output public/schema.html", "publish the schema with a site"}, END_EXAMPLES};

/* --- journal --------------------------------------------------------------------------------- */

static const dn_exit journal_check_exits[] = {
    {DUNLIN_EXIT_OK, "the journal and the files agree"},
    {DUNLIN_EXIT_FAILED, "a file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "they disagree"},
    END_EXITS};
static const dn_example journal_check_examples[] = {
    {"dunlin journal check", "compare the journal with the files"}, END_EXAMPLES};

static const dn_option journal_rebuild_options[] = {{"dry-run", 0, DN_VALUE_NONE, NULL, NULL,
                                                     MEMBER(dry_run), false,
                                                     "show what would change and write nothing"},
                                                    END_OPTIONS};
static const dn_exit journal_rebuild_exits[] = {
    {DUNLIN_EXIT_OK, "written, or nothing to change"},
    {DUNLIN_EXIT_FAILED, "a file could not be read or written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "the files leave the order open; a person must decide"},
    END_EXITS};
static const dn_example journal_rebuild_examples[] = {
    {"dunlin journal rebuild --dry-run", "show what would change"}, END_EXAMPLES};

static const dn_argument merge_arguments[] = {
    {"BASE", true, false, DN_VALUE_FILE, NULL, "the common ancestor (`%O`)"},
    {"OURS", true, false, DN_VALUE_FILE, NULL, "our version (`%A`); the result is written to it"},
    {"THEIRS", true, false, DN_VALUE_FILE, NULL, "their version (`%B`)"},
    END_ARGUMENTS};
static const dn_exit merge_exits[] = {
    {DUNLIN_EXIT_OK, "merged"},
    {DUNLIN_EXIT_FAILED, "a file could not be read or written"},
    {DUNLIN_EXIT_USAGE, "usage is wrong, or a file is not a journal"},
    {DUNLIN_EXIT_DISAGREEMENT, "a person must decide; git leaves the conflict open"},
    END_EXITS};
static const dn_example merge_examples[] = {
    {"git config merge.dunlin-journal.driver 'dunlin merge-driver %O %A %B'",
     "let git merge journals that `.gitattributes` marks with `merge=dunlin-journal`"},
    END_EXAMPLES};

/* --- backup ---------------------------------------------------------------------------------- */

static const dn_argument backup_arguments[] = {
    {"DESTINATION", false, false, DN_VALUE_FILE, NULL,
     "file to write; the backup folder of the target unless given"},
    END_ARGUMENTS};
static const dn_exit backup_exits[] = {
    {DUNLIN_EXIT_OK, "the backup is written and complete"},
    {DUNLIN_EXIT_FAILED, "no backup was made (no room, unreadable database ...)"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_LOCKED, "the database was locked for longer than the timeout"},
    END_EXITS};
static const dn_example backup_examples[] = {
    {"dunlin backup", "back up the default target"},
    {"dunlin backup /srv/backups/app-before-release.db", "choose the file"},
    END_EXAMPLES};

static const dn_exit backups_exits[] = {{DUNLIN_EXIT_OK, "listed"},
                                        {DUNLIN_EXIT_FAILED, "the folder could not be read"},
                                        {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
                                        END_EXITS};
static const dn_example backups_examples[] = {
    {"dunlin backups", "list backups of the default target, newest first"}, END_EXAMPLES};

static const dn_argument restore_arguments[] = {
    {"NAME", true, false, DN_VALUE_FILE, NULL, "a backup as `backups` lists it, or a path"},
    END_ARGUMENTS};
static const dn_exit restore_exits[] = {
    {DUNLIN_EXIT_OK, "restored"},
    {DUNLIN_EXIT_FAILED, "not restored; the database is as it was"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or there is no such backup"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
static const dn_example restore_examples[] = {
    {"dunlin restore \"$(dunlin backups --json | jq -r '.backups[0].name')\"",
     "go back to the newest backup"},
    END_EXAMPLES};

/* --- drivers, completion, help --------------------------------------------------------------- */

static const dn_exit drivers_exits[] = {
    {DUNLIN_EXIT_OK, "listed"}, {DUNLIN_EXIT_USAGE, "usage is wrong"}, END_EXITS};
static const dn_example drivers_examples[] = {
    {"dunlin drivers", "list drivers, and the reason where one was refused"}, END_EXAMPLES};

static const dn_option explain_options[] = {{"driver", 0, DN_VALUE_TEXT, "NAME", NULL,
                                             MEMBER(driver), false,
                                             "show what the statements become for this driver"},
                                            END_OPTIONS};
static const dn_argument explain_arguments[] = {
    {"FILE", true, false, DN_VALUE_FILE, NULL, "file of portable SQL"}, END_ARGUMENTS};
static const dn_exit explain_exits[] = {
    {DUNLIN_EXIT_OK, "all of it is portable, and the driver has a statement for it"},
    {DUNLIN_EXIT_FAILED, "some statement is not portable, or the file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage is wrong, or there is no such driver"},
    END_EXITS};
static const dn_example explain_examples[] = {
    {"dunlin explain migrations/0001_users.sql", "see what is portable, and what is not and why"},
    {"dunlin explain migrations/0001_users.sql --driver sqlite",
     "see the statements that SQLite would get"},
    END_EXAMPLES};

static const dn_option export_options[] = {
    {"driver", 0, DN_VALUE_TEXT, "NAME", NULL, MEMBER(driver), false,
     "write for this driver, instead of that of the target"},
    {"server", 0, DN_VALUE_TEXT, "SERVER", NULL, MEMBER(server), false,
     "the server and its version: `\"postgres 14\"`, `\"mysql 8.0\"`, `\"sqlite 3.40\"`"},
    {"from", 0, DN_VALUE_TEXT, "TAG", NULL, MEMBER(from), false,
     "begin with this migration; those before must be recorded where the script runs"},
    {"to", 0, DN_VALUE_TEXT, "TAG", NULL, MEMBER(to), false, "end with this migration"},
    {"output", 'o', DN_VALUE_FILE, "FILE", NULL, MEMBER(output), false,
     "write the script to this file"},
    END_OPTIONS};
static const dn_exit export_exits[] = {
    {DUNLIN_EXIT_OK, "written"},
    {DUNLIN_EXIT_FAILED,
     "a statement cannot stand in a script, or a file could not be read or written"},
    {DUNLIN_EXIT_USAGE,
     "usage, configuration or a migration is wrong, something is not portable, or there is no such "
     "driver or server"},
    {DUNLIN_EXIT_DISAGREEMENT, "journal and files disagree, or the migrations with themselves"},
    END_EXITS};
static const dn_example export_examples[] = {
    {"dunlin export --driver postgres --output deploy.sql", "write one script of all migrations"},
    {"dunlin export --driver mysql --server \"mysql 8.0\" --from 0012_add_timeout",
     "write the last ones, for a certain server"},
    END_EXAMPLES};

static const dn_option harden_options[] = {
    {"pending", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(pending), false,
     "all migrations that the target has not applied, instead of one file"},
    {"write", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(write), false,
     "write the files; otherwise only the diff is printed"},
    END_OPTIONS};
static const dn_argument harden_arguments[] = {
    {"FILE", false, false, DN_VALUE_FILE, NULL, "a migration file"}, END_ARGUMENTS};
static const dn_exit harden_exits[] = {
    {DUNLIN_EXIT_OK, "done, or there was nothing to do"},
    {DUNLIN_EXIT_FAILED, "a file or the database could not be read, or a file not written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or a statement is no SQL"},
    {DUNLIN_EXIT_DISAGREEMENT, "the migration is applied already; nothing was written"},
    END_EXITS};
static const dn_example harden_examples[] = {
    {"dunlin harden --pending", "show what would change in migrations that are not applied yet"},
    {"dunlin harden migrations/0012_orders.sql --write", "guard the statements of one file"},
    END_EXAMPLES};

static const dn_option parity_options[] = {
    {"targets", 0, DN_VALUE_LIST, "NAMES", NULL, MEMBER(targets), false,
     "configured targets to compare, with commas between; the first one is the reference. All of "
     "them, the default one first, unless given"},
    {"urls", 0, DN_VALUE_LIST, "URLS", NULL, MEMBER(urls), false,
     "databases to compare, with commas between, behind those of `--targets`; may be repeated"},
    END_OPTIONS};
static const dn_exit parity_exits[] = {
    {DUNLIN_EXIT_OK, "they mean the same"},
    {DUNLIN_EXIT_FAILED, "a database or a file could not be read"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
    {DUNLIN_EXIT_DISAGREEMENT, "they differ"},
    END_EXITS};
static const dn_example parity_examples[] = {
    {"dunlin parity --targets dev,prod", "does production have what the laptop has?"},
    {"dunlin parity --urls sqlite:app.db,postgresql://app@db.internal/app",
     "compare two databases that are not configured"},
    {"dunlin parity --json | jq -r '.comparisons[].parted.tag'",
     "print the migrations at which targets part from the default one"},
    END_EXAMPLES};

static const dn_option driver_check_options[] = {
    {"quirks", 0, DN_VALUE_FILE, "FILE", NULL, MEMBER(quirks), false,
     "JSON file that says what this database cannot do"},
    {"case", 0, DN_VALUE_LIST, "ID", NULL, MEMBER(cases), false,
     "run this case only, or with `run.*` those of an area; may be repeated"},
    END_OPTIONS};
static const dn_argument driver_check_arguments[] = {
    {"DRIVER", true, false, DN_VALUE_FILE, NULL, "name of a driver, or path of its file"},
    {"URL", true, false, DN_VALUE_TEXT, NULL, "database that the kit may write to"},
    END_ARGUMENTS};
static const dn_exit driver_check_exits[] = {
    {DUNLIN_EXIT_OK, "no case failed"},
    {DUNLIN_EXIT_FAILED, "a case failed, or there was no connection"},
    {DUNLIN_EXIT_USAGE, "usage or the quirks file is wrong, or there is no such driver"},
    END_EXITS};
static const dn_example driver_check_examples[] = {
    {"dunlin driver check sqlite sqlite:/tmp/check.db", "check a driver that is installed"},
    {"dunlin driver check ./toy.so toy:/tmp/toy.txt --quirks toy.json",
     "check a file, knowing what its database lacks"},
    {"dunlin driver check ./toy.so toy:/tmp/toy.txt --case 'run.*' --case lock.dies",
     "run some cases only"},
    END_EXAMPLES};

static const dn_argument completion_arguments[] = {
    {"SHELL", true, false, DN_VALUE_CHOICE, shell_choices, "`bash`, `zsh` or `fish`"},
    END_ARGUMENTS};
static const dn_exit plain_exits[] = {
    {DUNLIN_EXIT_OK, "printed"}, {DUNLIN_EXIT_USAGE, "usage is wrong"}, END_EXITS};
static const dn_example completion_examples[] = {
    {"dunlin completion bash > ~/.local/share/bash-completion/completions/dunlin", "in bash"},
    {"dunlin completion zsh > ~/.zfunc/_dunlin", "in zsh, with `~/.zfunc` in `fpath`"},
    {"dunlin completion fish > ~/.config/fish/completions/dunlin.fish", "in fish"},
    END_EXAMPLES};

static const dn_option help_options[] = {
    {"man", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(man), true, "print the manual page"},
    {"markdown", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(markdown), true, "print docs/commands.md"},
    END_OPTIONS};
static const dn_argument help_arguments[] = {
    {"COMMAND", false, true, DN_VALUE_TEXT, NULL, "command to describe"}, END_ARGUMENTS};
static const dn_example help_examples[] = {
    {"dunlin help migrate", "describe one command"},
    {"dunlin help --json", "describe all of them, for programs"},
    END_EXAMPLES};

static const dn_option no_options[] = {END_OPTIONS};
static const dn_argument no_arguments[] = {END_ARGUMENTS};

/* --- the table ------------------------------------------------------------------------------- */

const dn_group dn_cli_groups[] = {{"journal", "compare the journal with the files, or rebuild it"},
                                  {"driver", "check a driver"},
                                  {"schema", "write, load or check a schema definition"},
                                  {NULL, NULL}};

const dn_command dn_cli_commands[] = {
    {"init", "start a project",
     "Creates `dunlin.json`, the migrations folder with its journal, a first migration and entries "
     "in `.gitignore`. Files that exist are kept as they are. In a git repository the merge "
     "driver for journals is set up, too.\n\n"
     "The first target, `dev`, is a database of SQLite, or the one of `--url`. A URL with a password "
     "is not written down: the target reads `DEV_DATABASE_URL` then.\n\n"
     "The dialect says which SQL the migrations are written in: `portable` is the subset that "
     "runs on every database.",
     "dunlin-init/1", init_options, no_arguments, init_exits, init_examples, dn_cmd_init},
    {"generate", "add the migration that the schema definition asks for",
     "Compares what the migrations make with the schema definition and writes the next migration: "
     "the statements that lead from the one to the other, and behind `-- dunlin: down` the way back "
     "where nothing is lost. Before that, all migrations and the new one are replayed in a throw-away "
     "database; what comes out has to be the schema of the definition, or nothing is written. Prints the "
     "path of the file.\n\n"
     "Statements that lose data (`-- !`) or may fail because of the rows (`-- ?`) have a comment that "
     "says so. Nothing is taken for renamed unless `--rename` or the definition says so; what looks like "
     "it is pointed out. docs/generate.md tells more.",
     "dunlin-generate/1", dn_cli_generate_options, dn_cli_generate_arguments, dn_cli_generate_exits,
     dn_cli_generate_examples, dn_cmd_generate},
    {"new", "add a migration",
     "Adds an empty migration and its entry in the journal, and prints the path of the file. "
     "Tags start with the UTC time unless the project numbers its migrations.",
     "dunlin-new/1", no_options, new_arguments, new_exits, new_examples, dn_cmd_new},
    {"migrate", "apply pending migrations",
     "Applies what is pending, in the order of the journal. Each migration runs in a transaction "
     "together with its row in the tracker: it is applied and recorded, or neither. Before the "
     "first change the database is backed up. Runs that start at once wait for each other.\n\n"
     "Nothing is sent when journal, files and tracker disagree, or when the database holds "
     "objects but no record of migrations. What a failed migration did is rolled back; the "
     "message names the statement and its place in the file.",
     "dunlin-migrate/1", migrate_options, no_arguments, migrate_exits, migrate_examples,
     dn_cmd_migrate},
    {"status", "show what is applied and whether everything agrees",
     "Lists each migration with its state, the time (UTC) and the duration of its run, and what "
     "is remarkable about it; then says whether journal, files and tracker agree. Reads only.\n\n"
     "States: `applied`; `pending`; `edited`, the file was changed after it was applied; "
     "`renamed`, recorded under another tag; `missing-file`, in the journal without a file; "
     "`unlisted-file`, a file that the journal does not list.",
     "dunlin-status/1", status_options, no_arguments, status_exits, status_examples, dn_cmd_status},
    {"doctor", "find out what is true, and what would put it right",
     "Holds journal, files, tracker and schema against each other. Begins with what happened, then "
     "tells of each migration whether it is recorded, whether its effects are in the schema and how "
     "sure that is; then what else is remarkable; then the steps that would bring all four together, "
     "in order and with reasons. Changes neither the database nor the files.\n\n"
     "What a migration changes is found out by replaying all of them in a throw-away database; what was "
     "found is kept under `meta/_dunlin` in the folder of migrations, so that the next time is quick.\n\n"
     "States beside those of `status`: `applied-unrecorded`, in the schema without a record; "
     "`recorded-absent`, recorded and not in the schema; `partial`; `contradicted`, something else is "
     "there; `unprovable`, it leaves nothing to see. docs/verdicts.md explains them.",
     "dunlin-doctor/1", doctor_options, no_arguments, doctor_exits, doctor_examples, dn_cmd_doctor},
    {"repair", "put right what doctor found",
     "Shows the plan of `doctor` with its reasons; with `--apply` it carries the steps out under the run "
     "lock: backs up, puts the journal right, records what the schema proves, runs the missing "
     "statements of a migration that stopped half-way, applies what is pending, and compares all four "
     "again. What only a person can decide is left, and so is what follows from it.\n\n"
     "Records that it makes have the state `baselined` and say what proved them. It drops nothing. A "
     "missing snapshot of drizzle-kit is named and not made.",
     "dunlin-repair/1", repair_options, no_arguments, repair_exits, repair_examples, dn_cmd_repair},
    {"adopt", "take over from another migration tool",
     "Finds out which tool the folder and the tables are of, replays its migrations and holds what its "
     "table claims against the schema. Shows what is proved and what is merely claimed; with `--apply` "
     "it records that in dunlin's own tracker, writes the journal `meta/_journal.json`, and compares "
     "all four places. The files and the table of the tool stay as they are.\n\n"
     "It refuses where the tool's table and the schema contradict each other, or where the tool itself "
     "calls a migration failed or dirty. Where no other tool was, it does what `repair` does. "
     "docs/adopt.md lists the tools.",
     "dunlin-adopt/1", dn_cli_adopt_options, no_arguments, dn_cli_adopt_exits,
     dn_cli_adopt_examples, dn_cmd_adopt},
    {"snapshot", "write the schema of a target as a file",
     "Reads the schema that is really in the target and writes it as a snapshot: one line for each "
     "thing, sorted, the same bytes for the same schema, so that a pull request shows what changes. "
     "The head snapshot, `meta/_dunlin/<dialect>/head.json` in the folder of migrations, is the state "
     "behind the newest migration; the target has to be there. What each migration changes goes beside "
     "it. Both are found out by a replay where that is allowed, else the target tells the state. Any "
     "other file takes any state of a target. docs/snapshots.md describes the format.\n\n"
     "Trackers are left out. What the database user may not see is an error.",
     "dunlin-snapshot/1", snapshot_options, no_arguments, snapshot_exits, snapshot_examples,
     dn_cmd_snapshot},
    {"diagram", "draw the tables and their foreign keys",
     "Reads the schema of the target and draws its tables, with columns, types and keys, and the foreign "
     "keys between them. Primary keys, foreign keys and columns that are unique alone are marked, and so "
     "is what may be NULL. Lines end at a table in a bar (exactly one), a circle and a bar (none or one) "
     "or a circle and a crow's foot (any number). Trackers are left out.",
     "dunlin-diagram/1", diagram_options, no_arguments, diagram_exits, diagram_examples,
     dn_cmd_diagram},
    {"docs", "write the schema as a page to read",
     "Writes one HTML page that needs no network: every table with columns, keys, checks, indexes and "
     "triggers, the other objects with their definitions, the diagram (drawn when Graphviz is installed, "
     "as text otherwise), and the migrations with their states. A field searches all of it. The file is "
     "written anew each time.",
     "dunlin-docs/1", docs_options, no_arguments, docs_exits, docs_examples, dn_cmd_docs},
    {"drift", "tell what was changed by hand",
     "Compares the schema of the target with what its tracker and the journal imply, object by object, and "
     "says who is stale: the database, which was changed by hand; the tracker, which lacks the record of a "
     "migration; the journal, which lacks a migration; or the schema definition. Whole tables, views and routines that belong to no migration are named, "
     "and are no drift.\n\n"
     "Each run of `migrate` leaves a fingerprint of the schema in the target. As long as it fits, nothing "
     "is replayed. Otherwise a replay tells where one is allowed, else what the last run left. "
     "docs/drift.md explains it.",
     "dunlin-drift/1", dn_cli_drift_options, no_arguments, dn_cli_drift_exits,
     dn_cli_drift_examples, dn_cmd_drift},
    {"diff", "compare two schemas",
     "Tells what makes schema A into schema B, object by object: `+` what B has and A has not, `-` the "
     "other way round, `~` what is different. `!` marks what loses data, `?` what may fail because of "
     "the rows. A and B are the name of a target, a URL, a snapshot, a file of SQL, `definition` for the "
     "project's schema definition, or the tag of a migration (or its number) for the state behind it. "
     "`target:`, `tag:` and `file:` before a name say which is meant.\n\n"
     "With `--sql` it prints the statements instead. What is in the way of a change, such as a view "
     "over a column whose type changes, is dropped and made anew. Nothing is taken for renamed unless "
     "`--rename` says so; what looks like it is pointed out. Reads only.",
     "dunlin-diff/1", dn_cli_diff_options, dn_cli_diff_arguments, dn_cli_diff_exits,
     dn_cli_diff_examples, dn_cmd_diff},
    {"schema dump", "write the schema as SQL",
     "Reads the schema of the target and writes the statements that make it in an empty database, table "
     "by table: columns in their order, keys and checks, indexes and comments; then foreign keys, views, "
     "triggers. No program of the database is needed, and the same schema gives the same text. Trackers "
     "are left out. With `--tag` it is what the migrations make, whatever the target has otherwise.\n\n"
     "Where dunlin.json says `\"definitionForm\": \"portable\"` and no target is named, it writes the "
     "definition for all databases: what the migrations say, in portable SQL. Nothing but places for "
     "replays is asked, for what single databases have beyond it.",
     "dunlin-schema-dump/1", dn_cli_schema_dump_options, no_arguments, dn_cli_schema_dump_exits,
     dn_cli_schema_dump_examples, dn_cmd_schema_dump},
    {"schema load", "make the schema of a file in an empty database",
     "Runs a file of SQL in the target, whose database has to be empty: in one transaction where the "
     "database can take such changes back. A portable definition is translated for it. Nothing is "
     "recorded as applied.",
     "dunlin-schema-load/1", no_options, dn_cli_schema_load_arguments, dn_cli_schema_load_exits,
     dn_cli_schema_load_examples, dn_cmd_schema_load},
    {"schema check", "compare a schema definition with the target",
     "Loads the file into a throw-away database of the target's kind (SQLite: in memory) and tells what "
     "the target has otherwise, as `diff` does.\n\n"
     "A portable definition, where no target is named, is compared with what the migrations make, on each "
     "kind of database that the targets are; the document of `--json` is then that of `check`.",
     "dunlin-diff/1", dn_cli_schema_check_options, dn_cli_schema_load_arguments,
     dn_cli_schema_check_exits, dn_cli_schema_check_examples, dn_cmd_schema_check},
    {"journal check", "compare the journal with the files",
     "Reports entries without files, files without entries, names that differ, wrong order and "
     "whatever else is wrong with the journal. Needs no database.",
     "dunlin-journal-check/1", no_options, no_arguments, journal_check_exits,
     journal_check_examples, dn_cmd_journal_check},
    {"journal rebuild", "write the journal anew from the files",
     "Brings the journal in line with the files: entries that are right are kept, missing ones "
     "added. The old journal is replaced in one step. Needs no database.",
     "dunlin-journal-rebuild/1", journal_rebuild_options, no_arguments, journal_rebuild_exits,
     journal_rebuild_examples, dn_cmd_journal_rebuild},
    {"merge", "put pending migrations behind applied ones after a git merge",
     "Two branches that each add migrations number them alike. This gives those that are not applied yet "
     "the next numbers, times and places behind the applied ones, in the names of their files, in the "
     "journal and in the snapshots of drizzle-kit; shows the steps, and does them with `--apply`. What is "
     "applied is never renumbered. A journal that holds git's conflict marks is put together on the way, "
     "and one that was broken off is finished.\n\n"
     "Applied is what the tracker of the target records, and with `--onto` what that branch has.",
     "dunlin-merge/1", dn_cli_merge_options, no_arguments, dn_cli_merge_exits,
     dn_cli_merge_examples, dn_cmd_merge},
    {"merge-driver", "merge two versions of a journal for git",
     "Git calls it when both sides of a merge added migrations. Additions of both sides are kept "
     "in order and numbered again; the result replaces OURS. `init` sets it up.",
     "dunlin-merge-driver/1", no_options, merge_arguments, merge_exits, merge_examples,
     dn_cmd_merge_driver},
    {"backup", "back up the database",
     "Writes a complete and consistent copy of the database, while others go on using it; on "
     "servers by pg_dump or mariadb-dump. Or runs the command that the target names.",
     "dunlin-backup/1", no_options, backup_arguments, backup_exits, backup_examples, dn_cmd_backup},
    {"resume", "decide for a statement that was interrupted",
     "A statement that fits no transaction may have been running when a run was stopped. Mostly the "
     "database tells whether it took effect, and `migrate` goes on by itself. Where nothing can "
     "tell, it ends with 6 and shows the statement; this records the decision of a person, and the "
     "next `migrate` goes on from there.",
     "dunlin-resume/1", resume_options, resume_arguments, resume_exits, resume_examples,
     dn_cmd_resume},
    {"mark", "assert that a migration was applied, or was not",
     "Writes into the tracker what you say, without proof and without running anything. `doctor` tells "
     "what the schema proves, and `repair` records that; this is for what nothing can prove. A record made "
     "so has the state `asserted`, with the reason.",
     "dunlin-mark/1", dn_cli_mark_options, dn_cli_mark_arguments, dn_cli_mark_exits,
     dn_cli_mark_examples, dn_cmd_mark},
    {"baseline", "assert that everything up to a migration was applied",
     "Records all migrations of the journal up to this one that are not recorded, as `asserted`: you say "
     "that they were applied. For a database that was made without dunlin, when `repair` cannot prove "
     "it. Runs nothing.",
     "dunlin-baseline/1", dn_cli_baseline_options, dn_cli_baseline_arguments, dn_cli_mark_exits,
     dn_cli_baseline_examples, dn_cmd_baseline},
    {"log", "show what people and repairs decided",
     "Lists, oldest first, each change that somebody made to what is recorded: `repair`, `mark`, "
     "`baseline`, `resume`, with who, when, what and why. What `migrate` applied is in `status`.",
     "dunlin-log/1", no_options, no_arguments, dn_cli_log_exits, dn_cli_log_examples, dn_cmd_log},
    {"backups", "list backups", "Lists the backups of the target, newest first.",
     "dunlin-backups/1", no_options, no_arguments, backups_exits, backups_examples, dn_cmd_backups},
    {"restore", "put a backup back",
     "Replaces the contents of the database by those of a backup. The state it replaces is backed "
     "up first.",
     "dunlin-restore/1", no_options, restore_arguments, restore_exits, restore_examples,
     dn_cmd_restore},
    {"drivers", "list database drivers",
     "Lists the drivers that were found, with version, place and capabilities; those that were "
     "refused, with the reason; and the places that were searched.",
     "dunlin-drivers/1", no_options, no_arguments, drivers_exits, drivers_examples, dn_cmd_drivers},
    {"explain", "tell what the statements of a file are",
     "Reads a file of portable SQL and tells for each statement what it changes, and whether it is "
     "portable; where it is not, why and where. A mistake in the text is shown with its place. "
     "Nothing is connected to and nothing is changed.\n\n"
     "With `--driver` it also shows what each statement becomes on that database, as far as that "
     "can be told without looking at the database.",
     "dunlin-explain/1", explain_options, explain_arguments, explain_exits, explain_examples,
     dn_cmd_explain},
    {"export", "write a script for a database's own client",
     "Writes migrations as one SQL script for psql, the mariadb or mysql client, or the sqlite3 shell, "
     "for people who run such things by hand. The script may run any number of times: it leaves alone "
     "what the tracker records, records what it does, and ends with what `dunlin migrate` makes. It "
     "stops at its first error. Nothing is connected to, so `--server` says what the script is "
     "for.\n\n"
     "What cannot be scripted so is an error that names the statement.",
     "dunlin-export/1", export_options, no_arguments, export_exits, export_examples, dn_cmd_export},
    {"check", "verify everything in one go, for CI", dn_cli_check_description, "dunlin-check/1",
     dn_cli_check_options, no_arguments, dn_cli_check_exits, dn_cli_check_examples, dn_cmd_check},
    {"harden", "make migrations safe to run again",
     "Puts IF EXISTS or IF NOT EXISTS into every statement of a migration on which dunlin answers it: "
     "tables, columns, constraints, indexes, renames, values of enums. Prints the change as a unified "
     "diff, and each statement that stays as it is with the reason. Comments, layout and line ends are "
     "kept byte for byte; a second run finds nothing to do.\n\n"
     "A migration that the target has applied or begun is never touched: with FILE the target is asked "
     "where one is configured, `--pending` needs one. Another target may have applied the file all the "
     "same; there it would count as `edited`.",
     "dunlin-harden/1", harden_options, harden_arguments, harden_exits, harden_examples,
     dn_cmd_harden},
    {"parity", "tell whether databases have the same schema",
     "Reads the schemas of two databases or more, of one kind or of several, and compares what they "
     "mean: tables, columns and classes of their types, keys, indexes, checks. The first one is the "
     "reference. What databases of different kinds cannot have in common is a warning. Reads only.\n\n"
     "Each difference names the migration that it comes from, where the tracker or the texts of the "
     "migrations tell, and the summary the first one of them. docs/parity.md has the rules.",
     "dunlin-parity/1", parity_options, no_arguments, parity_exits, parity_examples, dn_cmd_parity},
    {"driver check", "run the conformance kit against a driver",
     "Runs published cases against a driver and prints TAP: one line for each case, and why it "
     "failed where it did. docs/conformance.md describes every case. Cases are independent, name "
     "what they make `dunlin_check_*`, and drop it again; use a database made for the purpose all "
     "the same.\n\n"
     "A quirks file excuses what a database cannot do. Its cases are skipped, or may fail, and the "
     "reason is printed.",
     "dunlin-driver-check/1", driver_check_options, driver_check_arguments, driver_check_exits,
     driver_check_examples, dn_cmd_driver_check},
    {"completion", "print a completion script for a shell",
     "Prints a script that completes commands, options and their values.", "dunlin-completion/1",
     no_options, completion_arguments, plain_exits, completion_examples, dn_cmd_completion},
    {"help", "describe a command",
     "Describes a command, or lists all of them. With `--json` it describes every command and "
     "option as data.",
     "dunlin-help/1", help_options, help_arguments, plain_exits, help_examples, dn_cmd_help},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}};

/* --- looking things up ----------------------------------------------------------------------- */

const dn_command *
dn_cli_find_command(const char *name)
{
    for (const dn_command *command = dn_cli_commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

const dn_group *
dn_cli_find_group(const char *name)
{
    for (const dn_group *group = dn_cli_groups; group->name; group++)
        if (strcmp(group->name, name) == 0)
            return group;
    return NULL;
}

const char *
dn_cli_short_name(const dn_command *command)
{
    const char *space = strchr(command->name, ' ');

    return space ? space + 1 : command->name;
}

bool
dn_cli_in_group(const dn_command *command, const dn_group *group)
{
    size_t length = strlen(group->name);

    return strncmp(command->name, group->name, length) == 0 && command->name[length] == ' ';
}

const dn_option *
dn_cli_find_option(const dn_option *list, const char *name, size_t length, char letter)
{
    for (const dn_option *option = list; option->name; option++) {
        if (letter && option->letter == letter)
            return option;
        if (name && strlen(option->name) == length && memcmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}
