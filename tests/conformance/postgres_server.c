/* SPDX-License-Identifier: MIT */
#include "tests/conformance/postgres_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const dunlin_driver *driver;
fake_host host;
dunlin_connection *db;

static char server_user[128];
static int server_port;

int
postgres_begin(int *answer)
{
    const char *url = getenv("DUNLIN_TEST_POSTGRES");

    *answer = SKIPPED;
    if (url == NULL ||
        sscanf(url, "postgres://%127[^@]@127.0.0.1:%d/", server_user, &server_port) != 2) {
        fprintf(stderr, "skipped: DUNLIN_TEST_POSTGRES names no server (tests/servers run ...)\n");
        return 0;
    }
    *answer = 1;
    driver = fake_load("postgres");
    return driver != NULL;
}

const char *
postgres_url_as(const char *user, int port, const char *database)
{
    static char url[1024];

    snprintf(url, sizeof(url), "postgres://%s@127.0.0.1:%d/%s", user,
             port != 0 ? port : server_port, database);
    return url;
}

const char *
postgres_url(const char *database)
{
    return postgres_url_as(server_user, 0, database);
}

int
postgres_port(void)
{
    return server_port;
}

/* A session that was closed may last for a moment; DROP .. WITH (FORCE) came with 13. */
static void
drop_database(dunlin_connection *maker)
{
    for (int tries = 0; tries < 100; tries++) {
        if (fake_execute(&host, maker, "DROP DATABASE IF EXISTS driver_test") == DUNLIN_OK)
            return;
        fake_rows(&host, maker,
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE datname = 'driver_test'");
        usleep(10000);
    }
    fail_msg("%s", host.message);
}

int
postgres_set_up(void **state)
{
    dunlin_connection *maker;

    (void)state;
    fake_begin(&host, driver);
    maker = fake_open(&host, postgres_url("postgres"));
    if (maker == NULL) {
        print_error("%s\n", host.message);
        return -1;
    }
    drop_database(maker);
    assert_done(&host, fake_execute(&host, maker, "CREATE DATABASE driver_test"));
    driver->close(maker);
    db = fake_open(&host, postgres_url("driver_test"));
    return db != NULL ? 0 : -1;
}

int
postgres_tear_down(void **state)
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

void
postgres_second(fake_host *other, dunlin_connection **connection)
{
    fake_begin(other, driver);
    *connection = fake_open(other, postgres_url("driver_test"));
    assert_non_null(*connection);
}

void
postgres_end_second(fake_host *other, dunlin_connection *connection)
{
    driver->close(connection);
    fake_end(other);
}
