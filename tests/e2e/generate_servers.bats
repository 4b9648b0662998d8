#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin generate` on servers.

load helper

# project DIALECT: on a fresh database for development, with schema.sql from standard input.
project() {
    database=$(fresh_database "$1")
    jq -n --arg dialect "$1" --arg url "$database" '{dialect: $dialect, tags: "sequence",
        targets: {app: {url: $url, kind: "development", backup: "none"}}}' >dunlin.json
    mkdir -p migrations
    cat >schema.sql
}

generate() {
    dunlin generate "$@"
    assert_exit 0
    dunlin migrate
    assert_exit 0
    dunlin schema check schema.sql
    assert_exit 0
    dunlin generate again
    assert_exit 0
    assert_stdout "nothing to do"
}

@test "postgres: everything changes in forms that lock little, with what is in the way made anew" {
    project postgresql <<'END'
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, m mood, n text, note text);
CREATE TABLE posts (id serial PRIMARY KEY, user_id bigint, body text);
CREATE INDEX posts_body ON posts (body);
CREATE VIEW v AS SELECT name FROM users;
CREATE VIEW w AS SELECT id FROM users;
CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE VIEW calls AS SELECT f(1);
END
    generate first
    sql_pg "$database" "INSERT INTO users (name, n, note) VALUES ('ada', '7', 'x')" \
        "INSERT INTO posts (user_id, body) VALUES (1, 'b')"
    cat >schema.sql <<'END'
-- dunlin: rename users.name -> full_name
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, full_name text NOT NULL,
    m mood DEFAULT 'happy', n integer);
CREATE TABLE posts (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    body text, CHECK (length(body) > 0));
CREATE INDEX posts_user ON posts (user_id);
CREATE TABLE more (id bigint PRIMARY KEY REFERENCES users (id) CHECK (id > 0));
CREATE INDEX more_id ON more (id);
CREATE VIEW v AS SELECT full_name FROM users;
CREATE VIEW w AS SELECT id, n FROM users WHERE n > 0;
CREATE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS 'SELECT a::bigint';
CREATE VIEW calls AS SELECT f(1);
END
    generate second
    cp migrations/0002_second.sql out
    grep -q "dunlin: no-transaction" out
    grep -q 'ADD CONSTRAINT "posts_user_id_fkey" .* NOT VALID;' out
    grep -q 'VALIDATE CONSTRAINT "posts_user_id_fkey"' out
    grep -q 'VALIDATE CONSTRAINT "dunlin_not_null"' out
    grep -q 'CREATE INDEX CONCURRENTLY "posts_user"' out
    grep -q 'DROP INDEX CONCURRENTLY "public"."posts_body"' out
    grep -q 'CREATE INDEX "more_id"' out
    grep -q -- "-- ! users.n: values are read as the new type: how they were written is lost" out
    grep -q -- "-- ! users.note: the values of the column are lost: 1 value in 'app'" out
    grep -q 'USING (CAST("n" AS integer))' out
    grep -q 'DROP FUNCTION "public"."f"(a integer)' out
    assert_equal "$(sql_pg "$database" "SELECT full_name, n FROM users")" "ada|7"
    assert_equal "$(sql_pg "$database" "SELECT count(*) FROM pg_constraint WHERE NOT convalidated")" 0
}

@test "postgres: plain forms on request, and the way back leads back" {
    project postgresql <<<'CREATE TABLE t (a integer, b varchar(20)); CREATE VIEW v AS SELECT a FROM t;'
    generate first
    dunlin snapshot --output before.json
    cat >schema.sql <<'END'
CREATE TABLE t (a integer NOT NULL CHECK (a > 0), b varchar(30));
CREATE INDEX i ON t (b);
CREATE VIEW v AS SELECT a, b FROM t WHERE a > 1;
CREATE TABLE u (a integer PRIMARY KEY);
END
    dunlin generate second --dry-run
    assert_stdout CONCURRENTLY
    jq '.concurrently = false' dunlin.json >new.json && mv new.json dunlin.json
    dunlin generate second --dry-run
    refute_stdout CONCURRENTLY
    assert_stdout "NOT VALID"
    dunlin generate second --dry-run --plain
    refute_stdout "NOT VALID"
    refute_stdout no-transaction
    assert_stdout 'CREATE OR REPLACE VIEW "public"."v"'
    generate second --plain
    run_script "$database" "$(sed -n '/dunlin: down/,$p' migrations/0002_second.sql)"
    dunlin snapshot --output after.json
    assert_equal "$(cat after.json)" "$(cat before.json)"
}

