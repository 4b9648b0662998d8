/* SPDX-License-Identifier: MIT
 *
 * Choosing the owner, and what both owners share.
 */
#include "core/tracker/tracker.h"

#include <string.h>

#include "core/base/fault.h"
#include "core/tracker/tracker_internal.h"

const char *
dn_tracker_owner_name(const dn_tracker *tracker)
{
    if (tracker->form)
        return dn_layout_name(tracker->form->layout);
    return tracker->owner == DN_OWNER_DRIZZLE ? "drizzle" : "dunlin";
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
quote(const dn_tracker_place *place, const char *name, dn_arena *arena, const char **quoted,
      dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (dn_driver_quote(place->driver, place->profile, name, &text, error) < 0)
        return -1;
    *quoted = dn_arena_copy(arena, text.data, text.length);
    return *quoted ? 0 : dn_no_memory(error);
}

/* A table that stands in a schema of its own. */
int
dn_tracker_name_in_schema(const dn_tracker_place *place, const char *schema, const char *name,
                          dn_arena *arena, dn_tracker *tracker, dn_error *error)
{
    const char *dot = strchr(name, '.');
    const char *quoted;

    if (dot) {
        schema = dn_arena_copy(arena, name, (size_t)(dot - name));
        name = dot + 1;
        if (!schema)
            return dn_no_memory(error);
    }
    if (quote(place, schema, arena, &tracker->schema, error) < 0 ||
        quote(place, name, arena, &quoted, error) < 0)
        return -1;
    tracker->table = dn_arena_printf(arena, "%s.%s", schema, name);
    tracker->quoted = dn_arena_printf(arena, "%s.%s", tracker->schema, quoted);
    return tracker->table && tracker->quoted ? 0 : dn_no_memory(error);
}

static int
name_table(const dn_tracker_place *place, const char *name, dn_arena *arena, dn_tracker *tracker,
           dn_error *error)
{
    const dn_drizzle_form *form = NULL;

    if (tracker->owner == DN_OWNER_DRIZZLE)
        form = dn_tracker_drizzle_form(place->driver->table.dialect);
    tracker->ours = dn_arena_printf(arena, "%s" DN_TRACKER_TABLE, place->home);
    if (!tracker->ours)
        return dn_no_memory(error);
    if (form && form->schema)
        return dn_tracker_name_in_schema(place, form->schema, name, arena, tracker, error);
    if (tracker->owner == DN_OWNER_FOREIGN && strchr(name, '.')) {
        if (dn_tracker_name_in_schema(place, "", name, arena, tracker, error) < 0)
            return -1;
        tracker->schema = NULL;
        return 0;
    }
    tracker->table = name;
    if (quote(place, name, arena, &tracker->quoted, error) < 0)
        return -1;
    tracker->quoted = dn_arena_printf(arena, "%s%s", place->home, tracker->quoted);
    if (!tracker->quoted)
        return dn_no_memory(error);
    if (tracker->owner == DN_OWNER_DUNLIN)
        tracker->ours = tracker->quoted;
    return 0;
}

int
dn_tracker_name(const dn_tracker_place *place, dn_layout layout, const char *override,
                dn_arena *arena, dn_tracker *tracker, dn_error *error)
{
    bool drizzle = layout == DN_LAYOUT_DRIZZLE || layout == DN_LAYOUT_DRIZZLE_V1;

    memset(tracker, 0, sizeof(*tracker));
    tracker->form = dn_tracker_form_of(layout);
    tracker->owner = drizzle         ? DN_OWNER_DRIZZLE
                     : tracker->form ? DN_OWNER_FOREIGN
                                     : DN_OWNER_DUNLIN;
    tracker->layout = layout;
    tracker->named = layout == DN_LAYOUT_DRIZZLE_V1;
    if (!override)
        override = drizzle         ? DN_TRACKER_DRIZZLE
                   : tracker->form ? tracker->form->table
                                   : DN_TRACKER_TABLE;
    return name_table(place, override, arena, tracker, error);
}

dn_tracker_place
dn_tracker_place_of(const dn_connection *connection)
{
    return (dn_tracker_place){dn_connection_driver(connection),
                              dn_connection_server(connection)->profile,
                              dn_connection_home(connection)};
}

int
dn_tracker_read(dn_connection *connection, dn_layout layout, const char *override,
                dn_tracker_depth depth, dn_arena *arena, dn_tracker *tracker, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);

    if (dn_tracker_name(&place, layout, override, arena, tracker, error) < 0)
        return -1;
    if (tracker->owner == DN_OWNER_DRIZZLE)
        return dn_tracker_drizzle_read(connection, depth, arena, tracker, error);
    if (tracker->owner == DN_OWNER_FOREIGN)
        return dn_tracker_foreign_read(connection, depth, arena, tracker, error);
    return dn_tracker_native_read(connection, depth, arena, tracker, error);
}

static int
execute(dn_connection *connection, const char *sql, dn_error *error)
{
    dn_fault("tracker.before-create");
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, error);
}

/* The schema before the table, as drizzle does: in a new database neither is there. */
int
dn_tracker_owner_statements(const dn_tracker_place *place, const dn_tracker *tracker,
                            dn_arena *arena, const char *statements[DN_OWNER_STATEMENTS],
                            size_t *count, dn_error *error)
{
    const char *dialect = place->driver->table.dialect;
    const dn_drizzle_form *form = dn_tracker_drizzle_form(dialect);

    *count = 0;
    if (tracker->owner == DN_OWNER_FOREIGN)
        return dn_tracker_foreign_create(place, tracker, arena, statements, count, error);
    if (tracker->owner != DN_OWNER_DRIZZLE)
        return 0;
    if (!form)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.unsupported",
                       "drizzle keeps no tracker on %s", dialect);
    if (tracker->schema)
        statements[(*count)++] =
            dn_arena_printf(arena, "CREATE SCHEMA IF NOT EXISTS %s", tracker->schema);
    statements[(*count)++] =
        dn_arena_printf(arena, tracker->named ? form->named : form->classic, tracker->quoted);
    return statements[0] && statements[*count - 1] ? 0 : dn_no_memory(error);
}

static int
create_owners(dn_connection *connection, const dn_tracker *tracker, dn_arena *arena,
              dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    const char *statements[DN_OWNER_STATEMENTS];
    size_t count;

    if (dn_tracker_owner_statements(&place, tracker, arena, statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(connection, statements[i], error) < 0)
            return -1;
    return 0;
}

int
dn_tracker_create(dn_connection *connection, dn_tracker *tracker, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_error ignored;
    const char **statements = NULL;
    size_t count = 0;

    if (tracker->present && tracker->ours_present)
        return 0;
    if (!tracker->ours_present &&
        dn_tracker_table_migrations(&place, dn_tracker_our_table(tracker), &arena, &statements,
                                    &count, error) < 0)
        return -1;
    if (dn_connection_execute(connection, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(connection, statements[i], error) < 0)
            goto undo;
    if (tracker->owner != DN_OWNER_DUNLIN && !tracker->present &&
        create_owners(connection, tracker, &arena, error) < 0)
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
    const dn_tracker_place place = dn_tracker_place_of(connection);
    const char **statements = NULL;
    size_t count = 0;

    if (dn_tracker_table_statements(&place, &arena, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (execute(connection, statements[i], error) < 0)
            return dn_while(error, "creating '" DN_TRACKER_STATEMENTS "'");
    return 0;
}
