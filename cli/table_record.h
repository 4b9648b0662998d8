/* SPDX-License-Identifier: MIT
 *
 * Options of commands about what is recorded, for the table of commands.
 */
#ifndef DN_CLI_TABLE_RECORD_H
#define DN_CLI_TABLE_RECORD_H

#include "cli/table.h"

extern const dn_option dn_cli_mark_options[];
extern const dn_argument dn_cli_mark_arguments[];
extern const dn_exit dn_cli_mark_exits[];
extern const dn_example dn_cli_mark_examples[];
extern const dn_option dn_cli_baseline_options[];
extern const dn_argument dn_cli_baseline_arguments[];
extern const dn_example dn_cli_baseline_examples[];
extern const dn_exit dn_cli_log_exits[];
extern const dn_example dn_cli_log_examples[];

#endif
