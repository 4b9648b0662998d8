#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin harden: guards put into files, and nothing else; what is applied is left alone.

load helper

# folder DIALECT: a project with a SQLite target.
folder() {
    mkdir -p migrations
    printf '{"dialect": "%s", "targets": {"only": {"url": "sqlite:app.db", "backup": "none"}}}\n' \
        "$1" >dunlin.json
}

# assert_document: stdout of the last run is a dunlin-harden/1 document.
assert_document() {
    assert_json_form harden
}

@test "a mistake in a statement has its place, a caret and an exit code, and nothing is written" {
    folder portable
    printf 'CREATE TABLE k (id int);\nCREATE TABLE v (a int,\n    , b int);\n' >migrations/0001_a.sql
    cp migrations/0001_a.sql before
    dunlin harden migrations/0001_a.sql --write
    assert_exit 2
    assert_stderr 'error: migrations/0001_a.sql:3:5: expected a name, found , [translate.syntax]'
    assert_stderr '
            , b int);
            ^
'
    cmp before migrations/0001_a.sql
}

@test "guards are added, and every other byte stays" {
    folder portable
    printf -- '\xef\xbb\xbf-- first\nCREATE TABLE k (id int, c int); -- yes\r\ncreate index i\n\ton k (id);\nDROP TABLE /* no */ z' \
        >migrations/0001_a.sql
    printf -- '\xef\xbb\xbf-- first\nCREATE TABLE IF NOT EXISTS k (id int, c int); -- yes\r\ncreate index if not exists i\n\ton k (id);\nDROP TABLE IF EXISTS /* no */ z' \
        >expected
    cp migrations/0001_a.sql before
    run_json harden --pending
    assert_exit 0
    assert_document
    assert_json '[.guards, .files[0].tag, .files[0].changed, .files[0].written]' '[3,"0001_a",true,false]'
    cmp before migrations/0001_a.sql
    run_json harden --pending --write
    assert_exit 0
    assert_document
    assert_json '.files[0].written' true
    cmp expected migrations/0001_a.sql
    run_json harden --pending --write
    assert_exit 0
    assert_json '[.guards, .files[0].changed, .files[0].diff, .summary]' '[0,false,"","nothing to add"]'
    cmp expected migrations/0001_a.sql
}

@test "the diff is a patch that git and patch take" {
    folder portable
    {
        echo 'CREATE TABLE a (id int);'
        seq 1 20 | sed 's/^/-- /'
        echo 'CREATE TABLE b (id int);'
        echo '-- between'
        printf 'CREATE TABLE c (id int)'
    } >migrations/0001_a.sql
    cp migrations/0001_a.sql before.sql
    dunlin harden migrations/0001_a.sql
    assert_exit 0
    printf '%s\n' "$output" >change.patch
    dunlin harden migrations/0001_a.sql --write
    assert_exit 0
    mv migrations/0001_a.sql after.sql
    cp before.sql migrations/0001_a.sql
    git apply change.patch || fail "git apply refused it" "$(cat change.patch)"
    cmp after.sql migrations/0001_a.sql
    assert_equal "$(grep -c '^@@' change.patch)" 2
}

@test "what stays as it is is listed with the reason" {
    folder portable
    cat >migrations/0001_a.sql <<'SQL'
INSERT INTO t (a) VALUES (1);
INSERT INTO t (a) VALUES ('on conflict') ON CONFLICT DO NOTHING;
UPDATE t SET a = a + 1;
CREATE OR REPLACE VIEW v AS SELECT 1 AS x;
CREATE TABLE IF NOT EXISTS g (a int);
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- dunlin: only postgres
CREATE TABLE p (a int);
-- dunlin: end
-- dunlin: only sqlite
CREATE TRIGGER r AFTER INSERT ON g BEGIN SELECT 1; END;
-- dunlin: end
-- dunlin: down
DROP TABLE g;
SQL
    run_json harden migrations/0001_a.sql
    assert_exit 0
    assert_document
    assert_json '[.files[0].statements[] | [.line, .status]]' \
        '[[1,"unguarded"],[2,"needless"],[3,"unguarded"],[4,"needless"],[5,"guarded"],[6,"native"],[8,"native"],[11,"native"],[14,"native"]]'
    assert_json '[.files[0].statements[].reason] | map(select(. != null)) | length' 8
    dunlin harden migrations/0001_a.sql
    assert_stdout 'migrations/0001_a.sql:1: unguarded: run again, it fails at a key, or adds its rows twice: ON CONFLICT (key) DO NOTHING behind it passes over those that are there'
    assert_stdout 'migrations/0001_a.sql:3: unguarded: run again, it changes what its WHERE finds then'
    assert_stdout "migrations/0001_a.sql:8: native: it stands in a section for one database"
    assert_stdout 'nothing to add'
}

@test "USING that computes gets no guard, one that casts does" {
    folder portable
    cat >migrations/0001_a.sql <<'SQL'
ALTER TABLE t ALTER COLUMN a TYPE integer USING a * 100;
ALTER TABLE t ALTER COLUMN b TYPE integer USING b::integer;
ALTER TABLE t ALTER COLUMN c TYPE numeric(5, 2) USING CAST(c AS numeric(5, 2));
SQL
    run_json harden migrations/0001_a.sql
    assert_exit 0
    assert_json '[.files[0].statements[] | .status]' '["unguarded","hardened","hardened"]'
    assert_json '.files[0].statements[0].reason' 'USING computes with what is there: run again, it does so twice'
}

