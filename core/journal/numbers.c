/* SPDX-License-Identifier: MIT
 *
 * Two migrations with one number, as two branches make them.
 */
#include <string.h>

#include "core/journal/parts.h"

/* The length of its number. A time is none: the journal gives the order. */
static size_t
head_of(const dn_migration *migration)
{
    int64_t ms;

    return dn_tag_time(migration->tag, &ms) ? 0 : dn_tag_digits(migration->tag);
}

bool
dn_journal_same_number(const dn_migration *one, const dn_migration *other)
{
    size_t length = head_of(one);

    return length && length == head_of(other) && strncmp(one->tag, other->tag, length) == 0;
}

static int
report(dn_journal *journal, const dn_migration *one, const dn_migration *other, dn_arena *arena,
       dn_error *error)
{
    return dn_findings_add(&journal->findings, arena, DN_WARNING, "journal.duplicate-number",
                           other->tag, error,
                           "'%s' and '%s' have one number, %.*s: 'dunlin merge' gives the one that "
                           "is not applied the next",
                           one->tag, other->tag, (int)head_of(other), other->tag);
}

/* Files without an entry, beside entries that have theirs: otherwise it is one file under another name. */
static int
check_unlisted(dn_journal *journal, const size_t *by_tag, dn_arena *arena, dn_error *error)
{
    size_t at = 0;

    for (size_t i = 0; i < journal->unlisted_count; i++) {
        const dn_migration *file = &journal->unlisted[i];
        size_t length = head_of(file);

        if (!length)
            continue;
        while (at < journal->count &&
               strncmp(journal->migrations[by_tag[at]].tag, file->tag, length) < 0)
            at++;
        for (size_t k = at; k < journal->count; k++) {
            const dn_migration *entry = &journal->migrations[by_tag[k]];

            if (strncmp(entry->tag, file->tag, length) != 0)
                break;
            if (!entry->has_file || !dn_journal_same_number(entry, file))
                continue;
            if (report(journal, entry, file, arena, error) < 0)
                return -1;
            break;
        }
    }
    return 0;
}

int
dn_journal_check_numbers(dn_journal *journal, dn_arena *arena, dn_error *error)
{
    size_t *by_tag = dn_journal_by_tag(journal->migrations, journal->count, arena);

    if (!by_tag)
        return dn_no_memory(error);
    for (size_t i = 1; i < journal->count; i++) {
        const dn_migration *one = &journal->migrations[by_tag[i - 1]];
        const dn_migration *other = &journal->migrations[by_tag[i]];

        if (dn_journal_same_number(one, other) && report(journal, one, other, arena, error) < 0)
            return -1;
    }
    return check_unlisted(journal, by_tag, arena, error);
}
