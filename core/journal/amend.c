/* SPDX-License-Identifier: MIT
 *
 * Single changes of a journal: a tag put right, an entry added. What stands in it twice, and a byte
 * order mark, go by themselves, as the journal is written the way it was read.
 *
 * An added entry comes where a rebuild would put its file: before the first entry with a later name. At
 * the end it would be applied behind migrations that build on it.
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

static size_t
place_of(const dn_migration *list, size_t count, const char *tag)
{
    size_t place = 0;

    while (place < count && strcmp(list[place].tag, tag) < 0)
        place++;
    return place;
}

/* A number that is free between its neighbours, or all behind it are numbered anew. */
static void
number(dn_migration *list, size_t count, size_t place)
{
    list[place].idx = place ? list[place - 1].idx + 1 : 0;
    for (size_t i = place + 1; i < count && list[i].idx <= list[i - 1].idx; i++)
        list[i].idx = list[i - 1].idx + 1;
}

static int64_t
time_between(const dn_migration *list, size_t count, size_t place)
{
    int64_t before = place ? list[place - 1].when_ms : 0;

    return place + 1 < count && !before ? list[place + 1].when_ms - 1 : before + 1;
}

static void
insert(dn_migration *list, size_t *count, const dn_amendment *amendment)
{
    size_t place = place_of(list, *count, amendment->tag);

    memmove(&list[place + 1], &list[place], (*count - place) * sizeof *list);
    (*count)++;
    list[place] =
        (dn_migration){.tag = amendment->tag, .when_ms = amendment->when_ms, .listed = true};
    number(list, *count, place);
    if (!list[place].when_ms)
        list[place].when_ms = time_between(list, *count, place);
}

static int
change(dn_migration *list, size_t *count, const dn_amendment *amendment, dn_error *error)
{
    dn_migration *entry = entry_of(list, *count, amendment->tag);

    if (!amendment->new_tag) {
        if (!entry)
            insert(list, count, amendment);
        return 0;
    }
    if (!entry)
        return dn_fail(error, DUNLIN_MISSING, "journal.no-entry", "the journal has no entry '%s'",
                       amendment->tag);
    entry->tag = amendment->new_tag;
    if (amendment->when_ms)
        entry->when_ms = amendment->when_ms;
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
