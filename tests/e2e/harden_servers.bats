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

# shared URL GUARDS [REASONS]: statements from standard input, which dbmate sends as they stand.
shared() {
    local guards=$2
    mkdir -p migrations
    printf '{"layout": "dbmate", "targets": {"only": {"url": "%s", "backup": "none"}}}\n' "$1" >dunlin.json
    { echo '-- migrate:up'; cat; } >migrations/0001_all.sql
    run_json harden --pending --write
    assert_exit 0
    assert_json '.guards' "$guards"
    assert_json '[.files[].statements[] | select(.status != "hardened") | .reason | .[0:37]] | unique' \
        "${3:-[\"its database knows no IF [NOT] EXISTS\"]}"
    # As dbmate would, twice; what has no guard is left out.
    sed '/EXISTS/!d' migrations/0001_all.sql >guarded.sql
    assert_equal "$(wc -l <guarded.sql)" "$guards"
}

@test "sqlite: what another tool runs gets only the guards that SQLite has" {
    shared sqlite:app.db 6 <<'END'
CREATE TABLE t (id int, gone int);
CREATE UNIQUE INDEX t_id ON t (id);
CREATE VIEW v AS SELECT id FROM t;
ALTER TABLE t ADD COLUMN more int;
ALTER TABLE t DROP COLUMN gone;
ALTER TABLE t RENAME COLUMN id TO number;

DROP VIEW v;
DROP INDEX t_id;
DROP TABLE t;
END
    sqlite3 app.db <guarded.sql
    sqlite3 app.db <guarded.sql
}

@test "postgresql: what another tool runs gets only the guards that PostgreSQL has" {
    local url
    url=$(fresh_database postgresql)
    shared "$url" 13 <<'END'
CREATE SCHEMA s;
CREATE TABLE t (id int, gone int);
CREATE UNIQUE INDEX t_id ON t (id);
CREATE SEQUENCE n;
CREATE TYPE mood AS ENUM ('a');
ALTER TYPE mood ADD VALUE 'b';
ALTER TABLE t ADD COLUMN more int;
ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0);
ALTER TABLE t RENAME COLUMN id TO number;
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t DROP COLUMN gone;
DROP INDEX t_id;
DROP TABLE t;
DROP SEQUENCE n;
DROP TYPE mood;
DROP SCHEMA s;
END
    sed -i '/ADD VALUE/d' guarded.sql # its type has none
    psql -q -v ON_ERROR_STOP=1 "$url" -f guarded.sql
    psql -q -v ON_ERROR_STOP=1 "$url" -f guarded.sql
}

@test "mysql: what another tool runs gets only the guards that MariaDB has" {
    local url
    url=$(fresh_database mysql)
    shared "$url" 12 <<'END'
CREATE TABLE t (id int, gone int, other int);
CREATE UNIQUE INDEX t_id ON t (id);
CREATE VIEW v AS SELECT id FROM t;
ALTER TABLE t ADD COLUMN more int;
ALTER TABLE t ADD INDEX t_more (more);
ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0);
ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (more) REFERENCES t (id);
ALTER TABLE t RENAME COLUMN other TO another;
ALTER TABLE t DROP FOREIGN KEY f;
ALTER TABLE t DROP CONSTRAINT c;
ALTER TABLE t DROP COLUMN gone;
DROP INDEX t_more ON t;
DROP VIEW v;
DROP TABLE t;
END
    sql_my "$url" "$(cat guarded.sql)"
    sql_my "$url" "$(cat guarded.sql)"
}
