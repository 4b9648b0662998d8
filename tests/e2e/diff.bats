#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `dunlin diff`: what makes one schema into another.

load helper

two_databases() {
    sql a.db "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INT)" \
        "CREATE TABLE old (n INT)" "CREATE VIEW names AS SELECT name FROM users"
    sql b.db "CREATE TABLE users (id INTEGER PRIMARY KEY, full_name TEXT, age BIGINT NOT NULL)" \
        "CREATE INDEX users_age ON users (age)" "CREATE VIEW names AS SELECT full_name FROM users"
}

@test "differences are told object by object, and what they may destroy" {
    two_databases
    dunlin diff sqlite:a.db sqlite:b.db
    assert_exit 0
    assert_equal "$output" "~ view names  definition SELECT name FROM users -> SELECT full_name FROM users
- table old  ! the rows of the table are lost
    - column n  type INT
~ table users
    ~ column age  type INT -> BIGINT, not_null (none) -> true  ? fails where the column is null
    + column full_name  type TEXT
    - column name  type TEXT  ! the values of the column are lost
    + index users_age  keys [[column age]]
perhaps renamed: --rename users.name=full_name
2 added, 3 removed, 2 changed; 2 of the changes lose data"
}

@test "the document is valid, and the exit code tells on demand" {
    two_databases
    run_json diff sqlite:a.db sqlite:b.db --sql
    assert_exit 0
    assert_json_form diff
    assert_json .equal false
    assert_json '.rename_candidates[0] | [.kind, .from, .to]' \
        '["column",["users","name"],["users","full_name"]]'
    assert_json '[.differences[] | select(.danger == "loses-data") | .path | join(".")]' \
        '["old","users.name"]'
    dunlin diff sqlite:a.db sqlite:b.db --exit-code
    assert_exit 4
    dunlin diff sqlite:a.db sqlite:a.db --exit-code
    assert_exit 0
    assert_equal "$output" "no differences"
    run_json diff sqlite:a.db sqlite:a.db
    assert_json_form diff
    assert_json .statements null
}

@test "the statements make A into B, and rows of a renamed column stay" {
    two_databases
    sql a.db "INSERT INTO users (name, age) VALUES ('Ada', 36)"
    dunlin diff sqlite:a.db sqlite:b.db --sql
    assert_exit 0
    assert_stdout "-- Something may have been renamed"
    assert_stdout "-- ! the values of the column are lost"
    dunlin diff sqlite:a.db sqlite:b.db --sql --rename users.name=full_name
    assert_exit 0
    refute_stdout "-- Something"
    # What is set is set back once.
    assert_equal "$(grep -c 'legacy_alter_table = OFF' <<<"$output")" 1
    run_script sqlite:a.db "$output"
    assert_equal "$(sql a.db "SELECT full_name, age FROM users")" "Ada|36"
    dunlin diff sqlite:a.db sqlite:b.db --exit-code
    assert_exit 0
}

@test "a side is a target, a URL or a snapshot" {
    two_databases
    write_config . migrations sqlite:b.db
    dunlin snapshot --url sqlite:a.db --output a.json
    assert_exit 0
    dunlin diff a.json sqlite:a.db --exit-code
    assert_exit 0
    dunlin diff a.json app --exit-code
    assert_exit 4
    refute_stderr "words alone"
    sed 's/"server":3/"server":2/' a.json >old.json
    dunlin diff old.json app
    assert_stderr "warning: 'old.json' was read from version 2 of the server and 'app' from 3: each prints views, for one, in its own words, and some differences may be of words alone"
    run_json diff a.json app
    assert_json '[.a.source, .a.name, .b.source, .b.name]' '["snapshot","a.json","target","app"]'
}

@test "what is no side is refused with the way out" {
    sql a.db "CREATE TABLE t (n INT)"
    dunlin diff sqlite:a.db nobody
    assert_exit 2
    assert_stderr "'nobody' is neither a target nor a migration [diff.unknown]"
    dunlin diff sqlite:a.db file:nothing
    assert_exit 2
    assert_stderr "'nothing' is neither a snapshot (.json) nor a file of SQL (.sql)"
    dunlin diff sqlite:a.db missing.json
    assert_exit 1
    assert_stderr "missing.json"
    dunlin diff sqlite:a.db schema.sql
    assert_exit 1
    assert_stderr "cannot open 'schema.sql': No such file or directory"
    dunlin diff sqlite:a.db sqlite:a.db --rename t.n=m
    assert_exit 2
    assert_stderr "column 't.n' cannot have been renamed to 'm': there is nothing of the new name"
    dunlin diff sqlite:a.db sqlite:a.db --rename x=y
    assert_exit 2
    assert_stderr "has no table, column or value of an enum 'x' to be renamed"
    dunlin snapshot --url sqlite:a.db --output a.json
    sed -i 's/"INT"/"TEXT"/' a.json
    dunlin diff a.json sqlite:a.db
    assert_exit 4
    assert_stderr "[snapshot.edited]"
}

# Every state of the sample project from the one before, and back; rows are there.
@test "the statements lead from each state of the sample project to the next, and back" {
    every_state sqlite
}

@test "the statements lead from one schema of a pair to the other, and back" {
    pairs_of sqlite
}

@test "the statements lead from one random schema to another" {
    random_pairs sqlite 10
}

