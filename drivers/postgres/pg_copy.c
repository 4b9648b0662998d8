/* SPDX-License-Identifier: MIT
 *
 * COPY .. FROM STDIN and TO STDOUT: libpq does not pipeline them, so the pipeline is interrupted.
 */
#include "drivers/postgres/pg_copy.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 64 * 1024 };

typedef struct copying {
    dn_pg_pipeline *line;
    dunlin_connection *connection;
    const char *sql;
    dn_pg_entry entry; /* of the item at work */
} copying;

static void
begin_entry(copying *work, const dunlin_item *item)
{
    bool open = work->line->in_transaction;

    work->entry = (dn_pg_entry){
        .role = DN_PG_ROLE_ITEM,
        .kind = item->kind,
        .ordinal = item->ordinal,
        .rows = 0,
        .was_in_transaction = open,
        .in_transaction = open,
        .began_ns = dn_kit_now_ns(),
    };
}

static void
report(copying *work, int32_t outcome)
{
    dn_pg_pipeline_report(work->line, &work->entry, outcome);
}

static void
fail(copying *work, int32_t status)
{
    work->line->status = status;
    if (work->connection->dead)
        work->line->lost = true;
    report(work, work->connection->dead ? DUNLIN_OUTCOME_LOST : DUNLIN_OUTCOME_FAILED);
}

/* The answer to the statement or to the end of its data; *copy: data go one way or the other.
 * false: the item failed, and was reported. */
static bool
take_answer(copying *work, ExecStatusType *answer)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

    if (!dn_pg_next_result(work->connection, &result) || result == NULL) {
        fail(work, dn_pg_fail_lost(work->connection));
        return false;
    }
    *answer = PQresultStatus(result);
    switch (*answer) {
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT: return true;
    case PGRES_COMMAND_OK:
        work->entry.rows = strtoll(PQcmdTuples(result), NULL, 10);
        dn_pg_drop_results(work->connection);
        return true;
    default: break;
    }
    fail(work, dn_pg_fail(work->connection, result, work->sql));
    if (!work->connection->dead)
        dn_pg_drop_results(work->connection);
    return false;
}

/* false: the connection broke. */
static bool
put(copying *work, const char *data, int64_t length)
{
    PGconn *pg = work->connection->pg;

    for (;;) {
        /* -1 also when the server refused earlier data: its answer says so. */
        if (PQputCopyData(pg, data, (int)length) != 0)
            break;
        if (!dn_pg_exchange(work->connection))
            return false;
    }
    while (PQflush(pg) > 0)
        if (!dn_pg_exchange(work->connection))
            return false;
    /* Refusals come while we send; without a look at them all of the data would go for nothing. */
    return PQconsumeInput(pg) == 1;
}

/* All data of the item; `refusal`: why there is no more of them, NULL at their end. */
static bool
put_all(copying *work, const char **refusal)
{
    const dunlin_call *call = work->line->call;
    DN_KIT_CLEANUP(dn_kit_free) char *buffer = malloc(CHUNK_BYTES);

    if (buffer == NULL) {
        *refusal = "out of memory";
        return true;
    }
    for (;;) {
        int64_t length = call->host->read_chunk(call, buffer, CHUNK_BYTES);

        if (length < 0)
            *refusal = "the data cannot be read";
        if (length <= 0)
            return true;
        if (dn_kit_should_stop(call)) {
            *refusal = "stopped on request";
            work->connection->cancel_asked = true;
            return true;
        }
        if (!put(work, buffer, length))
            return false;
    }
}

static void
end_data(copying *work, bool alive, const char *refusal)
{
    ExecStatusType answer = PGRES_COPY_IN;

    /* Returns 0 while the buffer is full, which non-blocking libpq never says of this message. */
    if (!alive || (PQputCopyEnd(work->connection->pg, refusal) < 0 &&
                   PQstatus(work->connection->pg) == CONNECTION_BAD)) {
        fail(work, dn_pg_fail_lost(work->connection));
        return;
    }
    work->sql = NULL; /* a place in it would be one of the statement before */
    if (take_answer(work, &answer))
        report(work, DUNLIN_OUTCOME_RAN);
}

/* The statement is waiting for data, which the next item must be. */
static void
take_data(copying *work)
{
    const dunlin_call *call = work->line->call;
    dunlin_item item = {.size = sizeof(item)};
    const char *refusal = NULL;
    int32_t status;
    bool alive = true;

    report(work, DUNLIN_OUTCOME_RAN);
    status = call->host->next_item(call, &item);
    if (status == DUNLIN_OK && item.kind == DUNLIN_ITEM_COPY_DATA) {
        begin_entry(work, &item);
        alive = put_all(work, &refusal);
        end_data(work, alive, refusal);
        return;
    }
    PQputCopyEnd(work->connection->pg, "no data follow");
    dn_pg_drop_results(work->connection);
    if (status == DUNLIN_OK) {
        begin_entry(work, &item);
        fail(work, dn_kit_fail(call, DUNLIN_USAGE, "COPY .. FROM STDIN without data behind it"));
    } else {
        work->line->over = true;
        work->line->answer = status;
    }
}

void
dn_pg_copy(dn_pg_pipeline *line, const dunlin_item *item, const char *sql)
{
    copying work = {.line = line, .connection = line->connection, .sql = sql};
    ExecStatusType answer = PGRES_COMMAND_OK;

    if (!dn_pg_pipeline_pause(line) || line->over) {
        dn_pg_pipeline_refuse(line, item, line->status);
        if (!line->lost)
            dn_pg_pipeline_resume(line);
        return;
    }
    begin_entry(&work, item);
    if (PQsendQueryParams(line->connection->pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 0)
        fail(&work, dn_pg_fail_lost(line->connection));
    else if (take_answer(&work, &answer)) {
        if (answer == PGRES_COPY_IN) {
            take_data(&work);
        } else {
            if (answer == PGRES_COPY_OUT) {
                dn_pg_drop_copy(line->connection);
                dn_pg_drop_results(line->connection);
            }
            report(&work, DUNLIN_OUTCOME_RAN);
        }
    }
    if (line->connection->dead)
        line->lost = true;
    else
        dn_pg_pipeline_resume(line);
}
