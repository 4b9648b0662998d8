/* SPDX-License-Identifier: MIT
 *
 * Schemas, extensions, types, routines; triggers and policies; what views depend on.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_catalog.h"

int32_t
dn_pg_take_schema(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dunlin_string path[1] = {dn_pg_cell(row, DN_PG_SCHEMA_NAME)};

    dn_pg_fact_begin(&reading->fact, DUNLIN_KIND_SCHEMA, path, 1);
    dn_pg_fact_text(&reading->fact, "comment", dn_pg_cell(row, DN_PG_SCHEMA_COMMENT));
    return dn_pg_reading_push(reading);
}

int32_t
dn_pg_take_extension(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dunlin_string path[1] = {dn_pg_cell(row, DN_PG_EXTENSION_NAME)};

    dn_pg_fact_begin(&reading->fact, DUNLIN_KIND_EXTENSION, path, 1);
    dn_pg_fact_text(&reading->fact, "version", dn_pg_cell(row, DN_PG_EXTENSION_VERSION));
    if (!dn_kit_same(dn_pg_cell(row, DN_PG_EXTENSION_SCHEMA), "public"))
        dn_pg_fact_name(&reading->fact, "schema", dn_pg_cell(row, DN_PG_EXTENSION_SCHEMA));
    return dn_pg_reading_push(reading);
}

/* --- types ---------------------------------------------------------------------------------------- */
static void
add_elements(dn_pg_reading *reading, const char *name, int32_t type, dunlin_string text)
{
    dn_pg_array array = dn_pg_array_begin(text);
    dn_pg_fact *fact = &reading->fact;
    dunlin_string element;

    dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, name);
    for (uint32_t i = 0; dn_pg_array_next(&array, &element); i++) {
        element = dn_pg_arena_copy(&reading->arena, element);
        fact->failed = fact->failed || element.data == NULL;
        dn_pg_fact_element_at(fact, type, element, i);
    }
    dn_pg_fact_close(fact);
    dn_pg_array_free(&array);
}

int32_t
dn_pg_take_type(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[2] = {dn_pg_cell(row, DN_PG_TYPE_SCHEMA), dn_pg_cell(row, DN_PG_TYPE_NAME)};
    dunlin_string checks = dn_pg_cell(row, DN_PG_TYPE_CHECKS);

    if (dn_pg_cell_char(row, DN_PG_TYPE_KIND) == 'e') {
        dn_pg_fact_begin(fact, DUNLIN_KIND_ENUM, path, 2);
        add_elements(reading, "values", DUNLIN_PROPERTY_TEXT, dn_pg_cell(row, DN_PG_TYPE_LABELS));
    } else {
        dn_pg_fact_begin(fact, DUNLIN_KIND_DOMAIN, path, 2);
        dn_pg_fact_text(fact, "type", dn_pg_cell(row, DN_PG_TYPE_BASE));
        dn_pg_fact_boolean(fact, "not_null", dn_pg_cell_is_true(row, DN_PG_TYPE_NOT_NULL));
        dn_pg_fact_expression(fact, "default", dn_pg_cell(row, DN_PG_TYPE_DEFAULT));
        if (checks.length > 0)
            add_elements(reading, "checks", DUNLIN_PROPERTY_EXPRESSION, checks);
        if (!dn_pg_cell_is_null(row, DN_PG_TYPE_CHECK_NAMES))
            add_elements(reading, "check_names", DUNLIN_PROPERTY_IDENTIFIER,
                         dn_pg_cell(row, DN_PG_TYPE_CHECK_NAMES));
        if (!dn_pg_cell_is_null(row, DN_PG_TYPE_NOT_VALID))
            add_elements(reading, "not_valid_checks", DUNLIN_PROPERTY_IDENTIFIER,
                         dn_pg_cell(row, DN_PG_TYPE_NOT_VALID));
        dn_pg_fact_comments(reading, "check_comments", "constraint",
                            dn_pg_cell(row, DN_PG_TYPE_CHECK_COMMENTS));
        dn_pg_fact_text(fact, "collation", dn_pg_cell(row, DN_PG_TYPE_COLLATION));
    }
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_TYPE_COMMENT));
    return dn_pg_reading_push(reading);
}

