/* SPDX-License-Identifier: MIT
 *
 * What an interrupted CREATE INDEX CONCURRENTLY leaves: an invalid index, which nobody reads and
 * every write pays for. REINDEX CONCURRENTLY leaves one beside the good one, with _ccnew or _ccold
 * behind its name. One that is being built this moment is none.
 */
#include "drivers/postgres/pg_driver.h"

#define INVALID_INDEXES                                                                            \
    "SELECT n.nspname, c.relname, pg_catalog.quote_ident(n.nspname) || '.' ||"                     \
    " pg_catalog.quote_ident(c.relname)"                                                           \
    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"               \
    " JOIN pg_catalog.pg_class t ON t.oid = i.indrelid"                                            \
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"                                    \
    " WHERE NOT i.indisvalid"                                                                      \
    " AND CASE WHEN $1 = '' THEN pg_catalog.pg_table_is_visible(t.oid) ELSE n.nspname = $1 END"    \
    " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p"                    \
    " WHERE p.index_relid = c.oid)"
/* The name of what REINDEX CONCURRENTLY leaves of the index of a name. */
#define LEFT_OF(name)                                                                              \
    "('^' || pg_catalog.regexp_replace(" name ", '([^a-zA-Z0-9_])', '\\\\\\1', 'g') ||"            \
    " '_cc(new|old)[0-9]*$')"

/* $1 the schema or '', $2 the table, $3 the index. */
static const char of_index[] = INVALID_INDEXES
    " AND t.relname = $2 AND (c.relname = $3 OR c.relname ~ " LEFT_OF("$3") ") ORDER BY 1, 2";

/* $1 the schema or '', $2 a table or an index. */
static const char of_relation[] = INVALID_INDEXES
    " AND ((t.relname = $2 AND c.relname ~ '_cc(new|old)[0-9]*$') OR c.relname ~ " LEFT_OF(
        "$2") ")"
              " ORDER BY 1, 2";

enum { SCHEMA, NAME, QUALIFIED };

static int32_t
push_found(const dunlin_call *call, const dunlin_fact *key, uint64_t number, const PGresult *result,
           int row)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_property invalid = {
        .name = dn_kit_string("invalid"), .type = DUNLIN_PROPERTY_BOOLEAN, .integer = 1};
    dunlin_string path[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    dunlin_fact fact = *key;
    dunlin_step step = {.size = sizeof(step),
                        .role = DUNLIN_STEP_STATEMENT,
                        .first_operation = number,
                        .operation_count = 1};
    int32_t status;

    for (uint64_t i = 0; i + 1 < key->path_count; i++)
        path[i] = key->path[i];
    path[key->path_count - 1] = dn_kit_string(PQgetvalue(result, row, NAME));
    fact.size = sizeof(fact);
    fact.kind = dn_kit_string(DUNLIN_KIND_INDEX);
    fact.path = path;
    fact.properties = &invalid;
    fact.property_count = 1;
    dn_kit_text_format(&sql, "DROP INDEX CONCURRENTLY IF EXISTS %s",
                       PQgetvalue(result, row, QUALIFIED));
    if (sql.failed)
        return dn_kit_no_memory(call);
    step.sql = dn_kit_text_string(&sql);
    step.expected = dn_kit_string(NULL);
    status = call->host->fact(call, &fact);
    return status == DUNLIN_OK ? call->host->step(call, &step) : status;
}

static bool
is_index(const dunlin_fact *key)
{
    return dn_kit_same(key->kind, DUNLIN_KIND_INDEX) || dn_kit_same(key->kind, DN_PG_KIND_BUILT);
}

static int32_t
look_at(const dunlin_call *call, dunlin_connection *connection, const dunlin_fact *key,
        uint64_t number)
{
    bool index = is_index(key);
    uint64_t names = index ? 2 : 1;
    uint64_t first = key->path_count - names;
    DN_KIT_CLEANUP(dn_kit_free)
    char *schema = dn_kit_copy(first > 0 ? key->path[0] : dn_kit_string(NULL));
    DN_KIT_CLEANUP(dn_kit_free) char *outer = dn_kit_copy(key->path[first]);
    DN_KIT_CLEANUP(dn_kit_free) char *inner = dn_kit_copy(key->path[key->path_count - 1]);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[3] = {schema, outer, inner};
    int32_t status;

    if (schema == NULL || outer == NULL || inner == NULL)
        return dn_kit_no_memory(call);
    status =
        dn_pg_execute(connection, index ? of_index : of_relation, values, (int)names + 1, &result);
    for (int row = 0; status == DUNLIN_OK && row < PQntuples(result); row++)
        status = push_found(call, key, number, result, row);
    return status;
}

/* Keys of other kinds leave nothing behind. */
static bool
is_ours(const dunlin_fact *key)
{
    if (is_index(key))
        return key->path_count >= 2 && key->path_count <= 3;
    return dn_kit_same(key->kind, DN_PG_KIND_RELATION) && key->path_count >= 1 &&
           key->path_count <= 2;
}

int32_t
dn_pg_debris(const dunlin_call *call, dunlin_connection *connection, const dunlin_fact *const *keys,
             uint64_t count)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < count && status == DUNLIN_OK; i++)
        if (is_ours(keys[i]))
            status = look_at(call, connection, keys[i], i);
    dn_pg_leave(connection, outer);
    return status;
}
