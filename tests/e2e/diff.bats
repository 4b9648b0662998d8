#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin diff`: what makes one schema into another.

load helper

two_databases() {
    sql a.db "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INT)" \
        "CREATE TABLE old (n INT)" "CREATE VIEW names AS SELECT name FROM users"
    sql b.db "CREATE TABLE users (id INTEGER PRIMARY KEY, full_name TEXT, age BIGINT NOT NULL)" \
        "CREATE INDEX users_age ON users (age)" "CREATE VIEW names AS SELECT full_name FROM users"
}

@test "differences are told object by object, and what they may destroy" {
    two_databases
    dunlin diff sqlite:a.db sqlite:b.db
    assert_exit 0
    assert_equal "$output" "~ view names  definition SELECT name FROM users -> SELECT full_name FROM users
- table old  ! the rows of the table are lost
    - column n  type INT
~ table users
    ~ column age  type INT -> BIGINT, not_null (none) -> true  ? values are converted to another type: they may not fit, or be cut
    + column full_name  type TEXT
    - column name  type TEXT  ! the values of the column are lost
    + index users_age  keys [[column age]]
perhaps renamed: --rename users.name=full_name
2 added, 3 removed, 2 changed; 2 of the changes lose data"
}

@test "the document is valid, and the exit code tells on demand" {
    two_databases
    run_json diff sqlite:a.db sqlite:b.db --sql
    assert_exit 0
    assert_json_form diff
    assert_json .equal false
    assert_json '.rename_candidates[0] | [.kind, .from, .to]' \
        '["column",["users","name"],["users","full_name"]]'
    assert_json '[.differences[] | select(.danger == "loses-data") | .path | join(".")]' \
        '["old","users.name"]'
    dunlin diff sqlite:a.db sqlite:b.db --exit-code
    assert_exit 4
    dunlin diff sqlite:a.db sqlite:a.db --exit-code
    assert_exit 0
    assert_equal "$output" "no differences"
    run_json diff sqlite:a.db sqlite:a.db
    assert_json_form diff
    assert_json .statements null
}

@test "the statements make A into B, and rows of a renamed column stay" {
    two_databases
    sql a.db "INSERT INTO users (name, age) VALUES ('Ada', 36)"
    dunlin diff sqlite:a.db sqlite:b.db --sql
    assert_exit 0
    assert_stdout "-- Something may have been renamed"
    assert_stdout "-- ! the values of the column are lost"
    dunlin diff sqlite:a.db sqlite:b.db --sql --rename users.name=full_name
    assert_exit 0
    refute_stdout "-- Something"
    run_script sqlite:a.db "$output"
    assert_equal "$(sql a.db "SELECT full_name, age FROM users")" "Ada|36"
    dunlin diff sqlite:a.db sqlite:b.db --exit-code
    assert_exit 0
}

@test "a side is a target, a URL or a snapshot" {
    two_databases
    write_config . migrations sqlite:b.db
    dunlin snapshot --url sqlite:a.db --output a.json
    assert_exit 0
    dunlin diff a.json sqlite:a.db --exit-code
    assert_exit 0
    dunlin diff a.json app --exit-code
    assert_exit 4
    run_json diff a.json app
    assert_json '[.a.source, .a.name, .b.source, .b.name]' '["snapshot","a.json","target","app"]'
}

@test "what is no side is refused with the way out" {
    sql a.db "CREATE TABLE t (n INT)"
    dunlin diff sqlite:a.db nobody
    assert_exit 2
    assert_stderr "a side is the name of a target, a URL, or a snapshot file (.json)"
    dunlin diff sqlite:a.db missing.json
    assert_exit 1
    assert_stderr "missing.json"
    dunlin diff sqlite:a.db schema.sql
    assert_exit 1
    assert_stderr "cannot open 'schema.sql': No such file or directory"
    dunlin diff sqlite:a.db sqlite:a.db --rename t.n=m
    assert_exit 2
    assert_stderr "column 't.n' cannot have been renamed to 'm': there is nothing of the new name"
    dunlin diff sqlite:a.db sqlite:a.db --rename x=y
    assert_exit 2
    assert_stderr "has no table or column 'x' to be renamed"
    dunlin snapshot --url sqlite:a.db --output a.json
    sed -i 's/"INT"/"TEXT"/' a.json
    dunlin diff a.json sqlite:a.db
    assert_exit 4
    assert_stderr "[snapshot.edited]"
}

# Every state of the sample project from the one before, and back; rows are there.
@test "the statements lead from each state of the sample project to the next, and back" {
    every_state sqlite
}

@test "the statements lead from one random schema to another" {
    random_pairs sqlite 10
}
