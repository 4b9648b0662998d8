/* SPDX-License-Identifier: MIT */
#include "cli/table_record.h"

#include "cli/table_macros.h"

const dn_option dn_cli_mark_options[] = {
    {"applied", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(mark_applied), false,
     "the migration was applied: record it"},
    {"pending", 0, DN_VALUE_NONE, NULL, NULL, MEMBER(mark_pending), false,
     "it was not, or no longer is: take its record back"},
    {"why", 0, DN_VALUE_TEXT, "TEXT", NULL, MEMBER(why), false,
     "the reason, kept in the tracker with a record; needed"},
    END_OPTIONS};
const dn_argument dn_cli_mark_arguments[] = {
    {"TAG", true, false, DN_VALUE_TEXT, NULL, "the migration"}, END_ARGUMENTS};
const dn_exit dn_cli_mark_exits[] = {
    {DUNLIN_EXIT_OK, "so marked, or it was so already"},
    {DUNLIN_EXIT_FAILED, "the tracker could not be written"},
    {DUNLIN_EXIT_USAGE, "usage is wrong, or there is no such migration"},
    {DUNLIN_EXIT_DISAGREEMENT, "the migration has no file"},
    {DUNLIN_EXIT_LOCKED, "another run held the lock for longer than the timeout"},
    END_EXITS};
const dn_example dn_cli_mark_examples[] = {
    {"dunlin mark 20260316091000_purge --applied --why 'run by hand, ticket 812'",
     "record a data migration that nothing can prove"},
    END_EXAMPLES};
const dn_option dn_cli_baseline_options[] = {{"why", 0, DN_VALUE_TEXT, "TEXT", NULL, MEMBER(why),
                                              false,
                                              "the reason, kept in the tracker with the records"},
                                             END_OPTIONS};
const dn_argument dn_cli_baseline_arguments[] = {
    {"TAG", true, false, DN_VALUE_TEXT, NULL, "the last migration that was applied"},
    END_ARGUMENTS};
const dn_example dn_cli_baseline_examples[] = {
    {"dunlin baseline 20260316091000_purge", "take over a database that is at this migration"},
    END_EXAMPLES};

const dn_exit dn_cli_log_exits[] = {{DUNLIN_EXIT_OK, "listed"},
                                    {DUNLIN_EXIT_FAILED, "the database could not be read"},
                                    {DUNLIN_EXIT_USAGE, "usage or configuration is wrong"},
                                    END_EXITS};
const dn_example dn_cli_log_examples[] = {
    {"dunlin log", "who decided what about the default target"}, END_EXAMPLES};
