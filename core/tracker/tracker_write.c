/* SPDX-License-Identifier: MIT
 *
 * Recording: the INSERTs that travel inside a migration's transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/tracker/tracker_internal.h"

/* Larger files are recorded by their digests alone. */
enum { KEPT_SQL_LIMIT = 4 * 1024 * 1024 };

struct dn_tracker_writer {
    const dn_tracker *tracker;
    dn_compressor *compressor;
    bool offline;     /* for a script */
    bool named;       /* the owner's table has the columns of drizzle 1.0 */
    bool writes_time; /* and applied_at has no default */
    int64_t next_seq;
    char run_id[64];
    char host[256];
    char user[256];
    /* Texts the values point to. */
    char raw[DN_DIGEST_HEX];
    char text[DN_DIGEST_HEX];
    char tokens[DN_DIGEST_HEX];
    char owner_hash[DN_DIGEST_HEX];
    char at[32];     /* ISO 8601 */
    char stored[32]; /* the same as a timestamp literal of any database */
    dn_text packed;
    dn_foreign_writer *foreign; /* of other tools; else NULL */
    const char *our_sql;
    const char *owner_sql;
    dn_arena arena;
    dn_tracker_statement statements[DN_RECORD_STATEMENTS];
};

static dunlin_value
text_value(const char *text)
{
    dunlin_value value = {.type = text ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_NULL};

    value.text = dn_string(text);
    return value;
}

static dunlin_value
integer_value(int64_t integer)
{
    dunlin_value value = {.type = DUNLIN_VALUE_INTEGER, .integer = integer};

    return value;
}

static const char insert_ours[] =
    "INSERT INTO %s (seq, tag, state, digest_raw, digest_text, digest_tokens, algorithm,"
    " statements, applied_at, duration_us, applied_by, host, run_id, tool_version, evidence,"
    " sql_up) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

/* The same where nobody knows what is there: $1 and $9 are the server's. */
static const char insert_offline[] =
    "INSERT INTO %1$s (seq, tag, state, digest_raw, digest_text, digest_tokens, algorithm,"
    " statements, applied_at, duration_us, applied_by, host, run_id, tool_version, evidence,"
    " sql_up) SELECT coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7, $8, CURRENT_TIMESTAMP, $10,"
    " $11, $12, $13, $14, $15, $16 FROM %1$s";

static int
ignore_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    (void)values;
    (void)count;
    (void)context;
    (void)error;
    return 1;
}

/* A table of drizzle 0.x may have been given the columns of 1.0 since: a row without a name would
 * make 1.0 run its migration again. */
static int
probe_columns(dn_tracker_writer *writer, dn_connection *connection, dn_error *error)
{
    const dn_tracker *tracker = writer->tracker;
    const char *sql;

    if (tracker->owner != DN_OWNER_DRIZZLE || writer->named)
        return 0;
    sql =
        dn_arena_printf(&writer->arena, "SELECT name, applied_at FROM %s LIMIT 1", tracker->quoted);
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, ignore_row, NULL, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return -1;
        dn_error_clear(error);
        return 0;
    }
    writer->named = true;
    return 0;
}

static const char *
owner_insert(const dn_tracker_writer *writer)
{
    if (!writer->named)
        return "INSERT INTO %s (hash, created_at) VALUES ($1, $2)";
    if (!writer->writes_time)
        return "INSERT INTO %s (hash, created_at, name) VALUES ($1, $2, $3)";
    return "INSERT INTO %s (hash, created_at, name, applied_at) VALUES ($1, $2, $3, $4)";
}

static dn_tracker_writer *
make(const dn_tracker_place *place, const dn_tracker *tracker, const char *run_id)
{
    dn_tracker_writer *writer = (dn_tracker_writer *)calloc(1, sizeof(*writer));
    const dn_drizzle_form *form = dn_tracker_drizzle_form(place->driver->table.dialect);

    if (!writer)
        return NULL;
    writer->tracker = tracker;
    writer->named = tracker->named;
    writer->writes_time = form && form->writes_time;
    memcpy(writer->run_id, run_id, strnlen(run_id, sizeof(writer->run_id) - 1));
    writer->compressor = dn_compressor_new();
    return writer;
}

