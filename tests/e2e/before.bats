#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What pending migrations need beforehand is looked at, under the lock, before anything is sent.

load helper

# project URL: ./migrations in the database's own SQL, unless $folder says otherwise.
project() {
    rm -rf migrations
    mkdir -p migrations
    printf '{%s"targets": {"only": {"url": "%s", "backup": "none"}}}\n' \
        "${folder:+\"dialect\": \"$folder\", }" "$1" >dunlin.json
}

# migration NAME: its text from standard input.
migration() {
    cat >"migrations/$1.sql"
}

# on DATABASE TEST: a fresh database of that kind, and the test on it.
on() {
    dialect=$1
    url=$(empty_database "$1" app)
    where=$url
    [ "$1" != sqlite ] || where=app.db
    project "$url"
    "$2"
}

migrated() {
    dunlin migrate
    assert_exit 0
}

# stops TEXT: nothing is sent, and the place and the reason are told.
stops() {
    local before
    before=$(schema_of "$where")
    stops_unsent "$1"
    assert_equal "$(schema_of "$where")" "$before"
}

# stops_unsent TEXT: the same, for who looks at the schema himself.
stops_unsent() {
    run_json migrate
    assert_exit 4
    assert_json_form migrate
    assert_json '.counts.applied' 0
    assert_json '.failed.message | sub("^.*/migrations/"; "migrations/")' "$1; nothing was sent"
    assert_stderr "$1; nothing was sent"
    dunlin migrate --dry-run
    assert_exit 4
    assert_stderr "$1; nothing was sent"
}

# --- what is certain to fail --------------------------------------------------------------------------

base() {
    migration 0000_base <<'SQL'
CREATE TABLE users (id integer PRIMARY KEY, email varchar(100), age integer);
CREATE TABLE teams (id integer PRIMARY KEY, name varchar(100));
CREATE INDEX users_age ON users (age);
CREATE VIEW grown AS SELECT id FROM users WHERE age > 17;
SQL
    migrated
}

# refused NAME TEXT: as the second of two pending migrations, the first of which would go well.
refused() {
    echo 'CREATE TABLE first (id integer PRIMARY KEY);' >migrations/8000_first.sql
    printf '%s\n' '-- what is wrong' "$1" >migrations/9000_wrong.sql
    stops_unsent "migrations/9000_wrong.sql:2:1: $2"
}

certain() {
    local before
    base
    before=$(schema_of "$where")
    refused 'CREATE TABLE users (id integer);' "cannot create table '${home}users': it exists already"
    refused 'CREATE TABLE grown (id integer);' \
        "cannot create table '${home}grown': the name is taken by view '${home}grown'"
    refused 'ALTER TABLE users ADD COLUMN email varchar(5);' \
        "cannot create column '${home}users.email': it exists already"
    refused 'ALTER TABLE nobody ADD COLUMN email varchar(5);' \
        "cannot create column '${home}nobody.email': table '${home}nobody' does not exist"
    refused 'ALTER TABLE users DROP COLUMN nothing;' \
        "cannot drop column '${home}users.nothing': it does not exist"
    refused 'ALTER TABLE users RENAME COLUMN nothing TO something;' \
        "cannot rename column '${home}users.nothing': it does not exist"
    refused 'ALTER TABLE users RENAME COLUMN age TO email;' \
        "cannot rename column '${home}users.age': it exists already"
    refused 'DROP TABLE nobody;' "cannot drop table '${home}nobody': it does not exist"
    refused 'ALTER TABLE users RENAME TO teams;' \
        "cannot rename table '${home}users': table '${home}teams' exists already"
    refused 'CREATE INDEX users_age ON users (age);' \
        "cannot create index '${home}users.users_age': it exists already"
    refused 'CREATE VIEW grown AS SELECT 1;' "cannot create view '${home}grown': it exists already"
    assert_equal "$(schema_of "$where")" "$before"
    echo 'CREATE TABLE fine (id integer PRIMARY KEY);' >migrations/9000_wrong.sql
    migrated
}

@test "sqlite: what is certain to fail stops the run before its first migration is sent" {
    home=
    on sqlite certain
}

@test "postgresql: what is certain to fail stops the run before its first migration is sent" {
    home=public.
    on postgresql certain
}

@test "mysql: what is certain to fail stops the run before its first migration is sent" {
    home=
    on mysql certain
}

