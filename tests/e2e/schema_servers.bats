#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin schema dump`, `load` and `check` on servers.

load helper

# What pg_dump says of a database, without trackers.
pg_schema() {
    "$(dirname "$(psql_program)")/pg_dump" -s -d "$1" -N drizzle -T '*.dunlin_*' |
        grep -vE '^(--|\\|$)'
}

@test "postgres: a dump of the sample project gives the same snapshot" {
    round_trip postgresql "$tree/migrations"
}

@test "mysql: a dump of the sample project gives the same snapshot" {
    round_trip mysql "$tree/migrations"
}

@test "postgres: a dump of drizzle's fixture gives the same snapshot" {
    copy_fixture drizzle-postgresql app
    round_trip postgresql app/drizzle
}

@test "mysql: a dump of drizzle's fixture gives the same snapshot" {
    copy_fixture drizzle-mysql app
    round_trip mysql app/drizzle
}

@test "postgres: pg_dump says the same of the original and of what was loaded" {
    local one two
    copy_fixture drizzle-postgresql app
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    dunlin migrate --url "$one" --migrations app/drizzle --no-backup
    assert_exit 0
    sql_pg "$one" "CREATE SCHEMA other" "COMMENT ON SCHEMA other IS 'o''k'" \
        "CREATE TYPE other.mood AS ENUM ('sad', 'ok')" \
        "CREATE DOMAIN other.even AS integer CHECK (VALUE % 2 = 0)" \
        "CREATE SEQUENCE other.numbers INCREMENT 5 MAXVALUE 100 CYCLE" \
        "CREATE FUNCTION other.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'" \
        "CREATE TABLE other.\"Odd name\" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            m other.mood DEFAULT 'ok', e other.even, t integer DEFAULT other.twice(2),
            n integer DEFAULT nextval('other.numbers'), g integer GENERATED ALWAYS AS (t * 2) STORED,
            r int4range, EXCLUDE USING gist (r WITH &&))" \
        "COMMENT ON COLUMN other.\"Odd name\".m IS 'how'" \
        "CREATE TABLE other.parts (d date, k integer) PARTITION BY RANGE (d)" \
        "CREATE TABLE other.parts_1 PARTITION OF other.parts FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')" \
        "CREATE INDEX parts_k ON other.parts (k DESC NULLS LAST)" \
        "CREATE INDEX lower_m ON other.\"Odd name\" ((t + 1)) WHERE t > 0" \
        "CREATE MATERIALIZED VIEW other.sums AS SELECT m, count(*) AS n FROM other.\"Odd name\" GROUP BY m" \
        "CREATE UNIQUE INDEX sums_m ON other.sums (m)" \
        "CREATE VIEW other.over AS SELECT n FROM other.sums" \
        "ALTER TABLE other.\"Odd name\" ENABLE ROW LEVEL SECURITY" \
        "CREATE POLICY mine ON other.\"Odd name\" FOR SELECT USING (t > 0)"
    dunlin schema dump --url "$one" --output schema.sql
    assert_exit 0
    dunlin schema load schema.sql --url "$two"
    assert_exit 0
    dunlin diff "$one" "$two" --exit-code
    assert_exit 0
    assert_equal "$(pg_schema "$two")" "$(pg_schema "$one")"
}

# A database of its own on the same server, or one that is named.
check_in_a_shadow() {
    local url
    url=$(fresh_database "$1")
    printf 'CREATE TABLE t (n integer);\n' >schema.sql
    dunlin schema check schema.sql --url "$url"
    assert_exit 2
    assert_stderr "[definition.no-shadow]"
    dunlin schema check schema.sql --url "$url" --shadow
    assert_exit 4
    assert_stdout "+ table $2t"
    dunlin schema check schema.sql --url "$url" --shadow-url "$(fresh_database "$1")"
    assert_exit 4
    dunlin schema load schema.sql --url "$url"
    assert_exit 0
    dunlin schema check schema.sql --url "$url" --shadow
    assert_exit 0
}

@test "postgres: check needs leave to make a throw-away database" {
    check_in_a_shadow postgresql public.
}

@test "mysql: check needs leave to make a throw-away database" {
    check_in_a_shadow mysql ""
}

