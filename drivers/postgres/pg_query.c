/* SPDX-License-Identifier: MIT
 *
 * Queries: rows go to the host one by one, as they arrive.
 */
#include "drivers/postgres/pg_driver.h"

#include <stdlib.h>
#include <string.h>

void
dn_pg_clear(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}

/* --- our own statements ---------------------------------------------------------------------------- */
int32_t
dn_pg_execute(dunlin_connection *connection, const char *sql, const char *const *values, int count,
              PGresult **result)
{
    int32_t status = DUNLIN_OK;

    *result = NULL;
    if (connection->dead ||
        PQsendQueryParams(connection->pg, sql, count, NULL, values, NULL, NULL, 0) == 0 ||
        !dn_pg_next_result(connection, result))
        return dn_pg_fail_lost(connection);
    if (*result == NULL)
        return dn_pg_fail_lost(connection);
    if (PQresultStatus(*result) != PGRES_TUPLES_OK && PQresultStatus(*result) != PGRES_COMMAND_OK)
        status = dn_pg_fail(connection, *result, NULL);
    if (!connection->dead)
        dn_pg_drop_results(connection);
    return status;
}

/* --- rows --------------------------------------------------------------------------------------------- */
typedef struct reading {
    dunlin_connection *connection;
    dunlin_value *values;
    unsigned char **decoded; /* bytea of the row at work, to be freed */
    int columns;
    PGresult **missing; /* that a relation is: told when nothing more comes */
    int32_t answer;     /* of the host: once it is not DUNLIN_OK, nothing more is pushed */
} reading;

static bool
is_integer(Oid type)
{
    return type == DN_PG_INT2 || type == DN_PG_INT4 || type == DN_PG_INT8 || type == DN_PG_OID;
}

static int32_t
fill_cell(reading *work, const PGresult *result, int row, int column)
{
    dunlin_value *value = &work->values[column];
    Oid type = PQftype(result, column);

    memset(value, 0, sizeof(*value));
    value->type = DUNLIN_VALUE_NULL;
    if (PQgetisnull(result, row, column))
        return DUNLIN_OK;
    value->type = DUNLIN_VALUE_TEXT;
    value->text.data = PQgetvalue(result, row, column);
    value->text.length = (uint64_t)PQgetlength(result, row, column);
    if (is_integer(type)) {
        value->type = DUNLIN_VALUE_INTEGER;
        value->integer = strtoll(value->text.data, NULL, 10);
        value->text = (dunlin_string){NULL, 0};
    } else if (type == DN_PG_BYTEA) {
        size_t length;

        work->decoded[column] = PQunescapeBytea((const unsigned char *)value->text.data, &length);
        if (work->decoded[column] == NULL)
            return dn_kit_no_memory(work->connection->call);
        value->type = DUNLIN_VALUE_BLOB;
        value->text = (dunlin_string){(const char *)work->decoded[column], length};
    }
    return DUNLIN_OK;
}

static int32_t
push_columns(reading *work, const PGresult *result)
{
    const dunlin_call *call = work->connection->call;
    uint64_t count = (uint64_t)PQnfields(result);
    dunlin_string *names = call->host->scratch(call, (count + 1) * sizeof(*names));

    work->values = call->host->scratch(call, (count + 1) * sizeof(*work->values));
    work->decoded = call->host->scratch(call, (count + 1) * sizeof(*work->decoded));
    if (names == NULL || work->values == NULL || work->decoded == NULL)
        return dn_kit_no_memory(call);
    work->columns = (int)count;
    for (uint64_t i = 0; i < count; i++)
        names[i] = dn_kit_string(PQfname(result, (int)i));
    return count > 0 ? call->host->columns(call, names, count) : DUNLIN_OK;
}

static int32_t
push_rows(reading *work, const PGresult *result)
{
    const dunlin_call *call = work->connection->call;
    int32_t status = work->values == NULL ? push_columns(work, result) : DUNLIN_OK;

    for (int row = 0; row < PQntuples(result) && status == DUNLIN_OK; row++) {
        for (int i = 0; i < work->columns && status == DUNLIN_OK; i++)
            status = fill_cell(work, result, row, i);
        if (status == DUNLIN_OK)
            status = call->host->row(call, work->values, (uint64_t)work->columns);
        for (int i = 0; i < work->columns; i++) {
            PQfreemem(work->decoded[i]);
            work->decoded[i] = NULL;
        }
    }
    return status;
}

