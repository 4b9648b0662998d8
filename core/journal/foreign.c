/* SPDX-License-Identifier: MIT
 *
 * The folders of other tools: whose they are, and their migrations in the order of their tool.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/journal/markup.h"
#include "core/journal/parts.h"

#define PRISMA_LOCK "migration_lock.toml"

enum { HEAD_BYTES = 4096, HEADS_READ = 3 };

/* --- whose it is ------------------------------------------------------------------------------------ */

static bool
has_file(const dn_sql_folder *folder, const char *name)
{
    return dn_sql_folder_find(folder, name, strlen(name), "") != NULL;
}

/* Does it have files of which this layout alone makes migrations? 1, 0, or -1: no memory. */
static int
has_names(const dn_sql_folder *folder, dn_layout layout, const char *ending, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    for (size_t i = 0; i < folder->count; i++) {
        const dn_folder_entry *entry = &folder->names[i];
        size_t length = strlen(entry->name);
        size_t size = strlen(ending);

        /* A program beside files of SQL is something else. */
        if (layout == DN_LAYOUT_KNEX && dn_tag_digits(entry->name) == 0)
            continue;
        if (entry->folder || length <= size || strcmp(entry->name + length - size, ending) != 0)
            continue;
        if (dn_layout_tag(layout, entry->name, &arena, error))
            return 1;
        if (error->id[0])
            return -1;
    }
    return 0;
}

/* A file of SQL that begins with the words of a tool. */
static bool
find_marks(const dn_sql_folder *folder, dn_layout *layout)
{
    size_t read_so_far = 0;

    for (size_t i = 0; i < folder->count && read_so_far < HEADS_READ; i++) {
        const char *name = folder->names[i].name;
        size_t length = strlen(name);
        char head[HEAD_BYTES];
        ssize_t got;

        if (folder->names[i].folder || name[0] == '.' || length < 5 ||
            strcmp(name + length - 4, ".sql") != 0)
            continue;
        dn_auto(dn_fd) fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        got = fd < 0 ? -1 : read(fd, head, sizeof head);
        read_so_far++;
        if (got > 0 && dn_markup_owner(head, (size_t)got, layout))
            return true;
    }
    return false;
}

int
dn_foreign_detect(const dn_sql_folder *folder, dn_layout *layout, bool *ambiguous, dn_error *error)
{
    static const struct {
        dn_layout layout;
        const char *ending;
    } names[] = {
        {DN_LAYOUT_GOLANG_MIGRATE, ".up.sql"},
        {DN_LAYOUT_FLYWAY, ".sql"},
        {DN_LAYOUT_KNEX, "s"},
    };

    *ambiguous = false;
    if (has_file(folder, PRISMA_LOCK)) {
        *layout = DN_LAYOUT_PRISMA;
        return 1;
    }
    if (has_file(folder, "atlas.sum")) {
        *layout = DN_LAYOUT_ATLAS;
        return 1;
    }
    if (find_marks(folder, layout))
        return 1;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int found = has_names(folder, names[i].layout, names[i].ending, error);

        if (!found)
            continue;
        *layout = names[i].layout;
        /* sqlx names pairs of files alike; its table tells. */
        *ambiguous = *layout == DN_LAYOUT_GOLANG_MIGRATE;
        return found;
    }
    return 0;
}

/* --- its migrations --------------------------------------------------------------------------------- */

typedef struct foreign_reading {
    dn_journal *journal;
    dn_sql_folder *folder;
    const dn_layout_form *form;
    dn_arena *arena;
    size_t capacity;
    dn_error *error;
} foreign_reading;

static int
leave_out(foreign_reading *work, const char *name, const char *why)
{
    dn_auto(dn_text) shown = DN_TEXT_INIT;

    dn_text_add_visible(&shown, name, strlen(name), 60);
    if (shown.failed)
        return dn_no_memory(work->error);
    return dn_findings_add(&work->journal->findings, work->arena, DN_NOTE, "journal.left-out", NULL,
                           work->error, "'%s' in '%s' %s; it is left out", shown.data,
                           work->journal->folder, why);
}

