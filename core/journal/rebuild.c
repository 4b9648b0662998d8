/* SPDX-License-Identifier: MIT
 *
 * The journal as the files say. It is read if it can be, else salvaged; then entries and files are
 * brought together, numbered and written.
 */
#include "core/journal/parts.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "core/drizzle/drizzle.h"

typedef struct rebuilding {
    const dn_journal_options *options;
    dn_arena *arena;
    dn_findings *changes;
    dn_sql_folder folder;
    dn_fd lock;
    dn_journal journal;
    dn_json original; /* what unknown members are taken from; no root: nothing */
    dn_text before;   /* the journal's bytes, empty when there is none */
    dn_journal_form form;
    const char *path;   /* of the journal */
    dn_migration *list; /* the new entries */
    size_t count;
} rebuilding;

static void
rebuilding_cleanup(rebuilding *work)
{
    dn_sql_folder_cleanup(&work->folder);
    dn_fd_cleanup(&work->lock);
    dn_json_free(&work->original);
    dn_text_free(&work->before);
}

int
dn_journal_lock(const char *folder, dn_fd *lock, dn_error *error)
{
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return dn_fail_errno(error, "file.unreadable", "cannot open the folder", folder);
    /* A file system without locks is no reason to write nothing. */
    (void)flock(*lock, LOCK_EX);
    return 0;
}

/* --- what there is ---------------------------------------------------------------------------- */

static int
read_snapshot(rebuilding *work, const char *path, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_json) json = {0};
    const cJSON *version;
    const cJSON *dialect;

    if (dn_file_read(path, &text, error) < 0 ||
        dn_json_parse(&json, path, text.data, text.length, false, "journal.syntax", error) < 0) {
        if (error->status == DUNLIN_NO_MEMORY)
            return -1;
        dn_error_clear(error);
        return 0;
    }
    version = cJSON_GetObjectItemCaseSensitive(json.root, "version");
    dialect = cJSON_GetObjectItemCaseSensitive(json.root, "dialect");
    if (cJSON_IsString(version))
        work->form.entry_version = dn_arena_text(work->arena, version->valuestring);
    if (cJSON_IsString(dialect))
        work->form.dialect = dn_arena_text(work->arena, dialect->valuestring);
    if ((cJSON_IsString(version) && !work->form.entry_version) ||
        (cJSON_IsString(dialect) && !work->form.dialect))
        return dn_no_memory(error);
    return 0;
}

/* Without a legible journal, the configuration or Drizzle's snapshots beside it tell whose folder it is. */
static int
guess_form(rebuilding *work, dn_error *error)
{
    const dn_journal_options *options = work->options;
    const char *meta = dn_path_join(work->arena, work->folder.path, "meta");
    dn_folder_entry *entries = NULL;
    size_t count = 0;

    work->form.layout = DN_LAYOUT_NATIVE;
    work->form.dialect = options->dialect;
    if (options->layout && options->database &&
        strcmp(options->layout, dn_layout_name(DN_LAYOUT_DRIZZLE)) == 0) {
        work->form.layout = DN_LAYOUT_DRIZZLE;
        work->form.dialect = options->database;
        work->form.entry_version = dn_drizzle_snapshot_version(options->database);
    }
    if (!meta)
        return dn_no_memory(error);
    if (!dn_file_exists(meta))
        return 0;
    if (dn_folder_list(work->arena, meta, &entries, &count, error) < 0)
        return -1;
    while (count--) {
        const char *end = strstr(entries[count].name, "_snapshot.json");
        const char *path;

        if (!end || end[strlen("_snapshot.json")] || entries[count].folder)
            continue;
        work->form.layout = DN_LAYOUT_DRIZZLE;
        path = dn_path_join(work->arena, meta, entries[count].name);
        return path ? read_snapshot(work, path, error) : dn_no_memory(error);
    }
    return 0;
}

bool
dn_journal_is_illegible(const dn_error *error)
{
    static const char *const ids[] = {"journal.syntax", "journal.type", "journal.bad-tag"};

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (strcmp(error->id, ids[i]) == 0)
            return true;
    return false;
}

static int
salvage(rebuilding *work, const char *reason, dn_error *error)
{
    dn_auto(dn_text) repaired = DN_TEXT_INIT;

    if (dn_journal_salvage(work->before.data ? work->before.data : "", work->before.length,
                           &work->form, &repaired, error) < 0 ||
        dn_journal_read_text(work->options, &repaired, work->arena, &work->journal, error) < 0 ||
        dn_json_parse(&work->original, work->path, repaired.data, repaired.length, false,
                      "journal.syntax", error) < 0)
        return -1;
    return dn_findings_add(work->changes, work->arena, DN_WARNING, "journal.salvaged", NULL, error,
                           "the journal was not legible; %zu of its entries were (%s)",
                           work->journal.count, reason);
}

