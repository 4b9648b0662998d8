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
2 statements are portable, 3 are not
OUT
    )"
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
