/* SPDX-License-Identifier: MIT
 *
 * Opening connections, and why they do not come about.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/conformance/check.h"

enum { SHORT_TIMEOUT_MS = 1000, PATIENCE_MS = 15000, OPENINGS = 10 };

static const char password[] = "dunlin-check-Secret";

/* --- other URLs ------------------------------------------------------------------------------ */

/* scheme://user@host:port/path?parameters; every part but the first may be empty. */
typedef struct url_parts {
    const char *host; /* in the kit's URL, behind the user */
    size_t host_length;
    const char *rest; /* "/path?parameters" */
    int lead;         /* bytes of "scheme://" */
    bool server;      /* it names a host and a port */
} url_parts;

static url_parts
parts_of(const char *url)
{
    const char *slashes = strstr(url, "://");
    url_parts parts = {0};
    const char *at;

    if (!slashes)
        return parts;
    parts.host = slashes + 3;
    parts.lead = (int)(parts.host - url);
    parts.rest = parts.host + strcspn(parts.host, "/?#");
    at = memchr(parts.host, '@', (size_t)(parts.rest - parts.host));
    if (at)
        parts.host = at + 1;
    parts.host_length = (size_t)(parts.rest - parts.host);
    parts.server =
        memchr(parts.host, ':', parts.host_length) && !memchr(parts.host, ',', parts.host_length);
    return parts;
}

static int
no_server(dn_check *check)
{
    return dn_check_skip(check, "the URL does not name a host and a port");
}

/* A port of this machine, with a listener (its descriptor in *fd) that never says anything, or
 * without one (*fd is -1). */
static int
take_port(dn_check *check, bool listening, int *fd, int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0 || bind(*fd, (struct sockaddr *)&address, length) < 0 ||
        getsockname(*fd, (struct sockaddr *)&address, &length) < 0 ||
        (listening && listen(*fd, 8) < 0)) {
        if (*fd >= 0)
            close(*fd);
        return dn_check_fail(check, "no port of this machine can be had for the case");
    }
    *port = ntohs(address.sin_port);
    if (!listening) {
        close(*fd);
        *fd = -1;
    }
    return 0;
}

/* Opens a URL that must not open. */
static int
open_refused(dn_check *check, const char *url, const dn_open_options *options, dn_error *error)
{
    dn_connection *connection;

    if (!url)
        return dn_check_no_memory(check);
    dn_error_clear(error);
    if (dn_connection_open(check->driver, url, options, &connection, error) == 0) {
        dn_connection_close(connection);
        return dn_check_fail(check, "the connection came about");
    }
    return error->message[0] ? 0 : dn_check_fail(check, "opening failed without a message");
}

static int
wrong_class(dn_check *check, const dn_error *error, const char *wanted)
{
    return dn_check_fail(check, "opening failed with the class '%s' and not '%s': %s",
                         dn_check_class(error->status), wanted, error->message);
}

/* --- servers --------------------------------------------------------------------------------- */

static const dn_open_options patient = {.purpose = DUNLIN_PURPOSE_WORK};

static int
nobody_there(dn_check *check)
{
    url_parts parts = parts_of(check->kit->url);
    dn_error error;
    int fd;
    int port;
    const char *url;

    if (!parts.server)
        return no_server(check);
    if (take_port(check, false, &fd, &port) < 0)
        return -1;
    url = dn_arena_printf(&check->arena, "%.*suser:%s@127.0.0.1:%d%s", parts.lead, check->kit->url,
                          password, port, parts.rest);
    if (open_refused(check, url, &patient, &error) < 0)
        return -1;
    if (error.status != DUNLIN_CONNECT)
        return wrong_class(check, &error, "connect");
    if (strstr(error.message, password) || strstr(error.context, password) ||
        strstr(error.hint, password))
        return dn_check_fail(check, "the message shows the password of the URL");
    return 0;
}

