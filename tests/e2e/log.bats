#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin log` on SQLite: who decided what about the records.

load helper

@test "sqlite: repairs and assertions are told with who, what and why" {
    decisions_are_told sqlite
}

@test "where nobody decided anything, nothing is told, and no table is made" {
    make_project . 2
    write_config .
    dunlin migrate
    run_json log
    assert_exit 0
    assert_json_form log
    assert_json .entries '[]'
    dunlin log
    assert_stdout "nobody decided anything"
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_master WHERE name = 'dunlin_log'")" 0
}
