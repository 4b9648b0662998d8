/* SPDX-License-Identifier: MIT
 *
 * A native journal for a folder that has none: its migrations as they were read.
 */
#include "core/base/clock.h"
#include "core/journal/parts.h"

#include <string.h>

int
dn_journal_native_text(const dn_journal *journal, const char *dialect, dn_arena *arena,
                       dn_text *text, dn_error *error)
{
    const dn_journal_form form = {.layout = DN_LAYOUT_NATIVE, .dialect = dialect};
    dn_migration *entries = dn_arena_array(arena, journal->count + 1, sizeof *entries);
    int64_t now_ms = dn_clock_wall_us() / 1000;

    if (!entries)
        return dn_no_memory(error);
    for (size_t i = 0; i < journal->count; i++) {
        entries[i] = journal->migrations[i];
        entries[i].idx = (int64_t)i;
        /* Times are for people: nobody knows when it was written. */
        if (!entries[i].when_ms)
            entries[i].when_ms = now_ms + (int64_t)i;
    }
    return dn_journal_write(&form, entries, journal->count, text, error);
}

int
dn_journal_native_write(const dn_journal *journal, const dn_text *text, dn_arena *arena,
                        dn_error *error)
{
    const char *path = dn_path_join(arena, journal->folder, DN_JOURNAL_NAME);
    const char *folder = dn_path_join(arena, journal->folder, "meta");
    dn_auto(dn_fd) lock = -1;

    if (!path || !folder)
        return dn_no_memory(error);
    if (dn_journal_lock(journal->folder, &lock, error) < 0 || dn_folder_create(folder, error) < 0)
        return -1;
    return dn_file_create(path, text->data, text->length, error);
}
