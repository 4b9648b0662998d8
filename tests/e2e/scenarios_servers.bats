#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The broken states of tests/fixtures/scenarios on servers. What fails is in the output.

load helper

# scenarios_of DIALECT
scenarios_of() {
    DUNLIN=$DUNLIN DUNLIN_FIXTURES=$fixtures_folder DUNLIN_TEST_POSTGRES=$server_postgresql \
        DUNLIN_TEST_MYSQL=$server_mysql DUNLIN_POSTGRES_BIN=$postgres_programs \
        run python3 -B "$tests_folder/e2e/scenarios.py" --repair "$1"
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}

@test "postgresql: doctor says of every scenario what its file expects, and repair ends as it says" {
    with_plain_build
    scenarios_of postgresql
}

@test "mysql: doctor says of every scenario what its file expects, and repair ends as it says" {
    with_plain_build
    scenarios_of mysql
}
