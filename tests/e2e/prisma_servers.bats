#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Prisma's own program and dunlin on one database.

load helper
load tools_helper

@test "Prisma and dunlin take turns" {
    [ -n "${LONG-}" ] || skip "100 MB from npm: with LONG=1"
    takes_turns_with_prisma
}
