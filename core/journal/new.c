/* SPDX-License-Identifier: MIT
 *
 * Adding a migration: the file first, then its entry. A crash in between leaves a file without an
 * entry, which every reading reports; the other way round there would be an entry for nothing.
 */
#include "core/journal/parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/journal/sums.h"

enum { MAX_SEQUENCE_DIGITS = 9, INDEX_DIGITS = 4 };
static const int64_t last_stamp_ms = 253402300799000; /* 9999-12-31 23:59:59 */

typedef struct adding {
    const dn_journal *journal;
    dn_arena *arena;
    const dn_migration *entries; /* of the journal as it is, duplicates included */
    size_t count;
    dn_migration made;
    char *folder; /* folder layout: the migration's own */
} adding;

/* --- tags ------------------------------------------------------------------------------------- */

static const dn_migration *
each_migration(const dn_journal *journal, size_t i)
{
    if (i < journal->count)
        return &journal->migrations[i];
    i -= journal->count;
    return i < journal->unlisted_count ? &journal->unlisted[i] : NULL;
}

/* A stamp is never earlier than one that is there, nor the same: names stay in order. */
static char *
stamp_tag(const adding *work, const char *slug, int64_t now_ms, dn_error *error)
{
    const dn_migration *migration;
    int64_t at = now_ms;
    char stamp[16];
    char *tag;

    for (size_t i = 0; (migration = each_migration(work->journal, i)) != NULL; i++) {
        int64_t other;

        if (dn_tag_time(migration->tag, &other) && other / 1000 >= at / 1000)
            at = other + 1000;
    }
    if (at > last_stamp_ms) {
        dn_fail(error, DUNLIN_FAILED, "journal.bad-name",
                "there is no time left after the last tag of '%s'", work->journal->folder);
        return NULL;
    }
    dn_clock_stamp(at * 1000, stamp);
    tag = dn_arena_printf(work->arena, "%s_%s", stamp, slug);
    if (!tag)
        dn_no_memory(error);
    return tag;
}

static char *
number_tag(const adding *work, const char *slug, int64_t number, dn_error *error)
{
    char *tag = dn_arena_printf(work->arena, "%04lld_%s", (long long)number, slug);

    if (!tag)
        dn_no_memory(error);
    return tag;
}

static char *
sequence_tag(const adding *work, const char *slug, dn_error *error)
{
    const dn_migration *migration;
    long next = 1;

    for (size_t i = 0; (migration = each_migration(work->journal, i)) != NULL; i++) {
        size_t digits = dn_tag_digits(migration->tag);
        long number;

        if (digits == 0 || digits > MAX_SEQUENCE_DIGITS)
            continue;
        number = strtol(migration->tag, NULL, 10);
        if (number >= next)
            next = number + 1;
    }
    return number_tag(work, slug, next, error);
}

static const dn_migration *
last_entry(const adding *work)
{
    return work->count ? &work->entries[work->count - 1] : NULL;
}

/* Flyway: the next whole number, or the time where that is the custom. */
static char *
version_tag(const adding *work, const char *slug, int64_t now_ms, dn_error *error)
{
    const dn_migration *last = NULL;
    long next = 1;
    char stamp[16];
    char *tag;

    for (size_t i = 0; i < work->count; i++)
        if (!work->entries[i].repeated)
            last = &work->entries[i];
    if (last)
        next = strtol(last->key, NULL, 10) + 1;
    dn_clock_stamp(now_ms * 1000, stamp);
    if (last && dn_tag_digits(last->key) == DN_STAMP_DIGITS && strcmp(stamp, last->key) > 0)
        tag = dn_arena_printf(work->arena, "V%s__%s", stamp, slug);
    else
        tag = dn_arena_printf(work->arena, "V%ld__%s", next, slug);
    if (!tag)
        dn_no_memory(error);
    return tag;
}

