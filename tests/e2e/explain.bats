#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin explain: what the statements of a file are.

load helper

@test "explain tells what each statement is, and shows with a caret what is not portable" {
    cat >one.sql <<'SQL'
CREATE TABLE IF NOT EXISTS t (id serial PRIMARY KEY, name text);
ALTER TABLE t RENAME name TO title;

CREATE TABLE u (a int,
    b citext);
UPDATE t SET title = a[1];
CREATE TABLE v (a int,);
SQL
    dunlin explain one.sql
    assert_exit 1
    assert_equal "$output" "$(cat <<'OUT'
one.sql:1: portable
  create table t if it does not exist
  create column t.id
  create column t.name
  create primary key t.t_pkey
one.sql:2: portable
  rename column t.name to t.title
one.sql:4: native
  create table u
  create column u.a
  create column u.b
  5:7: the type citext is not portable
        b citext);
          ^
one.sql:6: native
  UPDATE t SET
  6:23: elements of arrays are not portable
    UPDATE t SET title = a[1];
                          ^
one.sql:7: wrong
  CREATE TABLE v
  7:23: expected a name, found )
    CREATE TABLE v (a int,);
                          ^
way out: the statement between '-- dunlin: only NAME' and '-- dunlin: end', for the database that it is for, and what OTHER gets instead in '-- dunlin: only OTHER'; or, also where a database has applied the migration, a file 'one.OTHER.sql', which OTHER gets in place of the whole of it
2 statements are portable, 3 are not
OUT
    )"
}

@test "what a driver refuses has its place, a caret and the way out" {
    cat >one.sql <<'SQL'
CREATE TABLE t (n text);
  CREATE INDEX i ON t (lower(n));
UPDATE t SET n =
    split_part(n, 'a', 1);
SQL
    dunlin explain one.sql --driver mysql
    assert_exit 1
    assert_stdout "
  2:3: ! mysql: MariaDB has no indexes on expressions: lower(n)
      CREATE INDEX i ON t (lower(n));
      ^
"
    dunlin explain one.sql --driver sqlite
    assert_stdout "
  4:5: ! sqlite: the function split_part has no translation
        split_part(n, 'a', 1);
        ^
way out: the statement between '-- dunlin: only NAME' and '-- dunlin: end', for the database that it is for, and what sqlite gets instead in '-- dunlin: only sqlite'; or, also where"
    run_json explain one.sql --driver sqlite
    assert_json_form explain
    assert_json '.statements[2] | [.kind, .reason, .reason_line, .reason_column]' '["portable",null,4,5]'
}

@test "a number whose exponent has no digits is not portable: databases read it as they like" {
    printf '%s\n' 'INSERT INTO t VALUES (1E);' 'INSERT INTO t VALUES (2e+);' \
        'INSERT INTO t VALUES (1e5, .5, 1., 2.5E-3, 1e+2);' >one.sql
    run_json explain one.sql
    assert_json '[.statements[].kind]' '["native","native","portable"]'
}

@test "explain of a portable file succeeds, and its JSON is as described" {
    echo 'CREATE TABLE t (id integer);' >one.sql
    dunlin explain one.sql
    assert_exit 0
    run_json explain one.sql
    assert_exit 0
    assert_json '.statements[0].operations[1].description' 'create column t.id'
    assert_json_form explain
}

