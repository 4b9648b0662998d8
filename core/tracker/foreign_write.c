/* SPDX-License-Identifier: MIT
 *
 * Writing the tables of other tools as they would: their statements with places for values.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/tracker/tracker_internal.h"

typedef enum field {
    FIELD_KEY = 0,
    FIELD_VERSION, /* the key; NULL where there is none */
    FIELD_TAG,
    FIELD_FILE,
    FIELD_DESCRIPTION,
    FIELD_SUM,
    FIELD_BYTES,
    FIELD_INTEGER,
    FIELD_UUID,
    FIELD_USER,
    FIELD_MILLIS,
    FIELD_COUNT
} field;

static const char *const field_names[FIELD_COUNT] = {
    "key",   "version", "tag",  "file", "description", "sum",
    "bytes", "integer", "uuid", "user", "millis",
};

typedef struct owner_statement {
    const char *sql;
    field fields[DN_RECORD_VALUES];
    size_t count;
} owner_statement;

struct dn_foreign_writer {
    const dn_tracker *tracker;
    owner_statement statements[DN_FORM_WRITES];
    size_t count;
    char user[256];
};

/* --- statements with places ------------------------------------------------------------------------ */

/* Length of the place that text begins with, with its braces, or 0. */
static size_t
place_length(const char *text, const char *name)
{
    size_t length = strlen(name);

    return text[0] == '{' && strncmp(text + 1, name, length) == 0 && text[length + 1] == '}'
               ? length + 2
               : 0;
}

/* A value becomes $1, $2 ... in the order in which it is met. */
static size_t
add_field(dn_text *sql, const char *at, owner_statement *statement)
{
    for (int i = 0; i < FIELD_COUNT; i++) {
        size_t length = place_length(at, field_names[i]);

        if (!length)
            continue;
        statement->fields[statement->count++] = (field)i;
        dn_text_printf(sql, "$%zu", statement->count);
        return length;
    }
    return 0;
}

static const char *
expand(dn_arena *arena, const char *pattern, const char *table, const char *now,
       owner_statement *statement)
{
    dn_auto(dn_text) sql = DN_TEXT_INIT;

    while (*pattern) {
        size_t length = place_length(pattern, "table");

        if (length) {
            dn_text_add_string(&sql, table);
        } else if ((length = place_length(pattern, "now")) != 0) {
            dn_text_add_string(&sql, now ? now : "CURRENT_TIMESTAMP");
        } else if (!statement || (length = add_field(&sql, pattern, statement)) == 0) {
            dn_text_add_char(&sql, *pattern);
            length = 1;
        }
        pattern += length;
    }
    return sql.failed ? NULL : dn_arena_copy(arena, sql.data ? sql.data : "", sql.length);
}

const char *
dn_tracker_expand(dn_arena *arena, const char *pattern, const char *table, const char *key)
{
    const char *sql = expand(arena, pattern, table, NULL, NULL);
    const char *at = sql;
    dn_auto(dn_text) text = DN_TEXT_INIT;

    if (!sql || !key)
        return sql;
    while (*at) {
        size_t length = place_length(at, "key");

        if (length)
            dn_text_add_string(&text, key);
        else
            dn_text_add_char(&text, *at);
        at += length ? length : 1;
    }
    return text.failed ? NULL : dn_arena_copy(arena, text.data ? text.data : "", text.length);
}

/* --- tables ------------------------------------------------------------------------------------------ */

int
dn_tracker_foreign_create(const dn_tracker_place *place, const dn_tracker *tracker, dn_arena *arena,
                          const char **statements, size_t *count, dn_error *error)
{
    const char *title = dn_layout_form_of(tracker->layout)->title;
    const char *dialect = place->driver->table.dialect;
    const dn_tracker_dialect *form = dn_tracker_form_dialect(tracker->form, dialect);

    *count = 0;
    if (!tracker->form->write[0])
        return dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.read-only",
                       "dunlin reads the table '%s' of %s and does not write it", tracker->table,
                       title);
    if (!form)
        return dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.unsupported",
                       "how %s keeps its tracker on %s is not known", title, dialect);
    for (size_t i = 0; i < DN_FORM_CREATES && form->create[i]; i++) {
        statements[i] = expand(arena, form->create[i], tracker->quoted, form->now, NULL);
        if (!statements[i])
            return dn_no_memory(error);
        ++*count;
    }
    return 0;
}

/* --- rows -------------------------------------------------------------------------------------------- */

int
dn_foreign_writer_open(const dn_tracker_place *place, const dn_tracker *tracker, dn_arena *arena,
                       dn_foreign_writer **result, dn_error *error)
{
    const dn_tracker_dialect *form =
        dn_tracker_form_dialect(tracker->form, place->driver->table.dialect);
    dn_foreign_writer *writer = dn_arena_alloc(arena, sizeof *writer);

    if (!writer)
        return dn_no_memory(error);
    *writer = (dn_foreign_writer){.tracker = tracker};
    *result = writer;
    if (!tracker->form->write[0])
        return dn_fail(error, DUNLIN_UNSUPPORTED, "tracker.read-only",
                       "dunlin reads the table '%s' of %s and does not write it", tracker->table,
                       dn_layout_form_of(tracker->layout)->title);
    dn_user_name(writer->user, sizeof writer->user);
    for (size_t i = 0; i < DN_FORM_WRITES && tracker->form->write[i]; i++) {
        owner_statement *statement = &writer->statements[writer->count++];

        statement->sql = expand(arena, tracker->form->write[i], tracker->quoted,
                                form ? form->now : NULL, statement);
        if (!statement->sql)
            return dn_no_memory(error);
    }
    return 0;
}

