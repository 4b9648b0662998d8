/* SPDX-License-Identifier: MIT */
#include "drivers/postgres/pg_pipeline.h"

#include <stdlib.h>
#include <string.h>

/* Answers are asked for in portions: each costs the server a packet, and without them it may keep
 * what it has to say until the end. */
enum { FLUSH_ITEMS = 32, FLUSH_BYTES = 32 * 1024 };

/* --- the queue ------------------------------------------------------------------------------------ */
static dn_pg_entry *
entry_at(dn_pg_pipeline *line, size_t place)
{
    return &line->queue[(line->head + place) % DN_PG_QUEUE];
}

static void
release(dn_pg_entry *entry)
{
    free(entry->sql);
    free(entry->expected);
    free(entry->got);
    memset(entry, 0, sizeof(*entry));
}

dn_pg_entry *
dn_pg_pipeline_add(dn_pg_pipeline *line, dn_pg_role role, const dunlin_item *item)
{
    dn_pg_entry *entry = entry_at(line, line->count++);

    memset(entry, 0, sizeof(*entry));
    entry->role = role;
    entry->rows = -1;
    entry->was_in_transaction = entry->in_transaction = line->in_transaction;
    if (item != NULL) {
        entry->kind = item->kind;
        entry->ordinal = item->ordinal;
    }
    return entry;
}

static dn_pg_entry
pop(dn_pg_pipeline *line)
{
    dn_pg_entry entry = *entry_at(line, 0);

    line->head = (line->head + 1) % DN_PG_QUEUE;
    line->count--;
    line->bytes -= entry.bytes;
    return entry;
}

/* --- outcomes ------------------------------------------------------------------------------------- */
static bool
open_behind(const dn_pg_pipeline *line, const dn_pg_entry *entry, int32_t outcome)
{
    switch (outcome) {
    case DUNLIN_OUTCOME_RAN: return entry->in_transaction;
    /* A COMMIT that failed has ended the transaction. */
    case DUNLIN_OUTCOME_FAILED:
        return entry->was_in_transaction && entry->kind != DUNLIN_ITEM_COMMIT;
    case DUNLIN_OUTCOME_SKIPPED: return line->reported_open;
    default: return false;
    }
}

void
dn_pg_pipeline_report(dn_pg_pipeline *line, dn_pg_entry *entry, int32_t outcome)
{
    dunlin_outcome told = {
        .size = sizeof(told),
        .ordinal = entry->ordinal,
        .outcome = outcome,
        .rows = outcome == DUNLIN_OUTCOME_RAN ? entry->rows : -1,
        .elapsed_us = entry->began_ns != 0 ? (dn_kit_now_ns() - entry->began_ns) / 1000 : -1,
    };
    int32_t answer;

    line->reported_open = open_behind(line, entry, outcome);
    told.in_transaction = line->reported_open ? 1 : 0;
    if (outcome == DUNLIN_OUTCOME_FAILED || outcome == DUNLIN_OUTCOME_LOST)
        line->over = true;
    release(entry);
    answer = line->call->host->item_done(line->call, &told);
    if (line->answer == DUNLIN_OK)
        line->answer = answer;
}

static int32_t
final_outcome(dn_pg_pipeline *line, const dn_pg_entry *entry)
{
    if (line->blame) {
        line->blame = false;
        return DUNLIN_OUTCOME_FAILED;
    }
    if (entry->outcome != 0)
        return entry->outcome;
    return line->over ? DUNLIN_OUTCOME_SKIPPED : DUNLIN_OUTCOME_RAN;
}

static void
finish(dn_pg_pipeline *line, dn_pg_entry *entry)
{
    if (entry->role == DN_PG_ROLE_OWN) {
        line->blame |= entry->outcome == DUNLIN_OUTCOME_FAILED;
        release(entry);
    } else if (entry->held && entry->outcome == 0 && !line->blame) {
        line->waiting = *entry;
        line->has_waiting = true;
    } else {
        dn_pg_pipeline_report(line, entry, final_outcome(line, entry));
    }
}

void
dn_pg_pipeline_refuse(dn_pg_pipeline *line, const dunlin_item *item, int32_t status)
{
    dn_pg_entry entry = {.ordinal = item->ordinal,
                         .kind = item->kind,
                         .rows = -1,
                         .was_in_transaction = line->in_transaction};
    bool skipped = line->over;

    if (!skipped)
        line->status = status;
    dn_pg_pipeline_report(line, &entry, skipped ? DUNLIN_OUTCOME_SKIPPED : DUNLIN_OUTCOME_FAILED);
}

