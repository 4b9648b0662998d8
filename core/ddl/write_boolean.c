/* SPDX-License-Identifier: MIT
 *
 * Booleans as MySQL and SQLite write them: 1 and 0 in the place of a boolean column's value.
 */
#include "core/ddl/write.h"

#include <string.h>

static bool
is_boolean(const dn_writer *writer, const dn_data *data, dunlin_string column)
{
    return column.length && writer->target->column_class &&
           dn_class_of_column(writer, &data->table, column) == DN_CLASS_BOOL;
}

static bool
is_number(const dn_node *node, char digit)
{
    return node->text.length == 1 && *node->text.data == digit;
}

/* Another number is refused where the driver says that the database takes none. */
static bool
write_value(dn_writer *writer, const dn_data *data, dunlin_string column, dn_node *node)
{
    const dn_rule *rule;

    if (node->kind != DN_NODE_NUMBER || !is_boolean(writer, data, column))
        return true;
    if (is_number(node, '0') || is_number(node, '1')) {
        node->name = is_number(node, '1') ? "true" : "false";
        node->kind = DN_NODE_VALUE;
        return true;
    }
    rule = writer->target->rules
               ? dn_rule_named(writer->target->rules, DUNLIN_RULE_CLAUSE, "number for a boolean")
               : NULL;
    return !rule || !rule->refusal.length ||
           dn_write_refuse(writer, node->offset, "'%.*s' is boolean: %.*s", (int)column.length,
                           column.data, (int)rule->refusal.length, rule->refusal.data);
}

static dunlin_string
column_at(const dn_writer *writer, const dn_data *data, size_t at)
{
    const dn_ddl_target *target = writer->target;

    if (data->columns.count)
        return at < data->columns.count ? data->columns.list[at] : dn_string("");
    return target->column_at
               ? target->column_at(target->context, data->table.space, data->table.name, at)
               : dn_string("");
}

bool
dn_write_booleans(dn_writer *writer, dn_data *data)
{
    const dn_nodes none = {NULL, 0, 0};
    const dn_nodes *rows = data->source ? &data->source->rows : &none;

    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < rows->list[i]->items.count; k++)
            if (rows->list[i]->items.list[k]->kind == DN_NODE_NUMBER &&
                !write_value(writer, data, column_at(writer, data, k),
                             rows->list[i]->items.list[k]))
                return false;
    for (size_t i = 0; i < data->set.count; i++)
        if (!write_value(writer, data, data->set.list[i].column, data->set.list[i].value))
            return false;
    return true;
}
