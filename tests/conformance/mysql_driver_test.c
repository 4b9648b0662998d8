/* SPDX-License-Identifier: MIT
 *
 * The MySQL driver's connections: opening and refusing, what a server is, locks, sessions,
 * stopping.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/conformance/mysql_server.h"
#include "tests/conformance/relay.h"

static void
sleep_ms(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int32_t
try_open(const char *url)
{
    dunlin_open_options options = {.size = sizeof(options), .connect_timeout_ms = 3000};
    dunlin_connection *connection = NULL;
    int32_t status = driver->open(fake_call(&host), fake_string(url), &options, &connection);

    if (status == DUNLIN_OK)
        driver->close(connection);
    else
        assert_null(connection);
    return status;
}

static void
make_user(void)
{
    fake_execute(&host, db, "DROP USER driver_test_user"); /* of a test that failed */
    execute("CREATE USER driver_test_user IDENTIFIED BY 'right'");
}

/* --- what is there --- */
static void
a_server_says_what_it_is(void **state)
{
    char expected[300];
    char version[100];
    char name[100];
    char mode[300];

    (void)state;
    snprintf(version, sizeof(version), "%s", rows("SELECT @@version"));
    snprintf(name, sizeof(name), "%s", rows("SELECT concat(@@hostname, ':', @@port)"));
    snprintf(mode, sizeof(mode), "%s", rows("SELECT @@sql_mode"));
    assert_done(&host, driver->describe(fake_call(&host), db));
    assert_int_equal(host.server.profile->major, strtol(version + 1, NULL, 10));
    assert_int_equal(host.server.read_only, 0);
    assert_int_equal(host.server.empty, DUNLIN_EMPTY_UNKNOWN);
    if (strstr(version, "MariaDB") == NULL)
        return; /* the rest is spelled by MySQL's server_uuid */
    snprintf(expected, sizeof(expected),
             "mariadb|mysql:%.*s/driver_test|driver_test on %s||sql_mode|%.*s|"
             "lower_case_table_names|0|explicit_defaults_for_timestamp|1|"
             "namespace|driver_test\n",
             (int)strcspn(name + 1, "'"), name + 1, mysql_host(), (int)strcspn(mode + 1, "'"),
             mode + 1);
    assert_string_equal(host.lines, expected);
}

static void
opening_asks_two_questions_and_describing_none(void **state)
{
    (void)state;
    assert_int_equal(questions(), 2);
    assert_done(&host, driver->describe(fake_call(&host), db));
    assert_int_equal(questions(), 2 + 1);
}

/* The greeting is one that nobody asked for, so it begins with the answer to it. */
static void
opening_takes_two_round_trips_and_describing_none(void **state)
{
    const char *port = strrchr(mysql_host(), ':') + 1;
    relay *between = relay_start((int)strtol(port, NULL, 10));
    dunlin_connection *connection;
    fake_host other;
    char authority[80];

    (void)state;
    fake_begin(&other, driver);
    snprintf(authority, sizeof(authority), "dunlin@127.0.0.1:%d", relay_port(between));
    connection = fake_open(&other, mysql_url_as(authority, "driver_test"));
    assert_non_null(connection);
    assert_int_equal(relay_round_trips(between), 2);
    assert_done(&other, driver->describe(fake_call(&other), connection));
    assert_int_equal(relay_round_trips(between), 0);
    driver->close(connection);
    fake_end(&other);
    relay_stop(between);
}

static void
a_database_with_a_table_is_not_empty(void **state)
{
    fake_host other;
    dunlin_connection *second;

    (void)state;
    execute("CREATE TABLE t (a int)");
    mysql_second(&other, &second);
    assert_done(&other, driver->describe(fake_call(&other), second));
    assert_int_equal(other.server.empty, DUNLIN_EMPTY_UNKNOWN);
    assert_done(&other, driver->describe(fake_call(&other), second));
    assert_int_equal(other.server.empty, 0);
    driver->close(second);
    fake_end(&other);
}

