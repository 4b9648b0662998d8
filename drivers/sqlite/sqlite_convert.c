/* SPDX-License-Identifier: MIT
 *
 * Values of a column whose type changes. SQLite stores anything in any column: 1.5 stays 1.5 in one
 * of the type INTEGER, and a time stays one where only its day was wanted.
 */
#include "drivers/sqlite/sqlite_rebuild.h"

#include <string.h>

#include <sqlite3.h>

static bool
is_among(dunlin_string type, const char *const *names)
{
    const char *open = memchr(type.data, '(', type.length);
    dunlin_string base = {type.data, open != NULL ? (uint64_t)(open - type.data) : type.length};

    for (size_t i = 0; names[i] != NULL; i++)
        if (dn_kit_same(base, names[i]))
            return true;
    return false;
}

static bool
is_time(dunlin_string type)
{
    static const char *const names[] = {"date", "time", "timestamp", NULL};

    return is_among(type, names);
}

/* The new type is what values are converted to, as an assignment does in PostgreSQL. */
static bool
converts_to(dunlin_string type)
{
    static const char *const names[] = {"smallint",         "integer", "bigint", "numeric", "real",
                                        "double precision", "boolean", "uuid",   NULL};

    return is_among(type, names) || is_time(type);
}

static bool
is_text(dunlin_string type)
{
    return dn_kit_same(type, DUNLIN_TYPE_TEXT) ||
           (type.length >= 7 && memcmp(type.data, "varchar", 7) == 0);
}

static bool
is_char(dunlin_string type)
{
    return type.length >= 5 && memcmp(type.data, "char(", 5) == 0;
}

static bool
is_number(dn_kit_pool *pool, dn_kit_set column)
{
    return dn_sqlite_type_is(pool, column, "decimal") || dn_sqlite_type_is(pool, column, "float");
}

/* SQLite would take them for days since a day in the year -4713. */
static bool
makes_times_of_numbers(dn_kit_pool *pool, dn_kit_set before, dunlin_string type)
{
    return is_time(type) && (is_number(pool, before) || dn_sqlite_type_is(pool, before, "int") ||
                             dn_sqlite_type_is(pool, before, "bool"));
}

/* Bytes and texts are never equal. */
static const char *
bytes_cast(dn_kit_pool *pool, dn_kit_set before, dn_kit_set now)
{
    if (dn_sqlite_type_is(pool, before, "blob") && dn_sqlite_type_is(pool, now, "text"))
        return DUNLIN_TYPE_TEXT;
    return dn_sqlite_type_is(pool, before, "text") && dn_sqlite_type_is(pool, now, "blob")
               ? DUNLIN_TYPE_BLOB
               : NULL;
}

/* Of whole numbers, and of booleans, is the old type what the new one is? */
static bool
is_stored_alike(dn_kit_pool *pool, dn_kit_set before, dn_kit_set now)
{
    return (dn_sqlite_type_is(pool, before, "int") && dn_sqlite_type_is(pool, now, "int")) ||
           (dn_sqlite_type_is(pool, before, "bool") && dn_sqlite_type_is(pool, now, "bool"));
}

static bool
changes_type(const dunlin_operation *operation, dunlin_string column)
{
    return operation->verb == DUNLIN_VERB_ALTER &&
           dn_kit_same(operation->kind, DUNLIN_KIND_COLUMN) &&
           dn_sqlite_same_name(dn_sqlite_member_name(operation), column) &&
           (operation->using_expression.length > 0 ||
            dn_kit_set_find(dn_sqlite_set_of(operation), "type") != NULL);
}

/* `given`: by USING; `changed`: by an operation before. */
static bool
is_cast(dn_kit_pool *pool, dn_kit_set before, dn_kit_set now, bool given, bool changed)
{
    dunlin_string type = dn_kit_set_text(now, "type");

    if (converts_to(type))
        return given || changed || !is_stored_alike(pool, before, now);
    return !given && (is_text(type) || is_char(type)) && dn_sqlite_type_is(pool, before, "bool");
}