# --- what earlier migrations of the run do ------------------------------------------------------------

folded() {
    base
    migration 0001_change <<'SQL'
ALTER TABLE users RENAME TO people;
ALTER TABLE people RENAME COLUMN email TO mail;
ALTER TABLE people ADD COLUMN email varchar(10);
DROP VIEW grown;
CREATE TABLE users (id integer PRIMARY KEY, people_id integer);
CREATE TABLE grown (id integer PRIMARY KEY);
DROP TABLE teams;
SQL
    migration 0002_more <<'SQL'
ALTER TABLE people DROP COLUMN mail;
ALTER TABLE users ADD COLUMN email varchar(100);
CREATE TABLE teams (id integer PRIMARY KEY);
ALTER TABLE grown RENAME TO ripe;
SQL
    cp migrations/0002_more.sql kept
    echo 'ALTER TABLE people DROP COLUMN mail;' >>migrations/0002_more.sql
    stops "migrations/0002_more.sql:5:1: cannot drop column '${home}people.mail': it does not exist"
    cp kept migrations/0002_more.sql
    echo 'CREATE TABLE ripe (id integer);' >>migrations/0002_more.sql
    stops "migrations/0002_more.sql:5:1: cannot create table '${home}ripe': it exists already"
    cp kept migrations/0002_more.sql
    migrated
}

@test "sqlite: what earlier migrations of the run make, rename and drop counts" {
    home=
    on sqlite folded
}

@test "postgresql: what earlier migrations of the run make, rename and drop counts" {
    home=public.
    on postgresql folded
}

@test "mysql: what earlier migrations of the run make, rename and drop counts" {
    home=
    on mysql folded
}

# --- what is not certain ------------------------------------------------------------------------------

# runs SQL: as the next migration, and it does.
number=1
runs() {
    printf '%s\n' "$1" >"migrations/$(printf '%04d' $number)_next.sql"
    number=$((number + 1))
    migrated
}

guards() {
    base
    runs 'CREATE TABLE IF NOT EXISTS users (id integer PRIMARY KEY, email varchar(100), age integer);
          DROP TABLE IF EXISTS nobody;
          CREATE INDEX IF NOT EXISTS users_age ON users (age);'
    runs 'DROP TABLE IF EXISTS teams; CREATE TABLE teams (id integer PRIMARY KEY);'
    # Dropped with its table, and made again.
    runs 'CREATE TABLE other (id integer PRIMARY KEY, age integer);
          DROP VIEW grown; DROP TABLE users;
          ALTER TABLE other RENAME TO users; CREATE INDEX users_age ON users (age);'
    runs 'ALTER TABLE users DROP COLUMN id2;' 2>/dev/null && fail 'it has no such column'
    assert_exit 4
    rm "migrations/$(printf '%04d' $((number - 1)))_next.sql"
    local other=mysql
    [ "$dialect" != mysql ] || other=postgres
    runs "-- dunlin: only $other
CREATE TABLE users (id integer);
-- dunlin: end
CREATE TABLE last (id integer PRIMARY KEY);"
}

@test "sqlite: guards are no conflicts, nor is what others are to run" {
    on sqlite guards
}

@test "postgresql: guards are no conflicts, nor is what others are to run" {
    on postgresql guards
}

@test "mysql: guards are no conflicts, nor is what others are to run" {
    on mysql guards
}

only_sqlite() {
    base
    runs 'CREATE TEMPORARY TABLE users (a integer); ALTER TABLE users ADD COLUMN email text;'
    runs 'ALTER TABLE TEAMS ADD COLUMN Size integer;'
    refused 'ALTER TABLE teams ADD COLUMN SIZE integer;' \
        "cannot create column 'teams.SIZE': it exists already"
    rm migrations/8000_first.sql migrations/9000_wrong.sql
    # What the parser does not understand may have made it.
    runs 'CREATE VIRTUAL TABLE docs USING fts5(body); ALTER TABLE docs RENAME TO papers;'
    runs 'ALTER TABLE main.teams ADD COLUMN more integer;'
}

@test "sqlite: temporary tables, letters, and what the parser does not know" {
    on sqlite only_sqlite
}