static bool
is_missing(const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return sqlstate != NULL && strcmp(sqlstate, "42P01") == 0;
}

static int32_t
read_results(reading *work, const char *sql)
{
    for (;;) {
        DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

        if (!dn_pg_next_result(work->connection, &result))
            return work->answer == DUNLIN_OK ? dn_pg_fail_lost(work->connection) : work->answer;
        if (result == NULL)
            return work->answer;
        switch (PQresultStatus(result)) {
        case PGRES_SINGLE_TUPLE:
        case PGRES_TUPLES_OK:
            if (work->answer == DUNLIN_OK)
                work->answer = push_rows(work, result);
            break;
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY: break;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
            work->answer = dn_kit_fail(work->connection->call, DUNLIN_USAGE,
                                       "COPY is not a query that gives rows");
            if (PQresultStatus(result) == PGRES_COPY_IN)
                PQputCopyEnd(work->connection->pg, "no data are expected here");
            dn_pg_drop_results(work->connection);
            return work->answer;
        default:
            if (work->answer == DUNLIN_OK && is_missing(result)) {
                work->answer = DUNLIN_MISSING;
                *work->missing = result;
                result = NULL;
            } else if (work->answer == DUNLIN_OK) {
                work->answer = dn_pg_fail(work->connection, result, sql);
            }
            if (work->connection->dead)
                return work->answer;
            break;
        }
    }
}

/* --- what is there and cannot be seen ---------------------------------------------------------------------- */
/* A schema of the search_path that the user may not use is passed over without a word: what is there would be taken
 * for missing. Names are words of the server's message, whatever its language. */
static const char hidden_relations[] =
    "SELECT pg_catalog.format('%I', n.nspname), c.relname, pg_catalog.format('%I', current_user)"
    " FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid"
    " WHERE NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
    " AND n.nspname = ANY (SELECT CASE x.s WHEN '$user' THEN current_user"
    " ELSE x.s END FROM (SELECT pg_catalog.btrim(u.s, ' \"') FROM pg_catalog.unnest("
    "pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ',')) AS u (s)) AS x (s))"
    " AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND pg_catalog.strpos(' ' ||"
    " pg_catalog.regexp_replace($1, '[^[:alnum:]_$]+', ' ', 'g') || ' ', ' ' || c.relname || ' ') > 0"
    " LIMIT 1";

static int32_t
fail_missing(dunlin_connection *connection, const PGresult *missing, const char *sql)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *message = PQresultErrorField(missing, PG_DIAG_MESSAGE_PRIMARY);
    bool looks = message != NULL && PQtransactionStatus(connection->pg) == PQTRANS_IDLE;

    int32_t status =
        looks ? dn_pg_execute(connection, hidden_relations, &message, 1, &result) : DUNLIN_OK;

    if (status != DUNLIN_OK)
        return status;
    if (!looks || PQntuples(result) == 0)
        return dn_pg_fail(connection, missing, sql);
    return dn_kit_fail(connection->call, DUNLIN_PERMISSION,
                       "the user '%s' may not use the schema %s, where '%s' is: GRANT USAGE ON"
                       " SCHEMA %s TO %s",
                       PQuser(connection->pg), PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1),
                       PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 2));
}

static int32_t
query(dunlin_connection *connection, const char *sql, const dn_pg_parameters *parameters)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *missing = NULL;
    reading work = {.connection = connection, .missing = &missing};
    int32_t status;

    if (connection->dead ||
        PQsendQueryParams(connection->pg, sql, parameters->count, parameters->types,
                          parameters->texts, parameters->lengths, parameters->formats, 0) == 0)
        return dn_pg_fail_lost(connection);
    PQsetSingleRowMode(connection->pg);
    status = read_results(&work, sql);
    return missing != NULL && !connection->dead ? fail_missing(connection, missing, sql) : status;
}

int32_t
dn_pg_query(const dunlin_call *call, dunlin_connection *connection, dunlin_string sql,
            const dunlin_value *values, uint64_t count)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    DN_KIT_CLEANUP(dn_kit_free) char *text = NULL;
    DN_KIT_CLEANUP(dn_pg_parameters_free) dn_pg_parameters parameters = {0};
    int32_t status = dn_pg_statement_copy(call, sql, &text);

    if (status == DUNLIN_OK)
        status = dn_pg_parameters_fill(call, values, count, &parameters);
    if (status == DUNLIN_OK)
        status = query(connection, text, &parameters);
    dn_pg_leave(connection, outer);
    return status;
}
