#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Conditional DDL: tests/fixtures/conditional-ddl-cases.json on servers. What fails is in the output.

load helper

# cases_of DATABASE
cases_of() {
    DUNLIN=$DUNLIN DUNLIN_TEST_POSTGRES=$server_postgresql DUNLIN_TEST_MYSQL=$server_mysql \
        DUNLIN_POSTGRES_BIN=$postgres_programs \
        run python3 -B "$tests_folder/e2e/cases.py" "$1"
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}

@test "postgresql: every case of conditional DDL ends as it says, and is a no-op when repeated" {
    with_plain_build
    cases_of pg
}

@test "mysql: every case of conditional DDL ends as it says, and is a no-op when repeated" {
    with_plain_build
    cases_of mariadb
}