only_postgresql() {
    base
    runs 'CREATE SCHEMA other; CREATE TABLE other.users (id integer); CREATE TABLE other.far (id integer);'
    sql_pg "$url" "ALTER DATABASE \"${url##*/}\" SET search_path = public, other"
    # In another schema of the search path.
    runs 'ALTER TABLE far ADD COLUMN email text;'
    runs 'CREATE TABLE other.teams (id integer); ALTER TABLE other.teams ADD COLUMN a integer;'
    runs 'DO $$ BEGIN EXECUTE $q$DROP TABLE public.teams CASCADE$q$; END $$; CREATE TABLE teams (id integer);'
    # A view goes with its table.
    runs 'DROP TABLE users CASCADE; CREATE VIEW grown AS SELECT 1 AS id;'
    runs 'CREATE TABLE logs (id integer, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
          CREATE TABLE logs_1 PARTITION OF logs DEFAULT;'
    runs 'ALTER TABLE logs_1 ALTER COLUMN day SET DEFAULT now();'
    runs 'CREATE TABLE "Users" (id integer);'
    runs "CREATE TYPE mood AS ENUM ('a');"
    echo "CREATE TYPE mood AS ENUM ('a');" >migrations/9999_wrong.sql
    stops "migrations/9999_wrong.sql:1:1: cannot create enum 'public.mood': it exists already"
    echo 'ALTER TABLE teams ADD COLUMN b integer, DROP COLUMN id; ALTER TABLE teams ADD CONSTRAINT c UNIQUE (b); ALTER TABLE teams DROP COLUMN b;' >migrations/9999_wrong.sql
    migrated
    echo 'ALTER TABLE teams DROP CONSTRAINT c;' >migrations/9999a_wrong.sql
    stops "migrations/9999a_wrong.sql:1:1: cannot drop constraint 'public.teams.c': it does not exist"
}

@test "postgresql: other schemas, DO blocks, CASCADE, partitions and types" {
    on postgresql only_postgresql
}

only_mysql() {
    base
    runs '/*!40000 DROP VIEW grown */; CREATE VIEW grown AS SELECT 2;'
    runs 'CREATE TEMPORARY TABLE users (a integer); DROP TEMPORARY TABLE users;'
    runs 'RENAME TABLE users TO tmp, teams TO users, tmp TO teams;'
    runs 'CREATE INDEX users_age ON users (name);'
    runs 'ALTER TABLE teams ADD UNIQUE KEY mail (email);'
    refused 'CREATE INDEX mail ON teams (email);' \
        "cannot create index 'teams.mail': the name is taken by unique 'teams.mail'"
    refused 'ALTER TABLE teams DROP INDEX nothing;' \
        "cannot drop index 'teams.nothing': it does not exist"
    rm migrations/8000_first.sql migrations/9000_wrong.sql
    runs 'ALTER TABLE teams DROP INDEX mail; CREATE INDEX mail ON teams (email);'
    runs 'CREATE OR REPLACE INDEX mail ON teams (age); CREATE OR REPLACE TABLE other (id integer);'
    runs 'ALTER TABLE teams DROP PRIMARY KEY, ADD PRIMARY KEY (id);'
}

@test "mysql: comments that are code, swapped names, keys" {
    on mysql only_mysql
}

# --- a portable folder --------------------------------------------------------------------------------

portable() {
    base
    refused 'CREATE TABLE Users (id integer);' "cannot create table '${home}users': it exists already"
    refused 'CREATE INDEX users_age ON users (id);' \
        "cannot create index '${home}users.users_age': it exists already"
    echo 'CREATE TABLE fine (id integer PRIMARY KEY, CONSTRAINT c UNIQUE (id));' >migrations/9000_wrong.sql
    migrated
    # Another case of its own name is free.
    runs 'ALTER TABLE users RENAME COLUMN email TO "Email"; ALTER TABLE users RENAME TO "Users";'
}

@test "sqlite: in a portable folder, too" {
    home='' folder=portable
    on sqlite portable
}

@test "postgresql: in a portable folder, too" {
    home=public. folder=portable
    on postgresql portable
}

@test "mysql: in a portable folder, too" {
    home='' folder=portable
    on mysql portable
}

# --- the incident, and the way past --------------------------------------------------------------------

