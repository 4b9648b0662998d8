/* SPDX-License-Identifier: MIT
 *
 * Databases that were given to serve as shadows: they must be empty, alike and not the target, are
 * marked while they are used, and are left as they were.
 */
#include "drivers/mysql/my_shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What there is, each as the statement that drops it. */
static const char contents[] =
    "SELECT CONCAT('DROP ', CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE'"
    " ELSE 'TABLE' END, ' IF EXISTS `', REPLACE(table_name, '`', '``'), '`')"
    " FROM information_schema.tables WHERE table_schema = DATABASE()"
    " AND table_name <> '" DN_MYSQL_SHADOW_TABLE "'"
    " UNION ALL SELECT CONCAT('DROP ', routine_type, ' IF EXISTS `',"
    " REPLACE(routine_name, '`', '``'), '`')"
    " FROM information_schema.routines WHERE routine_schema = DATABASE()"
    " UNION ALL SELECT CONCAT('DROP EVENT IF EXISTS `', REPLACE(event_name, '`', '``'), '`')"
    " FROM information_schema.events WHERE event_schema = DATABASE()";

static int32_t
is_marked(dunlin_connection *connection, bool *marked)
{
    static const char sql[] = "SELECT COUNT(*) FROM information_schema.tables "
                              "WHERE table_schema = DATABASE() "
                              "AND table_name = '" DN_MYSQL_SHADOW_TABLE "'";
    const char *cell;
    bool found;
    int32_t status = dn_mysql_first_row(connection, dn_kit_string(sql), &cell, 1, &found);

    *marked = status == DUNLIN_OK && found && cell != NULL && strcmp(cell, "1") == 0;
    return status;
}

int32_t
dn_mysql_shadow_empty(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names list = {0};
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names left = {0};
    int32_t status = dn_mysql_names_read(connection, contents, &list);

    connection->settings_touched = true;
    if (status == DUNLIN_OK)
        status =
            dn_mysql_execute(connection, dn_kit_string("SET SESSION foreign_key_checks = 0"), NULL);
    for (size_t i = 0; status == DUNLIN_OK && i < list.count; i++)
        status = dn_mysql_execute(connection, dn_kit_string(list.list[i]), NULL);
    if (status == DUNLIN_OK)
        status = dn_mysql_pins_restore(connection);
    if (status == DUNLIN_OK)
        status = dn_mysql_names_read(connection, contents, &left);
    if (status == DUNLIN_OK && left.count > 0)
        status =
            dn_kit_fail(connection->call, DUNLIN_FAILED,
                        "the database '%s' could not be emptied again", connection->shadow->name);
    return status;
}

enum { KEY_BYTES = 320 };

static void
write_key(const dunlin_connection *connection, char key[KEY_BYTES])
{
    snprintf(key, KEY_BYTES, "dunlin shadow %s", connection->shadow->name);
}

int32_t
dn_mysql_shadow_give_back(dunlin_connection *connection)
{
    int32_t status = dn_mysql_shadow_empty(connection);
    char key[KEY_BYTES];

    if (status == DUNLIN_OK)
        status =
            dn_mysql_execute(connection, dn_kit_string("DROP TABLE " DN_MYSQL_SHADOW_TABLE), NULL);
    /* The end of the session would release it, too, but some time after we are gone. */
    write_key(connection, key);
    if (status == DUNLIN_OK)
        status = dn_mysql_unlock(connection->call, connection, dn_kit_string(key));
    return status;
}

/* --- may it be used ----------------------------------------------------------------------------- */
static int32_t
compare(dunlin_connection *connection, const dunlin_connection *target)
{
    const dn_mysql_facts *own = &connection->facts;
    const dn_mysql_facts *other = &target->facts;
    const dn_mysql_shadow *shadow = connection->shadow;
    bool same_server = own->uuid[0] != '\0' ? strcmp(own->uuid, other->uuid) == 0
                                            : strcmp(own->host, other->host) == 0 &&
                                                  strcmp(own->port, other->port) == 0;

    if (same_server && strcmp(own->database, other->database) == 0)
        return dn_kit_fail(connection->call, DUNLIN_USAGE,
                           "the database '%s' does not serve as a shadow: it is the target",
                           shadow->name);
    if (strcmp(shadow->charset, target->shadow->charset) != 0 ||
        strcmp(shadow->collation, target->shadow->collation) != 0)
        return dn_kit_fail(connection->call, DUNLIN_USAGE,
                           "the database '%s' does not serve as a shadow: its character set is "
                           "'%s' (%s), and the target's is '%s' (%s)",
                           shadow->name, shadow->charset, shadow->collation,
                           target->shadow->charset, target->shadow->collation);
    return DUNLIN_OK;
}

static int32_t
check(const dunlin_call *call, const dunlin_shadow *shadow, const dunlin_open_options *options,
      dunlin_connection *connection)
{
    dunlin_connection *target;
    int32_t status;

    if (!shadow->url.length)
        return dn_mysql_shadow_attach(connection, connection->facts.database, true);
    status = dn_mysql_open(call, shadow->url, options, &target);
    if (status != DUNLIN_OK)
        return status;
    dn_mysql_enter(call, target);
    status = dn_mysql_shadow_attach(target, target->facts.database, true);
    dn_mysql_leave(target, NULL);
    if (status == DUNLIN_OK)
        status = dn_mysql_shadow_attach(connection, connection->facts.database, true);
    if (status == DUNLIN_OK)
        status = compare(connection, target);
    dn_mysql_close(target);
    return status;
}

static int32_t
occupy(dunlin_connection *connection)
{
    DN_KIT_CLEANUP(dn_mysql_names_free) dn_mysql_names list = {0};
    char key[KEY_BYTES];
    int32_t acquired;
    bool marked = false;
    int32_t status;

    write_key(connection, key);
    status = dn_mysql_try_lock(connection->call, connection, dn_kit_string(key), &acquired);
    if (status == DUNLIN_OK && acquired == 0)
        return dn_kit_fail(connection->call, DUNLIN_LOCKED,
                           "another run is replaying migrations in this database");
    if (status == DUNLIN_OK)
        status = is_marked(connection, &marked);
    if (status == DUNLIN_OK)
        status = dn_mysql_names_read(connection, contents, &list);
    if (status != DUNLIN_OK)
        return status;
    if (!marked && list.count > 0)
        return dn_kit_fail_hint(connection->call, DUNLIN_USAGE, "give an empty database",
                                "the database '%s' does not serve as a shadow: it is not empty, "
                                "it holds %zu objects",
                                connection->shadow->name, list.count);
    return marked ? dn_mysql_shadow_empty(connection) : dn_mysql_shadow_mark(connection);
}

int32_t
dn_mysql_shadow_take(const dunlin_call *call, const dunlin_shadow *shadow,
                     const dunlin_open_options *options, dunlin_connection **opened)
{
    dunlin_connection *connection;
    int32_t status = dn_mysql_open(call, shadow->given, options, &connection);

    if (status != DUNLIN_OK)
        return status;
    dn_mysql_enter(call, connection);
    status = check(call, shadow, options, connection);
    if (status == DUNLIN_OK)
        status = occupy(connection);
    dn_mysql_leave(connection, NULL);
    if (status == DUNLIN_OK)
        *opened = connection;
    else
        dn_mysql_close(connection);
    return status;
}
