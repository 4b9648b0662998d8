/* SPDX-License-Identifier: MIT */
#include "core/execute/ledger.h"

#include <string.h>

#include "core/base/clock.h"

enum { ROW_VALUES = 9 }; /* of one row */

static const char *const phases[] = {"done", "intent", "failed", "refused"};

static dunlin_value
text_value(const char *text)
{
    dunlin_value value = {.type = text ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_NULL};

    value.text = dn_string(text);
    return value;
}

static dunlin_value
string_value(dunlin_string text)
{
    return (dunlin_value){.type = DUNLIN_VALUE_TEXT, .text = text};
}

static dunlin_value
integer_value(size_t integer)
{
    dunlin_value value = {.type = DUNLIN_VALUE_INTEGER, .integer = (int64_t)integer};

    return value;
}

/* --- reading --------------------------------------------------------------------------------------- */

typedef struct reading {
    dn_ledger_rows *rows;
    dn_arena *arena;
    const char *tag;
} reading;

static dn_ledger_phase
phase_of(dunlin_string text)
{
    for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
        if (dn_string_equal(text, phases[i]))
            return (dn_ledger_phase)i;
    return DN_LEDGER_INTENT;
}

static bool
keep_text(dn_arena *arena, const dunlin_value *value, dunlin_string *text)
{
    bool has = value->type == DUNLIN_VALUE_TEXT;

    text->length = has ? value->text.length : 0;
    text->data = dn_arena_copy(arena, has ? value->text.data : "", (size_t)text->length);
    return text->data != NULL;
}

static int
visit_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    reading *state = (reading *)context;
    dn_ledger_rows *rows = state->rows;
    dn_ledger_row *items = (dn_ledger_row *)dn_arena_grow(
        state->arena, rows->items, &rows->capacity, rows->count + 1, sizeof(*items));
    dn_ledger_row *row;

    (void)count;
    if (!items)
        return dn_no_memory(error);
    rows->items = items;
    if (rows->count)
        items[rows->count - 1].phase = DN_LEDGER_DONE;
    row = &items[rows->count++];
    row->phase = phase_of(values[1].text);
    if (!dn_digest_parse(values[0].text.data, (size_t)values[0].text.length, &row->digest))
        return dn_fail(error, DUNLIN_CORRUPT, "ledger.damaged",
                       "a row of " DN_TRACKER_STATEMENTS " for '%s' has a damaged digest",
                       state->tag);
    if (!keep_text(state->arena, &values[3], &row->backend) ||
        !keep_text(state->arena, &values[4], &row->backend_start))
        return dn_no_memory(error);
    row->has_facts =
        values[2].type == DUNLIN_VALUE_TEXT &&
        dn_digest_parse(values[2].text.data, (size_t)values[2].text.length, &row->facts);
    return 0;
}

int
dn_ledger_read(dn_connection *connection, const char *tag, dn_arena *arena, dn_ledger_rows *rows,
               dn_error *error)
{
    dunlin_value value = text_value(tag);
    reading state = {rows, arena, tag};
    const char *sql = dn_arena_printf(arena,
                                      "SELECT digest, phase, facts_digest, backend,"
                                      " backend_start FROM "
                                      "%s" DN_TRACKER_STATEMENTS " WHERE tag = $1 ORDER BY ordinal",
                                      dn_connection_home(connection));

    memset(rows, 0, sizeof(*rows));
    if (!sql)
        return dn_no_memory(error);
    return dn_connection_query(connection, sql, &value, 1, visit_row, &state, error);
}

/* --- writing --------------------------------------------------------------------------------------- */

/* Texts that the values of one INSERT point to. */
typedef struct row_texts {
    char digest[DN_DIGEST_HEX];
    char facts[DN_DIGEST_HEX];
} row_texts;

static void
fill_row(dunlin_value *values, row_texts *texts, const dn_ledger_row *row)
{
    dn_digest_hex(&row->digest, texts->digest);
    if (row->has_facts)
        dn_digest_hex(&row->facts, texts->facts);
    values[3] = text_value(texts->digest);
    values[4] = text_value(phases[row->phase]);
    values[6] = text_value(row->has_facts ? texts->facts : NULL);
}

