/* SPDX-License-Identifier: MIT
 *
 * INSERT, UPDATE, DELETE and TRUNCATE.
 */
#include "core/ddl/tree.h"

#include <string.h>

static bool
returning(dn_ddl_parser *parser)
{
    if (dn_ddl_is(parser, "RETURNING"))
        return dn_ddl_native(parser, "RETURNING is not portable, and nobody would read it");
    return true;
}

static bool
add_assignment(dn_ddl_parser *parser, dn_data *data, dunlin_string column, dn_node *value)
{
    dn_assignments *set = &data->set;

    if (!value)
        return false;
    set->list =
        dn_arena_grow(parser->arena, set->list, &set->capacity, set->count + 1, sizeof *set->list);
    if (!set->list)
        return dn_ddl_no_memory(parser);
    set->list[set->count].column = column;
    set->list[set->count++].value = value;
    return true;
}

/* (a, b) = (1, 2), and ROW (1, 2). */
static bool
row_assignment(dn_ddl_parser *parser, dn_data *data)
{
    dn_names names = {NULL, 0, 0};
    dn_nodes row = {NULL, 0, 0};

    if (!dn_tree_names(parser, &names) || !dn_ddl_expect(parser, "="))
        return false;
    if (names.count == 1 && !dn_ddl_is(parser, "ROW ("))
        return add_assignment(parser, data, names.list[0], dn_tree_value(parser));
    dn_ddl_accept(parser, "ROW");
    if (!dn_ddl_expect(parser, "("))
        return false;
    if (dn_tree_query_fills(parser))
        return dn_ddl_native(parser, "an assignment of a query to several columns is not "
                                     "portable");
    if (!dn_tree_values(parser, &row) || !dn_ddl_expect(parser, ")"))
        return false;
    if (row.count != names.count)
        return dn_ddl_wrong(parser, "there are %zu columns and %zu values", names.count, row.count);
    for (size_t i = 0; i < names.count; i++)
        if (!add_assignment(parser, data, names.list[i], row.list[i]))
            return false;
    return true;
}

static bool
assignments(dn_ddl_parser *parser, dn_data *data)
{
    do {
        dunlin_string parts[4];
        size_t count;

        if (dn_ddl_is(parser, "(")) {
            if (!row_assignment(parser, data))
                return false;
            continue;
        }
        if (!dn_ddl_dotted(parser, parts, &count) || !dn_ddl_expect(parser, "=") ||
            !add_assignment(parser, data, parts[count - 1], dn_tree_value(parser)))
            return false;
    } while (dn_ddl_accept(parser, ","));
    return true;
}

/* --- INSERT --- */
static bool
conflict_target(dn_ddl_parser *parser, dn_data *data)
{
    if (dn_ddl_accept(parser, "ON CONSTRAINT"))
        return dn_ddl_name(parser, &data->constraint);
    if (!dn_ddl_is(parser, "("))
        return true;
    if (!dn_tree_names(parser, &data->target))
        return false;
    return !dn_ddl_accept(parser, "WHERE") ||
           (data->target_where = dn_tree_expression(parser)) != NULL;
}

static bool
conflict(dn_ddl_parser *parser, dn_data *data)
{
    data->conflict_offset = dn_ddl_peek(parser)->offset;
    if (dn_ddl_accept(parser, "ON DUPLICATE KEY UPDATE")) {
        data->conflict = true;
        data->conflict_updates = true;
        return assignments(parser, data);
    }
    if (!dn_ddl_accept(parser, "ON CONFLICT"))
        return true;
    if (data->conflict)
        return dn_ddl_wrong(parser, "there are two ways for conflicts");
    data->conflict = true;
    if (!conflict_target(parser, data))
        return false;
    if (dn_ddl_accept(parser, "DO NOTHING"))
        return true;
    data->conflict_updates = true;
    if (!dn_ddl_expect(parser, "DO UPDATE SET") || !assignments(parser, data))
        return false;
    return !dn_ddl_accept(parser, "WHERE") ||
           (data->update_where = dn_tree_expression(parser)) != NULL;
}

static bool
insert_head(dn_ddl_parser *parser, dn_data *data)
{
    data->conflict_offset = dn_ddl_peek(parser)->offset;
    if (dn_ddl_accept(parser, "OR IGNORE") || dn_ddl_accept(parser, "IGNORE"))
        data->conflict = true;
    else if (dn_ddl_accept(parser, "OR REPLACE"))
        data->replaces = true;
    else if (dn_ddl_is(parser, "OR") || dn_ddl_is(parser, "LOW_PRIORITY") ||
             dn_ddl_is(parser, "DELAYED") || dn_ddl_is(parser, "HIGH_PRIORITY"))
        return dn_ddl_native(parser, "INSERT of this form is not portable");
    dn_ddl_accept(parser, "INTO");
    if (!dn_ddl_qualified(parser, &data->table))
        return false;
    if (dn_ddl_accept(parser, "AS") && !dn_ddl_name(parser, &data->alias))
        return false;
    return true;
}

/* MySQL: INSERT INTO t SET a = 1, b = 2. */
static bool
insert_set(dn_ddl_parser *parser, dn_data *data)
{
    dn_query *query = dn_arena_alloc(parser->arena, sizeof *query);
    dn_node *row = dn_node_new(parser, DN_NODE_ROW, parser->at);

    if (!query || !row)
        return dn_ddl_no_memory(parser);
    memset(query, 0, sizeof *query);
    if (!assignments(parser, data))
        return false;
    for (size_t i = 0; i < data->set.count; i++)
        if (!dn_names_add(parser, &data->columns, data->set.list[i].column) ||
            !dn_node_add(parser, &row->items, data->set.list[i].value))
            return false;
    data->set.count = 0;
    data->source = query;
    return dn_node_add(parser, &query->rows, row);
}

