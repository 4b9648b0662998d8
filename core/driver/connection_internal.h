/* SPDX-License-Identifier: MIT
 *
 * Inside core/driver: what a connection holds.
 */
#ifndef DN_DRIVER_CONNECTION_INTERNAL_H
#define DN_DRIVER_CONNECTION_INTERNAL_H

#include "core/driver/call.h"

/* Statements in log lines are cut here. */
enum { DN_LOGGED_SQL = 400 };

struct dn_connection {
    const dn_driver *driver;
    dunlin_connection *handle;
    dn_arena arena;     /* all below; lives as long as the connection */
    const char *secret; /* the URL as given */
    dn_url_info url;
    dunlin_server server; /* its profile is the next member */
    dunlin_profile profile;
    bool described;
    dunlin_capabilities capabilities;
    const dn_lex_rules *rules;
    const char *home; /* of tables of ours: "main".  */
    dn_log log;
};

/* dn_call_begin() for a call on this connection. */
void dn_connection_begin(dn_connection *connection, dn_call *call, const char *function,
                         const dn_call_sinks *sinks, void *target, dn_error *error);

/* Log lines that cost nothing when nobody listens: the time is taken only then. */
static inline bool
dn_connection_logs(const dn_connection *connection)
{
    return connection->log.line && connection->log.level <= DUNLIN_LOG_LINE_DEBUG;
}

#endif
