#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin snapshot`: the schema of a target as a file.

load helper

setup() {
    helper_setup
    cp -r "$tree/migrations" migrations
    write_config .
}

@test "the head snapshot lies beside the journal and is the same bytes on every machine" {
    local head=migrations/meta/_dunlin/sqlite/head.json
    dunlin migrate
    assert_exit 0
    dunlin snapshot
    assert_exit 0
    assert_file "$head"
    cp "$head" first.json

    # Nothing changed: the file is left alone.
    touch -d 2026-01-01 "$head"
    dunlin snapshot
    assert_exit 0
    assert_stdout "as it was"
    assert_equal "$(date -r "$head" +%F)" 2026-01-01

    # Another database with the same history.
    rm app.db
    dunlin migrate
    assert_exit 0
    dunlin snapshot --output other.json
    assert_exit 0
    assert_equal "$(cat other.json)" "$(cat first.json)"
    dunlin snapshot --stdout
    assert_exit 0
    assert_equal "$output" "$(cat first.json)"
}

@test "the digest is the SHA-256 of the lines of facts" {
    dunlin migrate
    run_json snapshot --stdout
    assert_exit 0
    assert_json_form snapshot
    assert_equal "$(json .text | sed -e '1,2d' -e '/^}}$/d' -e '/^$/d' -e 's/,$//' | sha256sum | cut -c1-64)" \
        "$(json .digest)"
    assert_equal "$(json .text | jq -r .dunlin.digest)" "$(json .digest)"
    assert_equal "$(json .text | jq '.facts | length')" "$(json .facts)"
}

@test "a snapshot says what the database holds, trackers left out" {
    dunlin migrate
    sql app.db "CREATE TABLE by_hand (n INTEGER CHECK (n > 0))"
    dunlin snapshot --stdout
    assert_exit 0
    assert_stdout '"column/by_hand/n":{"type":"INTEGER"}'
    assert_stdout '"table/users":'
    refute_stdout dunlin_migrations
}

@test "drizzle's tracker is no part of the schema" {
    drizzle_project app
    dunlin migrate -C app
    assert_exit 0
    dunlin snapshot -C app
    assert_exit 0
    assert_file app/drizzle/meta/_dunlin/sqlite/head.json
    run grep -E 'drizzle_migrations|dunlin_' app/drizzle/meta/_dunlin/sqlite/head.json
    assert_exit 1
}

@test "a target that is behind cannot tell the head, but any other file takes its state" {
    dunlin migrate --to 20260119084500_create_plans_and_settings
    assert_exit 0
    dunlin snapshot
    assert_exit 3
    assert_stderr "is not at the newest migration: 10 are pending [snapshot.pending]"
    refute_file migrations/meta/_dunlin
    dunlin snapshot --output state.json
    assert_exit 0
    assert_file state.json
}

@test "a target in disagreement cannot tell the head either" {
    dunlin migrate
    echo "-- SELECT 1;" >>migrations/20260105090000_create_users.sql
    echo "CREATE TABLE more (n integer);" >>migrations/20260105090000_create_users.sql
    dunlin snapshot
    assert_exit 4
    assert_stderr "[snapshot.disagreement]"
    refute_file migrations/meta/_dunlin
}

@test "without migrations any database has a snapshot" {
    rm -r migrations dunlin.json
    sql other.db "CREATE TABLE t (a INTEGER PRIMARY KEY)"
    dunlin snapshot --url sqlite:other.db --output state.json
    assert_exit 0
    assert_equal "$(sed -n '3,$p' state.json)" '"column/t/a":{"auto":"rowid","type":"INTEGER"},
"pk/t/(a)":{"columns":["a"]},
"table/t":{"order":["a"]}
}}'
}
