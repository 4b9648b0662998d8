#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The broken states of tests/fixtures/scenarios on SQLite. What fails is in the output.

load helper

@test "sqlite: doctor says of every scenario what its file expects, and repair ends as it says" {
    DUNLIN=$DUNLIN DUNLIN_FIXTURES=$fixtures_folder \
        run python3 -B "$tests_folder/e2e/scenarios.py" --repair sqlite
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}
