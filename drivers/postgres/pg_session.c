/* SPDX-License-Identifier: MIT
 *
 * Questions about sessions that are perhaps no more, and about what they perhaps committed.
 */
#include "drivers/postgres/pg_driver.h"

#include <string.h>

/* An answer is one word of one cell. */
static const struct {
    const char *word;
    int32_t answer;
} answers[] = {
    {"gone", DUNLIN_SESSION_GONE},
    {"alive", DUNLIN_SESSION_ALIVE},
    {"committed", DUNLIN_DOUBT_COMMITTED},
    {"aborted", DUNLIN_DOUBT_NOT_COMMITTED},
};

static int32_t
ask(dunlin_connection *connection, const char *sql, const dunlin_string *texts, int count,
    int32_t *answer)
{
    DN_KIT_CLEANUP(dn_kit_free) char *first = dn_kit_copy(texts[0]);
    DN_KIT_CLEANUP(dn_kit_free) char *second = dn_kit_copy(texts[count - 1]);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[2] = {first, second};
    int32_t status;

    if (first == NULL || second == NULL)
        return dn_kit_no_memory(connection->call);
    status = dn_pg_execute(connection, sql, values, count, &result);
    if (status != DUNLIN_OK || PQntuples(result) != 1)
        return status;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (strcmp(PQgetvalue(result, 0, 0), answers[i].word) == 0)
            *answer = answers[i].answer;
    return DUNLIN_OK;
}

static bool
is_number(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length > 0 && text.length < 19;
}

/* The start of a session tells it from a later one with the same number. Other people's is hidden
 * from a role without pg_read_all_stats. */
int32_t
dn_pg_session_alive(const dunlin_call *call, dunlin_connection *connection, dunlin_string backend,
                    dunlin_string backend_start, int32_t *answer)
{
    static const char sql[] =
        "SELECT coalesce((SELECT CASE WHEN a.backend_start IS NULL OR $2::text = '' THEN 'unknown'"
        " WHEN pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC',"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') = $2::text THEN 'alive' ELSE 'gone' END"
        " FROM pg_catalog.pg_stat_activity a WHERE a.pid = $1::bigint), 'gone')";
    const dunlin_string texts[2] = {backend, backend_start};
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status = DUNLIN_OK;

    *answer = DUNLIN_SESSION_UNKNOWN;
    if (is_number(backend))
        status = ask(connection, sql, texts, 2, answer);
    dn_pg_leave(connection, outer);
    return status;
}

/* A marker is the number of a transaction, as txid_current() gives it. */
int32_t
dn_pg_in_doubt(const dunlin_call *call, dunlin_connection *connection, dunlin_string marker,
               int32_t *answer)
{
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status = DUNLIN_OK;

    *answer = DUNLIN_DOUBT_UNKNOWN;
    if (is_number(marker))
        status = ask(connection, "SELECT coalesce(pg_catalog.txid_status($1::bigint), 'unknown')",
                     &marker, 1, answer);
    dn_pg_leave(connection, outer);
    return status;
}
