/* SPDX-License-Identifier: MIT
 *
 * postgres:// and postgresql:// URLs. libpq reads them; what it says about a broken one may quote
 * a piece of the password, and is cleaned first.
 */
#include "drivers/postgres/pg_driver.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PORT "5432"
#define HIDDEN "***"

static const char *const secrets[] = {"password", "sslpassword"};

static bool
is_secret(const char *keyword)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (strcmp(keyword, secrets[i]) == 0)
            return true;
    return false;
}

/* --- hiding ------------------------------------------------------------------------------------- */
static void
replace_all(char *text, const char *piece)
{
    size_t length = strlen(piece);
    size_t shown = strlen(HIDDEN);
    char *found = length > 0 ? strstr(text, piece) : NULL;

    for (; found != NULL; found = strstr(found, piece)) {
        /* A message never grows: a password of one or two characters leaves fewer stars. */
        size_t stars = shown < length ? shown : length;

        memset(found, '*', stars);
        memmove(found + stars, found + length, strlen(found + length) + 1);
        found += stars;
        if (length <= stars)
            break;
    }
}

void
dn_pg_address_hide(const dn_pg_address *address, char *text)
{
    for (const PQconninfoOption *option = address->options;
         option != NULL && option->keyword != NULL; option++)
        if (option->val != NULL && is_secret(option->keyword))
            replace_all(text, option->val);
}

/* Where the password is, as far as a URL that libpq cannot read tells. */
static dunlin_string
suspected_password(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *colon = scheme != NULL ? strchr(scheme + 3, ':') : NULL;
    const char *at = strrchr(url, '@');
    const char *named = strstr(url, "password=");

    if (colon == NULL || at == NULL || at < colon)
        colon = at = NULL;
    if (named != NULL && (at == NULL || named < colon))
        return dn_kit_string(named);
    if (at == NULL)
        return dn_kit_string(NULL);
    return (dunlin_string){colon, named != NULL ? strlen(colon) : (uint64_t)(at - colon)};
}

/* Takes out of a message the quoted pieces that may be parts of the password. */
static void
hide_quoted(char *message, dunlin_string secret)
{
    char *open = strchr(message, '"');

    while (secret.length > 0 && open != NULL) {
        char *close = strchr(open + 1, '"');
        size_t length;

        if (close == NULL)
            break;
        length = (size_t)(close - open) - 1;
        if (length > 0 && memmem(secret.data, secret.length, open + 1, length) != NULL) {
            size_t stars = length < 3 ? length : 3;

            memset(open + 1, '*', stars);
            memmove(open + 1 + stars, close, strlen(close) + 1);
            close = open + 1 + stars;
        }
        open = strchr(close + 1, '"');
    }
}

/* --- reading ------------------------------------------------------------------------------------ */
void
dn_pg_address_free(dn_pg_address *address)
{
    PQconninfoFree(address->options);
    free(address->text);
    memset(address, 0, sizeof(*address));
}

const char *
dn_pg_address_get(const dn_pg_address *address, const char *keyword)
{
    for (const PQconninfoOption *option = address->options; option->keyword != NULL; option++)
        if (strcmp(option->keyword, keyword) == 0)
            return option->val != NULL && option->val[0] != '\0' ? option->val : NULL;
    return NULL;
}

bool
dn_pg_address_set(dn_pg_address *address, const char *keyword, const char *value)
{
    for (PQconninfoOption *option = address->options; option->keyword != NULL; option++) {
        char *copy;

        if (strcmp(option->keyword, keyword) != 0)
            continue;
        copy = strdup(value);
        if (copy == NULL)
            return false;
        PQfreemem(option->val);
        option->val = copy;
    }
    return true;
}

char *
dn_pg_address_default(const dn_pg_address *address, const char *keyword)
{
    const char *given = dn_pg_address_get(address, keyword);
    PQconninfoOption *defaults;
    char *value = NULL;

    if (given != NULL)
        return strdup(given);
    defaults = PQconndefaults();
    for (const PQconninfoOption *option = defaults; option != NULL && option->keyword != NULL;
         option++)
        if (strcmp(option->keyword, keyword) == 0 && option->val != NULL && option->val[0] != '\0')
            value = strdup(option->val);
    PQconninfoFree(defaults);
    return value;
}

