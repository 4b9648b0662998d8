/* SPDX-License-Identifier: MIT
 *
 * Reading the tables of other tools by their descriptions.
 */
#include <string.h>

#include "core/tracker/tracker_internal.h"

/* --- rows -------------------------------------------------------------------------------------------- */

/* Bytes as hexadecimal digits, everything else as it is. */
static const char *
checksum_text(dn_arena *arena, const dunlin_value *value)
{
    dn_auto(dn_text) hex = DN_TEXT_INIT;

    if (value->type != DUNLIN_VALUE_BLOB)
        return dn_tracker_value_text(arena, value);
    for (uint64_t i = 0; i < value->text.length; i++)
        dn_text_printf(&hex, "%02x", (unsigned char)value->text.data[i]);
    return hex.failed ? NULL : dn_arena_copy(arena, hex.data ? hex.data : "", hex.length);
}

/* Flyway calls what is repeated by its file. */
static const char *
key_of(const dn_tracker *tracker, const char *text, dn_arena *arena)
{
    const char *slash = strrchr(text, '/');
    size_t length = strlen(text);

    if (tracker->layout == DN_LAYOUT_FLYWAY && length > 4 && strcmp(text + length - 4, ".sql") == 0)
        return dn_arena_copy(arena, slash ? slash + 1 : text,
                             (size_t)(text + length - 4 - (slash ? slash + 1 : text)));
    return dn_layout_spell(tracker->layout, text, arena);
}

static dn_tracker_spread
spread_of(const dunlin_value *value)
{
    if (value->type != DUNLIN_VALUE_TEXT)
        return DN_SPREAD_NONE;
    if (dn_string_equal(value->text, "upto"))
        return DN_SPREAD_UPTO;
    return dn_string_equal(value->text, "baseline") ? DN_SPREAD_BASELINE : DN_SPREAD_NONE;
}

/* The newest row of what was taken back goes; one of what was repeated makes way for the next. */
static void
take_away(dn_tracker *tracker, const char *key)
{
    for (size_t i = tracker->count; i-- > 0;)
        if (strcmp(tracker->rows[i].tag, key) == 0) {
            memmove(&tracker->rows[i], &tracker->rows[i + 1],
                    (tracker->count - i - 1) * sizeof *tracker->rows);
            tracker->count--;
            return;
        }
}

static int
visit_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_tracker_rows *rows = context;
    dn_tracker *tracker = rows->tracker;
    const char *text = dn_tracker_value_text(rows->arena, &values[0]);
    bool undo = values[4].type == DUNLIN_VALUE_TEXT && dn_string_equal(values[4].text, "undo");
    dn_tracker_row *row;
    const char *key;

    (void)count;
    if (!text || text[0] == '-' || text[0] == '\0' ||
        (values[4].type == DUNLIN_VALUE_TEXT && dn_string_equal(values[4].text, "none")))
        return 0; /* nothing was applied */
    key = key_of(tracker, text, rows->arena);
    if (!key)
        return dn_no_memory(error);
    if (undo || dn_layout_is_repeated(tracker->layout, key))
        take_away(tracker, key);
    if (undo)
        return 0;
    row = dn_tracker_add_row(rows);
    if (!row)
        return dn_no_memory(error);
    row->seq = (int64_t)tracker->count;
    row->tag = key;
    row->checksum = checksum_text(rows->arena, &values[1]);
    row->has_digest = tracker->layout == DN_LAYOUT_PRISMA && row->checksum &&
                      dn_digest_parse(row->checksum, strlen(row->checksum), &row->digest);
    row->failed = dn_tracker_value_text(rows->arena, &values[2]);
    row->applied_at = dn_tracker_iso_time(rows->arena, &values[3]);
    row->spread = spread_of(&values[4]);
    return 0;
}

/* --- what we know of the same migrations --------------------------------------------------------- */

static int
visit_ours(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_tracker_rows *rows = context;
    dn_tracker *tracker = rows->tracker;
    const char *tag = dn_tracker_value_text(rows->arena, &values[1]);
    const char *key = tag ? dn_layout_key(tracker->layout, tag, rows->arena) : NULL;
    dn_digest digest;

    (void)count;
    if (!key)
        return dn_no_memory(error);
    if (values[0].type != DUNLIN_VALUE_TEXT ||
        !dn_digest_parse(values[0].text.data, (size_t)values[0].text.length, &digest) ||
        (values[2].type == DUNLIN_VALUE_TEXT && dn_string_equal(values[2].text, "reverted")))
        return 0;
    for (size_t i = 0; i < tracker->count; i++) {
        dn_tracker_row *row = &tracker->rows[i];

        if (strcmp(row->tag, key) != 0)
            continue;
        if (tracker->layout != DN_LAYOUT_PRISMA) {
            row->has_digest = true;
            row->digest = digest;
        }
        row->state = dn_tracker_value_text(rows->arena, &values[2]);
        row->applied_at = dn_tracker_value_text(rows->arena, &values[3]);
        row->applied_by = dn_tracker_value_text(rows->arena, &values[4]);
        if (values[5].type == DUNLIN_VALUE_INTEGER)
            row->duration_us = values[5].integer;
    }
    return 0;
}

static int
read_ours(dn_connection *connection, dn_tracker_rows *rows, dn_error *error)
{
    const char *sql = dn_arena_printf(rows->arena,
                                      "SELECT digest_raw, tag, state, applied_at, applied_by,"
                                      " duration_us FROM %s ORDER BY seq",
                                      rows->tracker->ours);

    return sql ? dn_connection_query(connection, sql, NULL, 0, visit_ours, rows, error)
               : dn_no_memory(error);
}

