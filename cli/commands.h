/* SPDX-License-Identifier: MIT
 *
 * What a command works with, and the commands themselves: each answers the exit code.
 */
#ifndef DN_CLI_COMMANDS_H
#define DN_CLI_COMMANDS_H

#include <dunlin/dunlin.h>

#include "cli/options.h"
#include "cli/output.h"

typedef struct dn_cli {
    const dn_arguments *arguments;
    dunlin_options options; /* the global options as the library takes them */
    dn_output output;
} dn_cli;

/* Fills cli->options from the arguments, with callbacks that print. */
void dn_cli_library_options(dn_cli *cli);

/* Prints a result for people on standard output. After a failure it is what was done before. */
typedef void dn_show(dn_cli *cli, const dunlin_node *root);
/* Prints on standard error what a result adds to the error. */
typedef void dn_explain(dn_cli *cli, const dunlin_node *root, const dunlin_error *error);

/* Prints what a use case answered (the document, or by show; then the error), frees the result
 * and answers the exit code. explain may be NULL. */
int dn_cli_finish(dn_cli *cli, int outcome, dunlin_result *result, const dunlin_error *error,
                  dn_show *show, dn_explain *explain);

int dn_cmd_init(dn_cli *cli);
int dn_cmd_new(dn_cli *cli);
int dn_cmd_diff(dn_cli *cli);
int dn_cmd_generate(dn_cli *cli);
int dn_cmd_baseline(dn_cli *cli);
int dn_cmd_mark(dn_cli *cli);
int dn_cmd_log(dn_cli *cli);
int dn_cmd_migrate(dn_cli *cli);
int dn_cmd_schema_check(dn_cli *cli);
int dn_cmd_schema_dump(dn_cli *cli);
int dn_cmd_schema_load(dn_cli *cli);
int dn_cmd_snapshot(dn_cli *cli);
int dn_cmd_status(dn_cli *cli);
int dn_cmd_journal_check(dn_cli *cli);
int dn_cmd_journal_rebuild(dn_cli *cli);
int dn_cmd_merge(dn_cli *cli);
int dn_cmd_merge_driver(dn_cli *cli);
int dn_cmd_backup(dn_cli *cli);
int dn_cmd_backups(dn_cli *cli);
int dn_cmd_repair(dn_cli *cli);
int dn_cmd_adopt(dn_cli *cli);
int dn_cmd_restore(dn_cli *cli);
int dn_cmd_resume(dn_cli *cli);
int dn_cmd_check(dn_cli *cli);
int dn_cmd_doctor(dn_cli *cli);
int dn_cmd_diagram(dn_cli *cli);
int dn_cmd_docs(dn_cli *cli);
int dn_cmd_drift(dn_cli *cli);
int dn_cmd_driver_check(dn_cli *cli);
int dn_cmd_drivers(dn_cli *cli);
int dn_cmd_explain(dn_cli *cli);
int dn_cmd_harden(dn_cli *cli);
int dn_cmd_parity(dn_cli *cli);
int dn_cmd_export(dn_cli *cli);
int dn_cmd_completion(dn_cli *cli);
int dn_cmd_help(dn_cli *cli);

#endif
