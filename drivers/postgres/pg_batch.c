/* SPDX-License-Identifier: MIT
 *
 * Several queries of ours in one round trip. In a transaction of the user's they run in a
 * savepoint, so that neither a failure nor search_path is left behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/postgres/pg_facts.h"

/* Tables of the session come last: they must not stand in for the catalogs. */
#define PATH "SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)"

/* A shadow is asked the same again and again: planning would take longer than answering. */
#define PREPARED_PATH PATH ", pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)"

/* The plans are made when the catalogs are small, and stay: reading them whole is quick only then. */
#define NAMED_PATH PREPARED_PATH ", pg_catalog.set_config('enable_seqscan', 'off', true)"

/* Of text[] (pg_type.dat). */
enum { DN_PG_TEXTS = 1009 };

enum { MOST_COMMANDS = 4, MOST_VALUES = 4 };

typedef struct batch {
    dunlin_connection *connection;
    const dn_pg_question *questions;
    size_t count;
    void *context;
    const char *before[MOST_COMMANDS];
    size_t before_count;
    const char *after[2];
    size_t after_count;
    int32_t status; /* once it is not DUNLIN_OK, nothing more is handed on */
    bool refused;   /* by the server */
    char *pins;
    dn_pg_extent extent;
    bool prepares; /* the questions, before they are asked */
    bool apart;    /* one of several in a transaction of ours */
    bool starved;  /* the server has no room for the locks of .. */
    size_t at;     /* .. this question */
} batch;

static bool
is_plain(const batch *work)
{
    return work->connection->shadow == NULL || work->apart;
}

static void
choose_frame(batch *work)
{
    bool inside = PQtransactionStatus(work->connection->pg) != PQTRANS_IDLE;

    work->before[work->before_count++] =
        inside ? "SAVEPOINT dunlin_read" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    if (!inside && work->pins != NULL)
        work->before[work->before_count++] = work->pins;
    if (is_plain(work))
        work->before[work->before_count++] = PATH;
    else
        work->before[work->before_count++] =
            work->extent == DN_PG_EXTENT_ALL ? PREPARED_PATH : NAMED_PATH;
    if (inside)
        work->after[work->after_count++] = "ROLLBACK TO SAVEPOINT dunlin_read";
    work->after[work->after_count++] = inside ? "RELEASE SAVEPOINT dunlin_read" : "COMMIT";
}

static const Oid types[MOST_VALUES] = {DN_PG_TEXTS, DN_PG_TEXTS, DN_PG_TEXTS, DN_PG_TEXTS};

/* Of the same questions. */
static unsigned *
number_of(const batch *work)
{
    bool grants = (work->connection->call->flags & DUNLIN_CALL_GRANTS) != 0;

    return &work->connection->questions[grants][work->extent];
}

/* Names are never used twice: nobody knows what became of those in a failed pipeline. */
static bool
send_prepared(const batch *work)
{
    unsigned number = *number_of(work);
    PGconn *pg = work->connection->pg;
    char name[48];

    for (size_t i = 0; work->prepares && i < work->count; i++) {
        snprintf(name, sizeof(name), "dunlin_%u_%zu", number, i);
        if (PQsendPrepare(pg, name, work->questions[i].sql, work->questions[i].count, types) == 0)
            return false;
    }
    for (size_t i = 0; i < work->count; i++) {
        snprintf(name, sizeof(name), "dunlin_%u_%zu", number, i);
        if (PQsendQueryPrepared(pg, name, work->questions[i].count, work->questions[i].values, NULL,
                                NULL, 0) == 0)
            return false;
    }
    return true;
}

static bool
send_all(const batch *work)
{
    PGconn *pg = work->connection->pg;
    bool plain = is_plain(work);

    for (size_t i = 0; i < work->before_count; i++)
        if (PQsendQueryParams(pg, work->before[i], 0, NULL, NULL, NULL, NULL, 0) == 0)
            return false;
    if (!plain && !send_prepared(work))
        return false;
    for (size_t i = 0; plain && i < work->count; i++)
        if (PQsendQueryParams(pg, work->questions[i].sql, work->questions[i].count, types,
                              work->questions[i].values, NULL, NULL, 0) == 0)
            return false;
    for (size_t i = 0; i < work->after_count; i++)
        if (PQsendQueryParams(pg, work->after[i], 0, NULL, NULL, NULL, NULL, 0) == 0)
            return false;
    return PQpipelineSync(pg) == 1;
}

static void
take_rows(batch *work, size_t number, const PGresult *result)
{
    const dn_pg_question *question = number < work->count ? &work->questions[number] : NULL;
    dn_pg_row row = {.result = result};

    if (question == NULL || question->take == NULL)
        return;
    for (; row.number < PQntuples(result) && work->status == DUNLIN_OK; row.number++)
        work->status = question->take(work->context, &row);
}

/* out_of_memory: of the table of locks, too. */
static bool
lacks_locks(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    return state != NULL && strcmp(state, "53200") == 0;
}

