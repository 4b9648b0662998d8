/* SPDX-License-Identifier: MIT */
#include "core/export/deeds.h"

static int
copy_key(dn_deeds *deeds, dunlin_string kind, const dunlin_string *path, uint64_t count,
         dunlin_fact *key, dn_error *error)
{
    const dunlin_fact given = {
        .size = sizeof given, .kind = kind, .path = path, .path_count = count};
    const dunlin_fact *copy = dn_fact_copy(deeds->arena, &given);

    if (!copy)
        return dn_no_memory(error);
    *key = *copy;
    return 0;
}

int
dn_deeds_add(dn_deeds *deeds, size_t migration, const dn_operations *operations, dn_error *error)
{
    const dunlin_operation *table = NULL;

    for (size_t i = 0; i < operations->count; i++) {
        const dunlin_operation *operation = operations->items[i];
        dn_deed *deed;

        if (operation->verb >= DUNLIN_VERB_DATA || operation->path_count == 0)
            continue;
        deeds->items = dn_arena_grow(deeds->arena, deeds->items, &deeds->capacity, deeds->count + 1,
                                     sizeof *deeds->items);
        if (!deeds->items)
            return dn_no_memory(error);
        deed = &deeds->items[deeds->count++];
        *deed = (dn_deed){.migration = migration, .verb = operation->verb};
        if (dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE))
            table = operation;
        deed->inside = table && operation != table && operation->verb == DUNLIN_VERB_CREATE;
        if (copy_key(deeds, operation->kind, operation->path, operation->path_count, &deed->key,
                     error) < 0 ||
            (operation->verb == DUNLIN_VERB_RENAME &&
             copy_key(deeds, operation->kind, operation->new_path, operation->new_path_count,
                      &deed->new_key, error) < 0))
            return -1;
    }
    return 0;
}

/* What comes later in the history. */
typedef struct future {
    dn_fact_map *gone; /* dropped or called otherwise */
    dn_fact_map *made;
    dn_fact_map *changed;
} future;

static bool
has(const dn_fact_map *map, const dunlin_fact *key)
{
    return dn_fact_map_find(map, key->kind, key->path, key->path_count) != NULL;
}

static bool
is_unsafe(const future *later, const dn_deed *deed)
{
    const dunlin_fact *key = &deed->key;
    dunlin_fact table = {.size = sizeof table,
                         .kind = dn_string(DUNLIN_KIND_TABLE),
                         .path = key->path,
                         .path_count = key->path_count - 1};

    if (deed->inside)
        return false;
    if (deed->verb == DUNLIN_VERB_DROP || deed->verb == DUNLIN_VERB_RENAME)
        return has(later->made, key);
    if (has(later->gone, key) || (table.path_count > 0 && has(later->gone, &table)))
        return true;
    return deed->verb == DUNLIN_VERB_ALTER && has(later->changed, key);
}

static int
note(future *later, const dn_deed *deed, dn_error *error)
{
    switch (deed->verb) {
    case DUNLIN_VERB_CREATE: return dn_fact_map_put(later->made, &deed->key, error);
    case DUNLIN_VERB_ALTER: return dn_fact_map_put(later->changed, &deed->key, error);
    case DUNLIN_VERB_DROP: return dn_fact_map_put(later->gone, &deed->key, error);
    default: break;
    }
    return dn_fact_map_put(later->gone, &deed->key, error) < 0 ||
                   dn_fact_map_put(later->made, &deed->new_key, error) < 0
               ? -1
               : 0;
}

int
dn_deeds_judge(const dn_deeds *deeds, bool *unsafe, dn_error *error)
{
    future later = {dn_fact_map_new(deeds->arena, deeds->naming),
                    dn_fact_map_new(deeds->arena, deeds->naming),
                    dn_fact_map_new(deeds->arena, deeds->naming)};

    if (!later.gone || !later.made || !later.changed)
        return dn_no_memory(error);
    for (size_t i = deeds->count; i-- > 0;) {
        const dn_deed *deed = &deeds->items[i];

        unsafe[deed->migration] = unsafe[deed->migration] || is_unsafe(&later, deed);
        if (note(&later, deed, error) < 0)
            return -1;
    }
    return 0;
}

int
dn_deeds_tables(const dn_deeds *deeds, dunlin_string **names, size_t *count, dn_error *error)
{
    dn_fact_map *seen = dn_fact_map_new(deeds->arena, deeds->naming);

    *count = 0;
    *names = dn_arena_array(deeds->arena, deeds->count + 1, sizeof **names);
    if (!*names || !seen)
        return dn_no_memory(error);
    for (size_t i = 0; i < deeds->count; i++) {
        const dn_deed *deed = &deeds->items[i];
        /* One that was renamed is there by its new name. */
        const dunlin_fact *key = deed->verb == DUNLIN_VERB_RENAME ? &deed->new_key : &deed->key;

        if ((deed->verb != DUNLIN_VERB_CREATE && deed->verb != DUNLIN_VERB_RENAME) ||
            !dn_string_equal(key->kind, DUNLIN_KIND_TABLE) || has(seen, key))
            continue;
        if (dn_fact_map_put(seen, key, error) < 0)
            return -1;
        (*names)[(*count)++] = key->path[key->path_count - 1];
    }
    return 0;
}
