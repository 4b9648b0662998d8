/* SPDX-License-Identifier: MIT
 *
 * Items of the core's own travel with what comes behind them: BEGIN and statements with values are
 * held, and sent as one text together with the next item. An announcement and what it announces,
 * BEGIN and the first row, the record and COMMIT are one round trip each. The server takes such a
 * text statement by statement, and leaves the rest where one fails ([M] "Multiple Statement
 * Execution Support"), so that nothing behind a failure takes effect.
 *
 * A statement of the user's is always the last of a text: its warnings can be asked for. Which of
 * them are several, the server must not find out by carrying them out: while one is sent that has a
 * semicolon, it takes no more than one at a time.
 */
#include "drivers/mysql/my_driver.h"

#include <string.h>

#include "drivers/mysql/my_scan.h"

enum { MOST_BYTES = 256 * 1024 };

static bool
has_semicolon(dunlin_string sql)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    if (sql.length == 0 || memchr(sql.data, ';', sql.length) == NULL)
        return false;
    dn_mysql_scan_begin(&scan, sql);
    while (dn_mysql_scan_next(&scan, &token))
        if (dn_mysql_is_symbol(&token, ';'))
            return true;
    return false;
}

static bool
has_text(dunlin_string sql)
{
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, sql);
    return dn_mysql_scan_head(&scan, &token);
}

/* A proxy may not know of it. With MySQL's library nothing is joined: it cannot wait for one result
 * after the other without being deaf to the user. */
void
dn_mysql_join_begin(dunlin_connection *connection)
{
    connection->several = connection->mysql != NULL &&
                          (connection->mysql->server_capabilities & CLIENT_MULTI_STATEMENTS) != 0;
#ifdef LIBMARIADB
    connection->joins = connection->several;
#endif
}

int32_t
dn_mysql_join_guard(dunlin_connection *connection, dunlin_string sql)
{
    bool several = !has_semicolon(sql);

    /* Nobody needs it back where nothing is joined. */
    if (several == connection->several || (several && !connection->joins))
        return DUNLIN_OK;
    if (mysql_set_server_option(connection->mysql, several
                                                       ? MYSQL_OPTION_MULTI_STATEMENTS_ON
                                                       : MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0)
        return dn_mysql_fail(connection, "setting the number of statements in a text");
    connection->several = several;
    return DUNLIN_OK;
}

static uint64_t
room(const dunlin_connection *connection)
{
    uint64_t limit = connection->facts.max_packet / 2;

    return limit > 0 && limit < MOST_BYTES ? limit : MOST_BYTES;
}

bool
dn_mysql_join_holds(const dunlin_connection *connection, const dn_mysql_joined *joined,
                    const dunlin_item *item)
{
    bool own = item->kind == DUNLIN_ITEM_BEGIN ||
               (item->kind == DUNLIN_ITEM_STATEMENT && item->value_count > 0);

    return connection->joins && connection->several && own && joined->count < DN_MYSQL_JOINED - 1 &&
           joined->text.length < room(connection);
}

bool
dn_mysql_join_takes(const dunlin_connection *connection, const dn_mysql_joined *joined,
                    const dunlin_item *item)
{
    if (joined->count == 0 || joined->text.length + item->sql.length > room(connection) ||
        item->statement_timeout_ms > 0 || item->lock_timeout_ms > 0)
        return false;
    return item->kind == DUNLIN_ITEM_COMMIT ||
           (item->kind == DUNLIN_ITEM_STATEMENT && item->value_count == 0 && has_text(item->sql) &&
            !has_semicolon(item->sql));
}

int32_t
dn_mysql_join_add(dunlin_connection *connection, dn_mysql_joined *joined, const dunlin_item *item)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text filled = {0};
    int32_t status = DUNLIN_OK;

    if (joined->count == 0)
        joined->first = item->ordinal;
    else
        dn_kit_text_add(&joined->text, ";\n");
    if (item->kind == DUNLIN_ITEM_BEGIN)
        dn_kit_text_add(&joined->text, "START TRANSACTION");
    else if (item->kind == DUNLIN_ITEM_COMMIT)
        dn_kit_text_add(&joined->text, "COMMIT");
    else if (item->value_count > 0)
        status =
            dn_mysql_fill(connection->call, item->sql, item->values, item->value_count, &filled);
    else
        dn_kit_text_add_string(&joined->text, item->sql);
    if (filled.length > 0)
        dn_kit_text_add_string(&joined->text, dn_kit_text_string(&filled));
    if (status == DUNLIN_OK && joined->text.failed)
        status = dn_kit_no_memory(connection->call);
    joined->kinds[joined->count++] = item->kind;
    return status;
}

bool
dn_mysql_join_send(dunlin_connection *connection, const dn_mysql_joined *joined, int64_t *rows,
                   uint64_t *ran)
{
    bool fine = dn_mysql_send(connection, dn_kit_text_string(&joined->text));

    for (*ran = 0; fine; ++*ran) {
        /* Of the last one, all that it gives. */
        if (*ran + 1 == joined->count) {
            fine = dn_mysql_drain(connection, &rows[*ran]);
            *ran += fine ? 1 : 0;
            return fine;
        }
        rows[*ran] = (int64_t)mysql_affected_rows(connection->mysql);
        fine = dn_mysql_next(connection);
    }
    return false;
}
