/* SPDX-License-Identifier: MIT
 *
 * The toy's database. The file is a list of statements with their values written into them;
 * loading it executes them all.
 */
#include "tests/drivers/toy.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { WORD = 'w', STRING = 's', NUMBER = 'n', BLOB = 'x', END = 'e' }; /* or the symbol itself */

typedef struct scanner {
    const char *at;
    const char *end;
    int kind;
    char *text; /* of the token, unquoted */
    size_t length;
} scanner;

static int32_t __attribute__((format(printf, 3, 4)))
fail(toy_store *store, int32_t status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(store->message, sizeof store->message, format, arguments);
    va_end(arguments);
    return status;
}

static bool
add(toy_buffer *buffer, const void *data, size_t length)
{
    size_t need = buffer->length + length + 1;

    if (need > buffer->capacity) {
        size_t capacity = need < 64 ? 64 : 2 * need;
        char *grown = realloc(buffer->data, capacity);

        if (!grown)
            return false;
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    if (length)
        memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return true;
}

bool
toy_begins(dunlin_string text, const char *word)
{
    size_t length = strlen(word);

    return text.length >= length && strncasecmp(text.data, word, length) == 0 &&
           (text.length == length || !isalnum((unsigned char)text.data[length]));
}

static void
take_quoted(scanner *s, char quote)
{
    const char *from = s->at + 1;

    s->text = realloc(s->text, (size_t)(s->end - s->at) + 1);
    s->length = 0;
    while (from < s->end && (*from != quote || (from + 1 < s->end && from[1] == quote))) {
        from += *from == quote;
        if (s->text)
            s->text[s->length] = *from;
        s->length++;
        from++;
    }
    if (s->text)
        s->text[s->length] = '\0';
    s->at = from < s->end ? from + 1 : from;
}

static void
next(scanner *s)
{
    const char *from;

    while (s->at < s->end && isspace((unsigned char)*s->at))
        s->at++;
    s->length = 0;
    if (s->at == s->end) {
        s->kind = END;
    } else if (*s->at == '\'' || *s->at == '"') {
        s->kind = *s->at == '"' ? WORD : STRING;
        take_quoted(s, *s->at);
    } else if ((*s->at == 'X' || *s->at == 'x') && s->at + 1 < s->end && s->at[1] == '\'') {
        s->kind = BLOB;
        s->at++;
        take_quoted(s, '\'');
    } else if (isalnum((unsigned char)*s->at) || *s->at == '_' || *s->at == '-') {
        s->kind = isdigit((unsigned char)*s->at) || *s->at == '-' ? NUMBER : WORD;
        for (from = s->at++; s->at < s->end && (isalnum((unsigned char)*s->at) || *s->at == '_');)
            s->at++;
        s->length = (size_t)(s->at - from);
        s->text = realloc(s->text, s->length + 1);
        if (s->text) {
            memcpy(s->text, from, s->length);
            s->text[s->length] = '\0';
        }
    } else {
        s->kind = *s->at++;
    }
}

static bool
is_word(const scanner *s, const char *word)
{
    return s->kind == WORD && s->text && strcasecmp(s->text, word) == 0;
}

static bool
skip_word(scanner *s, const char *word)
{
    if (!is_word(s, word))
        return false;
    next(s);
    return true;
}

static bool
take_name(scanner *s, char name[TOY_NAME])
{
    if (s->kind != WORD || !s->text || s->length == 0 || s->length >= TOY_NAME)
        return false;
    memcpy(name, s->text, s->length + 1);
    next(s);
    return true;
}

static toy_table *
find_table(toy_store *store, const char *name)
{
    for (toy_table *table = store->tables; table; table = table->next)
        if (strcasecmp(table->name, name) == 0)
            return table;
    return NULL;
}

static int
find_column(const toy_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcasecmp(table->columns[i], name) == 0)
            return (int)i;
    return -1;
}

