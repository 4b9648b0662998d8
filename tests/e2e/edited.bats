#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files that are what was applied but for comments, beside a schema that is not.

load helper

# effects_gone FILE-CHANGE: of a migration whose file has other comments by now.
effects_gone() {
    rm -rf gone
    mkdir -p gone/migrations/meta
    jq -n '{version: 1, layout: "dunlin", dialect: "sqlite", entries:
        ["0000_users", "0001_scratch", "0002_no_scratch"] | to_entries | map({idx: .key, tag: .value})}' \
        >gone/migrations/meta/_journal.json
    write_config gone
    echo 'CREATE TABLE users (id integer PRIMARY KEY);' >gone/migrations/0000_users.sql
    echo 'CREATE TABLE scratch (id integer PRIMARY KEY);' >gone/migrations/0001_scratch.sql
    printf 'DROP TABLE scratch;\n--> statement-breakpoint\nALTER TABLE users ADD COLUMN age integer;\n' \
        >gone/migrations/0002_no_scratch.sql
    dunlin migrate -C gone --no-backup
    assert_exit 0
    sql gone/app.db 'ALTER TABLE users DROP COLUMN age'
    (cd gone && eval "$1")
    run_json doctor -C gone
    assert_exit 4
    assert_json '[.migrations[] | [.verdict, .file]][2]' "[\"recorded-absent\",\"$2\"]"
    run_json repair -C gone --apply --no-backup
    assert_exit 0
    assert_equal "$(sql gone/app.db "SELECT group_concat(name) FROM pragma_table_info('users')")" id,age
    assert_equal "$(sql gone/app.db "SELECT count(*) FROM sqlite_schema WHERE name = 'scratch'")" 0
    dunlin doctor -C gone
    assert_exit 0
}

@test "comments that changed do not hide that effects are gone" {
    effects_gone 'echo "-- a comment" >>migrations/0002_no_scratch.sql' edited-cosmetic
}