int
dn_tracker_writer_offline(const dn_tracker_place *place, const dn_tracker *tracker,
                          const char *run_id, dn_tracker_writer **result, dn_error *error)
{
    const dn_drizzle_form *form = dn_tracker_drizzle_form(place->driver->table.dialect);
    dn_tracker_writer *writer = make(place, tracker, run_id);

    *result = writer;
    if (!writer || !writer->compressor)
        return dn_no_memory(error);
    writer->offline = true;
    if (tracker->owner == DN_OWNER_FOREIGN &&
        dn_foreign_writer_open(place, tracker, &writer->arena, &writer->foreign, error) < 0)
        return -1;
    writer->our_sql = dn_arena_printf(&writer->arena, insert_offline, tracker->ours);
    if (writer->named && writer->writes_time)
        writer->owner_sql = dn_arena_printf(
            &writer->arena,
            "INSERT INTO %s (hash, created_at, name, applied_at) VALUES ($1, $2, $3, %s)",
            tracker->quoted, form->now);
    else
        writer->owner_sql = dn_arena_printf(&writer->arena, owner_insert(writer), tracker->quoted);
    return writer->our_sql && writer->owner_sql ? 0 : dn_no_memory(error);
}

int
dn_tracker_writer_open(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                       dn_tracker_writer **result, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_tracker_writer *writer = make(&place, tracker, run_id);
    bool present;

    *result = writer;
    if (!writer || !writer->compressor)
        return dn_no_memory(error);
    if (tracker->owner == DN_OWNER_FOREIGN &&
        dn_foreign_writer_open(&place, tracker, &writer->arena, &writer->foreign, error) < 0)
        return -1;
    if (probe_columns(writer, connection, error) < 0)
        return -1;
    if (dn_tracker_native_last(connection, tracker, &present, &writer->next_seq, error) < 0)
        return -1;
    writer->next_seq++;
    dn_host_name(writer->host, sizeof(writer->host));
    dn_user_name(writer->user, sizeof(writer->user));
    writer->our_sql = dn_arena_printf(&writer->arena, insert_ours, tracker->ours);
    writer->owner_sql = dn_arena_printf(&writer->arena, owner_insert(writer), tracker->quoted);
    return writer->our_sql && writer->owner_sql ? 0 : dn_no_memory(error);
}

void
dn_tracker_writer_close(dn_tracker_writer *writer)
{
    if (!writer)
        return;
    dn_compressor_free(writer->compressor);
    dn_text_free(&writer->packed);
    dn_arena_free(&writer->arena);
    free(writer);
}

static int
record_ours(dn_tracker_writer *writer, const dn_tracker_entry *entry, dn_error *error)
{
    dn_tracker_statement *statement = &writer->statements[0];
    dunlin_value *values = statement->values;

    dn_digest_hex(&entry->migration->raw, writer->raw);
    dn_digest_hex(&entry->text, writer->text);
    dn_digest_hex(&entry->tokens, writer->tokens);
    dn_clock_format(dn_clock_wall_us(), writer->at);
    memcpy(writer->stored, writer->at, sizeof(writer->stored));
    writer->stored[10] = ' ';
    writer->stored[strlen(writer->stored) - 1] = '\0';
    statement->sql = writer->our_sql;
    statement->count = 16;
    values[0] = integer_value(writer->next_seq++);
    values[1] = text_value(entry->migration->tag);
    values[2] = text_value(entry->state);
    values[3] = text_value(writer->raw);
    values[4] = text_value(writer->text);
    values[5] = text_value(writer->tokens);
    values[6] = text_value(DN_TRACKER_ALGORITHM);
    values[7] = integer_value(entry->statements);
    values[8] = text_value(writer->stored);
    values[9] = entry->duration_us < 0 ? text_value(NULL) : integer_value(entry->duration_us);
    values[10] = text_value(writer->offline ? NULL : writer->user);
    values[11] = text_value(writer->offline ? NULL : writer->host);
    values[12] = text_value(writer->run_id);
    values[13] = text_value(dunlin_version());
    values[14] = text_value(entry->evidence);
    memset(&values[15], 0, sizeof(values[15]));
    if (!entry->sql || entry->sql_length > KEPT_SQL_LIMIT)
        return 0;
    if (dn_compress(writer->compressor, entry->sql, entry->sql_length, &writer->packed, error) < 0)
        return -1;
    values[15].type = DUNLIN_VALUE_BLOB;
    values[15].text = dn_span(writer->packed.data, writer->packed.length);
    return 0;
}