/* --- routines --------------------------------------------------------------------------------------- */
int32_t
dn_pg_take_routine(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[3] = {dn_pg_cell(row, DN_PG_ROUTINE_SCHEMA),
                             dn_pg_cell(row, DN_PG_ROUTINE_NAME),
                             dn_pg_cell(row, DN_PG_ROUTINE_ARGUMENTS)};
    dunlin_string definition = dn_pg_cell(row, DN_PG_ROUTINE_DEFINITION);

    while (definition.length > 0 && definition.data[definition.length - 1] == '\n')
        definition.length--;
    dn_pg_fact_begin(fact,
                     dn_pg_cell_char(row, DN_PG_ROUTINE_KIND) == 'p' ? DUNLIN_KIND_PROCEDURE
                                                                     : DUNLIN_KIND_FUNCTION,
                     path, 3);
    dn_pg_fact_expression(fact, "definition", definition);
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_ROUTINE_COMMENT));
    return dn_pg_reading_push(reading);
}

/* --- what belongs to a table --------------------------------------------------------------------------- */
static void
add_enabled(dn_pg_fact *fact, char letter)
{
    switch (letter) {
    case 'D': dn_pg_fact_words(fact, "enabled", "never"); break;
    case 'R': dn_pg_fact_words(fact, "enabled", "replica"); break;
    case 'A': dn_pg_fact_words(fact, "enabled", "always"); break;
    default: break;
    }
}

int32_t
dn_pg_take_trigger(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    const dn_pg_relation *relation =
        dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_TRIGGER_RELATION));
    dunlin_string path[3];

    if (relation == NULL)
        return DUNLIN_OK;
    path[0] = relation->path[0];
    path[1] = relation->path[1];
    path[2] = dn_pg_cell(row, DN_PG_TRIGGER_NAME);
    dn_pg_fact_begin(fact, DUNLIN_KIND_TRIGGER, path, 3);
    dn_pg_fact_expression(fact, "definition", dn_pg_cell(row, DN_PG_TRIGGER_DEFINITION));
    add_enabled(fact, dn_pg_cell_char(row, DN_PG_TRIGGER_ENABLED));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_TRIGGER_COMMENT));
    return dn_pg_reading_push(reading);
}

/* --- what is told by its CREATE statement ----------------------------------------------------------------- */
void
dn_pg_fact_comments(dn_pg_reading *reading, const char *member, const char *of, dunlin_string text)
{
    dn_pg_fact *fact = &reading->fact;
    dn_pg_array array = dn_pg_array_begin(text);
    dunlin_string element;

    if (text.length == 0)
        return;
    dn_pg_fact_open(fact, DUNLIN_PROPERTY_LIST_BEGIN, member);
    for (bool is_name = true; dn_pg_array_next(&array, &element); is_name = !is_name) {
        element = dn_pg_arena_copy(&reading->arena, element);
        fact->failed = fact->failed || element.data == NULL;
        if (is_name) {
            dn_pg_fact_open(fact, DUNLIN_PROPERTY_STRUCT_BEGIN, NULL);
            dn_pg_fact_name(fact, of, element);
        } else {
            dn_pg_fact_text(fact, "comment", element);
            dn_pg_fact_close(fact);
        }
    }
    dn_pg_fact_close(fact);
    dn_pg_array_free(&array);
}

/* Its table, or its namespace and name, and the arguments of an aggregate; 0: not wanted. */
static size_t
definition_path(dn_pg_reading *reading, const dn_pg_row *row, dunlin_string path[3])
{
    const dn_pg_relation *relation;

    path[0] = dn_pg_cell(row, DN_PG_DEFINITION_SCHEMA);
    path[1] = dn_pg_cell(row, DN_PG_DEFINITION_NAME);
    path[2] = dn_pg_cell(row, DN_PG_DEFINITION_ARGUMENTS);
    if (dn_pg_cell_is_null(row, DN_PG_DEFINITION_RELATION))
        return dn_pg_cell_is_null(row, DN_PG_DEFINITION_ARGUMENTS) ? 2 : 3;
    relation = dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_DEFINITION_RELATION));
    if (relation == NULL)
        return 0;
    path[2] = path[1];
    path[0] = relation->path[0];
    path[1] = relation->path[1];
    return 3;
}

