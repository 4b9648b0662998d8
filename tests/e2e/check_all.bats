#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin check: everything held against everything else. Servers: check_all_servers.bats.

load helper

# check_json ARGUMENT...: runs it and holds the document against its schema.
check_json() {
    run_json check "$@"
    python3 -B "$tests_folder/e2e/json-schema.py" "$tree/docs/json/check-1.schema.json" \
        <<<"$output" || fail "not a dunlin-check/1 document"
}

# outcomes: "check outcome", one a line.
outcomes() {
    json '.checks[] | .check + " " + .outcome'
}

# sample: the sample project for SQLite, migrated, with head snapshot and definition.
sample() {
    cp -r "$tree/migrations" .
    echo '{"dialect": "portable", "targets": {"one": {"url": "sqlite:app.db"}}}' >dunlin.json
    dunlin migrate --no-backup
    assert_exit 0
    dunlin snapshot
    dunlin schema dump --output schema.sql
    assert_exit 0
}

@test "a checkout is verified without a database, and nothing is written" {
    cp -r "$tree/migrations" .
    echo '{"dialect": "portable", "targets": {"one": {"url": "sqlite:app.db"}}}' >dunlin.json
    find migrations dunlin.json | sort >before
    check_json
    assert_exit 0
    assert_equal "$(outcomes)" $'journal agrees\nportability agrees\nreplay agrees'
    find migrations *.db dunlin.json 2>/dev/null | sort >after
    assert_equal "$(cat after)" "$(cat before)"
}

@test "a replay for a target leaves no file, either" {
    sample
    rm -rf migrations/meta/_dunlin
    check_json --target one
    refute_file migrations/meta/_dunlin
}

@test "snapshot, effects, definition and target are held against the migrations" {
    sample
    dunlin doctor
    assert_exit 0
    sql_dump app.db >before
    check_json --target one
    assert_exit 0
    assert_equal "$(outcomes)" "$(printf '%s agrees\n' journal portability replay snapshot effects definition target)"
    assert_json '[.agrees, .verified]' '[true,true]'
    sql_dump app.db >after
    assert_equal "$(cat after)" "$(cat before)"

    sed -i 's/"locale"[^,]*,/&\n    "by_hand" INTEGER,/' schema.sql
    check_json
    assert_exit 4
    assert_json '[.checks[] | select(.outcome == "disagrees") | [.check, .problems[0].object, .problems[0].message]]' \
        "[[\"definition\",\"column 'users.by_hand'\",\"only in the definition\"]]"
    dunlin check
    assert_exit 4
    assert_stdout "column 'users.by_hand': only in the definition"
    assert_stdout 'to mend: dunlin schema dump --output schema.sql --tag 20260'
    echo 'CREATE TABLE (' >schema.sql
    check_json
    assert_json '[.checks[] | select(.check == "definition") | .outcome, (.mend | test("^dunlin schema dump --output schema.sql --tag [^ ]* to take"))]' \
        '["disagrees",true]'
    # A place is told once.
    printf '%s\n' '-- dunlin: portable' 'CREATE TABLE u (id integer);' 'CREATE TABLE u (id integer);' >schema.sql
    dunlin check
    assert_stdout "
                $PWD/schema.sql:3: table"
    echo 'ALTER TABLE nowhere ADD COLUMN IF NOT EXISTS a integer;' >migrations/20990101000000_other.sql
    dunlin journal rebuild
    dunlin check
    assert_stdout "                20990101000000_other: $PWD/migrations/20990101000000_other.sql:1:"
    [[ $output != *"other.sql:1: /"* ]] || fail 'the path is told twice'
}

