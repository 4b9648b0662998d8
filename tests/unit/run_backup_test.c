/* SPDX-License-Identifier: MIT
 *
 * Backups beside the database: names, ages, and how many are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/run/run.h"
#include "tests/unit/sqlite_fixture.h"

#define FOLDER "app.db-dunlin-backups"

static const dn_log quiet = {.line = NULL};

static void
name_backup(const char *name)
{
    put(dn_arena_printf(&arena, FOLDER "/%s", name), "old");
}

static const dn_target plain;

static const char *
folder_of(void)
{
    return dn_backup_folder(dn_connection_server(connection), &plain, NULL, &arena);
}

static int
try_to_take(const char *url, const char *destination, int keep, dn_backup *backup)
{
    const dn_backup_wish wish = {.url = url,
                                 .target = &plain,
                                 .mode = DN_BACKUP_FULL,
                                 .folder = folder_of(),
                                 .destination = destination,
                                 .keep = keep};

    return dn_backup_take(connection, &wish, &quiet, &arena, backup, &error);
}

static dn_backup
take(const char *destination, int keep)
{
    const char *url = dn_arena_printf(&arena, "sqlite:%s/app.db", tree);
    dn_backup backup;

    if (try_to_take(url, destination, keep, &backup) < 0)
        fail_msg("%s %s", error.message, error.context);
    return backup;
}

/* What is in the folder, old ones by name, those of this test as "new". */
static const char *
folder(void)
{
    dn_folder_entry *entries;
    size_t count;
    const char *text = "";

    assert_int_equal(dn_folder_list(&arena, at(FOLDER), &entries, &count, &error), 0);
    for (size_t i = 0; i < count; i++)
        text =
            dn_arena_printf(&arena, "%s%s\n", text,
                            strncmp(entries[i].name, "19", 2) != 0 && strstr(entries[i].name, "Z-")
                                ? "new"
                                : entries[i].name);
    return text;
}

static void
a_backup_is_a_copy_with_a_name_that_sorts_by_age(void **state)
{
    dn_backup first;
    dn_backup second;
    int64_t size;
    struct stat facts;

    (void)state;
    run_sql("CREATE TABLE a (x)");
    run_sql("INSERT INTO a VALUES (7)");
    first = take(NULL, 5);
    second = take(NULL, 5);
    assert_string_equal(folder_of(), at(FOLDER));
    assert_string_equal(first.content, "full");
    assert_string_equal(first.path, dn_arena_printf(&arena, "%s/%s", at(FOLDER), first.name));
    assert_true(strcmp(first.name, second.name) < 0);
    assert_int_equal(strlen(first.name), strlen("20261123T105410.123456Z-0123abcd.backup"));
    assert_string_equal(first.taken_at,
                        dn_arena_printf(&arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s.%.6sZ", first.name,
                                        first.name + 4, first.name + 6, first.name + 9,
                                        first.name + 11, first.name + 13, first.name + 16));
    assert_int_equal(stat(first.path, &facts), 0);
    size = facts.st_size;
    assert_int_equal(first.bytes, size);
    run_sql(dn_arena_printf(&arena, "ATTACH '%s' AS copy", first.path));
    assert_string_equal(cells("SELECT x FROM copy.a"), "7\n");
}

