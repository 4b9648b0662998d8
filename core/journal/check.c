/* SPDX-License-Identifier: MIT
 *
 * What is odd about a journal that can be read. docs/journal.md lists these findings.
 */
#include "core/journal/parts.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CANDIDATES = 3 };

/* --- finding migrations by tag ---------------------------------------------------------------- */

static int
compare_tags(const void *a, const void *b, void *context)
{
    const dn_migration *migrations = context;
    size_t first = *(const size_t *)a;
    size_t second = *(const size_t *)b;
    int order = strcmp(migrations[first].tag, migrations[second].tag);

    return order ? order : (first > second) - (first < second);
}

size_t *
dn_journal_by_tag(const dn_migration *migrations, size_t count, dn_arena *arena)
{
    size_t *indexes = dn_arena_array(arena, count + 1, sizeof *indexes);
    bool sorted = true; /* as nearly every journal is */

    for (size_t i = 0; indexes && i < count; i++) {
        indexes[i] = i;
        sorted = sorted && (i == 0 || strcmp(migrations[i - 1].tag, migrations[i].tag) <= 0);
    }
    if (indexes && count && !sorted)
        qsort_r(indexes, count, sizeof *indexes, compare_tags, (void *)(uintptr_t)migrations);
    return indexes;
}

const dn_migration *
dn_journal_find(const dn_migration *migrations, const size_t *by_tag, size_t count, const char *tag,
                size_t length)
{
    size_t low = 0;

    while (by_tag && low < count) {
        size_t middle = low + (count - low) / 2;
        const char *at = migrations[by_tag[middle]].tag;
        int order = strncmp(tag, at, length);

        if (order == 0 && at[length])
            order = -1;
        if (order == 0)
            return &migrations[by_tag[middle]];
        if (order < 0)
            count = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* --- entries ---------------------------------------------------------------------------------- */

typedef struct entry_check {
    dn_journal *journal;
    dn_arena *arena;
} entry_check;

static int
add(const entry_check *check, dn_severity severity, const char *id, const dn_migration *entry,
    dn_error *error, const char *words)
{
    if (!words)
        return dn_no_memory(error);
    return dn_findings_add(&check->journal->findings, check->arena, severity, id, entry->tag, error,
                           "%s:%u:%u: %s", check->journal->path, entry->line, entry->column, words);
}

/* Marks every entry whose tag stands further up: first[i] is the index of that one, or i. */
static size_t *
first_entries(const dn_journal *journal, dn_arena *arena)
{
    size_t *by_tag = dn_journal_by_tag(journal->migrations, journal->count, arena);
    size_t *first = dn_arena_array(arena, journal->count + 1, sizeof *first);

    if (!by_tag || !first)
        return NULL;
    for (size_t i = 0; i < journal->count; i++) {
        size_t at = by_tag[i];
        bool again = i > 0 && strcmp(journal->migrations[at].tag,
                                     journal->migrations[by_tag[i - 1]].tag) == 0;

        first[at] = again ? first[by_tag[i - 1]] : at;
    }
    return first;
}

static int
take_duplicates_out(const entry_check *check, dn_error *error)
{
    dn_journal *journal = check->journal;
    size_t *first = first_entries(journal, check->arena);
    size_t kept = 0;

    if (!first)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++) {
        dn_migration *entry = &journal->migrations[i];

        if (first[i] != i &&
            add(check, DN_WARNING, "journal.duplicate-tag", entry, error,
                dn_arena_printf(check->arena,
                                "the tag '%s' is listed again; the entry in line %u "
                                "counts",
                                entry->tag, journal->migrations[first[i]].line)) < 0)
            return -1;
    }
    for (size_t i = 0; i < journal->count; i++) {
        if (first[i] != i)
            continue;
        journal->migrations[kept++] = journal->migrations[i];
    }
    journal->count = kept;
    return 0;
}

static int
compare_idx(const void *a, const void *b)
{
    const dn_migration *first = *(const dn_migration *const *)a;
    const dn_migration *second = *(const dn_migration *const *)b;

    if (first->idx != second->idx)
        return first->idx < second->idx ? -1 : 1;
    return first < second ? -1 : first > second;
}

/* Every idx once, whatever the order. */
static int
check_idx_once(const entry_check *check, dn_error *error)
{
    const dn_journal *journal = check->journal;
    const dn_migration **sorted = dn_arena_array(check->arena, journal->count + 1, sizeof *sorted);
    bool in_order = true;

    if (!sorted)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++) {
        sorted[i] = &journal->migrations[i];
        in_order = in_order && (i == 0 || sorted[i - 1]->idx <= sorted[i]->idx);
    }
    if (!in_order)
        qsort(sorted, journal->count, sizeof *sorted, compare_idx);
    for (size_t i = 1; i < journal->count; i++) {
        const dn_migration *entry = sorted[i];

        if (entry->idx == sorted[i - 1]->idx &&
            add(check, DN_WARNING, "journal.duplicate-idx", entry, error,
                dn_arena_printf(check->arena, "idx %lld of '%s' is also that of '%s' in line %u",
                                (long long)entry->idx, entry->tag, sorted[i - 1]->tag,
                                sorted[i - 1]->line)) < 0)
            return -1;
    }
    return 0;
}

