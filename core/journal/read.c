/* SPDX-License-Identifier: MIT
 *
 * Reading a project's history: which layout it is, then journal, folder and files together.
 */
#include "core/journal/parts.h"
#include "core/journal/rebase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SHOWN = 60 };

typedef struct journal_reading {
    const dn_journal_options *options;
    dn_arena *arena;
    dn_journal *journal;
    dn_sql_folder *folder; /* handed over to the journal, which still waits for digests */
    const char *override;  /* ".sqlite.sql", or NULL */
    const size_t *by_tag;  /* of the listed migrations */
} journal_reading;

/* --- listed migrations ------------------------------------------------------------------------ */

static int
resolve_all(journal_reading *reading, dn_migration *migrations, size_t count, dn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (dn_sql_folder_resolve(reading->folder, reading->override, reading->arena,
                                  &migrations[i], error) < 0)
            return -1;
    return 0;
}

static bool
is_listed(const journal_reading *reading, const char *tag, size_t length)
{
    return dn_journal_find(reading->journal->migrations, reading->by_tag, reading->journal->count,
                           tag, length) != NULL;
}

/* --- other files ------------------------------------------------------------------------------ */

/* Is this the name of an override, <base>.<word>, of a migration that exists? */
static bool
is_override(const journal_reading *reading, const char *stem)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    const char *dot = strrchr(stem, '.');
    size_t length = dot ? (size_t)(dot - stem) : 0;

    if (!length || !dot[1] || dot[1 + strspn(dot + 1, words)])
        return false;
    return strcmp(dot, ".down") == 0 || is_listed(reading, stem, length) ||
           dn_sql_folder_find(reading->folder, stem, length, ".sql");
}

static int
report_bad_name(journal_reading *reading, const char *name, const char *fault, dn_error *error)
{
    dn_journal *journal = reading->journal;
    /* Where the files are the history, one that is left out is a hole in it. */
    dn_severity severity = journal->path ? DN_WARNING : DN_ERROR_FINDING;
    dn_auto(dn_text) shown = DN_TEXT_INIT;

    dn_text_add_visible(&shown, name, strlen(name), MAX_SHOWN);
    if (shown.failed)
        return dn_no_memory(error);
    return dn_findings_add(&journal->findings, reading->arena, severity, "journal.bad-file-name",
                           NULL, error, "the name of '%s' in '%s' %s; the file is left out",
                           shown.data, journal->folder, fault);
}

/* Tag of a file that could be a migration and has no entry; NULL when it is something else. */
static char *
unlisted_tag(const journal_reading *reading, const dn_folder_entry *entry, dn_error *error)
{
    size_t length = strlen(entry->name);
    char *tag;

    if (entry->folder || entry->name[0] == '.' || length <= strlen(".sql") ||
        strcmp(entry->name + length - strlen(".sql"), ".sql") != 0)
        return NULL;
    length -= strlen(".sql");
    if (is_listed(reading, entry->name, length))
        return NULL;
    tag = dn_arena_copy(reading->arena, entry->name, length);
    if (!tag) {
        dn_no_memory(error);
        return NULL;
    }
    return is_override(reading, tag) ? NULL : tag;
}

static int
compare_tags(const void *a, const void *b)
{
    return strcmp(((const dn_migration *)a)->tag, ((const dn_migration *)b)->tag);
}

