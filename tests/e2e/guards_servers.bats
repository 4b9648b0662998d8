#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# IF [NOT] EXISTS in PostgreSQL's own dialect: what a run reads of the schema for it, and when.

log=${DUNLIN_TEST_POSTGRES_LOG-}

load helper

setup() {
    helper_setup
    [ -n "$log" ] || fail "there is no log of the server: DUNLIN_TEST_POSTGRES_LOG is not set" \
        "run this as: tests/servers run postgres -- COMMAND"
    url=$(fresh_database postgresql)
    mkdir migrations
}

# migration TAG: its text from standard input.
migration() {
    cat >"migrations/$1.sql"
}

# How often this database was asked for all its columns since the log had $begun bytes.
reads() {
    tail -c "+$((begun + 1))" "$log" | grep -c 'execute [^:]*: SELECT a\.attrelid, a\.attnum' || true
}

@test "a run that finds everything there reads the schema once, and lists no objects beforehand" {
    local begun
    migration 0001_a <<'SQL'
CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY, name text);
CREATE INDEX IF NOT EXISTS a_name ON a (name);
SQL
    migration 0002_b <<'SQL'
ALTER TABLE a ADD COLUMN IF NOT EXISTS rank int NOT NULL DEFAULT 0;
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    sql_pg "$url" 'DELETE FROM dunlin_migrations' \
        "ALTER DATABASE \"${url##*/}\" SET log_min_duration_statement = 0"
    begun=$(stat -c %s "$log")
    dunlin migrate --url "$url" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(reads)" 1
    assert_equal "$(tail -c "+$((begun + 1))" "$log" | grep -c "execute .*SELECT CASE c.relkind WHEN 'v' THEN 'view'")" 1
    assert_equal "$(sql_pg "$url" 'SELECT count(*) FROM dunlin_migrations')" 2
    dunlin drift --url "$url"
    assert_exit 0
    # What somebody does by hand afterwards is seen as ever.
    sql_pg "$url" 'ALTER TABLE a DROP COLUMN rank'
    dunlin drift --url "$url"
    assert_exit 4
    assert_stdout 'rank'
}

@test "DROP TYPE IF EXISTS drops whatever type has the name" {
    migration 0001_types <<'SQL'
CREATE TYPE mood AS ENUM ('a');
CREATE TYPE place AS (zip text);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE DOMAIN amount AS integer;
SQL
    migration 0002_gone <<'SQL'
DROP TYPE IF EXISTS mood;
DROP TYPE IF EXISTS place;
DROP TYPE IF EXISTS span;
DROP TYPE IF EXISTS amount;
DROP TYPE IF EXISTS nothing;
CREATE TYPE place AS ENUM ('b');
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT string_agg(typname, ' ') FROM pg_type WHERE oid >= 16384
        AND typtype IN ('e', 'c', 'r', 'd') AND typname IN ('mood', 'place', 'span', 'amount')")" place
}

@test "without leave to run, what is there already stops a run as ever" {
    migration 0001_a <<<'CREATE TABLE IF NOT EXISTS a (id int);'
    sql_pg "$url" 'CREATE TABLE b (id int)'
    dunlin migrate --url "$url"
    assert_exit 4
    assert_stderr '[tracker.not-empty]'
    dunlin migrate --url "$url" --allow-nonempty --dry-run
    assert_exit 0
    dunlin migrate --url "$url" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT to_regclass('a') IS NOT NULL")" t
}

@test "guards behind what nobody can read know what it did" {
    sql_pg "$url" 'CREATE TABLE d (id int, x int)' 'CREATE TABLE e (id int)'
    migration 0001_a <<'SQL'
CREATE TABLE IF NOT EXISTS e (id int);
CREATE TABLE IF NOT EXISTS a (id int);
SQL
    migration 0002_unknown <<'SQL'
DO $$ BEGIN
    EXECUTE 'CREATE TABLE c (id int, n int)';
    EXECUTE 'ALTER TABLE d DROP COLUMN x';
    EXECUTE 'DROP TABLE e';
END $$;
SQL
    migration 0003_behind <<'SQL'
ALTER TABLE a ADD COLUMN y int;
CREATE TABLE IF NOT EXISTS c (id int, n int);
CREATE INDEX IF NOT EXISTS c_n ON c (n);
ALTER TABLE d ADD COLUMN IF NOT EXISTS x text;
ALTER TABLE a ADD COLUMN IF NOT EXISTS y int;
CREATE TABLE IF NOT EXISTS e (id int);
DROP TABLE IF EXISTS nothing;
SQL
    dunlin migrate --url "$url" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT string_agg(table_name || '.' || column_name || ' ' || data_type, ', '
        ORDER BY table_name, ordinal_position) FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE 'dunlin%'")" \
        'a.id integer, a.y integer, c.id integer, c.n integer, d.id integer, d.x text, e.id integer'
    assert_equal "$(sql_pg "$url" "SELECT to_regclass('c_n') IS NOT NULL")" t
}