@test "the sample migrations are portable" {
    for file in "$tree"/migrations/*.sql; do
        dunlin explain "$file"
        assert_exit 0
    done
}

@test "a file that is not there, one that does not end, and an unknown driver are errors" {
    dunlin explain missing.sql
    [ "$status" -ne 0 ] || fail "it succeeded"
    assert_stderr "missing.sql"
    printf "SELECT 'open\n" >open.sql
    dunlin explain open.sql
    [ "$status" -ne 0 ] || fail "it succeeded"
    assert_stderr "open.sql:1:8"
    echo 'CREATE TABLE t (id integer);' >one.sql
    dunlin explain one.sql --driver nosuch
    assert_exit 2
    assert_stderr "nosuch"
}

@test "explain shows what statements become for a driver" {
    cat >one.sql <<'SQL'
CREATE TABLE IF NOT EXISTS t (id serial PRIMARY KEY, done boolean NOT NULL DEFAULT false);
SQL
    dunlin explain one.sql --driver sqlite
    assert_exit 0
    assert_stdout '-> CREATE TABLE "t" ('
    assert_stdout '"id" INTEGER NOT NULL CONSTRAINT "t_pkey" PRIMARY KEY AUTOINCREMENT'
    refute_stdout 'IF NOT EXISTS'
}

@test "explain takes sections and transactions for what they are" {
    cat >one.sql <<'SQL'
-- dunlin: only sqlite
CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;
-- dunlin: end
BEGIN;
CREATE TABLE t (id integer);
COMMIT;
-- dunlin: assert SELECT count(*) FROM t = 0
-- dunlin: down
DROP TABLE t;
SQL
    dunlin explain one.sql
    assert_exit 0
    assert_equal "$output" "$(cat <<'OUT'
one.sql:1: section
  a section for sqlite
one.sql:4: control
  obeyed around the statements
one.sql:5: portable
  create table t
  create column t.id
one.sql:6: control
  obeyed around the statements
1 statement is portable, 0 are not; 3 for single databases or around the others
OUT
    )"
    dunlin explain one.sql --driver sqlite
    assert_exit 0
    assert_stdout '-> CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END'
    dunlin explain one.sql --driver postgres
    assert_exit 0
    refute_stdout 'TRIGGER'
    run_json explain one.sql
    assert_json_form explain
}

@test "explain refuses directives that a run would refuse, and shows where they stand" {
    printf -- '-- dunlin: onyl sqlite\nSELECT 1;\n-- dunlin: end\n' >one.sql
    dunlin explain one.sql
    assert_exit 2
    assert_stderr "one.sql:1:12: unknown directive: '-- dunlin: onyl sqlite' [script.unknown-directive]
        -- dunlin: onyl sqlite
                   ^"
    printf -- 'CREATE TABLE t (id integer);\n-- dunlin: only sqlite\nSELECT 1;\n' >one.sql
    dunlin explain one.sql
    assert_exit 2
    assert_stderr "one.sql:2:1: the section '-- dunlin: only' has no '-- dunlin: end' [script.unended-only]"
}

@test "explain tells what a driver's statements do not say, and which type nobody knows" {
    cat >one.sql <<'SQL'
CREATE TABLE t (id integer, price numeric(12,2));
SQL
    dunlin explain one.sql --driver sqlite
    assert_exit 0
    assert_stdout "  lost: 'price': precision and scale are not enforced, and beyond 15 digits values are not exact"
    run_json explain one.sql --driver sqlite
    assert_json '.statements[0].losses | length' 1
    echo 'CREATE TABLE t (id integr);' >one.sql
    dunlin explain one.sql --driver sqlite
    assert_exit 1
    assert_stdout "! sqlite: the type 'integr' of column 'id' is no portable one, and no migration of this project makes it"
}

@test "explain tells what a driver adds to a statement" {
    printf 'CREATE TABLE t (a text);\nALTER TABLE t ALTER COLUMN a TYPE bigint;\n' >t.sql
    dunlin explain --driver postgres t.sql
    assert_exit 0
    assert_stdout 'ALTER COLUMN "a" TYPE bigint USING CAST("a" AS bigint)'
    assert_stdout "  note: PostgreSQL converts 'a' from text on request alone: USING is added"
    run_json explain --driver postgres t.sql
    assert_json '.statements[1].notes | length' 1
}

@test "explain tells what numbers lose that become texts, and of digits of a second" {
    printf 'CREATE TABLE t (a numeric(10,2), b real, c timestamp(3));\nALTER TABLE t ALTER a TYPE char(8), ALTER b TYPE varchar(20);\n' >t.sql
    dunlin explain --driver sqlite t.sql
    assert_exit 0
    assert_stdout "  lost: 'c': digits of a second are not rounded"
    assert_stdout "  lost: 'a': numbers become texts as SQLite writes them, 7.5 where it was 7.50"
    assert_stdout "  lost: 'b': numbers become texts as SQLite writes them, 7.5 where it was 7.50"
    dunlin explain --driver mysql t.sql
    assert_exit 0
    assert_stdout "  lost: 'b': numbers become texts as the server writes them, 1e20 where PostgreSQL has 1e+20"
}

@test "explain knows the tables of the migrations before the file, and of its own statements" {
    mkdir migrations
    echo '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE t (id bigint PRIMARY KEY, a integer, flag boolean);' >migrations/0001_t.sql
    cat >migrations/0002_more.sql <<'SQL'
ALTER TABLE t ALTER COLUMN a TYPE numeric(8, 2);
INSERT INTO t (id, flag) VALUES (1, 1);
CREATE TABLE u (b integer);
ALTER TABLE u ADD CONSTRAINT u_b CHECK (b > 1);
SQL
    echo 'DROP TABLE t;' >migrations/0003_gone.sql
    dunlin explain migrations/0002_more.sql --driver sqlite
    assert_exit 0
    assert_stdout '4 statements are portable, 0 are not'
    assert_stdout '-> CREATE TABLE "_dunlin_new_t" ('
    assert_stdout '-> INSERT INTO t (id, flag) VALUES (1, TRUE)'
    assert_stdout 'CONSTRAINT "u_b" CHECK (b > 1)'
    refute_stdout 'is known once'
    dunlin explain migrations/0002_more.sql --driver postgres
    assert_exit 0
    # Another file is as if it came behind all of them.
    head -n 1 migrations/0002_more.sql >other.sql
    dunlin explain other.sql --driver sqlite
    assert_exit 0
    assert_stdout "? sqlite: what this becomes is known once a migration before it makes table 't'"
    run_json explain other.sql --driver sqlite
    assert_json_form explain
}

@test "explain does not say of a table that nobody made what it has and lacks" {
    cat >one.sql <<'SQL'
ALTER TABLE t ALTER COLUMN a TYPE bigint;
ALTER TABLE t ADD CONSTRAINT k CHECK (a > 1);
SQL
    dunlin explain one.sql --driver sqlite
    assert_exit 0
    assert_equal "$output" "$(cat <<'OUT'
one.sql:1: portable
  alter column t.a: type
  ? sqlite: what this becomes is known once a migration before it makes table 't'
one.sql:2: portable
  create check t.k
  ? sqlite: what this becomes is known once a migration before it makes table 't'
2 statements are portable, 0 are not
OUT
    )"
    dunlin explain one.sql --driver postgres
    assert_exit 0
    assert_stdout '-> ALTER TABLE "public"."t"'
}

@test "explain finds the name of a driver that nobody knows in a section, as migrate does" {
    printf 'CREATE TABLE t (id integer);\n-- dunlin: only postgrse\nSELECT 1;\n-- dunlin: end\n' >one.sql
    for driver in '' '--driver=sqlite'; do
        dunlin explain one.sql $driver
        assert_exit 2
        assert_stderr "one.sql:2:17: there is no driver 'postgrse'; known are "
        assert_stderr 'script.unknown-driver'
    done
}

@test "explain and check --portability find a number that PostgreSQL takes for no boolean; a query's NOT NULL is told as lost" {
    mkdir migrations
    printf '{"dialect": "portable"}' >dunlin.json
    echo 'CREATE TABLE t (id bigint PRIMARY KEY, flag boolean);' >migrations/0001_t.sql
    echo 'INSERT INTO t VALUES (1, 0), (2, 2);' >migrations/0002_rows.sql
    dunlin explain migrations/0002_rows.sql --driver postgres
    assert_exit 1
    assert_stdout "! postgres: 'flag' is boolean: PostgreSQL takes no number but 0 and 1"
    dunlin check --portability --driver postgres --driver sqlite
    assert_exit 4
    assert_stdout "'flag' is boolean: PostgreSQL takes no number but 0 and 1"
    echo 'INSERT INTO t VALUES (1, 0), (2, 1); UPDATE t SET flag = 1;' >migrations/0002_rows.sql
    dunlin explain migrations/0002_rows.sql --driver postgres
    assert_exit 0
    assert_stdout 'VALUES (1, FALSE), (2, TRUE)'
    assert_stdout 'SET "flag" = TRUE'
    echo 'CREATE TABLE u AS SELECT id FROM t;' >one.sql
    dunlin explain one.sql --driver mysql
    assert_exit 0
    assert_stdout "lost: 'u': columns made from a query are NOT NULL and have defaults here"
}