int32_t
dn_pg_take_definition(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    dunlin_string path[3];
    size_t count = definition_path(reading, row, path);

    if (count == 0)
        return DUNLIN_OK;
    dn_pg_fact_begin(fact, PQgetvalue(row->result, row->number, DN_PG_DEFINITION_KIND), path,
                     count);
    dn_pg_fact_expression(fact, "definition", dn_pg_cell(row, DN_PG_DEFINITION_TEXT));
    add_enabled(fact, dn_pg_cell_char(row, DN_PG_DEFINITION_ENABLED));
    dn_pg_fact_comments(reading, "column_comments", "column",
                        dn_pg_cell(row, DN_PG_DEFINITION_COLUMN_COMMENTS));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_DEFINITION_COMMENT));
    return dn_pg_reading_push(reading);
}

static const char *
command_of(char letter)
{
    switch (letter) {
    case 'r': return "select";
    case 'a': return "insert";
    case 'w': return "update";
    case 'd': return "delete";
    default: return "";
    }
}

int32_t
dn_pg_take_policy(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_fact *fact = &reading->fact;
    const dn_pg_relation *relation =
        dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_POLICY_RELATION));
    dunlin_string roles = dn_pg_cell(row, DN_PG_POLICY_ROLES);
    dunlin_string path[3];

    if (relation == NULL)
        return DUNLIN_OK;
    path[0] = relation->path[0];
    path[1] = relation->path[1];
    path[2] = dn_pg_cell(row, DN_PG_POLICY_NAME);
    dn_pg_fact_begin(fact, DN_PG_KIND_POLICY, path, 3);
    dn_pg_fact_words(fact, "command", command_of(dn_pg_cell_char(row, DN_PG_POLICY_COMMAND)));
    dn_pg_fact_boolean(fact, "restrictive", !dn_pg_cell_is_true(row, DN_PG_POLICY_PERMISSIVE));
    if (!dn_kit_same(roles, "{public}"))
        add_elements(reading, "roles", DUNLIN_PROPERTY_TEXT, roles);
    dn_pg_fact_expression(fact, "using", dn_pg_cell(row, DN_PG_POLICY_USING));
    dn_pg_fact_expression(fact, "check", dn_pg_cell(row, DN_PG_POLICY_CHECK));
    dn_pg_fact_text(fact, "comment", dn_pg_cell(row, DN_PG_POLICY_COMMENT));
    return dn_pg_reading_push(reading);
}

/* --- views ------------------------------------------------------------------------------------------------ */
int32_t
dn_pg_take_depend(void *context, const dn_pg_row *row)
{
    dn_pg_reading *reading = context;
    dn_pg_relation *view =
        dn_pg_relation_find(reading, dn_pg_cell_integer(row, DN_PG_DEPEND_RELATION));
    dunlin_string kind = dn_pg_cell(row, DN_PG_DEPEND_KIND);
    dunlin_string path = dn_pg_cell(row, DN_PG_DEPEND_PATH);
    char *key;

    if (view == NULL)
        return DUNLIN_OK;
    if (!dn_pg_reading_grow((void **)&view->depends, &view->depend_capacity, view->depend_count + 1,
                            sizeof(*view->depends)))
        return dn_kit_no_memory(reading->call);
    key = dn_pg_arena_take(&reading->arena, kind.length + path.length + 2);
    if (key == NULL)
        return dn_kit_no_memory(reading->call);
    memcpy(key, kind.data, kind.length);
    key[kind.length] = '/';
    memcpy(key + kind.length + 1, path.data, path.length);
    view->depends[view->depend_count++] = dn_kit_string(key);
    return DUNLIN_OK;
}