static void
the_same_database_has_one_identity_over_socket_and_tcp(void **state)
{
    const char *socket = getenv("DUNLIN_TEST_MYSQL_SOCKET");
    char tcp[1000];
    char *end;
    dunlin_connection *second;

    (void)state;
    if (socket == NULL)
        skip();
    second = fake_open(&host, getenv("DUNLIN_TEST_MYSQL"));
    assert_non_null(second);
    assert_done(&host, driver->describe(fake_call(&host), second));
    driver->close(second);
    end = strchr(strchr(host.lines, '|') + 1, '|');
    snprintf(tcp, sizeof(tcp), "%.*s", (int)(end - host.lines), host.lines);
    second = fake_open(&host, socket);
    assert_non_null(second);
    assert_done(&host, driver->describe(fake_call(&host), second));
    driver->close(second);
    assert_memory_equal(host.lines, tcp, strlen(tcp));
}

/* --- what is refused --- */
static void
a_wrong_password_is_told_without_showing_it(void **state)
{
    char authority[300];
    char expected[600];

    (void)state;
    make_user();
    snprintf(authority, sizeof(authority), "driver_test_user:s3cr3t@%s", mysql_host());
    snprintf(expected, sizeof(expected),
             "cannot connect to 'driver_test on %s': Access denied for user "
             "'driver_test_user'@'",
             mysql_host());
    assert_int_equal(try_open(mysql_url_as(authority, "driver_test")), DUNLIN_AUTH);
    assert_memory_equal(host.message, expected, strlen(expected));
    assert_non_null(strstr(host.message, "(using password: YES)"));
    assert_null(strstr(host.message, "s3cr3t"));
    assert_string_equal(host.hint, "check user and password of the URL");
    assert_int_equal(host.native_code, 1045);

    snprintf(authority, sizeof(authority), "driver_test_user:right@%s", mysql_host());
    snprintf(expected, sizeof(expected),
             "cannot connect to 'driver_test on %s': Access denied for user "
             "'driver_test_user'@'%%' to database 'driver_test'",
             mysql_host());
    assert_fails(&host, try_open(mysql_url_as(authority, "driver_test")), DUNLIN_PERMISSION,
                 expected);
    assert_string_equal(host.hint, "GRANT ALL PRIVILEGES ON `driver_test`.* TO "
                                   "'driver_test_user'@'%'");
    execute("DROP USER driver_test_user");
}

static void
a_missing_privilege_comes_with_its_grant(void **state)
{
    char authority[300];
    fake_item create = STATEMENT("CREATE TABLE t (a int)");
    dunlin_connection *weak;

    (void)state;
    make_user();
    execute("GRANT SELECT ON driver_test.* TO driver_test_user");
    snprintf(authority, sizeof(authority), "driver_test_user:right@%s", mysql_host());
    weak = fake_open(&host, mysql_url_as(authority, "driver_test"));
    assert_non_null(weak);
    assert_int_equal(fake_run(&host, weak, &create, 1), DUNLIN_PERMISSION);
    assert_int_equal(host.native_code, 1142);
    assert_string_equal(host.hint, "GRANT CREATE ON `driver_test`.* TO 'driver_test_user'@'%'");
    driver->close(weak);
    execute("DROP USER driver_test_user");
}

static void
what_is_not_there_cannot_be_opened(void **state)
{
    char expected[300];

    (void)state;
    snprintf(expected, sizeof(expected),
             "cannot connect to 'no_such_one on %s': Unknown database 'no_such_one'", mysql_host());
    assert_fails(&host, try_open(mysql_url("no_such_one")), DUNLIN_MISSING, expected);
    assert_int_equal(try_open("mysql://root@127.0.0.1:1/x"), DUNLIN_CONNECT);
    assert_int_equal(try_open("mysql://root@no-such-host.invalid/x"), DUNLIN_CONNECT);
    assert_int_equal(try_open("mysql://root@localhost/x?socket=/nonexistent/socket"),
                     DUNLIN_CONNECT);
}

static void
tls_that_is_asked_for_is_not_done_without(void **state)
{
    int32_t status;

    (void)state;
    if (strstr(rows("SHOW GLOBAL VARIABLES LIKE 'have_ssl'"), "DISABLED") == NULL) /* "YES" */
        skip();
    status = try_open(mysql_url("driver_test?ssl-mode=required"));
    assert_fails(&host, status, DUNLIN_CONNECT,
                 "the server offers no TLS, and the URL asks for it");
    assert_int_equal(try_open(mysql_url("driver_test?ssl-mode=preferred")), DUNLIN_OK);
    assert_int_equal(try_open(mysql_url("driver_test?ssl-mode=verify_identity")), DUNLIN_CONNECT);
}