/* Files without an entry, in the order of their tags. */
static int
collect_unlisted(journal_reading *reading, dn_migration **found, size_t *count, dn_error *error)
{
    size_t capacity = 0;
    dn_error problem = {0};

    for (size_t i = 0; i < reading->folder->count; i++) {
        const dn_folder_entry *entry = &reading->folder->names[i];
        const dn_hash_task *task = dn_sql_folder_task(reading->folder, i);
        const char *fault;
        char *tag;

        if (task && task->listed)
            continue;
        tag = unlisted_tag(reading, entry, &problem);
        if (problem.status) {
            *error = problem;
            return -1;
        }
        if (!tag)
            continue;
        fault = dn_tag_fault(tag, strlen(tag));
        if (fault) {
            if (report_bad_name(reading, entry->name, fault, error) < 0)
                return -1;
            continue;
        }
        *found = dn_arena_grow(reading->arena, *found, &capacity, *count + 1, sizeof **found);
        if (!*found)
            return dn_no_memory(error);
        (*found)[(*count)++] = (dn_migration){.tag = tag};
    }
    if (*count)
        qsort(*found, *count, sizeof **found, compare_tags);
    return resolve_all(reading, *found, *count, error);
}

static void
number_by_position(dn_migration *migrations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        migrations[i].idx = (int64_t)i;
        migrations[i].listed = true;
        if (!dn_tag_time(migrations[i].tag, &migrations[i].when_ms))
            migrations[i].when_ms = 0;
    }
}

/* --- layouts ---------------------------------------------------------------------------------- */

static int
read_listed(journal_reading *reading, const dn_text *text, dn_error *error)
{
    dn_journal *journal = reading->journal;
    dn_journal_text parsed;

    if (dn_journal_parse(journal->path, text->data ? text->data : "", text->length, reading->arena,
                         &parsed, error) < 0)
        return -1;
    journal->layout = parsed.layout;
    journal->bom = parsed.bom;
    journal->migrations = parsed.entries;
    journal->count = parsed.count;
    if (!journal->dialect)
        journal->dialect = parsed.dialect;
    if (dn_journal_check_entries(journal, reading->arena, error) < 0)
        return -1;
    reading->by_tag = dn_journal_by_tag(journal->migrations, journal->count, reading->arena);
    if (!reading->by_tag)
        return dn_no_memory(error);
    if (resolve_all(reading, journal->migrations, journal->count, error) < 0 ||
        collect_unlisted(reading, &journal->unlisted, &journal->unlisted_count, error) < 0)
        return -1;
    return dn_journal_check_files(journal, reading->folder, reading->arena, error);
}

/* <tag>/migration.sql, in the order of the folders' names. */
static int
read_folders(journal_reading *reading, bool *any, dn_error *error)
{
    dn_journal *journal = reading->journal;
    size_t capacity = 0;

    for (size_t i = 0; i < reading->folder->count; i++) {
        const dn_folder_entry *entry = &reading->folder->names[i];
        const dn_hash_task *task = dn_sql_folder_task(reading->folder, i);
        dn_migration migration = {.tag = entry->name};
        const char *fault;

        if (!entry->folder || !task)
            continue;
        *any = true;
        fault = dn_tag_fault(entry->name, strlen(entry->name));
        if (fault) {
            if (report_bad_name(reading, entry->name, fault, error) < 0)
                return -1;
            continue;
        }
        migration.path = dn_path_join(reading->arena, reading->folder->path, task->name);
        journal->migrations = dn_arena_grow(reading->arena, journal->migrations, &capacity,
                                            journal->count + 1, sizeof *journal->migrations);
        if (!migration.path || !journal->migrations)
            return dn_no_memory(error);
        migration.has_file = true;
        migration.file = i;
        journal->migrations[journal->count++] = migration;
    }
    if (!*any)
        return 0;
    journal->layout = DN_LAYOUT_DRIZZLE_V1;
    number_by_position(journal->migrations, journal->count);
    return 0;
}

/* Byte order puts 10 before 2; whoever numbers without leading zeros should know. */
static int
check_number_order(journal_reading *reading, dn_error *error)
{
    const dn_journal *journal = reading->journal;

    for (size_t i = 1; i < journal->count; i++) {
        const char *first = journal->migrations[i - 1].tag;
        const char *second = journal->migrations[i].tag;
        size_t a = dn_tag_digits(first);
        size_t b = dn_tag_digits(second);

        if (a && b && first[0] != '0' && b < a)
            return dn_findings_add(&reading->journal->findings, reading->arena, DN_WARNING,
                                   "journal.number-order", second, error,
                                   "'%s' comes before '%s': the order is that of the bytes of "
                                   "their names, not of their numbers",
                                   first, second);
    }
    return 0;
}

