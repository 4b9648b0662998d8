/* SPDX-License-Identifier: MIT
 *
 * Where drivers are looked for. Never the working folder, and never a path from a project's
 * files: to clone a repository must not be enough to run its code.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/driver/loader.h"

#ifndef DUNLIN_DRIVER_DIR
#define DUNLIN_DRIVER_DIR "/usr/local/lib/dunlin/drivers"
#endif

/* Folders carry the number of the ABI; its macro has a suffix and cannot be pasted. */
#define ABI_FOLDER "0"
_Static_assert(DUNLIN_DRIVER_ABI == 0, "ABI_FOLDER must be the number of the ABI");

static const char from_option[] = "--driver-path";
static const char from_variable[] = "DUNLIN_DRIVER_PATH";
static const char from_program[] = "program";
static const char from_system[] = "system";
static const char from_user[] = "user";

/* Names that the user's folder cannot give: a database of everybody's must not be opened by code
 * that landed in one home folder. */
static const char *const official[] = {"sqlite", "postgres", "mysql"};

typedef struct place_list {
    dn_arena *arena;
    dn_driver_place *places;
    size_t count;
    size_t capacity;
    dn_error *error;
} place_list;

/* `folder` NULL: no memory was left to make it. */
static int
add_place(place_list *list, const char *source, char *folder)
{
    struct stat about;
    dn_driver_place *place;
    char real[PATH_MAX];

    if (!folder)
        return dn_no_memory(list->error);
    /* A relative one would lead to wherever the program happens to be started. */
    if (folder[0] == '/' && realpath(folder, real) && !(folder = dn_arena_text(list->arena, real)))
        return dn_no_memory(list->error);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->places[i].path, folder) == 0)
            return 0;
    list->places = dn_arena_grow(list->arena, list->places, &list->capacity, list->count + 1,
                                 sizeof *list->places);
    if (!list->places)
        return dn_no_memory(list->error);
    place = &list->places[list->count++];
    *place = (dn_driver_place){.path = folder, .source = source};
    place->exists = stat(folder, &about) == 0 && S_ISDIR(about.st_mode);
    if (folder[0] != '/')
        place->ignored = "it is not an absolute path";
    return 0;
}

static int
add_variable(place_list *list)
{
    const char *from = secure_getenv(from_variable);

    while (from && *from) {
        size_t length = strcspn(from, ":");

        if (length && add_place(list, from_variable, dn_arena_copy(list->arena, from, length)) < 0)
            return -1;
        from += length;
        from += *from == ':';
    }
    return 0;
}

/* Beside the program: <prefix>/lib for <prefix>/bin/dunlin, in a build tree as well. */
static int
add_program(place_list *list)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    const char *folder;

    if (length <= 0)
        return 0;
    program[length] = '\0';
    folder = dn_path_folder(list->arena, program);
    if (!folder)
        return dn_no_memory(list->error);
    if (add_place(list, from_program,
                  dn_arena_printf(list->arena, "%s/../lib/dunlin/drivers/" ABI_FOLDER, folder)) < 0)
        return -1;
    return add_place(list, from_program,
                     dn_arena_printf(list->arena, "%s/lib/dunlin/drivers/" ABI_FOLDER, folder));
}

static int
add_user(place_list *list)
{
    const char *data = secure_getenv("XDG_DATA_HOME");
    const char *home = secure_getenv("HOME");

    if (data && data[0] == '/')
        return add_place(list, from_user,
                         dn_arena_printf(list->arena, "%s/dunlin/drivers/" ABI_FOLDER, data));
    if (home && home[0] == '/')
        return add_place(
            list, from_user,
            dn_arena_printf(list->arena, "%s/.local/share/dunlin/drivers/" ABI_FOLDER, home));
    return 0;
}

