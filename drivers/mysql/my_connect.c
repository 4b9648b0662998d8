/* SPDX-License-Identifier: MIT
 *
 * From an address to a handle of the client library: options, TLS, option files. Both client
 * libraries are served; where they differ it is said.
 */
#include "drivers/mysql/my_driver.h"

#ifdef __GLIBC__
#include <nss.h>
#endif
#include <stdio.h>
#include <string.h>

#ifndef CR_CONNECTION_ERROR
#include <errmsg.h>
#endif

enum { DEFAULT_CONNECT_TIMEOUT_MS = 10000, CANCEL_CONNECT_TIMEOUT_MS = 5000 };

#ifdef LIBMARIADB
typedef my_bool switch_value;
#else
typedef bool switch_value; /* MySQL 8 has no my_bool any more */
#endif

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static pthread_once_t services_once = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
    mysql_library_init(0, NULL, NULL);
}

/* The library begins by asking for the port of "mysql", which may not be in /etc/services only. Nobody wants
 * to know where the address says it, and most of that is a search for libraries that are not there. */
static void
look_into_file(void)
{
#ifdef __GLIBC__
    __nss_configure_lookup("services", "files");
#endif
}

static void
begin(const dunlin_call *call, const dn_mysql_address *address)
{
    if ((call->flags & DUNLIN_CALL_OWN_PROCESS) && (address->port != 0 || address->socket != NULL))
        pthread_once(&services_once, look_into_file);
    pthread_once(&library_once, start_library);
}

/* Whole seconds, and never 0, which would be for ever. */
static unsigned
seconds(const dunlin_call *call, const dn_mysql_address *address, int64_t timeout_ms)
{
    int64_t limit = timeout_ms > 0                    ? timeout_ms
                    : address->connect_timeout_ms > 0 ? address->connect_timeout_ms
                                                      : DEFAULT_CONNECT_TIMEOUT_MS;

    if (call->deadline_ns != 0) {
        int64_t left = (call->deadline_ns - dn_kit_now_ns()) / 1000000;

        if (left < limit)
            limit = left;
    }
    return limit <= 1000 ? 1 : (unsigned)((limit + 999) / 1000);
}

/* --- TLS -------------------------------------------------------------------------------------------- */
static void
set_tls(MYSQL *mysql, const dn_mysql_address *address, bool tcp)
{
    /* Nobody listens in on a socket. */
    dn_mysql_tls tls =
        tcp || address->tls != DN_MYSQL_TLS_PREFERRED ? address->tls : DN_MYSQL_TLS_DISABLED;

    mysql_options(mysql, MYSQL_OPT_SSL_CA, address->tls_ca);
    mysql_options(mysql, MYSQL_OPT_SSL_CAPATH, address->tls_capath);
    mysql_options(mysql, MYSQL_OPT_SSL_CERT, address->tls_cert);
    mysql_options(mysql, MYSQL_OPT_SSL_KEY, address->tls_key);
    mysql_options(mysql, MYSQL_OPT_SSL_CIPHER, address->tls_cipher);
#ifdef LIBMARIADB
    /* "Enforce" merely asks for TLS: where the server has none the library goes on without, and
     * is_secure_enough() finds out. A CA alone makes it check the chain. */
    switch_value ask = tls != DN_MYSQL_TLS_DISABLED;
    switch_value verify = tls == DN_MYSQL_TLS_VERIFY_IDENTITY;

    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &ask);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
#else
    static const unsigned modes[] = {
        [DN_MYSQL_TLS_DISABLED] = SSL_MODE_DISABLED,
        [DN_MYSQL_TLS_PREFERRED] = SSL_MODE_PREFERRED,
        [DN_MYSQL_TLS_REQUIRED] = SSL_MODE_REQUIRED,
        [DN_MYSQL_TLS_VERIFY_CA] = SSL_MODE_VERIFY_CA,
        [DN_MYSQL_TLS_VERIFY_IDENTITY] = SSL_MODE_VERIFY_IDENTITY,
    };

    mysql_options(mysql, MYSQL_OPT_SSL_MODE, &modes[tls]);
#endif
}

static bool
is_secure_enough(MYSQL *mysql, const dn_mysql_address *address)
{
    return address->tls < DN_MYSQL_TLS_REQUIRED || mysql_get_ssl_cipher(mysql) != NULL;
}

/* --- connecting -------------------------------------------------------------------------------------- */
/* LOAD DATA LOCAL lets a server ask for any file of this machine. Option files may allow it
 * behind our back; without a reader there is nothing to send. */
static int
refuse_file(void **data, const char *name, void *context)
{
    DN_KIT_UNUSED(name);
    DN_KIT_UNUSED(context);
    *data = NULL;
    return 1;
}

static int
read_nothing(void *data, char *buffer, unsigned length)
{
    DN_KIT_UNUSED(data);
    DN_KIT_UNUSED(buffer);
    DN_KIT_UNUSED(length);
    return -1;
}

