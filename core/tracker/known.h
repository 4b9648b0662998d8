/* SPDX-License-Identifier: MIT
 *
 * The schema as dunlin last knew it: the table dunlin_schema (docs/tracker.md). A run leaves there
 * what the migrations that it applied made of what was known before, so that a later look tells what
 * has become otherwise since, without a replay.
 */
#ifndef DN_TRACKER_KNOWN_H
#define DN_TRACKER_KNOWN_H

#include "core/tracker/tracker.h"

#define DN_TRACKER_SCHEMA "dunlin_schema"

/* What the first state of a line was. */
#define DN_BASIS_EMPTY "empty"       /* an empty database: all else was made by migrations */
#define DN_BASIS_OBSERVED "observed" /* whatever was there */
#define DN_BASIS_ACCEPTED "accepted" /* whatever was there, and somebody said that it is right */

typedef struct dn_known {
    bool present; /* otherwise nothing else is filled */
    int64_t seq;
    const char *at; /* ISO 8601, UTC */
    const char *run_id;
    const char *action; /* "migrate", "accept" ... */
    const char *basis;
    const char *records; /* digest of the tracker's rows then, in hexadecimal digits */
    const char *reader;  /* what read the schema, and from what: it may print it otherwise today */
    const char *digest;  /* of the facts, in hexadecimal digits */
    const char *who;
    const char *host;
    const char *why;   /* or NULL */
    const char *facts; /* a snapshot's text */
    size_t facts_length;
} dn_known;

/* The newest one; `table` is the name of the tracker. */
int dn_known_read(dn_connection *connection, const char *table, dn_arena *arena, dn_known *known,
                  dn_error *error);
/* Adds one; seq, time, who and host are filled in. The table is made when it is missing; older rows
 * keep all but their facts. */
int dn_known_write(dn_connection *connection, const char *table, const dn_known *known,
                   dn_error *error);

/* The digest of what a tracker records, and in which order. */
void dn_known_records(const dn_tracker *tracker, char records[DN_DIGEST_HEX]);

#endif
