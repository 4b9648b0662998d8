/* SPDX-License-Identifier: MIT
 *
 * mysql://user:password@host:port/database?parameters, also as mariadb:, with a socket as a
 * parameter or as the host ("%2Frun%2Fmysqld%2Fmysqld.sock").
 */
#include "drivers/mysql/my_driver.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uriparser/Uri.h>

enum { DEFAULT_PORT = 3306 };

static const char known_parameters[] = "charset, connect-timeout, defaults-file, socket, ssl-ca, "
                                       "ssl-capath, ssl-cert, ssl-cipher, ssl-key, ssl-mode";

/* --- the place ----------------------------------------------------------------------------------- */
/* The URL's text from "//" to the query, cut into its pieces; all of them still escaped. */
typedef struct url_place {
    dunlin_string user;
    dunlin_string password;
    dunlin_string host;
    dunlin_string port;
    dunlin_string database;
    bool has_user;
    bool has_password;
} url_place;

static dunlin_string
between(const char *begin, const char *end)
{
    return (dunlin_string){begin, (uint64_t)(end - begin)};
}

static const char *
find(dunlin_string text, char byte)
{
    return text.length > 0 ? memchr(text.data, byte, text.length) : NULL;
}

/* The last '@' ends the user's part: people forget to escape the one in their password. */
static void
cut_user(dunlin_string *rest, url_place *cut)
{
    const char *at = rest->length > 0 ? memrchr(rest->data, '@', rest->length) : NULL;
    const char *colon;

    if (at == NULL)
        return;
    cut->has_user = true;
    cut->user = between(rest->data, at);
    colon = find(cut->user, ':');
    if (colon != NULL) {
        cut->has_password = true;
        cut->password = between(colon + 1, at);
        cut->user = between(rest->data, colon);
    }
    *rest = between(at + 1, rest->data + rest->length);
}

static int32_t
cut_host(const dunlin_call *call, dunlin_string host, url_place *cut)
{
    const char *end = host.data + host.length;
    const char *after = host.data;

    if (host.length > 0 && host.data[0] == '[') {
        after = find(host, ']');
        if (after == NULL || (after + 1 < end && after[1] != ':'))
            return dn_kit_fail(call, DUNLIN_USAGE, "the URL's host has a '[' without its ']'");
        cut->host = between(host.data + 1, after);
        after++;
    } else {
        after = find(host, ':');
        if (after == NULL)
            after = end;
        cut->host = between(host.data, after);
    }
    if (after < end)
        cut->port = between(after + 1, end);
    if (find(cut->host, ',') != NULL)
        return dn_kit_fail(call, DUNLIN_USAGE, "the URL names several hosts: give one of them");
    return DUNLIN_OK;
}

static int32_t
cut_place(const dunlin_call *call, dunlin_string text, url_place *cut)
{
    const char *colon = find(text, ':');
    const char *query = find(text, '?');
    dunlin_string rest = between(colon + 1, query != NULL ? query : text.data + text.length);
    const char *slash;

    memset(cut, 0, sizeof(*cut));
    if (rest.length < 2 || memcmp(rest.data, "//", 2) != 0)
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "mysql://user:password@host:3306/database",
                                "the URL has no '//' behind its scheme");
    rest = between(rest.data + 2, rest.data + rest.length);
    cut_user(&rest, cut);
    slash = find(rest, '/');
    if (slash != NULL) {
        cut->database = between(slash + 1, rest.data + rest.length);
        rest = between(rest.data, slash);
    }
    if (cut->database.length == 0)
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "mysql://user:password@host:3306/database",
                                "the URL names no database");
    return cut_host(call, rest, cut);
}

/* A copy without its percent escapes, which the kit has found to be whole. */
static char *
unescape(dunlin_string text)
{
    char *copy = dn_kit_copy(text);

    if (copy != NULL)
        uriUnescapeInPlaceExA(copy, URI_FALSE, URI_BR_DONT_TOUCH);
    return copy;
}

static int32_t
read_port(const dunlin_call *call, dunlin_string text, unsigned *port)
{
    unsigned long value = 0;

    if (text.length == 0)
        return DUNLIN_OK;
    for (uint64_t i = 0; i < text.length && value <= 65535; i++)
        value = isdigit((unsigned char)text.data[i])
                    ? value * 10 + (unsigned long)(text.data[i] - '0')
                    : 65536;
    if (value == 0 || value > 65535)
        return dn_kit_fail(call, DUNLIN_USAGE, "the URL's port is not a number from 1 to 65535");
    *port = (unsigned)value;
    return DUNLIN_OK;
}

static int32_t
read_place(const dunlin_call *call, const url_place *cut, dn_mysql_address *address)
{
    char *host = unescape(cut->host);

    address->database = unescape(cut->database);
    if (cut->has_user && cut->user.length > 0)
        address->user = unescape(cut->user);
    if (cut->has_password)
        address->password = unescape(cut->password);
    if (host != NULL && host[0] == '/')
        address->socket = host;
    else if (host != NULL && host[0] != '\0')
        address->host = host;
    else
        free(host);
    if (host == NULL || address->database == NULL ||
        (cut->user.length > 0 && address->user == NULL) ||
        (cut->has_password && address->password == NULL))
        return dn_kit_no_memory(call);
    return read_port(call, cut->port, &address->port);
}

