/* SPDX-License-Identifier: MIT
 *
 * A relay between a driver and its server, on a port of its own: it counts how often the direction
 * of the talk changes, and can cut or hang the connection at will.
 */
#ifndef TESTS_CONFORMANCE_RELAY_H
#define TESTS_CONFORMANCE_RELAY_H

typedef struct relay relay;

/* Listens; every connection is handed on to `port` of 127.0.0.1. */
relay *relay_start(int port);
void relay_stop(relay *between);
int relay_port(const relay *between);
/* Round trips since the last call: a client that spoke, and then was answered. */
int relay_round_trips(relay *between);
/* Closes all connections as soon as the client has sent the text, which still gets through. */
void relay_cut_after(relay *between, const char *text);
/* The same, but nothing of the answer gets back and nothing is closed. */
void relay_hang_after(relay *between, const char *text);

#endif
