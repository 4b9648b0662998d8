/* SPDX-License-Identifier: MIT
 *
 * A database of its own for each test of the MySQL driver, on the server that DUNLIN_TEST_MYSQL
 * names. Without that variable (see tests/servers) a program answers SKIPPED and tests nothing.
 */
#ifndef TESTS_CONFORMANCE_MYSQL_SERVER_H
#define TESTS_CONFORMANCE_MYSQL_SERVER_H

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
#define TEST(function) cmocka_unit_test_setup_teardown(function, mysql_set_up, mysql_tear_down)

extern const dunlin_driver *driver;
extern fake_host host;
extern dunlin_connection *db; /* to the database "driver_test", which is new */

/* Whether there is a server and a driver; otherwise *answer is what main() returns. */
int mysql_begin(int *answer);
int mysql_set_up(void **state);
int mysql_tear_down(void **state);

/* The URL of another database of the server; valid until the next call. */
const char *mysql_url(const char *database);
/* The same with what stands between "://" and "/" replaced, and parameters behind. */
const char *mysql_url_as(const char *authority, const char *database);
/* The host and port of the server, "127.0.0.1:3306". */
const char *mysql_host(void);

void execute(const char *sql);
const char *rows(const char *sql);
/* Statements the session has sent so far, this question left out. */
int64_t questions(void);
/* Another host with a connection of its own, for what two sessions do to each other. */
void mysql_second(fake_host *other, dunlin_connection **connection);

#endif
