/* SPDX-License-Identifier: MIT
 *
 * The shape of our tables, as operations that the driver renders in its dialect. Columns are
 * only ever added; readers name the columns they want and ignore others.
 */
#include <string.h>

#include "core/tracker/event.h"
#include "core/tracker/known.h"
#include "core/tracker/lease.h"
#include "core/tracker/tracker_internal.h"

typedef struct table_column {
    const char *name;
    const char *type;
    bool not_null;
} table_column;

static const table_column migrations_columns[] = {
    {"seq", DUNLIN_TYPE_BIGINT, true},
    {"tag", DUNLIN_TYPE_KEY_TEXT, true},
    {"state", DUNLIN_TYPE_KEY_TEXT, true}, /* applied, baselined, asserted, reverted */
    {"digest_raw", DUNLIN_TYPE_KEY_TEXT, true},
    {"digest_text", DUNLIN_TYPE_KEY_TEXT, false},
    {"digest_tokens", DUNLIN_TYPE_KEY_TEXT, false},
    {"algorithm", DUNLIN_TYPE_KEY_TEXT, true},
    {"statements", DUNLIN_TYPE_INTEGER, false},
    {"applied_at", DUNLIN_TYPE_TIMESTAMP, true}, /* UTC */
    {"duration_us", DUNLIN_TYPE_BIGINT, false},
    {"applied_by", DUNLIN_TYPE_KEY_TEXT, false},
    {"host", DUNLIN_TYPE_KEY_TEXT, false},
    {"run_id", DUNLIN_TYPE_KEY_TEXT, false},
    {"tool_version", DUNLIN_TYPE_KEY_TEXT, false},
    {"schema_digest", DUNLIN_TYPE_KEY_TEXT, false},
    {"evidence", DUNLIN_TYPE_TEXT, false}, /* JSON */
    {"sql_up", DUNLIN_TYPE_BLOB, false},   /* zstd, or as it is when short */
    {"sql_down", DUNLIN_TYPE_BLOB, false},
};

static const table_column statements_columns[] = {
    {"run_id", DUNLIN_TYPE_KEY_TEXT, true},
    {"tag", DUNLIN_TYPE_KEY_TEXT, true},
    {"ordinal", DUNLIN_TYPE_INTEGER, true},
    {"digest", DUNLIN_TYPE_KEY_TEXT, true},
    {"phase", DUNLIN_TYPE_KEY_TEXT, true}, /* intent, again, done */
    {"backend", DUNLIN_TYPE_KEY_TEXT, false},
    {"backend_start", DUNLIN_TYPE_KEY_TEXT, false},
    {"facts_digest", DUNLIN_TYPE_KEY_TEXT, false},
    {"at", DUNLIN_TYPE_TIMESTAMP, true},
    {"error", DUNLIN_TYPE_TEXT, false},
};

/* What concerns the whole target: a row for each thing. */
static const table_column meta_columns[] = {
    {"key", DUNLIN_TYPE_KEY_TEXT, true},
    {"value", DUNLIN_TYPE_TEXT, false},
    {"expires_at", DUNLIN_TYPE_TIMESTAMP, false}, /* UTC, of a lease */
};

/* What people and repairs decided. */
static const table_column log_columns[] = {
    {"at", DUNLIN_TYPE_TIMESTAMP, true}, /* UTC */
    {"run_id", DUNLIN_TYPE_KEY_TEXT, false}, {"action", DUNLIN_TYPE_KEY_TEXT, true},
    {"who", DUNLIN_TYPE_KEY_TEXT, false},    {"detail", DUNLIN_TYPE_TEXT, false}, /* JSON */
};

/* What the schema is known to be: a row for each run. */
static const table_column schema_columns[] = {
    {"seq", DUNLIN_TYPE_BIGINT, true},
    {"tracker", DUNLIN_TYPE_KEY_TEXT, true},
    {"at", DUNLIN_TYPE_TIMESTAMP, true}, /* UTC */
    {"run_id", DUNLIN_TYPE_KEY_TEXT, false},
    {"action", DUNLIN_TYPE_KEY_TEXT, true},  /* migrate, accept */
    {"basis", DUNLIN_TYPE_KEY_TEXT, true},   /* empty, observed, accepted */
    {"records", DUNLIN_TYPE_KEY_TEXT, true}, /* digest of what the tracker held */
    {"reader", DUNLIN_TYPE_KEY_TEXT, true},
    {"digest", DUNLIN_TYPE_KEY_TEXT, true}, /* of the facts */
    {"applied_by", DUNLIN_TYPE_KEY_TEXT, false},
    {"host", DUNLIN_TYPE_KEY_TEXT, false},
    {"why", DUNLIN_TYPE_TEXT, false},
    {"tool_version", DUNLIN_TYPE_KEY_TEXT, false},
    {"facts", DUNLIN_TYPE_BLOB, false}, /* a snapshot; zstd, or as it is when short */
};

