/* SPDX-License-Identifier: MIT
 *
 * Which privileges are missing, and what gives them: one query, and none for a superuser. Whether an
 * extension is trusted (a column since PostgreSQL 13) says who may make it; who else may, of those
 * that are not, services that host PostgreSQL decide by roles of their own.
 */
#include <stdio.h>
#include <string.h>

#include "drivers/postgres/pg_need.h"

/* $1 kinds, $2 privileges, $3 schemas, $4 names. Nothing here raises an error for what is missing or
 * closed. To own means what ALTER and DROP ask for: to have the owner's rights without SET ROLE. */
static const char question[] =
    "WITH need AS (SELECT * FROM ROWS FROM (pg_catalog.unnest($1::text[]),"
    " pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]))"
    " WITH ORDINALITY AS u(kind, privilege, schema, name, n)),"
    " place AS (SELECT need.*, s.oid AS schema_id, s.nspname, s.nspowner FROM need"
    " LEFT JOIN pg_catalog.pg_namespace s ON s.nspname = CASE WHEN need.schema = ''"
    " THEN pg_catalog.current_schema() ELSE need.schema END),"
    " found AS (SELECT place.*, c.oid AS id, c.relname, c.relowner, c.relkind, o.nspname AS home,"
    " o.nspowner AS home_owner FROM place LEFT JOIN pg_catalog.pg_class c"
    " ON place.name <> '' AND c.relname = place.name AND CASE WHEN place.schema = ''"
    " THEN pg_catalog.pg_table_is_visible(c.oid) ELSE c.relnamespace = place.schema_id END"
    " LEFT JOIN pg_catalog.pg_namespace o ON o.oid = c.relnamespace),"
    " gap AS ("
    " SELECT n, 'CREATE' AS privilege, 'schema ' || pg_catalog.quote_ident(nspname) AS object,"
    " pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I', nspname, current_user) AS cure"
    " FROM found WHERE kind = 'make' AND schema_id IS NOT NULL"
    " AND NOT pg_catalog.has_schema_privilege(schema_id, 'CREATE')"
    " UNION ALL"
    " SELECT n, 'USAGE', 'schema ' || pg_catalog.quote_ident(nspname),"
    " pg_catalog.format('GRANT USAGE ON SCHEMA %I TO %I', nspname, current_user)"
    " FROM found WHERE kind <> 'schema' AND schema <> '' AND schema_id IS NOT NULL"
    " AND NOT pg_catalog.has_schema_privilege(schema_id, 'USAGE')"
    " UNION ALL"
    " SELECT n, 'CREATE', 'database ' || pg_catalog.quote_ident(pg_catalog.current_database()),"
    " pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I', pg_catalog.current_database(),"
    " current_user)"
    " FROM need WHERE CASE kind WHEN 'database' THEN true"
    " WHEN 'schema' THEN NOT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace s"
    " WHERE s.nspname = need.name)"
    " WHEN 'extension' THEN EXISTS (SELECT 1 FROM pg_catalog.pg_available_extension_versions v"
    " WHERE v.name = need.name AND (NOT v.superuser OR pg_catalog.to_jsonb(v) ->> 'trusted' = 'true'))"
    " ELSE false END"
    " AND NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')"
    " UNION ALL"
    " SELECT n, 'ownership', 'relation ' || pg_catalog.format('%I.%I', home, relname),"
    " pg_catalog.format('ALTER TABLE %I.%I OWNER TO %I', home, relname, current_user)"
    " FROM found WHERE kind IN ('own', 'drop') AND id IS NOT NULL"
    " AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
    " AND NOT pg_catalog.pg_has_role(relowner, 'USAGE')"
    " AND (kind = 'own' OR NOT pg_catalog.pg_has_role(home_owner, 'USAGE'))"
    " UNION ALL"
    " SELECT n, 'ownership', 'type ' || pg_catalog.format('%I.%I', o.nspname, t.typname),"
    " pg_catalog.format('ALTER %s %I.%I OWNER TO %I',"
    " CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, o.nspname, t.typname, current_user)"
    " FROM place JOIN pg_catalog.pg_type t ON t.typname = place.name"
    " AND CASE WHEN place.schema = '' THEN pg_catalog.pg_type_is_visible(t.oid)"
    " ELSE t.typnamespace = place.schema_id END"
    " JOIN pg_catalog.pg_namespace o ON o.oid = t.typnamespace"
    " WHERE kind IN ('type', 'drop_type') AND NOT pg_catalog.pg_has_role(t.typowner, 'USAGE')"
    " AND (kind = 'type' OR NOT pg_catalog.pg_has_role(o.nspowner, 'USAGE'))"
    " UNION ALL"
    " SELECT n, pg_catalog.split_part(privilege, ',', 1),"
    " 'table ' || pg_catalog.format('%I.%I', home, relname),"
    " pg_catalog.format('GRANT %s ON %I.%I TO %I', pg_catalog.split_part(privilege, ',', 1), home,"
    " relname, current_user)"
    " FROM found WHERE CASE WHEN kind <> 'lock' OR id IS NULL OR relkind NOT IN ('r', 'p')"
    " THEN false ELSE NOT pg_catalog.has_table_privilege(id, privilege || CASE"
    " WHEN pg_catalog.current_setting('server_version_num')::integer >= 170000 THEN ', MAINTAIN'"
    " ELSE '' END) END"
    " UNION ALL"
    " SELECT n, privilege, 'table ' || pg_catalog.format('%I.%I', home, relname),"
    " pg_catalog.format('GRANT %s ON %I.%I TO %I', privilege, home, relname, current_user)"
    " FROM found WHERE CASE WHEN kind <> 'privilege' OR id IS NULL"
    " OR relkind NOT IN ('r', 'p', 'v', 'f') THEN false"
    " WHEN privilege IN ('INSERT', 'UPDATE', 'REFERENCES')"
    " THEN NOT pg_catalog.has_any_column_privilege(id, privilege)"
    " ELSE NOT pg_catalog.has_table_privilege(id, privilege) END"
    " UNION ALL"
    " SELECT n, privilege || ' WITH GRANT OPTION',"
    " 'table ' || pg_catalog.format('%I.%I', home, relname),"
    " pg_catalog.format('GRANT %s ON %I.%I TO %I WITH GRANT OPTION', privilege, home, relname,"
    " current_user) FROM found WHERE CASE WHEN kind <> 'grant' OR id IS NULL"
    " OR relkind NOT IN ('r', 'p', 'v', 'm', 'f') OR pg_catalog.pg_has_role(relowner, 'USAGE')"
    " THEN false ELSE NOT pg_catalog.has_table_privilege(id, 'SELECT, INSERT, UPDATE, DELETE,"
    " TRUNCATE, REFERENCES, TRIGGER') END"
    " UNION ALL"
    " SELECT n, privilege, 'role ' || pg_catalog.quote_ident(rolname),"
    " pg_catalog.format('ALTER ROLE %I %s', rolname, privilege)"
    " FROM need JOIN pg_catalog.pg_roles ON rolname = current_user WHERE kind = 'attribute'"
    " AND NOT CASE WHEN privilege = 'CREATEDB' THEN rolcreatedb ELSE rolcreaterole END)"
    " SELECT pg_catalog.min(n) - 1, privilege, object, current_user, cure FROM gap"
    " GROUP BY privilege, object, cure ORDER BY 1";