/* As the last one is numbered. */
static char *
foreign_tag(const adding *work, const char *slug, int64_t now_ms, dn_error *error)
{
    const dn_layout_form *form = dn_layout_form_of(work->journal->layout);
    const dn_migration *last = last_entry(work);
    size_t digits = last ? dn_tag_digits(last->tag) : DN_STAMP_DIGITS;
    char *tag;

    if (form->naming == DN_NAMING_VERSION)
        return version_tag(work, slug, now_ms, error);
    if (digits == 0 || digits > MAX_SEQUENCE_DIGITS)
        return stamp_tag(work, slug, now_ms, error);
    tag = dn_arena_printf(work->arena, "%0*ld_%s", (int)digits, strtol(last->tag, NULL, 10) + 1,
                          slug);
    if (!tag)
        dn_no_memory(error);
    return tag;
}

static char *
choose_tag(const adding *work, const char *slug, bool sequence, int64_t now_ms, dn_error *error)
{
    const dn_migration *last = last_entry(work);
    dn_layout layout = work->journal->layout;
    size_t digits = last ? dn_tag_digits(last->tag) : 0;

    if (dn_layout_is_foreign(layout))
        return foreign_tag(work, slug, now_ms, error);
    if (layout == DN_LAYOUT_DRIZZLE_V1)
        return stamp_tag(work, slug, now_ms, error);
    if (layout == DN_LAYOUT_DRIZZLE)
        return digits == DN_STAMP_DIGITS ? stamp_tag(work, slug, now_ms, error)
                                         : number_tag(work, slug, last ? last->idx + 1 : 0, error);
    return sequence ? sequence_tag(work, slug, error) : stamp_tag(work, slug, now_ms, error);
}

/* --- entry and file --------------------------------------------------------------------------- */

static void
describe(adding *work, const char *tag, int64_t now_ms, const char *content)
{
    const dn_journal *journal = work->journal;
    const dn_migration *last = last_entry(work);
    size_t length = strlen(content);
    int64_t when = now_ms;

    for (size_t i = 0; i < work->count; i++)
        if (work->entries[i].when_ms >= when)
            when = work->entries[i].when_ms + 1;
    work->made = (dn_migration){.idx = last ? last->idx + 1 : 0,
                                .tag = tag,
                                .when_ms = when,
                                .listed = true,
                                .size = length,
                                .raw = dn_hash_of(content, length)};
    if (!journal->path && !dn_tag_time(tag, &work->made.when_ms))
        work->made.when_ms = 0;
}

/* Of tools that have them in pairs. */
static const char *
ending_of(const dn_journal *journal)
{
    const dn_layout_form *form = dn_layout_form_of(journal->layout);
    const char *down = journal->count ? journal->migrations[journal->count - 1].down_path : NULL;

    return dn_layout_is_foreign(journal->layout) && form->endings[1] && !down ? form->endings[1]
                                                                              : form->endings[0];
}

bool
dn_journal_has_pairs(const dn_journal *journal)
{
    return dn_layout_is_foreign(journal->layout) && dn_layout_form_of(journal->layout)->down &&
           strcmp(ending_of(journal), ".up.sql") == 0;
}

/* The other one of a pair. */
static int
write_down(adding *work, const dn_journal_texts *texts, dn_error *error)
{
    const dn_journal *journal = work->journal;
    const char *text =
        texts->blank ? "-- Write below what takes the migration back.\n" : texts->down;
    const char *name;

    if (!text || !dn_journal_has_pairs(journal))
        return 0;
    name = dn_arena_printf(work->arena, "%s%s", work->made.tag,
                           dn_layout_form_of(journal->layout)->down);
    work->made.down_path = name ? dn_path_join(work->arena, journal->folder, name) : NULL;
    if (!work->made.down_path)
        return dn_no_memory(error);
    return dn_file_create(work->made.down_path, text, strlen(text), error);
}