static int
silent_server(dn_check *check)
{
    const dn_open_options hasty = {.purpose = DUNLIN_PURPOSE_WORK,
                                   .connect_timeout_ms = SHORT_TIMEOUT_MS};
    url_parts parts = parts_of(check->kit->url);
    int64_t begin = dn_clock_monotonic_ns();
    int64_t waited_ms;
    dn_error error;
    int fd;
    int port;
    const char *url;
    int answer;

    if (!parts.server)
        return no_server(check);
    if (take_port(check, true, &fd, &port) < 0)
        return -1;
    url = dn_arena_printf(&check->arena, "%.*suser@127.0.0.1:%d%s", parts.lead, check->kit->url,
                          port, parts.rest);
    answer = open_refused(check, url, &hasty, &error);
    close(fd);
    if (answer < 0)
        return -1;
    waited_ms = (dn_clock_monotonic_ns() - begin) / 1000000;
    if (waited_ms > PATIENCE_MS)
        return dn_check_fail(check, "opening gave up after %lld ms, and was to after %d",
                             (long long)waited_ms, SHORT_TIMEOUT_MS);
    return error.status == DUNLIN_CONNECT ? 0 : wrong_class(check, &error, "connect");
}

static int
wrong_password(dn_check *check)
{
    url_parts parts = parts_of(check->kit->url);
    dn_connection *connection;
    dn_error error;
    const char *url;

    if (!parts.server)
        return no_server(check);
    url =
        dn_arena_printf(&check->arena, "%.*sdunlin_check_nobody:%s@%.*s%s", parts.lead,
                        check->kit->url, password, (int)parts.host_length, parts.host, parts.rest);
    if (!url)
        return dn_check_no_memory(check);
    dn_error_clear(&error);
    if (dn_connection_open(check->driver, url, &patient, &connection, &error) == 0) {
        dn_connection_close(connection);
        return dn_check_skip(check, "the server lets everybody in");
    }
    if (strstr(error.message, password) || strstr(error.context, password))
        return dn_check_fail(check, "the message shows the password of the URL");
    return error.status == DUNLIN_AUTH ? 0 : wrong_class(check, &error, "auth");
}

static int
unknown_database(dn_check *check)
{
    url_parts parts = parts_of(check->kit->url);
    const char *parameters = parts.rest ? parts.rest + strcspn(parts.rest, "?#") : "";
    dn_error error;
    const char *url;

    if (!parts.server)
        return no_server(check);
    url = dn_arena_printf(&check->arena, "%.*s/dunlin_check_missing%s",
                          (int)(parts.rest - check->kit->url), check->kit->url, parameters);
    if (open_refused(check, url, &patient, &error) < 0)
        return -1;
    /* A server may not want to tell what is there. */
    return error.status == DUNLIN_MISSING || error.status == DUNLIN_PERMISSION
               ? 0
               : wrong_class(check, &error, "missing");
}

/* --- files ----------------------------------------------------------------------------------- */

static const char *
with_suffix(dn_check *check, const char *suffix)
{
    const char *url = check->kit->url;
    size_t end = strcspn(url, "?#");

    return dn_arena_printf(&check->arena, "%.*s%s%s", (int)end, url, suffix, url + end);
}

static int
missing_file(dn_check *check)
{
    const dn_open_options reading = {.purpose = DUNLIN_PURPOSE_WORK, .read_only = true};
    const char *url = with_suffix(check, "-missing");
    const char *path = dn_arena_printf(&check->arena, "%s-missing", check->file);
    dn_connection *connection;
    dn_error error;
    bool empty = true;

    if (!check->file[0])
        return dn_check_skip(check, "the database is no file");
    if (!url || !path)
        return dn_check_no_memory(check);
    dn_error_clear(&error);
    if (dn_connection_open(check->driver, url, &reading, &connection, &error) == 0) {
        if (dn_connection_is_empty(connection, &empty, &error) < 0)
            empty = false;
        dn_connection_close(connection);
    } else if (error.status != DUNLIN_MISSING && error.status != DUNLIN_CONNECT &&
               error.status != DUNLIN_USAGE) {
        return wrong_class(check, &error, "missing");
    }
    if (dn_file_exists(path)) {
        unlink(path);
        return dn_check_fail(check, "reading created the file '%s'", path);
    }
    return empty ? 0 : dn_check_fail(check, "a database that does not exist is not empty");
}

static int
missing_folder(dn_check *check)
{
    dn_error error;

    if (!check->file[0])
        return dn_check_skip(check, "the database is no file");
    if (open_refused(check, with_suffix(check, "-missing/file"), &patient, &error) < 0)
        return -1;
    return error.status == DUNLIN_MISSING || error.status == DUNLIN_CONNECT ||
                   error.status == DUNLIN_USAGE
               ? 0
               : wrong_class(check, &error, "missing");
}

/* --- a connection that came about ------------------------------------------------------------ */

