/* SPDX-License-Identifier: MIT */
#include "core/tracker/claim.h"

#include <string.h>

#include "core/base/file.h"
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
     "SELECT c.project, c.change FROM {table} c ORDER BY c.committed_at DESC",
     "it ran, newest first,"},
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
    const char *project; /* whose rows count, by their first value; NULL: all do */
    size_t count;
} claim_rows;

static int
visit(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    claim_rows *rows = context;
    const char *first = rows->project && count ? dn_tracker_value_text(rows->arena, values) : NULL;

    (void)error;
    if (rows->project && (!first || strcmp(first, rows->project) != 0))
        return 0;
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

static int
tell_rows(const dn_claimant *claimant, const claim_rows *rows, const char **claim, dn_error *error)
{
    if (rows->text->failed)
        return dn_no_memory(error);
    *claim = rows->count
                 ? dn_arena_printf(rows->arena, "that %s %s%s", claimant->lead, rows->text->data,
                                   rows->count > CLAIMS_SHOWN ? " ..." : "")
                 : "that nothing is applied";
    return *claim ? 0 : dn_no_memory(error);
}

int
dn_claim_read(dn_connection *connection, const dn_claimant *claimant, const char *table,
              dn_arena *arena, const char **claim, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_auto(dn_text) text = DN_TEXT_INIT;
    claim_rows rows = {.arena = arena, .text = &text};
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
    return tell_rows(claimant, &rows, claim, error);
}

/* --- a registry of its own ---------------------------------------------------------------------------- */

/* sqitch puts its name before the endings of the target's file. */
static const char *
registry_file(const dn_claimant *claimant, dunlin_string target, dn_arena *arena)
{
    const char *path = dn_arena_copy(arena, target.data, (size_t)target.length);
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *dot = slash ? strchr(slash, '.') : NULL;

    return slash ? dn_arena_printf(arena, "%.*s/%s%s", (int)(slash - path), path, claimant->schema,
                                   dot ? dot : "")
                 : NULL;
}

static int
attach(dn_connection *connection, const dn_claimant *claimant, const char *file, dn_arena *arena,
       dn_error *error)
{
    const dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = dn_string(file)};
    const char *sql = dn_arena_printf(arena, "ATTACH DATABASE ? AS %s", claimant->schema);

    return sql ? dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, &value, 1, error)
               : dn_no_memory(error);
}

static int
detach(dn_connection *connection, const dn_claimant *claimant, dn_arena *arena, dn_error *error)
{
    const char *sql = dn_arena_printf(arena, "DETACH DATABASE %s", claimant->schema);

    return sql ? dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, NULL, 0, error)
               : dn_no_memory(error);
}

/* 1: it is no registry, or one that this user may not read. */
static int
read_changes(dn_connection *connection, const dn_claimant *claimant, claim_rows *rows,
             dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_tracker named;
    const char *sql;

    if (dn_tracker_name_in_schema(&place, claimant->schema, claimant->table, rows->arena, &named,
                                  error) < 0)
        return -1;
    sql = dn_tracker_expand(rows->arena, claimant->read, named.quoted, NULL);
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, visit, rows, error) == 0)
        return 0;
    if (!is_told(error))
        return dn_while(error, "reading the registry of %s", claimant->title);
    dn_error_clear(error);
    return 1;
}

int
dn_claim_read_registry(dn_connection *connection, const dn_claimant *claimant, const char *project,
                       dn_arena *arena, const char **table, const char **claim, dn_error *error)
{
    dunlin_string target = dn_connection_server(connection)->path;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    claim_rows rows = {.arena = arena, .text = &text, .project = project};
    const char *file = NULL;
    int answer;

    *table = NULL;
    if (dn_connection_capabilities(connection)->flags & DUNLIN_CAN_NAMESPACES)
        return 0; /* a schema among the others */
    if (target.length) {
        file = registry_file(claimant, target, arena);
        if (!file || !dn_file_exists(file))
            return 0;
        if (attach(connection, claimant, file, arena, error) < 0)
            return dn_while(error, "opening the registry '%s' of %s", file, claimant->title);
    }
    answer = read_changes(connection, claimant, &rows, error);
    if (file && answer >= 0 && detach(connection, claimant, arena, error) < 0)
        return -1;
    if (answer != 0 || tell_rows(claimant, &rows, claim, error) < 0)
        return answer > 0 ? 0 : -1;
    *table = file ? file : dn_arena_printf(arena, "%s.%s", claimant->schema, claimant->table);
    return *table ? 0 : dn_no_memory(error);
}
