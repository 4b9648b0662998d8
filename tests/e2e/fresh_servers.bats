#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Snapshots of drizzle-kit for servers.

load helper
load fresh_helper

@test "PostgreSQL: a fresh snapshot is the one that drizzle-kit wrote, and it goes on from there" {
    fresh_snapshots postgresql
}

@test "MariaDB: a fresh snapshot is the one that drizzle-kit wrote, and it goes on from there" {
    fresh_snapshots mysql
}