static int
read_files(journal_reading *reading, dn_error *error)
{
    dn_journal *journal = reading->journal;

    journal->layout = DN_LAYOUT_FILES;
    if (collect_unlisted(reading, &journal->migrations, &journal->count, error) < 0 ||
        dn_sqitch_order(journal, reading->arena, error) < 0)
        return -1;
    number_by_position(journal->migrations, journal->count);
    if (reading->options->layout && journal->count &&
        strcmp(reading->options->layout, dn_layout_name(DN_LAYOUT_DRIZZLE)) == 0)
        return dn_findings_add(&journal->findings, reading->arena, DN_ERROR_FINDING, "journal.lost",
                               NULL, error,
                               "there is no journal in '%s', and \"layout\" says that drizzle-kit "
                               "made it: the journal is lost",
                               journal->folder);
    if (journal->plan)
        return dn_findings_add(&journal->findings, reading->arena, DN_NOTE, "journal.none", NULL,
                               error, "there is no journal in '%s': the order is that of '%s'",
                               journal->folder, journal->plan);
    if (dn_findings_add(&journal->findings, reading->arena, DN_NOTE, "journal.none", NULL, error,
                        "there is no journal in '%s': the names of the files are the order",
                        journal->folder) < 0)
        return -1;
    return check_number_order(reading, error);
}

/* --- the way through -------------------------------------------------------------------------- */

static int
start(journal_reading *reading, dn_error *error)
{
    const dn_journal_options *options = reading->options;
    dn_journal *journal = reading->journal;

    reading->folder = journal->reader;
    if (options->driver) {
        reading->override = dn_arena_printf(reading->arena, ".%s.sql", options->driver);
        if (!reading->override)
            return dn_no_memory(error);
    }
    if (options->dialect) {
        journal->dialect = dn_arena_text(reading->arena, options->dialect);
        if (!journal->dialect)
            return dn_no_memory(error);
    }
    journal->path = dn_path_join(reading->arena, journal->folder, DN_JOURNAL_NAME);
    return journal->path ? 0 : dn_no_memory(error);
}

static int
read_foreign(journal_reading *reading, dn_layout layout, dn_error *error)
{
    dn_journal *journal = reading->journal;

    journal->layout = layout;
    if (dn_foreign_read(journal, reading->folder, reading->arena, error) < 0)
        return -1;
    number_by_position(journal->migrations, journal->count);
    return 0;
}

static int
read_without_journal(journal_reading *reading, dn_error *error)
{
    const char *name = reading->options->layout;
    dn_layout layout = DN_LAYOUT_FILES;
    bool folders = false;
    int found = 0;

    if (name && !dn_layout_find(name, &layout))
        return dn_fail(error, DUNLIN_USAGE, "journal.layout",
                       "\"layout\" is '%s', which is no tool that is known here", name);
    if (dn_layout_is_foreign(layout))
        return read_foreign(reading, layout, error);
    if (!name)
        found = dn_foreign_detect(reading->folder, &layout, &reading->journal->ambiguous, error);
    if (found < 0)
        return -1;
    if (found)
        return read_foreign(reading, layout, error);
    if (read_folders(reading, &folders, error) < 0)
        return -1;
    return folders ? 0 : read_files(reading, error);
}

static int
read_journal(journal_reading *reading, const dn_text *text, dn_error *error)
{
    dn_journal *journal = reading->journal;
    dn_auto(dn_text) file = DN_TEXT_INIT;

    if (start(reading, error) < 0)
        return -1;
    if (text)
        return read_listed(reading, text, error);
    /* Before the read: a change meanwhile makes the stamp old, never the text. */
    journal->stamp = dn_journal_stamp_of(journal->path);
    if (dn_file_read(journal->path, &file, error) == 0)
        return read_listed(reading, &file, error);
    if (error->status != DUNLIN_MISSING)
        return dn_while(error, "reading the journal");
    dn_error_clear(error);
    journal->path = NULL;
    return read_without_journal(reading, error);
}

