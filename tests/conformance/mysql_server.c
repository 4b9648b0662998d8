/* SPDX-License-Identifier: MIT */
#include "tests/conformance/mysql_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const dunlin_driver *driver;
fake_host host;
dunlin_connection *db;

static char server[512]; /* user@host:port */

int
mysql_begin(int *answer)
{
    const char *url = getenv("DUNLIN_TEST_MYSQL");
    const char *begin = url != NULL ? strstr(url, "://") : NULL;
    const char *end = begin != NULL ? strchr(begin + 3, '/') : NULL;

    *answer = SKIPPED;
    if (end == NULL) {
        fprintf(stderr, "skipped: DUNLIN_TEST_MYSQL names no server (tests/servers run ...)\n");
        return 0;
    }
    snprintf(server, sizeof(server), "%.*s", (int)(end - begin - 3), begin + 3);
    *answer = 1;
    driver = fake_load("mysql");
    return driver != NULL;
}

const char *
mysql_url_as(const char *authority, const char *database)
{
    static char url[2048];

    snprintf(url, sizeof(url), "mysql://%s/%s", authority, database);
    return url;
}

const char *
mysql_url(const char *database)
{
    return mysql_url_as(server, database);
}

const char *
mysql_host(void)
{
    const char *at = strrchr(server, '@');

    return at != NULL ? at + 1 : server;
}

int
mysql_set_up(void **state)
{
    dunlin_connection *maker;

    (void)state;
    fake_begin(&host, driver);
    maker = fake_open(&host, mysql_url("information_schema"));
    if (maker == NULL) {
        print_error("%s\n", host.message);
        return -1;
    }
    assert_done(&host, fake_execute(&host, maker, "DROP DATABASE IF EXISTS driver_test"));
    assert_done(&host, fake_execute(&host, maker,
                                    "CREATE DATABASE driver_test CHARACTER SET utf8mb4 "
                                    "COLLATE utf8mb4_general_ci"));
    driver->close(maker);
    db = fake_open(&host, mysql_url("driver_test"));
    return db != NULL ? 0 : -1;
}

int
mysql_tear_down(void **state)
{
    (void)state;
    driver->close(db);
    db = NULL;
    fake_end(&host);
    return 0;
}

void
execute(const char *sql)
{
    assert_done(&host, fake_execute(&host, db, sql));
}

const char *
rows(const char *sql)
{
    return fake_rows(&host, db, sql);
}

int64_t
questions(void)
{
    const char *line = rows("SHOW SESSION STATUS LIKE 'Questions'");

    return strtoll(strchr(line, '|') + 2, NULL, 10) - 1;
}

void
mysql_second(fake_host *other, dunlin_connection **connection)
{
    fake_begin(other, driver);
    *connection = fake_open(other, mysql_url("driver_test"));
    assert_non_null(*connection);
}
