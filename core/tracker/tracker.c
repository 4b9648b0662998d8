/* SPDX-License-Identifier: MIT
 *
 * Choosing the owner, and what both owners share.
 */
#include "core/tracker/tracker.h"

#include <string.h>

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
name_table(dn_connection *connection, const char *name, dn_arena *arena, dn_tracker *tracker,
           dn_error *error)
{
    dn_auto(dn_text) quoted = DN_TEXT_INIT;

    tracker->table = name;
    if (dn_driver_quote(dn_connection_driver(connection),
                        &dn_connection_server(connection)->profile, name, &quoted, error) < 0)
        return -1;
    tracker->quoted = dn_arena_copy(arena, quoted.data, quoted.length);
    tracker->ours = tracker->owner == DN_OWNER_DUNLIN ? tracker->quoted : DN_TRACKER_TABLE;
    return tracker->quoted ? 0 : dn_no_memory(error);
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
        override = drizzle ? "__drizzle_migrations" : DN_TRACKER_TABLE;
    if (name_table(connection, override, arena, tracker, error) < 0)
        return -1;
    if (drizzle)
        return dn_tracker_drizzle_read(connection, depth, arena, tracker, error);
    return dn_tracker_native_read(connection, depth, arena, tracker, error);
}

int
dn_tracker_create(dn_connection *connection, dn_tracker *tracker, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_error ignored;
    const char **statements = NULL;
    size_t count = 0;
    const char *dialect = dn_connection_driver(connection)->table.dialect;

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
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statements[i], NULL, 0,
                                  error) < 0)
            goto undo;
    if (tracker->owner == DN_OWNER_DRIZZLE && !tracker->present) {
        const char *ddl = dn_tracker_drizzle_ddl(dialect, tracker->named);

        if (!ddl) {
            dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.unsupported",
                    "drizzle keeps no tracker on %s", dialect);
            goto undo;
        }
        ddl = dn_arena_printf(&arena, ddl, tracker->quoted);
        if (!ddl) {
            dn_no_memory(error);
            goto undo;
        }
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, ddl, NULL, 0, error) < 0)
            goto undo;
    }
    if (dn_connection_execute(connection, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) < 0)
        goto undo;
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
        if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statements[i], NULL, 0,
                                  error) < 0)
            return dn_while(error, "creating '" DN_TRACKER_STATEMENTS "'");
    return 0;
}
