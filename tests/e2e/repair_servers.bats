#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin repair` of portable migrations that are there in part: what is missing is translated, and what
# is there is left alone.

load helper

# on DATABASE TEST: a fresh database of that kind with a portable project, and the test on it.
on() {
    dialect=$1
    database=$(empty_database "$1" app)
    mkdir -p migrations
    printf '{"dialect": "portable", "targets": {"only": {"url": "%s", "kind": "development", "backup": "none"}}}\n' \
        "$database" >dunlin.json
    "$2"
}

# migration NAME: its text from standard input.
migration() {
    cat >"migrations/$1.sql"
}

# rows SQL: cells with '|' between them.
rows() {
    sql_in "${database#sqlite:}" "$1" | tr '\t' '|'
}

people() {
    migration 0000_people <<'SQL'
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (id bigint NOT NULL PRIMARY KEY, email varchar(40) NOT NULL, age integer);
SQL
    migration 0001_more <<'SQL'
CREATE TABLE letters (id bigint NOT NULL PRIMARY KEY, sent boolean NOT NULL DEFAULT false);
CREATE TYPE colour AS ENUM ('red', 'blue');
ALTER TABLE people ALTER COLUMN age SET NOT NULL, ADD COLUMN hair colour DEFAULT 'red';
ALTER TABLE people ADD COLUMN mood mood NOT NULL DEFAULT 'ok';
CREATE UNIQUE INDEX people_email_idx ON people (email);
SQL
    migration 0002_last <<'SQL'
CREATE TABLE last (id bigint NOT NULL PRIMARY KEY);
SQL
    dunlin migrate --quiet
    assert_exit 0
    dunlin snapshot --output whole.json
    rows "INSERT INTO people (id, email, age) VALUES (1, 'a@example.org', 7)"
}

# half: 0001 is there in part, 0002 not at all, and neither is recorded.
half() {
    people
    rows 'DROP TABLE last' >/dev/null
    case $dialect in
        mysql) rows 'DROP INDEX people_email_idx ON people' ;;
        *) rows 'DROP INDEX people_email_idx' ;;
    esac
    rows 'ALTER TABLE people DROP COLUMN mood'
    rows "DELETE FROM dunlin_migrations WHERE tag <> '0000_people'"
}

missing() {
    half
    # What stands in the way of one of them ends the repair, and the next one goes on from there.
    rows "INSERT INTO people (id, email, age) VALUES (2, 'a@example.org', 8)"
    run_json repair
    assert_json '[.plan[] | select(.action == "apply-statements") | .statements]' '[[4,5]]'
    dunlin repair --apply
    assert_exit 1
    assert_stderr "apply-statements"
    assert_stderr "running statement 5 of '0001_more' (line 5)"
    rows "UPDATE people SET email = 'b@example.org' WHERE id = 2"
    run_json repair --apply
    assert_exit 0
    assert_json '[.performed[].action]' '["apply-statements","record","apply","verify"]'
    assert_json '[.left, .agreement.agrees]' '[[],true]'
    assert_equal "$(rows 'SELECT id, hair, mood FROM people ORDER BY id')" $'1|red|ok\n2|red|ok'
    assert_equal "$(rows "SELECT state FROM dunlin_migrations WHERE tag = '0001_more'")" baselined
    assert_equal "$(rows "SELECT evidence FROM dunlin_migrations WHERE tag = '0001_more'" |
        sed -n 's/.*"why": "\([^"]*\)".*/\1/p')" 'with these it is complete'
    dunlin snapshot --output again.json
    cmp whole.json again.json
}

@test "sqlite: missing statements of a portable migration are translated and run" { on sqlite missing; }
@test "postgresql: missing statements of a portable migration are translated and run" { on postgresql missing; }
@test "mysql: missing statements of a portable migration are translated and run" { on mysql missing; }

# leave NAME: what a replay that was killed leaves on the server.
leave() {
    sql_in "$database" "CREATE DATABASE $1"
    if [ "$dialect" = postgresql ]; then
        sql_in "$database" "COMMENT ON DATABASE $1 IS 'dunlin shadow, to be dropped; lock 4711'"
    else
        sql_in "$database" "CREATE TABLE $1.dunlin_shadow (mark INT PRIMARY KEY)"
    fi
}

# is_left NAME
is_left() {
    if [ "$dialect" = postgresql ]; then
        rows "SELECT datname FROM pg_database WHERE datname = '$1'"
    else
        rows "SHOW DATABASES LIKE '$1'"
    fi
}

leaves_nothing() {
    local left=dunlin_shadow_0123456789abcdef
    people
    dunlin migrate
    dunlin doctor
    leave "$left"
    # Not for development: it is told.
    sed -i 's/development/production/' dunlin.json
    dunlin doctor
    assert_exit 0
    assert_stderr "warning: a replay that was killed left the database '$left' behind on the target's server: 'dunlin doctor --shadow' drops it"
    assert_equal "$(is_left "$left")" "$left"
    run_json doctor --shadow
    assert_exit 0
    assert_json .evidence.source cache
    assert_equal "$(is_left "$left")" ""
    leave "$left"
    dunlin repair --apply --shadow
    assert_exit 0
    assert_equal "$(is_left "$left")" ""
}

@test "postgresql: what a killed replay left is dropped also where nothing is replayed" {
    on postgresql leaves_nothing
}

@test "mysql: what a killed replay left is dropped also where nothing is replayed" {
    on mysql leaves_nothing
}

# To make it again would have left its rows under the other name.
finds_the_table() {
    people
    dunlin migrate
    rows "INSERT INTO letters (id) VALUES (1), (2)"
    rows "ALTER TABLE letters RENAME TO mail"
    dunlin repair --apply
    assert_exit 4
    assert_stdout "letters' was renamed by hand, as it seems: it is gone, and table '"
    assert_stdout "[schema.moved]"
    refute_stdout "Done:"
    assert_equal "$(rows 'SELECT count(*) FROM mail')" 2
    # A migration that says so is recorded, and all agree.
    migration 0003_mail <<<'ALTER TABLE letters RENAME TO mail;'
    dunlin repair --apply
    assert_exit 0
    assert_equal "$(rows 'SELECT count(*) FROM mail')" 2
    assert_equal "$(rows "SELECT state FROM dunlin_migrations WHERE tag = '0003_mail'")" baselined
}

@test "postgresql: a table that was renamed by hand is found under its other name, and not made again" {
    on postgresql finds_the_table
}

@test "mysql: a table that was renamed by hand is found under its other name, and not made again" {
    on mysql finds_the_table
}

@test "sqlite: a table that was renamed by hand is found under its other name, and not made again" {
    on sqlite finds_the_table
}

names_the_table_once() {
    people
    dunlin migrate
    rows "DROP TABLE letters"
    run_json doctor
    assert_exit 4
    assert_json '[.findings[] | select(.id == "schema.missing")] | length' 1
    assert_json '[.plan[] | select(.action == "ask")] | length' 1
    assert_json '.story | test("letters. is gone[.]$")' true
}

@test "postgresql: of a table that is gone its columns are not told one by one" {
    on postgresql names_the_table_once
}