/* --- a broken connection --------------------------------------------------------------------------- */
/* What a lost answer leaves in doubt is everything up to the last thing that commits. What was
 * sent behind it was not committed by anybody. */
static size_t
count_doubtful(dn_pg_pipeline *line)
{
    size_t doubtful = 0;

    for (size_t i = 0; i < line->count; i++)
        if (entry_at(line, i)->decides)
            doubtful = i + 1;
    return doubtful;
}

static void
report_broken(dn_pg_pipeline *line, dn_pg_entry *entry, bool doubtful)
{
    bool lost = doubtful || line->blame || entry->outcome == DUNLIN_OUTCOME_LOST;

    line->blame = false;
    dn_pg_pipeline_report(line, entry, lost ? DUNLIN_OUTCOME_LOST : DUNLIN_OUTCOME_SKIPPED);
}

void
dn_pg_pipeline_abandon(dn_pg_pipeline *line)
{
    /* Once the server has said which statement it broke off at, it looked at none behind it. */
    bool told = line->over;
    size_t doubtful = told ? 0 : count_doubtful(line);
    bool first = !told;

    line->lost = true;
    if (!told)
        line->status = dn_pg_fail_lost(line->connection);
    if (line->has_waiting) {
        line->has_waiting = false;
        report_broken(line, &line->waiting, first);
        first = false;
    }
    while (line->count > 0) {
        dn_pg_entry entry = pop(line);

        if (entry.role == DN_PG_ROLE_ITEM || entry.role == DN_PG_ROLE_VIRTUAL) {
            report_broken(line, &entry, first || doubtful > 0);
            first = false;
        } else {
            line->blame |= entry.outcome == DUNLIN_OUTCOME_LOST;
            release(&entry);
        }
        doubtful -= doubtful > 0 ? 1 : 0;
    }
    line->over = true;
}

/* --- results ---------------------------------------------------------------------------------------- */
static void
fail_entry(dn_pg_pipeline *line, dn_pg_entry *entry, int32_t status)
{
    line->status = status;
    line->over = true;
    entry->outcome = line->connection->dead ? DUNLIN_OUTCOME_LOST : DUNLIN_OUTCOME_FAILED;
}

static void
take_error(dn_pg_pipeline *line, dn_pg_entry *entry, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    /* libpq's own: the connection broke, and this need not be where the server had got to. */
    if (sqlstate == NULL || *sqlstate == '\0') {
        line->connection->dead = true;
        dn_pg_pipeline_abandon(line);
        return;
    }
    if (entry->role == DN_PG_ROLE_SYNC && line->has_waiting)
        entry = &line->waiting; /* the commit that comes with the Sync */
    if (line->over)
        entry->outcome = DUNLIN_OUTCOME_SKIPPED;
    else
        fail_entry(line, entry, dn_pg_fail(line->connection, result, entry->sql));
    if (line->connection->dead)
        dn_pg_pipeline_abandon(line);
}

static void
take_cell(dn_pg_entry *entry, const PGresult *result)
{
    if (entry->has_row || PQntuples(result) == 0)
        return;
    entry->has_row = true;
    if (entry->kind == DUNLIN_ITEM_CHECK && PQnfields(result) > 0 && !PQgetisnull(result, 0, 0))
        entry->got = strdup(PQgetvalue(result, 0, 0));
}

static void
check_expected(dn_pg_pipeline *line, dn_pg_entry *entry)
{
    const char *expected = entry->expected != NULL ? entry->expected : "";
    const char *got = entry->got;

    if (got != NULL && strcmp(got, expected) == 0)
        return;
    if (got == NULL)
        got = entry->has_row ? "null" : "no row";
    fail_entry(line, entry,
               dn_kit_fail(line->call, DUNLIN_CONSTRAINT, "expected %s, got %s", expected, got));
}