static int
write_file(adding *work, const dn_journal_texts *texts, const char *content, dn_error *error)
{
    const dn_journal *journal = work->journal;
    dn_migration *made = &work->made;
    const char *name;

    if (dn_layout_form_of(journal->layout)->folders) {
        char *folder = dn_path_join(work->arena, journal->folder, made->tag);

        if (!folder)
            return dn_no_memory(error);
        if (dn_file_exists(folder))
            return dn_fail(error, DUNLIN_EXISTS, "file.exists", "'%s' exists already", folder);
        if (dn_folder_create(folder, error) < 0)
            return -1;
        work->folder = folder;
        name = dn_arena_printf(work->arena, "%s/migration.sql", made->tag);
    } else {
        name = dn_arena_printf(work->arena, "%s%s", made->tag, ending_of(journal));
    }
    made->path = name ? dn_path_join(work->arena, journal->folder, name) : NULL;
    if (!made->path)
        return dn_no_memory(error);
    if (dn_file_create(made->path, content, strlen(content), error) < 0)
        return -1;
    made->has_file = true;
    return write_down(work, texts, error);
}

static int
write_entry(const adding *work, const dn_json *original, dn_error *error)
{
    const dn_journal *journal = work->journal;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(original->root, "version");
    dn_journal_form form = {.layout = journal->layout, .original = original};
    dn_migration *list = dn_arena_array(work->arena, work->count + 1, sizeof *list);

    if (!list)
        return dn_no_memory(error);
    if (work->count)
        memcpy(list, work->entries, work->count * sizeof *list);
    list[work->count] = work->made;
    if (cJSON_IsString(version))
        form.entry_version = version->valuestring;
    if (dn_journal_write(&form, list, work->count + 1, &text, error) < 0)
        return -1;
    return dn_file_write(journal->path, text.data, text.length, error);
}

static void
take_back(const adding *work)
{
    if (work->made.has_file)
        unlink(work->made.path);
    if (work->folder)
        rmdir(work->folder);
}

/* What the new entry goes behind. */
static int
read_entries(adding *work, dn_json *original, dn_error *error)
{
    const dn_journal *journal = work->journal;
    dn_journal_text parsed;

    work->entries = journal->migrations;
    work->count = journal->count;
    if (!journal->path)
        return 0;
    if (dn_journal_original(journal, original, error) < 0 ||
        dn_journal_parse(journal->path, original->text, original->length, work->arena, &parsed,
                         error) < 0)
        return -1;
    work->entries = parsed.entries;
    work->count = parsed.count;
    return 0;
}

int
dn_journal_new(const dn_journal *journal, const char *name, bool sequence, int64_t now_ms,
               const dn_journal_texts *texts, dn_arena *arena, dn_migration *migration,
               dn_error *error)
{
    adding work = {.journal = journal, .arena = arena};
    dn_auto(dn_fd) lock = -1;
    dn_auto(dn_json) original = {0};
    const dn_layout_form *form = dn_layout_form_of(journal->layout);
    const char *content = texts->blank && form->empty ? form->empty : texts->up;
    const char *slug = dn_tag_slug(arena, name, error);
    const char *tag;

    /* What a person goes on writing would not be what was summed up. */
    if ((form->sealed && texts->blank) || form->code)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "journal.new",
                       "new migrations of '%s' are for %s itself to make", journal->folder,
                       form->title);
    if (!slug || dn_journal_lock(journal->folder, &lock, error) < 0)
        return -1;
    if (form->sealed && dn_sums_check(journal->folder, arena, error) < 0)
        return -1;
    if (read_entries(&work, &original, error) < 0)
        return -1;
    tag = choose_tag(&work, slug, sequence, now_ms, error);
    if (!tag || dn_tag_check(tag, strlen(tag), error) < 0)
        return -1;
    describe(&work, tag, now_ms, content);
    if (write_file(&work, texts, content, error) < 0 ||
        (form->sealed && dn_sums_write(journal->folder, arena, error) < 0) ||
        (journal->path && write_entry(&work, &original, error) < 0)) {
        take_back(&work);
        return -1;
    }
    *migration = work.made;
    return 0;
}