static int
check_idx(const entry_check *check, dn_error *error)
{
    const dn_journal *journal = check->journal;
    bool ascending = true;

    for (size_t i = 1; i < journal->count; i++) {
        const dn_migration *entry = &journal->migrations[i];
        int64_t last = entry[-1].idx;
        bool back = entry->idx < last;

        ascending = ascending && entry->idx > last;
        if (!back && entry->idx <= last + 1)
            continue;
        if (add(check, DN_NOTE, back ? "journal.idx-order" : "journal.idx-gap", entry, error,
                dn_arena_printf(check->arena, "idx %lld of '%s' follows idx %lld; %s",
                                (long long)entry->idx, entry->tag, (long long)last,
                                back ? "the order of the entries counts"
                                     : "there is none in between")) < 0)
            return -1;
    }
    return ascending ? 0 : check_idx_once(check, error);
}

/* Drizzle applies what is newer than the newest it applied, so there the times decide. In a native
 * journal they are for people, and merging branches leaves them in any order. */
static int
check_when(const entry_check *check, dn_error *error)
{
    const dn_journal *journal = check->journal;
    bool drizzle = journal->layout == DN_LAYOUT_DRIZZLE;
    const dn_migration *newest = NULL;

    for (size_t i = 0; i < journal->count; i++) {
        const dn_migration *entry = &journal->migrations[i];
        int result = 0;

        if (!entry->when_ms)
            result =
                add(check, drizzle ? DN_WARNING : DN_NOTE, "journal.when-missing", entry, error,
                    dn_arena_printf(check->arena, "'%s' has no \"when\"%s", entry->tag,
                                    drizzle ? ", by which Drizzle decides what to apply" : ""));
        else if (drizzle && newest && entry->when_ms <= newest->when_ms)
            result = add(check, DN_WARNING, "journal.when-order", entry, error,
                         dn_arena_printf(check->arena,
                                         "\"when\" of '%s' is not later than that of '%s': Drizzle "
                                         "never applies it where that one was applied",
                                         entry->tag, newest->tag));
        if (result < 0)
            return -1;
        if (entry->when_ms && (!newest || entry->when_ms > newest->when_ms))
            newest = entry;
    }
    return 0;
}

int
dn_journal_check_entries(dn_journal *journal, dn_arena *arena, dn_error *error)
{
    entry_check check = {journal, arena};

    if (journal->bom &&
        dn_findings_add(&journal->findings, arena, DN_WARNING, "journal.bom", NULL, error,
                        "%s:1:1: the journal starts with a byte order mark%s", journal->path,
                        journal->layout == DN_LAYOUT_DRIZZLE ? ", which Drizzle cannot read" : "") <
            0)
        return -1;
    if (take_duplicates_out(&check, error) < 0 || check_idx(&check, error) < 0)
        return -1;
    return check_when(&check, error);
}

/* --- files ------------------------------------------------------------------------------------ */

/* Could the file of this tag be the one that the entry means? The same number, or the same name
 * behind another number. */
static bool
is_candidate(const char *entry, const char *file)
{
    size_t digits = dn_tag_digits(entry);
    size_t other = dn_tag_digits(file);

    if (digits && digits == other && memcmp(entry, file, digits) == 0)
        return true;
    return digits && other && entry[digits] && strcmp(entry + digits, file + other) == 0;
}

static void
add_candidates(const dn_journal *journal, const char *tag, dn_text *text)
{
    size_t found = 0;

    for (size_t i = 0; i < journal->unlisted_count && found < MAX_CANDIDATES; i++) {
        const char *name = journal->unlisted[i].tag;

        if (is_candidate(tag, name))
            dn_text_printf(text, "%s'%s.sql'", found++ ? ", " : "; the folder has ", name);
    }
    if (found)
        dn_text_add_string(text, " instead");
}

static int
report_missing(dn_journal *journal, const dn_sql_folder *folder, const dn_migration *entry,
               dn_arena *arena, dn_error *error)
{
    dn_auto(dn_text) candidates = DN_TEXT_INIT;

    if (dn_sql_folder_has(folder, entry->tag))
        dn_text_add_string(&candidates, "; there are only files for other databases");
    else
        add_candidates(journal, entry->tag, &candidates);
    if (candidates.failed)
        return dn_no_memory(error);
    return dn_findings_add(&journal->findings, arena, DN_ERROR_FINDING, "journal.file-missing",
                           entry->tag, error, "%s:%u:%u: '%s' is listed and '%s.sql' is missing%s",
                           journal->path, entry->line, entry->column, entry->tag, entry->tag,
                           candidates.data ? candidates.data : "");
}

int
dn_journal_check_files(dn_journal *journal, const dn_sql_folder *folder, dn_arena *arena,
                       dn_error *error)
{
    for (size_t i = 0; i < journal->count; i++)
        if (!journal->migrations[i].has_file &&
            report_missing(journal, folder, &journal->migrations[i], arena, error) < 0)
            return -1;
    for (size_t i = 0; i < journal->unlisted_count; i++)
        if (dn_findings_add(&journal->findings, arena, DN_WARNING, "journal.unlisted-file",
                            journal->unlisted[i].tag, error, "'%s' has no entry in '%s'",
                            journal->unlisted[i].path, journal->path) < 0)
            return -1;
    return 0;
}