/* --- reading ----------------------------------------------------------------------------------------- */

/* Where it does not stand beside the tables it may have a schema of its own. */
static int
try_schema(dn_connection *connection, dn_tracker_rows *rows, const char *schema, dn_error *error)
{
    const dn_tracker_place place = dn_tracker_place_of(connection);
    dn_tracker *tracker = rows->tracker;

    if (!schema)
        return 0;
    if (dn_tracker_name_in_schema(&place, schema, tracker->form->table, rows->arena, tracker,
                                  error) < 0)
        return -1;
    tracker->schema = NULL; /* nobody makes it but its owner */
    return 1;
}

static int
read_rows(dn_connection *connection, dn_tracker_rows *rows, dn_error *error)
{
    dn_tracker *tracker = rows->tracker;
    const char *sql = dn_tracker_expand(rows->arena, tracker->form->read, tracker->quoted, NULL);

    if (!sql)
        return dn_no_memory(error);
    tracker->count = 0;
    if (dn_connection_query(connection, sql, NULL, 0, visit_row, rows, error) == 0) {
        tracker->present = true;
        return 0;
    }
    if (error->status != DUNLIN_MISSING)
        return dn_while(error, "reading the tracker '%s' of %s", tracker->table,
                        dn_layout_form_of(tracker->layout)->title);
    dn_error_clear(error);
    return 0;
}

/* Failed ones are no records; they stand apart. */
static int
set_failed_apart(dn_tracker *tracker, dn_arena *arena, dn_error *error)
{
    size_t kept = 0;

    tracker->failed = dn_arena_array(arena, tracker->count + 1, sizeof *tracker->failed);
    if (!tracker->failed)
        return dn_no_memory(error);
    for (size_t i = 0; i < tracker->count; i++) {
        if (tracker->rows[i].failed)
            tracker->failed[tracker->failed_count++] = tracker->rows[i];
        else
            tracker->rows[kept++] = tracker->rows[i];
    }
    tracker->count = kept;
    return 0;
}

int
dn_tracker_foreign_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                        dn_tracker *tracker, dn_error *error)
{
    dn_tracker_rows rows = {tracker, arena, 0};
    const char *table = tracker->table;
    const char *quoted = tracker->quoted;
    int64_t last;
    int other;

    (void)depth;
    if (read_rows(connection, &rows, error) < 0)
        return -1;
    if (!tracker->present) {
        other = try_schema(connection, &rows, tracker->form->schema, error);
        if (other < 0 || (other && read_rows(connection, &rows, error) < 0))
            return -1;
    }
    if (!tracker->present) {
        tracker->table = table;
        tracker->quoted = quoted;
    }
    if (dn_tracker_native_last(connection, tracker, &tracker->ours_present, &last, error) < 0)
        return -1;
    if (tracker->ours_present && read_ours(connection, &rows, error) < 0)
        return -1;
    return set_failed_apart(tracker, arena, error);
}

/* --- one row that stands for many ------------------------------------------------------------------ */

static bool
has_row(const dn_tracker *tracker, const char *key)
{
    for (size_t i = 0; i < tracker->count; i++)
        if (strcmp(tracker->rows[i].tag, key) == 0)
            return true;
    return false;
}

static bool
has_file(const dn_journal *journal, const char *key)
{
    for (size_t i = 0; i < journal->count; i++)
        if (strcmp(journal->migrations[i].key, key) == 0)
            return true;
    return false;
}

/* Rows for all migrations before the one of this row. */
static int
spread(dn_tracker_rows *rows, const dn_journal *journal, dn_tracker_row from, dn_error *error)
{
    for (size_t i = 0; i < journal->count; i++) {
        const dn_migration *migration = &journal->migrations[i];
        dn_tracker_row *row;

        if (migration->repeated ||
            dn_layout_compare_keys(journal->layout, migration->key, from.tag) >= 0 ||
            has_row(rows->tracker, migration->key))
            continue;
        row = dn_tracker_add_row(rows);
        if (!row)
            return dn_no_memory(error);
        row->seq = from.seq;
        row->tag = migration->key;
        row->implied = from.spread == DN_SPREAD_UPTO;
    }
    return 0;
}

static void
drop_baseline(dn_tracker *tracker, const dn_journal *journal)
{
    size_t kept = 0;

    for (size_t i = 0; i < tracker->count; i++)
        if (tracker->rows[i].spread != DN_SPREAD_BASELINE ||
            has_file(journal, tracker->rows[i].tag))
            tracker->rows[kept++] = tracker->rows[i];
    tracker->count = kept;
}

int
dn_tracker_spread_rows(dn_connection *connection, dn_tracker *tracker, const dn_journal *journal,
                       dn_arena *arena, dn_error *error)
{
    dn_tracker_rows rows = {tracker, arena, tracker->count};
    size_t count = tracker->count;
    bool any = false;

    if (tracker->owner != DN_OWNER_FOREIGN)
        return 0;
    for (size_t i = 0; i < count; i++) {
        any = any || tracker->rows[i].spread;
        if (tracker->rows[i].spread && spread(&rows, journal, tracker->rows[i], error) < 0)
            return -1;
    }
    for (size_t i = 0; i < tracker->failed_count; i++) {
        any = any || tracker->failed[i].spread;
        if (tracker->failed[i].spread && spread(&rows, journal, tracker->failed[i], error) < 0)
            return -1;
    }
    drop_baseline(tracker, journal);
    return any && tracker->ours_present ? read_ours(connection, &rows, error) : 0;
}