static void
an_option_file_supplies_what_the_url_leaves_out(void **state)
{
    char path[] = "/tmp/dunlin-mysql-XXXXXX";
    char parameters[100];
    char authority[300];
    FILE *file;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    file = fdopen(fd, "w");
    assert_non_null(file);
    fprintf(file, "[client]\nuser=driver_test_user\npassword=right\nlocal-infile=1\n"
                  "multi-statements=1\n");
    fclose(file);
    make_user();
    execute("GRANT ALL ON driver_test.* TO driver_test_user");
    snprintf(parameters, sizeof(parameters), "driver_test?defaults-file=%s", path);
    snprintf(authority, sizeof(authority), "%s", mysql_host());
    driver->close(db);
    db = fake_open(&host, mysql_url_as(authority, parameters));
    unlink(path);
    if (db == NULL)
        print_error("%s\n", host.message);
    assert_non_null(db);
    assert_string_equal(rows("SELECT substring_index(user(), '@', 1)"), "'driver_test_user'\n");
    /* What it allows behind our back stays forbidden. */
    assert_int_equal(fake_execute(&host, db, "DO 1; DO 2"), DUNLIN_SYNTAX);
    execute("CREATE TABLE t (a text)");
    assert_int_not_equal(
        fake_execute(&host, db, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t"), DUNLIN_OK);
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
}

/* --- locks and sessions --- */
static const dunlin_string lock_key = NAMED("dunlin:mysql:Db1:3306/app:dunlin_migrations");

static int32_t
take(fake_host *whose, dunlin_connection *connection)
{
    int32_t acquired = -1;

    assert_done(whose, driver->try_lock(fake_call(whose), connection, lock_key, &acquired));
    return acquired;
}

static void
one_connection_holds_the_lock_and_is_named(void **state)
{
    fake_host other;
    dunlin_connection *second;
    char id[40];

    (void)state;
    mysql_second(&other, &second);
    snprintf(id, sizeof(id), "%s", rows("SELECT connection_id()"));
    id[strcspn(id, "\n")] = '\0';
    assert_int_equal(take(&host, db), 1);
    assert_int_equal(take(&host, db), 1);
    assert_int_equal(take(&other, second), 0);
    assert_done(&other, driver->lock_holder(fake_call(&other), second, lock_key));
    assert_memory_equal(other.lines, id, strlen(id));
    assert_int_equal(other.lines[strlen(id)], '|');
    /* and since when, in 20 letters */
    assert_string_equal(strrchr(other.lines, '|'), "|20\n");
    execute("CREATE TABLE t (a int)"); /* a commit does not give it up */
    assert_int_equal(take(&other, second), 0);
    assert_done(&host, driver->unlock(fake_call(&host), db, lock_key));
    assert_int_equal(take(&other, second), 1);
    assert_int_equal(take(&host, db), 0);
    /* the death of the session does */
    driver->close(second);
    for (int tries = 0; take(&host, db) == 0 && tries < 100; tries++)
        sleep_ms(20);
    assert_int_equal(take(&host, db), 1);
    assert_done(&host, driver->unlock(fake_call(&host), db, lock_key));
    assert_done(&host, driver->lock_holder(fake_call(&host), db, lock_key));
    assert_string_equal(host.lines, "");
    fake_end(&other);
}

static char backend[100];
static char backend_start[100];
static int32_t (*push_server)(const dunlin_call *call, const dunlin_server *server);

static int32_t
keep_backend(const dunlin_call *call, const dunlin_server *server)
{
    snprintf(backend, sizeof(backend), "%.*s", (int)server->backend.length, server->backend.data);
    snprintf(backend_start, sizeof(backend_start), "%.*s", (int)server->backend_start.length,
             server->backend_start.data);
    return push_server(call, server);
}

static int32_t
alive(const char *id, const char *start)
{
    int32_t answer = -1;

    assert_done(&host, driver->session_alive(fake_call(&host), db, fake_string(id),
                                             fake_string(start), &answer));
    return answer;
}

static void
a_session_is_alive_until_it_ends(void **state)
{
    fake_host other;
    dunlin_connection *second;

    (void)state;
    mysql_second(&other, &second);
    push_server = other.services.server;
    other.services.server = keep_backend;
    assert_done(&other, driver->describe(fake_call(&other), second));
    /* empty before MySQL 5.7.5, which has one lock for each session */
    if (backend_start[0] != '\0')
        assert_int_equal(alive(backend, backend_start), DUNLIN_SESSION_ALIVE);
    assert_int_equal(alive(backend, ""), DUNLIN_SESSION_ALIVE);
    driver->close(second);
    for (int tries = 0; alive(backend, "") != DUNLIN_SESSION_GONE && tries < 100; tries++)
        sleep_ms(20);
    assert_int_equal(alive(backend, backend_start), DUNLIN_SESSION_GONE);
    assert_int_equal(alive(backend, ""), DUNLIN_SESSION_GONE);
    assert_int_equal(alive("x' OR 1", "y' OR 1"), DUNLIN_SESSION_UNKNOWN);
    fake_end(&other);
}

static int32_t
end(const char *id, const char *start)
{
    int32_t answer = -1;

    assert_done(&host, driver->session_end(fake_call(&host), db, fake_string(id),
                                           fake_string(start), &answer));
    return answer;
}

static void
another_session_is_ended_and_no_other(void **state)
{
    fake_host other;
    dunlin_connection *second;
    char own[40];

    (void)state;
    mysql_second(&other, &second);
    push_server = other.services.server;
    other.services.server = keep_backend;
    assert_done(&other, driver->describe(fake_call(&other), second));
    snprintf(own, sizeof(own), "%s", rows("SELECT connection_id()"));
    own[strcspn(own, "\n")] = '\0';
    assert_int_equal(end(own, ""), DUNLIN_SESSION_UNKNOWN);
    assert_int_equal(end(backend, "dunlin_another"), DUNLIN_SESSION_GONE);
    assert_int_equal(end("1; DROP", ""), DUNLIN_SESSION_UNKNOWN);
    assert_int_equal(end("999999999", ""), DUNLIN_SESSION_GONE);
    assert_int_equal(alive(backend, ""), DUNLIN_SESSION_ALIVE);
    assert_int_equal(end(backend, backend_start), DUNLIN_SESSION_ALIVE);
    for (int tries = 0; alive(backend, "") != DUNLIN_SESSION_GONE && tries < 100; tries++)
        sleep_ms(20);
    assert_int_equal(end(backend, backend_start), DUNLIN_SESSION_GONE);
    driver->close(second);
    fake_end(&other);
}

static void
waiting_for_a_row_ends_after_the_items_lock_timeout(void **state)
{
    static const fake_item holder[] = {BEGIN_ITEM, STATEMENT("UPDATE t SET a = 2")};
    static const fake_item waiter = {
        .kind = DUNLIN_ITEM_STATEMENT, .sql = "UPDATE t SET a = 3", .lock_timeout_ms = 1000};
    fake_host other;
    dunlin_connection *second;
    int64_t began;

    (void)state;
    mysql_second(&other, &second);
    execute("CREATE TABLE t (a int)");
    execute("INSERT INTO t VALUES (1)");
    assert_done(&other, fake_run(&other, second, holder, 2));
    began = now_ms();
    assert_fails(&host, fake_run(&host, db, &waiter, 1), DUNLIN_LOCKED,
                 "Lock wait timeout exceeded; try restarting transaction");
    assert_true(now_ms() - began < 5000);
    driver->close(second);
    fake_end(&other);
}

/* --- stopping --- */
/* Two rows, because MySQL lets the killed SLEEP itself succeed. */
#define LONG "SELECT SLEEP(60) FROM (SELECT 1 UNION SELECT 2) AS x"

static void *
cancel_soon(void *handle)
{
    fake_host other;

    sleep_ms(200);
    fake_begin(&other, driver);
    assert_done(&other, driver->cancel(fake_call(&other), handle));
    fake_end(&other);
    return NULL;
}

static void
a_handle_cancels_from_another_thread(void **state)
{
    static const fake_item items[] = {BEGIN_ITEM, STATEMENT("INSERT INTO t VALUES (1)"),
                                      STATEMENT(LONG), COMMIT_ITEM};
    dunlin_cancel *handle = NULL;
    pthread_t thread;

    (void)state;
    execute("CREATE TABLE t (a int)");
    assert_done(&host, driver->cancel_handle(fake_call(&host), db, &handle));
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, handle), 0);
    /* In whose words depends on who notices first, the server or the driver. */
    assert_int_equal(fake_run(&host, db, items, COUNT(items)), DUNLIN_CANCELLED);
    pthread_join(thread, NULL);
    assert_int_equal(host.outcomes[2].outcome, DUNLIN_OUTCOME_FAILED);
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    assert_string_equal(rows("SELECT count(*) FROM t"), "0\n");
    driver->close(db);
    db = NULL;
    assert_done(&host, driver->cancel(fake_call(&host), handle)); /* useless and harmless */
    driver->cancel_free(handle);
}

