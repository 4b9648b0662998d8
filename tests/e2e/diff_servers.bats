#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin diff` on servers.

load helper

@test "postgres: the statements lead from each state of the sample project to the next, and back" {
    with_plain_build
    every_state postgresql
}

@test "mysql: the statements lead from each state of the sample project to the next, and back" {
    with_plain_build
    every_state mysql
}

@test "postgres: a check of listed values is the same after a dump was loaded" {
    local one two
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    sql_pg "$one" "CREATE TABLE t (c varchar(5) CHECK (c IN ('a', 'it''s', '(ARRAY[')))" \
        "CREATE INDEX i ON t (c) WHERE c IN ('a', 'b')" \
        "CREATE VIEW v AS SELECT c FROM t WHERE c IN ('a', 'b')"
    "$(dirname "$(psql_program)")/pg_dump" -s -d "$one" >dump.sql
    run_script "$two" "$(grep -v '^\\' dump.sql)"
    dunlin diff "$one" "$two" --exit-code
    assert_exit 0
}

@test "postgres: what is in the way of a change is made anew" {
    local one two
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    sql_pg "$one" "CREATE TABLE t (a integer PRIMARY KEY, b text)" \
        "CREATE TABLE u (t integer REFERENCES t)" "CREATE VIEW v AS SELECT a FROM t" \
        "CREATE MATERIALIZED VIEW m AS SELECT a FROM v" "CREATE UNIQUE INDEX m_a ON m (a)" \
        "CREATE VIEW w AS SELECT a FROM m"
    sql_pg "$two" "CREATE TABLE t (a bigint PRIMARY KEY, b text)" \
        "CREATE TABLE u (t bigint REFERENCES t)" "CREATE VIEW v AS SELECT a FROM t" \
        "CREATE MATERIALIZED VIEW m AS SELECT a FROM v" "CREATE UNIQUE INDEX m_a ON m (a)" \
        "CREATE VIEW w AS SELECT a FROM m"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" "SELECT count(*) FROM pg_indexes WHERE indexname = 'm_a'")" 1
    # An index that some partitions lack is none, and REINDEX gives them none.
    sql_pg "$one" "CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (a)" \
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)" "CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY LIST (b)" \
        "CREATE TABLE p21 PARTITION OF p2 DEFAULT" "CREATE INDEX p_i ON ONLY p (b)" "COMMENT ON INDEX p_i IS 'c'" \
        "CREATE INDEX p1_i ON p1 (b)" "ALTER INDEX p_i ATTACH PARTITION p1_i" "CREATE INDEX p21_i ON p21 (b)" \
        "ALTER TABLE ONLY p ADD CONSTRAINT p_u UNIQUE (a, b)"
    sql_pg "$two" "CREATE TABLE p (a int NOT NULL, b int) PARTITION BY LIST (a)" \
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)" "CREATE TABLE p2 PARTITION OF p DEFAULT PARTITION BY LIST (b)" \
        "CREATE TABLE p21 PARTITION OF p2 DEFAULT" "CREATE INDEX p_i ON p (b)" "COMMENT ON INDEX p_i IS 'c'" \
        "ALTER TABLE p ADD CONSTRAINT p_u UNIQUE (a, b)" "CREATE TABLE x (a int, b int, FOREIGN KEY (a, b) REFERENCES p (a, b))"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" "SELECT count(*) FROM pg_index WHERE NOT indisvalid")" 0
    assert_equal "$(sql_pg "$one" "SELECT obj_description('p_i'::regclass)")" c
}

