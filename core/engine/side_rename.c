/* SPDX-License-Identifier: MIT
 *
 * Renames that somebody declared.
 */
#include <string.h>

#include "core/engine/side.h"

/* "users", "users.name", and with a namespace before. */
const dunlin_fact *
dn_side_find_named(const dn_side *side, const dn_fact_map *facts, const char *name,
                   dunlin_string path[3])
{
    uint64_t lead = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 1 : 0;
    dunlin_string names[3];
    uint64_t count = 0;

    for (const char *at = name; at && count < 3; count++) {
        const char *dot = strchr(at, '.');

        names[count] = dn_span(at, dot ? (size_t)(dot - at) : strlen(at));
        at = dot ? dot + 1 : NULL;
    }
    for (int column = 0; column < 2; column++)
        for (uint64_t space = 0; space <= lead; space++) {
            uint64_t wanted = lead + 1 + (uint64_t)column;
            const dunlin_fact *found;

            if (count + lead - space != wanted)
                continue;
            path[0] = dn_side_home(side);
            memcpy(path + (lead - space), names, (size_t)count * sizeof *names);
            found = dn_fact_map_find(
                facts, dn_string(column ? DUNLIN_KIND_COLUMN : DUNLIN_KIND_TABLE), path, wanted);
            if (found)
                return found;
        }
    return NULL;
}

static int
read_rename(dn_arena *arena, const dn_side *from, const dn_fact_map *facts, const char *hint,
            dn_operations *list, dn_error *error)
{
    char *text = dn_arena_text(arena, hint);
    char *equals = text ? strchr(text, '=') : NULL;
    dunlin_operation operation = {.size = sizeof operation, .verb = DUNLIN_VERB_RENAME};
    dunlin_string *path = dn_arena_array(arena, 6, sizeof *path);
    const dunlin_fact *fact;
    const char *name;

    if (!text || !path)
        return dn_no_memory(error);
    if (!equals || equals == text || !equals[1])
        return dn_fail(error, DUNLIN_USAGE, "diff.rename", "'%s' is not a rename", hint);
    *equals = '\0';
    fact = dn_side_find_named(from, facts, text, path);
    if (!fact)
        return dn_fail(error, DUNLIN_USAGE, "diff.rename",
                       "'%s' has no table or column '%s' to be renamed", from->name, text);
    name = strrchr(equals + 1, '.') ? strrchr(equals + 1, '.') + 1 : equals + 1;
    memcpy(path + 3, fact->path, (size_t)fact->path_count * sizeof *path);
    path[3 + fact->path_count - 1] = dn_string(name);
    operation.kind = fact->kind;
    operation.path = fact->path;
    operation.path_count = fact->path_count;
    operation.new_path = path + 3;
    operation.new_path_count = fact->path_count;
    return dn_operations_add(list, dn_operation_copy(arena, &operation), error);
}

int
dn_side_rename(dn_arena *arena, const dn_side *from, dn_fact_map *facts, const char *hint,
               dn_operations *list, dn_error *error)
{
    return read_rename(arena, from, facts, hint, list, error) < 0
               ? -1
               : dn_schema_fold(facts, list->items[list->count - 1], NULL, error);
}

int
dn_side_renames(dn_arena *arena, const dn_side *from, const char *const *hints, size_t count,
                dn_operations *list, dn_error *error)
{
    dn_fact_map *facts = count ? dn_fact_map_copy(from->facts, arena, error) : NULL;

    if (count && !facts)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_side_rename(arena, from, facts, hints[i], list, error) < 0)
            return -1;
    return 0;
}