@test "mysql: a definition becomes the next migration, which leads to it" {
    project mysql <<<'CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL, note text);
        CREATE TABLE gone (a integer);'
    generate first
    sql_my "$database" "INSERT INTO users (name, note) VALUES ('ada', 'x')" "INSERT INTO gone VALUES (1), (2)"
    cat >schema.sql <<'END'
CREATE TABLE users (id bigint AUTO_INCREMENT PRIMARY KEY, full_name varchar(30) NOT NULL DEFAULT 'a;b', age integer);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint NOT NULL, KEY posts_user (user_id),
    CONSTRAINT posts_users FOREIGN KEY (user_id) REFERENCES users (id));
CREATE VIEW v AS SELECT full_name FROM users;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW BEGIN SET NEW.age = 1; SET NEW.age = 2; END;
SET @mode = @@sql_mode, sql_mode = 'PIPES_AS_CONCAT';
CREATE FUNCTION f(a varchar(9)) RETURNS varchar(20) RETURN a || 'x';
SET sql_mode = @mode;
CREATE FUNCTION g(a integer) RETURNS integer RETURN a || 0;
END
    generate second --rename users.name=full_name
    assert_stderr "warning: left out is what dunlin does not read: character set of the database, $(sql_my "$database" "SELECT @@collation_database"), which texts in routines have (f)"
    grep -q -- "-- ! gone: the rows of the table are lost: 2 rows in 'app'" migrations/0002_second.sql
    assert_equal "$(sql_my "$database" "SELECT full_name FROM users")" ada
    # The index that the server made for a key goes with it, or stays and is known.
    cat >schema.sql <<'END'
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE posts (id bigint PRIMARY KEY, a bigint, b bigint, c bigint,
    CONSTRAINT pa FOREIGN KEY (a) REFERENCES users (id), CONSTRAINT pb FOREIGN KEY (b) REFERENCES users (id),
    CONSTRAINT pc FOREIGN KEY (c) REFERENCES users (id));
END
    generate third
    sed -i 's/CONSTRAINT pa .*/KEY pb (b),/; s/posts (id bigint/& AUTO_INCREMENT/' schema.sql
    generate fourth
    grep -q -- "-- ? posts.id: a row with 0 there, or with nothing, gets another number" migrations/0004_fourth.sql
    dunlin new loose
    echo "ALTER TABLE posts DROP FOREIGN KEY pc;" >>migrations/0005_loose.sql
    dunlin migrate
    assert_exit 0
    dunlin schema dump --output schema.sql
    grep -q 'INDEX `pc`' schema.sql
    dunlin check --target app
    assert_exit 0
}

@test "postgres: nothing is tried on a server where that is not allowed" {
    project postgresql <<<'CREATE TABLE t (a integer);'
    jq 'del(.targets.app.kind)' dunlin.json >new.json && mv new.json dunlin.json
    dunlin generate first
    assert_exit 2
    assert_stderr "a migration is only written when it was tried: a throw-away database"
    dunlin generate first --shadow-url "$(fresh_database postgresql)"
    assert_exit 0
    assert_file migrations/0001_first.sql
}

# leftovers DIALECT SQL: what SQL makes is dropped again, and nothing else.
leftovers() {
    project "$1" <<<''
    echo 'CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));' >migrations/0001_users.sql
    dunlin migrate
    assert_exit 0
    dunlin snapshot --output before.json
    run_script "$database" "$2"
    dunlin generate drop leftovers --drop-legacy
    assert_exit 0
    cp migrations/0002_drop_leftovers.sql out
    grep -q -- "-- ! legacy_b: the rows of the table are lost: 2 rows in 'app'" out
    ! grep "^DROP" out | grep -v "IF EXISTS" || fail "not guarded"
    dunlin migrate
    assert_exit 0
    dunlin snapshot --output after.json
    assert_equal "$(cat after.json)" "$(cat before.json)"
    # Where there is none of it, nothing happens.
    dunlin migrate --url "$(fresh_database "$1")"
    assert_exit 0
}

