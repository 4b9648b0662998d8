#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin check on servers.

load helper

outcomes() {
    json '.checks[] | .check + " " + .outcome'
}

# on_server DIALECT: an empty database to replay in, a target for development, a target with the rest.
on_server() {
    local url scratch
    url=$(fresh_database "$1")
    scratch=$(fresh_database "$1")
    cp -r "$tree/migrations" .
    printf '{"dialect": "portable", "targets": {"one": {"url": "%s"}}}\n' "$url" >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
    dunlin snapshot
    assert_exit 0
    dunlin schema dump --output schema.sql
    assert_exit 0

    run_json check
    assert_exit 0
    assert_equal "$(outcomes)" $'journal agrees\nportability agrees\nreplay unverified'
    # No target is reached: the scratch database is enough.
    sed "s|$url|env:NOT_SET|" dunlin.json >ci.json
    run_json check --config ci.json --shadow-url "$scratch" --complete
    assert_exit 0
    assert_equal "$(outcomes)" "$(printf '%s agrees\n' journal portability replay snapshot definition)"
    run_json check --target one --shadow --complete
    assert_exit 0
    assert_equal "$(outcomes)" "$(printf '%s agrees\n' journal portability replay snapshot definition target)"

    sql_in "$url" 'ALTER TABLE users ADD COLUMN by_hand integer'
    run_json check --target one --shadow-url "$scratch"
    assert_exit 4
    assert_json '[.checks[] | select(.outcome == "disagrees") | .check]' '["target"]'
    [[ $(json '.checks[-1].problems[].message') == *by_hand* ]] || fail "by_hand is not told"
    dunlin snapshot --output with.json
    dunlin check --shadow-url "$url"
    assert_exit 2
    assert_stderr 'not empty'
}

@test "PostgreSQL: a checkout and a target are verified in a scratch database, or in a new one" {
    on_server postgresql
}

@test "MariaDB: a checkout and a target are verified in a scratch database, or in a new one" {
    on_server mysql
}
