/* SPDX-License-Identifier: MIT
 *
 * The chain of digests that files of effects are found by: whatever could make a replay read
 * something else is in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fact/canonical.h"
#include "core/state/replay_internal.h"
#include "core/state/snapshot.h"

static void
add(dn_hash *hash, dunlin_string text)
{
    dn_hash_add(hash, &text.length, sizeof text.length);
    dn_hash_add(hash, text.data, (size_t)text.length);
}

static void
add_text(dn_hash *hash, const char *text)
{
    add(hash, dn_string(text ? text : ""));
}

static void
add_number(dn_hash *hash, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)number);
    add_text(hash, text);
}

typedef struct setting {
    dunlin_string name;
    dunlin_string value;
} setting;

static int
by_name(const void *left, const void *right)
{
    return strcmp(((const setting *)left)->name.data, ((const setting *)right)->name.data);
}

/* Where paths have no namespace, it is the name of the database, which decides nothing. */
static int
add_settings(dn_hash *hash, const dunlin_profile *profile, bool namespaces, dn_error *error)
{
    setting *list = calloc((size_t)profile->setting_count / 2 + 1, sizeof *list);
    size_t count = 0;

    if (!list)
        return dn_no_memory(error);
    for (uint64_t i = 0; i + 1 < profile->setting_count; i += 2)
        if (namespaces || !dn_string_equal(profile->settings[i], "namespace"))
            list[count++] = (setting){profile->settings[i], profile->settings[i + 1]};
    if (count)
        qsort(list, count, sizeof *list, by_name);
    for (size_t i = 0; i < count; i++) {
        add(hash, list[i].name);
        add(hash, list[i].value);
    }
    free(list);
    return 0;
}

int
dn_chain_begin(const dn_replay_options *options, dn_digest *digest, dn_error *error)
{
    const dn_driver *driver = dn_connection_driver(options->target);
    const dunlin_profile *profile = dn_connection_server(options->target)->profile;
    uint64_t flags = dn_connection_capabilities(options->target)->flags;
    dn_hash hash;

    dn_hash_begin(&hash);
    add_number(&hash, DN_SNAPSHOT_FORMAT);
    add_number(&hash, DUNLIN_DRIVER_REVISION);
    add_text(&hash, PACKAGE_VERSION);
    add_text(&hash, driver->table.name);
    add_text(&hash, driver->table.version);
    add(&hash, profile->flavour);
    add_number(&hash, profile->major);
    add_text(&hash, options->translate.dialect);
    add_number(&hash, options->translate.native_guards);
    add_number(&hash, options->translate.keep_different);
    add_number(&hash, dn_connection_sees_grants(options->target));
    if (add_settings(&hash, profile, (flags & DUNLIN_CAN_NAMESPACES) != 0, error) < 0)
        return -1;
    *digest = dn_hash_end(&hash);
    return 0;
}

void
dn_chain_add(dn_digest *digest, const dn_migration *file)
{
    static const dn_digest none;
    dn_hash hash;

    dn_hash_begin(&hash);
    dn_hash_add(&hash, digest->bytes, sizeof digest->bytes);
    dn_hash_add(&hash, file && file->has_file ? file->raw.bytes : none.bytes, sizeof none.bytes);
    *digest = dn_hash_end(&hash);
}