@test "postgres: what belongs to no migration is dropped on request" {
    leftovers postgresql "CREATE TYPE mood AS ENUM ('a'); CREATE SCHEMA old; CREATE SEQUENCE old.s;
        CREATE FUNCTION f(a integer, b text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN b; END';
        CREATE FUNCTION g(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
        CREATE TABLE legacy_a (id serial PRIMARY KEY, m mood);
        CREATE TABLE legacy_b (id integer PRIMARY KEY, a integer REFERENCES legacy_a, g integer DEFAULT g(1));
        ALTER TABLE legacy_a ADD b integer REFERENCES legacy_b; INSERT INTO legacy_b VALUES (1), (2);
        CREATE VIEW \"Odd.name\" AS SELECT id FROM legacy_a; CREATE MATERIALIZED VIEW m AS SELECT * FROM \"Odd.name\";
        CREATE DOMAIN d AS integer CHECK (VALUE > 0); CREATE TABLE old.t (x d);
        CREATE TYPE place AS (zip text); CREATE TYPE span AS RANGE (subtype = integer); CREATE TABLE old.p (x place, y span);
        CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer); CREATE COLLATION german (provider = icu, locale = 'de');"
}

@test "mysql: what belongs to no migration is dropped on request" {
    leftovers mysql "CREATE TABLE legacy_a (id integer PRIMARY KEY);
        CREATE TABLE legacy_b (id integer PRIMARY KEY, a integer, CONSTRAINT fa FOREIGN KEY (a) REFERENCES legacy_a (id));
        ALTER TABLE legacy_a ADD b integer, ADD CONSTRAINT fb FOREIGN KEY (b) REFERENCES legacy_b (id);
        INSERT INTO legacy_b VALUES (1, NULL), (2, NULL); CREATE VIEW \`Odd.name\` AS SELECT id FROM legacy_a;
        CREATE FUNCTION g(a integer) RETURNS integer DETERMINISTIC RETURN a + 1;"
}

@test "postgres: without a target that answers nothing is dropped" {
    project postgresql <<<''
    dunlin generate x --drop-legacy --url postgres://dunlin@127.0.0.1:1/none --shadow
    assert_exit 1
    assert_equal "$(ls migrations)" ""
}

@test "postgres: random definitions: each migration leads to the next one, and back" {
    generated_walk postgresql 4 60
}

@test "mysql: random definitions: each migration leads to the next one, and back" {
    generated_walk mysql 3 60
}

@test "postgres: in a portable folder the migration is portable where it can be" {
    project postgresql <<'END'
CREATE TABLE users (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name varchar(20) NOT NULL,
    ok boolean DEFAULT true);
CREATE TABLE posts (id integer PRIMARY KEY, user_id bigint REFERENCES users (id) ON DELETE CASCADE,
    body text, CHECK (id > 0));
CREATE UNIQUE INDEX posts_user ON posts (user_id, body);
END
    jq '.dialect = "portable"' dunlin.json >new.json && mv new.json dunlin.json
    run_json generate first
    assert_exit 0
    assert_json_form generate
    assert_json .portable true
    cat >schema.sql <<'END'
CREATE TABLE users (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, full_name varchar(40) NOT NULL,
    ok boolean);
CREATE TABLE posts (id integer PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), body text);
CREATE INDEX posts_body ON posts (user_id);
END
    generate second --rename users.name=full_name
    ! grep -n "dunlin: only" migrations/*.sql || fail "not portable"
    dunlin migrate --url sqlite:other.db
    assert_exit 0
    dunlin parity --urls "$database,sqlite:other.db"
    assert_exit 0
    # A function is PostgreSQL's alone.
    echo "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';" >>schema.sql
    generate third
    grep -q "dunlin: only postgres" migrations/0003_third.sql
}
