/* SPDX-License-Identifier: MIT
 *
 * [MDB] What SHOW CREATE TABLE says. information_schema opens every table once more for each of its
 * views of foreign keys, checks and methods of indexes; this opens it once. Only what an ordinary
 * table prints is read here. Whoever prints anything else is unclear, and is asked for there.
 */
#include "drivers/mysql/my_schema.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_AT_MOST = 16, NUMBER_BYTES = 24 };

typedef struct printed {
    dn_mysql_schema *schema;
    dn_mysql_record *record;
    const char *at;
    const char *end;
} printed;

typedef struct name_list {
    dunlin_string names[COLUMNS_AT_MOST];
    size_t count;
} name_list;

static bool
take(printed *print, const char *text)
{
    size_t length = strlen(text);

    if ((size_t)(print->end - print->at) < length || memcmp(print->at, text, length) != 0)
        return false;
    print->at += length;
    return true;
}

/* A name in backquotes, without one in it. */
static bool
take_name(printed *print, dunlin_string *name)
{
    const char *close;

    if (!take(print, "`"))
        return false;
    close = memchr(print->at, '`', (size_t)(print->end - print->at));
    if (close == NULL || close == print->at || (close + 1 < print->end && close[1] == '`'))
        return false;
    *name = (dunlin_string){print->at, (uint64_t)(close - print->at)};
    print->at = close + 1;
    return memchr(name->data, '\n', name->length) == NULL;
}

static bool
take_digits(printed *print)
{
    const char *start = print->at;

    while (print->at < print->end && *print->at >= '0' && *print->at <= '9')
        print->at++;
    return print->at > start;
}

static bool
take_word(printed *print)
{
    const char *start = print->at;

    while (print->at < print->end &&
           (*print->at == '_' || (*print->at >= '0' && *print->at <= '9') ||
            (*print->at >= 'a' && *print->at <= 'z') || (*print->at >= 'A' && *print->at <= 'Z')))
        print->at++;
    return print->at > start;
}

/* The columns of an index: their names, and of how much of each, are known already. */
static bool
take_key_columns(printed *print)
{
    dunlin_string name;

    if (!take(print, "("))
        return false;
    do
        if (!take_name(print, &name) ||
            (take(print, "(") && (!take_digits(print) || !take(print, ")"))))
            return false;
    while (take(print, ","));
    return take(print, ")");
}

static bool
take_list(printed *print, name_list *list)
{
    list->count = 0;
    if (!take(print, " ("))
        return false;
    do
        if (list->count == COLUMNS_AT_MOST || !take_name(print, &list->names[list->count++]))
            return false;
    while (take(print, ", "));
    return take(print, ")");
}

/* --- foreign keys ------------------------------------------------------------------------------------ */
static bool
add_row(printed *print, dn_mysql_part part, const dunlin_string *cells, size_t count)
{
    unsigned long lengths[DN_MYSQL_CELLS];
    char *texts[DN_MYSQL_CELLS];

    for (size_t i = 0; i < count; i++) {
        texts[i] = (char *)cells[i].data;
        lengths[i] = (unsigned long)cells[i].length;
    }
    return dn_mysql_schema_keep(print->schema, part, texts, lengths, (unsigned)count);
}

static bool
take_rule(printed *print, const char *event, dunlin_string *rule)
{
    static const char *const rules[] = {"CASCADE", "SET NULL", "NO ACTION"};

    *rule = dn_kit_string("RESTRICT");
    if (!take(print, event))
        return true;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (take(print, rules[i])) {
            *rule = dn_kit_string(rules[i]);
            return true;
        }
    return false;
}

/* Behind CONSTRAINT. */
static bool
take_foreign_key(printed *print)
{
    dunlin_string database = print->schema->database;
    dunlin_string table = print->record->name;
    dunlin_string name, ref, on_delete, on_update;
    name_list columns, ref_columns;

    if (!take_name(print, &name) || !take(print, " FOREIGN KEY") || !take_list(print, &columns) ||
        !take(print, " REFERENCES ") || !take_name(print, &ref))
        return false;
    if (take(print, ".")) {
        database = ref;
        if (!take_name(print, &ref))
            return false;
    }
    if (!take_list(print, &ref_columns) || ref_columns.count != columns.count ||
        !take_rule(print, " ON DELETE ", &on_delete) ||
        !take_rule(print, " ON UPDATE ", &on_update))
        return false;
    for (size_t i = 0; i < columns.count; i++) {
        char number[NUMBER_BYTES];
        dunlin_string cells[] = {table,    name, {number, 0},         columns.names[i],
                                 database, ref,  ref_columns.names[i]};

        snprintf(number, sizeof(number), "%zu", i + 1);
        cells[2].length = strlen(number);
        if (!add_row(print, DN_MYSQL_KEYS, cells, sizeof(cells) / sizeof(cells[0])))
            return false;
    }
    return add_row(print, DN_MYSQL_REFERENCES,
                   (const dunlin_string[]){table, name, on_update, on_delete}, 4);
}

/* --- lines --------------------------------------------------------------------------------------------- */
/* A column is known already, but for its checks. A quote that is not closed has a line end in it. */
static bool
take_column(printed *print)
{
    const char *stop = memchr(print->at, '\n', (size_t)(print->end - print->at));
    dunlin_string line = {print->at, stop ? (uint64_t)(stop - print->at) : 0};
    size_t quotes = 0;

    for (uint64_t i = 0; i < line.length; i++)
        quotes += line.data[i] == '\'';
    if (stop == NULL || quotes % 2 != 0 || dn_mysql_contains(line, "CHECK"))
        return false;
    print->at = line.data[line.length - 1] == ',' ? stop - 1 : stop;
    return true;
}

static bool
take_line(printed *print)
{
    dunlin_string name;

    if (print->at < print->end && *print->at == '`')
        return take_column(print);
    if (take(print, "PRIMARY KEY "))
        return take_key_columns(print);
    if (take(print, "UNIQUE KEY ") || take(print, "KEY "))
        return take_name(print, &name) && take(print, " ") && take_key_columns(print);
    return take(print, "CONSTRAINT ") && take_foreign_key(print);
}

static bool
take_comment(printed *print)
{
    while (print->at < print->end && *print->at != '\'' && *print->at != '\\')
        print->at++;
    return take(print, "'");
}

/* No option that is not a property of its own, no partitions, no other engine. */
static bool
take_end(printed *print)
{
    return take(print, ") ENGINE=InnoDB") &&
           (!take(print, " AUTO_INCREMENT=") || take_digits(print)) &&
           take(print, " DEFAULT CHARSET=") && take_word(print) &&
           (!take(print, " COLLATE=") || take_word(print)) &&
           (!take(print, " COMMENT='") || take_comment(print)) && print->at == print->end;
}

bool
dn_mysql_schema_reads_print(dn_mysql_schema *schema, dn_mysql_record *record, dunlin_string text)
{
    printed print = {schema, record, text.data, text.data + text.length};
    dunlin_string name;

    if (!take(&print, "CREATE TABLE ") || !take_name(&print, &name) || !take(&print, " (\n"))
        return false;
    do
        if (!take(&print, "  ") || !take_line(&print))
            return false;
    while (take(&print, ",\n"));
    return take(&print, "\n") && take_end(&print);
}
