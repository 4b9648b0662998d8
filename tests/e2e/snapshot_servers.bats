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

# Its own server, with as few locks as there may be. Printing a view locks it and what it reads until the
# transaction ends.
@test "mysql: bodies of triggers that the user may not see are an error, not absent" {
    local url name user
    url=$(fresh_database mysql)
    name=${url##*/}
    user=${name}_u
    sql_my "$url" "CREATE TABLE t (a int)" \
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1" \
        "CREATE USER $user@'%'" "GRANT SELECT, INSERT ON \`$name\`.* TO $user@'%'"
    dunlin snapshot --url "${url/dunlin@/$user@}" --output s.json
    assert_exit 1
    assert_stderr "its body is shown to whom TRIGGER is granted [schema.unreadable]"
    sql_my "$url" "GRANT TRIGGER ON \`$name\`.* TO $user@'%'"
    dunlin snapshot --url "${url/dunlin@/$user@}" --output s.json
    assert_exit 0
    dunlin diff s.json "$url" --exit-code
    assert_exit 0
    sql_my "$url" "DROP USER $user@'%'"
}

@test "postgres: more views than the server has locks for are read in parts" {
    export DUNLIN_SERVERS=$PWD/servers
    "$tests_folder/servers" start postgres >/dev/null
    eval "$("$tests_folder/servers" env)"
    local server=$DUNLIN_TEST_POSTGRES refused
    sql_pg "$server" "ALTER SYSTEM SET max_locks_per_transaction = 10" "ALTER SYSTEM SET max_connections = 12"
    "$tests_folder/servers" restart postgres >/dev/null
    sql_pg "$server" "CREATE TABLE t (n integer)"
    for part in 1 2 3 4 5 6 7 8; do
        sql_pg "$server" "DO \$\$ BEGIN FOR i IN 1..500 LOOP EXECUTE format('CREATE VIEW v${part}_%s AS SELECT n FROM t', i); END LOOP; END \$\$"
    done
    refused=$(sql_pg "$server" "SELECT count(pg_get_viewdef(oid)) FROM pg_class WHERE relkind = 'v'" 2>&1) || true
    dunlin snapshot --url "$server" --output all.json
    local code=$status text=$stderr
    "$tests_folder/servers" stop
    [[ $refused == *max_locks_per_transaction* ]] || fail "the server has room for all: $refused"
    status=$code stderr=$text
    assert_exit 0
    assert_equal "$(grep -c '^"view/public/.*"definition":"SELECT t.n' all.json)" 4000
}
