#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same as ahead.bats on servers.

load helper
load ahead_helper

@test "postgresql: what a migration did that this checkout does not have is told" {
    what_is_ahead_is_told postgresql
}

@test "mysql: what a migration did that this checkout does not have is told" {
    what_is_ahead_is_told mysql
}

@test "postgresql: the digest of a cosmetic edit is renewed on request" {
    cosmetic_digests_are_renewed postgresql
}

@test "mysql: the digest of a cosmetic edit is renewed on request" {
    cosmetic_digests_are_renewed mysql
}
