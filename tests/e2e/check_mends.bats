#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What `dunlin check` names as the way to mend a disagreement does so: each command is run as it is
# printed. Servers: check_mends_servers.bats.

load mends_helper

@test "files under meta/_dunlin that are cut, edited or gone are named, and 'dunlin snapshot' mends them" {
    mends_project sqlite sqlite:app.db
    files_mend
}

@test "what is printed for a definition that disagrees mends it" {
    mends_project sqlite sqlite:app.db
    definition_mends
}

@test "what is printed for a target that disagrees mends it" {
    mends_project sqlite sqlite:app.db
    record_mends
    drift_mends ''
}

@test "what is printed for a journal that disagrees mends it" {
    mends_project sqlite sqlite:app.db
    journal_mends
}

@test "what is printed for a journal of Drizzle that disagrees mends it" {
    local both='journal target' journal=drizzle/meta/_journal.json
    drizzle_project project
    cd project
    echo '{"migrations": "drizzle", "targets": {"dev": {"url": "sqlite:app.db", "kind": "development"}}}' >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
    cp $journal right
    sed -i 's/"when": [0-9]*,//' $journal
    mends "$both" first
    cp right $journal
    sed -i 's/"idx": 1,/"idx": 0,/' $journal
    mends "$both" first
    # Which of them is wrong nothing tells.
    sed -i '0,/"when": [0-9]*/s//"when": 1776000000000/' $journal
    run_json check --target dev
    assert_json '[.checks[0].problems[0].mend, .checks[-1].mend]' \
        '["put the entry where its time belongs, or give it a time behind that of the one before it","dunlin repair"]'
}

@test "a command names the target that it has to be run on" {
    mends_project sqlite sqlite:app.db
    sed -i 's/"targets": {/"default": "other", "targets": {"other": {"url": "sqlite:other.db"}, /' dunlin.json
    rm migrations/meta/_dunlin/sqlite/head.json
    echo 'CREATE TABLE (' >schema.sql
    dunlin new later
    echo 'CREATE TABLE later (id integer PRIMARY KEY);' >"$output"
    later=$(basename "$output" .sql)
    run_json check --target dev
    assert_exit 4
    assert_json '[.checks[] | select(.mend) | [.check, .mend]]' "$(
        cat <<JSON
[["snapshot","dunlin migrate --target dev, then dunlin snapshot --target dev"],["effects","dunlin migrate --target dev, then dunlin snapshot --target dev"],["definition","dunlin schema dump --output schema.sql --tag $later --target dev to take what the migrations make, or dunlin generate NAME --target dev to write the migration"],["target","dunlin migrate --target dev"]]
JSON
    )"
    run_json check --url sqlite:app.db
    assert_json '.checks[-1].mend' 'dunlin migrate --url sqlite:app.db'
    dunlin snapshot --target dev
    assert_exit 3
    assert_stderr "hint: 'dunlin migrate --target dev' applies them"
}

@test "an unreadable head snapshot is named where nothing can be replayed, too" {
    mends_project sqlite sqlite:app.db
    echo '{' >migrations/meta/_dunlin/sqlite/head.json
    dunlin new breaks
    echo 'ALTER TABLE nowhere ADD COLUMN x integer;' >"$output"
    run_json check
    assert_exit 4
    assert_json '[.checks[] | select(.outcome == "disagrees") | .check]' '["replay","snapshot"]'
}
