#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Conditional DDL: tests/fixtures/conditional-ddl-cases.json on SQLite. What fails is in the output.

load helper

@test "sqlite: every case of conditional DDL ends as it says, and is a no-op when repeated" {
    DUNLIN=$DUNLIN run python3 -B "$tests_folder/e2e/cases.py" sqlite
    [ "$status" -eq 0 ] || fail "$(grep -v '^ok ' <<<"$output")"
}