static void
end_nothing(void *data)
{
    DN_KIT_UNUSED(data);
}

static int
say_refused(void *data, char *message, unsigned length)
{
    static const char text[] = "LOAD DATA LOCAL is not allowed here";

    DN_KIT_UNUSED(data);
    snprintf(message, length, "%s", text);
    return 2000; /* CR_UNKNOWN_ERROR */
}

static void
set_options(MYSQL *mysql, const dn_mysql_address *address, const char *application, unsigned limit,
            bool tcp)
{
    unsigned no = 0;
    unsigned protocol = MYSQL_PROTOCOL_TCP;
#ifdef LIBMARIADB
    /* The default of both libraries; setting it makes MySQL's write to standard error. */
    switch_value off = 0;

    mysql_options(mysql, MYSQL_OPT_RECONNECT, &off);
    mysql_options(mysql, MYSQL_OPT_NONBLOCK, NULL); /* for dn_mysql_next */
#endif
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &limit);
    mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (tcp)
        mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    if (address->option_file != NULL)
        mysql_options(mysql, MYSQL_READ_DEFAULT_FILE, address->option_file);
    mysql_options(mysql, MYSQL_READ_DEFAULT_GROUP, "dunlin"); /* [client] is read as well */
    if (application != NULL && application[0] != '\0')
        mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", application);
    set_tls(mysql, address, tcp);
}

static MYSQL *
try_connect(const dn_mysql_address *address, const char *application, unsigned limit, bool tcp,
            bool *connected)
{
    MYSQL *mysql = mysql_init(NULL);

    *connected = false;
    if (mysql == NULL)
        return NULL;
    set_options(mysql, address, application, limit, tcp);
    /* CLIENT_MULTI_RESULTS for CALL, CLIENT_MULTI_STATEMENTS for my_join.c. No CLIENT_FOUND_ROWS:
     * rows changed are what is wanted. */
    *connected =
        mysql_real_connect(mysql, address->socket != NULL ? "localhost" : address->host,
                           address->user, address->password, address->database, address->port,
                           address->socket, CLIENT_MULTI_RESULTS | CLIENT_MULTI_STATEMENTS) != NULL;
    mysql_set_local_infile_handler(mysql, refuse_file, read_nothing, end_nothing, say_refused,
                                   NULL);
    return mysql;
}

/* "localhost" is the socket to MySQL's programs and 127.0.0.1 to everybody else's URLs: with a
 * port it is TCP, without one the socket is tried first. */
static MYSQL *
connect_somehow(const dunlin_call *call, const dn_mysql_address *address, const char *application,
                int64_t timeout_ms, bool *connected)
{
    unsigned limit = seconds(call, address, timeout_ms);
    bool local = address->host != NULL && strcmp(address->host, "localhost") == 0;
    bool tcp = address->socket == NULL && address->host != NULL && !(local && address->port == 0);
    MYSQL *mysql = try_connect(address, application, limit, tcp, connected);

    if (mysql == NULL || *connected || !local || tcp || address->socket != NULL ||
        mysql_errno(mysql) != CR_CONNECTION_ERROR)
        return mysql;
    mysql_close(mysql);
    return try_connect(address, application, limit, true, connected);
}

MYSQL *
dn_mysql_connect(const dunlin_call *call, const dn_mysql_address *address, const char *application,
                 int64_t timeout_ms, int32_t *status)
{
    bool connected;
    MYSQL *mysql;

    begin(call, address);
    *status = DUNLIN_OK;
    mysql = connect_somehow(call, address, application, timeout_ms, &connected);
    if (mysql == NULL) {
        *status = dn_kit_no_memory(call);
        return NULL;
    }
    if (!connected) {
        *status = dn_mysql_fail_connect(call, mysql, address);
    } else if (!is_secure_enough(mysql, address)) {
        *status =
            dn_kit_fail(call, DUNLIN_CONNECT, "the server offers no TLS, and the URL asks for it");
    } else {
        return mysql;
    }
    mysql_close(mysql);
    return NULL;
}

MYSQL *
dn_mysql_connect_quietly(const dunlin_call *call, const dn_mysql_address *address,
                         int64_t timeout_ms)
{
    /* Not bound to the call's deadline: what has to be stopped may have run into it. */
    dunlin_call unbound = *call;
    bool connected;
    MYSQL *mysql;

    unbound.deadline_ns = 0;
    begin(call, address);
    mysql = connect_somehow(&unbound, address, NULL,
                            timeout_ms > 0 ? timeout_ms : CANCEL_CONNECT_TIMEOUT_MS, &connected);
    if (mysql != NULL && (!connected || !is_secure_enough(mysql, address))) {
        mysql_close(mysql);
        mysql = NULL;
    }
    return mysql;
}
