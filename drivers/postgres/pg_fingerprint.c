/* SPDX-License-Identifier: MIT
 *
 * How the objects of given keys are now: a text each, which changes when a statement changes the
 * object. An invalid index is none: what an interrupted CREATE INDEX CONCURRENTLY leaves is not
 * what it was to make (pg_debris.c says how to get rid of it).
 */
#include "drivers/postgres/pg_driver.h"

#include <string.h>

/* $1 the name, $2 the schema or '', $3 the table. */
static const struct {
    const char *kind;
    int values;
    const char *sql;
} questions[] = {
    {DN_PG_KIND_BUILT, 3,
     "SELECT pg_catalog.pg_get_indexdef(c.oid) || ' ' || c.oid FROM pg_catalog.pg_index i"
     " JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
     " JOIN pg_catalog.pg_class t ON t.oid = i.indrelid"
     " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
     " WHERE i.indisvalid AND c.relname = $1 AND t.relname = $3 AND"
     " CASE WHEN $2 = '' THEN pg_catalog.pg_table_is_visible(t.oid) ELSE n.nspname = $2 END"},
    {DN_PG_KIND_RELATION, 2,
     "SELECT c.relkind::text || c.oid FROM pg_catalog.pg_class c"
     " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = $1 AND"
     " CASE WHEN $2 = '' THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $2 END"},
    {DN_PG_KIND_DATABASE, 1,
     "SELECT oid || ' ' || dattablespace FROM pg_catalog.pg_database WHERE datname = $1"},
    {DN_PG_KIND_TABLESPACE, 1, "SELECT oid::text FROM pg_catalog.pg_tablespace WHERE spcname = $1"},
    {DN_PG_KIND_SUBSCRIPTION, 1,
     "SELECT oid::text FROM pg_catalog.pg_subscription WHERE subname = $1"
     " AND subdbid = (SELECT d.oid FROM pg_catalog.pg_database d"
     " WHERE d.datname = pg_catalog.current_database())"},
    {DN_PG_KIND_PREPARED, 1,
     "SELECT transaction::text FROM pg_catalog.pg_prepared_xacts WHERE gid = $1"
     " AND database = pg_catalog.current_database()"},
};

enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

static int32_t
push_answer(const dunlin_call *call, const dunlin_fact *key, const PGresult *result)
{
    dunlin_property text = {.name = dn_kit_string("text"), .type = DUNLIN_PROPERTY_TEXT};
    dunlin_fact fact = *key;

    if (PQntuples(result) == 0)
        return call->host->gone(call, key);
    text.text = dn_kit_string(PQgetvalue(result, 0, 0));
    fact.size = sizeof(fact);
    fact.properties = &text;
    fact.property_count = 1;
    return call->host->fact(call, &fact);
}

/* The path is [schema,] [table,] name. */
static int32_t
ask(const dunlin_call *call, dunlin_connection *connection, const dunlin_fact *key, size_t number)
{
    uint64_t least = questions[number].values == 3 ? 2 : 1;
    uint64_t last = key->path_count - 1;
    bool qualified = key->path_count > least;
    DN_KIT_CLEANUP(dn_kit_free) char *name = dn_kit_copy(key->path[last]);
    DN_KIT_CLEANUP(dn_kit_free)
    char *schema = dn_kit_copy(qualified ? key->path[0] : dn_kit_string(NULL));
    DN_KIT_CLEANUP(dn_kit_free)
    char *table = dn_kit_copy(least == 2 ? key->path[last - 1] : dn_kit_string(NULL));
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[3] = {name, schema, table};
    int32_t status;

    if (name == NULL || schema == NULL || table == NULL)
        return dn_kit_no_memory(call);
    status =
        dn_pg_execute(connection, questions[number].sql, values, questions[number].values, &result);
    return status == DUNLIN_OK ? push_answer(call, key, result) : status;
}

static bool
fits(const dunlin_fact *key, size_t number)
{
    uint64_t least = questions[number].values == 3 ? 2 : 1;
    uint64_t most = questions[number].values == 1 ? 1 : least + 1;

    return dn_kit_same(key->kind, questions[number].kind) && key->path_count >= least &&
           key->path_count <= most;
}

bool
dn_pg_is_fingerprint(const dunlin_scope *scope)
{
    for (uint64_t i = 0; i < scope->key_count; i++) {
        size_t number = 0;

        while (number < QUESTIONS && !dn_kit_same(scope->keys[i]->kind, questions[number].kind))
            number++;
        if (number == QUESTIONS)
            return false;
    }
    return scope->key_count > 0;
}

int32_t
dn_pg_fingerprint(const dunlin_call *call, dunlin_connection *connection, const dunlin_scope *scope)
{
    int32_t status = DUNLIN_OK;

    for (uint64_t i = 0; i < scope->key_count && status == DUNLIN_OK; i++) {
        const dunlin_fact *key = scope->keys[i];
        size_t number = 0;

        while (number < QUESTIONS && !fits(key, number))
            number++;
        if (number < QUESTIONS)
            status = ask(call, connection, key, number);
        else
            status = dn_kit_fail(call, DUNLIN_UNSUPPORTED,
                                 "not there yet in this release: facts of the kind '%.*s'",
                                 (int)key->kind.length, key->kind.data);
    }
    return status;
}