@test "postgres: a function of another result is made anew, with what uses it" {
    local one two common
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    common="ALTER TABLE t ADD CONSTRAINT c CHECK (f(a) > 0),
                ADD COLUMN g int GENERATED ALWAYS AS (f(a)) STORED;
            CREATE INDEX i ON t (f(b)); CREATE VIEW v AS SELECT a, f(b) AS fb FROM t;
            CREATE VIEW w AS SELECT fb FROM v"
    sql_pg "$one" "CREATE TABLE t (a int, b int)" "INSERT INTO t VALUES (1, 2)" \
        "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x'" \
        "CREATE FUNCTION h(x int DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT x'" "$common"
    sql_pg "$two" "CREATE TABLE t (a int, b int)" \
        "CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT x::bigint'" \
        "CREATE FUNCTION h(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1'" "$common"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" 'SELECT g, pg_typeof(fb) FROM t, w')" '1|bigint'
    # Another body alone is replaced.
    sql_pg "$two" "CREATE OR REPLACE FUNCTION f(x int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 2 * x::bigint'"
    dunlin diff "$one" "$two" --sql
    assert_stdout 'CREATE OR REPLACE FUNCTION'
    refute_stdout DROP
}

@test "postgres: types change with their values where a cast has to be said" {
    local one two
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    sql_pg "$one" "CREATE TYPE mood AS ENUM ('sad', 'ok')" "CREATE TYPE other AS ENUM ('ok', 'sad')" \
        "CREATE TABLE t (a text, b integer, c mood, \"D d\" text DEFAULT '1', e bigint)" \
        "INSERT INTO t VALUES ('12', 1, 'sad', '7', 5)"
    sql_pg "$two" "CREATE TYPE mood AS ENUM ('sad', 'ok')" "CREATE TYPE other AS ENUM ('ok', 'sad')" \
        "CREATE TABLE t (a integer, b boolean, c other, \"D d\" integer DEFAULT 1, e varchar(5))"
    # A sequence is of the type of the column that counts by it.
    sql_pg "$one" "CREATE TABLE counted (n int, s smallint, b bigint)"
    sql_pg "$two" "CREATE TABLE counted (n serial, s smallserial, b bigserial)"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" 'SELECT a, b, c, "D d", e FROM t')" "12|t|sad|7|5"
    assert_equal "$(sql_pg "$one" "SELECT string_agg(data_type::text, ' ' ORDER BY sequencename) FROM pg_sequences")" \
        "bigint integer smallint"
    # What the server never changes is said before anything is done.
    sql_pg "$one" "CREATE TABLE divided (a int, b int) PARTITION BY RANGE (a)"
    sql_pg "$two" "CREATE TABLE divided (a bigint, b bigint) PARTITION BY RANGE (a)"
    dunlin diff "$one" "$two" --sql
    assert_exit 1
    assert_stderr "the column 'a' is in the partition key of its table (RANGE (a)), and PostgreSQL does not change its type"
    sql_pg "$two" "DROP TABLE divided" "CREATE TABLE divided (a int, b bigint) PARTITION BY RANGE (a)"
    # held SAID ONE TWO: what the second has instead of the first is refused.
    held() {
        sql_pg "$one" "CREATE TABLE z (id int, n int)" "$2"
        sql_pg "$two" "CREATE TABLE z (id int, n int)" "$3"
        dunlin diff "$one" "$two" --sql
        assert_exit 1
        assert_stderr "$1"
        for database in "$one" "$two"; do
            sql_pg "$database" "DROP TABLE IF EXISTS z, h, k CASCADE" "DROP FUNCTION IF EXISTS f(int)" "DROP TYPE IF EXISTS m" "DROP DOMAIN IF EXISTS d"
        done
    }
    held "the view 'v' goes or is made anew, and the column 'c' of 'h' has its rows" \
        "CREATE VIEW v AS SELECT id, n FROM z; CREATE TABLE h (c v)" "CREATE VIEW v AS SELECT id FROM z; CREATE TABLE h (c v)"
    held "the function 'public.f.integer' is made anew or goes, and the rows of 'h' are divided by it (LIST (public.f(a)))" \
        "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT \$1'; CREATE TABLE h (a int) PARTITION BY LIST (f(a))" \
        "CREATE FUNCTION f(int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT \$1::bigint'; CREATE TABLE h (a int) PARTITION BY LIST (f(a))"
    held "the domain 'public.d' is made anew or goes, and the rows of 'h' are divided by it" \
        "CREATE DOMAIN d AS int; CREATE TABLE h (a int) PARTITION BY LIST ((a::d))" \
        "CREATE DOMAIN d AS bigint; CREATE TABLE h (a int) PARTITION BY LIST ((a::d))"
    held "PostgreSQL does not change the type of 'n' of 'k' while the column 'c' of 'h' has rows of that table" \
        "CREATE TABLE k (n int); CREATE TABLE h (c k[])" "CREATE TABLE k (n bigint); CREATE TABLE h (c k[])"
    held "PostgreSQL does not fill the new column 'm' of 'k' while the column 'c' of 'h' has rows of that table" \
        "CREATE TABLE k (n int); CREATE TABLE h (c k)" "CREATE TABLE k (n int, m int DEFAULT 3); CREATE TABLE h (c k)"
    # Rows that nobody looked at may not fit what is validated.
    sql_pg "$one" "CREATE TABLE k (a int PRIMARY KEY, b int)" "ALTER TABLE k ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES k NOT VALID" \
        "ALTER TABLE k ADD CONSTRAINT c CHECK (b > 0) NOT VALID"
    sql_pg "$two" "CREATE TABLE k (a int PRIMARY KEY, b int CONSTRAINT f REFERENCES k CONSTRAINT c CHECK (b > 0))"
    dunlin diff "$one" "$two"
    assert_stdout "~ fk f  not_valid true -> (none)  ? fails where rows refer to nothing"
    assert_stdout "~ check c  not_valid true -> (none)  ? fails where rows do not satisfy it"
    sql_pg "$one" "DROP TABLE k"
    sql_pg "$two" "DROP TABLE k"
    # A value is not cut that a domain has no place for any more, nor one that goes taken for renamed where a domain or a type is between.
    sql_pg "$one" "CREATE DOMAIN wide AS varchar(5)" "CREATE TABLE w (v wide)" "INSERT INTO w VALUES ('abcde')"
    sql_pg "$two" "CREATE DOMAIN wide AS varchar(3)" "CREATE TABLE w (v wide)"
    dunlin diff "$one" "$two" --sql
    ! "$(psql_program)" -Xq1 -v ON_ERROR_STOP=1 -d "$one" -c "$output" 2>said || fail "the value was cut"
    grep -q 'value too long for type character varying(3)' said
    sql_pg "$one" "DROP TABLE w" "CREATE TYPE held AS ENUM ('a', 'b')" "CREATE DOMAIN over AS held" \
        "CREATE TYPE within AS (x over)" "CREATE TABLE w (v within[])" "INSERT INTO w VALUES ('{(b)}')"
    sql_pg "$two" "DROP TABLE w" "CREATE TYPE held AS ENUM ('a', 'c')" "CREATE DOMAIN over AS held" \
        "CREATE TYPE within AS (x over)" "CREATE TABLE w (v within[])"
    dunlin diff "$one" "$two"
    assert_stdout "~ enum public.held  values [a, b] -> [a, c]  ? fails where rows have a value that goes"
    dunlin diff "$one" "$two" --sql
    ! "$(psql_program)" -Xq1 -v ON_ERROR_STOP=1 -d "$one" -c "$output" 2>said || fail "the row lost its value"
    grep -q 'invalid input value for enum held: "b"' said
    sql_pg "$one" "DROP TABLE w" "DROP TYPE within" "DROP DOMAIN over, wide" "DROP TYPE held"
    sql_pg "$two" "DROP TABLE w" "DROP TYPE within" "DROP DOMAIN over, wide" "DROP TYPE held"
    # A value that goes is not taken from a row.
    sql_pg "$one" "CREATE TYPE gone AS ENUM ('a', 'b')" "CREATE TABLE u (v gone)" "INSERT INTO u VALUES ('b')"
    sql_pg "$two" "CREATE TYPE gone AS ENUM ('a')" "CREATE TABLE u (v gone)"
    dunlin diff "$one" "$two"
    assert_stdout "~ enum public.gone  values [a, b] -> [a]  ? fails where rows have a value that goes"
    dunlin diff "$one" "$two" --sql
    ! "$(psql_program)" -Xq1 -v ON_ERROR_STOP=1 -d "$one" -c "$output" 2>said || fail "the row lost its value"
    grep -q 'invalid input value for enum gone: "b"' said
    # In the same place, with another name: renamed where that is said, and pointed out otherwise.
    sql_pg "$two" "ALTER TYPE gone ADD VALUE 'c.d'"
    dunlin diff "$one" "$two"
    assert_stdout "~ enum public.gone  values [a, b] -> [a, c.d]  ? fails where rows have a value that goes"
    assert_stdout "perhaps renamed: --rename public.gone.b=c.d"
    dunlin diff "$one" "$two" --rename gone.b=low
    assert_exit 2
    assert_stderr "the value 'b' cannot have been renamed to 'low'"
    dunlin diff "$one" "$two" --sql --rename gone.b=c.d
    assert_stdout "RENAME VALUE 'b' TO 'c.d'"
    "$(psql_program)" -Xq1 -v ON_ERROR_STOP=1 -d "$one" -c "$output" || fail "it did not run"
    assert_equal "$(sql_pg "$one" 'SELECT v FROM u')" c.d
    dunlin diff "$one" "$two" --exit-code
    assert_exit 0
    # One that comes is used once it is committed: where that has to be is said.
    sql_pg "$two" "ALTER TYPE gone ADD VALUE 'e'" "ALTER TABLE u ALTER v SET DEFAULT 'e'"
    dunlin diff "$one" "$two" --sql
    assert_equal "$(grep -c '^-- What follows may need what is above to be committed' <<<"$output")" 1
    run_script "$one" "BEGIN; $(sed 's/^-- What follows .*/COMMIT; BEGIN;/' <<<"$output") COMMIT;"
    dunlin diff "$one" "$two" --exit-code
    assert_exit 0
}

