#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Hardened migrations run twice, on three databases.

load helper

project() {
    mkdir -p migrations
    printf '{"dialect": "%s", "targets": {"only": {"url": "%s", "backup": "none"}}}\n' \
        "$2" "$1" >dunlin.json
}

on() {
    local database
    case $1 in
        sqlite) database=sqlite:$PWD/app.db ;;
        *) database=$(fresh_database "$1") ;;
    esac
    "$2" "$database"
}

# twice URL TAG: applies the history, forgets its last migration, and applies that again.
twice() {
    dunlin migrate --quiet
    assert_exit 0
    sql_in "${1#sqlite:}" "DELETE FROM dunlin_migrations WHERE tag = '$2'"
    dunlin status --check
    assert_exit 3
    dunlin migrate --quiet
    assert_exit 0
    dunlin status --check
    assert_exit 0
}

# Every operation that takes a guard, none of them guarded.
portable() {
    project "$1" portable
    cat >migrations/0001_base.sql <<'SQL'
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (
    id bigint PRIMARY KEY, email varchar(100), age integer, mood mood, old integer, nick varchar(30),
    CONSTRAINT age_positive CHECK (age > 0)
);
CREATE TABLE pets (id bigint PRIMARY KEY, owner bigint, kind varchar(10));
CREATE TABLE gone (id integer);
CREATE TABLE moved (id integer);
CREATE INDEX people_mood ON people (mood);
CREATE VIEW seen AS SELECT id FROM moved;
SQL
    cat >migrations/0002_changes.sql <<'SQL'
CREATE TABLE places (id bigint PRIMARY KEY, name varchar(30) UNIQUE);
CREATE INDEX people_age ON people (age);
CREATE VIEW adults AS SELECT id, email FROM people WHERE age >= 18;
ALTER TABLE people ADD COLUMN phone varchar(30), ADD CONSTRAINT people_email UNIQUE (email);
ALTER TABLE pets ADD CONSTRAINT pets_owner FOREIGN KEY (owner) REFERENCES people (id);
ALTER TABLE people ALTER COLUMN nick TYPE varchar(60);
ALTER TABLE people ALTER COLUMN email SET DEFAULT 'x';
ALTER TABLE people DROP CONSTRAINT age_positive;
ALTER TABLE people DROP COLUMN old;
ALTER TYPE mood ADD VALUE 'happy';
ALTER TABLE pets RENAME COLUMN kind TO species;
DROP INDEX people_mood;
DROP TABLE gone;
DROP VIEW seen;
ALTER TABLE moved RENAME TO arrived;
SQL
    run_json harden --pending --write
    assert_exit 0
    assert_json '[.files[].statements[] | select(.status != "hardened") | .statement]' '[]'
    assert_json '[.files[].guards]' '[7,16]'
    dunlin harden --pending
    assert_stdout 'nothing to add'
    twice "$1" 0002_changes
    sql_in "${1#sqlite:}" "INSERT INTO people (id, email, mood) VALUES (1, 'a', 'happy')"
    sql_in "${1#sqlite:}" "INSERT INTO pets (id, owner, species) VALUES (1, 1, 'cat')"
    sql_in "${1#sqlite:}" "INSERT INTO arrived (id) VALUES (1)"
}

@test "sqlite: a hardened history runs again" { on sqlite portable; }
@test "postgresql: a hardened history runs again" { on postgresql portable; }
@test "mysql: a hardened history runs again" { on mysql portable; }

own() {
    project "$1" postgresql
    cat >migrations/0001_own.sql <<'SQL'
CREATE TABLE t (id int, tags text[]);
CREATE INDEX CONCURRENTLY t_tags ON t USING gin (tags);
SQL
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE t ADD CONSTRAINT t_id_positive CHECK (id > 0), ADD UNIQUE (id);
ALTER TABLE t RENAME COLUMN tags TO labels;
SQL
    run_json harden --pending --write
    assert_exit 0
    assert_equal "$(cat migrations/*.sql)" "$(cat <<'SQL'
CREATE TABLE IF NOT EXISTS t (id int, tags text[]);
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_tags ON t USING gin (tags);
ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS t_id_positive CHECK (id > 0), ADD UNIQUE (id);
ALTER TABLE t RENAME COLUMN IF EXISTS tags TO labels;
SQL
)"
    twice "$1" 0002_more
    assert_equal "$(sql_in "$1" "SELECT count(*) FROM pg_constraint WHERE conname = 't_id_positive'")" 1
}

@test "postgresql: a hardened file in its own dialect runs" { on postgresql own; }
