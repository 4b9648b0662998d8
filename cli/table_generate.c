/* SPDX-License-Identifier: MIT */
#include "cli/table_generate.h"

#include "cli/table_macros.h"

const dn_option dn_cli_generate_options[] = {
    {"dry-run", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(dry_run), false,
     "print the migration and write nothing"},
    {"rename", 0, DN_VALUE_LIST, "OLD=NEW", NULL, MEMBER(renames), false,
     "a table (`users=people`) or column (`users.name=full_name`) that was renamed; may be "
     "repeated"},
    {"definition", 0, DN_VALUE_FILE, "FILE", NULL, MEMBER(definition), false,
     "the schema definition; the project's unless given"},
    {"drop-legacy", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(drop_legacy), false,
     "instead, drop what is in the target and belongs to no migration; rows are counted"},
    {"plain", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(plain), false,
     "use no statements that cannot share a transaction, however long the plain ones lock"},
    {"shadow", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(shadow), false,
     "try it in a throw-away database on the target's server"},
    {"shadow-url", 0, DN_VALUE_TEXT, "URL", NULL, MEMBER(shadow_url), false,
     "try it in this empty database instead"},
    END_OPTIONS};
const dn_argument dn_cli_generate_arguments[] = {
    {"NAME", true, true, DN_VALUE_TEXT, NULL, "a few words for the tag"}, END_ARGUMENTS};
const dn_exit dn_cli_generate_exits[] = {
    {DUNLIN_EXIT_OK, "written; or there is nothing to do"},
    {DUNLIN_EXIT_FAILED,
     "the definition cannot be loaded, the driver has no SQL for a change, or what "
     "was made does not lead where it should; nothing was written"},
    {DUNLIN_EXIT_USAGE,
     "usage or configuration is wrong, there is no definition, or no place to try "
     "it in"},
    {DUNLIN_EXIT_DISAGREEMENT,
     "what the present migrations make is not known; or, with "
     "`--drop-legacy`, the target is not at the newest one, or something of "
     "the migrations uses what would go"},
    END_EXITS};
const dn_example dn_cli_generate_examples[] = {
    {"dunlin generate add widgets", "write the migration that schema.sql asks for"},
    {"dunlin generate add widgets --dry-run", "look at it first"},
    {"dunlin generate full names --rename users.name=full_name",
     "rename a column instead of dropping "
     "it and adding another"},
    {"dunlin generate drop leftovers --drop-legacy --target production --shadow",
     "write the migration that removes what belongs to no migration"},
    END_EXAMPLES};
