/* SPDX-License-Identifier: MIT
 *
 * What is at the other end: the library's version, the file, and whether it holds anything.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
fill_version(dunlin_profile *profile, const char *version)
{
    int major = 0;
    int minor = 0;
    int patch = 0;

    sscanf(version, "%d.%d.%d", &major, &minor, &patch);
    profile->size = sizeof(*profile);
    profile->flavour = dn_kit_string("sqlite");
    profile->version = dn_kit_string(version);
    profile->major = major;
    profile->minor = minor;
    profile->patch = patch;
}

/* "sqlite" and nothing are the library in use, "sqlite 3.35.2" that version. */
int32_t
dn_sqlite_assume(const dunlin_call *call, dunlin_string description)
{
    DN_KIT_CLEANUP(dn_kit_free)
    char *text = dn_kit_copy(description.length > 0 ? description : dn_kit_string("sqlite"));
    dunlin_profile profile = {.size = sizeof(profile)};
    const char *version;

    if (text == NULL)
        return dn_kit_no_memory(call);
    version = strchr(text, ' ');
    if (strncmp(text, "sqlite", 6) != 0 || (text[6] != '\0' && text[6] != ' ') ||
        (version != NULL && strncmp(version, " 3.", 3) != 0))
        return dn_kit_fail(call, DUNLIN_USAGE, "'%s' is not a version of SQLite ('sqlite 3.40')",
                           text);
    fill_version(&profile, version != NULL ? version + 1 : sqlite3_libversion());
    return call->host->profile(call, &profile);
}

static bool
is_read_only(const dunlin_connection *connection)
{
    const dn_sqlite_address *url = &connection->url;

    if (url->mode == DN_SQLITE_MODE_READ)
        return true;
    if (url->memory)
        return false;
    if (faccessat(AT_FDCWD, url->folder, W_OK | X_OK, AT_EACCESS) != 0)
        return true;
    return !connection->placeholder && sqlite3_db_readonly(connection->db, "main") == 1;
}

static int32_t
describe(const dunlin_call *call, dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    const dn_sqlite_address *url = &connection->url;
    dunlin_string settings[4] = {dn_kit_string("foreign_keys"),
                                 dn_kit_string(url->foreign_keys ? "on" : "off"),
                                 dn_kit_string("namespace"), dn_kit_string("main")};
    dunlin_profile profile = {.size = sizeof(profile)};
    dunlin_server server = {.size = sizeof(server)};
    char process[24];
    int64_t something = 0;
    int32_t status =
        dn_sqlite_integer(connection, "SELECT 1 FROM main.sqlite_master LIMIT 1", 0, &something);

    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&identity, "sqlite:%s", url->memory ? ":memory:" : url->path);
    if (identity.failed)
        return dn_kit_no_memory(call);
    snprintf(process, sizeof(process), "%ld", (long)getpid());
    fill_version(&profile, sqlite3_libversion());
    profile.settings = settings;
    profile.setting_count = 4;
    server.profile = &profile;
    server.identity = dn_kit_text_string(&identity);
    server.name = dn_kit_string(dn_sqlite_address_name(url));
    server.path = dn_kit_string(url->path);
    server.backend = dn_kit_string(process);
    server.backend_start = dn_kit_string(NULL);
    server.read_only = is_read_only(connection) ? 1 : 0;
    server.empty = something == 0 ? 1 : 0;
    return call->host->server(call, &server);
}

int32_t
dn_sqlite_describe(const dunlin_call *call, dunlin_connection *connection)
{
    const dunlin_call *outer = dn_sqlite_enter(call, connection);
    int32_t status = describe(call, connection);

    dn_sqlite_leave(connection, outer);
    return status;
}