@test "guards of a run that met a lock are answered anew" {
    local holder maker
    sql_pg "$url" 'CREATE TABLE t (id int)' 'CREATE TABLE u (id int)'
    printf '{"targets": {"only": {"url": "%s", "backup": "none", "statementLockTimeout": "100ms", "lockRetries": 100}}}\n' \
        "$url" >dunlin.json
    migration 0001_u <<<'CREATE TABLE IF NOT EXISTS u (id int);'
    migration 0002_t <<'SQL'
ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;
CREATE INDEX IF NOT EXISTS u_id ON u (id);
CREATE TABLE IF NOT EXISTS v (id int);
SQL
    sql_pg "$url" "BEGIN; LOCK TABLE t IN ACCESS SHARE MODE; SELECT pg_sleep(3); COMMIT" >/dev/null &
    holder=$!
    for _ in {1..200}; do
        [ "$(sql_pg "$url" "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass")" = 0 ] || break
        sleep 0.02
    done
    # Somebody makes both while the run waits: its guards were answered by then.
    for _ in {1..200}; do
        [ "$(sql_pg "$url" "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND NOT granted")" = 0 ] ||
            break
        sleep 0.02
    done && sql_pg "$url" 'CREATE TABLE v (id int)' 'CREATE INDEX u_id ON u (id)' &
    maker=$!
    dunlin migrate --allow-nonempty
    assert_exit 0
    assert_stderr 'trying again'
    wait "$holder" "$maker"
    assert_equal "$(sql_pg "$url" "SELECT attnum FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'")" 2
    assert_equal "$(sql_pg "$url" 'SELECT count(*) FROM dunlin_migrations')" 2
}

@test "an extension that the server has from the beginning is left alone, as pg_dump's scripts want it" {
    migration 0001_dump <<'SQL'
CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;
CREATE TABLE t (id int);
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    dunlin doctor --url "$url" --shadow
    assert_exit 0
}

@test "guards find what the database itself named or took along earlier in the run" {
    local my
    migration 0001_make <<'SQL'
CREATE TABLE t (a int CHECK (a > 1), b int UNIQUE, c int, CHECK (a > 2));
CREATE INDEX ON t (c);
CREATE INDEX ON t (c);
SQL
    migration 0002_drop <<'SQL'
ALTER TABLE t DROP CONSTRAINT IF EXISTS t_a_check, DROP CONSTRAINT IF EXISTS t_a_check1, DROP CONSTRAINT IF EXISTS t_b_key;
DROP INDEX IF EXISTS t_c_idx1;
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT string_agg(relname, ' ') FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE indrelid = 't'::regclass" "SELECT count(*) FROM pg_constraint WHERE conrelid = 't'::regclass")" "t_c_idx
0"
    my=$(fresh_database mysql)
    migration 0001_make <<'SQL'
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, c int, d int, KEY i (d, c), UNIQUE (b), CHECK (a > 1), FOREIGN KEY (c) REFERENCES p (id));
ALTER TABLE t DROP COLUMN d;
SQL
    migration 0002_drop <<'SQL'
ALTER TABLE t DROP CONSTRAINT IF EXISTS CONSTRAINT_1, DROP FOREIGN KEY IF EXISTS t_ibfk_1;
DROP INDEX IF EXISTS b ON t;
DROP INDEX IF EXISTS c ON t;
DROP INDEX IF EXISTS i ON t;
CREATE TABLE v (a int CHECK (a > 1), b int, c varchar(9)) CHARSET = latin1 COLLATE = latin1_bin;
ALTER TABLE v MODIFY COLUMN IF EXISTS a int, MODIFY COLUMN IF EXISTS b int INVISIBLE CHECK (b > 2);
ALTER TABLE v MODIFY COLUMN IF EXISTS c varchar(9) COLLATE latin1_swedish_ci, MODIFY COLUMN IF EXISTS gone int;
SQL
    dunlin migrate --url "$my"
    assert_exit 0
    assert_equal "$(sql_my "$my" "SELECT (SELECT count(*) FROM information_schema.TABLE_CONSTRAINTS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't') + (SELECT count(*) FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't')")" 0
    # What the parser does not know of a column is said all the same.
    assert_equal "$(sql_my "$my" "SELECT CONCAT_WS(' ', EXTRA, COLLATION_NAME) FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'v' AND COLUMN_NAME IN ('b', 'c')" "SELECT CHECK_CLAUSE
        FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()")" "INVISIBLE
 latin1_swedish_ci
