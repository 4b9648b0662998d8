/* SPDX-License-Identifier: MIT
 *
 * Differences between schemas, as people read them.
 */
#ifndef DN_CLI_DIFFERENCE_H
#define DN_CLI_DIFFERENCE_H

#include "cli/commands.h"

/* The names of a path from one up to another, with dots between. */
void dn_cli_put_path(dn_cli *cli, const dunlin_node *path, size_t from, size_t to);
/* Kind and path of a difference without the first `from` names: "column users.email", and of a grant "grant
 * SELECT ON users TO app". */
void dn_cli_put_key(dn_cli *cli, const dunlin_node *difference, size_t from);
/* What the privilege of a grant is on, as its path says it: "SEQUENCE"; NULL where it says nothing. */
const char *dn_cli_granted_on(const dunlin_node *difference);
/* "+ " what was added or is extra, "- " what was removed or is missing, "~ " what changed. */
void dn_cli_put_sign(dn_cli *cli, const char *change);
/* "type text, not_null true", or "type text -> integer" where both sides have one. */
void dn_cli_put_members(dn_cli *cli, const dunlin_node *difference, int indent);

#endif
