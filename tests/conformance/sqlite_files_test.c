/* SPDX-License-Identifier: MIT
 *
 * The SQLite driver and its files: URLs, opening, waiting and the run lock.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/conformance/sqlite_folder.h"

enum { NOBODY = 65534 };

static int32_t
read_url(const char *url)
{
    return driver->url(fake_call(&host), fake_string(url));
}

/* Whether opening fails so. */
static void
assert_refused(const char *url, bool read_only, int32_t class, const char *message)
{
    dunlin_connection *connection =
        read_only ? fake_open_to_read(&host, url) : fake_open(&host, url);

    assert_null(connection);
    assert_fails(&host, host.status, class, message);
}

/* --- URLs --- */
static void
one_database_has_one_identity(void **state)
{
    const char *const urls[] = {
        "sqlite:app.db",
        "sqlite3:./app.db?foreign_keys=off",
        "sqlite:sub/../app.db?mode=ro&busy_timeout=0",
        "sqlite:%61pp.db",
        "sqlite:link.db",
        with_folder("sqlite://%s/app.db", folder),
        with_folder("sqlite:%s/app.db", folder),
    };

    (void)state;
    make_database("app.db");
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_int_equal(symlink("app.db", "link.db"), 0);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        assert_done(&host, read_url(urls[i]));
        assert_string_equal(host.lines, with_folder("%s -> sqlite:%s/app.db\n", urls[i], folder));
    }
}

static void
a_database_that_is_not_there_yet_has_an_identity(void **state)
{
    (void)state;
    assert_done(&host, read_url("sqlite:new%20one.db"));
    assert_string_equal(host.lines,
                        with_folder("sqlite:new%%20one.db -> sqlite:%s/new one.db\n", folder));
    assert_done(&host, read_url("sqlite:no/such/folder.db"));
    assert_string_equal(
        host.lines,
        with_folder("sqlite:no/such/folder.db -> sqlite:%s/no/such/folder.db\n", folder));
    assert_done(&host, read_url("sqlite::memory:"));
    assert_string_equal(host.lines, "sqlite::memory: -> sqlite::memory:\n");
}

