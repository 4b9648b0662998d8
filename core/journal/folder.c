/* SPDX-License-Identifier: MIT
 *
 * The migrations folder: one listing, in which files are found by name.
 */
#include "core/journal/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

typedef struct listing {
    dn_sql_folder *folder;
    dn_arena *arena;
} listing;

/* The migration that an entry is, NULL where it is none; a folder may be one. */
static const char *
file_of(const listing *work, const dn_folder_entry *entry, dn_error *error)
{
    size_t length = strlen(entry->name);
    const char *inner;

    if (entry->name[0] == '.')
        return NULL;
    if (!entry->folder)
        return length > strlen(".sql") && strcmp(entry->name + length - strlen(".sql"), ".sql") == 0
                   ? entry->name
                   : NULL;
    if (strcmp(entry->name, "meta") == 0)
        return NULL;
    inner = dn_path_join(work->arena, entry->name, "migration.sql");
    if (!inner)
        dn_no_memory(error);
    return inner && faccessat(work->folder->fd, inner, F_OK, 0) == 0 ? inner : NULL;
}

static int
start_one(void *context, dn_folder_entry *entry, dn_error *error)
{
    const listing *work = context;
    dn_error problem = {0};
    const char *name = file_of(work, entry, &problem);

    if (problem.status) {
        *error = problem;
        return -1;
    }
    if (!name)
        return 0;
    entry->own = dn_hash_pool_add(&work->folder->pool, name, work->arena, error);
    return entry->own ? 0 : -1;
}

int
dn_sql_folder_open(dn_sql_folder *folder, const char *path, dn_gate *gate, dn_arena *arena,
                   dn_error *error)
{
    *folder = (dn_sql_folder){.fd = -1, .pool = DN_HASH_POOL_INIT};
    folder->pool.gate = gate;
    folder->path = dn_arena_text(arena, path);
    if (!folder->path)
        return dn_no_memory(error);
    folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0 && errno == ENOENT)
        return dn_fail(error, DUNLIN_MISSING, "journal.folder-missing",
                       "there is no migrations folder '%s'", path);
    if (folder->fd < 0)
        return dn_fail_errno(error, errno == ENOTDIR ? "file.not-folder" : "file.unreadable",
                             "cannot read the folder", path);
    folder->pool.fd = folder->fd;
    return dn_folder_visit_all(arena, path, start_one, &(listing){folder, arena}, &folder->names,
                               &folder->count, error);
}

int
dn_sql_folder_keep(dn_sql_folder *folder, dn_arena *arena, dn_error *error)
{
    folder->pool.kept = dn_arena_alloc(arena, DN_HASH_KEPT);
    return folder->pool.kept ? 0 : dn_no_memory(error);
}

int
dn_sql_folder_add(dn_sql_folder *folder, size_t at, const char *name, dn_arena *arena,
                  dn_error *error)
{
    folder->names[at].own = dn_hash_pool_add(&folder->pool, name, arena, error);
    return folder->names[at].own ? 0 : -1;
}

/* A name that is never put together. */
typedef struct wanted_name {
    const char *tag;
    size_t tag_length;
    const char *suffix;
} wanted_name;

static int
compare_wanted(const void *key, const void *element)
{
    const wanted_name *wanted = key;
    const char *name = ((const dn_folder_entry *)element)->name;
    int order = strncmp(wanted->tag, name, wanted->tag_length);

    return order ? order : strcmp(wanted->suffix, name + wanted->tag_length);
}

const char *
dn_sql_folder_find(const dn_sql_folder *folder, const char *tag, size_t length, const char *suffix)
{
    wanted_name wanted = {tag, length, suffix};
    const dn_folder_entry *found = NULL;

    if (folder->count)
        found =
            bsearch(&wanted, folder->names, folder->count, sizeof *folder->names, compare_wanted);
    return found && !found->folder ? found->name : NULL;
}