static void
take_success(dn_pg_pipeline *line, dn_pg_entry *entry, PGresult *result)
{
    const char *rows = PQcmdTuples(result);
    const char *tag = PQcmdStatus(result);

    take_cell(entry, result);
    if (strncmp(tag, "SELECT", 6) == 0)
        entry->rows = 0;
    else
        entry->rows = *rows != '\0' ? strtoll(rows, NULL, 10) : 0;
    if (line->over)
        return;
    if (entry->kind == DUNLIN_ITEM_CHECK)
        check_expected(line, entry);
    else if (entry->kind == DUNLIN_ITEM_COMMIT && strcmp(tag, "ROLLBACK") == 0)
        fail_entry(line, entry,
                   dn_kit_fail(line->call, DUNLIN_FAILED,
                               "the server rolled the transaction back instead of committing it: "
                               "a statement in it had failed"));
}

static void
end_segment(dn_pg_pipeline *line)
{
    dn_pg_entry sync = pop(line);

    release(&sync);
    if (!line->has_waiting)
        return;
    line->has_waiting = false;
    dn_pg_pipeline_report(line, &line->waiting, final_outcome(line, &line->waiting));
}

/* The end of an entry's results; an error at a Sync has one too. */
static void
take_end(dn_pg_pipeline *line, const dn_pg_entry *entry)
{
    if (!entry->answered) {
        /* libpq believes that it is idle: never take that for success. */
        line->connection->dead = true;
        dn_pg_pipeline_abandon(line);
    } else if (entry->role != DN_PG_ROLE_SYNC) {
        dn_pg_entry done = pop(line);

        finish(line, &done);
    }
}

/* One result of the first in the queue. */
static void
take_result(dn_pg_pipeline *line, dn_pg_entry *entry, PGresult *result)
{
    if (result == NULL) {
        take_end(line, entry);
        return;
    }
    entry->answered = true;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: end_segment(line); break;
    case PGRES_SINGLE_TUPLE: take_cell(entry, result); break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY: take_success(line, entry, result); break;
    case PGRES_PIPELINE_ABORTED: entry->outcome = DUNLIN_OUTCOME_SKIPPED; break;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        /* Nothing but a COPY of the file answers so, and those are not sent this way. */
        line->connection->dead = true;
        dn_pg_pipeline_abandon(line);
        break;
    default: take_error(line, entry, result); break;
    }
}

/* What has arrived. */
static void
take(dn_pg_pipeline *line)
{
    PGconn *pg = line->connection->pg;

    while (line->count > 0 && !line->lost) {
        dn_pg_entry *entry = entry_at(line, 0);
        PGresult *result;

        if (entry->role == DN_PG_ROLE_VIRTUAL) {
            dn_pg_entry done = pop(line);

            finish(line, &done);
            continue;
        }
        if (!entry->started && entry->role != DN_PG_ROLE_SYNC)
            PQsetSingleRowMode(pg); /* nobody wants the rows of a SELECT in a migration */
        entry->started = true;
        if (PQisBusy(pg))
            return;
        result = PQgetResult(pg);
        take_result(line, entry, result);
        PQclear(result);
    }
}

/* --- sending ------------------------------------------------------------------------------------------ */
static void
ask_for_answers(dn_pg_pipeline *line)
{
    if (line->unflushed > 0 && PQsendFlushRequest(line->connection->pg) == 0)
        dn_pg_pipeline_abandon(line);
    line->unflushed = 0;
    line->unflushed_bytes = 0;
}

static void
wait_until(dn_pg_pipeline *line, size_t count, uint64_t bytes)
{
    if (!line->lost)
        ask_for_answers(line);
    while (!line->lost) {
        take(line);
        if (line->lost || (line->count <= count && line->bytes <= bytes))
            return;
        if (dn_pg_exchange(line->connection))
            continue;
        take(line); /* the server's last words */
        if (!line->lost && line->count > 0)
            dn_pg_pipeline_abandon(line);
        return;
    }
}

void
dn_pg_pipeline_drain(dn_pg_pipeline *line)
{
    wait_until(line, 0, 0);
}

void
dn_pg_pipeline_throttle(dn_pg_pipeline *line)
{
    PGconn *pg = line->connection->pg;

    if (line->lost)
        return;
    if (line->count >= DN_PG_MOST_ITEMS || line->bytes >= DN_PG_MOST_BYTES) {
        wait_until(line, DN_PG_MOST_ITEMS / 2, DN_PG_MOST_BYTES / 2);
        return;
    }
    if (line->unflushed < FLUSH_ITEMS && line->unflushed_bytes < FLUSH_BYTES)
        return;
    ask_for_answers(line);
    /* Whether that worked shows where we wait. */
    if (!line->lost && PQflush(pg) >= 0 && PQconsumeInput(pg) == 1)
        take(line);
}