/* --- parameters ------------------------------------------------------------------------------------ */
static int32_t
bad_value(const dunlin_call *call, const dn_kit_parameter *parameter, const char *choices)
{
    return dn_kit_fail(call, DUNLIN_USAGE, "the parameter '%s' is '%s': it takes %s",
                       parameter->name, parameter->value, choices);
}

static int32_t
keep_text(const dunlin_call *call, const dn_kit_parameter *parameter, char **place)
{
    free(*place);
    *place = strdup(parameter->value);
    return *place != NULL ? DUNLIN_OK : dn_kit_no_memory(call);
}

static int32_t
read_charset(const dunlin_call *call, const dn_kit_parameter *parameter, dn_mysql_address *address)
{
    DN_KIT_UNUSED(address);
    if (strcasecmp(parameter->value, "utf8mb4") == 0)
        return DUNLIN_OK;
    return bad_value(call, parameter, "utf8mb4 alone, which migration files are read as");
}

/* In seconds, as everybody else's. */
static int32_t
read_connect_timeout(const dunlin_call *call, const dn_kit_parameter *parameter,
                     dn_mysql_address *address)
{
    char *end = NULL;
    long value;

    errno = 0;
    value = strtol(parameter->value, &end, 10);
    if (!isdigit((unsigned char)parameter->value[0]) || *end != '\0' || errno != 0 || value < 1 ||
        value > 3600)
        return bad_value(call, parameter, "seconds, 1 to 3600");
    address->connect_timeout_ms = (int64_t)value * 1000;
    return DUNLIN_OK;
}

static int32_t
read_mode(const dunlin_call *call, const dn_kit_parameter *parameter, dn_mysql_address *address)
{
    static const struct {
        const char *name;
        dn_mysql_tls mode;
    } modes[] = {
        {"disabled", DN_MYSQL_TLS_DISABLED},
        {"preferred", DN_MYSQL_TLS_PREFERRED},
        {"required", DN_MYSQL_TLS_REQUIRED},
        {"verify_ca", DN_MYSQL_TLS_VERIFY_CA},
        {"verify-ca", DN_MYSQL_TLS_VERIFY_CA},
        {"verify_identity", DN_MYSQL_TLS_VERIFY_IDENTITY},
        {"verify-identity", DN_MYSQL_TLS_VERIFY_IDENTITY},
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcasecmp(parameter->value, modes[i].name) == 0) {
            address->tls = modes[i].mode;
            return DUNLIN_OK;
        }
    }
    return bad_value(call, parameter,
                     "disabled, preferred, required, verify_ca or verify_identity");
}

#define TEXT_PARAMETER(function, member)                                                           \
    static int32_t function(const dunlin_call *call, const dn_kit_parameter *parameter,            \
                            dn_mysql_address *address)                                             \
    {                                                                                              \
        return keep_text(call, parameter, &address->member);                                       \
    }

TEXT_PARAMETER(read_socket, socket)
TEXT_PARAMETER(read_option_file, option_file)
TEXT_PARAMETER(read_ca, tls_ca)
TEXT_PARAMETER(read_capath, tls_capath)
TEXT_PARAMETER(read_cert, tls_cert)
TEXT_PARAMETER(read_key, tls_key)
TEXT_PARAMETER(read_cipher, tls_cipher)

static const struct {
    const char *name;
    int32_t (*read)(const dunlin_call *call, const dn_kit_parameter *parameter,
                    dn_mysql_address *address);
} parameter_table[] = {
    {"charset", read_charset},
    {"connect-timeout", read_connect_timeout},
    {"defaults-file", read_option_file},
    {"socket", read_socket},
    {"ssl-ca", read_ca},
    {"ssl-capath", read_capath},
    {"ssl-cert", read_cert},
    {"ssl-cipher", read_cipher},
    {"ssl-key", read_key},
    {"ssl-mode", read_mode},
};

/* As the options of MySQL's own programs: '_' and '-' are one. */
static bool
same_parameter(const char *written, const char *name)
{
    for (; *written != '\0' && *name != '\0'; written++, name++)
        if (*written != *name && !(*written == '_' && *name == '-'))
            return false;
    return *written == *name;
}

static int32_t
read_parameter(const dunlin_call *call, const dn_kit_parameter *parameter,
               dn_mysql_address *address)
{
    for (size_t i = 0; i < sizeof(parameter_table) / sizeof(parameter_table[0]); i++)
        if (same_parameter(parameter->name, parameter_table[i].name))
            return parameter_table[i].read(call, parameter, address);
    /* Its value may be a secret that was meant for another program. */
    return dn_kit_fail(call, DUNLIN_USAGE,
                       "the parameter '%s' of the URL is unknown (MySQL's are %s)", parameter->name,
                       known_parameters);
}