@test "postgres: who leaves a parent keeps what was inherited, and who comes to one needs columns of its own" {
    local one two
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    sql_pg "$one" "CREATE TABLE p (a int NOT NULL DEFAULT 3, b text, CHECK (a > 0))" "CREATE TABLE q (z int)" \
        "CREATE TABLE c (x int) INHERITS (p, q)" "CREATE TABLE d (y int) INHERITS (c)" "INSERT INTO d VALUES (1, 'b', 2, 3, 4)"
    sql_pg "$two" "CREATE TABLE p (a int NOT NULL DEFAULT 3, b text, CHECK (a > 0))" "CREATE TABLE q (z int)" \
        "CREATE TABLE c (a bigint NOT NULL DEFAULT 3, x int, CONSTRAINT p_a_check CHECK (a > 0)) INHERITS (q)" \
        "CREATE TABLE d (y int) INHERITS (c)"
    dunlin diff "$one" "$two"
    assert_stdout "? its rows are not among those of the table above it any more"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" 'SELECT * FROM d')" "1|2|3|4"
    # A parent that is no longer the first one is read all the same.
    assert_equal "$(sql_pg "$one" "SELECT inhseqno FROM pg_inherits WHERE inhrelid = 'c'::regclass")" 2
    sql_pg "$two" "DROP TABLE d, c" "CREATE TABLE c (x int) INHERITS (q, p)" "CREATE TABLE d (y int) INHERITS (c)"
    dunlin diff "$one" "$two" --sql
    assert_exit 1
    assert_stderr "give 'c' a column 'a' of its own, beside INHERITS (public.p)"
    sql_pg "$one" "DROP TABLE d, c" "CREATE TABLE e (a int NOT NULL DEFAULT 3, b text)"
    sql_pg "$two" "DROP TABLE d, c" "CREATE TABLE e (a int NOT NULL DEFAULT 3, b text) INHERITS (p)"
    dunlin diff "$one" "$two" --sql
    assert_exit 1
    assert_stderr "give 'e' the check 'p_a_check' of public.p as its own"
}