static int
read_journal(rebuilding *work, dn_error *error)
{
    dn_error problem = {0};

    if (dn_sql_folder_open(&work->folder, work->options->folder, NULL, work->arena, error) < 0)
        return -1;
    work->path = dn_path_join(work->arena, work->folder.path, DN_JOURNAL_NAME);
    if (!work->path)
        return dn_no_memory(error);
    if (guess_form(work, error) < 0)
        return -1;
    if (dn_file_read(work->path, &work->before, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return -1;
        dn_error_clear(error);
        return dn_journal_read(work->options, work->arena, &work->journal, error);
    }
    if (dn_journal_read_text(work->options, &work->before, work->arena, &work->journal, &problem) <
        0) {
        if (dn_journal_is_illegible(&problem))
            return salvage(work, problem.message, error);
        *error = problem;
        return -1;
    }
    return dn_json_parse(&work->original, work->path, work->before.data, work->before.length, false,
                         "journal.syntax", error);
}

/* --- entries and files together --------------------------------------------------------------- */

static int
append_new(rebuilding *work, const dn_migration *file, dn_error *error)
{
    dn_migration *entry = &work->list[work->count++];

    *entry = *file;
    entry->entry = 0;
    entry->when_ms = 0;
    return dn_findings_add(work->changes, work->arena, DN_NOTE, "journal.added", file->tag, error,
                           "'%s' is added as entry %zu", file->tag, work->count);
}

static int
bring_together(rebuilding *work, dn_error *error)
{
    const dn_journal *journal = &work->journal;
    bool none = !journal->path;
    const dn_migration *files = none ? journal->migrations : journal->unlisted;
    size_t file_count = none ? journal->count : journal->unlisted_count;
    size_t entry_count = none ? 0 : journal->count;
    size_t next = 0;

    work->list = dn_arena_array(work->arena, file_count + entry_count + 1, sizeof *work->list);
    if (!work->list)
        return dn_no_memory(error);
    for (size_t i = 0; i < entry_count; i++) {
        const dn_migration *entry = &journal->migrations[i];

        if (!entry->has_file && !dn_sql_folder_has(&work->folder, entry->tag)) {
            if (dn_findings_add(work->changes, work->arena, DN_WARNING, "journal.removed",
                                entry->tag, error, "'%s' is taken out: there is no '%s.sql'",
                                entry->tag, entry->tag) < 0)
                return -1;
            continue;
        }
        while (next < file_count && strcmp(files[next].tag, entry->tag) < 0)
            if (append_new(work, &files[next++], error) < 0)
                return -1;
        work->list[work->count++] = *entry;
    }
    while (next < file_count)
        if (append_new(work, &files[next++], error) < 0)
            return -1;
    return 0;
}

/* --- times and numbers ------------------------------------------------------------------------ */

static int64_t
file_time(const dn_migration *migration)
{
    struct stat status;

    if (!migration->path || stat(migration->path, &status) < 0)
        return 0;
    return (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
}

/* A time after `last` and, if that is possible, before `next` (0: none). */
static int
give_time(rebuilding *work, dn_migration *entry, int64_t last, int64_t next, dn_error *error)
{
    bool drizzle = work->form.layout == DN_LAYOUT_DRIZZLE;
    bool stamped = dn_tag_time(entry->tag, &entry->when_ms);
    bool fits;

    if (!stamped)
        entry->when_ms = file_time(entry);
    fits = entry->when_ms > last && (!next || entry->when_ms < next);
    if (!fits)
        entry->when_ms = last + 1;
    if (stamped && (fits || !drizzle))
        return 0;
    return dn_findings_add(
        work->changes, work->arena, drizzle ? DN_WARNING : DN_NOTE, "journal.when-guessed",
        entry->tag, error, "\"when\" of '%s' is a guess: %s", entry->tag,
        fits ? "the time of its file" : "one millisecond after the entry before it");
}

static int
give_times(rebuilding *work, dn_error *error)
{
    bool drizzle = work->form.layout == DN_LAYOUT_DRIZZLE;
    int64_t *next = dn_arena_array(work->arena, work->count + 1, sizeof *next);
    int64_t last = 0;

    if (!next)
        return dn_no_memory(error);
    for (size_t i = work->count; i > 0; i--)
        next[i - 1] = work->list[i - 1].when_ms ? work->list[i - 1].when_ms : next[i];
    for (size_t i = 0; i < work->count; i++) {
        dn_migration *entry = &work->list[i];

        /* A native entry may do without. */
        if (!entry->when_ms && (drizzle || !entry->entry) &&
            give_time(work, entry, last, next[i] > last ? next[i] : 0, error) < 0)
            return -1;
        if (entry->when_ms > last)
            last = entry->when_ms;
    }
    return 0;
}

static int
give_numbers(rebuilding *work, dn_error *error)
{
    dn_auto(dn_text) words = DN_TEXT_INIT;
    int64_t changed = 0;

    for (size_t i = 0; i < work->count; i++) {
        dn_migration *entry = &work->list[i];

        changed += entry->entry && entry->idx != (int64_t)i;
        entry->idx = (int64_t)i;
    }
    if (!changed)
        return 0;
    dn_text_add_count(&words, changed, "entry gets", "entries get");
    if (words.failed)
        return dn_no_memory(error);
    return dn_findings_add(work->changes, work->arena, DN_NOTE, "journal.renumbered", NULL, error,
                           "%s another idx", words.data);
}

/* What reading found and writing puts right. */
static int
report_put_right(rebuilding *work, dn_error *error)
{
    const dn_findings *found = &work->journal.findings;

    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->items[i].id, "journal.duplicate-tag") == 0 &&
            dn_findings_add(work->changes, work->arena, DN_NOTE, "journal.deduplicated",
                            found->items[i].object, error, "'%s' is listed once",
                            found->items[i].object) < 0)
            return -1;
    if (work->before.length >= 3 && memcmp(work->before.data, "\xEF\xBB\xBF", 3) == 0)
        return dn_findings_add(work->changes, work->arena, DN_NOTE, "journal.bom-removed", NULL,
                               error, "the byte order mark goes");
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int
settle_form(rebuilding *work, dn_error *error)
{
    const cJSON *root = work->original.root;

    if (work->journal.path)
        work->form.layout = work->journal.layout;
    if (root)
        work->form.original = &work->original;
    if (work->form.layout != DN_LAYOUT_DRIZZLE || work->form.dialect ||
        cJSON_GetObjectItemCaseSensitive(root, "dialect"))
        return 0;
    return dn_fail(error, DUNLIN_USAGE, "journal.dialect",
                   "nothing in '%s' tells the dialect of the Drizzle journal", work->folder.path);
}

static int
render(rebuilding *work, dn_text *after, dn_error *error)
{
    if (settle_form(work, error) < 0 || report_put_right(work, error) < 0 ||
        bring_together(work, error) < 0 || give_times(work, error) < 0 ||
        give_numbers(work, error) < 0)
        return -1;
    return dn_journal_write(&work->form, work->list, work->count, after, error);
}

static int
finish(rebuilding *work, bool write, dn_error *error)
{
    dn_auto(dn_text) after = DN_TEXT_INIT;
    const char *meta = dn_path_folder(work->arena, work->path);

    if (!meta)
        return dn_no_memory(error);
    if (render(work, &after, error) < 0)
        return -1;
    if (work->before.data && after.length == work->before.length &&
        memcmp(after.data, work->before.data, after.length) == 0)
        return 0;
    if (!work->changes->count &&
        dn_findings_add(work->changes, work->arena, DN_NOTE,
                        work->before.data ? "journal.rewritten" : "journal.created", NULL, error,
                        work->before.data ? "the journal is laid out anew; it says the same"
                                          : "a journal is made") < 0)
        return -1;
    if (!write)
        return 0;
    if (dn_folder_create(meta, error) < 0)
        return -1;
    return dn_file_write(work->path, after.data, after.length, error);
}

int
dn_journal_rebuild(const dn_journal_options *options, bool write, dn_arena *arena,
                   dn_findings *changes, dn_error *error)
{
    dn_auto(rebuilding) work = {
        .options = options, .arena = arena, .changes = changes, .folder.fd = -1, .lock = -1};

    if (write && dn_file_exists(options->folder) &&
        dn_journal_lock(options->folder, &work.lock, error) < 0)
        return -1;
    if (read_journal(&work, error) < 0)
        return -1;
    if (work.journal.layout == DN_LAYOUT_DRIZZLE_V1)
        return 0;
    if (dn_layout_is_foreign(work.journal.layout))
        return dn_fail(
            error, DUNLIN_USAGE, "journal.layout",
            "'%s' is a folder of %s, which has no journal: 'dunlin adopt' takes over from it",
            work.journal.folder, dn_layout_form_of(work.journal.layout)->title);
    return finish(&work, write, error);
}

int
dn_journal_rebuilt(const dn_journal_options *options, dn_arena *arena, dn_text *text,
                   dn_error *error)
{
    dn_findings changes = {0};
    dn_auto(rebuilding) work = {
        .options = options, .arena = arena, .changes = &changes, .folder.fd = -1, .lock = -1};

    if (read_journal(&work, error) < 0)
        return -1;
    return render(&work, text, error);
}
