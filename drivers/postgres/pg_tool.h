/* SPDX-License-Identifier: MIT
 *
 * The programs that come with PostgreSQL: where they are, and running them for a URL. Passwords
 * travel in the environment.
 */
#ifndef DN_PG_TOOL_H
#define DN_PG_TOOL_H

#include "drivers/postgres/pg_driver.h"

enum { DN_PG_TOOL_ARGUMENTS = 24 };

/* {0} is none yet. Lent arguments live until the call ends. */
typedef struct dn_pg_tool {
    dn_kit_text program;
    dn_kit_text connection; /* "--dbname=..." */
    dn_kit_text password;   /* "PGPASSWORD=..." */
    dunlin_string arguments[DN_PG_TOOL_ARGUMENTS];
    uint64_t count;
    dunlin_string output;
} dn_pg_tool;

void dn_pg_tool_free(dn_pg_tool *tool);
/* Finds `name`, one that can talk to a server of this major version (0: not known). *problem: why
 * there is none, in memory of the call; NULL when all is well. */
int32_t dn_pg_tool_find(const dunlin_call *call, const char *name, int32_t major, dn_pg_tool *tool,
                        const char **problem);
void dn_pg_tool_add(dn_pg_tool *tool, const char *argument);
void dn_pg_tool_add_string(dn_pg_tool *tool, dunlin_string argument);
void dn_pg_tool_add_connection(dn_pg_tool *tool, const dn_pg_address *address);
int32_t dn_pg_tool_run(const dunlin_call *call, dn_pg_tool *tool);

#endif
