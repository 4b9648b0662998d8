/* SPDX-License-Identifier: MIT
 *
 * Choosing the owner, and what both owners share.
 */
#include "core/tracker/tracker.h"

#include <string.h>

#include "core/base/fault.h"
#include "core/tracker/tracker_internal.h"

const char *
dn_tracker_owner_name(dn_tracker_owner owner)
{
    return owner == DN_OWNER_DRIZZLE ? "drizzle" : "dunlin";
}

dn_tracker_row *
dn_tracker_add_row(dn_tracker_rows *rows)
{
    dn_tracker *tracker = rows->tracker;
    dn_tracker_row *grown = (dn_tracker_row *)dn_arena_grow(
        rows->arena, tracker->rows, &rows->capacity, tracker->count + 1, sizeof(*grown));
    dn_tracker_row *row;

    if (!grown)
        return NULL;
    tracker->rows = grown;
    row = &grown[tracker->count++];
    memset(row, 0, sizeof(*row));
    row->duration_us = -1;
    return row;
}

const char *
dn_tracker_value_text(dn_arena *arena, const dunlin_value *value)
{
    if (value->type == DUNLIN_VALUE_TEXT || value->type == DUNLIN_VALUE_BLOB)
        return dn_arena_copy(arena, value->text.data, (size_t)value->text.length);
    if (value->type == DUNLIN_VALUE_INTEGER)
        return dn_arena_printf(arena, "%lld", (long long)value->integer);
    return NULL;
}

static int
quote(dn_connection *connection, const char *name, dn_arena *arena, const char **quoted,
      dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_driver_quote(dn_connection_driver(connection), dn_connection_server(connection)->profile,
                        name, &text, error) < 0)
        return -1;
    *quoted = dn_arena_copy(arena, text.data, text.length);
    return *quoted ? 0 : dn_no_memory(error);
}

/* Drizzle's table where it stands in a schema. */
static int
name_in_schema(dn_connection *connection, const char *schema, const char *name, dn_arena *arena,
               dn_tracker *tracker, dn_error *error)
{
    const char *dot = strchr(name, '.');
    const char *quoted;

    if (dot) {
        schema = dn_arena_copy(arena, name, (size_t)(dot - name));
        name = dot + 1;
        if (!schema)
            return dn_no_memory(error);
    }
    if (quote(connection, schema, arena, &tracker->schema, error) < 0 ||
        quote(connection, name, arena, &quoted, error) < 0)
        return -1;
    tracker->table = dn_arena_printf(arena, "%s.%s", schema, name);
    tracker->quoted = dn_arena_printf(arena, "%s.%s", tracker->schema, quoted);
    return tracker->table && tracker->quoted ? 0 : dn_no_memory(error);
}

static int
name_table(dn_connection *connection, const char *name, dn_arena *arena, dn_tracker *tracker,
           dn_error *error)
{
    const dn_drizzle_form *form = NULL;
    const char *home = dn_connection_home(connection);

    if (tracker->owner == DN_OWNER_DRIZZLE)
        form = dn_tracker_drizzle_form(dn_connection_driver(connection)->table.dialect);
    tracker->ours = dn_arena_printf(arena, "%s" DN_TRACKER_TABLE, home);
    if (!tracker->ours)
        return dn_no_memory(error);
    if (form && form->schema)
        return name_in_schema(connection, form->schema, name, arena, tracker, error);
    tracker->table = name;
    if (quote(connection, name, arena, &tracker->quoted, error) < 0)
        return -1;
    tracker->quoted = dn_arena_printf(arena, "%s%s", home, tracker->quoted);
    if (!tracker->quoted)
        return dn_no_memory(error);
    if (tracker->owner == DN_OWNER_DUNLIN)
        tracker->ours = tracker->quoted;
    return 0;
}

int
dn_tracker_read(dn_connection *connection, dn_layout layout, const char *override,
                dn_tracker_depth depth, dn_arena *arena, dn_tracker *tracker, dn_error *error)
{
    bool drizzle = layout == DN_LAYOUT_DRIZZLE || layout == DN_LAYOUT_DRIZZLE_V1;

    memset(tracker, 0, sizeof(*tracker));
    tracker->owner = drizzle ? DN_OWNER_DRIZZLE : DN_OWNER_DUNLIN;
    tracker->layout = layout;
    tracker->named = layout == DN_LAYOUT_DRIZZLE_V1;
    if (!override)
        override = drizzle ? DN_TRACKER_DRIZZLE : DN_TRACKER_TABLE;
    if (name_table(connection, override, arena, tracker, error) < 0)
        return -1;
    if (drizzle)
        return dn_tracker_drizzle_read(connection, depth, arena, tracker, error);
    return dn_tracker_native_read(connection, depth, arena, tracker, error);
}

static int
execute(dn_connection *connection, const char *sql, dn_error *error)
{
    dn_fault("tracker.before-create");
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, error);
}

/* The schema before the table, as drizzle does: in a new database neither is there. */
static int
create_drizzles(dn_connection *connection, const dn_tracker *tracker, dn_arena *arena,
                dn_error *error)
{
    const char *dialect = dn_connection_driver(connection)->table.dialect;
    const dn_drizzle_form *form = dn_tracker_drizzle_form(dialect);
    const char *sql;

    if (!form)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.unsupported",
                       "drizzle keeps no tracker on %s", dialect);
    if (tracker->schema) {
        sql = dn_arena_printf(arena, "CREATE SCHEMA IF NOT EXISTS %s", tracker->schema);
        if (!sql)
            return dn_no_memory(error);
        if (execute(connection, sql, error) < 0)
            return -1;
    }
    sql = dn_arena_printf(arena, tracker->named ? form->named : form->classic, tracker->quoted);
    return sql ? execute(connection, sql, error) : dn_no_memory(error);
}

int
dn_tracker_create(dn_connection *connection, dn_tracker *tracker, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_error ignored;
    const char **statements = NULL;
    size_t count = 0;

    if (tracker->present && tracker->ours_present)
        return 0;
    if (!tracker->ours_present &&
        dn_tracker_table_migrations(
            connection, tracker->owner == DN_OWNER_DUNLIN ? tracker->table : DN_TRACKER_TABLE,
            &arena, &statements, &count, error) < 0)
        return -1;
    if (dn_connection_execute(connection, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(connection, statements[i], error) < 0)
            goto undo;
    if (tracker->owner == DN_OWNER_DRIZZLE && !tracker->present &&
        create_drizzles(connection, tracker, &arena, error) < 0)
        goto undo;
    dn_fault("tracker.before-commit");
    if (dn_connection_execute(connection, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
        goto undo;
    dn_fault("tracker.after-commit");
    tracker->present = tracker->ours_present = true;
    return 0;
undo:
    dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    return dn_while(error, "creating the tracker table '%s'", tracker->table);
}

int
dn_tracker_create_statements(dn_connection *connection, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char **statements = NULL;
    size_t count = 0;

    if (dn_tracker_table_statements(connection, &arena, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(connection, statements[i], error) < 0)
            return dn_while(error, "creating '" DN_TRACKER_STATEMENTS "'");
    return 0;
}
