/* SPDX-License-Identifier: MIT
 *
 * Opening a file and checking what it says about itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/driver/loader.h"

/* A driver once loaded is used until the process ends: client libraries start threads and
 * register handlers, and do not survive being unmapped. */
typedef struct loaded {
    struct loaded *next;
    dn_driver driver;
    char path[];
} loaded;

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static loaded *all;

static int
check_revision(const dunlin_driver *table, const char *path, dn_error *error)
{
    bool newer = table->abi > DUNLIN_DRIVER_ABI ||
                 (table->abi == DUNLIN_DRIVER_ABI && table->revision > DUNLIN_DRIVER_REVISION);

    if (table->abi == DUNLIN_DRIVER_ABI && table->revision == DUNLIN_DRIVER_REVISION)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, newer ? "driver.too-new" : "driver.too-old",
                   "driver '%s' was built for driver interface %u.%u, and this dunlin has the %s "
                   "%u.%u",
                   path, (unsigned)table->abi, (unsigned)table->revision, newer ? "older" : "newer",
                   DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION);
}

/* A driver for a later interface has another symbol. */
static int
no_entry(void *handle, const char *path, dn_error *error)
{
    char symbol[sizeof DUNLIN_DRIVER_ENTRY_SYMBOL + 8];

    for (unsigned abi = DUNLIN_DRIVER_ABI + 1; abi < DUNLIN_DRIVER_ABI + 10; abi++) {
        snprintf(symbol, sizeof symbol, "dunlin_driver_entry_v%u", abi);
        if (dlsym(handle, symbol))
            return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.too-new",
                           "driver '%s' was built for driver interface %u, and this dunlin has "
                           "the older %u",
                           path, abi, DUNLIN_DRIVER_ABI);
    }
    return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.not-a-driver",
                   "'%s' is not a dunlin driver: it has no %s", path, DUNLIN_DRIVER_ENTRY_SYMBOL);
}

/* What a driver cannot do without. */
static const char *
missing_function(const dunlin_driver *table)
{
    const struct {
        const char *name;
        bool present;
    } needed[] = {
        {"url", table->url != NULL},
        {"capabilities", table->capabilities != NULL},
        {"lexer_rules", table->lexer_rules != NULL},
        {"open", table->open != NULL},
        {"close", table->close != NULL},
        {"describe", table->describe != NULL},
        {"run", table->run != NULL},
        {"query", table->query != NULL},
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!needed[i].present)
            return needed[i].name;
    return NULL;
}

/* The file's name without folder and ".so". */
static int
name_of_file(const char *path, char *name, size_t size, dn_error *error)
{
    const char *slash = strrchr(path, '/');
    const char *begin = slash ? slash + 1 : path;
    size_t length = strlen(begin);

    if (length > 3 && strcmp(begin + length - 3, ".so") == 0)
        length -= 3;
    if (length >= size || !dn_driver_name_valid(begin, length))
        return dn_fail(error, DUNLIN_USAGE, "driver.bad-name",
                       "'%s' cannot be a driver: its name is not of the form [a-z0-9_]+.so", path);
    memcpy(name, begin, length);
    name[length] = '\0';
    return 0;
}

static int
check_name(const dunlin_driver *table, const char *path, const char *name, dn_error *error)
{
    if (strcmp(table->name, name) == 0)
        return 0;
    return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.wrong-name",
                   "driver '%s' is refused: it calls itself '%s' and not '%s'", path, table->name,
                   name);
}

