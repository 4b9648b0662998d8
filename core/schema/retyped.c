/* SPDX-License-Identifier: MIT
 *
 * What is not known of a column any more when its type has changed, and of a table made from a query.
 */
#include "core/schema/schema.h"

static int
put_unsure(dn_fact_map *facts, const dunlin_fact *fact, const char *what, dn_arena *arena,
           dn_error *error)
{
    dn_properties set = {.arena = arena};
    dunlin_fact changed = *fact;

    dn_properties_add_all(&set, fact->properties, fact->property_count, "unsure");
    dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string(what));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (set.failed)
        return dn_no_memory(error);
    changed.properties = set.items;
    changed.property_count = set.count;
    return dn_fact_map_put(facts, &changed, error);
}

int
dn_schema_doubt_default(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                        dn_error *error)
{
    const dunlin_fact *column;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")) ||
        dn_property_find(operation->set, operation->set_count, "default"))
        return 0;
    column = dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    if (!column || !dn_property_find(column->properties, column->property_count, "default") ||
        dn_property_find(column->properties, column->property_count, "unsure"))
        return 0;
    return put_unsure(facts, column, "default", arena, error);
}

int
dn_schema_doubt_columns(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                        dn_error *error)
{
    const dunlin_fact *table =
        dn_operation_is(operation, DUNLIN_VERB_CREATE, DUNLIN_KIND_TABLE) && operation->body.length
            ? dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count)
            : NULL;

    return table ? put_unsure(facts, table, "columns", arena, error) : 0;
}

const dunlin_fact *
dn_schema_table_in_doubt(const dn_fact_map *facts, const dunlin_operation *operation)
{
    uint64_t depth = (dn_fact_map_naming(facts) & DN_FACT_NAMESPACES) ? 2 : 1;
    const dunlin_fact *table =
        operation->verb < DUNLIN_VERB_DATA && operation->path_count >= depth
            ? dn_fact_map_find(facts, dn_string(DUNLIN_KIND_TABLE), operation->path, depth)
            : NULL;

    return table && dn_property_lists(table->properties, table->property_count, "unsure",
                                      dn_string("columns"))
               ? table
               : NULL;
}