static void
take_result(batch *work, size_t number, const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK: take_rows(work, number, result); break;
    case PGRES_COMMAND_OK:
    case PGRES_PIPELINE_ABORTED: break;
    default:
        work->refused = true;
        if (!work->apart && number < work->count && lacks_locks(result)) {
            work->starved = true;
            work->at = number;
        } else if (work->status == DUNLIN_OK)
            work->status = dn_pg_fail(work->connection, result, NULL);
        break;
    }
}

/* Up to the end of the pipeline; false: connection lost. */
static bool
read_all(batch *work)
{
    size_t first = work->before_count + (work->prepares ? work->count : 0);
    size_t sent = first + work->count + work->after_count;

    for (size_t i = 0; i <= sent; i++) {
        DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

        if (!dn_pg_next_result(work->connection, &result) || result == NULL)
            return false;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
            return true;
        /* The commands around the questions have numbers that no question has. */
        take_result(work, i - first, result);
        if (work->connection->dead)
            return false;
        dn_pg_clear(&result);
        if (!dn_pg_next_result(work->connection, &result))
            return false;
    }
    return false;
}

/* What the server refused, it skipped the rest of: also the way back. */
static void
get_back(batch *work)
{
    static const char *const ways[] = {"ROLLBACK TO SAVEPOINT dunlin_read",
                                       "RELEASE SAVEPOINT dunlin_read"};
    bool inside = work->after_count == 2;

    for (size_t i = 0; i < work->after_count; i++) {
        DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

        work->connection->uncancellable = true;
        dn_pg_execute(work->connection, inside ? ways[i] : "ROLLBACK", NULL, 0, &result);
        work->connection->uncancellable = false;
    }
}

static int32_t
ask(batch *work)
{
    dunlin_connection *connection = work->connection;

    if (connection->dead || PQenterPipelineMode(connection->pg) != 1)
        return dn_pg_fail_lost(connection);
    if (!send_all(work) || !read_all(work)) {
        int32_t status = work->status;

        connection->dead = true;
        return status != DUNLIN_OK ? status : dn_pg_fail_lost(connection);
    }
    PQexitPipelineMode(connection->pg);
    if (work->refused) {
        *number_of(work) = 0;
        get_back(work);
    }
    return work->status;
}

/* --- one by one ---------------------------------------------------------------------------------------- */
enum { PARTS = 64 };

static int32_t
ask_alone(const batch *whole, const dn_pg_question *question)
{
    batch work = {.connection = whole->connection,
                  .questions = question,
                  .count = 1,
                  .extent = whole->extent,
                  .context = whole->context,
                  .apart = true};

    choose_frame(&work);
    return ask(&work);
}

static int32_t
ask_in_parts(const batch *whole, const dn_pg_question *question)
{
    int32_t status = DUNLIN_OK;

    for (int i = 0; i < PARTS && status == DUNLIN_OK; i++) {
        DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
        dn_pg_question part = *question;
        char number[12];

        snprintf(number, sizeof(number), "%d", i);
        dn_kit_text_add(&sql, question->sql);
        dn_kit_text_add(&sql, question->divided);
        dn_kit_text_add(&sql, number);
        part.sql = sql.data;
        status = sql.failed ? dn_kit_no_memory(whole->connection->call) : ask_alone(whole, &part);
    }
    return status;
}

static int32_t
say(const batch *work, const char *sql)
{
    DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

    return dn_pg_execute(work->connection, sql, NULL, 0, &result);
}

/* Locks are given up with the savepoint that each is asked in. What was answered before is not asked
 * again. */
static int32_t
ask_apart(const batch *work)
{
    bool inside = PQtransactionStatus(work->connection->pg) != PQTRANS_IDLE;
    int32_t status =
        inside ? DUNLIN_OK : say(work, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");

    if (status == DUNLIN_OK && !inside && work->pins != NULL)
        status = say(work, work->pins);
    for (size_t i = work->at; i < work->count && status == DUNLIN_OK; i++)
        status = work->questions[i].divided != NULL ? ask_in_parts(work, &work->questions[i])
                                                    : ask_alone(work, &work->questions[i]);
    if (status == DUNLIN_OK && !inside)
        return say(work, "COMMIT");
    if (!inside && !work->connection->dead) {
        DN_KIT_CLEANUP(dn_pg_clear) PGresult *result = NULL;

        work->connection->uncancellable = true;
        dn_pg_execute(work->connection, "ROLLBACK", NULL, 0, &result);
        work->connection->uncancellable = false;
    }
    return status;
}

int32_t
dn_pg_ask_together(dunlin_connection *connection, const dn_pg_question *questions, size_t count,
                   dn_pg_extent extent, void *context)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text pins = {0};
    batch work = {.connection = connection,
                  .questions = questions,
                  .count = count,
                  .extent = extent,
                  .context = context};
    int32_t status;

    if (connection->pins_local || connection->pooled) {
        dn_pg_pins_statement(&pins, connection, true);
        if (pins.failed)
            return dn_kit_no_memory(connection->call);
        work.pins = pins.data;
    }
    choose_frame(&work);
    work.prepares = connection->shadow != NULL && *number_of(&work) == 0;
    if (work.prepares)
        *number_of(&work) = ++connection->prepared_names;
    status = ask(&work);
    return status == DUNLIN_OK && work.starved ? ask_apart(&work) : status;
}
