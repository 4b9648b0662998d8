/* SPDX-License-Identifier: MIT
 *
 * What is not known of a column any more when its type has changed.
 */
#include "core/schema/schema.h"

int
dn_schema_doubt_default(dn_fact_map *facts, const dunlin_operation *operation, dn_arena *arena,
                        dn_error *error)
{
    dn_properties set = {.arena = arena};
    const dunlin_fact *column;
    dunlin_fact changed;

    if (!dn_operation_is(operation, DUNLIN_VERB_ALTER, DUNLIN_KIND_COLUMN) ||
        !(dn_property_find(operation->set, operation->set_count, "type") ||
          dn_property_find(operation->set, operation->set_count, "type_path")) ||
        dn_property_find(operation->set, operation->set_count, "default"))
        return 0;
    column = dn_fact_map_find(facts, operation->kind, operation->path, operation->path_count);
    if (!column || !dn_property_find(column->properties, column->property_count, "default") ||
        dn_property_find(column->properties, column->property_count, "unsure"))
        return 0;
    dn_properties_add_all(&set, column->properties, column->property_count, "unsure");
    dn_properties_add(&set, "unsure", DUNLIN_PROPERTY_LIST_BEGIN, 0, dn_string(NULL));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_TEXT, 0, dn_string("default"));
    dn_properties_add(&set, NULL, DUNLIN_PROPERTY_END, 0, dn_string(NULL));
    if (set.failed)
        return dn_no_memory(error);
    changed = *column;
    changed.properties = set.items;
    changed.property_count = set.count;
    return dn_fact_map_put(facts, &changed, error);
}
