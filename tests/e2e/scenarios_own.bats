#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The broken states of tests/e2e/scenarios on SQLite, two faults at a time among them.

load helper

@test "sqlite: doctor and repair do of each of our own scenarios what its file expects" {
    scenarios_own sqlite
}
