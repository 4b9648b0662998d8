#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin snapshot` on servers.

load helper

# Two databases that were migrated one after the other.
same_bytes() {
    local one two
    one=$(fresh_database "$1")
    two=$(fresh_database "$1")
    cp -r "$tree/migrations" migrations
    for url in "$one" "$two"; do
        dunlin migrate --url "$url" --no-backup
        assert_exit 0
    done
    dunlin snapshot --url "$one" --output one.json
    assert_exit 0
    dunlin snapshot --url "$two" --output two.json
    assert_exit 0
    assert_equal "$(cat two.json)" "$(cat one.json)"
    assert_equal "$(grep -c dunlin_ one.json)" 0
    dunlin snapshot --url "$one"
    assert_exit 0
    assert_equal "$(cat "migrations/meta/_dunlin/$1/head.json")" "$(cat one.json)"
}

@test "postgres: the same history gives the same bytes in every database" {
    same_bytes postgresql
}

@test "mysql: the same history gives the same bytes in every database" {
    same_bytes mysql
}

@test "postgres: drizzle's schema goes with its tracker, unless it holds more" {
    drizzle_project app postgresql
    dunlin migrate -C app --no-backup
    assert_exit 0
    dunlin snapshot -C app --stdout
    assert_exit 0
    refute_stdout '"schema/drizzle"'
    refute_stdout drizzle_migrations
    sql_pg "$database" "CREATE TABLE drizzle.mine (n integer)"
    dunlin snapshot -C app --stdout
    assert_exit 0
    assert_stdout '"schema/drizzle"'
    assert_stdout '"column/drizzle/mine/n"'
}

@test "mysql: a view that the user may not see is an error, not absent" {
    local url account=sees_little_$RANDOM
    url=$(fresh_database mysql)
    sql_my "$url" "CREATE TABLE t (n int)" "CREATE VIEW v AS SELECT n FROM t" \
        "CREATE USER '$account'@'%' IDENTIFIED BY 'x'" \
        "GRANT SELECT ON \`${url##*/}\`.* TO '$account'@'%'"
    dunlin snapshot --url "mysql://$account:x@${url#*@}" --stdout
    sql_my "$url" "DROP USER '$account'@'%'"
    assert_exit 1
    assert_stderr "can be read: view 'v': "
    assert_stderr "[schema.unreadable]"
}
