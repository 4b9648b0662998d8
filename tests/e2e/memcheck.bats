#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What users run, under valgrind: it sees uninitialised memory, which the sanitizers do not.
# bats file_tags=plain

load helper

setup() {
    helper_setup
    [ -z "${SANITIZED-}" ] || skip "programs with AddressSanitizer do not run under valgrind"
}

# checked ARGUMENT...: dunlin under valgrind; what it finds ends the program with 99
checked() {
    run --separate-stderr valgrind --quiet --error-exitcode=99 --leak-check=full \
        --errors-for-leak-kinds=definite --trace-children=no "$DUNLIN" "$@"
    [ "$status" -ne 99 ] || fail "dunlin $*: $stderr"
}

# everyday URL: a life of the sample project
everyday() {
    local url=$1

    cp -r "$tree/migrations" .
    checked migrate --no-backup --url "$url"
    assert_exit 0
    checked migrate --no-backup --url "$url"
    assert_exit 0
    checked status --check --json --url "$url"
    assert_exit 0
    checked doctor --url "$url"
    assert_exit 0
    checked drift --url "$url"
    assert_exit 0
    checked schema dump --url "$url"
    assert_exit 0
    checked new bad
    assert_exit 0
    printf 'CREATE TABLE x (id int PRIMARY KEY);\nCREATE TABLE y (\n' >migrations/*_bad.sql
    checked migrate --no-backup --url "$url"
    assert_exit 2
    assert_stderr 'bad.sql:2:'
}

@test "memory is used rightly on SQLite" {
    everyday sqlite:app.db
    rm migrations/*_bad.sql
    checked journal rebuild
    checked export --driver sqlite
    checked check
}

@test "memory is used rightly on PostgreSQL" {
    everyday "$(fresh_database postgresql)"
}

@test "memory is used rightly on MariaDB" {
    everyday "$(fresh_database mysql)"
}
