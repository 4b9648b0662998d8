#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same as check_env.bats on servers.

load helper

@test "postgresql: everything a run needs is told, each with its outcome" {
    environment_is_told postgresql
}

@test "mysql: everything a run needs is told, each with its outcome" {
    environment_is_told mysql
}

# rights DIALECT: what is missing comes with what grants it.
rights() {
    local url user=dunlin_reader_$$ quoted grant="GRANT INSERT ON public.dunlin_migrations TO dunlin_reader_$$"
    url=$(empty_database "$1" app)
    make_project . 2
    write_config . migrations "$url"
    dunlin migrate --no-backup
    assert_exit 0
    if [ "$1" = postgresql ]; then
        sql_in "$url" "CREATE ROLE $user LOGIN" "GRANT SELECT ON ALL TABLES IN SCHEMA public TO $user"
    else
        quoted="\`$user\`@\`%\`" grant="GRANT INSERT ON \`${url##*/}\`.\`dunlin_migrations\` TO $quoted"
        sql_in "$url" "CREATE USER $quoted" "GRANT SELECT ON \`${url##*/}\`.* TO $quoted"
    fi
    write_config . migrations "${url/dunlin@/$user@}"
    run_json check --env
    dunlin check --env
    sql_in "$url" "DROP OWNED BY $user" "DROP ROLE $user" 2>/dev/null || sql_in "$url" "DROP USER $quoted"
    assert_exit 4
    assert_stdout "lacks a privilege that writing the tracker needs; nothing was sent"
    assert_stdout "missing: INSERT on table"
    assert_stdout "(for the tracker): $grant"
}

@test "postgresql: a tracker that may be read and not be written" {
    rights postgresql
}

@test "mysql: a tracker that may be read and not be written" {
    rights mysql
}

# hazards URL: what is told of texts and times.
hazards() {
    make_project . 1
    write_config . migrations "$1"
    run_json check --env
    assert_exit 0
    assert_json_form check
    output=$(json '.checks[] | select(.check | IN("env-charset", "env-collation", "env-clock")) |
        "\(.check) \(.outcome): \(.summary)\(if .mend then " | " + .mend else "" end)"')
}

@test "postgresql: no encoding, a newer collation, and a time zone beside times without one" {
    local url server name
    url=$(fresh_database postgresql)
    server=$(server_of postgresql)
    name=${url##*/}
    sql_in "$server" "DROP DATABASE $name"
    sql_in "$server" "CREATE DATABASE $name TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    sql_in "$server" "ALTER DATABASE $name SET TimeZone = 'Europe/Paris'"
    sql_in "$url" "CREATE TABLE visits (id int, at timestamp, day timestamptz)"
    hazards "$url"
    assert_stdout "env-charset unverified: the database is in SQL_ASCII: whatever bytes come are taken for text | make a database with"
    assert_stdout "env-clock unverified: the time zone of programs is Europe/Paris, and 1 column keeps times without a zone | use timestamptz"
    sql_in "$url" "ALTER TABLE visits ALTER COLUMN at TYPE timestamptz"
    hazards "$url"
    assert_stdout "env-clock agrees: the time zone of programs is Europe/Paris"
}

@test "postgresql: texts that were sorted by another version of their collation" {
    local url
    url=$(fresh_database postgresql)
    hazards "$url"
    assert_stdout "env-charset agrees: texts are in UTF8"
    assert_stdout "env-collation agrees: texts are compared by "
    sql_in "$url" "UPDATE pg_database SET datcollversion = '0.1' WHERE datname = current_database()"
    hazards "$url"
    assert_stdout "env-collation unverified: texts were sorted by version 0.1 of "
    assert_stdout "| REINDEX DATABASE ${url##*/}; then ALTER DATABASE ${url##*/} REFRESH COLLATION VERSION"
}

@test "mysql: a database in latin1, tables of other collations, and a server that knows no zones" {
    local url zones
    url=$(fresh_database mysql)
    sql_in "$url" "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german1_ci"
    sql_in "$url" "CREATE TABLE fine (id int, name varchar(10))"
    sql_in "$url" "CREATE TABLE odd (id int, name varchar(10)) CHARACTER SET utf8mb3"
    hazards "$url"
    assert_stdout "env-charset unverified: new tables are in latin1, which lacks characters that people write | ALTER DATABASE"
    assert_stdout "env-collation unverified: new tables are compared by latin1_german1_ci, those of new databases of this server by "
    assert_stdout "env-collation unverified: 1 table (odd: utf8mb3_general_ci) not in the collation of the database: comparing their texts with others may fail | "
    zones=$(sql_in "$url" "SELECT CONVERT_TZ('2000-01-01', 'UTC', 'Europe/Paris') IS NULL")
    assert_equal "$(grep -c 'knows no time zones by name' <<<"$output")" "$zones"
    sql_in "$url" "ALTER DATABASE CHARACTER SET utf8mb4"
    sql_in "$url" "DROP TABLE odd, fine"
    hazards "$url"
    assert_stdout "env-charset agrees: new tables are in utf8mb4"
    assert_equal "$(grep -c 'not in the collation' <<<"$output")" 0
}