@test "a migration that came later makes snapshot and definition stale, and the target pending" {
    sample
    dunlin new one more
    echo 'ALTER TABLE users ADD COLUMN more integer;' >"$output"
    check_json --target one
    assert_exit 4
    assert_json '[.checks[] | select(.outcome != "agrees") | [.check, .outcome, .problems[0].message]]' \
        '[["snapshot","disagrees","missing in the snapshot"],["effects","disagrees","its file of effects is missing"],["definition","disagrees","missing in the definition"],["target","pending",null]]'
    rm -r migrations/meta/_dunlin schema.sql
    check_json --target one
    assert_exit 3
    assert_json '.checks[-1] | [.outcome, .mend]' '["pending","dunlin migrate"]'
    # What is named mends it: a database that lacks the migration would give a definition without it.
    dunlin migrate --target one
    dunlin schema dump --target one --output schema.sql
    dunlin check --target one
    assert_exit 0
    # What is found of a migration is told once.
    sql app.db "DELETE FROM dunlin_migrations WHERE tag LIKE '%one_more'"
    check_json --target one
    assert_json '[.checks[-1].problems[].message]' '["in the schema, but not recorded"]'
}

@test "a file that is not listed, a migration that fails and a changed target are disagreements with a way out" {
    sample
    echo 'CREATE TABLE x (a integer);' >migrations/20990101000000_unlisted.sql
    check_json
    assert_exit 4
    assert_json '.checks[0] | [.outcome, .problems[0].mend]' '["disagrees","dunlin journal rebuild"]'
    rm migrations/20990101000000_unlisted.sql

    sql app.db 'ALTER TABLE users ADD COLUMN by_hand TEXT'
    check_json --target one
    assert_exit 4
    assert_json '.checks[-1] | [.check, .outcome]' '["target","disagrees"]'
    [[ $(json '.checks[-1].problems[].message') == *by_hand* ]] || fail "by_hand is not told"

    dunlin new breaks
    echo 'ALTER TABLE nowhere ADD COLUMN more integer;' >"$output"
    check_json
    assert_exit 4
    assert_json '[.checks[] | select(.check == "replay") | .outcome, (.problems[0].message | test("nowhere"))]' \
        '["disagrees",true]'
    assert_json '[.checks[] | select(.check == "definition") | .outcome]' '["unverified"]'
}

@test "a target that is ahead of the checkout agrees as far as that goes, and it is said" {
    echo '{"targets": {"one": {"url": "sqlite:app.db"}}}' >dunlin.json
    mkdir migrations
    echo 'CREATE TABLE a (id integer PRIMARY KEY);' >migrations/0001_a.sql
    echo 'CREATE TABLE b (id integer PRIMARY KEY);' >migrations/0002_b.sql
    dunlin migrate --no-backup
    check_json --target one
    assert_json '.checks[-1] | [.check, .outcome, .note]' '["target","agrees",null]'
    rm migrations/0002_b.sql
    check_json --target one
    assert_exit 0
    assert_json '.checks[-1] | [.check, .outcome, .note]' \
        '["target","agrees","the tracker records 1 migration that this checkout does not have"]'
    dunlin check --target one
    assert_stdout 'the tracker records 1 migration that this checkout does not have'
}

@test "an edited snapshot is named, and what is no option is not taken" {
    sample
    sed -i 's/"users"/"people"/' migrations/meta/_dunlin/sqlite/head.json
    check_json
    assert_exit 4
    assert_json '[.checks[] | select(.check == "snapshot") | .outcome, .mend]' \
        '["disagrees","dunlin migrate to a database for development, then dunlin snapshot"]'
    dunlin check --shadow-url nothing
    assert_exit 2
    dunlin check --driver nosuch
    assert_exit 2
    dunlin check --target nosuch
    assert_exit 2
}

@test "what cannot be verified is said, and fails only when everything is asked for" {
    cp -r "$tree/migrations" .
    cat >dunlin.json <<'JSON'
{"dialect": "portable", "targets": {"production": {"url": "env:NOT_SET"},
    "away": {"url": "postgres://nobody@127.0.0.1:9/x"}, "one": {"url": "sqlite:app.db"}}}
JSON
    check_json
    assert_exit 0
    assert_json '[.checks[] | select(.outcome == "unverified") | [.check, .driver]]' '[["replay","postgres"]]'
    assert_json .verified false
    check_json --complete
    assert_exit 4
    check_json --shadow
    assert_exit 0
    assert_json '[.checks[] | select(.outcome == "unverified") | .summary | test("127.0.0.1")]' '[true]'
}
