#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# "ignore" in dunlin.json: what no command looks at.

load helper

ignore() {
    jq --argjson list "$1" '.ignore = $list' dunlin.json >new.json
    mv new.json dunlin.json
}

@test "what is ignored is out of sight of every command, and a migration may still make it" {
    write_config .
    mkdir migrations
    printf 'CREATE TABLE users (id integer PRIMARY KEY);\nCREATE TABLE log_a (id integer);\n' \
        >migrations/0001_a.sql
    dunlin migrate
    assert_exit 0
    sql app.db "CREATE TABLE log_b (id INTEGER)" "CREATE INDEX tmp_i ON users (id)" \
        "DROP TABLE log_a"
    dunlin doctor
    assert_exit 4
    ignore '["LOG_*", "index:users.tmp_*"]'
    dunlin doctor
    assert_exit 0
    refute_stdout log_
    dunlin snapshot --stdout
    assert_exit 0
    assert_stdout '"table/users"'
    refute_stdout log_
    refute_stdout tmp_i
    dunlin schema dump
    assert_exit 0
    refute_stdout log_
    refute_stdout tmp_i
    sql clean.db "CREATE TABLE users (id integer PRIMARY KEY)"
    dunlin diff app sqlite:clean.db --exit-code
    assert_exit 0
}

@test "a database that holds nothing but what is ignored counts as empty" {
    write_config .
    mkdir migrations
    echo 'CREATE TABLE users (id integer PRIMARY KEY);' >migrations/0001_a.sql
    sql app.db "CREATE TABLE spatial_ref (id INTEGER)"
    dunlin migrate
    assert_exit 4
    ignore '["spatial_*"]'
    dunlin migrate
    assert_exit 0
}

@test "a pattern that is none is an error with its place" {
    write_config .
    ignore '["tabel:x"]'
    dunlin status
    assert_exit 2
    assert_stderr 'there is "tabel:x": there is no such kind of object'
    [[ $stderr =~ dunlin.json:[0-9]+:[0-9]+: ]] || fail "no place"
}

same_without_what_is_ignored() {
    local url
    url=$(fresh_database "$1")
    write_config . migrations "$url"
    mkdir migrations
    echo 'CREATE TABLE users (id integer PRIMARY KEY, name varchar(20));' >migrations/0001_a.sql
    dunlin migrate
    assert_exit 0
    dunlin snapshot --output before.json
    assert_exit 0
    run_script "$url" "$2"
    ignore "$3"
    dunlin snapshot --output after.json
    assert_exit 0
    assert_equal "$(cat after.json)" "$(cat before.json)"
    dunlin doctor --shadow
    assert_exit 0
}

@test "postgres: schemas, extensions and objects are ignored with all that is in them" {
    same_without_what_is_ignored postgresql "CREATE SCHEMA cron; CREATE TABLE cron.job (id integer);
        CREATE VIEW report_a AS SELECT id FROM users; CREATE INDEX tmp_i ON users (name);
        CREATE FUNCTION helper(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
        CREATE TABLE audit_log (id serial PRIMARY KEY); CREATE EXTENSION citext;" \
        '["schema:cron", "view:public.report_*", "index:tmp_*", "helper", "audit_*", "extension:citext"]'
}

@test "mysql: objects are ignored with all that is in them" {
    same_without_what_is_ignored mysql "CREATE VIEW report_a AS SELECT id FROM users;
        CREATE INDEX tmp_i ON users (name); CREATE TABLE audit_log (id integer PRIMARY KEY);" \
        '["view:report_*", "index:users.tmp_*", "audit_*"]'
}
