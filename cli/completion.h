/* SPDX-License-Identifier: MIT
 *
 * Completion scripts made from the table.
 */
#ifndef DN_CLI_COMPLETION_H
#define DN_CLI_COMPLETION_H

#include "cli/commands.h"

void dn_cli_complete_bash(FILE *out);
void dn_cli_complete_zsh(FILE *out);
void dn_cli_complete_fish(FILE *out);

#endif
