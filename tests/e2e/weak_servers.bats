#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Doctor and repair where nothing may be replayed: names that the text of the migrations tells.

load helper

# weak DIALECT
weak() {
    local url
    url=$(empty_database "$1" app)
    make_project . 4
    write_config . migrations "$url"
    dunlin migrate --no-backup --to "$(tag_of 3)"
    assert_exit 0
    run_json doctor
    assert_exit 3
    assert_json .evidence.source files
    assert_json '[.migrations[].effects]' '["present","present","present","absent"]'
    assert_json '[.migrations[].confidence] | unique' '["consistent"]'

    sql_in "$url" "DELETE FROM dunlin_migrations WHERE seq > 1"
    run_json doctor
    assert_exit 4
    assert_json '[.migrations[].verdict]' '["applied","applied-unrecorded","applied-unrecorded","pending"]'
    assert_json '[.plan[].action]' '["ask"]'
    assert_json '.plan[0].why | test("names alone") and test("--shadow")' true
    dunlin doctor
    assert_stdout "note: "
    run_json repair --apply --no-backup
    assert_exit 4
    assert_json .performed '[]'
    assert_equal "$(sql_in "$url" 'SELECT count(*) FROM dunlin_migrations')" 1

    # With a shadow it is known what they are, too, and the rest is applied.
    run_json repair --apply --no-backup --shadow
    assert_exit 0
    assert_json .agreement.pending 0
    assert_json .evidence.source cache
}

@test "postgresql: without a shadow names are compared, nothing is proved and nothing recorded" {
    weak postgresql
}

@test "mysql: without a shadow names are compared, nothing is proved and nothing recorded" {
    weak mysql
}