static int
record_owner(dn_tracker_writer *writer, const dn_tracker_entry *entry, dn_error *error)
{
    dn_tracker_statement *statement = &writer->statements[1];
    dunlin_value *values = statement->values;
    dn_digest hash = entry->migration->raw;

    /* A text that is kept is at hand; one too large to keep is taken to be valid UTF-8. */
    if (entry->sql && !dn_utf8_valid(entry->sql, entry->sql_length))
        hash = dn_drizzle_hash(entry->sql, entry->sql_length);
    dn_digest_hex(&hash, writer->owner_hash);
    statement->sql = writer->owner_sql;
    statement->count = 2;
    values[0] = text_value(writer->owner_hash);
    values[1] = integer_value(entry->migration->when_ms);
    if (!writer->named)
        return 0;
    statement->count = writer->writes_time ? 4 : 3;
    values[2] =
        text_value(dn_drizzle_name(&writer->arena, entry->migration, writer->tracker->layout));
    values[3] = text_value(writer->at);
    return values[2].text.data ? 0 : dn_no_memory(error);
}

int
dn_tracker_record(dn_tracker_writer *writer, const dn_tracker_entry *entry,
                  const dn_tracker_statement **statements, size_t *count, dn_error *error)
{
    *statements = writer->statements;
    *count = 1;
    if (record_ours(writer, entry, error) < 0)
        return -1;
    if (writer->foreign)
        return dn_foreign_record(writer->foreign, entry, &writer->arena, writer->statements + 1,
                                 count, error);
    if (writer->tracker->owner != DN_OWNER_DRIZZLE)
        return 0;
    *count = 2;
    return record_owner(writer, entry, error);
}

int
dn_tracker_note_digest(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                       const char *digest, dn_error *error)
{
    dn_auto(dn_text) query = DN_TEXT_INIT;
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    const dunlin_value run = text_value(run_id);
    dunlin_value values[2] = {text_value(digest)};
    int64_t last;

    /* Apart from the update: not every server lets that read the table that it changes. */
    dn_text_printf(&query, "SELECT max(seq) FROM %s WHERE run_id = $1", tracker->ours);
    dn_text_printf(&sql, "UPDATE %s SET schema_digest = $1 WHERE seq = $2", tracker->ours);
    if (query.failed || sql.failed)
        return dn_no_memory(error);
    if (dn_connection_query_integer(connection, query.data, &run, 1, 0, &last, error) < 0)
        return -1;
    if (!last) /* a run may record nothing */
        return 0;
    values[1] = integer_value(last);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 2, error);
}

static int
remove_owners_row(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
                  dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    char hex[DN_DIGEST_HEX] = "";
    dunlin_value values[2] = {text_value(hex), integer_value(row->when_ms)};

    if (row->has_digest)
        dn_digest_hex(&row->digest, hex);
    values[0] = text_value(hex);
    dn_text_printf(&sql, "DELETE FROM %s WHERE hash = $1 AND created_at = $2", tracker->quoted);
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 2, error);
}

int
dn_tracker_unrecord(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
                    const char *tag, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dunlin_value value = text_value(tag);

    if (tracker->owner == DN_OWNER_DRIZZLE &&
        remove_owners_row(connection, tracker, row, error) < 0)
        return -1;
    if (tracker->owner == DN_OWNER_FOREIGN &&
        dn_foreign_unrecord(connection, tracker, row, tag, error) < 0)
        return -1;
    if (!tracker->ours_present)
        return 0;
    dn_text_printf(&sql, "UPDATE %s SET state = 'reverted' WHERE tag = $1 AND state <> 'reverted'",
                   tracker->ours);
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, &value, 1, error);
}

