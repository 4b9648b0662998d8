/* SPDX-License-Identifier: MIT
 *
 * The SQLite driver's backups, and the way back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/conformance/sqlite_folder.h"

/* --- backup and restore --- */
static int32_t
look_at(const char *destination)
{
    const dunlin_backup_options options = {
        .size = sizeof(options), .content = DUNLIN_BACKUP_FULL, .path = fake_string(destination)};

    return driver->backup_check(fake_call(&host), fake_string("sqlite:app.db"), &options);
}

static int32_t
back_up(const char *url, const char *destination)
{
    const dunlin_backup_options options = {
        .size = sizeof(options), .content = DUNLIN_BACKUP_FULL, .path = fake_string(destination)};

    return driver->backup(fake_call(&host), fake_string(url), &options);
}

static int32_t
restore(const char *url, const char *source)
{
    const dunlin_backup_options options = {
        .size = sizeof(options), .content = DUNLIN_BACKUP_FULL, .path = fake_string(source)};

    return driver->restore(fake_call(&host), fake_string(url), &options);
}

static void
a_backup_is_the_whole_database(void **state)
{
    struct stat about;

    (void)state;
    make_database("app.db");
    assert_int_equal(chmod("app.db", 0640), 0);
    assert_done(&host, back_up("sqlite:app.db", "copy.db"));
    assert_holds("copy.db", "1\n");
    assert_int_equal(stat("copy.db", &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    assert_false(exists("copy.db.partial"));
    assert_fails(&host, back_up("sqlite:app.db", "copy.db"), DUNLIN_EXISTS,
                 "the backup 'copy.db' exists already, and is not overwritten");
}

static void
a_backup_holds_what_is_still_in_the_wal(void **state)
{
    dunlin_connection *writer;

    (void)state;
    make_database("app.db");
    writer = fake_open(&host, "sqlite:app.db");
    assert_done(&host, fake_execute(&host, writer, "PRAGMA journal_mode=WAL"));
    assert_done(&host, fake_execute(&host, writer, "INSERT INTO t VALUES (2)"));
    assert_true(exists("app.db-wal"));
    write_file("copy.db.partial", "left behind", 11);
    assert_done(&host, back_up("sqlite:app.db", "copy.db"));
    driver->close(writer);
    assert_false(exists("copy.db.partial"));
    assert_false(exists("copy.db.partial-wal"));
    assert_false(exists("copy.db.partial-shm"));
    assert_holds("copy.db", "1\n2\n");
}

static void
what_cannot_be_backed_up_is_named(void **state)
{
    (void)state;
    assert_fails(
        &host, back_up("sqlite:app.db", "copy.db"), DUNLIN_MISSING,
        with_folder("there is no database at '%s/app.db': No such file or directory", folder));
    assert_fails(&host, back_up("sqlite::memory:", "copy.db"), DUNLIN_UNSUPPORTED,
                 "a database in memory has no backup: it ends with its connection");
    make_database("app.db");
    assert_fails(&host, back_up("sqlite:app.db", "no/copy.db"), DUNLIN_MISSING,
                 "cannot write to the folder 'no': No such file or directory");
    assert_false(exists("copy.db"));
    assert_done(&host, look_at("no/copy.db"));
    assert_string_equal(host.lines,
                        "note 3 on 0: the folder of the backup is missing or cannot be written\n");
    assert_done(&host, look_at("copy.db"));
    assert_string_equal(host.lines, "");
}

static void
a_cancelled_backup_leaves_no_file(void **state)
{
    dunlin_connection *connection;

    (void)state;
    make_database("app.db");
    connection = fake_open(&host, "sqlite:app.db");
    /* More pages than are copied between two looks at the user. */
    assert_done(&host,
                fake_execute(&host, connection, "INSERT INTO t VALUES (zeroblob(10000000))"));
    driver->close(connection);
    host.cancelled = 1;
    assert_fails(&host, back_up("sqlite:app.db", "copy.db"), DUNLIN_CANCELLED, "cancelled");
    host.cancelled = 0;
    assert_false(exists("copy.db"));
    assert_false(exists("copy.db.partial"));
}

static void
restoring_brings_the_old_state_back_under_open_connections(void **state)
{
    dunlin_connection *reader;

    (void)state;
    make_database("app.db");
    assert_done(&host, back_up("sqlite:app.db", "copy.db"));
    reader = fake_open(&host, "sqlite:app.db");
    assert_done(&host, fake_execute(&host, reader, "INSERT INTO t VALUES (2)"));
    assert_done(&host, restore("sqlite:app.db", "copy.db"));
    assert_string_equal(fake_rows(&host, reader, "SELECT a FROM t"), "1\n");
    driver->close(reader);
    assert_done(&host, restore("sqlite:new.db", "copy.db"));
    assert_holds("new.db", "1\n");
}

static void
restoring_into_a_wal_database_works_with_any_page_size(void **state)
{
    dunlin_connection *connection = fake_open(&host, "sqlite:app.db");

    (void)state;
    assert_done(&host, fake_execute(&host, connection, "PRAGMA page_size=1024"));
    assert_done(&host, fake_execute(&host, connection, "CREATE TABLE t (a)"));
    assert_done(&host, fake_execute(&host, connection, "PRAGMA journal_mode=WAL"));
    driver->close(connection);
    make_database("other.db");
    assert_done(&host, restore("sqlite:app.db", "other.db"));
    assert_holds("app.db", "1\n");
}

static void
a_locked_database_is_not_restored(void **state)
{
    dunlin_connection *writer;

    (void)state;
    make_database("app.db");
    assert_done(&host, back_up("sqlite:app.db", "copy.db"));
    writer = fake_open(&host, "sqlite:app.db");
    assert_done(&host, fake_execute(&host, writer, "INSERT INTO t VALUES (2)"));
    assert_done(&host, fake_do(&host, writer, DUNLIN_ITEM_BEGIN));
    assert_int_equal(restore("sqlite:app.db?busy_timeout=20", "copy.db"), DUNLIN_LOCKED);
    assert_memory_equal(host.message, "restoring the database: database is locked", 42);
    assert_int_equal(host.failures, 1);
    driver->close(writer);
    assert_holds("app.db", "1\n2\n");
}

static void
only_a_sound_database_is_restored(void **state)
{
    (void)state;
    make_database("app.db");
    write_file("notes.txt", "these are a few words that are no database", 42);
    assert_fails(&host, restore("sqlite:app.db", "notes.txt"), DUNLIN_CORRUPT,
                 with_folder("'%s/notes.txt' is not a SQLite database", folder));
    assert_fails(&host, restore("sqlite:app.db", "none.db"), DUNLIN_MISSING,
                 "cannot open 'none.db': No such file or directory");
    assert_fails(&host, restore("sqlite:app.db", "app.db"), DUNLIN_USAGE,
                 with_folder("'%s/app.db' cannot be restored from itself", folder));
    assert_holds("app.db", "1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_backup_is_the_whole_database),
        TEST(a_backup_holds_what_is_still_in_the_wal),
        TEST(what_cannot_be_backed_up_is_named),
        TEST(a_cancelled_backup_leaves_no_file),
        TEST(restoring_brings_the_old_state_back_under_open_connections),
        TEST(restoring_into_a_wal_database_works_with_any_page_size),
        TEST(a_locked_database_is_not_restored),
        TEST(only_a_sound_database_is_restored),
    };

    driver = fake_load("sqlite");
    return driver != NULL ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