@test "postgres: the statements lead from one schema of a pair to the other, and back" {
    with_plain_build
    pairs_of postgresql
}

@test "mysql: the statements lead from one schema of a pair to the other, and back" {
    with_plain_build
    pairs_of mysql
}

@test "mysql: a virtual column that is to keep values is refused with what to do" {
    local one two
    one=$(fresh_database mysql)
    two=$(fresh_database mysql)
    sql_my "$one" "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)"
    sql_my "$two" "CREATE TABLE t (a int, b int)"
    dunlin diff "$one" "$two" --sql
    assert_exit 1
    assert_stderr "virtual columns that become others: 'b'"
    assert_stderr "add another column, UPDATE it from this one"
}

@test "postgres: foreign tables are dumped and loaded with what they tell their server, and changed" {
    local one two url
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    for url in "$one" "$two"; do
        sql_pg "$url" "CREATE EXTENSION file_fdw" "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw" \
            "CREATE SERVER others FOREIGN DATA WRAPPER file_fdw"
    done
    sql_pg "$one" "CREATE FOREIGN TABLE f (a text OPTIONS (force_not_null 'true'), b int DEFAULT 5)
                       SERVER files OPTIONS (filename '/it''s, \\here', format 'csv', \"null\" '-')" \
        "COMMENT ON FOREIGN TABLE f IS 'from a file'" \
        "CREATE FOREIGN TABLE g (a text) SERVER files OPTIONS (program 'true')"
    dunlin schema dump --url "$one" --output schema.sql
    assert_exit 0
    step_to "$two" "$one"
    assert_equal "$(sql_pg "$two" "SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = 'f'::regclass")" \
        "$(sql_pg "$one" "SELECT ftoptions FROM pg_foreign_table WHERE ftrelid = 'f'::regclass")"
    sql_pg "$two" "ALTER FOREIGN TABLE f OPTIONS (SET filename '/there', DROP \"null\", ADD header 'true')" \
        "ALTER FOREIGN TABLE f ALTER a OPTIONS (DROP force_not_null), ALTER b OPTIONS (ADD force_null 'true')" \
        "COMMENT ON FOREIGN TABLE f IS NULL" "DROP FOREIGN TABLE g" \
        "CREATE FOREIGN TABLE g (a text) SERVER others OPTIONS (program 'true')"
    step_to "$one" "$two"
    sql_pg "$two" "DROP FOREIGN TABLE f"
    step_to "$one" "$two"
}

@test "postgres: the sequence of a serial column gets the type that the column gets" {
    local one two
    one=$(fresh_database postgresql)
    two=$(fresh_database postgresql)
    sql_pg "$one" "CREATE TABLE t (a serial, b bigserial)"
    sql_pg "$two" "CREATE TABLE t (a bigserial, b serial)"
    dunlin snapshot --url "$two" --output two.json
    step_to "$one" two.json
    assert_equal "$(sql_pg "$one" "SELECT data_type, max_value FROM pg_sequences WHERE sequencename = 't_a_seq'")" \
        'bigint|9223372036854775807'
    assert_equal "$(sql_pg "$one" "SELECT data_type FROM pg_sequences WHERE sequencename = 't_b_seq'")" integer
    # A copy counts by a sequence of bigint, which ends where the column's would.
    sql_pg "$one" "CREATE TABLE m (a int GENERATED ALWAYS AS IDENTITY, b smallint GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1))" \
        "CREATE TABLE l (LIKE m INCLUDING IDENTITY)"
    sql_pg "$two" "CREATE TABLE m (a int GENERATED ALWAYS AS IDENTITY, b smallint GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1))" \
        "CREATE TABLE l (a int GENERATED ALWAYS AS IDENTITY, b smallint GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1))"
    dunlin diff "$one" "$two" --exit-code
    assert_exit 0
    # The numbers go on behind those of the rows, whatever else the column owns.
    sql_pg "$one" "CREATE TABLE c (s serial, i int NOT NULL, n int DEFAULT 5, k int GENERATED ALWAYS AS IDENTITY, w int NOT NULL)" \
        "CREATE SEQUENCE a OWNED BY c.s" "CREATE SEQUENCE b OWNED BY c.i" "CREATE SEQUENCE d OWNED BY c.k" \
        "CREATE SEQUENCE e" "INSERT INTO c (i, w) SELECT x, -x FROM generate_series(1, 100) x"
    sql_pg "$two" "CREATE TABLE c (s int GENERATED ALWAYS AS IDENTITY, i int GENERATED ALWAYS AS IDENTITY, n int DEFAULT 5,
            k int GENERATED ALWAYS AS IDENTITY (CACHE 7), w int GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1))" \
        "CREATE SEQUENCE a OWNED BY c.s" "CREATE SEQUENCE b OWNED BY c.i" "CREATE SEQUENCE d OWNED BY c.k" \
        "CREATE SEQUENCE e OWNED BY c.i"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" "INSERT INTO c DEFAULT VALUES RETURNING s, i, k, w")" "101|101|101|-101"
    assert_equal "$(sql_pg "$one" "SELECT nextval('a'), nextval('b'), nextval('d'), nextval('e')")" "1|1|1|1"
    # A new sequence goes on where the one that the column had is, whatever it is called.
    sql_pg "$one" "CREATE TABLE n (s serial, i int GENERATED ALWAYS AS IDENTITY, d serial, k int)" \
        "INSERT INTO n (k) VALUES (1), (2), (3)" "DELETE FROM n WHERE s > 1"
    sql_pg "$two" "CREATE SEQUENCE \"S o\"" "CREATE SEQUENCE i_o INCREMENT 5" "CREATE SEQUENCE d_o MINVALUE 100" \
        "CREATE TABLE n (s int NOT NULL DEFAULT nextval('\"S o\"'), i int NOT NULL DEFAULT nextval('i_o'),
            d int NOT NULL DEFAULT nextval('d_o'), k int)"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" "INSERT INTO n (k) VALUES (4) RETURNING s, i, d")" "4|8|100"
    # One that stays, with what it has counted, is not said to be lost.
    sql_pg "$one" "CREATE SEQUENCE o_id_seq" "CREATE TABLE o (id int NOT NULL DEFAULT nextval('o_id_seq'))" \
        "SELECT nextval('o_id_seq')"
    sql_pg "$two" "CREATE TABLE o (id serial)"
    dunlin diff "$one" "$two"
    refute_stdout "lost"
    step_to "$one" "$two"
    assert_equal "$(sql_pg "$one" "INSERT INTO o DEFAULT VALUES RETURNING id")" "2"
}

