/* SPDX-License-Identifier: MIT
 *
 * Foreign keys to tables that are made later, which only some databases take.
 */
#include "core/execute/portability_internal.h"

static bool
is_known(const dn_checking *work, const dunlin_fact *table)
{
    return work->blind ||
           dn_fact_map_find(work->facts, table->kind, table->path, table->path_count) ||
           dn_fact_map_find(work->hazy, table->kind, table->path, table->path_count);
}

/* What a foreign key names. */
static int
find_referred(const dn_checking *work, const dunlin_operation *key, dunlin_fact *table)
{
    const dunlin_property *ref = dn_property_find(key->set, key->set_count, "ref");
    dunlin_string *path = dn_arena_array(work->arena, 2, sizeof *path);

    *table =
        (dunlin_fact){.size = sizeof *table, .kind = dn_string(DUNLIN_KIND_TABLE), .path = path};
    if (!path)
        return dn_no_memory(work->error);
    for (ref = ref ? ref + 1 : NULL; ref && ref->type != DUNLIN_PROPERTY_END; ref++) {
        const char *name = dn_arena_copy(work->arena, ref->text.data, (size_t)ref->text.length);

        if (!name)
            return dn_no_memory(work->error);
        if (table->path_count < 2)
            path[table->path_count++] = dn_span(name, (size_t)ref->text.length);
    }
    return 0;
}

static int
await_table(dn_checking *work, const dunlin_operation *key)
{
    dn_awaited one;

    if (find_referred(work, key, &one.table) < 0)
        return -1;
    if (!one.table.path_count || is_known(work, &one.table))
        return 0;
    work->awaited = dn_arena_grow(work->arena, work->awaited, &work->awaited_capacity,
                                  work->awaited_count + 1, sizeof *work->awaited);
    if (!work->awaited)
        return dn_no_memory(work->error);
    if (dn_portability_find_place(work, key->span_begin, &one.place) < 0)
        return -1;
    work->awaited[work->awaited_count++] = one;
    return 0;
}

int
dn_portability_take_awaited(dn_checking *work)
{
    size_t left = 0;

    for (size_t i = 0; i < work->awaited_count; i++) {
        dn_awaited one = work->awaited[i];
        dunlin_string name = one.table.path[one.table.path_count - 1];

        if (!dn_fact_map_find(work->facts, one.table.kind, one.table.path, one.table.path_count)) {
            work->awaited[left++] = one;
            continue;
        }
        one.place.reason = dn_arena_printf(
            work->arena,
            "the table '%.*s' is made later, in line %u of %s: the foreign key belongs into an "
            "ALTER TABLE behind that",
            (int)name.length, name.data, work->item->line, work->migration->path);
        work->found->refused++;
        if (dn_portability_add(work, &one.place) < 0)
            return -1;
    }
    work->awaited_count = left;
    return 0;
}

int
dn_portability_look_ahead(dn_checking *work, const dn_operations *run)
{
    for (size_t i = 0; i < run->count && !work->refers_ahead; i++)
        if (dn_operation_is(run->items[i], DUNLIN_VERB_CREATE, DUNLIN_KIND_FOREIGN_KEY) &&
            await_table(work, run->items[i]) < 0)
            return -1;
    return 0;
}
