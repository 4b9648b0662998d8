/* SPDX-License-Identifier: MIT
 *
 * The snapshots of drizzle-kit beside a Drizzle journal: each names the one before it. Only their
 * beginnings are read, where drizzle-kit writes both names.
 */
#include "core/journal/parts.h"

#include <fcntl.h>
#include <string.h>

enum { BEGINNING = 1024, ID = 64 };
static const char first_id[] = "00000000-0000-0000-0000-000000000000";

typedef struct snapshot {
    const dn_migration *migration;
    const char *file; /* its name */
    bool exists;
    char id[ID];
    char previous[ID];
} snapshot;

/* The text member `name`, which stands before any other member of that name. */
static void
take_member(const char *text, const char *name, char out[ID])
{
    const char *at = strstr(text, name);
    const char *begin = at ? strchr(at + strlen(name), '"') : NULL;
    size_t length = begin ? strcspn(begin + 1, "\"") : 0;

    if (!begin || length >= ID)
        return;
    memcpy(out, begin + 1, length);
    out[length] = '\0';
}

static void
read_beginning(const char *path, snapshot *one)
{
    dn_auto(dn_fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    char text[BEGINNING + 1];
    ssize_t got = fd < 0 ? -1 : read(fd, text, BEGINNING);

    if (got < 0)
        return;
    text[got] = '\0';
    one->exists = true;
    take_member(text, "\"id\":", one->id);
    take_member(text, "\"prevId\":", one->previous);
}

static int
read_all(const dn_journal *journal, dn_arena *arena, snapshot *list, dn_error *error)
{
    const char *meta = dn_path_folder(arena, journal->path);

    for (size_t i = 0; i < journal->count; i++) {
        const char *tag = journal->migrations[i].tag;
        const char *file =
            dn_arena_printf(arena, "%.*s_snapshot.json", (int)dn_tag_digits(tag), tag);
        const char *path = meta && file ? dn_path_join(arena, meta, file) : NULL;

        if (!path)
            return dn_no_memory(error);
        list[i] = (snapshot){.migration = &journal->migrations[i], .file = file};
        read_beginning(path, &list[i]);
    }
    return 0;
}

static bool
is_known(const snapshot *list, size_t count, const char *id)
{
    if (!*id || strcmp(id, first_id) == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].id, id) == 0)
            return true;
    return false;
}

int
dn_journal_check_snapshots(const dn_journal *journal, dn_arena *arena, dn_findings *findings,
                           dn_error *error)
{
    snapshot *list;

    if (journal->layout != DN_LAYOUT_DRIZZLE || !journal->path)
        return 0;
    list = dn_arena_array(arena, journal->count + 1, sizeof *list);
    if (!list)
        return dn_no_memory(error);
    if (read_all(journal, arena, list, error) < 0)
        return -1;
    for (size_t i = 1; i < journal->count; i++) {
        const snapshot *one = &list[i];
        const snapshot *before = &list[i - 1];
        int answer = 0;

        if (one->exists && strcmp(one->file, before->file) == 0)
            answer = dn_findings_add(findings, arena, DN_WARNING, "snapshot.missing",
                                     one->migration->tag, error,
                                     "'%s' and '%s' have one snapshot, 'meta/%s'",
                                     before->migration->tag, one->migration->tag, one->file);
        else if (!before->exists && !is_known(list, journal->count, one->previous))
            answer = dn_findings_add(
                findings, arena, DN_WARNING, "snapshot.missing", before->migration->tag, error,
                "'meta/%s' is missing, and 'meta/%s' builds on it", before->file, one->file);
        if (answer < 0)
            return -1;
    }
    return 0;
}