@test "postgres: the statements lead from one random schema to another" {
    with_plain_build
    random_pairs postgresql 10
}

@test "mysql: the statements lead from one random schema to another" {
    with_plain_build
    random_pairs mysql 10
}

@test "a database of another dialect has no differences that SQL could mend" {
    dunlin diff "$(fresh_database postgresql)" "$(fresh_database mysql)"
    assert_exit 2
    assert_stderr "[diff.dialects]"
}

# tag_of_sample DIALECT: the sample project at its eleventh migration, and the state behind that one.
tags_of_sample() {
    local url tag=20260309103000_create_reporting_views
    url=$(fresh_database "$1")
    cp -r "$tree/migrations" migrations
    write_config . migrations "$url"
    dunlin migrate --no-backup --to "$tag"
    assert_exit 0
    dunlin diff app "tag:$tag"
    assert_exit 1
    assert_stderr "a throw-away database on the target's server needs --shadow"
    dunlin diff app "$tag" --shadow --exit-code
    assert_exit 0
    dunlin diff 20260302150000 20260309103000 --shadow --exit-code
    assert_exit 4
    assert_stdout "+ view "
    refute_stdout "table"
    # What doctor kept tells, without a replay.
    dunlin doctor --shadow
    dunlin diff app "$tag" --exit-code
    assert_exit 0
    # With columns in the order in which it wrote them.
    echo 'CREATE TABLE wide (n integer);' >migrations/20261201000000_wide.sql
    echo 'ALTER TABLE wide ADD COLUMN z text, ADD COLUMN a text, ADD COLUMN m text;' \
        >migrations/20261201000001_wider.sql
    dunlin journal rebuild
    dunlin diff app 20261201000001 --shadow --sql
    assert_exit 0
    assert_equal "$(grep -A6 'CREATE TABLE .*wide' <<<"$output" | grep -o '[\`\"][nzam][\`\"]' | tr -dc 'a-z')" nzam
    # Also where one went and came again, or MySQL was told its place.
    {
        echo 'ALTER TABLE wide DROP COLUMN z; ALTER TABLE wide ADD COLUMN z text;'
        [ "$1" = postgresql ] || echo 'ALTER TABLE wide ADD COLUMN b text FIRST, ADD COLUMN c text AFTER a;
            ALTER TABLE wide MODIFY m text AFTER b;'
    } >migrations/20261201000002_widest.sql
    dunlin journal rebuild
    dunlin diff app 20261201000002 --shadow --sql
    assert_exit 0
    assert_equal "$(grep -A8 'CREATE TABLE .*wide' <<<"$output" | grep -o '[\`\"][nzambc][\`\"]' | tr -dc 'a-z')" \
        "$([ "$1" = postgresql ] && echo namz || echo bmnacz)"
}