/* Copies the smaller of the two sizes, so that absent members read NULL, and checks the rest. */
static int
complete(const dunlin_driver *own, const char *path, const char *name, dunlin_driver *table,
         dn_error *error)
{
    const char *missing;

    if (!own || own->size < offsetof(dunlin_driver, library))
        return dn_fail(error, DUNLIN_INTERNAL, "driver.broken",
                       "driver '%s' broke the contract: its table is %s", path,
                       own ? "too short" : "absent");
    if (check_revision(own, path, error) < 0)
        return -1;
    memset(table, 0, sizeof *table);
    memcpy(table, own, own->size < sizeof *table ? (size_t)own->size : sizeof *table);
    table->size = sizeof *table;
    table->version = table->version ? table->version : "";
    table->description = table->description ? table->description : "";
    table->dialect = table->dialect ? table->dialect : "";
    table->schemes = table->schemes ? table->schemes : "";
    table->name = table->name ? table->name : "";
    if (check_name(table, path, name, error) < 0)
        return -1;
    missing = missing_function(table);
    if (missing)
        return dn_fail(error, DUNLIN_INTERNAL, "driver.broken",
                       "driver '%s' broke the contract: it has no function '%s'", path, missing);
    return 0;
}

/* The dynamic linker's words, which mostly begin with the path that our sentence has already. */
static const char *
why_not(const char *path)
{
    const char *text = dlerror();
    size_t length = strlen(path);

    if (!text)
        return "the system does not say why";
    return strncmp(text, path, length) == 0 && strncmp(text + length, ": ", 2) == 0
               ? text + length + 2
               : text;
}

/* Whether the file itself says that all its symbols are to be found at once (ld -z now). */
static bool
binds_now(void *handle)
{
    struct link_map *map;

    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
        return false;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_BIND_NOW ||
            (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_BIND_NOW) ||
            (entry->d_tag == DT_FLAGS_1 && entry->d_un.d_val & DF_1_NOW))
            return true;
    return false;
}

/* What a driver needs must be there before it is used. What the libraries behind it need is theirs to
 * say: RTLD_NOW would count for them too, and there are dozens behind libpq. */
static void *
open_library(const char *path)
{
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);

    if (!handle || binds_now(handle))
        return handle;
    dlclose(handle);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static int
open_table(const char *path, const char *name, dunlin_driver *table, dn_error *error)
{
    dunlin_driver_entry entry;
    void *handle = open_library(path);

    if (!handle)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "driver.not-loadable",
                       "cannot load driver '%s': %s", path, why_not(path));
    /* The way POSIX gives to turn an object pointer into one to a function. */
    *(void **)&entry = dlsym(handle, DUNLIN_DRIVER_ENTRY_SYMBOL);
    if (!entry)
        return no_entry(handle, path, error);
    return complete(entry(DUNLIN_DRIVER_ABI, DUNLIN_DRIVER_REVISION), path, name, table, error);
}

static const dn_driver *
already(const char *path)
{
    for (const loaded *one = all; one; one = one->next)
        if (strcmp(one->path, path) == 0)
            return &one->driver;
    return NULL;
}

static int
add(const char *path, const char *name, const dn_driver **driver, dn_error *error)
{
    size_t length = strlen(path) + 1;
    loaded *one = dn_malloc(sizeof *one + length);

    if (!one)
        return dn_no_memory(error);
    memset(one, 0, sizeof *one);
    memcpy(one->path, path, length);
    if (open_table(path, name, &one->driver.table, error) < 0) {
        free(one);
        return -1;
    }
    one->driver.path = one->path;
    one->next = all;
    all = one;
    *driver = &one->driver;
    return 0;
}

int
dn_driver_load(const char *path, const dn_driver **driver, dn_error *error)
{
    char name[DN_DRIVER_NAME_LIMIT + 1];
    char real[PATH_MAX];
    int result;

    *driver = NULL;
    if (!realpath(path, real))
        return dn_fail_errno(error, "driver.not-found", "there is no driver", path);
    if (name_of_file(path, name, sizeof name, error) < 0 ||
        dn_driver_check_file(path, false, error) < 0)
        return -1;
    pthread_mutex_lock(&guard);
    *driver = already(real);
    /* One file may have two names, by a link. */
    result =
        *driver ? check_name(&(*driver)->table, path, name, error) : add(real, name, driver, error);
    pthread_mutex_unlock(&guard);
    if (result < 0)
        *driver = NULL;
    return result;
}
