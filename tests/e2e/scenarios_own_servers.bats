#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The broken states of tests/e2e/scenarios on servers.

load helper

@test "postgresql: doctor and repair do of each of our own scenarios what its file expects" {
    with_plain_build
    scenarios_own postgresql
}

@test "mysql: doctor and repair do of each of our own scenarios what its file expects" {
    with_plain_build
    scenarios_own mysql
}
