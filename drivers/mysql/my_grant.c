/* SPDX-License-Identifier: MIT
 *
 * GRANT in a shadow, where privileges are part of the schema. What it leaves is the server's, by the name of
 * the database, and stays when that is dropped ([M] "DROP DATABASE Statement"): so it is revoked.
 */
#include <string.h>

#include "drivers/mysql/my_scan.h"
#include "drivers/mysql/my_shadow.h"

/* --- statements ---------------------------------------------------------------------------------- */
/* A server that is not told otherwise makes the account that it does not know ([M] 5.7, [MDB]
 * sql_mode). */
static bool
makes_accounts(const dunlin_connection *connection)
{
    return (connection->facts.mariadb || connection->facts.major < 8) &&
           !dn_mysql_mode_has(connection->facts.sql_mode, "NO_AUTO_CREATE_USER");
}

/* Past ON and the kind of object. */
static bool
find_object(dn_mysql_scan *scan)
{
    dn_mysql_token token;

    while (dn_mysql_scan_next(scan, &token))
        if (dn_mysql_is_word(&token, "PROXY")) {
            return false;
        } else if (dn_mysql_is_word(&token, "ON")) {
            token = dn_mysql_scan_peek(scan);
            if (dn_mysql_is_one_of(&token, "TABLE FUNCTION PROCEDURE"))
                dn_mysql_scan_next(scan, &token);
            return true;
        }
    return false;
}

bool
dn_mysql_grants_inside(const dunlin_connection *connection, dunlin_string statement)
{
    static const char of_accounts[] =
        "IDENTIFIED REQUIRE MAX_QUERIES_PER_HOUR MAX_UPDATES_PER_HOUR MAX_CONNECTIONS_PER_HOUR "
        "MAX_USER_CONNECTIONS MAX_STATEMENT_TIME ROLE";
    dn_mysql_scan scan;
    dn_mysql_token token;

    dn_mysql_scan_begin(&scan, statement);
    dn_mysql_scan_head(&scan, &token);
    if (!dn_mysql_is_one_of(&token, "GRANT REVOKE") || makes_accounts(connection) ||
        !find_object(&scan) || !dn_mysql_scan_next(&scan, &token) ||
        dn_mysql_name_of(&token).length == 0)
        return false;
    token = dn_mysql_scan_peek(&scan);
    if (dn_mysql_is_symbol(&token, '.'))
        return false;
    while (dn_mysql_scan_next(&scan, &token))
        if (dn_mysql_is_one_of(&token, of_accounts))
            return false;
    return true;
}

/* --- what stays ------------------------------------------------------------------------------------ */
#define TEXT(cell) "CONVERT(" cell " USING utf8mb4) COLLATE utf8mb4_bin"
#define NAME(cell) "'`', REPLACE(" TEXT(cell) ", '`', '``'), '`'"

/* Of this shadow, and of those that runs which were killed left behind and others dropped. */
#define OURS                                                                                       \
    "(Db = DATABASE() OR (Db LIKE 'dunlin\\_shadow\\_%' AND " TEXT("Db") " NOT IN (SELECT " TEXT(  \
        "SCHEMA_NAME") " FROM information_schema.SCHEMATA)))"

#define REVOKE(what, kind, name, from)                                                             \
    "SELECT CONCAT('REVOKE " what " ON ', " kind                                                   \
    ", " NAME("Db") ", '.', " NAME(name) ", ' FROM ', " NAME(                                      \
        "User") ", IF(Host = '', '', CONCAT('@', " NAME("Host") "))) "                             \
                                                                "FROM "                            \
                                                                "mysql." from " WHERE " OURS

static const char remains[] =
    REVOKE("ALL PRIVILEGES", "''", "Table_name", "tables_priv") " UNION ALL " REVOKE("GRANT OPTION", "''", "Table_name", "tables_priv") " AND FIND_IN_SET('Grant', Table_priv) UNION ALL " REVOKE(
        "ALL PRIVILEGES", "CONCAT(" TEXT("Routine_type") ", ' ')", "Routine_name",
        "procs_priv") " UNION ALL " REVOKE("GRANT OPTION", "CONCAT(" TEXT("Routine_type") ", ' ')",
                                           "Routine_name",
                                           "procs_priv") " AND FIND_IN_SET('Grant', Proc_priv)";

/* What is gone already, as that of a routine that was dropped, is refused. */
int32_t
dn_mysql_shadow_revoke(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names list = {0};
    int32_t status = DUNLIN_OK;
    int64_t ignored;

    if (!(connection->call->flags & DUNLIN_CALL_GRANTS))
        return DUNLIN_OK;
    status = dn_mysql_names_read(connection, remains, &list);
    for (size_t i = 0; status == DUNLIN_OK && i < list.count; i++)
        if (dn_mysql_send(connection, dn_kit_string(list.list[i])))
            dn_mysql_drain(connection, &ignored);
        else if (dn_mysql_is_lost(mysql_errno(connection->mysql)))
            status = dn_mysql_fail(connection, "revoking what a replay granted");
    return status;
}
