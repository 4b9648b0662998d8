/* SPDX-License-Identifier: MIT */
#include "core/tracker/known.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/tracker/tracker_internal.h"

enum { KNOWN_LIMIT = 1024 * 1024 * 1024, KNOWN_VALUES = 14 };

/* --- what is recorded ------------------------------------------------------------------------------- */

void
dn_known_records(const dn_tracker *tracker, char records[DN_DIGEST_HEX])
{
    dn_digest digest;
    dn_hash hash;

    dn_hash_begin(&hash);
    for (size_t i = 0; i < tracker->count; i++) {
        const dn_tracker_row *row = &tracker->rows[i];
        const char *tag = row->tag ? row->tag : "";

        dn_hash_add(&hash, tag, strlen(tag) + 1);
        if (row->checksum)
            dn_hash_add(&hash, row->checksum, strlen(row->checksum) + 1);
        if (row->has_digest)
            dn_hash_add(&hash, row->digest.bytes, sizeof row->digest.bytes);
    }
    digest = dn_hash_end(&hash);
    dn_digest_hex(&digest, records);
}

/* --- reading ---------------------------------------------------------------------------------------- */

typedef struct reading {
    dn_arena *arena;
    dn_known *known;
} reading;

static int
read_facts(reading *work, const dunlin_value *value, dn_error *error)
{
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (value->type != DUNLIN_VALUE_BLOB && value->type != DUNLIN_VALUE_TEXT)
        return 0;
    if (dn_decompress(value->text.data, (size_t)value->text.length, KNOWN_LIMIT, &text, error) < 0)
        return -1;
    work->known->facts = dn_arena_copy(work->arena, text.data ? text.data : "", text.length);
    work->known->facts_length = text.length;
    return work->known->facts ? 0 : dn_no_memory(error);
}

static int
visit(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    reading *work = context;
    dn_known *known = work->known;
    const char **texts[] = {&known->at,      &known->run_id, &known->action, &known->basis,
                            &known->records, &known->reader, &known->digest, &known->who,
                            &known->host,    &known->why};
    size_t texts_count = sizeof texts / sizeof texts[0];

    (void)count;
    known->present = true;
    known->seq = values[0].integer;
    for (size_t i = 0; i < texts_count; i++) {
        *texts[i] = dn_tracker_value_text(work->arena, &values[1 + i]);
        if (!*texts[i] && values[1 + i].type != DUNLIN_VALUE_NULL)
            return dn_no_memory(error);
    }
    return read_facts(work, &values[1 + texts_count], error) < 0 ? -1 : 1;
}

/* A row that was not written by this program may lack anything. */
static void
complete(dn_known *known)
{
    const char **texts[] = {&known->at,     &known->run_id,  &known->action,
                            &known->basis,  &known->records, &known->reader,
                            &known->digest, &known->who,     &known->host};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!*texts[i])
            *texts[i] = "";
}

int
dn_known_read(dn_connection *connection, const char *table, dn_arena *arena, dn_known *known,
              dn_error *error)
{
    reading work = {arena, known};
    dunlin_value tracker = {.type = DUNLIN_VALUE_TEXT, .text = dn_string(table)};
    const char *sql = dn_arena_printf(
        arena,
        "SELECT seq, at, run_id, action, basis, records, reader, digest, applied_by, host, why,"
        " facts FROM %s" DN_TRACKER_SCHEMA " WHERE tracker = $1 ORDER BY seq DESC LIMIT 1",
        dn_connection_home(connection));

    *known = (dn_known){.present = false};
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, &tracker, 1, visit, &work, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading '" DN_TRACKER_SCHEMA "'");
        dn_error_clear(error);
        return 0;
    }
    complete(known);
    return 0;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static dunlin_value
text_value(const char *text)
{
    return (dunlin_value){.type = text ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_NULL,
                          .text = dn_string(text)};
}

static int
run(dn_connection *connection, const char *sql, const dunlin_value *values, size_t count,
    dn_error *error)
{
    if (!sql)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql, values, count, error);
}

