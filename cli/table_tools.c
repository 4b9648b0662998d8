/* SPDX-License-Identifier: MIT */
#include "cli/table_tools.h"

#include "cli/table_macros.h"

const dn_option dn_cli_adopt_options[] = {
    {"from", 0, DN_VALUE_TEXT, "TOOL", NULL, MEMBER(from), false,
     "the tool: `dbmate`, `flyway` ...; without it, or with `auto`, files and tables tell"},
    {"table", 0, DN_VALUE_TEXT, "NAME", NULL, MEMBER(table), false,
     "the tool's table, where it is not called as usual"},
    {"apply", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(apply), false,
     "take over; without it only the plan is shown"},
    {"no-backup", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(no_backup), false,
     "do not back up the database before the first change"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "replay the migrations in a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "replay them in this empty database instead"},
    END_OPTIONS};
const dn_exit dn_cli_adopt_exits[] = {
    {DUNLIN_EXIT_OK, "all four agree, nothing is pending"},
    {DUNLIN_EXIT_FAILED, "a step failed, or the migrations are programs"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or it is not clear which tool is meant"},
    {DUNLIN_EXIT_PENDING, "they agree, and pending migrations exist"},
    {DUNLIN_EXIT_DISAGREEMENT, "claims and effects contradict each other, or all four disagree"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
const dn_example dn_cli_adopt_examples[] = {
    {"dunlin adopt", "show what would be taken over, and what proves it"},
    {"dunlin adopt --from flyway --apply", "take over from Flyway, behind a backup"},
    END_EXAMPLES};

const dn_option dn_cli_merge_options[] = {
    {"apply", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(apply), false,
     "carry the steps out; without it they are only shown"},
    {"onto", 0, DN_VALUE_TEXT, "REF", NULL, MEMBER(onto), false,
     "what this branch, tag or commit has stays as it is, too"},
    {"offline", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(offline), false,
     "ask no database; without `--onto`, what the other branch of the last merge has stays"},
    END_OPTIONS};
const dn_exit dn_cli_merge_exits[] = {
    {DUNLIN_EXIT_OK, "done, or nothing to do"},
    {DUNLIN_EXIT_FAILED, "a file or the database could not be read or written"},
    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong, or git does not know the branch"},
    {DUNLIN_EXIT_DISAGREEMENT, "steps are shown and not done, or a person must decide"},
    END_EXITS};
const dn_example dn_cli_merge_examples[] = {
    {"dunlin merge", "behind a `git merge`, show what would be renumbered"},
    {"dunlin merge --offline --onto origin/main --apply",
     "put the migrations of this branch behind those of main"},
    END_EXAMPLES};