static int
add(foreign_reading *work, size_t at, const char *tag, const char *name)
{
    dn_journal *journal = work->journal;
    dn_migration migration = {.tag = tag,
                              .layout = journal->layout,
                              .has_file = true,
                              .file = at,
                              .code = work->form->code};
    const char *fault = dn_tag_fault(tag, strlen(tag));

    if (fault)
        return dn_findings_add(&journal->findings, work->arena, DN_ERROR_FINDING,
                               "journal.bad-file-name", NULL, work->error,
                               "the name of a file in '%s' %s; the file is left out",
                               journal->folder, fault);
    migration.key = dn_layout_key(journal->layout, tag, work->arena);
    migration.path = dn_path_join(work->arena, work->folder->path, name);
    migration.repeated = dn_layout_is_repeated(journal->layout, tag);
    if (work->form->down) {
        const char *down = dn_sql_folder_find(work->folder, tag, strlen(tag), work->form->down);

        if (down)
            migration.down_path = dn_path_join(work->arena, work->folder->path, down);
    }
    journal->migrations = dn_arena_grow(work->arena, journal->migrations, &work->capacity,
                                        journal->count + 1, sizeof *journal->migrations);
    if (!migration.key || !migration.path || !journal->migrations)
        return dn_no_memory(work->error);
    if (work->form->code && dn_sql_folder_add(work->folder, at, name, work->arena, work->error) < 0)
        return -1;
    journal->migrations[journal->count++] = migration;
    return 0;
}

static bool
ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t size = strlen(ending);

    return length > size && strcmp(name + length - size, ending) == 0;
}

static int
take_file(foreign_reading *work, size_t at)
{
    const char *name = work->folder->names[at].name;
    const char *tag = dn_layout_tag(work->journal->layout, name, work->arena, work->error);
    bool undo = work->form->naming == DN_NAMING_VERSION && name[0] == 'U';

    if (tag)
        return add(work, at, tag, name);
    if (work->error->status)
        return -1;
    if (!ends_in(name, ".sql") || undo || (work->form->down && ends_in(name, work->form->down)))
        return 0;
    return leave_out(
        work, name,
        dn_arena_printf(work->arena, "is not named as %s names migrations", work->form->title));
}

static int
take_folder(foreign_reading *work, size_t at)
{
    const char *tag = work->folder->names[at].name;
    const dn_hash_task *task = dn_sql_folder_task(work->folder, at);

    if (!task)
        return leave_out(work, tag, "has no migration.sql");
    return add(work, at, tag, task->name);
}

static int
collect(foreign_reading *work)
{
    for (size_t i = 0; i < work->folder->count; i++) {
        int answer = 0;

        if (work->folder->names[i].folder == work->form->folders)
            answer = work->form->folders ? take_folder(work, i) : take_file(work, i);
        if (answer < 0)
            return -1;
    }
    return 0;
}

static int
compare(const void *a, const void *b, void *context)
{
    const dn_journal *journal = context;

    return dn_layout_compare(journal->layout, ((const dn_migration *)a)->tag,
                             ((const dn_migration *)b)->tag);
}

static int
check_keys(foreign_reading *work)
{
    const dn_journal *journal = work->journal;

    for (size_t i = 1; i < journal->count; i++) {
        const dn_migration *first = &journal->migrations[i - 1];
        const dn_migration *second = &journal->migrations[i];

        if (strcmp(first->key, second->key) == 0 &&
            dn_findings_add(
                &work->journal->findings, work->arena, DN_ERROR_FINDING,
                "journal.duplicate-version", NULL, work->error,
                "'%s' and '%s' have the same version %s, so %s records only one of them",
                first->tag, second->tag, first->key, work->form->title) < 0)
            return -1;
    }
    return 0;
}

/* provider = "postgresql" */
static int
take_provider(foreign_reading *work)
{
    const char *path = dn_path_join(work->arena, work->folder->path, PRISMA_LOCK);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *at;
    size_t length;

    if (!path)
        return dn_no_memory(work->error);
    if (work->journal->dialect || !has_file(work->folder, PRISMA_LOCK))
        return 0;
    if (dn_file_read(path, &text, work->error) < 0)
        return -1;
    at = text.data ? strstr(text.data, "\nprovider") : NULL;
    at = at ? strchr(at, '"') : NULL;
    length = at ? strcspn(at + 1, "\"\n") : 0;
    if (!length)
        return 0;
    work->journal->dialect = dn_arena_copy(work->arena, at + 1, length);
    return work->journal->dialect ? 0 : dn_no_memory(work->error);
}

int
dn_foreign_read(dn_journal *journal, dn_sql_folder *folder, dn_arena *arena, dn_error *error)
{
    foreign_reading work = {.journal = journal,
                            .folder = folder,
                            .form = dn_layout_form_of(journal->layout),
                            .arena = arena,
                            .error = error};

    if (collect(&work) < 0)
        return -1;
    if (journal->count)
        qsort_r(journal->migrations, journal->count, sizeof *journal->migrations, compare, journal);
    if (check_keys(&work) < 0 || (journal->layout == DN_LAYOUT_PRISMA && take_provider(&work) < 0))
        return -1;
    return 0;
}
