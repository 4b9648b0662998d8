/* SPDX-License-Identifier: MIT */
#include "drivers/postgres/pg_tool.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Majors above the server's that are looked for; each can talk to all servers since 9.2. */
enum { NEWER = 12 };

/* Where packages put the programs of one major version, beside those in PATH: Debian, and the RPMs
 * of postgresql.org. On Debian, what stands in PATH is a wrapper in Perl that takes longer to start
 * than the program takes. */
static const char *const places[] = {"/usr/lib/postgresql/%d/bin/%s", "/usr/pgsql-%d/bin/%s"};

void
dn_pg_tool_free(dn_pg_tool *tool)
{
    dn_kit_text_free(&tool->program);
    dn_kit_text_free(&tool->connection);
    dn_kit_text_free(&tool->password);
}

static bool
find_packaged(dn_pg_tool *tool, const char *name, int32_t major)
{
    for (int32_t version = major; version <= major + NEWER; version++)
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            dn_kit_text_clear(&tool->program);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            dn_kit_text_format(&tool->program, places[i], (int)version, name);
#pragma GCC diagnostic pop
            if (!tool->program.failed && access(tool->program.data, X_OK) == 0)
                return true;
        }
    return false;
}

/* "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" -> 15; 0: it does not say. */
static int32_t
ask_major(const dunlin_call *call, const char *name, int32_t *major)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text said = {0};
    int32_t status = dn_kit_ask_version(call, name, &said);
    const char *at = said.data != NULL ? strstr(said.data, ") ") : NULL;

    *major = at != NULL && isdigit((unsigned char)at[2]) ? (int32_t)strtol(at + 2, NULL, 10) : 0;
    return status;
}

int32_t
dn_pg_tool_find(const dunlin_call *call, const char *name, int32_t major, dn_pg_tool *tool,
                const char **problem)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    int32_t status = DUNLIN_OK;
    int32_t found = 0;

    *problem = NULL;
    tool->count = 0;
    if (major == 0 || !find_packaged(tool, name, major)) {
        dn_kit_text_clear(&tool->program);
        dn_kit_text_add(&tool->program, name);
        if (!dn_kit_in_path(name))
            dn_kit_text_format(&text,
                               "the program '%s' is not installed; the client programs of "
                               "PostgreSQL have it (Debian: postgresql-client)",
                               name);
        else if (major > 0)
            status = ask_major(call, name, &found);
        if (found > 0 && found < major)
            dn_kit_text_format(&text, "'%s' is of version %d, too old for a server of version %d",
                               name, (int)found, (int)major);
    }
    if (status == DUNLIN_OK && text.length > 0)
        *problem = dn_kit_sentence(call, &text);
    if (tool->program.failed)
        return dn_kit_no_memory(call);
    dn_pg_tool_add_string(tool, dn_kit_text_string(&tool->program));
    return status;
}

void
dn_pg_tool_add_string(dn_pg_tool *tool, dunlin_string argument)
{
    if (tool->count < DN_PG_TOOL_ARGUMENTS)
        tool->arguments[tool->count++] = argument;
}

void
dn_pg_tool_add(dn_pg_tool *tool, const char *argument)
{
    dn_pg_tool_add_string(tool, dn_kit_string(argument));
}

/* key='value', with both of libpq's special bytes escaped. */
static void
add_pair(dn_kit_text *text, const char *key, const char *value)
{
    dn_kit_text_format(text, " %s='", key);
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            dn_kit_text_add(text, "\\");
        dn_kit_text_add_string(text, (dunlin_string){value, 1});
    }
    dn_kit_text_add(text, "'");
}

void
dn_pg_tool_add_connection(dn_pg_tool *tool, const dn_pg_address *address)
{
    const char *password = dn_pg_address_get(address, "password");

    dn_kit_text_add(&tool->connection, "--dbname=");
    for (const PQconninfoOption *option = address->options; option->keyword != NULL; option++)
        if (option->val != NULL && strcmp(option->keyword, "password") != 0 &&
            strcmp(option->keyword, "sslpassword") != 0)
            add_pair(&tool->connection, option->keyword, option->val);
    dn_pg_tool_add_string(tool, dn_kit_text_string(&tool->connection));
    if (password != NULL)
        dn_kit_text_format(&tool->password, "PGPASSWORD=%s", password);
}

int32_t
dn_pg_tool_run(const dunlin_call *call, dn_pg_tool *tool)
{
    dunlin_string environment = dn_kit_text_string(&tool->password);
    dunlin_process process = {
        .size = sizeof(process),
        .arguments = tool->arguments,
        .argument_count = tool->count,
        .environment = &environment,
        .environment_count = environment.length > 0 ? 1 : 0,
        .output = tool->output,
    };

    if (tool->connection.failed || tool->password.failed || tool->program.failed)
        return dn_kit_no_memory(call);
    return call->host->process(call, &process);
}