static int
make_table(dn_connection *connection, dn_arena *arena, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    const char **statements = NULL;
    size_t count = 0;

    if (dn_tracker_table_schema(&place, arena, &statements, &count, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (run(connection, statements[i], NULL, 0, error) < 0)
            return dn_while(error, "creating '" DN_TRACKER_SCHEMA "'");
    return 0;
}

/* The highest seq of all trackers; makes the table. */
static int
last_seq(dn_connection *connection, dn_arena *arena, int64_t *last, dn_error *error)
{
    const char *sql = dn_arena_printf(arena, "SELECT max(seq) FROM %s" DN_TRACKER_SCHEMA,
                                      dn_connection_home(connection));

    *last = 0;
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query_integer(connection, sql, NULL, 0, 0, last, error) == 0)
        return 0;
    if (error->status != DUNLIN_MISSING)
        return dn_while(error, "reading '" DN_TRACKER_SCHEMA "'");
    dn_error_clear(error);
    return make_table(connection, arena, error);
}

static int
insert(dn_connection *connection, const char *table, const dn_known *known, int64_t seq,
       const dn_text *packed, dn_arena *arena, dn_error *error)
{
    char host[256];
    char user[256];
    char at[32];
    dunlin_value values[KNOWN_VALUES];
    dunlin_value older[2] = {text_value(table), {.type = DUNLIN_VALUE_INTEGER, .integer = seq}};
    const char *home = dn_connection_home(connection);

    dn_host_name(host, sizeof host);
    dn_user_name(user, sizeof user);
    dn_clock_format(dn_clock_wall_us(), at);
    at[10] = ' ';
    at[strlen(at) - 1] = '\0';
    values[0] = (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = seq};
    values[1] = text_value(table);
    values[2] = text_value(at);
    values[3] = text_value(known->run_id);
    values[4] = text_value(known->action);
    values[5] = text_value(known->basis);
    values[6] = text_value(known->records);
    values[7] = text_value(known->reader);
    values[8] = text_value(known->digest);
    values[9] = text_value(user);
    values[10] = text_value(host);
    values[11] = text_value(known->why);
    values[12] = text_value(dunlin_version());
    values[13] =
        (dunlin_value){.type = DUNLIN_VALUE_BLOB, .text = dn_span(packed->data, packed->length)};
    if (run(connection,
            dn_arena_printf(arena,
                            "INSERT INTO %s" DN_TRACKER_SCHEMA
                            " (seq, tracker, at, run_id, action, basis, records, reader, digest,"
                            " applied_by, host, why, tool_version, facts) VALUES ($1, $2, $3, $4,"
                            " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                            home),
            values, KNOWN_VALUES, error) < 0)
        return -1;
    return run(connection,
               dn_arena_printf(arena,
                               "UPDATE %s" DN_TRACKER_SCHEMA
                               " SET facts = NULL WHERE tracker = $1 AND seq < $2"
                               " AND facts IS NOT NULL",
                               home),
               older, 2, error);
}

int
dn_known_write(dn_connection *connection, const char *table, const dn_known *known, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dn_auto(dn_text) packed = DN_TEXT_INIT;
    dn_compressor *compressor = dn_compressor_new();
    dn_error ignored;
    int64_t last;
    int answer;

    if (!compressor)
        return dn_no_memory(error);
    answer = dn_compress(compressor, known->facts, known->facts_length, &packed, error);
    dn_compressor_free(compressor);
    if (answer < 0 || last_seq(connection, &arena, &last, error) < 0 ||
        dn_connection_execute(connection, DUNLIN_ITEM_BEGIN, NULL, NULL, 0, error) < 0)
        return -1;
    if (insert(connection, table, known, last + 1, &packed, &arena, error) == 0 &&
        dn_connection_execute(connection, DUNLIN_ITEM_COMMIT, NULL, NULL, 0, error) == 0)
        return 0;
    dn_connection_execute(connection, DUNLIN_ITEM_ROLLBACK, NULL, NULL, 0, &ignored);
    return dn_while(error, "writing '" DN_TRACKER_SCHEMA "'");
}
