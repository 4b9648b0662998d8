/* SPDX-License-Identifier: MIT
 *
 * What this database does to texts and times. Our own sessions are in UTF-8 and UTC whatever the
 * server's settings are; those of programs are as the server has them.
 */
#include "drivers/mysql/my_driver.h"

/* Our own tables are in ascii or utf8mb4 by intent. */
#define OTHERS                                                                                     \
    "FROM information_schema.tables t JOIN information_schema.schemata s "                         \
    "ON s.schema_name = t.table_schema WHERE t.table_schema = DATABASE() "                         \
    "AND t.table_type = 'BASE TABLE' AND t.table_name NOT LIKE 'dunlin\\_%' "                      \
    "AND t.table_collation <> s.default_collation_name"

#define ZONE "IF(@@GLOBAL.time_zone = 'SYSTEM', @@GLOBAL.system_time_zone, @@GLOBAL.time_zone)"

#define TIMES                                                                                      \
    "(SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() "            \
    "AND data_type IN ('timestamp', 'datetime') AND table_name NOT LIKE 'dunlin\\_%')"

static const char query[] =
    "SELECT 'charset', IF(default_character_set_name = 'utf8mb4', 0, 1), "
    "CONCAT('new tables are in ', default_character_set_name, "
    "IF(default_character_set_name = 'utf8mb4', '', ', which lacks characters that people write')), "
    "IF(default_character_set_name = 'utf8mb4', NULL, CONCAT('ALTER DATABASE `', schema_name, '` "
    "CHARACTER SET utf8mb4; of tables that are there: ALTER TABLE .. CONVERT TO CHARACTER SET "
    "utf8mb4')) FROM information_schema.schemata WHERE schema_name = DATABASE() "
    "UNION ALL SELECT 'collation', IF(@@GLOBAL.collation_server = default_collation_name, 0, 1), "
    "IF(@@GLOBAL.collation_server = default_collation_name, "
    "CONCAT('texts are compared by ', default_collation_name), "
    "CONCAT('new tables are compared by ', default_collation_name, ', those of new databases of this "
    "server by ', @@GLOBAL.collation_server)), IF(@@GLOBAL.collation_server = "
    "default_collation_name, NULL, 'make databases with CHARACTER SET and COLLATE, or set "
    "collation_server') FROM information_schema.schemata WHERE schema_name = DATABASE() "
    "UNION ALL SELECT 'collation', 1, CONCAT(COUNT(*), ' table', IF(COUNT(*) = 1, '', 's'), "
    "' (', MIN(t.table_name), ': ', MIN(t.table_collation), ') not in the collation of the database: "
    "comparing their texts with others may fail'), 'ALTER TABLE .. CONVERT TO CHARACTER SET .. COLLATE "
    ".., or say COLLATE where texts are compared' " OTHERS " HAVING COUNT(*) > 0 "
    "UNION ALL SELECT 'clock', z.zone NOT IN ('UTC', '+00:00', 'GMT', 'Etc/UTC') AND z.times > 0, "
    "CONCAT('the time zone of the server is ', z.zone, IF(z.zone NOT IN ('UTC', '+00:00', 'GMT', "
    "'Etc/UTC') AND z.times > 0, CONCAT(', and ', z.times, ' column', IF(z.times = 1, ' is', 's are'), "
    "' read and filled by it'), '')), IF(z.zone NOT IN ('UTC', '+00:00', 'GMT', 'Etc/UTC') AND "
    "z.times > 0, 'set time_zone = ''+00:00'' in each session, or default_time_zone of the server', "
    "NULL) FROM (SELECT " ZONE " AS zone, " TIMES " AS times) z "
    "UNION ALL SELECT 'clock', 1, 'the server knows no time zones by name: CONVERT_TZ gives NULL', "
    "'mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb mysql' FROM DUAL "
    "WHERE CONVERT_TZ('2000-01-01 00:00:00', 'UTC', 'Europe/Paris') IS NULL";

int32_t
dn_mysql_hazards(const dunlin_call *call, const dunlin_profile *profile)
{
    DN_KIT_UNUSED(profile);
    return call->host->text(call, dn_kit_string(query));
}