@test "what is no fact is named where a definition or SQL is written, and nowhere else" {
    local url other
    url=$(fresh_database postgresql)
    sql_pg "$url" "CREATE TABLE p (id int, a int DEFAULT 1) PARTITION BY RANGE (id)" \
        "CREATE TABLE p1 PARTITION OF p DEFAULT" "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1) TO (9)" \
        "CREATE TYPE r AS RANGE (SUBTYPE = int)" "CREATE EXTENSION citext" "CREATE VIEW v AS SELECT id FROM p" \
        "CREATE TABLE was (a serial, b int GENERATED ALWAYS AS IDENTITY, c serial)" "ALTER SEQUENCE was_c_seq RENAME TO was_c_seq2"
    dunlin schema dump --url "$url" --output schema.sql
    assert_exit 0
    refute_stderr "left out"
    sql_pg "$url" "ALTER TABLE p1 ALTER a SET DEFAULT 5" "COMMENT ON COLUMN p2.id IS 'x'" \
        "ALTER TABLE p1 REPLICA IDENTITY FULL" \
        "ALTER VIEW v ALTER id SET DEFAULT 3" \
        "CREATE FUNCTION f(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true'" \
        "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = f)" \
        "CREATE OPERATOR =~= (LEFTARG = int, RIGHTARG = text, FUNCTION = f)" \
        "CREATE OPERATOR =~~ (LEFTARG = int, RIGHTARG = text, FUNCTION = f)" \
        "CREATE OPERATOR ~~~ (LEFTARG = int, RIGHTARG = text, FUNCTION = f)" \
        "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'" \
        "CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION e()" \
        "CREATE TEXT SEARCH CONFIGURATION c (COPY = simple)" "ALTER TABLE was RENAME TO is_now" \
        "CREATE INDEX unfinished ON ONLY p (id)" \
        "CREATE TABLE divided (a int, v int GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY LIST (a)" \
        "CREATE TABLE divided_d PARTITION OF divided DEFAULT" "CREATE SEQUENCE owned OWNED BY divided.v" \
        "ALTER TABLE divided_d ALTER a SET STATISTICS 0" "CREATE INDEX counted ON divided ((a + 1))" \
        "ALTER INDEX counted ALTER COLUMN 1 SET STATISTICS 9" "CREATE STATISTICS many ON a, v FROM divided" \
        "ALTER STATISTICS many SET STATISTICS 7"
    dunlin schema dump --url "$url" --output schema.sql
    assert_exit 0
    assert_stderr "warning: left out is what dunlin does not read: default of column of view (v.id); event trigger (et); invalidity of index (unfinished); name of sequence of column (was_a_seq, was_b_seq, was_c_seq2); operator (===, =~=, =~~ and 1 more); own default, NOT NULL or comment of inherited column (p1.a, p2.id); replica identity of table (p1); storage or statistics of column (counted.expr, divided_d.a); target of statistics (many); text search configuration (c)"
    dunlin snapshot --url "$url" --output snapshot.json
    refute_stderr "left out"
    dunlin diff "$url" snapshot.json --exit-code
    assert_exit 0
    refute_stderr "left out"
    other=$(fresh_database postgresql)
    dunlin diff "$other" "$url" --sql
    assert_stderr "invalidity of index (unfinished)"
    dunlin diff "$url" "$other" --sql
    assert_exit 0
    refute_stderr "left out"
    sql_pg "$other" "CREATE TABLE p (id int, a int DEFAULT 1) PARTITION BY RANGE (id)" "CREATE INDEX unfinished ON p (id)"
    dunlin diff "$other" "$url" --sql
    assert_exit 1
    assert_stderr "no statement makes the index 'unfinished' invalid: where it is, making it anew makes it valid"

    url=$(fresh_database mysql)
    sql_my "$url" "CREATE TABLE t (a int)" "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t" \
        "CREATE FUNCTION early(a varchar(9)) RETURNS int RETURN 1" "ALTER DATABASE CHARACTER SET utf8mb3" \
        "CREATE FUNCTION f(a varchar(9)) RETURNS int RETURN 1" "CREATE PROCEDURE p(a int) SELECT a" \
        "CREATE FUNCTION g(a varchar(9) CHARACTER SET latin1) RETURNS int RETURN 1"
    run_script "$url" "DELIMITER //
CREATE PROCEDURE q() BEGIN DECLARE x varchar(9); SET x = 'a'; END//"
    dunlin schema dump --url "$url" --output schema.sql
    assert_exit 0
    assert_stderr "warning: left out is what dunlin does not read: event (e); character set of the database, $(sql_my "$url" "SELECT @@GLOBAL.collation_server"), which texts in routines have (early); character set of the database, utf8mb3_general_ci, which texts in routines have (f, q)"
    sql_my "$url" "CREATE TABLE u (b int)" "CREATE VIEW v AS SELECT b FROM u" "CREATE VIEW w AS SELECT b FROM v" "DROP TABLE u"
    dunlin schema dump --url "$url" --output broken.sql
    assert_exit 0
    assert_stderr "warning: view (v, w): a column or table that is read there is missing, so that none can be made of this"
    sql_my "$url" "DROP VIEW v, w"
    dunlin diff "$(fresh_database mysql)" "$url" --sql
    assert_exit 0
    assert_stderr "utf8mb3_general_ci, which texts in routines have (f, q)"
    other=$(fresh_database mysql)
    dunlin schema load schema.sql --url "$other"
    assert_exit 0
    assert_stderr "warning: left out is what dunlin does not read: character set of the database, $(sql_my "$other" "SELECT @@collation_database"), which texts in routines have (early, f, "
    dunlin diff "$(fresh_database mysql)" schema.sql --sql --shadow
    assert_exit 0
    assert_stderr "which texts in routines have (early, f, "
}
