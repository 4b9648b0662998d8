#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# 200 fragments of schemas, there and back, on servers: tests/schema/run.py.

load helper

# there_and_back DATABASE [ARGUMENT]
there_and_back() {
    DUNLIN=$DUNLIN DUNLIN_FIXTURES=$fixtures_folder DUNLIN_TEST_POSTGRES=$server_postgresql \
        DUNLIN_TEST_MYSQL=$server_mysql DUNLIN_POSTGRES_BIN=$postgres_programs python3 -B "$tree/tests/schema/run.py" "$@"
}

@test "PostgreSQL: fragments of schemas come back as they were" {
    there_and_back postgres
}

@test "MariaDB: fragments of schemas come back as they were" {
    there_and_back mysql
}

@test "PostgreSQL: the schemas that whole histories end in come back as they were" {
    there_and_back postgres --histories
}

@test "MariaDB: the schemas that whole histories end in come back as they were" {
    there_and_back mysql --histories
}
