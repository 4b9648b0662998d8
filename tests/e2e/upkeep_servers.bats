#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `migrate` keeps up to date in the project, on servers.

load helper

# kept DIALECT: the sample project but for its last migration, then with it.
kept() {
    local url meta=migrations/meta/_dunlin/$1 last=20260330100000_create_team_invites
    url=$(fresh_database "$1")
    cp -r "$tree/migrations" migrations
    printf '{"dialect": "portable", "targets": {"dev": {"url": "%s", "kind": "development"}}}\n' "$url" \
        >dunlin.json
    mv "migrations/$last.sql" migrations/meta/_journal.json .
    jq "del(.entries[] | select(.tag == \"$last\"))" _journal.json >migrations/meta/_journal.json
    dunlin migrate --no-backup
    assert_exit 0
    assert_stdout "(effects of 13 migrations)"
    dunlin diff "$meta/head.json" dev --exit-code
    assert_exit 0
    mv "$last.sql" migrations
    mv _journal.json migrations/meta
    dunlin migrate --no-backup
    assert_exit 0
    assert_stdout "(effects of 1 migration)"
    assert_stdout "written $PWD/schema.sql"
    dunlin diff "$meta/head.json" dev --exit-code
    assert_exit 0
    dunlin schema check schema.sql
    assert_exit 0
    # Whoever may make no throw-away database has the target tell.
    cp "$meta/head.json" head.json
    rm -r "$meta"
    sed -i 's/, "kind": "development"//' dunlin.json
    dunlin snapshot
    assert_exit 0
    assert_stdout "left    effects of migrations: a throw-away database on the target's server needs --shadow"
    diff "$meta/head.json" head.json
    dunlin snapshot --shadow
    assert_exit 0
    assert_stdout "(effects of 14 migrations)"
}

@test "postgres: a run on a target for development leaves snapshot, effects and definition" {
    kept postgresql
}

@test "mysql: a run on a target for development leaves snapshot, effects and definition" {
    kept mysql
}
