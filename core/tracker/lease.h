/* SPDX-License-Identifier: MIT
 *
 * The leased lock: a row of dunlin_meta, for connections that a transaction pooler serves, where no
 * lock of a session holds. Its token is asked for, and locked, in every transaction of the holder
 * (a escort of the connection), so that a holder whose lease was taken over commits nothing any
 * more. A lease runs out by the server's clock, between transactions only: within one the row is
 * locked, and nobody can take it over.
 *
 * Runs that reach the database without a pooler hold a lock of their session, and look for a lease
 * as well; those that hold a lease look for that lock (core/run/lock.c).
 */
#ifndef DN_TRACKER_LEASE_H
#define DN_TRACKER_LEASE_H

#include "core/tracker/tracker.h"

#define DN_TRACKER_META "dunlin_meta"

enum { DN_LEASE_SECONDS = 20 };

typedef struct dn_lease_look {
    bool held;      /* by somebody, and not run out */
    bool expired;   /* there is one, and it has run out */
    dn_text holder; /* "process 123 on host (dunlin 0.1.0), since ..." */
    char token[33];
} dn_lease_look;

/* Whether anybody holds a lease for this tracker. No table: nobody. */
int dn_lease_see(dn_connection *connection, const char *tracker_table, dn_lease_look *look,
                 dn_error *error);
/* Takes the lease of the tracker if it is free or has run out; *acquired false otherwise. Makes
 * dunlin_meta. The connection is escorted from then on. */
int dn_lease_take(dn_connection *connection, const char *tracker_table, bool *acquired,
                  dn_error *error);
/* Gives back what dn_lease_take got; the escort goes with it. */
int dn_lease_give_back(dn_connection *connection, dn_error *error);
/* Removes a lease that has run out or, with `any`, whatever it is; *gone false when its holder is
 * in a transaction or has renewed it. */
int dn_lease_remove(dn_connection *connection, const char *tracker_table, const dn_lease_look *look,
                    bool any, bool *gone, dn_error *error);

#endif
