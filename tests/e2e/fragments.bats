#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# 200 fragments of schemas, there and back: tests/schema/run.py. Servers: fragments_servers.bats.

load helper

@test "SQLite: fragments of schemas come back as they were" {
    DUNLIN=$DUNLIN python3 -B "$tree/tests/schema/run.py" sqlite
}

@test "SQLite: the schemas that whole histories end in come back as they were" {
    DUNLIN=$DUNLIN DUNLIN_FIXTURES=$fixtures_folder python3 -B "$tree/tests/schema/run.py" sqlite --histories
}
