#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A Drizzle project on a server keeps working with drizzle: dunlin and the real drizzle-orm take
# turns on PostgreSQL and MariaDB.

load helper

# through IDX [DIALECT]: dunlin applies everything up to and including this entry.
through() {
    dunlin migrate -C project --to "$(drizzle_tag "$@")"
    assert_exit 0
}

everything() {
    dunlin migrate -C project
    assert_exit 0
}

all_applied() {
    run_json status -C project
    assert_exit 0
    assert_json '.agreement.agrees' true
    assert_json '[.migrations[].verdict] | unique' '["applied"]'
    assert_json '.migrations | length' 13
}

# tracker_of DIALECT: as people see it and as it is written in SQL.
tracker_of() {
    case $1 in
        *postgresql) echo drizzle.__drizzle_migrations ;;
        mysql) echo __drizzle_migrations ;;
    esac
}

# --- one step at a time --------------------------------------------------------------------------

each_step() {
    local idx
    drizzle_project project "$1"
    for idx in $(fixture_steps); do
        through "$idx" "$1"
        assert_drizzle_state "$database" "$idx" "$1"
    done
    all_applied
}

@test "postgresql: each step leaves the schema and tracker that drizzle would leave" {
    each_step postgresql
}

@test "mysql: each step leaves the schema and tracker that drizzle would leave" {
    each_step mysql
}

@test "postgresql, drizzle 1.0: each step leaves the schema and tracker that drizzle would leave" {
    each_step v1-postgresql
}

# --- all at once ---------------------------------------------------------------------------------

# all_at_once DIALECT [--v1]: afterwards drizzle-orm has nothing to do, and neither has dunlin.
all_at_once() {
    drizzle_project project "$1"
    everything
    assert_drizzle_state "$database" 12 "$1"
    drizzle_migrate "$database" project/drizzle "${@:2}"
    assert_drizzle_state "$database" 12 "$1"
    run_json migrate -C project
    assert_exit 0
    assert_json '.applied' '[]'
    assert_drizzle_state "$database" 12 "$1"
}

@test "postgresql: all at once ends in the same state, and drizzle-orm has nothing to do" {
    all_at_once postgresql
}

@test "mysql: all at once ends in the same state, and drizzle-orm has nothing to do" {
    all_at_once mysql
}

@test "postgresql, drizzle 1.0: all at once ends in the same state, and 1.0 has nothing to do" {
    all_at_once v1-postgresql --v1
}

# --- half and half -------------------------------------------------------------------------------

# dunlin_then_drizzle DIALECT [--v1]: at two places, one of them before a second schema is there.
dunlin_then_drizzle() {
    local idx
    for idx in 2 7; do
        drizzle_project project "$1"
        through "$idx" "$1"
        drizzle_migrate "$database" project/drizzle "${@:2}"
        assert_drizzle_state "$database" 12 "$1"
        all_applied
        rm -r project
    done
}

@test "postgresql: drizzle-orm takes over half-way and finds nothing to repeat" {
    dunlin_then_drizzle postgresql
}

@test "mysql: drizzle-orm takes over half-way and finds nothing to repeat" {
    dunlin_then_drizzle mysql
}

@test "postgresql, drizzle 1.0: 1.0 takes over half-way and finds nothing to repeat" {
    dunlin_then_drizzle v1-postgresql --v1
}

# drizzle_then_dunlin DIALECT [--v1]
drizzle_then_dunlin() {
    local idx
    for idx in 2 6; do
        drizzle_project project "$1"
        drizzle_migrate "$database" project/drizzle --through "$idx" "${@:2}"
        run_json migrate -C project
        assert_exit 0
        assert_json '[.applied[].idx]' "$(jq -nc "[range($((idx + 1)); 13)]")"
        assert_drizzle_state "$database" 12 "$1"
        all_applied
        drizzle_migrate "$database" project/drizzle "${@:2}"
        assert_drizzle_state "$database" 12 "$1"
        rm -r project
    done
}

@test "postgresql: dunlin takes over from drizzle-orm half-way" {
    drizzle_then_dunlin postgresql
}

@test "mysql: dunlin takes over from drizzle-orm half-way" {
    drizzle_then_dunlin mysql
}

@test "postgresql, drizzle 1.0: dunlin takes over from 1.0 half-way" {
    drizzle_then_dunlin v1-postgresql --v1
}

