#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin check --env` on SQLite: is there all that a run needs?

load helper

@test "sqlite: everything a run needs is told, each with its outcome" {
    environment_is_told sqlite
}

@test "what is missing comes with the way out" {
    make_project . 1
    write_config . migrations postgres://nobody@127.0.0.1:1/nowhere
    run_json check --env
    assert_exit 4
    assert_json_form check
    assert_json '[.checks[] | select(.outcome == "disagrees").check]' '["env-connection"]'
    write_config . migrations nothing:x
    run_json check --env
    assert_exit 4
    assert_json '[.checks[] | select(.outcome == "disagrees").check]' '["env-driver"]'
    dunlin check --env
    assert_stdout "no driver"
}

@test "sqlite: texts in UTF-16 and definitions that ask for local time are told" {
    make_project . 1
    write_config .
    sql app.db "PRAGMA encoding = 'UTF-16le'; CREATE TABLE other (at text DEFAULT (datetime('now', 'localtime')))"
    run_json check --env
    assert_exit 0
    assert_json_form check
    assert_json '[.checks[] | select(.check | IN("env-charset", "env-clock")) | [.check, .outcome, .summary]]' \
        '[["env-charset","unverified","texts are kept as UTF-16le"],["env-clock","unverified","1 object asks for local time (other): each machine has its own"]]'
    assert_json '[.checks[] | select(.check == "env-charset").mend | test("PRAGMA encoding = .UTF-8.")]' '[true]'
    rm app.db
    run_json check --env
    assert_json '[.checks[] | select(.check | IN("env-charset", "env-clock")) | .summary]' \
        '["texts are kept as UTF-8","CURRENT_TIMESTAMP is UTC, and nothing asks for local time"]'
}