static int
make_item(const dn_text *sql, const dunlin_value *values, size_t count, dn_arena *arena,
          dunlin_item *item, dn_error *error)
{
    const char *text = sql->failed ? NULL : dn_arena_copy(arena, sql->data, sql->length);

    if (!text)
        return dn_no_memory(error);
    *item = (dunlin_item){.size = sizeof(*item),
                          .kind = DUNLIN_ITEM_STATEMENT,
                          .sql = dn_span(text, sql->length),
                          .values = values,
                          .value_count = count};
    return 0;
}

int
dn_ledger_insert(dn_connection *connection, const char *run_id, const char *tag,
                 const dn_ledger_row *rows, size_t first, size_t count, dn_arena *arena,
                 dunlin_item *insert, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    char *at = (char *)dn_arena_alloc(arena, 32);
    dunlin_value *values =
        (dunlin_value *)dn_arena_array(arena, count * ROW_VALUES, sizeof(*values));
    row_texts *texts = (row_texts *)dn_arena_array(arena, count, sizeof(*texts));

    if (!values || !texts || !at)
        return dn_no_memory(error);
    dn_clock_format(dn_clock_wall_us(), at);
    at[10] = ' ';
    at[strlen(at) - 1] = '\0';
    dn_text_printf(&sql,
                   "INSERT INTO %s" DN_TRACKER_STATEMENTS
                   " (run_id, tag, ordinal, digest, phase, backend, facts_digest, at,"
                   " backend_start) VALUES ",
                   dn_connection_home(connection));
    for (size_t i = 0; i < count; i++) {
        dunlin_value *value = values + i * ROW_VALUES;

        value[0] = text_value(run_id);
        value[1] = text_value(tag);
        value[2] = integer_value(first + i + 1);
        value[5] = string_value(dn_connection_server(connection)->backend);
        value[7] = text_value(at);
        value[8] = string_value(dn_connection_server(connection)->backend_start);
        fill_row(value, &texts[i], &rows[first + i]);
        for (size_t k = 0; k < ROW_VALUES; k++)
            dn_text_printf(&sql, "%s$%zu", k ? ", " : i ? "), (" : "(", i * ROW_VALUES + k + 1);
    }
    dn_text_add_char(&sql, ')');
    return make_item(&sql, values, count * ROW_VALUES, arena, insert, error);
}

int
dn_ledger_write(dn_connection *connection, const char *run_id, const char *tag,
                const dn_ledger_row *rows, size_t first, size_t count, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;

    while (count) {
        size_t some = count < DN_LEDGER_AT_ONCE ? count : DN_LEDGER_AT_ONCE;
        dunlin_item insert;

        if (dn_ledger_insert(connection, run_id, tag, rows, first, some, &arena, &insert, error) <
                0 ||
            dn_connection_execute(connection, insert.kind, insert.sql.data, insert.values,
                                  insert.value_count, error) < 0)
            return dn_while(error, "writing to '" DN_TRACKER_STATEMENTS "'");
        first += some;
        count -= some;
    }
    return 0;
}

int
dn_ledger_set_phase(dn_connection *connection, const char *tag, size_t ordinal,
                    const dn_ledger_row *row, dn_error *error)
{
    dunlin_value values[7];
    row_texts texts;
    dunlin_value filled[ROW_VALUES];
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    fill_row(filled, &texts, row);
    values[0] = text_value(tag);
    values[1] = integer_value(ordinal);
    values[2] = filled[3];
    values[3] = filled[4];
    values[4] = filled[6];
    values[5] = string_value(dn_connection_server(connection)->backend);
    values[6] = string_value(dn_connection_server(connection)->backend_start);
    dn_text_printf(&sql,
                   "UPDATE %s" DN_TRACKER_STATEMENTS
                   " SET digest = $3, phase = $4, facts_digest = $5, backend = $6,"
                   " backend_start = $7 WHERE tag = $1 AND ordinal = $2",
                   dn_connection_home(connection));
    if (sql.failed)
        return dn_no_memory(error);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, sql.data, values, 7, error);
}

int
dn_ledger_clearing(dn_connection *connection, const char *run_id, const char *tag, dn_arena *arena,
                   dunlin_item *item, dn_error *error)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;
    dunlin_value *values = (dunlin_value *)dn_arena_array(arena, 2, sizeof(*values));

    if (!values)
        return dn_no_memory(error);
    values[0] = text_value(run_id);
    values[1] = text_value(tag);
    dn_text_printf(&sql, "DELETE FROM %s" DN_TRACKER_STATEMENTS " WHERE run_id = $1 OR tag = $2",
                   dn_connection_home(connection));
    return make_item(&sql, values, 2, arena, item, error);
}
