/* SPDX-License-Identifier: MIT
 *
 * What is at the other end, from what was read when the connection was made; and what is assumed
 * of a server without one.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SETTINGS = 4 };

/* name, value, name, value ...: the strings of a profile. */
static void
fill_profile(const dn_mysql_facts *facts, dunlin_string settings[2 * SETTINGS],
             dunlin_profile *profile)
{
    const char *texts[2 * SETTINGS] = {
        "sql_mode",
        facts->sql_mode,
        "lower_case_table_names",
        facts->lower_case_table_names,
        "explicit_defaults_for_timestamp",
        facts->explicit_defaults_for_timestamp,
        "namespace",
        facts->database,
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        settings[i] = dn_kit_string(texts[i]);
    profile->size = sizeof(*profile);
    profile->flavour = dn_kit_string(facts->mariadb ? "mariadb" : "mysql");
    profile->version = dn_kit_string(facts->version);
    profile->major = (int32_t)facts->major;
    profile->minor = (int32_t)facts->minor;
    profile->patch = (int32_t)facts->patch;
    profile->settings = settings;
    profile->setting_count = 2 * SETTINGS;
}

/* A server's URL names its host for us; the server's own name and port are the same for all. */
static void
add_identity(const dunlin_connection *connection, dn_kit_text *identity)
{
    const dn_mysql_facts *facts = &connection->facts;
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};

    if (facts->uuid[0] != '\0') {
        dn_kit_text_format(identity, "mysql:%s/%s", facts->uuid, facts->database);
    } else if (facts->host[0] != '\0') {
        dn_kit_text_format(identity, "mysql:%s:%s/%s", facts->host, facts->port, facts->database);
    } else {
        dn_mysql_address_name(&connection->control->address, &name);
        dn_kit_text_format(identity, "mysql:%s", name.data != NULL ? name.data : "");
    }
}

/* The first answer leaves it open; the core calls again if it matters. */
static int32_t
find_out_empty(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer;
    int32_t status = DUNLIN_OK;

    if (connection->described && connection->facts.empty == DUNLIN_EMPTY_UNKNOWN) {
        outer = dn_mysql_enter(call, connection);
        status = dn_mysql_facts_empty(connection);
        dn_mysql_leave(connection, outer);
    }
    connection->described = true;
    return status;
}

int32_t
dn_mysql_describe(const dunlin_call *call, dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text name = {0};
    dunlin_string settings[2 * SETTINGS];
    dunlin_profile profile = {.size = sizeof(profile)};
    dunlin_server server = {.size = sizeof(server)};
    char backend[32];
    int32_t status = find_out_empty(call, connection);

    if (status != DUNLIN_OK)
        return status;
    add_identity(connection, &identity);
    dn_mysql_address_name(&connection->control->address, &name);
    if (identity.failed || name.failed)
        return dn_kit_no_memory(call);
    snprintf(backend, sizeof(backend), "%lu", mysql_thread_id(connection->mysql));
    fill_profile(&connection->facts, settings, &profile);
    server.profile = &profile;
    server.identity = dn_kit_text_string(&identity);
    server.name = dn_kit_text_string(&name);
    server.path = dn_kit_string(NULL);
    server.backend = dn_kit_string(backend);
    server.backend_start = dn_kit_string(connection->token);
    server.read_only = connection->facts.read_only ? 1 : 0;
    server.empty = connection->facts.empty;
    return call->host->server(call, &server);
}

/* --- without a server ------------------------------------------------------------------------------ */
/* [M] and [MDB]: the defaults of the versions in use. */
static const struct {
    const char *name;
    const char *version; /* when none is said */
    const char *sql_mode;
    const char *explicit_defaults;
} flavours[] = {
    {"mariadb", "10.11",
     "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
     "1"},
    {"mysql", "8.0",
     "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
     "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
     "1"},
};

static bool
assume(const char *text, dn_mysql_facts *facts, dunlin_string settings[2 * SETTINGS],
       dunlin_profile *profile)
{
    for (size_t i = 0; i < sizeof(flavours) / sizeof(flavours[0]); i++) {
        size_t length = strlen(flavours[i].name);
        const char *version = text + length;

        if (strncmp(text, flavours[i].name, length) != 0 || (*version != '\0' && *version != ' '))
            continue;
        version += *version == ' ' ? 1 : 0;
        if (*version == '\0')
            version = flavours[i].version;
        dn_mysql_facts_version(facts, version);
        facts->mariadb = i == 0;
        facts->sql_mode = strdup(flavours[i].sql_mode);
        facts->lower_case_table_names = strdup("0");
        facts->explicit_defaults_for_timestamp = strdup(flavours[i].explicit_defaults);
        fill_profile(facts, settings, profile);
        return facts->major > 0;
    }
    return false;
}

/* "mariadb", "mariadb 10.11", "mysql 8.0"; nothing is the first of these */
int32_t
dn_mysql_assume(const dunlin_call *call, dunlin_string description)
{
    DN_KIT_CLEANUP(dn_kit_free)
    char *text =
        dn_kit_copy(description.length > 0 ? description : dn_kit_string(flavours[0].name));
    dunlin_profile profile = {.size = sizeof(profile)};
    dunlin_string settings[2 * SETTINGS];
    dn_mysql_facts facts = {0};
    int32_t status;

    if (text == NULL)
        return dn_kit_no_memory(call);
    if (!assume(text, &facts, settings, &profile))
        status = dn_kit_fail(call, DUNLIN_USAGE,
                             "'%s' is not a version of MySQL or MariaDB ('mysql 8.0', "
                             "'mariadb 10.11')",
                             text);
    else if (facts.version == NULL || facts.sql_mode == NULL ||
             facts.lower_case_table_names == NULL || facts.explicit_defaults_for_timestamp == NULL)
        status = dn_kit_no_memory(call);
    else
        status = call->host->profile(call, &profile);
    dn_mysql_facts_free(&facts);
    return status;
}
