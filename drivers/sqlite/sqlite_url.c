/* SPDX-License-Identifier: MIT
 *
 * sqlite:path, sqlite:///absolute/path, sqlite::memory:, with parameters.
 */
#include "drivers/sqlite/sqlite_driver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_BUSY_TIMEOUT_MS = 5000 };

static const char known_parameters[] = "busy_timeout, foreign_keys, mode";

static int32_t
bad_value(const dunlin_call *call, const dn_kit_parameter *parameter, const char *choices)
{
    return dn_kit_fail(call, DUNLIN_USAGE, "the parameter '%s' is '%s': it takes %s",
                       parameter->name, parameter->value, choices);
}

static int32_t
read_busy_timeout(const dunlin_call *call, const dn_kit_parameter *parameter,
                  dn_sqlite_address *url)
{
    return dn_kit_milliseconds(call, parameter, &url->busy_timeout_ms);
}

static int32_t
read_foreign_keys(const dunlin_call *call, const dn_kit_parameter *parameter,
                  dn_sqlite_address *url)
{
    if (strcmp(parameter->value, "on") == 0)
        url->foreign_keys = true;
    else if (strcmp(parameter->value, "off") == 0)
        url->foreign_keys = false;
    else
        return bad_value(call, parameter, "on or off");
    return DUNLIN_OK;
}

static int32_t
read_mode(const dunlin_call *call, const dn_kit_parameter *parameter, dn_sqlite_address *url)
{
    if (strcmp(parameter->value, "rwc") == 0)
        url->mode = DN_SQLITE_MODE_CREATE;
    else if (strcmp(parameter->value, "rw") == 0)
        url->mode = DN_SQLITE_MODE_WRITE;
    else if (strcmp(parameter->value, "ro") == 0)
        url->mode = DN_SQLITE_MODE_READ;
    else
        return bad_value(call, parameter, "ro, rw or rwc");
    return DUNLIN_OK;
}

static const struct {
    const char *name;
    int32_t (*read)(const dunlin_call *call, const dn_kit_parameter *parameter,
                    dn_sqlite_address *url);
} parameter_table[] = {
    {"busy_timeout", read_busy_timeout},
    {"foreign_keys", read_foreign_keys},
    {"mode", read_mode},
};

static int32_t
read_parameter(const dunlin_call *call, const dn_kit_parameter *parameter, dn_sqlite_address *url)
{
    for (size_t i = 0; i < sizeof(parameter_table) / sizeof(parameter_table[0]); i++)
        if (strcmp(parameter->name, parameter_table[i].name) == 0)
            return parameter_table[i].read(call, parameter, url);
    return dn_kit_fail(call, DUNLIN_USAGE,
                       "the parameter '%s' of the URL is unknown (SQLite's are %s)",
                       parameter->name, known_parameters);
}

/* The part of the URL that names the file, as the person wrote it; NULL after a failure. */
static const char *
written_path(const dunlin_call *call, const dn_kit_url *url)
{
    const char *rest = url->rest;

    if (rest[0] == '\0') {
        dn_kit_fail_hint(call, DUNLIN_USAGE,
                         "write 'sqlite:app.db', 'sqlite:///srv/app.db' or 'sqlite::memory:'",
                         "the URL names no database file");
        return NULL;
    }
    if (strncmp(rest, "//", 2) != 0)
        return rest;
    rest += 2;
    if (rest[0] == '/')
        return rest;
    dn_kit_fail(call, DUNLIN_USAGE,
                "'sqlite://%s' would name a server '%s': write 'sqlite:%s' for a path relative "
                "to the working folder, or 'sqlite:///...' for an absolute one",
                rest, rest, rest);
    return NULL;
}

/* Before SQLite is first used: afterwards it refuses, which is as good. Nobody asks how much memory it has,
 * and counting takes a lock each time. */
static void
set_up_library(const dunlin_call *call)
{
    if (!(call->flags & DUNLIN_CALL_OWN_PROCESS))
        return;
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Splits an absolute path at its last '/'. */
static int32_t
set_path(const dunlin_call *call, const char *path, dn_sqlite_address *url)
{
    const char *slash = strrchr(path, '/');
    const sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    size_t longest = strlen(path) + strlen("-journal");

    if (slash == NULL || slash[1] == '\0')
        return dn_kit_fail(call, DUNLIN_USAGE, "'%s' is a folder, not a database file", path);
    if (vfs != NULL && longest > (size_t)vfs->mxPathname)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "the path of the database has %zu bytes, more than the %zu that "
                           "SQLite can open",
                           strlen(path), (size_t)vfs->mxPathname - strlen("-journal"));
    url->path = strdup(path);
    url->folder = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (url->path == NULL || url->folder == NULL)
        return dn_kit_no_memory(call);
    return DUNLIN_OK;
}

