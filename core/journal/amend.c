/* SPDX-License-Identifier: MIT
 *
 * Single changes of a journal: a tag put right, an entry added. What stands in it twice, and a byte
 * order mark, go by themselves, as the journal is written the way it was read.
 */
#include "core/journal/parts.h"

#include <string.h>

static dn_migration *
entry_of(dn_migration *list, size_t count, const char *tag)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].tag, tag) == 0)
            return &list[i];
    return NULL;
}

static int
change(dn_migration *list, size_t *count, const dn_amendment *amendment, dn_error *error)
{
    dn_migration *entry = entry_of(list, *count, amendment->tag);

    if (amendment->new_tag) {
        if (!entry)
            return dn_fail(error, DUNLIN_MISSING, "journal.no-entry",
                           "the journal has no entry '%s'", amendment->tag);
        entry->tag = amendment->new_tag;
        if (amendment->when_ms)
            entry->when_ms = amendment->when_ms;
        return 0;
    }
    if (entry)
        return 0;
    list[*count] = (dn_migration){
        .idx = *count ? list[*count - 1].idx + 1 : 0,
        .tag = amendment->tag,
        .when_ms = amendment->when_ms,
        .listed = true,
    };
    if (!list[*count].when_ms)
        list[*count].when_ms = *count ? list[*count - 1].when_ms + 1 : 1;
    (*count)++;
    return 0;
}

int
dn_journal_amend(const dn_journal *journal, const dn_amendment *amendments, size_t amendment_count,
                 bool renumber, dn_arena *arena, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    dn_auto(dn_fd) lock = -1;
    dn_migration *list = dn_arena_array(arena, journal->count + amendment_count + 1, sizeof *list);
    size_t count = journal->count;

    if (!list)
        return dn_no_memory(error);
    if (count)
        memcpy(list, journal->migrations, count * sizeof *list);
    for (size_t i = 0; i < amendment_count; i++)
        if (change(list, &count, &amendments[i], error) < 0)
            return -1;
    for (size_t i = 0; renumber && i < count; i++)
        list[i].idx = (int64_t)i;
    if (dn_journal_lock(journal->folder, &lock, error) < 0 ||
        dn_journal_render(journal, list, count, &text, error) < 0)
        return -1;
    return dn_file_write(journal->path, text.data, text.length, error);
}