int
dn_tracker_relink(dn_connection *connection, const dn_tracker *tracker, int64_t seq,
                  const char *tag, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    const dunlin_value values[] = {text_value(tag), integer_value(seq)};

    dn_text_printf(&sql, "UPDATE %s SET tag = $1 WHERE seq = $2", tracker->ours);
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 2, error);
}

static int
renew_ours(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
           const dn_tracker_entry *entry, const dn_text *packed, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    bool by_seq = tracker->owner == DN_OWNER_DUNLIN;
    char digests[3][DN_DIGEST_HEX];
    char old[DN_DIGEST_HEX] = "";
    dunlin_value values[6];

    dn_digest_hex(&entry->migration->raw, digests[0]);
    dn_digest_hex(&entry->text, digests[1]);
    dn_digest_hex(&entry->tokens, digests[2]);
    if (row->has_digest)
        dn_digest_hex(&row->digest, old);
    for (int i = 0; i < 3; i++)
        values[i] = text_value(digests[i]);
    values[3] = text_value(DN_TRACKER_ALGORITHM);
    values[4] = text_value(NULL);
    if (packed->length) {
        values[4].type = DUNLIN_VALUE_BLOB;
        values[4].text = dn_span(packed->data, packed->length);
    }
    values[5] = by_seq ? integer_value(row->seq) : text_value(old);
    dn_text_printf(&sql,
                   "UPDATE %s SET digest_raw = $1, digest_text = $2, digest_tokens = $3,"
                   " algorithm = $4, sql_up = $5 WHERE %s = $6",
                   tracker->ours, by_seq ? "seq" : "digest_raw");
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 6, error);
}

static int
renew_owners(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
             const dn_tracker_entry *entry, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dn_digest hash =
        entry->sql ? dn_drizzle_hash(entry->sql, entry->sql_length) : entry->migration->raw;
    char hex[DN_DIGEST_HEX];
    char old[DN_DIGEST_HEX] = "";
    dunlin_value values[3];

    dn_digest_hex(&hash, hex);
    if (row->has_digest)
        dn_digest_hex(&row->digest, old);
    values[0] = text_value(hex);
    values[1] = text_value(old);
    values[2] = integer_value(row->when_ms);
    dn_text_printf(&sql, "UPDATE %s SET hash = $1 WHERE hash = $2 AND created_at = $3",
                   tracker->quoted);
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 3, error);
}

int
dn_tracker_renew(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
                 const dn_tracker_entry *entry, dn_error *error)
{
    dn_compressor *compressor = dn_compressor_new();
    dn_auto(dn_text) packed = DN_TEXT_INIT;
    int answer = 0;

    if (!compressor)
        return dn_no_memory(error);
    if (entry->sql && entry->sql_length <= KEPT_SQL_LIMIT)
        answer = dn_compress(compressor, entry->sql, entry->sql_length, &packed, error);
    dn_compressor_free(compressor);
    if (answer == 0 && tracker->owner == DN_OWNER_DRIZZLE)
        answer = renew_owners(connection, tracker, row, entry, error);
    if (answer == 0 && tracker->ours_present)
        answer = renew_ours(connection, tracker, row, entry, &packed, error);
    return answer;
}

int
dn_tracker_forget_statements(const dn_tracker_writer *writer, dn_connection *connection,
                             dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    dn_text_printf(&sql,
                   "DELETE FROM %s" DN_TRACKER_STATEMENTS
                   " WHERE tag IN (SELECT tag FROM %s WHERE state <> 'reverted')",
                   dn_connection_home(connection), writer->tracker->ours);
    if (sql.failed)
        return dn_no_memory(error);
    if (dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, NULL, 0, error) < 0)
        return dn_while(error, "tidying up '" DN_TRACKER_STATEMENTS "'");
    return 0;
}
