#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin schema dump`, `load` and `check`: the schema as a file of SQL.

load helper

@test "a definition is for people to read" {
    sql app.db "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a (id), n TEXT DEFAULT 'x')" \
        "CREATE TABLE a (id INTEGER PRIMARY KEY)" "CREATE INDEX b_n ON b (n)" \
        "CREATE VIEW v AS SELECT n FROM b"
    dunlin schema dump --url sqlite:app.db
    assert_exit 0
    assert_equal "$output" '-- The schema of a sqlite database, written by `dunlin schema dump`.
-- Into an empty one it goes with `dunlin schema load FILE --url URL`.

CREATE TABLE "a" (
    "id" INTEGER,
    PRIMARY KEY ("id")
);

CREATE TABLE "b" (
    "id" INTEGER,
    "a" INT,
    "n" TEXT DEFAULT '"'x'"',
    PRIMARY KEY ("id"),
    FOREIGN KEY ("a") REFERENCES "a" ("id")
);
CREATE INDEX "b_n" ON "b" ("n");

CREATE VIEW "v" AS SELECT n FROM b;'
}

@test "sqlite: a dump of the sample project gives the same snapshot and the same .schema" {
    round_trip sqlite "$tree/migrations"
}

@test "sqlite: a dump of drizzle's fixture gives the same snapshot" {
    copy_fixture drizzle-sqlite app
    round_trip sqlite app/drizzle
}

@test "what the migrations up to one make is written, whatever the target has" {
    mkdir migrations
    echo '{"dialect": "sqlite", "targets": {"app": {"url": "sqlite:app.db"}}}' >dunlin.json
    echo 'CREATE TABLE a (id integer PRIMARY KEY, n text);' >migrations/0001_a.sql
    echo 'ALTER TABLE a ADD COLUMN z int; CREATE TABLE b (n int);' >migrations/0002_b.sql
    dunlin migrate
    dunlin schema dump --output before.sql
    sql app.db "ALTER TABLE a ADD COLUMN hand int" "CREATE TABLE old (x int)"
    dunlin schema dump --tag 0002_b --output after.sql
    assert_exit 0
    cmp before.sql after.sql
    # Of none that is there yet, too.
    dunlin schema dump --tag 0001 --url sqlite:none.db
    assert_exit 0
    assert_stdout '"n" TEXT,'
    refute_stdout '"z"'
    refute_file none.db
    dunlin schema dump --tag 0003
    assert_exit 2
    assert_stderr "[diff.unknown]"
}

@test "documents are valid" {
    sql app.db "CREATE TABLE t (n INT)"
    dunlin schema dump --url sqlite:app.db --json
    assert_exit 0
    assert_json_form schema-dump
    dunlin schema dump --url sqlite:app.db --output schema.sql --json
    assert_exit 0
    assert_json_form schema-dump
    dunlin schema load schema.sql --url sqlite:new.db --json
    assert_exit 0
    assert_json_form schema-load
    dunlin schema check schema.sql --url sqlite:new.db --json
    assert_exit 0
    assert_json_form diff
}

@test "columns of views that are loaded keep their names behind a rename as those that were dumped" {
    sql app.db "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
        CREATE VIEW v AS SELECT id AS id, t.a AS a, (SELECT 1 AS as1) AS \"One\" FROM t;
        CREATE VIEW plain AS SELECT id, a FROM t"
    dunlin schema dump --url sqlite:app.db --output schema.sql
    dunlin schema load schema.sql --url sqlite:new.db
    assert_exit 0
    for file in app.db new.db; do
        sql $file "ALTER TABLE t RENAME COLUMN a TO b"
        assert_equal "$(sql $file "SELECT group_concat(name) FROM pragma_table_info('v')")" id,a,One
        assert_equal "$(sql $file "SELECT group_concat(name) FROM pragma_table_info('plain')")" id,b
    done
}

@test "a definition is loaded whole or not at all, and only into an empty database" {
    printf 'CREATE TABLE t (n INT);\n\nCREATE TABLE t (m INT);\n' >twice.sql
    dunlin schema load twice.sql --url sqlite:app.db
    assert_exit 1
    assert_stderr "running the statement at twice.sql:3:1"
    assert_equal "$(sql app.db "SELECT count(*) FROM sqlite_schema")" 0
    printf 'CREATE TABLE t (n INT);\n' >once.sql
    dunlin schema load once.sql --url sqlite:app.db
    assert_exit 0
    dunlin schema load once.sql --url sqlite:app.db
    assert_exit 2
    assert_stderr "is not empty: it holds table 't' [definition.not-empty]"
}

@test "check tells what the target has otherwise, and touches nothing" {
    printf 'CREATE TABLE t (n INT, m TEXT);\n' >schema.sql
    sql app.db "CREATE TABLE t (n INT)"
    dunlin schema check schema.sql --url sqlite:app.db
    assert_exit 4
    assert_stdout "    + column m  type TEXT"
    assert_equal "$(sql app.db .schema)" "CREATE TABLE t (n INT);"
    sql app.db "ALTER TABLE t ADD COLUMN m TEXT"
    dunlin schema check schema.sql --url sqlite:app.db
    assert_exit 0
    assert_equal "$output" "no differences"
}

@test "a file of SQL is a side of diff, beside one that has a database" {
    printf 'CREATE TABLE t (n INT, m TEXT);\n' >schema.sql
    sql app.db "CREATE TABLE t (n INT)"
    dunlin diff sqlite:app.db schema.sql --sql
    assert_exit 0
    assert_equal "$output" 'ALTER TABLE "t" ADD COLUMN "m" TEXT;'
    dunlin diff schema.sql sqlite:app.db --sql
    assert_exit 0
    assert_equal "$output" '-- ! the values of the column are lost
ALTER TABLE "t" DROP COLUMN "m";'
    dunlin diff schema.sql schema.sql
    assert_exit 2
    assert_stderr "[target.none]"
    assert_stderr "while looking for the kind of database that 'schema.sql' is for"
    dunlin diff schema.sql schema.sql --url sqlite:app.db --exit-code
    assert_exit 0
    dunlin snapshot --url sqlite:app.db --output app.json
    dunlin diff app.json schema.sql --url sqlite:app.db --exit-code
    assert_exit 4
}