static bool
is_boolean(int32_t value)
{
    return value == 0 || value == 1;
}

static int
describe(dn_check *check)
{
    const dn_connection *connection = dn_check_first(check);
    const dunlin_server *server;

    if (!connection)
        return -1;
    server = dn_connection_server(connection);
    if (!server->profile->flavour.length || !server->profile->version.length)
        return dn_check_fail(check, "describe() gave no flavour or no version");
    if (server->profile->major <= 0)
        return dn_check_fail(check, "describe() gave the major version %d",
                             (int)server->profile->major);
    if (server->profile->setting_count % 2)
        return dn_check_fail(check, "describe() gave a setting without a value");
    if (!server->identity.length || !server->name.length || !server->backend.length)
        return dn_check_fail(check, "describe() gave no identity, name or backend");
    if (server->path.length && server->path.data[0] != '/')
        return dn_check_fail(check, "describe() gave a path that is not absolute");
    if (!is_boolean(server->read_only) || !is_boolean(server->pooled) ||
        (!is_boolean(server->empty) && server->empty != DUNLIN_EMPTY_UNKNOWN))
        return dn_check_fail(check, "describe() gave a yes or no that is neither 0 nor 1");
    return 0;
}

static int
identity(dn_check *check)
{
    const dn_connection *first = dn_check_first(check);
    const dn_connection *second = first ? dn_check_second(check) : NULL;
    dunlin_string one;
    dunlin_string other;

    if (!second)
        return -1;
    one = dn_connection_server(first)->identity;
    other = dn_connection_server(second)->identity;
    if (one.length != other.length || memcmp(one.data, other.data, one.length) != 0)
        return dn_check_fail(check, "two connections to one database have two identities");
    return 0;
}

static int
not_empty(dn_check *check)
{
    dn_error error;
    bool empty;

    if (dn_check_filled(check, 1) < 0 || !dn_check_second(check))
        return -1;
    if (dn_connection_is_empty(dn_check_second(check), &empty, &error) < 0)
        return dn_check_fail(check, "describe() does not answer when asked again: %s",
                             error.message);
    if (empty)
        return dn_check_fail(check, "describe() calls a database with a table empty");
    return 0;
}

static int
read_only(dn_check *check)
{
    const dn_open_options reading = {.purpose = DUNLIN_PURPOSE_WORK, .read_only = true};

    if (dn_check_filled(check, 3) < 0 ||
        dn_check_open(check, check->kit->url, &reading, &check->connections[1]) < 0)
        return -1;
    return dn_check_count(check, dn_check_second(check), DN_CHECK_ITEMS, 3);
}

static size_t
open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static int
descriptors(dn_check *check)
{
    size_t before;
    size_t after;

    /* What a client library opens once for all. */
    if (!dn_check_first(check))
        return -1;
    dn_check_close(check, 0);
    before = open_descriptors();
    for (int i = 0; i < OPENINGS; i++) {
        if (!dn_check_first(check))
            return -1;
        dn_check_close(check, 0);
    }
    after = open_descriptors();
    if (!before)
        return dn_check_skip(check, "this system does not list the descriptors of a process");
    if (after > before)
        return dn_check_fail(check, "%d connections left %zu descriptors open", OPENINGS,
                             after - before);
    return 0;
}

static const dn_case cases[] = {
    {"connect.describe", "describe() says what the server is, and who we are there", describe, NULL,
     0},
    {"connect.identity", "connections to one database have one identity", identity, NULL, 0},
    {"connect.empty", "a database with a table is not called empty", not_empty, NULL, 0},
    {"connect.read-only", "a connection that only reads sees what is there", read_only, NULL, 0},
    {"connect.descriptors", "a closed connection leaves no descriptor open", descriptors, NULL, 0},
    {"connect.nobody-there", "where nobody listens, opening fails as connect, without the password",
     nobody_there, NULL, 0},
    {"connect.silent", "a server that never answers is given up in time, as connect", silent_server,
     NULL, 0},
    {"connect.auth", "an unknown user with a wrong password is refused as auth", wrong_password,
     NULL, 0},
    {"connect.database", "an unknown database is refused as missing", unknown_database, NULL, 0},
    {"connect.missing-file", "opening a missing file to read creates nothing", missing_file, NULL,
     0},
    {"connect.missing-folder", "a file in a missing folder is refused", missing_folder, NULL, 0},
};

const dn_area dn_area_connect = DN_AREA(cases);
