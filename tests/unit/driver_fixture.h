/* SPDX-License-Identifier: MIT
 *
 * For tests of core/driver: where the test drivers were built, folders to put copies in, and
 * scripts for the scripted driver. Include it after cmocka.h.
 */
#ifndef DN_TEST_DRIVER_FIXTURE_H
#define DN_TEST_DRIVER_FIXTURE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/driver/driver.h"

typedef struct driver_fixture {
    char folder[64]; /* fresh for each test; its real path */
    dn_arena arena;
    dn_error error;
    int scripts;
} driver_fixture;

/* DUNLIN_TEST_DRIVERS, or where libtool leaves modules in the build tree. */
static inline const char *
modules_folder(driver_fixture *fixture)
{
    const char *given = getenv("DUNLIN_TEST_DRIVERS");
    const char *build = getenv("BUILD");

    if (given)
        return given;
    return dn_path_join(&fixture->arena, build ? build : ".", "tests/drivers/.libs");
}

static inline int
setup_fixture(void **state)
{
    driver_fixture *fixture = calloc(1, sizeof *fixture);

    if (!fixture)
        return -1;
    memcpy(fixture->folder, "/tmp/dunlin-driver-XXXXXX", sizeof "/tmp/dunlin-driver-XXXXXX");
    if (!mkdtemp(fixture->folder))
        return -1;
    /* Nothing of the machine's own is to be found. */
    setenv("XDG_DATA_HOME", dn_path_join(&fixture->arena, fixture->folder, "data"), 1);
    unsetenv("DUNLIN_DRIVER_PATH");
    unsetenv("DUNLIN_SCRIPTED");
    *state = fixture;
    return 0;
}

static inline void
remove_folder(dn_arena *arena, const char *path)
{
    dn_folder_entry *entries;
    size_t count;
    dn_error error;

    if (dn_folder_list(arena, path, &entries, &count, &error) < 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        const char *inner = dn_path_join(arena, path, entries[i].name);

        if (entries[i].folder && unlink(inner) < 0)
            remove_folder(arena, inner);
        else
            unlink(inner);
    }
    rmdir(path);
}

static inline int
teardown_fixture(void **state)
{
    driver_fixture *fixture = *state;

    remove_folder(&fixture->arena, fixture->folder);
    dn_arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

static inline const char *
inside(driver_fixture *fixture, const char *name)
{
    return dn_path_join(&fixture->arena, fixture->folder, name);
}

static inline const char *
make_folder(driver_fixture *fixture, const char *name)
{
    const char *path = inside(fixture, name);

    assert_int_equal(dn_folder_create(path, &fixture->error), 0);
    return path;
}

/* Copies a test driver's file to <fixture>/<folder>/<name>.so, mode 644. */
static inline const char *
place_driver(driver_fixture *fixture, const char *module, const char *folder, const char *name)
{
    const char *from =
        dn_arena_printf(&fixture->arena, "%s/%s.so", modules_folder(fixture), module);
    const char *path =
        dn_arena_printf(&fixture->arena, "%s/%s.so", make_folder(fixture, folder), name);
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_file_read(from, &text, &fixture->error) < 0)
        fail_msg("the test drivers are not there: %s", fixture->error.message);
    assert_int_equal(dn_file_write(path, text.data, text.length, &fixture->error), 0);
    assert_int_equal(chmod(path, 0644), 0);
    return path;
}

/* Makes `text` the script of the scripted driver. */
static inline void
set_script(driver_fixture *fixture, const char *text)
{
    const char *path =
        dn_arena_printf(&fixture->arena, "%s/script-%d", fixture->folder, fixture->scripts++);

    assert_int_equal(dn_file_write(path, text, strlen(text), &fixture->error), 0);
    setenv("DUNLIN_SCRIPTED", path, 1);
}

/* What went otherwise than scripted; "" when nothing did. */
static inline const char *
complaints(driver_fixture *fixture)
{
    const char *path = dn_arena_printf(&fixture->arena, "%s.complaints", getenv("DUNLIN_SCRIPTED"));
    dn_text text = DN_TEXT_INIT;
    dn_error ignored;
    const char *result = "";

    if (dn_file_read(path, &text, &ignored) == 0)
        result = dn_arena_copy(&fixture->arena, text.data, text.length);
    dn_text_free(&text);
    return result;
}

static inline const dn_driver *
load_module(driver_fixture *fixture, const char *module)
{
    const char *path =
        dn_arena_printf(&fixture->arena, "%s/%s.so", modules_folder(fixture), module);
    const dn_driver *driver;

    if (dn_driver_load(path, &driver, &fixture->error) < 0)
        fail_msg("%s", fixture->error.message);
    return driver;
}

static inline dn_connection *
open_scripted(driver_fixture *fixture, const char *script, dn_log log)
{
    const dn_open_options options = {.log = log};
    dn_connection *connection;

    set_script(fixture, script);
    if (dn_connection_open(load_module(fixture, "scripted"), "scripted:secret", &options,
                           &connection, &fixture->error) < 0)
        fail_msg("%s", fixture->error.message);
    return connection;
}

#endif
