/* SPDX-License-Identifier: MIT
 *
 * The parts of `dunlin check`, for the table.
 */
#ifndef DN_CLI_TABLE_CHECK_H
#define DN_CLI_TABLE_CHECK_H

#include "cli/table.h"

extern const char dn_cli_check_description[];
extern const dn_option dn_cli_check_options[];
extern const dn_exit dn_cli_check_exits[];
extern const dn_example dn_cli_check_examples[];

#endif
