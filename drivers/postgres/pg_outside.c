/* SPDX-License-Identifier: MIT
 *
 * Statements that reach outside a shadow, beside those that say so in their first words: by functions
 * that they call, and by commands in bodies of code. Strings are looked into as well, since code is
 * written in them; what only looks like it is not sent either, which costs less than the opposite.
 */
#include "drivers/postgres/pg_driver.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "drivers/postgres/pg_scan.h"

/* Called, that is with a parenthesis behind them; an asterisk stands for whatever else a name has. */
static const char *const functions[] = {
    "dblink*",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_*",
    "pg_stat_file",
    "lo_import",
    "lo_export",
    "pg_file_write",
    "pg_file_unlink",
    "pg_file_rename",
    "pg_create_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_copy_physical_replication_slot",
    "pg_copy_logical_replication_slot",
    "pg_replication_origin_*",
    "pg_create_restore_point",
    "pg_backup_*",
    "pg_start_backup",
    "pg_stop_backup",
    "pg_stat_reset_shared",
    "pg_drop_replication_slot",
    "pg_reload_conf",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_rotate_logfile",
    "pg_switch_wal",
    "pg_promote",
    "pg_logical_emit_message",
};

/* Commands of code: words with blanks between. */
static const char *const commands[] = {
    "CREATE ROLE",         "CREATE USER",     "CREATE GROUP",     "CREATE DATABASE",
    "CREATE TABLESPACE",   "CREATE SERVER",   "ALTER ROLE",       "ALTER USER",
    "ALTER GROUP",         "ALTER DATABASE",  "ALTER TABLESPACE", "ALTER SERVER",
    "ALTER SYSTEM",        "DROP ROLE",       "DROP USER",        "DROP GROUP",
    "DROP DATABASE",       "DROP TABLESPACE", "DROP OWNED",       "REASSIGN OWNED",
    "ON DATABASE",         "ON TABLESPACE",   "TO PROGRAM",       "FROM PROGRAM",
    "CREATE SUBSCRIPTION",
};

static bool
is_of_name(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

static bool
calls(dunlin_string sql, const char *name)
{
    bool family = name[strlen(name) - 1] == '*';
    size_t length = strlen(name) - family;

    for (uint64_t i = 0; i + length < sql.length; i++) {
        const char *at = sql.data + i;
        const char *end = sql.data + sql.length;

        if (tolower((unsigned char)*at) != *name || (i > 0 && is_of_name(at[-1])) ||
            strncasecmp(at, name, length) != 0)
            continue;
        at += length;
        while (family && at < end && is_of_name(*at))
            at++;
        while (at < end && (isspace((unsigned char)*at) || *at == '"'))
            at++;
        if (at < end && *at == '(')
            return true;
    }
    return false;
}

/* Any number of blanks where `command` has one. */
static bool
begins_with(const char *at, const char *end, const char *command)
{
    for (; *command != '\0'; command++) {
        if (*command == ' ') {
            if (at == end || !isspace((unsigned char)*at))
                return false;
            while (at < end && isspace((unsigned char)*at))
                at++;
        } else if (at == end || toupper((unsigned char)*at++) != *command) {
            return false;
        }
    }
    return at == end || !is_of_name(*at);
}

static bool
commands_in(dunlin_string sql, const char *command)
{
    for (uint64_t i = 0; i < sql.length; i++)
        if (toupper((unsigned char)sql.data[i]) == *command &&
            (i == 0 || !is_of_name(sql.data[i - 1])) &&
            begins_with(sql.data + i, sql.data + sql.length, command))
            return true;
    return false;
}

static bool
has_code(dunlin_string sql)
{
    static const char *const heads[] = {
        "DO",  "CREATE [OR] [REPLACE] {FUNCTION,PROCEDURE}", "EXECUTE", "PREPARE", "CALL", "SELECT",
        "WITH"};

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        dn_pg_scan scan = dn_pg_scan_begin(sql);

        if (dn_pg_scan_fits(&scan, heads[i]))
            return true;
    }
    return false;
}

bool
dn_pg_reaches_outside(dunlin_string sql)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (calls(sql, functions[i]))
            return true;
    for (size_t i = 0; has_code(sql) && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (commands_in(sql, commands[i]))
            return true;
    return false;
}
