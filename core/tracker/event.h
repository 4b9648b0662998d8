/* SPDX-License-Identifier: MIT
 *
 * The log of decisions: dunlin_log, a row for each change that a person or a repair made to what is
 * recorded, with who, when, what and why. What migrate applies stands in the tracker itself.
 */
#ifndef DN_TRACKER_EVENT_H
#define DN_TRACKER_EVENT_H

#include "core/tracker/tracker.h"

#define DN_TRACKER_LOG "dunlin_log"

typedef struct dn_event {
    const char *action; /* the command: "repair", "mark", "baseline", "adopt", "resume" ... */
    const char *run_id; /* the same for all that one command did; or NULL */
    const char *step;   /* "record", "unrecord", "apply-statements" ... */
    const char *const *tags;
    size_t tag_count;
    const unsigned *statements; /* ordinals, of steps that run or decide some */
    size_t statement_count;
    const char *why; /* or NULL */
    /* Of events that were read. */
    const char *at;  /* ISO 8601, UTC */
    const char *who; /* "user@host" */
} dn_event;

/* Makes the table where it is missing: before a transaction, since some databases commit then. */
int dn_event_prepare(dn_connection *connection, dn_error *error);
/* Adds a row, with this user and the time: inside the transaction of the change that it tells of. */
int dn_event_write(dn_connection *connection, const dn_event *event, dn_error *error);
/* All of them, oldest first. No table: none. */
int dn_event_read(dn_connection *connection, dn_arena *arena, dn_event **events, size_t *count,
                  dn_error *error);

#endif
