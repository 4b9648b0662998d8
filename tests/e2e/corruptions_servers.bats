#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same as corruptions.bats on servers.

load helper

@test "postgresql: doctor proves nothing that is not so, and repair agrees or asks" {
    corruptions_of postgresql 8 100
}

@test "mysql: doctor proves nothing that is not so, and repair agrees or asks" {
    corruptions_of mysql 8 100
}
