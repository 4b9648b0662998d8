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
