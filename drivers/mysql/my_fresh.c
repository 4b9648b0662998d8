/* SPDX-License-Identifier: MIT
 *
 * Tables that this session made a moment ago. Which indexes such a table cannot have follows from
 * what was sent, so that CREATE INDEX behind CREATE TABLE needs no look at the table, which costs
 * the server more than most statements: it has to be opened for that.
 */
#include "drivers/mysql/my_driver.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drivers/mysql/my_scan.h"

void
dn_mysql_fresh_forget(dunlin_connection *connection)
{
    for (size_t i = 0; i < connection->fresh_count; i++)
        dn_kit_text_free(&connection->fresh[i].text);
    connection->fresh_count = 0;
}

static dn_mysql_fresh *
find(dunlin_connection *connection, dunlin_string table)
{
    for (size_t i = 0; i < connection->fresh_count; i++)
        if (dn_kit_same(table, connection->fresh[i].table))
            return &connection->fresh[i];
    return NULL;
}

/* Names of indexes are equal without regard to case and accents; ASCII has no accents. */
static bool
is_plain(dunlin_string text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] >= 0x80)
            return false;
    return true;
}

/* Takes the name of a table of this database; empty for another's. */
static dunlin_string
take_table(dn_mysql_scan *scan)
{
    dn_mysql_token name;
    dn_mysql_token next;

    dn_mysql_scan_next(scan, &name);
    next = dn_mysql_scan_peek(scan);
    return dn_mysql_is_symbol(&next, '.') ? (dunlin_string){"", 0} : dn_mysql_name_of(&name);
}

/* Behind CREATE TABLE. What is copied from elsewhere, and what a foreign key brings along, does not
 * stand in the text. */
static void
note_table(dunlin_connection *connection, dn_mysql_scan *scan, dunlin_string statement)
{
    dn_mysql_token token = dn_mysql_scan_peek(scan);
    dunlin_string table;
    dn_mysql_fresh *fresh;

    if (dn_mysql_is_word(&token, "IF"))
        return;
    table = take_table(scan);
    if (table.length == 0 || table.length >= DN_MYSQL_NAME_BYTES || !is_plain(statement))
        return;
    while (dn_mysql_scan_next(scan, &token))
        if (dn_mysql_is_one_of(&token, "LIKE SELECT AS WITH VALUES TABLE REFERENCES"))
            return;
    if (connection->fresh_count == DN_MYSQL_FRESH)
        dn_mysql_fresh_forget(connection);
    fresh = &connection->fresh[connection->fresh_count++];
    memset(fresh, 0, sizeof(*fresh));
    memcpy(fresh->table, table.data, table.length);
    dn_kit_text_add_string(&fresh->text, statement);
    if (fresh->text.failed)
        dn_mysql_fresh_forget(connection);
}

/* Behind CREATE [UNIQUE ...] INDEX. */
static void
note_index(dunlin_connection *connection, dn_mysql_scan *scan, dunlin_string statement)
{
    dn_mysql_fresh *fresh = NULL;
    dn_mysql_token token;

    while (dn_mysql_scan_next(scan, &token)) {
        if (!dn_mysql_is_word(&token, "ON"))
            continue;
        fresh = find(connection, take_table(scan));
        break;
    }
    if (fresh == NULL)
        return;
    dn_kit_text_add_string(&fresh->text, statement);
    if (fresh->text.failed || !is_plain(statement))
        dn_mysql_fresh_forget(connection);
}

void
dn_mysql_fresh_note(dunlin_connection *connection, dunlin_string statement)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &token);
    /* No trigger and no function can change a table's definition. */
    if (dn_mysql_is_one_of(&token, "INSERT UPDATE DELETE REPLACE SELECT SET"))
        return;
    if (dn_mysql_is_word(&token, "CREATE")) {
        dn_mysql_scan_next(&scan, &token);
        if (dn_mysql_is_word(&token, "TABLE")) {
            note_table(connection, &scan, statement);
            return;
        }
        if (dn_mysql_is_one_of(&token, "INDEX UNIQUE FULLTEXT SPATIAL")) {
            note_index(connection, &scan, statement);
            return;
        }
    }
    dn_mysql_fresh_forget(connection);
}

/* name_2 may be the server's choice for a second index of the column `name`. */
static uint64_t
length_without_number(dunlin_string name)
{
    uint64_t length = name.length;

    while (length > 0 && name.data[length - 1] >= '0' && name.data[length - 1] <= '9')
        length--;
    return length > 1 && length < name.length && name.data[length - 1] == '_' ? length - 1
                                                                              : name.length;
}

static bool
mentions(const dn_kit_text *text, dunlin_string name)
{
    for (uint64_t at = 0; at + name.length <= text->length; at++)
        if (strncasecmp(text->data + at, name.data, name.length) == 0)
            return true;
    return false;
}

static bool
is_word(dunlin_string name)
{
    for (uint64_t i = 0; i < name.length; i++) {
        char c = name.data[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_')
            return false;
    }
    return name.length > 0;
}

bool
dn_mysql_fresh_lacks(dunlin_connection *connection, const dunlin_fact *index)
{
    const dn_mysql_fresh *fresh;
    dunlin_string name;

    /* With a database before it the path is longer. */
    if (index->path_count != 2 || connection->database_touched)
        return false;
    fresh = find(connection, index->path[0]);
    name = index->path[1];
    if (fresh == NULL || !is_word(name))
        return false;
    name.length = length_without_number(name);
    return !mentions(&fresh->text, name);
}