static void
a_bad_url_is_refused_with_the_right_spelling(void **state)
{
    static const struct {
        const char *url;
        const char *message;
    } cases[] = {
        {"sqlite:", "the URL names no database file"},
        {"sqlite://data/app.db",
         "'sqlite://data/app.db' would name a server 'data/app.db': write 'sqlite:data/app.db' "
         "for a path relative to the working folder, or 'sqlite:///...' for an absolute one"},
        {"sqlite://:memory:",
         "'sqlite://:memory:' would name a server ':memory:': write 'sqlite::memory:' for a path "
         "relative to the working folder, or 'sqlite:///...' for an absolute one"},
        {"postgres://x/y", "'postgres:' is not a URL of an SQLite database"},
        {"app.db", "the URL does not begin with a scheme and ':'"},
        {"sqlite:100%.db", "the URL has a broken percent escape"},
        {"sqlite:a%00b", "the URL has a broken percent escape"},
        {"sqlite:a.db?foo=1",
         "the parameter 'foo' of the URL is unknown (SQLite's are busy_timeout, foreign_keys, "
         "mode)"},
        {"sqlite:a.db?busy_timeout=5s",
         "the parameter 'busy_timeout' is '5s': it takes milliseconds, 0 to 86400000"},
        {"sqlite:a.db?busy_timeout=-1",
         "the parameter 'busy_timeout' is '-1': it takes milliseconds, 0 to 86400000"},
        {"sqlite:a.db?foreign_keys=yes",
         "the parameter 'foreign_keys' is 'yes': it takes on or off"},
        {"sqlite:a.db?mode", "the parameter 'mode' is '': it takes ro, rw or rwc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_fails(&host, read_url(cases[i].url), DUNLIN_USAGE, cases[i].message);
}

static void
a_path_longer_than_sqlite_takes_is_refused(void **state)
{
    char url[700] = "sqlite:/";

    (void)state;
    memset(url + 8, 'x', 600);
    assert_fails(&host, read_url(url), DUNLIN_USAGE,
                 "the path of the database has 601 bytes, more than the 504 that SQLite can open");
}

/* --- opening --- */
static void
reading_what_is_not_there_creates_nothing(void **state)
{
    dunlin_connection *connection = fake_open_to_read(&host, "sqlite:app.db");

    (void)state;
    assert_non_null(connection);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_int_equal(host.server.empty, 1);
    assert_int_equal(host.server.read_only, 0);
    assert_string_equal(host.server_path, with_folder("%s/app.db", folder));
    assert_string_equal(fake_rows(&host, connection, "SELECT count(*) FROM sqlite_master"), "0\n");
    /* What stands for the missing file takes nothing that would be lost. */
    assert_int_equal(fake_execute(&host, connection, "CREATE TABLE t (a)"), DUNLIN_READ_ONLY);
    driver->close(connection);
    assert_false(exists("app.db"));
}

static void
a_file_of_no_bytes_is_an_empty_database(void **state)
{
    dunlin_connection *connection;
    struct stat about;

    (void)state;
    write_file("app.db", "", 0);
    connection = fake_open_to_read(&host, "sqlite:app.db");
    assert_non_null(connection);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_int_equal(host.server.empty, 1);
    driver->close(connection);
    assert_int_equal(stat("app.db", &about), 0);
    assert_int_equal(about.st_size, 0);
}

static void
a_database_describes_itself(void **state)
{
    dunlin_connection *connection;

    (void)state;
    make_database("app.db");
    connection = fake_open(&host, "sqlite:app.db?foreign_keys=off");
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_string_equal(host.lines,
                        with_folder("sqlite|sqlite:%s/app.db|app.db|%s/app.db|foreign_keys|off|"
                                    "namespace|main\n",
                                    folder, folder));
    assert_int_equal(host.server.profile->major, 3);
    assert_int_equal(host.server.empty, 0);
    assert_int_equal(host.server.read_only, 0);
    assert_string_equal(fake_rows(&host, connection, "PRAGMA foreign_keys"), "0\n");
    driver->close(connection);
}

static void
a_connection_to_read_cannot_write(void **state)
{
    dunlin_connection *connection;

    (void)state;
    make_database("app.db");
    connection = fake_open_to_read(&host, "sqlite:app.db");
    assert_fails(&host, fake_execute(&host, connection, "INSERT INTO t VALUES (2)"),
                 DUNLIN_READ_ONLY, "attempt to write a readonly database");
    driver->close(connection);
    assert_holds("app.db", "1\n");
}

static void
what_is_no_database_is_refused_by_name(void **state)
{
    char noise[4096];

    (void)state;
    memset(noise, 'x', sizeof(noise));
    write_file("notes.txt", noise, sizeof(noise));
    assert_refused("sqlite:notes.txt", true, DUNLIN_CORRUPT,
                   with_folder("'%s/notes.txt' is not a SQLite database", folder));
    assert_refused("sqlite:notes.txt", false, DUNLIN_CORRUPT,
                   with_folder("'%s/notes.txt' is not a SQLite database", folder));
    assert_int_equal(mkdir("sub", 0755), 0);
    assert_refused("sqlite:sub", true, DUNLIN_USAGE,
                   with_folder("'%s/sub' is a folder, not a database file", folder));
    assert_refused("sqlite:new/", false, DUNLIN_USAGE,
                   with_folder("'%s/new/' is a folder, not a database file", folder));
    assert_int_equal(mkfifo("pipe", 0644), 0);
    assert_refused("sqlite:pipe", true, DUNLIN_USAGE,
                   with_folder("'%s/pipe' is not a regular file", folder));
}

static void
a_damaged_database_is_refused(void **state)
{
    int fd;

    (void)state;
    make_database("app.db");
    fd = open("app.db", O_WRONLY);
    /* The header of the schema's page. */
    assert_int_equal(pwrite(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, 100), 8);
    close(fd);
    assert_refused("sqlite:app.db", false, DUNLIN_CORRUPT,
                   with_folder("the database '%s/app.db' is damaged: database disk image is "
                               "malformed",
                               folder));
}

static void
a_missing_folder_is_named(void **state)
{
    (void)state;
    assert_refused(
        "sqlite:data/app.db", false, DUNLIN_USAGE,
        with_folder("the folder '%s/data' of the database 'app.db' does not exist", folder));
}

static void
modes_of_the_url_are_obeyed(void **state)
{
    dunlin_connection *connection;

    (void)state;
    assert_refused("sqlite:app.db?mode=rw", false, DUNLIN_USAGE,
                   with_folder("there is no database at '%s/app.db', and 'mode=rw' does not "
                               "create one",
                               folder));
    make_database("app.db");
    assert_refused("sqlite:app.db?mode=ro", false, DUNLIN_READ_ONLY,
                   with_folder("the database '%s/app.db' cannot be written: its URL says "
                               "'mode=ro'",
                               folder));
    connection = fake_open_to_read(&host, "sqlite:app.db?mode=ro");
    assert_non_null(connection);
    assert_done(&host, driver->describe(fake_call(&host), connection));
    assert_int_equal(host.server.read_only, 1);
    driver->close(connection);
}

/* Runs `body` in a process of another user (when this one may), and asserts that it went well. */
static void
as_nobody(void (*body)(void))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 &&
            (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0))
            _exit(2);
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void
open_read_only_file(void)
{
    dunlin_connection *connection = fake_open(&host, "sqlite:app.db");

    if (connection != NULL || host.status != DUNLIN_READ_ONLY ||
        strcmp(host.message, with_folder("the database '%s/app.db' is read-only", folder)) != 0)
        _exit(3);
    connection = fake_open_to_read(&host, "sqlite:app.db");
    if (connection == NULL || driver->describe(fake_call(&host), connection) != DUNLIN_OK ||
        host.server.read_only != 1)
        _exit(4);
    driver->close(connection);
}

static void
a_read_only_file_is_noticed_before_any_work(void **state)
{
    (void)state;
    make_database("app.db");
    assert_int_equal(chmod("app.db", 0444), 0);
    assert_int_equal(chmod(".", 0777), 0);
    as_nobody(open_read_only_file);
}

static void
open_in_read_only_folder(void)
{
    int32_t acquired;
    dunlin_connection *connection = fake_open(&host, "sqlite:app.db");

    if (connection != NULL || host.status != DUNLIN_READ_ONLY ||
        strcmp(host.message,
               with_folder("the folder '%s' of the database 'app.db' is read-only", folder)) != 0)
        _exit(3);
    connection = fake_open_to_read(&host, "sqlite:app.db");
    if (connection == NULL || driver->try_lock(fake_call(&host), connection, fake_string("run"),
                                               &acquired) != DUNLIN_READ_ONLY)
        _exit(4);
    driver->close(connection);
}

static void
a_read_only_folder_is_noticed_before_any_work(void **state)
{
    (void)state;
    make_database("app.db");
    assert_int_equal(chmod("app.db", 0666), 0);
    assert_int_equal(chmod(".", 0555), 0);
    as_nobody(open_in_read_only_folder);
    assert_int_equal(chmod(".", 0755), 0);
}

static void
read_wal_in_read_only_folder(void)
{
    dunlin_connection *connection = fake_open_to_read(&host, "sqlite:app.db");

    if (connection != NULL || host.status != DUNLIN_READ_ONLY ||
        strcmp(host.message,
               with_folder("cannot open the database '%s/app.db': its folder is read-only",
                           folder)) != 0)
        _exit(3);
}

static void
a_wal_database_in_a_read_only_folder_is_explained(void **state)
{
    dunlin_connection *connection;

    (void)state;
    make_database("app.db");
    connection = fake_open(&host, "sqlite:app.db");
    assert_done(&host, fake_execute(&host, connection, "PRAGMA journal_mode=WAL"));
    driver->close(connection);
    assert_int_equal(chmod(".", 0555), 0);
    as_nobody(read_wal_in_read_only_folder);
    assert_int_equal(chmod(".", 0755), 0);
}

/* --- waiting --- */
static void
a_locked_database_is_waited_for_and_then_reported(void **state)
{
    dunlin_connection *first;
    dunlin_connection *second;
    int waited = -1;
    int length = -1;

    (void)state;
    make_database("app.db");
    first = fake_open(&host, "sqlite:app.db");
    second = fake_open(&host, "sqlite:app.db?busy_timeout=60");
    assert_done(&host, fake_do(&host, first, DUNLIN_ITEM_BEGIN));
    assert_int_equal(fake_do(&host, second, DUNLIN_ITEM_BEGIN), DUNLIN_LOCKED);
    assert_int_equal(sscanf(host.message,
                            "database is locked: another program is writing to it (waited %d "
                            "ms)%n",
                            &waited, &length),
                     1);
    assert_int_equal(length, strlen(host.message));
    assert_in_range(waited, 60, 2000);
    assert_int_equal(host.outcomes[0].in_transaction, 0);
    host.cancelled = 1;
    assert_int_equal(fake_do(&host, second, DUNLIN_ITEM_BEGIN), DUNLIN_CANCELLED);
    host.cancelled = 0;
    assert_done(&host, fake_do(&host, first, DUNLIN_ITEM_ROLLBACK));
    assert_done(&host, fake_do(&host, second, DUNLIN_ITEM_BEGIN));
    driver->close(first);
    driver->close(second);
}

static void
a_reader_that_blocks_a_commit_is_told_apart(void **state)
{
    dunlin_connection *reader;
    dunlin_connection *writer;
    int waited;

    (void)state;
    make_database("app.db");
    reader = fake_open(&host, "sqlite:app.db");
    writer = fake_open(&host, "sqlite:app.db?busy_timeout=20");
    assert_done(&host, fake_execute(&host, reader, "BEGIN"));
    assert_done(&host, fake_execute(&host, reader, "SELECT * FROM t"));
    assert_done(&host, fake_do(&host, writer, DUNLIN_ITEM_BEGIN));
    assert_done(&host, fake_execute(&host, writer, "INSERT INTO t VALUES (2)"));
    assert_int_equal(fake_do(&host, writer, DUNLIN_ITEM_COMMIT), DUNLIN_LOCKED);
    assert_int_equal(sscanf(host.message,
                            "database is locked: another program is reading it "
                            "(waited %d ms)",
                            &waited),
                     1);
    assert_int_equal(host.outcomes[0].in_transaction, 1);
    driver->close(reader);
    driver->close(writer);
    assert_holds("app.db", "1\n");
}

/* --- the run lock --- */
static int32_t
try_lock(dunlin_connection *connection)
{
    int32_t acquired = -1;

    assert_done(&host,
                driver->try_lock(fake_call(&host), connection, fake_string("run"), &acquired));
    return acquired;
}

static const char *
holder_of(dunlin_connection *connection)
{
    assert_done(&host, driver->lock_holder(fake_call(&host), connection, fake_string("run")));
    return host.lines;
}

static void
one_connection_at_a_time_holds_the_run_lock(void **state)
{
    dunlin_connection *first = fake_open(&host, "sqlite:app.db");
    dunlin_connection *second = fake_open(&host, with_folder("sqlite://%s/app.db", folder));

    (void)state;
    assert_string_equal(holder_of(second), "");
    assert_int_equal(try_lock(first), 1);
    assert_int_equal(try_lock(first), 1);
    assert_int_equal(try_lock(second), 0);
    /* Process, application, and a time of twenty bytes: 2026-11-23T10:15:00Z. */
    assert_string_equal(holder_of(second), with_folder("%d|test|20\n", (int)getpid()));
    assert_done(&host, driver->unlock(fake_call(&host), first, fake_string("run")));
    assert_string_equal(holder_of(second), "");
    assert_int_equal(try_lock(second), 1);
    driver->close(second);
    assert_int_equal(try_lock(first), 1);
    driver->close(first);
    assert_true(exists("app.db-dunlin.lock"));
}

static void
databases_in_memory_are_never_locked(void **state)
{
    dunlin_connection *first = fake_open(&host, "sqlite::memory:");
    dunlin_connection *second = fake_open(&host, "sqlite::memory:");

    (void)state;
    assert_int_equal(try_lock(first), 1);
    assert_int_equal(try_lock(second), 1);
    driver->close(first);
    driver->close(second);
}

static void
the_lock_of_a_killed_process_is_free(void **state)
{
    dunlin_connection *connection;
    int ready[2];
    char byte;
    int status;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        connection = fake_open(&host, "sqlite:app.db");
        if (connection == NULL || try_lock(connection) != 1 || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    connection = fake_open(&host, "sqlite:app.db");
    assert_int_equal(try_lock(connection), 0);
    assert_string_equal(holder_of(connection), with_folder("%d|test|20\n", (int)child));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_string_equal(holder_of(connection), "");
    assert_int_equal(try_lock(connection), 1);
    driver->close(connection);
    close(ready[0]);
    close(ready[1]);
}

static void
a_torn_line_in_the_lock_file_names_nobody(void **state)
{
    dunlin_connection *first = fake_open(&host, "sqlite:app.db");
    dunlin_connection *second = fake_open(&host, "sqlite:app.db");

    (void)state;
    assert_int_equal(try_lock(first), 1);
    write_file("app.db-dunlin.lock", "123\tho", 6);
    assert_string_equal(holder_of(second), "||0\n");
    driver->close(first);
    driver->close(second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_database_has_one_identity),
        TEST(a_database_that_is_not_there_yet_has_an_identity),
        TEST(a_bad_url_is_refused_with_the_right_spelling),
        TEST(a_path_longer_than_sqlite_takes_is_refused),
        TEST(reading_what_is_not_there_creates_nothing),
        TEST(a_file_of_no_bytes_is_an_empty_database),
        TEST(a_database_describes_itself),
        TEST(a_connection_to_read_cannot_write),
        TEST(what_is_no_database_is_refused_by_name),
        TEST(a_damaged_database_is_refused),
        TEST(a_missing_folder_is_named),
        TEST(modes_of_the_url_are_obeyed),
        TEST(a_read_only_file_is_noticed_before_any_work),
        TEST(a_read_only_folder_is_noticed_before_any_work),
        TEST(a_wal_database_in_a_read_only_folder_is_explained),
        TEST(a_locked_database_is_waited_for_and_then_reported),
        TEST(a_reader_that_blocks_a_commit_is_told_apart),
        TEST(one_connection_at_a_time_holds_the_run_lock),
        TEST(databases_in_memory_are_never_locked),
        TEST(the_lock_of_a_killed_process_is_free),
        TEST(a_torn_line_in_the_lock_file_names_nobody),
    };

    driver = fake_load("sqlite");
    return driver != NULL ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
