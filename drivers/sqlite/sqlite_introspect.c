/* SPDX-License-Identifier: MIT
 *
 * The names of the objects in the database; what they are made of: sqlite_facts.c.
 */
#include "drivers/sqlite/sqlite_catalogue.h"
#include "drivers/sqlite/sqlite_facts.h"

#include <string.h>
#include <strings.h>

/* Left out: SQLite's own tables and automatic indexes, and the tables in which a virtual table
 * keeps its data (known since 3.37). */
#define OBJECTS                                                                                    \
    "SELECT type, name, tbl_name FROM main.sqlite_master "                                         \
    "WHERE type IN ('table', 'view', 'index', 'trigger') "                                         \
    "AND substr(lower(name), 1, 7) <> 'sqlite_' "
#define WITHOUT_SHADOWS                                                                            \
    "AND tbl_name NOT IN (SELECT name FROM pragma_table_list "                                     \
    "WHERE schema = 'main' AND type = 'shadow') "
#define IN_ORDER "ORDER BY type, tbl_name, name"

enum { TABLE_LIST_SINCE = 3037000 };

/* SQLite's names are equal without regard to the case of ASCII letters. */
static bool
same_name(dunlin_string left, dunlin_string right)
{
    return left.length == right.length &&
           (left.length == 0 || strncasecmp(left.data, right.data, left.length) == 0);
}

static bool
is_excluded(const dunlin_scope *scope, dunlin_string table)
{
    for (uint64_t i = 0; i < scope->exclusion_count; i++)
        if (same_name(scope->exclusions[i], table))
            return true;
    return false;
}

static bool
same_key(const dunlin_fact *left, const dunlin_fact *right)
{
    if (!dn_kit_equal(left->kind, right->kind) || left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!same_name(left->path[i], right->path[i]))
            return false;
    return true;
}

/* Whether the scope asks for this object; notes which of its keys were seen. */
static bool
is_asked_for(const dunlin_scope *scope, const dunlin_fact *fact, char *seen)
{
    for (uint64_t i = 0; i < scope->key_count; i++) {
        if (!same_key(scope->keys[i], fact))
            continue;
        seen[i] = 1;
        return true;
    }
    return scope->key_count == 0;
}

static dunlin_string
column_string(sqlite3_stmt *handle, int column)
{
    return dn_kit_string((const char *)sqlite3_column_text(handle, column));
}

static int32_t
push_object(const dunlin_call *call, const dunlin_scope *scope, sqlite3_stmt *handle, char *seen)
{
    dunlin_string kind = column_string(handle, 0);
    dunlin_string name = column_string(handle, 1);
    dunlin_string table = column_string(handle, 2);
    bool inside = dn_kit_same(kind, DUNLIN_KIND_INDEX) || dn_kit_same(kind, DUNLIN_KIND_TRIGGER);
    dunlin_string path[2] = {inside ? table : name, name};
    dunlin_fact fact = {
        .size = sizeof(fact),
        .kind = kind,
        .path = path,
        .path_count = inside ? 2 : 1,
    };

    if (is_excluded(scope, table) || !is_asked_for(scope, &fact, seen))
        return DUNLIN_OK;
    return call->host->fact(call, &fact);
}

static int32_t
push_gone(const dunlin_call *call, const dunlin_scope *scope, const char *seen)
{
    for (uint64_t i = 0; i < scope->key_count; i++) {
        int32_t status = seen[i] ? DUNLIN_OK : call->host->gone(call, scope->keys[i]);

        if (status != DUNLIN_OK)
            return status;
    }
    return DUNLIN_OK;
}

static int32_t
push_objects(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    const char *sql = sqlite3_libversion_number() >= TABLE_LIST_SINCE
                          ? OBJECTS WITHOUT_SHADOWS IN_ORDER
                          : OBJECTS IN_ORDER;
    char *seen = call->host->scratch(call, scope->key_count + 1);
    sqlite3_stmt *handle = NULL;
    int32_t status = DUNLIN_OK;
    int code = SQLITE_DONE;

    if (seen == NULL)
        return dn_kit_no_memory(call);
    if (sqlite3_prepare_v2(connection->db, sql, -1, &handle, NULL) != SQLITE_OK)
        return dn_sqlite_fail(connection, "reading the names of the objects");
    while (status == DUNLIN_OK && (code = sqlite3_step(handle)) == SQLITE_ROW)
        status = push_object(call, scope, handle, seen);
    if (status == DUNLIN_OK && code != SQLITE_DONE)
        status = dn_sqlite_fail(connection, "reading the names of the objects");
    sqlite3_finalize(handle);
    return status == DUNLIN_OK ? push_gone(call, scope, seen) : status;
}

/* --- texts ------------------------------------------------------------------------------------------ */
static int32_t
push_text(const dunlin_call *call, const dn_sqlite_object *object)
{
    const char *kind = dn_sqlite_kind(object);
    bool inside = object->type == 'i' || object->type == 'x';
    dunlin_string path[2] = {inside ? object->table : object->name, object->name};
    dunlin_property text = {
        .name = dn_kit_string("text"), .type = DUNLIN_PROPERTY_TEXT, .text = object->sql};
    dunlin_fact fact = {.size = sizeof(fact),
                        .kind = dn_kit_string(kind),
                        .path = path,
                        .path_count = inside ? 2 : 1,
                        .properties = &text,
                        .property_count = 1};

    return kind != NULL ? call->host->fact(call, &fact) : DUNLIN_OK;
}

/* The columns of a virtual table are in no text. */
static int32_t
push_texts(const dunlin_call *call, dunlin_connection *connection)
{
    dn_sqlite_catalogue all = {.objects = NULL};
    int32_t status = dn_sqlite_catalogue_read(call, connection, true, &all);

    if (status == DUNLIN_OK && all.has_virtual)
        status = dn_kit_fail(call, DUNLIN_UNSUPPORTED, "there are virtual tables");
    for (size_t i = 0; i < all.count && status == DUNLIN_OK; i++)
        status = push_text(call, &all.objects[i]);
    dn_sqlite_catalogue_free(&all);
    return status;
}

int32_t
dn_sqlite_introspect(const dunlin_call *call, dunlin_connection *connection,
                     const dunlin_scope *scope)
{
    const dunlin_call *outer = dn_sqlite_enter(call, connection);
    bool texts = scope->depth == DUNLIN_SCOPE_TEXT && scope->key_count == 0;
    int32_t status;

    if (scope->depth == DUNLIN_SCOPE_OBJECTS)
        status = push_objects(call, connection, scope);
    else
        status =
            texts ? push_texts(call, connection) : dn_sqlite_push_facts(call, connection, scope);
    dn_sqlite_leave(connection, outer);
    return status;
}
