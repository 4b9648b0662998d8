#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Folders and tables of other tools are run in place; see docs/adopt.md.

load helper
load tools_helper

@test "dbmate goes on in place" {
    goes_on_in_place dbmate
}

@test "golang-migrate goes on in place" {
    goes_on_in_place golang-migrate
}

@test "goose goes on in place" {
    goes_on_in_place goose
}

@test "Prisma goes on in place" {
    goes_on_in_place prisma
}

@test "Flyway goes on in place" {
    goes_on_in_place flyway
}

@test "sqlx goes on in place" {
    goes_on_in_place sqlx
}

@test "sqlx goes on in place with files in pairs" {
    pairs_go_on_in_place
}

@test "no journal is made for a folder of another tool" {
    tool_project dbmate
    dunlin journal rebuild --migrations migrations
    assert_exit 2
    assert_stderr "'$PWD/migrations' is a folder of dbmate, which has no journal: 'dunlin adopt' takes over from it [journal.layout]"
    refute_file migrations/meta/_journal.json
}

@test "their tables are made where there are none" {
    local tool
    for tool in dbmate golang-migrate goose prisma sqlx flyway; do
        begins_in_place "$tool"
    done
    # Those of goose and golang-migrate are made of the same text as the tools make them of.
    assert_equal "$(sql fresh.db 'SELECT count(*) FROM flyway_schema_history')" 3
}

@test "dbmate and dunlin take turns" {
    takes_turns_with_dbmate
}

@test "what goes down is not run, and lines keep their numbers" {
    tool_project goose
    cat >migrations/00003_bad.sql <<'END'
-- +goose Up
-- +goose StatementBegin
create table c(x int);
-- +goose StatementEnd
create tabel d(x int);
-- +goose Down
drop tabel d;
END
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 1
    assert_stderr "migrations/00003_bad.sql:5:"
}

@test "SQL before the mark and a file without one are refused before anything is sent" {
    tool_project dbmate
    printf 'create table c(x int);\n-- migrate:up\n' >migrations/20250103000000_third.sql
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 2
    assert_stderr "'$PWD/migrations/20250103000000_third.sql' has no mark of what goes up, as dbmate wants it [markup.no-up]"
    printf -- '-- migrate:up\n-- migrate:down\n' >migrations/20250103000000_third.sql
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
}

@test "what the tool calls dirty or failed stops everything, with the tool's words" {
    tool_project golang-migrate
    add_third golang-migrate
    sql tool.db 'UPDATE schema_migrations SET version = 3, dirty = 1'
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 4
    assert_stderr "the tracker 'schema_migrations' says of '3' that golang-migrate began it and did not finish: it is dirty [tracker.failed]"
    tool_project flyway
    sql tool.db 'UPDATE flyway_schema_history SET success = 0 WHERE installed_rank = 2'
    dunlin status "${common[@]}" --check
    assert_exit 4
    assert_stdout "the tracker 'flyway_schema_history' says of '1.1' that Flyway began it and it failed [tracker.failed]"
}

@test "an edit shows by the tool's own sum, where it keeps one" {
    tool_project flyway
    run_json status "${common[@]}"
    assert_json '[.migrations[].file] | unique' '["ok"]'
    sed -i 's/$/\r/' migrations/V1__first.sql
    run_json status "${common[@]}"
    assert_json '.migrations[0].file' ok
    echo 'create table extra(x int);' >>migrations/V1__first.sql
    run_json status "${common[@]}"
    assert_json '.migrations[0].verdict' edited
}

@test "what Flyway repeats is run again when it changes" {
    tool_project flyway
    printf 'drop view v;\ncreate view v as select x, 1 as one from a;\n' >migrations/R__views.sql
    run_json status "${common[@]}"
    assert_json '[.migrations[] | select(.verdict == "pending").tag]' '["R__views"]'
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 0
    run_json status "${common[@]}"
    assert_json .agreement.pending 0
}

@test "a placeholder of Flyway is refused with its place" {
    tool_project flyway
    printf -- '-- one\ncreate table ${name}(x int);\n' >migrations/V2__hole.sql
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 1
    assert_stderr "migrations/V2__hole.sql:2:1: Flyway puts something in the place of '\${name}', dunlin does not [markup.unsupported]"
}

@test "new files are named and marked as the tool wants them" {
    tool_project goose
    dunlin new "add thing" "${common[@]:2}"
    assert_exit 0
    assert_equal "$(head -1 migrations/00003_add_thing.sql)" "-- +goose Up"
    tool_project golang-migrate
    dunlin new "add thing" "${common[@]:2}"
    assert_file migrations/000003_add_thing.up.sql
    assert_file migrations/000003_add_thing.down.sql
    tool_project flyway
    dunlin new "add thing" "${common[@]:2}"
    assert_file migrations/V2__add_thing.sql
}

@test "two files with one number are found" {
    tool_project goose
    cp migrations/00002_second.sql migrations/00002_other.sql
    dunlin migrate "${common[@]}" --no-backup
    assert_exit 4
    assert_stderr "'00002_other' and '00002_second' have the same version 2, so goose records only one of them [journal.duplicate-version]"
}
