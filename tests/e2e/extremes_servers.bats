#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every command that reads a schema, on servers: one of nothing, of odd names, of many tables (2,000, or
# with LONG=1 10,000), and with a user who may not see everything.

load helper
load extremes_helper

many() {
    if [ -n "${LONG:-}" ]; then echo 10000; else echo 2000; fi
}

teardown() {
    helper_teardown
    local name
    [ ! -e "$BATS_TEST_TMPDIR/role" ] || sql_pg "$server_postgresql" "DROP ROLE IF EXISTS $(cat "$BATS_TEST_TMPDIR/role")"
    [ ! -e "$BATS_TEST_TMPDIR/user" ] || sql_my "$server_mysql" "DROP USER IF EXISTS $(cat "$BATS_TEST_TMPDIR/user")@'%'"
}

@test "PostgreSQL: every command reads an empty database, odd names and many tables" {
    with_plain_build
    extremes postgresql "$(many)"
}

@test "MariaDB: every command reads an empty database, odd names and many tables" {
    with_plain_build
    extremes mysql "$(many)"
}

# The catalogs of PostgreSQL tell everybody everything.
@test "PostgreSQL: a role that may use nothing sees the whole schema, with every command" {
    local url role=lowly_$RANDOM$RANDOM
    url=$(fresh_database postgresql)
    echo "$role" >"$BATS_TEST_TMPDIR/role"
    sql_pg "$url" "CREATE ROLE $role LOGIN" "CREATE SCHEMA hidden" \
        "CREATE TABLE hidden.secret (a int PRIMARY KEY, b text CHECK (b <> ''))" \
        "CREATE VIEW hidden.v AS SELECT a FROM hidden.secret"
    dunlin snapshot --url "$url" --output all.json
    for command in "snapshot --output low.json" "schema dump --output low.sql" \
        "diagram --format mermaid" "docs --output low.html" doctor; do
        mkdir -p migrations
        # shellcheck disable=SC2086
        dunlin $command --url "${url/dunlin@/$role@}"
        [ "$status" -le 4 ] && [ "$status" -ne 1 ] || fail "$command"
        refute_stderr unreadable
    done
    assert_equal "$(cat low.json)" "$(cat all.json)"
    grep -q '"hidden"."secret"' low.sql || fail "the dump lacks what the role may not use"
    dunlin diff "${url/dunlin@/$role@}" all.json --exit-code
    assert_exit 0
}

@test "MariaDB: what a user may not see is named by every command, and never taken for absent" {
    local url user=lowly_$RANDOM$RANDOM low
    url=$(fresh_database mysql)
    echo "$user" >"$BATS_TEST_TMPDIR/user"
    sql_my "$url" "CREATE TABLE mine (a int)" "CREATE TABLE theirs (a int)" \
        "CREATE USER $user@'%'" "GRANT SELECT ON ${url##*/}.mine TO $user@'%'"
    low=${url/dunlin@/$user@}
    dunlin snapshot --url "$url" --output all.json
    assert_exit 0
    mkdir -p migrations
    printf 'CREATE TABLE mine (a int);\nCREATE TABLE theirs (a int);\n' >migrations/0001_both.sql
    for command in "snapshot --output low.json" "schema dump --output low.sql" \
        "diagram --format mermaid" "docs --output low.html" doctor check "diff $low all.json"; do
        [[ $command == diff* ]] || command+=" --url $low"
        # shellcheck disable=SC2086
        dunlin $command
        assert_exit 1
        # The tracker may be hidden, too.
        [[ $stderr == *'[schema.unreadable]'* || $stderr == *'[database.permission]'* ]] ||
            fail "$command does not say what it could not read"
        refute_stdout "table 'theirs' is missing"
    done
    refute_file low.json
}
