#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# dunlin parity between two databases of one kind: what is told, and where it says they part.

load helper

setup() {
    helper_setup
    cp -r "$tree/migrations" .
    cat >dunlin.json <<'JSON'
{"dialect": "portable", "default": "dev", "targets": {
    "prod": {"url": "sqlite:prod.db", "backup": "none"},
    "dev": {"url": "sqlite:dev.db", "backup": "none"}}}
JSON
}

# assert_document: stdout of the last run is a dunlin-parity/1 document.
assert_document() {
    assert_json_form parity
}

# applied: both targets have all migrations.
applied() {
    dunlin migrate --quiet
    assert_exit 0
    dunlin migrate --quiet --target prod
    assert_exit 0
}

@test "two databases with the same migrations mean the same" {
    applied
    run_json parity
    assert_exit 0
    assert_document
    assert_json '[.equal, .targets[].name]' '[true,"dev","prod"]'
    assert_json '.comparisons[0] | [.reference, .target, .differences, .warnings, .parted]' \
        '["dev","prod",0,0,null]'
    assert_json '.targets[0].applied' 14
    dunlin parity --targets prod,dev
    assert_exit 0
    assert_stdout 'reference  prod, sqlite:'
    assert_stdout 'dev means the same as prod'
}

@test "a migration that one of them lacks is named" {
    dunlin migrate --quiet
    assert_exit 0
    dunlin migrate --quiet --target prod --to 20260209111500_create_audit_log
    assert_exit 0
    run_json parity
    assert_exit 4
    assert_document
    assert_json '.comparisons[0].parted | [.tag, .reason]' \
        '["20260216130000_add_user_profile","it is applied to dev only"]'
    assert_json '[.comparisons[0].migrations[] | select(.applied == "dev" and .missing == "prod")] | length' 7
    # Renamed behind the point where they part: still the work of a migration that prod lacks.
    assert_json '[.comparisons[0].objects[] | select(.object == "table '"'users'"'").differences[]
        | select(.message | startswith("column '"'display_name'"'")).migration]' \
        '["20260223095000_rename_user_name"]'
    assert_json '[.comparisons[0].objects[] | select(.object == "table '"'team_invites'"'").differences[].migration]' \
        '["20260330100000_create_team_invites"]'
}

@test "data alone is no difference, but it is told" {
    mkdir data
    printf '{"dialect": "portable", "migrations": "data", "targets": {
        "a": {"url": "sqlite:a.db", "backup": "none"}, "b": {"url": "sqlite:b.db", "backup": "none"}}}\n' >dunlin.json
    echo 'CREATE TABLE t (a integer);' >data/0001_table.sql
    echo 'INSERT INTO t (a) VALUES (1);' >data/0002_rows.sql
    dunlin migrate --quiet --target a
    assert_exit 0
    dunlin migrate --quiet --target b --to 0001_table
    assert_exit 0
    dunlin parity
    assert_exit 0
    assert_stdout "migration '0002_rows' is applied to a, not to b"
    assert_stdout "b means the same as a; they differ in '0002_rows': it is applied to a only"
}

@test "what was done by hand is attributed to the migration that made the object" {
    applied
    sqlite3 prod.db 'DROP INDEX sessions_user_expires_idx; CREATE TABLE hand (a int);
        ALTER TABLE users ADD COLUMN fax text'
    run_json parity
    assert_exit 4
    assert_document
    assert_json '[.comparisons[0].objects[] | .object as $o | .differences[] | [$o, .what, .severity, .message, .migration]]' \
        '[["table '"'hand'"'","missing","error","table '"'hand'"' is in prod, not in dev",null],["table '"'sessions'"'","missing","error","index '"'sessions_user_expires_idx'"' (user_id, expires_at) is in dev, not in prod","20260112101500_create_sessions"],["table '"'users'"'","missing","error","column '"'fax'"' is in prod, not in dev",null]]'
    assert_json '.comparisons[0].parted.tag' 20260112101500_create_sessions
    dunlin parity
    assert_exit 4
    assert_stdout "  differs: column 'fax' is in prod, not in dev"
    assert_stdout "[20260112101500_create_sessions]"
}

@test "a difference that need not matter is a warning and no more" {
    applied
    sqlite3 prod.db 'CREATE TRIGGER watch AFTER INSERT ON users BEGIN SELECT 1; END'
    run_json parity
    assert_exit 0
    assert_document
    assert_json '.comparisons[0] | [.equal, .warnings, .objects[0].differences[0].severity]' \
        '[true,1,"warning"]'
    dunlin parity
    assert_stdout "  warning: trigger 'watch' is in prod, not in dev"
    assert_stdout 'prod means the same as dev, 1 warning'
}

@test "databases are compared without any migrations" {
    rm -r migrations dunlin.json
    sqlite3 one.db 'CREATE TABLE t (a int)'
    sqlite3 two.db 'CREATE TABLE T (A int)'
    sqlite3 three.db 'CREATE TABLE t (a text)'
    dunlin parity --urls sqlite:one.db,sqlite:two.db
    assert_exit 0
    assert_stdout 'two.db means the same as one.db'
    dunlin parity --urls sqlite:one.db,sqlite:two.db --urls sqlite:three.db
    assert_exit 4
    assert_stdout "  differs: column 'a' is INT in one.db, TEXT in three.db"
    assert_stdout 'three.db differs from one.db: 1 difference'
}

@test "fewer than two databases are a mistake" {
    dunlin parity --targets dev
    assert_exit 2
    assert_stderr 'parity compares two databases or more, and there is one [parity.targets]'
    dunlin parity --target dev
    assert_exit 2
    assert_stderr 'not from --target or --url [parity.targets]'
    dunlin parity --targets dev,nobody
    assert_exit 2
    assert_stderr 'there is no target "nobody"'
    assert_stderr "hint: name some of them with --targets, as in '--targets dev,prod'"
    refute_file dev.db
}
