/* SPDX-License-Identifier: MIT */
#include "core/tracker/claim.h"

#include <string.h>

#include "core/tracker/tracker_internal.h"

enum { CLAIM_BYTES = 100, CLAIMS_SHOWN = 5 };

static const dn_claimant claimants[] = {
    /* Its heads: each stands for all revisions before it, which its programs alone tell. */
    {"alembic", "Alembic", NULL, "alembic_version", NULL,
     "SELECT version_num FROM {table} ORDER BY version_num", "the database is at"},
    /* What it only marked as run says nothing. */
    {"liquibase", "Liquibase", NULL, "databasechangelog", "databasechangeloglock",
     "SELECT filename, id, author FROM {table} WHERE exectype IN ('EXECUTED', 'RERAN')"
     " ORDER BY dateexecuted DESC, orderexecuted DESC",
     "it ran, newest first,"},
    {"sqitch", "sqitch", "sqitch", "changes", NULL,
     "SELECT project, change FROM {table} ORDER BY committed_at DESC", "it ran, newest first,"},
};
enum { CLAIMANT_COUNT = sizeof claimants / sizeof claimants[0] };

/* "schema.table", where it has one. */
static bool
is_of(const dn_claimant *claimant, dunlin_string table)
{
    size_t length = claimant->schema ? strlen(claimant->schema) : 0;

    if (!claimant->schema)
        return dn_string_equal_fold(table, claimant->table) ||
               (claimant->other && dn_string_equal_fold(table, claimant->other));
    return table.length > length && memcmp(table.data, claimant->schema, length) == 0 &&
           table.data[length] == '.' &&
           dn_string_equal(dn_span(table.data + length + 1, (size_t)table.length - length - 1),
                           claimant->table);
}

const dn_claimant *
dn_claimant_named(dunlin_string table)
{
    for (size_t i = 0; i < CLAIMANT_COUNT; i++)
        if (is_of(&claimants[i], table))
            return &claimants[i];
    return NULL;
}

bool
dn_claimant_is_other(const dn_claimant *claimant, dunlin_string table)
{
    return claimant->other && dn_string_equal_fold(table, claimant->other);
}

bool
dn_claimant_has_schema(dunlin_string schema)
{
    for (size_t i = 0; i < CLAIMANT_COUNT; i++)
        if (claimants[i].schema && dn_string_equal(schema, claimants[i].schema))
            return true;
    return false;
}

const dn_claimant *
dn_claimant_find(const char *name)
{
    for (size_t i = 0; i < CLAIMANT_COUNT; i++)
        if (strcmp(name, claimants[i].name) == 0)
            return &claimants[i];
    return NULL;
}

void
dn_claimant_list(dn_text *text)
{
    for (size_t i = 0; i < CLAIMANT_COUNT; i++)
        dn_text_printf(text, ", %s", claimants[i].name);
}

/* --- what it says ------------------------------------------------------------------------------------ */

typedef struct claim_rows {
    dn_arena *arena;
    dn_text *text;
    size_t count;
} claim_rows;

static int
visit(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    claim_rows *rows = context;

    (void)error;
    if (rows->count++ >= CLAIMS_SHOWN)
        return 0;
    dn_text_add_string(rows->text, rows->count > 1 ? ", '" : "'");
    for (size_t i = 0; i < count; i++) {
        const char *text = dn_tracker_value_text(rows->arena, &values[i]);

        dn_text_add_string(rows->text, i ? "::" : "");
        dn_text_add_visible(rows->text, text ? text : "", text ? strlen(text) : 0, CLAIM_BYTES);
    }
    dn_text_add_char(rows->text, '\'');
    return 0;
}

/* Somebody's own table of this name, or one that this user may not read. */
static bool
is_told(const dn_error *error)
{
    return error->status == DUNLIN_MISSING || error->status == DUNLIN_PERMISSION;
}

int
dn_claim_read(dn_connection *connection, const dn_claimant *claimant, const char *table,
              dn_arena *arena, const char **claim, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    claim_rows rows = {arena, &text, 0};
    dn_tracker named;
    const char *sql;

    if (claimant->schema
            ? dn_tracker_name_in_schema(&place, claimant->schema, claimant->table, arena, &named,
                                        error) < 0
            : dn_tracker_name(&place, DN_LAYOUT_NATIVE, table, arena, &named, error) < 0)
        return -1;
    sql = dn_tracker_expand(arena, claimant->read, named.quoted, NULL);
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, visit, &rows, error) < 0) {
        if (!is_told(error))
            return dn_while(error, "reading the table '%s' of %s", table, claimant->title);
        *claim = dn_arena_printf(arena, "what cannot be read: %s", error->message);
        dn_error_clear(error);
        return *claim ? 0 : dn_no_memory(error);
    }
    if (text.failed)
        return dn_no_memory(error);
    *claim = rows.count ? dn_arena_printf(arena, "that %s %s%s", claimant->lead, text.data,
                                          rows.count > CLAIMS_SHOWN ? " ..." : "")
                        : "that nothing is applied";
    return *claim ? 0 : dn_no_memory(error);
}