@test "a name that is taken and given again gets no guard: run again, it would be taken from what has it then" {
    folder portable
    cat >migrations/0001_a.sql <<'SQL'
ALTER TABLE t DROP COLUMN a;
ALTER TABLE t RENAME COLUMN b TO a;
ALTER TABLE x RENAME TO z;
ALTER TABLE u DROP COLUMN a, RENAME COLUMN c TO d;
DROP VIEW b;
ALTER TABLE y RENAME TO x;
SQL
    run_json harden migrations/0001_a.sql
    assert_exit 0
    assert_json '[.files[0].statements[] | [.line, .status]]' \
        '[[1,"unguarded"],[2,"unguarded"],[3,"unguarded"],[4,"hardened"],[5,"hardened"],[6,"unguarded"]]'
    dunlin harden migrations/0001_a.sql
    assert_stdout 'migrations/0001_a.sql:1: unguarded: the file gives a name again that it takes from something else: run again, it would take it from what has it then'
}

@test "what is applied or begun is never touched" {
    folder portable
    echo 'CREATE TABLE a (id int);' >migrations/0001_a.sql
    dunlin migrate --quiet
    assert_exit 0
    echo 'CREATE TABLE b (id int);' >migrations/0002_b.sql
    cp migrations/0001_a.sql before
    dunlin harden migrations/0001_a.sql --write
    assert_exit 4
    assert_stderr "'migrations/0001_a.sql' is not changed: it is applied on 'only' [harden.applied]"
    run_json harden --pending --write
    assert_exit 0
    assert_json '[.files[].tag]' '["0002_b"]'
    cmp before migrations/0001_a.sql
    assert_equal "$(cat migrations/0002_b.sql)" 'CREATE TABLE IF NOT EXISTS b (id int);'
    dunlin migrate --quiet
    assert_exit 0
    dunlin status --check
    assert_exit 0
}

@test "in a folder of its own dialect only what dunlin can take out again is put in" {
    folder sqlite
    cat >migrations/0001_a.sql <<'SQL'
CREATE TABLE Mixed (id INTEGER PRIMARY KEY, n TEXT);
SQL
    cat >migrations/0002_b.sql <<'SQL'
CREATE TABLE Other (id INTEGER PRIMARY KEY, n TEXT);
ALTER TABLE Mixed ADD COLUMN "More" TEXT;
ALTER TABLE Mixed RENAME COLUMN n TO m;
SQL
    dunlin harden --pending --write
    assert_exit 0
    assert_equal "$(cat migrations/*.sql)" \
        'CREATE TABLE IF NOT EXISTS Mixed (id INTEGER PRIMARY KEY, n TEXT);
CREATE TABLE IF NOT EXISTS Other (id INTEGER PRIMARY KEY, n TEXT);
ALTER TABLE Mixed ADD COLUMN IF NOT EXISTS "More" TEXT;
ALTER TABLE Mixed RENAME COLUMN IF EXISTS n TO m;'
    dunlin migrate --quiet
    assert_exit 0
    sqlite3 app.db "DELETE FROM dunlin_migrations WHERE tag = '0002_b'"
    dunlin migrate --quiet
    assert_exit 0
    assert_equal "$(sqlite3 app.db "SELECT group_concat(name) FROM pragma_table_info('Mixed')")" \
        'id,m,More'
}

@test "where guards are the server's affair, none are made up" {
    folder sqlite
    sed -i 's/{/{"guards": "native", /' dunlin.json
    printf 'CREATE TABLE a (id int);\nALTER TABLE a ADD COLUMN b int;\n' >migrations/0001_a.sql
    run_json harden --pending
    assert_exit 0
    assert_json '[.files[].statements[] | [.status, .reason]]' '[["hardened",null],["needless","its database knows no IF [NOT] EXISTS there, and gets the file as it is written"]]'
    folder portable
    echo 'CREATE TABLE a (id int);' >migrations/0001_a.sqlite.sql
    dunlin harden migrations/0001_a.sqlite.sql
    assert_exit 2
    assert_stderr "is for one database, which gets it as it is written [harden.native]"
    run_json harden --pending
    assert_json '[.files, .skipped]' \
        '[[],[{"reason":"it has a file for this database alone","tag":"0001_a"}]]'
    # Also where it is not the file of the target at hand.
    echo 'CREATE TABLE a (id int);' >migrations/0001_a.sql
    mv migrations/0001_a.sqlite.sql migrations/0001_a.mysql.sql
    dunlin harden migrations/0001_a.mysql.sql --write
    assert_exit 2
    assert_stderr "is for one database, which gets it as it is written [harden.native]"
    echo 'DROP TABLE a;' >migrations/0001_a.down.sql
    dunlin harden migrations/0001_a.down.sql --write
    assert_exit 2
    assert_stderr "'migrations/0001_a.down.sql' reverts a migration [harden.native]"
}

@test "a file is hardened without a target, which is said" {
    mkdir migrations
    printf '{"dialect": "portable"}\n' >dunlin.json
    echo 'CREATE TABLE a (id int);' >migrations/0001_a.sql
    dunlin harden migrations/0001_a.sql --write
    assert_exit 0
    assert_stdout '1 guard in 1 file, written; no target was asked whether they are applied'
    dunlin harden --pending
    assert_exit 2
    assert_stderr '[target.none]'
}

@test "a file or all that is pending, not both and not none" {
    folder portable
    dunlin harden
    assert_exit 2
    assert_stderr '[usage.missing-argument]'
    dunlin harden --pending migrations/x.sql
    assert_exit 2
    dunlin harden migrations/nothing.sql
    assert_exit 1
    assert_stderr 'migrations/nothing.sql'
}
