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

# by_hand DIALECT: what was changed by hand is told by what the last run left, and else by names.
by_hand() {
    local url
    url=$(empty_database "$1" app)
    make_project . 4
    write_config . migrations "$url"
    dunlin migrate --no-backup
    assert_exit 0
    rm -rf migrations/meta/_dunlin
    sql_in "$url" "CREATE TABLE old (id int)" "ALTER TABLE t00001 ADD COLUMN by_hand int" \
        "ALTER TABLE t00002 DROP COLUMN name" "ALTER TABLE t00003 ALTER COLUMN note SET DEFAULT 'x'"
    run_json doctor
    assert_exit 4
    assert_json_form doctor
    assert_json .evidence.source files
    found
    assert_equal "$output" "schema.changed 't00003.note'
schema.extra 't00001.by_hand'
schema.legacy 'old'
schema.missing 't00002.name' $(tag_of 2)
schema.missing 't00002.t00002_name_idx' $(tag_of 2)"
    dunlin doctor
    assert_stdout "The schema was changed by hand: "
    sql_in "$url" "DELETE FROM dunlin_schema"
    run_json doctor
    assert_exit 4
    found
    assert_equal "$output" "schema.extra 't00001.by_hand'
schema.legacy 'old'
schema.missing 't00002.name' $(tag_of 2)
schema.missing 't00002.t00002_name_idx' $(tag_of 2)"
}

# found: what the document says of the schema, by name and migration, without the schema of PostgreSQL.
found() {
    output=$(json '.findings[] | select(.id | startswith("schema.")) | .id + " " + .message' |
        sed -E "s/^([a-z.]+) [^']*('[^']+')[^2]*((2026[0-9]+_m[0-9]+)?).*/\1 \2 \4/; s/'public\./'/; s/ \$//" | sort)
}

@test "postgresql: what was changed by hand is told without a shadow" {
    by_hand postgresql
}

@test "mysql: what was changed by hand is told without a shadow" {
    by_hand mysql
}

@test "postgresql: without a shadow names are compared, nothing is proved and nothing recorded" {
    weak postgresql
}

@test "mysql: without a shadow names are compared, nothing is proved and nothing recorded" {
    weak mysql
}
