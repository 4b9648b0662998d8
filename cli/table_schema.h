/* SPDX-License-Identifier: MIT
 *
 * The parts of the commands about schemas, for the table.
 */
#ifndef DN_CLI_TABLE_SCHEMA_H
#define DN_CLI_TABLE_SCHEMA_H

#include "cli/table.h"

extern const dn_option dn_cli_diff_options[];
extern const dn_argument dn_cli_diff_arguments[];
extern const dn_exit dn_cli_diff_exits[];
extern const dn_example dn_cli_diff_examples[];

extern const dn_option dn_cli_drift_options[];
extern const dn_exit dn_cli_drift_exits[];
extern const dn_example dn_cli_drift_examples[];

extern const dn_option dn_cli_schema_dump_options[];
extern const dn_exit dn_cli_schema_dump_exits[];
extern const dn_example dn_cli_schema_dump_examples[];

extern const dn_argument dn_cli_schema_load_arguments[];
extern const dn_exit dn_cli_schema_load_exits[];
extern const dn_example dn_cli_schema_load_examples[];

extern const dn_option dn_cli_schema_check_options[];
extern const dn_exit dn_cli_schema_check_exits[];
extern const dn_example dn_cli_schema_check_examples[];

#endif
