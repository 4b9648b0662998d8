/* SPDX-License-Identifier: MIT */
#include "core/tracker/form.h"

#include <string.h>

#define SQLITE "sqlite"
#define POSTGRESQL "postgresql"
#define MYSQL "mysql"

static int checksum_prisma(const char *data, size_t length, dn_text *sum);

static const dn_tracker_form forms[] = {
    {
        .layout = DN_LAYOUT_PRISMA,
        .table = "_prisma_migrations",
        .read = "SELECT migration_name, checksum, CASE WHEN finished_at IS NULL THEN"
                " 'began it and did not finish' END, finished_at, NULL FROM {table}"
                " WHERE rolled_back_at IS NULL ORDER BY started_at, migration_name",
        .recorded = "migration_name = '{key}' AND finished_at IS NOT NULL AND rolled_back_at IS"
                    " NULL",
        .write = {"INSERT INTO {table} (id, checksum, finished_at, migration_name, started_at,"
                  " applied_steps_count) VALUES ({uuid}, {sum}, {now}, {key}, {now}, 1)"},
        .remove = "DELETE FROM {table} WHERE migration_name = {key} AND rolled_back_at IS NULL",
        .checksum = checksum_prisma,
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (\n"
                  "    \"id\"                    TEXT PRIMARY KEY NOT NULL,\n"
                  "    \"checksum\"              TEXT NOT NULL,\n"
                  "    \"finished_at\"           DATETIME,\n"
                  "    \"migration_name\"        TEXT NOT NULL,\n"
                  "    \"logs\"                  TEXT,\n"
                  "    \"rolled_back_at\"        DATETIME,\n"
                  "    \"started_at\"            DATETIME NOT NULL DEFAULT current_timestamp,\n"
                  "    \"applied_steps_count\"   INTEGER UNSIGNED NOT NULL DEFAULT 0\n)"},
                 "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (id VARCHAR(36) PRIMARY KEY NOT NULL,"
                  " checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,"
                  " migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,"
                  " started_at TIMESTAMPTZ NOT NULL DEFAULT now(),"
                  " applied_steps_count INTEGER NOT NULL DEFAULT 0)"},
                 "clock_timestamp()"},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (id VARCHAR(36) PRIMARY KEY NOT NULL,"
                  " checksum VARCHAR(64) NOT NULL, finished_at DATETIME(3),"
                  " migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at DATETIME(3),"
                  " started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),"
                  " applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0)"
                  " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"},
                 "UTC_TIMESTAMP(3)"},
            },
    },
    {
        .layout = DN_LAYOUT_DBMATE,
        .table = "schema_migrations",
        .read = "SELECT version, NULL, NULL, NULL, NULL FROM {table} ORDER BY version",
        .recorded = "version = '{key}'",
        .write = {"INSERT INTO {table} (version) VALUES ({key})"},
        .remove = "DELETE FROM {table} WHERE version = {key}",
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (version varchar(128) primary key)"},
                 NULL},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version varchar primary key)"},
                 NULL},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version varchar(128) primary key)"},
                 NULL},
            },
    },
    {
        .layout = DN_LAYOUT_GOLANG_MIGRATE,
        .table = "schema_migrations",
        .read = "SELECT version, NULL, CASE WHEN dirty THEN 'began it and did not finish: it is"
                " dirty' END, NULL, 'upto' FROM {table}",
        .recorded = "version >= {key} AND NOT dirty",
        .write = {"DELETE FROM {table}",
                  "INSERT INTO {table} (version, dirty) VALUES ({key}, false)"},
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (version uint64,dirty bool)",
                  "CREATE UNIQUE INDEX IF NOT EXISTS version_unique ON schema_migrations"
                  " (version)"},
                 NULL},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version bigint not null primary key, dirty"
                  " boolean not null)"},
                 NULL},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version bigint not null primary key, dirty"
                  " boolean not null)"},
                 NULL},
            },
    },
    {
        .layout = DN_LAYOUT_GOOSE,
        .table = "goose_db_version",
        .read = "SELECT version_id, NULL, NULL, tstamp, NULL FROM {table} WHERE version_id > 0 AND"
                " is_applied AND id IN (SELECT max(id) FROM {table} GROUP BY version_id)"
                " ORDER BY id",
        .recorded = "version_id = {key} AND is_applied",
        .write = {"INSERT INTO {table} (version_id, is_applied) VALUES ({key}, true)"},
        .remove = "DELETE FROM {table} WHERE version_id = {key}",
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (\n"
                  "\t\tid INTEGER PRIMARY KEY AUTOINCREMENT,\n\t\tversion_id INTEGER NOT NULL,\n"
                  "\t\tis_applied INTEGER NOT NULL,\n"
                  "\t\ttstamp TIMESTAMP DEFAULT (datetime('now'))\n\t)",
                  "INSERT INTO {table} (version_id, is_applied) SELECT 0, true WHERE NOT EXISTS"
                  " (SELECT 1 FROM {table})"},
                 NULL},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (id integer PRIMARY KEY GENERATED BY DEFAULT"
                  " AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL,"
                  " tstamp timestamp NOT NULL DEFAULT now())",
                  "INSERT INTO {table} (version_id, is_applied) SELECT 0, true WHERE NOT EXISTS"
                  " (SELECT 1 FROM {table})"},
                 NULL},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (id bigint(20) unsigned NOT NULL"
                  " AUTO_INCREMENT, version_id bigint(20) NOT NULL, is_applied boolean NOT NULL,"
                  " tstamp datetime NULL default CURRENT_TIMESTAMP, PRIMARY KEY(id))",
                  "INSERT INTO {table} (version_id, is_applied) SELECT 0, true FROM dual WHERE NOT"
                  " EXISTS (SELECT 1 FROM {table})"},
                 NULL},
            },
    },
    {
        .layout = DN_LAYOUT_FLYWAY,
        .table = "flyway_schema_history",
        .read = "SELECT CASE WHEN version IS NULL THEN script ELSE version END, checksum,"
                " CASE WHEN NOT success THEN 'began it and it failed' END, installed_on,"
                " CASE WHEN type IN ('BASELINE', 'SQL_BASELINE') THEN 'baseline'"
                " WHEN type = 'DELETE' OR type LIKE 'UNDO%' THEN 'undo'"
                " WHEN type = 'SCHEMA' THEN 'none' END"
                " FROM {table} ORDER BY installed_rank",
        .recorded = "success AND (version = '{key}' OR script = '{key}.sql')",
        .write = {"INSERT INTO {table} (installed_rank, version, description, type, script,"
                  " checksum, installed_by, execution_time, success)"
                  " SELECT coalesce(max(installed_rank), 0) + 1, CAST({version} AS char(50)),"
                  " {description}, 'SQL', {file}, {integer}, {user}, {millis}, true FROM {table}"},
        .remove = "DELETE FROM {table} WHERE version = {key} OR script = {file}",
        .checksum = dn_checksum_flyway,
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (\n"
                  "    \"installed_rank\" INT NOT NULL PRIMARY KEY,\n"
                  "    \"version\" VARCHAR(50),\n    \"description\" VARCHAR(200) NOT NULL,\n"
                  "    \"type\" VARCHAR(20) NOT NULL,\n    \"script\" VARCHAR(1000) NOT NULL,\n"
                  "    \"checksum\" INT,\n    \"installed_by\" VARCHAR(100) NOT NULL,\n"
                  "    \"installed_on\" TEXT NOT NULL DEFAULT"
                  " (strftime('%Y-%m-%d %H:%M:%f','now')),\n"
                  "    \"execution_time\" INT NOT NULL,\n    \"success\" BOOLEAN NOT NULL\n)",
                  "CREATE INDEX IF NOT EXISTS \"flyway_schema_history_s_idx\" ON"
                  " \"flyway_schema_history\" (\"success\")"},
                 NULL},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (\"installed_rank\" INT NOT NULL,"
                  " \"version\" VARCHAR(50), \"description\" VARCHAR(200) NOT NULL,"
                  " \"type\" VARCHAR(20) NOT NULL, \"script\" VARCHAR(1000) NOT NULL,"
                  " \"checksum\" INTEGER, \"installed_by\" VARCHAR(100) NOT NULL,"
                  " \"installed_on\" TIMESTAMP NOT NULL DEFAULT now(),"
                  " \"execution_time\" INTEGER NOT NULL, \"success\" BOOLEAN NOT NULL,"
                  " CONSTRAINT \"flyway_schema_history_pk\" PRIMARY KEY (\"installed_rank\"))",
                  "CREATE INDEX IF NOT EXISTS \"flyway_schema_history_s_idx\" ON {table}"
                  " (\"success\")"},
                 NULL},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (`installed_rank` INT NOT NULL,"
                  " `version` VARCHAR(50), `description` VARCHAR(200) NOT NULL,"
                  " `type` VARCHAR(20) NOT NULL, `script` VARCHAR(1000) NOT NULL,"
                  " `checksum` INT, `installed_by` VARCHAR(100) NOT NULL,"
                  " `installed_on` TIMESTAMP DEFAULT CURRENT_TIMESTAMP,"
                  " `execution_time` INT NOT NULL, `success` BOOL NOT NULL,"
                  " CONSTRAINT `flyway_schema_history_pk` PRIMARY KEY (`installed_rank`),"
                  " INDEX `flyway_schema_history_s_idx` (`success`)) ENGINE=InnoDB"},
                 NULL},
            },
    },
    {
        .layout = DN_LAYOUT_SQLX,
        .table = "_sqlx_migrations",
        .read = "SELECT version, checksum, CASE WHEN NOT success THEN 'began it and it failed' END,"
                " installed_on, NULL FROM {table} ORDER BY version",
        .recorded = "version = {key} AND success",
        .write = {"INSERT INTO {table} (version, description, success, checksum, execution_time)"
                  " VALUES ({key}, {description}, true, {bytes}, 0)"},
        .remove = "DELETE FROM {table} WHERE version = {key}",
        .checksum = dn_checksum_sqlx,
        .dialects =
            {
                {SQLITE,
                 {"CREATE TABLE IF NOT EXISTS {table} (\n    version BIGINT PRIMARY KEY,\n"
                  "    description TEXT NOT NULL,\n"
                  "    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,\n"
                  "    success BOOLEAN NOT NULL,\n    checksum BLOB NOT NULL,\n"
                  "    execution_time BIGINT NOT NULL\n)"},
                 NULL},
                {POSTGRESQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version BIGINT PRIMARY KEY,"
                  " description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),"
                  " success BOOLEAN NOT NULL, checksum BYTEA NOT NULL,"
                  " execution_time BIGINT NOT NULL)"},
                 NULL},
                {MYSQL,
                 {"CREATE TABLE IF NOT EXISTS {table} (version BIGINT PRIMARY KEY,"
                  " description TEXT NOT NULL,"
                  " installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,"
                  " success BOOLEAN NOT NULL, checksum BLOB NOT NULL,"
                  " execution_time BIGINT NOT NULL)"},
                 NULL},
            },
    },
    {
        .layout = DN_LAYOUT_ATLAS,
        .table = "atlas_schema_revisions",
        .schema = "atlas_schema_revisions",
        .read = "SELECT version, hash, CASE WHEN applied < total THEN 'stopped inside it' END,"
                " executed_at, CASE WHEN type IN (1, 3, 5) THEN 'baseline' END FROM {table}"
                " WHERE version <> '.atlas_cloud_identifier' ORDER BY version",
        .recorded = "version = '{key}' AND applied = total",
    },
    {
        .layout = DN_LAYOUT_KNEX,
        .table = "knex_migrations",
        .other = "knex_migrations_lock",
        .read = "SELECT name, NULL, NULL, migration_time, NULL FROM {table} ORDER BY id",
        .recorded = "name = '{key}'",
        .remove = "DELETE FROM {table} WHERE name = {key}",
    },
};
enum { FORM_COUNT = sizeof forms / sizeof forms[0] };

const dn_tracker_form *
dn_tracker_form_of(dn_layout layout)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (forms[i].layout == layout)
            return &forms[i];
    return NULL;
}

const dn_tracker_dialect *
dn_tracker_form_dialect(const dn_tracker_form *form, const char *dialect)
{
    for (size_t i = 0; i < 3 && form->dialects[i].dialect; i++)
        if (strcmp(form->dialects[i].dialect, dialect) == 0)
            return &form->dialects[i];
    return NULL;
}

dn_layout
dn_tracker_form_named(dunlin_string table)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        if (dn_string_equal(table, forms[i].table) ||
            (forms[i].other && dn_string_equal(table, forms[i].other)))
            return forms[i].layout;
    return DN_LAYOUT_NATIVE;
}

static int
checksum_prisma(const char *data, size_t length, dn_text *sum)
{
    dn_digest digest = dn_hash_of(data, length);
    char hex[DN_DIGEST_HEX];

    dn_digest_hex(&digest, hex);
    dn_text_add_string(sum, hex);
    return sum->failed ? -1 : 0;
}