enum { MAX_OPERATIONS = 24, KEY_PROPERTIES = 3 };

/* Everything one CREATE TABLE's operations point into. */
typedef struct table_build {
    dunlin_string paths[MAX_OPERATIONS][2];
    dunlin_property properties[MAX_OPERATIONS][2];
    dunlin_property key[KEY_PROPERTIES];
    dunlin_operation operations[MAX_OPERATIONS];
    const dunlin_operation *list[MAX_OPERATIONS];
    size_t count;
} table_build;

static dunlin_operation *
add_operation(table_build *build, const char *kind, const char *table, const char *member)
{
    size_t at = build->count++;
    dunlin_operation *operation = &build->operations[at];

    build->list[at] = operation;
    build->paths[at][0] = dn_string(table);
    build->paths[at][1] = dn_string(member);
    operation->size = sizeof(*operation);
    operation->verb = DUNLIN_VERB_CREATE;
    operation->kind = dn_string(kind);
    operation->path = build->paths[at];
    operation->path_count = member ? 2 : 1;
    operation->set = build->properties[at];
    return operation;
}

static void
add_column(table_build *build, const char *table, const table_column *column)
{
    dunlin_operation *operation = add_operation(build, DUNLIN_KIND_COLUMN, table, column->name);
    dunlin_property *properties = build->properties[build->count - 1];

    properties[0].name = dn_string("type");
    properties[0].type = DUNLIN_PROPERTY_TEXT;
    properties[0].text = dn_string(column->type);
    operation->set_count = 1;
    if (column->not_null) {
        properties[1].name = dn_string("not_null");
        properties[1].type = DUNLIN_PROPERTY_BOOLEAN;
        properties[1].integer = 1;
        operation->set_count = 2;
    }
}

static void
add_key(table_build *build, const char *table, const char *name, const char *column_name)
{
    dunlin_operation *operation = add_operation(build, DUNLIN_KIND_PRIMARY_KEY, table, name);

    build->key[0].name = dn_string("columns");
    build->key[0].type = DUNLIN_PROPERTY_LIST_BEGIN;
    build->key[1].type = DUNLIN_PROPERTY_IDENTIFIER;
    build->key[1].text = dn_string(column_name);
    build->key[2].type = DUNLIN_PROPERTY_END;
    operation->set = build->key;
    operation->set_count = KEY_PROPERTIES;
}

static int
render(const dn_tracker_place *place, const char *table, const table_column *columns,
       size_t column_count, const char *key, dn_arena *arena, const char ***statements,
       size_t *count, dn_error *error)
{
    table_build *build = (table_build *)dn_arena_alloc(arena, sizeof(*build));

    if (!build)
        return dn_no_memory(error);
    add_operation(build, DUNLIN_KIND_TABLE, table, NULL)->condition =
        DUNLIN_CONDITION_IF_NOT_EXISTS;
    for (size_t i = 0; i < column_count; i++)
        add_column(build, table, &columns[i]);
    if (key)
        add_key(build, table, dn_arena_printf(arena, "%s_pkey", table), key);
    return dn_driver_render(place->driver, place->profile, build->list, build->count, arena,
                            statements, count, error);
}

int
dn_tracker_table_migrations(const dn_tracker_place *place, const char *name, dn_arena *arena,
                            const char ***statements, size_t *count, dn_error *error)
{
    return render(place, name, migrations_columns,
                  sizeof(migrations_columns) / sizeof(migrations_columns[0]), "seq", arena,
                  statements, count, error);
}

int
dn_tracker_table_statements(const dn_tracker_place *place, dn_arena *arena,
                            const char ***statements, size_t *count, dn_error *error)
{
    return render(place, DN_TRACKER_STATEMENTS, statements_columns,
                  sizeof(statements_columns) / sizeof(statements_columns[0]), NULL, arena,
                  statements, count, error);
}

int
dn_tracker_table_meta(const dn_tracker_place *place, dn_arena *arena, const char ***statements,
                      size_t *count, dn_error *error)
{
    return render(place, DN_TRACKER_META, meta_columns,
                  sizeof(meta_columns) / sizeof(meta_columns[0]), "key", arena, statements, count,
                  error);
}

int
dn_tracker_table_log(const dn_tracker_place *place, dn_arena *arena, const char ***statements,
                     size_t *count, dn_error *error)
{
    return render(place, DN_TRACKER_LOG, log_columns, sizeof(log_columns) / sizeof(log_columns[0]),
                  NULL, arena, statements, count, error);
}

int
dn_tracker_table_schema(const dn_tracker_place *place, dn_arena *arena, const char ***statements,
                        size_t *count, dn_error *error)
{
    return render(place, DN_TRACKER_SCHEMA, schema_columns,
                  sizeof(schema_columns) / sizeof(schema_columns[0]), "seq", arena, statements,
                  count, error);
}
