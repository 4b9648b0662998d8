/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/file.h"

/* --- system calls made to fail ----------------------------------------------------------------
 * These definitions come before the C library's for the whole program. */
static int write_error; /* errno of the next writes, 0: none */
static int sync_error;
static int syncs_before_error;
static int rename_error;
static int rename_new_error;
static int syncs;

ssize_t
write(int fd, const void *data, size_t length)
{
    if (write_error && fd > STDERR_FILENO) {
        errno = write_error;
        return -1;
    }
    /* Short, so that the caller has to go on. */
    return syscall(SYS_write, fd, data, length > 5 && fd > STDERR_FILENO ? length / 2 : length);
}

int
fsync(int fd)
{
    syncs++;
    if (sync_error && syncs > syncs_before_error) {
        errno = sync_error;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    if (rename_error) {
        errno = rename_error;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int
renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    if (rename_new_error) {
        errno = rename_new_error;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

/* --- a folder for each test ------------------------------------------------------------------- */

static char folder[200];
static char original[4096];

static int
enter_folder(void **state)
{
    const char *base = getenv("TMPDIR");

    (void)state;
    write_error = sync_error = syncs_before_error = rename_error = rename_new_error = syncs = 0;
    snprintf(folder, sizeof folder, "%.150s/dunlin-file-XXXXXX", base && *base ? base : "/tmp");
    if (!getcwd(original, sizeof original) || !mkdtemp(folder) || chdir(folder) < 0)
        return -1;
    umask(022);
    return 0;
}

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int
leave_folder(void **state)
{
    (void)state;
    chmod("sub", 0700);
    if (chdir(original) < 0)
        return -1;
    return nftw(folder, remove_one, 10, FTW_DEPTH | FTW_PHYS);
}

static void
put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void
assert_holds(const char *path, const char *text)
{
    char found[200] = "";
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    if (!fgets(found, sizeof found, file))
        found[0] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

/* Names in the working folder, hidden ones too. */
static int
names_here(void)
{
    DIR *here = opendir(".");
    int count = -2;

    assert_non_null(here);
    while (readdir(here))
        count++;
    closedir(here);
    return count;
}

static mode_t
mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
a_file_is_read_whole_and_appended(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error error;
    FILE *file;

    (void)state;
    put("a", "one\n");
    put("empty", "");
    assert_int_equal(dn_file_read("a", &text, &error), 0);
    assert_int_equal(dn_file_read("empty", &text, &error), 0);
    assert_int_equal(dn_file_read("a", &text, &error), 0);
    assert_string_equal(text.data, "one\none\n");
    file = fopen("large", "w");
    assert_non_null(file);
    for (int i = 0; i < 300000; i++)
        fputc('0' + i % 10, file);
    fputc('\0', file);
    fclose(file);
    dn_text_clear(&text);
    assert_int_equal(dn_file_read("large", &text, &error), 0);
    assert_int_equal(text.length, 300001);
    assert_int_equal(text.data[299999], '9');
}

/* Files of /proc say that they are empty. */
static void
a_file_whose_size_is_unknown_is_read_to_its_end(void **state)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error error;

    (void)state;
    assert_int_equal(dn_file_read("/proc/self/status", &text, &error), 0);
    assert_memory_equal(text.data, "Name:", 5);
}

static void
assert_read_fails(const char *path, int32_t status, const char *id, const char *message)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_error error;

    assert_int_equal(dn_file_read(path, &text, &error), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, id);
    assert_int_equal(error.status, status);
    assert_int_equal(error.exit_code, 1);
}

static void
what_cannot_be_read_is_named_with_the_reason(void **state)
{
    (void)state;
    put("plain", "");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_read_fails("none", DUNLIN_MISSING, "file.missing",
                      "cannot open 'none': No such file or directory");
    assert_read_fails("plain/x", DUNLIN_MISSING, "file.missing",
                      "cannot open 'plain/x': Not a directory");
    assert_read_fails(".", DUNLIN_USAGE, "file.not-regular", "'.' is a folder, not a file");
    assert_read_fails("pipe", DUNLIN_USAGE, "file.not-regular",
                      "'pipe' is a device, pipe or socket, not a file");
    assert_read_fails("/dev/null", DUNLIN_USAGE, "file.not-regular",
                      "'/dev/null' is a device, pipe or socket, not a file");
    if (geteuid() != 0) {
        assert_int_equal(chmod("plain", 0), 0);
        assert_read_fails("plain", DUNLIN_PERMISSION, "file.unreadable",
                          "cannot open 'plain': Permission denied");
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

static void
a_new_file_gets_the_mode_of_the_umask(void **state)
{
    dn_error error;

    (void)state;
    umask(027);
    assert_int_equal(dn_file_write("a", "text", 4, &error), 0);
    assert_holds("a", "text");
    assert_int_equal(mode_of("a"), 0640);
    assert_int_equal(names_here(), 1);
    assert_int_equal(syncs, 2); /* the file and its folder */
}

static void
rewriting_keeps_the_mode(void **state)
{
    dn_error error;

    (void)state;
    put("a", "a longer text that was there before");
    assert_int_equal(chmod("a", 0751), 0);
    assert_int_equal(dn_file_write("a", "new", 3, &error), 0);
    assert_holds("a", "new");
    assert_int_equal(mode_of("a"), 0751);
    assert_int_equal(dn_file_write("a", "", 0, &error), 0);
    assert_holds("a", "");
    assert_int_equal(names_here(), 1);
}

static void
rewriting_through_a_link_keeps_the_link(void **state)
{
    dn_error error;
    struct stat status;

    (void)state;
    assert_int_equal(mkdir("sub", 0777), 0);
    put("sub/real", "old");
    assert_int_equal(symlink("real", "sub/second"), 0);
    assert_int_equal(symlink("sub/second", "first"), 0);
    assert_int_equal(symlink("sub/later", "dangling"), 0);
    assert_int_equal(dn_file_write("first", "new", 3, &error), 0);
    assert_int_equal(dn_file_write("dangling", "made", 4, &error), 0);
    assert_int_equal(lstat("first", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(lstat("sub/second", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_holds("sub/real", "new");
    assert_holds("sub/later", "made");
}

static void
assert_write_fails(const char *path, int32_t status, const char *id, const char *message)
{
    dn_error error;

    assert_int_equal(dn_file_write(path, "new text", 8, &error), -1);
    assert_string_equal(error.message, message);
    assert_string_equal(error.id, id);
    assert_int_equal(error.status, status);
}

static void
what_cannot_be_written_is_named_with_the_reason(void **state)
{
    (void)state;
    assert_int_equal(mkdir("sub", 0777), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    put("plain", "");
    assert_write_fails("sub", DUNLIN_USAGE, "file.not-regular", "'sub' is a folder, not a file");
    assert_write_fails("sub/", DUNLIN_USAGE, "file.not-regular",
                       "'sub/' is not the name of a file");
    assert_write_fails("", DUNLIN_USAGE, "file.not-regular", "'' is not the name of a file");
    assert_write_fails("pipe", DUNLIN_USAGE, "file.not-regular",
                       "'pipe' is a device, pipe or socket, not a file");
    assert_write_fails("none/a", DUNLIN_MISSING, "file.unwritable",
                       "cannot write 'none/a': No such file or directory");
    assert_write_fails("plain/a", DUNLIN_MISSING, "file.unwritable",
                       "cannot write 'plain/a': Not a directory");
    assert_write_fails("loop", DUNLIN_FAILED, "file.unwritable",
                       "cannot write 'loop': Too many levels of symbolic links");
    if (geteuid() != 0) {
        assert_int_equal(chmod("plain", 0400), 0);
        assert_write_fails("plain", DUNLIN_PERMISSION, "file.unwritable",
                           "cannot write 'plain': Permission denied");
        assert_int_equal(chmod("sub", 0500), 0);
        assert_write_fails("sub/a", DUNLIN_PERMISSION, "file.unwritable",
                           "cannot write 'sub/a': Permission denied");
    }
}

static void
a_full_disk_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    put("a", "old");
    write_error = ENOSPC;
    assert_write_fails("a", DUNLIN_DISK_FULL, "file.disk-full",
                       "cannot write 'a': No space left on device");
    write_error = EDQUOT;
    assert_write_fails("b", DUNLIN_DISK_FULL, "file.disk-full",
                       "cannot write 'b': Disk quota exceeded");
    write_error = EIO;
    assert_write_fails("a", DUNLIN_FAILED, "file.unwritable",
                       "cannot write 'a': Input/output error");
    write_error = 0;
    assert_holds("a", "old");
    assert_int_equal(names_here(), 1);
}

static void
a_failed_sync_or_rename_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    put("a", "old");
    sync_error = EIO;
    assert_write_fails("a", DUNLIN_FAILED, "file.unwritable",
                       "cannot write 'a': Input/output error");
    sync_error = 0;
    rename_error = EROFS;
    assert_write_fails("a", DUNLIN_READ_ONLY, "file.unwritable",
                       "cannot write 'a': Read-only file system");
    assert_holds("a", "old");
    assert_int_equal(names_here(), 1);
}

static void
a_folder_that_cannot_be_synced_is_told_apart(void **state)
{
    dn_error error;

    (void)state;
    sync_error = EIO;
    syncs_before_error = 1;
    assert_write_fails("a", DUNLIN_FAILED, "file.unwritable",
                       "cannot make durable 'a': Input/output error");
    syncs = 0;
    sync_error = EINVAL; /* a file system without such a thing */
    assert_int_equal(dn_file_write("b", "text", 4, &error), 0);
    assert_int_equal(names_here(), 2);
}

static void
creating_never_replaces(void **state)
{
    dn_error error;

    (void)state;
    assert_int_equal(dn_file_create("a", "one", 3, &error), 0);
    assert_holds("a", "one");
    assert_int_equal(symlink("nowhere", "link"), 0);
    assert_int_equal(dn_file_create("a", "two", 3, &error), -1);
    assert_string_equal(error.message, "'a' exists already");
    assert_string_equal(error.id, "file.exists");
    assert_int_equal(error.status, DUNLIN_EXISTS);
    assert_int_equal(dn_file_create("link", "two", 3, &error), -1);
    assert_string_equal(error.message, "'link' exists already");
    assert_holds("a", "one");
    assert_int_equal(names_here(), 2);
}

/* Somebody else is quicker, between the look and the rename. */
static void
creating_never_replaces_what_came_in_between(void **state)
{
    dn_error error;

    (void)state;
    rename_new_error = EEXIST;
    assert_int_equal(dn_file_create("a", "two", 3, &error), -1);
    assert_string_equal(error.id, "file.exists");
    assert_int_equal(names_here(), 0);
}

static void
creating_works_without_the_newer_system_call(void **state)
{
    dn_error error;
    struct stat status;

    (void)state;
    rename_new_error = EINVAL;
    assert_int_equal(dn_file_create("a", "one", 3, &error), 0);
    assert_holds("a", "one");
    assert_int_equal(stat("a", &status), 0);
    assert_int_equal(status.st_nlink, 1);
    assert_int_equal(names_here(), 1);
}

/* --- folders ---------------------------------------------------------------------------------- */

static void
folders_are_made_with_their_parents(void **state)
{
    dn_error error;

    (void)state;
    assert_int_equal(dn_folder_create("a/b//c/", &error), 0);
    assert_int_equal(dn_folder_create("a/b/c", &error), 0);
    assert_int_equal(dn_folder_create("/", &error), 0);
    assert_int_equal(dn_folder_create(".", &error), 0);
    assert_true(dn_file_exists("a/b/c"));
    assert_false(dn_file_exists("a/b/c/d"));
    put("plain", "");
    assert_int_equal(dn_folder_create("plain", &error), -1);
    assert_string_equal(error.message,
                        "cannot create the folder 'plain': something else is in its place");
    assert_string_equal(error.id, "file.not-folder");
    assert_int_equal(dn_folder_create("plain/x", &error), -1);
    assert_string_equal(error.message,
                        "cannot create the folder 'plain': something else is in its place");
    assert_int_equal(dn_folder_create("", &error), -1);
    assert_string_equal(error.id, "file.missing");
    assert_int_equal(dn_folder_create("/proc/self/x", &error), -1);
    assert_string_equal(error.id, "file.unwritable");
}

static void
a_listing_is_sorted_by_bytes(void **state)
{
    static const char *const expected[] = {".hidden", "B",      "a",       "a b",
                                           "dir",     "to-dir", "to-file", "\xC3\xA9"};
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_folder_entry *entries = NULL;
    size_t count = 0;
    dn_error error;

    (void)state;
    put("a b", "");
    put("B", "");
    put("a", "");
    put("\xC3\xA9", "");
    put(".hidden", "");
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(symlink("dir", "to-dir"), 0);
    assert_int_equal(symlink("a", "to-file"), 0);
    assert_int_equal(symlink("nowhere", "to-nothing"), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(dn_folder_list(&arena, ".", &entries, &count, &error), 0);
    assert_int_equal(count, 8);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(entries[i].name, expected[i]);
        assert_int_equal(entries[i].folder, i == 4 || i == 5);
    }
    assert_int_equal(dn_folder_list(&arena, "dir", &entries, &count, &error), 0);
    assert_int_equal(count, 0);
}

static void
a_folder_that_cannot_be_listed_is_named_with_the_reason(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_folder_entry *entries = NULL;
    size_t count = 0;
    dn_error error;

    (void)state;
    put("plain", "");
    assert_int_equal(dn_folder_list(&arena, "none", &entries, &count, &error), -1);
    assert_string_equal(error.message, "cannot read the folder 'none': No such file or directory");
    assert_string_equal(error.id, "file.missing");
    assert_int_equal(error.status, DUNLIN_MISSING);
    assert_int_equal(dn_folder_list(&arena, "plain", &entries, &count, &error), -1);
    assert_string_equal(error.message, "cannot read the folder 'plain': Not a directory");
    assert_string_equal(error.id, "file.not-folder");
}

/* --- paths ------------------------------------------------------------------------------------ */

static void
paths_are_joined_and_taken_apart(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    (void)state;
    assert_string_equal(dn_path_join(&arena, "a", "b"), "a/b");
    assert_string_equal(dn_path_join(&arena, "a/", "b/c"), "a/b/c");
    assert_string_equal(dn_path_join(&arena, "a", "/b"), "/b");
    assert_string_equal(dn_path_join(&arena, "", "b"), "b");
    assert_string_equal(dn_path_join(&arena, "/", "b"), "/b");
    /* As dirname(1). */
    assert_string_equal(dn_path_folder(&arena, "a/b"), "a");
    assert_string_equal(dn_path_folder(&arena, "a//b/"), "a");
    assert_string_equal(dn_path_folder(&arena, "a"), ".");
    assert_string_equal(dn_path_folder(&arena, "a/"), ".");
    assert_string_equal(dn_path_folder(&arena, "/a"), "/");
    assert_string_equal(dn_path_folder(&arena, "//a"), "/");
    assert_string_equal(dn_path_folder(&arena, "/"), "/");
    assert_string_equal(dn_path_folder(&arena, ""), ".");
}

static void
an_absolute_path_keeps_its_meaning(void **state)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    char here[4096];
    char expected[4200];

    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(expected, sizeof expected, "%s/a/b", here);
    assert_string_equal(dn_path_absolute(&arena, "./a//b/."), expected);
    assert_string_equal(dn_path_absolute(&arena, "."), here);
    assert_string_equal(dn_path_absolute(&arena, ""), here);
    assert_string_equal(dn_path_absolute(&arena, "/x/./y/"), "/x/y");
    assert_string_equal(dn_path_absolute(&arena, "/x/../y"), "/x/../y");
    assert_string_equal(dn_path_absolute(&arena, "/.hidden/..."), "/.hidden/...");
    assert_string_equal(dn_path_absolute(&arena, "/"), "/");
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_file_is_read_whole_and_appended),
        IN_A_FOLDER(a_file_whose_size_is_unknown_is_read_to_its_end),
        IN_A_FOLDER(what_cannot_be_read_is_named_with_the_reason),
        IN_A_FOLDER(a_new_file_gets_the_mode_of_the_umask),
        IN_A_FOLDER(rewriting_keeps_the_mode),
        IN_A_FOLDER(rewriting_through_a_link_keeps_the_link),
        IN_A_FOLDER(what_cannot_be_written_is_named_with_the_reason),
        IN_A_FOLDER(a_full_disk_leaves_the_old_file_and_nothing_else),
        IN_A_FOLDER(a_failed_sync_or_rename_leaves_the_old_file_and_nothing_else),
        IN_A_FOLDER(a_folder_that_cannot_be_synced_is_told_apart),
        IN_A_FOLDER(creating_never_replaces),
        IN_A_FOLDER(creating_never_replaces_what_came_in_between),
        IN_A_FOLDER(creating_works_without_the_newer_system_call),
        IN_A_FOLDER(folders_are_made_with_their_parents),
        IN_A_FOLDER(a_listing_is_sorted_by_bytes),
        IN_A_FOLDER(a_folder_that_cannot_be_listed_is_named_with_the_reason),
        IN_A_FOLDER(paths_are_joined_and_taken_apart),
        IN_A_FOLDER(an_absolute_path_keeps_its_meaning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
