#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin adopt` on servers; see adopt.bats.

load helper
load tools_helper

@test "tools are taken over from" {
    on_servers is_taken_over
}

@test "without a replay nothing is proved, and it is taken over as claimed" {
    tool_project goose mysql
    run_json adopt "${common[@]}" --apply --no-backup
    assert_exit 0
    assert_json '[.from.proved, .from.claimed, .evidence.source]' '[0,2,"files"]'
    assert_equal "$(sql_in "$database" "SELECT count(*) FROM dunlin_migrations WHERE state = 'asserted'")" 2
}

@test "from Alembic, whose revisions are programs" {
    begins_beside_claims alembic postgresql
    begins_beside_claims alembic mysql
}

@test "from Liquibase, whose files of SQL are proved" {
    formatted_sql_is_proved postgresql
    formatted_sql_is_proved mysql
}

@test "from sqitch, whose plan is the order" {
    changes_are_proved postgresql
    changes_are_proved mysql
}

@test "programs cannot be taken over" {
    tool_project knex postgresql
    dunlin adopt "${common[@]}" --apply
    assert_exit 1
    assert_stderr "is a program of knex: a native project has SQL alone [adopt.programs]"
}
