/* SPDX-License-Identifier: MIT
 *
 * A database of its own for each test of the PostgreSQL driver, on the server that
 * DUNLIN_TEST_POSTGRES names. Without that variable (see tests/servers) a program answers SKIPPED
 * and tests nothing.
 */
#ifndef TESTS_CONFORMANCE_POSTGRES_SERVER_H
#define TESTS_CONFORMANCE_POSTGRES_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/conformance/fake_host.h"

enum { SKIPPED = 77 };

#define COUNT(list) (int)(sizeof(list) / sizeof((list)[0]))
#define NAMED(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define STATEMENT(text)                                                                            \
    {                                                                                              \
        .kind = DUNLIN_ITEM_STATEMENT, .sql = (text)                                               \
    }
#define BEGIN_ITEM                                                                                 \
    {                                                                                              \
        .kind = DUNLIN_ITEM_BEGIN                                                                  \
    }
#define COMMIT_ITEM                                                                                \
    {                                                                                              \
        .kind = DUNLIN_ITEM_COMMIT                                                                 \
    }
#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, postgres_set_up, postgres_tear_down)

extern const dunlin_driver *driver;
extern fake_host host;
extern dunlin_connection *db; /* to the database "driver_test", which is new */

/* Whether there is a server and a driver; otherwise *answer is what main() returns. */
int postgres_begin(int *answer);
int postgres_set_up(void **state);
int postgres_tear_down(void **state);

/* The URL of a database of the server, with parameters behind it; valid until the next call. */
const char *postgres_url(const char *database);
/* The same by another user ("name" or "name:password") and port (0: the server's). */
const char *postgres_url_as(const char *user, int port, const char *database);
int postgres_port(void);

void execute(const char *sql);
const char *rows(const char *sql);
/* Another host with a connection of its own, for what two sessions do to each other. */
void postgres_second(fake_host *other, dunlin_connection **connection);
void postgres_end_second(fake_host *other, dunlin_connection *connection);

#endif