/* How the values are cast by one operation; `text` is what they are so far. */
static int32_t
cast(dn_sqlite_rendering *work, const dunlin_operation *operation, const dn_sqlite_member *before,
     dunlin_string *text, bool *changed)
{
    dn_kit_set set = dn_sqlite_set_of(operation);
    dn_kit_set old = dn_kit_set_of(&before->set);
    dunlin_string type = dn_kit_set_text(set, "type");
    bool given = operation->using_expression.length > 0;

    if (given) {
        *text = operation->using_expression;
        *changed = true;
    }
    if (work->call->host->translate == NULL || type.length == 0)
        return DUNLIN_OK;
    if (!given && makes_times_of_numbers(&work->pool, old, type))
        return dn_sqlite_refuse(
            &work->local,
            "SQLite has no way to convert '%.*s' from a number to %.*s: say with "
            "USING how it is done, in a section for SQLite",
            (int)before->name.length, before->name.data, (int)type.length, type.data);
    if (!given && (is_text(type) || is_char(type)) && is_number(&work->pool, old))
        return dn_sqlite_note(
            &work->local, DUNLIN_NOTE_LOSSY,
            "'%.*s': numbers become texts as SQLite writes them, 7.5 where it was "
            "7.50",
            (int)before->name.length, before->name.data);
    /* Blanks behind it are no part of it; longer texts are not cut, as the length is not enforced. */
    if (is_char(type) && dn_sqlite_type_is(&work->pool, old, "text")) {
        *text = dn_kit_pool_format(&work->pool, "rtrim(%.*s)", (int)text->length, text->data);
        *changed = true;
        return DUNLIN_OK;
    }
    if (!given && bytes_cast(&work->pool, old, set) != NULL) {
        *text = dn_kit_pool_format(&work->pool, "CAST(%.*s AS %s)", (int)text->length, text->data,
                                   bytes_cast(&work->pool, old, set));
        *changed = true;
        return DUNLIN_OK;
    }
    if (!given && dn_kit_same(type, DUNLIN_TYPE_BOOLEAN) && is_number(&work->pool, old)) {
        *text = dn_kit_pool_format(&work->pool, "(%.*s) <> 0", (int)text->length, text->data);
        *changed = true;
        return DUNLIN_OK;
    }
    if (!is_cast(&work->pool, old, set, given, *changed))
        return DUNLIN_OK;
    if (is_char(type))
        type = dn_kit_string(DUNLIN_TYPE_TEXT);
    *text = dn_kit_pool_format(&work->pool, "CAST((%.*s) AS %.*s)", (int)text->length, text->data,
                               (int)type.length, type.data);
    *changed = true;
    return DUNLIN_OK;
}

int32_t
dn_sqlite_convert(dn_sqlite_rendering *work, const dn_sqlite_state *state,
                  const dn_sqlite_member *before, dunlin_string column, dunlin_string *value)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text quoted = {0};
    dunlin_string text;
    bool changed = false;

    *value = dn_kit_string(NULL);
    dn_kit_text_quote(&quoted, '"', column);
    text = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&quoted));
    for (size_t i = 0; i < state->queued; i++) {
        const dunlin_operation *operation = work->operations[state->queue[i]];
        int32_t status = DUNLIN_OK;

        if (!changes_type(operation, column))
            continue;
        work->local.operation = state->queue[i];
        status = cast(work, operation, before, &text, &changed);
        if (status != DUNLIN_OK)
            return status;
    }
    if (quoted.failed || work->pool.failed)
        return dn_kit_no_memory(work->call);
    return changed ? dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_EXPRESSION, text, value)
                   : DUNLIN_OK;
}

/* --- a default ------------------------------------------------------------------------------------------ */
/* The literal that SQLite makes of an expression over the column, when that is the value; empty: none. */
static dunlin_string
evaluate(dn_kit_pool *pool, dunlin_string expression, dunlin_string column, dunlin_string given)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text sql = {0};
    dunlin_string value = {NULL, 0};
    sqlite3_stmt *handle = NULL;
    sqlite3 *db = NULL;

    dn_kit_text_add(&sql, "SELECT quote(");
    dn_kit_text_add_string(&sql, expression);
    dn_kit_text_add(&sql, ") FROM (SELECT ");
    dn_kit_text_add_string(&sql, given);
    dn_kit_text_add(&sql, " AS ");
    dn_kit_text_add_string(&sql, column);
    dn_kit_text_add(&sql, ")");
    if (!sql.failed &&
        sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) ==
            SQLITE_OK &&
        sqlite3_prepare_v2(db, sql.data, (int)sql.length, &handle, NULL) == SQLITE_OK &&
        sqlite3_step(handle) == SQLITE_ROW)
        value = dn_kit_pool_copy(pool, dn_kit_string((const char *)sqlite3_column_text(handle, 0)));
    sqlite3_finalize(handle);
    sqlite3_close(db);
    return value;
}

static bool
keeps_default(const dunlin_operation *operation)
{
    for (uint64_t i = 0; i < operation->unset_count; i++)
        if (dn_kit_same(operation->unset[i], "default"))
            return false;
    return dn_kit_set_find(dn_sqlite_set_of(operation), "default") == NULL;
}

static dunlin_property *
default_of(dn_kit_properties *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (dn_kit_same(set->list[i].name, "default"))
            return &set->list[i];
    return NULL;
}

/* What is converted is the number again, and SQLite need not be asked. */
static bool
stays_whole(dunlin_string value, dunlin_string type)
{
    static const char *const names[] = {"bigint", "numeric", "real", "double precision", NULL};
    enum { DIGITS = 15 }; /* fewer than any of them has */

    for (uint64_t i = 0; i < value.length; i++)
        if (value.data[i] < '0' || value.data[i] > '9')
            return false;
    return value.length > 0 && value.length <= DIGITS &&
           (value.length == 1 || value.data[0] != '0') && is_among(type, names);
}

/* 2.5 and not '2.5': a numeric, whatever the column was, so that halves are rounded away from zero. */
static bool
is_written_number(dunlin_string value, dunlin_string type)
{
    static const char *const names[] = {"smallint", "integer", "bigint", NULL};

    for (uint64_t i = 0; i < value.length; i++)
        if (strchr("+-.0123456789", value.data[i]) == NULL)
            return false;
    return value.length > 0 && is_among(type, names);
}

