/* SPDX-License-Identifier: MIT
 *
 * What `doctor`, `repair` and `adopt` show alike.
 */
#ifndef DN_CLI_DIAGNOSIS_H
#define DN_CLI_DIAGNOSIS_H

#include "cli/show.h"

/* The story, the table of migrations, the findings, the plan under its title, and the agreement. */
void dn_cli_show_diagnosis(dn_cli *cli, const dunlin_node *root, const char *title);
/* A plan, or what was done of it, was left (under the title `left`) and is so now. */
void dn_cli_show_mending(dn_cli *cli, const dunlin_node *root, const char *left);

#endif
