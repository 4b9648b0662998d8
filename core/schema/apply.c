/* SPDX-License-Identifier: MIT
 *
 * Making what was before into what is after. The order of a table's columns is no difference by itself, so it is
 * kept up here: who comes stands last, and what looks like the one that goes takes its place.
 */
#include "core/schema/compare.h"
#include "core/schema/schema_internal.h"

static const dunlin_fact *
table_of(const dn_fact_map *facts, const dunlin_fact *column)
{
    return dn_fact_map_find(facts, dn_string(DUNLIN_KIND_TABLE), column->path,
                            column->path_count - 1);
}

static dunlin_string
name_of(const dunlin_fact *column)
{
    return column->path[column->path_count - 1];
}

static bool
lists(const dunlin_fact *table, dunlin_string column)
{
    return dn_property_lists(table->properties, table->property_count, "order", column);
}

static void
add_name(dn_properties *list, dunlin_string name, uint32_t *place)
{
    dn_properties_add(list, NULL, DUNLIN_PROPERTY_IDENTIFIER, 0, name);
    if (!list->failed)
        list->items[list->count - 1].index = (*place)++;
}

/* `to` takes the place of `from`; without a length, either is none. */
static int
place(dn_fact_map *facts, const dunlin_fact *table, dunlin_string from, dunlin_string to,
      dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_properties list = {.arena = &arena};
    const dunlin_property *at = dn_property_find(table->properties, table->property_count, "order");
    dunlin_fact changed = *table;
    uint32_t count = 0;

    dn_properties_add_all(&list, table->properties, table->property_count, "order");
    dn_properties_add(&list, "order", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    while ((++at)->type != DUNLIN_PROPERTY_END)
        if (!from.length || !dn_string_same(at->text, from))
            add_name(&list, at->text, &count);
        else if (to.length)
            add_name(&list, to, &count);
    if (!from.length)
        add_name(&list, to, &count);
    dn_properties_add(&list, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (list.failed)
        return dn_no_memory(error);
    changed.properties = list.items;
    changed.property_count = list.count;
    return dn_fact_map_put(facts, &changed, error);
}

/* What may be the column under another name. */
static dunlin_string
name_behind(const dn_differences *differences, const dunlin_fact *table, const dunlin_fact *gone)
{
    static const dn_compare_options plain = {.column_order = false};

    for (size_t i = 0; i < differences->count; i++) {
        const dn_difference *one = &differences->items[i];

        if (!one->before && dn_fact_is(one->after, DUNLIN_KIND_COLUMN) &&
            dn_fact_lies_in(one->after, table) && !lists(table, name_of(one->after)) &&
            dn_schema_equal(gone, one->after, &plain))
            return name_of(one->after);
    }
    return dn_string(NULL);
}

static int
keep_order(const dn_differences *differences, const dn_difference *one, dn_fact_map *facts,
           dn_error *error)
{
    const dunlin_fact *column = dn_difference_key(one);
    const dunlin_fact *table =
        dn_fact_is(column, DUNLIN_KIND_COLUMN) ? table_of(facts, column) : NULL;

    if (!table || !dn_property_find(table->properties, table->property_count, "order") ||
        lists(table, name_of(column)) != !one->after)
        return 0;
    return one->after ? place(facts, table, dn_string(NULL), name_of(column), error)
                      : place(facts, table, name_of(column),
                              name_behind(differences, table, column), error);
}

int
dn_differences_apply(const dn_differences *differences, dn_fact_map *facts, dn_error *error)
{
    for (size_t i = 0; i < differences->count; i++) {
        const dn_difference *one = &differences->items[i];

        if (one->after && dn_fact_map_put(facts, one->after, error) < 0)
            return -1;
        if (!one->after)
            dn_fact_map_remove(facts, one->before->kind, one->before->path,
                               one->before->path_count);
    }
    /* Those that go first: the places of others are behind them then. */
    for (int comes = 0; comes < 2; comes++)
        for (size_t i = 0; i < differences->count; i++)
            if ((differences->items[i].after != NULL) == comes &&
                keep_order(differences, &differences->items[i], facts, error) < 0)
                return -1;
    return 0;
}