static void
a_byte_on_the_wake_fd_stops_what_runs(void **state)
{
    fake_item item = STATEMENT(LONG);
    int ends[2];
    int64_t began = now_ms();

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    host.call.wake_fd = ends[0];
    host.cancelled = 1;
    assert_fails(&host, driver->query(fake_call(&host), db, fake_string(LONG), NULL, 0),
                 DUNLIN_CANCELLED, "cancelled");
    assert_true(now_ms() - began < 10000);
    /* an item that was not sent yet is not sent at all; a rollback is */
    assert_fails(&host, fake_run(&host, db, &item, 1), DUNLIN_CANCELLED, "cancelled");
    assert_done(&host, fake_do(&host, db, DUNLIN_ITEM_ROLLBACK));
    host.cancelled = 0;
    host.call.wake_fd = -1;
    close(ends[0]);
    close(ends[1]);
    assert_string_equal(rows("SELECT 1"), "1\n");
}

static void
a_statement_is_stopped_after_its_time_limit(void **state)
{
    static const fake_item item = {
        .kind = DUNLIN_ITEM_STATEMENT, .sql = LONG, .statement_timeout_ms = 300};
    struct timespec now;

    (void)state;
    assert_fails(&host, fake_run(&host, db, &item, 1), DUNLIN_CANCELLED,
                 "the statement took longer than its time limit");
    clock_gettime(CLOCK_MONOTONIC, &now);
    host.call.deadline_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + 300000000;
    assert_fails(&host, driver->query(fake_call(&host), db, fake_string(LONG), NULL, 0),
                 DUNLIN_CANCELLED, "the time limit has passed");
    host.call.deadline_ns = 0;
    assert_string_equal(rows("SELECT 1"), "1\n");
}

