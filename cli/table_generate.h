/* SPDX-License-Identifier: MIT
 *
 * The parts of `generate`, for the table.
 */
#ifndef DN_CLI_TABLE_GENERATE_H
#define DN_CLI_TABLE_GENERATE_H

#include "cli/table.h"

extern const dn_option dn_cli_generate_options[];
extern const dn_argument dn_cli_generate_arguments[];
extern const dn_exit dn_cli_generate_exits[];
extern const dn_example dn_cli_generate_examples[];

#endif
