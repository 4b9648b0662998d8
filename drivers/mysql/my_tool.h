/* SPDX-License-Identifier: MIT
 *
 * The client programs of MariaDB and MySQL, run by the host for a URL. Passwords travel in the
 * environment.
 */
#ifndef DN_MYSQL_TOOL_H
#define DN_MYSQL_TOOL_H

#include "drivers/mysql/my_driver.h"

/* {0} is none yet; freed by dn_mysql_tool_free. */
typedef struct dn_mysql_tool {
    const char *name;
    bool mariadb; /* whose program it is */
    dunlin_string *arguments;
    uint64_t count;
    dn_kit_text *texts; /* of arguments that were put together */
    size_t text_count;
    dn_kit_text password; /* "MYSQL_PWD=..." */
    dunlin_string input;
    dunlin_string output;
    bool failed; /* there was no memory */
} dn_mysql_tool;

void dn_mysql_tool_free(dn_mysql_tool *tool);
/* One of the two names that a program has, of the server's own flavour if there is one; *problem:
 * why there is none that fits, in memory of the call, or NULL. */
int32_t dn_mysql_tool_find(const dunlin_call *call, const char *mariadb, const char *mysql,
                           const dunlin_profile *profile, dn_mysql_tool *tool,
                           const char **problem);
/* All but the database. */
void dn_mysql_tool_add_address(dn_mysql_tool *tool, const dn_mysql_address *address);
void dn_mysql_tool_add(dn_mysql_tool *tool, const char *argument);
void dn_mysql_tool_add_string(dn_mysql_tool *tool, dunlin_string argument);
/* option + value, unless there is no value. */
void dn_mysql_tool_add_pair(dn_mysql_tool *tool, const char *option, const char *value);
int32_t dn_mysql_tool_run(const dunlin_call *call, dn_mysql_tool *tool);

#endif
