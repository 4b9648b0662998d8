/* SPDX-License-Identifier: MIT
 *
 * atlas.sum: a digest of all files up to each one, and one of these digests (Atlas' manual, "Migration
 * Directory Integrity"; the values of its own test data come out).
 */
#include "core/journal/sums.h"

#include <string.h>

#include <nettle/base64.h>

#include "core/base/file.h"
#include "core/base/hash.h"

enum { SUM_BYTES = BASE64_ENCODE_RAW_LENGTH(DN_DIGEST_BYTES) };

typedef struct sum {
    char text[SUM_BYTES + 1];
} sum;

/* Of what was added until now; the hash goes on. */
static sum
sum_of(const dn_hash *hash)
{
    dn_hash copy = *hash;
    dn_digest digest = dn_hash_end(&copy);
    sum made;

    base64_encode_raw(made.text, sizeof digest.bytes, digest.bytes);
    made.text[SUM_BYTES] = '\0';
    return made;
}

static bool
is_counted(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcmp(name + length - 4, ".sql") == 0;
}

/* Its name counts for those behind it, its text does not. */
static bool
is_ignored(const dn_text *text)
{
    static const char mark[] = "-- atlas:sum ignore\n";

    return text->length >= sizeof mark - 1 && memcmp(text->data, mark, sizeof mark - 1) == 0;
}

static int
add_file(const char *path, const char *name, dn_hash *files, dn_hash *lines, dn_text *list,
         dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    sum line;

    if (dn_file_read(path, &text, error) < 0)
        return -1;
    dn_hash_add(files, name, strlen(name));
    if (is_ignored(&text))
        return 0;
    dn_hash_add(files, text.data ? text.data : "", text.length);
    line = sum_of(files);
    dn_hash_add(lines, name, strlen(name));
    dn_hash_add(lines, line.text, SUM_BYTES);
    dn_text_printf(list, "%s h1:%s\n", name, line.text);
    return 0;
}

int
dn_sums_make(const char *folder, dn_arena *arena, dn_text *text, dn_error *error)
{
    dn_auto(dn_text) list = DN_TEXT_INIT;
    dn_folder_entry *entries;
    size_t count;
    dn_hash files, lines;

    if (dn_folder_list(arena, folder, &entries, &count, error) < 0)
        return -1;
    dn_hash_begin(&files);
    dn_hash_begin(&lines);
    for (size_t i = 0; i < count; i++) {
        const char *path = dn_path_join(arena, folder, entries[i].name);

        if (!path)
            return dn_no_memory(error);
        if (!entries[i].folder && is_counted(entries[i].name) &&
            add_file(path, entries[i].name, &files, &lines, &list, error) < 0)
            return -1;
    }
    dn_text_printf(text, "h1:%s\n", sum_of(&lines).text);
    dn_text_add(text, list.data ? list.data : "", list.length);
    return text->failed || list.failed ? dn_no_memory(error) : 0;
}

static const char *
path_of(const char *folder, dn_arena *arena)
{
    return dn_path_join(arena, folder, "atlas.sum");
}

int
dn_sums_check(const char *folder, dn_arena *arena, dn_error *error)
{
    dn_auto(dn_text) wanted = DN_TEXT_INIT;
    dn_auto(dn_text) there = DN_TEXT_INIT;
    const char *path = path_of(folder, arena);

    if (!path)
        return dn_no_memory(error);
    if (dn_sums_make(folder, arena, &wanted, error) < 0 || dn_file_read(path, &there, error) < 0)
        return -1;
    if (wanted.length == there.length && memcmp(wanted.data, there.data, wanted.length) == 0)
        return 0;
    return dn_fail(error, DUNLIN_DISAGREEMENT, "journal.sums",
                   "the files in '%s' are not those that 'atlas.sum' was made of", folder);
}

int
dn_sums_write(const char *folder, dn_arena *arena, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *path = path_of(folder, arena);

    if (!path)
        return dn_no_memory(error);
    if (dn_sums_make(folder, arena, &text, error) < 0)
        return -1;
    return dn_file_write(path, text.data, text.length, error);
}