/* name ( column anything , ... ): the first word of each part is a column. */
static int32_t
create_table(toy_store *store, scanner *s)
{
    toy_table *table;
    bool quiet = false;
    int depth = 0;

    if (skip_word(s, "IF") && skip_word(s, "NOT") && skip_word(s, "EXISTS"))
        quiet = true;
    table = calloc(1, sizeof *table);
    if (!table)
        return fail(store, DUNLIN_NO_MEMORY, "no memory");
    if (!take_name(s, table->name)) {
        free(table);
        return fail(store, DUNLIN_SYNTAX, "a table needs a name");
    }
    if (find_table(store, table->name)) {
        int32_t status = quiet
                             ? DUNLIN_OK
                             : fail(store, DUNLIN_EXISTS, "table '%s' exists already", table->name);

        free(table);
        return status;
    }
    for (int before = 0; s->kind != END; before = s->kind, next(s)) {
        depth += (s->kind == '(') - (s->kind == ')');
        if ((before == '(' || before == ',') && depth == 1 && table->column_count < TOY_COLUMNS &&
            s->kind == WORD && s->length < TOY_NAME && !is_word(s, "PRIMARY") &&
            !is_word(s, "CONSTRAINT"))
            memcpy(table->columns[table->column_count++], s->text, s->length + 1);
    }
    table->next = store->tables;
    store->tables = table;
    return DUNLIN_OK;
}

static void
free_table(toy_table *table)
{
    while (table->first) {
        toy_row *row = table->first;

        table->first = row->next;
        for (size_t i = 0; i < TOY_COLUMNS; i++)
            free(row->cells[i].text);
        free(row);
    }
    free(table);
}

/* [IF EXISTS] name */
static int32_t
drop_table(toy_store *store, scanner *s)
{
    bool quiet = skip_word(s, "IF") && skip_word(s, "EXISTS");
    char name[TOY_NAME];

    if (!take_name(s, name))
        return fail(store, DUNLIN_SYNTAX, "DROP TABLE needs a name");
    for (toy_table **place = &store->tables; *place; place = &(*place)->next) {
        toy_table *table = *place;

        if (strcasecmp(table->name, name) != 0)
            continue;
        *place = table->next;
        free_table(table);
        return DUNLIN_OK;
    }
    return quiet ? DUNLIN_OK : fail(store, DUNLIN_MISSING, "there is no table '%s'", name);
}

static int
hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

static bool
take_cell(scanner *s, toy_cell *cell)
{
    if (is_word(s, "NULL")) {
        cell->type = DUNLIN_VALUE_NULL;
    } else if (s->kind == NUMBER) {
        cell->type = DUNLIN_VALUE_INTEGER;
        cell->integer = strtoll(s->text, NULL, 10);
    } else if (s->kind == STRING || s->kind == BLOB) {
        cell->type = s->kind == STRING ? DUNLIN_VALUE_TEXT : DUNLIN_VALUE_BLOB;
        cell->length = s->kind == STRING ? s->length : s->length / 2;
        cell->text = calloc(1, cell->length + 1);
        if (!cell->text)
            return false;
        for (size_t i = 0; i < cell->length; i++)
            cell->text[i] =
                s->kind == STRING
                    ? s->text[i]
                    : (char)(hex_digit(s->text[2 * i]) * 16 + hex_digit(s->text[2 * i + 1]));
    } else {
        return false;
    }
    next(s);
    return true;
}

/* name ( column, ... ) VALUES ( value, ... ) */
static int32_t
insert(toy_store *store, scanner *s)
{
    char name[TOY_NAME];
    int columns[TOY_COLUMNS];
    size_t count = 0;
    toy_table *table;
    toy_row *row;

    skip_word(s, "INTO");
    if (!take_name(s, name))
        return fail(store, DUNLIN_SYNTAX, "INSERT needs a table");
    table = find_table(store, name);
    if (!table)
        return fail(store, DUNLIN_MISSING, "there is no table '%s'", name);
    for (bool more = s->kind == '('; more && count < TOY_COLUMNS; more = s->kind == ',') {
        next(s);
        if (!take_name(s, name))
            return fail(store, DUNLIN_SYNTAX, "INSERT needs names of columns");
        columns[count] = find_column(table, name);
        if (columns[count++] < 0)
            return fail(store, DUNLIN_MISSING, "table '%s' has no column '%s'", table->name, name);
    }
    next(s);
    if (!count || !skip_word(s, "VALUES"))
        return fail(store, DUNLIN_SYNTAX, "INSERT needs columns and VALUES");
    row = calloc(1, sizeof *row);
    if (!row)
        return fail(store, DUNLIN_NO_MEMORY, "no memory");
    *(table->last ? &table->last->next : &table->first) = row;
    table->last = row;
    for (size_t i = 0; i < count; i++) {
        next(s); /* '(' or ',' */
        if (!take_cell(s, &row->cells[columns[i]]))
            return fail(store, DUNLIN_SYNTAX, "value %zu cannot be read", i + 1);
    }
    return DUNLIN_OK;
}

