/* SPDX-License-Identifier: MIT
 *
 * Reading dunlin_migrations.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "core/tracker/tracker_internal.h"

/* Refuses to unpack more than this from one row; what is kept is far smaller. */
enum { KEPT_TEXT_LIMIT = 64 * 1024 * 1024 };

static int
visit_match(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_tracker_rows *rows = (dn_tracker_rows *)context;
    dn_tracker_row *row;

    if (values[3].type == DUNLIN_VALUE_TEXT && dn_string_equal(values[3].text, "reverted"))
        return 0;
    row = dn_tracker_add_row(rows);
    if (!row)
        return dn_no_memory(error);
    row->seq = values[0].integer;
    row->tag = dn_tracker_value_text(rows->arena, &values[1]);
    row->has_digest =
        values[2].type == DUNLIN_VALUE_TEXT &&
        dn_digest_parse(values[2].text.data, (size_t)values[2].text.length, &row->digest);
    if (count > 4) {
        row->state = dn_tracker_value_text(rows->arena, &values[3]);
        row->applied_at = dn_tracker_value_text(rows->arena, &values[4]);
        row->applied_by = dn_tracker_value_text(rows->arena, &values[5]);
        if (values[6].type == DUNLIN_VALUE_INTEGER)
            row->duration_us = values[6].integer;
    }
    return 0;
}

static int
by_seq(const void *a, const void *b)
{
    const dn_tracker_row *first = (const dn_tracker_row *)a;
    const dn_tracker_row *second = (const dn_tracker_row *)b;

    return (first->seq > second->seq) - (first->seq < second->seq);
}

static void
put_in_order(dn_tracker *tracker)
{
    for (size_t i = 1; i < tracker->count; i++)
        if (tracker->rows[i - 1].seq > tracker->rows[i].seq) {
            qsort(tracker->rows, tracker->count, sizeof(*tracker->rows), by_seq);
            return;
        }
}

/* Neither a condition nor an order is asked for: nearly every row is wanted, they come in order
 * nearly always, and planning costs a server that has just begun a session more than the rows. */
int
dn_tracker_native_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                       dn_tracker *tracker, dn_error *error)
{
    dn_tracker_rows rows = {tracker, arena, 0};
    const char *sql = dn_arena_printf(
        arena, "SELECT seq, tag, digest_raw, state%s FROM %s",
        depth == DN_TRACKER_FULL ? ", applied_at, applied_by, duration_us" : "", tracker->quoted);

    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, visit_match, &rows, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading the tracker '%s'", tracker->table);
        dn_error_clear(error);
        return 0;
    }
    put_in_order(tracker);
    tracker->present = tracker->ours_present = true;
    return 0;
}

int
dn_tracker_native_last(dn_connection *connection, const dn_tracker *tracker, bool *present,
                       int64_t *last, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const char *sql = dn_arena_printf(&arena, "SELECT max(seq) FROM %s", tracker->ours);

    *last = 0;
    *present = false;
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query_integer(connection, sql, NULL, 0, 0, last, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading %s", tracker->ours);
        dn_error_clear(error);
        return 0;
    }
    *present = true;
    return 0;
}

typedef struct explanation {
    dn_tracker_kept *kept;
    dn_text *sql;
} explanation;

static bool
digest_of(const dunlin_value *value, dn_digest *digest)
{
    return value->type == DUNLIN_VALUE_TEXT &&
           dn_digest_parse(value->text.data, (size_t)value->text.length, digest);
}

static int
visit_kept(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    explanation *answer = (explanation *)context;
    dn_digest ignored;

    (void)count;
    answer->kept->found = true;
    if (digest_of(&values[0], &ignored))
        answer->kept->text = ignored;
    answer->kept->has_tokens = digest_of(&values[1], &answer->kept->tokens);
    if (values[3].type == DUNLIN_VALUE_TEXT)
        snprintf(answer->kept->tag, sizeof answer->kept->tag, "%.*s", (int)values[3].text.length,
                 values[3].text.data);
    if (values[2].type != DUNLIN_VALUE_BLOB)
        return 0;
    dn_text_clear(answer->sql);
    if (dn_decompress(values[2].text.data, (size_t)values[2].text.length, KEPT_TEXT_LIMIT,
                      answer->sql, error) < 0)
        return -1;
    answer->kept->has_text = true;
    return 0;
}