incident() {
    local i
    for i in 0 1 2 3 4; do
        echo "CREATE TABLE t$i (id integer PRIMARY KEY);" >"migrations/000${i}_t.sql"
    done
    migrated
    sql_in "$where" "CREATE TABLE t5 (id integer PRIMARY KEY)"
    sql_in "$where" "ALTER TABLE t0 ADD COLUMN extra integer"
    echo 'CREATE TABLE t5 (id integer PRIMARY KEY);' >migrations/0005_t.sql
    echo 'ALTER TABLE t0 ADD COLUMN extra integer;' >migrations/0006_t.sql
    stops "migrations/0005_t.sql:1:1: cannot create table '${home}t5': it exists already"
    assert_stderr "'dunlin doctor' tells what happened to this database; --allow 0005_t sends it all the same"
    run_json migrate
    assert_json '.failed.tag' 0005_t
    assert_json '.failed.line' 1
    assert_json '.summary' 'stopped before anything was sent; 2 pending'
    assert_json '.remaining' '["0005_t","0006_t"]'
    # Whoever sends it all the same is told by the server.
    dunlin migrate --allow 0005_t --allow 0006_t
    assert_exit 1
    sql_in "$where" "DROP TABLE t5"
    sql_in "$where" "ALTER TABLE t0 DROP COLUMN extra"
    migrated
}

@test "sqlite: the schema is ahead of the tracker: nothing is sent, and --allow is the way past" {
    home=
    on sqlite incident
}

@test "postgresql: the schema is ahead of the tracker: nothing is sent, and --allow is the way past" {
    home=public.
    on postgresql incident
}

@test "mysql: the schema is ahead of the tracker: nothing is sent, and --allow is the way past" {
    home=
    on mysql incident
}

# What was dropped by hand behind a record; but not what a migration, or only a part of one.
gone() {
    local before
    echo 'CREATE TABLE t0 (id integer PRIMARY KEY, a integer, b integer);' >migrations/0000_t.sql
    echo 'CREATE TABLE t1 (id integer PRIMARY KEY); CREATE TABLE t2 (id integer PRIMARY KEY);' >migrations/0001_t.sql
    echo 'CREATE TABLE t3 (id integer PRIMARY KEY);' >migrations/0002_t.sql
    echo 'DROP TABLE t3;' >migrations/0003_t.sql
    migrated
    sql_in "$where" "DROP TABLE t1"
    sql_in "$where" "ALTER TABLE t0 DROP COLUMN b"
    echo 'CREATE TABLE t4 (id integer PRIMARY KEY);' >migrations/0004_t.sql
    migrated
    sql_in "$where" "DROP TABLE t2"
    echo 'CREATE TABLE t5 (id integer PRIMARY KEY);' >migrations/0005_t.sql
    before=$(schema_of "$where")
    run_json migrate
    assert_exit 4
    assert_json_form migrate
    assert_json '.summary' 'stopped before anything was sent; 1 pending'
    assert_stderr "'0001_t' is recorded, and nothing of it is left in the schema: table '${home}t1' is gone since the last run; nothing was sent [migration.recorded-absent]"
    assert_equal "$(schema_of "$where")" "$before"
    assert_stderr "'dunlin doctor' tells what happened to this database, 'dunlin repair' applies it anew; --allow 0001_t goes on all the same"
    dunlin migrate --dry-run
    assert_exit 4
    dunlin migrate --allow 0001_t
    assert_exit 0
}

@test "sqlite: nothing is sent where a recorded migration is gone from the schema" {
    home=
    on sqlite gone
}

@test "postgresql: nothing is sent where a recorded migration is gone from the schema" {
    home=public.
    on postgresql gone
}

@test "mysql: nothing is sent where a recorded migration is gone from the schema" {
    home=
    on mysql gone
}

@test "mysql: a run that stopped part-way is no conflict with itself" {
    stopped() {
        echo 'CREATE TABLE base (id integer PRIMARY KEY);' >migrations/0000_base.sql
        migrated
        printf '%s\n' 'CREATE TABLE half (id integer PRIMARY KEY);' 'INSERT INTO half VALUES (1), (1);' \
            >migrations/0001_half.sql
        dunlin migrate
        assert_exit 6
        sed -i 's/(1), (1)/(1), (2)/' migrations/0001_half.sql
        migrated
        assert_equal "$(sql_my "$url" 'SELECT count(*) FROM half')" 2
    }
    on mysql stopped
}
