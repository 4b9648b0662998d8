/* SPDX-License-Identifier: MIT
 *
 * For tests of the SQLite driver with files: each has an empty folder of its own, which is the
 * working folder.
 */
#ifndef TESTS_CONFORMANCE_SQLITE_FOLDER_H
#define TESTS_CONFORMANCE_SQLITE_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "tests/conformance/fake_host.h"

extern const dunlin_driver *driver;
extern fake_host host;
extern char folder[PATH_MAX];

int make_folder(void **state);
int remove_folder(void **state);

/* A text that names the test's folder; a few of the last ones stay good. */
const char *with_folder(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool exists(const char *path);
void write_file(const char *path, const char *text, size_t length);

/* A database with a table t of one row, `a` = 1. */
void make_database(const char *path);
/* Asserts the values of t.a, one a line, and that the database is sound. */
void assert_holds(const char *path, const char *rows);

#endif