static bool
has_scheme(const char *text)
{
    return strncmp(text, "postgres://", 11) == 0 || strncmp(text, "postgresql://", 13) == 0;
}

static int32_t
fail_parse(const dunlin_call *call, const char *url, char *message)
{
    size_t length = strlen(message);

    while (length > 0 && isspace((unsigned char)message[length - 1]))
        message[--length] = '\0';
    if (strncmp(message, "invalid URI query parameter", 27) != 0)
        hide_quoted(message, suspected_password(url));
    return dn_kit_fail(call, DUNLIN_USAGE, "the URL cannot be read: %s", message);
}

static int32_t
parse(const dunlin_call *call, dn_pg_address *address)
{
    char *message = NULL;
    const char *host;

    if (!has_scheme(address->text))
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "write 'postgres://user@host:5432/database'",
                                "the URL of a PostgreSQL database begins with 'postgres://'");
    address->options = PQconninfoParse(address->text, &message);
    if (address->options == NULL) {
        int32_t status =
            message != NULL ? fail_parse(call, address->text, message) : dn_kit_no_memory(call);

        PQfreemem(message);
        return status;
    }
    host = dn_pg_address_get(address, "host");
    if (host != NULL && host[0] != '/' && strchr(host, '@') != NULL)
        return dn_kit_fail_hint(call, DUNLIN_USAGE, "write '%40' for an '@' in a name or password",
                                "the URL has a second '@' before its host");
    return DUNLIN_OK;
}

int32_t
dn_pg_address_read(const dunlin_call *call, dunlin_string text, dn_pg_address *address)
{
    int32_t status;

    memset(address, 0, sizeof(*address));
    if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        return dn_kit_fail(call, DUNLIN_USAGE, "the URL contains a NUL byte");
    address->text = dn_kit_copy(text);
    if (address->text == NULL)
        return dn_kit_no_memory(call);
    status = parse(call, address);
    if (status != DUNLIN_OK)
        dn_pg_address_free(address);
    return status;
}

/* --- showing -------------------------------------------------------------------------------------- */
static int
hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)tolower((unsigned char)byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Whether the parameter's name, percent-encoded or not, is that of a secret. */
static bool
names_secret(const char *name, size_t length)
{
    char decoded[16];
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        if (count + 1 == sizeof(decoded))
            return false;
        if (name[i] == '%' && i + 2 < length && hex_digit(name[i + 1]) >= 0 &&
            hex_digit(name[i + 2]) >= 0) {
            decoded[count++] = (char)(hex_digit(name[i + 1]) * 16 + hex_digit(name[i + 2]));
            i += 2;
        } else {
            decoded[count++] = name[i];
        }
    }
    decoded[count] = '\0';
    return is_secret(decoded);
}

static void
redact_parameters(dn_kit_text *text, const char *at)
{
    while (*at != '\0') {
        size_t length = strcspn(at, "&");
        const char *equals = memchr(at, '=', length);
        size_t shown = length;

        if (equals != NULL && names_secret(at, (size_t)(equals - at)))
            shown = (size_t)(equals - at) + 1;
        dn_kit_text_add_string(text, (dunlin_string){at, shown});
        if (shown < length)
            dn_kit_text_add(text, HIDDEN);
        at += length;
        if (*at == '&') {
            dn_kit_text_add(text, "&");
            at++;
        }
    }
}

/* By libpq's grammar: a user part ends at the first '@', unless a '/' comes before it. */
static void
redact(dn_kit_text *text, const char *url)
{
    const char *at = strstr(url, "://") + 3;
    size_t user = strcspn(at, "@/");
    const char *query;

    dn_kit_text_add_string(text, (dunlin_string){url, (uint64_t)(at - url)});
    if (at[user] == '@') {
        const char *colon = memchr(at, ':', user);
        size_t shown = colon != NULL ? (size_t)(colon - at) + 1 : user;

        dn_kit_text_add_string(text, (dunlin_string){at, shown});
        if (shown < user)
            dn_kit_text_add(text, HIDDEN);
        at += user;
    }
    query = strchr(at, '?');
    if (query == NULL) {
        dn_kit_text_add(text, at);
        return;
    }
    dn_kit_text_add_string(text, (dunlin_string){at, (uint64_t)(query - at) + 1});
    redact_parameters(text, query + 1);
}