enum { NUMBER, PRIVILEGE, OBJECT, ACCOUNT, CURE };
enum { KINDS, PRIVILEGES, SCHEMAS, NAMES, ARRAYS };

static void
add_element(dn_kit_text *array, const char *text)
{
    dn_kit_text_add(array, array->length > 0 ? ",\"" : "{\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            dn_kit_text_add(array, "\\");
        dn_kit_text_add_string(array, (dunlin_string){text, 1});
    }
    dn_kit_text_add(array, "\"");
}

static void
free_arrays(dn_kit_text (*arrays)[ARRAYS])
{
    for (int i = 0; i < ARRAYS; i++)
        dn_kit_text_free(&(*arrays)[i]);
}

static int32_t
push(const dunlin_call *call, const dn_pg_needs *needs, const PGresult *result, int row)
{
    long long number = 0;
    dunlin_missing missing = {.size = sizeof(missing)};

    if (sscanf(PQgetvalue(result, row, NUMBER), "%lld", &number) != 1 || number < 0 ||
        (uint64_t)number >= needs->count)
        return DUNLIN_OK;
    missing.operation = needs->items[number].operation;
    missing.privilege = dn_kit_string(PQgetvalue(result, row, PRIVILEGE));
    missing.object = dn_kit_string(PQgetvalue(result, row, OBJECT));
    missing.account = dn_kit_string(PQgetvalue(result, row, ACCOUNT));
    missing.grant = dn_kit_string(PQgetvalue(result, row, CURE));
    return call->host->missing(call, &missing);
}

