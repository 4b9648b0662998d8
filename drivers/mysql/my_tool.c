/* SPDX-License-Identifier: MIT */
#include "drivers/mysql/my_tool.h"

#include <stdlib.h>
#include <string.h>

void
dn_mysql_tool_free(dn_mysql_tool *tool)
{
    for (size_t i = 0; i < tool->text_count; i++)
        dn_kit_text_free(&tool->texts[i]);
    free(tool->texts);
    free(tool->arguments);
    dn_kit_text_free(&tool->password);
    memset(tool, 0, sizeof(*tool));
}

/* --- arguments ------------------------------------------------------------------------------------ */
void
dn_mysql_tool_add_string(dn_mysql_tool *tool, dunlin_string argument)
{
    dunlin_string *grown = reallocarray(tool->arguments, tool->count + 1, sizeof(*tool->arguments));

    tool->failed |= grown == NULL;
    if (grown == NULL)
        return;
    tool->arguments = grown;
    tool->arguments[tool->count++] = argument;
}

void
dn_mysql_tool_add(dn_mysql_tool *tool, const char *argument)
{
    dn_mysql_tool_add_string(tool, dn_kit_string(argument));
}

void
dn_mysql_tool_add_pair(dn_mysql_tool *tool, const char *option, const char *value)
{
    dn_kit_text *grown;
    dn_kit_text *text;

    if (value == NULL)
        return;
    grown = reallocarray(tool->texts, tool->text_count + 1, sizeof(*tool->texts));
    tool->failed |= grown == NULL;
    if (grown == NULL)
        return;
    tool->texts = grown;
    text = &tool->texts[tool->text_count++];
    *text = (dn_kit_text){0};
    dn_kit_text_format(text, "%s%s", option, value);
    tool->failed |= text->failed;
    dn_mysql_tool_add_string(tool, dn_kit_text_string(text));
}

static void
add_tls(dn_mysql_tool *tool, const dn_mysql_address *address)
{
    static const char *const of_mariadb[] = {
        [DN_MYSQL_TLS_DISABLED] = "--skip-ssl",
        [DN_MYSQL_TLS_REQUIRED] = "--ssl",
        [DN_MYSQL_TLS_VERIFY_CA] = "--ssl",
        [DN_MYSQL_TLS_VERIFY_IDENTITY] = "--ssl-verify-server-cert",
    };
    static const char *const of_mysql[] = {
        [DN_MYSQL_TLS_DISABLED] = "--ssl-mode=DISABLED",
        [DN_MYSQL_TLS_REQUIRED] = "--ssl-mode=REQUIRED",
        [DN_MYSQL_TLS_VERIFY_CA] = "--ssl-mode=VERIFY_CA",
        [DN_MYSQL_TLS_VERIFY_IDENTITY] = "--ssl-mode=VERIFY_IDENTITY",
    };

    if (address->tls != DN_MYSQL_TLS_PREFERRED)
        dn_mysql_tool_add(tool, tool->mariadb ? of_mariadb[address->tls] : of_mysql[address->tls]);
    dn_mysql_tool_add_pair(tool, "--ssl-ca=", address->tls_ca);
    dn_mysql_tool_add_pair(tool, "--ssl-capath=", address->tls_capath);
    dn_mysql_tool_add_pair(tool, "--ssl-cert=", address->tls_cert);
    dn_mysql_tool_add_pair(tool, "--ssl-key=", address->tls_key);
    dn_mysql_tool_add_pair(tool, "--ssl-cipher=", address->tls_cipher);
}

void
dn_mysql_tool_add_address(dn_mysql_tool *tool, const dn_mysql_address *address)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text port = {0};

    /* Must be the first. */
    dn_mysql_tool_add_pair(tool, "--defaults-file=", address->option_file);
    if (address->socket != NULL)
        dn_mysql_tool_add_pair(tool, "--socket=", address->socket);
    else
        dn_mysql_tool_add_pair(tool, "--host=", address->host);
    if (address->port != 0 && address->socket == NULL) {
        dn_kit_text_format(&port, "%u", address->port);
        dn_mysql_tool_add_pair(tool, "--port=", port.data);
        dn_mysql_tool_add(tool, "--protocol=tcp");
    }
    dn_mysql_tool_add_pair(tool, "--user=", address->user);
    add_tls(tool, address);
    dn_mysql_tool_add(tool, "--default-character-set=utf8mb4");
    if (address->password != NULL)
        dn_kit_text_format(&tool->password, "MYSQL_PWD=%s", address->password);
}

/* --- which program -------------------------------------------------------------------------------- */
/* "mysqldump  Ver 10.13 Distrib 5.6.51, for ..", "mysqldump  Ver 8.0.36 for .." */
static long
major_of(const char *version)
{
    const char *at = strstr(version, "Distrib ");

    if (at != NULL)
        return strtol(at + strlen("Distrib "), NULL, 10);
    at = strstr(version, "Ver ");
    return at != NULL ? strtol(at + strlen("Ver "), NULL, 10) : 0;
}

/* MariaDB's programs know both servers; MySQL's know MySQL of their own version and before. */
static void
judge(const dn_mysql_tool *tool, const char *version, const dunlin_profile *profile,
      dn_kit_text *problem)
{
    long major = major_of(version);

    if (profile == NULL || tool->mariadb)
        return;
    if (dn_kit_same(profile->flavour, "mariadb"))
        dn_kit_text_format(problem,
                           "'%s' is the one of MySQL, and this is a MariaDB server; install "
                           "MariaDB's client programs (Debian: mariadb-client)",
                           tool->name);
    else if (major > 0 && major < profile->major)
        dn_kit_text_format(problem, "'%s' is of version %ld, too old for a server of version %d",
                           tool->name, major, (int)profile->major);
}

int32_t
dn_mysql_tool_find(const dunlin_call *call, const char *mariadb, const char *mysql,
                   const dunlin_profile *profile, dn_mysql_tool *tool, const char **problem)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text version = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    bool to_mysql = profile != NULL && dn_kit_same(profile->flavour, "mysql");
    const char *first = to_mysql ? mysql : mariadb;
    const char *second = to_mysql ? mariadb : mysql;
    int32_t status = DUNLIN_OK;

    *problem = NULL;
    tool->name = dn_kit_in_path(first) ? first : second;
    if (tool->name == second && !dn_kit_in_path(second)) {
        dn_kit_text_format(&text, "the program '%s' is not installed (Debian: %s)", first,
                           to_mysql ? "default-mysql-client" : "mariadb-client");
    } else {
        status = dn_kit_ask_version(call, tool->name, &version);
        if (status != DUNLIN_OK)
            return status;
        tool->mariadb = strstr(version.data, "MariaDB") != NULL;
        judge(tool, version.data, profile, &text);
    }
    if (text.length > 0 || text.failed)
        *problem = dn_kit_sentence(call, &text);
    dn_mysql_tool_add(tool, tool->name);
    return status;
}

int32_t
dn_mysql_tool_run(const dunlin_call *call, dn_mysql_tool *tool)
{
    dunlin_string environment = dn_kit_text_string(&tool->password);
    dunlin_process process = {
        .size = sizeof(process),
        .arguments = tool->arguments,
        .argument_count = tool->count,
        .environment = &environment,
        .environment_count = environment.length > 0 ? 1 : 0,
        .output = tool->output,
        .input = tool->input,
    };

    if (tool->failed || tool->password.failed)
        return dn_kit_no_memory(call);
    return call->host->process(call, &process);
}
