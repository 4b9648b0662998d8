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

# alone DATABASE TEST: on a server of its own. On a shared one, other tests drop what is left, too.
alone() {
    local server=postgres
    [ "$1" != mysql ] || server=mariadb
    export DUNLIN_SERVERS=$PWD/servers
    "$tests_folder/servers" start "$server" >/dev/null
    eval "$("$tests_folder/servers" env)"
    server_postgresql=${DUNLIN_TEST_POSTGRES-}
    server_mysql=${DUNLIN_TEST_MYSQL-}
    on "$@"
}

teardown() {
    helper_teardown
    [ ! -d servers ] || DUNLIN_SERVERS=$PWD/servers "$tests_folder/servers" stop
}

@test "postgresql: what a killed replay left is dropped also where nothing is replayed" {
    alone postgresql leaves_nothing
}

@test "mysql: what a killed replay left is dropped also where nothing is replayed" {
    alone mysql leaves_nothing
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

@test "postgresql: a target whose search_path names a schema that no migration makes is replayed" {
    dialect=postgresql
    database=$(empty_database postgresql app)
    rows 'CREATE SCHEMA shop'
    rows "ALTER DATABASE ${database##*/} SET search_path = shop, public"
    on_here() {
        mkdir -p migrations
        printf '{"targets": {"only": {"url": "%s", "kind": "development", "backup": "none"}}}\n' "$database" >dunlin.json
        migration 0000_users <<<'CREATE TABLE users (id integer PRIMARY KEY, name text);'
        migration 0001_more <<<'ALTER TABLE users ADD COLUMN age integer;'
    }
    on_here
    dunlin migrate
    assert_exit 0
    run_json doctor
    assert_exit 0
    assert_json .evidence.source cache
    rm -r migrations/meta/_dunlin
    rows 'DELETE FROM shop.dunlin_migrations WHERE seq = 2'
    run_json doctor
    assert_exit 4
    assert_json .evidence.source shadow
    run_json repair --apply
    assert_exit 0
    assert_json '[.performed[].action]' '["record","verify"]'
    # In an empty database that is given, too.
    spare=$(empty_database postgresql spare)
    sql_in "$spare" "ALTER DATABASE ${spare##*/} SET search_path = shop, public"
    rm -r migrations/meta/_dunlin
    run_json doctor --shadow-url "$spare"
    assert_exit 0
    assert_equal "$(sql_in "$spare" "SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'")" 0
    # Who connects with another search_path is told so, and nothing is made again.
    rows "ALTER DATABASE ${database##*/} SET search_path = public"
    dunlin repair --apply
    assert_exit 4
    assert_stdout "Table 'public.users' is in another schema than it is looked for in, by search_path or because it was moved by hand: it is gone, and table 'shop.users', which no migration makes, has all of its columns"
    assert_equal "$(rows "SELECT count(*) FROM pg_class WHERE relname = 'users'")" 1
}

@test "postgresql: a repair that may not write records says so before its backup" {
    on postgresql people
    dunlin migrate
    rows "DELETE FROM dunlin_migrations WHERE seq = 2"
    rows "GRANT SELECT ON ALL TABLES IN SCHEMA public TO restricted"
    sed -i "s/dunlin@/restricted:s3cr3t-Passw0rd@/; s/, \"backup\": \"none\"//" dunlin.json
    dunlin doctor
    assert_exit 4
    assert_stdout "[environment.privileges]"
    dunlin repair --apply
    assert_exit 1
    assert_stderr "[privileges.missing]"
    assert_stderr "INSERT on table public.dunlin_migrations"
    refute_file ./*backups
}

# What git makes of line ends on another system is nobody's change.
takes_any_line_ends() {
    migration 0000_users <<<'CREATE TABLE users (id integer PRIMARY KEY, age integer);'
    migration 0001_touch
    dunlin migrate
    assert_exit 0
    sed -i 's/$/\r/' migrations/*.sql
    dunlin doctor
    assert_exit 0
    assert_stdout "Journal, files, tracker and schema agree."
    dunlin drift --replay
    assert_exit 0
    rows 'DELETE FROM dunlin_migrations'
    run_json repair --apply
    assert_exit 0
    assert_json '[.performed[].action]' '["record","verify"]'
    dunlin doctor
    assert_exit 0
}

@test "postgresql: files with CR LF make the bodies that are there" {
    on postgresql true
    sed -i 's/portable/postgresql/' dunlin.json
    takes_any_line_ends <<'SQL'
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END $$;
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
SQL
}

@test "mysql: files with CR LF make the bodies that are there" {
    on mysql true
    sed -i 's/portable/mysql/' dunlin.json
    takes_any_line_ends <<'SQL'
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW
BEGIN
    SET NEW.age = 1;
END;
SQL
}

@test "sqlite: files with CR LF make the bodies that are there" {
    on sqlite true
    sed -i 's/portable/sqlite/' dunlin.json
    takes_any_line_ends <<'SQL'
CREATE TRIGGER users_touch AFTER UPDATE ON users
BEGIN
    SELECT 1;
END;
CREATE VIEW old AS
SELECT id
FROM users WHERE age > 60;
SQL
}

@test "mysql: a migration whose first statement was refused is pending, and not partial" {
    on mysql people
    rows 'UPDATE people SET age = 1'
    migration 0003_refused <<'SQL'
ALTER TABLE people ADD CONSTRAINT of_age CHECK (age > 5);
CREATE TABLE two (id integer PRIMARY KEY);
SQL
    dunlin migrate
    assert_exit 1
    run_json status
    assert_exit 0
    assert_json '.migrations[-1].verdict' pending
    assert_json '[.findings[].id] | contains(["migration.refused"])' true
    migration 0003_refused <<'SQL'
CREATE TABLE two (id integer PRIMARY KEY);
ALTER TABLE people ADD CONSTRAINT of_age CHECK (age > 5);
SQL
    dunlin migrate
    assert_exit 6
    run_json status
    assert_json '.migrations[-1].verdict' partial
}

@test "mysql: what a run of dunlin left half-way is gone on with, rows included: its ledger knows them" {
    on mysql people
    dunlin migrate
    rows "INSERT INTO people (id, email, age) VALUES (1, 'a', 1)"
    migration 0003_half <<'SQL'
CREATE TABLE one (id integer PRIMARY KEY);
INSERT INTO one VALUES (1);
INSERT INTO people (id, email, age) VALUES (1, 'b', 2);
CREATE TABLE two (id integer PRIMARY KEY);
SQL
    dunlin migrate
    assert_exit 6
    rows 'DELETE FROM people'
    run_json repair
    assert_json '[.plan[].action]' '["backup","apply","verify"]'
    dunlin repair --apply
    assert_exit 0
    assert_equal "$(rows 'SELECT count(*) FROM one')" 1
    assert_equal "$(rows 'SELECT email FROM people')" b
    dunlin doctor
    assert_exit 0
}

# partly SQL [EXIT]: a first statement that is refused, of which something may be done.
partly() {
    rows 'DROP TABLE IF EXISTS a, c, kept; DROP VIEW IF EXISTS v; DELETE FROM dunlin_statements'
    rows 'CREATE TABLE a (i integer); CREATE VIEW v AS SELECT 1 AS one'
    rows 'CREATE TABLE kept (x integer PRIMARY KEY) ENGINE = Aria'
    echo "$1" >migrations/0003_partly.sql
    dunlin migrate --allow 0003_partly
    assert_exit 6
    assert_stderr 'may be done in part of its first statement' || assert_stderr 'is done in part'
    refute_stderr 'nothing kept'
    run_json status
    assert_json '.migrations[-1].verdict' partial
    assert_json '[.findings[].id] | contains(["migration.refused"])' false
}

@test "mysql: a first statement that was refused and may be done in part leaves its migration partial" {
    on mysql people
    partly 'INSERT INTO kept (x) VALUES (1), (2), (1);'
    sed -i 's/portable/mysql/' dunlin.json
    partly 'DROP TABLE a, nope;'
    # one that is done whole or not at all in its place does not make it so
    echo 'ALTER TABLE nope ADD COLUMN i integer;' >migrations/0003_partly.sql
    dunlin migrate --allow 0003_partly
    assert_exit 6
    partly 'DROP VIEW v, nope;'
    partly 'RENAME TABLE a TO c, nope TO d;'
    partly 'CREATE OR REPLACE TABLE a (x varchar(70000) NOT NULL PRIMARY KEY);'
    partly 'INSERT INTO kept (x) VALUES (1), (2), (1);'
    partly 'UPDATE people JOIN kept SET kept.x = people.nope;'
}

@test "mysql: names that a run swapped before it was killed are not swapped back: the next one asks" {
    on mysql people
    rows 'UPDATE people SET age = 7'
    migration 0003_swap <<'SQL'
CREATE TABLE a (i integer);
CREATE TABLE b (i integer);
INSERT INTO a (i) VALUES (1);
SQL
    dunlin migrate
    assert_exit 0
    migration 0004_swap <<'SQL'
RENAME TABLE a TO z, b TO a, z TO b;
SQL
    DUNLIN_FAULT=ledger.after-statement:2 run "$DUNLIN" migrate
    run --separate-stderr "$DUNLIN" migrate
    assert_equal "$(rows 'SELECT i FROM b')" 1
    migration 0005_swap <<'SQL'
ALTER TABLE people RENAME COLUMN id TO z, RENAME COLUMN age TO id, RENAME COLUMN z TO age;
SQL
    DUNLIN_FAULT=ledger.before-record run "$DUNLIN" migrate
    assert_equal "$(rows 'SELECT id, age FROM people')" '7|1'
    dunlin migrate
    assert_exit 6
    assert_stderr 'nothing tells whether it took effect'
    assert_equal "$(rows 'SELECT id, age FROM people')" '7|1'
    dunlin resume 0005_swap --done
    dunlin migrate
    assert_exit 0
    assert_equal "$(rows 'SELECT id, age FROM people')" '7|1'
}