static int32_t
ask(const dunlin_call *call, dunlin_connection *connection, const dn_pg_needs *needs)
{
    static const char *const kinds[] = {[DN_PG_NEED_MAKE] = "make",
                                        [DN_PG_NEED_SCHEMA] = "schema",
                                        [DN_PG_NEED_OWN] = "own",
                                        [DN_PG_NEED_DROP] = "drop",
                                        [DN_PG_NEED_PRIVILEGE] = "privilege",
                                        [DN_PG_NEED_GRANT] = "grant",
                                        [DN_PG_NEED_ATTRIBUTE] = "attribute",
                                        [DN_PG_NEED_LOCK] = "lock",
                                        [DN_PG_NEED_TYPE] = "type",
                                        [DN_PG_NEED_DROP_TYPE] = "drop_type",
                                        [DN_PG_NEED_DATABASE] = "database",
                                        [DN_PG_NEED_EXTENSION] = "extension"};
    DN_KIT_CLEANUP(free_arrays) dn_kit_text arrays[ARRAYS] = {{0}, {0}, {0}, {0}};
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[ARRAYS];
    int32_t status;

    for (uint64_t i = 0; i < needs->count; i++) {
        const dn_pg_need *need = &needs->items[i];

        add_element(&arrays[KINDS], kinds[need->kind]);
        add_element(&arrays[PRIVILEGES], need->privilege != NULL ? need->privilege : "");
        add_element(&arrays[SCHEMAS], need->schema);
        add_element(&arrays[NAMES], need->name);
    }
    for (int i = 0; i < ARRAYS; i++) {
        dn_kit_text_add(&arrays[i], "}");
        if (arrays[i].failed)
            return dn_kit_no_memory(call);
        values[i] = arrays[i].data;
    }
    status = dn_pg_execute(connection, question, values, ARRAYS, &result);
    for (int row = 0; status == DUNLIN_OK && row < PQntuples(result); row++)
        status = push(call, needs, result, row);
    return status;
}

int32_t
dn_pg_check_privileges(const dunlin_call *call, dunlin_connection *connection,
                       const dunlin_operation *const *operations, uint64_t count)
{
    const char *superuser = PQparameterStatus(connection->pg, "is_superuser");
    const dunlin_call *outer;
    dn_pg_needs *needs;
    bool entered;
    int32_t status;

    if (superuser != NULL && strcmp(superuser, "on") == 0)
        return DUNLIN_OK;
    needs = call->host->scratch(call, sizeof(*needs));
    if (needs == NULL)
        return dn_kit_no_memory(call);
    status = dn_pg_needs_find(call, operations, count, needs);
    if (status != DUNLIN_OK || needs->count == 0)
        return status;
    outer = dn_pg_enter(call, connection);
    status = dn_pg_pooler_enter(connection, &entered);
    if (status == DUNLIN_OK)
        status = dn_pg_pooler_leave(connection, entered, ask(call, connection, needs));
    dn_pg_leave(connection, outer);
    return status;
}
