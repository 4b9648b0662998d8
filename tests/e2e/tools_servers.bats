#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Folders and tables of other tools, on servers; see tools.bats.

load helper
load tools_helper

@test "they go on in place" {
    on_servers goes_on_in_place
}

@test "sqlx goes on in place with files in pairs" {
    pairs_go_on_in_place postgresql
    pairs_go_on_in_place mysql
}

@test "their tables are made where there are none" {
    on_servers begins_in_place
}

@test "dbmate and dunlin take turns" {
    takes_turns_with_dbmate postgresql
    takes_turns_with_dbmate mysql
}

@test "a migration that Prisma could not finish stops everything" {
    copy_fixture tools/prisma/migrations migrations
    local url
    url=$(fresh_database postgresql)
    run_script "$url" "$(cat "$(fixture tools/prisma/postgresql-failed.sql)")" >/dev/null
    dunlin migrate --url "$url" --migrations migrations
    assert_exit 4
    assert_stderr "the tracker '_prisma_migrations' says of '20250103000000_bad' that Prisma began it and did not finish [tracker.failed]"
}
