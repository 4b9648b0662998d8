/* SPDX-License-Identifier: MIT
 *
 * Drizzle's tracker, as drizzle-orm 0.45 and 1.0 read and write it. The shapes below were read
 * off tables that drizzle made itself (docs/drizzle.md tells what its migrator does with them).
 */
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/tracker/tracker_internal.h"

/* On SQLite the id of 0.x is no rowid alias: it stays null in every row, and so it must. */
static const dn_drizzle_form forms[] = {
    {
        .dialect = "sqlite",
        .classic = "CREATE TABLE IF NOT EXISTS %s (\n\t\t\t\tid SERIAL PRIMARY KEY,\n\t\t\t\thash "
                   "text NOT NULL,\n\t\t\t\tcreated_at numeric\n\t\t\t)",
        .named = "CREATE TABLE IF NOT EXISTS %s (\n\t\t\t\tid INTEGER PRIMARY KEY,\n\t\t\t\thash "
                 "text NOT NULL,\n\t\t\t\tcreated_at numeric,\n\t\t\t\tname text,\n\t\t\t\t"
                 "applied_at TEXT\n\t\t\t)",
        .writes_time = true,
        .now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    },
    {
        .dialect = "postgresql",
        .schema = DN_TRACKER_DRIZZLE_SCHEMA,
        .classic = "CREATE TABLE IF NOT EXISTS %s (id SERIAL PRIMARY KEY, hash text NOT NULL,"
                   " created_at bigint)",
        .named = "CREATE TABLE IF NOT EXISTS %s (id SERIAL PRIMARY KEY, hash text NOT NULL,"
                 " created_at bigint, name text,"
                 " applied_at timestamp with time zone DEFAULT now())",
    },
    {
        .dialect = "mysql",
        .classic = "CREATE TABLE IF NOT EXISTS %s (id SERIAL PRIMARY KEY, hash text NOT NULL,"
                   " created_at bigint)",
        .named = "CREATE TABLE IF NOT EXISTS %s (id SERIAL PRIMARY KEY, hash text NOT NULL,"
                 " created_at bigint, name text,"
                 " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
    },
};

const dn_drizzle_form *
dn_tracker_drizzle_form(const char *dialect)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].dialect, dialect) == 0)
            return &forms[i];
    return NULL;
}

const char *
dn_tracker_iso_time(dn_arena *arena, const dunlin_value *value)
{
    static const char *const zones[] = {"+00:00", "+00"};
    const char *text = dn_tracker_value_text(arena, value);
    size_t length = text ? strlen(text) : 0;

    /* Milliseconds, as JavaScript has them. */
    if (value->type == DUNLIN_VALUE_INTEGER) {
        char iso[32];

        dn_clock_format(value->integer * 1000, iso);
        return dn_arena_text(arena, iso);
    }
    if (length < strlen("2026-01-01 00:00:00") || !strchr(" T", text[10]) ||
        text[length - 1] == 'Z')
        return text;
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        size_t size = strlen(zones[i]);

        if (strcmp(text + length - size, zones[i]) == 0) {
            length -= size;
            break;
        }
    }
    return dn_arena_printf(arena, "%.10sT%.*sZ", text, (int)(length - 11), text + 11);
}

static int
visit_row(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_tracker_rows *rows = (dn_tracker_rows *)context;
    dn_tracker_row *row = dn_tracker_add_row(rows);

    if (!row)
        return dn_no_memory(error);
    row->seq = (int64_t)rows->tracker->count;
    row->has_digest =
        values[0].type == DUNLIN_VALUE_TEXT &&
        dn_digest_parse(values[0].text.data, (size_t)values[0].text.length, &row->digest);
    if (values[1].type == DUNLIN_VALUE_INTEGER)
        row->when_ms = values[1].integer;
    if (count > 2) {
        row->tag = dn_tracker_value_text(rows->arena, &values[2]);
        row->applied_at = dn_tracker_iso_time(rows->arena, &values[3]);
    }
    return 0;
}

static int
read_rows(dn_connection *connection, bool named, dn_tracker_rows *rows, dn_error *error)
{
    dn_tracker *tracker = rows->tracker;
    const char *sql =
        dn_arena_printf(rows->arena, "SELECT hash, created_at%s FROM %s ORDER BY created_at",
                        named ? ", name, applied_at" : "", tracker->quoted);

    if (!sql)
        return dn_no_memory(error);
    tracker->count = 0;
    if (dn_connection_query(connection, sql, NULL, 0, visit_row, rows, error) < 0)
        return -1;
    tracker->present = true;
    tracker->named = named;
    return 0;
}

/* Of rows with one digest each of ours is about the next one; what is left over, since somebody took
 * rows of the owner away, is about the last one again. */
