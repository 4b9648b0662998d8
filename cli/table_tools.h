/* SPDX-License-Identifier: MIT
 *
 * The parts of the commands about other tools, for the table.
 */
#ifndef DN_CLI_TABLE_TOOLS_H
#define DN_CLI_TABLE_TOOLS_H

#include "cli/table.h"

extern const dn_option dn_cli_adopt_options[];
extern const dn_exit dn_cli_adopt_exits[];
extern const dn_example dn_cli_adopt_examples[];

extern const dn_option dn_cli_merge_options[];
extern const dn_exit dn_cli_merge_exits[];
extern const dn_example dn_cli_merge_examples[];

#endif