static int32_t
convert_default(dn_sqlite_rendering *work, const dunlin_operation *operation,
                const dn_sqlite_member *before, dunlin_property *value)
{
    dunlin_string type = dn_kit_set_text(dn_sqlite_set_of(operation), "type");
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text column = {0};
    dunlin_operation plain = *operation;
    dunlin_string text;
    bool changed = false;
    int32_t status;

    if (stays_whole(value->text, type) || is_written_number(value->text, type) ||
        !dn_sqlite_is_constant(&work->pool, value->text) ||
        (!converts_to(type) && is_number(&work->pool, dn_kit_set_of(&before->set))))
        return DUNLIN_OK;
    dn_kit_text_quote(&column, '"', before->name);
    if (column.failed)
        return dn_kit_no_memory(work->call);
    plain.using_expression = dn_kit_string(NULL);
    text = dn_kit_pool_copy(&work->pool, dn_kit_text_string(&column));
    status = cast(work, &plain, before, &text, &changed);
    if (status != DUNLIN_OK || !changed)
        return status;
    status = dn_sqlite_translate(&work->local, DUNLIN_TRANSLATE_EXPRESSION, text, &text);
    if (status != DUNLIN_OK)
        return status;
    text = evaluate(&work->pool, text, dn_kit_text_string(&column), value->text);
    if (text.length == 0 || dn_kit_same(text, "NULL"))
        return dn_sqlite_refuse(
            &work->local,
            "the default %.*s of '%.*s' is none of the type %.*s: DROP DEFAULT before",
            (int)value->text.length, value->text.data, (int)before->name.length, before->name.data,
            (int)type.length, type.data);
    if (dn_kit_same(type, DUNLIN_TYPE_BOOLEAN))
        text = dn_kit_string(dn_kit_same(text, "0") ? "false" : "true");
    value->text = text;
    return DUNLIN_OK;
}

int32_t
dn_sqlite_convert_default(dn_sqlite_rendering *work, const dunlin_operation *operation,
                          const dn_sqlite_member *before, dn_kit_properties *set)
{
    dunlin_property *value = keeps_default(operation) ? default_of(set) : NULL;
    dn_sqlite_tokens tokens;
    int32_t status;

    if (value == NULL)
        return DUNLIN_OK;
    status = convert_default(work, operation, before, value);
    /* As it is read again. */
    if (status == DUNLIN_OK && dn_sqlite_tokens_cut(&work->pool, value->text, &tokens) &&
        tokens.count > 0)
        value->text = dn_sqlite_default(&work->pool, &tokens, 0, tokens.count,
                                        dn_kit_set_text(dn_kit_set_of(set), "type"));
    return status;
}

static bool
ends(dunlin_string text, const char *end)
{
    size_t length = strlen(end);

    return text.length > length &&
           sqlite3_strnicmp(text.data + text.length - length, end, (int)length) == 0;
}

/* 2.5::double precision, which is rounded to the even one of two that are as near. */
static bool
is_cast_to_float(dunlin_string text)
{
    return ends(text, " AS REAL)") || ends(text, " AS REAL) END");
}

static dunlin_string
rounding(dn_kit_pool *pool, dunlin_string text)
{
    if (is_cast_to_float(text))
        return dn_kit_pool_format(
            pool,
            "CAST(CASE WHEN abs(%.*s - CAST(%.*s AS INTEGER)) = 0.5 THEN 2 * round(%.*s / 2) "
            "ELSE round(%.*s) END AS INTEGER)",
            (int)text.length, text.data, (int)text.length, text.data, (int)text.length, text.data,
            (int)text.length, text.data);
    return dn_kit_pool_format(pool, "CAST(round(%.*s) AS INTEGER)", (int)text.length, text.data);
}

void
dn_sqlite_round_default(const dn_sqlite_local *local, dn_kit_properties *set)
{
    static const char *const rounded = "CASE WHEN typeof(x) = 'real' AND abs(x) < 9.2e18 THEN "
                                       "CAST(round(x) AS INTEGER) END";
    dunlin_property *value = default_of(set);
    dn_sqlite_tokens tokens;
    dunlin_string number;

    if (local->call->host->translate == NULL || value == NULL ||
        stays_whole(value->text, dn_kit_string(DUNLIN_TYPE_BIGINT)) ||
        !dn_sqlite_type_is(local->pool, dn_kit_set_of(set), "int"))
        return;
    number = evaluate(local->pool, dn_kit_string(rounded), dn_kit_string("x"), value->text);
    if (number.length == 0 || dn_kit_same(number, "NULL"))
        return;
    if (!dn_sqlite_is_constant(local->pool, value->text))
        number = rounding(local->pool, value->text);
    if (dn_sqlite_tokens_cut(local->pool, number, &tokens) && tokens.count > 0)
        value->text = dn_sqlite_default(local->pool, &tokens, 0, tokens.count,
                                        dn_kit_set_text(dn_kit_set_of(set), "type"));
}