\`b\` > 2"
}

@test "a key made without a name has its new name already" {
    migration 0001_make <<<'CREATE TABLE k (id int PRIMARY KEY);'
    migration 0002_rename <<<'ALTER TABLE k RENAME CONSTRAINT IF EXISTS old TO k_pkey;'
    dunlin migrate --url "$url"
    assert_exit 0
}

# nameless URL REFERENCED COUNTS: keys and checks without a name in the database's own dialect, in a run that finds
# all of it there; COUNTS is how many of each there are then.
nameless() {
    migration 0001_a <<SQL
CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY CHECK (id > 0), up int UNIQUE REFERENCES t $2, CHECK (up+id>3));
ALTER TABLE t ADD COLUMN IF NOT EXISTS c int UNIQUE CHECK (c<>7);
ALTER TABLE t ADD COLUMN IF NOT EXISTS c int UNIQUE CHECK (c<>7), ADD COLUMN IF NOT EXISTS d int CHECK (d in (1,2)) /* , */;
SQL
    dunlin migrate --url "$1"
    assert_exit 0
    dunlin snapshot --url "$1" --output before.json
    sql_in "$1" 'DELETE FROM dunlin_migrations'
    dunlin migrate --url "$1" --allow-nonempty --no-backup
    assert_exit 0
    dunlin snapshot --url "$1" --output after.json
    assert_equal "$(cat after.json)" "$(cat before.json)"
    assert_equal "$(grep -cE '^"(unique|check|fk)/' after.json)" "$3"
}

@test "a key or check without a name that is there is not added once more" {
    nameless "$url" '' 7
    # What is there of that column says something else.
    migration 0002_b <<<'ALTER TABLE t ADD COLUMN IF NOT EXISTS d int CHECK (d IN (1, 3));'
    dunlin migrate --url "$url"
    assert_exit 4
    assert_stderr "the column exists, but without check 'public.t' (expr d IN (1, 3))"
    assert_equal "$(sql_pg "$url" "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = 't'::regclass")" 4
}

@test "mysql: a key or check without a name that is there is not added once more" {
    url=$(fresh_database mysql)
    nameless "$url" '(id)' 7
}

@test "of a statement of several clauses, those that are left are sent as they were written" {
    sql_pg "$url" 'CREATE TABLE t (a int, d int)'
    migration 0001_a <<'SQL'
ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, ADD COLUMN IF NOT EXISTS b text CHECK (b <> (ARRAY['1, 2', '3'])[1]),
  DROP COLUMN IF EXISTS d, DROP COLUMN IF EXISTS e;
SQL
    dunlin migrate --url "$url" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped")" 'a b'
    # MariaDB keeps with the column what is written with it.
    url=$(fresh_database mysql)
    sql_my "$url" 'CREATE TABLE t (a int CHECK (a > 0))'
    migration 0001_a <<'SQL'
ALTER TABLE t ADD COLUMN IF NOT EXISTS a int CHECK (a>0), ADD COLUMN IF NOT EXISTS b int COMMENT 'x, y' CHECK (b > 1),
  ALGORITHM=COPY;
SQL
    dunlin migrate --url "$url" --allow-nonempty --no-backup
    assert_exit 0
    assert_equal "$(sql_my "$url" 'SHOW CREATE TABLE t' | tr -d '\n' | grep -o 'CHECK.*>[^,)]*)\|CONSTRAINT')" \
        "CHECK (\`a\` > 0),\\n  \`b\` int(11) DEFAULT NULL COMMENT 'x, y' CHECK (\`b\` > 1)"
}

@test "guards are the server's where only it can tell which object is meant" {
    migration 0001_start <<'SQL'
CREATE SCHEMA b;
CREATE TABLE t (id serial, i int GENERATED ALWAYS AS IDENTITY, k int, CONSTRAINT ex EXCLUDE USING btree (k WITH =), CONSTRAINT pk PRIMARY KEY (id));
CREATE TABLE b.t (id int);
CREATE TABLE b.u (id int);
CREATE TABLE b.gone (id int);
CREATE SEQUENCE s;
SQL
    # What a column counts by is no fact of its own, what excludes is a constraint, and an index may be that of a key.
    migration 0002_kinds <<'SQL'
ALTER SEQUENCE IF EXISTS t_id_seq RESTART WITH 100;
ALTER SEQUENCE IF EXISTS t_i_seq INCREMENT BY 7 RESTART;
CREATE SEQUENCE IF NOT EXISTS t_id_seq;
ALTER TABLE t DROP CONSTRAINT IF EXISTS ex;
ALTER INDEX IF EXISTS pk RENAME TO key;
DROP SEQUENCE IF EXISTS nothing_seq;
SQL
    migration 0003_elsewhere <<'SQL'
SET search_path = b;
DROP TABLE IF EXISTS t;
CREATE SEQUENCE IF NOT EXISTS s;
CREATE TABLE w (id int);
ALTER TABLE u ADD COLUMN IF NOT EXISTS x int;
CREATE TABLE IF NOT EXISTS public.w (id int);
SELECT set_config('search_path', 'public, b', false);
ALTER TABLE IF EXISTS u ADD COLUMN y int;
SQL
    migration 0004_home_again <<'SQL'
ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS z int;
ALTER TABLE IF EXISTS u ADD COLUMN IF NOT EXISTS z int;
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    assert_equal "$(sql_pg "$url" "INSERT INTO t DEFAULT VALUES RETURNING id, i" "SELECT count(*) FROM pg_constraint WHERE conname = 'ex'" \
        "SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass")" $'100|1\n0\nkey'
    assert_equal "$(sql_pg "$url" "SELECT to_regclass('b.t'), to_regclass('b.s'), to_regclass('b.w'), to_regclass('public.w')")" '|b.s|b.w|w'
    columns="SELECT attrelid::regclass, attname FROM pg_attribute WHERE attname IN ('x', 'y', 'z') AND attrelid >= 16384 ORDER BY 2"
    assert_equal "$(sql_pg "$url" "$columns")" $'b.u|x\nb.u|y\nt|z'
    # Of several schemas, the first that has it.
    migration 0005_path <<'SQL'
DROP TABLE IF EXISTS gone;
DROP TABLE IF EXISTS t;
ALTER TABLE IF EXISTS u DROP COLUMN IF EXISTS y;
SQL
    dunlin migrate --url "$url?options=-csearch_path%3Dpublic,b" --no-backup
    assert_exit 0
    assert_equal "$(sql_pg "$url" "SELECT to_regclass('b.gone'), to_regclass('t')")" '|'
    assert_equal "$(sql_pg "$url" "$columns")" 'b.u|x'
    # What only dunlin knows to answer is not guessed.
    migration 0006_column <<'SQL'
SET search_path = b;
ALTER TABLE u ALTER COLUMN IF EXISTS x TYPE bigint;
SQL
    dunlin migrate --url "$url" --no-backup
    assert_exit 1
    assert_stderr "which schema 'u' is in only the database can tell, and it has no IF [NOT] EXISTS here: say the schema"
}

@test "USING is carried out where the table is there, also of a column of that type" {
    sql_pg "$url" 'CREATE TABLE a (id int PRIMARY KEY, n int)' 'INSERT INTO a VALUES (1, 2)'
    migration 0001_a <<'SQL'
ALTER TABLE IF EXISTS a ALTER COLUMN n TYPE integer USING n * 100;
SQL
    dunlin migrate --url "$url" --allow-nonempty
    assert_exit 0
    assert_equal "$(sql_pg "$url" 'SELECT n FROM a')" 200
    echo '{"dialect": "portable"}' >dunlin.json
    migration 0002_b <<'SQL'
ALTER TABLE a ALTER COLUMN IF EXISTS n TYPE integer USING n * 100;
SQL
    dunlin migrate --url "$url"
    assert_exit 0
    assert_stderr "column 'public.a.n' is so already: USING is not carried out (take IF EXISTS away where it has to be)"
    assert_equal "$(sql_pg "$url" 'SELECT n FROM a')" 200
}