static bool
insert(dn_ddl_parser *parser, dn_data *data)
{
    data->kind = DN_DATA_INSERT;
    if (!insert_head(parser, data))
        return false;
    if (dn_ddl_is(parser, "OVERRIDING"))
        return dn_ddl_native(parser, "OVERRIDING is not portable");
    if (dn_ddl_accept(parser, "( )")) {
        if (!dn_ddl_expect(parser, "VALUES ( )"))
            return false;
    } else if (dn_ddl_accept(parser, "DEFAULT VALUES")) {
        data->source = NULL;
    } else if (dn_ddl_accept(parser, "SET")) {
        if (!insert_set(parser, data))
            return false;
    } else {
        if (dn_ddl_is(parser, "(") && !dn_tree_query_follows(parser) &&
            !dn_tree_names(parser, &data->columns))
            return false;
        if (dn_ddl_is(parser, "OVERRIDING"))
            return dn_ddl_native(parser, "OVERRIDING is not portable");
        if (dn_ddl_is(parser, "VALUE"))
            return dn_ddl_expected(parser, "VALUES or SELECT");
        data->source = dn_tree_query(parser);
        if (!data->source)
            return false;
    }
    if (dn_ddl_is(parser, "AS"))
        return dn_ddl_native(parser, "a row alias is not portable; write excluded or VALUES()");
    return conflict(parser, data) && returning(parser);
}

/* --- UPDATE, DELETE --- */
static bool
where(dn_ddl_parser *parser, dn_data *data, const char *verb)
{
    if (dn_ddl_is(parser, "WHERE CURRENT OF"))
        return dn_ddl_native(parser, "cursors are not portable");
    if (dn_ddl_accept(parser, "WHERE") && !(data->where = dn_tree_expression(parser)))
        return false;
    if (dn_ddl_is(parser, "ORDER") || dn_ddl_is(parser, "LIMIT"))
        return dn_ddl_native(parser, "%s with ORDER BY or LIMIT is not portable", verb);
    return returning(parser);
}

static bool
update(dn_ddl_parser *parser, dn_data *data)
{
    data->kind = DN_DATA_UPDATE;
    if (dn_ddl_is(parser, "OR") || dn_ddl_is(parser, "IGNORE"))
        return dn_ddl_native(parser, "UPDATE of this form is not portable");
    dn_ddl_accept(parser, "ONLY");
    if (!dn_ddl_qualified(parser, &data->table) || !dn_tree_alias(parser, &data->alias))
        return false;
    if (dn_ddl_is(parser, ",") || dn_ddl_is(parser, "JOIN") || dn_ddl_is(parser, "INNER") ||
        dn_ddl_is(parser, "LEFT"))
        return dn_ddl_native(parser, "UPDATE of joined tables is not portable; write UPDATE .. "
                                     "FROM");
    if (!dn_ddl_expect(parser, "SET") || !assignments(parser, data))
        return false;
    if (dn_ddl_accept(parser, "FROM") && !dn_tree_from(parser, &data->from))
        return false;
    return where(parser, data, "UPDATE");
}

static bool
delete_from(dn_ddl_parser *parser, dn_data *data)
{
    data->kind = DN_DATA_DELETE;
    if (!dn_ddl_expect(parser, "FROM"))
        return false;
    dn_ddl_accept(parser, "ONLY");
    if (!dn_ddl_qualified(parser, &data->table) || !dn_tree_alias(parser, &data->alias))
        return false;
    if (dn_ddl_accept(parser, "USING") && !dn_tree_from(parser, &data->from))
        return false;
    return where(parser, data, "DELETE");
}

static bool
truncate(dn_ddl_parser *parser, dn_data *data)
{
    data->kind = DN_DATA_TRUNCATE;
    dn_ddl_accept(parser, "TABLE");
    do {
        dn_ddl_accept(parser, "ONLY");
        data->tables = dn_arena_grow(parser->arena, data->tables, &data->table_capacity,
                                     data->table_count + 1, sizeof *data->tables);
        if (!data->tables)
            return dn_ddl_no_memory(parser);
        if (!dn_ddl_qualified(parser, &data->tables[data->table_count++]))
            return false;
    } while (dn_ddl_accept(parser, ","));
    if (dn_ddl_accept(parser, "RESTART IDENTITY"))
        data->restart = true;
    else
        dn_ddl_accept(parser, "CONTINUE IDENTITY");
    data->cascade = dn_ddl_behaviour(parser) == DUNLIN_OPERATION_CASCADE;
    return true;
}

bool
dn_tree_data(dn_ddl_parser *parser, dn_data *data)
{
    memset(data, 0, sizeof *data);
    data->offset = dn_ddl_peek(parser)->offset;
    if (dn_ddl_accept(parser, "WITH") && !dn_tree_with(parser, &data->with, &data->recursive))
        return false;
    if (dn_ddl_accept(parser, "INSERT"))
        return insert(parser, data);
    if (dn_ddl_accept(parser, "REPLACE")) {
        data->replaces = true;
        return insert(parser, data);
    }
    if (dn_ddl_accept(parser, "UPDATE"))
        return update(parser, data);
    if (dn_ddl_accept(parser, "DELETE"))
        return delete_from(parser, data);
    if (dn_ddl_accept(parser, "TRUNCATE"))
        return truncate(parser, data);
    return dn_ddl_expected(parser, "INSERT, UPDATE, DELETE or TRUNCATE");
}