static int32_t
interpret(toy_store *store, dunlin_string sql)
{
    scanner s = {sql.data, sql.data + sql.length, 0, NULL, 0};
    int32_t status = DUNLIN_OK;

    next(&s);
    if (skip_word(&s, "CREATE") && skip_word(&s, "TABLE"))
        status = create_table(store, &s);
    else if (skip_word(&s, "DROP") && skip_word(&s, "TABLE"))
        status = drop_table(store, &s);
    else if (skip_word(&s, "INSERT"))
        status = insert(store, &s);
    free(s.text);
    return status;
}

/* --- values into text --- */
static bool
add_value(toy_buffer *out, const dunlin_value *value)
{
    char number[32];

    switch (value->type) {
    case DUNLIN_VALUE_INTEGER:
        snprintf(number, sizeof number, "%lld", (long long)value->integer);
        return add(out, number, strlen(number));
    case DUNLIN_VALUE_TEXT:
        if (!add(out, "'", 1))
            return false;
        for (uint64_t i = 0; i < value->text.length; i++)
            if (!add(out, value->text.data + i, 1) ||
                (value->text.data[i] == '\'' && !add(out, "'", 1)))
                return false;
        return add(out, "'", 1);
    case DUNLIN_VALUE_BLOB:
        if (!add(out, "X'", 2))
            return false;
        for (uint64_t i = 0; i < value->text.length; i++) {
            snprintf(number, sizeof number, "%02x", (unsigned char)value->text.data[i]);
            if (!add(out, number, 2))
                return false;
        }
        return add(out, "'", 1);
    default: return add(out, "NULL", 4);
    }
}

/* The statement on one line, with its values in the places of $1 .. $n. */
static bool
write_out(toy_buffer *out, dunlin_string sql, const dunlin_value *values, uint64_t count)
{
    char quote = 0;

    for (uint64_t i = 0; i < sql.length; i++) {
        char c = sql.data[i];

        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
        if (c == '$' && !quote && count) {
            char *end;
            unsigned long number = strtoul(sql.data + i + 1, &end, 10);

            if (number < 1 || number > count || !add_value(out, &values[number - 1]))
                return false;
            i = (uint64_t)(end - sql.data) - 1;
        } else if (!add(out, c == '\n' || c == '\r' ? " " : &c, 1)) {
            return false;
        }
    }
    return true;
}

int32_t
toy_execute(toy_store *store, dunlin_string sql, const dunlin_value *values, uint64_t count)
{
    toy_buffer line = {NULL, 0, 0};
    int32_t status = DUNLIN_OK;

    if (!write_out(&line, sql, values, count))
        status = fail(store, DUNLIN_SYNTAX, "a value is missing");
    else
        status = interpret(store, (dunlin_string){line.data ? line.data : "", line.length});
    if (status == DUNLIN_OK &&
        (!add(&store->pending, line.data, line.length) || !add(&store->pending, "\n", 1)))
        status = fail(store, DUNLIN_NO_MEMORY, "no memory");
    free(line.data);
    return status;
}

/* --- the file --- */
static void
forget(toy_store *store)
{
    while (store->tables) {
        toy_table *table = store->tables;

        store->tables = table->next;
        free_table(table);
    }
    store->pending.length = 0;
}

int32_t
toy_load(toy_store *store)
{
    FILE *file;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int32_t status = DUNLIN_OK;

    forget(store);
    file = fopen(store->path, "re");
    if (!file)
        return errno == ENOENT ? DUNLIN_OK
                               : fail(store, DUNLIN_CONNECT, "cannot open '%s'", store->path);
    while (status == DUNLIN_OK && (length = getline(&line, &capacity, file)) > 0)
        status = interpret(store, (dunlin_string){line, (uint64_t)length - 1});
    free(line);
    fclose(file);
    return status == DUNLIN_OK ? status : fail(store, DUNLIN_CORRUPT, "a line cannot be read");
}

/* Without tables there is nothing to remember: a file that only grew would be read again by every
 * connection behind it. */
int32_t
toy_commit(toy_store *store)
{
    int fd;
    ssize_t written;

    if (!store->pending.length)
        return DUNLIN_OK;
    if (!store->tables &&
        toy_begins((dunlin_string){store->pending.data, store->pending.length}, "DROP"))
        store->pending.length = 0;
    fd = open(store->path,
              O_WRONLY | O_CREAT | O_CLOEXEC | (store->pending.length ? O_APPEND : O_TRUNC), 0666);
    if (fd < 0)
        return fail(store, DUNLIN_READ_ONLY, "cannot write '%s'", store->path);
    written = write(fd, store->pending.data, store->pending.length);
    close(fd);
    if (written != (ssize_t)store->pending.length)
        return fail(store, DUNLIN_DISK_FULL, "cannot write all of '%s'", store->path);
    store->pending.length = 0;
    return DUNLIN_OK;
}

