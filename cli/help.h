/* SPDX-License-Identifier: MIT
 *
 * Descriptions made from the table: for terminals, as manual page, Markdown and JSON.
 */
#ifndef DN_CLI_HELP_H
#define DN_CLI_HELP_H

#include "cli/commands.h"

/* Prints help on standard output (a document with --json): for a command, else for a group, else
 * for the program. Answers the exit code. */
int dn_cli_help(dn_cli *cli, const dn_command *command, const dn_group *group);
void dn_cli_help_short(FILE *out); /* for a call without a command */

void dn_cli_help_man(FILE *out);
void dn_cli_help_markdown(FILE *out);
void dn_cli_help_json(FILE *out);

/* "-C, --dir DIR" */
enum { DN_LABEL_SIZE = 64 };
void dn_cli_option_label(const dn_option *option, char out[DN_LABEL_SIZE]);
/* "[OPTIONS] NAME..." without the command's name; cut at the size. */
void dn_cli_usage_line(const dn_command *command, char *out, size_t size);
bool dn_cli_has_options(const dn_command *command); /* that are not hidden */

#endif