int
dn_tracker_explain(dn_connection *connection, const dn_tracker *tracker, const dn_digest *digest,
                   const char *tag, dn_tracker_kept *kept, dn_text *sql, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    explanation answer = {kept, sql};
    const char *query;
    char hex[DN_DIGEST_HEX];
    dunlin_value values[2] = {{0}};

    memset(kept, 0, sizeof(*kept));
    if (!tracker->ours_present)
        return 0;
    if (digest)
        dn_digest_hex(digest, hex);
    values[0].type = DUNLIN_VALUE_TEXT;
    values[0].text = dn_string(digest ? hex : "");
    values[1].type = DUNLIN_VALUE_TEXT;
    values[1].text = dn_string(tag ? tag : "");
    query = dn_arena_printf(&arena,
                            "SELECT digest_text, digest_tokens, sql_up, tag FROM %s"
                            " WHERE digest_raw = $1 OR (tag = $2 AND $1 = '')"
                            " ORDER BY seq DESC LIMIT 1",
                            tracker->ours);
    if (!query)
        return dn_no_memory(error);
    return dn_connection_query(connection, query, values, 2, visit_kept, &answer, error);
}

int
dn_tracker_run_rows(dn_connection *connection, const dn_tracker *tracker, const char *run_id,
                    int64_t *rows, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    dunlin_value value = {.type = DUNLIN_VALUE_TEXT, .text = dn_string(run_id)};
    const char *query = dn_arena_printf(
        &arena, "SELECT count(*) FROM %s WHERE run_id = $1 AND state = 'applied'", tracker->ours);

    if (!query)
        return dn_no_memory(error);
    return dn_connection_query_integer(connection, query, &value, 1, 0, rows, error);
}

typedef struct unfinished {
    dn_arena *arena;
    const char **tags;
    size_t count;
    size_t capacity;
} unfinished;

static int
visit_unfinished(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    unfinished *found = (unfinished *)context;
    const char **tags = (const char **)dn_arena_grow(found->arena, found->tags, &found->capacity,
                                                     found->count + 1, sizeof(*tags));

    (void)count;
    if (!tags)
        return dn_no_memory(error);
    found->tags = tags;
    tags[found->count++] = dn_tracker_value_text(found->arena, &values[0]);
    return 0;
}

static int
read_unfinished(dn_connection *connection, dn_arena *arena, const char *having, const char ***tags,
                size_t *count, dn_error *error)
{
    unfinished found = {.arena = arena};
    const char *sql = dn_arena_printf(
        arena, "SELECT tag FROM %s" DN_TRACKER_STATEMENTS " GROUP BY tag%s ORDER BY tag",
        dn_connection_home(connection), having);

    *tags = NULL;
    *count = 0;
    if (!sql)
        return dn_no_memory(error);
    if (dn_connection_query(connection, sql, NULL, 0, visit_unfinished, &found, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading '" DN_TRACKER_STATEMENTS "'");
        dn_error_clear(error);
        return 0;
    }
    *tags = found.tags;
    *count = found.count;
    return 0;
}

int
dn_tracker_unfinished(dn_connection *connection, dn_arena *arena, const char ***tags, size_t *count,
                      dn_error *error)
{
    return read_unfinished(connection, arena, "", tags, count, error);
}

int
dn_tracker_refused(dn_connection *connection, dn_arena *arena, const char ***tags, size_t *count,
                   dn_error *error)
{
    return read_unfinished(connection, arena,
                           " HAVING min(phase) = 'refused' AND max(phase) = 'refused'", tags, count,
                           error);
}