/* One database has one path, whichever way it is reached: the lock file lies beside it. */
static int32_t
resolve_path(const dunlin_call *call, const char *written, dn_sqlite_address *url)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text path = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *real = realpath(written, NULL);
    DN_KIT_CLEANUP(dn_kit_free) char *folder = NULL;
    const char *slash = strrchr(written, '/');
    const char *name = slash != NULL ? slash + 1 : written;

    if (real != NULL)
        return set_path(call, real, url);
    if (errno == ENOMEM)
        return dn_kit_no_memory(call);
    dn_kit_text_add_string(&path, (dunlin_string){written, (uint64_t)(name - written)});
    if (path.length == 0)
        dn_kit_text_add(&path, ".");
    if (path.failed)
        return dn_kit_no_memory(call);
    folder = realpath(path.data, NULL);
    dn_kit_text_clear(&path);
    if (folder != NULL) {
        dn_kit_text_format(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
    } else if (written[0] == '/') {
        dn_kit_text_add(&path, written);
    } else {
        folder = getcwd(NULL, 0);
        if (folder == NULL)
            return dn_kit_fail_errno(call, errno, "cannot tell the working folder");
        dn_kit_text_format(&path, "%s/%s", folder, written);
    }
    return path.failed ? dn_kit_no_memory(call) : set_path(call, path.data, url);
}

static int32_t
read_cut(const dunlin_call *call, const dn_kit_url *cut, dn_sqlite_address *url)
{
    const char *path = written_path(call, cut);

    if (path == NULL)
        return DUNLIN_USAGE;
    for (size_t i = 0; i < cut->parameter_count; i++) {
        int32_t status = read_parameter(call, &cut->parameters[i], url);

        if (status != DUNLIN_OK)
            return status;
    }
    if (strcmp(path, ":memory:") != 0)
        return resolve_path(call, path, url);
    url->memory = true;
    url->path = strdup("");
    url->folder = strdup("");
    return url->path != NULL && url->folder != NULL ? DUNLIN_OK : dn_kit_no_memory(call);
}

int32_t
dn_sqlite_address_read(const dunlin_call *call, dunlin_string text, dn_sqlite_address *url)
{
    DN_KIT_CLEANUP(dn_kit_url_free) dn_kit_url cut = {0};
    int32_t status = dn_kit_url_cut(call, text, &cut);

    set_up_library(call);
    memset(url, 0, sizeof(*url));
    url->foreign_keys = true;
    url->busy_timeout_ms = DEFAULT_BUSY_TIMEOUT_MS;
    if (status == DUNLIN_OK && strcmp(cut.scheme, "sqlite") != 0 &&
        strcmp(cut.scheme, "sqlite3") != 0)
        status =
            dn_kit_fail(call, DUNLIN_USAGE, "'%s:' is not a URL of an SQLite database", cut.scheme);
    if (status == DUNLIN_OK)
        status = read_cut(call, &cut, url);
    if (status != DUNLIN_OK)
        dn_sqlite_address_free(url);
    return status;
}

void
dn_sqlite_address_free(dn_sqlite_address *url)
{
    free(url->path);
    free(url->folder);
    memset(url, 0, sizeof(*url));
}

const char *
dn_sqlite_address_name(const dn_sqlite_address *url)
{
    return url->memory ? ":memory:" : strrchr(url->path, '/') + 1;
}

int32_t
dn_sqlite_url(const dunlin_call *call, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_sqlite_address_free) dn_sqlite_address url = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    dunlin_url_part part = {.size = sizeof(part), .name = dn_kit_string("path")};
    int32_t status = dn_sqlite_address_read(call, text, &url);

    if (status != DUNLIN_OK)
        return status;
    part.value = dn_kit_string(url.memory ? ":memory:" : url.path);
    status = call->host->url_part(call, &part);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_format(&identity, "sqlite:%s", url.memory ? ":memory:" : url.path);
    if (identity.failed)
        return dn_kit_no_memory(call);
    return call->host->url_text(call, text, dn_kit_text_string(&identity));
}