static void
the_oldest_ones_go_and_nothing_else(void **state)
{
    static const char *const others[] = {
        "1999.backup",
        "19990101T000000.000000Z-0123abcd.backup.txt",
        "19990101T000000.000000Z-0123ABCD.backup",
        "19990101T000000.000000Z-0123abc.backup",
        "1999010aT000000.000000Z-0123abcd.backup",
        "19990101t000000.000000Z-0123abcd.backup",
        "app.db",
    };

    (void)state;
    run_sql("CREATE TABLE a (x)");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        name_backup(others[i]);
    name_backup("19990101T000000.000000Z-0123abcd.backup");
    name_backup("19990101T000000.000001Z-00000000.backup");
    name_backup("19980101T000000.000000Z-ffffffff.backup");
    take(NULL, 3);
    assert_string_equal(folder(), "1999.backup\n"
                                  "19990101T000000.000000Z-0123ABCD.backup\n"
                                  "19990101T000000.000000Z-0123abc.backup\n"
                                  "19990101T000000.000000Z-0123abcd.backup\n"
                                  "19990101T000000.000000Z-0123abcd.backup.txt\n"
                                  "19990101T000000.000001Z-00000000.backup\n"
                                  "19990101t000000.000000Z-0123abcd.backup\n"
                                  "1999010aT000000.000000Z-0123abcd.backup\n"
                                  "new\n"
                                  "app.db\n");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(unlink(dn_path_join(&arena, FOLDER, others[i])), 0);
    take(NULL, 1);
    assert_string_equal(folder(), "new\n");
    take(NULL, 0); /* all */
    assert_string_equal(folder(), "new\nnew\n");
}

static void
a_backup_to_a_place_of_ones_own_removes_nothing(void **state)
{
    dn_backup backup;

    (void)state;
    run_sql("CREATE TABLE a (x)");
    name_backup("19990101T000000.000000Z-0123abcd.backup");
    backup = take(at("mine.db"), 1);
    assert_string_equal(backup.path, at("mine.db"));
    assert_null(backup.taken_at);
    assert_true(backup.bytes > 0);
    assert_string_equal(folder(), "19990101T000000.000000Z-0123abcd.backup\n");
}

static void
backups_are_listed_newest_first(void **state)
{
    dn_backup *backups;
    size_t count;

    (void)state;
    assert_int_equal(dn_backup_list(at(FOLDER), &arena, &backups, &count, &error), 0);
    assert_int_equal(count, 0);
    name_backup("19990101T000000.000001Z-00000000.backup");
    name_backup("19981231T235959.999999Z-ffffffff.backup");
    name_backup("19990101T000000.000000Z-0123abcd.backup");
    name_backup("notes.txt");
    assert_int_equal(dn_backup_list(at(FOLDER), &arena, &backups, &count, &error), 0);
    assert_int_equal(count, 3);
    assert_string_equal(backups[0].name, "19990101T000000.000001Z-00000000.backup");
    assert_string_equal(backups[1].name, "19990101T000000.000000Z-0123abcd.backup");
    assert_string_equal(backups[2].name, "19981231T235959.999999Z-ffffffff.backup");
    assert_string_equal(backups[2].taken_at, "1998-12-31T23:59:59.999999Z");
    assert_string_equal(backups[2].path, dn_path_join(&arena, at(FOLDER), backups[2].name));
    assert_int_equal(backups[2].bytes, 3);
}

static void
a_database_that_is_no_file_has_none(void **state)
{
    const dn_open_options options = {.log = quiet};
    const dn_driver *driver = sqlite_driver();
    dn_backup backup;

    (void)state;
    dn_connection_close(connection);
    assert_int_equal(dn_connection_open(driver, "sqlite::memory:", &options, &connection, &error),
                     0);
    assert_null(folder_of());
    assert_int_equal(try_to_take("sqlite::memory:", NULL, 5, &backup), -1);
    expect_error("backup.no-file", "this database is in memory, so it has no backups");
}

/* --- by a command --- */
static const char *
read_text(const char *path)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_file_read(path, &text, &error) < 0)
        fail_msg("%s", error.message);
    return dn_arena_text(&arena, text.data);
}

/* Of a shell; the folder is one of a database that is no file. */
static int
command(const char *script, const char *journal, dn_backup *backup)
{
    const char *const words[] = {"sh", "-c", script, NULL};
    const dn_target target = {.backup = DN_BACKUP_COMMAND, .backup_command = words};
    const dn_backup_wish wish = {.url = "sqlite:secret",
                                 .target = &target,
                                 .mode = DN_BACKUP_COMMAND,
                                 .folder = at("elsewhere"),
                                 .journal = journal,
                                 .keep = 1};

    return dn_backup_take(connection, &wish, &quiet, &arena, backup, &error);
}