@test "postgres: a side is the state behind a migration, replayed where that is allowed" {
    tags_of_sample postgresql
}

@test "mysql: a side is the state behind a migration, replayed where that is allowed" {
    tags_of_sample mysql
}

@test "mysql: a column that counts comes and goes with the key that it needs" {
    local from to url
    url=$(fresh_database mysql)
    echo 'CREATE TABLE t (a int NOT NULL, b bigint unsigned NOT NULL AUTO_INCREMENT, c int, PRIMARY KEY (a, b),
        KEY bb (b), KEY cc (c));' >counts.sql
    echo 'CREATE TABLE t (a int NOT NULL, b bigint unsigned NOT NULL, c int, PRIMARY KEY (a, b));' >plain.sql
    echo 'CREATE TABLE t (a int NOT NULL PRIMARY KEY, c int);' >without.sql
    echo 'CREATE TABLE t (a int NOT NULL, b int NOT NULL AUTO_INCREMENT, PRIMARY KEY (a, b)) ENGINE = MyISAM;' >groups.sql
    echo 'SELECT 1;' >nothing.sql
    for from in nothing counts plain without groups; do
        for to in counts plain without groups; do
            [ $from != $to ] || continue
            # MyISAM counts in groups, InnoDB does not: that is another column.
            case "$from $to" in
                nothing*) ;;
                *groups | "groups counts") continue ;;
            esac
            sql_in "$url" "DROP TABLE IF EXISTS t"
            [ $from = nothing ] || sql_in "$url" "$(cat $from.sql)"
            dunlin diff "$url" $to.sql --shadow --sql
            assert_exit 0
            sql_in "$url" "$output"
            dunlin diff "$url" $to.sql --shadow --exit-code
            assert_exit 0
        done
    done
}
