#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The cases of tests/portable on three databases. What fails is in the output.

load helper

# portable PROGRAM [DATABASE]: one of tests/portable.
portable() {
    DUNLIN=$DUNLIN DUNLIN_TEST_POSTGRES=$server_postgresql DUNLIN_TEST_MYSQL=$server_mysql \
        DUNLIN_POSTGRES_BIN=$postgres_programs \
        run python3 -B "$tests_folder/portable/$1.py" "${@:2}"
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}

@test "every row of the tables of operators, casts and functions has the same value on three databases" {
    for kind in sqlite postgres mysql; do
        portable expressions "$kind"
    done
}

@test "sqlite: every case of portable DDL ends as it says, and is a no-op when repeated" {
    portable run sqlite
}

@test "postgresql: every case of portable DDL ends as it says, and is a no-op when repeated" {
    with_plain_build
    portable run postgres
}

@test "mysql: every case of portable DDL ends as it says, and is a no-op when repeated" {
    with_plain_build
    portable run mysql
}

@test "every case of portable DDL ends the same as a script, with guards, and dumped and loaded" {
    with_plain_build
    for kind in sqlite postgres mysql; do
        portable ways "$kind"
    done
}

@test "every case of portable DDL makes schemas that mean the same on three databases" {
    with_plain_build
    portable parity
}

@test "one history makes the same schema on three databases, wherever a run begins" {
    with_plain_build
    portable history
}

@test "the statements of a diff lead from any state of that history to any other, on three databases" {
    with_plain_build
    portable walks
}