static dn_tracker_row *
row_of(dn_tracker *tracker, const dn_digest *digest)
{
    dn_tracker_row *found = NULL;

    for (size_t i = 0; i < tracker->count; i++) {
        dn_tracker_row *row = &tracker->rows[i];

        if (!row->has_digest || !dn_digest_equal(&row->digest, digest))
            continue;
        found = row;
        if (!row->state)
            break;
    }
    return found;
}

/* Adds who and when from our own rows, which know more than the owner's. */
static int
visit_ours(const dunlin_value *values, size_t count, void *context, dn_error *error)
{
    dn_tracker_rows *rows = (dn_tracker_rows *)context;
    dn_tracker_row *row;
    dn_digest digest;

    (void)count;
    (void)error;
    if (values[0].type != DUNLIN_VALUE_TEXT ||
        !dn_digest_parse(values[0].text.data, (size_t)values[0].text.length, &digest))
        return 0;
    row = row_of(rows->tracker, &digest);
    if (!row)
        return 0;
    row->state = dn_tracker_value_text(rows->arena, &values[1]);
    row->applied_at = dn_tracker_value_text(rows->arena, &values[2]);
    row->applied_by = dn_tracker_value_text(rows->arena, &values[3]);
    row->duration_us = values[4].type == DUNLIN_VALUE_INTEGER ? values[4].integer : -1;
    return 0;
}

int
dn_tracker_drizzle_read(dn_connection *connection, dn_tracker_depth depth, dn_arena *arena,
                        dn_tracker *tracker, dn_error *error)
{
    dn_tracker_rows rows = {tracker, arena, 0};
    bool wanted = tracker->named;
    const char *sql;
    int64_t last;

    /* A missing column and a missing table are one class: ask for the newer shape first only
     * where it is expected, then for the other one. */
    if (read_rows(connection, wanted, &rows, error) < 0) {
        if (error->status != DUNLIN_MISSING)
            return dn_while(error, "reading the tracker '%s'", tracker->table);
        dn_error_clear(error);
        if (wanted && read_rows(connection, false, &rows, error) < 0) {
            if (error->status != DUNLIN_MISSING)
                return dn_while(error, "reading the tracker '%s'", tracker->table);
            dn_error_clear(error);
        }
    }
    if (!tracker->present)
        tracker->named = wanted;
    if (dn_tracker_native_last(connection, tracker, &tracker->ours_present, &last, error) < 0)
        return -1;
    if (depth != DN_TRACKER_FULL || !tracker->ours_present)
        return 0;
    sql = dn_arena_printf(arena,
                          "SELECT digest_raw, state, applied_at, applied_by, duration_us FROM %s"
                          " ORDER BY seq",
                          tracker->ours);
    if (!sql)
        return dn_no_memory(error);
    return dn_connection_query(connection, sql, NULL, 0, visit_ours, &rows, error);
}

/* --- what drizzle computes -------------------------------------------------------------------- */

/* Length of the maximal subpart at `at` that a decoder replaces with one U+FFFD, or 0 when a
 * valid character starts there (its length in *valid). WHATWG Encoding Standard, UTF-8. */
static size_t
invalid_part(const unsigned char *at, size_t left, size_t *valid)
{
    unsigned char first = at[0];
    size_t need = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;

    if (first >= 0x80 && (first < 0xC2 || first > 0xF4))
        return 1;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i <= need; i++) {
        if (i >= left || at[i] < low || at[i] > high)
            return i;
        low = 0x80;
        high = 0xBF;
    }
    *valid = need + 1;
    return 0;
}

dn_digest
dn_drizzle_hash(const char *data, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)data;
    dn_hash hash;
    size_t kept = 0; /* start of what was not added yet */
    size_t at = 0;

    dn_hash_begin(&hash);
    while (at < length) {
        size_t valid = 1;
        size_t bad = invalid_part(bytes + at, length - at, &valid);

        if (bad) {
            dn_hash_add(&hash, data + kept, at - kept);
            dn_hash_add(&hash, "\xEF\xBF\xBD", 3);
            kept = at + bad;
        }
        at += bad ? bad : valid;
    }
    dn_hash_add(&hash, data + kept, length - kept);
    return dn_hash_end(&hash);
}

char *
dn_drizzle_name(dn_arena *arena, const dn_migration *migration, dn_layout layout)
{
    time_t seconds = (time_t)(migration->when_ms / 1000);
    const char *name = strchr(migration->tag, '_');
    struct tm utc;

    if (layout == DN_LAYOUT_DRIZZLE_V1)
        return dn_arena_text(arena, migration->tag);
    gmtime_r(&seconds, &utc);
    return dn_arena_printf(arena, "%04d%02d%02d%02d%02d%02d%s", utc.tm_year + 1900, utc.tm_mon + 1,
                           utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, name ? name : "_");
}