int
dn_driver_place_list(const dn_driver_places *places, dn_arena *arena, dn_driver_place **found,
                     size_t *count, dn_error *error)
{
    place_list list = {.arena = arena, .error = error};

    if (places && places->option && places->option[0] &&
        add_place(&list, from_option, dn_path_absolute(arena, places->option)) < 0)
        return -1;
    if (add_variable(&list) < 0 || add_program(&list) < 0 ||
        add_place(&list, from_system, dn_arena_text(arena, DUNLIN_DRIVER_DIR "/" ABI_FOLDER)) < 0 ||
        add_user(&list) < 0)
        return -1;
    *found = list.places;
    *count = list.count;
    return 0;
}

static bool
is_user(const dn_driver_place *place)
{
    return place->source == from_user;
}

/* Loads what stands at `path`, by the rules of its place. */
static int
take(const dn_driver_place *place, const char *name, const char *path, const dn_driver **driver,
     dn_error *error)
{
    if (is_user(place)) {
        for (size_t i = 0; i < sizeof official / sizeof official[0]; i++)
            if (strcmp(official[i], name) == 0)
                return dn_fail(error, DUNLIN_PERMISSION, "driver.refused",
                               "driver '%s' is refused: the name '%s' belongs to a driver that "
                               "comes with dunlin and is not taken from a user's folder",
                               path, name);
        if (dn_driver_check_file(path, true, error) < 0)
            return -1;
    }
    return dn_driver_load(path, driver, error);
}

/* --- listing --- */
typedef struct found_list {
    dn_arena *arena;
    dn_driver_found *found;
    size_t count;
    size_t capacity;
    bool load; /* fill `driver` and `refused` */
    dn_error *error;
} found_list;

static const dn_driver_found *
earlier(const found_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->found[i].name, name) == 0)
            return &list->found[i];
    return NULL;
}

static int
add_found(found_list *list, const dn_driver_place *place, const char *file, size_t length)
{
    const dn_driver_found *before;
    dn_driver_found *entry;
    dn_error reason;

    list->found = dn_arena_grow(list->arena, list->found, &list->capacity, list->count + 1,
                                sizeof *list->found);
    if (!list->found)
        return dn_no_memory(list->error);
    entry = &list->found[list->count];
    *entry = (dn_driver_found){.folder = place->path, .source = place->source};
    entry->name = dn_arena_copy(list->arena, file, length);
    entry->path = dn_path_join(list->arena, place->path, file);
    if (!entry->name || !entry->path)
        return dn_no_memory(list->error);
    before = earlier(list, entry->name);
    list->count++;
    if (before)
        entry->refused = dn_arena_printf(list->arena, "'%s' comes first", before->path);
    else if (!list->load || take(place, entry->name, entry->path, &entry->driver, &reason) == 0)
        return 0;
    else if (reason.status != DUNLIN_NO_MEMORY)
        entry->refused = dn_arena_text(list->arena, reason.message);
    entry->shadowed = before != NULL;
    return entry->refused ? 0 : dn_no_memory(list->error);
}

static int
list_place(found_list *list, const dn_driver_place *place)
{
    dn_folder_entry *entries;
    size_t count;
    dn_error reason;

    if (!place->exists || place->ignored)
        return 0;
    /* A folder that cannot be read offers nothing. */
    if (dn_folder_list(list->arena, place->path, &entries, &count, &reason) < 0)
        return reason.status == DUNLIN_NO_MEMORY ? dn_no_memory(list->error) : 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(entries[i].name);

        if (entries[i].folder || length <= 3 || strcmp(entries[i].name + length - 3, ".so") != 0)
            continue;
        if (add_found(list, place, entries[i].name, length - 3) < 0)
            return -1;
    }
    return 0;
}

static int
list_all(found_list *list, const dn_driver_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list_place(list, &places[i]) < 0)
            return -1;
    return 0;
}