static void
a_killed_connection_leaves_the_outcome_open(void **state)
{
    static const fake_item items[] = {BEGIN_ITEM, STATEMENT("INSERT INTO t VALUES (1)")};
    static const fake_item commit = COMMIT_ITEM;
    fake_host other;
    dunlin_connection *second;
    char kill[60];

    (void)state;
    execute("CREATE TABLE t (a int)");
    snprintf(kill, sizeof(kill), "KILL %ld", strtol(rows("SELECT connection_id()"), NULL, 10));
    assert_done(&host, fake_run(&host, db, items, 2));
    mysql_second(&other, &second);
    assert_done(&other, fake_execute(&other, second, kill));
    sleep_ms(100);
    assert_int_equal(fake_run(&host, db, &commit, 1), DUNLIN_LOST);
    assert_int_equal(host.outcomes[0].outcome, DUNLIN_OUTCOME_LOST);
    assert_int_equal(host.failures, 1);
    assert_int_equal(fake_do(&host, db, DUNLIN_ITEM_ROLLBACK), DUNLIN_LOST);
    assert_int_equal(fake_execute(&host, db, "DO 1"), DUNLIN_LOST);
    assert_string_equal(fake_rows(&other, second, "SELECT count(*) FROM t"), "0\n");
    driver->close(second);
    fake_end(&other);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_server_says_what_it_is),
        TEST(opening_asks_two_questions_and_describing_none),
        TEST(opening_takes_two_round_trips_and_describing_none),
        TEST(a_database_with_a_table_is_not_empty),
        TEST(the_same_database_has_one_identity_over_socket_and_tcp),
        TEST(a_wrong_password_is_told_without_showing_it),
        TEST(a_missing_privilege_comes_with_its_grant),
        TEST(what_is_not_there_cannot_be_opened),
        TEST(tls_that_is_asked_for_is_not_done_without),
        TEST(an_option_file_supplies_what_the_url_leaves_out),
        TEST(one_connection_holds_the_lock_and_is_named),
        TEST(a_session_is_alive_until_it_ends),
        TEST(another_session_is_ended_and_no_other),
        TEST(waiting_for_a_row_ends_after_the_items_lock_timeout),
        TEST(a_handle_cancels_from_another_thread),
        TEST(a_byte_on_the_wake_fd_stops_what_runs),
        TEST(a_statement_is_stopped_after_its_time_limit),
        TEST(a_killed_connection_leaves_the_outcome_open),
    };
    int answer;

    if (!mysql_begin(&answer))
        return answer;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