static int
find_broken_merge(journal_reading *reading, dn_error *error)
{
    dn_journal *journal = reading->journal;

    if (!dn_sql_folder_find(reading->folder, DN_REBASE_NOTE, strlen(DN_REBASE_NOTE), ""))
        return 0;
    return dn_findings_add(&journal->findings, reading->arena, DN_ERROR_FINDING, "merge.unfinished",
                           NULL, error,
                           "a merge was broken off in '%s': what it had still to do is in '%s'",
                           journal->folder, DN_REBASE_NOTE);
}

static bool
has_no_numbers(const dn_journal *journal)
{
    return dn_layout_is_foreign(journal->layout) || journal->layout == DN_LAYOUT_DRIZZLE_V1;
}

int
dn_journal_list(const char *path, dn_gate *gate, dn_arena *arena, dn_journal *journal,
                dn_error *error)
{
    dn_sql_folder *folder = dn_arena_alloc(arena, sizeof *folder);

    *journal = (dn_journal){0};
    if (!folder)
        return dn_no_memory(error);
    journal->reader = folder;
    if (dn_sql_folder_open(folder, path, gate, arena, error) < 0) {
        dn_journal_close(journal);
        return -1;
    }
    journal->folder = folder->path;
    return 0;
}

static void
set_project(dn_migration *migrations, size_t count, const dn_project *project)
{
    for (size_t i = 0; i < count; i++)
        migrations[i].project = project;
}

int
dn_journal_resolve(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                   dn_journal *journal, dn_error *error)
{
    journal_reading reading = {.options = options, .arena = arena, .journal = journal};

    if ((!options->keep || dn_sql_folder_keep(journal->reader, arena, error) == 0) &&
        read_journal(&reading, text, error) == 0 && find_broken_merge(&reading, error) == 0 &&
        (has_no_numbers(journal) || dn_journal_check_numbers(journal, arena, error) == 0)) {
        set_project(journal->migrations, journal->count, options->project);
        set_project(journal->unlisted, journal->unlisted_count, options->project);
        return 0;
    }
    dn_journal_close(journal);
    return -1;
}

int
dn_journal_begin(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                 dn_journal *journal, dn_error *error)
{
    return dn_journal_list(options->folder, NULL, arena, journal, error) < 0
               ? -1
               : dn_journal_resolve(options, text, arena, journal, error);
}

int
dn_journal_finish(dn_journal *journal, dn_error *error)
{
    int answer = 0;

    if (!journal->reader)
        return 0;
    if (dn_sql_folder_hash(journal->reader, journal->migrations, journal->count, error) < 0 ||
        dn_sql_folder_hash(journal->reader, journal->unlisted, journal->unlisted_count, error) < 0)
        answer = -1;
    dn_journal_close(journal);
    return answer;
}

void
dn_journal_hash(dn_journal *journal)
{
    if (journal->reader && !journal->reader->pool.helpers)
        dn_hash_pool_finish(&journal->reader->pool);
}

void
dn_journal_close(dn_journal *journal)
{
    if (journal->reader)
        dn_sql_folder_cleanup(journal->reader);
    journal->reader = NULL;
}

int
dn_journal_read_text(const dn_journal_options *options, const dn_text *text, dn_arena *arena,
                     dn_journal *journal, dn_error *error)
{
    if (dn_journal_begin(options, text, arena, journal, error) < 0)
        return -1;
    return dn_journal_finish(journal, error);
}

int
dn_journal_read(const dn_journal_options *options, dn_arena *arena, dn_journal *journal,
                dn_error *error)
{
    return dn_journal_read_text(options, NULL, arena, journal, error);
}