int
dn_driver_list(const dn_driver_places *places, dn_arena *arena, dn_driver_found **found,
               size_t *count, dn_error *error)
{
    found_list list = {.arena = arena, .load = true, .error = error};
    dn_driver_place *all;
    size_t place_count;

    if (dn_driver_place_list(places, arena, &all, &place_count, error) < 0 ||
        list_all(&list, all, place_count) < 0)
        return -1;
    *found = list.found;
    *count = list.count;
    return 0;
}

/* --- finding --- */
static int
by_name(const dn_driver_place *places, size_t count, const char *name, const dn_driver **driver,
        dn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat about;
        int length = snprintf(path, sizeof path, "%s/%s.so", places[i].path, name);

        if (places[i].ignored || length < 0 || (size_t)length >= sizeof path ||
            lstat(path, &about) < 0)
            continue;
        return take(&places[i], name, path, driver, error);
    }
    return 0;
}

static bool
has_scheme(const dn_driver *driver, const char *name)
{
    size_t length = strlen(name);
    const char *from = driver->table.schemes;

    while (*from) {
        size_t word = strcspn(from, " ");

        if (word == length && strncmp(from, name, length) == 0)
            return true;
        from += word;
        from += strspn(from, " ");
    }
    return false;
}

static size_t
common(const char *a, const char *b)
{
    size_t length = 0;

    while (a[length] && a[length] == b[length])
        length++;
    return length;
}

/* Asks the drivers present, and notes in the list why one could not be asked. Loading one costs
 * milliseconds (client libraries), so those whose names begin most like the alias come first; the
 * first that knows it is taken. */
static int
by_alias(found_list *list, const char *name, const dn_driver **driver, dn_error *error)
{
    dn_error reason;

    for (size_t nearest = strlen(name) + 1; nearest-- > 0;) {
        for (size_t i = 0; i < list->count; i++) {
            dn_driver_found *one = &list->found[i];
            dn_driver_place place = {.path = one->folder, .source = one->source};
            const dn_driver *candidate = NULL;

            if (one->shadowed || common(one->name, name) != nearest)
                continue;
            if (take(&place, one->name, one->path, &candidate, &reason) < 0) {
                one->refused = reason.status == DUNLIN_NO_MEMORY
                                   ? NULL
                                   : dn_arena_text(list->arena, reason.message);
                if (!one->refused)
                    return dn_no_memory(error);
            } else if (has_scheme(candidate, name)) {
                *driver = candidate;
                return 0;
            }
        }
    }
    return 0;
}

static int
not_found(const dn_driver_place *places, size_t count, const found_list *list, const char *name,
          dn_error *error)
{
    dn_fail(error, DUNLIN_USAGE, "driver.not-found", "there is no driver '%s'", name);
    for (size_t i = 0; i < count; i++) {
        const char *state = places[i].ignored  ? places[i].ignored
                            : places[i].exists ? NULL
                                               : "no such folder";

        dn_while(error, "looking in '%s' (%s%s%s)", places[i].path, places[i].source,
                 state ? "; " : "", state ? state : "");
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->found[i].refused && !list->found[i].shadowed)
            dn_while(error, "asking what is there: %s", list->found[i].refused);
    return -1;
}

int
dn_driver_find(const dn_driver_places *places, const char *name, const dn_driver **driver,
               dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    found_list list = {.arena = &arena, .error = error};
    dn_driver_place *all;
    size_t count;

    *driver = NULL;
    if (!dn_driver_name_valid(name, strlen(name)))
        return dn_fail(error, DUNLIN_USAGE, "driver.bad-name",
                       "'%.200s' cannot be the name of a driver: only a-z, 0-9 and _ may stand "
                       "in it",
                       name);
    if (dn_driver_place_list(places, &arena, &all, &count, error) < 0 ||
        by_name(all, count, name, driver, error) < 0)
        return -1;
    if (*driver)
        return 0;
    if (list_all(&list, all, count) < 0 || by_alias(&list, name, driver, error) < 0)
        return -1;
    return *driver ? 0 : not_found(all, count, &list, name, error);
}
