/* SPDX-License-Identifier: MIT
 *
 * Other sessions: whether they are still there, and how to be rid of them. What one of them
 * perhaps committed nobody has to be asked: once it is gone, the rows it wrote tell.
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
};

static int32_t
ask(dunlin_connection *connection, const char *sql, const dunlin_string texts[2], int32_t *answer)
{
    DN_KIT_CLEANUP(dn_kit_free) char *first = dn_kit_copy(texts[0]);
    DN_KIT_CLEANUP(dn_kit_free) char *second = dn_kit_copy(texts[1]);
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;
    const char *values[2] = {first, second};
    int32_t status;

    if (first == NULL || second == NULL)
        return dn_kit_no_memory(connection->call);
    status = dn_pg_execute(connection, sql, values, 2, &result);
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
#define SAME_START                                                                                 \
    "pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC',"                                       \
    " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') = $2::text"

static int32_t
ask_about(const dunlin_call *call, dunlin_connection *connection, const char *sql,
          dunlin_string backend, dunlin_string backend_start, int32_t *answer)
{
    const dunlin_string texts[2] = {backend, backend_start};
    const dunlin_call *outer = dn_pg_enter(call, connection);
    int32_t status = DUNLIN_OK;

    *answer = DUNLIN_SESSION_UNKNOWN;
    if (is_number(backend))
        status = ask(connection, sql, texts, answer);
    dn_pg_leave(connection, outer);
    return status;
}

int32_t
dn_pg_session_alive(const dunlin_call *call, dunlin_connection *connection, dunlin_string backend,
                    dunlin_string backend_start, int32_t *answer)
{
    static const char sql[] =
        "SELECT coalesce((SELECT CASE WHEN a.backend_start IS NULL OR $2::text = '' THEN 'unknown'"
        " WHEN " SAME_START " THEN 'alive' ELSE 'gone' END"
        " FROM pg_catalog.pg_stat_activity a WHERE a.pid = $1::bigint), 'gone')";

    return ask_about(call, connection, sql, backend, backend_start, answer);
}

/* A CASE evaluates nothing behind the branch that it takes (PostgreSQL 15, 4.2.14): a session
 * that is not the one that is meant is not touched. */
int32_t
dn_pg_session_end(const dunlin_call *call, dunlin_connection *connection, dunlin_string backend,
                  dunlin_string backend_start, int32_t *answer)
{
    static const char sql[] =
        "SELECT coalesce((SELECT CASE WHEN a.pid = pg_catalog.pg_backend_pid() THEN 'unknown'"
        " WHEN a.backend_start IS NULL AND $2::text <> '' THEN 'unknown'"
        " WHEN $2::text <> '' AND NOT " SAME_START " THEN 'gone'"
        " WHEN pg_catalog.pg_terminate_backend(a.pid) THEN 'alive' ELSE 'gone' END"
        " FROM pg_catalog.pg_stat_activity a WHERE a.pid = $1::bigint), 'gone')";

    return ask_about(call, connection, sql, backend, backend_start, answer);
}
