/* SPDX-License-Identifier: MIT
 *
 * Which tables there are, read once and kept along with what this session makes: a table that is
 * about to be made is not looked for one by one. The list may hold names that are gone; what is not
 * in it was not there. Other sessions are not seen, as little as between a look and the statement
 * behind it: the run lock keeps ours away, and CREATE TABLE fails where somebody was quicker.
 */
#include "drivers/mysql/my_driver.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/mysql/my_scan.h"

enum { FIRST_SLOTS = 256, LOOKS_BETWEEN = 16 };

/* Of the name, or of the free place for it. */
static uint32_t *
slot_of(const dn_mysql_tables *names, dunlin_string name)
{
    size_t at = dn_kit_hash(DN_KIT_HASH_BASIS, name) & (names->slot_count - 1);

    while (names->slots[at] != 0 && !dn_kit_same(name, names->text.data + names->slots[at] - 1))
        at = (at + 1) & (names->slot_count - 1);
    return &names->slots[at];
}

static bool
grow(dn_mysql_tables *names)
{
    size_t count = names->slot_count != 0 ? names->slot_count * 2 : FIRST_SLOTS;
    uint32_t *old = names->slots;
    size_t old_count = names->slot_count;
    uint32_t *slots = calloc(count, sizeof(*slots));

    if (slots == NULL)
        return false;
    names->slots = slots;
    names->slot_count = count;
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != 0)
            *slot_of(names, dn_kit_string(names->text.data + old[i] - 1)) = old[i];
    free(old);
    return true;
}

void
dn_mysql_names_forget(dunlin_connection *connection)
{
    dn_mysql_tables *names = &connection->names;

    dn_kit_text_free(&names->text);
    free(names->slots);
    *names = (dn_mysql_tables){.wait = LOOKS_BETWEEN};
}

static void
add(dunlin_connection *connection, dunlin_string name)
{
    dn_mysql_tables *names = &connection->names;
    uint32_t *slot;

    if ((names->count + 1) * 2 > names->slot_count && !grow(names)) {
        dn_mysql_names_forget(connection);
        return;
    }
    slot = slot_of(names, name);
    if (*slot != 0)
        return;
    *slot = (uint32_t)names->text.length + 1;
    dn_kit_text_add_string(&names->text, name);
    dn_kit_text_add_string(&names->text, (dunlin_string){"", 1});
    names->count++;
    if (names->text.failed || names->text.length > UINT32_MAX / 2)
        dn_mysql_names_forget(connection);
}

/* Who may make tables anywhere in the database sees all of them; from others the server hides what
 * they have no privilege for (https://mariadb.com/kb/en/show-tables/). What a role grants does not
 * count here: then each table is looked for. */
static bool
sees_all(dunlin_connection *connection)
{
    static const char sql[] =
        "SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND "
        "GRANTEE = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', "
        "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''') UNION ALL "
        "SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'CREATE' AND "
        "DATABASE() LIKE TABLE_SCHEMA AND "
        "GRANTEE = CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', "
        "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''') LIMIT 1";
    MYSQL_RES *result;
    int64_t ignored;
    bool any;

    if (!dn_mysql_send(connection, dn_kit_string(sql)))
        return false;
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return false;
    any = mysql_num_rows(result) > 0;
    mysql_free_result(result);
    return (mysql_more_results(connection->mysql) == 0 || dn_mysql_drain(connection, &ignored)) &&
           any;
}

static bool
read_names(dunlin_connection *connection)
{
    MYSQL_RES *result;
    MYSQL_ROW row;
    int64_t ignored;

    connection->names.known = true;
    if (!dn_mysql_send(connection, dn_kit_string("SHOW TABLES")))
        return false;
    result = mysql_store_result(connection->mysql);
    if (result == NULL)
        return false;
    while ((row = mysql_fetch_row(result)) != NULL && connection->names.known)
        if (row[0] != NULL)
            add(connection, dn_kit_string(row[0]));
    mysql_free_result(result);
    return mysql_more_results(connection->mysql) == 0 || dn_mysql_drain(connection, &ignored);
}

bool
dn_mysql_names_lack(dunlin_connection *connection, dunlin_string table)
{
    dn_mysql_tables *names = &connection->names;
    const char *folds = connection->facts.lower_case_table_names;

    if (connection->database_touched || connection->reading || folds == NULL ||
        strcmp(folds, "0") != 0)
        return false;
    if (!names->known && names->wait > 0) {
        names->wait--;
        return false;
    }
    if (!names->known && !(sees_all(connection) && read_names(connection)))
        dn_mysql_names_forget(connection);
    return names->known && (names->slot_count == 0 || *slot_of(names, table) == 0);
}

/* ALTER TABLE t RENAME, or what moves partitions about. */
static bool
gives_names(dn_mysql_scan *scan)
{
    dn_mysql_token token;

    while (dn_mysql_scan_next(scan, &token))
        if (dn_mysql_is_one_of(&token, "RENAME EXCHANGE CONVERT"))
            return true;
    return false;
}

void
dn_mysql_names_note(dunlin_connection *connection, dunlin_string statement)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    if (!connection->names.known)
        return;
    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &token);
    if (dn_mysql_is_one_of(&token, "INSERT UPDATE DELETE REPLACE SELECT SET DROP"))
        return;
    if (dn_mysql_is_word(&token, "ALTER") && !gives_names(&scan))
        return;
    if (dn_mysql_is_word(&token, "CREATE")) {
        dn_mysql_scan_next(&scan, &token);
        if (dn_mysql_is_one_of(&token, "INDEX UNIQUE FULLTEXT SPATIAL"))
            return;
        if (dn_mysql_is_word(&token, "TABLE")) {
            do
                dn_mysql_scan_next(&scan, &token);
            while (dn_mysql_is_one_of(&token, "IF NOT EXISTS"));
            add(connection, dn_mysql_name_of(&token));
            return;
        }
    }
    dn_mysql_names_forget(connection);
}