# Three migrations, of which the database has two; schema.sql is one step ahead of them.
small_project() {
    write_config .
    mkdir migrations
    printf 'CREATE TABLE users (id integer PRIMARY KEY, name text);\n' >migrations/0001_users.sql
    printf 'ALTER TABLE users ADD COLUMN zip text;\n' >migrations/0002_zip.sql
    printf 'CREATE INDEX users_zip ON users (zip);\n' >migrations/0003_index.sql
    dunlin migrate --to 0002_zip
    assert_exit 0
}

@test "a side is the state behind a migration, by its tag or its number" {
    small_project
    dunlin diff 0001_users 0003 --exit-code
    assert_exit 4
    assert_equal "$output" "~ table users
    + column zip  type TEXT
    + index users_zip  keys [[column zip]]
2 added, 0 removed, 0 changed"
    dunlin diff tag:0002 app --exit-code
    assert_exit 0
    run_json diff target:app tag:0003_index --sql
    assert_json '[.a.source, .b.source, .b.name, .statements[0].sql]' \
        '["target","migration","0003_index","CREATE INDEX \"users_zip\" ON \"users\" (\"zip\")"]'
    assert_json_form diff
    dunlin diff tag:0004 app
    assert_exit 2
    assert_stderr "the journal lists no migration '0004' [diff.unknown]"
    printf 'CREATE TABLE broken (;\n' >migrations/0003_index.sql
    dunlin diff app 0003 --exit-code
    assert_exit 1
    assert_stderr "the state behind '0003_index' is not known: '0003_index': "
    dunlin diff app 0002 --exit-code
    assert_exit 0
}

@test "columns come in the order in which migrations wrote them" {
    mkdir migrations
    echo '{"dialect": "sqlite", "targets": {"app": {"url": "sqlite:app.db", "kind": "development"}}}' >dunlin.json
    echo 'CREATE TABLE t (z int, a int);' >migrations/20260101000000_one.sql
    echo 'ALTER TABLE t ADD COLUMN y int; ALTER TABLE t ADD COLUMN b int;' >migrations/20260101000001_two.sql
    echo 'ALTER TABLE t RENAME COLUMN z TO c; ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN aa text;' \
        >migrations/20260101000002_three.sql
    sqlite3 empty.db ""
    dunlin migrate
    assert_exit 0
    dunlin diff sqlite:empty.db 20260101000001 --sql
    assert_equal "$output" 'CREATE TABLE "t" (
    "z" INT,
    "a" INT,
    "y" INT,
    "b" INT
);'
    dunlin diff 20260101000000 20260101000001 --sql
    assert_equal "$output" 'ALTER TABLE "t" ADD COLUMN "y" INT;
ALTER TABLE "t" ADD COLUMN "b" INT;'
    dunlin diff 20260101000001 20260101000002 --sql
    assert_exit 0
    dunlin diff sqlite:empty.db 20260101000002 --sql
    assert_equal "$(tr -d ' \n' <<<"$output")" 'CREATETABLE"t"("c"INT,"y"INT,"b"INT,"aa"TEXT);'
}

@test "the definition is a side, wherever dunlin.json says that it is" {
    small_project
    dunlin diff app definition
    assert_exit 1
    assert_stderr "cannot open '$PWD/schema.sql'"
    printf '{"definition": "db/all.sql", "targets": {"app": {"url": "sqlite:app.db"}}}' >dunlin.json
    mkdir db
    dunlin schema dump --output db/all.sql
    dunlin diff app definition --exit-code
    assert_exit 0
    dunlin diff definition 0003 --sql
    assert_exit 0
    assert_equal "$output" 'CREATE INDEX "users_zip" ON "users" ("zip");'
}

@test "where databases are of several kinds, the definition is the one for the other side's" {
    small_project
    printf '{"targets": {"app": {"url": "sqlite:app.db"}, "far": {"url": "postgres://nobody@127.0.0.1:1/none"}}, "default": "far"}' >dunlin.json
    printf 'CREATE EXTENSION citext;\n' >schema.postgres.sql
    dunlin diff app definition
    assert_exit 1
    assert_stderr "cannot open '$PWD/schema.sqlite.sql'"
    dunlin schema dump --target app --output schema.sqlite.sql
    dunlin diff app definition --exit-code
    assert_exit 0
    dunlin diff definition sqlite:app.db --exit-code
    assert_exit 0
    dunlin diff definition 0003 --sql --target app
    assert_exit 0
    assert_equal "$output" 'CREATE INDEX "users_zip" ON "users" ("zip");'
}

@test "a word that could mean two things is asked about" {
    small_project
    printf '{"targets": {"0002_zip": {"url": "sqlite:app.db"}, "definition": {"url": "sqlite:app.db"}}}' \
        >dunlin.json
    dunlin diff sqlite:app.db 0002_zip
    assert_exit 2
    assert_stderr "'0002_zip' names more than one thing: a target and a migration"
    assert_stderr "say which: target:NAME, tag:TAG, or file:PATH"
    dunlin diff sqlite:app.db definition
    assert_exit 2
    assert_stderr "'definition' names more than one thing: a target and a schema definition"
    dunlin diff target:0002_zip tag:0002_zip --exit-code --target definition
    assert_exit 0
    printf 'CREATE TABLE more (n int);\n' >migrations/0002_again.sql
    dunlin diff sqlite:app.db tag:0002
    assert_exit 2
    assert_stderr "more than one migration begins with '0002_'"
}
