/* SPDX-License-Identifier: MIT
 *
 * What this database does to texts and times. Our own sessions are in UTC, so that the time zone
 * of others is not among our settings: it is what is set for the database or the role, else that of
 * the log, which initdb sets to the same.
 */
#include "drivers/postgres/pg_driver.h"

static const char encoding[] =
    "SELECT 'charset', (e.name <> 'UTF8')::int, CASE e.name WHEN 'UTF8' THEN 'texts are in UTF8' "
    "WHEN 'SQL_ASCII' THEN 'the database is in SQL_ASCII: whatever bytes come are taken for text' "
    "ELSE 'texts are in ' || e.name || ', which lacks characters that people write' END, "
    "CASE WHEN e.name <> 'UTF8' THEN 'make a database with TEMPLATE template0 ENCODING ''UTF8'' and "
    "load a dump of this one into it' END "
    "FROM (SELECT pg_catalog.pg_encoding_to_char(d.encoding)::text AS name "
    "FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) e";

/* PostgreSQL 15 and later note the version of the library that indexes were sorted by. */
static const char collation[] =
    " UNION ALL SELECT 'collation', (v.was <> v.now)::int, CASE WHEN v.was <> v.now THEN "
    "'texts were sorted by version ' || v.was || ' of ' || v.name || ', which is ' || v.now || ' now: "
    "indexes on text may miss rows' ELSE 'texts are compared by ' || v.name END, "
    "CASE WHEN v.was <> v.now THEN 'REINDEX DATABASE ' || pg_catalog.quote_ident(v.base) || '; then "
    "ALTER DATABASE ' || pg_catalog.quote_ident(v.base) || ' REFRESH COLLATION VERSION' END "
    "FROM (SELECT d.datname::text AS base, d.datcollate::text AS name, "
    "COALESCE(d.datcollversion, '') AS was, CASE WHEN d.datcollversion IS NULL THEN '' ELSE "
    "COALESCE(pg_catalog.pg_database_collation_actual_version(d.oid), '') END AS now "
    "FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) v";

static const char zones[] =
    " UNION ALL SELECT 'clock', (far AND times > 0)::int, 'the time zone of programs is ' || zone || "
    "CASE WHEN far AND times > 0 THEN ', and ' || times || CASE times WHEN 1 THEN ' column keeps' "
    "ELSE ' columns keep' END || ' times without a zone' ELSE '' END, CASE WHEN far AND times > 0 "
    "THEN 'use timestamptz, or ALTER DATABASE .. SET TimeZone = ''UTC''' END "
    "FROM (SELECT zone, zone NOT IN ('UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Universal', 'Etc/Universal', "
    "'Zulu', 'Etc/Zulu') AS far, "
    "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c "
    "ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE a.atttypid = 'pg_catalog.timestamp'::pg_catalog.regtype AND a.attnum > 0 "
    "AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' "
    "AND n.nspname !~ '^pg_' AND c.relname !~ '^dunlin_') AS times "
    "FROM (SELECT COALESCE((SELECT pg_catalog.substr(w.word, 10) FROM pg_catalog.pg_db_role_setting s, "
    "pg_catalog.unnest(s.setconfig) w(word) WHERE pg_catalog.lower(w.word) LIKE 'timezone=%' "
    "AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d "
    "WHERE d.datname = pg_catalog.current_database())) "
    "AND s.setrole IN (0, (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)) "
    "ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1), "
    "pg_catalog.current_setting('log_timezone')) AS zone) z) t";

int32_t
dn_pg_hazards(const dunlin_call *call, const dunlin_profile *profile)
{
    int32_t status = call->host->text(call, dn_kit_string(encoding));

    if (status == DUNLIN_OK && profile != NULL && profile->major >= 15)
        status = call->host->text(call, dn_kit_string(collation));
    return status == DUNLIN_OK ? call->host->text(call, dn_kit_string(zones)) : status;
}
