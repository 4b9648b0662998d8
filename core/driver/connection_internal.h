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
    bool grants;      /* are part of the schema */
    bool unread;      /* what is no fact is named in a warning */
    bool shadow;      /* all in it is ours to see */
    dn_text hidden;   /* kinds of which there may be more than the last read of the schema told */
    dn_text why;      /* in the driver's words */
    bool warned;      /* of it */
    dn_log log;
    dn_escort escort;         /* check NULL: none */
    const dn_fact_map *ahead; /* the whole schema, as long as nothing was run since it was read */
    dn_arena ahead_arena;
};

/* --- escorts, in a batch --- */
/* Which of the items handed out are ours, and what comes next. */
typedef struct dn_escorting {
    const dn_escort *escort; /* NULL: nothing to do */
    enum { DN_ESCORT_IDLE, DN_ESCORT_CHECK, DN_ESCORT_RENEW, DN_ESCORT_COMMIT } next;
    dunlin_item commit; /* put back until the escort is done */
    dunlin_value values[DN_ESCORT_VALUES];
    uint64_t *ordinals; /* ring of ours whose outcome is due */
    size_t capacity;
    size_t head;
    size_t count;
    uint64_t heard; /* of ours */
} dn_escorting;

/* Whether an item of ours is due before the next one of the caller: fills it. */
bool dn_escorting_next(dn_escorting *state, dunlin_item *item);
/* The caller's item is about to be handed out, and may become one of ours; it is kept then. */
void dn_escorting_see(dn_escorting *state, dunlin_item *item);
/* An item of ours was handed out; false: no memory. */
bool dn_escorting_note(dn_escorting *state, uint64_t ordinal);
/* Whether the outcome is of an item of ours. */
bool dn_escorting_hears(dn_escorting *state, uint64_t ordinal);
void dn_escorting_end(dn_escorting *state);

/* How a connection comes by its handle. */
typedef int (*dn_connection_opener)(dn_connection *connection, const void *context,
                                    dn_error *error);
/* Opens in that way, and describes. `url`: what no message may show. */
int dn_connection_make(const dn_driver *driver, const char *url, const dn_log *log,
                       dn_connection_opener open, const void *context, dn_connection **connection,
                       dn_error *error);

/* What was read ahead may not be so any more. */
void dn_connection_drop_ahead(dn_connection *connection);

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