/* Lives in the arena. */
static int
take_checksum(const dn_tracker_form *form, const dn_tracker_entry *entry, dn_arena *arena,
              const char **sum, dn_error *error)
{
    dn_auto(dn_text) file = DN_TEXT_INIT;
    dn_auto(dn_text) text = DN_TEXT_INIT;
    const char *data = entry->sql;
    size_t length = entry->sql_length;

    if (!form->checksum)
        return 0;
    if (!data) {
        if (dn_file_read(entry->migration->path, &file, error) < 0)
            return -1;
        data = file.data ? file.data : "";
        length = file.length;
    }
    if (form->checksum(data, length, &text) < 0)
        return dn_no_memory(error);
    *sum = dn_arena_copy(arena, text.data, text.length);
    return *sum ? 0 : dn_no_memory(error);
}

static const char *
make_uuid(dn_arena *arena)
{
    char id[33];

    dn_random_id(id);
    id[12] = '4'; /* version and variant of RFC 4122 */
    id[16] = "89ab"[id[16] & 3];
    return dn_arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", id, id + 8, id + 12, id + 16,
                           id + 20);
}

static int
nibble(char c)
{
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static dunlin_value
bytes_of(dn_arena *arena, const char *hex)
{
    size_t length = hex ? strlen(hex) / 2 : 0;
    char *bytes = dn_arena_alloc(arena, length + 1);

    for (size_t i = 0; bytes && i < length; i++)
        bytes[i] = (char)(nibble(hex[2 * i]) * 16 + nibble(hex[2 * i + 1]));
    return (dunlin_value){.type = DUNLIN_VALUE_BLOB, .text = dn_span(bytes, length)};
}

static dunlin_value
text_value(const char *text)
{
    return (dunlin_value){.type = text ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_NULL,
                          .text = dn_string(text)};
}

static dunlin_value
integer_value(int64_t integer)
{
    return (dunlin_value){.type = DUNLIN_VALUE_INTEGER, .integer = integer};
}

static dunlin_value
value_of(const dn_foreign_writer *writer, const dn_tracker_entry *entry, field which,
         const char *sum, dn_arena *arena)
{
    const dn_migration *migration = entry->migration;
    dn_layout layout = writer->tracker->layout;
    bool number = dn_layout_form_of(layout)->naming == DN_NAMING_NUMBER;
    const char *key = migration->key ? migration->key : migration->tag;
    const char *name = migration->path ? strrchr(migration->path, '/') : NULL;

    switch (which) {
    case FIELD_KEY: return number ? integer_value(strtoll(key, NULL, 10)) : text_value(key);
    case FIELD_VERSION: return text_value(migration->repeated ? NULL : key);
    case FIELD_FILE:
        return text_value(name ? name + 1 : dn_arena_printf(arena, "%s.sql", migration->tag));
    case FIELD_DESCRIPTION: return text_value(dn_layout_description(layout, migration->tag, arena));
    case FIELD_SUM: return text_value(sum);
    case FIELD_BYTES: return bytes_of(arena, sum);
    case FIELD_INTEGER: return integer_value(sum ? strtoll(sum, NULL, 10) : 0);
    case FIELD_UUID: return text_value(make_uuid(arena));
    case FIELD_USER: return text_value(writer->user);
    case FIELD_MILLIS: return integer_value(entry->duration_us > 0 ? entry->duration_us / 1000 : 0);
    default: return text_value(migration->tag);
    }
}

int
dn_foreign_record(dn_foreign_writer *writer, const dn_tracker_entry *entry, dn_arena *arena,
                  dn_tracker_statement *statements, size_t *count, dn_error *error)
{
    const char *sum = NULL;

    if (take_checksum(writer->tracker->form, entry, arena, &sum, error) < 0)
        return -1;
    for (size_t i = 0; i < writer->count; i++) {
        const owner_statement *statement = &writer->statements[i];

        statements[i] = (dn_tracker_statement){.sql = statement->sql};
        statements[i].count = statement->count;
        for (size_t k = 0; k < statement->count; k++)
            statements[i].values[k] = value_of(writer, entry, statement->fields[k], sum, arena);
    }
    *count += writer->count;
    return 0;
}

int
dn_foreign_unrecord(dn_connection *connection, const dn_tracker *tracker, const dn_tracker_row *row,
                    const char *tag, dn_error *error)
{
    dn_auto(dn_arena) arena = DN_ARENA_INIT;
    const dn_foreign_writer writer = {.tracker = tracker};
    const dn_migration migration = {.tag = tag, .key = row->tag};
    const dn_tracker_entry entry = {.migration = &migration};
    owner_statement statement = {0};
    dunlin_value values[DN_RECORD_VALUES];

    if (!tracker->form->remove)
        return dn_fail(
            error, DUNLIN_UNSUPPORTED, "tracker.one-row",
            "the table '%s' of %s holds one row for all migrations, so the record of '%s' "
            "alone cannot be taken back",
            tracker->table, dn_layout_form_of(tracker->layout)->title, tag);
    statement.sql = expand(&arena, tracker->form->remove, tracker->quoted, NULL, &statement);
    if (!statement.sql)
        return dn_no_memory(error);
    for (size_t k = 0; k < statement.count; k++)
        values[k] = value_of(&writer, &entry, statement.fields[k], NULL, &arena);
    return dn_connection_execute(connection, DUNLIN_ITEM_STATEMENT, statement.sql, values,
                                 statement.count, error);
}