static void
a_command_of_ones_own_writes_the_file_it_is_told(void **state)
{
    dn_backup backup;
    const char *old;

    (void)state;
    put("journal.json", "{}\n");
    assert_int_equal(
        command("echo $DUNLIN_BACKUP_URL >$DUNLIN_BACKUP_FILE", at("journal.json"), &backup), 0);
    assert_string_equal(backup.content, "command");
    assert_string_equal(read_text(backup.path), "sqlite:secret\n");
    old = dn_arena_printf(&arena, "%.*s.journal.json", (int)(strlen(backup.path) - 7), backup.path);
    assert_string_equal(read_text(old), "{}\n");
    /* The journal goes with its backup. */
    assert_int_equal(command("echo more >$DUNLIN_BACKUP_FILE", at("journal.json"), &backup), 0);
    assert_false(dn_file_exists(old));
}

static void
a_command_may_keep_its_backups_elsewhere_or_fail(void **state)
{
    dn_backup backup;
    dn_folder_entry *entries;
    size_t count;

    (void)state;
    assert_int_equal(command("exit 0", NULL, &backup), 0);
    assert_null(backup.path);
    assert_int_equal(
        command("echo half >$DUNLIN_BACKUP_FILE; echo 'no room' >&2; exit 7", NULL, &backup), -1);
    expect_error("process.failed", "'sh' failed with exit code 7: no room");
    assert_int_equal(command(": >$DUNLIN_BACKUP_FILE", NULL, &backup), -1);
    assert_string_equal(error.id, "backup.empty");
    assert_int_equal(dn_folder_list(&arena, at("elsewhere"), &entries, &count, &error), 0);
    assert_int_equal(count, 0);
}

static void
what_the_setting_of_a_target_means_depends_on_the_driver(void **state)
{
    dn_target target = {.backup = DN_BACKUP_DEFAULT};
    dn_backup_mode mode;

    (void)state;
    assert_int_equal(dn_backup_mode_of(connection, &target, &mode, &error), 0);
    assert_int_equal(mode, DN_BACKUP_FULL);
    target.backup = DN_BACKUP_NONE;
    assert_int_equal(dn_backup_mode_of(connection, &target, &mode, &error), 0);
    assert_int_equal(mode, DN_BACKUP_NONE);
    target.backup = DN_BACKUP_SCHEMA;
    assert_int_equal(dn_backup_mode_of(connection, &target, &mode, &error), -1);
    expect_error("backup.unsupported", "the driver 'sqlite' takes no backup of a schema alone");
}

static void
a_backup_that_fails_removes_no_other(void **state)
{
    dn_backup backup;

    (void)state;
    run_sql("CREATE TABLE a (x)");
    name_backup("19990101T000000.000000Z-0123abcd.backup");
    assert_int_equal(try_to_take("sqlite:/nosuch/app.db", NULL, 1, &backup), -1);
    assert_non_null(strstr(error.context, "while taking a backup to '"));
    assert_string_equal(folder(), "19990101T000000.000000Z-0123abcd.backup\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(a_backup_is_a_copy_with_a_name_that_sorts_by_age),
        DATABASE_TEST(the_oldest_ones_go_and_nothing_else),
        DATABASE_TEST(a_backup_to_a_place_of_ones_own_removes_nothing),
        DATABASE_TEST(backups_are_listed_newest_first),
        DATABASE_TEST(a_database_that_is_no_file_has_none),
        DATABASE_TEST(a_backup_that_fails_removes_no_other),
        DATABASE_TEST(a_command_of_ones_own_writes_the_file_it_is_told),
        DATABASE_TEST(a_command_may_keep_its_backups_elsewhere_or_fail),
        DATABASE_TEST(what_the_setting_of_a_target_means_depends_on_the_driver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