# turn_by_turn DIALECT [--v1]: a migration by one, the next by the other.
turn_by_turn() {
    local idx
    drizzle_project project "$1"
    for idx in {0..12}; do
        if ((idx % 2)); then
            drizzle_migrate "$database" project/drizzle --through "$idx" "${@:2}"
        else
            through "$idx" "$1"
        fi
    done
    assert_drizzle_state "$database" 12 "$1"
    all_applied
}

@test "postgresql: dunlin and drizzle-orm take turns" {
    turn_by_turn postgresql
}

@test "mysql: dunlin and drizzle-orm take turns" {
    turn_by_turn mysql
}

@test "postgresql, drizzle 1.0: dunlin and 1.0 take turns" {
    turn_by_turn v1-postgresql --v1
}

# --- the tracker ---------------------------------------------------------------------------------

# shape_of WHERE DIALECT: of drizzle's tracker, in the words of the server.
shape_of() {
    case $2 in
        *postgresql) sql_pg "$1" "
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                pg_get_expr(d.adbin, d.adrelid), a.attrelid::regclass
            FROM pg_attribute a
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = 'drizzle.__drizzle_migrations'::regclass AND a.attnum > 0
            ORDER BY a.attnum" "
            SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = 'drizzle.__drizzle_migrations'::regclass" ;;
        mysql) sql_my "$1" 'SHOW CREATE TABLE __drizzle_migrations' ;;
    esac
}

# same_tracker DIALECT FIXTURE [--v1]: made by dunlin, made by drizzle.
same_tracker() {
    local ours
    drizzle_project project "$2"
    everything
    ours=$database
    drizzle_project theirs "$2"
    drizzle_migrate "$database" theirs/drizzle "${@:3}"
    [ -n "$(shape_of "$database" "$1")" ]
    assert_equal "$(shape_of "$ours" "$1")" "$(shape_of "$database" "$1")"
}

@test "postgresql: the tracker has the columns and constraints of drizzle's" {
    same_tracker postgresql postgresql
}

@test "mysql: the tracker has the columns and constraints of drizzle's" {
    same_tracker mysql mysql
}

@test "postgresql, drizzle 1.0: the tracker has the columns and constraints of drizzle's" {
    same_tracker postgresql v1-postgresql --v1
}

