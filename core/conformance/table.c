/* SPDX-License-Identifier: MIT
 *
 * Tables as operations, for the driver to render.
 */
#include "core/conformance/check.h"

enum { MOST_OPERATIONS = 16, KEY_PROPERTIES = 3 };

/* Everything that the operations of one table point into. */
typedef struct table_build {
    dunlin_string paths[MOST_OPERATIONS][2];
    dunlin_property properties[MOST_OPERATIONS][2];
    dunlin_property key[KEY_PROPERTIES];
    dunlin_operation operations[MOST_OPERATIONS];
    const dunlin_operation *list[MOST_OPERATIONS];
    size_t count;
} table_build;

static dunlin_operation *
add(table_build *build, const char *kind, const char *table, const char *member)
{
    size_t at = build->count++;
    dunlin_operation *operation = &build->operations[at];

    build->list[at] = operation;
    build->paths[at][0] = dn_string(table);
    build->paths[at][1] = dn_string(member);
    operation->size = sizeof *operation;
    operation->verb = DUNLIN_VERB_CREATE;
    operation->kind = dn_string(kind);
    operation->path = build->paths[at];
    operation->path_count = member ? 2 : 1;
    operation->set = build->properties[at];
    return operation;
}

static void
add_column(table_build *build, const char *table, const dn_check_column *column)
{
    dunlin_operation *operation = add(build, DUNLIN_KIND_COLUMN, table, column->name);
    dunlin_property *properties = build->properties[build->count - 1];

    properties[0].name = dn_string("type");
    properties[0].type = DUNLIN_PROPERTY_TEXT;
    properties[0].text = dn_string(column->type);
    operation->set_count = 1;
    if (!column->not_null)
        return;
    properties[1].name = dn_string("not_null");
    properties[1].type = DUNLIN_PROPERTY_BOOLEAN;
    properties[1].integer = 1;
    operation->set_count = 2;
}

static void
add_key(table_build *build, const char *table, const char *name, const char *column)
{
    dunlin_operation *operation = add(build, DUNLIN_KIND_PRIMARY_KEY, table, name);

    build->key[0].name = dn_string("columns");
    build->key[0].type = DUNLIN_PROPERTY_LIST_BEGIN;
    build->key[1].type = DUNLIN_PROPERTY_IDENTIFIER;
    build->key[1].text = dn_string(column);
    build->key[2].type = DUNLIN_PROPERTY_END;
    operation->set = build->key;
    operation->set_count = KEY_PROPERTIES;
}

int
dn_check_render(dn_check *check, const dunlin_profile *profile, const dn_check_table *table,
                const char ***statements, size_t *count)
{
    table_build *build = dn_arena_alloc(&check->arena, sizeof *build);
    const char *key_name = dn_arena_printf(&check->arena, "%s_pkey", table->name);

    if (!build || !key_name)
        return dn_check_no_memory(check);
    add(build, DUNLIN_KIND_TABLE, table->name, NULL)->condition = table->condition;
    for (const dn_check_column *column = table->columns; column->name; column++)
        add_column(build, table->name, column);
    if (table->key)
        add_key(build, table->name, key_name, table->key);
    if (dn_driver_render(check->driver, profile, build->list, build->count, &check->arena,
                         statements, count, &check->error) < 0)
        return dn_while(&check->error, "rendering the table '%.100s'", table->name);
    if (!*count)
        return dn_check_fail(check, "render() made no statement of a table");
    return 0;
}

int
dn_check_create(dn_check *check, const dn_check_table *table)
{
    dn_connection *connection = dn_check_first(check);
    const char **statements;
    size_t count;

    if (!connection || dn_check_render(check, dn_connection_server(connection)->profile, table,
                                       &statements, &count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (dn_check_statement(check, connection, statements[i]) < 0)
            return -1;
    return 0;
}
