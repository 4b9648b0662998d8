#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same as log.bats on servers.

load helper

@test "postgresql: repairs and assertions are told with who, what and why" {
    decisions_are_told postgresql
}

@test "mysql: repairs and assertions are told with who, what and why" {
    decisions_are_told mysql
}
