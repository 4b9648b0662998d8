#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same as check_env.bats on servers.

load helper

@test "postgresql: everything a run needs is told, each with its outcome" {
    environment_is_told postgresql
}

@test "mysql: everything a run needs is told, each with its outcome" {
    environment_is_told mysql
}