/* --- the whole --------------------------------------------------------------------------------------- */
static int32_t
read_cut(const dunlin_call *call, const dn_kit_url *url, const url_place *cut,
         dn_mysql_address *address)
{
    int32_t status = read_place(call, cut, address);

    for (size_t i = 0; i < url->parameter_count && status == DUNLIN_OK; i++)
        status = read_parameter(call, &url->parameters[i], address);
    if (status != DUNLIN_OK)
        return status;
    if (address->tls == DN_MYSQL_TLS_VERIFY_CA && address->tls_ca == NULL &&
        address->tls_capath == NULL)
        return dn_kit_fail(call, DUNLIN_USAGE,
                           "the parameter 'ssl-mode=verify_ca' needs 'ssl-ca' or 'ssl-capath'");
    return DUNLIN_OK;
}

static int32_t
read_url(const dunlin_call *call, dunlin_string text, url_place *cut, dn_mysql_address *address)
{
    DN_KIT_CLEANUP(dn_kit_url_free) dn_kit_url url = {0};
    int32_t status = dn_kit_url_cut(call, text, &url);

    memset(address, 0, sizeof(*address));
    address->tls = DN_MYSQL_TLS_PREFERRED;
    if (status == DUNLIN_OK && strcasecmp(url.scheme, "mysql") != 0 &&
        strcasecmp(url.scheme, "mariadb") != 0)
        status = dn_kit_fail(call, DUNLIN_USAGE, "'%s:' is not a URL of a MySQL or MariaDB server",
                             url.scheme);
    if (status == DUNLIN_OK)
        status = cut_place(call, text, cut);
    if (status == DUNLIN_OK)
        status = read_cut(call, &url, cut, address);
    if (status != DUNLIN_OK)
        dn_mysql_address_free(address);
    return status;
}

int32_t
dn_mysql_address_read(const dunlin_call *call, dunlin_string text, dn_mysql_address *address)
{
    url_place cut;

    return read_url(call, text, &cut, address);
}

void
dn_mysql_address_free(dn_mysql_address *address)
{
    free(address->host);
    free(address->socket);
    free(address->user);
    if (address->password != NULL)
        explicit_bzero(address->password, strlen(address->password));
    free(address->password);
    free(address->database);
    free(address->tls_ca);
    free(address->tls_capath);
    free(address->tls_cert);
    free(address->tls_key);
    free(address->tls_cipher);
    free(address->option_file);
    memset(address, 0, sizeof(*address));
}

/* --- what it is called ---------------------------------------------------------------------------------- */
static void
add_server(const dn_mysql_address *address, dn_kit_text *text)
{
    if (address->socket != NULL)
        dn_kit_text_add(text, address->socket);
    else
        dn_kit_text_format(text, "%s:%u", address->host != NULL ? address->host : "localhost",
                           address->port != 0 ? address->port : DEFAULT_PORT);
}

void
dn_mysql_address_name(const dn_mysql_address *address, dn_kit_text *name)
{
    dn_kit_text_format(name, "%s on ", address->database);
    add_server(address, name);
}

static int32_t
push_part(const dunlin_call *call, const char *name, const char *value, bool secret)
{
    dunlin_url_part part = {.size = sizeof(part),
                            .name = dn_kit_string(name),
                            .value = dn_kit_string(value),
                            .secret = secret ? 1 : 0};

    return value != NULL ? call->host->url_part(call, &part) : DUNLIN_OK;
}

static int32_t
push_parts(const dunlin_call *call, dunlin_string port, const dn_mysql_address *address)
{
    DN_KIT_CLEANUP(dn_kit_free) char *port_text = port.length > 0 ? dn_kit_copy(port) : NULL;
    const struct {
        const char *name;
        const char *value;
        bool secret;
    } parts[] = {
        {"user", address->user, false},     {"password", address->password, true},
        {"host", address->host, false},     {"port", port_text, false},
        {"socket", address->socket, false}, {"database", address->database, false},
    };
    int32_t status = DUNLIN_OK;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == DUNLIN_OK; i++)
        status = push_part(call, parts[i].name, parts[i].value, parts[i].secret);
    return status;
}

int32_t
dn_mysql_url(const dunlin_call *call, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_mysql_address_free) dn_mysql_address address = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text redacted = {0};
    url_place cut;
    int32_t status = read_url(call, text, &cut, &address);

    if (status == DUNLIN_OK)
        status = push_parts(call, cut.port, &address);
    if (status != DUNLIN_OK)
        return status;
    dn_kit_text_add(&identity, "mysql:");
    add_server(&address, &identity);
    dn_kit_text_format(&identity, "/%s", address.database);
    if (cut.has_password) {
        const char *after = cut.password.data + cut.password.length;

        dn_kit_text_add_string(&redacted, between(text.data, cut.password.data));
        dn_kit_text_add(&redacted, "***");
        dn_kit_text_add_string(&redacted, between(after, text.data + text.length));
    } else {
        dn_kit_text_add_string(&redacted, text);
    }
    if (identity.failed || redacted.failed)
        return dn_kit_no_memory(call);
    return call->host->url_text(call, dn_kit_text_string(&redacted), dn_kit_text_string(&identity));
}
