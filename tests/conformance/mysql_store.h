/* SPDX-License-Identifier: MIT
 *
 * Facts that a driver pushed, kept: to be printed, compared, answered by find and each, and turned
 * into the operations that create them.
 */
#ifndef TESTS_CONFORMANCE_MYSQL_STORE_H
#define TESTS_CONFORMANCE_MYSQL_STORE_H

#include "tests/conformance/mysql_server.h"

typedef struct kept_fact {
    dunlin_fact fact; /* everything in it is ours */
    int32_t told;     /* 0: it is; 1: gone; 2: unreadable */
    char *line;       /* printed */
} kept_fact;

typedef struct fact_store {
    kept_fact *facts;
    size_t count;
    size_t capacity;
    char *text; /* of the last print */
} fact_store;

/* Where the host puts what is pushed, and what it answers find and each from. */
extern fact_store *store_to;
extern fact_store *store_from;

/* Puts the services of the store into a host. */
void store_serve(fake_host *to);
void store_clear(fact_store *store);
/* One line a fact, sorted: kind path {member:value,..}. With `with_order`, the order of tables and not
 * what is implied: what a schema made again must have. */
const char *store_print(fact_store *store, int with_order);
/* All facts of the connection's database. */
void store_read(fact_store *store, dunlin_connection *connection);
void store_read_keys(fact_store *store, dunlin_connection *connection,
                     const dunlin_fact *const *keys, uint64_t count);
const kept_fact *store_find(const fact_store *store, const char *kind, const char *path);

/* The operations that make all of it, in an order that works; to be freed with operations_free. */
typedef struct operation_list {
    dunlin_operation *operations;
    const dunlin_operation **list;
    size_t count;
} operation_list;

void operations_of(const fact_store *store, operation_list *operations);
void operations_free(operation_list *operations);

#endif
