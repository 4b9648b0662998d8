/* SPDX-License-Identifier: MIT */
#include "tests/conformance/sqlite_folder.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_MAX_BYTES = 9000 };

const dunlin_driver *driver;
fake_host host;
char folder[PATH_MAX];

int
make_folder(void **state)
{
    char name[] = "/tmp/dunlin-sqlite-XXXXXX";

    (void)state;
    umask(022);
    if (mkdtemp(name) == NULL || chmod(name, 0755) != 0 || realpath(name, folder) == NULL)
        return -1;
    fake_begin(&host, driver);
    return chdir(folder);
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

int
remove_folder(void **state)
{
    (void)state;
    fake_end(&host);
    return chdir("/") == 0 ? nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) : -1;
}

/* A text that names the test's folder. */
const char *
with_folder(const char *format, ...)
{
    static char texts[16][TEXT_MAX_BYTES];
    static int next;
    char *text = texts[next++ % 16];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, TEXT_MAX_BYTES, format, arguments);
    va_end(arguments);
    return text;
}

bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void
write_file(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* A database with a table t of one row, `a` = 1. */
void
make_database(const char *path)
{
    const char *url = with_folder("sqlite:%s", path);
    dunlin_connection *connection = fake_open(&host, url);

    assert_non_null(connection);
    assert_done(&host, fake_execute(&host, connection, "CREATE TABLE t (a)"));
    assert_done(&host, fake_execute(&host, connection, "INSERT INTO t VALUES (1)"));
    driver->close(connection);
}

void
assert_holds(const char *path, const char *rows)
{
    dunlin_connection *connection = fake_open_to_read(&host, with_folder("sqlite:%s", path));

    assert_non_null(connection);
    assert_string_equal(fake_rows(&host, connection, "SELECT a FROM t"), rows);
    assert_string_equal(fake_rows(&host, connection, "PRAGMA integrity_check"), "'ok'\n");
    driver->close(connection);
}