/* --- identity -------------------------------------------------------------------------------------- */
/* The number-th of a list separated by commas; the last one stands for those that are missing. */
static dunlin_string
list_part(const char *list, size_t number)
{
    size_t length = strcspn(list, ",");

    while (number-- > 0 && list[length] == ',') {
        list += length + 1;
        length = strcspn(list, ",");
    }
    return (dunlin_string){list, length};
}

static void
add_hosts(dn_kit_text *text, const char *hosts, const char *ports)
{
    size_t count = 1;

    for (const char *comma = strchr(hosts, ','); comma != NULL; comma = strchr(comma + 1, ','))
        count++;
    for (size_t i = 0; i < count; i++) {
        dunlin_string host = list_part(hosts, i);
        dunlin_string port = list_part(ports, i);

        if (i > 0)
            dn_kit_text_add(text, ",");
        if (host.length == 0)
            host = dn_kit_string("local");
        for (uint64_t j = 0; j < host.length; j++)
            dn_kit_text_format(text, "%c",
                               host.data[0] == '/' ? host.data[j]
                                                   : tolower((unsigned char)host.data[j]));
        dn_kit_text_add(text, ":");
        dn_kit_text_add_string(text, port.length > 0 ? port : dn_kit_string(DEFAULT_PORT));
    }
}

/* "postgres:db1:5432/app": what the URL says of the database, before anybody asked a server. */
static void
write_identity(dn_kit_text *text, const dn_pg_address *address)
{
    DN_KIT_CLEANUP(dn_kit_free) char *service = dn_pg_address_default(address, "service");
    DN_KIT_CLEANUP(dn_kit_free) char *host = dn_pg_address_default(address, "host");
    DN_KIT_CLEANUP(dn_kit_free) char *numeric = dn_pg_address_default(address, "hostaddr");
    DN_KIT_CLEANUP(dn_kit_free) char *port = dn_pg_address_default(address, "port");
    DN_KIT_CLEANUP(dn_kit_free) char *user = dn_pg_address_default(address, "user");
    DN_KIT_CLEANUP(dn_kit_free) char *name = dn_pg_address_default(address, "dbname");

    dn_kit_text_add(text, "postgres:");
    if (service != NULL && dn_pg_address_get(address, "host") == NULL)
        dn_kit_text_format(text, "service=%s", service);
    else
        add_hosts(text,
                  host != NULL      ? host
                  : numeric != NULL ? numeric
                                    : "",
                  port != NULL ? port : DEFAULT_PORT);
    /* As libpq: a database without a name is called like the user. */
    dn_kit_text_format(text, "/%s", name != NULL ? name : user != NULL ? user : "");
}

static int32_t
push_parts(const dunlin_call *call, const dn_pg_address *address)
{
    for (const PQconninfoOption *option = address->options; option->keyword != NULL; option++) {
        dunlin_url_part part = {.size = sizeof(part)};
        int32_t status;

        if (option->val == NULL)
            continue;
        part.name =
            dn_kit_string(strcmp(option->keyword, "dbname") == 0 ? "database" : option->keyword);
        part.value = dn_kit_string(option->val);
        part.secret = is_secret(option->keyword) ? 1 : 0;
        status = call->host->url_part(call, &part);
        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

int32_t
dn_pg_url(const dunlin_call *call, dunlin_string text)
{
    DN_KIT_CLEANUP(dn_pg_address_free) dn_pg_address address = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text shown = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text identity = {0};
    int32_t status = dn_pg_address_read(call, text, &address);

    if (status == DUNLIN_OK)
        status = push_parts(call, &address);
    if (status != DUNLIN_OK)
        return status;
    redact(&shown, address.text);
    write_identity(&identity, &address);
    if (shown.failed || identity.failed)
        return dn_kit_no_memory(call);
    return call->host->url_text(call, dn_kit_text_string(&shown), dn_kit_text_string(&identity));
}
