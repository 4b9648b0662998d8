#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every command that reads a schema, on one of nothing, of odd names, of many tables: 2,000, or with
# LONG=1 10,000. Servers: extremes_servers.bats.

load helper
load extremes_helper

@test "SQLite: every command reads an empty database, odd names and many tables" {
    local count=2000
    [ -z "${LONG:-}" ] || count=10000
    extremes sqlite "$count"
}