/* Index of the first name that is not before <tag>. */
static size_t
lower_bound(const dn_sql_folder *folder, const char *tag)
{
    size_t low = 0;
    size_t high = folder->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(folder->names[middle].name, tag) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
dn_sql_folder_has(const dn_sql_folder *folder, const char *tag)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t length = strlen(tag);

    if (dn_sql_folder_find(folder, tag, length, ".sql"))
        return true;
    for (size_t i = lower_bound(folder, tag); i < folder->count; i++) {
        const char *name = folder->names[i].name;
        size_t word;

        if (strncmp(name, tag, length) != 0)
            break;
        if (folder->names[i].folder || name[length] != '.')
            continue;
        word = strspn(name + length + 1, words);
        if (word && strcmp(name + length + 1, "down.sql") != 0 &&
            strcmp(name + length + 1 + word, ".sql") == 0)
            return true;
    }
    return false;
}

int
dn_sql_folder_hash(dn_sql_folder *folder, dn_migration *migrations, size_t count, dn_error *error)
{
    dn_hash_pool_finish(&folder->pool);
    for (size_t i = 0; i < count; i++)
        if (migrations[i].has_file &&
            dn_hash_take(dn_sql_folder_task(folder, migrations[i].file), &migrations[i], error) < 0)
            return -1;
    return 0;
}

/* Index of the first name that is not before "<tag>.". Migrations and listing are both in order
 * nearly always, so it is where the last look-up ended. */
static size_t
first_of(const dn_sql_folder *folder, const char *tag, size_t length)
{
    wanted_name wanted = {tag, length, "."};
    size_t low = 0;
    size_t high = folder->count;
    size_t hint = folder->hint;

    if (hint < high && compare_wanted(&wanted, &folder->names[hint]) <= 0 &&
        (hint == 0 || compare_wanted(&wanted, &folder->names[hint - 1]) > 0))
        return hint;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_wanted(&wanted, &folder->names[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
mark_listed(dn_sql_folder *folder, size_t at)
{
    dn_hash_task *task = dn_sql_folder_task(folder, at);

    if (task)
        task->listed = true;
}

static int
take_file(const dn_sql_folder *folder, size_t at, dn_arena *arena, dn_migration *migration,
          dn_error *error)
{
    migration->file = at;
    migration->has_file = true;
    migration->path = dn_path_join(arena, folder->path, folder->names[at].name);
    return migration->path ? 0 : dn_no_memory(error);
}

/* <tag>/migration.sql, of a folder that was Prisma's. */
static bool
take_inner(const dn_sql_folder *folder, dn_arena *arena, dn_migration *migration)
{
    const wanted_name wanted = {migration->tag, strlen(migration->tag), ""};
    const dn_folder_entry *found = NULL;
    size_t at;

    if (folder->count)
        found =
            bsearch(&wanted, folder->names, folder->count, sizeof *folder->names, compare_wanted);
    at = found ? (size_t)(found - folder->names) : 0;
    if (!found || !found->folder || !dn_sql_folder_task(folder, at))
        return false;
    migration->file = at;
    migration->has_file = true;
    migration->path = dn_path_join(arena, folder->path, dn_sql_folder_task(folder, at)->name);
    return true;
}

int
dn_sql_folder_resolve(dn_sql_folder *folder, const char *override, dn_arena *arena,
                      dn_migration *migration, dn_error *error)
{
    size_t length = strlen(migration->tag);
    size_t file = folder->count;
    bool overridden = false;
    size_t at = first_of(folder, migration->tag, length);

    for (; at < folder->count; at++) {
        const char *name = folder->names[at].name;

        if (strncmp(name, migration->tag, length) != 0 || name[length] != '.')
            break;
        if (folder->names[at].folder)
            continue;
        if (strcmp(name + length, ".sql") == 0) {
            mark_listed(folder, at);
            file = overridden ? file : at;
        } else if (override && strcmp(name + length, override) == 0) {
            overridden = true;
            file = at;
        } else if (strcmp(name + length, ".up.sql") == 0 && file == folder->count) {
            mark_listed(folder, at); /* of a folder that was golang-migrate's or sqlx's */
            file = at;
        } else if (strcmp(name + length, ".down.sql") == 0) {
            migration->down_path = dn_path_join(arena, folder->path, name);
            if (!migration->down_path)
                return dn_no_memory(error);
        }
    }
    folder->hint = at;
    if (file == folder->count && take_inner(folder, arena, migration))
        return migration->path ? 0 : dn_no_memory(error);
    return file < folder->count ? take_file(folder, file, arena, migration, error) : 0;
}
