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

const dunlin_fact *
dn_side_find_value(const dn_side *side, const dn_fact_map *facts, const char *name,
                   const char **value)
{
    uint64_t lead = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 1 : 0;
    dunlin_string path[2] = {dn_side_home(side)};
    const char *type = name;

    for (uint64_t given = 0; given <= lead; given++) {
        const char *dot = strchr(type, '.');
        const dunlin_fact *found;

        if (!dot)
            return NULL;
        path[lead] = dn_span(type, (size_t)(dot - type));
        *value = dot + 1;
        found = dn_fact_map_find(facts, dn_string(DUNLIN_KIND_ENUM), path, lead + 1);
        if (found && dn_property_lists(found->properties, found->property_count, "values",
                                       dn_string(*value)))
            return found;
        path[0] = path[lead]; /* it may be that of a namespace */
        type = *value;
    }
    return NULL;
}

static int
rename_named(dn_arena *arena, const dunlin_fact *fact, const char *name, dn_operations *list,
             dn_error *error)
{
    dunlin_operation operation = {.size = sizeof operation, .verb = DUNLIN_VERB_RENAME};
    dunlin_string *path = dn_arena_array(arena, fact->path_count, sizeof *path);

    if (!path)
        return dn_no_memory(error);
    memcpy(path, fact->path, (size_t)fact->path_count * sizeof *path);
    path[fact->path_count - 1] = dn_string(name);
    operation.kind = fact->kind;
    operation.path = fact->path;
    operation.path_count = fact->path_count;
    operation.new_path = path;
    operation.new_path_count = fact->path_count;
    return dn_operations_add(list, dn_operation_copy(arena, &operation), error);
}

static int
rename_value(dn_arena *arena, const dunlin_fact *type, const char *value, const char *name,
             dn_operations *list, dn_error *error)
{
    const dunlin_property change[] = {
        {.name = dn_string("rename_value"), .type = DUNLIN_PROPERTY_TEXT, .text = dn_string(value)},
        {.name = dn_string("to"), .type = DUNLIN_PROPERTY_TEXT, .text = dn_string(name)},
    };
    dn_properties values = {.arena = arena};
    dunlin_operation operation = {
        .size = sizeof operation,
        .verb = DUNLIN_VERB_ALTER,
        .kind = type->kind,
        .path = type->path,
        .path_count = type->path_count,
        .set = change,
        .set_count = 2,
    };

    if (dn_schema_new_values(type, &operation, &values, error) < 0)
        return -1;
    operation.set = values.items;
    operation.set_count = values.count;
    return dn_operations_add(list, dn_operation_copy(arena, &operation), error);
}

static int
read_rename(dn_arena *arena, const dn_side *from, const dn_fact_map *facts, const char *hint,
            dn_operations *list, dn_error *error)
{
    char *text = dn_arena_text(arena, hint);
    char *equals = text ? strchr(text, '=') : NULL;
    dunlin_string *path = dn_arena_array(arena, 3, sizeof *path);
    const dunlin_fact *fact;
    const char *value;
    const char *name;

    if (!text || !path)
        return dn_no_memory(error);
    if (!equals || equals == text || !equals[1])
        return dn_fail(error, DUNLIN_USAGE, "diff.rename", "'%s' is not a rename", hint);
    *equals = '\0';
    name = strrchr(equals + 1, '.') ? strrchr(equals + 1, '.') + 1 : equals + 1;
    fact = dn_side_find_named(from, facts, text, path);
    if (fact)
        return rename_named(arena, fact, name, list, error);
    fact = dn_side_find_value(from, facts, text, &value);
    if (fact && strncmp(equals + 1, text, (size_t)(value - text)) == 0)
        return rename_value(arena, fact, value, equals + 1 + (value - text), list, error);
    if (fact) /* there may be points in a value */
        return rename_value(arena, fact, value, equals + 1, list, error);
    return dn_fail(error, DUNLIN_USAGE, "diff.rename",
                   "'%s' has no table, column or value of an enum '%s' to be renamed", from->name,
                   text);
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