void
toy_free(toy_store *store)
{
    forget(store);
    free(store->pending.data);
    free(store->path);
}

/* --- SELECT --- */
typedef struct selection {
    int columns[TOY_COLUMNS]; /* -1: count, else a column */
    bool max;                 /* of the only column */
    size_t count;
} selection;

/* column, ... | count(*) | max(column); the table is known already. */
static int32_t
take_list(toy_store *store, scanner *s, const toy_table *table, selection *list)
{
    do {
        char name[TOY_NAME];

        if (list->count)
            next(s);
        if (list->count == TOY_COLUMNS || !take_name(s, name))
            return fail(store, DUNLIN_SYNTAX, "SELECT needs names of columns");
        if (s->kind == '(') {
            list->max = strcasecmp(name, "max") == 0;
            next(s);
            if (list->max ? !take_name(s, name) : s->kind != '*')
                return fail(store, DUNLIN_SYNTAX, "SELECT knows max(column) and count(*)");
            while (s->kind != ')' && s->kind != END)
                next(s);
            next(s);
            list->columns[list->count++] = list->max ? find_column(table, name) : -1;
            return DUNLIN_OK;
        }
        list->columns[list->count] = find_column(table, name);
        if (list->columns[list->count++] < 0)
            return fail(store, DUNLIN_MISSING, "there is no column '%s'", name);
    } while (s->kind == ',');
    return DUNLIN_OK;
}

static dunlin_value
cell_value(const toy_cell *cell)
{
    dunlin_value value = {.type = cell->type, .integer = cell->integer};

    value.text.data = cell->text ? cell->text : "";
    value.text.length = cell->length;
    return value;
}

static int32_t
visit_rows(const toy_table *table, const selection *list, toy_visit visit, void *context)
{
    dunlin_value values[TOY_COLUMNS] = {{0}};
    bool aggregate = list->max || list->columns[0] < 0;
    int32_t status = DUNLIN_OK;

    values[0].type = list->columns[0] < 0 ? DUNLIN_VALUE_INTEGER : DUNLIN_VALUE_NULL;
    for (const toy_row *row = table->first; row && status == DUNLIN_OK; row = row->next) {
        const toy_cell *first = &row->cells[list->columns[0] < 0 ? 0 : list->columns[0]];

        if (list->columns[0] < 0) {
            values[0].integer++;
        } else if (list->max) {
            if (values[0].type == DUNLIN_VALUE_NULL || first->integer > values[0].integer)
                values[0] = cell_value(first);
        } else {
            for (size_t i = 0; i < list->count; i++)
                values[i] = cell_value(&row->cells[list->columns[i]]);
            status = visit(values, list->count, context);
        }
    }
    return aggregate && status == DUNLIN_OK ? visit(values, 1, context) : status;
}

/* SELECT 'text': a row of that one value. False: it is something else. */
static bool
select_literal(scanner s, toy_visit visit, void *context, int32_t *status)
{
    toy_cell cell = {0};
    dunlin_value value;
    bool taken;

    s.text = NULL;
    next(&s);
    taken = skip_word(&s, "SELECT") && take_cell(&s, &cell) && s.kind == END;
    if (taken) {
        value = cell_value(&cell);
        *status = visit(&value, 1, context);
    }
    free(cell.text);
    free(s.text);
    return taken;
}

/* WHERE and ORDER BY are not understood, and ignored. */
int32_t
toy_select(toy_store *store, dunlin_string sql, toy_visit visit, void *context)
{
    scanner s = {sql.data, sql.data + sql.length, 0, NULL, 0};
    scanner from = s;
    selection list = {{0}, false, 0};
    char name[TOY_NAME];
    toy_table *table = NULL;
    int32_t status;

    if (select_literal(s, visit, context, &status))
        return status;
    do
        next(&from);
    while (from.kind != END && !is_word(&from, "FROM"));
    next(&from);
    if (take_name(&from, name))
        table = find_table(store, name);
    else
        name[0] = '\0';
    next(&s);
    if (!skip_word(&s, "SELECT"))
        status = fail(store, DUNLIN_SYNTAX, "only SELECT gives rows");
    else if (!table)
        status = fail(store, DUNLIN_MISSING, "there is no table '%s'", name);
    else
        status = take_list(store, &s, table, &list);
    if (status == DUNLIN_OK)
        status = visit_rows(table, &list, visit, context);
    free(s.text);
    free(from.text);
    return status;
}