/* false: everything under way was reported, this entry too. */
static bool
may_send(dn_pg_pipeline *line)
{
    if (line->lost)
        dn_pg_pipeline_abandon(line);
    return !line->lost;
}

static void
note_sent(dn_pg_pipeline *line, dn_pg_entry *entry, const char *text, int sent)
{
    entry->bytes += strlen(text);
    line->bytes += entry->bytes;
    line->unflushed++;
    line->unflushed_bytes += entry->bytes;
    line->unsynced++;
    if (sent == 0)
        dn_pg_pipeline_abandon(line);
}

void
dn_pg_pipeline_send(dn_pg_pipeline *line, dn_pg_entry *entry, const char *sql,
                    const dn_pg_parameters *parameters)
{
    static const dn_pg_parameters none = {.count = 0};
    const dn_pg_parameters *given = parameters != NULL ? parameters : &none;

    if (may_send(line))
        note_sent(line, entry, sql,
                  PQsendQueryParams(line->connection->pg, sql, given->count, given->types,
                                    given->texts, given->lengths, given->formats, 0));
}

void
dn_pg_pipeline_send_again(dn_pg_pipeline *line, dn_pg_entry *entry, const char *name,
                          const dn_pg_parameters *parameters)
{
    if (may_send(line))
        note_sent(line, entry, name,
                  PQsendQueryPrepared(line->connection->pg, name, parameters->count,
                                      parameters->texts, parameters->lengths, parameters->formats,
                                      0));
}

void
dn_pg_pipeline_prepare(dn_pg_pipeline *line, dn_pg_prepared *one)
{
    dn_pg_entry *entry = dn_pg_pipeline_add(line, DN_PG_ROLE_OWN, NULL);

    one->sent = true;
    if (may_send(line))
        note_sent(line, entry, one->sql,
                  PQsendPrepare(line->connection->pg, one->name, one->sql, one->count, one->types));
}

void
dn_pg_pipeline_own(dn_pg_pipeline *line, const char *sql)
{
    dn_pg_pipeline_send(line, dn_pg_pipeline_add(line, DN_PG_ROLE_OWN, NULL), sql, NULL);
}

void
dn_pg_pipeline_sync(dn_pg_pipeline *line)
{
    if (line->lost || line->unsynced == 0)
        return;
    line->unsynced = 0;
    line->unflushed = 0;
    line->unflushed_bytes = 0;
    dn_pg_pipeline_add(line, DN_PG_ROLE_SYNC, NULL);
    if (PQpipelineSync(line->connection->pg) == 0)
        dn_pg_pipeline_abandon(line);
}

void
dn_pg_pipeline_settle(dn_pg_pipeline *line)
{
    dn_pg_pipeline_sync(line);
    dn_pg_pipeline_drain(line);
}

/* --- the whole -------------------------------------------------------------------------------------------- */
int32_t
dn_pg_pipeline_open(dn_pg_pipeline *line, dunlin_connection *connection)
{
    memset(line, 0, sizeof(*line));
    line->connection = connection;
    line->call = connection->call;
    line->queue = malloc(DN_PG_QUEUE * sizeof(*line->queue));
    if (line->queue == NULL)
        return dn_kit_no_memory(connection->call);
    if (connection->dead || PQenterPipelineMode(connection->pg) == 0) {
        connection->dead = true;
        line->lost = true; /* the first item hears of it */
    }
    line->in_transaction = line->reported_open =
        PQtransactionStatus(connection->pg) == PQTRANS_INTRANS ||
        PQtransactionStatus(connection->pg) == PQTRANS_INERROR;
    return DUNLIN_OK;
}

bool
dn_pg_pipeline_pause(dn_pg_pipeline *line)
{
    dn_pg_pipeline_settle(line);
    if (!line->lost && PQexitPipelineMode(line->connection->pg) == 0) {
        line->connection->dead = true;
        dn_pg_pipeline_abandon(line);
    }
    return !line->lost;
}

void
dn_pg_pipeline_resume(dn_pg_pipeline *line)
{
    if (!line->lost && PQenterPipelineMode(line->connection->pg) == 0) {
        line->connection->dead = true;
        line->lost = true;
    }
}

void
dn_pg_pipeline_close(dn_pg_pipeline *line)
{
    if (line->queue != NULL && !line->lost)
        dn_pg_pipeline_pause(line);
    free(line->queue);
    line->queue = NULL;
}
