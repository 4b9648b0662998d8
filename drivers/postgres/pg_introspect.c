/* SPDX-License-Identifier: MIT
 *
 * The names of the objects in the database: one query over the catalogs, which need no privilege
 * on the objects themselves. What an extension brought along is left out.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>

#define USER_SCHEMA "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
/* Members of extensions are found by these, which an index knows. */
#define OF_EXTENSION(catalog)                                                                      \
    "(SELECT x.objid FROM pg_catalog.pg_depend x"                                                  \
    " WHERE x.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass"                         \
    " AND x.classid = 'pg_catalog." catalog "'::pg_catalog.regclass AND x.deptype = 'e')"

/* kind, schema, object it belongs to or NULL, name.
 * Left out: indexes that stand for a constraint, sequences that a column owns, and the copies of
 * indexes and triggers that partitions carry. tgparentid is known since 13. */
static const char objects[] =
    "SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'matview' WHEN 'S' THEN 'sequence'"
    " ELSE 'table' END AS kind, n.nspname, NULL::name AS parent, c.relname::text AS name"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND " USER_SCHEMA
    " AND c.oid NOT IN " OF_EXTENSION(
        "pg_class") " AND NOT (c.relkind = 'S' AND EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
                    " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid"
                    " AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')))"
                    " UNION ALL"
                    " SELECT 'index', n.nspname, t.relname, c.relname"
                    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
                    " JOIN pg_catalog.pg_class t ON t.oid = i.indrelid"
                    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE " USER_SCHEMA " AND NOT c.relispartition"
                    " AND t.oid NOT IN " OF_EXTENSION(
                        "pg_class") " AND c.oid NOT IN (SELECT k.conindid FROM pg_catalog.pg_constraint k"
                                    " WHERE k.contype IN ('p', 'u', 'x'))"
                                    " UNION ALL"
                                    " SELECT 'trigger', n.nspname, t.relname, g.tgname"
                                    " FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class t ON t.oid = g.tgrelid"
                                    " JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace"
                                    " WHERE NOT g.tgisinternal AND " USER_SCHEMA
                                    " AND coalesce(pg_catalog.to_jsonb(g)->>'tgparentid', '0') = '0'"
                                    " AND t.oid NOT IN " OF_EXTENSION(
                                        "pg_class") " UNION ALL"
                                                    " SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname, p.proname,"
                                                    " pg_catalog.pg_get_function_identity_arguments(p.oid)"
                                                    " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
                                                    " WHERE " USER_SCHEMA
                                                    " AND p.oid NOT IN (SELECT x.objid FROM pg_catalog.pg_depend x"
                                                    " WHERE x.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND x.deptype IN ('e', 'i'))"
                                                    " UNION ALL"
                                                    " SELECT CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END, n.nspname, NULL, t.typname"
                                                    " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
                                                    " WHERE t.typtype IN ('e', 'd') AND " USER_SCHEMA
                                                    " AND t.oid NOT IN " OF_EXTENSION("pg_type");

enum { KIND, SCHEMA, PARENT, NAME };

static dunlin_string
cell(const PGresult *result, int row, int column)
{
    return (dunlin_string){PQgetvalue(result, row, column),
                           (uint64_t)PQgetlength(result, row, column)};
}

/* In the order of kind, schema, owner (none comes last) and name: the server's own would take four times as
 * long, and depend on its collation. */
static int
compare_rows(const void *left, const void *right, void *context)
{
    const PGresult *result = context;
    int a = *(const int *)left;
    int b = *(const int *)right;

    for (int column = KIND; column <= NAME; column++) {
        int order = PQgetisnull(result, a, column) - PQgetisnull(result, b, column);

        if (order == 0)
            order = strcmp(PQgetvalue(result, a, column), PQgetvalue(result, b, column));
        if (order != 0)
            return order;
    }
    return 0;
}

static bool
is_listed(const dunlin_string *list, uint64_t count, dunlin_string name)
{
    for (uint64_t i = 0; i < count; i++)
        if (dn_kit_equal(list[i], name))
            return true;
    return false;
}

static bool
same_key(const dunlin_fact *left, const dunlin_fact *right)
{
    if (!dn_kit_equal(left->kind, right->kind) || left->path_count != right->path_count)
        return false;
    for (uint64_t i = 0; i < left->path_count; i++)
        if (!dn_kit_equal(left->path[i], right->path[i]))
            return false;
    return true;
}

/* Whether the scope asks for this object; notes which of its keys were seen. */
static bool
is_asked_for(const dunlin_scope *scope, const dunlin_fact *fact, char *seen)
{
    bool found = scope->key_count == 0;

    for (uint64_t i = 0; i < scope->key_count; i++)
        if (same_key(scope->keys[i], fact)) {
            seen[i] = 1;
            found = true;
        }
    return found;
}

static int32_t
push_object(const dunlin_call *call, const dunlin_scope *scope, const PGresult *result, int row,
            char *seen)
{
    dunlin_string schema = cell(result, row, SCHEMA);
    dunlin_string owner = cell(result, row, PQgetisnull(result, row, PARENT) ? NAME : PARENT);
    dunlin_string path[3];
    dunlin_fact fact = {.size = sizeof(fact), .kind = cell(result, row, KIND), .path = path};

    if (scope->namespace_count > 0 && !is_listed(scope->namespaces, scope->namespace_count, schema))
        return DUNLIN_OK;
    path[fact.path_count++] = schema;
    path[fact.path_count++] = owner;
    if (!PQgetisnull(result, row, PARENT))
        path[fact.path_count++] = cell(result, row, NAME);
    if (is_listed(scope->exclusions, scope->exclusion_count, owner) ||
        !is_asked_for(scope, &fact, seen))
        return DUNLIN_OK;
    return call->host->fact(call, &fact);
}

static int32_t
push_objects(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    char *seen = call->host->scratch(call, scope->key_count + 1);
    int32_t status = seen != NULL ? dn_pg_execute(connection, objects, NULL, 0, &result)
                                  : dn_kit_no_memory(call);
    int count = status == DUNLIN_OK ? PQntuples(result) : 0;
    int *rows = call->host->scratch(call, ((uint64_t)count + 1) * sizeof(*rows));

    if (rows == NULL)
        return dn_kit_no_memory(call);
    for (int row = 0; row < count; row++)
        rows[row] = row;
    qsort_r(rows, (size_t)count, sizeof(*rows), compare_rows, result);
    for (int at = 0; status == DUNLIN_OK && at < count; at++)
        status = push_object(call, scope, result, rows[at], seen);
    for (uint64_t i = 0; status == DUNLIN_OK && i < scope->key_count; i++)
        if (!seen[i])
            status = call->host->gone(call, scope->keys[i]);
    return status;
}

int32_t
dn_pg_introspect(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status;

    if (scope->depth == DUNLIN_SCOPE_OBJECTS)
        status = push_objects(call, connection, scope);
    else if (dn_pg_is_fingerprint(scope))
        status = dn_pg_fingerprint(call, connection, scope);
    else
        status = dn_pg_read_facts(call, connection, scope);
    dn_pg_leave(connection, outer);
    return status;
}
