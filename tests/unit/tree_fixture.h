/* SPDX-License-Identifier: MIT
 *
 * For tests that work on files: a folder of their own, filled from tests/fixtures or by hand, and
 * taken away afterwards. Include after <cmocka.h>.
 */
#ifndef TREE_FIXTURE_H
#define TREE_FIXTURE_H

#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"

static char tree[64]; /* the folder, absolute */

static inline int
tree_make(void **state)
{
    (void)state;
    snprintf(tree, sizeof tree, "/tmp/dunlin-test-XXXXXX");
    return mkdtemp(tree) ? 0 : -1;
}

static inline int
tree_remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
    (void)status;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline int
tree_remove(void **state)
{
    (void)state;
    return nftw(tree, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of something in the tree; holds until the eighth call after this one. */
static inline const char *
at(const char *name)
{
    static char paths[8][PATH_MAX];
    static size_t next;
    char *path = paths[next++ % 8];

    snprintf(path, PATH_MAX, "%s%s%s", tree, *name ? "/" : "", name);
    return path;
}

/* Writes bytes, making the folders they need. */
static inline void
put_bytes(const char *name, const void *data, size_t length)
{
    char path[PATH_MAX];
    FILE *file;

    snprintf(path, sizeof path, "%s/%.3000s", tree, name);
    for (char *slash = path + strlen(tree) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static inline void
put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* The text of a file; the caller frees it. */
static inline char *
get_path(const char *path, size_t *length)
{
    dn_text text = DN_TEXT_INIT;
    dn_error error;

    if (dn_file_read(path, &text, &error) < 0)
        fail_msg("%s", error.message);
    if (length)
        *length = text.length;
    return text.data;
}

static inline char *
get(const char *name)
{
    return get_path(at(name), NULL);
}

/* Rights mean nothing to root, so what tests them runs as somebody else in between. */
static inline void
drop_rights(void)
{
    if (geteuid() == 0) {
        assert_int_equal(chmod(tree, 0755), 0);
        assert_int_equal(seteuid(65534), 0);
    }
}

static inline void
regain_rights(void)
{
    assert_int_equal(seteuid(getuid()), 0);
}

static char copied_from[PATH_MAX];
static char copied_to[PATH_MAX];

static inline int
tree_copy_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    char name[PATH_MAX];
    size_t length = 0;
    char *data;

    (void)status;
    (void)place;
    if (kind != FTW_F)
        return 0;
    data = get_path(path, &length);
    snprintf(name, sizeof name, "%.1000s%.1000s", copied_to, path + strlen(copied_from));
    put_bytes(name, data, length);
    free(data);
    return 0;
}

/* Copies tests/fixtures/<fixture> to <name> in the tree. */
static inline void
copy_fixture(const char *fixture, const char *name)
{
    const char *source = getenv("SRC");

    snprintf(copied_from, sizeof copied_from, "%s/tests/fixtures/%s", source ? source : ".",
             fixture);
    snprintf(copied_to, sizeof copied_to, "%s", name);
    assert_int_equal(nftw(copied_from, tree_copy_one, 16, FTW_PHYS), 0);
}

/* Replaces the first occurrence of a text in a file. */
static inline void
replace(const char *name, const char *what, const char *with)
{
    char *text = get(name);
    char *found = strstr(text, what);
    size_t size = strlen(text) + strlen(with) + 1;
    char *changed = malloc(size);

    assert_non_null(found);
    assert_non_null(changed);
    snprintf(changed, size, "%.*s%s%s", (int)(found - text), text, with, found + strlen(what));
    put(name, changed);
    free(changed);
    free(text);
}

#endif