# v1_folder: project/v1, the migrations of project/drizzle in the layout of drizzle 1.0.
v1_folder() {
    local when tag name
    while read -r when tag; do
        name=$(date -u -d "@$((when / 1000))" +%Y%m%d%H%M%S)_${tag#*_}
        mkdir -p "project/v1/$name"
        cp "project/drizzle/$tag.sql" "project/v1/$name/migration.sql"
    done < <(jq -r '.entries[] | "\(.when) \(.tag)"' project/drizzle/meta/_journal.json)
}

@test "mysql, drizzle 1.0: dunlin and 1.0 take turns, and the tracker is as drizzle makes it" {
    local ours names
    drizzle_project project mysql
    v1_folder
    write_config project v1 "$database"
    names=$(cd project/v1 && printf '%s\n' *)
    dunlin migrate -C project --to "$(sed -n 4p <<<"$names")"
    assert_exit 0
    drizzle_migrate "$database" project/v1 --v1 --through 8
    everything
    drizzle_migrate "$database" project/v1 --v1
    assert_schema "$database" 12
    all_applied
    assert_equal "$(sql_my "$database" 'SELECT name FROM __drizzle_migrations ORDER BY id')" "$names"
    assert_equal "$(sql_my "$database" \
        'SELECT count(*) FROM __drizzle_migrations WHERE applied_at IS NULL')" 0
    ours=$database
    database=$(fresh_database mysql)
    drizzle_migrate "$database" project/v1 --v1
    assert_equal "$(shape_of "$ours" mysql)" "$(shape_of "$database" mysql)"
}

# upgraded DIALECT: a tracker of 0.45 that 1.0 has given names to.
upgraded() {
    local table
    table=$(tracker_of "$1")
    drizzle_project project "$1"
    v1_folder
    through 4
    drizzle_migrate "$database" project/v1 --v1 --through 8
    write_config project v1 "$database"
    everything
    drizzle_migrate "$database" project/v1 --v1
    assert_schema "$database" 12
    all_applied
    assert_equal "$(sql_in "$database" "SELECT name FROM $table ORDER BY id")" \
        "$(cd project/v1 && printf '%s\n' *)"
    assert_equal "$(sql_in "$database" "SELECT count(*) FROM $table WHERE applied_at IS NULL")" 5
}

@test "postgresql: a tracker that drizzle 1.0 took over from 0.45 goes on as one of 1.0" {
    upgraded postgresql
}

@test "mysql: a tracker that drizzle 1.0 took over from 0.45 goes on as one of 1.0" {
    upgraded mysql
}

# shown_time FOLDER: of a migration that drizzle 1.0 applied and dunlin knows nothing of.
shown_time() {
    drizzle_migrate "$database" "$1" --v1 --through 0
    run_json status -C project
    assert_json '.migrations[0].verdict' applied
    assert_json '.migrations[0].applied_at
        | test("^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$")' true
}

@test "postgresql, drizzle 1.0: times that drizzle recorded are shown as ISO 8601" {
    drizzle_project project v1-postgresql
    shown_time project/drizzle
}

@test "mysql, drizzle 1.0: times that drizzle recorded are shown as ISO 8601" {
    drizzle_project project mysql
    v1_folder
    write_config project v1 "$database"
    shown_time project/v1
}

# shown_tracker DIALECT
shown_tracker() {
    drizzle_project project "$1"
    through 0
    run_json status -C project
    assert_json '.tracker.table' "$(tracker_of "$1")"
    assert_json '.tracker.owner' drizzle
}

@test "postgresql: the tracker is shown with its schema" {
    shown_tracker postgresql
}

@test "mysql: the tracker is shown by its name alone" {
    shown_tracker mysql
}

@test "postgresql: a tracker of another name or schema is where drizzle's settings put it" {
    drizzle_project project postgresql
    jq '.targets.app.tracker = "done"' project/dunlin.json >config.json
    mv config.json project/dunlin.json
    through 0
    assert_equal "$(sql_pg "$database" 'SELECT created_at FROM drizzle.done')" 1736154000448
    run_json status -C project
    assert_json '.migrations[0].verdict' applied
    drizzle_project project postgresql
    jq '.targets.app.tracker = "Ops.done"' project/dunlin.json >config.json
    mv config.json project/dunlin.json
    through 0
    assert_equal "$(sql_pg "$database" 'SELECT created_at FROM "Ops".done')" 1736154000448
    run_json status -C project
    assert_json '.tracker.table' Ops.done
    assert_json '.migrations[0].verdict' applied
}

# an_entry_that_was_late DIALECT
an_entry_that_was_late() {
    drizzle_project project "$1"
    everything
    sql_in "$database" "DELETE FROM $(tracker_of "$1") WHERE created_at =
        $(jq '.entries[12].when' project/drizzle/meta/_journal.json)" 'DROP TABLE team_invites'
    jq '.entries |= (.[0:11] + [.[12]] + [.[11]])' project/drizzle/meta/_journal.json >journal
    cp journal project/drizzle/meta/_journal.json
    run_json migrate -C project
    assert_exit 0
    assert_json '[.applied[].tag]' '["0012_team_invites"]'
    assert_schema "$database" 12
}

@test "postgresql: an entry that arrived late is applied, where drizzle would skip it for ever" {
    an_entry_that_was_late postgresql
}

@test "mysql: an entry that arrived late is applied, where drizzle would skip it for ever" {
    an_entry_that_was_late mysql
}

# objects_and_no_tracker DIALECT: drizzle would run the first migration and fail.
objects_and_no_tracker() {
    drizzle_project project "$1"
    sql_in "$database" 'CREATE TABLE users (id int)'
    dunlin migrate -C project
    assert_exit 4
    assert_stderr "$(tracker_of "$1")"
    assert_equal "$(sql_in "$database" 'SELECT count(*) FROM users')" 0
}

@test "postgresql: a database with tables and no tracker is left alone" {
    objects_and_no_tracker postgresql
}

@test "mysql: a database with tables and no tracker is left alone" {
    objects_and_no_tracker mysql
}

# empty_tracker DIALECT: drizzle-orm made its table and nothing else: there is nothing to protect.
empty_tracker() {
    drizzle_project project "$1"
    mkdir -p nothing/meta
    jq '.entries = []' project/drizzle/meta/_journal.json >nothing/meta/_journal.json
    drizzle_migrate "$database" nothing
    everything
    assert_drizzle_state "$database" 12
}

@test "postgresql: an empty tracker that drizzle-orm left is taken on" {
    empty_tracker postgresql
}

@test "mysql: an empty tracker that drizzle-orm left is taken on" {
    empty_tracker mysql
}
